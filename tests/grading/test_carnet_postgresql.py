"""The same tables from a real PostgreSQL server as from SQLite, and the same purge."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from nbgrader.api import Base
from sqlalchemy import create_engine, insert, make_url, select

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.grading import calculer, conservation

pytestmark = pytest.mark.lent

COURS = [
    ("B1-QST", "qst_c1", "C1", 15, "test"),
    ("B1-SYN", "syn_diag", "C5", 20, "redaction"),
    ("B1-SYN", "syn_pieces", "C6", 5, "tache"),
]
COPIES = {
    "ali": {
        "B1-QST": {"notes": {"qst_c1": 12.5}, "penalite": 1.5, "prolongation": dt.timedelta(days=1)},
        "B1-SYN": {
            "notes": {"syn_diag": {"manual_score": 14.0, "extra_credit": 0.5, "needs_manual_grade": False}},
            "commentaires": {"syn_diag": "Hiérarchie claire.", "syn_pieces": "Pièce datée."},
        },
    },
    "zoé": {"B1-QST": {"notes": {"qst_c1": 3.0}, "remis_le": dt.datetime(2026, 11, 21, 9, 0)}},
    "eve": {},
}
TABLES = ("notes", "devoirs", "competences", "blocs", "certifications")


def recopier(url: str, vers: str) -> None:
    """The same gradebook, row for row, in another database."""
    depart, arrivee = create_engine(url), create_engine(vers)
    Base.metadata.create_all(arrivee)
    with depart.connect() as lecture, arrivee.begin() as ecriture:
        for table in Base.metadata.sorted_tables:
            lignes = [dict(ligne._mapping) for ligne in lecture.execute(select(table))]
            if lignes:
                ecriture.execute(insert(table), lignes)
    depart.dispose()
    arrivee.dispose()


def test_tables_and_purge(carnet, source, postgresql, tmp_path):
    sqlite, url, dossier = carnet(COURS, COPIES), postgresql(), source(COURS)
    recopier(sqlite, url)
    attendus, obtenus = calculer(sqlite, dossier), calculer(url, dossier)
    assert obtenus.notes["points"].notna().sum() == 3
    for nom in TABLES:
        pd.testing.assert_frame_equal(getattr(obtenus, nom), getattr(attendus, nom))

    durees = conservation.charger_durees()
    elements = conservation.inventorier(tmp_path, url, durees, dt.date(2029, 11, 20))
    assert {(element.apprenant, element.devoir) for element in elements} == {("ali", "B1-QST"), ("ali", "B1-SYN")}
    conservation.executer(tmp_path, url, elements)
    assert set(calculer(url, dossier).notes["apprenant"]) == {"eve", "zoé"}

    with pytest.raises(ErreurDonnees, match="ne répond pas"):
        calculer(str(make_url(url).set(database="absente")), dossier)
