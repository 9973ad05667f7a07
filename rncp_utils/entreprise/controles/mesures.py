"""What a control measures: two sides, the gap, and whether anything could be said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rncp_utils.entreprise.controles.identites import Controle


@dataclass(frozen=True)
class Mesure:
    """One control over all rows.

    Attributes
    ----------
    controle : Controle
    gauche, droite, ecart : ndarray of float
        Euros (months for K20), NaN where nothing can be said. ``ecart`` is ``gauche - droite``; for a ceiling it is 0
        where the ceiling is respected.
    tolerance : float
        Largest gap allowed.
    motif : str
        Why some rows cannot be checked, in French.
    detail : ndarray of str or None
        What a broken row adds (the line, the codes).
    """

    controle: Controle
    gauche: np.ndarray
    droite: np.ndarray
    ecart: np.ndarray
    tolerance: float
    motif: str
    detail: np.ndarray | None = None

    @property
    def verifiable(self) -> np.ndarray:
        """Rows of which something can be said."""
        return ~np.isnan(self.ecart)

    @property
    def rompu(self) -> np.ndarray:
        """Rows whose gap exceeds the tolerance; False where nothing can be said."""
        return np.abs(np.nan_to_num(self.ecart)) > self.tolerance


def mesurer(
    controle: Controle,
    gauche: np.ndarray | float,
    droite: np.ndarray | float,
    verifiable: np.ndarray,
    *,
    tolerance: float,
    motif: str,
    plafond: bool = False,
    detail: np.ndarray | None = None,
) -> Mesure:
    """Gap of the two sides where it can be said; ``plafond``: ``gauche`` may be anything up to ``droite``."""
    gauche, droite = (np.where(verifiable, cote, np.nan) for cote in (gauche, droite))
    ecart = gauche - droite
    if plafond:
        ecart = np.where(ecart < 0, 0.0, ecart)
    return Mesure(controle, gauche, droite, ecart, tolerance, motif, detail)
