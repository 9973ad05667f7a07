"""Jours ouvrés : ni samedi, ni dimanche, ni jour férié."""

from __future__ import annotations

import numpy as np

from rncp_utils.calendrier import jours_feries


def jour_ouvre_suivant(jours: np.ndarray) -> np.ndarray:
    """Each day (datetime64[D], NaT allowed), or the next one on which banks work."""
    connus = jours[~np.isnat(jours)]
    if not connus.size:
        return jours
    premiere, derniere = (int(str(borne)[:4]) for borne in (connus.min(), connus.max()))
    fermes = jours_feries(premiere, derniere + 1)
    return np.busday_offset(jours, 0, roll="forward", holidays=fermes)
