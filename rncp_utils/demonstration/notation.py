"""What people do after the machine: instructors grade written answers, experts fill and sign their grids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from nbgrader.api import Grade, Gradebook

from rncp_utils.autograde.cours import Cours
from rncp_utils.competences import lire_devoirs
from rncp_utils.demonstration import redaction
from rncp_utils.demonstration.classe import VIDE, Apprenant, hasard
from rncp_utils.demonstration.copies import Epreuve
from rncp_utils.grading.grilles import (
    Bilan,
    Grille,
    Saisie,
    charger_grille,
    declarer_observateur,
    devoirs_observes,
    importer_grilles,
    lire_saisies,
    ouvrir_saisie,
)
from rncp_utils.grading.grilles.saisie import fichiers_de_saisie
from rncp_utils.referentiel import charger_referentiel

# Share of the points that a grader gives to each kind of text, whatever the luck of the draw adds to it.
PARTS = {redaction.BONNE: 0.76, redaction.MOYENNE: 0.5, redaction.FAIBLE: 0.15}
ECART = 0.2
COMMENTAIRES = {
    redaction.BONNE: (
        "Les faits sont datés et reliés entre eux ; la suite se mesure.",
        "Diagnostic hiérarchisé, preuves exactes. Précisez encore la limite de la source.",
    ),
    redaction.MOYENNE: (
        "Des constats justes, encore l'un après l'autre : dites lequel explique les autres.",
        "Le lien avec le besoin est vu ; il manque une preuve chiffrée et une date.",
    ),
    redaction.FAIBLE: (
        "Une affirmation sans donnée du dossier : citez la pièce, sa date et le montant.",
        "La question est reformulée, pas traitée. Repartez de vos propres calculs.",
    ),
    redaction.AUCUNE: ("Aucun texte n'est enregistré pour cette partie.",),
}
# None of them sits on the jury.
EXPERTS = {"Hélène Masson": "directrice d'agence", "Yann Le Goff": "chargé d'affaires professionnels"}
OBSERVE = {
    3: "L'imprévu est repris sans hésiter, avec les mots du client.",
    2: "Fait de lui-même, au bon moment.",
    1: "Fait seulement après une relance de l'expert.",
    0: "N'est pas apparu pendant l'observation.",
}
# Draw from which a level is given: an expert sees a little more, or less, than the machine does.
SEUILS_DE_NIVEAU = ((3, 0.84), (2, 0.52), (1, 0.24), (0, -1.0))


def noter_les_copies(cours: Cours, epreuve: Epreuve, classe: Iterable[Apprenant]) -> None:
    """Grade what a person grades in each copy, and confirm what asked for a look, as formgrader writes it.

    Cells that an expert observes are left to the grids; so are the texts of whoever nobody has graded yet.
    """
    connus = {apprenant.identifiant: apprenant for apprenant in classe}
    observees = _observees(epreuve.devoir)
    with Gradebook(cours.url_base, cours.api.coursedir.course_id) as carnet:
        for remise in carnet.assignment_submissions(epreuve.devoir):
            apprenant = connus[remise.student.id]
            for note in (note for notebook in remise.notebooks for note in notebook.grades):
                if note.needs_manual_grade and note.name not in observees:
                    _noter(carnet, epreuve, apprenant, note)
        carnet.db.commit()


def _noter(carnet: Gradebook, epreuve: Epreuve, apprenant: Apprenant, note: Grade) -> None:
    if note.cell.cell_type == "code":  # the machine's own score, which somebody has looked at
        note.needs_manual_grade = False
        return
    if epreuve.devoir in apprenant.sans_note:
        return
    quelle = epreuve.qualite(apprenant, note.name)
    if apprenant.accident(epreuve.devoir) == VIDE:
        quelle = redaction.AUCUNE
    note.manual_score, note.needs_manual_grade = points(epreuve.devoir, apprenant, note, quelle), False
    cle = (note.name, note.notebook.name, epreuve.devoir, apprenant.identifiant)
    phrases = COMMENTAIRES[quelle]
    place = hasard(apprenant.identifiant, epreuve.devoir, note.name, "commentaire")
    carnet.find_comment(*cle).manual_comment = phrases[int(place * len(phrases))]


def points(devoir: str, apprenant: Apprenant, note: Grade, quelle: str) -> float:
    """Points of a written answer, to the nearest half."""
    if quelle == redaction.AUCUNE:
        return 0.0
    part = PARTS[quelle] + ECART * hasard(apprenant.identifiant, devoir, note.name, "points")
    return round(2 * part * note.max_score) / 2


def _observees(devoir: str) -> set[str]:
    if devoir not in devoirs_observes():
        return set()
    return {cellule.cellule for cellule in charger_grille(devoir).cellules}


def observer(cours: Cours, epreuves: Sequence[Epreuve], classe: Sequence[Apprenant], jour: dt.date) -> Bilan:
    """Grids of the experts for every copy that has one, filled, signed and imported as real ones are."""
    for nom, qualite in EXPERTS.items():
        declarer_observateur(cours.dossier, nom, qualite)
    for epreuve in epreuves:
        if epreuve.devoir not in devoirs_observes():
            continue
        for rang, apprenant in enumerate(classe):
            if (cours.dossier / "submitted" / apprenant.identifiant / epreuve.devoir).is_dir():
                expert = list(EXPERTS)[rang % len(EXPERTS)]
                saisie = ouvrir_saisie(
                    cours.dossier, epreuve.devoir, apprenant.identifiant, expert, session=epreuve.jeu.session, jour=jour
                )
                _remplir(saisie, epreuve, apprenant).signer(jour).enregistrer(cours.dossier)
    saisies = lire_saisies(fichiers_de_saisie(cours.dossier))
    cellules = lire_devoirs(cours.dossier / "source", charger_referentiel())
    return importer_grilles(cours.dossier, cours.url_base, cellules, saisies, qui="Coordination fictive")


def _remplir(saisie: Saisie, epreuve: Epreuve, apprenant: Apprenant) -> Saisie:
    grille: Grille = saisie.grille
    for cellule in grille.cellules:
        for rang, critere in enumerate(cellule.criteres):
            niveau = _niveau(epreuve, apprenant, critere.id, apprenant.aise(cellule.competence))
            saisie = saisie.noter(critere.id, niveau)
            # The first criterion always has its sentence: it explains a gap with the machine, if there is one.
            if niveau <= 1 or rang == 0:
                saisie = saisie.commenter(critere.id, OBSERVE[niveau])
    return saisie


def _niveau(epreuve: Epreuve, apprenant: Apprenant, critere: str, reussite: float) -> int:
    tirage = reussite + 0.5 * (hasard(apprenant.identifiant, epreuve.devoir, critere, "observation") - 0.5)
    return next(niveau for niveau, seuil in SEUILS_DE_NIVEAU if tirage >= seuil)
