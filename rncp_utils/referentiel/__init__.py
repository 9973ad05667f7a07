"""La fiche RNCP comme donnée : son modèle typé, son chargement contrôlé et les règles de certification."""

from __future__ import annotations

from rncp_utils.referentiel.chargement import charger_referentiel, fiches_livrees
from rncp_utils.referentiel.modele import (
    MOTIF_CODE,
    MOTIF_CODE_BLOC,
    PREFIXE_ENTRAINEMENT,
    Activite,
    Bloc,
    Competence,
    Evaluation,
    Referentiel,
    VoieAcces,
)
from rncp_utils.referentiel.rattrapages import devoir_de_rattrapage, epreuve_du_devoir
from rncp_utils.referentiel.regles import Regles, charger_regles

__all__ = [
    "MOTIF_CODE",
    "MOTIF_CODE_BLOC",
    "PREFIXE_ENTRAINEMENT",
    "Activite",
    "Bloc",
    "Competence",
    "Evaluation",
    "Referentiel",
    "Regles",
    "VoieAcces",
    "charger_referentiel",
    "charger_regles",
    "devoir_de_rattrapage",
    "epreuve_du_devoir",
    "fiches_livrees",
]
