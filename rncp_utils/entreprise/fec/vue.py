"""A file of accounting entries under control: what several controls need, and how a fault is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from rncp_utils.entreprise.fec.valeurs import ILLISIBLE, centimes, grouper, numeroter
from rncp_utils.formats import euros

EXEMPLES = 3


@dataclass
class Vue:
    """A FEC under control: what several controls need is computed once."""

    fec: pd.DataFrame
    exercice: tuple[date, date] | None

    @cached_property
    def debit(self) -> np.ndarray:
        return centimes(self.fec["Debit"])

    @cached_property
    def credit(self) -> np.ndarray:
        return centimes(self.fec["Credit"])

    @cached_property
    def journaux(self) -> tuple[np.ndarray, pa.Array]:
        return numeroter(self.fec["JournalCode"])

    @cached_property
    def numeros(self) -> tuple[np.ndarray, pa.Array]:
        return numeroter(self.fec["EcritureNum"])

    @cached_property
    def comptes(self) -> tuple[np.ndarray, pa.Array]:
        return numeroter(self.fec["CompteNum"])

    @cached_property
    def ecritures(self) -> tuple[np.ndarray, np.ndarray]:
        """Entry (journal, number) of each line, and the first line of each entry."""
        cles = self.journaux[0] * max(len(self.numeros[1]), 1) + self.numeros[0]
        return grouper(cles)

    def illisible(self, champ: str) -> np.ndarray:
        """Rows where the text of a date could not be read."""
        if ILLISIBLE not in self.fec:
            return np.zeros(len(self.fec), dtype=bool)
        return self.fec[ILLISIBLE].str.contains(f"{champ} «", regex=False, na=False).to_numpy(dtype=bool)

    def situer(self, positions: np.ndarray) -> str:
        """The first rows of a fault, as somebody looks them up in the file."""
        lignes = self.fec.iloc[positions[:EXEMPLES]]
        textes = [
            f"journal {ligne.get('JournalCode', '?')}, écriture {ligne.get('EcritureNum', '?')}, ligne {numero}"
            for numero, ligne in lignes.iterrows()
        ]
        return " ; ".join([*textes, *(["…"] if len(positions) > EXEMPLES else [])])


@dataclass(frozen=True)
class Resultat:
    """Number of faults (None: could not be controlled), and the sentence that tells them; empty when all is well."""

    nb: int | None = 0
    detail: str = ""


def est_vide(colonne: pd.Series) -> np.ndarray:
    """Rows without text."""
    return (colonne.isna() | colonne.eq("")).to_numpy(dtype=bool)


def lignes_fautives(vue: Vue, fautives: np.ndarray, phrase: str, precision: str = "") -> Resultat:
    """Number and first places of the rows at fault."""
    positions = np.flatnonzero(fautives)
    if not len(positions):
        return Resultat()
    precision = f", {precision}" if precision else ""
    return Resultat(len(positions), f"{phrase} ({len(positions)}){precision} : {vue.situer(positions)}.")


def montant(centimes_: int) -> str:
    """Amount in euros of a number of cents, as it is shown."""
    return euros(int(centimes_) / 100, 2)
