"""La suppression : tout ce qui est prévu, ou rien.

Les fichiers sont d'abord déplacés, d'un changement de nom, dans un dossier à part du cours ; le carnet de notes est
changé en une transaction ; ce qui est à part n'est détruit qu'ensuite. Une purge interrompue est achevée, ou défaite,
avant la suivante.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import Connection, create_engine, delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.grading.carnet import adresse
from rncp_utils.grading.conservation.inventaire import Element
from rncp_utils.grading.journal import Evenement, inscrire

PREFIXE = ".purge-"
_MANIFESTE, _VALIDE, _FICHIERS = "manifeste.json", "valide", "fichiers"
_LOT = 400  # identifiers a statement: SQLite admits about a thousand parameters
_REMISE, _COPIE = SubmittedAssignment.__table__, SubmittedNotebook.__table__
_NOTE, _REMARQUE, _ELEVE = Grade.__table__, Comment.__table__, Student.__table__


def executer(cours: Path, url_base: str, elements: Sequence[Element], qui: str = "") -> None:
    """Supprime les éléments, tous ou aucun ; le journal d'audit en garde le nombre, jamais les noms.

    Un apprenant à qui il ne reste aucune copie est ôté du carnet de notes.

    Raises
    ------
    ErreurRncp
        Un fichier ou le carnet de notes ne peut pas être changé : rien n'a été supprimé.
    """
    cours = Path(cours)
    reprendre(cours, url_base)
    if not elements:
        return
    objet = _compte(elements)
    inscrire(cours, [Evenement(qui, "purge engagée", objet)])
    depot = cours / f"{PREFIXE}{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}"
    try:
        _preparer(depot, cours, elements)
        _ecarter(depot, cours)
        _effacer_du_carnet(url_base, [e.remise for e in elements if e.remise], {e.apprenant for e in elements})
        (depot / _VALIDE).touch()
    except (OSError, SQLAlchemyError) as erreur:
        _remettre(depot, cours)
        with suppress(ErreurRncp):
            inscrire(cours, [Evenement(qui, "purge annulée", objet, motif=type(erreur).__name__)])
        raise ErreurRncp(
            "La purge n'a pas pu être faite et rien n'a été supprimé : un fichier est ouvert ou protégé, ou le carnet "
            "de notes est occupé ; recommencez quand personne ne corrige."
        ) from erreur
    _detruire(depot)
    inscrire(cours, [Evenement(qui, "purge faite", objet)])


def reprendre(cours: Path, url_base: str) -> int:
    """Achève ou défait les purges interrompues et rend leur nombre.

    Une purge que le carnet de notes a enregistrée est achevée ; toute autre est défaite.
    """
    depots = sorted(chemin for chemin in Path(cours).glob(f"{PREFIXE}*") if chemin.is_dir())
    for depot in depots:
        if (depot / _VALIDE).exists() or _enregistree(depot, url_base):
            _detruire(depot)
        else:
            _remettre(depot, Path(cours))
    return len(depots)


def _compte(elements: Sequence[Element]) -> str:
    nombres: dict[str, int] = {}
    for element in elements:
        nombres[element.categorie] = nombres.get(element.categorie, 0) + 1
    return ", ".join(f"{categorie} : {nombre}" for categorie, nombre in sorted(nombres.items()))


def _preparer(depot: Path, cours: Path, elements: Sequence[Element]) -> None:
    depot.mkdir()
    manifeste = {
        "chemins": [str(chemin.relative_to(cours)) for element in elements for chemin in element.chemins],
        "remises": [element.remise for element in elements if element.remise],
    }
    # On the disk before anything moves: it is what an interrupted purge is undone from.
    ecrire_texte(depot / _MANIFESTE, json.dumps(manifeste, ensure_ascii=False))
    descripteur = os.open(depot / _MANIFESTE, os.O_RDONLY)
    os.fsync(descripteur)
    os.close(descripteur)


def _ecarter(depot: Path, cours: Path) -> None:
    for chemin in _manifeste(depot)["chemins"]:
        cible = depot / _FICHIERS / chemin
        cible.parent.mkdir(parents=True, exist_ok=True)
        (cours / chemin).rename(cible)
        # The folder of a learner bears their name: it goes with the last copy.
        with suppress(OSError):
            (cours / chemin).parent.rmdir()


def _remettre(depot: Path, cours: Path) -> None:
    """Undo: what was put aside goes back where it was."""
    for chemin in _manifeste(depot)["chemins"]:
        ecarte = depot / _FICHIERS / chemin
        if ecarte.exists():
            (cours / chemin).parent.mkdir(parents=True, exist_ok=True)
            ecarte.rename(cours / chemin)
    shutil.rmtree(depot, ignore_errors=True)


def _manifeste(depot: Path) -> dict[str, list[str]]:
    try:
        return json.loads((depot / _MANIFESTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # stopped before it was written: nothing had moved
        return {"chemins": [], "remises": []}


def _enregistree(depot: Path, url_base: str) -> bool:
    """Whether the gradebook has already lost the submissions of an interrupted purge."""
    remises = _manifeste(depot)["remises"]
    if not remises:
        return False
    moteur = create_engine(adresse(url_base))
    try:
        with moteur.connect() as connexion:
            restantes = connexion.scalar(select(func.count()).where(_REMISE.c.id.in_(remises[:_LOT])))
    finally:
        moteur.dispose()
    return not restantes


def _effacer_du_carnet(url_base: str, remises: Sequence[str], apprenants: set[str]) -> None:
    if not remises:
        return
    moteur = create_engine(adresse(url_base))
    try:
        with moteur.connect() as connexion:
            if connexion.dialect.name == "sqlite":
                # Without this, SQLite leaves what it deletes readable in the file.
                connexion.exec_driver_sql("PRAGMA secure_delete = ON")
            for debut in range(0, len(remises), _LOT):
                _effacer(connexion, remises[debut : debut + _LOT])
            sans_copie = sorted(apprenants - set(connexion.scalars(select(_REMISE.c.student_id).distinct())))
            for debut in range(0, len(sans_copie), _LOT):
                connexion.execute(delete(_ELEVE).where(_ELEVE.c.id.in_(sans_copie[debut : debut + _LOT])))
            connexion.commit()
    finally:
        moteur.dispose()


def _effacer(connexion: Connection, remises: Sequence[str]) -> None:
    copies = select(_COPIE.c.id).where(_COPIE.c.assignment_id.in_(remises)).scalar_subquery()
    for table in (_NOTE, _REMARQUE):
        connexion.execute(delete(table).where(table.c.notebook_id.in_(copies)))
    connexion.execute(delete(_COPIE).where(_COPIE.c.assignment_id.in_(remises)))
    connexion.execute(delete(_REMISE).where(_REMISE.c.id.in_(remises)))


def _detruire(depot: Path) -> None:
    try:
        shutil.rmtree(depot)
    except OSError as erreur:
        raise ErreurRncp(
            f"La purge est faite, mais le dossier « {depot} » ne peut pas être supprimé : supprimez-le, ou relancez la "
            "purge quand aucun de ses fichiers n'est ouvert."
        ) from erreur
