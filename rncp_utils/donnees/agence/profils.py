"""Activity profiles: what the generator knows of each trade. Conventions of the course."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.yaml_strict import lire_yaml

MOIS_PAR_AN = 12
# The rest are numbers, one a profile.
_LISTES = ("statuts", "saison", "moyens", "ca", "croissance")


@cache
def profils() -> dict[str, dict[str, Any]]:
    """Profiles by name."""
    return lire_yaml(Path(__file__).with_name("profils.yaml"), decimaux=False).contenu["profils"]


def table_des_profils() -> pd.DataFrame:
    """One row a profile, one column a number of it; centre and spread of sales and of growth in their own columns."""
    table = pd.DataFrame.from_dict(profils(), orient="index")
    for nom in ("ca", "croissance"):
        table[[f"{nom}_centre", f"{nom}_ecart"]] = table[nom].to_list()
    return table.drop(columns=list(_LISTES))


def saisons() -> np.ndarray:
    """Share of each calendar month in the sales of a year, (profiles, 12), in the order of :func:`profils`."""
    poids = np.array([profil["saison"] for profil in profils().values()], dtype="float64")
    return poids / poids.sum(axis=1, keepdims=True)


def moyens_de_paiement() -> tuple[tuple[str, ...], np.ndarray]:
    """Means of payment of customers, and the cumulated share of each, (profiles, means)."""
    noms = tuple(dict.fromkeys(nom for profil in profils().values() for nom in profil["moyens"]))
    parts = np.array([[p["moyens"].get(nom, 0) for nom in noms] for p in profils().values()], dtype="float64")
    return noms, np.cumsum(parts / parts.sum(axis=1, keepdims=True), axis=1)
