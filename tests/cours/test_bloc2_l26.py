"""Lesson B2-L6: the figures that it teaches, what its keys rest on, and what it must not give away."""

from __future__ import annotations

import re

import pytest

from rncp_utils.credit import couverture
from rncp_utils.lecon.questions import NUM
from rncp_utils.parametres import parametre
from rncp_utils.risque import delegataire, el, pd_de_la_cote, taux_plancher
from tests.cours.page import COURS, Page, choix_uniques, executer, plate, rien_ne_se_devine

L6 = COURS / "bloc2" / "B2_L6_adapter_au_profil_de_risque.ipynb"
BANQUE = COURS.parent / "source" / "B2-QST" / "banque.yaml"
JOUR = "2026-03-31"


@pytest.fixture(scope="module")
def page() -> Page:
    """The lesson, executed as a grader sees it: nothing is written."""
    return executer(L6)


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(page):
    uniques = choix_uniques([page])
    assert len(uniques) == 9
    rien_ne_se_devine(uniques)


def test_la_cote_des_galets_et_celle_du_garage(page):
    n = page.noms
    assert n["parts_g"] == {"financier": 0.44, "comportement": 0.87, "dirigeant": 0.86, "secteur": 0}
    assert (round(n["cote_g"].note, 2), n["cote_g"].cote, n["cote_g"].pd) == (60.95, 4, 0.02)
    assert n["utilisation"] > parametre("risque.alerte.seuils", JOUR)["utilisation"], "« presque plein »"
    assert n["galets"].credits and (n["METIER_G"], n["AGE_G"]) == (20, 18), "the prose says twenty and eighteen"
    assert n["garage"]["raison_sociale"] == "Atelier automobile des Sept Noyers" and n["METIER_A"] == 5
    assert page.exercices["E3"].correcteur.attendus == {"note": pytest.approx(68.05), "cote": 4}


def test_la_table_des_cotes_est_celle_de_la_bibliotheque(page):
    assert page.noms["bornes"][3] == "de 60 à moins de 70" and page.noms["bornes"][7] == "de 20 à moins de 30"
    assert round(1 / pd_de_la_cote(4, date=JOUR)) == 50, "« sur cinquante clients »"


def test_la_perte_attendue_du_pressoir(page):
    n = page.noms
    assert (n["prix_g"], n["seul_g"]["lgd"], n["garanti_g"]["lgd"]) == (54_000, 0.5, 0.25)
    assert (n["seul_g"]["perte_attendue"], n["garanti_g"]["perte_attendue"]) == (540, 270)
    assert n["QUOTITE"] == 0.5 and any("50 %" in c for c in n["produit"].conditions), "the range says fifty"


def test_l_organisme_rend_possible_le_prix_de_la_gamme(page):
    n = page.noms
    assert n["plancher_g"]["garanti"]["taux"] < n["taux_gamme"] < n["plancher_g"]["seul"]["taux"]
    assert n["plancher_a"]["garanti"]["taux"] < n["taux_gamme"] < n["plancher_a"]["seul"]["taux"]


def test_les_exercices_chiffres(page):
    assert page.exercices["E4"].correcteur.attendus == {"perte": 20_000, "el": 400, "partagee": 200, "commission": 138}
    attendus = page.exercices["E5"].correcteur.attendus
    for nom, quotite in (("seul", 0), ("garanti", 0.5)):
        prix = taux_plancher(0.02, 20_000 / 46_000, quotite=quotite, date=JOUR)
        assert attendus[f"{nom}.risque"] == pytest.approx(100 * prix["risque"], abs=1e-5)
        assert attendus[f"{nom}.taux"] == pytest.approx(100 * prix["taux"], abs=1e-5)


def test_qui_decide(page):
    n = page.noms
    assert delegataire(n["montant_e6"], n["cote_e6"], date=JOUR) == "directeur d'agence"
    assert n["montant_e6"] < n["montants"]["charge"] < n["entier_e6"] < 2 * n["montants"]["charge"]
    assert delegataire(n["prix_g"], n["cote_g"].cote, date=JOUR) == "directeur d'agence", "the prose says it"
    assert (n["encours_g"], n["decideur_g"]) == (231_000, "comité de crédit"), "the total commitment decides"
    assert (n["ligne_a"], n["decideur_a"]) == (48_000, "directeur d'agence")


