"""Lessons B1-L4 and B1-L5: the figures that they teach."""

from __future__ import annotations

import pytest

from tests.cours.page import Page, executer_ensemble, plate

L4, L5 = "B1_L4_revenu_et_endettement", "B1_L5_sig_caf"


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """Both lessons, executed as a grader sees them: nothing is written."""
    return executer_ensemble("bloc1", (L4, L5))


def test_les_chiffres_du_revenu_et_de_l_endettement(pages):
    n = pages[L4].noms
    assert (n["moyenne_elise"], n["retenu_elise"], n["revenus_elise"]) == (pytest.approx(63_413.33), 62_000, 86_600)
    assert n["credits_elise"] == 15_540
    assert n["taux_elise"] == pytest.approx(0.17944, abs=1e-5)
    assert (n["vivre_elise_an"], n["vivre_elise"]["reste_a_vivre"]) == (63_960, 5_330)
    assert (n["apres_prelevements"], n["rembourse_elise"]) == (23_650, 14_100)
    assert (n["benefice"], n["cotisations_kelly"], n["reel"]) == (32_654, 13_850, 10_700)
    assert {annee: round(taux, 4) for annee, taux in n["taux_hubert"].items()} == {"N-2": 0.3105, "N": 0.5065}
    assert n["retenu_sophie"] == 45_270


def test_les_chiffres_de_la_liasse(pages):
    n = pages[L5].noms
    assert (n["marge"], n["va"], n["ebe"]) == (12_100, 173_100, 88_100)
    assert round(n["ebe"] / n["ca"], 3) == 0.269
    assert n["caf_n"] == n["haut"]["caf"] == n["bas"]["caf"] == 85_650
    assert n["seuil_preleve"]["seuil"] == pytest.approx((148_750 + 62_000) / (218_200 / 328_000))
    assert (n["va_f"], n["ebe_f"], n["resultat_net_f"], n["caf_f"]) == (437_000, -40_900, -130_100, -94_300)
    assert n["conso_f1"] == n["soldes_f"]["consommation_tiers"] == 648_000
    assert (n["b"]["ebe_b"], n["b"]["rex_b"]) == (-31_300, -99_000)


def test_prelever_davantage_ne_releve_pas_le_revenu_retenu_au_dela_de_la_moyenne(pages):
    simulateur = pages[L4].simulateur
    assert simulateur.prediction.verdict() == "plafond"
    assert "Revenu retenu : 63 413 €" in plate(simulateur.voir(preleve=120_000).phrase)
    assert "Revenu retenu : 120 000 €" in plate(simulateur.voir(statut="gerant", preleve=120_000).phrase)


def test_une_hausse_des_matieres_pese_plus_sur_l_ebe(pages):
    simulateur = pages[L5].simulateur
    assert simulateur.prediction.verdict() == "plus"
    assert "EBE : 77 120 €" in plate(simulateur.voir(prix=10).phrase)
