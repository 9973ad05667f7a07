"""Seuil de rentabilité, point mort, marge de sécurité et levier opérationnel."""

from __future__ import annotations

import datetime as dt
import warnings
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees
from rncp_utils.parametres import parametre
from rncp_utils.vecteurs import Valeur

JAMAIS = "seuil jamais atteint : la marge sur coûts variables est nulle ou négative"
HORS_ANNEE = "seuil non atteint dans l'année"


def seuil_rentabilite(
    ca: Any,
    charges_variables: Any,
    charges_fixes: Any,
    *,
    saisonnalite: Any = None,
    date: dt.date | str | None = None,
) -> pd.Series | pd.DataFrame:
    """Seuil de rentabilité : le chiffre d'affaires où l'activité ne gagne ni ne perd.

    ``seuil = charges fixes / taux de marge sur coûts variables``, ``taux = 1 - charges variables / CA``.

    Parameters
    ----------
    ca, charges_variables, charges_fixes : float, liste, array ou Series, en euros
        Un exercice de douze mois, une entreprise ou plusieurs. Charges positives.
    saisonnalite : liste de 12 nombres, optional
        Poids du chiffre d'affaires de chaque mois, du premier mois de l'exercice au dernier ; ajoute
        ``point_mort_mois``, en mois de 30 jours, et le point mort en jours suit ces poids au lieu d'un CA régulier.
    date : date, optional
        Jour de la base de l'année (360 jours, ``ratios.base_jours``) ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame
        ``marge_sur_couts_variables`` et ``resultat`` (euros), ``taux_marge`` (fraction), ``seuil`` (euros),
        ``point_mort_jours`` (jours depuis l'ouverture ; au-delà de l'année, la suite au même rythme si le CA est
        régulier, NaN et un motif s'il est saisonnier), ``marge_securite`` = CA - seuil (euros), ``indice_securite`` =
        marge / CA (fraction), ``levier`` = marge sur coûts variables / résultat (fois : de combien de % le résultat
        varie quand le CA varie de 1 %). Taux de marge nul ou négatif : NaN et « seuil jamais atteint ».

    Raises
    ------
    ErreurDonnees
        CA nul ou négatif, charges négatives, montant manquant (une entreprise) ; saisonnalité qui n'a pas douze poids.
    ErreurSchema
        Listes de longueurs différentes.

    Source : définitions usuelles, de mémoire, à vérifier (23 novembre 2026) ; année de 360 jours : convention de cours.

    >>> seuil = seuil_rentabilite(660_000, 396_000, 210_000)
    >>> seuil["seuil"].round(2), seuil["point_mort_jours"].round(4), seuil["levier"].round(6)
    (np.float64(525000.0), np.float64(286.3636), np.float64(4.888889))
    """
    c = Colonnes.depuis(ca=ca, charges_variables=charges_variables, charges_fixes=charges_fixes)
    c.refuser(c["ca"] <= 0, "chiffre d'affaires nul ou négatif")
    for nom in ("charges_variables", "charges_fixes"):
        c.refuser(c[nom] < 0, f"{nom} : les charges se donnent en positif")
    base = parametre("ratios.base_jours", dt.date.today() if date is None else date)
    marge = c["ca"] - c["charges_variables"]
    taux = c.ratio(marge, c["ca"], "taux de marge", den_positif=True)
    jamais = taux <= 0
    c.signaler(jamais, JAMAIS, bloquant=False)
    if not c.en_table and jamais:
        warnings.warn(f"Il n'y a pas de seuil : {JAMAIS}.", AvertissementDonnees, stacklevel=2)
    positif = np.where(jamais, np.nan, taux)
    seuil = c["charges_fixes"] / positif
    resultat = marge - c["charges_fixes"]
    annees = seuil / _sans_zero(c["ca"])
    colonnes = {"marge_sur_couts_variables": marge, "resultat": resultat, "taux_marge": taux, "seuil": seuil}
    if saisonnalite is not None:
        mois = _mois_du_seuil(c, annees, _poids(saisonnalite))
        annees = mois / 12
        colonnes["point_mort_mois"] = mois
    return c.resultat(
        **colonnes,
        point_mort_jours=annees * base,
        marge_securite=c["ca"] - seuil,
        indice_securite=(c["ca"] - seuil) / _sans_zero(c["ca"]),
        levier=c.ratio(marge, resultat, "levier opérationnel"),
    )


def _sans_zero(valeur: Valeur) -> Valeur:
    """Rows of a table with no turnover are refused: dividing by NaN is silent."""
    return np.where(np.asarray(valeur) == 0, np.nan, valeur)


def _poids(saisonnalite: Any) -> np.ndarray:
    """Share of the year at the end of each month, (13,), from 0 to 1.

    Raises
    ------
    ErreurDonnees
        Not twelve weights, a negative one, or none above zero.
    """
    try:
        poids = np.asarray(saisonnalite, dtype="float64")
    except (TypeError, ValueError):
        poids = np.empty(0)
    if poids.shape != (12,) or not np.isfinite(poids).all() or (poids < 0).any() or not poids.sum() > 0:
        raise ErreurDonnees("La saisonnalité se donne par douze poids positifs ou nuls, un par mois de l'exercice.")
    return np.concatenate([[0.0], np.cumsum(poids) / poids.sum()])


def _mois_du_seuil(c: Colonnes, annees: Valeur, cumul: np.ndarray) -> Valeur:
    """Months to reach a share of the year's turnover, linear within a month."""
    part = np.asarray(annees, dtype="float64")
    c.signaler(part > 1, HORS_ANNEE, bloquant=False)
    part = np.where(part > 1, np.nan, part)
    # Index of the month in which the share is reached: the first whose cumulated weight is enough.
    mois = np.clip(np.searchsorted(cumul, np.nan_to_num(part), side="left"), 1, 12)
    debut, poids = cumul[mois - 1], cumul[mois] - cumul[mois - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        dans_le_mois = np.where(poids > 0, (part - debut) / poids, 0.0)
    return mois - 1 + dans_le_mois + np.where(np.isnan(part), np.nan, 0.0)
