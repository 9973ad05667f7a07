"""Lesson B2-L4: the figures that it teaches, what its keys rest on, and what it must not give away."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from rncp_utils.lecon.questions import NUM
from rncp_utils.parametres import parametre
from rncp_utils.portefeuille import charger_gamme
from tests.cours.page import COURS, Page, choix_uniques, executer, plate, rien_ne_se_devine

L4 = COURS / "bloc2" / "B2_L4_gamme_protection_epargne.ipynb"
BANQUE = COURS.parent / "source" / "B2-QST" / "banque.yaml"
JOUR = dt.date(2026, 11, 27)


@pytest.fixture(scope="module")
def page() -> Page:
    """The lesson, executed as a grader sees it: nothing is written."""
    return executer(L4)


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(page):
    uniques = choix_uniques([page])
    assert len(uniques) == 7
    rien_ne_se_devine(uniques)


def test_les_regles_d_arret_viennent_des_parametres(page):
    """« The 91st day » of the prose: the days paid, plus the days that are not."""
    carence, duree = parametre("tns.arret.carence", JOUR), parametre("tns.arret.duree", JOUR)
    assert carence["liberal"] + duree["liberal"] == 90
    assert page.noms["indemnite_jour"]("artisan_commercant", 1_000_000) == 65.84
    assert page.noms["indemnite_jour"]("liberal", 1_000_000) == 197.51
    assert page.noms["indemnite_jour"]("artisan_commercant", 4_000) == 0
    assert page.noms["part_minimale"] == 0.10, "« a tenth of the PASS », says the prose"


@pytest.mark.parametrize(
    ("mois", "artisan", "liberal"), [(1, 27, 27), (2, 30, 30), (3, 30, 30), (4, 30, 0), (12, 30, 0)]
)
def test_les_jours_payes_de_chaque_mois(page, mois, artisan, liberal):
    n = page.noms
    for regime, attendu in (("artisan_commercant", artisan), ("liberal", liberal)):
        assert n["jours_payes"](mois, n["carence"][regime], n["duree"][regime]) == attendu


def test_l_ecart_d_elise(page):
    n = page.noms
    assert round(n["fixes_e"], 2) == 7_412.5 and round(n["foyer_e"], 2) == 5_166.67
    assert round(n["besoin_e"] - n["mois_plein_e"], 2) == 10_603.97
    assert round(n["besoin_e"] - n["premier_mois_e"], 2) == 10_801.49
    assert n["revenu_e"] > n["pass_annuel"], "the ceiling counts, says the calculation"
    assert n["fixes_e"] > 2 * (n["foyer_e"] - n["mois_plein_e"]), (
        "most of the gap comes from the bakery, says the prose"
    )


def test_la_franchise_et_les_conditions_sont_celles_de_la_gamme(page):
    gamme = charger_gamme()
    assert f"{page.noms['FRANCHISE']} jours dans le cours" in " ".join(gamme.produit("PREVOYANCE").caracteristiques)
    assert any("cinq ans" in ligne for ligne in gamme.produit("PEE").caracteristiques)
    assert [page.noms["cout_garantie"](g) for g in ("aucune", "indemnite", "complete")] == [0, 62, 90]
    exclus = page.cle("E5", "ecarter")
    assert sorted(exclus) == ["cle", "flotte", "sante"]
    assert "EI" not in gamme.produit("HOMMECLE").statuts and gamme.produit("SANTE").salaries
    assert gamme.produit("FLOTTE").conditions[0].startswith("Trois véhicules")


def test_le_simulateur_aux_bornes_et_ses_essais(page):
    simulateur, n = page.simulateur, page.noms
    assert simulateur.prediction.verdict() == "milieu"
    assert "passe sous zéro au cours du mois 4" in page.phrase()
    pente = {
        g: n["arret"]("artisan_commercant", n["revenu_e"], n["fixes_e"], n["foyer_e"], g, 3_150)
        for g in ("aucune", "indemnite", "complete")
    }
    assert pente["indemnite"][-1] - pente["aucune"][-1] == pytest.approx(11 * 3_150)
    assert pente["indemnite"][-1] < 0, "the account still goes below zero"
    assert abs(pente["complete"][-1] - pente["complete"][1]) < 1_000, "almost flat after the first month"
    assert "tient les douze mois" in page.phrase(garantie="complete") and "90 € par mois" in page.phrase(
        garantie="complete"
    )
    regime, revenu, charges, foyer, garantie, indemnite = simulateur.parametres
    bornes = (1_000 * n["COMPTE_MIN"], 1_000 * n["COMPTE_MAX"])
    for r in regime.options:
        for g in garantie.options:
            for haut in ("minimum", "maximum"):
                vue = simulateur.voir(
                    regime=r,
                    garantie=g,
                    revenu=revenu.maximum,
                    charges=getattr(charges, haut),
                    foyer=getattr(foyer, haut),
                    indemnite=indemnite.maximum,
                )
                assert not vue.phrase.startswith("▲") and "nan" not in vue.phrase
                donnees = vue.figure.donnees.to_numpy()
                assert bornes[0] < donnees.min() and donnees.max() < bornes[1]


def test_les_exercices_de_calcul(page):
    cles = {nom: page.exercices[nom].correcteur.attendus for nom in ("E2", "E3", "E7", "E8")}
    assert cles["E2"] == {"jour": 50, "premier": 1_950, "trimestre": 5_550}
    assert cles["E3"] == {"perte": 60_000, "indemnite": 57_200, "prime": 1_747}
    assert cles["E7"] == {"abondement": 5_700, "cout": 6_012, "net": pytest.approx(677.25)}
    assert cles["E8"] == {"somme": 23_000, "interets": pytest.approx(460)}


def test_l_abondement_respecte_les_plafonds_de_la_loi(page):
    """« The ceilings of the law do not bind here », says the correction."""
    n = page.noms
    assert max(n["abondements_r"]) < n["plafonds"]["pee"]
    for verse, abonde in zip(n["versements_r"], n["abondements_r"], strict=True):
        assert abonde <= n["epargne"]["abondement_multiple"] * verse
    assert n["SALARIES_R"] < n["epargne"]["forfait_social_effectif"]
    assert n["effectif"]["minimum"] <= n["SALARIES_R"] < n["effectif"]["limite"]


def test_aucune_question_sur_la_sante_n_est_juste(page):
    for exercice, champ, mauvaise in (("E1", "premier", "b"), ("E6", "sante", "a"), ("E6", "sante", "b")):
        assert page.cle(exercice, champ) != mauvaise
    assert page.cle("E6", "etapes") == ["presenter", "recueillir", "informer", "conseiller", "signer"]


def test_la_lecon_ne_donne_aucune_reponse_chiffree_de_l_epreuve(page):
    """The bank of the questionnaire is drawn for a graded test; the assessed interview has Sophie's figures."""
    epreuve = {float(x) for x in re.findall(r"^    reponse: ([\d.]+)$", BANQUE.read_text(encoding="utf-8"), re.M)}
    donnees = {
        exercice.correcteur.attendus[question.id]
        for exercice in page.exercices.values()
        for question, _ in exercice.correcteur.champs
        if question.type == NUM
    }
    assert not {round(float(x), 2) for x in donnees} & epreuve
    ecrit = plate(L4.read_text(encoding="utf-8") + L4.with_suffix(".yaml").read_text(encoding="utf-8"))
    assert not any(x in ecrit for x in ("Sophie", "3 900", "1 750", "2 150", "3_900", "1_750", "2_150"))
