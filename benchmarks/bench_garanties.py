"""Coverage of a portfolio and control of its files, beside the same work done one exposure and one client at a time.

``python -m benchmarks.bench_garanties [exposures]``: random exposures with about three sureties each, and as many
clients with about eight pieces each. Both ways run turn about in the same process; the slow way on a sample, and the
ratio is that of the times for one exposure, or for one client.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from rncp_utils.conformite import completude, controler_dossier, controler_dossiers, table_des_regles
from rncp_utils.credit import couverture

JOUR = "2026-11-23"
ECHANTILLON = 40
SURETES_PAR_EXPOSITION, PIECES_PAR_CLIENT = 3, 8


def mesurer(n: int = 100_000) -> dict[str, float]:
    """Seconds for the whole portfolio, and how many times faster than one by one."""
    expositions, suretes = portefeuille(n)
    clients, pieces = dossiers(n)
    couvrir = _duree(lambda: couverture(expositions, suretes, probabilite_defaut=0.02, date=JOUR))
    controler = _duree(lambda: completude(controler_dossiers(clients, pieces, JOUR)))
    par_exposition = dict(tuple(suretes[suretes["id_exposition"] < ECHANTILLON].groupby("id_exposition")))
    par_client = dict(tuple(pieces[pieces["id_client"] < ECHANTILLON].groupby("id_client")))
    couvrir_un = _duree(
        lambda: [couverture(expositions[cle], lignes, date=JOUR) for cle, lignes in par_exposition.items()]
    )
    controler_un = _duree(
        lambda: [controler_dossier(clients.loc[cle], lignes, JOUR) for cle, lignes in par_client.items()]
    )
    return {
        "expositions": n,
        "couverture (s)": couvrir,
        "couverture : fois plus vite qu'une à une": couvrir_un / len(par_exposition) / (couvrir / n),
        "contrôle des dossiers (s)": controler,
        "contrôle : fois plus vite qu'un à un": controler_un / len(par_client) / (controler / n),
    }


def portefeuille(n: int) -> tuple[pd.Series, pd.DataFrame]:
    """Exposures and their sureties, in a long table."""
    alea = np.random.default_rng(0)
    m = SURETES_PAR_EXPOSITION * n
    codes = [
        "nantissement_fonds_commerce",
        "gage_materiel",
        "hypotheque_conventionnelle",
        "caution_personnelle",
        "siagi",
    ]
    suretes = pd.DataFrame(
        {
            "id_exposition": alea.integers(0, n, m),
            "code": alea.choice(codes, m),
            "valeur_expertise": alea.integers(10_000, 300_000, m),
            "montant": alea.integers(10_000, 100_000, m),
            "qualite": alea.choice(["forte", "moyenne", "faible"], m),
            "quotite": 0.1,
        }
    )
    return pd.Series(alea.integers(10_000, 400_000, n).astype(float)), suretes


def dossiers(n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clients and the pieces of their files."""
    alea = np.random.default_rng(1)
    m = PIECES_PAR_CLIENT * n
    clients = pd.DataFrame(
        {
            "forme": alea.choice(["ei", "societe"], n),
            "emprunteur": "professionnel",
            "vigilance": alea.choice(["simplifiee", "standard"], n),
            "ppe": alea.random(n) < 0.01,
            "caution_personne_physique": alea.random(n) < 0.5,
            "credit_montant": alea.integers(0, 200_000, n),
        },
        index=pd.RangeIndex(n, name="id_client"),
    )
    pieces = pd.DataFrame(
        {
            "id_client": alea.integers(0, n, m),
            "piece": alea.choice(table_des_regles()["piece"].unique().astype("object"), m),
            "date_piece": pd.Timestamp(JOUR) - pd.to_timedelta(alea.integers(0, 700, m), unit="D"),
        }
    )
    return clients, pieces


def _duree(appel: Callable[[], object]) -> float:
    """Best of three runs, in seconds."""
    durees = []
    for _ in range(3):
        debut = time.perf_counter()
        appel()
        durees.append(time.perf_counter() - debut)
    return min(durees)


if __name__ == "__main__":
    for nom, valeur in mesurer(*map(int, sys.argv[1:2])).items():
        print(f"{nom:45} {valeur:,.3f}")
