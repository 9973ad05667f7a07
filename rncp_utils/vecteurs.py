"""Columns of boxes and of reasons as arrays: the plumbing beneath :mod:`rncp_utils.entreprise.postes`."""

from __future__ import annotations

import numpy as np
import pandas as pd

Valeur = float | np.ndarray
Masque = bool | np.ndarray
ENTRE_MOTIFS = " ; "


def colonne_motif(bits: np.ndarray, motifs: list[str]) -> pd.Categorical:
    """Reasons of each row, told by the bits of a number: rows share few combinations, whose texts are joined once."""
    if not motifs:
        return pd.Categorical.from_codes(np.full(len(bits), -1, dtype="int8"), categories=pd.Index([], dtype="str"))
    codes, combinaisons = pd.factorize(bits, sort=True)
    textes = [
        ENTRE_MOTIFS.join(motif for rang, motif in enumerate(motifs) if int(combinaison) >> rang & 1)
        for combinaison in combinaisons
    ]
    vide = bool(textes) and textes[0] == ""
    return pd.Categorical.from_codes(codes - vide, categories=pd.Index(textes[vide:], dtype="str"))


def sans_nombres(colonne: pd.Series) -> bool:
    """Whether a column holds texts or truth values, which numpy would turn into numbers without a word."""
    if colonne.dtype == object:
        return pd.api.types.infer_dtype(colonne, skipna=True) in ("string", "boolean", "mixed", "mixed-integer")
    return isinstance(colonne.dtype, pd.StringDtype) or pd.api.types.is_bool_dtype(colonne)


def vides(valeur: Valeur) -> Masque:
    """Where an amount is missing; False at once, without a mask, for a full column."""
    if not isinstance(valeur, np.ndarray):
        return valeur != valeur
    vides = np.isnan(valeur)
    return vides if vides.any() else False


def remplir(valeur: Valeur, vides: Masque, defaut: float) -> Valeur:
    """``defaut`` in place of what is missing."""
    if vides is False:
        return valeur
    if not isinstance(valeur, np.ndarray):
        return defaut
    if defaut != 0.0:
        return np.where(vides, defaut, valeur)
    # Clearing the bits of a float makes it 0.0; on scattered gaps this costs a third of a choice between two arrays.
    return (valeur.view("int64") & -(~vides).astype("int64")).view("float64")
