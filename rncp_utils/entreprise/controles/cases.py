"""Boxes as arrays of one or a million rows, with what is empty kept apart from what is zero.

A control must tell "not filled in" from 0, which :class:`rncp_utils.entreprise.postes.Postes` has no need of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from rncp_utils.entreprise.controles.identites import Termes
from rncp_utils.erreurs import ErreurSchema


class Cases:
    """Boxes of ``lignes`` companies; a company alone is a table of one row.

    Parameters
    ----------
    source : DataFrame or Mapping
        One column a code, or one amount a code. Never changed.
    """

    def __init__(self, source: pd.DataFrame | Mapping[str, float]) -> None:
        self._source = source
        self.en_table = isinstance(source, pd.DataFrame)
        self.lignes = len(source) if self.en_table else 1
        self._colonnes: dict[str, np.ndarray | None] = {}

    def brut(self, code: str) -> np.ndarray | None:
        """Amounts with NaN where the box is empty; None where no row has it."""
        if code not in self._colonnes:
            self._colonnes[code] = self._lire(code)
        return self._colonnes[code]

    def valeur(self, code: str) -> np.ndarray | float:
        """Amounts, 0 where the box is empty."""
        brut = self.brut(code)
        return 0.0 if brut is None else np.nan_to_num(brut, nan=0.0)

    def present(self, code: str) -> np.ndarray:
        """Rows where the box is filled in."""
        brut = self.brut(code)
        return np.zeros(self.lignes, dtype=bool) if brut is None else ~np.isnan(brut)

    def au_moins_un(self, codes: Iterable[str]) -> np.ndarray:
        """Rows where one of the boxes at least is filled in."""
        present = np.zeros(self.lignes, dtype=bool)
        for code in codes:
            if self.brut(code) is not None:
                present |= self.present(code)
        return present

    def somme(self, termes: Termes) -> np.ndarray:
        """Signed sum of boxes, an empty one counting for 0."""
        total = np.zeros(self.lignes)
        for signe, code in termes:
            total += signe * self.valeur(code)
        return total

    def _lire(self, code: str) -> np.ndarray | None:
        if code not in self._source:
            return None
        brut = self._source[code]
        if not self.en_table:
            brut = np.nan if brut is None or brut is pd.NA else brut
        try:
            if self.en_table:
                if isinstance(brut, pd.DataFrame):
                    raise TypeError
                return brut.to_numpy(dtype="float64", na_value=np.nan)
            return np.array([brut], dtype="float64")
        except (AttributeError, TypeError, ValueError):
            raise ErreurSchema(
                f"Le poste {code} contient autre chose que des montants, ou figure deux fois : corrigez-le."
            ) from None
