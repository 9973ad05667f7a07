"""CSV and workbooks: exact bytes, real types, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import datetime as dt

import numpy as np
import openpyxl
import pandas as pd
import pytest

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.tableurs import Feuille, ecrire_csv_fr, ecrire_xlsx

DANGEREUX = ["=1+1", "+33 1", "-5 points", "@SOMME(A1)", "\tA", "\rA", '=HYPERLINK("x";"y")']


def octets(table: pd.DataFrame, dossier) -> bytes:
    ecrire_csv_fr(table, dossier / "table.csv")
    return (dossier / "table.csv").read_bytes()


# CSV


def test_the_bytes_of_a_small_table(tmp_path):
    table = pd.DataFrame(
        {
            "apprenant": ["élodie", 'dit "Léo"', "a;b"],
            "points": [14.9, 0.1 + 0.2, np.nan],
            "nombre": pd.array([3, None, 0], dtype="Int64"),
            "remis": [True, False, True],
            "le": [dt.date(2026, 11, 20), None, dt.date(2026, 1, 2)],
            "instant": pd.to_datetime(["2026-11-20T17:00:00Z", None, "2026-07-01T10:00:00Z"]).tz_convert(
                "Europe/Paris"
            ),
        }
    )
    assert octets(table, tmp_path) == (
        b"\xef\xbb\xbf"
        + (
            "apprenant;points;nombre;remis;le;instant\r\n"
            "élodie;14,9;3;oui;2026-11-20;2026-11-20T18:00:00+01:00\r\n"
            '"dit ""Léo""";0,3;;non;;\r\n'
            '"a;b";;0;oui;2026-01-02;2026-07-01T12:00:00+02:00\r\n'
        ).encode()
    )


@pytest.mark.parametrize(
    ("nombre", "texte"),
    [(15.0, "15"), (-2.5, "-2,5"), (-0.0, "0"), (1e-5, "0,00001"), (1234567.25, "1234567,25"), (2 / 3, "0,6666666667")],
)
def test_numbers_have_a_comma_and_no_exponent(tmp_path, nombre, texte):
    assert octets(pd.DataFrame({"x": [nombre]}), tmp_path).decode("utf-8-sig") == f"x\r\n{texte}\r\n"


