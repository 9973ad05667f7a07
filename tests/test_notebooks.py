"""`make fmt` leaves in the repository only clean notebooks; a dirty one is refused."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from rncp_utils import notebooks
from rncp_utils.cli import main
from rncp_utils.erreurs import ErreurDonnees


@pytest.fixture
def sale(tmp_path):
    cellule = new_code_cell(
        "1 + 1   \n\n", execution_count=3, outputs=[new_output("execute_result", {"text/plain": "2"})]
    )
    cellule.metadata.update(
        tags=["masquee", "C1"],
        execution={"iopub.status.busy": "2026-11-23T10:00:00Z"},
        nbgrader={
            "grade_id": "qst_c1",
            "grade": True,
            "points": 5,
            "locked": True,
            "solution": False,
            "schema_version": 3,
        },
    )
    contenu = new_notebook(cells=[new_markdown_cell("# Titre"), cellule])
    contenu.metadata.update(kernelspec={"name": "venv-de-paul", "display_name": "Paul"}, widgets={"state": {}})
    chemin = tmp_path / "b1.ipynb"
    nbformat.write(contenu, chemin)
    return chemin


def test_nettoyer_retire_resultats_et_traces_et_garde_le_devoir(sale):
    assert notebooks.nettoyer_fichier(sale)
    propre = nbformat.read(sale, as_version=4)
    nbformat.validate(propre)
    code = propre.cells[1]
    assert (code.outputs, code.execution_count, code.source) == ([], None, "1 + 1")
    assert code["id"] == "qst_c1"
    assert code.metadata["tags"] == ["C1", "masquee"]
    assert "execution" not in code.metadata
    assert code.metadata["nbgrader"]["points"] == 5
    assert propre.metadata == {"kernelspec": notebooks.KERNELSPEC, "language_info": {"name": "python"}}


def test_nettoyer_deux_fois_ne_change_plus_rien(sale):
    notebooks.nettoyer_fichier(sale)
    assert not notebooks.nettoyer_fichier(sale)
    assert notebooks.est_propre(sale)


def test_la_commande_refuse_un_notebook_sale_sans_le_toucher(sale):
    avant = sale.read_bytes()
    resultat = CliRunner().invoke(main, ["nettoyer", "--verifier", str(sale)])
    assert resultat.exit_code == 1
    assert "À nettoyer" in resultat.output
    assert sale.read_bytes() == avant


def test_un_fichier_qui_n_est_pas_un_notebook_est_dit_en_une_phrase(tmp_path):
    chemin = tmp_path / "abime.ipynb"
    chemin.write_text("{", encoding="utf-8")
    with pytest.raises(ErreurDonnees, match=r"Le notebook « abime.ipynb » est illisible .* rouvrez-le dans JupyterLab"):
        notebooks.lire(chemin)


def test_les_notebooks_du_depot_sont_propres(depot):
    trouves = notebooks.trouver([depot / "course", depot / "source"])
    assert trouves
    assert [chemin.name for chemin in trouves if not notebooks.est_propre(chemin)] == []


def test_lire_un_notebook_ne_compile_aucune_grammaire():
    """What nbformat imports, every server, kernel and command waits for."""
    programme = "import sys, nbformat; print([nom for nom in ('lark', 'rfc3987_syntax') if nom in sys.modules])"
    assert subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True).stdout.strip() == "[]"
