"""Lesson interface: what a learner touches.

Names are loaded on first use, so that a kernel starts without ipywidgets, pandas or matplotlib.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES = {
    "Anomalie": "anomalies",
    "Formulaire": "formulaire",
    "JeuDeQuestions": "jeu",
    "Lecture": "reponses",
    "Option": "questions",
    "Question": "questions",
    "Questionnaire": "formulaire",
    "apprenant": "identite",
    "charger_questions": "jeu",
    "ecrire_reponses": "reponses",
    "figure_accessible": "figures",
    "lire_reponses": "reponses",
    "mode": "identite",
    "ordonner_options": "tirage",
    "presenter": "figures",
    "tirer": "tirage",
    "verifier_reponses": "verification",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
