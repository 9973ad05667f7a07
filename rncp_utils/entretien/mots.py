"""What the page calls an interview, and what it calls the session of a committee."""

from __future__ import annotations

from dataclasses import dataclass

from rncp_utils.entretien.modele import Scenario


@dataclass(frozen=True)
class Mots:
    """Words of the page.

    Attributes
    ----------
    participe : str
        Agreement of the past participle: « clos », « close ».
    """

    nom: str
    le: str
    participe: str
    pas_commence: str
    fini: str
    perdre: str
    titre_du_bilan: str
    retrouve: str
    ailleurs: str


ENTRETIEN = Mots(
    nom="entretien",
    le="l'entretien",
    participe="clos",
    pas_commence="L'entretien avec {qui} n'est pas commencé : jouez-le",
    fini="Complétez votre reformulation, puis cliquez sur « Clore l'entretien ».",
    perdre="Ce que vous avez dit et écrit sera effacé.",
    titre_du_bilan="Bilan de l'entretien",
    retrouve="Entretien retrouvé ✔",
    ailleurs="L'entretien a avancé dans un autre onglet : le voici où il en est. Choisissez votre réplique.",
)
COMITE = Mots(
    nom="séance",
    le="la séance",
    participe="close",
    pas_commence="La séance devant {qui} n'est pas commencée : jouez-la",
    fini="Cliquez sur « Clore la séance » : le bilan vous attend.",
    perdre="Ce que vous avez dit sera effacé.",
    titre_du_bilan="Bilan de la séance",
    retrouve="Séance retrouvée ✔",
    ailleurs="La séance a avancé dans un autre onglet : la voici où elle en est. Choisissez votre réplique.",
)


def mots(scenario: Scenario) -> Mots:
    """The words of this scenario."""
    return ENTRETIEN if scenario.comite is None else COMITE
