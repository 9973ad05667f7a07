"""Lesson interface: what a learner touches.

Names are loaded on first use, so that a kernel starts without ipywidgets, pandas or matplotlib.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES = {
    "Questionnaire": "questionnaire",
    "figure_accessible": "figures",
    "presenter": "figures",
    "apprenant": "identite",
    "mode": "identite",
    "Formulaire": "questions",
    "Option": "questions",
    "Question": "questions",
    "charger_formulaire": "questions",
    "ordonner_options": "questions",
    "tirer": "questions",
    "Anomalie": "anomalies",
    "Lecture": "reponses",
    "ecrire_reponses": "reponses",
    "lire_reponses": "reponses",
    "verifier_reponses": "reponses",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
