"""Segment of each client: value and potential, by the engine of the course."""

from __future__ import annotations

import pandas as pd

from rncp_utils.donnees.agence.relation.evenements import vetuste
from rncp_utils.donnees.agence.relation.suivi import exercices_connus
from rncp_utils.donnees.agence.relation.tirages import par_client
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.portefeuille import score_potentiel, segmenter, taux_equipement


def segmenter_les_clients(
    socle: Socle, clients: pd.DataFrame, contrats: pd.DataFrame, contacts: pd.DataFrame
) -> pd.DataFrame:
    """Clients with ``tranche_ca`` and ``segment`` (développer, fidéliser, maintenir, désengager)."""
    jour = socle.demande.date_arrete
    equipement = taux_equipement(clients, contrats, date=jour)["taux"]
    exercices = exercices_connus(socle.tables, clients).sort_values(["id_client", "date_cloture"])
    exercices["croissance"] = exercices.groupby("id_client")["ca"].pct_change()
    derniers = exercices.groupby("id_client").last()
    mesures = pd.DataFrame(
        {
            "part_flux": clients["part_flux"],
            "vetuste": vetuste(socle, clients).groupby("id_client")["vetuste"].last(),
            "croissance_ca": derniers["croissance"],
            "taux_equipement": equipement,
            "parrainage": clients.index.isin(contacts["parrain"].dropna()),
        },
        index=clients.index,
    )
    valeurs = clients.assign(
        pnb=par_client(contrats, "pnb_annuel", clients.index),
        potentiel=score_potentiel(mesures, date=jour)["potentiel"],
    )
    lus = segmenter(valeurs, date=jour)
    return clients.assign(tranche_ca=lus["tranche_ca"].astype("str"), segment=lus["strategie"])
