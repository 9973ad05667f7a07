"""The simulated client: scenarios written as data, and the state machine that plays and replays them.

Names are loaded on first use, so that a kernel starts without ipywidgets, pydantic or YAML.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES = {
    "Entretien": "interface",
    "Indicateur": "indicateurs",
    "Rejeu": "rejeu",
    "Scenario": "modele",
    "Situation": "moteur",
    "Verite": "verite",
    "baremer": "indicateurs",
    "calculer_indicateurs": "indicateurs",
    "charger_scenario": "chargement",
    "choix_offerts": "moteur",
    "cles_entretien": "notation",
    "demarrer": "moteur",
    "dire": "moteur",
    "jouer": "moteur",
    "lire_journal": "journal",
    "noter_decisions": "notation",
    "noter_entretien": "notation",
    "regles_du_comite": "comite",
    "rejouer": "rejeu",
    "scenarios_livres": "chargement",
    "transcription_html": "transcription",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
