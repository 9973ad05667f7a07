"""Taux qui annule la valeur actuelle de flux datés : un échéancier, ou cent mille à la fois."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.taux.durees import en_annees
from rncp_utils.erreurs import ErreurCalcul, ErreurDonnees, ErreurSchema

# Rates looked at: from losing nearly all to being multiplied by eleven in a year.
BORNES = (-0.99, 10.0)
_GRILLE = np.concatenate([np.linspace(BORNES[0], 0.0, 100), np.geomspace(1e-4, BORNES[1], 200)])
_PRECISION = 1e-13
_ITERATIONS = 60
# Flows worked on at a time: the arrays stay in a few hundred megabytes whatever the number of loans.
_FLUX_PAR_BLOC = 1 << 22


def taeg(flux: Iterable[tuple[Any, float]], *, base: str = "annees", toutes_racines: bool = False) -> Any:
    """Taux annuel effectif global : taux actuariel annuel qui égalise les sommes reçues et les sommes versées.

    ``Σ C_k (1 + X)^(-t_k) = Σ D_l (1 + X)^(-s_l)`` ; les flux sont vus de l'emprunteur.

    Parameters
    ----------
    flux : suite de (instant, montant)
        Montant en euros, positif s'il est reçu, négatif s'il est versé (échéance, frais, assurance exigée).
    base : {"annees", "mois", "semaines", "jours", "dates"}
        Ce que compte l'instant depuis le premier flux (une année = 12 mois égaux, 52 semaines ou 365 jours), ou
        « dates » : mois entiers puis jours, voir :func:`duree_en_annees`.
    toutes_racines : bool
        Rend la liste de tous les taux quand il y en a plusieurs.

    Returns
    -------
    float, ou liste de float
        Fraction annuelle (0.0549 pour 5,49 %), non arrondie.

    Raises
    ------
    ErreurCalcul
        Aucun taux entre -99 % et 1 000 %, ou plusieurs : ``encadrement`` et ``signes`` disent ce qui a été regardé.
    ErreurDonnees
        Moins de deux flux, montant inconnu, instant négatif.

    Source : directive 2008/48/CE, annexe I. Le TAEG n'est dû qu'aux consommateurs ; un crédit professionnel affiche un
    TEG (:func:`teg_proportionnel`).

    >>> round(taeg([(0, 1000), (1.5, -1200)]), 7)
    0.1292432
    """
    instants, montants = _lire(flux, base)
    racines = _racines(instants, montants)
    if toutes_racines:
        return racines
    if len(racines) != 1:
        raise _sans_taux(instants, montants, racines)
    return racines[0]


def _lire(flux: Iterable[tuple[Any, float]], base: str) -> tuple[np.ndarray, np.ndarray]:
    try:
        instants, montants = zip(*flux, strict=True)
        montants = np.asarray(montants, dtype="float64")
    except (TypeError, ValueError):
        raise ErreurDonnees("Les flux se donnent par couples (instant, montant), deux au moins.") from None
    if len(montants) < 2 or not np.isfinite(montants).all():
        raise ErreurDonnees("Il faut au moins deux flux, aux montants connus : vérifiez la liste.")
    return np.asarray(en_annees(list(instants), base)), montants


def _valeur(taux: float, instants: np.ndarray, montants: np.ndarray) -> float:
    return float(montants @ (1 + taux) ** -instants)


def _racines(instants: np.ndarray, montants: np.ndarray) -> list[float]:
    from scipy.optimize import brentq

    # One flow far away makes a rate near -100 % overflow: what is infinite has the sign that counts.
    with np.errstate(over="ignore", invalid="ignore"):
        valeurs = np.array([_valeur(taux, instants, montants) for taux in _GRILLE])
    racines = [float(taux) for taux, valeur in zip(_GRILLE, valeurs, strict=True) if valeur == 0]
    for rang in np.flatnonzero(np.sign(valeurs[:-1]) * np.sign(valeurs[1:]) < 0):
        bas, haut = _GRILLE[rang], _GRILLE[rang + 1]
        racines.append(float(brentq(_valeur, bas, haut, args=(instants, montants), xtol=1e-15, rtol=1e-14)))
    return sorted(racines)


def _sans_taux(instants: np.ndarray, montants: np.ndarray, racines: list[float]) -> ErreurCalcul:
    combien = "aucun taux n'annule" if not racines else f"{len(racines)} taux annulent"
    conseil = (
        "il faut au moins une somme reçue et une somme versée"
        if not racines
        else "demandez-les tous (toutes_racines=True) ou vérifiez les signes"
    )
    erreur = ErreurCalcul(f"Entre -99 % et 1 000 %, {combien} ces {len(montants)} flux : {conseil}.")
    erreur.encadrement = BORNES
    erreur.signes = (np.sign(_valeur(BORNES[0], instants, montants)), np.sign(_valeur(BORNES[1], instants, montants)))
    return erreur


def taeg_table(flux: pd.DataFrame, *, id_pret: str = "id_pret", instant: str = "t", montant: str = "montant") -> Any:
    """TAEG de nombreux prêts, sans boucle sur les prêts.

    Parameters
    ----------
    flux : DataFrame
        Une ligne par flux : ``id_pret``, ``t`` (années depuis le premier flux du prêt), ``montant`` (reçu positif).
        Les lignes d'un prêt se suivent dans l'ordre que l'on veut. Non modifiée.

    Returns
    -------
    DataFrame
        Index ``id_pret``, colonnes ``taeg`` (fraction) et ``motif`` (NA quand tout va bien) : un prêt sans taux, ou qui
        en a plusieurs, a NaN et son motif.

    Raises
    ------
    ErreurSchema
        Colonne absente ou qui contient autre chose que des nombres.

    Même équation et même source que :func:`taeg`.

    >>> deux = pd.DataFrame({"id_pret": [1, 1, 2, 2], "t": [0, 1.5, 0, 1], "montant": [1000, -1200, 100, -110]})
    >>> taeg_table(deux)["taeg"].round(6).tolist()
    [0.129243, 0.1]
    """
    manquantes = [nom for nom in (id_pret, instant, montant) if nom not in flux]
    if manquantes:
        raise ErreurSchema(f"Colonnes absentes de la table des flux : {', '.join(manquantes)}.")
    codes, cles = pd.factorize(flux[id_pret], sort=False)
    try:
        t, f = (flux[nom].to_numpy(dtype="float64", na_value=np.nan) for nom in (instant, montant))
    except (TypeError, ValueError):
        raise ErreurSchema("Les instants et les montants des flux sont des nombres : convertissez-les.") from None
    # A flow that is not known voids its loan, and only it.
    connus = np.isfinite(t) & np.isfinite(f) & (t >= 0)
    inconnus = np.zeros(len(cles), dtype=bool)
    if not connus.all():
        inconnus[codes[~connus]] = True
        t, f = np.where(connus, t, 0.0), np.where(connus, f, 0.0)
    taux = np.full(len(cles), np.nan)
    for prets, temps, montants in _blocs(codes, t, f, len(cles)):
        taux[prets] = _resoudre(temps, montants)
    taux[inconnus] = np.nan
    motif = np.full(len(cles), pd.NA, dtype=object)
    motif[np.isnan(taux)] = "aucun taux unique entre -99 % et 1 000 % : vérifiez le signe des flux"
    motif[inconnus] = "flux inconnu ou instant négatif"
    index = pd.Index(cles, name=id_pret)
    return pd.DataFrame({"taeg": taux, "motif": pd.array(motif, dtype="str")}, index=index)


def _blocs(codes: np.ndarray, t: np.ndarray, f: np.ndarray, n: int) -> Iterable[tuple[np.ndarray, ...]]:
    """Matrices (flows, loans) of the loans of a block; loans of about the same length go together."""
    nombres = np.bincount(codes, minlength=n)
    lot = max(1, _FLUX_PAR_BLOC // int(nombres.max(initial=1)))
    groupes = bool((np.diff(codes) >= 0).all())
    if not groupes:
        ordre = np.argsort(codes, kind="stable")
        t, f = t[ordre], f[ordre]
    if nombres.min(initial=0) == nombres.max(initial=0):
        # Loans of one length, as in most tables, are a matrix already.
        for debut in range(0, n, lot):
            lignes = slice(debut, debut + lot)
            yield np.arange(n)[lignes], *(np.ascontiguousarray(x.reshape(n, -1)[lignes].T) for x in (t, f))
        return
    debuts = np.concatenate([[0], np.cumsum(nombres)[:-1]])
    par_longueur = np.argsort(nombres, kind="stable")
    for debut in range(0, n, lot):
        prets = par_longueur[debut : debut + lot]
        rangs = np.arange(int(nombres[prets].max()))
        presents = rangs < nombres[prets, None]
        ou = np.minimum(debuts[prets, None] + rangs, len(t) - 1)
        yield prets, *(np.ascontiguousarray(np.where(presents, x[ou], 0.0).T) for x in (t, f))


def _resoudre(temps: np.ndarray, montants: np.ndarray) -> np.ndarray:
    """Newton on the continuous rate for all the columns at once; the scalar solver for what it does not settle."""
    recu, rendu = np.maximum(montants, 0).sum(axis=0), -np.minimum(montants, 0).sum(axis=0)
    duree = (-np.minimum(montants, 0) * temps).sum(axis=0) / np.where(rendu > 0, rendu, 1)
    possible = (recu > 0) & (rendu > 0) & (duree > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # What the money grows by, spread over the mean time of the repayments: near the root from the start.
        r = np.where(possible, np.log(rendu / np.where(possible, recu, 1)) / np.where(possible, duree, 1), np.nan)
    actifs = np.flatnonzero(possible)
    regulier = _intervalle(temps, montants)
    for _ in range(_ITERATIONS):
        if not actifs.size:
            break
        tous = actifs.size == temps.shape[1]
        f = montants if tous else montants[:, actifs]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if regulier is not None:
                pas = _pas_regulier(f, r[actifs], regulier[actifs])
            else:
                t = temps if tous else temps[:, actifs]
                actuels = f * np.exp(-t * r[actifs])
                pas = actuels.sum(axis=0) / (actuels * t).sum(axis=0)
        r[actifs] += np.clip(pas, -1, 1)
        actifs = actifs[~(np.abs(pas) < _PRECISION)]
    taux = np.expm1(r)
    # A single change of sign in time has a single root; elsewhere the scalar solver looks for others.
    douteux = possible & (
        ~np.isfinite(taux) | (taux < BORNES[0]) | (taux > BORNES[1]) | ~_un_seul_changement(temps, montants)
    )
    douteux[actifs] = True
    for colonne in np.flatnonzero(douteux):
        racines = _racines(temps[:, colonne], montants[:, colonne])
        taux[colonne] = racines[0] if len(racines) == 1 else np.nan
    return taux


def _intervalle(temps: np.ndarray, montants: np.ndarray) -> np.ndarray | None:
    """Years between two flows of each column when they are regular in all of them; None otherwise."""
    if len(temps) < 2:
        return None
    pas = temps[1]
    reguliers = np.abs(temps - np.arange(len(temps))[:, None] * pas) < 1e-12
    return pas if reguliers.all() or (reguliers | (montants == 0)).all() else None


def _pas_regulier(f: np.ndarray, r: np.ndarray, intervalle: np.ndarray) -> np.ndarray:
    """Newton's step when flows are one interval apart: value and derivative by Horner's rule, without a power."""
    v = np.exp(-r * intervalle)
    valeur, derivee = np.zeros_like(v), np.zeros_like(v)
    for rang in range(len(f) - 1, -1, -1):
        derivee *= v
        derivee += valeur
        valeur *= v
        valeur += f[rang]
    return valeur / (derivee * v * intervalle)


def _un_seul_changement(temps: np.ndarray, montants: np.ndarray) -> np.ndarray:
    """Whether all that is received comes before all that is paid, or the other way round."""
    positifs, negatifs = montants > 0, montants < 0
    dernier_recu = np.where(positifs, temps, -np.inf).max(axis=0)
    premier_recu = np.where(positifs, temps, np.inf).min(axis=0)
    dernier_verse = np.where(negatifs, temps, -np.inf).max(axis=0)
    premier_verse = np.where(negatifs, temps, np.inf).min(axis=0)
    return (dernier_recu <= premier_verse) | (dernier_verse <= premier_recu)


def taux_de_periode(flux: Iterable[tuple[float, float]]) -> float:
    """Taux de période : ``flux`` compte l'instant en périodes entières (mois, trimestres…) depuis le premier.

    Mêmes refus que :func:`taeg`.

    >>> round(taux_de_periode([(0, 100), (1, -50), (2, -60)]), 6)
    0.063941
    """
    return taeg(flux)


def teg_proportionnel(flux: Iterable[tuple[float, float]], periodicite: int) -> float:
    """TEG : taux annuel proportionnel au taux de période, ``periodicite × taux de période``.

    C'est le taux qu'affiche un crédit professionnel. Les instants se comptent en périodes (``periodicite`` par an).

    Source : C. conso., art. R. 314-2, de mémoire, à vérifier (23 novembre 2026).

    >>> round(teg_proportionnel([(0, 1000), (12, -1060)], 12), 6)
    0.058411
    """
    if periodicite not in (1, 2, 4, 12, 52, 365):
        raise ErreurDonnees(f"periodicite vaut {periodicite} : un nombre de périodes par an est attendu (12, 4, 2, 1).")
    return periodicite * taux_de_periode(flux)
