"""The funnel of an action, objective beside result."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.figures import FigureAccessible, depouiller, figure_accessible, nouvelle_figure, style, style_de
from rncp_utils.formats import formater_nombre
from rncp_utils.portefeuille.prospection.mesures import bilan
from rncp_utils.portefeuille.prospection.simulation import ETAPES, Action

LIBELLES = {
    "cibles": "Prospects de la cible",
    "traites": "Traités",
    "joints": "Joints",
    "rdv": "Rendez-vous",
    "offres": "Offres remises",
    "ouvertures": "Ouvertures",
}
LARGEUR = 0.38


def tableau_des_etapes(action: Action) -> pd.DataFrame:
    """Étapes de l'action, telles qu'elles se lisent : ``Réalisé``, et ``Objectif`` (« – » sans objectif)."""
    comptes, objectifs = bilan(action), action.plan.objectifs
    return pd.DataFrame(
        {
            "Objectif": [str(objectifs.get(etape, "–")) for etape in ETAPES],
            "Réalisé": [comptes[etape] for etape in ETAPES],
        },
        index=pd.Index([LIBELLES[etape] for etape in ETAPES], name="Étape"),
    )


def figure_de_l_action(action: Action) -> FigureAccessible:
    """Entonnoir de l'action : une barre par étape, et celle de l'objectif à côté quand le plan en fixe un."""
    table, objectifs = tableau_des_etapes(action), action.plan.objectifs
    vises = [objectifs.get(etape, 0) for etape in ETAPES]
    rangs = np.arange(len(table))
    with style():
        fig, ax = nouvelle_figure(hauteur=4.2)
        barres = [
            ax.barh(rangs - LARGEUR / 2, vises, LARGEUR, label="Objectif", **style_de("gris")),
            ax.barh(rangs + LARGEUR / 2, table["Réalisé"], LARGEUR, label="Réalisé", **style_de("marine")),
        ]
        for groupe in barres:
            ax.bar_label(
                groupe, labels=[formater_nombre(b.get_width()) if b.get_width() else "" for b in groupe], padding=3
            )
        ax.set_yticks(rangs, table.index)
        ax.invert_yaxis()
        ax.set_xlabel("Nombre de prospects")
        depouiller(ax, grille="x")
        ax.legend(loc="lower right")
    lus = ", ".join(f"{nom.lower()} {formater_nombre(n)}" for nom, n in table["Réalisé"].items())
    objectifs_dits = ", ".join(f"{LIBELLES[etape].lower()} {nombre}" for etape, nombre in objectifs.items())
    return figure_accessible(
        fig,
        titre="Votre action, étape par étape",
        alt=f"Barres horizontales. Réalisé : {lus}. Objectifs : {objectifs_dits}.",
        donnees=table,
        unite="prospects",
        source="action simulée, données fictives du cours",
    )
