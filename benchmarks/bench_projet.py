"""Projects to finance: ``tri`` on a table beside brentq in a loop, forecasts of a table beside one call a project.

``python -m benchmarks.bench_projet [flows] [projects]``; both loops run on a sample and are scaled. The other figures
are those of a stress test, with and without the lowest turnover.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pandas as pd

from benchmarks.chronometre import chronometrer
from rncp_utils.credit import tester_resistance, tresorerie_previsionnelle, tri
from rncp_utils.erreurs import AvertissementDonnees

ECHANTILLON, PROJETS_UN_PAR_UN, ANNEES = 5_000, 50, 3


def mesurer(flux: int = 200_000, projets: int = 5_000) -> dict[str, float]:
    """Seconds of both, their ratio and the largest gap, for the two pairs; seconds of the stress tests."""
    hasard = np.random.default_rng(31919)
    table = np.c_[-hasard.uniform(50_000, 200_000, flux), hasard.uniform(0, 80_000, (flux, 7))]
    hypotheses, prets = _projets(hasard, projets)
    cent = {"prets": prets.head(100), "annees": ANNEES}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AvertissementDonnees)
        vecteur, notres = chronometrer(lambda: tri(table)["tri"].to_numpy())
        boucle, autres = chronometrer(lambda: _brentq(table[:ECHANTILLON]))
        ensemble, plans = chronometrer(lambda: tresorerie_previsionnelle(hypotheses, ANNEES, prets=prets))
        separes, seuls = chronometrer(lambda: _un_par_un(hypotheses.head(PROJETS_UN_PAR_UN), prets))
        court = chronometrer(lambda: tester_resistance(hypotheses.head(100), avec_ca_minimum=False, **cent))[0]
        complet = chronometrer(lambda: tester_resistance(hypotheses.head(100), **cent))[0]
    secondes, un_par_un = boucle * flux / len(autres), separes * projets / PROJETS_UN_PAR_UN
    premiers = plans["tresorerie"].to_numpy()[: len(seuls)]
    return {
        "flux": flux,
        "brentq, une ligne à la fois (s, extrapolée)": secondes,
        "tri (s)": vecteur,
        "rapport, tri": secondes / vecteur,
        "plus grand écart de TRI": float(np.nanmax(np.abs(notres[: len(autres)] - autres))),
        "projets": projets,
        "un appel par projet (s, extrapolée)": un_par_un,
        "tresorerie_previsionnelle (s)": ensemble,
        "rapport, prévisionnels": un_par_un / ensemble,
        "plus grand écart de trésorerie (€)": float(np.abs(premiers - seuls).max()),
        "tester_resistance, 100 projets (s)": court,
        "idem avec ca_minimum (s)": complet,
    }


def _projets(hasard: np.random.Generator, nombre: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    hypotheses = pd.DataFrame(
        {
            "date_debut": "2022-01-01",
            "ca_ht": np.round(hasard.uniform(80_000, 400_000, nombre), 2),
            "taux_marge": np.round(hasard.uniform(0.3, 0.9, nombre), 4),
            "charges_fixes": np.round(hasard.uniform(10_000, 90_000, nombre), 2),
            "delai_clients": hasard.integers(0, 90, nombre),
            "tva_ventes": 0.2,
            "apport": 20_000.0,
        }
    )
    return hypotheses, pd.DataFrame({"id_projet": hypotheses.index, "capital": 80_000.0, "taux": 0.04, "duree": 84})


def _brentq(table: np.ndarray) -> np.ndarray:
    from scipy.optimize import brentq

    annees = np.arange(table.shape[1])
    taux = np.full(len(table), np.nan)
    for rang, ligne in enumerate(table):
        taux[rang] = brentq(lambda r, ligne=ligne: float(ligne @ (1 + r) ** -annees), -0.99, 10, xtol=1e-14)
    return taux


def _un_par_un(hypotheses: pd.DataFrame, prets: pd.DataFrame) -> np.ndarray:
    emprunts = prets.drop(columns="id_projet").to_dict("records")
    lignes = zip(hypotheses.to_dict("records"), emprunts[: len(hypotheses)], strict=True)
    plans = [tresorerie_previsionnelle(ligne | {"prets": [pret]}, ANNEES)["tresorerie"] for ligne, pret in lignes]
    return np.concatenate(plans)


if __name__ == "__main__":
    for nom, valeur in mesurer(*map(int, sys.argv[1:])).items():
        print(f"{nom:<44} {valeur:>12.4g}")
