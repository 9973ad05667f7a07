"""Découvert en compte : nombres débiteurs, intérêts, commission de plus fort découvert, TEG, échelle d'intérêts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.monnaie import arrondi_centime, centimes, en_euros

BASES = (360, 365, 366)


def decouvert(
    soldes: pd.Series | None = None,
    taux: float = 0.0,
    *,
    nombres: float | None = None,
    maxima: list[float] | None = None,
    base: int = 365,
    cpfd_taux: float = 0.0,
    plafond_cpfd: float = 0.5,
    frais: float = 0.0,
    commission_mouvement: float = 0.0,
    mouvements_debiteurs: float = 0.0,
) -> pd.Series:
    """Coût d'un découvert sur un arrêté de compte.

    ``intérêts = nombres débiteurs × taux / base`` ; ``CPFD = taux × Σ plus forts découverts de chaque mois``, plafonnée
    à une part des intérêts ; ``TEG = (intérêts + CPFD + frais) × 365 / nombres``. La commission de mouvement rémunère
    la tenue du compte : elle est due mais n'entre pas dans le TEG.

    Parameters
    ----------
    soldes : Series
        Solde de chaque jour en date de valeur (index de dates, débit négatif, en euros), un par jour ; ou bien
        ``nombres`` et ``maxima`` donnés directement.
    taux : float
        Taux débiteur annuel, fraction.
    nombres : float
        Somme des soldes débiteurs (positifs) multipliés par leurs jours.
    maxima : list of float
        Plus fort découvert de chaque mois, en euros positifs.
    base : {365, 360, 366}
        Jours de l'année pour les intérêts ; 360 si le contrat le prévoit.
    cpfd_taux, commission_mouvement : float
        Fractions.
    plafond_cpfd : float
        Part des intérêts que la CPFD ne dépasse pas (usage : la moitié).
    frais, mouvements_debiteurs : float, en euros
        Frais fixes liés au crédit ; total des mouvements débiteurs.

    Returns
    -------
    Series
        ``nombres``, ``interets``, ``cpfd``, ``frais``, ``commission_mouvement``, ``total`` (euros, au centime) et
        ``teg`` (fraction, NaN sans découvert).

    Raises
    ------
    ErreurDonnees
        Taux en pourcentage, montant négatif, jours qui manquent dans les soldes, ni soldes ni nombres.

    Source : usages bancaires, de mémoire, à vérifier (23 novembre 2026) ; contrat de la banque pour la base et la CPFD.

    >>> cout = decouvert(taux=0.095, nombres=178_000, maxima=[4_000, 10_000, 2_500], cpfd_taux=0.0005)
    >>> float(cout["interets"]), float(cout["cpfd"]), round(float(cout["teg"]), 8)
    (46.33, 8.25, 0.11191966)
    """
    _verifier(taux, base, cpfd_taux=cpfd_taux, plafond_cpfd=plafond_cpfd, commission_mouvement=commission_mouvement)
    if soldes is not None:
        nombres, maxima = _lire_soldes(soldes)
    if nombres is None:
        raise ErreurDonnees("Donnez les soldes de chaque jour, ou les nombres débiteurs : rien n'est à calculer.")
    maxima = [] if maxima is None else list(maxima)
    montants = {"nombres": nombres, "frais": frais, "mouvements_debiteurs": mouvements_debiteurs}
    montants |= {f"maxima[{rang}]": valeur for rang, valeur in enumerate(maxima)}
    for nom, valeur in montants.items():
        if not valeur >= 0:
            raise ErreurDonnees(f"{nom} vaut {valeur} : un montant positif est attendu (un découvert s'écrit positif).")
    interets = arrondi_centime(nombres * taux / base)
    cpfd = min(arrondi_centime(cpfd_taux * sum(maxima)), arrondi_centime(plafond_cpfd * interets))
    mouvement = arrondi_centime(commission_mouvement * mouvements_debiteurs)
    cout = interets + cpfd + arrondi_centime(frais)
    return pd.Series(
        {
            "nombres": float(nombres),
            "interets": interets,
            "cpfd": cpfd,
            "frais": arrondi_centime(frais),
            "commission_mouvement": mouvement,
            "total": arrondi_centime(cout + mouvement),
            "teg": cout * 365 / nombres if nombres else float("nan"),
        }
    )


def _verifier(taux: float, base: int, **taux_secondaires: float) -> None:
    for nom, valeur in {"taux": taux, **taux_secondaires}.items():
        if not 0 <= valeur <= 1:
            raise ErreurDonnees(f"{nom} vaut {valeur} : taux attendu en fraction (0,05 pour 5 %).")
    if base not in BASES:
        raise ErreurDonnees(f"base vaut {base} : choisissez 365, 366 ou 360 jours.")


def _lire_soldes(soldes: pd.Series) -> tuple[float, list[float]]:
    jours = _jours(soldes)
    debits = np.maximum(-centimes(soldes), 0)
    mois = jours.to_period("M")
    return float(en_euros(debits.sum())), en_euros(pd.Series(debits).groupby(mois).max()).tolist()


def _jours(soldes: pd.Series) -> pd.DatetimeIndex:
    """The days of a daily balance, which must all be there, in order."""
    if not isinstance(soldes, pd.Series) or not len(soldes):
        raise ErreurDonnees("Les soldes sont une série, un par jour, avec la date en index.")
    try:
        jours = pd.DatetimeIndex(soldes.index)
    except (ValueError, TypeError):
        raise ErreurDonnees("L'index des soldes contient autre chose que des dates.") from None
    if len(jours) > 1 and not (np.diff(jours.to_numpy()) == np.timedelta64(1, "D")).all():
        raise ErreurDonnees("Des jours manquent ou ne se suivent pas : donnez un solde par jour, week-ends compris.")
    return jours


def tableau_echelle(soldes: pd.Series, taux: float, *, base: int = 365, taux_crediteur: float = 0.0) -> pd.DataFrame:
    """Échelle d'intérêts : une ligne par période de solde constant, en date de valeur.

    Parameters
    ----------
    soldes : Series
        Solde de chaque jour, comme pour :func:`decouvert`.
    taux, taux_crediteur : float
        Taux débiteur et taux qui rémunère un solde créditeur (souvent nul), fractions.

    Returns
    -------
    DataFrame
        ``debut``, ``fin`` (incluses), ``jours``, ``solde``, ``nombres_debiteurs``, ``nombres_crediteurs`` ;
        ``attrs`` : ``interets_debiteurs`` et ``interets_crediteurs``, en euros au centime.

    >>> jours = pd.date_range("2026-01-01", periods=5)
    >>> echelle = tableau_echelle(pd.Series([-100.0, -100.0, 50.0, 50.0, -20.0], jours), 0.10)
    >>> echelle[["jours", "solde", "nombres_debiteurs"]].to_numpy().tolist()
    [[2.0, -100.0, 200.0], [2.0, 50.0, 0.0], [1.0, -20.0, 20.0]]
    """
    _verifier(taux, base, taux_crediteur=taux_crediteur)
    jours = _jours(soldes)
    cents = centimes(soldes)
    debuts = np.flatnonzero(np.concatenate([[True], np.diff(cents) != 0]))
    longueurs = np.diff(np.append(debuts, len(cents)))
    valeurs = cents[debuts]
    nombres = valeurs * longueurs
    table = pd.DataFrame(
        {
            "debut": jours[debuts],
            "fin": jours[debuts + longueurs - 1],
            "jours": longueurs,
            "solde": en_euros(valeurs),
            "nombres_debiteurs": en_euros(np.maximum(-nombres, 0)),
            "nombres_crediteurs": en_euros(np.maximum(nombres, 0)),
        }
    )
    table.attrs["interets_debiteurs"] = arrondi_centime(float(table["nombres_debiteurs"].sum()) * taux / base)
    table.attrs["interets_crediteurs"] = arrondi_centime(
        float(table["nombres_crediteurs"].sum()) * taux_crediteur / base
    )
    return table


def facilite_caisse(ca: Any, jours: float) -> Any:
    """Facilité de caisse exprimée en jours de chiffre d'affaires : ``ca × jours / 360``. Convention de cours.

    >>> facilite_caisse(720_000, 15)
    30000.0
    """
    if not jours >= 0 or np.any(np.asarray(ca, dtype="float64") < 0):
        raise ErreurDonnees("Le chiffre d'affaires et le nombre de jours sont positifs : vérifiez-les.")
    return ca * jours / 360


def credit_campagne(plan: pd.DataFrame, plafond: float, taux: float, *, base_mois: int = 12) -> pd.DataFrame:
    """Utilisation mensuelle d'un crédit de campagne : ce que le besoin cumulé tire, dans la limite du plafond.

    Parameters
    ----------
    plan : DataFrame
        ``encaissements`` et ``decaissements`` de chaque mois, en euros positifs, dans l'ordre de la campagne.
    plafond : float, en euros
    taux : float
        Fraction annuelle ; intérêts mensuels sur le montant tiré en fin de mois précédent.

    Returns
    -------
    DataFrame
        Mêmes lignes : ``besoin_cumule``, ``tire``, ``depassement``, ``interets``. ``attrs["solde"]`` dit si le crédit
        revient à 0 en fin de campagne : sinon le besoin n'est pas saisonnier.

    Source : pratique usuelle, convention de cours.

    >>> plan = pd.DataFrame({"encaissements": [0, 0, 50_000], "decaissements": [20_000, 15_000, 5_000]})
    >>> campagne = credit_campagne(plan, 30_000, 0.06)
    >>> campagne["tire"].tolist(), campagne["depassement"].tolist(), campagne.attrs["solde"]
    ([20000.0, 30000.0, 0.0], [0.0, 5100.0, 0.0], True)
    """
    _verifier(taux, 365)
    if not plafond > 0:
        raise ErreurDonnees(f"plafond vaut {plafond} : un montant positif est attendu.")
    manquantes = [nom for nom in ("encaissements", "decaissements") if nom not in plan]
    if manquantes:
        raise ErreurDonnees(f"Colonnes absentes du plan : {', '.join(manquantes)}.")
    flux = centimes(plan["encaissements"]) - centimes(plan["decaissements"])
    limite, cumul, tire = centimes(plafond), 0, 0
    lignes = []
    for mouvement in flux.tolist():
        interets = centimes(en_euros(tire) * taux / base_mois)
        cumul += mouvement - interets
        besoin = max(0, -cumul)
        tire = min(besoin, limite)
        lignes.append((besoin, tire, besoin - tire, interets))
    noms = ["besoin_cumule", "tire", "depassement", "interets"]
    table = pd.DataFrame(en_euros(np.array(lignes, dtype="int64").reshape(-1, 4)), columns=noms, index=plan.index)
    table.attrs |= {"solde": tire == 0, "source": "convention de cours"}
    return table
