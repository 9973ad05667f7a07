"""Conservation des données d'un cours : ce qui a dépassé sa durée, et sa suppression, entière ou nulle."""

from __future__ import annotations

from rncp_utils.differe import noms_differes

__getattr__, __dir__, __all__ = noms_differes(
    __name__,
    {
        "Durees": "durees",
        "Element": "inventaire",
        "charger_durees": "durees",
        "executer": "suppression",
        "inventorier": "inventaire",
        "reprendre": "suppression",
    },
)
