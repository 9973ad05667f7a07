"""Dossier du jury, avant la délibération, et procès-verbal, après : les mêmes pages, à deux moments."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from rncp_utils.erreurs import ErreurRegle
from rncp_utils.formats import formater_nombre
from rncp_utils.grading.certifications import CERTIFICATION
from rncp_utils.grading.documents.document import Document
from rncp_utils.grading.documents.livret import (
    blocs_de,
    clause,
    epreuves_de,
    erreurs_de,
    identite,
    preuves_de,
)
from rncp_utils.grading.documents.parcours import Candidat, Dossier
from rncp_utils.grading.documents.rendu import rendre
from rncp_utils.grading.documents.tableaux import Tableau
from rncp_utils.grading.grilles.modele import charger_grille, devoirs_observes
from rncp_utils.grading.mentions import date_longue
from rncp_utils.referentiel import epreuve_du_devoir
from rncp_utils.typographie import enumerer

LIBELLES_CANDIDATS = {
    "apprenant": "Identifiant",
    "candidat": "Candidat",
    "voie": "Voie d'accès",
    "date_entree": "Entrée en formation",
    "objet": "Bloc ou certification",
    "proposition": "Proposition de l'outil",
    "motif": "Pourquoi",
    "decision": "Décision du jury",
    "motif_du_jury": "Motif du jury",
}
# What is the candidate's own: the rest is at the head of the document.
PROPRES = ("Identifiant", "Voie d'accès", "Entrée en formation")
LIBELLES_JURY = {"nom": "Nom", "qualite": "Qualité", "lien": "Lien déclaré", "present": "Présent"}


def dossier_du_jury(dossier: Dossier, edite_le: dt.date) -> Document:
    """Une page de synthèse, une page par candidat, la place de la décision ; pour préparer la délibération.

    Un dossier hors certification y est, sous un bandeau qui le dit.
    """
    candidats = _candidats(dossier)
    bandeaux = ["Document préparatoire : aucune décision n'est prise tant que le jury n'a pas délibéré."]
    return _document(dossier, edite_le, "dossier-jury", "Dossier du jury", candidats, [], bandeaux, definitif=False)


def proces_verbal(dossier: Dossier, edite_le: dt.date) -> Document:
    """Procès-verbal de la délibération.

    Raises
    ------
    ErreurRegle
        Jury incomplet, quorum non atteint, ou aucun candidat ne peut être certifié : une phrase par motif.
    """
    obstacles = obstacles_au_pv(dossier)
    if obstacles:
        raise ErreurRegle("Le procès-verbal ne peut pas être édité. " + " ".join(obstacles))
    tous = _candidats(dossier)
    admis = [candidat for candidat in tous if not candidat.hors_certification]
    exclus = [candidat for candidat in tous if candidat.hors_certification]
    return _document(dossier, edite_le, "pv", "Procès-verbal du jury", admis, exclus, [], definitif=True)


def obstacles_au_pv(dossier: Dossier) -> list[str]:
    """Ce qui empêche d'éditer le procès-verbal ; vide si rien."""
    resultats = dossier.resultats
    phrases = dossier.jury.obstacles(resultats.referentiel, resultats.regles)
    candidats = _candidats(dossier)
    if not candidats:
        phrases.append("Aucun apprenant n'est au carnet de notes : inscrivez la promotion.")
    elif all(candidat.hors_certification for candidat in candidats):
        motifs = dict.fromkeys(candidat.hors_certification for candidat in candidats)
        phrases.append(f"Aucun candidat ne peut être certifié ({len(candidats)} dossiers). {' '.join(motifs)}")
    return phrases


def _candidats(dossier: Dossier) -> list[Candidat]:
    """By name: a rank would be a judgement."""
    candidats = [dossier.candidat(apprenant) for apprenant in dossier.apprenants]
    return sorted(candidats, key=lambda candidat: (candidat.cle_de_tri, candidat.identifiant))


