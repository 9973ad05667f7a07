"""Values of a learner as data: what leaves kernel A, how it is checked, and how it enters kernel B.

Three steps, in three processes: :func:`encoder` runs in A, beside the learner's code, and is believed in nothing;
:func:`verifier` runs in the grader and accepts only the forms written here; :func:`decoder` runs in B on what was
accepted. The only carrier is JSON: nothing is ever pickled or evaluated.

A text, a boolean, None, a small integer and a finite float are themselves in JSON; anything else is ``{"$": kind, …}``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

# Far above an honest answer, far below what would trouble the grader.
OCTETS_MAX = 4 * 2**20
NOEUDS_MAX = 300_000
PROFONDEUR_MAX = 20
# 300 digits: float() of any accepted integer is finite.
CHIFFRES_MAX = 300
GENRE = "$"
SPECIAUX = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
# What a column of plain values may be made of; anything else travels as objects, one by one.
TYPES_NUMPY = frozenset(
    ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"]
)
TYPES_PANDAS = frozenset({"str", "object", "boolean", "Int64", "Float64"}) | TYPES_NUMPY
TYPES_DE_DATE = frozenset(f"datetime64[{unite}]" for unite in ("s", "ms", "us", "ns"))


class ValeurRefusee(Exception):
    """This value does not cross; the message is a French sentence part."""


# --- in A ------------------------------------------------------------------------------------------------------------


def encoder(valeur: object) -> Any:
    """JSON form of a plain value.

    Raises
    ------
    ValeurRefusee
        A type that is not data (a function, an object of a class), or data too big or too deep.
    """
    return _Encodeur().encoder(valeur, 0)


class _Encodeur:
    """Counts what it writes, so that a huge value is refused before it fills the memory."""

    def __init__(self) -> None:
        self.noeuds = 0

    def encoder(self, valeur: object, profondeur: int) -> Any:
        self.noeuds += 1
        if self.noeuds > NOEUDS_MAX:
            raise ValeurRefusee(f"elle dépasse {NOEUDS_MAX} éléments")
        if profondeur > PROFONDEUR_MAX:
            raise ValeurRefusee(f"elle est imbriquée sur plus de {PROFONDEUR_MAX} niveaux")
        # type() and not isinstance(): a subclass may say anything of itself.
        if valeur is None or type(valeur) in (bool, str):
            return valeur
        if type(valeur) is int:
            return _entier(valeur)
        if type(valeur) is float:
            return _flottant(valeur)
        if type(valeur) in (list, tuple, set, frozenset):
            elements = [self.encoder(element, profondeur + 1) for element in valeur]
            return elements if type(valeur) is list else {GENRE: type(valeur).__name__, "v": elements}
        if isinstance(valeur, dict):
            paires = [[self.encoder(cle, profondeur + 1), self.encoder(v, profondeur + 1)] for cle, v in valeur.items()]
            return {GENRE: "dict", "v": paires}
        return self._autre(valeur, profondeur)

    def _autre(self, valeur: object, profondeur: int) -> Any:
        if type(valeur) is Decimal:
            return {GENRE: "decimal", "v": str(valeur)}
        if type(valeur) is timedelta:
            return {GENRE: "duree", "v": [valeur.days, valeur.seconds, valeur.microseconds]}
        for genre, classe in (("instant", datetime), ("date", date), ("heure", time)):
            if type(valeur) is classe:
                return {GENRE: genre, "v": valeur.isoformat()}
        return self._scientifique(valeur, profondeur)

    def _scientifique(self, valeur: object, profondeur: int) -> Any:
        module = type(valeur).__module__.partition(".")[0]
        if module == "numpy":
            return self._numpy(valeur, profondeur)
        if module == "pandas":
            return self._pandas(valeur, profondeur)
        if module == "matplotlib":
            from rncp_utils.autograde.execution.figures import decrire_figure

            return self.encoder(decrire_figure(valeur), profondeur)
        raise ValeurRefusee(f"elle est de type « {type(valeur).__name__} », qui n'est pas une donnée")

    def _numpy(self, valeur: Any, profondeur: int) -> Any:
        import numpy as np

        if isinstance(valeur, np.ndarray) and valeur.ndim <= 3 and str(valeur.dtype) in TYPES_NUMPY:
            return {GENRE: "tableau", "dtype": str(valeur.dtype), "v": self.encoder(valeur.tolist(), profondeur + 1)}
        if isinstance(valeur, np.generic) and type(valeur.item()) in (bool, int, float, str):
            return self.encoder(valeur.item(), profondeur)
        raise ValeurRefusee(f"elle est de type « {type(valeur).__name__} », qui n'est pas une donnée simple")

    def _pandas(self, valeur: Any, profondeur: int) -> Any:
        import pandas as pd

        if valeur is pd.NA or valeur is pd.NaT:
            return {GENRE: "manquant", "v": "NaT" if valeur is pd.NaT else "NA"}
        if isinstance(valeur, pd.Timestamp):
            return {GENRE: "horodatage", "v": valeur.isoformat()}
        if isinstance(valeur, pd.Index) and not isinstance(valeur, pd.MultiIndex):
            return {GENRE: "index", **self._colonne(valeur.to_series(), profondeur)}
        if isinstance(valeur, pd.Series):
            index = self._index(valeur.index, profondeur)
            return {GENRE: "serie", **self._colonne(valeur, profondeur), "index": index}
        if isinstance(valeur, pd.DataFrame):
            if isinstance(valeur.columns, pd.MultiIndex):
                raise ValeurRefusee("c'est une table à plusieurs niveaux de colonnes")
            return {
                GENRE: "table",
                "noms": [self.encoder(nom, profondeur + 1) for nom in valeur.columns],
                "colonnes": [self._colonne(valeur.iloc[:, rang], profondeur) for rang in range(valeur.shape[1])],
                "index": self._index(valeur.index, profondeur),
            }
        raise ValeurRefusee(f"elle est de type « {type(valeur).__name__} », qui n'est pas une donnée simple")

    def _index(self, index: Any, profondeur: int) -> Any:
        import pandas as pd

        if isinstance(index, pd.RangeIndex) and (index.start, index.step, index.name) == (0, 1, None):
            return {GENRE: "rang", "v": len(index)}
        if isinstance(index, pd.MultiIndex):
            niveaux = [
                self._colonne(index.get_level_values(rang).to_series(), profondeur) for rang in range(index.nlevels)
            ]
            return {GENRE: "multi", "v": niveaux}
        return {GENRE: "index", **self._colonne(index.to_series(), profondeur)}

    def _colonne(self, serie: Any, profondeur: int) -> dict:
        dtype = str(serie.dtype)
        nom = self.encoder(serie.name, profondeur + 1)
        if dtype in TYPES_DE_DATE:
            return {"dtype": dtype, "nom": nom, "v": _dates(serie)}
        if dtype not in TYPES_PANDAS:
            dtype = "object"  # categories, times with a zone: their values, one by one
        return {"dtype": dtype, "nom": nom, "v": self.encoder(serie.tolist(), profondeur + 1)}


def _dates(serie: Any) -> list[str | None]:
    import pandas as pd

    return [None if pd.isna(instant) else instant.isoformat() for instant in serie]


def _entier(valeur: int) -> Any:
    if -(2**53) <= valeur <= 2**53:
        return valeur
    if valeur.bit_length() > 10 * CHIFFRES_MAX / 3:
        raise ValeurRefusee(f"c'est un nombre de plus de {CHIFFRES_MAX} chiffres")
    return {GENRE: "entier", "v": str(valeur)}


def _flottant(valeur: float) -> Any:
    if math.isfinite(valeur):
        return valeur
    return {GENRE: "flottant", "v": next(nom for nom, cible in SPECIAUX.items() if repr(cible) == repr(valeur))}


# --- in the grader ---------------------------------------------------------------------------------------------------


def lire_json(texte: object, octets_max: int = OCTETS_MAX) -> Any:
    """Parse what a kernel sent; raise :class:`ValeurRefusee` for whatever is not small, plain JSON."""
    if not isinstance(texte, str) or len(texte) > octets_max:
        raise ValeurRefusee(f"elle dépasse {octets_max // 2**20} Mio")
    try:
        return json.loads(texte, parse_constant=_constante_refusee)
    except (ValueError, RecursionError):
        raise ValeurRefusee("elle n'a pas pu être lue") from None


def _constante_refusee(nom: str) -> None:
    raise ValueError(nom)


def verifier(arbre: object) -> Any:
    """The same tree, if :func:`decoder` can read it without a surprise; else raise :class:`ValeurRefusee`."""
    _Verificateur().verifier(arbre, 0)
    return arbre


class _Verificateur:
    def __init__(self) -> None:
        self.noeuds = 0

    def verifier(self, arbre: object, profondeur: int) -> None:
        self.noeuds += 1
        # Twice the depth of the values: a tagged value is one more level of JSON.
        _exiger(self.noeuds <= 2 * NOEUDS_MAX and profondeur <= 2 * PROFONDEUR_MAX + 4)
        if arbre is None or type(arbre) in (bool, str):
            return
        if type(arbre) is int:
            _exiger(-(2**53) <= arbre <= 2**53)
        elif type(arbre) is float:
            _exiger(math.isfinite(arbre))
        elif type(arbre) is list:
            for element in arbre:
                self.verifier(element, profondeur + 1)
        else:
            _exiger(type(arbre) is dict and isinstance(arbre.get(GENRE), str))
            self._verifier_genre(arbre, profondeur + 1)

    def _verifier_genre(self, arbre: dict, profondeur: int) -> None:
        genre, valeur = arbre[GENRE], arbre.get("v")
        if genre in TEXTES:
            _exiger(type(valeur) is str and len(valeur) <= CHIFFRES_MAX + 50)
            _essayer(TEXTES[genre], valeur)
        elif genre == "duree":
            _exiger(type(valeur) is list and len(valeur) == 3 and all(type(v) is int for v in valeur))
            _essayer(lambda v: timedelta(*v), valeur)
        elif genre in ("tuple", "set", "frozenset"):
            _exiger(type(valeur) is list)
            self.verifier(valeur, profondeur)
        elif genre == "dict":
            _exiger(type(valeur) is list and all(type(paire) is list and len(paire) == 2 for paire in valeur))
            self.verifier(valeur, profondeur)
        elif genre == "rang":
            _exiger(type(valeur) is int and 0 <= valeur <= NOEUDS_MAX)
        else:
            self._verifier_tableau(arbre, genre, profondeur)

    def _verifier_tableau(self, arbre: dict, genre: str, profondeur: int) -> None:
        if genre == "tableau":
            _exiger(arbre.get("dtype") in TYPES_NUMPY and type(arbre.get("v")) in (list, int, float, bool))
            self.verifier(arbre["v"], profondeur)
        elif genre in ("index", "serie"):
            self._verifier_colonne(arbre, profondeur)
            if genre == "serie":
                self._verifier_index(arbre.get("index"), profondeur)
        elif genre == "table":
            noms, colonnes = arbre.get("noms"), arbre.get("colonnes")
            _exiger(type(noms) is list and type(colonnes) is list and len(noms) == len(colonnes))
            self.verifier(noms, profondeur)
            for colonne in colonnes:
                self._verifier_colonne(colonne, profondeur)
            self._verifier_index(arbre.get("index"), profondeur)
        else:
            _exiger(False)

    def _verifier_index(self, index: object, profondeur: int) -> None:
        _exiger(type(index) is dict and index.get(GENRE) in ("rang", "index", "multi"))
        if index[GENRE] == "multi":
            _exiger(type(index.get("v")) is list and 0 < len(index["v"]) <= PROFONDEUR_MAX)
            for niveau in index["v"]:
                self._verifier_colonne(niveau, profondeur)
        else:
            self._verifier_genre(index, profondeur)

    def _verifier_colonne(self, colonne: object, profondeur: int) -> None:
        _exiger(type(colonne) is dict and type(colonne.get("v")) is list)
        _exiger(colonne.get("dtype") in TYPES_PANDAS | TYPES_DE_DATE)
        self.verifier(colonne.get("nom"), profondeur)
        self.verifier(colonne["v"], profondeur)


def _exiger(condition: object) -> None:
    if not condition:
        raise ValeurRefusee("sa forme n'est pas celle d'une donnée")


def _essayer(lire: Callable[[Any], object], valeur: Any) -> None:
    try:
        lire(valeur)
    except Exception:
        raise ValeurRefusee("sa forme n'est pas celle d'une donnée") from None


def _lire_entier(texte: str) -> int:
    if not texte.removeprefix("-").isdecimal():
        raise ValueError(texte)
    return int(texte)


def _lire_manquant(texte: str) -> Any:
    import pandas as pd

    return {"NA": pd.NA, "NaT": pd.NaT}[texte]


def _lire_horodatage(texte: str) -> Any:
    import pandas as pd

    if not texte[:1].isdecimal():  # pandas also reads "now"
        raise ValueError(texte)
    return pd.Timestamp(texte)


# Kinds whose value is one short text, and what reads it.
TEXTES: dict[str, Callable[[str], Any]] = {
    "entier": _lire_entier,
    "flottant": SPECIAUX.__getitem__,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "instant": datetime.fromisoformat,
    "heure": time.fromisoformat,
    "manquant": _lire_manquant,
    "horodatage": _lire_horodatage,
}


# --- in B ------------------------------------------------------------------------------------------------------------


def decoder(arbre: Any) -> Any:
    """The value that a verified tree tells."""
    if type(arbre) is list:
        return [decoder(element) for element in arbre]
    if type(arbre) is not dict:
        return arbre
    genre, valeur = arbre[GENRE], arbre.get("v")
    if genre in TEXTES:
        return TEXTES[genre](valeur)
    if genre == "duree":
        return timedelta(*valeur)
    if genre in COLLECTIONS:
        return COLLECTIONS[genre](decoder(element) for element in valeur)
    if genre == "dict":
        return {decoder(cle): decoder(v) for cle, v in valeur}
    return _decoder_tableau(arbre, genre)


COLLECTIONS: dict[str, Callable[[Iterable], Any]] = {"tuple": tuple, "set": set, "frozenset": frozenset}


def _decoder_tableau(arbre: dict, genre: str) -> Any:
    import numpy as np
    import pandas as pd

    if genre == "tableau":
        return np.array(decoder(arbre["v"]), dtype=arbre["dtype"])
    if genre == "index":
        return _decoder_index(arbre)
    if genre == "serie":
        return _decoder_colonne(arbre, _decoder_index(arbre["index"]))
    index = _decoder_index(arbre["index"])
    colonnes = [_decoder_colonne(colonne, index) for colonne in arbre["colonnes"]]
    if not colonnes:
        return pd.DataFrame(index=index)
    table = pd.concat(colonnes, axis=1)
    table.columns = pd.Index([decoder(nom) for nom in arbre["noms"]])
    return table


def _decoder_colonne(colonne: dict, index: Any) -> Any:
    import pandas as pd

    nom = decoder(colonne["nom"])
    return pd.Series(decoder(colonne["v"]), index=index, dtype=colonne["dtype"], name=nom)


def _decoder_index(arbre: dict) -> Any:
    import pandas as pd

    if arbre[GENRE] == "rang":
        return pd.RangeIndex(arbre["v"])
    if arbre[GENRE] == "multi":
        niveaux = [decoder(niveau["v"]) for niveau in arbre["v"]]
        return pd.MultiIndex.from_arrays(niveaux, names=[decoder(niveau["nom"]) for niveau in arbre["v"]])
    return pd.Index(decoder(arbre["v"]), dtype=arbre["dtype"], name=decoder(arbre["nom"]))