def test_le_pressoir_a_un_seul_taux_et_une_seule_duree(page):
    """The rate of the file, defended in B2-L7, is the floor that this lesson computes, pledge and guarantor taken."""
    n, pret = page.noms, page.noms["galets"].projets[0].pret
    assert pret.taux == n["TAUX_DU_DOSSIER"] == pytest.approx(n["plancher_g"]["garanti"]["taux"])
    assert pret.duree_mois == n["DUREE_LONGUE"] == 84
    assert n["garanti_g"]["lgd"] == 0.25, "« au quart du prêt »"


def test_le_simulateur_dit_ce_que_fait_chaque_levier(page):
    simulateur = page.simulateur
    assert simulateur.prediction.verdict() == "baisse"
    depart = page.phrase()
    assert "perte attendue de 540 € la première année, au lieu de 1 080 € sans levier" in depart
    assert "2 247 € sur toute la vie" in depart and "Taux plancher : 4,55 %" in depart and "739,36 €" in depart
    assert "1 664 € sur toute la vie" in page.phrase(mois=60)
    garanti = page.phrase(quotite=50)
    assert "Taux plancher : 4,05 %" in garanti and "le prix suffit" in garanti and "162 €" in garanti
    assert "sous le plancher" in page.phrase(apport=30)
    assert "le prix suffit" in page.phrase(apport=35) and "Décide : comité" in page.phrase(apport=35)
    assert "sous le plancher" in page.phrase(cote=7)
    assert "le prix suffit" in page.phrase(cote=7, apport=40, revente=70, quotite=70), "the trial has an answer"


def test_le_simulateur_tient_aux_bornes(page):
    cote, apport, revente, quotite, mois = page.simulateur.parametres
    for c in (cote.minimum, cote.maximum):
        for a in (apport.minimum, apport.maximum):
            for r in (revente.minimum, revente.maximum):
                for q in (quotite.minimum, quotite.maximum):
                    _, niveaux, prix, annees = page.noms["lire"](c, a, r, q, mois.maximum)
                    assert niveaux == sorted(niveaux, reverse=True), "each lever takes away, none adds"
                    assert prix > 0.0355 and annees == sorted(annees, reverse=True)
    for m in (mois.minimum, mois.maximum):
        vue = page.simulateur.voir(mois=m)
        assert not vue.phrase.startswith("▲") and "nan" not in vue.phrase
        donnees = vue.figure.donnees["Perte attendue"]
        assert len(donnees) == 5 + m // 12 and donnees["Reste"] == donnees["Année 1"]


def test_le_simulateur_et_la_bibliotheque_disent_la_meme_perte(page):
    pret, niveaux, _, _ = page.noms["lire"](5, 20, 60, 40, 60)
    lue = couverture(
        pret,
        [
            {"code": "gage_materiel", "valeur_expertise": 54_000, "decote": 0.4},
            {"code": "bpifrance", "quotite": 0.4},
        ],
        date=JOUR,
    )
    assert niveaux[-1] == pytest.approx(el(0.03, lue["lgd"], pret), abs=0.01)


def test_le_refus_porte_sur_une_entreprise_que_rien_ne_rembourserait(page):
    n = page.noms
    assert (n["ebe_f"], float(n["ratios_f"]["caf"])) == (-40_900, -94_300)
    assert n["ferrand"].projets[0].apport == 0 and not n["ferrand"].projets[0].besoins, "« il n'y en a pas »"


def test_la_fiche_a_rediger(page):
    n = page.noms
    assert (n["pret_a"], n["apport_a"], n["mensualite_a"]) == (46_000, 6_000, 849.24)
    assert 12 * n["mensualite_a"] < float(n["ratios_a"]["caf"]) / 4, "« couvre largement »"
    assert plate(n["baisse_a"]) == "41 %"


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
