"""The simulated workstation: a client, a file a learner, actions that are checked, a journal that is played again.

Names are loaded on first use, so that a kernel starts without SQLAlchemy, ipywidgets or pandas.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

# The function ``situation`` is not among them: it has the name of its module, which takes its place once imported.
_MODULES = {
    "Controle": "controles",
    "Poste": "poste",
    "PosteDeTravail": "interface",
    "Rejeu": "rejeu",
    "Resultat": "poste",
    "Situation": "situation",
    "lire_journal_de": "rejeu",
    "lister_situations": "situation",
    "mon_poste": "tirage",
    "regles_publiees": "valideur",
    "rejouer": "rejeu",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
