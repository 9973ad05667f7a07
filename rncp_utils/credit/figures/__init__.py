"""Figures du crédit : échéanciers, coût, capacité de remboursement.

Chaque fonction dessine au style du cours et rend une :class:`~rncp_utils.figures.FigureAccessible` dont l'alternative
textuelle est rédigée à partir des montants dessinés.
"""

from __future__ import annotations

from rncp_utils.credit.figures.echeancier import assurances_comparees, echeancier_empile
from rncp_utils.credit.figures.garanties import cascade_garanties
from rncp_utils.credit.figures.projet import barres_plan_tresorerie, tornade_dscr

__all__ = [
    "assurances_comparees",
    "barres_plan_tresorerie",
    "cascade_garanties",
    "echeancier_empile",
    "tornade_dscr",
]
