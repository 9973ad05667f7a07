"""A copy in forms: its scores come from the answers files as they were handed in, whatever runs beside them."""

from __future__ import annotations

import json
import shutil
from textwrap import dedent

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from rncp_utils.autograde.anomalies import anomalies_du_devoir
from rncp_utils.autograde.execution.correction import Correction
from rncp_utils.autograde.execution.plan import plan_de
from rncp_utils.lecon import ecrire_reponses

pytestmark = pytest.mark.lent

DEVOIR = "F-M0"
SESSION = "2026-S2"
JUSTES = {
    "m0_calcul": {"marge": "54 000 €", "marque": "36 %"},
    "m0_lecture": {"donnees": "c", "gestes": {"demarrer": "1", "repondre": "2", "controler": "3", "rendre": "4"}},
}
FAUSSES = {"m0_calcul": {"marge": "1", "marque": "1"}, "m0_lecture": {"donnees": "a"}}
REECRIRE = f"""
    from rncp_utils.lecon import ecrire_reponses
    for cellule, reponses in {JUSTES!r}.items():
        ecrire_reponses(".", "{DEVOIR}", cellule, "reecriture", "{SESSION}", reponses)
    """
PIRATER = """
    import rncp_utils.evaluation, rncp_utils.evaluation.copie, os
    rncp_utils.evaluation.Copie.noter = lambda self, baremes, maximum: float(maximum)
    rncp_utils.evaluation.copie.borner = lambda points, maximum: float(maximum)
    os.environ["RNCP_APPRENANT"] = "modele"
    """
# Name → (answers handed in, code of a cell put first, points).
COPIES = {
    "modele": (JUSTES, "", 10),
    "arret": (JUSTES, "import os; os._exit(1)", 10),
    "boucle-sourde": (
        JUSTES,
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        10,
    ),
    "reecriture": (FAUSSES, REECRIRE, 0),
    "piratage": (FAUSSES, PIRATER, 0),
    "vide": ({}, "", 0),
}


@pytest.fixture(scope="module")
def corriges(depot, nouveau_cours, zygote):
    from rncp_utils.autograde.cours import ouvrir_cours
    from rncp_utils.autograde.lot.passage import Options, corriger_devoir

    cours = nouveau_cours()
    cours.devoir = DEVOIR
    cours.regler("c.Execute.timeout = 5")
    shutil.copytree(depot / "source" / DEVOIR, cours.dossier / "source" / DEVOIR)
    ouvrir_cours(cours.dossier).generer(DEVOIR)
    for apprenant, (reponses, code, _) in COPIES.items():
        copie = cours.remise(apprenant)
        shutil.copytree(cours.officiel, copie)
        for cellule, contenu in reponses.items():
            ecrire_reponses(copie, DEVOIR, cellule, apprenant, SESSION, contenu)
        if code:
            nb = nbformat.read(copie / "f_m0.ipynb", as_version=4)
            nb.cells.insert(1, new_code_cell(dedent(code)))
            nbformat.write(nb, copie / "f_m0.ipynb")
    # The model's answers, under another name.
    copie = cours.remise("copieur")
    shutil.copytree(cours.remise("modele"), copie)
    passage = corriger_devoir(cours.dossier, DEVOIR, Options(jobs=2))
    return cours, {resultat.apprenant: resultat for resultat in passage.resultats}


@pytest.mark.parametrize("apprenant", list(COPIES))
def test_les_points_sont_ceux_des_reponses_remises(corriges, apprenant):
    cours, _ = corriges
    assert cours.total(apprenant) == pytest.approx(COPIES[apprenant][2])


def test_les_reponses_d_un_autre_sont_signalees(corriges):
    """Everybody has the same questions here: the right ones are right, and whoever grades is told whose they were."""
    cours, _ = corriges
    anomalies = anomalies_du_devoir(cours.dossier, DEVOIR)
    dites = anomalies[anomalies.apprenant == "copieur"]
    assert set(dites.code) == {"autre_apprenant"}
    assert len(dites) == 2
    assert "modele" in dites.motif.iloc[0]


@pytest.mark.parametrize("apprenant", ["arret", "boucle-sourde"])
def test_un_noyau_perdu_fait_regarder_la_copie_sans_lui_prendre_ses_points(corriges, apprenant):
    cours, resultats = corriges
    assert resultats[apprenant].etat == "à examiner"
    attendent = [cellule for (qui, cellule), note in cours.notes().items() if qui == apprenant and note[2]]
    assert attendent == ["m0_calcul"]


def test_les_autres_copies_n_attendent_personne(corriges):
    cours, resultats = corriges
    for apprenant in ("modele", "reecriture", "piratage", "vide"):
        assert resultats[apprenant].etat == "corrigée"
        assert not [c for (qui, c), note in cours.notes().items() if qui == apprenant and note[2]]


def test_un_seul_noyau_suffit_quand_rien_n_est_de_l_apprenant(corriges):
    cours, _ = corriges
    source = json.loads((cours.dossier / "source" / DEVOIR / "f_m0.ipynb").read_text(encoding="utf-8"))
    plan = plan_de(source["cells"])

    def correction(apprenant: str) -> Correction:
        nb = nbformat.read(cours.dossier / "autograded" / apprenant / DEVOIR / "f_m0.ipynb", as_version=4)
        return Correction(nb, plan, lambda: "A", lambda: "B", env={}, cells_max=10)

    formulaires = correction("modele")
    assert (formulaires.a, formulaires.b) == ("B", "B")
    avec_code = correction("piratage")
    assert (avec_code.a, avec_code.b) == ("A", None)
