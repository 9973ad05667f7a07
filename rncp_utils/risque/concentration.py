"""Concentration d'un portefeuille, migrations de notes, coût du risque."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema

POINT_DE_BASE = 1e-4
SANS_GROUPE = "non renseigné"


def hhi(expositions: Any) -> float:
    """Indice de Herfindahl-Hirschman : somme des carrés des parts, de 1/n (réparti) à 1 (un seul).

    >>> round(hhi([400, 300, 200, 100]), 4)
    0.3
    """
    parts = _parts(expositions)
    return float(parts @ parts)


def top_n(expositions: Any, n: int) -> float:
    """Part des ``n`` plus grosses expositions, fraction.

    >>> round(top_n([400, 300, 200, 100], 2), 4)
    0.7
    """
    if n < 1:
        raise ErreurDonnees(f"n vaut {n} : donnez un nombre positif d'expositions.")
    return float(np.sort(_parts(expositions))[::-1][:n].sum())


def lorenz(montants: Any) -> pd.DataFrame:
    """Courbe de Lorenz : part cumulée des plus petits, puis de leurs montants.

    Returns
    -------
    DataFrame
        ``part_clients`` et ``part_montants``, fractions croissantes de 0 à 1.

    >>> lorenz([1, 3])["part_montants"].tolist()
    [0.0, 0.25, 1.0]
    """
    parts = np.sort(_parts(montants))
    cumul = np.concatenate([[0.0], np.cumsum(parts)])
    cumul[-1] = 1.0
    return pd.DataFrame({"part_clients": np.linspace(0, 1, len(cumul)), "part_montants": cumul})


def gini(montants: Any) -> float:
    """Coefficient de Gini : 0 quand tous ont autant, proche de 1 quand un seul a tout.

    >>> round(gini([1, 3]), 4), round(gini([5, 5, 5]), 4)
    (0.25, 0.0)
    """
    courbe = lorenz(montants)
    aire = np.trapezoid(courbe["part_montants"], courbe["part_clients"])
    return float(1 - 2 * aire)


def _parts(montants: Any) -> np.ndarray:
    try:
        valeurs = np.asarray(montants, dtype="float64")
    except (TypeError, ValueError):
        raise ErreurDonnees("Les expositions contiennent autre chose que des nombres.") from None
    if valeurs.ndim != 1 or not len(valeurs) or not (valeurs >= 0).all():
        raise ErreurDonnees("Donnez une liste d'expositions positives et connues.")
    if not valeurs.sum() > 0:
        raise ErreurDonnees("Le total des expositions est nul : il n'y a pas de concentration à mesurer.")
    return valeurs / valeurs.sum()


def concentration_par(table: pd.DataFrame, cle: str, montant: str) -> pd.DataFrame:
    """Poids de chaque groupe (secteur, commune…), du plus lourd au plus léger.

    Returns
    -------
    DataFrame
        Index des groupes ; ``montant`` (euros), ``part`` (fraction), ``nombre`` ; ``attrs["hhi"]`` entre les groupes.

    >>> t = pd.DataFrame({"secteur": ["A", "B", "A"], "encours": [10.0, 20.0, 30.0]})
    >>> concentration_par(t, "secteur", "encours")["part"].round(3).to_dict()
    {'A': 0.667, 'B': 0.333}
    """
    manquantes = [nom for nom in (cle, montant) if nom not in table]
    if manquantes:
        raise ErreurSchema(f"Colonnes absentes : {', '.join(manquantes)}.")
    # An exposure without a group weighs as much as another: it is shown, not dropped.
    cles = table[cle].astype("object").where(table[cle].notna(), SANS_GROUPE).rename(cle)
    groupes = table.groupby(cles)[montant].agg(["sum", "count"])
    groupes = groupes.rename(columns={"sum": "montant", "count": "nombre"}).sort_values("montant", ascending=False)
    groupes.insert(1, "part", _parts(groupes["montant"]))
    groupes.attrs["hhi"] = hhi(groupes["montant"])
    return groupes


def matrice_migration(
    avant: pd.Series, apres: pd.Series, classes: list[str], *, defaut: str | None = None, poids: pd.Series | None = None
) -> pd.DataFrame:
    """Part des clients de chaque classe de départ qui arrivent dans chaque classe.

    Parameters
    ----------
    avant, apres : Series
        Classe de chaque client, par identifiant ; un client absent d'``apres`` est sorti.
    classes : list of str
        Classes dans l'ordre, de la meilleure à la pire.
    defaut : str, optional
        Classe absorbante : on n'en sort pas.
    poids : Series, optional
        Encours par client, pour pondérer ; par défaut chaque client compte pour un.

    Returns
    -------
    DataFrame
        Classes × (classes, ``sortie``) : chaque ligne totalise 1 ; NaN pour une classe sans client au départ.

    >>> avant, apres = pd.Series({"x": "A", "y": "A", "z": "B"}), pd.Series({"x": "A", "y": "B"})
    >>> matrice_migration(avant, apres, ["A", "B"]).to_numpy().tolist()
    [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
    """
    etrangeres = (set(avant.dropna()) | set(apres.dropna())) - set(classes)
    if etrangeres:
        raise ErreurDonnees(f"Classes inconnues : {', '.join(sorted(map(str, etrangeres)))}.")
    arrivee = apres.reindex(avant.index)
    if defaut is not None:
        arrivee = arrivee.mask(avant == defaut, defaut)
    arrivee = arrivee.astype("object").where(arrivee.notna(), "sortie")
    ponderation = pd.Series(1.0, index=avant.index) if poids is None else poids.reindex(avant.index)
    croise = pd.crosstab(avant, arrivee, values=ponderation, aggfunc="sum", dropna=False).fillna(0.0)
    croise = croise.reindex(index=classes, columns=[*classes, "sortie"], fill_value=0.0)
    totaux = croise.sum(axis=1)
    matrice = croise.div(totaux.where(totaux > 0), axis=0)
    matrice.index.name, matrice.columns.name = "de", "vers"
    return matrice


def taux_defaut(avant: pd.Series, apres: pd.Series, defaut: str) -> float:
    """Part des clients sains au départ qui sont en défaut à l'arrivée, fraction ; NaN sans client sain.

    >>> taux_defaut(pd.Series({"x": "A", "y": "B", "z": "F"}), pd.Series({"x": "F", "y": "B", "z": "F"}), "F")
    0.5
    """
    sains = avant[avant != defaut].index
    return float((apres.reindex(sains) == defaut).mean()) if len(sains) else float("nan")


def cout_du_risque(dotations_nettes: float, encours_moyen: float) -> float:
    """Coût du risque en points de base : dotations nettes rapportées à l'encours moyen.

    >>> round(cout_du_risque(12_000, 4_000_000), 6)
    30.0
    """
    if not encours_moyen > 0:
        raise ErreurDonnees(f"L'encours moyen vaut {encours_moyen} : un montant positif est attendu.")
    return dotations_nettes / encours_moyen / POINT_DE_BASE


def encours_sensibles(encours: pd.Series, niveaux: pd.Series, *, a_partir_de: int = 2) -> pd.Series:
    """Encours des clients dont le niveau d'alerte atteint un seuil : montant (euros), part (fraction), nombre.

    ``sans_niveau`` est l'encours des clients dont le niveau est inconnu : il n'est pas tenu pour sain.

    >>> encours_sensibles(pd.Series({"x": 10.0, "y": 20.0, "z": 10.0}), pd.Series({"x": 3, "y": 0})).tolist()
    [10.0, 0.25, 1.0, 10.0]
    """
    connus = niveaux.reindex(encours.index)
    sensibles = connus.fillna(0) >= a_partir_de
    total = float(encours.sum())
    montant = float(encours[sensibles].sum())
    part = montant / total if total else float("nan")
    sans_niveau = float(encours[connus.isna()].sum())
    return pd.Series({"montant": montant, "part": part, "nombre": float(sensibles.sum()), "sans_niveau": sans_niveau})
