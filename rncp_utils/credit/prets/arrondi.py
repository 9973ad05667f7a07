"""Interest and instalments exact to the cent, for many loans at once.

Rates are integer fractions, so a tie (half a cent) is decided exactly, never by the last bit of a float. The same rule
as :func:`rncp_utils.monnaie.produit_arrondi`, without its limit on ``numerateur × denominateur`` (a rate with twelve
decimals over 365 days does not fit) nor its integer divisions, the slowest operation of a processor.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import numpy as np

# A rate is read to the millionth of a millionth: more than any contract writes, and exact in a 64-bit integer.
ECHELLE = 10**12
# Far above what a closed formula loses in floating point, far below what separates two amounts that matter.
_DOUTE = 1e-11


def fraction_de_taux(taux: np.ndarray) -> np.ndarray:
    """Rates as integers over :data:`ECHELLE`."""
    return np.rint(taux * ECHELLE).astype("int64")


def produit_exact(entiers: np.ndarray, numerateur: np.ndarray, denominateur: np.ndarray) -> np.ndarray:
    """``entiers × numerateur / denominateur`` rounded to whole cents, half away from zero.

    ``entiers`` are below 2**53 and not negative, ``numerateur`` is of either sign, ``denominateur`` is below 2**53.

    >>> produit_exact(np.array([10_000_000, 30]), np.array([42, 5]), np.array([12_000, 100])).tolist()
    [35000, 2]
    """
    negatif = numerateur < 0
    if negatif.any():
        montant = produit_exact(entiers, np.abs(numerateur), denominateur)
        return np.where(negatif, -montant, montant)
    # A float guess is at most one cent away; what is left of it is then exact, as the products may wrap around 2**64
    # but their difference is small.
    guess = np.rint(entiers * (numerateur / denominateur)).astype("int64")
    reste = entiers * numerateur
    reste -= guess * denominateur
    reste *= 2
    guess += reste >= denominateur
    guess -= reste < -denominateur
    return guess


def quotient_exact(entiers: np.ndarray, diviseur: np.ndarray) -> np.ndarray:
    """``entiers / diviseur`` rounded to whole cents, half up, for a positive integer ``diviseur``."""
    return (2 * entiers + diviseur) // (2 * diviseur)


def echeance_constante(crd: np.ndarray, taux: np.ndarray, reste: np.ndarray) -> np.ndarray:
    """Unrounded instalment ``crd × i / (1 - (1 + i)^-n)``, in cents; ``crd / n`` at a null rate."""
    nul = taux == 0
    i = np.where(nul, 1.0, taux)
    # log1p and expm1 keep all their digits for the small rates of a month.
    return np.where(nul, crd / reste, crd * i / -np.expm1(-reste * np.log1p(i)))


def douteux(echeance: np.ndarray) -> np.ndarray:
    """Where the float is too close to half a cent to tell on which side the exact instalment falls."""
    return np.abs(echeance - np.floor(echeance) - 0.5) <= _DOUTE * np.maximum(np.abs(echeance), 1.0)


def echeance_exacte(
    crd: int, numerateurs: Iterable[int], denominateur: int, poids: Iterable[Fraction], a_echoir: bool
) -> int:
    """Instalment in cents that repays ``crd`` exactly, half up, by integers only.

    ``numerateurs`` are those of the period rates, in order; ``poids`` what each instalment is worth of the first one.
    """
    # Value of a sequence of instalments, haut / bas, from the last one back to the first.
    haut, bas = 0, 1
    premier = Fraction(0)
    for numerateur, part in reversed(list(zip(numerateurs, poids, strict=True))):
        taux = Fraction(int(numerateur), int(denominateur))
        haut = (haut * part.denominator + part.numerator * bas) * taux.denominator
        bas = bas * part.denominator * (taux.denominator + taux.numerator)
        premier = taux
    if a_echoir:
        haut, bas = haut * (premier.denominator + premier.numerator), bas * premier.denominator
    return math.floor(Fraction(2 * int(crd) * bas + haut, 2 * haut))
