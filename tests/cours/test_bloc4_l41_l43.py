"""Lessons B4-L1 to B4-L3: the figures that they teach, and the keys that depend on them."""

from __future__ import annotations

import re

import pandas as pd
import pytest
import yaml

from rncp_utils.conformite import beneficiaires, premiere_signature
from rncp_utils.credit import couverture
from rncp_utils.parametres import parametre
from tests.cours.page import COURS, Page, executer_ensemble

L1, L2, L3 = "B4_L1_garanties", "B4_L2_caution_et_entrepreneur_individuel", "B4_L3_conformite_dossier"
JOUR = "2026-11-26"
LIGNES = {
    "identite": "ID-01",
    "registre": "ID-02",
    "effectifs": "BE-01",
    "fiben": "FIC-03",
    "bilan": "DOC-01",
    "avis": "DOC-05",
    "domicile": "DOC-06",
}


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """The three lessons, executed as a grader sees them: nothing is written."""
    return executer_ensemble("bloc4", (L1, L2, L3))


def test_le_four_d_elise_est_couvert_aux_trois_quarts(pages):
    n = pages[L1].noms
    assert (n["pret"], n["materiel"], n["net_gage"]) == (60_000, 60_000, 30_000)
    assert n["lue"][["organisme", "perte", "taux_couverture"]].tolist() == [15_000, 15_000, 0.75]
    assert n["naive"] == 1.0


def test_la_part_d_une_caution_selon_sa_solvabilite(pages):
    n = pages[L1].noms
    assert parametre("garanties.taux_recouvrement", JOUR) == {"forte": 0.60, "moyenne": 0.40, "faible": 0.20}
    assert n["essai"] == 20_000
    perte = (n["pret"] - n["net_gage"] - 0.40 * n["essai"]) * (1 - n["quotite"])
    assert n["admises"].iloc[0]["couverture"] == pytest.approx(1 - perte / n["pret"])


def test_le_deuxieme_magasin_et_ses_murs(pages):
    n = pages[L1].noms
    assert (n["du_avant"], n["net_fonds"], n["net_murs"]) == (114_050, 130_000, 133_450)
    assert (n["apres_fonds"], n["lue_v"]["perte"]) == (110_000, 55_000)
    assert n["lue_v"]["taux_couverture"] == pytest.approx(0.7708, abs=1e-4)
    # The conclusion of E4: with the buildings too, almost nothing is left to lose.
    toutes = [n["nantissement"], n["hypotheque"], {"code": "bpifrance", "quotite": n["quotite_v"]}]
    assert couverture(n["credit_v"], toutes, date=JOUR)["perte"] == 0


def test_le_classement_dit_ce_que_la_page_en_lit(pages):
    admises, refusees = pages[L1].noms["admises"], pages[L1].noms["refusees"]
    conjoint, simple = admises.iloc[0], admises.iloc[1]
    assert "conjoint" in conjoint["option"]
    assert "Caution" not in simple["option"]
    # One share for one guarantee: the ranking, the note and the first calculation say the same.
    assert simple["couverture"] == pytest.approx(0.75) == pages[L1].noms["lue"]["taux_couverture"]
    assert 100 * (conjoint["couverture"] - simple["couverture"]) == pytest.approx(7, abs=0.5)
    assert 0 < conjoint["score"] - simple["score"] < 1
    assert refusees["option"].str.contains("dirigeant").all()
    assert refusees["alertes"].str.contains("L526-22").all()


def test_le_simulateur_de_couverture(pages):
    page = pages[L1]
    assert page.simulateur.prediction.verdict() == "moitie"
    assert "15 000 € sur 60 000 €" in page.phrase()
    assert "insuffisante" in page.phrase(part=0)
    assert "proportionnée" in page.phrase(part=0, caution=15_000)
    assert "insuffisante" in page.phrase(part=0, caution=10_000)
    assert "surdimensionnée" in page.phrase(part=70, caution=60_000)


