"""The data of the course: thread cases and their variants, documents as a bank receives them, a branch's portfolio.

Names are loaded on first use, so that a kernel starts without pandas, pydantic or YAML.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES: dict[str, str] = {
    "Cas": "fils_rouges.objets",
    "cas": "fils_rouges.chargement",
    "charger": "agence.chargement",
    "date_du_portrait": "agence.chargement",
    "defauts_clients": "agence.chargement",
    "document": "pieces",
    "finances_clients": "agence.chargement",
    "liasses_du_portefeuille": "agence.chargement",
    "lister_cas": "fils_rouges.chargement",
    "lister_documents": "pieces",
    "lister_tables": "agence.chargement",
    "portrait": "agence.portrait",
    "suivi_comptes": "agence.chargement",
    "variante": "fils_rouges.variantes",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
