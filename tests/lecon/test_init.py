"""The public names of the lesson interface, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import rncp_utils.lecon as lecon

LOURDS = ("ipywidgets", "pandas", "matplotlib", "numpy", "pydantic", "yaml")
LEGERS = (
    "identite",
    "questions",
    "jeu",
    "reponses",
    "verification",
    "anomalies",
    "saisie",
    "formulaire",
    "formulaire_html",
)


def test_chaque_nom_public_existe():
    assert all(callable(getattr(lecon, nom)) for nom in lecon.__all__)
    assert set(lecon.__all__) >= {
        "Formulaire",
        "Questionnaire",
        "apprenant",
        "mode",
        "charger_questions",
        "lire_reponses",
    }


def test_un_nom_inconnu_est_refuse():
    with pytest.raises(AttributeError, match="inconnu"):
        _ = lecon.inconnu


def test_les_noms_publics_ne_chargent_aucune_bibliotheque_lourde():
    programme = (
        "import sys, importlib\n"
        "from rncp_utils.lecon import *\n"
        f"[importlib.import_module('rncp_utils.lecon.' + nom) for nom in {LEGERS}]\n"
        f"print([nom for nom in {LOURDS} if nom in sys.modules])"
    )
    resultat = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True)
    assert resultat.stdout.strip() == "[]"
