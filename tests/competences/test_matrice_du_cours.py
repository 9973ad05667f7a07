"""The competence × assessment matrix, computed from source/, is the one that was designed."""

from __future__ import annotations

import pytest

from rncp_utils.competences import lire_devoirs, matrice
from rncp_utils.referentiel import charger_referentiel

# Points on 100 of each assessment, competence by competence.
POINTS = {
    "B1-SYN": {"C3": 25, "C4": 8, "C5": 31, "C6": 36},
    "B1-RAP": {"C1": 40, "C2": 40, "C3": 20},
    "B1-QST": {"C1": 15, "C2": 15, "C3": 15, "C4": 20, "C5": 20, "C6": 15},
    "B1-CAS": {"C3": 12, "C4": 18, "C5": 35, "C6": 35},
    "B2-MES": {"C7": 38, "C8": 10, "C9": 24, "C10": 8, "C11": 8, "C12": 12},
    "B2-QST": {"C7": 15, "C8": 35, "C9": 10, "C10": 15, "C11": 15, "C12": 10},
    "B2-CAS": {"C8": 18, "C9": 20, "C10": 20, "C11": 30, "C12": 12},
    "B3-MES": {"C13": 18, "C14": 42, "C15": 40},
    "B3-RAP": {"C13": 30, "C14": 40, "C15": 30},
    "B4-MES": {"C16": 14, "C17": 10, "C18": 14, "C19": 14, "C20": 14, "C21": 18, "C22": 16},
    "B4-QST": {"C16": 15, "C17": 15, "C18": 15, "C19": 15, "C20": 15, "C21": 15, "C22": 10},
    "B5-MES": {"C23": 34, "C24": 36, "C25": 30},
}


@pytest.mark.parametrize("devoir", POINTS)
def test_les_points_d_une_epreuve_sont_ceux_de_la_conception(depot, devoir):
    referentiel = charger_referentiel()
    table = matrice(lire_devoirs(depot / "source", referentiel))
    points = table[devoir][table[devoir] > 0].to_dict()
    assert points == POINTS[devoir]
    assert sum(points.values()) == 100
