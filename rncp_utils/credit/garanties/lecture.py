"""What the formulas read of a surety beside its amounts: its sheet in the catalogue, its dates, its cents."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.credit.garanties.catalogue import catalogue_suretes, surete
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import arrondi_centime
from rncp_utils.vecteurs import Masque, Valeur


def au_centime(montant: Valeur) -> Valeur:
    """Rounded to the cent; what is missing stays missing."""
    if not isinstance(montant, np.ndarray):
        return montant if np.isnan(montant) else arrondi_centime(montant)
    manquants = np.isnan(montant)
    return np.where(manquants, np.nan, arrondi_centime(np.where(manquants, 0.0, montant)))


def nombre_du_catalogue(p: Colonnes, colonne: str) -> Valeur:
    """A number of the sheet of each surety; an unknown code is a fault of the row."""
    if not p.en_table:
        return getattr(surete(_codes(p)), colonne)
    codes = _codes(p)
    p.refuser(~codes.isin(catalogue_suretes().index).to_numpy(), "code de sûreté absent ou inconnu du catalogue")
    return codes.map(catalogue_suretes()[colonne]).to_numpy(dtype="float64", na_value=np.nan)


def familles(p: Colonnes) -> pd.Series:
    """Family of each surety of a table; NA for an unknown code."""
    return _codes(p).map(catalogue_suretes()["famille"])


def _codes(p: Colonnes) -> Any:
    if "code" not in p:
        raise ErreurSchema("La colonne code manque : donnez le code de chaque sûreté, tel que catalogue_suretes().")
    return p.source["code"]


def refuser_hors_fraction(p: Colonnes, valeur: Valeur, nom: str) -> None:
    p.refuser((valeur < 0) | (valeur > 1), f"{nom} hors de 0 à 1 : taux attendu en fraction (0,5 pour 50 %)")


def jours_apres(p: Colonnes, colonne: str, jour: dt.date) -> Valeur:
    """Days from ``jour`` to the date of a column; +infinity where there is none."""
    if colonne not in p:
        return np.full(len(p.source), np.inf) if p.en_table else np.inf
    lues = pd.Series([p.source[colonne]]) if not p.en_table else p.source[colonne]
    try:
        dates = pd.to_datetime(lues)
    except (TypeError, ValueError):
        raise ErreurDonnees(f"{colonne} contient autre chose que des dates : corrigez-la.") from None
    ecarts = (dates - pd.Timestamp(jour)).dt.days.to_numpy(dtype="float64", na_value=np.inf)
    return ecarts if p.en_table else float(ecarts[0])


def quand(masque: Masque, alors: Valeur, sinon: Valeur) -> Valeur:
    """``alors`` where the mask is true; a number for one case."""
    resultat = np.where(masque, alors, sinon)
    return resultat if resultat.ndim else float(resultat)
