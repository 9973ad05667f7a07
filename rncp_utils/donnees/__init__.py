"""The data of the course: thread cases, their variants for each learner, documents as a bank receives them.

Names are loaded on first use, so that a kernel starts without pandas, pydantic or YAML.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES: dict[str, str] = {
    "Cas": "fils_rouges.objets",
    "cas": "fils_rouges.chargement",
    "document": "pieces",
    "lister_cas": "fils_rouges.chargement",
    "lister_documents": "pieces",
    "variante": "fils_rouges.variantes",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
