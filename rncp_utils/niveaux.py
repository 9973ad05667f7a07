"""What the levels look like: words, symbols and colours shared by the workbook and the page."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from rncp_utils.formats import pourcent
from rncp_utils.referentiel import Regles

ACQUIS, EN_COURS, NON_ACQUIS, NON_EVALUE = "acquis", "en cours", "non acquis", "non évalué"


@dataclass(frozen=True)
class Niveau:
    """A level as it is shown.

    Attributes
    ----------
    nom
        Word used in the tables.
    symbole
        Sign that says the level without its colour.
    fond, encre
        Background and text, ``#rrggbb``: blue, yellow and vermilion tints stay apart for colour-blind readers and in
        grey; the text has a contrast above 7:1 on its background.
    """

    nom: str
    symbole: str
    fond: str
    encre: str

    @property
    def classe(self) -> str:
        """Name of the CSS class."""
        return self.nom.replace(" ", "-").replace("é", "e")


NIVEAUX = {
    niveau.nom: niveau
    for niveau in (
        Niveau(ACQUIS, "✔", "#cfe2f3", "#0a2d50"),
        Niveau(EN_COURS, "▲", "#fdf0c4", "#4a3600"),
        Niveau(NON_ACQUIS, "✖", "#f3bfa6", "#571a00"),
        Niveau(NON_EVALUE, "–", "#ffffff", "#525b66"),
    )
}


def symbole(niveau: object) -> str:
    """Sign of a level; the dash of « non évalué » for a missing or unknown one."""
    return NIVEAUX.get(niveau, NIVEAUX[NON_EVALUE]).symbole


def est_trompeur(taux: float, seuils: Iterable[float], decimales: int) -> bool:
    """Whether ``taux``, shown in percent with ``decimales``, would seem to reach a threshold that it misses.

    >>> est_trompeur(0.5997, [0.6], 1), est_trompeur(0.5964, [0.6], 1), est_trompeur(0.6, [0.6], 1)
    (True, False, False)
    """
    echelle = 10 ** (decimales + 2)
    # Half up, as French spreadsheets and our own texts round; 9 decimals wipe the dust of the product.
    montre = math.floor(round(taux * echelle, 9) + 0.5) / echelle
    return any(taux < seuil <= montre for seuil in seuils)


def texte_du_taux(taux: float, regles: Regles) -> str:
    """« 59,6 % », with more decimals where the usual ones would mislead (59,97 % is not 60 %); a dash for NaN."""
    if math.isnan(taux):
        return NIVEAUX[NON_EVALUE].symbole
    arrondi, competence = regles.arrondi, regles.competence
    seuils = (competence.en_cours, competence.acquis, regles.bloc.compensation.moyenne_bloc_min)
    trompeur = est_trompeur(taux, map(float, seuils), arrondi.affichage)
    return pourcent(taux, max(arrondi.taux - 2, arrondi.affichage) if trompeur else arrondi.affichage)
