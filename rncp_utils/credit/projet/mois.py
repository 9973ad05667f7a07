"""Months in columns of cents: shares, delays of payment, balances. Arrays are (months, projects), int64."""

from __future__ import annotations

import numpy as np

from rncp_utils.monnaie import produit_arrondi

# Shares to the billionth, days to the thousandth: shares of cents stay whole numbers.
_MILLIARD = 1_000_000_000
_JOURS_DU_MOIS = 30
_MILLIEME = 1_000


def part(centimes: np.ndarray, taux: np.ndarray | float) -> np.ndarray:
    """A share of amounts, to the cent; ``taux`` is a number or one a project, not negative."""
    return produit_arrondi(centimes, np.rint(np.asarray(taux) * _MILLIARD).astype("int64"), _MILLIARD)


def cumules(annuel: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Yearly cents (years, projects) spread over months that add up; ``parts`` are cumulated shares (12, projects)."""
    milliardiemes = np.rint(parts * _MILLIARD).astype("int64")
    annees, projets = annuel.shape
    cumul = produit_arrondi(annuel[:, None, :], milliardiemes[None], _MILLIARD)
    return np.diff(cumul, axis=1, prepend=0).reshape(annees * len(parts), projets)


def decaler(centimes: np.ndarray, jours: np.ndarray) -> np.ndarray:
    """What is paid each month of amounts due after ``jours`` days (one a project), months of 30 days.

    45 days: half is paid the next month, half the month after.
    """
    entiers = np.floor_divide(jours, _JOURS_DU_MOIS).astype("int64")
    milliemes = np.rint((jours - entiers * _JOURS_DU_MOIS) * _MILLIEME).astype("int64")
    tard = produit_arrondi(centimes, milliemes, _JOURS_DU_MOIS * _MILLIEME)
    return retarder(centimes - tard, entiers) + retarder(tard, entiers + 1)


def retarder(centimes: np.ndarray, mois: np.ndarray | int) -> np.ndarray:
    """The same amounts some months later (a number, or one a project); what goes past the end is left out."""
    ou = np.arange(len(centimes))[:, None] - mois
    ou = np.broadcast_to(ou, centimes.shape)
    return np.where(ou >= 0, np.take_along_axis(centimes, np.maximum(ou, 0), axis=0), 0)


def mois_civils(premier: np.ndarray, nombre: int) -> np.ndarray:
    """Number of each month in the year, 1 to 12, (months, projects)."""
    return (premier - 1 + np.arange(nombre)[:, None]) % 12 + 1
