"""The accounting half of the portfolio, from the draws to the statements: books first, bank accounts from the books."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.banque import tenir_la_banque
from rncp_utils.donnees.agence.calendrier_comptable import Calendrier
from rncp_utils.donnees.agence.difficultes import appliquer, multiplicateurs
from rncp_utils.donnees.agence.emprunts import Emprunts, emprunter
from rncp_utils.donnees.agence.exercices import tenir_les_comptes
from rncp_utils.donnees.agence.flux import flux_des_comptes
from rncp_utils.donnees.agence.immobilisations import constituer
from rncp_utils.donnees.agence.liasses import derniere_liasse, liasses
from rncp_utils.donnees.agence.plan import Plan, planter
from rncp_utils.donnees.agence.socle import Demande, Socle
from rncp_utils.donnees.agence.tirage import tirer_activite, tirer_clients

_CLIENTS = (
    "profil", "naf", "section", "statut", "regime_fiscal", "date_creation", "date_entree_relation", "mois_cloture",
    "effectif", "ca", "part_flux",
)  # fmt: skip


def generer_socle(demande: Demande, plan: Plan) -> Socle:
    """Accounts and bank of ``demande.n_clients`` fictitious clients, with the facts of the plan.

    Parameters
    ----------
    demande : Demande
        Its seed makes every draw: the same seed gives the same tables, to the byte.
    plan : Plan
        Facts to plant; ``Plan(graine=0)`` plants none.

    Returns
    -------
    Socle
        See :class:`Socle` for its tables; their columns are those of :mod:`rncp_utils.donnees.agence.schemas`.
    """
    clients = tirer_clients(demande)
    faits = planter(plan, demande, clients)
    # A planted client banks here alone: its story must show on its account.
    clients["part_flux"] = clients["part_flux"].where(~clients.index.isin(faits["id_client"]), 1.0)
    calendrier = Calendrier(demande, clients["mois_cloture"].to_numpy())
    activite = tirer_activite(demande, clients, calendrier, multiplicateurs(faits, clients, calendrier))
    forces = appliquer(activite, faits, clients, calendrier)
    parc = constituer(demande, clients, activite.ventes, calendrier)
    emprunts = emprunter(demande, clients, parc, calendrier, faits)
    comptes = tenir_les_comptes(demande, clients, activite, parc, emprunts, calendrier, forces, faits)
    flux = flux_des_comptes(demande, clients, activite, comptes, parc, emprunts, calendrier)
    banque = tenir_la_banque(demande, clients, comptes, flux, emprunts, calendrier, faits)
    formulaires, operations = liasses(comptes, parc, clients, calendrier, faits)
    dernier = calendrier.exercices - 2
    clients["ca"] = comptes.cases["FL"][:, dernier].astype("int64")
    clients["effectif"] = comptes.elements["effectif"][:, dernier].astype("int64")
    tables = {
        "liasses": formulaires,
        "operations": operations,
        # Not delivered: what the documents that do not hold were altered from.
        "liasses_alterees": derniere_liasse(comptes, parc, clients, calendrier, faits),
        "comptes": banque.comptes,
        "soldes_jour": banque.soldes_jour,
        "mouvements": banque.mouvements,
        "incidents": banque.incidents,
        "lignes_ct": banque.lignes_ct,
        "credits": emprunts.credits,
        "echeances": _echeances(emprunts, demande),
    }
    return Socle(demande, clients[list(_CLIENTS)], faits, tables)


def _echeances(emprunts: Emprunts, demande: Demande) -> pd.DataFrame:
    """Schedules of the loans drawn, and what was paid when the branch last looked."""
    lignes = emprunts.echeances
    lignes = lignes[lignes["id_pret"].astype("str").isin(emprunts.credits["id_pret"])]
    arrete = pd.Timestamp(demande.date_arrete)
    paiement = lignes["date_paiement"].where(lignes["date_paiement"] <= arrete)
    return pd.DataFrame(
        {
            "id_pret": lignes["id_pret"].astype("str").to_numpy(),
            "rang": lignes["rang"].to_numpy().astype("int64"),
            "date": lignes["date"].to_numpy().astype("datetime64[s]"),
            "interets": lignes["interets"].to_numpy(),
            "capital": lignes["capital"].to_numpy(),
            "assurance": lignes["assurance"].to_numpy(),
            "due": lignes["echeance_totale"].to_numpy(),
            "paye": np.where(paiement.notna(), lignes["echeance_totale"], 0.0),
            "date_paiement": paiement.to_numpy().astype("datetime64[s]"),
        }
    ).sort_values(["id_pret", "rang"], ignore_index=True)
