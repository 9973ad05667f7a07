"""The SQLite file of a workstation: made whole or not at all, opened for one operation, its faults in French.

A rollback journal, not a write-ahead log: what is handed in is one file, whole after each action. No connection is kept
between two operations, so that a file that another tab has put aside or begun again is seen at once.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, StaticPool

from rncp_utils.fichiers import ecriture_atomique
from rncp_utils.lecon.reponses import chemin_reponses
from rncp_utils.poste.fichier import DOSSIER, SUFFIXE, TAILLE_MAX
from rncp_utils.poste.situation import Situation
from rncp_utils.poste.tables import METADATA

_PAGE = 4_096
# Another tab holds the file for some milliseconds; a dead one does not hold it at all.
ATTENTE_S = 5.0

_CAUSES = {
    "SQLITE_BUSY": "Le poste est occupé par un autre onglet : patientez quelques secondes, puis recommencez.",
    "SQLITE_FULL": "Rien n'a été enregistré, le disque est plein : prévenez la personne qui surveille.",
    "SQLITE_READONLY": (
        "Rien n'a été enregistré, le dossier est protégé contre l'écriture : prévenez la personne qui surveille."
    ),
    "SQLITE_CANTOPEN": (
        "Rien n'a été enregistré, le fichier du poste ne s'ouvre plus : réexécutez la case qui l'affiche."
    ),
    "SQLITE_CORRUPT": "Rien n'a été enregistré, le fichier du poste est abîmé : réexécutez la case qui l'affiche.",
    "SQLITE_NOTADB": "Rien n'a été enregistré, le fichier du poste est abîmé : réexécutez la case qui l'affiche.",
    "SQLITE_IOERR": "Rien n'a été enregistré, l'écriture a échoué : prévenez la personne qui surveille.",
}
_DU_SYSTEME = dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "SQLITE_FULL") | dict.fromkeys(
    (errno.EACCES, errno.EPERM, errno.EROFS), "SQLITE_READONLY"
)
_AUTRE = "Rien n'a été enregistré ({nom}) : réexécutez la case qui affiche le poste, puis prévenez votre formateur."
# What may go wrong with a file, from SQLite or from SQLAlchemy above it.
ErreursDeBase = (DBAPIError, sqlite3.Error, OSError)


def chemin_du_poste(dossier: Path, devoir: str, cellule: str) -> Path:
    """Path of the file of a cell, below the notebook's folder.

    Raises
    ------
    ErreurDonnees
        A name that cannot be the one of a file.
    """
    nom = chemin_reponses(Path(dossier), devoir, cellule).stem
    return Path(dossier) / DOSSIER / f"{nom}{SUFFIXE}"


def moteur_du_fichier(chemin: Path) -> Engine:
    """Engine on a file that exists: none is created by opening it."""
    adresse = f"file:{quote(str(Path(chemin).resolve().parent / chemin.name))}?mode=rw"
    return _moteur(partial(_ouvrir, adresse), NullPool)


def moteur_en_memoire() -> Engine:
    """Engine on an empty database that lives as long as it does."""
    return _moteur(partial(_ouvrir, ":memory:"), StaticPool)


def _moteur(ouvrir: Any, pool: Any) -> Engine:
    serialiser = partial(json.dumps, ensure_ascii=False, allow_nan=False)
    return create_engine("sqlite://", creator=ouvrir, poolclass=pool, json_serializer=serialiser)


def _ouvrir(adresse: str) -> sqlite3.Connection:
    # isolation_level None: transactions begin where they are written, never behind one's back.
    connexion = sqlite3.connect(
        adresse, uri=True, timeout=ATTENTE_S, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    connexion.execute("PRAGMA foreign_keys = ON")
    connexion.execute(f"PRAGMA max_page_count = {TAILLE_MAX // _PAGE}")
    return connexion


def creer_fichier(chemin: Path, situation: Situation, identite: Mapping[str, Any]) -> None:
    """Make the file of a situation, atomically.

    Raises
    ------
    OSError
        It could not be written.
    """
    en_memoire = moteur_en_memoire()
    with en_memoire.connect() as connexion:
        semer(connexion, situation, identite)
        connexion.commit()
        ecrire(chemin, octets(connexion))


def octets(connexion: Connection) -> bytes:
    """The database as the bytes of a file."""
    return connexion.connection.driver_connection.serialize()


def ecrire(chemin: Path, contenu: bytes) -> None:
    """Write a database as a file, atomically.

    Raises
    ------
    OSError
        It could not be written.
    """
    if chemin.parent.is_symlink():
        raise OSError("the folder is a link")
    with ecriture_atomique(chemin) as temporaire:
        temporaire.write_bytes(contenu)


def semer(connexion: Connection, situation: Situation, identite: Mapping[str, Any]) -> None:
    """Make the tables and put in them what the situation plants; ids are given in order."""
    METADATA.create_all(connexion)
    planter(connexion, situation, identite)


def planter(connexion: Connection, situation: Situation, identite: Mapping[str, Any]) -> None:
    """Put in empty tables what the situation plants."""
    connexion.execute(insert(METADATA.tables["identite"]), {"id": 1, **identite})
    for table in METADATA.sorted_tables:
        lignes = situation.lignes.get(table.name, ())
        if lignes:
            numerotees = [{"id": rang, **ligne} for rang, ligne in enumerate(lignes, start=1)]
            connexion.execute(insert(table), numerotees)


def vider(connexion: Connection) -> None:
    """Empty all the tables."""
    for table in reversed(METADATA.sorted_tables):
        connexion.execute(table.delete())


def phrase(erreur: Exception) -> str:
    """What happened to the file, in one French sentence."""
    nom = _nom(erreur)
    trouvees = [texte for cause, texte in _CAUSES.items() if nom.startswith(cause)]
    return trouvees[0] if trouvees else _AUTRE.format(nom=nom)


def passagere(erreur: Exception) -> bool:
    """Whether trying again may be enough."""
    return _nom(erreur).startswith("SQLITE_BUSY")


def _nom(erreur: Exception) -> str:
    """Name that SQLite gives to a fault; one of the system is given the nearest."""
    brute = getattr(erreur, "orig", erreur)
    if isinstance(brute, OSError):
        return _DU_SYSTEME.get(brute.errno, "SQLITE_IOERR")
    return getattr(brute, "sqlite_errorname", "") or type(brute).__name__
