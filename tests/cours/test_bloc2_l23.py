"""Lesson B2-L3: the figures that it teaches, what its keys rest on, and what it must not give away."""

from __future__ import annotations

import re

import pytest

from rncp_utils.lecon.questions import NUM
from rncp_utils.parametres import fiche_parametre, parametre
from rncp_utils.portefeuille import charger_gamme, solutions_de_financement
from tests.cours.page import COURS, Page, choix_uniques, executer, plate, rien_ne_se_devine
from tests.machine import COMPLET

L3 = COURS / "bloc2" / "B2_L3_gamme_financements.ipynb"
BANQUE = COURS.parent / "source" / "B2-QST" / "banque.yaml"


@pytest.fixture(scope="module")
def page() -> Page:
    """The lesson, executed as a grader sees it: nothing is written."""
    return executer(L3)


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(page):
    uniques = choix_uniques([page])
    assert len(uniques) == 8
    rien_ne_se_devine(uniques)


def test_l_avance_de_ferrand(page):
    n = page.noms
    cession = n["cession"]
    assert (cession["avance"], cession["reserve"], cession["interets"], cession["cout"]) == (72_000, 18_000, 780, 795)
    assert n["creances"] < n["f1"]["BX"], "it gives only a part of what its clients owe"
    assert (n["ebe_f1"], n["ebe_f"]) == (57_800, -40_900), "the lesson says that the same advance would finance a loss"


def test_le_stock_calcule_est_celui_du_bilan(page):
    n = page.noms
    estime = n["achats_f"] * n["jours_stock_f"] / 30
    assert estime == pytest.approx(n["f1"]["BL"], rel=0.02)
    assert (n["jours_avant"], n["jours_apres"]) == (69, 76), "« une semaine de stock en plus »"
    assert page.exercices["E2"].correcteur.attendus["besoin"] == pytest.approx(26_156.67, abs=0.01)


def test_les_agios_et_l_affacturage(page):
    assert page.exercices["E3"].correcteur.attendus == {"interets": 96, "agios": 110.1}
    # Written in the prose of the late payments: sixty days, or forty-five to the end of the month.
    maxima = [parametre(f"delais_paiement.maximum_{x}", "2026-03-31") for x in ("date_facture", "fin_de_mois")]
    assert maxima == [60, 45]
    assert page.noms["jours_effet"] <= maxima[0] < page.noms["jours_dailly"], "the lesson says which one is late"
    assert page.exercices["E4"].correcteur.attendus == {"commission": 765, "financement": 459}


def test_la_machine_sur_le_decouvert_du_client(page):
    n = page.noms
    assert page.exercices["E5"].correcteur.attendus == {"depassement": 11_822, "interets": 1_424}
    assert (n["soldes"] >= -n["limite"]).all() and len(n["soldes"]) == 365
    assert n["part_debitrice_avant"] < 0.25 and n["part_debitrice"] > 0.9, "« débiteur presque toute l'année »"
    assert n["hors_limite"] == 40
    assert n["prix_machine"] < n["limite"], "the client believes that it fits"
    assert n["pret_an"] < n["interets_machine"]


def test_le_seuil_de_l_usure_est_le_dernier_connu_et_date(page):
    assert page.noms["trimestre"] == max(fiche_parametre("usure.decouvert_professionnel").dates).isoformat()
    assert page.noms["seuil_usure"] == 0.1889


def test_le_simulateur_aux_bornes_et_sa_prediction(page):
    simulateur = page.simulateur
    assert simulateur.prediction.verdict() == "triple"
    assert "Adapté : prêt d'investissement (2 023 €), crédit-bail mobilier (1 920 €)" in plate(simulateur.voir().phrase)
    assert "Le découvert, à éviter, coûterait 8 380 €" in plate(simulateur.voir().phrase)
    assert "Rien dans la gamme" in page.phrase(mois=12)
    assert "Adapté : cession de créances Dailly" in page.phrase(nature="factures", mois=2)
    assert "Adapté : affacturage" in page.phrase(nature="factures", mois=12)
    assert "Rien n'est tout à fait adapté" in page.phrase(nature="tva", mois=2)
    assert "Aucune solution" in page.phrase(nature="perte")
    nature, montant, mois = simulateur.parametres
    for choisie in nature.options:
        for somme in (montant.minimum, montant.maximum):
            for duree in (mois.minimum, mois.maximum) if COMPLET else (mois.maximum,):
                vue = simulateur.voir(nature=choisie, montant=somme, mois=duree)
                assert not vue.phrase.startswith("▲") and "nan" not in vue.phrase
                assert len(vue.tableau) == 9 and vue.tableau["Avis"].iloc[-1] == "À éviter"


