"""Small draws that the tables of the relation share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

JOUR = "datetime64[D]"
SECONDE = "datetime64[s]"
NAT = np.datetime64("NaT", "s")


def en_jours(dates: object) -> np.ndarray:
    """Dates as days."""
    return np.asarray(dates).astype(JOUR)


def en_dates(jours: object) -> np.ndarray:
    """Days as the tables store them."""
    return np.asarray(jours).astype(JOUR).astype(SECONDE)


def entre(
    hasard: np.random.Generator, debut: np.ndarray, fin: np.ndarray, forme: tuple[float, float] = (1, 1)
) -> np.ndarray:
    """A day between two, both included, for each row; ``forme`` bends the draw towards an end (beta law)."""
    debut, fin = np.broadcast_arrays(en_jours(debut), en_jours(fin))
    duree = (fin - debut).astype("int64") + 1
    pas = np.floor(hasard.beta(*forme, len(debut)) * np.maximum(duree, 1)).astype("int64")
    return debut + np.minimum(pas, np.maximum(duree - 1, 0)).astype("timedelta64[D]")


def jours_de_travail(jours: np.ndarray) -> np.ndarray:
    """The same days, those of a weekend brought to the Friday before."""
    return np.busday_offset(en_jours(jours), 0, roll="backward") if len(jours) else en_jours(jours)


def choisir(
    hasard: np.random.Generator, valeurs: Sequence[object], n: int, parts: Sequence[float] | None = None
) -> np.ndarray:
    """Some of the values, as objects."""
    rangs = hasard.choice(len(valeurs), n, p=parts)
    return np.array(valeurs, dtype=object)[rangs]


def identifiants(prefixe: str, n: int, largeur: int = 5) -> list[str]:
    """Keys of a table, in order."""
    return [f"{prefixe}{rang:0{largeur}d}" for rang in range(1, n + 1)]


def pas_a_pas(montants: np.ndarray, pas: float) -> np.ndarray:
    """Amounts brought down to a step."""
    return np.floor(np.asarray(montants, dtype="float64") / pas) * pas


def derniers(table: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Last row of each client, empty cells included (the last of pandas' groups skips them); rows are in order."""
    return table.drop_duplicates("id_client", keep="last").set_index("id_client").reindex(index)


def par_client(table: pd.DataFrame, colonne: str, index: pd.Index, operation: str = "sum") -> pd.Series:
    """Total (or other) of a column for each client, 0 where there is none."""
    return getattr(table.groupby("id_client")[colonne], operation)().reindex(index).fillna(0)
