"""Mobilisation de créances : escompte, cession Dailly, affacturage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes, selon
from rncp_utils.monnaie import arrondi_centime
from rncp_utils.vecteurs import Valeur

BASE_BANCAIRE, BASE_CIVILE = 360, 365


def escompte(
    nominal: Any,
    jours: Any,
    taux: Any,
    *,
    endos: Any = 0.0,
    frais: Any = 0.0,
    tva: Any = 0.0,
    jours_de_banque: int = 0,
) -> pd.Series | pd.DataFrame:
    """Escompte d'un effet de commerce, ou d'un bordereau d'effets.

    ``escompte = nominal × taux × jours / 360`` ; la commission d'endos court sur les mêmes jours ; les frais de
    manipulation supportent la TVA, pas les intérêts.

    Parameters
    ----------
    nominal, frais : float, liste ou Series, en euros
    jours : int, liste ou Series
        Jours de la remise à l'échéance ; ``jours_de_banque`` en ajoute (0 à 2 selon le contrat).
    taux, endos, tva : float, liste ou Series
        Fractions.

    Returns
    -------
    Series, ou DataFrame (une ligne par effet, avec ``motif``)
        ``escompte``, ``endos``, ``frais``, ``agios_ht``, ``tva``, ``net`` (euros au centime) ; ``taux_revient`` :
        agios hors taxes sur l'effet qui en est diminué, sur 365 jours (fraction).

    Raises
    ------
    ErreurDonnees
        Un effet : montant ou jours négatifs, taux en pourcentage. Dans une liste, la ligne est NaN avec son motif.

    Source : pratique bancaire, de mémoire, à vérifier (23 novembre 2026).

    >>> effet = escompte(25_000, 58, 0.064, endos=0.006, frais=5.00, tva=0.20)
    >>> [float(effet[nom]) for nom in ("escompte", "endos", "agios_ht", "net")]
    [257.78, 24.17, 286.95, 24712.05]
    """
    c = Colonnes.depuis(nominal=nominal, jours=jours, taux=taux, endos=endos, frais=frais, tva=tva)
    _exiger(c, positifs=("nominal",), ou_nuls=("jours", "frais"), taux=("taux", "endos", "tva"))
    duree = c["jours"] + jours_de_banque
    interets = _cent(c, c["nominal"] * c["taux"] * duree / BASE_BANCAIRE)
    commission = _cent(c, c["nominal"] * c["endos"] * duree / BASE_BANCAIRE)
    frais_ht = _cent(c, c["frais"])
    taxe = _cent(c, frais_ht * c["tva"])
    agios = interets + commission + frais_ht
    net = c["nominal"] - agios - taxe
    c.refuser((net <= 0) & (c["nominal"] > 0), "les agios dépassent l'effet")
    base = c.denominateur((c["nominal"] - agios) * duree, "taux_revient")
    return c.resultat(
        escompte=interets,
        endos=commission,
        frais=frais_ht,
        agios_ht=_cent(c, agios),
        tva=taxe,
        net=_cent(c, net),
        taux_revient=agios * BASE_CIVILE / base,
    )


def dailly(
    creances_ttc: Any, jours: Any, taux: Any, *, quotite: Any, commission: Any = 0.0, frais: Any = 0.0
) -> pd.Series | pd.DataFrame:
    """Avance sur cession de créances professionnelles (bordereau Dailly).

    ``avance = créances × quotité`` ; ``intérêts = avance × taux × jours / 360``.

    Parameters
    ----------
    creances_ttc, frais : float, liste ou Series, en euros
    jours : int, liste ou Series
        Durée de l'avance.
    taux, quotite, commission : float, liste ou Series
        Fractions ; la commission porte sur les créances cédées.

    Returns
    -------
    Series, ou DataFrame (une ligne par bordereau, avec ``motif``)
        ``avance``, ``reserve`` (part non avancée), ``interets``, ``commission``, ``frais``, ``cout`` et ``net``.

    Source : CMF, art. L. 313-23 et suivants ; conditions de la banque.

    >>> float(dailly(120_000, 60, 0.052, quotite=0.80)["interets"])
    832.0
    """
    c = Colonnes.depuis(
        creances_ttc=creances_ttc, jours=jours, taux=taux, quotite=quotite, commission=commission, frais=frais
    )
    _exiger(c, positifs=("creances_ttc",), ou_nuls=("jours", "frais"), taux=("taux", "quotite", "commission"))
    avance = _cent(c, c["creances_ttc"] * c["quotite"])
    interets = _cent(c, avance * c["taux"] * c["jours"] / BASE_BANCAIRE)
    prise = _cent(c, c["creances_ttc"] * c["commission"])
    cout = interets + prise + _cent(c, c["frais"])
    return c.resultat(
        avance=avance,
        reserve=_cent(c, c["creances_ttc"] - avance),
        interets=interets,
        commission=prise,
        frais=_cent(c, c["frais"]),
        cout=_cent(c, cout),
        net=_cent(c, avance - cout),
    )


def affacturage(
    ca_ttc_cede: Any,
    delai: Any,
    *,
    commission: Any,
    fonds_garantie: Any,
    taux_financement: Any,
    taux_utilisation: Any = 1.0,
    base: int = BASE_CIVILE,
) -> pd.Series | pd.DataFrame:
    """Coût annuel d'un contrat d'affacturage.

    ``encours = CA cédé × délai / 365`` ; ``financé = encours × (1 − fonds de garantie) × utilisation`` ;
    ``coût = CA × commission + financé × taux``.

    Parameters
    ----------
    ca_ttc_cede : float, liste ou Series, en euros par an
    delai : float, liste ou Series
        Délai moyen de règlement des clients, en jours.
    commission, fonds_garantie, taux_financement, taux_utilisation : float, liste ou Series
        Fractions.

    Returns
    -------
    Series, ou DataFrame (avec ``motif``)
        ``encours``, ``finance``, ``commission``, ``financement``, ``total`` (euros) et ``cout_sur_ca`` (fraction).

    Source : pratique des sociétés d'affacturage ; exemple recoupé avec une source secondaire.

    >>> cout = affacturage(500_000, 60, commission=0.009, fonds_garantie=0.10, taux_financement=0.032)
    >>> float(cout["encours"]), float(cout["total"]), round(float(cout["cout_sur_ca"]), 6)
    (82191.78, 6867.12, 0.013734)
    """
    c = Colonnes.depuis(
        ca_ttc_cede=ca_ttc_cede,
        delai=delai,
        commission=commission,
        fonds_garantie=fonds_garantie,
        taux_financement=taux_financement,
        taux_utilisation=taux_utilisation,
    )
    fractions = ("commission", "fonds_garantie", "taux_financement", "taux_utilisation")
    _exiger(c, positifs=("ca_ttc_cede",), ou_nuls=("delai",), taux=fractions)
    encours = c["ca_ttc_cede"] * c["delai"] / base
    finance = encours * (1 - c["fonds_garantie"]) * c["taux_utilisation"]
    prise = _cent(c, c["ca_ttc_cede"] * c["commission"])
    interets = _cent(c, finance * c["taux_financement"])
    return c.resultat(
        encours=_cent(c, encours),
        finance=_cent(c, finance),
        commission=prise,
        financement=interets,
        total=_cent(c, prise + interets),
        cout_sur_ca=(prise + interets) / c["ca_ttc_cede"],
    )


def _exiger(c: Colonnes, *, positifs: tuple[str, ...], ou_nuls: tuple[str, ...], taux: tuple[str, ...]) -> None:
    """What every such credit needs of its amounts and rates."""
    for nom in positifs:
        c.refuser(~(c[nom] > 0) if c.en_table else not c[nom] > 0, f"{nom} : un montant positif est attendu")
    for nom in ou_nuls:
        c.refuser(c[nom] < 0, f"{nom} : une valeur positive ou nulle est attendue")
    for nom in taux:
        hors = (c[nom] < 0) | (c[nom] > 1)
        c.refuser(hors, f"{nom} : taux attendu en fraction (0,05 pour 5 %)")


def _cent(c: Colonnes, montant: Valeur) -> Valeur:
    """Rounded to the cent; a row already refused stays empty."""
    if not c.en_table:
        return arrondi_centime(montant)
    montant = np.broadcast_to(np.asarray(montant, dtype="float64"), (len(c.source),))
    inconnus = ~np.isfinite(montant)
    return selon(inconnus, np.nan, arrondi_centime(np.where(inconnus, 0.0, montant)))
