"""Corporate tax of a small company."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from rncp_utils.parametres import parametre


def impot_societes(benefice: int, chiffre_affaires: int, cloture: dt.date) -> int:
    """Impôt sur les sociétés d'un exercice de douze mois, en euros entiers : taux réduit jusqu'au plafond, puis normal.

    ``impot = min(benefice, plafond) × taux réduit + reste × taux normal`` ; 0 pour une perte. Les conditions de capital
    des petites et moyennes entreprises sont supposées remplies (convention de cours) ; celle du chiffre d'affaires est
    lue. Arrondi à l'euro, le demi-euro au-dessus.

    Source : CGI, art. 219, I (paramètres ``is.*``).

    >>> impot_societes(43_500, 1_120_000, dt.date(2024, 12, 31))
    6625
    """
    ouverture = cloture.replace(year=cloture.year - 1) + dt.timedelta(days=1)
    reduit = Decimal(0)
    if chiffre_affaires <= parametre("is.taux_reduit_ca_maximal", ouverture):
        reduit = min(Decimal(max(benefice, 0)), _decimal("is.taux_reduit_plafond", cloture))
    reste = max(benefice, 0) - reduit
    du = reduit * _decimal("is.taux_reduit", cloture) + reste * _decimal("is.taux_normal", ouverture)
    return int(du.quantize(Decimal(1), ROUND_HALF_UP))


def _decimal(nom: str, jour: dt.date) -> Decimal:
    return Decimal(str(parametre(nom, jour)))
