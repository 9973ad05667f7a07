"""The journal of an interview: what was chosen and when, never what it is worth.

``reponses/<devoir>__<cellule>.json`` beside the notebook: ``scenario``, ``version``, ``variante``, ``debut``,
``evenements`` (``n``, ``noeud``, ``choix``, ``horodatage``, ``empreinte``), ``reformulation``, and who plays what. Each
event bears a SHA-256 digest that covers the one before it: an event changed, taken away or put in by hand breaks the
chain. Anybody can compute a chain again: a broken one is a sign for whoever grades, an unbroken one proves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rncp_utils.entretien.modele import CLORE
from rncp_utils.entretien.moteur import Situation
from rncp_utils.lecon.anomalies import Anomalie

# The answers file has already met every kind of hostile file: the journal is read and written by the same hands.
from rncp_utils.lecon.reponses import (
    FichierRefuseError,
    autres_fichiers,
    chemin_reponses,
    empreinte,
    enregistrer,
    lire_objet,
    lire_octets,
)

FORMAT = 1
CELLULE = "entretien"


@dataclass(frozen=True)
class Entete:
    """Who plays what: the part of the journal that does not change once the interview has begun."""

    devoir: str
    cellule: str
    apprenant: str
    session: str
    scenario: str
    version: int
    variante: str
    debut: str

    @property
    def graine(self) -> str:
        """Digest with which the chain of events begins."""
        return empreinte(vars(self))


@dataclass(frozen=True)
class Journal:
    """A journal as it was found: its content if it could be read, and what was odd."""

    contenu: dict[str, Any] | None = None
    anomalies: list[Anomalie] = field(default_factory=list)


def contenu_du_journal(entete: Entete, situation: Situation, reformulation: str) -> dict[str, Any]:
    """What is written of an interview."""
    contenu = {
        "format": FORMAT,
        **vars(entete),
        "evenements": chainer(entete.graine, _evenements(situation)),
        # A lone half of a character, which a keyboard may send, has no UTF-8 form.
        "reformulation": reformulation.encode("utf-8", "replace").decode("utf-8"),
    }
    return contenu | {"empreinte": empreinte(contenu)}


def _evenements(situation: Situation) -> list[dict[str, Any]]:
    dits = [(tour.noeud, tour.choix, tour.horodatage) for tour in situation.tours]
    if situation.clos_le is not None:
        dits.append((situation.noeud, CLORE, situation.clos_le))
    return [
        {"n": n, "noeud": noeud, "choix": choix, "horodatage": quand}
        for n, (noeud, choix, quand) in enumerate(dits, start=1)
    ]


def chainer(graine: str, evenements: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Events, each with the digest of itself and of the one before it."""
    chaine, precedente = [], graine
    for evenement in evenements:
        nu = {cle: valeur for cle, valeur in evenement.items() if cle != "empreinte"}
        precedente = empreinte({"precedente": precedente, "evenement": nu})
        chaine.append({**nu, "empreinte": precedente})
    return chaine


def ecrire_journal(dossier: Path, entete: Entete, situation: Situation, reformulation: str) -> Path:
    """Write the journal, atomically; return its path.

    Raises
    ------
    ErreurRncp
        The file could not be written; the French sentence says why and what to do.
    """
    chemin = chemin_reponses(dossier, entete.devoir, entete.cellule)
    contenu = contenu_du_journal(entete, situation, reformulation)
    enregistrer(chemin, json.dumps(contenu, ensure_ascii=False, indent=1) + "\n")
    return chemin


def lire_journal(dossier: Path | str, devoir: str, cellule: str = CELLULE) -> Journal:
    """Read the journal of an interview. Never raises for what the folder or the file contains."""
    chemin = chemin_reponses(Path(dossier), devoir, cellule)
    autres = list(autres_fichiers(chemin))
    try:
        return Journal(lire_objet(lire_octets(chemin)), autres)
    except FichierRefuseError as refus:
        return Journal(None, [Anomalie(refus.code, f"fichier « {chemin.name} »", refus.probleme, refus.suite), *autres])
