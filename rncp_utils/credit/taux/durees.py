"""Durée entre deux dates, en années, au sens de l'annexe I de la directive 2008/48/CE."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.parametres.consultation import lire_date

MOIS_PAR_AN = 12
SEMAINES_PAR_AN = 52
JOURS_PAR_AN = 365


def duree_en_annees(debut: Any, date: Any) -> float:
    """Années du premier versement (``debut``) à ``date`` : mois entiers, puis jours sur 365 (366 avec un 29 février).

    Les mois entiers se comptent à rebours, de ``date`` vers ``debut`` ; les jours qui restent sont rapportés à l'année
    qui suit ``debut``.

    Source : directive 2008/48/CE, annexe I (repris par C. conso., art. R. 314-3 et annexe, de mémoire, à vérifier).

    >>> duree_en_annees("2026-01-15", "2027-01-15"), round(duree_en_annees("2026-01-10", "2026-03-05"), 6)
    (1.0, 0.154566)
    """
    debut, date = lire_date(debut), lire_date(date)
    if date < debut:
        raise ErreurDonnees(f"Le flux du {date:%d/%m/%Y} précède le premier, du {debut:%d/%m/%Y} : vérifiez les dates.")
    mois = (date.year - debut.year) * MOIS_PAR_AN + date.month - debut.month
    if _reculer(date, mois) < debut:
        mois -= 1
    reste = (_reculer(date, mois) - debut).days
    return mois / MOIS_PAR_AN + reste / _jours_de_l_annee(debut)


def _reculer(date: dt.date, mois: int) -> dt.date:
    """``mois`` earlier, on the same day or on the last of a shorter month."""
    total = date.year * MOIS_PAR_AN + date.month - 1 - mois
    annee, rang = divmod(total, MOIS_PAR_AN)
    return dt.date(annee, rang + 1, min(date.day, calendar.monthrange(annee, rang + 1)[1]))


def _jours_de_l_annee(debut: dt.date) -> int:
    fin = _reculer(debut, -MOIS_PAR_AN)
    return (fin - debut).days


def en_annees(instants: list[Any], base: str) -> list[float]:
    """Dates or numbers of periods → years from the first flow.

    Raises
    ------
    ErreurDonnees
        Unknown base, negative time, something else than dates or numbers.
    """
    if base == "dates":
        premiere = min(lire_date(instant) for instant in instants)
        return [duree_en_annees(premiere, instant) for instant in instants]
    diviseurs = {"annees": 1, "mois": MOIS_PAR_AN, "semaines": SEMAINES_PAR_AN, "jours": JOURS_PAR_AN}
    if base not in diviseurs:
        raise ErreurDonnees(f"base vaut « {base} » : choisissez parmi dates, {', '.join(diviseurs)}.")
    try:
        annees = [float(instant) / diviseurs[base] for instant in instants]
    except (TypeError, ValueError):
        raise ErreurDonnees(f"En base « {base} », les instants sont des nombres depuis le premier flux.") from None
    if not all(0 <= annee < float("inf") for annee in annees):
        raise ErreurDonnees("Un instant est négatif ou inconnu : comptez-les depuis le premier versement.")
    return annees
