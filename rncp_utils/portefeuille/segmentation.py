"""Segmenter un portefeuille : activité, taille, ancienneté, valeur et potentiel. Convention de cours."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.formats import euros
from rncp_utils.parametres import parametre

# INSEE, NAF rév. 2: divisions (two digits) of each section.
_SECTIONS = (
    ("A", 1, 3), ("B", 5, 9), ("C", 10, 33), ("D", 35, 35), ("E", 36, 39), ("F", 41, 43), ("G", 45, 47), ("H", 49, 53),
    ("I", 55, 56), ("J", 58, 63), ("K", 64, 66), ("L", 68, 68), ("M", 69, 75), ("N", 77, 82), ("O", 84, 84),
    ("P", 85, 85), ("Q", 86, 88), ("R", 90, 93), ("S", 94, 96), ("T", 97, 98), ("U", 99, 99),
)  # fmt: skip
DEVELOPPER, FIDELISER, MAINTENIR, DESENGAGER = "développer", "fidéliser", "maintenir", "désengager"
# Rows: value low to high; columns: potential low to high.
STRATEGIES = (
    (DESENGAGER, MAINTENIR, DEVELOPPER),
    (MAINTENIR, MAINTENIR, DEVELOPPER),
    (FIDELISER, FIDELISER, DEVELOPPER),
)
NIVEAUX = ("faible", "moyen", "fort")
CONVENTION = "convention de cours"


def section_naf(naf: Any) -> Any:
    """Section (A à U) d'un code NAF de cinq caractères, ou d'une colonne de codes ; NA si la division n'existe pas.

    Source : INSEE, nomenclature d'activités française, révision 2.

    >>> section_naf("1071C"), section_naf(pd.Series(["4332A", "XX"])).fillna("?").tolist()
    ('C', ['F', '?'])
    """
    divisions = pd.Series(naf, dtype="str").str[:2]
    nombres = pd.to_numeric(divisions, errors="coerce")
    table = {d: s for s, debut, fin in _SECTIONS for d in range(debut, fin + 1)}
    sections = nombres.map(table)
    if isinstance(naf, pd.Series):
        return sections.set_axis(naf.index).astype("str").where(sections.notna().to_numpy()).rename("section")
    section = sections.iloc[0]
    if section != section:
        raise ErreurDonnees(f"Le code NAF « {naf} » ne commence pas par une division connue.")
    return section


def segmenter(clients: pd.DataFrame, *, date: Any) -> pd.DataFrame:
    """Segment de chaque client : chaque client est dans une case et une seule de chaque axe.

    Parameters
    ----------
    clients : DataFrame
        Index ``id_client`` ; ``naf``, ``ca`` (euros par an), ``date_entree_relation``, ``statut``. Avec ``pnb`` (euros)
        et ``potentiel`` (0 à 100), la matrice valeur × potentiel est ajoutée. Non modifiée.

    Returns
    -------
    DataFrame
        ``section``, ``tranche_ca``, ``anciennete_ans``, ``tranche_anciennete``, ``statut``, et s'il y a lieu
        ``valeur``, ``potentiel_niveau``, ``strategie`` (terciles du portefeuille ; à égalité, l'ordre des lignes).

    Raises
    ------
    ErreurSchema
        Colonne absente.
    ErreurDonnees
        Date d'entrée en relation inconnue ou postérieure à ``date``.

    >>> t = pd.DataFrame({"naf": ["1071C"], "ca": [328_000], "date_entree_relation": ["2017-03-01"], "statut": ["EI"]})
    >>> segmenter(t, date="2026-03-31")[["section", "tranche_ca", "tranche_anciennete"]].iloc[0].tolist()
    ['C', '300 000 à 750 000 €', '3 à 10 ans']
    """
    manquantes = [nom for nom in ("naf", "ca", "date_entree_relation", "statut") if nom not in clients]
    if manquantes:
        raise ErreurSchema(f"Colonnes absentes de la table des clients : {', '.join(manquantes)}.")
    jour = pd.Timestamp(date)
    entree = pd.to_datetime(clients["date_entree_relation"])
    if entree.isna().any() or (entree > jour).any():
        raise ErreurDonnees("Une entrée en relation est inconnue ou postérieure à la date : corrigez-la.")
    ans = (jour - entree).dt.days / 365.25
    table = pd.DataFrame(
        {
            "section": section_naf(clients["naf"]),
            "tranche_ca": _tranche_ca(clients["ca"], jour.date()),
            "anciennete_ans": ans,
            "tranche_anciennete": _tranche_ans(ans, jour.date()),
            "statut": clients["statut"],
        },
        index=clients.index,
    )
    if {"pnb", "potentiel"} <= set(clients):
        matrice = matrice_strategique(clients["pnb"], clients["potentiel"])
        table = table.join(matrice)
    table.attrs["source"] = CONVENTION
    return table


def _tranche_ca(ca: pd.Series, jour: Any) -> pd.Categorical:
    bornes = sorted(parametre("portefeuille.tranches_ca", jour).values())
    noms = [f"moins de {euros(bornes[0])}"]
    noms += [f"{euros(a)[:-2]} à {euros(b)}" for a, b in pairwise(bornes)]
    noms.append(f"plus de {euros(bornes[-1])}")
    return _ranger(ca, bornes, [nom.replace("\u202f", " ").replace("\xa0", " ") for nom in noms])


def _tranche_ans(ans: pd.Series, jour: Any) -> pd.Categorical:
    bornes = sorted(parametre("portefeuille.tranches_anciennete", jour).values())
    noms = [f"moins de {bornes[0]} an", *(f"{a} à {b} ans" for a, b in pairwise(bornes))]
    return _ranger(ans, bornes, [*noms, f"plus de {bornes[-1]} ans"])


def _ranger(valeurs: pd.Series, bornes: list[float], noms: list[str]) -> pd.Categorical:
    """Bracket of each value, its lower bound included; -1 (missing) where the value is."""
    lues = valeurs.to_numpy(dtype="float64", na_value=np.nan)
    rangs = np.where(np.isnan(lues), -1, np.searchsorted(bornes, lues, side="right"))
    return pd.Categorical.from_codes(rangs, categories=noms, ordered=True)


def matrice_strategique(pnb: pd.Series, potentiel: pd.Series) -> pd.DataFrame:
    """Matrice valeur × potentiel en terciles, et la stratégie de chaque case.

    Returns
    -------
    DataFrame
        ``valeur``, ``potentiel_niveau`` (faible, moyen, fort) et ``strategie`` ; manquants si l'un des deux l'est.

    >>> m = matrice_strategique(pd.Series([100, 200, 900]), pd.Series([90, 10, 50]))
    >>> m["strategie"].tolist()
    ['développer', 'maintenir', 'fidéliser']
    """
    rangs = [_tercile(serie) for serie in (pnb, potentiel)]
    connus = (rangs[0] >= 0) & (rangs[1] >= 0)
    codes = [np.where(connus, rang, -1) for rang in rangs]
    cases = np.array(STRATEGIES, dtype=object)[np.maximum(codes[0], 0), np.maximum(codes[1], 0)]
    return pd.DataFrame(
        {
            "valeur": pd.Categorical.from_codes(codes[0], categories=list(NIVEAUX), ordered=True),
            "potentiel_niveau": pd.Categorical.from_codes(codes[1], categories=list(NIVEAUX), ordered=True),
            "strategie": pd.array(np.where(connus, cases, None), dtype="str"),
        },
        index=pnb.index,
    )


def _tercile(serie: pd.Series) -> np.ndarray:
    # Ranked in row order when equal: two runs give the same thirds.
    rang = serie.rank(method="first")
    tiers = np.ceil(3 * rang / serie.notna().sum()) - 1
    return tiers.fillna(-1).to_numpy().astype("int64")
