"""Texts of many rows from tables of booleans: rows share few combinations, whose text is written once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd


def enumerer(masque: np.ndarray, noms: Sequence[str], separateur: str = ", ") -> np.ndarray:
    """Names of the true columns of each row, « C4, C5 »; empty when there is none.

    >>> enumerer(np.array([[True, False, True], [False, False, False]]), ["C4", "C5", "C6"]).tolist()
    ['C4, C6', '']
    """
    octets = np.packbits(masque, axis=1)
    complets = np.zeros((len(octets), -(-max(octets.shape[1], 1) // 8) * 8), dtype=np.uint8)
    complets[:, : octets.shape[1]] = octets
    mots = complets.view(np.int64)
    codes = np.zeros(len(mots), dtype=np.int64)
    for colonne in mots.T:
        rangs, _ = pd.factorize(colonne)
        codes = pd.factorize(codes * (int(rangs.max(initial=0)) + 1) + rangs)[0]
    _, premiers = np.unique(codes, return_index=True)
    textes = [separateur.join(nom for nom, vrai in zip(noms, masque[rang], strict=True) if vrai) for rang in premiers]
    return objets(textes)[codes]


def joindre(parties: Sequence[np.ndarray], separateur: str = " ; ") -> np.ndarray:
    """Non-empty texts of each row, joined."""
    codes = np.zeros(len(parties[0]), dtype=np.int64)
    uniques = []
    for partie in parties:
        rangs, textes = pd.factorize(partie)
        uniques.append(textes)
        codes = codes * max(len(textes), 1) + rangs
        # Numbered again at each step: the product of many parts would not hold in 64 bits.
        codes = pd.factorize(codes)[0]
    _, premiers = np.unique(codes, return_index=True)
    textes = [separateur.join(partie[rang] for partie in parties if partie[rang]) for rang in premiers]
    return objets(textes)[codes]


def introduire(introduction: str, textes: np.ndarray) -> np.ndarray:
    """``introduction`` before the texts that are not empty."""
    return par_valeur(textes, lambda texte: introduction + texte if texte else "")


def par_valeur(valeurs: np.ndarray, fonction: Callable[[object], str]) -> np.ndarray:
    """``fonction`` of each value, called once a distinct value."""
    codes, uniques = pd.factorize(valeurs)
    return objets([fonction(valeur) for valeur in uniques])[codes] if len(uniques) else objets([])


def si(condition: np.ndarray, texte: str | np.ndarray) -> np.ndarray:
    """``texte`` where the condition holds, nothing elsewhere."""
    return np.where(condition, texte, "").astype(object)


def objets(valeurs: Sequence[object]) -> np.ndarray:
    """Array of Python objects, shared rather than copied by the rows that take them."""
    tableau = np.empty(len(valeurs), dtype=object)
    tableau[:] = list(valeurs)
    return tableau
