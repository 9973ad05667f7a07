"""Overdrafts that the branch granted, each sized to what the account needed when it was granted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.calendrier_comptable import JOUR
from rncp_utils.donnees.agence.exercices import Comptes
from rncp_utils.donnees.agence.plan import porteurs
from rncp_utils.donnees.agence.socle import Demande
from rncp_utils.donnees.agence.tirage import fragiles

_PAS = 500
_MARGE = 1.15
# Some healthy clients have a line a little short: a few days over it each year, as everywhere.
_JUSTES, _QUANTILE = 0.10, 99.0
_A_RENOUVELER = 60
_TAUX = 0.079


def autoriser(
    demande: Demande,
    clients: pd.DataFrame,
    comptes: Comptes,
    soldes: np.ndarray,
    faits: pd.DataFrame,
    debut: np.datetime64,
) -> pd.DataFrame:
    """Overdraft of each client that has one.

    Returns
    -------
    DataFrame
        ligne (row of the client), type, autorisation (euros), date_echeance, taux.
    """
    hasard = demande.hasard("lignes")
    n = len(clients)
    debits = np.maximum(-soldes, 0) / 100
    besoin = debits.max(axis=1)
    juste = (hasard.random(n) < _JUSTES) & (besoin > 2_000)
    besoin = np.where(juste, np.percentile(debits, _QUANTILE, axis=1), besoin * _MARGE)
    fragile = fragiles(faits, clients.index) | porteurs(faits, clients.index, "reprise")
    avant = _besoin_avant(debits, faits, clients, debut)
    besoin = np.where(fragile, np.maximum(avant * 1.05, comptes.autorisation), besoin)
    # A seasonal client uses the whole of its line.
    saisonnier = porteurs(faits, clients.index, "decouvert_saisonnier")
    besoin = np.where(saisonnier, debits.max(axis=1), besoin)
    confort = np.where(hasard.random(n) < 0.45, comptes.autorisation * 0.6, 0.0)
    a_renouveler = porteurs(faits, clients.index, "ligne_a_renouveler")
    sans = (clients["statut"] == "micro").to_numpy() & (besoin < _PAS)
    plafond = np.ceil(np.maximum(besoin, np.where(sans, 0, confort)) / _PAS) * _PAS
    plafond = np.where(a_renouveler, np.maximum(plafond, comptes.autorisation), plafond)
    lignes = np.flatnonzero(plafond > 0)
    arrete = np.datetime64(demande.date_arrete, "D")
    reste = np.where(a_renouveler, hasard.integers(5, _A_RENOUVELER + 1, n), hasard.integers(_A_RENOUVELER + 5, 361, n))
    return pd.DataFrame(
        {
            "ligne": lignes,
            "type": "decouvert",
            "autorisation": plafond[lignes],
            "date_echeance": (arrete + reste[lignes].astype("timedelta64[D]")).astype("datetime64[s]"),
            "taux": (_TAUX + hasard.integers(-3, 7, len(lignes)) * 0.0025).round(4),
        }
    )


def _besoin_avant(debits: np.ndarray, faits: pd.DataFrame, clients: pd.DataFrame, debut: np.datetime64) -> np.ndarray:
    """Largest debit of each client before its first difficulty."""
    limite = pd.Series(np.datetime64("2262-01-01", "D"), index=clients.index)
    connus = faits[faits["debut"].notna()]
    limite.loc[connus["id_client"]] = connus["debut"].to_numpy().astype(JOUR)
    rang = (limite.to_numpy().astype(JOUR) - debut).astype("int64")
    jours = np.arange(debits.shape[1])
    return np.where(jours < rang[:, None], debits, 0).max(axis=1)
