"""Loans and their cost, borrowing capacity, projects to finance, guarantees.

Names are loaded on first use, so that a kernel starts without pandas.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES: dict[str, str] = {
    "Assurance": "prets.assurance",
    "Palier": "prets.paliers",
    "RemboursementAnticipe": "prets.remboursement",
    "Renegociation": "prets.restructuration",
    "Restructuration": "prets.restructuration",
    "annuite_de_exercice": "prets.exercice",
    "assurances_comparees": "figures",
    "crd_a_la_date": "prets.synthese",
    "echeances": "prets.echeancier",
    "echeancier_empile": "figures",
    "indemnite_immobilier_particulier": "prets.remboursement",
    "interets_courus": "prets.exercice",
    "jours_feries": "prets.jours_ouvres",
    "prets_refuses": "prets.echeancier",
    "remboursement_anticipe": "prets.remboursement",
    "renegocier": "prets.restructuration",
    "restructurer": "prets.restructuration",
    "reviser": "prets.revision",
    "synthese_pret": "prets.synthese",
    "tableau_amortissement": "prets.echeancier",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
