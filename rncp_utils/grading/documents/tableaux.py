"""A table that is read on a page, in a workbook and in a CSV file: one definition for the three."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from rncp_utils.formats import formater_nombre, pourcent
from rncp_utils.tableurs import Feuille

TIRET = "–"


@dataclass(frozen=True)
class Colonne:
    """Column of a page: its heading, and how it is set."""

    titre: str
    nombre: bool
    entete: bool
    court: bool


@dataclass(frozen=True)
class Tableau:
    """Table and how each medium shows it.

    Attributes
    ----------
    nom
        Stem of the CSV file, and title of the sheet.
    libelles
        Column → heading; a column without one is not shown on the page.
    taux
        Columns between 0 and 1 shown in percent.
    longs
        Columns of prose, which may wrap.
    entetes
        Number of columns that name the row.
    """

    nom: str
    titre: str
    legende: str
    table: pd.DataFrame
    libelles: Mapping[str, str]
    taux: tuple[str, ...] = ()
    longs: tuple[str, ...] = ()
    entetes: int = 1
    serre: bool = False
    vide: str = "Aucune ligne à ce jour."
    largeurs: Mapping[str, float] = field(default_factory=dict)

    @property
    def montrees(self) -> list[str]:
        return [nom for nom in self.table.columns if nom in self.libelles]

    @property
    def colonnes(self) -> list[Colonne]:
        return [
            Colonne(
                self.libelles[nom],
                nombre=nom in self.taux or pd.api.types.is_numeric_dtype(self.table[nom]),
                entete=rang < self.entetes,
                court=nom not in self.longs,
            )
            for rang, nom in enumerate(self.montrees)
        ]

    @property
    def lignes(self) -> list[list[tuple[Colonne, str]]]:
        textes = [self._textes(nom) for nom in self.montrees]
        return [list(zip(self.colonnes, ligne, strict=True)) for ligne in zip(*textes, strict=True)]

    def _textes(self, nom: str) -> list[str]:
        serie = self.table[nom]
        if nom in self.taux:
            return [TIRET if math.isnan(valeur) else pourcent(valeur, 1) for valeur in serie.astype(float)]
        if pd.api.types.is_float_dtype(serie):
            entiers = (serie.dropna() % 1 == 0).all()
            return [TIRET if math.isnan(v) else formater_nombre(v, 0 if entiers else 2) for v in serie]
        if isinstance(serie.dtype, pd.DatetimeTZDtype):
            serie = serie.dt.tz_convert("Europe/Paris")
            return [TIRET if pd.isna(v) else f"{v:%d/%m/%Y %H:%M}" for v in serie]
        # A dash under a heading of prose would read as a word.
        return [_texte(valeur, "" if nom in self.longs else TIRET) for valeur in serie]

    def feuille(self) -> Feuille:
        """Sheet of a workbook."""
        return Feuille(
            self.table, taux=self.taux, libelles=self.libelles, figees=self.entetes, largeurs=dict(self.largeurs)
        )

    def csv(self) -> pd.DataFrame:
        """Table of a CSV file: rates are percentages there (``_pct``)."""
        table = self.table.assign(**{nom: self.table[nom].astype(float) * 100 for nom in self.taux})
        return table.rename(columns={nom: f"{nom}_pct" for nom in self.taux})


def _texte(valeur: object, rien: str) -> str:
    if valeur is None or valeur != valeur or valeur == "":
        return rien
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, dt.date):
        return f"{valeur:%d/%m/%Y}"
    return str(valeur)
