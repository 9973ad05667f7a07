"""Jours d'arriéré et défaut au sens de l'article 178 du CRR ; stade IFRS 9 et perte attendue."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.calendrier import mois_plus_tard
from rncp_utils.colonnes import Colonnes, selon
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.parametres import parametre
from rncp_utils.parametres.consultation import lire_date

DETAIL, AUTRE = "detail", "autre"
# Indications that the obligor is unlikely to pay, whatever the days past due (CRR, art. 178, 3).
INDICES_UTP = (
    "provision spécifique du fait d'une dégradation du crédit",
    "créance cédée avec une perte de plus de 5 %",
    "restructuration en urgence avec une perte de plus de 1 %",
    "procédure collective ou demande d'ouverture",
)


def jours_arriere(arrieres: Any, expositions: Any, *, clientele: str = DETAIL, date: Any = None) -> Any:
    """Jours consécutifs pendant lesquels l'arriéré dépasse à la fois le seuil absolu et le seuil relatif.

    Le compteur revient à zéro dès qu'un des deux seuils n'est plus dépassé. Il y a défaut au-delà de 90 jours, donc le
    91ᵉ (:func:`en_defaut`).

    Parameters
    ----------
    arrieres : float, Series ou DataFrame, en euros
        Arriéré total du débiteur : un seul jour, chaque jour d'un débiteur (Series), ou débiteurs × jours (DataFrame).
    expositions : float, Series ou DataFrame, en euros
        Exposition totale au bilan : une valeur, une par débiteur, ou la même forme que ``arrieres``.
    clientele : {"detail", "autre"}
    date : date, optional
        Jour des seuils ; par défaut aujourd'hui.

    Returns
    -------
    int, ou Series d'entiers
        Compteur au dernier jour.

    Raises
    ------
    ErreurDonnees
        Clientèle inconnue, montant négatif ou inconnu, formes différentes.

    Source : règlement (UE) 575/2013, art. 178, et règlement délégué (UE) 2018/171, de mémoire, à vérifier.

    >>> jours_arriere(350, 40_000), jours_arriere(pd.Series([450.0] * 91), 40_000)
    (0, 91)
    """
    if clientele not in (DETAIL, AUTRE):
        raise ErreurDonnees(f"clientele vaut « {clientele} » : choisissez {DETAIL} ou {AUTRE}.")
    jour = dt.date.today() if date is None else date
    montants = np.atleast_2d(np.asarray(arrieres, dtype="float64"))
    if isinstance(arrieres, pd.DataFrame) and isinstance(expositions, pd.Series | pd.DataFrame):
        if not (expositions.index.is_unique and set(expositions.index) == set(arrieres.index)):
            raise ErreurDonnees("Arriérés et expositions n'ont pas les mêmes débiteurs : réunissez-les d'abord.")
        expositions = expositions.reindex(arrieres.index)
    base = np.asarray(expositions, dtype="float64")
    if base.ndim == 1 and montants.shape[0] == base.size and base.size > 1:
        base = base[:, None]
    try:
        base = np.broadcast_to(base, montants.shape)
    except ValueError:
        raise ErreurDonnees("Arriérés et expositions n'ont pas les mêmes débiteurs ou les mêmes jours.") from None
    if not ((montants >= 0) & (base >= 0)).all():
        raise ErreurDonnees("Un arriéré ou une exposition est négatif ou inconnu : écrivez des montants positifs.")
    absolu = parametre(f"risque.defaut.seuil_absolu_{clientele}", jour)
    relatif = parametre("risque.defaut.seuil_relatif", jour)
    # In cents, so that an amount equal to its threshold does not exceed it by the last bit of a float.
    en_cents, limite = np.rint(montants * 100), np.round(relatif * np.rint(base * 100), 6)
    significatif = (en_cents > round(absolu * 100)) & (en_cents > limite)
    rangs = np.arange(1, montants.shape[1] + 1)
    compteur = rangs[-1] - np.where(significatif, 0, rangs).max(axis=1)
    if isinstance(arrieres, pd.DataFrame):
        return pd.Series(compteur, index=arrieres.index, name="jours_arriere")
    return int(compteur[0])


def en_defaut(jours: Any, *, date: Any = None) -> Any:
    """Si un compteur de jours d'arriéré signe le défaut : strictement plus de 90 jours.

    >>> en_defaut(90, date="2026-03-31"), en_defaut(91, date="2026-03-31")
    (False, True)
    """
    limite = parametre("risque.defaut.jours", dt.date.today() if date is None else date)
    return jours > limite


def sortie_de_defaut(regularisation: Any, *, restructure: bool = False) -> dt.date:
    """Premier jour où un débiteur régularisé peut sortir du défaut, après la période de probation.

    Source : orientations EBA/GL/2016/07, de mémoire, à vérifier.

    >>> sortie_de_defaut("2026-01-31"), sortie_de_defaut("2026-01-31", restructure=True)
    (datetime.date(2026, 4, 30), datetime.date(2027, 1, 31))
    """
    jour = lire_date(regularisation)
    nom = "probation_restructuration_mois" if restructure else "probation_mois"
    return mois_plus_tard(jour, parametre(f"risque.defaut.{nom}", jour))


def stade_ifrs9(
    jours: Any,
    *,
    pd_origine: Any = 0.0,
    pd_actuelle: Any = 0.0,
    niveau_alerte: Any = 0,
    restructure: Any = False,
    defaut: Any = False,
    date: Any = None,
) -> Any:
    """Stade IFRS 9 : 3 en défaut, 2 si le risque a augmenté de façon significative, 1 sinon.

    Augmentation significative : 30 jours de retard (présomption réfutable), liste de vigilance, prêt restructuré, ou
    probabilité de défaut au moins doublée et accrue d'un demi-point (convention de cours).

    Parameters
    ----------
    jours : int, array ou Series
        Jours d'arriéré.
    pd_origine, pd_actuelle : float, array ou Series
        Probabilité de défaut à un an, fraction.
    niveau_alerte : int, array ou Series
        De 0 à 4 (:func:`score_alerte`).

    Returns
    -------
    int, ou Series d'entiers (NA quand les jours manquent : un dossier inconnu n'est pas un dossier sain)

    Raises
    ------
    ErreurDonnees
        Un seul dossier, dont les jours manquent.

    >>> [stade_ifrs9(j, date="2026-03-31") for j in (0, 30, 91)]
    [1, 2, 3]
    """
    jour = dt.date.today() if date is None else date
    c = Colonnes.depuis(
        jours=jours,
        pd_origine=pd_origine,
        pd_actuelle=pd_actuelle,
        niveau=niveau_alerte,
        restructure=_nombre(restructure),
        defaut=_nombre(defaut),
    )
    hausse = parametre("risque.ifrs9.augmentation", jour)
    augmente = (
        (c["jours"] >= parametre("risque.ifrs9.jours_stade_2", jour)) | (c["niveau"] >= 2) | (c["restructure"] > 0)
    )
    # Floats of printed rates: a doubling must not be missed by a last bit.
    ecart, multiple = c["pd_actuelle"] - c["pd_origine"], c["pd_actuelle"] - hausse["multiple"] * c["pd_origine"]
    augmente = augmente | ((multiple >= -1e-12) & (ecart >= hausse["ecart"] - 1e-12))
    en_stade_3 = (c["defaut"] > 0) | en_defaut(c["jours"], date=jour)
    stade = selon(en_stade_3, 3, selon(augmente, 2, 1))
    if not c.en_table:
        return int(stade)
    connus = ~np.isnan(np.asarray(c["jours"], dtype="float64"))
    return pd.Series(stade, index=c.source.index, name="stade").astype("Int64").where(connus)


def _nombre(valeur: Any) -> Any:
    """Truth values as numbers, whatever holds them."""
    return valeur.astype("int64") if hasattr(valeur, "astype") else int(valeur) if isinstance(valeur, bool) else valeur


def ead(tire: Any, plafond: Any, ccf: float) -> Any:
    """Exposition au moment du défaut : montant tiré, plus une part du non tiré.

    >>> float(ead(26_500, 40_000, 0.5))
    33250.0
    """
    if not 0 <= ccf <= 1:
        raise ErreurDonnees(f"ccf vaut {ccf} : une fraction entre 0 et 1 est attendue.")
    return tire + ccf * np.maximum(np.asarray(plafond) - tire, 0)


def el(pd_: Any, lgd: Any, exposition: Any) -> Any:
    """Perte attendue à un an, en euros : probabilité de défaut × perte en cas de défaut × exposition.

    >>> round(el(0.02, 0.45, 60_000), 2)
    540.0
    """
    for nom, valeur in {"pd_": pd_, "lgd": lgd}.items():
        if np.any((np.asarray(valeur) < 0) | (np.asarray(valeur) > 1)):
            raise ErreurDonnees(f"{nom} sort de 0 à 1 : taux attendu en fraction (0,05 pour 5 %).")
    return pd_ * lgd * exposition


def ecl(
    stade: Any, *, pd12: Any, pd_duree: Any, lgd: Any, exposition: Any, tie: float = 0.0, duree: float = 1.0
) -> Any:
    """Perte de crédit attendue, en euros : à un an en stade 1, sur la durée restante en stade 2, certaine en stade 3.

    Modèle simplifié, convention de cours : la perte est supposée au milieu de la période, actualisée au taux effectif.

    Parameters
    ----------
    stade : int, array ou Series
    pd12, pd_duree, lgd : float, array ou Series
        Probabilités de défaut à un an et sur la durée restante, perte en cas de défaut : fractions.
    exposition : float, array ou Series, en euros
    tie : float
        Taux d'intérêt effectif, fraction.
    duree : float
        Durée restante, en années.

    >>> [round(ecl(s, pd12=0.02, pd_duree=0.06, lgd=0.45, exposition=60_000), 2) for s in (1, 2, 3)]
    [540.0, 1620.0, 27000.0]
    """
    annee = el(pd12, lgd, exposition) / (1 + tie) ** 0.5
    vie = el(pd_duree, lgd, exposition) / (1 + tie) ** (duree / 2)
    certaine = el(1.0, lgd, exposition)
    resultat = np.select([np.asarray(stade) == 1, np.asarray(stade) == 2], [annee, vie], certaine)
    if not np.isin(stade, (1, 2, 3)).all():
        raise ErreurDonnees("Un stade n'est ni 1, ni 2, ni 3.")
    return pd.Series(resultat, index=stade.index, name="ecl") if isinstance(stade, pd.Series) else float(resultat)
