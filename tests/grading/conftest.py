"""Gradebooks built with nbgrader's own API from plain data, and what lire_devoirs would say of their cells.

A course is a list of cells ``(assignment, cell, competence, points, kind)`` where kind is "test", "redaction" or
"tache". A copy is a dict: ``notes`` (cell → score of a test, or columns of the grade), ``remis_le``, ``prolongation``,
``penalite``, ``commentaires`` (cell → manual comment).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbgrader.api import Base, Gradebook, SubmittedAssignment
from sqlalchemy import create_engine

from rncp_utils.referentiel import Referentiel, Regles, charger_referentiel, charger_regles

ECHEANCE = dt.datetime(2026, 11, 20, 17, 0)
NOTEBOOK = "copie"

Cours = list[tuple[str, str, str, float, str]]
Copies = dict[str, dict[str, dict[str, Any]]]


def remplir(gradebook: Gradebook, cours: Cours, copies: Copies) -> None:
    """Course, learners, submissions and grades."""
    for devoir in dict.fromkeys(ligne[0] for ligne in cours):
        gradebook.add_assignment(devoir, duedate=ECHEANCE)
        gradebook.add_notebook(NOTEBOOK, devoir)
    for devoir, cellule, _, points, nature in cours:
        if nature == "tache":
            gradebook.add_task_cell(cellule, NOTEBOOK, devoir, max_score=points, cell_type="markdown")
            continue
        type_de_cellule = "markdown" if nature == "redaction" else "code"
        gradebook.add_grade_cell(cellule, NOTEBOOK, devoir, max_score=points, cell_type=type_de_cellule)
        if nature == "redaction":
            gradebook.add_solution_cell(cellule, NOTEBOOK, devoir)
    for apprenant, rendues in copies.items():
        gradebook.add_student(apprenant)
        for devoir, copie in rendues.items():
            deposer(gradebook.add_submission(devoir, apprenant), **copie)
    gradebook.db.commit()


def deposer(
    remise: SubmittedAssignment,
    notes: dict[str, Any] | None = None,
    remis_le: dt.datetime | None = ECHEANCE - dt.timedelta(hours=2),
    prolongation: dt.timedelta | None = None,
    penalite: float | None = None,
    commentaires: dict[str, str] | None = None,
) -> None:
    """Fill one submission."""
    remise.timestamp, remise.extension = remis_le, prolongation
    for notebook in remise.notebooks:
        notebook.late_submission_penalty = penalite
        for note in notebook.grades:
            valeur = (notes or {}).get(note.cell.name, {})
            # A bare number is what a test cell that ran leaves.
            colonnes = valeur if isinstance(valeur, dict) else {"auto_score": valeur, "needs_manual_grade": False}
            for colonne, contenu in colonnes.items():
                setattr(note, colonne, contenu)
        for commentaire in notebook.comments:
            commentaire.manual_comment = (commentaires or {}).get(commentaire.cell.name)


def notebook_source(cellules: Cours) -> nbformat.NotebookNode:
    """A source notebook whose cells bear the ids, points and tags of one assignment."""
    notebook = nbformat.v4.new_notebook()
    for rang, (_, cellule, competence, points, nature) in enumerate(cellules):
        nouvelle = nbformat.v4.new_code_cell if nature == "test" else nbformat.v4.new_markdown_cell
        nbgrader = {"grade_id": cellule, "points": points, "schema_version": 3, "locked": nature == "test"}
        nbgrader |= {"grade": nature != "tache", "solution": nature == "redaction", "task": nature == "tache"}
        notebook.cells.append(nouvelle(id=f"c{rang}", metadata={"nbgrader": nbgrader, "tags": [competence]}))
    return notebook


@pytest.fixture(scope="session")
def referentiel() -> Referentiel:
    return charger_referentiel("rncp31919")


@pytest.fixture(scope="session")
def regles() -> Regles:
    return charger_regles()


@pytest.fixture(scope="session")
def echeance() -> dt.datetime:
    return ECHEANCE


@pytest.fixture
def carnet(tmp_path: Path) -> Callable[[Cours, Copies], str]:
    """Builds a gradebook and gives its address."""

    def construire(cours: Cours, copies: Copies) -> str:
        chemin = tmp_path / "gradebook.db"
        chemin.unlink(missing_ok=True)
        url = f"sqlite:///{chemin}"
        # With its tables made beforehand, nbgrader does not start a subprocess to stamp their version.
        moteur = create_engine(url)
        Base.metadata.create_all(moteur)
        moteur.dispose()
        with Gradebook(url) as gradebook:
            remplir(gradebook, cours, copies)
        return url

    return construire


@pytest.fixture(scope="session")
def etiquettes(referentiel: Referentiel) -> Callable[[Cours], pd.DataFrame]:
    """The tags of source/, as lire_devoirs gives them (notebook with its suffix, ordered categories)."""

    def lire(cours: Cours) -> pd.DataFrame:
        lignes = [
            (devoir, f"{NOTEBOOK}.ipynb", cellule, code, referentiel.bloc_de(code).code, points, nature != "test")
            for devoir, cellule, code, points, nature in cours
        ]
        colonnes = ["devoir", "notebook", "cellule", "competence", "bloc", "points", "manuel"]
        table = pd.DataFrame(lignes, columns=colonnes).astype({"manuel": bool, "points": float})
        ordre = list(dict.fromkeys([*referentiel.codes_evaluations, *table["devoir"]]))
        return table.assign(
            devoir=pd.Categorical(table["devoir"], categories=ordre, ordered=True),
            competence=pd.Categorical(table["competence"], categories=referentiel.codes_competences, ordered=True),
        )

    return lire


@pytest.fixture
def source(tmp_path: Path) -> Callable[[Cours], Path]:
    """Writes source/ and gives the folder."""

    def ecrire(cours: Cours) -> Path:
        for devoir in dict.fromkeys(ligne[0] for ligne in cours):
            dossier = tmp_path / "source" / devoir
            dossier.mkdir(parents=True, exist_ok=True)
            cellules = [ligne for ligne in cours if ligne[0] == devoir]
            nbformat.write(notebook_source(cellules), dossier / f"{NOTEBOOK}.ipynb")
        return tmp_path / "source"

    return ecrire


@pytest.fixture
def ecrire_session(tmp_path: Path) -> Callable[..., None]:
    """Writes a file of the session folder, as a spreadsheet leaves it: ``(name, heading, *rows)``."""

    def ecrire(nom: str, entete: str, *lignes: str) -> None:
        dossier = tmp_path / "session"
        dossier.mkdir(exist_ok=True)
        (dossier / nom).write_text("\r\n".join([entete, *lignes, ""]), encoding="utf-8-sig", newline="")

    return ecrire
