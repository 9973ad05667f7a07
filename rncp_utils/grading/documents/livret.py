"""Livret individuel : où en est un apprenant, compétence par compétence, et pourquoi."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd

from rncp_utils.formats import formater_nombre, pourcent
from rncp_utils.grading.documents.document import Document
from rncp_utils.grading.documents.parcours import Candidat, Dossier
from rncp_utils.grading.documents.radar import Axe, radar
from rncp_utils.grading.documents.rendu import rendre
from rncp_utils.grading.documents.tableaux import TIRET, Tableau
from rncp_utils.niveaux import ACQUIS, EN_COURS, NON_ACQUIS, NON_EVALUE, texte_du_taux
from rncp_utils.referentiel import Referentiel, epreuve_du_devoir

DEFINITIFS = (ACQUIS, EN_COURS, NON_ACQUIS)


def livret_individuel(dossier: Dossier, apprenant: str, edite_le: dt.date) -> Document:
    """Livret d'un apprenant, à lui remettre : radar et tableau, motifs, épreuves, commentaires."""
    resultats, candidat = dossier.resultats, dossier.candidat(apprenant)
    fiche, regles = resultats.referentiel, resultats.regles
    competences = dossier.de("competences", apprenant)
    seuils = float(regles.competence.en_cours), float(regles.competence.acquis)
    resume = _resume(competences, fiche)
    html = rendre(
        "livret.html.j2",
        titre=f"Livret individuel de {candidat.nom}",
        intro="Relevé de positionnement : compétences, épreuves et commentaires.",
        referentiel=fiche,
        regles=regles,
        edite_le=edite_le,
        candidat=candidat,
        identite_=identite(dossier, candidat),
        clause=clause(fiche),
        radar=radar(_axes(competences), *seuils, f"Radar des compétences. {resume}"),
        resume=resume,
        seuil_acquis=pourcent(regles.competence.acquis, 0),
        seuil_en_cours=pourcent(regles.competence.en_cours, 0),
        decisions=any(dossier.decision(apprenant, bloc)[0] for bloc in fiche.codes_blocs),
        blocs=blocs_de(dossier, apprenant),
        epreuves=epreuves_de(dossier, apprenant),
        preuves=preuves_de(dossier, apprenant),
        erreurs=erreurs_de(dossier, apprenant),
        commentaires=commentaires_de(dossier, apprenant),
    )
    return Document("livret", f"Livret individuel de {candidat.nom}", html, qui=apprenant)


def clause(fiche: Referentiel) -> str:
    """The sentence that keeps a statement of results from passing for a certificate."""
    phrase = "Ce document est un relevé de positionnement sans valeur de certification."
    if not any(bloc.mention_certificat for bloc in fiche.blocs):
        return phrase
    code = fiche.certification.code
    return (
        "La validation d'un bloc ne donne pas lieu à la remise d'un certificat de compétence "
        f"(fiche RNCP {code}). {phrase}"
    )


def identite(dossier: Dossier, candidat: Candidat) -> dict[str, str]:
    """Who, from where, since when; what is not known is left out but for the way in and the date."""
    session = dossier.session
    lignes = {
        "Apprenant": candidat.nom,
        "Identifiant": candidat.identifiant if candidat.identifiant != candidat.nom else "",
        "Voie d'accès": candidat.voie,
        "Entrée en formation": candidat.entree,
        "Promotion": session.promotion,
        "Organisme": session.organisme,
        "Session": session.session,
    }
    return {nom: valeur for nom, valeur in lignes.items() if valeur}


def blocs_de(dossier: Dossier, apprenant: str) -> list[dict[str, Any]]:
    """Blocs of the sheet, with what the learner has in each."""
    fiche, regles = dossier.resultats.referentiel, dossier.resultats.regles
    lignes = {ligne["competence"]: ligne for ligne in dossier.de("competences", apprenant).to_dict("records")}
    blocs = []
    for bloc in fiche.blocs:
        ligne = dossier.blocs[apprenant, bloc.code]
        decision, motif = dossier.decision(apprenant, bloc.code)
        blocs.append(
            {
                "code": bloc.code,
                "intitule": bloc.intitule,
                "taux": texte_du_taux(ligne["taux"], regles),
                "proposition": ligne["proposition"],
                "motif": ligne["motif"] or "toutes les compétences sont acquises",
                "decision": " : ".join(filter(None, [decision or "à prendre", motif])),
                "decide": decision,
                "motif_du_jury": motif,
                "competences": [_competence(fiche, lignes[code], regles) for code in bloc.competences],
            }
        )
    return blocs


def _competence(fiche: Referentiel, ligne: dict, regles: object) -> dict[str, str]:
    return {
        "code": ligne["competence"],
        "libelle": fiche.competence(ligne["competence"]).libelle,
        "points": points(ligne["points"], ligne["max"]),
        "taux": texte_du_taux(ligne["taux"], regles),
        "statut": ligne["statut"],
        "motif": ligne["motif"],
    }


def points(obtenus: float, maximum: float) -> str:
    """« 15 / 25 », a dash when nothing is marked."""
    if not maximum or math.isnan(obtenus):
        return TIRET
    return f"{formater_nombre(obtenus, 0 if obtenus == int(obtenus) else 1)} / {formater_nombre(maximum, 0)}"


