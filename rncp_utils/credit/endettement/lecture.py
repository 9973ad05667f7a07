"""Reading of one case (a household, a company, a year) or of many: amounts, words, and the day whose rules apply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.erreurs import ErreurDonnees, ErreurParametre
from rncp_utils.monnaie import MAXIMUM, arrondi_centime
from rncp_utils.parametres import Tranche, bareme, parametre
from rncp_utils.parametres.consultation import lire_date
from rncp_utils.vecteurs import Masque, Valeur

# Above, an amount is a mistake of unit, and a float of euros no longer holds its cents.
MONTANT_MAXIMAL = 1e12
_ANNEES = (1900, 2200)


class Cas(Colonnes):
    """Columns whose amounts are checked as they are read; a faulty row is refused whole."""

    def montant(self, nom: str, defaut: float | None = None) -> Valeur:
        """An amount of any sign; without ``defaut`` it is required."""
        if defaut is None:
            self.exiger(nom)
            valeur = self[nom]
        else:
            valeur = self.get(nom, defaut)
        self._refuser_demesure(nom, valeur)
        return valeur

    def charge(self, nom: str, defaut: float | None = None) -> Valeur:
        """An amount that cannot be negative."""
        valeur = self.montant(nom, defaut)
        self.refuser(valeur < 0, f"{nom} : montant négatif, écrivez-le en positif")
        return valeur

    def taux(self, nom: str, defaut: float | None = None) -> Valeur:
        """A rate, as a fraction from 0 to 1."""
        valeur = self.montant(nom, defaut)
        self.refuser(np.abs(valeur) > 1, f"{nom} : taux attendu en fraction (0,05 pour 5 %)")
        self.refuser((valeur < 0) & (valeur >= -1), f"{nom} : taux négatif")
        return valeur

    def complement(self, nom: str, fourni: object = None) -> tuple[Valeur, Masque]:
        """An optional amount, 0 where it is unknown, and where that is."""
        valeur, inconnu = super().complement(nom, fourni)
        self._refuser_demesure(nom, valeur)
        return valeur, inconnu

    def _refuser_demesure(self, nom: str, valeur: Valeur) -> None:
        self.refuser(np.abs(valeur) > MONTANT_MAXIMAL, f"{nom} : montant démesuré, vérifiez l'unité")

    def choix(self, nom: str, admis: Sequence[str]) -> np.ndarray:
        """Rank of a word among those admitted; another word refuses the case."""
        brut = self.source[nom]
        rangs, mots = pd.factorize(pd.Series(brut if self.en_table else [brut], dtype="object"))
        connus = np.array([admis.index(mot) if mot in admis else len(admis) for mot in mots] + [len(admis)])
        codes = connus[rangs]  # -1, an empty cell, reads the last one
        inconnu = codes == len(admis)
        attendus = f"attendu {', '.join(admis)}"
        if not self.en_table:
            self.refuser(bool(inconnu[0]), f"{nom} : valeur « {brut} » inconnue, {attendus}")
            return codes[0]
        self.refuser(inconnu, f"{nom} : valeur inconnue, {attendus}")
        return codes

    @property
    def valables(self) -> Masque:
        """Where nothing was refused so far."""
        return True if self._annulees is None else ~self._annulees

    def dire(self, ou: Masque, motif: str) -> None:
        """A result that cannot be computed: NaN with its reason, and a warning for one case."""
        self.signaler(ou, motif, bloquant=False)
        if not self.en_table and np.any(ou):
            self.avertir(f"{motif[0].upper()}{motif[1:]}.")

    def un_nombre(self, nom: str, valeur: Valeur) -> float | pd.DataFrame:
        """The only result of a function: a float for one case, a table with its reasons for many."""
        return self.resultat(**{nom: valeur}) if self.en_table else float(valeur)


class Jours:
    """The day of each case, the same for all or one a row, and the parameters of that day.

    A year stands for its last day. A value that is not known on that day raises for one case, and refuses its rows in
    a table.
    """

    def __init__(self, cas: Cas, date: Any, nom: str = "date") -> None:
        self._cas = cas
        if not cas.en_table or np.ndim(date) == 0:
            self._uniques: list[dt.date] = [_jour(date, nom)]
            self._rangs = np.zeros(len(cas.source) if cas.en_table else 1, dtype="int64")
        else:
            jours, illisible = lire_jours(date)
            cas.refuser(illisible, f"{nom} absente ou illisible (écrivez AAAA-MM-JJ, ou une année)")
            uniques, self._rangs = np.unique(jours, return_inverse=True)
            self._uniques = uniques.tolist()

    @property
    def jours(self) -> np.ndarray:
        """Day of each case, as a number of days."""
        return np.array(self._uniques, dtype="datetime64[D]")[self._rangs]

    @property
    def annees(self) -> Valeur:
        """Year of each case."""
        annees = self.jours.astype("datetime64[Y]").astype("int64") + 1970.0
        return annees if self._cas.en_table else float(annees[0])

    def decaler(self, annees: int) -> Jours:
        """The last day of another year: -1 for the year before."""
        valeurs = self.annees + annees
        return Jours(self._cas, valeurs if self._cas.en_table else int(valeurs))

    @staticmethod
    def derniers_jours(annees: Valeur) -> np.ndarray:
        """31 December of each year."""
        suivantes = np.asarray(annees).astype("int64") + 1 - 1970
        return suivantes.astype("datetime64[Y]").astype("datetime64[D]") - 1

    def parametre(self, nom: str, ou: Masque = True) -> Valeur:
        """Value of a parameter; only the cases ``ou`` need one."""
        if not self._cas.en_table:
            return float(parametre(nom, self._uniques[0])) if ou else float("nan")
        lues = np.array([self._lire(parametre, nom, jour) for jour in self._uniques], dtype="float64")
        valeurs = lues[self._rangs]
        self._refuser(np.isnan(valeurs), nom, ou)
        return valeurs

    def parametre_ou_zero(self, nom: str) -> Valeur:
        """Value of a parameter that the law has dropped: 0 on the days when there is none."""
        lues = np.nan_to_num([self._lire(parametre, nom, jour) for jour in self._uniques])
        return lues[self._rangs] if self._cas.en_table else float(lues[0])

    def bareme(
        self, nom: str, x: Valeur, lecture: Callable[[Any, tuple[Tranche, ...]], Any], ou: Masque = True
    ) -> Valeur:
        """A scale read at ``x``, row by row or at one value, the way ``lecture`` does."""
        if not self._cas.en_table:
            return lecture(x, bareme(nom, self._uniques[0])) if ou else float("nan")
        baremes = [self._lire(bareme, nom, jour) for jour in self._uniques]
        connus = np.array([isinstance(lu, tuple) for lu in baremes], dtype=bool)
        self._refuser(~connus[self._rangs], nom, ou)
        x = np.broadcast_to(x, self._rangs.shape)
        if len(baremes) == 1 and connus[0]:
            return lecture(x, baremes[0])
        resultat = np.full(self._rangs.shape, np.nan)
        for rang in np.flatnonzero(connus):
            ici = self._rangs == rang
            resultat[ici] = lecture(x[ici], baremes[rang])
        return resultat

    def _refuser(self, inconnus: np.ndarray, nom: str, ou: Masque) -> None:
        # One unknown scale is enough: the parameters of the same year are missing together.
        self._cas.refuser(inconnus & ou & self._cas.valables, f"paramètre {nom} inconnu à cette date")

    @staticmethod
    def _lire(lire: Callable[[str, dt.date], Any], nom: str, jour: dt.date) -> Any:
        try:
            return lire(nom, jour)
        except ErreurParametre:
            return float("nan")


def cas_et_jours(date: Any, **valeurs: Any) -> tuple[Cas, Jours]:
    """The arguments of a function, of which the date may be one for all or one a row."""
    par_ligne = {"date": date} if np.ndim(date) == 1 else {}
    cas = Cas.depuis(**valeurs, **par_ligne)
    return cas, Jours(cas, cas.source["date"] if par_ligne else date)


def _jour(date: Any, nom: str) -> dt.date:
    if isinstance(date, float) and date.is_integer():
        date = int(date)
    if isinstance(date, int | np.integer) and not isinstance(date, bool):
        if not _ANNEES[0] <= date <= _ANNEES[1]:
            raise ErreurDonnees(f"{nom} vaut {date} : une année de {_ANNEES[0]} à {_ANNEES[1]} est attendue.")
        return dt.date(int(date), 12, 31)
    return lire_date(date)


def lire_jours(dates: Any) -> tuple[np.ndarray, np.ndarray]:
    """Days of a column of dates or of years (their last day), and where it holds neither."""
    serie = pd.Series(dates)
    if pd.api.types.is_numeric_dtype(serie) or pd.api.types.infer_dtype(serie, skipna=True) == "integer":
        annees = serie.to_numpy(dtype="float64", na_value=np.nan)
        illisible = ~((annees >= _ANNEES[0]) & (annees <= _ANNEES[1]) & (annees % 1 == 0))
        return Jours.derniers_jours(np.where(illisible, _ANNEES[0], annees)), illisible
    if pd.api.types.infer_dtype(serie, skipna=True) == "string":
        # A year alone, as a text, is a date to pandas and not to one case.
        serie = serie.where(serie.str.len() >= len("AAAA-MM-JJ"))
    lues = pd.to_datetime(serie, errors="coerce", format="ISO8601")
    if getattr(lues.dt, "tz", None) is not None:
        lues = lues.dt.tz_localize(None)
    jours = lues.to_numpy().astype("datetime64[D]")
    illisible = np.isnat(jours)
    return np.where(illisible, np.datetime64(f"{_ANNEES[0]}-12-31", "D"), jours), illisible


def jour_des_conventions(date: Any) -> dt.date:
    """Day at which the teaching values are read: today unless told."""
    return dt.date.today() if date is None else _jour(date, "date")


def au_centime(montant: Valeur) -> Valeur:
    """Euros rounded to the cent, half away from zero; what is missing, or was refused as out of reach, is missing.

    One amount takes the same path as a table: the two must not differ by the last bit of a float.
    """
    if np.ndim(montant) == 0:
        return float("nan") if np.isnan(montant) else float(arrondi_centime([float(montant)])[0])
    connus = np.abs(montant) <= MAXIMUM
    if connus.all():
        return arrondi_centime(montant)
    resultat = np.full(montant.shape, np.nan)
    resultat[connus] = arrondi_centime(montant[connus])
    return resultat


def par_tranches(x: Valeur, tranches: Sequence[Tranche]) -> Valeur:
    """Amount due on ``x`` when each rate applies to the part above its threshold; nothing under the first one."""
    seuils = np.array([tranche.seuil for tranche in tranches], dtype="float64")
    taux = np.array([tranche.taux for tranche in tranches], dtype="float64")
    # What is due at each threshold: the brackets below, whole.
    acquis = np.concatenate([[0.0], np.cumsum(np.diff(seuils) * taux[:-1])])
    x = np.maximum(x, seuils[0])
    rang = np.searchsorted(seuils, x, side="right") - 1
    return acquis[rang] + (x - seuils[rang]) * taux[rang]


def taux_de_tranche(x: Valeur, tranches: Sequence[Tranche]) -> Valeur:
    """Rate of the highest bracket that ``x`` enters, 0 under the first one: an amount at a threshold is below it."""
    seuils = np.array([tranche.seuil for tranche in tranches], dtype="float64")
    taux = np.array([0.0, *(tranche.taux for tranche in tranches)])
    return np.where(np.isnan(x), np.nan, taux[np.searchsorted(seuils, x, side="left")])


def par_points(x: Valeur, points: Sequence[Tranche]) -> Valeur:
    """Rate at ``x``, linear between two points, constant beyond."""
    return np.interp(x, [point.seuil for point in points], [point.taux for point in points])
