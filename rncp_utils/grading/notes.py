"""From nbgrader's gradebook to one row a learner and graded cell."""

from __future__ import annotations

from pathlib import Path

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
from sqlalchemy import URL, Join, Select, and_, case, create_engine, func, make_url, select, true
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema

CORRIGE = "corrigé"
A_CONFIRMER = "à confirmer"
NON_REMIS = "non remis"
ECHEC = "échec de correction"

COLONNES = (
    *("apprenant", "devoir", "notebook", "cellule", "competence", "bloc", "points", "max"),
    *("auto", "manuel", "extra", "statut", "commentaire", "remis_le", "retard_s", "penalite"),
)
# nbgrader's own tables: the shape of the gradebook is written there, not here.
_ELEVE, _DEVOIR, _NOTEBOOK = Student.__table__, Assignment.__table__, Notebook.__table__
_CELLULE, _BARRE, _TACHE = BaseCell.__table__, GradeCell.__table__, TaskCell.__table__
_REMISE, _COPIE = SubmittedAssignment.__table__, SubmittedNotebook.__table__
_NOTE, _REMARQUE = Grade.__table__, Comment.__table__
# Comments hang on the task itself, or on the solution half of a manually graded answer.
_COMMENTEE = BaseCell.__table__.alias("commentee")
# One grouped pass: submitted_notebook has no index that leads with assignment_id.
_PENALITE = (
    select(_COPIE.c.assignment_id, func.sum(_COPIE.c.late_submission_penalty).label("total"))
    .group_by(_COPIE.c.assignment_id)
    .subquery("penalite")
)
_DEFINITION = ("devoir", "notebook", "cellule", "competence", "bloc", "manuel")


def notes_par_cellule(url_base: str, cellules: pd.DataFrame) -> pd.DataFrame:
    """Notes de chaque apprenant du carnet de notes à chaque cellule notée, une ligne par couple.

    Parameters
    ----------
    url_base
        Adresse SQLAlchemy du carnet de notes de nbgrader (SQLite ou PostgreSQL).
    cellules
        Étiquettes lues dans ``source/`` : colonnes devoir, notebook, cellule, competence, bloc, manuel (booléen).

    Returns
    -------
    pandas.DataFrame
        Colonnes :data:`COLONNES`, triées par apprenant puis dans l'ordre de ``cellules``.
        ``points`` suit nbgrader (note manuelle si elle existe, sinon automatique, plus les points supplémentaires) et
        vaut NaN, jamais 0, tant qu'aucune note n'existe. ``statut`` : « corrigé », « à confirmer », « non remis »,
        « échec de correction » (copie remise, cellule automatique sans note). ``remis_le`` en UTC, ``retard_s`` en
        secondes (0 si à l'heure), ``penalite`` en points, pour tout le devoir, répétée sur chacune de ses cellules.

    Raises
    ------
    ErreurDonnees
        Le carnet de notes est introuvable ou illisible, ou deux cellules ont le même identifiant.
    ErreurSchema
        Une colonne manque à ``cellules``.
    """
    # The gradebook's own cells decide which rows exist; a cell unknown to source/ keeps its points, without competence.
    table = _lire(url_base).merge(
        _definition(cellules), on=["devoir", "notebook", "cellule"], how="left", suffixes=("", "_source")
    )
    automatique = ~table["manuel_source"].astype("boolean").fillna(table["redigee"].astype("boolean")).astype(bool)
    table["points"] = table["manuel"].fillna(table["auto"]) + table["extra"].fillna(0.0)
    table["statut"] = _statut(table, automatique)
    table["retard_s"] = _retard(table)
    return table.sort_values(["apprenant", "rang", "devoir", "cellule"], ignore_index=True)[list(COLONNES)]


def _definition(cellules: pd.DataFrame) -> pd.DataFrame:
    """The tags, keyed as the gradebook keys its cells (a notebook has no suffix there), with their rank."""
    manquantes = [colonne for colonne in _DEFINITION if colonne not in cellules.columns]
    if manquantes:
        raise ErreurSchema(
            f"La table des cellules n'a pas les colonnes attendues ({', '.join(manquantes)}) : "
            "relisez le dossier source avec lire_devoirs."
        )
    # Plain objects: categories would make each later grouping list what nobody took.
    table = cellules[list(_DEFINITION)].astype(object)
    table["notebook"] = table["notebook"].map(lambda nom: str(nom).removesuffix(".ipynb"))
    doubles = table[table.duplicated(["devoir", "notebook", "cellule"])]
    if not doubles.empty:
        noms = ", ".join(f"{ligne.devoir} › {ligne.cellule}" for ligne in doubles.itertuples())
        raise ErreurDonnees(f"Des cellules notées portent deux fois le même identifiant ({noms}) : renommez-en une.")
    return table.assign(rang=range(len(table)))


