"""Reading of the results to draw, and French amounts on the drawings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.figures import MOINS
from rncp_utils.formats import INSECABLE, formater_nombre

EQUILIBRE = {"frng": "FRNG", "bfr": "BFR", "tresorerie_nette": "Trésorerie nette"}


def lire_resultats(resultats: pd.Series | Mapping[str, float], noms: Sequence[str], figure: str) -> dict[str, float]:
    """Named results of one company, as floats.

    Raises
    ------
    ErreurSchema, ErreurDonnees
        A name is absent; a value is missing; a table of several companies was given.
    """
    if isinstance(resultats, pd.DataFrame):
        raise ErreurDonnees(
            f"La figure {figure} montre une entreprise à la fois : donnez une ligne de la table (table.loc[clé])."
        )
    absents = [nom for nom in noms if nom not in resultats]
    if absents:
        raise ErreurSchema(f"Résultats absents pour la figure {figure} : {', '.join(absents)} ; calculez-les d'abord.")
    lus = {nom: float(resultats[nom]) for nom in noms}
    manquants = [nom for nom, valeur in lus.items() if not math.isfinite(valeur)]
    if manquants:
        raise ErreurDonnees(f"La figure {figure} ne peut pas être dessinée : {', '.join(manquants)} non calculé.")
    return lus


def ecrire_montant(valeur: float, diviseur: float = 1.0, unite: str = "€", *, signe: bool = False) -> str:
    """« 294 000 € », « \u22128 800 € » ; ``signe`` also writes « +8 000 € »."""
    nombre = formater_nombre(abs(valeur) / diviseur, 0)
    devant = MOINS if valeur < 0 else "+" if signe and valeur > 0 else ""
    return f"{devant}{nombre}{INSECABLE}{unite}"
