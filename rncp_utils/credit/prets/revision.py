"""Révision du taux d'un prêt. Convention de cours."""

from __future__ import annotations

import math

import pandas as pd

from rncp_utils.credit.prets.reprise import (
    DUREE,
    ECHEANCE,
    duree_a_echeance_constante,
    echeance_en_cours,
    exiger_echeance_unique,
    ligne_apres_laquelle,
    lire_contrat,
    reprendre,
)
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.monnaie import centimes


def reviser(
    tableau: pd.DataFrame,
    apres_rang: int,
    nouveau_taux: float,
    mode: str = ECHEANCE,
    cap: float | None = None,
    floor: float | None = None,
) -> pd.DataFrame:
    """Tableau d'un prêt dont le taux est révisé après une échéance. Convention de cours.

    Parameters
    ----------
    tableau : DataFrame
        Résultat de :func:`tableau_amortissement` (ou d'une révision précédente). Non modifié.
    apres_rang : int
        Dernière échéance à l'ancien taux.
    nouveau_taux : float
        Taux annuel, fraction.
    mode : {"echeance", "duree"}
        L'échéance est recalculée et la durée gardée, ou l'inverse : l'échéance est gardée et la durée s'allonge ou se
        raccourcit, la dernière échéance soldant le prêt (un solde inférieur à 1 % d'une échéance est joint à la
        précédente). Le capital d'un prêt à amortissement constant ne dépend pas du taux : il est gardé.
    cap, floor : float, optional
        Bornes du taux appliqué, fractions.

    Returns
    -------
    DataFrame
        Mêmes colonnes ; ``attrs["contrat"]["taux"]`` est le taux appliqué.

    Raises
    ------
    ErreurDonnees
        Rang hors du tableau, taux qui n'est pas une fraction, bornes inversées ; en mode « duree », échéance qui ne
        couvre plus les intérêts, ou échéances de plusieurs montants (différé, in fine, paliers).

    >>> from rncp_utils.credit.prets.echeancier import tableau_amortissement
    >>> revise = reviser(tableau_amortissement(100_000, 0.042, 84), 24, 0.051)
    >>> revise["echeance_totale"].iloc[[23, 24, -1]].tolist()
    [1376.11, 1406.6, 1406.76]
    >>> len(reviser(tableau_amortissement(100_000, 0.042, 84), 24, 0.051, mode="duree"))
    86
    """
    contrat = lire_contrat(tableau)
    ligne = ligne_apres_laquelle(tableau, contrat, apres_rang)
    contrat["taux"] = _borner(nouveau_taux, cap, floor)
    crd, echeance = centimes(float(ligne["crd_fin"])), echeance_en_cours(tableau, contrat, apres_rang)
    constant = contrat["mode"] == "amortissement_constant"
    if mode == ECHEANCE or (mode == DUREE and constant):
        return reprendre(tableau, contrat, apres_rang, crd, echeance, recalculer=not constant or not echeance)
    if mode != DUREE:
        raise ErreurDonnees(f"mode vaut « {mode} » : attendu echeance ou duree.")
    contrat = exiger_echeance_unique(tableau, contrat, apres_rang)
    contrat["duree"] = duree_a_echeance_constante(contrat, apres_rang, crd, echeance)
    return reprendre(tableau, contrat, apres_rang, crd, echeance, recalculer=False)


def _borner(taux: float, cap: float | None, floor: float | None) -> float:
    for nom, valeur in (("nouveau_taux", taux), ("cap", cap), ("floor", floor)):
        if valeur is not None and not (math.isfinite(valeur) and abs(valeur) <= 1):
            raise ErreurDonnees(f"{nom} vaut {valeur} : taux attendu en fraction (0,05 pour 5 %).")
    if cap is not None and floor is not None and cap < floor:
        raise ErreurDonnees(f"Le cap ({cap}) est sous le floor ({floor}) : inversez-les.")
    applique = taux if cap is None else min(taux, cap)
    return applique if floor is None else max(applique, floor)
