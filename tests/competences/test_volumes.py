"""How long the course takes, added up from what lessons, the suggested path and instructions say."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from rncp_utils.competences.volumes import (
    minutes_d_une_epreuve,
    minutes_des_epreuves,
    phrase_des_volumes,
    volumes,
    volumes_du_cours,
)
from rncp_utils.lecon.fiche import Fiche
from rncp_utils.referentiel import charger_referentiel


def lecon(code: str, *minutes: int) -> Fiche:
    sequences = [{"titre": "Séquence", "minutes": duree} for duree in minutes]
    return Fiche.model_validate(
        {
            "lecon": code,
            "titre": "Leçon",
            "objectifs": [],
            "sequences": sequences,
            "exercices": {},
            "sources": [],
        }
    )


EPREUVES = pd.DataFrame({"bloc": ["B1", "B1", "B2"], "minutes": [60.0, 150.0, float("nan")]})


def test_les_minutes_s_ajoutent_par_module() -> None:
    fiches = [lecon("M0", 20, 10), lecon("B1-L1", 25, 15), lecon("B1-L2", 20)]
    table = volumes(fiches, {"B1": 90, "B2": 120}, EPREUVES, "90001").set_index("module")
    assert table[["lecons", "tutore", "autonomie", "epreuves", "ensemble"]].to_dict("index") == {
        "M0": {"lecons": 1, "tutore": 0, "autonomie": 30, "epreuves": 0, "ensemble": 30},
        "B1": {"lecons": 2, "tutore": 90, "autonomie": 60, "epreuves": 210, "ensemble": 360},
        "B2": {"lecons": 0, "tutore": 120, "autonomie": 0, "epreuves": 0, "ensemble": 120},
        "Total": {"lecons": 3, "tutore": 210, "autonomie": 90, "epreuves": 210, "ensemble": 510},
    }
    assert table.filter(like="prevu").isna().all(axis=None), "la conception ne dit rien d'une autre fiche"
    phrase = "1 h 30 en autonomie, 3 h 30 avec un tuteur, 3 h 30 d'épreuves : 8 h 30 en tout."
    assert phrase_des_volumes(table.reset_index()).replace("\u00a0", " ") == phrase


def test_les_volumes_de_la_conception_sont_a_cote() -> None:
    table = volumes([], {}, EPREUVES[:0], "31919").set_index("module")
    # 10 h 30 + 10 h 30 + 7 h + 9 h + 3 h 30 tutored, 48 h 30 alone, 25 h of assessments: 114 h.
    assert table.loc["Total", "prevu_tutore"] == 40.5 * 60
    assert table.loc["Total", "prevu_autonomie"] == 48.5 * 60
    assert table.loc["Total", "prevu_epreuves"] == 25 * 60
    assert table.loc["Total", "prevu_ensemble"] == 114 * 60


@pytest.mark.parametrize(
    ("entete", "minutes"),
    [
        ("**Épreuve du bloc 1, étude de cas · 4 heures · 100 points**", 240),
        ("**Épreuve B1-QST · 1 heure · 20 questions · 100 points**", 60),
        ("**Épreuve du bloc 1, rapport d'activité · 2 h 30 · 100 points**", 150),
        ("**Épreuve du bloc 5 · 2 heures 30 · 100 points**", 150),
        ("**Épreuve du bloc 5 · 100 points**", None),
        ("La réunion de 2 h 30 a lieu le matin.", None),
    ],
)
def test_la_duree_d_une_epreuve_se_lit_dans_ses_consignes(tmp_path: Path, entete: str, minutes: int | None) -> None:
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Titre"), new_markdown_cell(entete)]), tmp_path / "a.ipynb")
    assert minutes_d_une_epreuve(tmp_path) == minutes


def test_chaque_epreuve_du_cours_dit_sa_duree(depot: Path) -> None:
    fiche = charger_referentiel("rncp31919")
    epreuves = minutes_des_epreuves(depot, fiche)
    assert list(epreuves["epreuve"]) == list(fiche.codes_evaluations)
    assert epreuves["minutes"].between(30, 300).all()
    table = volumes_du_cours(depot, fiche, epreuves).set_index("module")
    assert table.loc["Total", "epreuves"] == epreuves["minutes"].sum()
    assert (table.loc[["M0", *fiche.codes_blocs], "autonomie"] > 0).all()
