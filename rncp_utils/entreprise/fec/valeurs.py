"""From the texts of a FEC to values: cents, dates, texts. Whole columns at a time; what cannot be read is said."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.extensions import ExtensionArray

from rncp_utils.erreurs import ErreurDonnees

ILLISIBLE = "illisible"
FAUTES_MONTREES = 20
# 13 digits at most: cents stay exact in a float64.
_MONTANT_LISIBLE = r"^[+-]?([0-9]{1,13}([.,][0-9]{0,10})?|[.,][0-9]{1,10})$|^$"
_TROP_PRECIS = r"[.,][0-9]{2}0*[1-9]"
_DATE_LISIBLE = r"^(19|20)[0-9]{6}$"
# Beyond this many cents away from a whole cent, an amount has a third decimal.
_ECART_SUSPECT = 1e-3
_SENS = {"D": 1, "DEBIT": 1, "+1": 1, "1": 1, "+": 1, "C": -1, "CREDIT": -1, "-1": -1, "-": -1}


@dataclass
class Constats:
    """What was noticed while amounts were read: what forbids to go on, what is only told."""

    fautes: list[str] = field(default_factory=list)
    remarques: list[str] = field(default_factory=list)


def centimes(euros: pd.Series) -> np.ndarray:
    """Centimes entiers (int64) d'une colonne en euros : les sommes de montants se font sur eux, sans dérive."""
    en_centimes = euros.to_numpy(dtype="float64") * 100
    if not np.isfinite(en_centimes).all():
        raise ErreurDonnees(f"La colonne {euros.name} contient des montants absents : mettez 0 là où il n'y a rien.")
    return np.rint(en_centimes).astype("int64")


def numeroter(colonne: pd.Series) -> tuple[np.ndarray, pa.Array]:
    """Number of each row's text (int64), and the texts by number."""
    if isinstance(colonne.dtype, pd.CategoricalDtype):
        codes, valeurs = colonne.cat.codes.to_numpy(), colonne.cat.categories
        if (codes < 0).any():
            raise ErreurDonnees(f"La colonne {colonne.name} contient des absences : mettez un texte vide.")
        return codes.astype("int64"), pa.array(valeurs.astype("str"), type=pa.string())
    lus = en_arrow(colonne)
    # The lines of an entry follow each other: a text is looked up once a run, not once a line.
    nouveaux = np.ones(len(lus), dtype=bool)
    if len(lus) > 1:
        nouveaux[1:] = pc.not_equal(lus[1:], lus[:-1]).to_numpy(zero_copy_only=False)
    encode = lus.filter(pa.array(nouveaux)).dictionary_encode()
    return encode.indices.to_numpy()[np.cumsum(nouveaux) - 1].astype("int64"), encode.dictionary


def en_arrow(colonne: pd.Series) -> pa.Array:
    """Texts of a column in one array, an empty one where there is none."""
    lus = pa.array(colonne if isinstance(colonne.dtype, pd.StringDtype) else colonne.astype("str"))
    return pc.fill_null(lus.combine_chunks() if isinstance(lus, pa.ChunkedArray) else lus, "")


