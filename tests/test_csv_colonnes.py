"""Writing by columns gives what writing field by field gives, and reads back as it was."""

from __future__ import annotations

import csv
import datetime as dt
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils import csv_colonnes
from rncp_utils.csv_colonnes import FRANCAIS, lignes_csv
from rncp_utils.tableurs import ecrire_csv_machine


def texte(table: pd.DataFrame, forme=FRANCAIS) -> str:
    return b"".join(lignes_csv(table, forme)).decode(forme.encodage)


def relire(contenu: str, forme=FRANCAIS) -> list[list[str]]:
    return list(csv.reader(io.StringIO(contenu, newline=""), delimiter=forme.separateur))


# No lone surrogate, which UTF-8 cannot hold; NUL is for the csv module the end of a text.
mots = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)


@given(st.lists(st.tuples(mots, mots), max_size=40))
def test_texts_read_back_but_for_the_apostrophe_of_formulas(lignes):
    table = pd.DataFrame(lignes, columns=["a", "b"], dtype=object)
    protegees = [[f"'{m}" if m[:1] in tuple("=+-@\t\r") and m else m for m in ligne] for ligne in lignes]
    assert relire(texte(table)) == [["a", "b"], *protegees]


@given(st.lists(st.none() | st.floats(-1e9, 1e9).map(lambda x: round(x, 6)), min_size=1, max_size=30))
def test_numbers_read_back(nombres):
    table = pd.DataFrame({"x": pd.Series(nombres, dtype=float), "y": 1})
    lus = [ligne[0] for ligne in relire(texte(table))[1:]]
    assert [float(lu.replace(",", ".")) if lu else None for lu in lus] == [
        None if nombre is None else pytest.approx(nombre, abs=1e-9) for nombre in nombres
    ]


def test_values_that_are_equal_but_not_alike_stay_apart():
    table = pd.DataFrame({"x": pd.Series([True, 1, 1.0, "1", None, np.nan], dtype=object), "y": 0})
    assert [ligne[0] for ligne in relire(texte(table))[1:]] == ["oui", "1", "1", "1", "", ""]


@pytest.mark.parametrize(
    ("serie", "attendu"),
    [
        (pd.Series(["b", "a", None], dtype="category"), ["b", "a", ""]),
        (pd.Series([dt.date(2026, 1, 2), None], dtype=object), ["2026-01-02", ""]),
        (pd.Series([True, False]), ["oui", "non"]),
        (pd.to_datetime(pd.Series(["2026-07-01T10:00:00", None])), ["2026-07-01 10:00:00", ""]),
        (
            pd.to_datetime(pd.Series(["2026-07-01T10:00Z", "2026-12-01T10:00Z", None])).dt.tz_convert("Europe/Paris"),
            ["2026-07-01T12:00:00+02:00", "2026-12-01T11:00:00+01:00", ""],
        ),
        (
            pd.to_datetime(pd.Series(["2026-07-01T10:00Z"])).dt.tz_convert("America/New_York"),
            ["2026-07-01T06:00:00-04:00"],
        ),
    ],
)
def test_every_kind_of_column(serie, attendu):
    assert [ligne[0] for ligne in relire(texte(pd.DataFrame({"x": serie, "y": 1})))[1:]] == attendu


def test_batches_leave_no_seam(monkeypatch):
    monkeypatch.setattr(csv_colonnes, "_LOT", 3)
    table = pd.DataFrame({"x": range(10), "y": [f"l{rang}" for rang in range(10)]})
    assert relire(texte(table))[1:] == [[str(rang), f"l{rang}"] for rang in range(10)]


def test_an_empty_line_of_a_single_column_is_still_a_record():
    table = pd.DataFrame({"x": pd.Series(["a", None, ""], dtype=object)})
    assert texte(table) == 'x\r\na\r\n""\r\n""\r\n'


def test_the_machine_form(tmp_path):
    table = pd.DataFrame({"taux": [0.5, None], "vrai": [True, False], "mot": ["a,b", "=1+1"]})
    ecrire_csv_machine(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == b'taux,vrai,mot\n0.5,true,"a,b"\n,false,\'=1+1\n'
