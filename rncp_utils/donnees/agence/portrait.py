"""Portrait du portefeuille : une ligne par client, ce qu'un diagnostic commercial en lit. Conventions de cours."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from rncp_utils.donnees.agence.chargement import charger, date_du_portrait
from rncp_utils.donnees.agence.extraits import fiches_clients
from rncp_utils.donnees.agence.relation.suivi import exercices_connus
from rncp_utils.donnees.agence.vues import liasses_en_table
from rncp_utils.portefeuille import matrice_strategique, pnb_client, score_potentiel, taux_equipement

# Margins on money lent, and products that the person holds rather than the business.
CREDITS, PRIVES = ("INVEST", "IMMO", "DECOUVERT"), ("PER", "VIE")
_ARRONDIS = 2


def portrait() -> pd.DataFrame:
    """Portrait de chaque client de l'agence à la date d'arrêté des données.

    Returns
    -------
    DataFrame
        Index ``id_client``. De :func:`rncp_utils.donnees.agence.extraits.fiches_clients` : ``raison_sociale``,
        ``secteur``, ``tranche_ca``, ``ca_ttc``, ``flux_confies`` (euros, 2025), ``pnb``, ``incidents`` (douze mois).
        S'y ajoutent ``conseiller``, ``statut``, ``date_entree_relation``, ``cotation_bdf`` ; ``taux_flux`` (fraction) ;
        ``marge_credits``, ``marge_depots``, ``commissions`` (euros, leur somme est ``pnb``, aux arrondis près) et
        ``pnb_prive`` (part venue de l'épargne personnelle du dirigeant) ; ``detenus``, ``eligibles``, ``equipement``
        (fraction), ``intensite`` ; ``potentiel`` (0 à 100) et ses points ; ``valeur``, ``potentiel_niveau`` (terciles
        de l'agence) et ``strategie``.

    >>> p = portrait()
    >>> len(p), bool((p["marge_credits"] + p["marge_depots"] + p["commissions"] - p["pnb"]).abs().max() < 1)
    (120, True)
    """
    return _portrait().copy()


@lru_cache(maxsize=1)
def _portrait() -> pd.DataFrame:
    clients, contrats = charger("clients"), charger("contrats")
    jour = date_du_portrait()
    fiches = fiches_clients()
    lues = ["conseiller", "statut", "date_entree_relation", "cotation_bdf", "part_flux"]
    equipement = taux_equipement(clients, contrats, date=jour)
    table = fiches.drop(columns="segment").join(clients[lues])
    table["taux_flux"] = table["flux_confies"] / table["ca_ttc"]
    table = table.join(_pnb(clients, contrats, jour))
    table = table.join(equipement[["detenus", "eligibles", "intensite"]].assign(equipement=equipement["taux"]))
    mesures = pd.DataFrame(
        {
            "part_flux": clients["part_flux"],
            "vetuste": _vetuste(clients),
            "croissance_ca": _croissance(clients),
            "taux_equipement": equipement["taux"],
            "parrainage": clients.index.isin(charger("contacts")["parrain"].dropna()),
        },
        index=clients.index,
    )
    table = table.join(mesures[["vetuste", "croissance_ca", "parrainage"]])
    table = table.join(score_potentiel(mesures, date=jour))
    exact = contrats.groupby("id_client")["pnb_annuel"].sum().reindex(clients.index)
    return table.join(matrice_strategique(exact, table["potentiel"]))


def _pnb(clients: pd.DataFrame, contrats: pd.DataFrame, jour: pd.Timestamp) -> pd.DataFrame:
    """Where the income of each client comes from: margin on loans, margin on deposits, fees for the rest."""

    def somme(lignes: pd.DataFrame) -> pd.Series:
        return lignes.groupby("id_client")["pnb_annuel"].sum().reindex(clients.index).fillna(0.0)

    credits, depots = somme(contrats[contrats["code"].isin(CREDITS)]), marges_de_depot(jour).reindex(clients.index)
    return pd.DataFrame(
        {
            "marge_credits": credits.round(_ARRONDIS),
            "marge_depots": depots.round(_ARRONDIS),
            "commissions": (somme(contrats) - credits - depots).round(_ARRONDIS),
            "pnb_prive": somme(contrats[contrats["code"].isin(PRIVES)]).round(_ARRONDIS),
        }
    )


def marges_de_depot(jour: pd.Timestamp) -> pd.Series:
    """Marge sur les dépôts de chaque client, en euros : soldes créditeurs moyens des douze derniers mois."""
    soldes, comptes = charger("soldes_jour"), charger("comptes").set_index("id_compte")
    recents = soldes[soldes["date"] > jour - pd.DateOffset(years=1)]
    moyens = recents["solde"].clip(lower=0).groupby(recents["id_compte"]).mean()
    tenus = comptes.reindex(moyens.index)
    marge = pnb_client(solde_moyen=moyens, taux_cession=tenus["taux_cession"], remuneration=tenus["remuneration"])
    return marge["pnb"].groupby(tenus["id_client"]).sum()


def _croissance(clients: pd.DataFrame) -> pd.Series:
    """Growth of the last financial year received, a fraction."""
    exercices = exercices_connus({"liasses": charger("liasses")}, clients).sort_values(["id_client", "date_cloture"])
    exercices["croissance"] = exercices.groupby("id_client")["ca"].pct_change()
    return exercices.groupby("id_client")["croissance"].last().reindex(clients.index)


def _vetuste(clients: pd.DataFrame) -> pd.Series:
    """Part of the equipment written off at the last closing, a fraction."""
    normales = liasses_en_table(charger("liasses"), clients)
    brut = normales.reindex(columns=["AR", "AT"]).sum(axis=1)
    amorti = normales.reindex(columns=["AS", "AU"]).sum(axis=1)
    parts = (amorti / brut.where(brut > 0)).rename_axis(["id_client", "date_cloture"])
    return parts.groupby(level="id_client").last().reindex(clients.index)
