"""Une action de prospection que l'apprenant prépare, lance, et dont il rend compte : convention de cours.

Names are loaded on first use, so that a kernel starts without pandas.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES: dict[str, str] = {
    "Action": "simulation",
    "Plan": "plan",
    "action_de": "simulation",
    "bilan": "mesures",
    "cibler": "simulation",
    "cout": "mesures",
    "ecrire_plan": "plan",
    "etapes": "mesures",
    "figure_de_l_action": "figures",
    "graine_de": "variante",
    "heures_disponibles": "simulation",
    "heures_par_prospect": "simulation",
    "indicateurs": "mesures",
    "lire_plan": "plan",
    "nombre_traitable": "simulation",
    "options": "reglage",
    "regles": "reglage",
    "relire_plan": "plan",
    "secteurs_de": "variante",
    "simuler": "simulation",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
