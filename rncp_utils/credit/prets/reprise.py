"""A schedule taken up after one of its rows: what revisions and early repayments have in common."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.echeancier import derouler_contrat
from rncp_utils.credit.prets.lecture import DUREE_MAXIMALE
from rncp_utils.credit.prets.moteur import Depart
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.monnaie import centimes

ECHEANCE, DUREE = "echeance", "duree"
# A last instalment smaller than this part of the others is paid with the one before.
_RELIQUAT = 0.01


def lire_contrat(tableau: pd.DataFrame) -> dict[str, Any]:
    """The contract that a schedule keeps.

    Raises
    ------
    ErreurDonnees
        The table lost it, or holds several loans.
    """
    if "contrat" not in tableau.attrs:
        raise ErreurDonnees(
            "Cette table n'a plus le contrat du prêt : donnez le résultat de tableau_amortissement, tel quel."
        )
    return dict(tableau.attrs["contrat"])


def ligne_apres_laquelle(tableau: pd.DataFrame, contrat: Mapping[str, Any], rang: int) -> pd.Series:
    """The row of a rank, which is not the last one.

    Raises
    ------
    ErreurDonnees
        No such rank, or a rank before the last change already made.
    """
    premier, dernier = max(1, contrat.get("depuis_rang", 0)), int(tableau["rang"].iloc[-1]) - 1
    if isinstance(rang, bool) or rang != int(rang) or not premier <= rang <= dernier:
        raise ErreurDonnees(f"apres_rang vaut {rang} : un rang de {premier} à {dernier} est attendu.")
    return tableau[tableau["rang"] == rang].iloc[0]


def reprendre(
    tableau: pd.DataFrame, contrat: dict[str, Any], rang: int, crd: int, echeance: int, *, recalculer: bool
) -> pd.DataFrame:
    """The rows up to ``rang``, then those of the new contract, from ``crd`` cents and the instalment in force."""
    contrat = contrat | {"depuis_rang": int(rang)}
    suite = derouler_contrat(_sans_tirages(contrat), _depart(rang, crd, echeance, recalculer))
    debut = tableau[tableau["rang"] <= rang]
    suite = suite.assign(**{nom: 0.0 for nom in debut.columns if nom not in suite})
    nouveau = pd.concat([debut, suite[debut.columns]], ignore_index=True)
    nouveau.attrs = {**tableau.attrs, "contrat": contrat}
    return nouveau


def duree_a_echeance_constante(contrat: dict[str, Any], rang: int, crd: int, echeance: int) -> int:
    """Rank of the last instalment when the amount in force is kept.

    Raises
    ------
    ErreurDonnees
        The instalment does not cover the interest, or not before the longest duration.
    """
    colonne = _constante(contrat)
    # Run far enough with the same instalment, and look where nothing is owed any more.
    for reste in (_estimation(contrat, crd, echeance), DUREE_MAXIMALE - rang):
        essai = _sans_tirages(contrat) | {"duree": rang + min(reste, DUREE_MAXIMALE - rang)}
        suite = derouler_contrat(essai, _depart(rang, crd, echeance, recalculer=False))
        if suite["capital"].iloc[0] <= 0:
            break
        if suite[colonne].iloc[-1] * 100 <= (1 + _RELIQUAT) * echeance:
            derniere = suite[suite["crd_fin"] <= 0].iloc[0]
            return int(derniere["rang"]) - int(derniere[colonne] * 100 <= _RELIQUAT * echeance)
    raise ErreurDonnees(
        f"Une échéance de {echeance / 100:.2f} € ne rembourse pas le prêt en {DUREE_MAXIMALE} échéances : "
        "choisissez mode='echeance', ou un taux plus bas."
    )


def echeance_en_cours(tableau: pd.DataFrame, contrat: Mapping[str, Any], rang: int) -> int:
    """Cents of the instalment in force after a rank: of its capital alone where this is what is constant, or none."""
    if rang <= contrat["differe"] or contrat["mode"] == "in_fine":
        return 0
    return centimes(float(tableau.loc[tableau["rang"] == rang, _constante(contrat)].iloc[0]))


def exiger_echeance_unique(tableau: pd.DataFrame, contrat: dict[str, Any], rang: int) -> dict[str, Any]:
    """The contract as one that keeps its instalment and changes its duration.

    Raises
    ------
    ErreurDonnees
        In fine, deferred or progressive loans, whose duration does not follow from one instalment.
    """
    suite = tableau[tableau["rang"] > rang]
    if contrat["mode"] == "in_fine" or rang <= contrat["differe"] or suite["phase"].nunique() > 1:
        raise ErreurDonnees(
            f"Après le rang {rang}, les échéances ne sont pas d'un seul montant (différé, in fine, paliers) : "
            "choisissez mode='echeance'."
        )
    return contrat | {"mode": "constante", "paliers": None} if contrat["mode"] == "paliers" else contrat


def _constante(contrat: Mapping[str, Any]) -> str:
    """The column that keeps its amount."""
    return "capital" if contrat["mode"] == "amortissement_constant" else "echeance_hors_assurance"


def _depart(rang: int, crd: int, echeance: int, recalculer: bool) -> Depart:
    return Depart(int(rang), np.array([crd]), np.array([echeance]), recalculer)


def _sans_tirages(contrat: dict[str, Any]) -> dict[str, Any]:
    """All is drawn by then: only the day of the first money still matters."""
    tirages = contrat.get("tirages")
    if not tirages:
        return contrat
    premier = min(date for date, _ in tirages)
    return contrat | {"tirages": None, "date_deblocage": contrat["date_deblocage"] or premier}


def _estimation(contrat: Mapping[str, Any], crd: int, echeance: int) -> int:
    """More instalments than it will take."""
    taux = contrat["taux"] / contrat["periodicite"]
    if contrat["mode"] == "amortissement_constant" or taux == 0 or echeance <= crd * taux:
        nombre = crd / max(echeance, 1)
    else:
        nombre = -math.log1p(-crd * taux / echeance) / math.log1p(taux)
    return math.ceil(nombre * 1.1) + 2
