"""Le rapport de couverture : une page, un classeur, des CSV, et quelques phrases."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rncp_utils.competences.correspondances import Correspondances
from rncp_utils.competences.couverture import (
    EXERCICES_MIN,
    ITEMS_MIN,
    LECONS_MIN,
    POINTS_MIN,
    bilan_des_activites,
    bilan_des_competences,
    bilan_des_epreuves,
    lecons_et_cellules,
    phrases_de_couverture,
)
from rncp_utils.competences.reprise import phrases_de_reprise, reprise_des_competences, reprise_des_epreuves
from rncp_utils.competences.volumes import NATURES, minutes_des_epreuves, phrase_des_volumes, volumes_du_cours
from rncp_utils.grading.documents.document import Document
from rncp_utils.grading.documents.rendu import rendre
from rncp_utils.grading.documents.tableaux import Tableau
from rncp_utils.referentiel import Referentiel, Regles
from rncp_utils.referentiel.proposition import etat_de_l_enregistrement

TYPE = "couverture-fiche"
ESTIMATION = "Estimation : personne n'a confirmé cette fiche ; ses libellés et ses codes peuvent changer."
# Heading of each column, whatever the table.
_LIBELLES = {
    "activite": "Activité",
    "autonomie": "Autonomie",
    "bloc": "Bloc",
    "competence": "Compétence",
    "competences": "Compétences",
    "couvertes": "Couvertes",
    "ensemble": "Ensemble",
    "epreuve": "Épreuve",
    "epreuves": "Épreuves",
    "etat": "État",
    "exercices": "Exercices",
    "items": "Questions notées",
    "lecons": "Leçons",
    "libelle": "Libellé",
    "manques": "Ce qui manque",
    "module": "Module",
    "nombre": "Nombre",
    "points": "Points",
    "presente": "Présente",
    "prevu_autonomie": "Autonomie prévue",
    "prevu_ensemble": "Ensemble prévu",
    "prevu_epreuves": "Épreuves prévues",
    "prevu_tutore": "Tutorat prévu",
    "proximites": "Proximités",
    "reprend": "Reprend",
    "tutore": "Tutorat",
}
_PAR_COMPETENCE: dict[str, Any] = {"entetes": 2, "serre": True, "largeurs": {"libelle": 60}}


@dataclass(frozen=True)
class Rapport:
    """Document à écrire et phrases à dire."""

    document: Document
    phrases: list[str]


def rapport_du_cours(cours: Path, referentiel: Referentiel, regles: Regles, jour: dt.date) -> Rapport:
    """Ce que le cours couvre de sa propre fiche.

    Raises
    ------
    ErreurDonnees, ErreurListe
        Une leçon ou un devoir ne peut pas être lu, ou une cellule notée n'a pas de compétence.
    """
    lecons, cellules = lecons_et_cellules(cours, referentiel)
    competences = bilan_des_competences(cellules, lecons, referentiel)
    activites = bilan_des_activites(competences, referentiel)
    epreuves = bilan_des_epreuves(cellules, referentiel)
    phrases = [
        etat_de_l_enregistrement(referentiel.validite.fin, jour),
        *phrases_de_couverture(competences, activites, epreuves),
    ]
    tableaux = [_competences(competences), _activites(activites), _epreuves(epreuves)]
    return _rapport(cours, "par le cours", referentiel, referentiel, regles, jour, tableaux, phrases)


def rapport_d_une_fiche(
    cours: Path,
    cible: Referentiel,
    table: Correspondances,
    referentiel: Referentiel,
    regles: Regles,
    jour: dt.date,
    *,
    confirmee: bool = True,
) -> Rapport:
    """Ce que le cours, construit sur ``referentiel``, apporte à une autre fiche ; mêmes erreurs que le premier.

    ``confirmee`` est faux pour l'aperçu d'une proposition : le rapport le dit en premier.
    """
    lecons, cellules = lecons_et_cellules(cours, referentiel)
    bilan = bilan_des_competences(cellules, lecons, referentiel)
    competences = reprise_des_competences(bilan, cible, table)
    epreuves = reprise_des_epreuves(bilan_des_epreuves(cellules, referentiel), cible, table)
    phrases = [
        f"Fiche RNCP {cible.certification.code}, {cible.certification.intitule}. "
        + etat_de_l_enregistrement(cible.validite.fin, jour),
        *phrases_de_reprise(competences, epreuves, table, referentiel),
    ]
    if not confirmee:
        phrases.insert(0, ESTIMATION)
    titre = f"par le cours de la fiche RNCP {referentiel.certification.code}"
    tableaux = [_reprises(competences), _modalites(epreuves)]
    return _rapport(cours, titre, cible, referentiel, regles, jour, tableaux, phrases)


def _rapport(
    cours: Path,
    par: str,
    cible: Referentiel,
    referentiel: Referentiel,
    regles: Regles,
    jour: dt.date,
    tableaux: list[Tableau],
    phrases: list[str],
) -> Rapport:
    """The two reports end alike: the time that the course takes."""
    epreuves = minutes_des_epreuves(cours, referentiel)
    temps = volumes_du_cours(cours, referentiel, epreuves)
    phrases = [*phrases, f"Durées du cours : {phrase_des_volumes(temps)}"]
    if muettes := list(epreuves.loc[epreuves["minutes"].isna(), "epreuve"]):
        phrases.append(f"Durée non lue dans les consignes, comptée pour zéro : {', '.join(muettes)}.")
    tableaux = [*tableaux, _volumes(temps)]
    titre = f"Couverture de la fiche RNCP {cible.certification.code} {par}"
    html = rendre(
        "tableaux.html.j2",
        titre=titre,
        paysage=True,
        referentiel=referentiel,
        regles=regles,
        edite_le=jour,
        avis=phrases,
        tableaux=tableaux,
    )
    return Rapport(Document(TYPE, titre, html, tuple(tableaux), csv=True), phrases)


def _colonnes(*noms: str) -> dict[str, str]:
    return {nom: _LIBELLES[nom] for nom in noms}


def _competences(table: pd.DataFrame) -> Tableau:
    return Tableau(
        "Compétences",
        "Compétences de la fiche",
        f"Il faut au moins {LECONS_MIN} leçon qui l'enseigne, {EXERCICES_MIN} exercice, {ITEMS_MIN} questions notées "
        f"dans une épreuve et {POINTS_MIN} points. Calculé des fiches des leçons et des cellules notées.",
        table,
        _colonnes(
            *("bloc", "competence", "libelle", "lecons", "exercices", "epreuves", "items", "points", "manques"),
        ),
        longs=("libelle", "lecons", "epreuves", "manques"),
        **_PAR_COMPETENCE,
    )


def _activites(table: pd.DataFrame) -> Tableau:
    return Tableau(
        "Activités",
        "Activités de la fiche",
        "Couvertes : compétences auxquelles rien ne manque. Le lien entre activités et compétences est une "
        "proposition du parcours.",
        table,
        _colonnes("activite", "libelle", "competences", "nombre", "couvertes", "manques"),
        longs=("libelle", "competences", "manques"),
    )


def _epreuves(table: pd.DataFrame) -> Tableau:
    return Tableau(
        "Épreuves",
        "Modalités imposées",
        "Une épreuve est présente si son devoir compte des points.",
        table,
        _colonnes("bloc", "libelle", "items", "points", "epreuve", "presente"),
        longs=("libelle",),
        entetes=2,
    )


def _reprises(table: pd.DataFrame) -> Tableau:
    return Tableau(
        "Compétences",
        "Compétences de l'autre fiche",
        "Reprend : compétences du cours. Proximité : part des mots communs des libellés, de 0 à 1 ; elle propose, une "
        "personne confirme. Leçons, exercices et questions notées sont ceux des compétences reprises.",
        table,
        _colonnes(
            *("bloc", "competence", "libelle", "reprend", "etat"),
            *("lecons", "exercices", "items", "points", "proximites"),
        ),
        longs=("libelle", "etat", "lecons", "proximites"),
        **_PAR_COMPETENCE,
    )


def _modalites(table: pd.DataFrame) -> Tableau:
    return Tableau(
        "Épreuves",
        "Modalités que l'autre fiche impose",
        "Reprend : épreuve du cours au nom proche, qui évalue une compétence reprise. Points : de cette épreuve.",
        table,
        _colonnes("bloc", "epreuve", "libelle", "reprend", "etat", "points"),
        longs=("libelle", "etat"),
        entetes=2,
    )


def _volumes(table: pd.DataFrame) -> Tableau:
    libelles = _colonnes("module", "lecons", *NATURES, "ensemble")
    libelles |= _colonnes(*(f"prevu_{nature}" for nature in NATURES), "prevu_ensemble")
    heures = {nom: (table[nom].astype(float) / 60).round(2) for nom in libelles if nom not in ("module", "lecons")}
    return Tableau(
        "Durées",
        "Durées, en heures",
        "Calculées : séquences des leçons, temps tutoré de course/parcours.yaml, durée que disent les consignes des "
        "épreuves. Prévues : valeurs par défaut de la conception, pour information.",
        table.assign(**heures),
        libelles,
    )
