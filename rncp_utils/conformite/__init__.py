"""Know your customer, beneficial owners, completeness and validity of files.

Names are loaded on first use, so that a kernel starts without pandas.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES: dict[str, str] = {
    "beneficiaires": "detention",
    "complet": "controles",
    "completude": "controles",
    "controler_dossier": "controles",
    "controler_dossiers": "controles",
    "delai_reflexion_ok": "delais",
    "echeances_reclamation": "delais",
    "est_ppe": "vigilance",
    "fichiers_a_consulter": "vigilance",
    "fin_de_conservation": "delais",
    "fin_de_preavis": "delais",
    "niveau_vigilance": "vigilance",
    "premiere_signature": "delais",
    "table_des_regles": "regles",
    "taux_completude": "controles",
    "visible_du_client": "controles",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
