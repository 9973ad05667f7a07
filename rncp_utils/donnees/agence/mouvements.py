"""From the flows of each month to the lines of a bank statement: whole cents, working days, labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.calendrier_comptable import JOUR, MOIS, Calendrier, jour_de_banque
from rncp_utils.donnees.agence.profils import moyens_de_paiement, profils, table_des_profils

# Means by which a supplier is paid, and the share of each.
_FOURNISSEURS = (("PRLV", 0.42), ("VIR", 0.33), ("LCR", 0.15), ("CHQ", 0.10))
CLIENTELE = 40


@dataclass(frozen=True)
class Sorte:
    """A kind of flow that is booked once a month.

    Attributes
    ----------
    nature, libelle, jour
        Day of the month, moved to a working day; 31 stands for the last one.
    """

    nature: str
    libelle: str
    jour: int


MENSUELS = {
    "loyer": Sorte("VIR", "Loyer des locaux", 3),
    "frais": Sorte("FRAIS", "Frais et commissions", 31),
    "salaires": Sorte("SALAIRE", "Salaires du mois", 28),
    "urssaf": Sorte("URSSAF", "Cotisations Urssaf", 15),
    "tva": Sorte("TVA", "TVA, direction générale des Finances publiques", 21),
    "impot_societes": Sorte("IMPOT", "Impôt sur les sociétés", 15),
    "impots": Sorte("IMPOT", "Impôts et taxes", 25),
    "immobilisations": Sorte("VIR", "Achat de matériel", 18),
    "cessions": Sorte("VIR", "Vente de matériel", 19),
    "distributions": Sorte("VIR", "Virement au dirigeant", 10),
    "associes": Sorte("VIR", "Apport du dirigeant", 2),
}
_LIBELLES_CLIENTS = {
    "CB": "Remise de cartes bancaires",
    "ESPECES": "Versement d'espèces",
    "CHQ": "Remise de chèques",
    "VIR": "Virement reçu, client",
    "LCR": "Lettre de change, client",
}
_LIBELLES_FOURNISSEURS = {
    "PRLV": "Prélèvement, fournisseur",
    "VIR": "Virement émis, fournisseur",
    "LCR": "Lettre de change payée, fournisseur",
    "CHQ": "Chèque émis n°",
}
COLONNES = ("client", "jour", "cents", "nature", "libelle")


def sur_l_axe(par_exercice: np.ndarray, calendrier: Calendrier) -> np.ndarray:
    """(clients, exercices, 12) → (clients, months of the axis)."""
    axe = np.zeros((len(par_exercice), calendrier.nombre_de_mois), dtype="int64")
    rangs = calendrier.mois_des_exercices().reshape(len(par_exercice), -1)
    np.put_along_axis(axe, rangs, par_exercice.reshape(len(par_exercice), -1), axis=1)
    return axe


def mensuels(axe: np.ndarray, sorte: Sorte, premier: int, dernier: int, calendrier: Calendrier) -> pd.DataFrame:
    """One line for each client and month with a flow, from month ``premier`` to ``dernier`` included."""
    clients, mois = np.nonzero(axe[:, premier : dernier + 1])
    mois = mois + premier
    jours = _jour(calendrier.premier_mois + mois, np.full(len(mois), sorte.jour))
    return _table(clients, jours, axe[clients, mois], sorte.nature, sorte.libelle)


def encaissements(
    axe: np.ndarray,
    clients: pd.DataFrame,
    premier: int,
    dernier: int,
    calendrier: Calendrier,
    hasard: np.random.Generator,
) -> pd.DataFrame:
    """Receipts of each month, in as many lines as the trade has, by its means of payment."""
    rang = pd.Index(profils()).get_indexer(clients["profil"])
    nombre = table_des_profils()["encaissements"].to_numpy()[rang]
    table = _detailler(axe, nombre, premier, dernier, calendrier, hasard, 0.55)
    noms, cumul = moyens_de_paiement()
    choix = (hasard.random(len(table))[:, None] > cumul[rang[table["client"]]]).sum(axis=1).clip(max=len(noms) - 1)
    # The same customers come back, a few of them more often.
    contrepartie = np.floor(CLIENTELE * hasard.random(len(table)) ** 2.2).astype("int64") + 1
    return _nommer(table, np.array(noms)[choix], contrepartie, _LIBELLES_CLIENTS, ("VIR", "LCR"))


def paiements(
    axe: np.ndarray,
    clients: pd.DataFrame,
    premier: int,
    dernier: int,
    calendrier: Calendrier,
    hasard: np.random.Generator,
) -> pd.DataFrame:
    """Payments to suppliers of each month."""
    rang = pd.Index(profils()).get_indexer(clients["profil"])
    nombre = table_des_profils()["fournisseurs_mois"].to_numpy()[rang]
    table = _detailler(axe, nombre, premier, dernier, calendrier, hasard, 0.8)
    noms, parts = zip(*_FOURNISSEURS, strict=True)
    natures = np.array(noms)[np.searchsorted(np.cumsum(parts)[:-1], hasard.random(len(table)), side="right")]
    contrepartie = hasard.integers(1, 16, len(table))
    cheques = natures == "CHQ"
    contrepartie[cheques] = 4_500_000 + np.arange(cheques.sum())
    return _nommer(table, natures, contrepartie, _LIBELLES_FOURNISSEURS, tuple(noms))


def _detailler(
    axe: np.ndarray,
    nombre: np.ndarray,
    premier: int,
    dernier: int,
    calendrier: Calendrier,
    hasard: np.random.Generator,
    dispersion: float,
) -> pd.DataFrame:
    """Split the total of each month into lines, to the cent."""
    clients, mois = np.nonzero(axe[:, premier : dernier + 1])
    mois = mois + premier
    totaux = axe[clients, mois]
    # No line below ten euros.
    lignes = np.clip(hasard.poisson(nombre[clients]), 1, np.maximum(np.abs(totaux) // 1_000, 1))
    groupe = np.repeat(np.arange(len(totaux)), lignes)
    poids = np.exp(hasard.normal(0.0, dispersion, len(groupe)))
    cumul = np.cumsum(poids)
    fins = np.cumsum(lignes)
    base = np.concatenate([[0.0], cumul[fins - 1]])[:-1]
    part = (cumul - base[groupe]) / (cumul[fins - 1] - base)[groupe]
    part[fins - 1] = 1.0
    courant = np.rint(totaux[groupe] * part).astype("int64")
    debuts = np.concatenate([[0], fins[:-1]])
    cents = np.diff(courant, prepend=0)
    cents[debuts] = courant[debuts]
    longueur = (
        (calendrier.premier_mois + mois + 1).astype(JOUR) - (calendrier.premier_mois + mois).astype(JOUR)
    ).astype("int64")
    quantieme = np.floor(hasard.random(len(groupe)) * longueur[groupe]).astype("int64") + 1
    table = _table(clients[groupe], _jour(calendrier.premier_mois + mois[groupe], quantieme), cents, "", "")
    return table[cents != 0].reset_index(drop=True)


def _nommer(
    table: pd.DataFrame,
    natures: np.ndarray,
    contrepartie: np.ndarray,
    libelles: dict[str, str],
    numerotes: tuple[str, ...],
) -> pd.DataFrame:
    debut = pd.Series(natures).map(libelles)
    numero = pd.Series(contrepartie).astype("str").where(np.isin(natures, numerotes), "")
    return table.assign(nature=natures, libelle=(debut + " " + numero).str.strip())


def _jour(mois: np.ndarray, quantieme: np.ndarray) -> np.ndarray:
    """Working day of a day of some months; a day that a month has not is its last one."""
    mois = mois.astype(MOIS)
    fin = (mois + 1).astype(JOUR) - np.timedelta64(1, "D")
    return jour_de_banque(np.minimum(mois.astype(JOUR) + (quantieme - 1).astype("timedelta64[D]"), fin))


def _table(clients: np.ndarray, jours: np.ndarray, cents: np.ndarray, nature: str, libelle: str) -> pd.DataFrame:
    return pd.DataFrame({"client": clients, "jour": jours, "cents": cents, "nature": nature, "libelle": libelle})
