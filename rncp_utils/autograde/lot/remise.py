"""Rows of a submission in the gradebook, made in the transaction that writes its scores.

nbgrader makes them first, in transactions of their own, and reads them back through totals that go over the rows of the
whole class: its cost for one copy grows with the class. Here each question goes through an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
    new_uuid,
)
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from rncp_utils.erreurs import ErreurDonnees

_ELEVES, _DEVOIRS, _COPIES, _NOTEBOOKS, _REMIS, _NOTES, _COMMENTAIRES, _CELLULES = (
    classe.__table__
    for classe in (Student, Assignment, SubmittedAssignment, Notebook, SubmittedNotebook, Grade, Comment, BaseCell)
)
# Kinds of cells that have a grade, and a comment: as nbgrader makes them.
_AVEC_NOTE = (GradeCell.__table__, TaskCell.__table__)
_AVEC_COMMENTAIRE = (SolutionCell.__table__, TaskCell.__table__)


@dataclass(frozen=True)
class Remise:
    """A submission in the gradebook: identifiers of its rows, and how late it is."""

    copie: str
    notebooks: dict[str, tuple[str, str]]  # name → (submitted notebook, notebook of the assignment)
    retard_s: float


def inscrire(session: Session, devoir: str, apprenant: str, remise: datetime | None) -> Remise:
    """Make what is missing of the rows of a submission, and set its time; the caller commits."""
    trouve = session.execute(select(_DEVOIRS.c.id, _DEVOIRS.c.duedate).where(_DEVOIRS.c.name == devoir)).first()
    if trouve is None:
        raise ErreurDonnees(
            f"Le devoir {devoir} n'est pas dans le carnet de notes : générez-le d'abord "
            f"(nbgrader generate_assignment {devoir}), puis recommencez."
        )
    _assurer(session, _ELEVES, {"id": apprenant})
    copie = _assurer(session, _COPIES, {"assignment_id": trouve.id, "student_id": apprenant})
    if remise is not None:
        session.execute(update(_COPIES).where(_COPIES.c.id == copie).values(timestamp=remise))
    notebooks = {}
    for notebook in session.execute(
        select(_NOTEBOOKS.c.id, _NOTEBOOKS.c.name).where(_NOTEBOOKS.c.assignment_id == trouve.id)
    ):
        remis = _assurer(session, _REMIS, {"assignment_id": copie, "notebook_id": notebook.id}, flagged=False)
        _completer(session, _NOTES, _AVEC_NOTE, notebook.id, remis, needs_manual_grade=True)
        _completer(session, _COMMENTAIRES, _AVEC_COMMENTAIRE, notebook.id, remis)
        notebooks[notebook.name] = (remis, notebook.id)
    return Remise(copie, notebooks, _retard(session, copie, trouve.duedate))


def _assurer(session: Session, table: Any, cle: dict[str, str], **valeurs: Any) -> str:
    """Identifier of the row with this key, made if need be."""
    trouve = session.scalar(select(table.c.id).where(*(table.c[nom] == valeur for nom, valeur in cle.items())))
    if trouve is not None:
        return trouve
    ident = cle.get("id") or new_uuid()
    session.execute(insert(table).values(**{"id": ident} | cle | valeurs))
    return ident


def _completer(session: Session, table: Any, genres: tuple, notebook: str, remis: str, **valeurs: Any) -> None:
    """One row for each cell of these kinds: a cell added to the assignment since has none yet."""
    attendues = {
        ident
        for genre in genres
        for ident in session.scalars(
            select(genre.c.id).join(_CELLULES, _CELLULES.c.id == genre.c.id).where(_CELLULES.c.notebook_id == notebook)
        )
    }
    if not attendues:
        return
    # Through the cells, which lead the table's own index: by submission, it would read the whole class.
    presentes = set(
        session.scalars(select(table.c.cell_id).where(table.c.cell_id.in_(attendues), table.c.notebook_id == remis))
    )
    lignes = [
        {"id": new_uuid(), "notebook_id": remis, "cell_id": cellule, **valeurs}
        for cellule in sorted(attendues - presentes)
    ]
    if lignes:
        session.execute(insert(table), lignes)


def _retard(session: Session, copie: str, echeance: datetime | None) -> float:
    ligne = session.execute(select(_COPIES.c.timestamp, _COPIES.c.extension).where(_COPIES.c.id == copie)).one()
    if ligne.timestamp is None or echeance is None:
        return 0.0
    return max(0.0, (ligne.timestamp - echeance - (ligne.extension or timedelta())).total_seconds())


def lignes_de(session: Session, classe: type, remis: str, notebook: str) -> dict[str, Any]:
    """Grades, or comments, of a submitted notebook by cell name."""
    table = classe.__table__
    colonnes = [table.c.id, _CELLULES.c.name]
    if classe is Grade:
        colonnes += [table.c.auto_score, table.c.manual_score, table.c.needs_manual_grade, table.c.extra_credit]
    demande = (
        select(*colonnes)
        .join(_CELLULES, _CELLULES.c.id == table.c.cell_id)
        .where(_CELLULES.c.notebook_id == notebook, table.c.notebook_id == remis)
    )
    return {ligne.name: ligne for ligne in session.execute(demande)}


def total(session: Session, remis: str, notebook: str) -> float:
    """Points of a submitted notebook as nbgrader counts them: a person's first, else automatic ones, and extra ones."""
    points = 0.0
    for ligne in lignes_de(session, Grade, remis, notebook).values():
        acquis = ligne.auto_score if ligne.manual_score is None else ligne.manual_score
        if acquis is not None:
            points += acquis + (ligne.extra_credit or 0.0)
    return points


def changer(session: Session, classe: type, ident: str, **valeurs: Any) -> None:
    """Set columns of one row."""
    table = classe.__table__
    session.execute(update(table).where(table.c.id == ident).values(**valeurs))
