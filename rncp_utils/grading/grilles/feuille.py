"""Feuille d'observation à imprimer : vierge, ou telle que l'expert l'a remplie."""

from __future__ import annotations

import datetime as dt

from rncp_utils.grading.documents.document import Document
from rncp_utils.grading.documents.rendu import rendre
from rncp_utils.grading.grilles.modele import NIVEAUX, Grille
from rncp_utils.grading.grilles.saisie import Saisie
from rncp_utils.referentiel import Referentiel, Regles


def feuille_a_imprimer(
    grille: Grille,
    *,
    referentiel: Referentiel,
    regles: Regles,
    edite_le: dt.date,
    apprenant: str = "",
    saisie: Saisie | None = None,
    qualite: str = "",
) -> Document:
    """Feuille d'une grille ; avec ``saisie``, ses niveaux et ses commentaires y sont portés."""
    apprenant = saisie.apprenant if saisie else apprenant
    observateur = ", ".join(filter(None, [saisie.observateur, qualite])) if saisie else ""
    champs = {
        "Candidat :": apprenant,
        "Date de l'observation :": f"{saisie.date:%d/%m/%Y}" if saisie else "",
        "Expert métier :": saisie.observateur if saisie else "",
        "Session :": saisie.session if saisie else "",
    }
    titre = f"Grille d'observation {grille.grille}"
    html = rendre(
        "grille.html.j2",
        titre=titre,
        intro=f"{referentiel.evaluation(grille.devoir).libelle} ({grille.devoir}) : {grille.titre.lower()}."
        + (f" {saisie.etat}" if saisie else ""),
        referentiel=referentiel,
        regles=regles,
        edite_le=edite_le,
        grille=grille,
        echelle=NIVEAUX,
        champs=champs,
        cotes=saisie.niveaux if saisie else {},
        commentaires=saisie.commentaires if saisie else {},
        observateur=observateur,
    )
    qui = f"{grille.devoir}-{apprenant}" if apprenant else grille.devoir
    return Document("grille", titre, html, qui=qui)
