"""Journal d'audit : qui a changé quoi, quand, de quoi à quoi, pour quel motif.

One JSON line an event, only ever added; each line bears the fingerprint of the one before, so that a line changed or
taken out shows.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from rncp_utils.erreurs import ErreurRncp

FICHIER = "journal_audit.jsonl"
COLONNES = ("instant", "qui", "quoi", "objet", "avant", "apres", "motif", "intact")
_ORIGINE = "0" * 64


@dataclass(frozen=True)
class Evenement:
    """Un changement.

    Attributes
    ----------
    qui
        Nom ou compte de la personne qui agit.
    quoi
        Action : « note manuelle », « décision du jury », « export »…
    objet
        Ce qui change : « a.martin · B2-MES · mes_obs_c7 ».
    avant, apres
        Valeurs écrites, vides s'il n'y en a pas.
    """

    qui: str
    quoi: str
    objet: str
    avant: str = ""
    apres: str = ""
    motif: str = ""


def inscrire(cours: Path, evenements: Iterable[Evenement], instant: dt.datetime | None = None) -> None:
    """Ajoute des événements au journal du cours, tous ou aucun.

    Raises
    ------
    ErreurRncp
        Le journal ne peut pas être écrit.
    """
    evenements = list(evenements)
    if not evenements:
        return
    moment = (instant or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).isoformat(timespec="seconds")
    chemin = Path(cours) / FICHIER
    try:
        with chemin.open("a+b") as fichier:
            _retenir(fichier.fileno())
            fichier.seek(0)
            precedentes = fichier.read().splitlines(keepends=True)
            # A machine that stopped while writing leaves half a line: it stays, on a line of its own.
            debut = b"\n" if precedentes and not precedentes[-1].endswith(b"\n") else b""
            chaine = _empreinte(precedentes[-1]) if precedentes else _ORIGINE
            lignes = []
            for evenement in evenements:
                contenu = {"instant": moment, **asdict(evenement), "precedente": chaine}
                ligne = json.dumps(contenu, ensure_ascii=False, sort_keys=True).encode() + b"\n"
                chaine = _empreinte(ligne)
                lignes.append(ligne)
            fichier.write(debut + b"".join(lignes))
            fichier.flush()
            os.fsync(fichier.fileno())
    except OSError as erreur:
        raise ErreurRncp(
            f"Le journal d'audit « {chemin} » ne peut pas être écrit : vérifiez les droits et la place du dossier."
        ) from erreur


def lire_journal(cours: Path) -> pd.DataFrame:
    """Événements du journal, du plus ancien au plus récent ; colonnes :data:`COLONNES`.

    ``intact`` vaut « non » pour une ligne illisible ou qui ne suit pas la précédente : une ligne a été changée, ôtée ou
    ajoutée à la main.
    """
    chemin = Path(cours) / FICHIER
    if not chemin.exists():
        return pd.DataFrame(columns=list(COLONNES))
    lignes, attendue = [], _ORIGINE
    for brute in chemin.read_bytes().splitlines(keepends=True):
        contenu = _lire(brute)
        suit = contenu.pop("precedente", None) == attendue
        attendue = _empreinte(brute)
        lignes.append(contenu | {"intact": "oui" if suit and "instant" in contenu else "non"})
    table = pd.DataFrame(lignes).reindex(columns=list(COLONNES))
    return table.assign(instant=pd.to_datetime(table["instant"], utc=True, errors="coerce")).astype(
        dict.fromkeys(COLONNES[1:], object)
    )


def _lire(brute: bytes) -> dict[str, str]:
    try:
        contenu = json.loads(brute)
    except ValueError:
        contenu = None
    if not isinstance(contenu, dict):
        return {"quoi": "ligne illisible", "objet": brute.decode("utf-8", "replace").strip()[:200]}
    return {cle: str(contenu[cle]) for cle in (*COLONNES[:-1], "precedente") if cle in contenu}


def _empreinte(ligne: bytes) -> str:
    return hashlib.sha256(ligne.rstrip(b"\n")).hexdigest()


def _retenir(descripteur: int) -> None:
    """Hold an open file against other writers; closing it lets go."""
    try:
        import fcntl
    except ImportError:  # a system without it
        return
    fcntl.flock(descripteur, fcntl.LOCK_EX)
