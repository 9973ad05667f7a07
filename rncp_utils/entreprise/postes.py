"""The boxes of a liasse as columns: :class:`rncp_utils.colonnes.Colonnes`, with the doubts of a simplified form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes, selon
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.vecteurs import ENTRE_MOTIFS, Masque, Valeur

__all__ = ["CONVERSION", "Entreprises", "Masque", "Postes", "Valeur", "calculer", "selon", "tolerance_arrondi"]

Entreprises = Liasse | Mapping[str, float] | pd.Series | pd.DataFrame
# How every doubt of the conversion from the simplified forms begins, and what stands between two reasons.
CONVERSION = "régime simplifié : "
# Rows worked on at a time: arrays that fit in the processor's cache, and are reused from one block to the next.
LIGNES_PAR_BLOC = 1 << 16


def tolerance_arrondi(lignes: int) -> float:
    """Gap, in euros, that rounding each of ``lignes`` lines to the euro can explain (convention of the controls)."""
    return float(max(2, lignes))


class Postes(Colonnes):
    """Boxes of one company (floats) or of many (float64 arrays), and the reasons for missing results.

    Parameters
    ----------
    source
        A :class:`Liasse`, a mapping or Series of codes (one company), or a DataFrame with one column a code
        (one row a company and year). Never changed.

    Attributes
    ----------
    conversion
        Doubts that the conversion from the simplified forms left on the source, and the rows concerned. They come
        with the results, and void none.
    """

    ABSENTE = "poste {} absent"
    INFINIE = "poste {} infini"
    MANQUE = "Le poste {} manque : ajoutez-le à la liasse (0 s'il est vide) avant de calculer."
    ILLISIBLE = "Le poste {} contient « {} » : un montant en euros est attendu."
    DOUBLE = "Le poste {} figure en plusieurs colonnes : gardez-en une."

    def __init__(self, source: Entreprises) -> None:
        super().__init__(source)
        if isinstance(source, Liasse):
            self._valeurs = source.valeurs
        self.conversion = _doutes_de_conversion(source)
        self._motifs = dict(self.conversion)
        self._avertissements = [] if self.en_table else list(self.conversion)


class _Bloc(Postes):
    """Some consecutive rows of a table: columns are read whole once, by the table, and cut here."""

    def __init__(self, table: Postes, lignes: slice) -> None:
        super().__init__(table.source.iloc[lignes])
        self._entiere = table
        self._lignes = lignes

    def _lire(self, code: str) -> Valeur:
        entieres = self._entiere._colonnes
        if code not in entieres:
            entieres[code] = self._entiere._lire(code)
        return entieres[code][self._lignes]

    def _argument(self, nom: str, fourni: object) -> Valeur:
        cle = f"argument {nom}"
        entieres = self._entiere._colonnes
        if cle not in entieres:
            entieres[cle] = self._entiere._argument(nom, fourni)
        valeur = entieres[cle]
        return valeur[self._lignes] if isinstance(valeur, np.ndarray) else valeur

    def avertir(self, message: str) -> None:
        self._entiere.avertir(message)


def calculer(x: Entreprises, formule: Callable[[Postes], Mapping[str, Valeur]]) -> pd.Series | pd.DataFrame:
    """Results of a formula that looks at each row alone: one company at once, a table block after block.

    ``formule`` gives its results by name, the same names whatever the rows.
    """
    postes = Postes(x)
    if not postes.en_table or len(x) <= LIGNES_PAR_BLOC:
        return postes.resultat(**formule(postes))
    return _calculer_par_blocs(postes, formule)


def _calculer_par_blocs(postes: Postes, formule: Callable[[Postes], Mapping[str, Valeur]]) -> pd.DataFrame:
    total = len(postes.source)
    colonnes: dict[str, np.ndarray] = {}
    bits = np.zeros(total, dtype="int64")
    rangs: dict[str, int] = {}
    for debut in range(0, total, LIGNES_PAR_BLOC):
        lignes = slice(debut, min(debut + LIGNES_PAR_BLOC, total))
        bloc = _Bloc(postes, lignes)
        for nom, valeur in formule(bloc).items():
            if nom not in colonnes:
                colonnes[nom] = np.empty(total)
            colonnes[nom][lignes] = valeur
            if bloc._annulees is not None:
                colonnes[nom][lignes][bloc._annulees] = np.nan
        bits[lignes] = bloc._bits(rangs)
    return postes._table(colonnes, bits, list(rangs))


def _doutes_de_conversion(source: Entreprises) -> dict[str, np.ndarray]:
    """Reasons left by the conversion of the simplified forms; those of any other ``motif`` column are not ours."""
    motif = source.get("motif") if isinstance(source, Mapping | pd.Series | pd.DataFrame) else None
    if isinstance(source, pd.DataFrame):
        rangs, textes = pd.factorize(motif) if isinstance(motif, pd.Series) else (np.empty(0, dtype="int64"), ())
        listes = [_motifs_de_conversion(texte) for texte in textes]
        # Rank -1, an empty cell, reads the False added at the end.
        return {
            doute: np.array([doute in liste for liste in listes] + [False])[rangs]
            for doute in dict.fromkeys(doute for liste in listes for doute in liste)
        }
    dits = source.attrs.get("motifs", ()) if isinstance(source, pd.Series) else getattr(source, "avertissements", ())
    return {doute: np.asarray(True) for texte in (*dits, motif) for doute in _motifs_de_conversion(texte)}


def _motifs_de_conversion(texte: object) -> list[str]:
    motifs = texte.split(ENTRE_MOTIFS) if isinstance(texte, str) else ()
    return [motif for motif in motifs if motif.startswith(CONVERSION)]
