"""Scores of one answer: pure functions, fractions between 0 and 1."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Resultat:
    """Score of one answer.

    Attributes
    ----------
    fraction : float
        Part of the points earned, between 0 and 1.
    message : str
        French sentence for the learner; empty when the points alone say enough.
    """

    fraction: float
    message: str = ""


def noter_choix(cochees: Iterable[str], justes: Sequence[str]) -> Resultat:
    """Score ticked options: ``max(0, (right - wrong) / number of right options)``.

    The same rule serves a single choice (one right option, one tick: 1 or 0) and several choices.
    """
    cochees = set(cochees)
    bonnes = len(cochees & set(justes))
    fraction = max(0.0, (bonnes - len(cochees - set(justes))) / len(justes))
    return Resultat(fraction)


def noter_nombre(
    valeur: Decimal | float, attendu: float, *, tolerance: float, erreurs: Sequence[Mapping[str, object]] = ()
) -> Resultat:
    """Score a number: 1 within ``tolerance`` of ``attendu``, one half for a known mistake, else 0.

    Parameters
    ----------
    valeur, attendu, tolerance
        In the same unit; ``tolerance`` is absolute, bounds included.
    erreurs
        Known mistakes, each with ``valeur``, ``tolerance`` and ``message``.
    """
    if not math.isfinite(valeur):
        return Resultat(0.0, "La réponse n'est pas un nombre fini.")
    if _proche(valeur, attendu, tolerance):
        return Resultat(1.0)
    for erreur in erreurs:
        if _proche(valeur, erreur["valeur"], erreur["tolerance"]):
            return Resultat(0.5, str(erreur["message"]))
    return Resultat(0.0)


def _proche(valeur: Decimal | float, cible: float, tolerance: float) -> bool:
    # Decimals of the printed figures: 65.5 is within 0.5 of 65 even where binary floats would say 0.5000000001.
    return abs(Decimal(str(valeur)) - Decimal(str(cible))) <= Decimal(str(tolerance))


def borner(points: float, maximum: float) -> float:
    """The float that ends a hidden test: between 0 and ``maximum``, rounded to 4 decimals.

    nbgrader gives full marks to a cell that ends on ``None`` and fails on a value above the maximum: a score is always
    a bounded float.
    """
    if not math.isfinite(points):
        return 0.0
    return min(max(round(float(points), 4), 0.0), float(maximum))
