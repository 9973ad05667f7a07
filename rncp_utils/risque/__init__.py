"""Account behaviour, early warning, default and IFRS 9, concentration, renewal of credit lines.

Names are loaded on first use, so that a kernel starts without pandas.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES: dict[str, str] = {
    "SoldesJour": "soldes",
    "SuiviComptes": "comportement",
    "concentration_par": "concentration",
    "coter": "octroi",
    "cout_du_risque": "concentration",
    "delegataire": "octroi",
    "delai_reaction": "intervention",
    "ead": "defaut",
    "echeancier_lignes": "lignes",
    "ecl": "defaut",
    "el": "defaut",
    "en_defaut": "defaut",
    "encours_sensibles": "concentration",
    "frise_alerte": "figures",
    "gini": "concentration",
    "hhi": "concentration",
    "indicateurs_compte": "comportement",
    "jours_arriere": "defaut",
    "lorenz": "concentration",
    "matrice_migration": "concentration",
    "pd_de_la_cote": "octroi",
    "procedure_degradation": "intervention",
    "proposition": "lignes",
    "score_alerte": "alerte",
    "soldes_denses": "soldes",
    "soldes_depuis_mouvements": "soldes",
    "sortie_de_defaut": "defaut",
    "stade_ifrs9": "defaut",
    "taux_defaut": "concentration",
    "taux_plancher": "octroi",
    "top_n": "concentration",
    "workflow_intervention": "intervention",
}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
