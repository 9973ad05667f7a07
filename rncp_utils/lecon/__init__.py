"""Lesson interface: what a learner touches.

Names are loaded on first use, so that a kernel starts without ipywidgets, pandas or matplotlib.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES = {
    "Accueil": "accueil",
    "Anomalie": "anomalies",
    "AutoPositionnement": "parties",
    "Bilan": "parties",
    "Controle": "controle",
    "Curseur": "simulateur",
    "Exercice": "exercice",
    "Formulaire": "formulaire",
    "Glossaire": "mots",
    "Interrupteur": "simulateur",
    "JeuDeQuestions": "jeu",
    "Lecture": "reponses",
    "Menu": "simulateur",
    "Option": "questions",
    "Prediction": "simulateur",
    "Question": "questions",
    "Questionnaire": "formulaire",
    "References": "mots",
    "Simulateur": "simulateur",
    "Vue": "simulateur",
    "apprenant": "identite",
    "charger_questions": "jeu",
    "demarrer": "lecon",
    "ecrire_reponses": "reponses",
    "figure_accessible": "figures",
    "lire_reponses": "reponses",
    "mode": "identite",
    "ordonner_options": "tirage",
    "mon_cas": "dossier",
    "mon_portefeuille": "dossier",
    "mon_suivi": "dossier",
    "presenter": "figures",
    "sources": "parties",
    "tirer": "tirage",
    "verifier_reponses": "verification",
    "voir_le_calcul": "parties",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
