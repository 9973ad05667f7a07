"""Du carnet de notes de nbgrader aux tableaux du jury : notes, compétences, blocs, propositions."""

from __future__ import annotations

from rncp_utils.grading.exports import Exports, exporter
from rncp_utils.grading.notes import notes_par_cellule
from rncp_utils.grading.page import ecrire_page
from rncp_utils.grading.resultats import Resultats, calculer
from rncp_utils.grading.tables import par_bloc, par_competence, par_devoir
from rncp_utils.tableurs import Feuille, ecrire_csv_fr, ecrire_xlsx

__all__ = [
    "Exports",
    "Feuille",
    "Resultats",
    "calculer",
    "ecrire_csv_fr",
    "ecrire_page",
    "ecrire_xlsx",
    "exporter",
    "notes_par_cellule",
    "par_bloc",
    "par_competence",
    "par_devoir",
]