def epreuves_de(dossier: Dossier, apprenant: str) -> Tableau:
    """Assessments of the sheet, retakes too: where the learner's copy is, its total, what is made of it."""
    fiche = dossier.resultats.referentiel
    copies = {ligne["devoir"]: ligne for ligne in dossier.de("devoirs", apprenant).to_dict("records")}
    devoirs = {evaluation.code: [evaluation.code] for evaluation in fiche.evaluations}
    for devoir in copies:
        lu = epreuve_du_devoir(devoir, fiche)
        if lu and lu[1]:
            devoirs[lu[0]].append(devoir)
    effets = _effets(dossier, apprenant)
    ecrits = set(dossier.resultats.cellules["devoir"])
    lignes = [
        {
            "epreuve": devoir,
            "libelle": evaluation.libelle + (" (rattrapage)" if devoir != evaluation.code else ""),
            "remis_le": _jour(copies[devoir]["remis_le"]) if devoir in copies else None,
            "points": points(copies[devoir]["points"], copies[devoir]["max"]) if devoir in copies else TIRET,
            "statut": copies[devoir]["statut"] if devoir in copies else _sans_copie(devoir, ecrits),
            "effet": effets.get(devoir, ""),
        }
        for evaluation in fiche.evaluations
        for devoir in devoirs[evaluation.code]
    ]
    libelles = {"epreuve": "Épreuve", "libelle": "Modalité", "remis_le": "Remise le"}
    libelles |= {"points": "Points", "statut": "État", "effet": "Pour la certification"}
    return Tableau(
        "epreuves",
        "Épreuves",
        "Total de chaque épreuve, pénalité de retard déduite.",
        pd.DataFrame(lignes),
        libelles,
        longs=("libelle", "effet"),
    )


def _sans_copie(devoir: str, ecrits: set[str]) -> str:
    """State of an assessment that the gradebook does not hold."""
    return "pas encore générée" if devoir in ecrits else "absente du cours"


def _effets(dossier: Dossier, apprenant: str) -> dict[str, str]:
    """Assignment → what the certification makes of its notes, and the absence that explains it."""
    notes = dossier.de("notes", apprenant)
    prises = notes.groupby("devoir", sort=False)["prise_en_compte"].unique()
    effets = {devoir: ", ".join(map(str, prises[devoir])) for devoir in prises.index}
    for absence in dossier.de("absences", apprenant).itertuples():
        quoi = "absence justifiée" if absence.justifiee else "absence injustifiée"
        texte = f"{quoi} : {absence.motif}" if absence.motif else quoi
        effets[absence.devoir] = " ; ".join(filter(None, [effets.get(absence.devoir, ""), texte]))
    return effets


def _jour(instant: pd.Timestamp) -> dt.date | None:
    return None if pd.isna(instant) else instant.tz_convert("Europe/Paris").date()


def preuves_de(dossier: Dossier, apprenant: str) -> list[str]:
    """Evidence of a learner who comes by experience: one sentence a piece."""
    maximum = dossier.resultats.regles.vae.niveau_max
    textes = []
    for preuve in dossier.de("preuves", apprenant).itertuples():
        niveau = "à noter" if pd.isna(preuve.niveau) else f"{preuve.niveau:.0f} sur {maximum}"
        qui = f", par {preuve.evaluateur}" if preuve.evaluateur else ""
        textes.append(f"{preuve.competence} · {preuve.preuve} : {niveau}{qui}.")
    return textes


def erreurs_de(dossier: Dossier, apprenant: str) -> list[str]:
    """Blocking errors, lifted ones too: one sentence each."""
    textes = []
    for erreur in dossier.de("erreurs", apprenant).itertuples():
        suite = (
            f"levée par le jury : {erreur.motif_du_jury}" if erreur.leve else "plafonne la compétence à « en cours »"
        )
        ou = f"{erreur.devoir}, " if erreur.devoir else ""
        textes.append(f"{ou}{erreur.competence} · {erreur.motif} ({suite}).")
    return textes


def commentaires_de(dossier: Dossier, apprenant: str) -> list[tuple[str, str]]:
    """Comments that people wrote on the copies, in the order of the course."""
    notes = dossier.de("notes", apprenant)
    ecrits = notes[notes["commentaire"].fillna("").astype(str).str.strip() != ""]
    # What nbgrader writes by itself under an unchanged answer is no comment.
    ecrits = ecrits[ecrits["commentaire"] != "No response."]
    return [(f"{l.devoir} · {l.cellule} ({l.competence})", str(l.commentaire)) for l in ecrits.itertuples()]  # noqa: E741


def _axes(competences: pd.DataFrame) -> list[Axe]:
    return [Axe(l.competence, l.bloc, l.taux, l.statut in DEFINITIFS) for l in competences.itertuples()]  # noqa: E741


def _resume(competences: pd.DataFrame, fiche: Referentiel) -> str:
    statuts = competences["statut"].value_counts()
    parties = [f"{nombre} {_au_feminin(statut, nombre)}" for statut, nombre in statuts.items()]
    return f"{len(fiche.competences)} compétences : {', '.join(parties)}."


def _au_feminin(statut: str, nombre: int) -> str:
    """« non évalué » said of competences: « non évaluées »."""
    if statut not in (ACQUIS, NON_ACQUIS, NON_EVALUE):
        return statut
    return f"{statut}es" if nombre > 1 else f"{statut}e"


def livrets(dossier: Dossier, edite_le: dt.date) -> list[Document]:
    """Livret de chaque apprenant."""
    return [livret_individuel(dossier, apprenant, edite_le) for apprenant in dossier.apprenants]
