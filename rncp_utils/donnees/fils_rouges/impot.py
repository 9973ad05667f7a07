"""Corporate tax of small companies."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from rncp_utils.monnaie import centimes
from rncp_utils.parametres import parametre

# Rates are read as whole ten-thousandths: a tax of whole euros is then exact.
_DIX_MILLIEMES = 10_000


def impot_societes(benefice: Any, chiffre_affaires: Any, cloture: dt.date | np.ndarray) -> Any:
    """Impôt sur les sociétés d'un exercice de douze mois, en euros entiers : taux réduit jusqu'au plafond, puis normal.

    ``impot = min(benefice, plafond) × taux réduit + reste × taux normal`` ; 0 pour une perte. Les conditions de capital
    des petites et moyennes entreprises sont supposées remplies (convention de cours) ; celle du chiffre d'affaires est
    lue. Arrondi à l'euro, le demi-euro au-dessus.

    Parameters
    ----------
    benefice, chiffre_affaires : int ou tableau, en euros entiers
    cloture : date, ou tableau de dates (une par société)

    Returns
    -------
    int, ou ndarray int64 si ``benefice`` est un tableau.

    Source : CGI, art. 219, I (paramètres ``is.*``).

    >>> impot_societes(43_500, 1_120_000, dt.date(2024, 12, 31))
    6625
    """
    seule = np.ndim(benefice) == 0
    base = np.maximum(np.atleast_1d(np.asarray(benefice, dtype="int64")), 0)
    fin = np.broadcast_to(np.asarray(cloture, dtype="datetime64[D]"), base.shape)
    ouverture = fin - np.timedelta64(364, "D")
    ouverture = ouverture.astype("datetime64[M]").astype("datetime64[D]")
    petite = np.asarray(chiffre_affaires) <= parametre("is.taux_reduit_ca_maximal", ouverture)
    reduit = np.where(petite, np.minimum(base, parametre("is.taux_reduit_plafond", fin)), 0)
    taux_reduit, taux_normal = (
        centimes(parametre(nom, jours) * 100) for nom, jours in (("is.taux_reduit", fin), ("is.taux_normal", ouverture))
    )
    brut = reduit * taux_reduit + (base - reduit) * taux_normal
    impot = ((2 * brut + _DIX_MILLIEMES) // (2 * _DIX_MILLIEMES)).astype("int64")
    return int(impot[0]) if seule else impot
