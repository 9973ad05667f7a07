"""Valeurs d'un paramètre pour une série de dates, sans boucle sur les lignes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.parametres.consultation import prevenir_si_ancien, refuser
from rncp_utils.parametres.modele import TABLE, TRIMESTRE_OCTROI, Parametre, trimestre_suivant

JOUR = "datetime64[D]"


def valeurs_aux_dates(fiche: Parametre, dates: Any) -> np.ndarray:
    """Valeur à chaque date, dans le même ordre ; mêmes refus et même avertissement qu'à une seule date.

    Raises
    ------
    ErreurParametre
        Au moins une date sans valeur : le message donne leur nombre et la première.
    ErreurDonnees
        Une table de nombres (elle se lit à une date à la fois), ou autre chose que des dates.
    """
    if fiche.forme == TABLE:
        raise ErreurDonnees(f"La table « {fiche.nom} » se lit à une date à la fois ; donnez une seule date.")
    jours = lire_jours(dates)
    rangs = np.searchsorted(np.array(fiche.dates, dtype=JOUR), jours, side="right") - 1
    # Before the first key the rank is -1: it would read the last value, and is refused before that matters.
    inconnus = (rangs < 0) | np.array([contenu is None for contenu in fiche.contenus])[rangs]
    if fiche.sens_de_la_date == TRIMESTRE_OCTROI:
        fins = np.array([trimestre_suivant(debut) for debut in fiche.dates], dtype=JOUR)
        inconnus |= jours >= fins[rangs]
    if inconnus.any():
        premier = jours[inconnus][0].item()
        raise refuser(fiche, premier, f" (date n° {int(inconnus.argmax()) + 1} ; dates refusées : {inconnus.sum()})")
    if jours.size:
        prevenir_si_ancien(fiche, jours.max().item())
    connues = [contenu for contenu in fiche.contenus if contenu is not None]
    # The slot of a missing value is never read; any number of the right type keeps the array numeric.
    valeurs = np.array([connues[0] if contenu is None else contenu for contenu in fiche.contenus])
    return valeurs[rangs]


def lire_jours(dates: Any) -> np.ndarray:
    """Tableau à une dimension de jours (datetime64[D]) ; refuse ce qui n'est pas une date et les dates manquantes."""
    if getattr(dates, "ndim", 1) != 1:
        raise ErreurDonnees("Les dates sont rangées en tableau à plusieurs dimensions ; donnez-en une seule colonne.")
    lues = pd.Series(dates)
    if not len(lues):
        return np.array([], dtype=JOUR)
    if not pd.api.types.is_datetime64_any_dtype(lues):
        if pd.api.types.is_numeric_dtype(lues) or pd.api.types.infer_dtype(lues) in ("integer", "mixed-integer"):
            raise ErreurDonnees(f"J'attendais des dates et j'ai lu des nombres ({lues.iloc[0]}…) ; donnez des dates.")
        try:
            lues = pd.to_datetime(lues, format="ISO8601")
        except (ValueError, TypeError) as erreur:
            raise ErreurDonnees(
                "J'attendais des dates et l'une des valeurs n'en est pas une ; écrivez-les AAAA-MM-JJ."
            ) from erreur
    if lues.isna().any():
        raise ErreurDonnees(
            f"Dates manquantes : {lues.isna().sum()} dans la série ; renseignez-les ou ôtez ces lignes."
        )
    if lues.dt.tz is not None:
        lues = lues.dt.tz_localize(None)
    return lues.to_numpy().astype(JOUR)
