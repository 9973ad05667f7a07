"""CSV written column by column: each distinct value is put into words once, then the lines are joined by pyarrow.

Half a million lines of sixteen fields hold a few thousand distinct texts; turning each field into text on its own would
take most of the time of an export.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# What a spreadsheet takes for the beginning of a formula (or of a hidden one, after a tab or a carriage return).
DEBUT_DE_FORMULE = re.compile(r"^[=+\-@\t\r]")
_LOT = 10_000  # lines in memory at once
# pyarrow's own allocator keeps what it frees: about 20 MB for a file of half a million lines.
_MEMOIRE = {"memory_pool": pa.system_memory_pool()}


@dataclass(frozen=True)
class FormeCsv:
    """Dialecte d'un fichier CSV.

    Attributes
    ----------
    oui, non
        Words of truth values.
    encodage
        ``utf-8-sig`` writes the mark that French spreadsheets look for.
    """

    separateur: str
    decimale: str
    fin: str
    oui: str
    non: str
    encodage: str


FRANCAIS = FormeCsv(";", ",", "\r\n", "oui", "non", "utf-8-sig")
MACHINE = FormeCsv(",", ".", "\n", "true", "false", "utf-8")


def lignes_csv(df: pd.DataFrame, forme: FormeCsv) -> Iterator[bytes]:
    """Bytes of the file, a batch of lines at a time, heading included."""
    entetes = [_guillemets(_texte_sur(str(colonne)), forme) for colonne in df.columns]
    yield (forme.separateur.join(entetes) + forme.fin).encode(forme.encodage)
    # By position: two columns may bear the same name.
    colonnes = [_colonne(df.iloc[:, rang], forme) for rang in range(df.shape[1])]
    for debut in range(0, len(df), _LOT):
        lots = [(codes[debut : debut + _LOT], textes) for codes, textes in colonnes]
        champs = [_champs(textes, codes) for codes, textes in lots]
        if len(champs) == 1:
            # A line that holds nothing at all would not be a record.
            lignes = pc.if_else(pc.equal(champs[0], ""), '""', champs[0], **_MEMOIRE)
        else:
            lignes = pc.binary_join_element_wise(*champs, forme.separateur, **_MEMOIRE)
        texte = pc.binary_join(_en_liste(lignes), forme.fin, **_MEMOIRE)[0].as_py()
        yield (texte + forme.fin).encode()


def _champs(textes: pa.Array, codes: np.ndarray) -> pa.Array:
    """Text of each code, empty for a missing value."""
    return pc.coalesce(pc.take(textes, pa.array(codes, mask=codes < 0, **_MEMOIRE), **_MEMOIRE), "", **_MEMOIRE)


def _en_liste(lignes: pa.Array) -> pa.Array:
    """All the lines as the one item of an array of lists, which is what pyarrow joins."""
    return pa.ListArray.from_arrays(pa.array([0, len(lignes)], type=pa.int32()), lignes)


def _colonne(serie: pd.Series, forme: FormeCsv) -> tuple[np.ndarray, pa.Array]:
    """Codes of the values, -1 for a missing one, and the text of each code."""
    if isinstance(serie.dtype, pd.CategoricalDtype):
        return serie.cat.codes.to_numpy(), _textes(serie.cat.categories, forme)
    if serie.dtype == object and pd.api.types.infer_dtype(serie, skipna=True) != "string":
        # 1, 1.0 and True are one value for a table of values, and three for a reader.
        uniques: dict[tuple[type, object], int] = {}
        codes = [-1 if _manque(v) else uniques.setdefault((type(v), v), len(uniques)) for v in serie]
        textes = [_champ(valeur, forme) for _, valeur in uniques]
        return np.array(codes, dtype=np.int64), pa.array(textes, type=pa.string())
    codes, uniques = pd.factorize(serie)
    # Few distinct values fit in one or two bytes a line: the codes of all the columns are held at once.
    return codes.astype(np.min_scalar_type(-len(uniques) - 1)), _textes(uniques, forme)


def _manque(valeur: object) -> bool:
    return valeur is None or (pd.api.types.is_scalar(valeur) and bool(pd.isna(valeur)))


def _textes(uniques: pd.Index | np.ndarray, forme: FormeCsv) -> pa.Array:
    if isinstance(uniques, pd.DatetimeIndex):
        return pa.array(_instants(uniques), type=pa.string())
    return pa.array([_champ(valeur, forme) for valeur in uniques], type=pa.string())


def _instants(instants: pd.DatetimeIndex) -> np.ndarray:
    """ISO 8601 to the second, with the offset of the time zone when there is one."""
    locaux = instants.tz_localize(None).to_numpy("datetime64[us]")
    if instants.tz is None:
        return np.char.replace(np.datetime_as_string(locaux, unit="s"), "T", " ").astype(object)
    decalages = (locaux - instants.tz_convert("UTC").tz_localize(None).to_numpy("datetime64[us]")).astype("int64")
    minutes, rangs = np.unique(decalages // 60_000_000, return_inverse=True)
    suffixes = [f"{'+' if m >= 0 else '-'}{abs(m) // 60:02d}:{abs(m) % 60:02d}" for m in minutes.tolist()]
    suffixe = np.array(suffixes, dtype=str)[rangs] if len(rangs) else np.array([], dtype=str)
    return np.char.add(np.datetime_as_string(locaux, unit="s"), suffixe).astype(object)


def _champ(valeur: object, forme: FormeCsv) -> str:
    return _guillemets(_case(valeur, forme), forme)


def _guillemets(texte: str, forme: FormeCsv) -> str:
    if any(signe in texte for signe in (forme.separateur, '"', "\r", "\n")):
        return '"' + texte.replace('"', '""') + '"'
    return texte


def _case(valeur: object, forme: FormeCsv) -> str:
    if isinstance(valeur, bool | np.bool_):
        return forme.oui if valeur else forme.non
    if isinstance(valeur, float | np.floating):
        # 10 decimals hide the dust of binary sums (0.1 + 0.2) without losing a point.
        return np.format_float_positional(round(float(valeur), 10) + 0.0, trim="-").replace(".", forme.decimale)
    if isinstance(valeur, dt.datetime):
        return valeur.isoformat(sep="T" if valeur.tzinfo else " ", timespec="seconds")
    if isinstance(valeur, dt.date):
        return valeur.isoformat()
    if isinstance(valeur, int | np.integer):
        return str(valeur)
    return _texte_sur(str(valeur))


def _texte_sur(texte: str) -> str:
    return f"'{texte}" if DEBUT_DE_FORMULE.match(texte) else texte
