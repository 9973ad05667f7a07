"""Documents du jury, de l'apprenant et du coordinateur, à partir des tableaux d'une promotion."""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES = {
    "Document": "document",
    "Dossier": "parcours",
    "Ecrits": "ecriture",
    "Imprimante": "pdf",
    "Jure": "session",
    "Jury": "session",
    "Session": "session",
    "anomalies_des_copies": "cohorte",
    "PV": "catalogue",
    "TITRES": "catalogue",
    "dossier_du_jury": "jury",
    "ecrire_documents": "ecriture",
    "ecrire_jury": "session",
    "ecrire_session": "session",
    "fabriquer": "catalogue",
    "journal_d_audit": "cohorte",
    "lire_dossier": "parcours",
    "lire_jury": "session",
    "lire_session": "session",
    "livret_individuel": "livret",
    "livrets": "livret",
    "matrice_de_couverture": "cohorte",
    "obstacles_au_pv": "jury",
    "proces_verbal": "jury",
    "statistiques_de_promotion": "cohorte",
    "suivi_de_remise": "cohorte",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
