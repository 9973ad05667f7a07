"""Portfolio of a branch: books, loans, statements of 120, 1,000 and 10,000 clients; it must grow linearly."""

from __future__ import annotations

import resource

from benchmarks.chronometre import chronometrer
from rncp_utils.donnees.agence.generateur import generer_socle
from rncp_utils.donnees.agence.plan import Plan
from rncp_utils.donnees.agence.socle import Demande

TAILLES = (120, 1_000, 10_000)


def mesurer() -> dict[str, float | str]:
    """Seconds by size, microseconds a client, and the largest memory seen so far (sizes run in growing order)."""
    mesures: dict[str, float | str] = {}
    for taille in TAILLES:
        duree, socle = chronometrer(
            lambda taille=taille: generer_socle(Demande(1, taille), Plan(graine=1)), essais=3 if taille < 5_000 else 1
        )
        mesures[f"{taille} clients (s)"] = duree
        mesures[f"{taille} clients (ms par client)"] = 1_000 * duree / taille
        mesures[f"{taille} clients, mouvements"] = len(socle.tables["mouvements"])
        mesures[f"{taille} clients, mémoire (Mo)"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        del socle
    return mesures
