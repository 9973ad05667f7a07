"""Which kernel runs a cell, and what crosses before a test."""

from __future__ import annotations

import json

import pytest

from rncp_utils.autograde.execution.noms import noms_de
from rncp_utils.autograde.execution.plan import PREPARATION, REPONSE, TEST, lire_plan, plan_de
from rncp_utils.erreurs import ErreurDonnees


def cellule(nom: str, source: str, genre: str = "", tags: tuple[str, ...] = ()) -> dict:
    marque = {
        "test": {"grade": True, "solution": False, "locked": True},
        "locked": {"grade": False, "solution": False, "locked": True},
        "solution": {"grade": False, "solution": True, "locked": False},
        "manuelle": {"grade": True, "solution": True, "locked": False},
    }.get(genre)
    metadata = {"tags": list(tags)} | ({"nbgrader": {"grade_id": nom, **marque}} if marque else {})
    return {"cell_type": "code", "source": source, "metadata": metadata}


@pytest.mark.parametrize(
    ("source", "lus", "poses"),
    [
        ("x = a + 1", {"a"}, {"x"}),
        ("x += 1", {"x"}, {"x"}),
        ("import numpy as np\nfrom os import path, sep as s", set(), {"np", "path", "s"}),
        ("def f(a):\n    local = a\n    return local + dehors", {"a", "local", "dehors"}, {"f"}),
        ("for i in range(3):\n    y = i", {"range", "i"}, {"i", "y"}),
        ("with open('f') as flux:\n    pass", {"open", "f"}, {"flux"}),
        ("(a, [b, *c]) = 1, [2, 3]", set(), {"a", "b", "c"}),
        ("if (n := 3) > 2: pass", set(), {"n"}),
        ("def f():\n    global g\n    g = 1", set(), {"f", "g"}),
        ("'taux' in globals()", {"taux", "globals"}, set()),
        ("%matplotlib inline\nx = 1", {"get_ipython", "matplotlib"}, {"x"}),
        ("x = = 1", set(), set()),
        ("[k for k in donnees]", {"k", "donnees"}, {"k"}),
    ],
)
def test_les_noms_d_une_cellule(source, lus, poses):
    noms = noms_de(source)
    assert lus <= noms.lus
    assert noms.poses == poses


CELLULES = [
    cellule("prep", "import pandas as pd\nbase = pd.DataFrame()", "locked"),
    cellule("inutile", "from rncp_utils.lecon import Formulaire", "locked"),
    cellule("forme", "Formulaire('x')", "locked"),
    cellule("reponse", "marge = 0\nbase2 = 1", "solution"),
    cellule("suite", "double = 2 * marge", "locked"),
    cellule("etoile", "from math import *", "locked"),
    cellule("reglage", "pd.set_option('display.max_rows', 5)", "locked", ("noyau-test",)),
    cellule("t1", "", "test"),
    cellule("", "brouillon = 3"),
    cellule("redaction", "texte = 'ici'", "manuelle"),
    cellule("t2", "", "test", ("noyau-apprenant",)),
]


def test_chaque_cellule_a_son_genre():
    plan = plan_de(CELLULES)
    genres = {c.nom: c.genre for c in plan.cellules if c.nom}
    assert genres["prep"] == PREPARATION
    assert genres["reponse"] == genres["redaction"] == REPONSE
    assert genres["t1"] == TEST
    assert plan.genre(None) == plan.genre("inventee") == REPONSE
    assert plan.tests_dans_a == ("t2",)
    assert plan.dans_a("t2")
    assert not plan.dans_a("t1")


def test_un_test_ne_recoit_que_ce_qu_il_lit():
    plan = plan_de(CELLULES)
    besoins = plan.besoins("t1", "assert double == 2 * marge\nbase.empty")
    # The star and the tagged preparation always; the forms, which the test does not read, never.
    assert besoins.preparations == ("prep", "suite", "etoile", "reglage")
    assert besoins.noms == ("marge",)
    assert besoins.variables == {"suite"}
    assert plan.besoins("t1", "1.0").noms == ()


def test_un_nom_de_l_auteur_ne_vient_jamais_de_l_apprenant():
    plan = plan_de(CELLULES)
    assert "base" not in plan.besoins("t1", "base").noms
    # Bound by a draft cell of the source notebook, but after the test.
    assert plan.besoins("t1", "brouillon").noms == ()
    assert plan.besoins("t2", "brouillon").noms == ("brouillon",)


def test_la_derniere_cellule_qui_pose_un_nom_l_emporte():
    avant = [cellule("prep", "taux = None", "locked"), cellule("rep", "taux = 3", "solution"), cellule("t", "", "test")]
    assert plan_de(avant).besoins("t", "taux").noms == ("taux",)
    apres = [avant[1], avant[0], avant[2]]
    assert plan_de(apres).besoins("t", "taux").noms == ()
    assert plan_de(apres).besoins("t", "taux").preparations == ("prep",)


@pytest.mark.parametrize("contenu", [None, "{", '{"cells": 3}', '{"cells": [{}]}'])
def test_sans_notebook_d_origine_rien_n_est_devine(tmp_path, contenu):
    notebook = tmp_path / "cas.ipynb"
    if contenu is not None:
        notebook.write_text(contenu)
    with pytest.raises(ErreurDonnees, match=r"cas\.ipynb.* absent ou illisible"):
        lire_plan(notebook)


def test_un_notebook_modifie_est_relu(tmp_path):
    notebook = tmp_path / "cas.ipynb"
    notebook.write_text(json.dumps({"cells": CELLULES}))
    assert len(lire_plan(notebook).cellules) == len(CELLULES)
    notebook.write_text(json.dumps({"cells": CELLULES[:2]}))
    assert len(lire_plan(notebook).cellules) == 2
