"""Dette et rentabilité : effet de levier, couverture du service de la dette, seuils d'alerte du cours."""

from __future__ import annotations

import datetime as dt
import warnings
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre

CAF_PLUS_INTERETS = "caf_plus_interets"
EBE_MOINS_IS_MOINS_BFR = "ebe_moins_is_moins_bfr"
CONFORME, ALERTE, REFUS = LECTURES = ("conforme", "alerte", "refus")
CONVENTION = "convention de cours"


def effet_de_levier(re: Any, i: Any, dettes_sur_cp: Any, t: Any) -> Any:
    """Rentabilité financière expliquée par la rentabilité économique et l'endettement.

    ``rf = (re + (re - i) × dettes_sur_cp) × (1 - t)`` : s'endetter augmente la rentabilité des capitaux propres tant
    que l'activité rapporte plus que la dette ne coûte (re > i), et la réduit sinon.

    Parameters
    ----------
    re : float, liste, array ou Series
        Rentabilité économique avant impôt, fraction (0.10 pour 10 %).
    i : float, liste, array ou Series
        Coût de la dette avant impôt, fraction.
    dettes_sur_cp : float, liste, array ou Series
        Dettes financières sur capitaux propres (``gearing_brut``). Négatif, il dit des capitaux propres négatifs :
        l'effet de levier n'a pas de sens, le résultat est NaN et un avertissement le dit.
    t : float, liste, array ou Series
        Taux d'impôt, fraction.

    Returns
    -------
    float, liste, array ou Series
        Rentabilité financière après impôt, fraction.

    Raises
    ------
    ErreurDonnees
        Taux supérieur à 1 ou inférieur à -1 ; une valeur seule qui manque (NaN) ; autre chose que des nombres.
    ErreurSchema
        Listes de longueurs différentes, ou séries qui n'ont pas les mêmes lignes.

    Source : définition usuelle, de mémoire, à vérifier (23 novembre 2026).

    >>> round(effet_de_levier(0.10, 0.05, 1.5, 0.25), 5)
    0.13125
    """
    re, i, t, dettes_sur_cp = _nombres({"re": re, "i": i, "t": t, "dettes_sur_cp": dettes_sur_cp}).values()
    for nom, taux in (("re", re), ("i", i), ("t", t)):
        if np.any(np.abs(taux) > 1):
            raise ErreurDonnees(f"{nom} vaut {taux} : taux attendu en fraction (0,05 pour 5 %).")
    if np.any(np.asarray(t) < 0):
        raise ErreurDonnees(f"t vaut {t} : un taux d'impôt n'est pas négatif.")
    dettes_sur_cp = _sauf(np.asarray(dettes_sur_cp) < 0, dettes_sur_cp, "capitaux propres négatifs")
    return (re + (re - i) * dettes_sur_cp) * (1 - t)


def dscr(
    caf: Any = None,
    interets: Any = 0.0,
    capital: Any = 0.0,
    *,
    numerateur: str = CAF_PLUS_INTERETS,
    ebe: Any = None,
    impots: Any = None,
    variation_bfr: Any = None,
) -> Any:
    """Couverture du service de la dette : ce que l'activité dégage pour un euro d'annuité à payer.

    ``dscr = (caf + interets) / (capital + interets)``, ou, avec ``numerateur="ebe_moins_is_moins_bfr"``,
    ``(ebe - impots - variation_bfr) / (capital + interets)``. Au-dessous de 1, l'activité ne paie pas l'annuité.

    Parameters
    ----------
    caf : float, liste, array ou Series, en euros
        Capacité d'autofinancement, après intérêts (premier numérateur).
    interets, capital : float, liste, array ou Series, en euros
        Intérêts et capital payés dans l'année, positifs.
    ebe, impots, variation_bfr : float, liste, array ou Series, en euros
        Pour le second numérateur ; une hausse du BFR est positive.

    Returns
    -------
    float, liste, array ou Series
        Nombre de fois ; NaN et avertissement sans service de la dette.

    Raises
    ------
    ErreurDonnees
        Numérateur inconnu, montant manquant pour ce numérateur, intérêts ou capital négatifs, autre chose que des
        nombres.
    ErreurSchema
        Listes de longueurs différentes, ou séries qui n'ont pas les mêmes lignes.

    Source : convention de cours pour le choix du numérateur ; définitions de mémoire, à vérifier (23 novembre 2026).

    >>> round(dscr(caf=68_800, interets=9_400, capital=34_000), 5)
    1.80184
    >>> dscr(interets=9_400, capital=34_000, numerateur="ebe_moins_is_moins_bfr", ebe=82_000, impots=8_000,
    ...      variation_bfr=7_500).__round__(5)
    1.53226
    """
    exiges = {
        CAF_PLUS_INTERETS: {"caf": caf},
        EBE_MOINS_IS_MOINS_BFR: {"ebe": ebe, "impots": impots, "variation_bfr": variation_bfr},
    }
    if numerateur not in exiges:
        raise ErreurDonnees(f"numerateur vaut « {numerateur} » : les formules admises sont {', '.join(exiges)}.")
    lus = _nombres(exiges[numerateur] | {"interets": interets, "capital": capital})
    interets, capital = lus["interets"], lus["capital"]
    if np.any(np.asarray(interets) < 0) or np.any(np.asarray(capital) < 0):
        raise ErreurDonnees("Les intérêts ou le capital sont négatifs : écrivez ce qui est payé en positif.")
    if numerateur == CAF_PLUS_INTERETS:
        disponible = lus["caf"] + interets
    else:
        disponible = lus["ebe"] - lus["impots"] - lus["variation_bfr"]
    service = capital + interets
    return disponible / _sauf(np.asarray(service) == 0, service, "service de la dette nul")


