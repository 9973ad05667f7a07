"""Grilles d'observation de l'expert métier : critères, saisie, feuille à imprimer, import dans le carnet de notes."""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES = {
    "Bilan": "importation",
    "FormulaireGrille": "formulaire",
    "Grille": "modele",
    "Observateur": "observateurs",
    "Saisie": "saisie",
    "charger_grille": "modele",
    "declarer_observateur": "observateurs",
    "devoirs_observes": "modele",
    "feuille_a_imprimer": "feuille",
    "importer_grilles": "importation",
    "lire_observateurs": "observateurs",
    "lire_saisies": "saisie",
    "ouvrir_saisie": "saisie",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
