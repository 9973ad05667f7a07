"""Nine sectors to score, with figures of one's own: those of the branch, moved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from rncp_utils.portefeuille.ciblage import CRITERES, indicateurs_secteurs, scorer_secteurs

DATE = "2026-03-31"
# Weights of the three criteria, in the order of CRITERES; ten in all.
POIDS = ((5, 3, 2), (4, 4, 2), (4, 3, 3), (3, 5, 2), (3, 4, 3), (2, 5, 3))
# How far each column moves around that of the branch, and the step to which it is rounded.
ECARTS = {"pnb_a_conquerir": (0.70, 1.30, 1_000), "part_contactables": (0.70, 1.30, 0.001)}
ECARTS |= {"taux_fermeture": (0.60, 1.40, 0.001)}
# Two neighbouring scores are further apart than any rounding of the learner's could move them.
ECART_MINIMAL = 0.15


@dataclass(frozen=True)
class Secteurs:
    """Secteurs à noter.

    Attributes
    ----------
    table : DataFrame, index ``section``
        ``libelle``, ``pnb_a_conquerir`` (€/an), ``part_contactables`` et ``taux_fermeture`` (fractions).
    poids : dict
        Poids de chaque critère, dix au total.
    """

    table: pd.DataFrame
    poids: dict[str, int]

    def scores(self) -> pd.DataFrame:
        """Notes, score et rang de chaque secteur (:func:`~rncp_utils.portefeuille.ciblage.scorer_secteurs`)."""
        return scorer_secteurs(self.table, self.poids)


def graine_de(apprenant: str, devoir: str, session: str) -> str:
    """Ce dont viennent tous les tirages d'une copie."""
    return f"{session}|{devoir}|{apprenant}"


def secteurs_de(apprenant: str, devoir: str, session: str) -> Secteurs:
    """Secteurs d'un apprenant : le même appel donne toujours la même table.

    >>> secteurs = secteurs_de("a.martin", "B3-RAP", "2026-S2")
    >>> len(secteurs.table), sum(secteurs.poids.values()), secteurs.scores()["rang"].is_unique
    (9, 10, True)
    """
    empreinte = hashlib.sha256(f"{graine_de(apprenant, devoir, session)}|secteurs".encode()).hexdigest()
    hasard = np.random.default_rng(int(empreinte, 16))
    base = _agence()
    while True:
        poids = dict(zip(CRITERES, POIDS[int(hasard.integers(len(POIDS)))], strict=True))
        table = base[["libelle"]].copy()
        for colonne, (bas, haut, pas) in ECARTS.items():
            facteurs = hasard.integers(round(bas * 1_000), round(haut * 1_000) + 1, len(base)) / 1_000
            table[colonne] = (np.rint(base[colonne] * facteurs / pas) * pas).round(3)
        secteurs = Secteurs(table, poids)
        if np.diff(np.sort(secteurs.scores()["score"])).min() >= ECART_MINIMAL:
            return secteurs


@lru_cache(maxsize=1)
def _agence() -> pd.DataFrame:
    return indicateurs_secteurs(DATE)
