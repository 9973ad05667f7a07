"""Lessons B1-L6 and B1-L7: the figures that they teach."""

from __future__ import annotations

import pytest

from rncp_utils.donnees import cas, variante
from rncp_utils.entreprise import rotation
from tests.cours.page import Page, choix_uniques, executer_ensemble, plate, rien_ne_se_devine

L6, L7 = "B1_L6_bilan_ratios", "B1_L7_projet_previsionnel_risques"


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """Both lessons, executed as a grader sees them: nothing is written."""
    return executer_ensemble("bloc1", (L6, L7))


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(pages):
    uniques = choix_uniques(pages.values())
    assert len(uniques) >= 10
    rien_ne_se_devine(uniques)


def test_les_chiffres_du_bilan(pages):
    n = pages[L6].noms
    trois = n["trois_ans"]
    assert trois["frng"].tolist() == [121_875, 111_175, -35_925]
    assert trois["bfr"].tolist() == [86_000, 109_000, 29_000]
    assert trois["tresorerie_nette"].tolist() == [35_875, 2_175, -64_925]
    assert n["delais_f"].loc[["Clients", "Stock", "Fournisseurs"]].T.values.tolist() == [
        [60, 56, 59],
        [71, 61, 68],
        [85, 54, 90],
    ]
    assert [n[x][y] for x in ("k2", "k1", "k") for y in ("frng", "bfr", "tresorerie_nette")] == [
        *(160_105, 108_000, 52_105),
        *(164_075, 138_300, 25_775),
        *(153_800, 158_700, -4_900),
    ]
    assert [round(jours) for jours in n["jours_d"].values()] == [13, 76, 28]
    assert (n["besoins"], n["dettes"]) == (19_500, 99_500)


def test_tout_ce_qui_a_ete_paye_en_n_l_a_ete_par_quelqu_un(pages):
    n = pages[L6].noms
    assert sum(n["sorties"].values()) == sum(n["payeurs"].values()) == 177_600
    assert min(*n["sorties"].values(), *n["payeurs"].values()) > 0


def test_rendre_trente_jours_aux_fournisseurs_demande_plus_que_l_autorisation(pages):
    simulateur = pages[L6].simulateur
    assert simulateur.prediction.verdict() == "fort"
    assert "trésorerie nette −128 725 €" in plate(simulateur.voir(fournisseurs=-30).phrase)
    assert "dépassée" not in simulateur.voir(clients=-25).phrase


def test_les_chiffres_du_projet(pages):
    n = pages[L7].noms
    assert (n["total"], round(n["plan"]["apport_sur_total"], 4)) == (318_000, 0.2453)
    assert n["mensualite"] == 3_280.51
    assert n["an_1"][["echeance_totale", "interets", "capital"]].round().tolist() == [39_366, 9_048, 30_318]
    assert round(n["caf_totale"]) == 133_564
    assert [round(n[x], 2) for x in ("photo_v", "film_v", "test_v")] == [1.14, 1.77, 1.18]
    assert (n["mensualite_four"], n["capital_four"], n["interets_four"]) == (822.89, 7_556, 2_319)
    assert [round(n[x], 2) for x in ("photo_e", "film_e", "teste_e")] == [1.09, 0.96, 0.59]
    assert (n["durables"], n["tva_velo"]) == (74_000, 12_800)


def test_la_table_des_coefficients_redonne_la_mensualite(pages):
    n = pages[L7].noms
    lu = n["coefficients"]["84 mois"][n["taux_lus"].index(n["pret_four"].taux)]
    assert abs(float(lu.replace(",", ".")) * n["pret_four"].montant / 1_000 - n["mensualite_four"]) <= 0.01


def test_un_differe_allege_la_premiere_annee_et_alourdit_les_suivantes(pages):
    couvertures = pages[L7].noms["couvertures"]
    sans, avec = (couvertures(240_000, 4, 84, differe, 0)["couverture"] for differe in (0, 12))
    assert avec.loc[1] > sans.loc[1]
    assert (avec.loc[2:] < sans.loc[2:]).all()


def test_vendre_un_cinquieme_de_moins_efface_presque_tout_l_ebe(pages):
    simulateur = pages[L7].simulateur
    assert simulateur.prediction.verdict() == "disparait"
    assert "la plus faible : 1,18 fois, année 1, entre 1" in plate(simulateur.voir(ventes=-20).phrase)
    assert "sous 1" in simulateur.voir(ventes=-30).phrase


def test_les_delais_de_la_lecon_ne_repondent_pas_a_l_epreuve():
    """L6 and B1-CAS study the same garage: what a learner brings from the lesson is not right in most copies."""
    cles = ("delai_clients", "delai_fournisseurs", "rotation_marchandises")
    de_la_lecon = rotation(cas("CAS-04").exercices["N"])
    garages = [variante("CAS-04", f"apprenant{rang}", "B1-CAS", "2026-S2") for rang in range(20)]
    lus = [rotation(garage.exercices["N"]) for garage in garages]
    for cle in cles:
        proches = sum(abs(lu[cle] - round(de_la_lecon[cle])) <= 1 for lu in lus)
        assert proches <= len(lus) / 2, (cle, proches)
