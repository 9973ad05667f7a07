"""What the accounting half of the generator hands to the commercial half."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Demande:
    """What is asked of the generator.

    Attributes
    ----------
    graine : int
        Seed of every draw; two runs with the same seed give the same bytes.
    n_clients : int
    annees : tuple of int
        Calendar years in which a financial year of the delivered accounts closes.
    date_arrete : date
        Last day that the branch knows.
    """

    graine: int
    n_clients: int = 120
    annees: tuple[int, ...] = (2022, 2023, 2024, 2025)
    date_arrete: dt.date = dt.date(2026, 3, 31)

    def hasard(self, etape: str) -> np.random.Generator:
        """A generator of its own for each step, so that a change in one leaves the draws of the others alone."""
        return np.random.default_rng([self.graine, *etape.encode()])


@dataclass(frozen=True)
class Socle:
    """Accounts and bank of the portfolio.

    Attributes
    ----------
    clients : DataFrame, index ``id_client``
        profil, naf, section, statut, regime_fiscal, date_creation, date_entree_relation, mois_cloture, effectif, ca
        (euros, last financial year closed), part_flux (share of the flows entrusted to this bank).
    faits : DataFrame
        What was planted: id_client, fait, famille, debut, date_defaut, precision.
    tables : dict of DataFrame
        liasses, comptes, soldes_jour, mouvements, credits, echeances, lignes_ct, incidents, operations (movements of
        each financial year: acquisitions, loans, drawings…).
    """

    demande: Demande
    clients: pd.DataFrame
    faits: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def marques(self, fait: str) -> pd.Index:
        """Clients on which a fact was planted."""
        return pd.Index(self.faits.loc[self.faits["fait"] == fait, "id_client"])
