"""Alerte précoce : score de 0 à 100, niveau, et surtout les motifs. Convention de cours."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurSchema
from rncp_utils.parametres import parametre
from rncp_utils.vecteurs import colonne_motif

VERT, SURVEILLANCE, VIGILANCE, PRECONTENTIEUX, CONTENTIEUX = NIVEAUX = (
    "vert",
    "surveillance",
    "liste de vigilance",
    "pré-contentieux",
    "contentieux",
)
SCORE_MAXIMAL = 100
CONVENTION = "convention de cours"
# Worst reading first: two thresholds of one signal never add up.
EXCLUSIFS = (
    ("depassement_long", "depassement_court"),
    ("baisse_flux_forte", "baisse_flux"),
    ("retard_long", "retard_court"),
)


class _Signal(NamedTuple):
    code: str
    colonne: str
    phrase: str


SIGNAUX = (
    _Signal("evenement", "evenement_grave", "événement grave chez le client"),
    _Signal(
        "depassement_long", "depassement_consecutif", "dépassement de plus de {depassement_long_jours} jours de suite"
    ),
    _Signal(
        "depassement_court", "depassement_consecutif", "dépassement de plus de {depassement_court_jours} jours de suite"
    ),
    _Signal("retard_long", "retard_max_jours", "échéance en retard de {retard_long_jours} jours ou plus"),
    _Signal("retard_court", "retard_max_jours", "échéance en retard"),
    _Signal("baisse_flux_forte", "baisse_flux", "flux confiés en baisse de plus de {baisse_flux_forte:.0%}"),
    _Signal("baisse_flux", "baisse_flux", "flux confiés en baisse de plus de {baisse_flux:.0%}"),
    _Signal("saisies", "nb_saisies", "saisie administrative à tiers détenteur"),
    _Signal("rejets", "nb_rejets", "{rejets} rejets ou plus dans la fenêtre"),
    _Signal("lcr_impayees", "nb_lcr_impayees", "effet revenu impayé"),
    _Signal("utilisation", "utilisation_moyenne", "ligne utilisée à plus de {utilisation:.0%} en moyenne"),
    _Signal("capitaux_propres", "capitaux_propres_insuffisants", "capitaux propres inférieurs à la moitié du capital"),
    _Signal("ebe_negatif", "ebe", "excédent brut d'exploitation négatif"),
    _Signal("cotation", "cotation_degradee", "cotation Banque de France dégradée"),
    _Signal("bilan_non_recu", "mois_depuis_cloture", "bilan non reçu plus de {bilan_mois} mois après la clôture"),
)


def score_alerte(
    indicateurs: pd.DataFrame, finances: pd.DataFrame | None = None, *, date: dt.date | str | None = None
) -> pd.DataFrame:
    """Score d'alerte de chaque client, son niveau et ses motifs.

    Parameters
    ----------
    indicateurs : DataFrame
        Résultat de :meth:`SuiviComptes.indicateurs`.
    finances : DataFrame, optional
        Même index : ``ebe`` (euros), ``capitaux_propres_insuffisants``, ``cotation_degradee``, ``evenement_grave``,
        ``procedure_collective``, ``defaut`` (vrai ou faux), ``mois_depuis_cloture`` (d'un bilan non reçu).
    date : date, optional
        Jour des points et des seuils ; par défaut aujourd'hui.

    Returns
    -------
    DataFrame
        ``score`` (0 à 100), ``niveau`` (0 à 4), ``libelle``, ``motifs`` (les plus lourds d'abord, NA sans motif),
        ``motif_principal``, ``non_mesures`` (nombre de signaux qu'aucune donnée ne renseigne : ils ne valent pas « tout
        va bien »). Un retard de 90 jours, un défaut ou une procédure collective mènent au niveau 4 quel que soit le
        score. ``attrs["source"]`` dit « convention de cours ».

    Raises
    ------
    ErreurSchema
        ``finances`` n'a pas le même index.

    >>> lus = pd.DataFrame({"depassement_consecutif": [35, 0], "nb_saisies": [1, 0]}, index=["a", "b"])
    >>> score_alerte(lus, date="2026-03-31")[["score", "niveau", "motif_principal"]].fillna("").to_numpy().tolist()
    [[45, 2, 'dépassement de plus de 30 jours de suite'], [0, 0, '']]
    """
    jour = dt.date.today() if date is None else date
    points, seuils = parametre("risque.alerte.points", jour), parametre("risque.alerte.seuils", jour)
    table = _reunir(indicateurs, finances)
    releves, mesures = _relever(table, seuils)
    ordre = sorted(SIGNAUX, key=lambda signal: -points[signal.code])
    score = sum(points[s.code] * releves[s.code].astype("int64") for s in ordre)
    # What imposes the last level is said first: a level is never shown without its reason.
    declencheurs = _declencheurs(table, jour)
    constats = [*declencheurs.values(), *(releves[s.code] for s in ordre)]
    bits = sum(np.asarray(constat).astype("int64") << rang for rang, constat in enumerate(constats))
    phrases = [*declencheurs, *(s.phrase.format(**seuils).replace("%", "\u00a0%") for s in ordre)]
    bornes = parametre("risque.alerte.niveaux", jour)
    score = np.minimum(score, SCORE_MAXIMAL)
    niveau = np.searchsorted(sorted(bornes.values()), score, side="right")
    niveau = np.where(np.any(list(declencheurs.values()), axis=0), len(NIVEAUX) - 1, niveau)
    motifs = colonne_motif(np.asarray(bits), phrases)
    principal = np.array([*phrases, None], dtype=object)[_premier_bit(bits, len(phrases))]
    resultat = pd.DataFrame(
        {
            "score": score,
            "niveau": niveau,
            "libelle": pd.Categorical.from_codes(niveau, categories=list(NIVEAUX), ordered=True),
            "motif_principal": pd.array(principal, dtype="str"),
            "motifs": motifs,
            "non_mesures": len(SIGNAUX) - sum(mesures.values()),
        },
        index=table.index,
    )
    resultat.attrs["source"] = CONVENTION
    return resultat


def _reunir(indicateurs: pd.DataFrame, finances: pd.DataFrame | None) -> pd.DataFrame:
    table = indicateurs.copy()
    if {"nb_rejets_prelevement", "nb_rejets_cheque"} <= set(table):
        table["nb_rejets"] = table["nb_rejets_prelevement"] + table["nb_rejets_cheque"]
    if finances is None:
        return table
    if not finances.index.equals(table.index):
        raise ErreurSchema("Les données financières n'ont pas les mêmes lignes que les indicateurs : réindexez-les.")
    return pd.concat([table, finances], axis=1)


def _relever(table: pd.DataFrame, seuils: dict[str, float]) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Signals present, and signals that some data could show."""
    absente = np.full(len(table), np.nan)
    colonnes = {
        s.colonne: table[s.colonne].to_numpy(dtype="float64", na_value=np.nan) if s.colonne in table else absente
        for s in SIGNAUX
    }
    tests = {
        "depassement_long": lambda v: v > seuils["depassement_long_jours"],
        "depassement_court": lambda v: v > seuils["depassement_court_jours"],
        "retard_long": lambda v: v >= seuils["retard_long_jours"],
        "retard_court": lambda v: v >= seuils["retard_court_jours"],
        "baisse_flux_forte": lambda v: v > seuils["baisse_flux_forte"],
        "baisse_flux": lambda v: v > seuils["baisse_flux"],
        "saisies": lambda v: v >= seuils["saisies"],
        "rejets": lambda v: v >= seuils["rejets"],
        "lcr_impayees": lambda v: v >= seuils["lcr_impayees"],
        "utilisation": lambda v: v > seuils["utilisation"],
        "ebe_negatif": lambda v: v < 0,
        "bilan_non_recu": lambda v: v > seuils["bilan_mois"],
    }
    with np.errstate(invalid="ignore"):
        releves = {s.code: tests.get(s.code, lambda v: v > 0)(colonnes[s.colonne]) for s in SIGNAUX}
    for fort, faible in EXCLUSIFS:
        releves[faible] = releves[faible] & ~releves[fort]
    return releves, {s.code: (~np.isnan(colonnes[s.colonne])).astype("int64") for s in SIGNAUX}


def _declencheurs(table: pd.DataFrame, jour: Any) -> dict[str, np.ndarray]:
    """What leads to the last level whatever the score: a sentence, and whom it concerns."""
    limite = parametre("risque.defaut.jours", jour)
    retard = table.get("retard_max_jours", pd.Series(0, index=table.index)).to_numpy(dtype="float64")

    def vrai(nom: str) -> np.ndarray:
        return table.get(nom, pd.Series(False, index=table.index)).fillna(False).to_numpy(dtype=bool)

    return {
        "procédure collective ouverte": vrai("procedure_collective"),
        "client en défaut": vrai("defaut"),
        f"retard d'au moins {limite} jours": np.nan_to_num(retard) >= limite,
    }


def _premier_bit(bits: Any, absent: int) -> np.ndarray:
    """Rank of the lowest bit set, ``absent`` where there is none."""
    bits = np.asarray(bits)
    return np.where(bits > 0, np.log2(np.maximum(bits & -bits, 1)).astype("int64"), absent)
