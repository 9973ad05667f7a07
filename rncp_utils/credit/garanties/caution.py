"""Caution d'une personne physique : indicateur de proportionnalité, information annuelle."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.credit.garanties.catalogue import CONVENTION
from rncp_utils.credit.garanties.lecture import au_centime
from rncp_utils.parametres import parametre

OK, VIGILANCE, MANIFESTE = NIVEAUX = ("ok", "vigilance", "manifeste")
LECTURE = "indicateur d'enseignement : la disproportion manifeste est appréciée par le juge (C. civ., art. 2300)"


def proportionnalite_caution(
    revenus_annuels: Any,
    patrimoine_net: Any,
    engagements_existants: Any,
    montant: Any,
    *,
    annees: float | None = None,
    date: dt.date | str | None = None,
) -> pd.Series | pd.DataFrame:
    """Repère de proportionnalité d'une caution, au jour de sa signature. Convention de cours, pas un test légal.

    Disproportion si ``engagements_existants + montant > patrimoine_net + annees × revenus_annuels``. La loi ne fixe
    aucun multiple : si l'engagement était, à sa conclusion, manifestement disproportionné aux revenus et au patrimoine
    de la caution, le juge le réduit au montant à hauteur duquel elle pouvait s'engager à cette date (C. civ., art.
    2300, cautionnements conclus depuis le 1er janvier 2022 ; avant, la banque en perdait tout le bénéfice).

    Parameters
    ----------
    revenus_annuels, patrimoine_net, engagements_existants, montant : float, array ou Series, en euros
        Ressources nettes du foyer à retenir, biens moins dettes (peut être négatif), cautions et garanties déjà
        données, caution demandée.
    annees : float, optional
        Années de revenus comptées ; par défaut 3 (``garanties.annees_de_revenus``, convention de cours).
    date : date, optional
        Jour des paramètres ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame
        ``capacite`` = max(0, patrimoine_net + annees × revenus − engagements), ``montant_reduit`` = le plus petit de
        ``montant`` et ``capacite``, ``taux_engagement`` (fraction de la surface totale, NaN si elle est nulle) et
        ``niveau`` : « ok », « vigilance » (plus de 70 % de la surface), « manifeste ».

    Raises
    ------
    ErreurDonnees
        Montant manquant ; revenus, engagements ou caution négatifs. Dans une table : NaN et motif.

    >>> avis = proportionnalite_caution(40_000, 80_000, 50_000, 180_000)
    >>> avis["niveau"], avis["capacite"], avis["montant_reduit"]
    ('manifeste', 150000.0, 150000.0)
    """
    jour = dt.date.today() if date is None else date
    k = parametre("garanties.annees_de_revenus", jour) if annees is None else annees
    p = Colonnes.depuis(
        revenus_annuels=revenus_annuels,
        patrimoine_net=patrimoine_net,
        engagements_existants=engagements_existants,
        montant=montant,
        annees=k,
    )
    for nom in ("revenus_annuels", "engagements_existants", "montant", "annees"):
        p.refuser(p[nom] < 0, f"{nom} : valeur négative")
    surface = p["patrimoine_net"] + p["annees"] * p["revenus_annuels"]
    engage = p["engagements_existants"] + p["montant"]
    capacite = np.maximum(0.0, surface - p["engagements_existants"])
    seuil = parametre("garanties.seuil_vigilance", jour)
    # Asking nothing is never disproportionate, whatever is already owed.
    rang = np.where(p["montant"] == 0, 0, 0 + (engage > seuil * surface) + (engage > surface))
    resultat = p.resultat(
        capacite=au_centime(capacite),
        montant_reduit=au_centime(np.minimum(p["montant"], capacite)),
        taux_engagement=engage / _positive(surface),
    )
    resultat = _avec_niveau(p, resultat, rang)
    resultat.attrs |= {"source": CONVENTION, "lecture": LECTURE}
    return resultat


def _positive(surface: Any) -> Any:
    """NaN in place of what cannot divide; silent, for the level already says it."""
    surface = np.where(np.asarray(surface) > 0, surface, np.nan)
    return surface if surface.ndim else float(surface)


def _avec_niveau(p: Colonnes, resultat: Any, rang: np.ndarray) -> Any:
    if not p.en_table:
        niveau = pd.Series({"niveau": NIVEAUX[int(rang)]}, dtype="object")
        attributs, resultat = dict(resultat.attrs), pd.concat([resultat.astype("object"), niveau])
        resultat.attrs = attributs
        return resultat
    codes = np.where(resultat["capacite"].isna(), -1, rang)
    resultat.insert(3, "niveau", pd.Categorical.from_codes(codes, categories=list(NIVEAUX), ordered=True))
    return resultat


def limite_information_annuelle(annee: int) -> dt.date:
    """Dernier jour pour informer les cautions des sommes dues au 31 décembre de l'année précédente.

    L'information est due « avant le 31 mars » : le 30 mars au plus tard est sûr. À défaut, la banque perd les intérêts
    et pénalités échus depuis la précédente information, jusqu'à la suivante (C. civ., art. 2302, aussi pour les
    cautions d'avant 2022 et pour les personnes morales garantissant un crédit à une entreprise).

    >>> limite_information_annuelle(2026)
    datetime.date(2026, 3, 30)
    """
    return dt.date(annee, 3, 31) - dt.timedelta(days=1)
