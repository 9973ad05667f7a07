"""Test de résistance : ce que devient le projet si le chiffre d'affaires, la marge, les délais ou les taux dérapent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.projet.exploitation import Exploitation, dscr_par_annee, exploiter
from rncp_utils.credit.projet.hypotheses import CHAMPS, Dossier, lire_dossier
from rncp_utils.credit.projet.lecture import MOIS, Projets
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.monnaie import en_euros
from rncp_utils.parametres import parametre

CONVENTION = "convention de cours"
BASE = "Hypothèses du projet"
# Turnovers looked at, from a thousandth of the forecast to ten times, and halvings of the gap (one part in a billion).
_BORNES = (1e-3, 10.0)
_ITERATIONS = 34


@dataclass(frozen=True)
class Choc:
    """Un écart aux hypothèses.

    Attributes
    ----------
    nom : str
    ca : float
        Variation du chiffre d'affaires, fraction (-0.10 pour une baisse de 10 %).
    marge : float
        Variation du taux de marge, en points exprimés en fraction (-0.02 pour deux points de moins).
    delai_clients : float
        Jours de plus.
    taux : float
        Variation du taux des prêts, fraction (0.01 pour un point).
    retard_mois : int
        Mois de retard d'ouverture.
    charges : float
        Variation des charges fixes, fraction.

    >>> Choc("CA - 10 %", ca=-0.10).ca
    -0.1
    """

    nom: str
    ca: float = 0.0
    marge: float = 0.0
    delai_clients: float = 0.0
    taux: float = 0.0
    retard_mois: int = 0
    charges: float = 0.0


def chocs_du_cours(date: dt.date | str | None = None) -> list[Choc]:
    """Grille des chocs du cours, lue dans ``projet.chocs``. Convention de cours.

    >>> [choc.nom for choc in chocs_du_cours("2024-12-31")][:3]
    ['CA -10 %', 'CA -20 %', 'Marge -2 points']
    """
    c = parametre("projet.chocs", dt.date.today() if date is None else date)
    return [
        Choc(f"CA -{100 * c['baisse_ca']:g} %", ca=-c["baisse_ca"]),
        Choc(f"CA -{100 * c['forte_baisse_ca']:g} %", ca=-c["forte_baisse_ca"]),
        Choc(f"Marge -{100 * c['baisse_marge']:g} points", marge=-c["baisse_marge"]),
        Choc(f"Délai clients +{c['delai_clients']:g} jours", delai_clients=c["delai_clients"]),
        Choc(f"Taux +{100 * c['hausse_taux']:g} point", taux=c["hausse_taux"]),
        Choc(f"Retard d'ouverture de {c['retard_ouverture']:g} mois", retard_mois=c["retard_ouverture"]),
    ]


def tester_resistance(
    hyp: Any,
    chocs: Iterable[Choc] | None = None,
    annees: int = 3,
    *,
    investissements: pd.DataFrame | None = None,
    prets: pd.DataFrame | None = None,
    avec_ca_minimum: bool = True,
    date: dt.date | str | None = None,
) -> pd.DataFrame:
    """Résistance d'un projet à des chocs, un par un : couverture de la dette, trésorerie, année de rupture.

    Parameters
    ----------
    hyp, annees, investissements, prets
        Voir :func:`compte_resultat_previsionnel`.
    chocs : liste de Choc, optional
        Par défaut :func:`chocs_du_cours`. La première ligne du résultat est le projet sans choc.
    avec_ca_minimum : bool
        Cherche aussi ``ca_minimum``, par dichotomie.
    date : date, optional
        Jour de la grille du cours.

    Returns
    -------
    DataFrame
        Une ligne par scénario (index ``scenario``, ou projet et scénario) : ``dscr_min`` (fois ; NaN sans annuité),
        ``exercice_dscr_min``, ``tresorerie_min`` (euros, fin de mois), ``mois_tresorerie_min``, ``annee_rupture``
        (premier exercice où le DSCR est inférieur à 1 ou la trésorerie négative ; NA s'il n'y en a pas),
        ``ca_minimum`` : chiffre d'affaires de première année pleine qui garde le DSCR à 1 dans tous les exercices, au
        centime près (NaN s'il n'y en a pas entre un millième et dix fois la prévision). Table de projets : ``motif``.

    Raises
    ------
    ErreurDonnees, ErreurSchema
        Comme :func:`compte_resultat_previsionnel` ; deux chocs de même nom.

    Source : convention de cours.

    >>> from rncp_utils.credit.projet.hypotheses import Hypotheses
    >>> h = Hypotheses("2025-01-01", 200_000, 0.6, charges_fixes=100_000, apport=10_000,
    ...     prets=[{"capital": 60_000, "taux": 0.04, "duree": 60}])
    >>> tester_resistance(h, [Choc("CA -10 %", ca=-0.10)], 1)["dscr_min"].round(2).tolist()
    [1.31, 0.54]
    """
    grille = [Choc(BASE), *(chocs_du_cours(date) if chocs is None else chocs)]
    noms = [choc.nom for choc in grille]
    if len(set(noms)) < len(noms):
        raise ErreurDonnees("Deux chocs ont le même nom : renommez-les pour les distinguer dans le résultat.")
    dossier = _lire(hyp, annees, investissements, prets)
    croise = _croiser(dossier, grille)
    e = exploiter(Projets(croise, annees))
    colonnes = _mesures(e)
    if avec_ca_minimum:
        colonnes["ca_minimum"] = _ca_minimum(croise, annees)
    scenarios = pd.Index(noms, name="scenario")
    index = scenarios
    if not dossier.seul:
        projets = dossier.table.index
        index = pd.MultiIndex.from_product([projets, scenarios], names=[projets.name or "projet", "scenario"])
    table = pd.DataFrame(colonnes, index=index)
    table.loc[e.projets.refuses(), :] = np.nan
    for nom in ("exercice_dscr_min", "mois_tresorerie_min", "annee_rupture"):
        table[nom] = table[nom].astype("Int64")
    if not dossier.seul or e.projets.refuses().any():
        table["motif"] = e.projets.c.resultat()["motif"].array
    table.attrs["source"] = CONVENTION
    return table


def ca_minimum(
    hyp: Any, annees: int = 3, *, investissements: pd.DataFrame | None = None, prets: pd.DataFrame | None = None
) -> float | pd.Series:
    """Chiffre d'affaires de première année pleine au-dessous duquel le DSCR passe sous 1, par dichotomie.

    Parameters
    ----------
    hyp, annees, investissements, prets
        Voir :func:`compte_resultat_previsionnel` ; la croissance des années suivantes est gardée.

    Returns
    -------
    float, ou Series (une valeur par projet)
        Euros, au centime près ; NaN sans annuité, ou si aucun chiffre entre un millième et dix fois la prévision ne
        convient.

    Raises
    ------
    ErreurDonnees, ErreurSchema
        Comme :func:`compte_resultat_previsionnel`.

    Source : convention de cours.

    >>> from rncp_utils.credit.projet.hypotheses import Hypotheses
    >>> h = Hypotheses("2025-01-01", 200_000, 0.6, charges_fixes=100_000, prets=[{"capital": 60_000, "taux": 0.04,
    ...     "duree": 60}])
    >>> round(ca_minimum(h, 1), -1)
    192020.0
    """
    dossier = _lire(hyp, annees, investissements, prets)
    valeurs = _ca_minimum(_croiser(dossier, [Choc(BASE)]), annees)
    return float(valeurs[0]) if dossier.seul else pd.Series(valeurs, index=dossier.table.index, name="ca_minimum")


def _lire(hyp: Any, annees: int, investissements: pd.DataFrame | None, prets: pd.DataFrame | None) -> Dossier:
    """The projects, once it is sure that they can be read; a fault of a lone project is raised as such."""
    dossier = lire_dossier(hyp, investissements, prets)
    projets = Projets(dossier, annees)
    if dossier.seul:
        exploiter(projets)
    return dossier


def _croiser(dossier: Dossier, grille: list[Choc]) -> Dossier:
    """Each project under each shock: one row a scenario, with its own assets and loans."""
    n, m = len(dossier.table), len(grille)
    chocs = pd.DataFrame([vars(choc) for choc in grille] * n)
    table = dossier.table.iloc[np.repeat(np.arange(n), m)].reset_index(drop=True)

    def colonne(nom: str) -> pd.Series:
        return pd.to_numeric(table[nom]) if nom in table else pd.Series(float(CHAMPS[nom]), index=table.index)

    table = table.assign(
        ca_ht=colonne("ca_ht") * (1 + chocs["ca"]) if "ca_ht" in table else np.nan,
        taux_marge=colonne("taux_marge") + chocs["marge"],
        charges_fixes=colonne("charges_fixes") * (1 + chocs["charges"]),
        delai_clients=colonne("delai_clients") + chocs["delai_clients"],
        retard_mois=colonne("retard_mois") + chocs["retard_mois"],
    )
    longues = {}
    for nom, longue in (("investissements", dossier.investissements), ("prets", dossier.prets)):
        copies = longue.iloc[np.repeat(np.arange(len(longue)), m)].reset_index(drop=True)
        scenario = np.tile(np.arange(m), len(longue))
        longues[nom] = copies.assign(projet=copies["projet"].to_numpy(dtype="int64") * m + scenario)
        if nom == "prets" and len(longue):
            longues[nom] = longues[nom].assign(taux=pd.to_numeric(copies["taux"]) + chocs["taux"].to_numpy()[scenario])
    return Dossier(table, **longues, seul=False)


def _mesures(e: Exploitation) -> dict[str, np.ndarray]:
    dscr, tresorerie = dscr_par_annee(e), e.flux.tresorerie
    sans = np.isnan(dscr).all(axis=0)
    comparable = np.where(np.isnan(dscr), np.inf, dscr)
    negative = (tresorerie < 0).reshape(-1, MOIS, tresorerie.shape[1]).any(axis=1)
    rompue = (comparable < 1) | negative
    return {
        "dscr_min": np.where(sans, np.nan, comparable.min(axis=0)),
        "exercice_dscr_min": np.where(sans, np.nan, comparable.argmin(axis=0) + 1.0),
        "tresorerie_min": en_euros(tresorerie.min(axis=0)),
        "mois_tresorerie_min": tresorerie.argmin(axis=0) + 1.0,
        "annee_rupture": np.where(rompue.any(axis=0), rompue.argmax(axis=0) + 1.0, np.nan),
    }


def _ca_minimum(dossier: Dossier, annees: int) -> np.ndarray:
    """Turnover of each row that keeps the lowest coverage at 1."""
    prevu = pd.to_numeric(dossier.table["ca_ht"]).to_numpy(dtype="float64")

    def tient(facteur: np.ndarray) -> np.ndarray:
        """Whether each row keeps its coverage; without any debt service, nothing is looked for."""
        e = exploiter(Projets(replace(dossier, table=dossier.table.assign(ca_ht=prevu * facteur)), annees))
        dscr = dscr_par_annee(e)
        sans = np.isnan(dscr).all(axis=0) | e.projets.refuses()
        return np.where(sans, np.nan, np.where(np.isnan(dscr), np.inf, dscr).min(axis=0) >= 1)

    bas, haut = (np.full(len(prevu), borne) for borne in _BORNES)
    possible = (tient(bas) == 0) & (tient(haut) == 1)
    for _ in range(_ITERATIONS):
        milieu = (bas + haut) / 2
        ok = tient(milieu) == 1
        bas, haut = np.where(ok, bas, milieu), np.where(ok, milieu, haut)
    # Up to the next cent, which keeps the coverage.
    return np.where(possible, np.ceil(prevu * haut * 100) / 100, np.nan)
