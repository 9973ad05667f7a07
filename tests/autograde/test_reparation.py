"""A damaged copy gets back the structure of the released notebook, keeps the learner's work, and the damage is told."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rncp_utils.autograde.reparation import RECEIVED, UNREADABLE, examiner_copie, reparer_copie


def _marque(nom: str, *, grade: bool = False, solution: bool = False) -> dict:
    marque = {
        "schema_version": 3,
        "grade_id": nom,
        "grade": grade,
        "solution": solution,
        "locked": not solution,
        "task": False,
    }
    return {"nbgrader": marque | ({"points": 5} if grade else {}), "tags": ["C1"] if grade else []}


@pytest.fixture
def dossiers(tmp_path):
    """A released assignment (form, answer, two tests) and a copy of it."""
    cellules = [
        new_markdown_cell("# Devoir", id="titre"),
        new_code_cell("formulaire()", id="form", metadata=_marque("form")),
        new_code_cell("x = None", id="reponse", metadata=_marque("reponse", solution=True)),
        new_code_cell("# test 1", id="t1", metadata=_marque("t1", grade=True)),
        new_code_cell("# test 2", id="t2", metadata=_marque("t2", grade=True)),
    ]
    officiel, recu = tmp_path / "release" / "D", tmp_path / "submitted" / "ana" / "D"
    officiel.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cellules), officiel / "d.ipynb")
    shutil.copytree(officiel, recu)
    return recu, officiel


def _modifier(recu: Path, changement) -> None:
    notebook = nbformat.read(recu / "d.ipynb", as_version=4)
    changement(notebook)
    nbformat.write(notebook, recu / "d.ipynb")


def _noms(recu: Path) -> list[str | None]:
    notebook = nbformat.read(recu / "d.ipynb", as_version=4)
    nbformat.validate(notebook)
    return [cellule.metadata.get("nbgrader", {}).get("grade_id") for cellule in notebook.cells]


def _codes(anomalies) -> list[str]:
    return [anomalie.code for anomalie in anomalies]


def test_une_copie_saine_reste_telle_quelle(dossiers):
    avant = (dossiers[0] / "d.ipynb").read_bytes()
    assert reparer_copie(*dossiers) == []
    assert (dossiers[0] / "d.ipynb").read_bytes() == avant
    assert sorted(chemin.name for chemin in dossiers[0].iterdir()) == ["d.ipynb"]


def test_les_cellules_supprimees_reviennent_a_leur_place(dossiers):
    # The cell before a missing test is missing too, and is not a graded one: nbgrader alone gives up on that copy.
    _modifier(dossiers[0], lambda nb: nb.update(cells=[c for c in nb.cells if c["id"] not in ("form", "t1")]))
    anomalies = reparer_copie(*dossiers)
    assert _noms(dossiers[0]) == ["form", None, "reponse", "t1", "t2"]
    assert _codes(anomalies) == ["cellule_manquante", "cellule_manquante"]
    assert anomalies[0].phrase.startswith("Cellule « form » : elle a été supprimée")


def test_une_cellule_doublee_compte_une_fois_la_premiere(dossiers):
    def doubler(notebook):
        notebook.cells[2].source = "x = 1"
        double = copy.deepcopy(notebook.cells[2])
        double.source, double["id"] = "x = 2", "autre"
        notebook.cells.append(double)

    _modifier(dossiers[0], doubler)
    assert _codes(reparer_copie(*dossiers)) == ["cellule_en_trop"]
    notebook = nbformat.read(dossiers[0] / "d.ipynb", as_version=4)
    assert [c.source for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "reponse"] == [
        "x = 1"
    ]
    assert notebook.cells[-1].source == "x = 2"


def test_une_cellule_verrouillee_modifiee_retrouve_son_texte_et_la_reponse_est_gardee(dossiers):
    def tricher(notebook):
        notebook.cells[2].source = "x = 42"
        notebook.cells[3].source = "5.0"

    _modifier(dossiers[0], tricher)
    assert _codes(reparer_copie(*dossiers)) == ["cellule_modifiee"]
    notebook = nbformat.read(dossiers[0] / "d.ipynb", as_version=4)
    assert [notebook.cells[2].source, notebook.cells[3].source] == ["x = 42", "# test 1"]


def test_une_cellule_qui_a_perdu_son_etiquette_est_reconnue(dossiers):
    _modifier(dossiers[0], lambda nb: nb.cells[3].metadata.pop("nbgrader"))
    assert _codes(reparer_copie(*dossiers)) == ["cellule_alteree"]
    assert _noms(dossiers[0]) == [None, "form", "reponse", "t1", "t2"]


def test_des_points_gonfles_sont_ramenes_a_ceux_du_devoir(dossiers):
    _modifier(dossiers[0], lambda nb: nb.cells[3].metadata["nbgrader"].update(points=500))
    reparer_copie(*dossiers)
    assert nbformat.read(dossiers[0] / "d.ipynb", as_version=4).cells[3].metadata["nbgrader"]["points"] == 5


def _lien_symbolique(chemin: Path) -> None:
    chemin.replace(chemin.with_name("ailleurs.txt"))
    chemin.symlink_to("ailleurs.txt")


@pytest.mark.parametrize(
    "abimer",
    [
        lambda chemin: chemin.write_bytes(chemin.read_bytes()[:100]),
        lambda chemin: chemin.write_bytes(b""),
        lambda chemin: chemin.write_bytes(b"\xff\xfe\x00"),
        lambda chemin: chemin.write_text("[]"),
        lambda chemin: chemin.write_text('{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}'),
        lambda chemin: chemin.write_text("[" * 200_000),
        _lien_symbolique,
    ],
    ids=["tronqué", "vide", "binaire", "liste", "cellules absurdes", "imbriqué", "lien symbolique"],
)
def test_un_notebook_illisible_est_mis_de_cote_et_remplace(dossiers, abimer):
    recu, officiel = dossiers
    abimer(recu / "d.ipynb")
    anomalies = reparer_copie(recu, officiel)
    assert _codes(anomalies) == ["notebook_illisible"]
    assert (recu / "d.ipynb").read_bytes() == (officiel / "d.ipynb").read_bytes()
    assert not (recu / "d.ipynb").is_symlink()
    assert (recu / f"d.ipynb{UNREADABLE}").exists()


def test_un_notebook_absent_est_remplace_et_dit(dossiers):
    (dossiers[0] / "d.ipynb").unlink()
    assert _codes(reparer_copie(*dossiers)) == ["notebook_absent"]
    assert _noms(dossiers[0]) == [None, "form", "reponse", "t1", "t2"]


def test_reparer_deux_fois_dit_la_meme_chose_et_garde_l_original(dossiers):
    _modifier(dossiers[0], lambda nb: nb.cells.pop(3))
    recu = (dossiers[0] / "d.ipynb").read_bytes()
    premiere = reparer_copie(*dossiers)
    repare = (dossiers[0] / "d.ipynb").read_bytes()
    assert reparer_copie(*dossiers) == premiere == examiner_copie(*dossiers)
    assert (dossiers[0] / f"d.ipynb{RECEIVED}").read_bytes() == recu
    assert (dossiers[0] / "d.ipynb").read_bytes() == repare