def test_les_paires_de_la_cle_sont_adaptees_selon_la_bibliotheque(page):
    besoins = {
        "salaires": ("passage", 1, "DECOUVERT"),
        "traite": ("effets", 2, "ESCOMPTE"),
        "commune": ("factures", 2, "DAILLY"),
        "quarante": ("factures", 12, "AFFACTURAGE"),
        "plage": ("saison", 6, "CAMPAGNE"),
        "salon": ("travaux", 84, "INVEST"),
        "fourgons": ("materiel", 48, "BAIL"),
        "retenue": ("marche", 12, "CAUTION"),
    }
    reponses = {
        "facilite": "DECOUVERT", "escompte": "ESCOMPTE", "dailly": "DAILLY", "affacturage": "AFFACTURAGE",
        "campagne": "CAMPAGNE", "pret": "INVEST", "bail": "BAIL", "caution": "CAUTION",
    }  # fmt: skip
    cle = page.cle("E6", "paires")
    for element, (nature, mois, code) in besoins.items():
        assert reponses[cle[element]] == code
        assert solutions_de_financement(nature, 20_000, mois).loc[code, "avis"] == "adapté", element
    assert (solutions_de_financement("perte", 20_000, 24)["avis"] == "à éviter").all()
    assert cle["pertes"] == "diagnostic" and len(set(cle.values())) == len(cle)


def test_pret_et_credit_bail_se_comparent_a_duree_egale(page):
    attendus = page.exercices["E7"].correcteur.attendus
    assert attendus == {"bail": 6_480, "pret": pytest.approx(6_115.88)}
    p = page.noms["p"]
    assert 0 < p["bail"]["taux_actuariel"] - p["pret"]["taeg"] < 0.005, "« les deux coûts sont voisins »"
    assert page.noms["prix_f"] == 38_000


def test_duree_quotite_et_caution(page):
    assert page.exercices["E8"].correcteur.attendus == {"pret": 40_500, "caution": 7_387.5}
    assert parametre("garanties.retenue_garantie_maximale", "2026-03-31") == 0.05
    du_cours = " ".join(charger_gamme().produit("INVEST").caracteristiques)
    assert "de 24 à 84 mois" in du_cours and page.noms["duree_maximale"] == 84
    for mois, nature in ((84, "materiel"), (24, "travaux")):
        assert solutions_de_financement(nature, 20_000, mois).loc["INVEST", "avis"] == "adapté"


def test_le_dossier_a_rediger(page):
    n = page.noms
    assert f"{n['jour']:%d/%m/%Y}" == "31/03/2026"
    assert (n["pret_champ"], n["mensualite_champ"], n["ebe_champ"]) == (12_000, 221.54, 35_296)
    assert 20_000 < n["charge_actuelle"] < n["charge"] < n["ebe_champ"]


def test_la_lecon_ne_donne_aucune_reponse_chiffree_de_l_epreuve(page):
    """The bank of the questionnaire is drawn for a graded test: same methods here, other figures."""
    epreuve = {float(x) for x in re.findall(r"^    reponse: ([\d.]+)$", BANQUE.read_text(encoding="utf-8"), re.M)}
    donnees = {
        exercice.correcteur.attendus[question.id]
        for exercice in page.exercices.values()
        for question, _ in exercice.correcteur.champs
        if question.type == NUM
    }
    assert not {round(float(x), 2) for x in donnees} & epreuve
    assert float(page.noms["cession"]["interets"]) not in epreuve