@pytest.mark.parametrize("texte", DANGEREUX)
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(tmp_path, texte):
    ecrire_csv_fr(pd.DataFrame({"x": [texte], texte: [1]}), tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as fichier:
        assert list(csv.reader(fichier, delimiter=";")) == [["x", f"'{texte}"], [f"'{texte}", "1"]]


def test_ordinary_texts_are_left_alone(tmp_path):
    table = pd.DataFrame({"x": ["C1 = acquis", "a-b", " =", "1 + 1"]})
    assert octets(table, tmp_path).decode("utf-8-sig") == "x\r\nC1 = acquis\r\na-b\r\n =\r\n1 + 1\r\n"


def test_an_empty_table_keeps_its_header(tmp_path):
    assert octets(pd.DataFrame(columns=["a", "b"]), tmp_path) == b"\xef\xbb\xbfa;b\r\n"


@pytest.mark.parametrize("ecrire", [lambda chemin: ecrire_csv_fr(pd.DataFrame({"a": [1]}), chemin), None])
def test_a_target_that_cannot_be_written_is_told_in_one_sentence(tmp_path, ecrire):
    ecrire = ecrire or (lambda chemin: ecrire_xlsx({"A": Feuille(pd.DataFrame({"a": [1]}))}, chemin))
    (tmp_path / "occupe.csv").mkdir()
    (tmp_path / "occupe.csv" / "dedans").touch()
    with pytest.raises(ErreurRncp, match=r"« occupe\.csv » ne peut pas être écrit") as erreur:
        ecrire(tmp_path / "occupe.csv")
    assert "\n" not in str(erreur.value)
    assert [chemin.name for chemin in tmp_path.iterdir()] == ["occupe.csv"]


# Workbooks


@pytest.fixture
def classeur(tmp_path):
    """Writes sheets and reads them back."""

    def relire(**feuilles: Feuille) -> openpyxl.Workbook:
        ecrire_xlsx(feuilles, tmp_path / "notes.xlsx")
        return openpyxl.load_workbook(tmp_path / "notes.xlsx")

    return relire


def test_cells_hold_real_numbers_dates_and_rates(classeur):
    table = pd.DataFrame(
        {
            "apprenant": ["ali", "zoe"],
            "taux": [0.725, np.nan],
            "points": [14.5, 3.0],
            "nombre": [2, 0],
            "le": [dt.date(2026, 11, 20), None],
            "instant": pd.to_datetime(["2026-11-20T17:00:00Z", None]),
        }
    )
    onglet = classeur(Notes=Feuille(table, taux=("taux",)))["Notes"]
    assert [case.value for case in onglet[1]] == list(table.columns)
    assert [case.value for case in onglet[2]] == [
        *("ali", 0.725, 14.5, 2),
        *(dt.datetime(2026, 11, 20), dt.datetime(2026, 11, 20, 18, 0)),
    ]
    assert [case.number_format for case in onglet[2]] == [
        *("General", "0.0%", "0.00", "0"),
        *("dd/mm/yyyy", "dd/mm/yyyy hh:mm"),
    ]
    assert [case.value for case in onglet[3]] == ["zoe", None, 3.0, 0, None, None]


def test_the_header_is_bold_frozen_filtered_and_printed_again(classeur):
    table = pd.DataFrame({"apprenant": ["ali"], "points": [1.0]})
    onglet = classeur(Notes=Feuille(table, libelles={"apprenant": "Apprenant"}))["Notes"]
    assert onglet["A1"].value == "Apprenant"
    assert onglet["A1"].font.b
    assert onglet.freeze_panes == "B2"
    assert onglet.auto_filter.ref == "A1:B2"
    assert onglet.print_title_rows == "$1:$1"
    assert (onglet.page_setup.orientation, onglet.page_setup.paperSize) == ("landscape", 9)


def test_two_header_rows_for_a_wide_table(classeur):
    colonnes = pd.MultiIndex.from_tuples([("", "apprenant"), ("C1", "taux"), ("C1", "statut"), ("C2", "taux")])
    table = pd.DataFrame([["ali", 0.6, "acquis", 0.4]], columns=colonnes)
    feuille = Feuille(table, taux=("taux",), infobulles={"C1": "Réaliser le diagnostic"})
    onglet = classeur(Notes=feuille)["Notes"]
    assert [case.value for case in onglet[1]] == [None, "C1", None, "C2"]
    assert [case.value for case in onglet[2]] == ["apprenant", "taux", "statut", "taux"]
    assert (onglet.freeze_panes, onglet.auto_filter.ref) == ("B3", "A2:D3")
    assert onglet["B1"].comment.text == "Réaliser le diagnostic"
    assert onglet["B3"].number_format == "0.0%"


def test_rates_are_filled_by_level_and_an_empty_rate_is_not(classeur):
    table = pd.DataFrame({"apprenant": ["ali", "zoe"], "taux": [0.6, np.nan]})
    onglet = classeur(Notes=Feuille(table, taux=("taux",), seuils=(0.4, 0.6)))["Notes"]
    [plage] = onglet.conditional_formatting
    assert str(plage.sqref) == "B2:B3"
    assert [regle.formula for regle in plage.rules] == [
        ["AND(ISNUMBER(B2),B2>=0.6)"],
        ["AND(ISNUMBER(B2),B2>=0.4)"],
        ["AND(ISNUMBER(B2),TRUE)"],
    ]
    assert len({regle.dxf.fill.bgColor.rgb for regle in plage.rules}) == 3


@pytest.mark.parametrize(
    ("taux", "format_attendu"), [(0.5997, "0.00%"), (0.3995, "0.00%"), (0.5994, "0.0%"), (0.6, "0.0%")]
)
def test_a_rate_just_below_a_threshold_is_not_rounded_up_to_it(classeur, taux, format_attendu):
    table = pd.DataFrame({"apprenant": ["ali"], "taux": [taux]})
    onglet = classeur(Notes=Feuille(table, taux=("taux",), seuils=(0.4, 0.6)))["Notes"]
    assert onglet["B2"].number_format == format_attendu


@pytest.mark.parametrize("texte", DANGEREUX)
def test_no_text_becomes_a_formula(classeur, texte):
    table = pd.DataFrame({texte: [texte, "après"], "y": [1, 2]})
    onglet = classeur(Notes=Feuille(table))["Notes"]
    attendu = texte.replace("\r", "\n")
    for adresse in ("A1", "A2"):
        assert onglet[adresse].data_type == "s"
        assert onglet[adresse].value.replace("\r", "\n") == attendu
    assert onglet["A2"].quotePrefix
    assert onglet["A3"].value == "après"
    assert not onglet["A3"].quotePrefix


def test_control_characters_do_not_break_the_file(classeur):
    onglet = classeur(Notes=Feuille(pd.DataFrame({"x": ["a\x00b\x0bc"]})))["Notes"]
    assert onglet["A2"].value == "abc"


def test_a_long_text_is_wrapped_and_its_row_made_taller(classeur):
    onglet = classeur(Notes=Feuille(pd.DataFrame({"motif": ["mot " * 50, "court"]})))["Notes"]
    assert onglet.column_dimensions["A"].width == 60
    assert onglet["A2"].alignment.wrap_text
    assert onglet.row_dimensions[2].height == 4 * 15
    assert onglet.row_dimensions[3].height is None


def test_an_empty_sheet_keeps_its_header(classeur):
    onglet = classeur(Anomalies=Feuille(pd.DataFrame(columns=["apprenant", "motif"])))["Anomalies"]
    assert [case.value for case in onglet[1]] == ["apprenant", "motif"]
    assert onglet.max_row == 1
