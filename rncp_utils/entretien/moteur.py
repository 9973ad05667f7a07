"""The state machine of an interview: pure, without clock, chance, file or display.

The same choices always give the same situation, in the learner's notebook as in the grader's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rncp_utils.entretien.modele import CLORE, CONFIANCE_MAX, CONFIANCE_MIN, Choix, Noeud, Scenario
from rncp_utils.erreurs import ErreurRegle


@dataclass(frozen=True)
class Tour:
    """One exchange: what was said, and what it changed.

    Attributes
    ----------
    reticent : bool
        The client did not trust enough to answer.
    confiance : int
        Trust once the exchange is over.
    horodatage : str
        When it was said (ISO 8601), as the journal has it.
    """

    noeud: str
    choix: str
    reticent: bool
    confiance: int
    horodatage: str = ""


@dataclass(frozen=True)
class Situation:
    """Where an interview stands.

    Attributes
    ----------
    noeud : str
        The moment that is being played.
    reperes : frozenset of str
        Marks left by the answers so far.
    clos_le : str or None
        When the learner closed the interview; None while it is open.
    """

    noeud: str
    confiance: int
    reperes: frozenset[str] = frozenset()
    tours: tuple[Tour, ...] = ()
    clos_le: str | None = None

    @property
    def clos(self) -> bool:
        """Whether the learner closed the interview: nothing more can be said."""
        return self.clos_le is not None

    @property
    def suite(self) -> list[tuple[str, str]]:
        """The choices made, as ``(node, choice)``."""
        return [(tour.noeud, tour.choix) for tour in self.tours]


def demarrer(scenario: Scenario) -> Situation:
    """The situation before anything is said."""
    return Situation(noeud=scenario.depart, confiance=scenario.confiance_depart)


def choix_offerts(scenario: Scenario, situation: Situation) -> list[Choix]:
    """What may be said now, in the order of the scenario; nothing when the interview is over."""
    if situation.clos:
        return []
    return offerts(scenario.noeud(situation.noeud), situation.confiance, situation.reperes)


def offerts(noeud: Noeud, confiance: int, reperes: frozenset[str]) -> list[Choix]:
    """Choices of a node whose condition holds."""
    return [choix for choix in noeud.choix if choix.si.tient(confiance, reperes)]


def dire(scenario: Scenario, situation: Situation, choix: str, horodatage: str = "") -> Situation:
    """The situation once ``choix`` is said.

    Trust is compared to the threshold of the answer before the choice changes it, and to the conditions of the ways
    out after.

    Raises
    ------
    ErreurRegle
        This choice is not among those offered now.
    """
    dit = next((offert for offert in choix_offerts(scenario, situation) if offert.id == choix), None)
    if dit is None:
        raise ErreurRegle(
            f"La réplique « {choix} » n'est pas proposée au moment « {situation.noeud} » ; "
            "choisissez l'une de celles qui sont affichées."
        )
    reticent = situation.confiance < dit.seuil
    confiance, reperes, noeud = appliquer(dit, situation.confiance, situation.reperes)
    return replace(
        situation,
        noeud=noeud,
        confiance=confiance,
        reperes=reperes,
        tours=(*situation.tours, Tour(situation.noeud, choix, reticent, confiance, horodatage)),
    )


def appliquer(choix: Choix, confiance: int, reperes: frozenset[str]) -> tuple[int, frozenset[str], str | None]:
    """Trust, marks and next node after a choice (None: no way out holds)."""
    if confiance >= choix.seuil:
        reperes = reperes | frozenset(choix.reperes)
    confiance = min(max(confiance + choix.confiance, CONFIANCE_MIN), CONFIANCE_MAX)
    noeud = next((sortie.noeud for sortie in choix.vers if sortie.si.tient(confiance, reperes)), None)
    return confiance, reperes, noeud


def clore(situation: Situation, horodatage: str = "") -> Situation:
    """The interview closed by the learner, wherever it stands.

    Raises
    ------
    ErreurRegle
        It was closed already.
    """
    if situation.clos:
        raise ErreurRegle("L'entretien est déjà clos ; il ne peut plus être modifié.")
    return replace(situation, clos_le=horodatage)


def jouer(scenario: Scenario, choix: Iterable[str]) -> Situation:
    """Play choices from the start; ``"clore"`` closes the interview.

    Raises
    ------
    ErreurRegle
        One of them is not offered when its turn comes.
    """
    situation = demarrer(scenario)
    for identifiant in choix:
        situation = clore(situation) if identifiant == CLORE else dire(scenario, situation, identifiant)
    return situation


def suivre(scenario: Scenario, parcours: Iterable[str]) -> Situation:
    """The situation after a path whose steps are written « node.choice ».

    Raises
    ------
    ErreurRegle
        A step is impossible: its node is another one, or its choice is not offered.
    """
    situation = demarrer(scenario)
    for pas in parcours:
        noeud, _, choix = pas.partition(".")
        if noeud != situation.noeud or choix not in {offert.id for offert in choix_offerts(scenario, situation)}:
            raise ErreurRegle(f"« {pas} » est impossible au moment « {situation.noeud} »")
        situation = dire(scenario, situation, choix)
    return situation


def replique_du_client(scenario: Scenario, tour: Tour) -> str:
    """What the client answered at once to a choice; empty when the next reply was answer enough."""
    choix = scenario.noeud(tour.noeud).choix_de(tour.choix)
    return choix.reticence if tour.reticent else choix.reponse
