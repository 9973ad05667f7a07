"""Behaviour of the accounts and signals of the books, as the engines of the course read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.relation.tirages import JOUR, derniers
from rncp_utils.donnees.agence.vues import liasses_en_table
from rncp_utils.entreprise import lire_cotation, sig, sig_bnc
from rncp_utils.entreprise.codes import BNC
from rncp_utils.entreprise.scoring.cotation import ECHELLE
from rncp_utils.monnaie import centimes
from rncp_utils.risque import SoldesJour, SuiviComptes

Tables = Mapping[str, pd.DataFrame]
# From this grade on, the Banque de France tells a payment difficulty.
_DEGRADEE = ECHELLE.index("6")
_TVA = ("YY", "FL")
GRAVES = ("décès du dirigeant", "perte d'une autorisation d'exercer", "procédure collective")


def suivre(tables: Tables, clients: pd.DataFrame) -> SuiviComptes:
    """Current accounts ready to be read at any date, one a client (index id_client)."""
    comptes = tables["comptes"]
    courants = comptes[comptes["type"] == "courant"].set_index("id_compte")
    client_de = courants["id_client"]

    def du_client(table: pd.DataFrame) -> pd.DataFrame:
        ids = table["id_compte"].map(client_de)
        return table.assign(id_client=ids)[ids.notna().to_numpy()]

    echeances, credits = tables["echeances"], tables["credits"].set_index("id_pret")
    arrete = tables["soldes_jour"]["date"].max()
    dues = echeances[echeances["date"] <= arrete]
    tardives = dues[dues["date_paiement"].isna() | (dues["date_paiement"] > dues["date"])]
    impayes = pd.DataFrame(
        {
            "id_client": tardives["id_pret"].map(credits["id_client"]),
            "date": tardives["date"],
            "date_regularisation": tardives["date_paiement"],
            "montant": tardives["due"],
        }
    )
    return SuiviComptes(
        soldes_courants(tables),
        courants.set_index("id_client")["autorisation"],
        mouvements=du_client(tables["mouvements"]),
        incidents=tables["incidents"].drop(columns="id_compte"),
        impayes=impayes,
        ca_ttc=chiffre_d_affaires_ttc(tables, clients),
    )


def soldes_courants(tables: Tables) -> SoldesJour:
    """Balance of each current account, each day, by client; the savings accounts are left out."""
    comptes, soldes = tables["comptes"], tables["soldes_jour"]
    courants = comptes[comptes["type"] == "courant"].set_index("id_compte")["id_client"]
    gardes = soldes[soldes["id_compte"].isin(courants.index)].sort_values(["id_compte", "date"], kind="stable")
    comptes_lus, jours = gardes["id_compte"].unique(), gardes["date"].nunique()
    cles = pd.Index(courants.reindex(comptes_lus).to_numpy(), name="id_client")
    premier = gardes["date"].min().to_datetime64().astype(JOUR)
    return SoldesJour(cles, premier, centimes(gardes["solde"]).reshape(len(cles), jours))


def chiffre_d_affaires_ttc(tables: Tables, clients: pd.DataFrame) -> pd.Series:
    """Sales of the last financial year known, VAT included, euros."""
    liasses = tables["liasses"]
    cases = liasses[liasses["code"].isin(_TVA)]
    dernieres = cases[cases["date_cloture"] == cases.groupby("id_client")["date_cloture"].transform("max")]
    taxe = dernieres[dernieres["code"] == "YY"].set_index("id_client")["valeur"]
    ca = dernieres[dernieres["code"] == "FL"].set_index("id_client")["valeur"]
    taux = (taxe / ca).reindex(clients.index).fillna(0.0)
    return (clients["ca"] * (1 + taux)).rename("ca_ttc")


def exercices_connus(tables: Tables, clients: pd.DataFrame) -> pd.DataFrame:
    """One row a financial year received: id_client, date_cloture, ca, ebe, fonds_propres and half of the capital."""
    normales = liasses_en_table(tables["liasses"], clients)
    lus = pd.DataFrame(
        {
            "ca": normales["FL"],
            "ebe": sig(normales)["ebe"],
            "fonds_propres": normales["DL"],
            "demi_capital": (normales["DA"].fillna(0) / 2).where(normales["forme_juridique"] != "EI", -np.inf),
        }
    ).rename_axis(["id_client", "date_cloture"])
    bnc = tables["liasses"][tables["liasses"]["regime"] == BNC]
    if not len(bnc):
        return lus.reset_index()
    cases = bnc.pivot(index=["id_client", "date_cloture"], columns="code", values="valeur").astype("float64")
    recettes = pd.DataFrame({"ca": cases["recettes"], "ebe": sig_bnc(cases)["ebe_bnc"]})
    return pd.concat([lus, recettes]).sort_index().reset_index()


def finances(
    exercices: pd.DataFrame,
    clients: pd.DataFrame,
    evenements: pd.DataFrame,
    receptions: pd.DataFrame,
    date: Any,
) -> pd.DataFrame:
    """Signals that :func:`rncp_utils.risque.score_alerte` reads beside the accounts, as known at a date.

    Parameters
    ----------
    exercices : DataFrame
        :func:`exercices_connus`.
    receptions : DataFrame
        id_client, date_cloture, recue_le (NaT: never came) of each financial year closed.
    """
    jour = pd.Timestamp(date)
    connues = receptions[receptions["recue_le"] <= jour]
    lus = connues.merge(exercices, on=["id_client", "date_cloture"]).sort_values("date_cloture")
    connus = derniers(lus, clients.index)
    closes = derniers(receptions[receptions["date_cloture"] <= jour].sort_values("date_cloture"), clients.index)
    absente = closes["date_cloture"].notna() & ~(closes["recue_le"] <= jour)
    mois = (jour - closes["date_cloture"]).dt.days / 30.44
    graves = evenements[evenements["evenement"].isin(GRAVES) & (evenements["date"] <= jour)]
    rangs = lire_cotation(clients["cotation_bdf"])["rang"].fillna(0)
    return pd.DataFrame(
        {
            "ebe": connus["ebe"],
            "capitaux_propres_insuffisants": connus["fonds_propres"] < connus["demi_capital"],
            "cotation_degradee": rangs > _DEGRADEE,
            "evenement_grave": clients.index.isin(graves["id_client"]),
            "mois_depuis_cloture": mois.where(absente),
        },
        index=clients.index,
    )
