"""A kernel from start to end, as Jupyter starts it, forked from warm libraries, and walled in as well.

``python -m benchmarks.bench_noyaux [kernels]``
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from itertools import pairwise
from time import perf_counter

from jupyter_client import AsyncKernelManager

from rncp_utils.autograde.noyaux.gestionnaire import GestionnaireIsole
from rncp_utils.autograde.noyaux.zygote import Zygote

IMPORTS = "import pandas, matplotlib.pyplot, ipywidgets\nfrom rncp_utils import lecon"
ETAPES = ("prêt", "imports", "arrêt")
GENRES = {"ordinaire": "", "préparé": "aucune", "préparé et isolé": "requise"}


def mesurer(noyaux: int = 8) -> dict[str, float]:
    """Milliseconds, medians of kernels started in turn; start of the processes that hold the libraries."""
    durees: dict[str, float] = {}
    totaux = {}
    for genre, isolation in GENRES.items():
        temps, demarrage = _mesurer(isolation, noyaux)
        if demarrage:
            durees[f"{genre}, démarrage de la réserve (ms)"] = demarrage
        medianes = [statistics.median(mesures) for mesures in zip(*temps, strict=True)]
        durees |= {f"{genre}, {etape} (ms)": valeur for etape, valeur in zip(ETAPES, medianes, strict=True)}
        totaux[genre] = sum(medianes)
    ordinaire, _, isole = totaux.values()
    return durees | {"rapport, ordinaire / préparé et isolé": ordinaire / isole}


def _mesurer(isolation: str, noyaux: int) -> tuple[list[tuple[float, ...]], float]:
    with tempfile.TemporaryDirectory() as dossier:
        if not isolation:
            return [asyncio.run(_un_noyau(AsyncKernelManager, dossier)) for _ in range(noyaux)], 0.0
        debut = perf_counter()
        garde = os.environ.copy()
        with Zygote.demarrer(isolation) as zygote:
            demarrage = 1000 * (perf_counter() - debut)
            os.environ |= {"RNCP_ZYGOTE": str(zygote.adresse), "RNCP_ISOLATION": isolation}
            temps = [asyncio.run(_un_noyau(GestionnaireIsole, dossier)) for _ in range(noyaux)]
        for nom in ("RNCP_ZYGOTE", "RNCP_ISOLATION"):
            os.environ.pop(nom)
            if nom in garde:
                os.environ[nom] = garde[nom]
    return temps, demarrage


async def _un_noyau(gestionnaire: type[AsyncKernelManager], dossier: str) -> tuple[float, ...]:
    instants = [perf_counter()]
    noyau = gestionnaire()
    await noyau.start_kernel(cwd=dossier)
    client = noyau.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    instants.append(perf_counter())
    await client.execute_interactive(IMPORTS, output_hook=lambda _: None, timeout=60)
    instants.append(perf_counter())
    await noyau.shutdown_kernel(now=True)
    client.stop_channels()
    instants.append(perf_counter())
    return tuple(1000 * (fin - debut) for debut, fin in pairwise(instants))


if __name__ == "__main__":
    for nom, valeur in mesurer(*map(int, sys.argv[1:])).items():
        print(f"{nom:<52} {valeur:.4g}")