def _statut(table: pd.DataFrame, automatique: pd.Series) -> pd.Series:
    """Status of each row; the last rule that applies wins."""
    statut = pd.Series(CORRIGE, index=table.index, dtype="object")
    sans_note = table["points"].isna()
    statut[table["a_revoir"].astype("boolean").fillna(False).astype(bool) | sans_note] = A_CONFIRMER
    # nbgrader leaves a new grade "to review": only an automatic cell without any score tells a failed run.
    statut[automatique & sans_note] = ECHEC
    statut[table["remise"].isna()] = NON_REMIS
    return statut


def _retard(table: pd.DataFrame) -> pd.Series:
    """Seconds after the learner's own deadline (extension included), as ``SubmittedAssignment.total_seconds_late``."""
    limite = table["echeance"] + table["prolongation"].fillna(pd.Timedelta(0))
    return (table["remis_le"] - limite).dt.total_seconds().clip(lower=0).fillna(0.0)


def _lire(url_base: str) -> pd.DataFrame:
    url = _adresse(url_base)
    moteur = create_engine(url)
    try:
        with moteur.connect() as connexion:
            resultat = connexion.execute(_requete())
            table = pd.DataFrame(resultat.fetchall(), columns=list(resultat.keys()))
    except SQLAlchemyError as erreur:
        raise ErreurDonnees(
            f"Le carnet de notes « {url.database} » ne répond pas, est illisible ou n'est pas celui de nbgrader : "
            "vérifiez son adresse et vos droits de lecture."
        ) from erreur
    finally:
        moteur.dispose()
    return _typer(table)


def _adresse(url_base: str) -> URL:
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


def _typer(table: pd.DataFrame) -> pd.DataFrame:
    """Column types that do not depend on the database nor on the rows (an all-NULL column comes back as objects)."""
    nombres = ("max", "auto", "manuel", "extra", "penalite")
    types = {colonne: pd.to_numeric(table[colonne]).astype(float) for colonne in nombres}
    instants = {colonne: pd.to_datetime(table[colonne], utc=True) for colonne in ("remis_le", "echeance")}
    return table.assign(**types, **instants, prolongation=pd.to_timedelta(table["prolongation"]))


def _requete() -> Select:
    """One statement: every student × every graded cell, with what the student handed in, if anything."""
    nature = func.coalesce(_BARRE.c.cell_type, _TACHE.c.cell_type)
    return select(
        _ELEVE.c.id.label("apprenant"),
        _DEVOIR.c.name.label("devoir"),
        _NOTEBOOK.c.name.label("notebook"),
        _CELLULE.c.name.label("cellule"),
        func.coalesce(_BARRE.c.max_score, _TACHE.c.max_score).label("max"),
        # A graded cell that is also a solution, or prose, is read by a person.
        case((_COMMENTEE.c.id.is_not(None), True), else_=nature == "markdown").label("redigee"),
        _NOTE.c.auto_score.label("auto"),
        _NOTE.c.manual_score.label("manuel"),
        _NOTE.c.extra_credit.label("extra"),
        _NOTE.c.needs_manual_grade.label("a_revoir"),
        func.coalesce(_REMARQUE.c.manual_comment, _REMARQUE.c.auto_comment).label("commentaire"),
        _REMISE.c.id.label("remise"),
        _REMISE.c.timestamp.label("remis_le"),
        _REMISE.c.extension.label("prolongation"),
        _DEVOIR.c.duedate.label("echeance"),
        func.coalesce(_PENALITE.c.total, 0.0).label("penalite"),
    ).select_from(_jointure())


def _jointure() -> Join:
    notees = and_(_CELLULE.c.notebook_id == _NOTEBOOK.c.id, _CELLULE.c.type.in_(["GradeCell", "TaskCell"]))
    remise = and_(_REMISE.c.assignment_id == _DEVOIR.c.id, _REMISE.c.student_id == _ELEVE.c.id)
    copie = and_(_COPIE.c.notebook_id == _NOTEBOOK.c.id, _COPIE.c.assignment_id == _REMISE.c.id)
    commentee = and_(
        _COMMENTEE.c.name == _CELLULE.c.name,
        _COMMENTEE.c.notebook_id == _CELLULE.c.notebook_id,
        _COMMENTEE.c.type == case((_CELLULE.c.type == "GradeCell", "SolutionCell"), else_="TaskCell"),
    )
    remarque = and_(_REMARQUE.c.cell_id == _COMMENTEE.c.id, _REMARQUE.c.notebook_id == _COPIE.c.id)
    return (
        _ELEVE.join(_DEVOIR, true())
        .join(_NOTEBOOK, _NOTEBOOK.c.assignment_id == _DEVOIR.c.id)
        .join(_CELLULE, notees)
        .outerjoin(_BARRE, _BARRE.c.id == _CELLULE.c.id)
        .outerjoin(_TACHE, _TACHE.c.id == _CELLULE.c.id)
        .outerjoin(_REMISE, remise)
        .outerjoin(_PENALITE, _PENALITE.c.assignment_id == _REMISE.c.id)
        .outerjoin(_COPIE, copie)
        .outerjoin(_NOTE, and_(_NOTE.c.cell_id == _CELLULE.c.id, _NOTE.c.notebook_id == _COPIE.c.id))
        .outerjoin(_COMMENTEE, commentee)
        .outerjoin(_REMARQUE, remarque)
    )