def _nombres(valeurs: dict[str, Any]) -> dict[str, Any]:
    """Each value as a float, an array or a Series of floats; all of them go together."""
    lus = {nom: _nombre(nom, valeur) for nom, valeur in valeurs.items()}
    series = [lu for lu in lus.values() if isinstance(lu, pd.Series)]
    longueurs = {np.shape(lu) for lu in lus.values() if np.ndim(lu)}
    if len(longueurs) > 1 or any(not serie.index.equals(series[0].index) for serie in series):
        raise ErreurSchema(f"{', '.join(lus)} n'ont pas les mêmes lignes : donnez des listes de même longueur.")
    return lus


def _nombre(nom: str, valeur: Any) -> Any:
    try:
        if isinstance(valeur, str):
            raise TypeError
        if valeur is None or valeur is pd.NA:
            tableau = np.array(np.nan)
        elif isinstance(valeur, pd.Series):
            tableau = valeur.to_numpy(dtype="float64", na_value=np.nan)
        else:
            tableau = np.asarray(valeur, dtype="float64")
    except (TypeError, ValueError):
        raise ErreurDonnees(f"{nom} contient autre chose que des nombres : vérifiez ce que vous donnez.") from None
    if tableau.ndim == 0 and np.isnan(tableau):
        raise ErreurDonnees(f"{nom} manque : donnez sa valeur pour ce calcul.")
    if isinstance(valeur, pd.Series):
        return pd.Series(tableau, index=valeur.index, name=valeur.name)
    return tableau if tableau.ndim else float(tableau)


def _sauf(ou: np.ndarray, valeur: Any, motif: str) -> Any:
    """``valeur`` with NaN and a warning where it means nothing."""
    if not ou.any():
        return valeur
    combien = f" ({ou.sum()} valeurs)" if ou.ndim else ""
    warnings.warn(f"Ratio non calculé : {motif}{combien}.", AvertissementDonnees, stacklevel=3)
    if not ou.ndim:
        return float("nan")
    return valeur.mask(ou) if isinstance(valeur, pd.Series) else np.where(ou, np.nan, valeur)


def lire_seuils(ratios: pd.Series | pd.DataFrame, date: dt.date | str | None = None) -> pd.DataFrame:
    """Lecture des ratios de dette par les seuils du cours : conforme, alerte ou refus. Convention de cours.

    Dettes financières sur CAF : alerte au-dessus de 4 ans, refus au-dessus de 7. Annuités sur CAF : alerte au-dessus de
    50 %. Chaque banque a ses propres seuils, confidentiels : ceux-ci servent à enseigner. Des dettes sans CAF (nulle ou
    négative) se lisent « refus » : rien ne les rembourse.

    Parameters
    ----------
    ratios : Series ou DataFrame
        Résultat de :func:`rncp_utils.entreprise.ratios`.
    date : date, optional
        Jour des seuils ; par défaut aujourd'hui.

    Returns
    -------
    DataFrame
        Une entreprise : une ligne par ratio, colonnes ``valeur``, ``alerte``, ``refus``, ``lecture``, ``source``. Une
        table : mêmes lignes, une colonne de lecture par ratio ; ``attrs["source"]`` dit « convention de cours ». Sans
        lecture (NA) quand le ratio n'est pas connu.

    >>> from rncp_utils.entreprise.exemples import martin
    >>> from rncp_utils.entreprise.analyse.ratios_analyse import ratios
    >>> lire_seuils(ratios(martin()), "2024-12-31")["lecture"].to_dict()
    {'df_sur_caf': 'conforme', 'annuites_sur_caf': 'conforme'}
    """
    jour = dt.date.today() if date is None else date
    seuils = {
        "df_sur_caf": (parametre("ratios.df_sur_caf_alerte", jour), parametre("ratios.df_sur_caf_refus", jour)),
        "annuites_sur_caf": (parametre("ratios.annuites_sur_caf_alerte", jour), np.nan),
    }
    table = ratios.to_frame().T if isinstance(ratios, pd.Series) else ratios
    sans_capacite = (table["caf"] <= 0) & (table["dettes_financieres"] > 0)
    lectures = pd.DataFrame(index=table.index)
    for nom, (alerte, refus) in seuils.items():
        valeur = table[nom].astype("float64")
        cas = [sans_capacite if nom == "df_sur_caf" else False, valeur.isna(), valeur > refus, valeur > alerte]
        rangs = np.select([np.broadcast_to(c, len(table)) for c in cas], [2, -1, 2, 1], default=0)
        lectures[nom] = pd.Categorical.from_codes(rangs, categories=list(LECTURES), ordered=True)
    lectures.attrs["source"] = CONVENTION
    if isinstance(ratios, pd.DataFrame):
        return lectures
    bornes = pd.DataFrame(seuils, index=["alerte", "refus"]).T
    resume = bornes.assign(lecture=lectures.iloc[0].astype("object"), source=CONVENTION)
    resume.insert(0, "valeur", ratios[list(seuils)].astype("float64"))
    return resume
