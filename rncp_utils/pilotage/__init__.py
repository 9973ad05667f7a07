"""Tableaux de bord à boutons du formateur, de l'expert métier et du coordinateur : aucune commande à taper."""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES = {
    "TableauCoordinateur": "coordinateur",
    "TableauExpert": "expert",
    "TableauFormateur": "formateur",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
