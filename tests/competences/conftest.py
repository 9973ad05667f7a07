"""Small assignments built with nbformat: one folder an assignment, one notebook, cells as nbgrader writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rncp_utils.referentiel import Referentiel, charger_referentiel


def cellule(
    grade_id: str, points: float | None, *etiquettes: str, nature: str = "auto", **nbgrader: Any
) -> NotebookNode:
    """A graded cell; ``nature`` is auto (tests), manuelle (free answer) or tache (task)."""
    creer = new_code_cell if nature == "auto" else new_markdown_cell
    suivi = {
        "grade": nature != "tache",
        "solution": nature == "manuelle",
        "task": nature == "tache",
        "locked": nature != "manuelle",
        "grade_id": grade_id,
        "points": points,
        "schema_version": 3,
    } | nbgrader
    if points is None:
        del suivi["points"]
    return creer("", id=grade_id or "sans-nom", metadata={"nbgrader": suivi, "tags": list(etiquettes)})


@pytest.fixture
def ecrire(tmp_path: Path) -> Callable[..., Path]:
    """Write one notebook of an assignment; return the source folder."""
    source = tmp_path / "source"
    source.mkdir()

    def ajouter(devoir: str, *cellules: NotebookNode, nom: str = "copie.ipynb") -> Path:
        dossier = source / devoir
        dossier.mkdir(exist_ok=True)
        notebook = new_notebook()
        # Set apart and written as they stand: nbformat gives repeated ids a new value when it validates.
        notebook.cells = [new_markdown_cell("Consignes", id="consignes"), *cellules]
        (dossier / nom).write_text(nbformat.v4.writes(notebook), encoding="utf-8")
        return source

    return ajouter


@pytest.fixture
def rncp() -> Referentiel:
    return charger_referentiel()


@pytest.fixture
def exemple() -> Referentiel:
    """The invented sheet of the tests: blocs M1 (K1 to K3) and M2 (K4, K5)."""
    return charger_referentiel(Path(__file__).parents[1] / "referentiel" / "fiche_exemple.yaml")


@pytest.fixture
def notee() -> Callable[..., NotebookNode]:
    return cellule
