"""What an action may do to the tables: every row that it adds, changes or takes away is noted for the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from rncp_utils.poste import etats
from rncp_utils.poste.actions.champs import Champ, Refus
from rncp_utils.poste.controles import Controle
from rncp_utils.poste.situation import Regles, Situation
from rncp_utils.poste.tables import METADATA

Ligne = dict[str, Any]


@dataclass
class Ecriture:
    """The database during one action.

    Attributes
    ----------
    avant, apres : list of dict
        Rows as they were and as they are, each with the name of its table.
    alertes : list of Controle
        What the workstation tells without blocking.
    """

    connexion: Connection
    situation: Situation
    avant: list[Ligne] = field(default_factory=list)
    apres: list[Ligne] = field(default_factory=list)
    alertes: list[Controle] = field(default_factory=list)

    @property
    def regles(self) -> Regles:
        """Rules of the situation."""
        return self.situation.regles

    @property
    def aujourdhui(self) -> str:
        """Today at the workstation (ISO)."""
        return self.situation.jour.isoformat()

    def lignes(self, table: str, **egal: Any) -> list[Ligne]:
        """Rows of a table whose columns have these values, by id."""
        colonnes = METADATA.tables[table].c
        demande = select(METADATA.tables[table]).where(*(colonnes[nom] == valeur for nom, valeur in egal.items()))
        return [dict(ligne) for ligne in self.connexion.execute(demande.order_by(colonnes.id)).mappings()]

    def ligne(self, table: str, identifiant: Any, phrase: str) -> Ligne:
        """One row by its id; ``phrase`` refuses an id that does not exist."""
        trouvees = self.lignes(table, id=identifiant)
        if not trouvees:
            raise Refus(phrase)
        return trouvees[0]

    def ajouter(self, table: str, **valeurs: Any) -> int:
        """Insert a row; return its id."""
        cible = METADATA.tables[table]
        dernier = self.connexion.execute(select(func.max(cible.c.id))).scalar() or 0
        # Given in order: the same actions give the same ids when they are played again.
        nouvelle = {"id": dernier + 1, **valeurs}
        self.connexion.execute(insert(cible), nouvelle)
        self.apres.append({"table": table, **nouvelle})
        return nouvelle["id"]

    def changer(self, table: str, ligne: Ligne, **valeurs: Any) -> None:
        """Change a row; what does not change is not noted."""
        autres = {nom: valeur for nom, valeur in valeurs.items() if ligne[nom] != valeur}
        if not autres:
            return
        cible = METADATA.tables[table]
        self.connexion.execute(update(cible).where(cible.c.id == ligne["id"]).values(**autres))
        reperes = {"table": table, "id": ligne["id"]}
        self.avant.append(reperes | {nom: ligne[nom] for nom in autres})
        self.apres.append(reperes | autres)

    def retirer(self, table: str, ligne: Ligne) -> None:
        """Take a row away."""
        cible = METADATA.tables[table]
        self.connexion.execute(delete(cible).where(cible.c.id == ligne["id"]))
        self.avant.append({"table": table, **ligne})

    def verifier(self, controle: Controle | None) -> None:
        """Keep an alert, or refuse the action when the check blocks."""
        if controle is None:
            return
        if controle.bloquant:
            raise Refus(controle.phrase, controle)
        self.alertes.append(controle)

    def dossier(self, action: str) -> Ligne:
        """The credit file being worked on, if its state accepts this action."""
        dossiers = self.lignes("dossier")
        if not dossiers:
            raise Refus("Aucun dossier de crédit n'est ouvert : ouvrez-en un à l'écran Demande de crédit.")
        if refus := etats.pourquoi(action, dossiers[-1]["etat"]):
            raise Refus(refus)
        return dossiers[-1]

    def souscription(self, identifiant: int) -> Ligne:
        """A subscription by its id."""
        return self.ligne("souscription", identifiant, "Cette souscription n'existe pas : choisissez-la dans la liste.")

    def passer(self, table: str, ligne: Ligne, action: str, vers: str = "", **valeurs: Any) -> None:
        """Move a file or a subscription to the next state; ``vers`` chooses when there are several.

        Raises
        ------
        Refus
            The action is impossible in this state.
        """
        if refus := etats.pourquoi(action, ligne["etat"]):
            raise Refus(refus)
        [atteint] = {vers} & etats.suivant(ligne["etat"], action) if vers else etats.suivant(ligne["etat"], action)
        self.changer(table, ligne, etat=atteint, **valeurs)


@dataclass(frozen=True)
class Fait:
    """An action that is done: the sentence for the learner, and the id of the row that it made or changed."""

    phrase: str
    id: int | None = None


@dataclass(frozen=True)
class Action:
    """Something that can be done at the workstation.

    Attributes
    ----------
    nom, ecran : str
        Its name, and the screen that offers it (« P1 » to « P9 »).
    champs : Mapping[str, Champ]
        What it must be given.
    faire : callable
        Does it on an :class:`Ecriture`, from the data that were read; raises :class:`Refus` to refuse.
    """

    nom: str
    ecran: str
    champs: Mapping[str, Champ]
    faire: Callable[[Ecriture, dict[str, Any]], Fait]


def parmi(valeur: str, admis: Any, libelle: str) -> str:
    """A code among those that exist.

    Raises
    ------
    Refus
        It does not.
    """
    if valeur not in admis:
        raise Refus(f"« {libelle} » : « {valeur} » n'est pas dans la liste. Choisissez une des valeurs proposées.")
    return valeur
