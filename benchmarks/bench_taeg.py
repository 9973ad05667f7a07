"""TAEG of 100,000 loans: one vectorised solver beside a loop over scipy's ``brentq``, same flows.

``python -m benchmarks.bench_taeg [loans]``; the loop runs on a sample and is scaled.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from rncp_utils.credit import taeg_table

DUREE = 84
ECHANTILLON = 2_000


def mesurer(prets: int = 100_000) -> dict[str, float]:
    """Seconds of both, their ratio and the largest gap."""
    flux = _flux(prets)
    debut = time.perf_counter()
    notres = taeg_table(flux)["taeg"]
    vecteur = time.perf_counter() - debut
    t = np.arange(DUREE + 1) / 12
    montants = flux["montant"].to_numpy().reshape(prets, DUREE + 1)[:ECHANTILLON]
    debut = time.perf_counter()
    boucle = [brentq(lambda x, f=f: f @ (1 + x) ** -t, -0.99, 10, xtol=1e-14) for f in montants]
    secondes = (time.perf_counter() - debut) * prets / len(montants)
    return {
        "prêts": prets,
        "boucle sur brentq (s, extrapolée)": secondes,
        "taeg_table (s)": vecteur,
        "rapport": secondes / vecteur,
        "plus grand écart": float(np.abs(notres.to_numpy()[: len(montants)] - boucle).max()),
    }


def _flux(prets: int) -> pd.DataFrame:
    hasard = np.random.default_rng(31919)
    capital = np.round(hasard.uniform(5_000, 500_000, prets), 2)
    i = hasard.uniform(0.01, 0.12, prets) / 12
    echeance = np.round(capital * i / (1 - (1 + i) ** -DUREE), 2)
    montants = np.repeat(-echeance[:, None], DUREE + 1, axis=1)
    montants[:, 0] = capital * 0.98
    return pd.DataFrame(
        {
            "id_pret": np.repeat(np.arange(prets), DUREE + 1),
            "t": np.tile(np.arange(DUREE + 1) / 12, prets),
            "montant": montants.ravel(),
        }
    )


if __name__ == "__main__":
    for nom, valeur in mesurer(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000).items():
        print(f"{nom:<44} {valeur:.4g}")
