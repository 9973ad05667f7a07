"""A claim on one copy: two graders at once never grade the same copy together."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, make_url, select

from rncp_utils.autograde.lot.carnet import moteur
from rncp_utils.autograde.lot.etat import chemin_etat


@contextmanager
def reclamer(cours: Path, url: str, devoir: str, apprenant: str) -> Iterator[bool]:
    """True when the copy is ours for the block, False when another grader has it.

    The system, or the database, gives the claim back when its owner dies, however it dies. With PostgreSQL, graders may
    be on several machines: the database holds the claim. With SQLite they share a disk: a file does.
    """
    if make_url(url).get_backend_name() == "postgresql":
        with _par_la_base(url, cours, devoir, apprenant) as obtenu:
            yield obtenu
    else:
        with _par_un_fichier(cours, devoir, apprenant) as obtenu:
            yield obtenu


@contextmanager
def _par_un_fichier(cours: Path, devoir: str, apprenant: str) -> Iterator[bool]:
    chemin = chemin_etat(cours, devoir, apprenant).with_suffix(".verrou")
    chemin.parent.mkdir(parents=True, exist_ok=True)
    # Never removed: a grader could be waiting on a file that has no name any more.
    descripteur = os.open(chemin, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.flock(descripteur, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descripteur)


@contextmanager
def _par_la_base(url: str, cours: Path, devoir: str, apprenant: str) -> Iterator[bool]:
    texte = "\0".join(["rncp", str(cours), devoir, apprenant])
    cle = int.from_bytes(hashlib.sha256(texte.encode()).digest()[:8], signed=True)
    with moteur(url).connect() as connexion:
        obtenu = bool(connexion.scalar(select(func.pg_try_advisory_lock(cle))))
        try:
            yield obtenu
        finally:
            if obtenu:
                connexion.scalar(select(func.pg_advisory_unlock(cle)))
