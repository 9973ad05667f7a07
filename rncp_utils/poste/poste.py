"""A workstation as it stands: its tables are read, and changed by the actions of the catalogue only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon.anomalies import decrire
from rncp_utils.poste import base, journal
from rncp_utils.poste.actions import ACTIONS
from rncp_utils.poste.actions.champs import Refus, lire_champs
from rncp_utils.poste.actions.client import ECRANS
from rncp_utils.poste.actions.ecriture import Action, Ecriture
from rncp_utils.poste.controles import Controle
from rncp_utils.poste.fichier import CELLULE
from rncp_utils.poste.situation import Situation
from rncp_utils.poste.tables import METADATA
from rncp_utils.typographie import typographier

TROP_LONG = (
    f"Ce poste a noté {journal.LIGNES_MAX} actions, le maximum : plus rien n'est enregistré. Prévenez votre formateur."
)

INATTENDU = "Cette action n'a pas pu être faite ({nom}) : recommencez, puis prévenez votre formateur."


@dataclass(frozen=True)
class Resultat:
    """What became of an action.

    Attributes
    ----------
    accepte : bool
        Whether it was done.
    phrase : str
        One French sentence to show.
    controles : tuple of Controle
        Alerts, or the check that blocked.
    id : int or None
        Row that it made or changed.
    """

    accepte: bool
    phrase: str
    controles: tuple[Controle, ...] = ()
    id: int | None = None


@dataclass
class Poste:
    """A workstation, on a file or in memory.

    Attributes
    ----------
    notes : list of str
        French sentences on what was found when it was opened.
    bloque : str
        Why nothing may be written, or an empty text.
    entrainement : bool
        Whether it may be begun again.
    """

    situation: Situation
    identite: Mapping[str, Any]
    moteur: Engine = field(repr=False)
    notes: list[str] = field(default_factory=list)
    bloque: str = ""
    entrainement: bool = False
    _lues: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)

    @classmethod
    def ouvrir(
        cls,
        dossier: Path,
        situation: Situation,
        *,
        devoir: str,
        apprenant: str,
        cellule: str = CELLULE,
        session: str = "",
        entrainement: bool = False,
    ) -> Poste:
        """The workstation of a learner, as it was left; a new one when there is none.

        Never raises for what the folder or the file contains: a file that is not this learner's, or that was changed
        outside the workstation, is kept under another name, and what its actions give is taken up.
        """
        from rncp_utils.poste.ouverture import ouvrir

        identite = identifier(situation, devoir=devoir, cellule=cellule, apprenant=apprenant, session=session)
        return ouvrir(cls, Path(dossier), situation, identite, entrainement=entrainement)

    @classmethod
    def en_memoire(cls, situation: Situation, identite: Mapping[str, Any], **autres: Any) -> Poste:
        """A new workstation without a file."""
        moteur = base.moteur_en_memoire()
        with moteur.connect() as connexion:
            base.semer(connexion, situation, identite)
            connexion.commit()
        return cls(situation, identite, moteur, **autres)

    def faire(self, action: str, /, **donnees: Any) -> Resultat:
        """Do an action: its effects, its checks and its row of journal, or nothing at all. Never raises.

        An action that a check or a state refuses changes nothing; the refusal is written in the journal. What cannot
        be read (a text for an amount) is not: it is a slip of the keyboard.
        """
        return self.jouer(action, donnees, maintenant())

    def jouer(self, nom: str, donnees: Mapping[str, Any], ts: str) -> Resultat:
        """Do an action at a given time: what :meth:`faire` and a replay share."""
        if self.bloque:
            return Resultat(False, self.bloque)
        action = ACTIONS.get(nom)
        if action is None:
            return Resultat(False, typographier(f"L'action {decrire(nom)} n'existe pas au poste de travail."))
        try:
            lues = lire_champs(action.champs, donnees)
        except Refus as refus:
            return Resultat(False, typographier(refus.phrase))
        try:
            with self.moteur.connect() as connexion:
                # The file is held from here on: what another tab has done is seen, and nothing comes in between.
                connexion.exec_driver_sql("BEGIN IMMEDIATE")
                resultat = _transaction(connexion, self.situation, action, lues, ts)
                connexion.commit()
                return resultat
        except base.ErreursDeBase as erreur:
            return Resultat(False, typographier(base.phrase(erreur)))
        except Exception as erreur:  # a fault of ours: the learner reads a sentence, and nothing is written
            return Resultat(False, typographier(INATTENDU.format(nom=type(erreur).__name__)))

    def table(self, nom: str) -> list[dict[str, Any]]:
        """Rows of a table, by id, as they are now; as they were last read when the file can no longer be."""
        table = METADATA.tables[nom]
        try:
            with self.moteur.connect() as connexion:
                lignes = connexion.execute(select(table).order_by(table.c.id)).mappings()
                self._lues[nom] = [dict(ligne) for ligne in lignes]
        except base.ErreursDeBase as erreur:
            if not base.passagere(erreur):
                self.bloque = self.bloque or typographier(base.phrase(erreur))
        return self._lues.get(nom, [])

    def journal(self) -> list[dict[str, Any]]:
        """Rows of the journal, in order."""
        return self.table("journal")

    def recommencer(self) -> bool:
        """Begin again from the start (training only); what was done is lost. False when it could not be."""
        if not self.entrainement or self.bloque:
            return False
        identite = {**self.identite, "debut": maintenant()}
        try:
            with self.moteur.connect() as connexion:
                connexion.exec_driver_sql("BEGIN IMMEDIATE")
                base.vider(connexion)
                base.planter(connexion, self.situation, identite)
                connexion.commit()
        except base.ErreursDeBase:
            return False
        self.identite = identite
        return True


def identifier(situation: Situation, *, debut: str = "", **qui: str) -> dict[str, Any]:
    """Row of the table ``identite``: ``devoir``, ``cellule``, ``apprenant``, ``session``, and what is played."""
    return {
        **qui,
        "situation": situation.code,
        "version": situation.version,
        "jour": situation.jour.isoformat(),
        "debut": debut or maintenant(),
    }


def maintenant() -> str:
    """Real time, for the journal alone: nothing else depends on it."""
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def _transaction(
    connexion: Connection, situation: Situation, action: Action, lues: dict[str, Any], ts: str
) -> Resultat:
    if journal.nombre_de_lignes(connexion) >= journal.LIGNES_MAX:
        return Resultat(False, typographier(TROP_LONG))
    ecriture = Ecriture(connexion, situation)
    resultat = _essayer(ecriture, action, lues)
    ecran = lues["ecran"] if lues.get("ecran") in ECRANS else action.ecran
    ligne = {
        "ts": ts,
        "ecran": ecran,
        "action": action.nom,
        "donnees": lues,
        "avant": (ecriture.avant or None) if resultat.accepte else None,
        "apres": (ecriture.apres or None) if resultat.accepte else None,
        "resultat": journal.ACCEPTE if resultat.accepte else journal.REFUSE,
    }
    journal.ajouter(connexion, ligne, resultat.controles)
    return resultat


def _essayer(ecriture: Ecriture, action: Action, lues: dict[str, Any]) -> Resultat:
    """Effects of an action, taken back whole when it is refused."""
    etape = ecriture.connexion.begin_nested()
    try:
        fait = action.faire(ecriture, lues)
    except ErreurRncp as erreur:  # a computation that these figures do not allow
        etape.rollback()
        return Resultat(False, typographier(str(erreur)))
    except Refus as refus:
        etape.rollback()
        controles = (refus.controle,) if refus.controle else ()
        return Resultat(False, typographier(refus.phrase), controles)
    etape.commit()
    return Resultat(True, typographier(fait.phrase), tuple(ecriture.alertes), fait.id)
