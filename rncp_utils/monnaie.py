"""Money exact to the cent: integer cents inside, euros at the edges, halves rounded away from zero.

Never ``round()`` (halves to even) nor floats that add up: a sum of cents is a sum of integers.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, overload

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees

# Beyond, a float of euros no longer tells one cent from the next.
MAXIMUM = 1e13
_CENT = Decimal("0.01")
# What a decimal amount loses on its way through a binary float, far below a tenth of a cent.
_JEU = 1e-6


@overload
def centimes(montant: float | Decimal) -> int: ...


@overload
def centimes(montant: pd.Series | np.ndarray | list[float]) -> np.ndarray: ...


def centimes(montant: Any) -> Any:
    """Montant en euros → nombre entier de centimes (int, ou tableau int64), la moitié s'éloignant de zéro.

    Raises
    ------
    ErreurDonnees
        Montant manquant, infini, au-delà de 10 000 milliards d'euros, ou qui n'est pas un nombre.

    >>> centimes(1376.105), centimes(Decimal("-0.005")), centimes([0.1, 2.675]).tolist()
    (137611, -1, [10, 268])
    """
    if np.ndim(montant) == 0:
        try:
            exact = Decimal(str(montant))
        except ArithmeticError:
            raise _refus(montant) from None
        if not exact.is_finite() or abs(exact) > MAXIMUM:
            raise _refus(montant)
        return int(exact.quantize(_CENT, rounding=ROUND_HALF_UP).scaleb(2))
    try:
        euros = montant.to_numpy(dtype="float64", na_value=np.nan) if isinstance(montant, pd.Series) else montant
        euros = np.asarray(euros, dtype="float64")
    except (TypeError, ValueError):
        raise ErreurDonnees("Ces montants contiennent autre chose que des nombres : vérifiez la colonne.") from None
    valides = np.abs(euros) <= MAXIMUM  # NaN compares false
    if not valides.all():
        raise _refus(euros[~valides][0])
    return (np.sign(euros) * np.floor(np.abs(euros) * 100 + 0.5 + _JEU)).astype("int64")


def en_euros(entiers: Any) -> Any:
    """Centimes entiers → euros (float ou tableau float64), au centime près exact à l'affichage.

    >>> en_euros(137611)
    1376.11
    """
    return entiers / 100


def arrondi_centime(montant: Any) -> Any:
    """Montant en euros arrondi au centime, la moitié s'éloignant de zéro (float, ou tableau float64).

    >>> arrondi_centime(2.675), arrondi_centime(-0.125)
    (2.68, -0.13)
    """
    return en_euros(centimes(montant))


def produit_arrondi(entiers: Any, numerateur: Any, denominateur: Any) -> Any:
    """``entiers × numerateur / denominateur`` en centimes entiers, sans flottant, la moitié s'éloignant de zéro.

    Parameters
    ----------
    entiers : int ou tableau int64
        Centimes, de tout signe.
    numerateur, denominateur : int ou tableau int64
        Fraction positive ; ``numerateur × denominateur`` reste sous 4 × 10**18 dans un tableau.

    >>> produit_arrondi(10_000_000, 42, 12_000)
    35000
    >>> produit_arrondi(np.array([1_000, -1_000, 30]), 5, 10_000).tolist()
    [1, -1, 0]
    """
    signe = np.sign(entiers) if isinstance(entiers, np.ndarray) else (entiers > 0) - (entiers < 0)
    # The quotient apart from the remainder: the products stay inside 64 bits whatever the amount.
    quotient, reste = divmod(abs(entiers), denominateur)
    return signe * (quotient * numerateur + (2 * reste * numerateur + denominateur) // (2 * denominateur))


def _refus(montant: object) -> ErreurDonnees:
    return ErreurDonnees(f"J'ai lu « {montant} » : un montant en euros est attendu (un nombre, connu et fini).")
