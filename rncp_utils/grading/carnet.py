"""Reading nbgrader's gradebook: each of its tables once, in one read transaction, into arrays.

A row a learner and cell would come back as half a million tuples of seventeen values for a large cohort: here the
database gives only what it stores, and the learner × cell grid is filled by integer codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import URL, Connection, Select, create_engine, func, make_url, or_, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from rncp_utils.erreurs import ErreurDonnees

# nbgrader's own tables: the shape of the gradebook is written there, not here.
_ELEVE, _DEVOIR, _NOTEBOOK = Student.__table__, Assignment.__table__, Notebook.__table__
_CELLULE, _BARRE, _TACHE = BaseCell.__table__, GradeCell.__table__, TaskCell.__table__
_REMISE, _COPIE = SubmittedAssignment.__table__, SubmittedNotebook.__table__
_NOTE, _REMARQUE = Grade.__table__, Comment.__table__
SOLUTION, TACHE = "SolutionCell", "TaskCell"
_COLONNES_CELLULES = ("id", "type", "notebook_id", "devoir_id", "devoir", "notebook", "cellule", "max", "nature")
_LOT = 2_000  # rows fetched at once: small enough to stay in the processor cache
_VIDE = -1


@dataclass(frozen=True)
class Carnet:
    """Content of a gradebook.

    Attributes
    ----------
    apprenants
        Names, sorted.
    cellules
        Graded cells, as ``ordonner`` gave them: devoir, notebook, cellule, max, redigee (prose, or a graded answer),
        rang_devoir.
    remises
        Learner × assignment, in the order of ``devoirs``: remise (bool), remis_le, echeance, prolongation, penalite.
    auto, manuel, extra, a_revoir, commentaires
        Learner × cell; NaN (None for a comment) where the gradebook has nothing.
    """

    apprenants: np.ndarray
    devoirs: list[str]
    cellules: pd.DataFrame
    remises: dict[str, np.ndarray]
    auto: np.ndarray
    manuel: np.ndarray
    extra: np.ndarray
    a_revoir: np.ndarray
    commentaires: np.ndarray


def lire_carnet(
    url_base: str, ordonner: Callable[[pd.DataFrame], pd.DataFrame], nommer: Callable[[list[str]], dict[str, str]]
) -> Carnet:
    """Gradebook at a SQLAlchemy address (SQLite or PostgreSQL).

    Parameters
    ----------
    url_base
        Address.
    ordonner
        Gives the table of the graded cells in the order that the columns of the grids must have, under a new index.
    nommer
        Name to give to each learner; the order of the names is that of the rows.

    Raises
    ------
    ErreurDonnees
        Le carnet de notes est introuvable ou illisible.
    """
    url = adresse(url_base)
    moteur = create_engine(url)
    try:
        with moteur.connect() as connexion:
            connexion = connexion.execution_options(**_instantane(connexion))
            return _lire(connexion, ordonner, nommer)
    except SQLAlchemyError as erreur:
        raise ErreurDonnees(
            f"Le carnet de notes « {url.database} » ne répond pas, est illisible ou n'est pas celui de nbgrader : "
            "vérifiez son adresse et vos droits de lecture."
        ) from erreur
    finally:
        moteur.dispose()


def adresse(url_base: str) -> URL:
    """Address of a gradebook that exists; :class:`ErreurDonnees` otherwise."""
    try:
        url = make_url(url_base)
        url.get_dialect()
    except (ArgumentError, ModuleNotFoundError) as erreur:
        raise ErreurDonnees(
            "L'adresse du carnet de notes n'est pas reconnue : attendu « sqlite:///chemin/gradebook.db » "
            "ou « postgresql+psycopg://… »."
        ) from erreur
    # SQLite creates the file that it does not find: an empty gradebook would pass for a course without learners.
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise ErreurDonnees(
            f"Le carnet de notes « {url.database} » est introuvable : donnez l'adresse du gradebook.db du cours."
        )
    return url


def _instantane(connexion: Connection) -> dict[str, object]:
    """Options under which all the statements see the same state, even while copies are being graded."""
    if connexion.dialect.name == "sqlite":
        # The driver opens no transaction for a SELECT unless it is told to.
        connexion.exec_driver_sql("BEGIN")
        return {}
    return {"isolation_level": "REPEATABLE READ"}


def _lire(
    connexion: Connection,
    ordonner: Callable[[pd.DataFrame], pd.DataFrame],
    nommer: Callable[[list[str]], dict[str, str]],
) -> Carnet:
    noms = sorted(nommer(list(connexion.scalars(select(_ELEVE.c.id)))).items(), key=lambda paire: paire[1])
    rang_eleve = {identifiant: rang for rang, (identifiant, _) in enumerate(noms)}
    lignes = pd.DataFrame(connexion.execute(requete_des_cellules()).all(), columns=_COLONNES_CELLULES, dtype=object)
    devoirs = lignes[["devoir", "devoir_id"]].drop_duplicates().sort_values("devoir", ignore_index=True)
    rang_devoir = {numero: rang for rang, numero in devoirs["devoir_id"].items()}
    cellules = ordonner(_cellules_notees(lignes, rang_devoir))
    rang_cellule = {numero: rang for rang, numero in enumerate(cellules["id"])}
    # Comments hang on the task itself, or on the solution half of a manually graded answer.
    commentees = {numero: rang_cellule[notee] for numero, notee in _redigees(lignes).items()}
    remises, eleve_de = _remises(connexion, rang_eleve, rang_devoir)
    forme = (len(noms), len(cellules))
    return Carnet(
        _objets([nom for _, nom in noms]),
        devoirs["devoir"].tolist(),
        cellules,
        remises,
        **_notes(connexion, forme, rang_cellule, eleve_de),
        commentaires=_commentaires(connexion, forme, commentees, eleve_de),
    )


def _redigees(lignes: pd.DataFrame) -> dict[str, str]:
    """Cell that bears the comments → graded cell, for the tasks and the graded answers."""
    notees = lignes[lignes["type"] != SOLUTION]
    notee = dict(zip(zip(notees["notebook_id"], notees["cellule"], strict=True), notees["id"], strict=True))
    trouvees = {numero: numero for numero in lignes["id"][lignes["type"] == TACHE]}
    for ligne in lignes[lignes["type"] == SOLUTION].itertuples():
        if (ligne.notebook_id, ligne.cellule) in notee:
            trouvees[ligne.id] = notee[ligne.notebook_id, ligne.cellule]
    return trouvees


def _cellules_notees(lignes: pd.DataFrame, rang_devoir: dict[str, int]) -> pd.DataFrame:
    notees = lignes[lignes["type"] != SOLUTION].reset_index(drop=True)
    # A graded cell that is also a solution, or prose, is read by a person.
    redigee = notees["id"].isin(list(_redigees(lignes).values())) | (notees["nature"] == "markdown")
    return notees[["id", "devoir", "notebook", "cellule"]].assign(
        max=notees["max"].astype(float), redigee=redigee, rang_devoir=notees["devoir_id"].map(rang_devoir).astype(int)
    )


def requete_des_cellules() -> Select:
    """Graded cells and answer cells of every assignment."""
    return (
        select(
            _CELLULE.c.id,
            _CELLULE.c.type,
            _CELLULE.c.notebook_id,
            _DEVOIR.c.id.label("devoir_id"),
            _DEVOIR.c.name.label("devoir"),
            _NOTEBOOK.c.name.label("notebook"),
            _CELLULE.c.name.label("cellule"),
            func.coalesce(_BARRE.c.max_score, _TACHE.c.max_score).label("max"),
            func.coalesce(_BARRE.c.cell_type, _TACHE.c.cell_type).label("nature"),
        )
        .select_from(_CELLULE)
        .join(_NOTEBOOK, _NOTEBOOK.c.id == _CELLULE.c.notebook_id)
        .join(_DEVOIR, _DEVOIR.c.id == _NOTEBOOK.c.assignment_id)
        .outerjoin(_BARRE, _BARRE.c.id == _CELLULE.c.id)
        .outerjoin(_TACHE, _TACHE.c.id == _CELLULE.c.id)
        .where(_CELLULE.c.type.in_(["GradeCell", TACHE, SOLUTION]))
        .order_by(_DEVOIR.c.name, _NOTEBOOK.c.name, _CELLULE.c.name)
    )


def requete_des_remises() -> Select:
    """Submissions, one row a notebook: most assignments have one."""
    return (
        select(
            _REMISE.c.assignment_id,
            _REMISE.c.student_id,
            _REMISE.c.timestamp,
            _REMISE.c.extension,
            _DEVOIR.c.duedate,
            _COPIE.c.id,
            _COPIE.c.late_submission_penalty,
        )
        .select_from(_REMISE)
        .join(_DEVOIR, _DEVOIR.c.id == _REMISE.c.assignment_id)
        .outerjoin(_COPIE, _COPIE.c.assignment_id == _REMISE.c.id)
    )


def requete_des_notes() -> Select:
    """Grades, as they are stored."""
    return select(
        _NOTE.c.cell_id,
        _NOTE.c.notebook_id,
        _NOTE.c.auto_score,
        _NOTE.c.manual_score,
        _NOTE.c.extra_credit,
        _NOTE.c.needs_manual_grade,
    )


def requete_des_commentaires() -> Select:
    """Comments that say something: nbgrader keeps an empty one under each answer."""
    texte = func.coalesce(_REMARQUE.c.manual_comment, _REMARQUE.c.auto_comment)
    presents = or_(_REMARQUE.c.manual_comment.is_not(None), _REMARQUE.c.auto_comment.is_not(None))
    return select(_REMARQUE.c.cell_id, _REMARQUE.c.notebook_id, texte).where(presents)


def _remises(
    connexion: Connection, rang_eleve: dict[str, int], rang_devoir: dict[str, int]
) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """Learner × assignment arrays, and the learner's rank of each submitted notebook."""
    forme = (len(rang_eleve), len(rang_devoir))
    table = {
        "remise": np.zeros(forme, dtype=bool),
        "remis_le": np.full(forme, np.datetime64("NaT"), dtype="datetime64[us]"),
        "echeance": np.full(forme, np.datetime64("NaT"), dtype="datetime64[us]"),
        "prolongation": np.zeros(forme, dtype="timedelta64[us]"),
        "penalite": np.zeros(forme),
    }
    eleve_de: dict[str, int] = {}
    for lot in connexion.execute(requete_des_remises()).partitions(_LOT):
        devoir, eleve, remis, prolongation, limite, copie, penalite = zip(*lot, strict=True)
        # A submission to an assignment without any graded cell has no place in the grid.
        rangs = np.array([rang_devoir.get(numero, _VIDE) for numero in devoir])
        eleves = np.array([rang_eleve[nom] for nom in eleve])
        eleve_de.update(zip(copie, eleves.tolist(), strict=True))
        garde = rangs >= 0
        ou = eleves[garde], rangs[garde]
        table["remise"][ou] = True
        table["remis_le"][ou] = _instants(remis)[garde]
        table["echeance"][ou] = _instants(limite)[garde]
        table["prolongation"][ou] = pd.to_timedelta(pd.Series(prolongation, dtype=object)).fillna(pd.Timedelta(0))[
            garde
        ]
        np.add.at(table["penalite"], ou, np.nan_to_num(np.array(penalite, dtype=float))[garde])
    return table, eleve_de


