"""Du carnet de notes de nbgrader aux tableaux du jury : notes, compétences, blocs, propositions.

``nbgrader export --exporter rncp_utils.grading.ExportCompetences --to notes.xlsx`` y mène aussi.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

__getattr__, __dir__, __all__ = noms_differes(
    __name__,
    {
        "ExportCompetences": "greffon",
        "Exports": "exports",
        "Pseudonymes": "pseudonymes",
        "Resultats": "resultats",
        "calculer": "resultats",
        "ecrire_page": "page",
        "exporter": "exports",
        "notes_par_cellule": "notes",
        "ouvrir_pseudonymes": "pseudonymes",
        "par_bloc": "blocs",
        "par_competence": "tables",
        "par_devoir": "tables",
    },
)
