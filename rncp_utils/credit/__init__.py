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
    "affacturage": "court_terme.mobilisation",
    "annuite_de_exercice": "prets.exercice",
    "arrondi_du_taux": "taux.cout",
    "assurances_comparees": "figures",
    "comparer_cb_emprunt": "bail",
    "cout_du_credit": "taux.cout",
    "crd_a_la_date": "prets.synthese",
    "credit_bail": "bail",
    "credit_campagne": "court_terme.decouvert",
    "dailly": "court_terme.mobilisation",
    "decouvert": "court_terme.decouvert",
    "duree_en_annees": "taux.durees",
    "echeances": "prets.echeancier",
    "echeancier_empile": "figures",
    "escompte": "court_terme.mobilisation",
    "facilite_caisse": "court_terme.decouvert",
    "flux_pret": "taux.cout",
    "indemnite_immobilier_particulier": "prets.remboursement",
    "interets_courus": "prets.exercice",
    "jours_feries": "prets.jours_ouvres",
    "prets_refuses": "prets.echeancier",
    "remboursement_anticipe": "prets.remboursement",
    "renegocier": "prets.restructuration",
    "restructurer": "prets.restructuration",
    "reviser": "prets.revision",
    "seuil_usure_depuis_tem": "taux.cout",
    "synthese_pret": "prets.synthese",
    "tableau_amortissement": "prets.echeancier",
    "tableau_credit_bail": "bail",
    "tableau_echelle": "court_terme.decouvert",
    "taeg": "taux.actuariel",
    "taeg_prets": "taux.cout",
    "taeg_table": "taux.actuariel",
    "taux_de_periode": "taux.actuariel",
    "teg_proportionnel": "taux.actuariel",
    "verifier_usure": "taux.cout",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
