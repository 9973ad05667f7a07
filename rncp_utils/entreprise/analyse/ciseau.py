"""Effet de ciseau : charges qui croissent plus vite que les ventes, besoin qui croît plus vite que les ressources."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.entreprise.analyse.bilan import OptionsBilan, masses_fonctionnelles
from rncp_utils.entreprise.analyse.exercices import exercice_precedent, facteur_annuel
from rncp_utils.entreprise.analyse.pcg import rupture_pcg
from rncp_utils.entreprise.postes import Postes, Valeur, selon
from rncp_utils.entreprise.regimes import vers_codes_normaux
from rncp_utils.erreurs import ErreurDonnees


def effet_ciseau(x: pd.DataFrame, *, hausse_prix: Any = None) -> pd.DataFrame:
    """Effet de ciseau, exercice par exercice, sur les comptes successifs d'une ou de plusieurs entreprises.

    - ``ciseau_exploitation`` : les charges d'exploitation nettes croissent plus vite que le chiffre d'affaires, et le
      taux de marge d'exploitation (GG / FL) baisse pour la deuxième année de suite ;
    - ``ciseau_financier`` : le BFR croît plus que le FRNG, et la trésorerie nette est devenue négative.

    Le recul de la marge d'exploitation se partage entre ``effet_prix`` (hausse des prix de vente sur les ventes de
    l'année), ``effet_volume`` (ventes en plus, à la marge de l'an passé) et ``effet_charges`` (charges au-delà de ce
    que le volume explique) ; leur somme est ``variation_marge``. Convention de cours.

    Parameters
    ----------
    x : DataFrame
        Index (siren, date_cloture), colonnes par codes, en euros. ``FL`` et ``GG`` sont exigés ; sans bilan (``BJ``,
        ``DL``), ``ciseau_financier`` n'est pas calculé.
    hausse_prix : float, array ou Series, optional
        Hausse moyenne des prix de vente dans l'année, fraction. Inconnue : 0, avec un motif.

    Returns
    -------
    DataFrame
        Même index. Croissances et taux en fraction, montants en euros annuels, indicateurs 1, 0 ou NaN (recul
        insuffisant), ``rupture_pcg`` (booléen) et ``motif``.
    """
    if not isinstance(x, pd.DataFrame):
        raise ErreurDonnees("L'effet de ciseau se lit sur plusieurs exercices : donnez une table de liasses.")
    x = vers_codes_normaux(x)
    avant = exercice_precedent(x)
    p, q = Postes(x), Postes(avant)
    p.exiger("FL", "GG")
    orphelines = avant["FL"].isna().to_numpy()
    p.signaler(orphelines, "exercice précédent absent de la table", bloquant=False)
    colonnes = _exploitation(p, q, hausse_prix)
    precedente = pd.DataFrame({"baisse": colonnes["_baisse"]}, index=x.index)
    deux_baisses = np.asarray(colonnes.pop("_baisse")) * exercice_precedent(precedente)["baisse"].to_numpy()
    plus_vite = _drapeau(colonnes["croissance_charges"] > colonnes["croissance_ca"], colonnes["croissance_charges"])
    colonnes["ciseau_exploitation"] = plus_vite * deux_baisses
    colonnes |= _financier(p, q)
    resultat = p.resultat(**colonnes)
    resultat.insert(len(resultat.columns) - 1, "rupture_pcg", rupture_pcg(x).to_numpy())
    return resultat


def _drapeau(condition: Valeur, *connues: Valeur) -> np.ndarray:
    """1, 0, or NaN where what the condition compares is not known."""
    drapeau = np.asarray(condition, dtype="float64")
    for valeur in connues:
        drapeau = np.where(np.isnan(valeur), np.nan, drapeau)
    return drapeau


def _exploitation(p: Postes, q: Postes, hausse_prix: Any) -> dict[str, Valeur]:
    annuel, annuel_avant = facteur_annuel(p), facteur_annuel(q)
    ca, ca_avant = p["FL"] * annuel, _annee_avant(q, "FL") * annuel_avant
    marge, marge_avant = p["GG"] * annuel, _annee_avant(q, "GG") * annuel_avant
    charges, charges_avant = ca - marge, ca_avant - marge_avant
    taux = p.ratio(marge, ca, "taux de marge", den_positif=True)
    taux_avant = q.ratio(marge_avant, ca_avant, "taux de marge", den_positif=True)
    hausse, inconnue = p.complement("hausse_prix", hausse_prix)
    p.refuser(hausse <= -1, "hausse de prix inférieure à -100 %")
    p.signaler(inconnue & ~np.isnan(ca_avant), "hausse des prix inconnue, comptée pour 0", bloquant=False)
    ca_a_prix_constants = ca / (1 + hausse)
    volume = p.ratio(ca_a_prix_constants, ca_avant, "évolution du volume", den_positif=True)
    return {
        "croissance_ca": p.ratio(ca, ca_avant, "croissance du chiffre d'affaires", den_positif=True) - 1,
        "croissance_charges": p.ratio(charges, charges_avant, "croissance des charges", den_positif=True) - 1,
        "taux_marge": taux,
        "variation_taux_marge": taux - taux_avant,
        "variation_marge": marge - marge_avant,
        "effet_prix": ca - ca_a_prix_constants,
        "effet_volume": (volume - 1) * marge_avant,
        "effet_charges": volume * charges_avant - charges,
        "_baisse": _drapeau(taux < taux_avant, taux, taux_avant),
    }


def _annee_avant(q: Postes, code: str) -> np.ndarray:
    """A box of the year before, NaN without a reason where there is none (the reason is noted once, for the row)."""
    return q.source[code].to_numpy(dtype="float64", na_value=np.nan)


def _financier(p: Postes, q: Postes) -> dict[str, Valeur]:
    if "BJ" not in p or "DL" not in p:
        inconnu = np.full(len(p.source), np.nan)
        return {"variation_frng": inconnu, "variation_bfr": inconnu, "ciseau_financier": inconnu}
    masses, avant = masses_fonctionnelles(p, OptionsBilan()), masses_fonctionnelles(q, OptionsBilan())
    variation_frng = masses["frng"] - avant["frng"]
    variation_bfr = selon(np.isnan(variation_frng), np.nan, masses["bfr"] - avant["bfr"])
    condition = (variation_bfr > variation_frng) & (masses["tresorerie_nette"] < 0)
    return {
        "variation_frng": variation_frng,
        "variation_bfr": variation_bfr,
        "ciseau_financier": _drapeau(condition, variation_frng),
    }
