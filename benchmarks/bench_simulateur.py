"""One move of a simulator, from the value to the picture in the page, beside a plain matplotlib figure saved as PNG.

``python -m benchmarks.bench_simulateur [moves]``
"""

from __future__ import annotations

import io
import sys
import time

import numpy as np
import pandas as pd

from rncp_utils.figures import axe_francais, depouiller, nouvelle_figure, style, style_de
from rncp_utils.lecon import figure_accessible
from rncp_utils.lecon.simulateur import Vue
from rncp_utils.lecon.simulateur_html import image, phrase

POSTES = ["Ventes", "Achats", "Marge"]


def mesurer(mouvements: int = 40) -> dict[str, float]:
    """Milliseconds of a move: median and slowest; of the plain figure; their ratio."""
    valeurs = np.linspace(80_000, 150_000, mouvements)
    _bouger(valeurs[0])  # fonts are read once
    notres = np.array([_chronometrer(_bouger, valeur) for valeur in valeurs])
    nues = np.array([_chronometrer(_figure_nue, valeur) for valeur in valeurs])
    return {
        "un mouvement, médiane (ms)": float(np.median(notres)),
        "un mouvement, le plus lent (ms)": float(notres.max()),
        "figure matplotlib nue en PNG, médiane (ms)": float(np.median(nues)),
        "rapport, figure nue / mouvement": float(np.median(nues) / np.median(notres)),
    }


def _montants(ventes: float) -> list[float]:
    return [ventes, 78_000.0, ventes - 78_000.0]


def _bouger(ventes: float) -> tuple[str, str]:
    """What a move does: compute, draw, describe, encode."""
    with style():
        figure, axe = nouvelle_figure(largeur=6.4, hauteur=2.6)
        axe.barh(POSTES, _montants(ventes), **style_de("marine"))
        axe_francais(axe.xaxis)
        depouiller(axe, grille="x")
    donnees = pd.DataFrame({"Montant": _montants(ventes)}, index=POSTES)
    accessible = figure_accessible(figure, titre="Marge", alt="Trois barres.", donnees=donnees, unite="€")
    vue = Vue(figure=accessible, phrase="La marge suit les ventes.")
    return image(vue), phrase(vue)


def _figure_nue(ventes: float) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 2.6))
    figure.subplots().barh(POSTES, _montants(ventes))
    tampon = io.BytesIO()
    figure.savefig(tampon, format="png")
    return tampon.getvalue()


def _chronometrer(action, valeur: float) -> float:
    debut = time.perf_counter()
    action(valeur)
    return 1000 * (time.perf_counter() - debut)


if __name__ == "__main__":
    for nom, valeur in mesurer(*map(int, sys.argv[1:])).items():
        print(f"{nom:<52} {valeur:.4g}")
