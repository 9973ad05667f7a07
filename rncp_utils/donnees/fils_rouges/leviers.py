"""The draws behind a variant: one number a driver, read in a digest, hence the same on every machine and version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from rncp_utils.donnees.fils_rouges.modele import ANNEES, Annee

MILLE = 1000
# People decide in round sums; what follows from their decisions is what it is.
CINQ, CENTAINE, MILLIER = 5, 100, 1000
# Bounds of each driver, in thousandths of the case of the course; a case narrows those that would change its story.
BORNES: dict[str, tuple[int, int]] = {
    "echelle": (860, 1180),
    "croissance": (985, 1015),
    "mix": (980, 1020),
    "marge": (990, 1010),
    "charges_externes": (970, 1030),
    "personnel": (985, 1015),
    "impots": (940, 1060),
    "autres": (900, 1100),
    "stocks": (940, 1060),
    "clients": (940, 1060),
    "fournisseurs": (950, 1050),
    "dettes_sociales": (950, 1050),
    "autres_postes": (930, 1070),
    "immobilisations": (950, 1050),
    "investissement": (850, 1200),
    "dette": (930, 1070),
    "interets": (930, 1070),
    "distributions": (950, 1050),
    "prive": (920, 1090),
    "projet": (880, 1150),
}
# Besides its common draw, a driver of the accounts moves a little from one year to the next.
ECART_ANNUEL = 2
# Steps of 0.05 point around the rate of a loan that is asked for.
PAS_TAUX, PAS_MAX = Fraction(5, 10_000), 6


def graine(session: str, devoir: str, apprenant: str, code: str) -> str:
    """Digest that every draw of a variant comes from."""
    return hashlib.sha256("|".join([session, devoir, apprenant, code]).encode("utf-8")).hexdigest()


@dataclass(frozen=True)
class Leviers:
    """Drivers of one variant, as factors of the case of the course.

    An empty ``graine`` gives the neutral drivers: every factor is 1. ``essai`` counts the draws that were set aside
    because they told another story. ``fixes`` are factors that another case imposes.
    """

    graine: str
    bornes: Mapping[str, tuple[int, int]]
    essai: int = 0
    fixes: Mapping[str, Fraction] | None = None

    def facteur(self, nom: str, objet: str = "") -> Fraction:
        """Factor of a driver; ``objet`` gives each thing that it applies to a draw of its own."""
        if self.fixes and nom in self.fixes:
            return self.fixes[nom]
        return Fraction(self._tirer(f"{nom}|{objet}", *(self.bornes.get(nom) or BORNES[nom])), MILLE)

    def de_l_annee(self, nom: str, annee: Annee) -> Fraction:
        """Common factor of a driver, moved a little in each year."""
        return self.facteur(nom) + Fraction(self.entier(f"{nom}|{annee}", ECART_ANNUEL), MILLE)

    def activite(self, annee: Annee) -> Fraction:
        """Size of the business in a year: its scale, and the growth of the years up to this one."""
        taille = self.facteur("echelle")
        for passee in ANNEES[1 : ANNEES.index(annee) + 1]:
            taille *= self.facteur("croissance", passee)
        return taille

    def entier(self, nom: str, ampleur: int) -> int:
        """Whole number from ``-ampleur`` to ``ampleur``; 0 where the drivers are neutral."""
        return self._tirer(nom, MILLE - ampleur, MILLE + ampleur) - MILLE

    def _tirer(self, nom: str, bas: int, haut: int) -> int:
        if not self.graine:
            return MILLE
        octets = hashlib.sha256(f"{self.graine}|{self.essai}|{nom}".encode()).digest()
        return bas + int.from_bytes(octets[:8], "big") % (haut - bas + 1)


def arrondir(montant: Fraction, pas: int = 1) -> int:
    """Nearest multiple of ``pas``; the upper one from half-way."""
    return (2 * montant / pas + 1).__floor__() // 2 * pas


def proportion(nouveau: int, ancien: int) -> Fraction:
    """What an amount has become of another; 1 where there was none."""
    return Fraction(nouveau, ancien) if ancien else Fraction(1)
