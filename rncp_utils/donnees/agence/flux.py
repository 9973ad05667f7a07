"""Yearly cash flows of each client, told by its accounts, spread over the months: their sum is the change of its cash.

Amounts are cents, positive when the account is credited.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.calendrier_comptable import MOIS_PAR_AN, Calendrier
from rncp_utils.donnees.agence.emprunts import Emprunts
from rncp_utils.donnees.agence.exercices import Comptes
from rncp_utils.donnees.agence.immobilisations import Parc
from rncp_utils.donnees.agence.profils import table_des_profils
from rncp_utils.donnees.agence.socle import Demande
from rncp_utils.donnees.agence.tirage import Activite

NET_DES_SALAIRES = 0.78
FRAIS = 0.0012
_FRAIS_MENSUELS = 18
# The receipts that the accounts tell, whole euros, and those of the bank, cents, differ by the rounding of the loans.
ECART_D_ARRONDI = 400


@dataclass(frozen=True)
class Flux:
    """Cents of each kind of flow, (clients, exercices, 12), months in the order of the financial year."""

    par_mois: dict[str, np.ndarray]
    par_an: dict[str, np.ndarray]


def flux_des_comptes(
    demande: Demande,
    clients: pd.DataFrame,
    activite: Activite,
    comptes: Comptes,
    parc: Parc,
    emprunts: Emprunts,
    calendrier: Calendrier,
) -> Flux:
    """Flows of each year by kind, then by month."""
    hasard = demande.hasard("flux")
    annuels = _annuels(activite, comptes, parc, emprunts)
    profil = table_des_profils().loc[clients["profil"]]
    poids = _poids(annuels, activite, clients, profil, calendrier, hasard)
    mensuels = {nom: repartir(annuels[nom], poids[nom]) for nom in annuels if nom in poids}
    return Flux(mensuels, annuels)


def _annuels(activite: Activite, comptes: Comptes, parc: Parc, emprunts: Emprunts) -> dict[str, np.ndarray]:
    x, e = comptes.cases, comptes.elements

    def variation(postes: np.ndarray) -> np.ndarray:
        delta = np.zeros_like(postes)
        delta[:, 1:] = np.diff(postes, axis=1)
        return delta

    frais = (
        np.minimum(np.rint(x["FL"] * FRAIS) + _FRAIS_MENSUELS * MOIS_PAR_AN, np.rint(0.25 * x["FW"])) * comptes.actif
    )
    fournis = x["FS"] + x["FU"] + x["FW"] - e["loyer"] - e["assurance"] - frais
    nets = np.rint(x["FY"] * NET_DES_SALAIRES)
    impot = x["HK"] - variation(e["impot_du"]) + variation(e["impot_avance"])
    tva = e["tva_nette"] - variation(e["tva_dette"]) + variation(e["tva_credit"])
    euros = {
        "fournisseurs": -(fournis + e["tva_achats"] - variation(x["DX"]) + variation(x["CH"])),
        "loyer": -(e["loyer"] + e["tva_loyer"]),
        "frais": -frais,
        "immobilisations": -(parc.acquisitions + e["tva_immobilisations"]),
        "salaires": -nets,
        "urssaf": -(x["FY"] - nets + x["FZ"] - variation(e["dette_sociale"])),
        "tva": -tva,
        "impot_societes": -impot,
        "impots": -(x["FX"] + x["GE"] + variation(np.rint(x["FL"] * 0.004)) * comptes.actif),
        "cessions": parc.prix_cession + e["tva_cession"],
        "distributions": -e["distributions"],
        "associes": e["cca"] + e["capital_verse"],
        "interets_livret": x["GL"],
    }
    cents = {nom: np.rint(montant * 100).astype("int64") for nom, montant in euros.items()}
    annuels = emprunts.annuels
    cents["debloques"] = annuels["emprunte"].copy()
    cents["echeances"] = -(annuels["rembourse"] + annuels["interets_payes"] + annuels["assurance_payee"])
    tresorerie = np.rint(variation(comptes.tresorerie) * 100).astype("int64")
    # What customers paid is what remains: it is what the accounts say of them, but for the rounding of the loans.
    cents["clients"] = tresorerie - sum(cents.values())
    for montants in cents.values():
        montants[:, 0] = 0
    return cents


def encaissements_comptables(comptes: Comptes) -> np.ndarray:
    """What customers paid, euros, by the sales, their VAT and the receivables: (clients, exercices), 0 in year 0."""
    x = comptes.cases
    cessions = x["c757"]
    recus = x["FL"] + x["FQ"] - cessions + x["YY"]
    recus[:, 1:] -= np.diff(x["BX"], axis=1)
    recus[:, 0] = 0
    return recus


def _poids(
    annuels: dict[str, np.ndarray],
    activite: Activite,
    clients: pd.DataFrame,
    profil: pd.DataFrame,
    calendrier: Calendrier,
    hasard: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Share of each month in the flow of the year."""
    n, annees, mois = activite.poids.shape
    plat = np.full((n, annees, mois), 1 / mois)
    calendaires = calendrier.mois_des_exercices() % MOIS_PAR_AN + 1
    retard = np.rint(profil["clients"].to_numpy() / 30).astype("int64")
    ventes = activite.poids
    encaisses = np.take_along_axis(ventes, (np.arange(mois) - retard[:, None, None]) % mois, axis=2)
    # New clients have no receipts of sales that they had not made.
    encaisses = np.where((encaisses.sum(axis=2) > 0)[:, :, None], encaisses, plat)
    achats = 0.45 * ventes + 0.55 * np.roll(ventes, 1, axis=2)

    def aux_mois(*retenus: int) -> np.ndarray:
        ouverts = np.isin(calendaires, retenus).astype("float64")
        return ouverts / ouverts.sum(axis=2, keepdims=True)

    unique = np.zeros((n, annees, mois))
    np.put_along_axis(unique, hasard.integers(1, mois - 1, (n, annees, 1)), 1.0, axis=2)
    societe = (clients["regime_fiscal"] == "IS").to_numpy()[:, None, None]
    debut = np.zeros((n, annees, mois))
    debut[:, :, 0] = 1.0
    milieu = np.zeros((n, annees, mois))
    milieu[:, :, 6] = 1.0
    return {
        "clients": encaisses,
        "fournisseurs": 0.6 * achats + 0.4 * plat,
        "loyer": plat,
        "frais": plat,
        "salaires": plat,
        "urssaf": plat,
        "tva": 0.75 * np.roll(ventes, 1, axis=2) + 0.25 * plat,
        "impot_societes": aux_mois(3, 6, 9, 12),
        "impots": aux_mois(6, 10, 12),
        "immobilisations": unique,
        "cessions": unique,
        "distributions": np.where(societe, milieu, plat),
        "associes": debut,
    }


def repartir(totaux: np.ndarray, poids: np.ndarray) -> np.ndarray:
    """Yearly cents over the months, to the cent: each month takes what brings the running total to its share."""
    cumul = np.rint(totaux[:, :, None] * np.cumsum(poids, axis=2)).astype("int64")
    cumul[:, :, -1] = totaux
    return np.diff(cumul, axis=2, prepend=0)
