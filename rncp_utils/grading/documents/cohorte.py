"""Documents d'une promotion : statistiques, couverture, suivi de remise, journal d'audit, anomalies."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from rncp_utils.grading.documents.couverture import EXERCICES, couverture, lecons_du_parcours
from rncp_utils.grading.documents.document import Document
from rncp_utils.grading.documents.rendu import rendre
from rncp_utils.grading.documents.statistiques import (
    EFFECTIF_DISCRIMINATION,
    EFFECTIF_MONTRE,
    ecarts_machine_personne,
    statistiques_des_competences,
    statistiques_des_devoirs,
    statistiques_des_questions,
)
from rncp_utils.grading.documents.suivi import AVERTISSEMENT, ETATS, suivi_des_remises
from rncp_utils.grading.documents.tableaux import Tableau
from rncp_utils.grading.journal import lire_journal
from rncp_utils.grading.resultats import Resultats

_RESUME = {"n": "Copies", "moyenne": "Moyenne", "mediane": "Médiane", "quartile_1": "1er quartile"}
_RESUME |= {"quartile_3": "3e quartile"}
_TAUX = ("moyenne", "mediane", "quartile_1", "quartile_3")


def statistiques_de_promotion(resultats: Resultats, edite_le: dt.date) -> Document:
    """Difficulté, discrimination, dispersion, écart machine / personne."""
    tableaux = (_devoirs(resultats), _competences(resultats), _questions(resultats), _ecarts(resultats))
    avis = [
        f"Un chiffre n'est donné qu'à partir de {EFFECTIF_MONTRE} copies notées, une discrimination qu'à partir de "
        f"{EFFECTIF_DISCRIMINATION}. Le temps passé n'est pas mesuré : nbgrader ne l'enregistre pas."
    ]
    return _document(resultats, edite_le, "statistiques", "Statistiques de la promotion", tableaux, avis)


def _devoirs(resultats: Resultats) -> Tableau:
    return Tableau(
        "Devoirs",
        "Devoirs",
        "Taux des copies entièrement corrigées ; réussite : part des copies au seuil « acquis » ou au-dessus.",
        statistiques_des_devoirs(resultats),
        {"devoir": "Devoir", "remises": "Remises", **_RESUME, "n": "Corrigées", "reussite": "Réussite", "avis": "Avis"},
        taux=(*_TAUX, "reussite"),
        longs=("avis",),
    )


def _competences(resultats: Resultats) -> Tableau:
    table = statistiques_des_competences(resultats)
    return Tableau(
        "Compétences",
        "Compétences",
        "Taux sur la partie évaluée ; parts parmi les statuts définitifs.",
        table,
        {
            "competence": "Compétence",
            **_RESUME,
            "n": "Apprenants",
            "part_acquis": "Acquis",
            "part_en_cours": "En cours",
            "part_non_acquis": "Non acquis",
            "avis": "Avis",
        },
        taux=(*_TAUX, "part_acquis", "part_en_cours", "part_non_acquis"),
        longs=("avis",),
    )


def _questions(resultats: Resultats) -> Tableau:
    return Tableau(
        "Questions",
        "Questions",
        "Difficulté : taux moyen (1 : tout le monde réussit). Discrimination : corrélation avec le reste du devoir.",
        statistiques_des_questions(resultats),
        {
            "devoir": "Devoir",
            "cellule": "Question",
            "competence": "Compétence",
            "max": "Points",
            "n": "Copies",
            "difficulte": "Difficulté",
            "mediane": "Médiane",
            "discrimination": "Discrimination",
            "avis": "Avis",
        },
        taux=("difficulte", "mediane"),
        longs=("avis",),
        entetes=2,
        vide="Aucune question n'est notée à ce jour.",
    )


def _ecarts(resultats: Resultats) -> Tableau:
    return Tableau(
        "Écarts",
        "Écart entre la machine et la personne qui note",
        "Note d'une personne comparée à la note automatique de la même question ou, à défaut, aux réponses "
        "automatiques de la même compétence dans le devoir. Écart fort : deux niveaux sur trois ou plus.",
        ecarts_machine_personne(resultats),
        {
            "devoir": "Devoir",
            "cellule": "Question",
            "competence": "Compétence",
            "base": "Comparée à",
            "n": "Copies",
            "machine": "Machine",
            "personne": "Personne",
            "ecart": "Écart",
            "ecart_absolu": "Écart absolu",
            "ecarts_forts": "Écarts forts",
            "avis": "Avis",
        },
        taux=("machine", "personne", "ecart", "ecart_absolu"),
        longs=("avis",),
        entetes=2,
        vide="Aucune note de personne ne peut être comparée à une note automatique à ce jour.",
    )


def matrice_de_couverture(resultats: Resultats, dossier_cours: Path, edite_le: dt.date) -> Document:
    """Compétence × (leçons, épreuves), et ce qui manque."""
    lecons = lecons_du_parcours(dossier_cours)
    table = couverture(resultats.cellules, lecons, resultats.referentiel)
    titres = {nom: nom for nom in table.columns}
    noms = {"bloc": "Bloc", "competence": "Compétence", "lecons": "Leçons", "epreuves": "Épreuves", "points": "Points"}
    # The labels are in the workbook; on the page they would leave no room for the assessments.
    titres = {nom: titre for nom, titre in titres.items() if nom != "libelle"} | noms | {"trous": "Ce qui manque"}
    matrice = Tableau(
        "Couverture",
        "Compétences, leçons et épreuves",
        "Leçons (L…) : nombre d'exercices sur la compétence ; épreuves : points sur 100. « – » : n'en traite pas.",
        table,
        titres,
        longs=("trous",),
        entetes=2,
        serre=True,
    )
    liste = (
        lecons.groupby(["lecon", "titre"], sort=False).agg({"competence": ", ".join, EXERCICES: "sum"}).reset_index()
    )
    en_lecons = Tableau(
        "Leçons",
        "Leçons",
        "Leçons du parcours et compétences qu'elles travaillent.",
        liste,
        {"lecon": "Leçon", "titre": "Titre", "competence": "Compétences", EXERCICES: "Exercices"},
        longs=("titre", "competence"),
        vide="Aucune leçon n'est dans le dossier du cours.",
    )
    manques = int((table["trous"] != "").sum())
    avis = [
        f"{manques} compétences sur {len(table)} ont un manque, écrit en bout de ligne."
        if manques
        else "Chaque compétence a au moins une leçon et une épreuve, et aucune épreuve de la fiche ne manque."
    ]
    return _document(
        resultats, edite_le, "couverture", "Matrice de couverture", (matrice, en_lecons), avis, paysage=True
    )


def suivi_de_remise(resultats: Resultats, cours: Path | None, edite_le: dt.date) -> Document:
    """État de chaque copie attendue."""
    table = suivi_des_remises(resultats, cours)
    compte = table.groupby("devoir", sort=False)["etat"].value_counts().unstack(fill_value=0)
    compte = compte.reindex(columns=[etat for etat in ETATS if etat in compte.columns]).reset_index()
    compte.columns.name = None
    resume = Tableau(
        "Par devoir",
        "Par devoir",
        "Nombre de copies dans chaque état.",
        compte,
        {"devoir": "Devoir", **{etat: etat.capitalize() for etat in ETATS}},
        vide="Aucun apprenant n'est inscrit.",
    )
    lignes = Tableau(
        "Suivi",
        "Par apprenant",
        "Une ligne par copie attendue ; heure de Paris ; retard compté après l'échéance de l'apprenant.",
        table,
        {
            "apprenant": "Apprenant",
            "devoir": "Devoir",
            "etat": "État",
            "remis_le": "Remis le",
            "retard_h": "Retard (heures)",
        },
        entetes=2,
    )
    return _document(resultats, edite_le, "suivi", "Suivi des remises", (resume, lignes), [AVERTISSEMENT])


def journal_d_audit(resultats: Resultats, cours: Path, edite_le: dt.date) -> Document:
    """Journal d'audit, en lecture seule."""
    table = lire_journal(cours)
    altere = int((table["intact"] == "non").sum())
    avis = ["Chaque ligne du journal porte l'empreinte de la précédente : une ligne changée ou ôtée se voit."]
    if altere:
        avis.append(f"▲ {altere} lignes ne suivent pas la précédente : le journal a été modifié hors de l'outil.")
    tableau = Tableau(
        "Journal",
        "Événements",
        "Du plus ancien au plus récent, heure de Paris.",
        table,
        {
            "instant": "Quand",
            "qui": "Qui",
            "quoi": "Quoi",
            "objet": "Sur quoi",
            "avant": "Avant",
            "apres": "Après",
            "motif": "Motif",
            "intact": "Ligne intacte",
        },
        longs=("qui", "quoi", "objet", "avant", "apres", "motif"),
        vide="Aucun événement n'est enregistré.",
    )
    return _document(resultats, edite_le, "journal", "Journal d'audit", (tableau,), avis, paysage=True)


