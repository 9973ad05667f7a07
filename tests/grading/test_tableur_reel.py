"""Our files opened by a real spreadsheet, LibreOffice, and read back: numbers are numbers, texts stay texts."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from rncp_utils.grading import exporter
from tests.machine import exiger

pytestmark = pytest.mark.lent

# « ; », quotes, UTF-8, first line, French numbers; a field is text only if it reads as such.
CSV_FRANCAIS = "CSV:59,34,76,1,,1036,false,true"
PIEGES = {
    "syn_diag": '=HYPERLINK("http://exemple.test";"cliquez")',
    "syn_pieces": "+cmd|' /C calc'!A1",
}
COURS = [
    ("B1-QST", "qst_c1", "C1", 15, "test"),
    ("B1-QST", "qst_c2", "C2", 15, "test"),
    ("B1-SYN", "syn_diag", "C5", 20, "redaction"),
    ("B1-SYN", "syn_pieces", "C6", 5, "tache"),
]
COPIES = {
    "=1+1": {"B1-QST": {"notes": {"qst_c1": 12.5, "qst_c2": 6.5}}, "B1-SYN": {"commentaires": PIEGES}},
    "@SOMME(A1)": {},
    "zoé;l'été": {"B1-QST": {"notes": {"qst_c1": 10.0, "qst_c2": 0.0}}},
}


@pytest.fixture(scope="module")
def soffice() -> str:
    commande = shutil.which("soffice")
    exiger(commande, "LibreOffice manque (Debian, Ubuntu : sudo apt install libreoffice-calc).")
    return commande


@pytest.fixture
def rouvrir(soffice, tmp_path):
    """Opens files in LibreOffice, saves them as workbooks, reads these."""

    def executer(chemins: list[Path], *options: str) -> dict[str, openpyxl.Workbook]:
        sortie = tmp_path / "rouverts"
        profil = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
        commande = [soffice, profil, "--headless", *options, "--convert-to", "xlsx", "--outdir", str(sortie)]
        subprocess.run([*commande, *map(str, chemins)], check=True, capture_output=True, timeout=300)
        return {chemin.name: openpyxl.load_workbook(sortie / f"{chemin.stem}.xlsx") for chemin in chemins}

    return executer


@pytest.fixture
def exports(carnet, source, tmp_path):
    return exporter(carnet(COURS, COPIES), source(COURS), tmp_path / "exports", edite_le=dt.date(2026, 11, 23))


def formules(classeur: openpyxl.Workbook) -> list[str]:
    cases = (case for onglet in classeur for ligne in onglet.iter_rows() for case in ligne)
    return [f"{case.parent.title}!{case.coordinate}" for case in cases if case.data_type == "f"]


def test_csv_files_open_as_they_are_meant(exports, rouvrir):
    classeurs = rouvrir([c for c in exports.fichiers if c.suffix == ".csv"], f"--infilter={CSV_FRANCAIS}")
    assert {nom: formules(classeur) for nom, classeur in classeurs.items()} == {nom: [] for nom in classeurs}
    entete, *lignes = classeurs["notes_par_cellule.csv"].active.iter_rows(values_only=True)
    notes = [dict(zip(entete, ligne, strict=True)) for ligne in lignes]
    assert len(notes) == len(COPIES) * len(COURS)
    par_cle = {(note["apprenant"], note["cellule"]): note for note in notes}
    assert par_cle["'=1+1", "qst_c2"]["points"] == 6.5
    assert par_cle["'=1+1", "syn_diag"]["commentaire"] == f"'{PIEGES['syn_diag']}"
    assert par_cle["'=1+1", "syn_pieces"]["commentaire"] == f"'{PIEGES['syn_pieces']}"
    assert par_cle["zoé;l'été", "qst_c1"]["points"] == 10
    assert par_cle["'@SOMME(A1)", "qst_c1"]["points"] is None
    entete, *lignes = classeurs["apprenant_x_competence.csv"].active.iter_rows(values_only=True)
    taux = {ligne[0]: ligne[entete.index("C2_taux_pct")] for ligne in lignes}
    assert taux == {"'=1+1": 43.33, "'@SOMME(A1)": None, "zoé;l'été": 0}


def test_the_workbook_opens_with_real_numbers_and_percentages(exports, rouvrir):
    (classeur,) = rouvrir([c for c in exports.fichiers if c.suffix == ".xlsx"]).values()
    assert formules(classeur) == []
    competences = classeur["Compétences"]
    ligne = next(ligne for ligne in competences.iter_rows(min_row=3) if ligne[0].value == "=1+1")
    assert (ligne[1].value, ligne[1].number_format) == (0.8333, "0.0%")
    assert competences["B2"].font.bold
    cellules = classeur["Cellules"]
    points = [
        ligne
        for ligne in cellules.iter_rows(min_row=2, values_only=True)
        if ligne[:4] == ("=1+1", "B1-QST", "copie", "qst_c2")
    ]
    assert points[0][6:8] == (6.5, 15)
