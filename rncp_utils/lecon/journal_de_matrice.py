"""The journal of a matrix of needs and solutions: the gestures, when, never what they are worth.

``reponses/<lesson>__<matrix>.json`` beside the notebook. Each gesture bears a digest that covers the one before it. The
state is what the gestures give when they are made again: nothing else of the file is believed, and a file that was
changed by hand is not taken at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rncp_utils.entretien.journal import chainer
from rncp_utils.erreurs import ErreurRegle
from rncp_utils.lecon.reponses import (
    FichierRefuseError,
    chemin_reponses,
    empreinte,
    enregistrer,
    lire_objet,
    lire_octets,
)
from rncp_utils.portefeuille.adequation import Choix
from rncp_utils.portefeuille.besoins import BesoinsDuClient
from rncp_utils.portefeuille.gamme import Gamme
from rncp_utils.portefeuille.gestes import rejouer

FORMAT = 1
# Far above what a matrix needs: some hundred gestures fill it.
GESTES_MAX = 400
_TECHNIQUES = {"n", "horodatage", "empreinte"}


@dataclass(frozen=True)
class Entete:
    """Whose matrix it is."""

    lecon: str
    matrice: str
    cas: str
    apprenant: str

    def graine(self, debut: str) -> str:
        """Digest with which the chain of gestures begins."""
        return empreinte({**vars(self), "debut": debut})


@dataclass(frozen=True)
class JournalLu:
    """A journal made again.

    Attributes
    ----------
    gestes : tuple of dict
        What was done, with its time.
    suite : tuple of Choix
        State at the start, then after each gesture.
    refus : str
        French sentence on why nothing was taken; empty when the file is sound, or absent.
    """

    gestes: tuple[dict[str, Any], ...] = ()
    suite: tuple[Choix, ...] = (Choix(),)
    debut: str = ""
    refus: str = ""


@dataclass(frozen=True)
class Journal:
    """Where the gestures of a matrix are kept."""

    dossier: Path
    entete: Entete
    besoins: BesoinsDuClient
    gamme: Gamme = field(repr=False)

    @property
    def chemin(self) -> Path:
        """Path of the file."""
        return chemin_reponses(self.dossier, self.entete.lecon, self.entete.matrice)

    def ecrire(self, debut: str, gestes: tuple[Mapping[str, Any], ...]) -> None:
        """Write the journal, atomically.

        Raises
        ------
        ErreurRncp
            The file could not be written; the French sentence says why and what to do.
        """
        numerotes = [{"n": rang, **geste} for rang, geste in enumerate(gestes, start=1)]
        contenu = {
            "format": FORMAT,
            **vars(self.entete),
            "debut": debut,
            "gestes": chainer(self.entete.graine(debut), numerotes),
        }
        contenu["empreinte"] = empreinte(contenu)
        enregistrer(self.chemin, json.dumps(contenu, ensure_ascii=False, indent=1) + "\n")

    def lire(self) -> JournalLu:
        """Read the journal and make its gestures again. Never raises for what the folder or the file contains."""
        try:
            contenu = lire_objet(lire_octets(self.chemin))
        except FichierRefuseError as refus:
            return JournalLu() if refus.code == "absent" else self._refuse(refus.probleme)
        if faute := self._faute(contenu):
            return self._refuse(faute)
        gestes = tuple({c: v for c, v in geste.items() if c not in ("n", "empreinte")} for geste in contenu["gestes"])
        try:
            suite = rejouer(self.besoins, [nu(geste) for geste in gestes], self.gamme)
        except ErreurRegle:
            return self._refuse("un de ses gestes est impossible")
        return JournalLu(gestes, suite, contenu["debut"])

    def _refuse(self, probleme: str) -> JournalLu:
        nom = f"Le journal « {self.chemin.name} »"
        return JournalLu(refus=f"{nom} ne peut pas être rejoué : {probleme}. Rien n'en est repris.")

    def _faute(self, contenu: Mapping[str, Any]) -> str:
        """What forbids to take the file; empty when nothing does."""
        if type(contenu.get("format")) is not int or contenu["format"] != FORMAT:
            return "il n'est pas au bon format"
        if any(contenu.get(cle) != valeur for cle, valeur in vars(self.entete).items()):
            return "il appartient à une autre personne, ou à une autre leçon"
        gestes, debut = contenu.get("gestes"), contenu.get("debut")
        if not isinstance(gestes, list) or not all(isinstance(geste, dict) for geste in gestes):
            return "sa liste de gestes manque"
        if len(gestes) > GESTES_MAX:
            return f"il compte plus de {GESTES_MAX} gestes"
        try:
            datetime.fromisoformat(debut)
            intact = contenu.get("empreinte") == empreinte(contenu)
            intact = intact and chainer(self.entete.graine(debut), gestes) == gestes
        except (TypeError, ValueError, RecursionError):  # no date, keys that are no texts, data too deep
            intact = False
        return "" if intact else "il a été modifié hors de la leçon"


def nu(geste: Mapping[str, Any]) -> dict[str, Any]:
    """A gesture without its time and its digest."""
    return {cle: valeur for cle, valeur in geste.items() if cle not in _TECHNIQUES}
