"""Behaviour indicators at one date: 120 then 10,000 accounts × 820 days, beside a pandas loop over the 120 accounts.

``python -m benchmarks.bench_indicateurs``
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from rncp_utils.risque import SoldesJour, SuiviComptes

JOURS = 820
DATE = "2026-03-31"


def mesurer() -> dict[str, float]:
    """Seconds of the preparation and of one reading, for both sizes, and what a loop costs."""
    mesures: dict[str, float] = {}
    for comptes in (120, 10_000):
        soldes = _soldes(comptes)
        debut = time.perf_counter()
        suivi = SuiviComptes(soldes, pd.Series(5_000.0, index=soldes.cles))
        mesures[f"préparation, {comptes} comptes (s)"] = time.perf_counter() - debut
        debut = time.perf_counter()
        suivi.indicateurs(DATE)
        mesures[f"lecture d'une date, {comptes} comptes (s)"] = time.perf_counter() - debut
    soldes = _soldes(120)
    debut = time.perf_counter()
    for cle in soldes.cles:
        serie = soldes.serie(cle)[:DATE].iloc[-90:]
        exces = (-serie - 5_000).clip(lower=0)
        _ = (serie < 0).sum(), (exces > 0).sum(), exces.max(), serie.mean(), serie.min()
    mesures["boucle pandas, 5 indicateurs, 120 comptes (s)"] = time.perf_counter() - debut
    petite = mesures["préparation, 120 comptes (s)"] + mesures["lecture d'une date, 120 comptes (s)"]
    grande = mesures["préparation, 10000 comptes (s)"] + mesures["lecture d'une date, 10000 comptes (s)"]
    mesures["croissance : temps ×, pour 83 fois plus de comptes"] = grande / petite
    return mesures


def _soldes(comptes: int) -> SoldesJour:
    hasard = np.random.default_rng(31919)
    cents = hasard.integers(-90_000, 90_000, (comptes, JOURS)).cumsum(axis=1)
    premier = np.datetime64(DATE, "D") - np.timedelta64(JOURS - 1, "D")
    return SoldesJour(pd.Index(range(comptes), name="id_compte"), premier, cents)


if __name__ == "__main__":
    for nom, valeur in mesurer().items():
        print(f"{nom:<52} {valeur:.4g}")
