"""Produit net bancaire d'un client, sa rentabilité, son potentiel. Conventions de cours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.parametres import parametre

CONVENTION = "convention de cours"


def pnb_client(
    encours: Any = 0.0,
    taux_client: Any = 0.0,
    solde_moyen: Any = 0.0,
    taux_cession: Any = 0.0,
    *,
    remuneration: Any = 0.0,
    commissions: Any = 0.0,
) -> pd.Series | pd.DataFrame:
    """Produit net bancaire annuel d'un client : marges d'intérêt sur ses crédits et ses dépôts, et commissions.

    ``marge_credits = encours × (taux client − taux de cession)`` ;
    ``marge_depots = solde moyen × (taux de cession − rémunération)``.

    Parameters
    ----------
    encours, solde_moyen : float, liste ou Series, en euros
        Encours moyen de crédit, solde créditeur moyen.
    taux_client, taux_cession, remuneration : float, liste ou Series
        Fractions annuelles ; le taux de cession interne est le prix de l'argent entre l'agence et le siège.
    commissions : float, liste ou Series, en euros

    Returns
    -------
    Series, ou DataFrame (une ligne par client, avec ``motif``)
        ``marge_credits``, ``marge_depots``, ``commissions``, ``pnb``, en euros.

    Source : définition usuelle, convention de cours.

    >>> pnb = pnb_client(60_000, 0.041, 12_000, 0.028, commissions=640)
    >>> [round(float(pnb[nom]), 2) for nom in ("marge_credits", "marge_depots", "pnb")]
    [780.0, 336.0, 1756.0]
    """
    c = Colonnes.depuis(
        encours=encours,
        taux_client=taux_client,
        solde_moyen=solde_moyen,
        taux_cession=taux_cession,
        remuneration=remuneration,
        commissions=commissions,
    )
    for nom in ("taux_client", "taux_cession", "remuneration"):
        c.refuser((c[nom] > 1) | (c[nom] < -1), f"{nom} : taux attendu en fraction (0,05 pour 5 %)")
    for nom in ("encours", "solde_moyen"):
        c.refuser(c[nom] < 0, f"{nom} : un montant positif est attendu")
    credits = c["encours"] * (c["taux_client"] - c["taux_cession"])
    depots = c["solde_moyen"] * (c["taux_cession"] - c["remuneration"])
    resultat = c.resultat(
        marge_credits=credits,
        marge_depots=depots,
        commissions=c["commissions"],
        pnb=credits + depots + c["commissions"],
    )
    resultat.attrs["source"] = CONVENTION
    return resultat


def rentabilite_client(pnb: Any, cout_gestion: Any, perte_attendue: Any = 0.0) -> Any:
    """Ce que rapporte un client une fois payés sa gestion et son risque, en euros par an.

    >>> rentabilite_client(1_756, 600, 540)
    616
    """
    return pnb - cout_gestion - perte_attendue


def score_potentiel(clients: pd.DataFrame, *, date: Any) -> pd.DataFrame:
    """Score de potentiel de chaque client, de 0 à 100. Convention de cours.

    Parameters
    ----------
    clients : DataFrame
        ``part_flux`` (flux confiés sur CA TTC, fraction), ``vetuste`` (part amortie des équipements, fraction),
        ``croissance_ca`` (fraction), ``taux_equipement`` (fraction), ``parrainage`` (vrai ou faux). Ce qui manque est
        retiré et le reste repondéré.

    Returns
    -------
    DataFrame
        ``points_…`` par composante, ``potentiel`` (0 à 100, NaN si rien n'est connu), ``indice_confiance`` (0 à 1).

    >>> t = pd.DataFrame({"part_flux": [0.6], "croissance_ca": [0.05], "taux_equipement": [0.4]})
    >>> score_potentiel(t, date="2026-03-31")[["potentiel", "indice_confiance"]].round(2).iloc[0].tolist()
    [41.43, 0.7]
    """
    jour = pd.Timestamp(date).date()
    poids, ancres = parametre("portefeuille.potentiel", jour), parametre("portefeuille.potentiel_ancres", jour)

    def lire(nom: str) -> np.ndarray:
        vide = np.full(len(clients), np.nan)
        return clients[nom].to_numpy(dtype="float64", na_value=np.nan) if nom in clients else vide

    parts = {
        "flux_non_captes": 1 - np.clip(lire("part_flux"), 0, 1),
        "renouvellement": np.clip(lire("vetuste") / ancres["vetuste"], 0, 1),
        "croissance": np.clip(lire("croissance_ca") / ancres["croissance"], 0, 1),
        "non_equipement": 1 - np.clip(lire("taux_equipement"), 0, 1),
        "parrainage": lire("parrainage"),
    }
    connus = {nom: ~np.isnan(part) for nom, part in parts.items()}
    total = sum(poids[nom] * connus[nom] for nom in parts)
    points = {f"points_{nom}": poids[nom] * part for nom, part in parts.items()}
    obtenus = sum(np.nan_to_num(valeurs) for valeurs in points.values())
    table = pd.DataFrame(points, index=clients.index)
    table["potentiel"] = 100 * obtenus / np.where(total > 0, total, np.nan)
    table["indice_confiance"] = total / sum(poids.values())
    table.attrs["source"] = CONVENTION
    return table
