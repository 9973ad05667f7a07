"""Étiquettes de compétence des cellules notées : matrice de couverture et contrôle des devoirs."""

from __future__ import annotations

from rncp_utils.competences.controles import Faute, controler, exiger
from rncp_utils.competences.matrice import lire_devoirs, matrice

__all__ = ["Faute", "controler", "exiger", "lire_devoirs", "matrice"]
