"""The course covers its sheet: computed from course/ and source/, never declared."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from rncp_utils.competences import lire_devoirs
from rncp_utils.competences.couverture import (
    bilan_des_activites,
    bilan_des_competences,
    bilan_des_epreuves,
    lecons_et_cellules,
    phrases_de_couverture,
)
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.referentiel import charger_referentiel

FICHE = charger_referentiel("rncp31919")


@pytest.fixture(scope="module")
def cours(depot: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    return lecons_et_cellules(depot, FICHE)


@pytest.fixture(scope="module")
def bilan(cours) -> pd.DataFrame:
    lecons, cellules = cours
    return bilan_des_competences(cellules, lecons, FICHE).set_index("competence", drop=False)


@pytest.mark.parametrize("code", FICHE.codes_competences)
def test_chaque_competence_est_enseignee_pratiquee_et_evaluee(bilan: pd.DataFrame, code: str) -> None:
    ligne = bilan.loc[code]
    assert ligne["nb_lecons"] >= 1, "aucune leçon ne l'enseigne"
    assert ligne["exercices"] >= 1, "aucun exercice ne la pratique"
    assert ligne["items"] >= 2, "moins de deux questions notées"
    assert ligne["points"] >= 10, "moins de dix points"
    assert ligne["manques"] == ""


@pytest.mark.parametrize("activite", [activite.id for activite in FICHE.activites])
def test_chaque_activite_mobilise_trois_competences_couvertes(bilan: pd.DataFrame, activite: str) -> None:
    ligne = bilan_des_activites(bilan, FICHE).set_index("activite").loc[activite]
    assert ligne["nombre"] >= 3
    assert ligne["couvertes"] == ligne["nombre"]


@pytest.mark.parametrize("epreuve", FICHE.codes_evaluations)
def test_chaque_modalite_imposee_a_son_epreuve(cours, epreuve: str) -> None:
    ligne = bilan_des_epreuves(cours[1], FICHE).set_index("epreuve").loc[epreuve]
    assert ligne["presente"]
    assert ligne["points"] == 100


LECONS = pd.DataFrame(
    [("M1-L1", "K1", 2), ("M1-L1", "K2", 0), ("M1-L2", "K1", 1)], columns=["lecon", "competence", "exercices"]
)


@pytest.fixture
def petit(ecrire, notee, exemple):
    """M1-DOS and a training; K1 has what it needs, K2 one question of 4 points, K3 to K5 nothing."""
    ecrire("M1-DOS", notee("a", 6, "K1"), notee("b", 5, "K1"), notee("c", 4, "K2"))
    cellules = lire_devoirs(ecrire("F-M1", notee("d", 50, "K3")), exemple)
    return cellules, bilan_des_competences(cellules, LECONS, exemple).set_index("competence", drop=False)


def test_un_bilan_compte_lecons_exercices_questions_et_points(petit) -> None:
    _, lu = petit
    colonnes = ["lecons", "nb_lecons", "exercices", "epreuves", "items", "points"]
    assert lu.loc["K1", colonnes].to_list() == ["M1-L1, M1-L2", 2, 3, "M1-DOS", 2, 11.0]
    assert lu.loc["K3", colonnes].to_list() == ["", 0, 0, "", 0, 0.0], "un entraînement n'évalue rien"


def test_ce_qui_manque_est_dit(petit) -> None:
    _, lu = petit
    assert lu["manques"].to_dict() == {
        "K1": "",
        "K2": "aucun exercice ; 1 question notée au lieu de 2 ; 4 points au lieu de 10",
        "K3": "aucune leçon ; aucun exercice ; aucune question notée ; aucun point",
        "K4": "aucune leçon ; aucun exercice ; aucune question notée ; aucun point",
        "K5": "aucune leçon ; aucun exercice ; aucune question notée ; aucun point",
    }


def test_les_activites_et_les_epreuves_sont_resumees(petit, exemple) -> None:
    cellules, lu = petit
    activites, epreuves = bilan_des_activites(lu, exemple), bilan_des_epreuves(cellules, exemple)
    assert activites.loc[0, ["nombre", "couvertes"]].to_list() == [2, 1]
    assert activites.loc[0, "manques"] == "2 compétences au lieu de 3 ; compétence K2 à compléter"
    assert epreuves[["epreuve", "items", "points", "presente"]].to_numpy().tolist() == [
        ["M1-DOS", 3, 15.0, True],
        ["M1-ORAL", 0, 0.0, False],
        ["M2-DOS", 0, 0.0, False],
    ]
    assert phrases_de_couverture(lu, activites, epreuves) == (
        "Compétences couvertes : 1 sur 5 (au moins 1 leçon, 1 exercice et 2 questions notées pour 10 points). "
        "À compléter : K2, K3, K4, K5.",
        "Activités qui mobilisent au moins 3 compétences : 0 sur 3. À compléter : T1, T2, T3.",
        "Épreuves imposées présentes dans le cours : 1 sur 3. Absentes : M1-ORAL, M2-DOS.",
    )


def test_un_cours_encore_vide_a_tout_a_faire(ecrire, exemple) -> None:
    cellules = lire_devoirs(ecrire("M1-DOS"), exemple)
    lu = bilan_des_competences(cellules, LECONS[:0], exemple)
    assert (lu["manques"] != "").all()
    assert not bilan_des_epreuves(cellules, exemple)["presente"].any()


def test_une_question_sans_competence_est_refusee(ecrire, notee, exemple) -> None:
    cellules = lire_devoirs(ecrire("M1-DOS", notee("a", 6)), exemple)
    with pytest.raises(ErreurDonnees, match=r"Cellules sans compétence ou sans points.: M1-DOS › a"):
        bilan_des_competences(cellules, LECONS, exemple)
