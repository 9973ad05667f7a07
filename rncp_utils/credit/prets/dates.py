"""Due dates without drift, and days between two dates, for many loans at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rncp_utils.credit.prets.contrats import ABSENTE, Contrats

_MOIS_PAR_AN = 12


@dataclass(frozen=True)
class Calendrier:
    """Ends of the periods of some loans.

    Attributes
    ----------
    jours
        Array (ranks + 1, loans): day of the end of each period, row 0 being the start of the first one;
        :data:`ABSENTE` for a loan without dates.
    deblocage
        Day when the money is made available.
    """

    jours: np.ndarray
    deblocage: np.ndarray

    @classmethod
    def de(cls, c: Contrats) -> Calendrier:
        """Every date counts its months from the same origin, so that the 31st comes back after a February."""
        origine, rang, pas = _origine(c)
        sans_date = origine == ABSENTE
        if sans_date.all():
            return cls(np.full((int(c.duree.max()) + 1, len(c)), ABSENTE), c.deblocage)
        mois, quantieme = _mois_et_quantieme(np.where(sans_date, 0, origine))
        rangs = np.arange(int(c.duree.max()) + 1)[:, None]
        jours = _jours(mois + (rangs - rang) * pas, quantieme)
        if sans_date.any():
            jours[:, sans_date] = ABSENTE
        return cls(jours, np.where(c.deblocage == ABSENTE, jours[0], c.deblocage))

    def longueurs(self, c: Contrats) -> np.ndarray | None:
        """Multiplier of the rate of each period, (ranks + 1, loans): its days, or 1; None where all are 1."""
        if not c.au_jour.any():
            return None
        longueurs = np.ones_like(self.jours)
        ou = np.flatnonzero(c.au_jour)
        longueurs[1:, ou] = nombre_de_jours(self.jours[:-1, ou], self.jours[1:, ou], c.trente[ou])
        return longueurs


def ajouter_mois(jours: np.ndarray, mois: np.ndarray) -> np.ndarray:
    """Same day of another month, or its last day."""
    depart, quantieme = _mois_et_quantieme(jours)
    return _jours(depart + mois, quantieme)


def nombre_de_jours(debut: np.ndarray, fin: np.ndarray, trente: np.ndarray) -> np.ndarray:
    """Days from one day to another: those of the calendar, or months of 30 days (a 31st counts as a 30th)."""
    exacts = fin - debut
    if not trente.any():
        return exacts
    mois_debut, jour_debut = _mois_et_quantieme(debut)
    mois_fin, jour_fin = _mois_et_quantieme(fin)
    conventionnels = (mois_fin - mois_debut) * 30 + np.minimum(jour_fin, 30) - np.minimum(jour_debut, 30)
    return np.where(trente, conventionnels, exacts)


def debut_de_premiere_periode(c: Contrats) -> np.ndarray:
    """Day on which the first period begins, :data:`ABSENTE` without dates."""
    origine, rang, pas = _origine(c)
    sans_date = origine == ABSENTE
    return np.where(sans_date, ABSENTE, ajouter_mois(np.where(sans_date, 0, origine), -rang * pas))


def a_une_periode_brisee(c: Contrats) -> np.ndarray:
    """Loans whose money is available before their first period begins."""
    if (c.premiere == ABSENTE).all():
        return np.zeros(len(c), dtype=bool)
    return (c.deblocage != ABSENTE) & (c.deblocage < debut_de_premiere_periode(c))


def _origine(c: Contrats) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Day from which months are counted, rank that it has, months between two ranks."""
    pas = _MOIS_PAR_AN // c.periodicite
    sans_premiere = c.premiere == ABSENTE
    if sans_premiere.all():
        return c.deblocage, np.zeros_like(pas), pas
    sans_deblocage = c.deblocage == ABSENTE
    # Lent on January 31st, first paid on February 28th: the day of the month is the 31st.
    normale = ajouter_mois(np.where(sans_deblocage, 0, c.deblocage), np.where(c.a_echoir, 0, pas)) == c.premiere
    depuis_deblocage = sans_premiere | (normale & ~sans_deblocage)
    origine = np.where(depuis_deblocage, c.deblocage, c.premiere)
    return origine, np.where(depuis_deblocage | c.a_echoir, 0, 1), pas


def _mois_et_quantieme(jours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Months since 1970, day of the month from 1."""
    dates = jours.astype("datetime64[D]")
    mois = dates.astype("datetime64[M]")
    return mois.astype("int64"), (dates - mois.astype("datetime64[D]")).astype("int64") + 1


def _jours(mois: np.ndarray, quantieme: np.ndarray) -> np.ndarray:
    if not mois.size:
        return mois
    # A table of the months at stake: looking up is several times faster than a calendar computation an element.
    premier, dernier = int(mois.min()), int(mois.max())
    debuts = np.arange(premier, dernier + 2).astype("datetime64[M]").astype("datetime64[D]").astype("int64")
    rangs = mois - premier
    return debuts[:-1][rangs] + np.minimum(quantieme, np.diff(debuts)[rangs]) - 1
