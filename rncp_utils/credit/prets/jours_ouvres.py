"""Jours ouvrés : ni samedi, ni dimanche, ni jour férié."""

from __future__ import annotations

import numpy as np

# Day and month; the others of the list follow Easter.
_FIXES = ("01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25")
_APRES_PAQUES = (1, 39, 50)


def jours_feries(premiere_annee: int, derniere_annee: int) -> np.ndarray:
    """Jours fériés de France métropolitaine, hors Alsace et Moselle, de plusieurs années (datetime64[D], triés).

    Source : article L3133-1 du code du travail, de mémoire, à vérifier (23 novembre 2026).

    >>> [str(jour) for jour in jours_feries(2026, 2026)][:4]
    ['2026-01-01', '2026-04-06', '2026-05-01', '2026-05-08']
    """
    annees = np.arange(premiere_annee, derniere_annee + 1)
    fixes = [np.datetime64(f"{annee:04d}-{jour}", "D") for annee in annees for jour in _FIXES]
    mobiles = (_paques(annees)[:, None] + np.array(_APRES_PAQUES)).ravel()
    return np.unique(np.concatenate([np.array(fixes, dtype="datetime64[D]"), mobiles]))


def jour_ouvre_suivant(jours: np.ndarray) -> np.ndarray:
    """Each day (datetime64[D], NaT allowed), or the next one on which banks work."""
    connus = jours[~np.isnat(jours)]
    if not connus.size:
        return jours
    premiere, derniere = (int(str(borne)[:4]) for borne in (connus.min(), connus.max()))
    feries = jours_feries(premiere, derniere + 1)
    return np.busday_offset(jours, 0, roll="forward", holidays=feries)


def _paques(annee: np.ndarray) -> np.ndarray:
    """Easter Sunday, by the anonymous Gregorian computus (Meeus)."""
    siecle, rang = annee // 100, annee % 100
    bissextes = siecle // 4
    correction = (siecle - (siecle + 8) // 25 + 1) // 3
    epacte = (19 * (annee % 19) + siecle - bissextes - correction + 15) % 30
    semaine = (32 + 2 * (siecle % 4) + 2 * (rang // 4) - epacte - rang % 4) % 7
    report = (annee % 19 + 11 * epacte + 22 * semaine) // 451
    jours = epacte + semaine - 7 * report + 114
    mois = (annee - 1970) * 12 + jours // 31 - 1
    return mois.astype("datetime64[M]").astype("datetime64[D]") + jours % 31
