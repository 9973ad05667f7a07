"""Notebooks executed in a fresh kernel, and the command that asks for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rncp_utils import notebooks
from rncp_utils.cli import main
from rncp_utils.competences.verification import execution
from rncp_utils.competences.verification.page import lire_page

GABARITS = Path(__file__).parents[2] / "docs" / "gabarits"


@pytest.fixture
def copie(tmp_path: Path) -> Path:
    """The templates, as an author copies them: a lesson, and an assignment beside."""
    source = tmp_path / "source" / "F-GAB"
    cours = tmp_path / "course" / "bloc9"
    source.mkdir(parents=True)
    cours.mkdir(parents=True)
    for nom, dossier in [
        ("lecon.ipynb", cours),
        ("B9_L9_gabarit.yaml", cours),
        ("devoir.ipynb", source),
        ("formulaires.yaml", source),
    ]:
        shutil.copy(GABARITS / nom, dossier / nom)
    return tmp_path


def test_les_gabarits_passent_la_verification_executee(copie: Path) -> None:
    resultat = CliRunner().invoke(main, ["verifier", "--executer", str(copie / "course"), str(copie / "source")])
    assert resultat.exit_code == 0, resultat.output
    assert "Aucun constat" in resultat.output


def test_les_gabarits_sont_propres() -> None:
    assert [chemin.name for chemin in notebooks.trouver([GABARITS])] == ["devoir.ipynb", "lecon.ipynb"]
    assert all(notebooks.est_propre(chemin) for chemin in notebooks.trouver([GABARITS]))


def test_une_faute_rend_le_code_1_et_un_avertissement_le_code_0(copie: Path) -> None:
    lecon = copie / "course" / "bloc9" / "lecon.ipynb"
    notebook = notebooks.lire(lecon)
    notebook.cells.append(new_markdown_cell("Le plafond est de 1 000 €.", id="plafond"))
    nbformat.write(notebook, lecon)
    notebooks.nettoyer_fichier(lecon)
    averti = CliRunner().invoke(main, ["verifier", str(lecon)])
    assert (averti.exit_code, "V33" in averti.output) == (0, True)
    assert "V33" not in CliRunner().invoke(main, ["verifier", "--fautes", str(lecon)]).output
    notebook.cells.append(new_markdown_cell("C'est parti !", id="parti"))
    nbformat.write(notebook, lecon)
    notebooks.nettoyer_fichier(lecon)
    fautif = CliRunner().invoke(main, ["verifier", str(lecon)])
    assert (fautif.exit_code, "V41" in fautif.output) == (1, True)
    assert "1 faute(s), 1 avertissement(s)." in fautif.output


def test_un_chemin_absent_se_dit_en_francais(tmp_path: Path) -> None:
    resultat = CliRunner().invoke(main, ["verifier", str(tmp_path / "absent")])
    assert resultat.exit_code == 1
    assert "n'existe pas" in resultat.output


@pytest.fixture
def constats(tmp_path: Path):
    """What the execution of these cells says: rules, by cell."""

    def executer(*sources: str, **metadonnees: object) -> list[tuple[int | None, str]]:
        notebook = new_notebook(cells=[new_code_cell(source, metadata=metadonnees) for source in sources])
        nbformat.write(notebook, tmp_path / "essai.ipynb")
        page = lire_page(tmp_path / "essai.ipynb")
        return [(constat.cellule, constat.regle) for constat in execution.regles_d_execution(page)]

    return executer


def test_ce_que_l_execution_trouve_dans_une_lecon(constats) -> None:
    trouves = constats(
        "import sys\nprint('a', file=sys.stderr)",
        "import pandas as pd\npd.DataFrame([1])",
        "from IPython.display import HTML\nHTML('<p role=\"alert\">refus</p>')",
        "1 / 0",
    )
    assert sorted(trouves) == [(1, "V61"), (2, "V64"), (3, "V64"), (4, "V60")]


def test_une_case_qui_tolere_les_erreurs_ne_doit_pas_en_montrer_au_depart(constats) -> None:
    assert constats("taux = marge", tags=["raises-exception"]) == [(1, "V60")]


def test_une_execution_trop_longue_est_dite(constats, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "SECONDES", 0.0)
    monkeypatch.setattr(execution, "_executer", lambda notebook, dossier: "")
    assert constats("1") == [(None, "V62")]


@pytest.mark.parametrize(("test", "trouve"), [("2.5", True), ("0.0", False), ("9.0", True), ("None", True)])
def test_la_note_d_une_copie_vide_est_zero(constats, test: str, trouve: bool) -> None:
    suivi = {"grade": True, "grade_id": "q", "locked": True, "points": 5, "schema_version": 3, "solution": False}
    assert constats(test, nbgrader=suivi) == ([(1, "V63")] if trouve else [])


def test_l_execution_ne_laisse_rien_a_cote_du_notebook(constats, tmp_path: Path) -> None:
    constats("open('trace.txt', 'w').close()")
    assert [chemin.name for chemin in tmp_path.iterdir()] == ["essai.ipynb"]
