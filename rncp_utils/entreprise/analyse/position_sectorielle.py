"""Quartiles d'un secteur, et place d'une entreprise parmi eux."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema

CLE = ("section_naf", "tranche_ca")
POSITIONS = ("--", "-", "±", "+", "++")
# Half-width of the band around the median that counts as « dans la moyenne du secteur » (grille Bodin).
BANDE = 0.1
HAUT_FAVORABLE, BAS_FAVORABLE = "+", "-"


def quartiles(
    df: pd.DataFrame, cle: Sequence[str] = CLE, min_n: int = 20, *, colonnes: Sequence[str] | None = None
) -> pd.DataFrame:
    """Quartiles de chaque ratio dans chaque groupe d'entreprises comparables.

    Parameters
    ----------
    df : DataFrame
        Une ligne par entreprise, une colonne par ratio ; les clés sont des colonnes ou des niveaux de l'index. Non
        modifié. Un ratio manquant n'est pas compté.
    cle : sequence of str
        Ce qui définit un groupe : par défaut la section NAF et la tranche de chiffre d'affaires.
    min_n : int
        Effectif au-dessous duquel les quartiles ne sont pas donnés (convention de cours : 20).
    colonnes : sequence of str, optional
        Ratios à décrire ; par défaut toutes les colonnes numériques qui ne sont pas des clés.

    Returns
    -------
    DataFrame
        Index : les clés, puis ``ratio``. Colonnes ``n`` (effectif), ``q1``, ``q2``, ``q3`` (interpolation linéaire,
        comme ``numpy.quantile``), ``motif``. Les entreprises dont une clé manque gardent une ligne, sans quartiles et
        avec un motif ; ``attrs["sans_groupe"]`` en donne le nombre.

    Raises
    ------
    ErreurSchema
        Clé ou colonne absente, ou colonne qui n'est pas numérique.
    ErreurDonnees
        min_n inférieur à 1, valeur infinie.

    Examples
    --------
    >>> table = pd.DataFrame({"section_naf": ["C"] * 5 + ["F"], "marge": [0.02, 0.04, 0.06, 0.08, 0.10, 0.05]})
    >>> quartiles(table, cle=["section_naf"], min_n=5).loc["C", ["q1", "q2", "q3"]].iloc[0].tolist()
    [0.04, 0.06, 0.08]
    """
    cle = [cle] if isinstance(cle, str) else list(cle)
    if min_n < 1:
        raise ErreurDonnees(f"min_n vaut {min_n} : il faut au moins une entreprise par groupe.")
    ratios = _colonnes_de_ratios(df, cle, colonnes)
    groupes = df.groupby(cle, observed=True, sort=True, dropna=False)[ratios]
    q1, q2, q3 = (_en_lignes(groupes.quantile(part)) for part in (0.25, 0.50, 0.75))
    table = pd.DataFrame({"n": _en_lignes(groupes.count()), "q1": q1, "q2": q2, "q3": q3})
    petit = table["n"] < min_n
    sans_cle = _cle_absente(table, cle)
    table.loc[petit | sans_cle, ["q1", "q2", "q3"]] = np.nan
    effectifs = table["n"].astype("str")
    table["motif"] = ("effectif de " + effectifs + f", inférieur à {min_n} : quartiles non calculés").where(petit)
    table.loc[sans_cle, "motif"] = f"clé absente ({' ou '.join(cle)}) : aucun groupe, quartiles non calculés"
    tailles = groupes.size()
    table.attrs["sans_groupe"] = int(tailles[_cle_absente(tailles, cle)].sum())
    return table


def _cle_absente(table: pd.DataFrame | pd.Series, cle: list[str]) -> np.ndarray:
    return table.index.to_frame()[cle].isna().any(axis="columns").to_numpy()


def _en_lignes(table: pd.DataFrame) -> pd.Series:
    """One line a group and ratio, in the order of the groups then of the ratios."""
    return table.rename_axis(columns="ratio").stack()


def _colonnes_de_ratios(df: pd.DataFrame, cle: list[str], colonnes: Sequence[str] | None) -> list[str]:
    absentes = [nom for nom in cle if nom not in df.columns and nom not in df.index.names]
    absentes += [nom for nom in colonnes or () if nom not in df.columns]
    if absentes:
        raise ErreurSchema(f"Colonne {', '.join(absentes)} absente de la table : ajoutez-la avant de calculer.")
    numeriques = [nom for nom in df.select_dtypes("number").columns if nom not in cle]
    ratios = numeriques if colonnes is None else list(colonnes)
    autres = [nom for nom in ratios if nom not in numeriques]
    if autres or not ratios:
        raise ErreurSchema(f"Pas de nombres dans {', '.join(autres) or 'la table'} : donnez des colonnes de ratios.")
    infinies = [nom for nom in ratios if np.isinf(df[nom].to_numpy(dtype="float64", na_value=np.nan)).any()]
    if infinies:
        raise ErreurDonnees(f"Valeur infinie dans {', '.join(infinies)} : un ratio sans dénominateur doit être vide.")
    return ratios


def positionner(valeur: Any, q1: Any, q2: Any, q3: Any, sens: Any) -> str | pd.DataFrame | None:
    """Place d'un ratio parmi les quartiles de son secteur, de « ++ » (favorable) à « -- ».

    Pour ``sens="+"`` (un ratio élevé est favorable) : ``++`` au-dessus de Q3, ``--`` au-dessous de Q1, ``±`` à moins de
    10 % de la médiane, sinon ``+`` au-dessus et ``-`` au-dessous. Pour ``sens="-"``, l'inverse. Les extrêmes sont
    jugés d'abord, puis la bande autour de la médiane : les quartiles d'un secteur resserré peuvent y tomber.

    Parameters
    ----------
    valeur, q1, q2, q3 : float, ou array ou Series
        Le ratio et les quartiles de son secteur, dans la même unité. Une Series donne l'index du résultat.
    sens : {"+", "-"}, ou array ou Series
        Sens favorable du ratio.

    Returns
    -------
    str, None ou DataFrame
        Une valeur : sa position, ou None si elle ou un quartile manque (NaN). Plusieurs : colonnes ``position``
        (catégorie ordonnée) et ``motif``.

    Raises
    ------
    ErreurDonnees
        Sens inconnu ; une valeur seule : quartiles qui ne sont pas croissants.

    Source : grille de lecture de la Centrale de bilans, lue de source secondaire, à vérifier (23 novembre 2026) ;
    convention de cours pour l'ordre des tests.

    Examples
    --------
    >>> positionner(0.12, 0.04, 0.08, 0.11, "+"), positionner(0.085, 0.04, 0.08, 0.11, "+")
    ('++', '±')
    >>> positionner(75, 30, 45, 60, "-")
    '--'
    """
    series = [x for x in (valeur, q1, q2, q3) if isinstance(x, pd.Series)]
    if any(not x.index.equals(series[0].index) for x in series[1:]):
        raise ErreurSchema("La valeur et les quartiles n'ont pas les mêmes lignes : alignez les séries d'abord.")
    favorable = _sens(sens)
    v, bas, mediane, haut, favorable = np.broadcast_arrays(*map(_nombres, (valeur, q1, q2, q3)), favorable)
    manque = np.isnan(v)
    sans_quartiles = np.isnan(bas) | np.isnan(mediane) | np.isnan(haut)
    desordre = (bas > mediane) | (mediane > haut)
    if v.ndim == 0 and desordre:
        raise ErreurDonnees(f"Les quartiles {q1}, {q2} et {q3} ne sont pas croissants : vérifiez leur ordre.")
    rangs = _rangs(v, bas, mediane, haut)
    rangs = np.where(manque | sans_quartiles | desordre, -1, np.where(favorable, rangs, len(POSITIONS) - 1 - rangs))
    if rangs.ndim == 0:
        return POSITIONS[rangs] if rangs >= 0 else None
    motif = np.select(
        [manque, sans_quartiles, desordre],
        ["valeur absente", "quartiles du secteur absents", "quartiles non croissants"],
        default="",
    )
    index = series[0].index if series else None
    positions = pd.Categorical.from_codes(rangs, categories=POSITIONS, ordered=True)
    motifs = pd.Series(motif, index=index, dtype="str")
    return pd.DataFrame({"position": positions, "motif": motifs.where(motifs != "")}, index=motifs.index)


def _rangs(v: np.ndarray, q1: np.ndarray, q2: np.ndarray, q3: np.ndarray) -> np.ndarray:
    """Rank in POSITIONS where high is good. The band is around a median of either sign."""
    bornes = (1 - BANDE) * q2, (1 + BANDE) * q2
    dans_la_bande = (v >= np.minimum(*bornes)) & (v <= np.maximum(*bornes))
    return np.select([v > q3, v < q1, dans_la_bande, v > q2], [4, 0, 2, 3], default=1)


def _sens(sens: Any) -> np.ndarray:
    lus = np.char.replace(np.asarray(sens, dtype="str"), "−", BAS_FAVORABLE)
    inconnus = ~np.isin(lus, (HAUT_FAVORABLE, BAS_FAVORABLE))
    if inconnus.any():
        raise ErreurDonnees(
            f"Sens « {np.atleast_1d(lus)[np.atleast_1d(inconnus)][0]} » inconnu : écrivez « + » si un ratio élevé est "
            "favorable, « - » sinon."
        )
    return lus == HAUT_FAVORABLE


def _nombres(valeur: Any) -> np.ndarray:
    try:
        if np.ndim(valeur) == 0:
            return np.asarray(valeur, dtype="float64")
        return pd.to_numeric(pd.Series(valeur)).to_numpy("float64", na_value=np.nan)
    except (TypeError, ValueError):
        raise ErreurDonnees("La valeur ou un quartile n'est pas un nombre : vérifiez ce que vous comparez.") from None


def rang_dans_quartiles(valeur: Any, q1: Any, q2: Any, q3: Any) -> Any:
    """Rang continu d'un ratio parmi les quartiles de son secteur, pour la notation interne. Convention de cours.

    1 au premier quartile, 2 à la médiane, 3 au troisième, linéaire entre eux ; au-dessous du premier quartile la pente
    est celle qui mène à la médiane, au-dessus du troisième celle qui en vient. NaN si un nombre manque.

    Parameters
    ----------
    valeur, q1, q2, q3 : float, array ou Series
        Le ratio et les quartiles, dans la même unité.

    Returns
    -------
    float, array ou Series
        Sans unité. Entre deux quartiles confondus, le rang saute.

    >>> rang_dans_quartiles(0.06, 0.04, 0.08, 0.11), rang_dans_quartiles(0.11, 0.04, 0.08, 0.11)
    (1.5, 3.0)
    """
    v, bas, mediane, haut = np.broadcast_arrays(*map(_nombres, (valeur, q1, q2, q3)))
    sous_la_mediane = 2 + _pente(v - mediane, mediane - bas)
    sur_la_mediane = 2 + _pente(v - mediane, haut - mediane)
    rang = np.where(v < mediane, sous_la_mediane, sur_la_mediane)
    rang = np.where(np.isnan(v) | ~((bas <= mediane) & (mediane <= haut)), np.nan, rang)
    if rang.ndim == 0:
        return float(rang)
    return pd.Series(rang, index=valeur.index) if isinstance(valeur, pd.Series) else rang


def _pente(ecart: np.ndarray, unite: np.ndarray) -> np.ndarray:
    """``ecart / unite``; where the quartiles are the same, a step of one quartile on the side of the gap."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(unite == 0, np.sign(ecart), ecart / unite)
