"""Months and financial years of the portfolio: where each client's year falls on the axis of months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.calendrier import jours_feries
from rncp_utils.donnees.agence.socle import Demande

MOIS_PAR_AN = 12
JOUR = "datetime64[D]"
MOIS = "datetime64[M]"


@dataclass(frozen=True)
class Calendrier:
    """Financial years as columns: 0 is the opening balance sheet, 1 to ``len(annees)`` are delivered, the last runs.

    Attributes
    ----------
    demande : Demande
    mois_cloture : ndarray of int (clients)
        Month in which the financial year ends.
    """

    demande: Demande
    mois_cloture: np.ndarray

    @property
    def exercices(self) -> int:
        """Number of columns."""
        return len(self.demande.annees) + 2

    @property
    def premier_mois(self) -> np.datetime64:
        """First month of the axis: January, two years before the first delivered closing."""
        return np.datetime64(f"{self.demande.annees[0] - 2}-01", "M")

    @property
    def nombre_de_mois(self) -> int:
        """Months of the axis: up to December of the year after the last delivered closing."""
        return (self.demande.annees[-1] + 1 - (self.demande.annees[0] - 2) + 1) * MOIS_PAR_AN

    def rang_de_cloture(self) -> np.ndarray:
        """Rank on the axis of the month in which each financial year ends, (clients, exercices)."""
        annees = np.arange(self.exercices) + 1
        return annees * MOIS_PAR_AN + self.mois_cloture[:, None] - 1

    def clotures(self) -> np.ndarray:
        """Last day of each financial year, (clients, exercices), datetime64[D]."""
        suivant = self.premier_mois + self.rang_de_cloture() + 1
        return suivant.astype(JOUR) - np.timedelta64(1, "D")

    def mois_des_exercices(self) -> np.ndarray:
        """Ranks on the axis of the twelve months of each year, (clients, exercices, 12)."""
        return self.rang_de_cloture()[:, :, None] - np.arange(MOIS_PAR_AN - 1, -1, -1)

    def exercice_de(self, clients: np.ndarray, jours: np.ndarray) -> np.ndarray:
        """Column of the financial year in which a day falls, for the client of each row; may be out of the columns."""
        rang = (jours.astype(MOIS) - self.premier_mois).astype("int64")
        return (rang - self.mois_cloture[clients]) // MOIS_PAR_AN

    def rang(self, date: object) -> int:
        """Rank on the axis of the month of a date."""
        return int((np.datetime64(pd.Timestamp(date), "M") - self.premier_mois).astype("int64"))


def jour_de_banque(jours: np.ndarray) -> np.ndarray:
    """The working day on which a bank books an operation: the next one, or the one before where the month would end."""
    if not jours.size:
        return jours
    annees = jours.astype("datetime64[Y]").astype("int64") + 1970
    fermes = jours_feries(int(annees.min()), int(annees.max()) + 1)
    return np.busday_offset(jours, 0, roll="modifiedfollowing", holidays=fermes)
