"""Valeurs légales, fiscales et de marché datées : un fichier YAML par paramètre, chaque valeur avec sa référence.

Le chemin du fichier est le nom du paramètre : ``valeurs/is/taux_reduit.yaml`` est ``is.taux_reduit``. Un fichier n'est
lu que lorsqu'on le demande. Ce qui n'est pas connu à la date demandée est refusé, jamais deviné.
"""

from __future__ import annotations

from rncp_utils.parametres.chargement import charger_parametre, fiche_parametre, parametres_livres
from rncp_utils.parametres.consultation import bareme, parametre
from rncp_utils.parametres.modele import Parametre, Reference, Tranche

__all__ = [
    "Parametre",
    "Reference",
    "Tranche",
    "bareme",
    "charger_parametre",
    "fiche_parametre",
    "parametre",
    "parametres_livres",
]
