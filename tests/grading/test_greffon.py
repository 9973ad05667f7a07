"""nbgrader's own door: ``nbgrader export --exporter rncp_utils.grading.ExportCompetences``."""

from __future__ import annotations

import subprocess
import sys

import openpyxl
import pytest

from rncp_utils.grading.pseudonymes import ouvrir_pseudonymes

pytestmark = pytest.mark.lent

COURS = [("B1-QST", "qst_c1", "C1", 15, "test"), ("B1-SYN", "syn_diag", "C5", 20, "redaction")]
COPIES = {"ali": {"B1-QST": {"notes": {"qst_c1": 12.0}}}, "zoe": {"B1-QST": {"notes": {"qst_c1": 3.0}}}}


@pytest.fixture
def exporter(carnet, source, tmp_path):
    """Runs the command in a course folder of its own."""
    carnet(COURS, COPIES)
    source(COURS)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")

    def lancer(*options: str) -> subprocess.CompletedProcess:
        commande = [sys.executable, "-m", "nbgrader", "export", "--exporter", "rncp_utils.grading.ExportCompetences"]
        return subprocess.run([*commande, *options], cwd=tmp_path, capture_output=True, text=True, timeout=300)

    return lancer


def apprenants(chemin) -> set[str]:
    onglet = openpyxl.load_workbook(chemin)["Compétences"]
    return {ligne[0] for ligne in onglet.iter_rows(min_row=3, values_only=True)}


def test_the_workbook_is_under_pseudonyms(exporter, tmp_path):
    rendu = exporter("--to", "notes.xlsx")
    assert rendu.returncode == 0, rendu.stderr
    noms = ouvrir_pseudonymes(tmp_path).table(["ali", "zoe"])
    assert apprenants(tmp_path / "notes.xlsx") == set(noms.values())
    assert (tmp_path / "session" / "correspondance.csv").exists()


def test_names_and_a_choice_of_learners_when_asked(exporter, tmp_path):
    rendu = exporter("--to", "ali.xlsx", "--student", "['ali']", "--ExportCompetences.nominatif=True")
    assert rendu.returncode == 0, rendu.stderr
    assert apprenants(tmp_path / "ali.xlsx") == {"ali"}


@pytest.mark.parametrize(
    ("options", "phrase"),
    [
        (["--to", "notes.pdf"], "doit finir par .xlsx (classeur) ou .csv"),
        (["--assignment", "['B1-QST']"], "L'option --assignment n'est pas admise"),
        (["--student", "['eve']"], "Ces apprenants ne sont pas au carnet de notes : eve"),
    ],
)
def test_a_refusal_is_one_french_sentence(exporter, tmp_path, options, phrase):
    rendu = exporter(*options)
    assert rendu.returncode == 1
    assert phrase in rendu.stderr
    assert "Traceback" not in rendu.stderr
    assert not (tmp_path / "notes.xlsx").exists()
