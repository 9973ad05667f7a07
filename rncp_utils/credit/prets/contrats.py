"""Loans as arrays, one element a loan: what the engine computes on, already read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

CONSTANTE, AMORTISSEMENT_CONSTANT, IN_FINE, PALIERS = range(4)
MODES = {
    "constante": CONSTANTE,
    "amortissement_constant": AMORTISSEMENT_CONSTANT,
    "in_fine": IN_FINE,
    "paliers": PALIERS,
}
# A day that is not known; the same bits as numpy's NaT.
ABSENTE = np.iinfo("int64").min


@dataclass(frozen=True)
class Contrats:
    """Arrays of one element a loan; money in cents, days since 1970, rates as integers.

    Attributes
    ----------
    capital, duree, differe, periodicite, mode
        ``duree`` and ``differe`` in instalments, ``mode`` as in :data:`MODES`.
    differe_total, a_echoir, jour_ouvre
        Interest capitalised while deferred; instalments at the beginning of the period; payment on working days.
    taux, numerateur, denominateur
        Yearly rate over :data:`~rncp_utils.credit.prets.arrondi.ECHELLE`; interest of a period is
        ``crd × numerateur / denominateur``, times the days of the period when ``au_jour``.
    au_jour, trente, base
        Interest by days rather than by period; months of 30 days; days of a year (365, 360).
    deblocage, premiere
        Days, or :data:`ABSENTE`.
    prime_numerateur, prime_denominateur, prime_sur_crd, primes_par_echeance, echeances_par_prime
        Insurance premium: base × numerator / denominator, so many times an instalment, one instalment in so many.
    commission
        Yearly commitment fee on what is not drawn, over ``ECHELLE``.
    """

    capital: np.ndarray
    duree: np.ndarray
    differe: np.ndarray
    periodicite: np.ndarray
    mode: np.ndarray
    differe_total: np.ndarray
    a_echoir: np.ndarray
    jour_ouvre: np.ndarray
    taux: np.ndarray
    numerateur: np.ndarray
    denominateur: np.ndarray
    au_jour: np.ndarray
    trente: np.ndarray
    base: np.ndarray
    deblocage: np.ndarray
    premiere: np.ndarray
    prime_numerateur: np.ndarray
    prime_denominateur: np.ndarray
    prime_sur_crd: np.ndarray
    primes_par_echeance: np.ndarray
    echeances_par_prime: np.ndarray
    commission: np.ndarray

    def __len__(self) -> int:
        return len(self.capital)

    def parmi(self, choix: slice | np.ndarray | Sequence[int]) -> Self:
        """Some of the loans."""
        return type(self)(**{champ.name: getattr(self, champ.name)[choix] for champ in fields(self)})
