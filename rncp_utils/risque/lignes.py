"""Renouvellement des lignes à court terme : calendrier, priorités, proposition. Convention de cours."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre
from rncp_utils.parametres.consultation import lire_date

HORIZONS = (30, 60, 90)
ECHUE, AU_DELA = "échue", "au-delà"
RENOUVELER, AUGMENTER, REDUIRE, DENONCER = "renouveler", "augmenter", "réduire", "dénoncer"
CONVENTION = "convention de cours"


def echeancier_lignes(lignes: pd.DataFrame, date: Any, horizons: tuple[int, ...] = HORIZONS) -> pd.DataFrame:
    """Calendrier de renouvellement : où en est chaque ligne, et ce qu'il faut faire maintenant.

    Parameters
    ----------
    lignes : DataFrame
        Une ligne par concours, index ``id_ligne`` : ``date_echeance``, ``plafond`` et ``utilise`` (euros) ;
        ``niveau_alerte`` (0 à 4) si elle est connue. Non modifiée.
    horizons : tuple of int
        Bornes des tranches, en jours croissants.

    Returns
    -------
    DataFrame
        Même index, du plus pressé au moins pressé : ``jours_restants``, ``horizon`` (une tranche et une seule par
        ligne), ``etape`` en cours, ``utilisation`` (fraction), ``demande_le``, ``analyse_le``, ``decision_le``,
        ``preavis_le`` (dernier jour pour notifier une réduction avant l'échéance), ``priorite`` (0 à 100).

    Raises
    ------
    ErreurSchema
        Colonne absente.
    ErreurDonnees
        Plafond négatif ou nul, échéance inconnue, horizons qui ne croissent pas.

    Source des étapes : convention de cours ; préavis : CMF, art. L. 313-12, à vérifier.

    >>> t = pd.DataFrame({"date_echeance": ["2026-05-15"], "plafond": [40_000.0], "utilise": [26_500.0]}, index=["L1"])
    >>> echeancier_lignes(t, "2026-03-31")[["horizon", "etape"]].iloc[0].tolist()
    ['31 à 60 jours', 'décision']
    """
    jour = np.datetime64(lire_date(date), "D")
    echeances = _lire(lignes, horizons)
    reste = ((echeances - jour) / np.timedelta64(1, "D")).astype("int64")
    etapes = parametre("risque.lignes.etapes_jours", lire_date(date))
    preavis = parametre("conformite.preavis_concours", lire_date(date))
    poids = parametre("risque.lignes.priorite", lire_date(date))
    utilisation = lignes["utilise"].to_numpy(dtype="float64") / lignes["plafond"].to_numpy(dtype="float64")
    table = pd.DataFrame(
        {
            "jours_restants": reste,
            "horizon": _tranches(reste, horizons),
            "etape": np.select(
                [reste < 0, *(reste <= etapes[nom] for nom in ("decision", "analyse", "demande_de_pieces"))],
                ["échéance dépassée", "décision", "analyse", "demande de pièces"],
                "à venir",
            ),
            "utilisation": utilisation,
            "demande_le": echeances - np.timedelta64(etapes["demande_de_pieces"], "D"),
            "analyse_le": echeances - np.timedelta64(etapes["analyse"], "D"),
            "decision_le": echeances - np.timedelta64(etapes["decision"], "D"),
            "preavis_le": echeances - np.timedelta64(preavis, "D"),
            "priorite": _priorite(reste, utilisation, lignes, max(horizons), poids),
        },
        index=lignes.index,
    )
    table.attrs["source"] = CONVENTION
    return table.sort_values(["jours_restants", "priorite"], ascending=[True, False], kind="stable")


def _lire(lignes: pd.DataFrame, horizons: tuple[int, ...]) -> np.ndarray:
    manquantes = [nom for nom in ("date_echeance", "plafond", "utilise") if nom not in lignes]
    if manquantes:
        raise ErreurSchema(f"Colonnes absentes de la table des lignes : {', '.join(manquantes)}.")
    if list(horizons) != sorted(set(horizons)) or not horizons or horizons[0] <= 0:
        raise ErreurDonnees(f"horizons vaut {horizons} : donnez des nombres de jours positifs et croissants.")
    if not (lignes["plafond"] > 0).all():
        raise ErreurDonnees("Une ligne a un plafond nul, négatif ou inconnu : retirez-la ou complétez-la.")
    echeances = pd.to_datetime(lignes["date_echeance"]).to_numpy().astype("datetime64[D]")
    if np.isnat(echeances).any():
        raise ErreurDonnees(
            "Une ligne n'a pas de date d'échéance : une ligne à durée indéterminée se revoit autrement."
        )
    return echeances


def _tranches(reste: np.ndarray, horizons: tuple[int, ...]) -> pd.Categorical:
    noms = [ECHUE, f"0 à {horizons[0]} jours"]
    noms += [f"{a + 1} à {b} jours" for a, b in pairwise(horizons)]
    noms.append(AU_DELA)
    rangs = np.searchsorted([0, *(h + 1 for h in horizons)], reste, side="right")
    return pd.Categorical.from_codes(rangs, categories=noms, ordered=True)


def _priorite(
    reste: np.ndarray, utilisation: np.ndarray, lignes: pd.DataFrame, horizon: int, poids: dict[str, float]
) -> np.ndarray:
    """What is left of the time, the alert, the use of the line and the amount used beside the largest one."""
    encours = lignes["utilise"].to_numpy(dtype="float64")
    alerte = lignes["niveau_alerte"].fillna(0).to_numpy(dtype="float64") / 4 if "niveau_alerte" in lignes else 0.0
    note = (
        poids["urgence"] * np.clip(1 - reste / horizon, 0, 1)
        + poids["alerte"] * alerte
        + poids["utilisation"] * np.clip(utilisation, 0, 1)
        + poids["encours"] * np.clip(encours / max(encours.max(initial=0.0), 1.0), 0, 1)
    )
    return np.round(100 * note, 1)


def proposition(
    utilisation_moyenne: float,
    utilisation_max: float,
    niveau_alerte: int,
    *,
    jours_depassement: int = 0,
    saisonnier: bool = False,
    date: Any = None,
) -> pd.Series:
    """Proposition de renouvellement d'une ligne, avec ses raisons : au chargé de clientèle d'en décider.

    Parameters
    ----------
    utilisation_moyenne, utilisation_max : float
        Fractions du plafond.
    niveau_alerte : int
        De 0 à 4.
    jours_depassement : int
        Jours au-delà du plafond dans la fenêtre.
    saisonnier : bool
        Le besoin revient à zéro chaque année.

    Returns
    -------
    Series
        ``proposition`` (renouveler, augmenter, réduire, dénoncer), ``raisons`` et ``conditions`` (tuples de phrases).

    >>> proposition(0.66, 1.12, 0, jours_depassement=9, date="2026-03-31")["proposition"]
    'augmenter'
    """
    if not 0 <= niveau_alerte <= 4:
        raise ErreurDonnees(f"niveau_alerte vaut {niveau_alerte} : il va de 0 à 4.")
    if utilisation_moyenne < 0 or utilisation_max < utilisation_moyenne:
        raise ErreurDonnees("L'utilisation maximale est inférieure à la moyenne, ou négative : vérifiez-les.")
    jour = lire_date(date) if date is not None else pd.Timestamp.today().date()
    seuils = parametre("risque.lignes.utilisation", jour)
    preavis = parametre("conformite.preavis_concours", jour)
    ecrit = f"notification écrite et préavis de {preavis} jours (CMF, art. L. 313-12)"
    if niveau_alerte == 4:
        return _avis(
            DENONCER, ["client en contentieux ou en défaut"], [ecrit, "sauf situation irrémédiablement compromise"]
        )
    if niveau_alerte == 3:
        return _avis(
            REDUIRE, ["client en pré-contentieux : ne pas aggraver l'engagement"], [ecrit, "passage en comité"]
        )
    if jours_depassement and utilisation_max > 1:
        pluriel = "s" if jours_depassement > 1 else ""
        raisons = [f"dépassement de {jours_depassement} jour{pluriel} : la ligne ne suffit plus"]
        if niveau_alerte == 2:
            return _avis(RENOUVELER, [*raisons, "client en liste de vigilance"], ["sans hausse, avec un plan écrit"])
        conditions = ["prévoir un financement durable du BFR si le besoin n'est pas saisonnier"] * (not saisonnier)
        return _avis(AUGMENTER, raisons, ["plan de trésorerie à l'appui", *conditions])
    if niveau_alerte == 2:
        return _avis(RENOUVELER, ["client en liste de vigilance"], ["sans hausse, avec un plan écrit"])
    if utilisation_max < seuils["faible"]:
        return _avis(REDUIRE, ["ligne presque inutilisée"], ["avec l'accord du client", ecrit])
    if utilisation_moyenne > seuils["forte"] and not saisonnier:
        return _avis(
            RENOUVELER, ["utilisation permanente : découvert structurel"], ["consolider une part en moyen terme"]
        )
    return _avis(RENOUVELER, ["utilisation conforme à l'objet de la ligne"], ["bilan de moins de neuf mois au dossier"])


def _avis(quoi: str, raisons: list[str], conditions: list[str]) -> pd.Series:
    avis = pd.Series({"proposition": quoi, "raisons": tuple(raisons), "conditions": tuple(conditions)}, dtype="object")
    avis.attrs["source"] = CONVENTION
    return avis