def grouper(cles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group of each row, and the first row of each group."""
    groupes, uniques = pd.factorize(cles)
    premiers = np.empty(len(uniques), dtype="int64")
    premiers[groupes[::-1]] = np.arange(len(cles))[::-1]
    return groupes, premiers


def additionner(groupes: np.ndarray, nombre: int, montants: np.ndarray) -> np.ndarray:
    """Sum of cents by group, in whole numbers."""
    totaux = np.zeros(nombre, dtype="int64")
    np.add.at(totaux, groupes, montants)
    return totaux


def textes(colonne: pa.ChunkedArray) -> ExtensionArray:
    """Text without the spaces that pad fixed-width fields; categories for a dictionary column."""
    if not pa.types.is_dictionary(colonne.type):
        return pc.utf8_trim_whitespace(colonne).to_pandas().array
    codes, valeurs = _dictionnaire(colonne)
    uniques, positions = np.unique(valeurs, return_inverse=True)
    return pd.Categorical.from_codes(positions[codes], categories=pd.Index(uniques, dtype="str"))


def dates(colonne: pa.ChunkedArray) -> tuple[np.ndarray, pd.Series]:
    """Dates AAAAMMJJ (datetime64[s], NaT if empty or unreadable), and the unreadable texts by position."""
    codes, valeurs = _dictionnaire(colonne)
    ecrites = pd.Series(valeurs, dtype="str")
    lues = pd.to_datetime(ecrites.where(ecrites.str.fullmatch(_DATE_LISIBLE)), format="%Y%m%d", errors="coerce")
    lues = lues.to_numpy().astype("datetime64[s]")
    positions = np.flatnonzero((np.isnat(lues) & ecrites.ne("").to_numpy())[codes])
    return lues[codes], pd.Series(ecrites.to_numpy()[codes[positions]], index=positions, dtype="str")


def _dictionnaire(colonne: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """Position of each row's value, and the values, trimmed."""
    unifiee = colonne.unify_dictionaries().combine_chunks()
    valeurs = pc.utf8_trim_whitespace(unifiee.dictionary)
    return unifiee.indices.to_numpy(), valeurs.to_numpy(zero_copy_only=False)


def lire_centimes(colonne: pa.ChunkedArray, champ: str, lignes: pd.Index, constats: Constats) -> np.ndarray:
    """Whole cents (int64); an empty field counts as 0. Unreadable amounts are noted as faults.

    Digits beyond the cent are rounded, half away from zero, and a decimal point is accepted; both are noted as remarks.
    """
    lisibles = pc.match_substring_regex(colonne, _MONTANT_LISIBLE)
    if not pc.all(lisibles).as_py():
        colonne = pc.utf8_trim_whitespace(colonne)
        lisibles = pc.match_substring_regex(colonne, _MONTANT_LISIBLE)
    if not pc.all(lisibles).as_py():
        ou = np.flatnonzero(~lisibles.to_numpy())
        constats.fautes += [
            f"ligne {lignes[i]} : {champ} « {colonne[i].as_py()[:40]} »" for i in ou[:FAUTES_MONTREES].tolist()
        ]
        if len(ou) > FAUTES_MONTREES:
            constats.fautes.append(f"et {len(ou) - FAUTES_MONTREES} autres montants en {champ}")
        return np.zeros(len(lignes), dtype="int64")
    if points := pc.sum(pc.match_substring(colonne, ".")).as_py():
        constats.remarques.append(f"{champ} : {points} montants lus avec un point décimal au lieu d'une virgule.")
    nombres = pc.replace_substring(colonne, ",", ".")
    nombres = pc.if_else(pc.equal(nombres, ""), "0", nombres)
    en_centimes = nombres.cast(pa.float64()).to_numpy() * 100
    arrondis = np.rint(en_centimes)
    resultat = arrondis.astype("int64")
    suspects = np.flatnonzero(np.abs(en_centimes - arrondis) > _ECART_SUSPECT)
    if len(suspects):
        resultat[suspects] = _arrondir_au_centime(nombres.take(pa.array(suspects)), champ, constats)
    return resultat


def _arrondir_au_centime(nombres: pa.ChunkedArray, champ: str, constats: Constats) -> np.ndarray:
    if precis := pc.sum(pc.match_substring_regex(nombres, _TROP_PRECIS)).as_py():
        constats.remarques.append(f"{champ} : {precis} montants à plus de deux décimales, arrondis au centime.")
    exacts = pc.round(nombres.cast(pa.decimal128(25, 10)), ndigits=2, round_mode="half_towards_infinity")
    return np.rint(exacts.cast(pa.float64()).to_numpy() * 100).astype("int64")


def lire_sens(colonne: pa.ChunkedArray, lignes: pd.Index, constats: Constats) -> np.ndarray:
    """+1 for a debit, -1 for a credit."""
    lus = pd.Series(textes(colonne), index=lignes)
    sens = lus.str.upper().map(_SENS).astype("float64")
    inconnus = lus[sens.isna()].head(FAUTES_MONTREES)
    constats.fautes += [
        f"ligne {ligne} : Sens « {texte[:10]} », attendu D ou C, +1 ou -1" for ligne, texte in inconnus.items()
    ]
    return sens.to_numpy()


def reunir_illisibles(par_champ: dict[str, pd.Series], lignes: pd.Index) -> pd.Categorical | None:
    """One text a row with the dates that could not be read (``EcritureDate « 20241301 »``), missing elsewhere."""
    par_champ = {champ: fautes for champ, fautes in par_champ.items() if len(fautes)}
    if not par_champ:
        return None
    positions = np.unique(np.concatenate([fautes.index for fautes in par_champ.values()]))
    phrases = pd.Series("", index=positions, dtype="str")
    for champ, fautes in par_champ.items():
        suite = phrases.loc[fautes.index]
        phrases.loc[fautes.index] = suite + np.where(suite.eq(""), "", " ; ") + f"{champ} « " + fautes.str[:20] + " »"
    return pd.Categorical(phrases.reindex(range(len(lignes))))
