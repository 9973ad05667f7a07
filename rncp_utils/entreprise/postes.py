"""One way to write a formula for one company and for a million: columns in, columns out, no loop over rows.

A domain function reads its boxes through :class:`Postes` and gives back named results. For one company boxes are
floats and a fault raises; for a table they are arrays, a faulty row gets NaN and a French reason in ``motif``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.entreprise.vecteurs import ENTRE_MOTIFS, Masque, Valeur, colonne_motif, remplir, sans_nombres, vides
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurEquilibre, ErreurSchema
from rncp_utils.formats import euros

Entreprises = Liasse | Mapping[str, float] | pd.Series | pd.DataFrame
MAX_MOTIFS = 62
# How every doubt of the conversion from the simplified forms begins, and what stands between two reasons.
CONVERSION = "régime simplifié : "
# Rows worked on at a time: arrays that fit in the processor's cache, and are reused from one block to the next.
LIGNES_PAR_BLOC = 1 << 16


def tolerance_arrondi(lignes: int) -> float:
    """Gap, in euros, that rounding each of ``lignes`` lines to the euro can explain (convention of the controls)."""
    return float(max(2, lignes))


class Postes:
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

    def __init__(self, source: Entreprises) -> None:
        self.source = source
        self.en_table = isinstance(source, pd.DataFrame)
        self._valeurs = source.valeurs if isinstance(source, Liasse) else source
        self._colonnes: dict[str, Valeur] = {}
        self.conversion = _doutes_de_conversion(source)
        self._motifs: dict[str, np.ndarray] = dict(self.conversion)
        self._avertissements: list[str] = [] if self.en_table else list(self.conversion)
        self._annulees: np.ndarray | None = None
        self._refus: set[str] = set()

    def __contains__(self, code: str) -> bool:
        return code in self._valeurs

    def __getitem__(self, code: str) -> Valeur:
        """A required box.

        Absent column: :class:`ErreurSchema`. Empty cell: NaN and a reason, or an error for one company.
        """
        if code not in self._colonnes:
            valeur = self._present(code)
            self.signaler(vides(valeur), f"poste {code} absent")
            self._colonnes[code] = valeur
        return self._colonnes[code]

    def get(self, code: str, defaut: float = 0.0) -> Valeur:
        """An optional box; an absent column or an empty cell counts as ``defaut``."""
        cle = f"?{code}"
        if cle not in self._colonnes:
            valeur = self._fini(code) if code in self else defaut
            self._colonnes[cle] = remplir(valeur, vides(valeur), defaut)
        return self._colonnes[cle]

    def somme(self, *codes: str) -> Valeur:
        """Sum of optional boxes."""
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
        """Boxes without which no result of the row has a meaning: absent column raises, empty cell voids the row."""
        for code in codes:
            self.refuser(vides(self._present(code)), f"poste {code} absent")

    def complement(self, nom: str, fourni: object = None) -> tuple[Valeur, Masque]:
        """An amount that the forms do not hold, with 0 where it is unknown, and where that is.

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
            raise ErreurDonnees(f"{nom} vaut « {fourni} » : un montant en euros est attendu.") from None
        if valeur.ndim == 0:
            return float(valeur)
        if not self.en_table or valeur.shape != (len(self.source),):
            raise ErreurSchema(f"{nom} n'a pas une valeur par ligne de la table : donnez-en autant que de lignes.")
        return valeur

    def _present(self, code: str) -> Valeur:
        if code not in self:
            raise ErreurSchema(f"Le poste {code} manque : ajoutez-le à la liasse (0 s'il est vide) avant de calculer.")
        return self._fini(code)

    def _fini(self, code: str) -> Valeur:
        """A box; an infinite amount is a fault of the row."""
        valeur = self._lire(code)
        # The sum of a column tells at once, in one pass, that there is nothing infinite in it.
        with np.errstate(invalid="ignore", over="ignore"):
            fini = np.isfinite(np.sum(valeur))
        if not fini and np.any(infinis := np.isinf(valeur)):
            self.refuser(infinis, f"poste {code} infini")
        return valeur

    def _lire(self, code: str) -> Valeur:
        brut = self._valeurs[code]
        if not self.en_table:
            try:
                if isinstance(brut, str | bool | np.bool_):
                    raise TypeError
                return float("nan") if brut is None or brut is pd.NA else float(brut)
            except (TypeError, ValueError):
                raise ErreurDonnees(f"Le poste {code} contient « {brut} » : un montant en euros est attendu.") from None
        if isinstance(brut, pd.DataFrame):
            raise ErreurSchema(f"Le poste {code} figure en plusieurs colonnes : gardez-en une.")
        try:
            if sans_nombres(brut):
                raise TypeError
            return brut.to_numpy(dtype="float64", na_value=np.nan)
        except (TypeError, ValueError):
            raise ErreurSchema(f"La colonne {code} contient autre chose que des nombres : convertissez-la.") from None

    def signaler(self, ou: Masque, motif: str, *, bloquant: bool = True) -> None:
        """Note that the results of some rows are missing or doubtful, and why.

        For one company a ``bloquant`` reason raises :class:`ErreurDonnees`; otherwise it is kept for ``motif``.
        """
        if not np.any(ou):
            return
        if not self.en_table and bloquant:
            raise ErreurDonnees(f"Calcul impossible : {motif}.")
        self._motifs[motif] = self._motifs.get(motif, False) | np.asarray(ou)

    def refuser(self, ou: Masque, motif: str) -> None:
        """A fault of the input: one company raises, the faulty rows of a table get NaN everywhere and the reason."""
        if not np.any(ou):
            return
        self.signaler(ou, motif)
        self._refus.add(motif)
        masque = np.broadcast_to(ou, len(self.source))
        self._annulees = masque if self._annulees is None else self._annulees | masque

    def douter(self, ou: Masque, motif: str) -> None:
        """A default stands for what is not known: results come with the reason; one company also gets a warning."""
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

    def reprendre(self, autre: Postes, prefixe: str) -> None:
        """Take over the reasons noted while reading the boxes of another year of the same companies."""
        for motif, ou in autre._motifs.items():
            self.signaler(ou, f"{prefixe}{motif}", bloquant=False)
            if motif in autre._refus:
                self._refus.add(f"{prefixe}{motif}")
        if autre._annulees is not None:
            self._annulees = autre._annulees if self._annulees is None else self._annulees | autre._annulees

    def controler_case(self, calcule: Valeur, code: str, nom: str, tolerance: float) -> None:
        """Compare a computed balance with the box that the company filled in, where it did."""
        if code in self:
            self.controler_egalite(calcule, self._fini(code), f"{nom} calculé", f"la case {code}", tolerance)

    def controler_egalite(
        self, gauche: Valeur, droite: Valeur, nom_gauche: str, nom_droite: str, tolerance: float
    ) -> None:
        """Refuse the rows where two amounts that must be equal differ by more than ``tolerance`` euros.

        Raises
        ------
        ErreurEquilibre
            For one company: both sides and the gap are in the message and in the attributes.
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
        """Named results: a Series for one company, a DataFrame with the same index for many.

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


def selon(masque: Masque, alors: Valeur, sinon: Valeur) -> Valeur:
    """``alors`` where the mask is true, ``sinon`` elsewhere; no array is made when one of the two is all there is."""
    if isinstance(masque, np.ndarray) and masque.ndim:
        return np.where(masque, alors, sinon)
    return alors if masque else sinon
