"""Jours ouvrés : ni samedi, ni dimanche, ni jour férié."""

from __future__ import annotations

import numpy as np

from rncp_utils.calendrier import feries


def jours_feries(premiere_annee: int, derniere_annee: int) -> np.ndarray:
    """Jours fériés de France métropolitaine, hors Alsace et Moselle, de plusieurs années (datetime64[D], triés).

    Source : article L3133-1 du code du travail, de mémoire, à vérifier (23 novembre 2026).

    >>> [str(jour) for jour in jours_feries(2026, 2026)][:4]
    ['2026-01-01', '2026-04-06', '2026-05-01', '2026-05-08']
    """
    jours = [jour for annee in range(premiere_annee, derniere_annee + 1) for jour in feries(annee)]
    return np.array(jours, dtype="datetime64[D]")


def jour_ouvre_suivant(jours: np.ndarray) -> np.ndarray:
    """Each day (datetime64[D], NaT allowed), or the next one on which banks work."""
    connus = jours[~np.isnat(jours)]
    if not connus.size:
        return jours
    premiere, derniere = (int(str(borne)[:4]) for borne in (connus.min(), connus.max()))
    fermes = jours_feries(premiere, derniere + 1)
    return np.busday_offset(jours, 0, roll="forward", holidays=fermes)
