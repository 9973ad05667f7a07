"""Rapproche les libellés de deux fiches : une proximité simple, que l'on peut refaire à la main, et ses mots communs.

Proximité de deux libellés : deux fois le nombre de mots communs, divisé par le nombre de mots des deux (coefficient de
Dice). Les mots-outils ne comptent pas ; deux mots sont communs s'ils commencent par les mêmes lettres. C'est une
proposition de lecture : une personne confirme.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rncp_utils.typographie import simplifier

# Below, two labels share a word of the trade and nothing more.
SEUIL = 0.30
NOMBRE_PROPOSE = 3
# « professionnel », « professionnelle » and « professionnels » are one word.
_LETTRES = 6
_MOTS_OUTILS = frozenset(
    re.findall(
        r"\w+",
        "afin ainsi avec aux ces cet cette chez comme dans des dont elle elles est et etc eux grace ils leur leurs les "
        "lors mais notamment nos notre ont ou par pas plus pour puis que qui sans ses selon son sous sur tout toute "
        "toutes tous une vers vis visant vos votre",
    )
)


@dataclass(frozen=True)
class Proximite:
    """Libellé proche : son code, sa proximité de 0 à 1, ses mots communs."""

    code: str
    valeur: float
    communs: tuple[str, ...]


def mots(libelle: str) -> dict[str, str]:
    """Mots qui comptent, par leur début commun (sans accent ni majuscule).

    >>> list(mots("Réaliser le diagnostic financier des professionnels").values())
    ['Réaliser', 'diagnostic', 'financier', 'professionnels']
    """
    trouves: dict[str, str] = {}
    for mot in re.findall(r"\w+", unicodedata.normalize("NFC", libelle)):
        simple = simplifier(mot)
        if len(simple) > 2 and simple not in _MOTS_OUTILS:
            trouves.setdefault(simple[:_LETTRES], mot)
    return trouves


def proximite(un: str, autre: str) -> tuple[float, tuple[str, ...]]:
    """Proximité de deux libellés, de 0 (aucun mot commun) à 1 (les mêmes mots), et les mots communs du premier.

    >>> proximite("Conduire des actions commerciales", "Conduire une action de prospection")
    (0.6666666666666666, ('Conduire', 'actions'))
    """
    premiers, seconds = mots(un), mots(autre)
    communs = [debut for debut in premiers if debut in seconds]
    total = len(premiers) + len(seconds)
    return (2 * len(communs) / total if total else 0.0), tuple(premiers[debut] for debut in communs)


def proches(libelle: str, autres: Iterable[tuple[str, str]]) -> list[Proximite]:
    """Libellés (code, texte) les plus proches, trois au plus, du plus proche au moins proche, à partir de 0,30."""
    lus = [Proximite(code, *proximite(libelle, texte)) for code, texte in autres]
    return sorted((p for p in lus if p.valeur >= SEUIL), key=lambda p: -p.valeur)[:NOMBRE_PROPOSE]
