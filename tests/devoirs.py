"""Assignments as an author writes them, for tests that need a small one."""

from __future__ import annotations

from collections.abc import Iterable

import nbformat

A_REDIGER = "*Votre réponse ici*"


def cellule_notee(
    nature: str, identifiant: str, points: float, competence: str, source: str = A_REDIGER
) -> nbformat.NotebookNode:
    """A graded cell: « test » (code that marks an answer) or « redaction » (text that a person marks)."""
    nouvelle = nbformat.v4.new_code_cell if nature == "test" else nbformat.v4.new_markdown_cell
    metadonnees = {"grade_id": identifiant, "schema_version": 3, "points": points, "task": False}
    metadonnees |= {"grade": True, "solution": nature == "redaction", "locked": nature == "test"}
    return nouvelle(source, id=identifiant.replace("_", "-"), metadata={"nbgrader": metadonnees, "tags": [competence]})


def notebook_de(cellules: Iterable[nbformat.NotebookNode]) -> nbformat.NotebookNode:
    """A notebook in Python."""
    notebook = nbformat.v4.new_notebook(cells=list(cellules))
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def devoir_observe(*autres: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """What an expert observes in B4-MES, and other cells."""
    observees = [
        cellule_notee("redaction", "m4_obs_crise", 4, "C21"),
        cellule_notee("redaction", "m4_obs_recl", 2, "C22"),
    ]
    return notebook_de([*observees, *autres])
