"""One way to write a formula for one case and for a million: columns in, columns out, no loop over rows.

A domain function reads its amounts through :class:`Colonnes` and gives back named results. For one case (a company, a
loan, a client) amounts are floats and a fault raises; for a table they are arrays, a faulty row gets NaN and a French
reason in ``motif``.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd

from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurEquilibre, ErreurSchema
from rncp_utils.formats import euros
from rncp_utils.vecteurs import Masque, Valeur, colonne_motif, remplir, sans_nombres, vides

MAX_MOTIFS = 62


class Colonnes:
    """Amounts of one case (floats) or of many (float64 arrays), and the reasons for missing results.

    Parameters
    ----------
    source
        A mapping or Series (one case), or a DataFrame with one row a case. Never changed.

    Attributes
    ----------
    ABSENTE, INFINIE, MANQUE, ILLISIBLE, DOUBLE, TEXTE : str
        Sentences of the faults of one column, where ``{}`` is its name: a subclass says what its cases call it.
    """

    ABSENTE = "donnée {} absente"
    INFINIE = "donnée {} infinie"
    MANQUE = "La donnée {} manque : ajoutez-la avant de calculer."
    ILLISIBLE = "La donnée {} contient « {} » : un nombre est attendu."
    DOUBLE = "La donnée {} figure en plusieurs colonnes : gardez-en une."

    def __init__(self, source: Mapping[str, float] | pd.Series | pd.DataFrame) -> None:
        self.source = source
        self.en_table = isinstance(source, pd.DataFrame)
        self._valeurs = source
        self._colonnes: dict[str, Valeur] = {}
        self._motifs: dict[str, np.ndarray] = {}
        self._avertissements: list[str] = []
        self._annulees: np.ndarray | None = None
        self._refus: set[str] = set()

    @classmethod
    def depuis(cls, **valeurs: object) -> Self:
        """From the arguments of a function: numbers for one case; arrays, lists or Series (same rows) for many.

        Raises
        ------
        ErreurSchema
            Series that have not the same rows, or lists of different lengths.
        """
        listes = {nom: v for nom, v in valeurs.items() if np.ndim(v) == 1}
        if not listes:
            return cls(valeurs)
        index = next((v.index for v in listes.values() if isinstance(v, pd.Series)), None)
        longueurs = {len(v) for v in listes.values()}
        series = [v for v in listes.values() if isinstance(v, pd.Series)]
        if len(longueurs) > 1 or any(not serie.index.equals(index) for serie in series):
            raise ErreurSchema(f"{', '.join(listes)} n'ont pas les mêmes lignes : donnez des listes de même longueur.")
        lignes = pd.RangeIndex(longueurs.pop()) if index is None else index
        return cls(pd.DataFrame({nom: _en_colonne(v) for nom, v in valeurs.items()}, index=lignes))

    def __contains__(self, code: str) -> bool:
        return code in self._valeurs

    def __getitem__(self, code: str) -> Valeur:
        """A required amount.

        Absent column: :class:`ErreurSchema`. Empty cell: NaN and a reason, or an error for one case.
        """
        if code not in self._colonnes:
            valeur = self._present(code)
            self.signaler(vides(valeur), self.ABSENTE.format(code))
            self._colonnes[code] = valeur
        return self._colonnes[code]

    def get(self, code: str, defaut: float = 0.0) -> Valeur:
        """An optional amount; an absent column or an empty cell counts as ``defaut``."""
        cle = f"?{code}"
        if cle not in self._colonnes:
            valeur = self._fini(code) if code in self else defaut
            self._colonnes[cle] = remplir(valeur, vides(valeur), defaut)
        return self._colonnes[cle]

    def somme(self, *codes: str) -> Valeur:
        """Sum of optional amounts."""
        total: Valeur = 0.0
        ajoutes = 0
        for code in codes:
            valeur = self.get(code)
            if isinstance(valeur, float) and valeur == 0.0:
                continue
            ajoutes += 1
            # From the third term on the total is ours: adding in place spares one temporary array a term.
            if ajoutes > 2 and isinstance(total, np.ndarray):
                total += valeur
            else:
                total = valeur if ajoutes == 1 else total + valeur
        return total

    def exiger(self, *codes: str) -> None:
        """Amounts without which no result of the row has a meaning: absent column raises, empty cell voids the row."""
        for code in codes:
            self.refuser(vides(self._present(code)), self.ABSENTE.format(code))

    def complement(self, nom: str, fourni: object = None) -> tuple[Valeur, Masque]:
        """An amount that the source may not hold, with 0 where it is unknown, and where that is.

        It is the argument ``fourni`` (a number, an array or a Series with the index of the table), else the column
        ``nom``.
        """
        if fourni is not None:
            valeur = self._argument(nom, fourni)
        elif nom in self:
            valeur = self._fini(nom)
        else:
            return 0.0, True
        inconnu = vides(valeur)
        return remplir(valeur, inconnu, 0.0), inconnu

    def _argument(self, nom: str, fourni: object) -> Valeur:
        if isinstance(fourni, pd.Series):
            if not self.en_table or not fourni.index.equals(self.source.index):
                raise ErreurSchema(f"{nom} n'a pas les mêmes lignes que la table : donnez une série de même index.")
            fourni = fourni.to_numpy(dtype="float64", na_value=np.nan)
        try:
            valeur = np.asarray(fourni, dtype="float64")
        except (TypeError, ValueError):
            raise ErreurDonnees(f"{nom} vaut « {fourni} » : un nombre est attendu.") from None
        if valeur.ndim == 0:
            return float(valeur)
        if not self.en_table or valeur.shape != (len(self.source),):
            raise ErreurSchema(f"{nom} n'a pas une valeur par ligne de la table : donnez-en autant que de lignes.")
        return valeur

    def _present(self, code: str) -> Valeur:
        if code not in self:
            raise ErreurSchema(self.MANQUE.format(code))
        return self._fini(code)

    def _fini(self, code: str) -> Valeur:
        """An amount; an infinite one is a fault of the row."""
        valeur = self._lire(code)
        # The sum of a column tells at once, in one pass, that there is nothing infinite in it.
        with np.errstate(invalid="ignore", over="ignore"):
            fini = np.isfinite(np.sum(valeur))
        if not fini and np.any(infinis := np.isinf(valeur)):
            self.refuser(infinis, self.INFINIE.format(code))
        return valeur

    def _lire(self, code: str) -> Valeur:
        brut = self._valeurs[code]
        if not self.en_table:
            try:
                if isinstance(brut, str | bool | np.bool_):
                    raise TypeError
                return float("nan") if brut is None or brut is pd.NA else float(brut)
            except (TypeError, ValueError):
                raise ErreurDonnees(self.ILLISIBLE.format(code, brut)) from None
        if isinstance(brut, pd.DataFrame):
            raise ErreurSchema(self.DOUBLE.format(code))
        try:
            if sans_nombres(brut):
                raise TypeError
            return brut.to_numpy(dtype="float64", na_value=np.nan)
        except (TypeError, ValueError):
            raise ErreurSchema(f"La colonne {code} contient autre chose que des nombres : convertissez-la.") from None

    def signaler(self, ou: Masque, motif: str, *, bloquant: bool = True) -> None:
        """Note that the results of some rows are missing or doubtful, and why.

        For one case a ``bloquant`` reason raises :class:`ErreurDonnees`; otherwise it is kept for ``motif``.
        """
        if not np.any(ou):
            return
        if not self.en_table and bloquant:
            raise ErreurDonnees(f"Calcul impossible : {motif}.")
        self._motifs[motif] = self._motifs.get(motif, False) | np.asarray(ou)

    def refuser(self, ou: Masque, motif: str) -> None:
        """A fault of the input: one case raises, the faulty rows of a table get NaN everywhere and the reason."""
        if not np.any(ou):
            return
        self.signaler(ou, motif)
        self._refus.add(motif)
        masque = np.broadcast_to(ou, len(self.source))
        self._annulees = masque if self._annulees is None else self._annulees | masque

    def douter(self, ou: Masque, motif: str) -> None:
        """A default stands for what is not known: results come with the reason; one case also gets a warning."""
        if not np.any(ou):
            return
        self.signaler(ou, motif, bloquant=False)
        if not self.en_table:
            self.avertir(f"Résultat approché : {motif}.")

    def avertir(self, message: str) -> None:
        """Warn of a default that holds for the whole call; results keep it in ``attrs["avertissements"]``."""
        if message not in self._avertissements:
            self._avertissements.append(message)
            warnings.warn(message, AvertissementDonnees, stacklevel=4)

    def reprendre(self, autre: Colonnes, prefixe: str) -> None:
        """Take over the reasons noted while reading another year of the same cases."""
        for motif, ou in autre._motifs.items():
            self.signaler(ou, f"{prefixe}{motif}", bloquant=False)
            if motif in autre._refus:
                self._refus.add(f"{prefixe}{motif}")
        if autre._annulees is not None:
            self._annulees = autre._annulees if self._annulees is None else self._annulees | autre._annulees

    def controler_case(self, calcule: Valeur, code: str, nom: str, tolerance: float) -> None:
        """Compare a computed balance with the amount that the source gives, where it did."""
        if code in self:
            self.controler_egalite(calcule, self._fini(code), f"{nom} calculé", f"la case {code}", tolerance)

    def controler_egalite(
        self, gauche: Valeur, droite: Valeur, nom_gauche: str, nom_droite: str, tolerance: float
    ) -> None:
        """Refuse the rows where two amounts that must be equal differ by more than ``tolerance`` euros.

        Raises
        ------
        ErreurEquilibre
            For one case: both sides and the gap are in the message and in the attributes.
        """
        rompu = np.abs(gauche - droite) > tolerance
        if not np.any(rompu):
            return
        if self.en_table:
            self.refuser(rompu, f"{nom_gauche} et {nom_droite} diffèrent")
            return
        raise ErreurEquilibre(
            f"{nom_gauche[0].upper()}{nom_gauche[1:]} ({euros(gauche, 2)}) et {nom_droite} ({euros(droite, 2)}) "
            f"diffèrent de {euros(gauche - droite, 2)} : vérifiez les postes qui les composent.",
            gauche=float(gauche),
            droite=float(droite),
            tolerance=tolerance,
        )

    def denominateur(self, valeur: Valeur, nom: str, *, positif: bool = False) -> Valeur:
        """``valeur`` with NaN, and a reason, where dividing by it means nothing; then a plain ``/`` never gives ±inf.

        ``positif``: ratios change meaning when the denominator is negative, which is then refused as well.
        """
        interdit = (valeur <= 0) if positif else (valeur == 0)
        if not np.any(interdit):
            return valeur
        self.signaler(interdit, f"{nom} : dénominateur {'nul ou négatif' if positif else 'nul'}", bloquant=False)
        return np.where(interdit, np.nan, valeur) if isinstance(valeur, np.ndarray) else float("nan")

    def ratio(self, numerateur: Valeur, denominateur: Valeur, nom: str, *, den_positif: bool = False) -> Valeur:
        """``numerateur / denominateur``; NaN and a reason where the division means nothing, never an infinity.

        ``den_positif``: the ratio changes meaning when the denominator is negative, which is then refused as well.
        """
        interdit = (denominateur <= 0) if den_positif else (denominateur == 0)
        if not np.any(interdit):
            return numerateur / denominateur
        adjectif = "nul ou négatif" if den_positif else "nul"
        self.signaler(interdit, f"{nom} : dénominateur {adjectif}", bloquant=False)
        if not self.en_table:
            return float("nan")
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(interdit, np.nan, numerateur / denominateur)

    def resultat(self, **colonnes: Valeur) -> pd.Series | pd.DataFrame:
        """Named results: a Series for one case, a DataFrame with the same index for many.

        A table always ends with the column ``motif`` (category of French reasons, NA when all is well); a Series has
        ``attrs["motifs"]``, a tuple of reasons. Both have ``attrs["avertissements"]``.
        """
        if not self.en_table:
            serie = pd.Series({nom: float(valeur) for nom, valeur in colonnes.items()}, dtype="float64")
            serie.attrs["motifs"] = tuple(self._motifs)
            serie.attrs["avertissements"] = tuple(self._avertissements)
            return serie
        lignes = len(self.source)
        rangs: dict[str, int] = {}
        bits = self._bits(rangs)
        return self._table(self._colonnes_propres(colonnes, lignes), bits, list(rangs))

    def _bits(self, rangs: dict[str, int]) -> np.ndarray:
        """Reasons of each row as the bits of a number; ``rangs`` gives and takes the rank of each reason."""
        bits = np.zeros(len(self.source), dtype="int64")
        refus = 0
        for motif, ou in self._motifs.items():
            rang = rangs.setdefault(motif, len(rangs))
            if rang < MAX_MOTIFS:
                bits |= ou.astype("int64") << rang
                refus |= (motif in self._refus) << rang
        # Where nothing was computed, what would have been doubtful does not matter.
        if self._annulees is not None:
            bits[self._annulees] &= refus
        return bits

    def _table(self, colonnes: dict[str, np.ndarray], bits: np.ndarray, motifs: list[str]) -> pd.DataFrame:
        table = pd.DataFrame(colonnes, index=self.source.index, copy=False)
        table["motif"] = colonne_motif(bits, motifs)
        table.attrs["avertissements"] = tuple(self._avertissements)
        return table

    def _colonnes_propres(self, colonnes: dict[str, Valeur], lignes: int) -> dict[str, np.ndarray]:
        """One array of its own a result: nothing shared with the input, nor between two results."""
        pris = {id(valeur) for valeur in self._colonnes.values()}
        propres = {}
        for nom, valeur in colonnes.items():
            tableau = np.asarray(valeur, dtype="float64")
            if tableau.ndim == 0:
                tableau = np.full(lignes, tableau)
            elif id(tableau) in pris or not tableau.flags.owndata or not tableau.flags.writeable:
                tableau = tableau.copy()
            pris.add(id(tableau))
            if self._annulees is not None:
                tableau[self._annulees] = np.nan
            propres[nom] = tableau
        return propres


def selon(masque: Masque, alors: Valeur, sinon: Valeur) -> Valeur:
    """``alors`` where the mask is true, ``sinon`` elsewhere; no array is made when one of the two is all there is."""
    if isinstance(masque, np.ndarray) and masque.ndim:
        return np.where(masque, alors, sinon)
    return alors if masque else sinon


def _en_colonne(valeur: object) -> object:
    """A missing number as NaN: pandas would make a column of objects of it."""
    return np.nan if valeur is None or valeur is pd.NA else valeur