def anomalies_des_copies(resultats: Resultats, edite_le: dt.date) -> Document:
    """Ce qui, dans une copie, demande un regard avant le jury."""
    table = resultats.anomalies.reset_index(drop=True)
    tableau = Tableau(
        "Anomalies",
        "Copies à examiner",
        "Sans apprenant : toute la promotion ; sans question : toute la copie.",
        table,
        {"apprenant": "Apprenant", "devoir": "Devoir", "cellule": "Question", "motif": "Motif"},
        longs=("motif",),
        entetes=2,
        vide="Aucune anomalie n'est signalée.",
        largeurs={"motif": 90},
    )
    return _document(resultats, edite_le, "anomalies", "Anomalies", (tableau,), [])


def _document(
    resultats: Resultats,
    edite_le: dt.date,
    type_: str,
    titre: str,
    tableaux: tuple[Tableau, ...],
    avis: list[str],
    *,
    paysage: bool = False,
) -> Document:
    html = rendre(
        "tableaux.html.j2",
        titre=titre,
        intro=f"{pd.unique(resultats.notes['apprenant']).size} apprenants au carnet de notes.",
        paysage=paysage,
        referentiel=resultats.referentiel,
        regles=resultats.regles,
        edite_le=edite_le,
        avis=avis,
        tableaux=tableaux,
    )
    return Document(type_, titre, html, tableaux, csv=True)
