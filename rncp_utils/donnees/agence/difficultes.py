"""What befalls the clients of the plan: on their sales, their costs, their customers' delays, their owner's drawings.

A fact changes drivers only: the accounts and the bank accounts follow from them, like those of any other client.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.calendrier_comptable import Calendrier
from rncp_utils.donnees.agence.tirage import Activite

# Months (from the first one, excluded end) → factor on the sales of each month. The last one goes on.
_VENTES: dict[str, tuple[tuple[int, float], ...]] = {
    "choc_sectoriel": ((0, 0.74), (4, 0.60), (8, 0.45)),
    "perte_client_principal": ((0, 0.60), (2, 0.42)),
    "flux_circulaires": ((0, 0.78), (9, 0.40)),
    "saisies_administratives": ((0, 0.72), (2, 0.58)),
    "perte_agrement": ((0, 0.12),),
    "deces_dirigeant": ((0, 0.40),),
    "redressement": ((0, 0.55), (7, 0.90), (10, 1.04)),
    "effet_ciseau": ((0, 0.97), (12, 0.92)),
    "derapage_bfr": ((0, 1.06), (12, 1.0)),
}


@dataclass(frozen=True)
class Reglage:
    """Effect by financial year since the first one touched; the last value goes on."""

    marge: tuple[float, ...] = (1.0,)
    personnel: tuple[float, ...] = (1.0,)
    jours_clients: tuple[float, ...] = (0.0,)
    prelevements: float = 0.0
    vente_principale: float = field(default=0.0)


_EXERCICES: dict[str, Reglage] = {
    "effet_ciseau": Reglage(marge=(1.12, 1.27, 1.30), personnel=(1.05, 1.14, 1.16)),
    "derapage_bfr": Reglage(jours_clients=(60.0, 130.0, 225.0)),
    "choc_sectoriel": Reglage(marge=(1.06, 1.10)),
    "prelevements_excessifs": Reglage(prelevements=0.16),
}


def multiplicateurs(faits: pd.DataFrame, clients: pd.DataFrame, calendrier: Calendrier) -> np.ndarray:
    """Factor on the sales of each client and month of the axis, (clients, months)."""
    facteurs = np.ones((len(clients), calendrier.nombre_de_mois))
    for fait in faits[faits["fait"].isin(_VENTES)].itertuples():
        ligne, debut = clients.index.get_loc(fait.id_client), calendrier.rang(fait.debut)
        for mois, facteur in _VENTES[fait.fait]:
            facteurs[ligne, debut + mois :] = facteur
    # A seasonal overdraft: sales gather on a few months.
    for fait in faits[faits["fait"] == "decouvert_saisonnier"].itertuples():
        ligne = clients.index.get_loc(fait.id_client)
        saison = np.array([0.55, 0.5, 0.6, 0.8, 1.0, 1.3, 1.7, 1.6, 1.1, 0.8, 0.75, 1.5])
        facteurs[ligne] = np.resize(saison, calendrier.nombre_de_mois)
    return facteurs


def appliquer(activite: Activite, faits: pd.DataFrame, clients: pd.DataFrame, calendrier: Calendrier) -> np.ndarray:
    """Change the drivers of the years touched, in place; give the drawings forced, as a share of sales."""
    forces = np.zeros(activite.ventes.shape)
    for fait in faits[faits["fait"].isin(_EXERCICES)].itertuples():
        ligne, reglage = clients.index.get_loc(fait.id_client), _EXERCICES[fait.fait]
        debut = np.array([fait.debut], dtype="datetime64[D]")
        premier = int(calendrier.exercice_de(np.array([ligne]), debut)[0])
        for t in range(premier, calendrier.exercices):
            activite.marge[ligne, t] *= _au_rang(reglage.marge, t - premier)
            activite.personnel[ligne, t] *= _au_rang(reglage.personnel, t - premier)
            activite.jours_clients[ligne, t] += _au_rang(reglage.jours_clients, t - premier)
            forces[ligne, t] = reglage.prelevements
    return forces


def _au_rang(valeurs: tuple[float, ...], rang: int) -> float:
    return valeurs[min(rang, len(valeurs) - 1)]
