"""Jours fériés et jours ouvrés en France, mois de calendrier."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import numpy as np

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.parametres.consultation import lire_date


def mois_plus_tard(jour: dt.date, mois: int) -> dt.date:
    """Le même jour, des mois plus tard (ou plus tôt) ; à défaut, le dernier jour de ce mois.

    >>> mois_plus_tard(dt.date(2026, 11, 30), 3), mois_plus_tard(dt.date(2027, 1, 12), -12)
    (datetime.date(2027, 2, 28), datetime.date(2026, 1, 12))
    """
    annee, rang = divmod(12 * jour.year + jour.month - 1 + mois, 12)
    return dt.date(annee, rang + 1, min(jour.day, calendar.monthrange(annee, rang + 1)[1]))


def paques(annee: int) -> dt.date:
    """Dimanche de Pâques (calendrier grégorien, algorithme de Meeus).

    >>> paques(2026)
    datetime.date(2026, 4, 5)
    """
    a, b, c = annee % 19, annee // 100, annee % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return dt.date(annee, f // 31, f % 31 + 1)


def feries(annee: int, *, alsace_moselle: bool = False) -> dict[dt.date, str]:
    """Jours fériés français d'une année. Source : C. trav., art. L. 3133-1 et L. 3134-13, à vérifier.

    >>> len(feries(2026)), len(feries(2026, alsace_moselle=True))
    (11, 13)
    """
    p = paques(annee)
    fixes = {(1, 1): "jour de l'an", (5, 1): "fête du travail", (5, 8): "victoire de 1945", (7, 14): "fête nationale"}
    fixes |= {(8, 15): "Assomption", (11, 1): "Toussaint", (11, 11): "armistice de 1918", (12, 25): "Noël"}
    jours = {dt.date(annee, m, j): nom for (m, j), nom in fixes.items()}
    mobiles = {1: "lundi de Pâques", 39: "Ascension", 50: "lundi de Pentecôte"}
    if alsace_moselle:
        mobiles[-2] = "vendredi saint"
        jours[dt.date(annee, 12, 26)] = "Saint-Étienne"
    return dict(sorted((jours | {p + dt.timedelta(days=n): nom for n, nom in mobiles.items()}).items()))


def jours_feries(premiere_annee: int, derniere_annee: int) -> np.ndarray:
    """Jours fériés de France métropolitaine, hors Alsace et Moselle, de plusieurs années (datetime64[D], triés).

    >>> [str(jour) for jour in jours_feries(2026, 2026)][:4]
    ['2026-01-01', '2026-04-06', '2026-05-01', '2026-05-08']
    """
    jours = [jour for annee in range(premiere_annee, derniere_annee + 1) for jour in feries(annee)]
    return np.array(jours, dtype="datetime64[D]")


def jour_ouvre(jour: Any, apres: int = 0, *, samedi: bool = False) -> dt.date:
    """Le jour lui-même s'il est ouvré, sinon le dernier jour ouvré d'avant ; puis ``apres`` jours ouvrés plus tard.

    ``samedi`` : jours ouvrables, du lundi au samedi hors jours fériés.

    >>> jour_ouvre("2026-05-01"), jour_ouvre("2026-05-01", 2), jour_ouvre("2026-05-01", 2, samedi=True)
    (datetime.date(2026, 4, 30), datetime.date(2026, 5, 5), datetime.date(2026, 5, 4))
    """
    depart = lire_date(jour)
    fermes = jours_feries(depart.year - 1, depart.year + 1)
    semaine = "1111110" if samedi else "1111100"
    return np.busday_offset(
        np.datetime64(depart, "D"), apres, roll="backward", weekmask=semaine, holidays=fermes
    ).item()


def jours_ouvres(debut: Any, fin: Any, *, alsace_moselle: bool = False) -> int:
    """Jours travaillés de ``debut`` à ``fin`` inclus : ni samedi, ni dimanche, ni férié.

    >>> jours_ouvres("2026-04-01", "2026-04-10")
    7
    """
    a, b = lire_date(debut), lire_date(fin)
    if b < a:
        raise ErreurDonnees("La fin précède le début : vérifiez les deux dates.")
    fermes = [jour for annee in range(a.year, b.year + 1) for jour in feries(annee, alsace_moselle=alsace_moselle)]
    return int(np.busday_count(a, b + dt.timedelta(days=1), holidays=np.array(fermes, dtype="datetime64[D]")))
