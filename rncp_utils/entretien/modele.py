"""A scenario as it is played: replies, choices, and only the effects needed to route the conversation.

Nothing here says what a choice is worth, nor even what it teaches: types of questions, pieces of information and their
weights, latent needs, red flags and traps are in the hidden truth (:mod:`rncp_utils.entretien.verite`), which is joined
at grading. What a later condition depends on is told by marks (``reperes``) that mean nothing by themselves.
``scenarios/LISEZ-MOI.md`` says how the two halves are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rncp_utils.entretien.comite import Comite
from rncp_utils.entretien.verite import Identifiant, Modele, Texte, Verite
from rncp_utils.erreurs import ErreurDonnees

FORMAT = 1
# Ends of the scale on which trust is told; the scenario says where it starts.
CONFIANCE_MIN, CONFIANCE_MAX = 0, 10
# What the journal writes when the learner closes the interview: no choice may bear this name.
CLORE = "clore"
ENTRAINEMENT, SOMMATIF = "entrainement", "sommatif"


class Condition(Modele):
    """What must hold: enough trust, marks that were left, marks that were not."""

    confiance_min: int = Field(default=CONFIANCE_MIN, ge=CONFIANCE_MIN, le=CONFIANCE_MAX)
    connait: list[Identifiant] = Field(default_factory=list)
    ignore: list[Identifiant] = Field(default_factory=list)

    def tient(self, confiance: int, reperes: frozenset[str]) -> bool:
        """Whether the condition holds."""
        return confiance >= self.confiance_min and reperes.issuperset(self.connait) and reperes.isdisjoint(self.ignore)


class Sortie(Modele):
    """A node to go to, when a condition holds."""

    noeud: Identifiant
    si: Condition = Condition()


def _sorties(brut: Any) -> Any:
    """``N2`` is short for a way out without condition, alone or at the end of a list."""
    sorties = brut if isinstance(brut, list) else [brut]
    return [{"noeud": sortie} if isinstance(sortie, str) else sortie for sortie in sorties]


class Choix(Modele):
    """What the learner may say, and what it changes.

    Attributes
    ----------
    reponse : str
        What the client answers at once; empty when the next node's reply is answer enough.
    seuil : int
        Trust needed, before this choice, for the client to answer so and to tell anything.
    reticence : str
        What the client answers below ``seuil``.
    reperes : list of str
        Marks that the answer leaves, for the conditions of what follows.
    confiance : int
        Change of trust, whatever the answer.
    si : Condition
        When the choice is offered.
    vers : list of Sortie
        Where the conversation goes: the first way out whose condition holds once the effects are counted.
    """

    id: Identifiant
    texte: Texte
    reponse: str = ""
    seuil: int = Field(default=CONFIANCE_MIN, ge=CONFIANCE_MIN, le=CONFIANCE_MAX)
    reticence: str = ""
    reperes: list[Identifiant] = Field(default_factory=list)
    confiance: int = Field(default=0, ge=-CONFIANCE_MAX, le=CONFIANCE_MAX)
    si: Condition = Condition()
    vers: Annotated[list[Sortie], BeforeValidator(_sorties), Field(min_length=1)]


class Noeud(Modele):
    """A moment of the conversation: what the client says, and what may be answered (nothing: it is the end).

    ``voix`` is who speaks, where several people do; the client otherwise.
    """

    id: Identifiant
    replique: Texte
    voix: str = ""
    choix: list[Choix] = Field(default_factory=list)

    def choix_de(self, identifiant: str) -> Choix | None:
        """The choice with this id, or None."""
        return next((choix for choix in self.choix if choix.id == identifiant), None)


class Personnage(Modele):
    """The client. ``nom`` stands before each of her replies."""

    nom: Texte
    presentation: Texte


class Scenario(Modele):
    """A scenario, with its hidden truth when it is known here, or the rules of the committee that it plays."""

    format: Literal[1]
    scenario: Identifiant
    version: int = Field(ge=1)
    usage: Literal["entrainement", "sommatif"]
    titre: Texte
    brief_apprenant: Texte
    personnage: Personnage
    confiance_depart: int = Field(ge=CONFIANCE_MIN, le=CONFIANCE_MAX)
    depart: Identifiant
    noeuds: list[Noeud] = Field(min_length=1)
    verite: Verite | None = None
    comite: Comite | None = None

    @cached_property
    def par_id(self) -> dict[str, Noeud]:
        """Nodes by id."""
        return {noeud.id: noeud for noeud in self.noeuds}

    def noeud(self, identifiant: str) -> Noeud:
        """The node with this id."""
        return self.par_id[identifiant]

    def voix(self, identifiant: str) -> str:
        """Who speaks at this node."""
        return self.noeud(identifiant).voix or self.personnage.nom

    @property
    def commente(self) -> bool:
        """Whether what a choice is worth is known here, and can be told."""
        return self.verite is not None or self.comite is not None

    @property
    def parcours_modele(self) -> list[str]:
        """The choices of somebody who does everything well."""
        return self.comite.parcours_modele if self.comite is not None else self.verite_connue.parcours_modele

    def choix_du_modele(self, autrement: Mapping[str, str] = MappingProxyType({})) -> list[str]:
        """Ids of the choices of the model, or of somebody who at some nodes says something else.

        ``autrement``: node → how what is said there begins.
        """
        pas = (etape.split(".") for etape in self.parcours_modele)
        return [
            next(c.id for c in self.noeud(noeud).choix if c.texte.startswith(autrement[noeud]))
            if noeud in autrement
            else choix
            for noeud, choix in pas
        ]

    @property
    def comite_connu(self) -> Comite:
        """The rules of the committee.

        Raises
        ------
        ErreurDonnees
            This scenario is an interview.
        """
        if self.comite is None:
            raise ErreurDonnees(
                f"Le scénario {self.scenario} est un entretien, non un comité ; choisissez-en un autre."
            )
        return self.comite

    @property
    def verite_connue(self) -> Verite:
        """The hidden truth.

        Raises
        ------
        ErreurDonnees
            This scenario was loaded without it.
        """
        if self.verite is None:
            raise ErreurDonnees(
                f"Le scénario {self.scenario} est lu sans sa vérité cachée, et ne peut pas être évalué ici ; "
                "chargez-le avec le fichier « verite.yaml » de son devoir."
            )
        return self.verite
