"""Lesson interface: what a learner touches.

Names are loaded on first use, so that a kernel starts without ipywidgets, pandas or matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

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

__all__ = sorted(_MODULES)


def __getattr__(nom: str) -> Any:
    if nom not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[nom]}"), nom)


def __dir__() -> list[str]:
    return __all__
