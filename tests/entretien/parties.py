"""Ways of reading and of playing a scenario, for the tests of all of them."""

from __future__ import annotations

from collections.abc import Callable

from rncp_utils.entretien import Scenario, calculer_indicateurs, choix_offerts, demarrer, dire, jouer
from rncp_utils.entretien.indicateurs import Indicateur
from rncp_utils.entretien.verite import Annotation


def textes(scenario: Scenario) -> list[str]:
    """All that the person met and the learner may say."""
    return [
        texte
        for noeud in scenario.noeuds
        for texte in [noeud.replique, *(t for c in noeud.choix for t in (c.texte, c.reponse, c.reticence) if t)]
    ]


def joueur(scenario: Scenario, preferer: Callable[[Annotation], tuple]) -> list[str]:
    """Choices of somebody who, each time, takes the first reply that ``preferer`` ranks lowest."""
    situation = demarrer(scenario)
    while offerts := choix_offerts(scenario, situation):
        notes = {choix.id: scenario.verite.annotation(situation.noeud, choix.id) for choix in offerts}
        situation = dire(scenario, situation, min(notes, key=lambda nom: preferer(notes[nom])))
    return [choix for _, choix in situation.suite]


def mesurer(scenario: Scenario, choix: list[str]) -> dict[str, Indicateur]:
    """What these choices are worth."""
    return calculer_indicateurs(jouer(scenario, choix), scenario)