def test_les_deux_lectures_de_la_caution_de_luc_ferrand(pages):
    page, n = pages[L2], pages[L2].noms
    assert (n["revenus_f"], n["net_f"], n["deja_f"], n["demande_f"]) == (55_800, 198_000, 60_000, 80_000)
    assert (n["annees"], n["seuil"]) == (3, 0.70)
    assert n["avis_f"]["niveau"] == "ok"
    assert n["prudence"]["niveau"] == page.simulateur.prediction.verdict() == "vigilance"
    assert "Feu orange" in page.phrase(revenus=0)
    assert "Feu vert" in page.phrase(revenus=0, engagements=0)
    assert "Feu rouge" in page.phrase(revenus=0, montant=200_000)
    assert "sans mesure" in page.phrase(revenus=0, patrimoine=0)


def test_une_caution_au_dela_de_la_surface(pages):
    n = pages[L2].noms
    assert (n["surface_x"], n["avis_x"]["capacite"], n["avis_x"]["niveau"]) == (153_000, 123_000, "manifeste")


def test_le_delai_de_reflexion_et_l_information_annuelle(pages):
    n = pages[L2].noms
    assert parametre("conformite.delai_reflexion_ei", JOUR) == 7
    assert parametre("conformite.delai_reflexion_ei_reduit", JOUR) == 3
    assert premiere_signature(n["recue"]).isoformat() == "2026-12-08"
    assert (n["sans"].isoformat(), n["avec"].isoformat()) == ("2026-12-11", "2026-12-07")
    assert n["limite"].isoformat() == "2027-03-30"


def test_les_beneficiaires_effectifs(pages):
    page, n = pages[L3], pages[L3].noms
    assert parametre("conformite.seuil_beneficiaire_effectif", JOUR) == 0.25
    assert n["effectifs"]["part_capital"].round(4).to_dict() == {"Bruno": 0.68, "Anne": 0.32}
    assert (n["dina"], n["elie"]) == (pytest.approx(0.30), pytest.approx(0.20))
    trouves = beneficiaires(n["thermes"], n["BAINS"], date=JOUR)
    assert [nom.lower() for nom in trouves.index] == page.cle("E2", "qui")


def test_les_anomalies_du_dossier_sont_celles_du_controle(pages):
    page, etat = pages[L3], pages[L3].noms["etat_v"]
    ouvertes = {nom for nom, regle in LIGNES.items() if etat.loc[regle, "statut"] != "conforme"}
    assert ouvertes == set(page.cle("E3", "anomalies"))
    # No open line is left out of the question.
    assert len(ouvertes) == (etat["statut"] != "conforme").sum() == 4


def test_le_dossier_de_delmas_vieillit(pages):
    page, n = pages[L3], pages[L3].noms
    assert (len(n["etat_delmas"]), len(n["fautives"]), n["bilan_delmas"]["bloquants_ouverts"]) == (14, 4, 3)
    assert page.simulateur.prediction.verdict() == "bloque"
    assert "peut être débloqué" in page.phrase(remises=True)
    assert "impossible" in page.phrase(remises=True, attente=30)


def test_la_vigilance_et_la_conservation(pages):
    page, n = pages[L3], pages[L3].noms
    assert {nom: v["niveau"] for nom, v in n["niveaux"].items()} == page.cle("E4", "niveaux")
    assert n["niveaux"]["menuisier"]["niveau"] == "standard", "low risk is established, never presumed"
    assert n["garde"].isoformat() == "2031-06-30"


def test_l_ecart_de_chiffre_d_affaires_depasse_le_seuil(pages):
    n = pages[L3].noms
    assert n["ca_annonce"] / n["ca_liasse"] - 1 > 0.05
    assert n["fin_bail"] < n["fin_pret"]
    assert (n["debut_bail"], n["fin_bail"]) == (pd.Timestamp("2019-03-04"), pd.Timestamp("2028-03-03"))


def test_une_source_verifiee_est_un_texte_officiel():
    """A reprint, however faithful, is not the official text: it stays to be checked."""
    for chemin in sorted((COURS / "bloc4").glob("B4_L[1-6]_*.yaml")):
        for source in yaml.safe_load(chemin.read_text(encoding="utf-8"))["sources"]:
            if source["statut"] == "verifie":
                assert re.search(r"legifrance\.gouv\.fr|eur-lex\.europa\.eu", source["lien"]), (chemin.name, source)
