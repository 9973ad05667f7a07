"""Schedules of a whole portfolio: ``echeances`` beside a loop over loans that calls numpy-financial.

``python -m benchmarks.bench_prets [loans]`` (84 monthly instalments each). The loop is run on 300 loans and scaled.
Like beside like: (1) rows, exact to the cent and dated for ours, beside the loop that makes rows of its two calls
(cents, what is owed, one DataFrame a loan, one for all); (2) the engine alone, interest and capital of each rank in
cents, beside the two calls alone (``ipmt`` and ``ppmt`` over the instalments of a loan, unrounded). The best of several
runs is kept.
"""

from __future__ import annotations

import resource
import sys

import numpy as np
import numpy_financial as npf
import pandas as pd

from benchmarks.chronometre import chronometrer
from rncp_utils.credit import echeances
from rncp_utils.credit.prets.lecture import Prets
from rncp_utils.credit.prets.paliers import Plan
from rncp_utils.credit.prets.tableau import TRANCHE, Echeancier
from rncp_utils.credit.prets.tirages import Tirages

DUREE, ECHANTILLON, ESSAIS = 84, 300, 5


def mesurer(prets: int = 100_000) -> dict[str, float]:
    """Seconds on each side, their ratios, memory of the rows, and how many of the sampled cents agree."""
    table = _prets(prets)
    echantillon = table.iloc[:ECHANTILLON]
    facteur = prets / len(echantillon)
    notres, lignes = chronometrer(lambda: echeances(table), ESSAIS)
    moteur, _ = chronometrer(lambda: _moteur(table), ESSAIS)
    appels, _ = chronometrer(lambda: _appels(echantillon), ESSAIS)
    boucle, autres = chronometrer(lambda: _lignes(echantillon), ESSAIS)
    notres_echantillon = lignes.iloc[: len(autres)]
    return {
        "prêts": prets,
        "lignes": len(lignes),
        "1. echeances, en lignes (s)": notres,
        "1. boucle ipmt + ppmt, en lignes (s, extrapolé)": boucle * facteur,
        "1. rapport": boucle * facteur / notres,
        "2. moteur seul, en centimes (s)": moteur,
        "2. boucle ipmt + ppmt, appels seuls (s, extrapolé)": appels * facteur,
        "2. rapport": appels * facteur / moteur,
        "echeances en lignes, rapport aux appels seuls": appels * facteur / notres,
        "octets par ligne": lignes.memory_usage(deep=True).sum() / len(lignes),
        "mémoire maximale du processus (Mo)": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "part des intérêts égaux à ceux de la boucle": float(
            (notres_echantillon["interets"].to_numpy() == autres["interets"].to_numpy()).mean()
        ),
    }


def _prets(nombre: int) -> pd.DataFrame:
    hasard = np.random.default_rng(31919)
    deblocage = pd.Timestamp("2024-01-31") + pd.to_timedelta(hasard.integers(0, 700, nombre), unit="D")
    return pd.DataFrame(
        {
            "capital": hasard.integers(10_000_00, 500_000_00, nombre) / 100,
            "taux": hasard.integers(100, 800, nombre) / 10_000,
            "duree": DUREE,
            "date_deblocage": deblocage,
        },
        index=pd.Index([f"P{rang:06d}" for rang in range(nombre)], name="id_pret"),
    )


def _moteur(table: pd.DataFrame) -> None:
    prets = Prets(table)
    c, _ = prets.contrats()
    vide = np.zeros(0, dtype="int64")
    echeancier = Echeancier(c, Plan.simple(c), Tirages(vide, vide, vide))
    for a in range(0, len(c), TRANCHE):
        echeancier.moteur(a, a + TRANCHE).derouler()


def _appels(prets: pd.DataFrame) -> None:
    rangs = np.arange(1, DUREE + 1)
    for capital, taux in zip(prets["capital"], prets["taux"], strict=True):
        npf.ipmt(taux / 12, rangs, DUREE, -capital)
        npf.ppmt(taux / 12, rangs, DUREE, -capital)


def _lignes(prets: pd.DataFrame) -> pd.DataFrame:
    rangs = np.arange(1, DUREE + 1)
    tableaux = []
    for pret in prets.itertuples():
        interets = np.round(npf.ipmt(pret.taux / 12, rangs, DUREE, -pret.capital), 2)
        capital = np.round(npf.ppmt(pret.taux / 12, rangs, DUREE, -pret.capital), 2)
        tableaux.append(
            pd.DataFrame(
                {
                    "id_pret": pret.Index,
                    "rang": rangs,
                    "interets": interets,
                    "capital": capital,
                    "crd_fin": pret.capital - capital.cumsum(),
                }
            )
        )
    return pd.concat(tableaux, ignore_index=True)


if __name__ == "__main__":
    for nom, valeur in mesurer(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000).items():
        print(f"{nom:<52} {valeur:.4g}")
