"""Every lesson of the course runs from top to bottom in a fresh kernel, without a trace or a word on stderr."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from rncp_utils.lecon.fiche import charger_fiche

COURS = Path(__file__).parents[2] / "course"
NOTEBOOKS = sorted(COURS.rglob("*.ipynb"))
# The lessons of a bloc are also executed as a grader sees them, in process: see test_exercices.
SANS_BLOC = [chemin for chemin in NOTEBOOKS if not chemin.parent.name.startswith("bloc")]


def pages() -> list:
    """Pages and who runs them; the lessons of a bloc but the first are left to `make test-complet`."""
    apprenant = [
        pytest.param(
            chemin, "apprenant", marks=[] if chemin in SANS_BLOC or "_L1_" in chemin.stem else [pytest.mark.complet]
        )
        for chemin in NOTEBOOKS
    ]
    return [*apprenant, *((chemin, "test") for chemin in SANS_BLOC)]


@pytest.mark.parametrize(("chemin", "role"), pages(), ids=lambda valeur: getattr(valeur, "stem", valeur))
def test_la_page_s_execute_d_un_bout_a_l_autre(chemin, role, tmp_path, monkeypatch):
    dossier = tmp_path / "cours"
    shutil.copytree(COURS, dossier, ignore=shutil.ignore_patterns("reponses", ".ipynb_checkpoints"))
    ici = dossier / chemin.relative_to(COURS)
    monkeypatch.setitem(os.environ, "RNCP_APPRENANT", "amelie.durand")
    monkeypatch.setitem(os.environ, "RNCP_MODE", role if role == "test" else "")
    notebook = nbformat.read(ici, as_version=4)
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(ici.parent)}}).execute()
    sorties = [sortie for cellule in notebook.cells if cellule.cell_type == "code" for sortie in cellule.outputs]
    assert not [s for s in sorties if s.output_type == "error" or s.get("name") == "stderr"]
    textes = " ".join(s.data.get("text/html", "") for s in sorties if "data" in s)
    assert "n&#x27;a pas pu s&#x27;afficher" not in textes
    assert 'role="alert"' not in textes
    if role == "test":
        assert not list(dossier.rglob("reponses"))


@pytest.mark.parametrize("chemin", sorted(COURS.glob("*/*.yaml")), ids=lambda chemin: chemin.stem)
def test_la_fiche_est_valide_et_a_son_notebook(chemin):
    fiche = charger_fiche(chemin)
    assert chemin.with_suffix(".ipynb").exists()
    assert chemin.stem.startswith(fiche.lecon.replace("-", "_"))
    assert len(fiche.a_retenir) <= 5
