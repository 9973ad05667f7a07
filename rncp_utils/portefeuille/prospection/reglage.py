"""The published rules of the simulated action, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from rncp_utils.yaml_strict import lire_yaml

FICHIER = "regles.yaml"
# What a learner chooses among options, in the order of the form.
CHOIX = {
    "fichier": "le fichier",
    "zone": "la zone",
    "potentiel": "le potentiel minimal",
    "canal": "le canal",
    "creneau": "le créneau",
    "debut": "le début",
    "offre": "l'offre",
    "relances": "les relances",
    "prescripteur": "le prescripteur",
    "demande": "le moment de la demande de recommandation",
}


@lru_cache
def regles() -> dict[str, Any]:
    """Règles publiées de l'action simulée : chances, facteurs, tarifs, repères des secteurs. Convention de cours.

    >>> regles()["canal"]["courrier"]["fixe"], regles()["offre"]["materiel"]["marge"]
    (330, 1150)
    """
    return lire_yaml(Path(__file__).with_name(FICHIER), decimaux=False).contenu


def options(champ: str) -> dict[str, dict[str, Any]]:
    """Options d'un choix : ce que les règles en disent, par identifiant.

    >>> list(options("zone"))
    ['centre', 'villes', 'toutes']
    """
    return regles()["potentiel_minimal" if champ == "potentiel" else champ]
