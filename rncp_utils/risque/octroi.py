"""Octroi : cote d'un client de 1 à 10, taux plancher d'un crédit, niveau qui décide. Conventions de cours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.parametres import parametre
from rncp_utils.risque.defaut import el

CONVENTION = "convention de cours"
POINTS_PAR_COTE = 10
COTE_LA_PLUS_FAIBLE, COTE_DEFAUT = 9, 10
# From the lowest level to the highest; the last one decides on what the others may not.
NIVEAUX = {"charge": "chargé de clientèle", "directeur": "directeur d'agence"}
COMITE = "comité de crédit"
# Floating sums must not miss a grade by a last bit.
_DECIMALES = 9

Jour = dt.date | str | None


class Cote(NamedTuple):
    """Résultat de :func:`coter`.

    Attributes
    ----------
    points : dict
        Points de chaque famille.
    note : float
        Sur 100.
    cote : int
        De 1 (la meilleure) à 9 ; 10 : défaut avéré.
    pd : float
        Probabilité de défaut à un an, fraction.
    """

    points: dict[str, float]
    note: float
    cote: int
    pd: float


def coter(parts: Mapping[str, float], *, defaut: bool = False, date: Jour = None) -> Cote:
    """Cote d'un client : quatre familles pesées 40, 35, 15 et 10, puis dix points par cote. Convention de cours.

    De 90 à 100 points : cote 1 ; de 80 à moins de 90 : cote 2 ; … ; moins de 20 : cote 9. Le défaut avéré donne la cote
    10 quelle que soit la note. Sans rapport avec la cotation de la Banque de France.

    Parameters
    ----------
    parts : mapping
        ``financier``, ``comportement``, ``dirigeant``, ``secteur`` : part des points obtenue, fraction.

    Raises
    ------
    ErreurDonnees
        Famille absente ou inconnue, part hors de 0 à 1.

    >>> c = coter({"financier": 0.5, "comportement": 0.8, "dirigeant": 0.6, "secteur": 0.5}, date="2026-03-31")
    >>> c.note, c.cote, c.pd
    (62.0, 4, 0.02)
    """
    jour = _jour(date)
    poids = parametre("scoring.cotation_du_cours.poids", jour)
    if set(parts) != set(poids):
        raise ErreurDonnees(f"Donnez une part pour chaque famille : {', '.join(poids)}.")
    for nom, part in parts.items():
        if not 0 <= part <= 1:
            raise ErreurDonnees(f"{nom} : part attendue en fraction, de 0 à 1, et non {part}.")
    points = {nom: round(poids[nom] * float(parts[nom]), _DECIMALES) for nom in poids}
    note = round(sum(points.values()), _DECIMALES)
    cote = COTE_DEFAUT if defaut else max(1, min(COTE_LA_PLUS_FAIBLE, 10 - int(note // POINTS_PAR_COTE)))
    return Cote(points, note, cote, pd_de_la_cote(cote, date=jour))


def pd_de_la_cote(cote: int, *, date: Jour = None) -> float:
    """Probabilité de défaut à un an d'une cote du cours, fraction.

    >>> pd_de_la_cote(6, date="2026-03-31")
    0.05
    """
    return parametre("scoring.cotation_du_cours.pd_par_cote", _jour(date))[str(_cote(cote))]


def taux_plancher(pd_: float, lgd: float, *, quotite: float = 0.0, date: Jour = None) -> pd.Series:
    """Taux annuel au-dessous duquel un crédit ne paie pas ce qu'il coûte. Modèle simplifié, convention de cours.

    ``taux = ressource + frais + risque + marge``, avec ``risque = PD × LGD × (1 − quotité)``. La commission de
    l'organisme de garantie, payée par le client, n'y est pas.

    Parameters
    ----------
    pd_, lgd : float
        Probabilité de défaut à un an et perte en cas de défaut avant l'organisme, fractions.
    quotite : float
        Part de la perte finale que prend un organisme de garantie, fraction.

    Returns
    -------
    Series
        ``ressource``, ``frais``, ``risque``, ``marge`` et ``taux`` (fractions).

    >>> taux_plancher(0.03, 0.40, quotite=0.5, date="2026-03-31").round(4).to_dict()
    {'ressource': 0.026, 'frais': 0.0055, 'risque': 0.006, 'marge': 0.004, 'taux': 0.0415}
    """
    if not 0 <= quotite <= 1:
        raise ErreurDonnees(f"quotite vaut {quotite} : une fraction de 0 à 1 est attendue.")
    prix = parametre("risque.octroi.prix", _jour(date))
    lignes = {
        "ressource": prix["ressource"],
        "frais": prix["frais"],
        "risque": round(el(pd_, lgd, 1 - quotite), _DECIMALES),
        "marge": prix["marge"],
    }
    resultat = pd.Series(lignes | {"taux": round(sum(lignes.values()), _DECIMALES)}, name="taux_plancher")
    resultat.attrs["source"] = CONVENTION
    return resultat


def delegataire(montant: float, cote: int, *, encours: float = 0.0, date: Jour = None) -> str:
    """Premier niveau dont les deux limites, engagement total et cote, sont respectées. Convention de cours.

    Parameters
    ----------
    montant : float
        Crédit demandé, en euros.
    cote : int
        De 1 à 10.
    encours : float
        Ce que la banque engage déjà chez ce client : reste dû des prêts, lignes autorisées en entier.

    >>> delegataire(30_000, 5, date="2026-03-31"), delegataire(30_000, 6, date="2026-03-31")
    ('chargé de clientèle', "directeur d'agence")
    >>> delegataire(30_000, 5, encours=40_000, date="2026-03-31")
    "directeur d'agence"
    """
    if not montant > 0:
        raise ErreurDonnees(f"Le montant vaut {montant} : un montant positif en euros est attendu.")
    if encours < 0:
        raise ErreurDonnees(f"L'encours vaut {encours} : un montant positif ou nul en euros est attendu.")
    jour = _jour(date)
    montants, cotes = (parametre(f"risque.octroi.delegation_{nom}", jour) for nom in ("montants", "cotes"))
    for niveau, libelle in NIVEAUX.items():
        if montant + encours <= montants[niveau] and _cote(cote) <= cotes[niveau]:
            return libelle
    return COMITE


def _cote(cote: int) -> int:
    if cote != int(cote) or not 1 <= cote <= COTE_DEFAUT:
        raise ErreurDonnees(f"La cote {cote} n'existe pas : les cotes vont de 1 à {COTE_DEFAUT}.")
    return int(cote)


def _jour(date: Jour) -> dt.date | str:
    return dt.date.today() if date is None else date
