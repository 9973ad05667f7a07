"""À quels produits de la gamme un client est éligible, et son équipement."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre
from rncp_utils.portefeuille.gamme import GAMME_DU_COURS, Produit, charger_produits


def eligibilite(clients: pd.DataFrame, gamme: tuple[Produit, ...] | None = None) -> pd.DataFrame:
    """Produits auxquels chaque client est éligible.

    Parameters
    ----------
    clients : DataFrame
        Index ``id_client`` ; ``statut`` ; ``regime_fiscal`` et ``effectif`` s'ils sont connus.
    gamme : tuple of Produit
        Par défaut celle du cours, que décrivent les données d'agence, même quand ``RNCP_GAMME`` en nomme une autre.

    Returns
    -------
    DataFrame
        Clients × codes de produit, vrai ou faux.

    >>> clients = pd.DataFrame({"statut": ["micro", "SAS"], "effectif": [0, 4]}, index=["a", "b"])
    >>> eligibilite(clients)[["PEE", "PREVOYANCE"]].to_numpy().tolist()
    [[False, True], [True, False]]
    """
    if "statut" not in clients:
        raise ErreurSchema("La colonne statut manque : c'est elle qui dit à quoi un client est éligible.")
    effectif = clients["effectif"].fillna(0) if "effectif" in clients else pd.Series(0, index=clients.index)
    regime = clients["regime_fiscal"] if "regime_fiscal" in clients else pd.Series("", index=clients.index)
    colonnes = {}
    for produit in gamme or charger_produits(GAMME_DU_COURS):
        eligible = pd.Series(True, index=clients.index)
        if produit.statuts:
            eligible &= clients["statut"].isin(produit.statuts)
        if produit.regimes:
            eligible &= regime.isin(produit.regimes)
        if produit.salaries:
            eligible &= effectif > 0
        colonnes[produit.code] = eligible
    return pd.DataFrame(colonnes)


def taux_equipement(
    clients: pd.DataFrame, contrats: pd.DataFrame, gamme: tuple[Produit, ...] | None = None, *, date: Any = None
) -> pd.DataFrame:
    """Équipement de chaque client : produits détenus sur produits éligibles.

    Parameters
    ----------
    clients : DataFrame
        Comme pour :func:`eligibilite`.
    contrats : DataFrame
        ``id_client`` et ``code`` du produit ; un produit souscrit deux fois compte une fois, un produit détenu sans y
        être éligible ne compte pas.

    Returns
    -------
    DataFrame
        ``detenus``, ``eligibles``, ``taux`` (fraction, NaN sans produit éligible), ``multi_equipe``, ``intensite``
        (familles présentes, 0 à 4), ``inattendus`` (détenus sans éligibilité : à vérifier).

    >>> clients = pd.DataFrame({"statut": ["EI"]}, index=pd.Index(["a"], name="id_client"))
    >>> contrats = pd.DataFrame({"id_client": ["a"] * 3, "code": ["COMPTE", "CARTE", "COMPTE"]})
    >>> taux_equipement(clients, contrats, date="2026-03-31")[["detenus", "intensite"]].iloc[0].tolist()
    [2, 1]
    """
    gamme = gamme or charger_produits(GAMME_DU_COURS)
    eligibles = eligibilite(clients, gamme)
    inconnus = sorted(set(contrats["code"]) - set(eligibles.columns))
    if inconnus:
        raise ErreurDonnees(f"Produits absents de la gamme : {', '.join(inconnus)}.")
    detenus = pd.crosstab(contrats["id_client"], contrats["code"]).reindex(
        index=clients.index, columns=eligibles.columns, fill_value=0
    )
    comptes = (detenus > 0) & eligibles
    familles = pd.Series({produit.code: produit.famille for produit in gamme})
    seuil = parametre("portefeuille.multi_equipement", pd.Timestamp.today().date() if date is None else date)
    nombre = eligibles.sum(axis=1)
    table = pd.DataFrame(
        {
            "detenus": comptes.sum(axis=1),
            "eligibles": nombre,
            "taux": comptes.sum(axis=1) / nombre.where(nombre > 0),
            "multi_equipe": comptes.sum(axis=1) >= seuil,
            "intensite": comptes.T.groupby(familles).any().T.sum(axis=1),
            "inattendus": ((detenus > 0) & ~eligibles).sum(axis=1),
        }
    )
    table.attrs["source"] = "convention de cours"
    return table