def _document(
    dossier: Dossier,
    edite_le: dt.date,
    type_: str,
    titre: str,
    candidats: list[Candidat],
    exclus: list[Candidat],
    bandeaux: list[str],
    *,
    definitif: bool,
) -> Document:
    resultats = dossier.resultats
    html = rendre(
        "jury.html.j2",
        titre=titre,
        intro=f"Promotion de {len(candidats) + len(exclus)} apprenants.",
        paysage=True,
        referentiel=resultats.referentiel,
        regles=resultats.regles,
        edite_le=edite_le,
        session=_session(dossier, edite_le),
        jures=dossier.jury.jures,
        obstacles=[] if definitif else dossier.jury.obstacles(resultats.referentiel, resultats.regles),
        avertissements=dossier.jury.avertissements(),
        candidats=[_page(dossier, candidat) for candidat in candidats],
        exclus=exclus,
        bandeaux=bandeaux,
        definitif=definitif,
        clause=clause(resultats.referentiel),
    )
    return Document(type_, titre, html, tuple(_tableaux(dossier, candidats)))


def _session(dossier: Dossier, edite_le: dt.date) -> dict[str, str]:
    session = dossier.session
    lignes = {
        "Promotion": session.promotion,
        "Session": session.session,
        "Organisme": session.organisme,
        "Date du jury": date_longue(session.date_jury) if session.date_jury else "",
        "Lieu": session.lieu,
        "Édité le": date_longue(edite_le),
    }
    return {nom: valeur for nom, valeur in lignes.items() if valeur}


def _page(dossier: Dossier, candidat: Candidat) -> dict[str, Any]:
    """What the page of a candidate shows."""
    apprenant, fiche = candidat.identifiant, dossier.resultats.referentiel
    epreuves = epreuves_de(dossier, apprenant).table.to_dict("records")
    blocs = blocs_de(dossier, apprenant)
    for bloc in blocs:
        codes = {evaluation.code for evaluation in fiche.evaluations_du_bloc(bloc["code"])}
        du_bloc = [ligne for ligne in epreuves if epreuve_du_devoir(ligne["epreuve"], fiche)[0] in codes]
        bloc["epreuves"] = [] if candidat.vae else du_bloc
    proposition, motif = dossier.proposition(apprenant, CERTIFICATION)
    decide, motif_du_jury = dossier.decision(apprenant, CERTIFICATION)
    certification = {
        "proposition": proposition,
        "motif": motif,
        "decide": decide,
        "motif_du_jury": motif_du_jury,
    }
    regle = dossier.resultats.regles.certification
    return {
        "candidat": candidat,
        "identite": {nom: texte for nom, texte in identite(dossier, candidat).items() if nom in PROPRES},
        "blocs": blocs,
        "certification": certification,
        "blocs_requis": f"Blocs requis : {enumerer(regle.blocs_requis)}. Aucun bloc n'en compense un autre.",
        "observations": observations_de(dossier, apprenant),
        "erreurs": erreurs_de(dossier, apprenant),
        "preuves": preuves_de(dossier, apprenant),
    }


def observations_de(dossier: Dossier, apprenant: str) -> list[str]:
    """What the experts observed: points of each cell of a grid, then their words."""
    notes = dossier.de("notes", apprenant)
    cellules = {(d, c.cellule): c.titre for d in devoirs_observes() for c in charger_grille(d).cellules}
    textes = []
    for note in notes.itertuples():
        titre = cellules.get((note.devoir, note.cellule))
        if titre is None or pd.isna(note.manuel):
            continue
        points = f"{formater_nombre(note.manuel, 1)} / {formater_nombre(note.max)}"
        dit = str(note.commentaire) if isinstance(note.commentaire, str) else ""
        textes.append(f"{note.devoir} · {titre} ({note.competence}) : {points}\n{dit}".strip())
    return textes


def _tableaux(dossier: Dossier, candidats: list[Candidat]) -> list[Tableau]:
    lignes = []
    for candidat in candidats:
        for objet in [*dossier.resultats.referentiel.codes_blocs, CERTIFICATION]:
            proposition, motif = dossier.proposition(candidat.identifiant, objet)
            decision, motif_du_jury = dossier.decision(candidat.identifiant, objet)
            qui = (candidat.identifiant, candidat.nom, candidat.voie, candidat.date_entree, objet)
            lignes.append((*qui, proposition, motif, decision, motif_du_jury))
    table = pd.DataFrame(lignes, columns=list(LIBELLES_CANDIDATS), dtype=object)
    jury = pd.DataFrame([vars(jure) for jure in dossier.jury.jures], columns=list(LIBELLES_JURY)).astype(object)
    jury["present"] = jury["present"].map({True: "oui", False: "non"})
    return [
        Tableau("Décisions", "Décisions", "", table, LIBELLES_CANDIDATS, entetes=2, longs=("motif", "motif_du_jury")),
        Tableau("Jury", "Jury", "", jury, LIBELLES_JURY),
    ]
