"""A gradebook of any size, written in bulk: nbgrader's API would take an hour for what takes seconds here."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pandas as pd
from nbgrader.api import Base, Course
from sqlalchemy import Connection, create_engine, insert

from rncp_utils.referentiel import Referentiel, charger_referentiel

POINTS = 11.0
REMISES = 0.95  # share of the copies that are handed in
MANUELLES = (3, 7)  # ranks of the cells that a person marks
_DEBUT = dt.datetime(2026, 11, 2, 8, 0)
_LOT = 500  # learners a transaction


def remplir(dossier: Path, apprenants: int, cellules: int = 9) -> tuple[str, pd.DataFrame]:
    """Address of the gradebook, and what ``lire_devoirs`` would say of its cells."""
    url = f"sqlite:///{dossier}/gradebook.db"
    moteur = create_engine(url)
    Base.metadata.create_all(moteur)
    numeros, hasard = (f"{n:032x}" for n in count(1)), random.Random(31919)
    with moteur.begin() as connexion:
        devoirs, table = _cours(connexion, numeros, charger_referentiel(), cellules)
    for debut in range(0, apprenants, _LOT):
        with moteur.begin() as connexion:
            _copies(connexion, numeros, hasard, devoirs, range(debut, min(debut + _LOT, apprenants)))
    moteur.dispose()
    return url, table


def _inserer(connexion: Connection, table: str, lignes: list[dict]) -> None:
    if lignes:
        connexion.execute(insert(Base.metadata.tables[table]), lignes)


def _cours(
    connexion: Connection, numeros: Iterator[str], fiche: Referentiel, cellules: int
) -> tuple[list[tuple[str, str, list[str]]], pd.DataFrame]:
    connexion.execute(insert(Course.__table__), [{"id": "default_course"}])
    devoirs, lignes = [], []
    for evaluation in fiche.evaluations:
        competences = fiche.bloc(evaluation.bloc).competences
        devoir, notebook = next(numeros), next(numeros)
        _inserer(connexion, "assignment", [{"id": devoir, "name": evaluation.code, "course_id": "default_course"}])
        _inserer(connexion, "notebook", [{"id": notebook, "name": "n", "assignment_id": devoir}])
        siennes = [next(numeros) for _ in range(cellules)]
        base = [
            {"id": numero, "name": f"c{rang}", "notebook_id": notebook, "type": "GradeCell"}
            for rang, numero in enumerate(siennes)
        ]
        _inserer(connexion, "base_cell", base)
        notees = [{"id": numero, "max_score": POINTS, "cell_type": "code"} for numero in siennes]
        _inserer(connexion, "grade_cells", notees)
        for rang in MANUELLES:
            solution = next(numeros)
            jumelle = {"id": solution, "name": f"c{rang}", "notebook_id": notebook, "type": "SolutionCell"}
            _inserer(connexion, "base_cell", [jumelle])
            _inserer(connexion, "solution_cells", [{"id": solution}])
            siennes.append(solution)
        devoirs.append((devoir, notebook, siennes))
        for rang in range(cellules):
            code = competences[rang % len(competences)]
            lignes.append((evaluation.code, "n.ipynb", f"c{rang}", code, evaluation.bloc, POINTS, rang in MANUELLES))
    colonnes = ["devoir", "notebook", "cellule", "competence", "bloc", "points", "manuel"]
    return devoirs, pd.DataFrame(lignes, columns=colonnes)


def _copies(
    connexion: Connection, numeros: Iterator[str], hasard: random.Random, devoirs: list, apprenants: range
) -> None:
    eleves, remises, copies, notes, remarques = [], [], [], [], []
    for numero in apprenants:
        eleve = f"a{numero:05d}"
        eleves.append({"id": eleve})
        for devoir, notebook, cellules in devoirs:
            if hasard.random() > REMISES:
                continue
            remise, copie = next(numeros), next(numeros)
            instant = _DEBUT + dt.timedelta(seconds=hasard.randrange(20 * 86_400))
            remises.append({"id": remise, "assignment_id": devoir, "student_id": eleve, "timestamp": instant})
            penalite = 2.0 if hasard.random() < 0.05 else None
            copies.append(
                {"id": copie, "notebook_id": notebook, "assignment_id": remise, "late_submission_penalty": penalite}
            )
            for rang, cellule in enumerate(cellules):
                if rang >= len(cellules) - len(MANUELLES):
                    mot = f"Réponse à préciser ({hasard.randrange(400)})." if hasard.random() < 0.3 else None
                    remarques.append(
                        {"id": next(numeros), "cell_id": cellule, "notebook_id": copie, "manual_comment": mot}
                    )
                    continue
                points, humaine = round(hasard.random() * POINTS, 2), rang in MANUELLES
                notes.append(
                    {
                        "id": next(numeros),
                        "cell_id": cellule,
                        "notebook_id": copie,
                        "auto_score": None if humaine else points,
                        "manual_score": points if humaine else None,
                        "needs_manual_grade": False,
                    }
                )
    tables = ("student", "submitted_assignment", "submitted_notebook", "grade", "comment")
    for table, lignes in zip(tables, (eleves, remises, copies, notes, remarques), strict=True):
        _inserer(connexion, table, lignes)