def _instants(valeurs: tuple) -> np.ndarray:
    return pd.to_datetime(pd.Series(valeurs, dtype=object)).to_numpy("datetime64[us]")


def _notes(
    connexion: Connection, forme: tuple[int, int], rang_cellule: dict[str, int], eleve_de: dict[str, int]
) -> dict[str, np.ndarray]:
    auto, manuel, extra = (np.full(forme, np.nan) for _ in range(3))
    a_revoir = np.zeros(forme, dtype=bool)
    for cellule, copie, *valeurs in _colonnes(connexion, requete_des_notes()):
        ou, garde = _cases(cellule, copie, rang_cellule, eleve_de)
        for grille, valeur in zip((auto, manuel, extra), valeurs, strict=False):
            grille[ou] = np.array(valeur, dtype=float)[garde]
        a_revoir[ou] = np.array(valeurs[-1], dtype=bool)[garde]
    return {"auto": auto, "manuel": manuel, "extra": extra, "a_revoir": a_revoir}


def _commentaires(
    connexion: Connection, forme: tuple[int, int], rang_cellule: dict[str, int], eleve_de: dict[str, int]
) -> np.ndarray:
    textes = np.full(forme, None, dtype=object)
    # « No response. » and stock phrases come back on many copies: each is kept once.
    connus: dict[str, str] = {}
    for cellule, copie, texte in _colonnes(connexion, requete_des_commentaires()):
        ou, garde = _cases(cellule, copie, rang_cellule, eleve_de)
        textes[ou] = _objets([connus.setdefault(un, un) for un in texte])[garde]
    return textes


def _cases(
    cellule: tuple, copie: tuple, rang_cellule: dict[str, int], eleve_de: dict[str, int]
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Where each row goes in the grid, and which rows have a place there."""
    cellules = np.array([rang_cellule.get(numero, _VIDE) for numero in cellule])
    eleves = np.array([eleve_de.get(numero, _VIDE) for numero in copie])
    garde = (cellules >= 0) & (eleves >= 0)
    return (eleves[garde], cellules[garde]), garde


def _colonnes(connexion: Connection, requete: Select) -> Iterator[tuple[tuple, ...]]:
    """Columns of the rows, a batch at a time, straight from the driver: its numbers and texts need no conversion."""
    resultat = connexion.execute(requete)
    curseur = resultat.cursor
    while lignes := curseur.fetchmany(_LOT):
        yield tuple(zip(*lignes, strict=True))
    resultat.close()


def _objets(valeurs: list | tuple) -> np.ndarray:
    tableau = np.empty(len(valeurs), dtype=object)
    tableau[:] = valeurs
    return tableau
