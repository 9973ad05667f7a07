"""Figures de l'analyse : cascade des SIG, bilan fonctionnel, équilibre dans le temps, place dans les quartiles.

Chaque fonction dessine une entreprise, au style du cours, et rend une :class:`~rncp_utils.figures.FigureAccessible`
dont l'alternative textuelle est rédigée à partir des montants dessinés.
"""

from __future__ import annotations

from rncp_utils.entreprise.figures.bilan import barres_bilan_fonctionnel
from rncp_utils.entreprise.figures.cascade import cascade_sig
from rncp_utils.entreprise.figures.equilibre import courbe_frng_bfr_tn
from rncp_utils.entreprise.figures.position import position_quartiles

__all__ = ["barres_bilan_fonctionnel", "cascade_sig", "courbe_frng_bfr_tn", "position_quartiles"]
