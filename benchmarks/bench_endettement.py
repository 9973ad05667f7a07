"""Income tax of a portfolio of households: ``ir`` on arrays beside a loop over rows, same scale.

``python -m benchmarks.bench_endettement [households]``; the loop runs on a sample and is scaled, and its floats lose a
cent on some exact halves. The other figures are those of the whole chain, from three years of accounts to the
consolidated view.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pandas as pd

from benchmarks.chronometre import chronometrer
from rncp_utils.credit import consolidation, cotisations_tns, ir, lisser_revenus, revenu_professionnel, situation_foyer
from rncp_utils.erreurs import AvertissementDonnees
from rncp_utils.parametres import bareme

ANNEE, ECHANTILLON = 2025, 20_000
STATUTS = ("ei_reel_ir", "micro_ventes", "gerant_majoritaire", "assimile_salarie", "liberal_bnc")


def mesurer(foyers: int = 1_000_000) -> dict[str, float]:
    """Seconds of both, their ratio, the largest gap, and seconds of each step of the chain."""
    hasard = np.random.default_rng(31919)
    rni, parts = np.round(hasard.uniform(0, 200_000, foyers), 2), hasard.choice([1, 1.5, 2, 2.5, 3], foyers)
    exercices = _exercices(hasard, rni)
    statuts = hasard.choice(STATUTS, foyers)
    pro = pd.DataFrame({"ebe": rni, "caf": rni * 0.8, "annuites_pro": rni * 0.2, "prelevements": rni * 0.5})
    prive = pd.DataFrame({"autres_revenus": parts * 12_000, "annuites_privees": parts * 4_000})
    menages = pd.DataFrame({"revenu_professionnel": rni, "mensualites": parts * 300})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AvertissementDonnees)
        vecteur, notres = chronometrer(lambda: ir(rni, parts, ANNEE)["ir"].to_numpy())
        boucle, autres = chronometrer(lambda: _boucle(rni[:ECHANTILLON], parts[:ECHANTILLON]))
        secondes = boucle * foyers / len(autres)
        revenus, table = chronometrer(lambda: revenu_professionnel(statuts, exercices))
        etapes = {
            "cotisations_tns (s)": chronometrer(lambda: cotisations_tns(rni, 2026))[0],
            "revenu_professionnel, statuts mêlés (s)": revenus,
            "lisser_revenus (s)": chronometrer(lambda: lisser_revenus(table))[0],
            "situation_foyer (s)": chronometrer(lambda: situation_foyer(menages))[0],
            "consolidation (s)": chronometrer(lambda: consolidation(pro, prive))[0],
        }
    return {
        "foyers": foyers,
        "boucle sur les lignes (s, extrapolée)": secondes,
        "ir (s)": vecteur,
        "rapport": secondes / vecteur,
        "plus grand écart (€)": float(np.abs(notres[: len(autres)] - autres).max()),
        **etapes,
    }


def _exercices(hasard: np.random.Generator, montants: np.ndarray) -> pd.DataFrame:
    rangs = np.arange(len(montants))
    colonnes = ("benefice", "caf", "ca", "remuneration", "net_avant_impot")
    table = dict.fromkeys(colonnes, montants) | {"charges_reelles": montants / 2, "cotisations": montants * 0.4}
    return pd.DataFrame({"id_client": rangs // 3, "annee": 2022 + rangs % 3} | table)


def _boucle(rni: np.ndarray, parts: np.ndarray) -> np.ndarray:
    tranches = bareme("ir.bareme", f"{ANNEE}-12-31")
    hauts = [tranche.seuil for tranche in tranches[1:]] + [float("inf")]
    impots = []
    for revenu, part in zip(rni.tolist(), parts.tolist(), strict=True):
        quotient = revenu / part
        impot = sum(t.taux * max(min(quotient, h) - t.seuil, 0) for t, h in zip(tranches, hauts, strict=True))
        impots.append(int(impot * part * 100 + 0.5) / 100)
    return np.array(impots)


if __name__ == "__main__":
    for nom, valeur in mesurer(*map(int, sys.argv[1:])).items():
        print(f"{nom:<44} {valeur:>12.4g}")
