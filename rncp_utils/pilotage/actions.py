"""What the buttons of the instructor do, without any widget: nbgrader's own steps, told in French."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from rncp_utils.autograde.cours import Cours, ErreurNbgrader, ouvrir_cours
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.grading.journal import Evenement, inscrire
from rncp_utils.pilotage import correction
from rncp_utils.pilotage.compte_rendu import CompteRendu, Suivi, compte, muet, nombre

# What nbgrader's log says, in English, of a copy that somebody else put in the exchange.
_DEPOSEE_PAR_UN_AUTRE = re.compile(r"claims to be submitted by (\S+) but is owned by (.+?); cheating attempt")


@dataclass(frozen=True)
class EtatDuDevoir:
    """Where an assignment is: counts of copies and answers."""

    genere: bool
    distribue: bool
    inscrits: int
    collectees: int
    corrigees: int
    a_noter: int
    retours: int

    def phrases(self) -> list[str]:
        """One sentence a fact, in the order of the work."""
        return [
            "Devoir distribué." if self.distribue else "Devoir pas encore distribué.",
            f"{nombre(self.inscrits, 'apprenant inscrit')} au carnet de notes, "
            f"{nombre(self.collectees, 'copie collectée')}, {nombre(self.corrigees, 'copie corrigée')}.",
            f"{nombre(self.a_noter, 'réponse')} à noter ou à confirmer par une personne, "
            f"{nombre(self.retours, 'retour produit')}.",
        ]


def ouvrir(dossier: Path) -> Cours:
    """The course, read again: an administrator may have changed its configuration meanwhile."""
    return ouvrir_cours(dossier)


def devoirs(cours: Cours) -> list[str]:
    """Assignments of ``source/``, in order."""
    return sorted(chemin.parent.name for chemin in (cours.dossier / "source").glob("*/*.ipynb"))


def etat_du_devoir(cours: Cours, devoir: str) -> EtatDuDevoir:
    """Counts read from the folders and from the gradebook."""
    from nbgrader.api import Assignment, Grade, Notebook, Student, SubmittedAssignment, SubmittedNotebook

    with cours.api.gradebook as carnet:
        inscrits = carnet.db.query(Student).count()
        remises = carnet.db.query(SubmittedAssignment).join(Assignment).filter(Assignment.name == devoir).count()
        a_noter = (
            carnet.db.query(Grade)
            .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
            .join(Assignment, Notebook.assignment_id == Assignment.id)
            .filter(Assignment.name == devoir, Grade.needs_manual_grade)
            .count()
        )
    return EtatDuDevoir(
        genere=(cours.dossier / "release" / devoir).is_dir(),
        distribue=_chemin_distribue(cours, devoir).is_dir(),
        inscrits=inscrits,
        collectees=len(_dossiers(cours, "submitted", devoir)),
        corrigees=min(remises, len(_dossiers(cours, "autograded", devoir))),
        a_noter=a_noter,
        retours=len(_dossiers(cours, "feedback", devoir)),
    )


def apprenants(cours: Cours) -> list[str]:
    """Learners of the gradebook."""
    with cours.api.gradebook as carnet:
        return sorted(apprenant.id for apprenant in carnet.students)


def distribuer(dossier: Path, devoir: str, *, remplacer: bool = False, suivi: Suivi = muet) -> CompteRendu:
    """Génère le devoir sans ses clés, puis le met à la disposition des apprenants."""
    cours = ouvrir(dossier)
    if _chemin_distribue(cours, devoir).exists() and not remplacer:
        raise ErreurDonnees(
            f"Le devoir {devoir} est déjà distribué : cochez « Remplacer la version distribuée » pour en donner une "
            "nouvelle. Les copies en cours gardent l'ancienne."
        )
    suivi(0, 2, f"Préparation de {devoir}")
    cours.generer(devoir)
    suivi(1, 2, f"Distribution de {devoir}")
    cours.api.config.ExchangeReleaseAssignment.force = remplacer
    _exiger(
        cours.api.release_assignment(devoir),
        f"Le devoir {devoir} est préparé, mais n'a pas pu être distribué : demandez à l'administrateur les droits du "
        f"dossier d'échange « {_racine(cours)} ».",
    )
    suivi(2, 2, f"{devoir} distribué")
    noter(dossier, "devoir distribué", devoir)
    return CompteRendu([f"Le devoir {devoir} est distribué : les apprenants le trouvent dans leur liste de devoirs."])


def collecter(dossier: Path, devoir: str, *, suivi: Suivi = muet) -> CompteRendu:
    """Ramène les copies remises, la plus récente de chaque apprenant."""
    cours = ouvrir(dossier)
    avant = _horodatages(cours, devoir)
    suivi(0, 1, f"Copies de {devoir}")
    resultat = cours.api.collect(devoir)
    _exiger(
        resultat,
        f"Les copies de {devoir} n'ont pas pu être collectées : distribuez d'abord le devoir, ou demandez à "
        f"l'administrateur les droits du dossier d'échange « {_racine(cours)} ».",
    )
    apres = _horodatages(cours, devoir)
    suivi(1, 1, "Copies collectées")
    nouvelles = sum(avant.get(apprenant) != horodatage for apprenant, horodatage in apres.items())
    if nouvelles:
        noter(dossier, "copies collectées", devoir, apres=str(nouvelles))
    inconnus = sorted(set(apres) - set(apprenants(cours)))
    phrases = [f"{nombre(len(apres), 'copie')} dans le cours, dont {nombre(nouvelles, 'nouvelle')}."]
    if inconnus:
        phrases.append(f"Pas encore au carnet de notes, la correction les y inscrira : {', '.join(inconnus)}.")
    alertes = [
        f"{apprenant} : cette copie a été déposée par le compte « {depot} » ; vérifiez avec l'apprenant qui l'a remise."
        for apprenant, depot in _DEPOSEE_PAR_UN_AUTRE.findall(resultat.get("log", ""))
    ]
    return CompteRendu(phrases, alertes)


def corriger(
    dossier: Path, devoir: str, *, tout: bool = False, isolation: str = "requise", suivi: Suivi = muet
) -> CompteRendu:
    """Corrige automatiquement les copies, plusieurs à la fois."""
    rendu = correction.corriger(dossier, devoir, tout=tout, isolation=isolation, suivi=suivi)
    noter(dossier, "correction automatique", devoir, apres=rendu.phrases[0])
    return rendu


def rendre_les_retours(dossier: Path, devoir: str, *, suivi: Suivi = muet) -> CompteRendu:
    """Produit la page de retour de chaque copie corrigée, puis la met à la disposition de l'apprenant."""
    cours = ouvrir(dossier)
    corrigees = [chemin.parent.name for chemin in _dossiers(cours, "autograded", devoir)]
    if not corrigees:
        raise ErreurDonnees(f"Aucune copie de {devoir} n'est corrigée : corrigez d'abord, puis rendez les retours.")
    publies, alertes = 0, []
    for rang, apprenant in enumerate(corrigees):
        suivi(rang, len(corrigees), f"Retour de {apprenant}")
        try:
            cours.rendre_retours(devoir, apprenant)
            publies += _publier_le_retour(cours, devoir, apprenant, alertes)
        except ErreurNbgrader as erreur:
            alertes.append(str(erreur))
    suivi(len(corrigees), len(corrigees), "Retours produits")
    noter(dossier, "retours rendus", devoir, apres=str(publies))
    attente = etat_du_devoir(cours, devoir).a_noter
    if attente:
        alertes.insert(0, f"{nombre(attente, 'réponse')} sans note d'une personne : ces retours sont provisoires.")
    phrase = f"{nombre(publies, 'retour distribué')} pour {nombre(len(corrigees), 'copie corrigée')}."
    return CompteRendu([phrase], alertes)


def _publier_le_retour(cours: Cours, devoir: str, apprenant: str, alertes: list[str]) -> bool:
    """nbgrader finds the learner of a feedback by a secret that only the exchange gives to a copy."""
    if not (cours.dossier / "submitted" / apprenant / devoir / "submission_secret.txt").exists():
        page = f"feedback/{apprenant}/{devoir}"
        alertes.append(f"{apprenant} : copie reçue hors de l'échange ; remettez-lui vous-même le dossier {page}.")
        return False
    _exiger(
        cours.api.release_feedback(devoir, apprenant),
        f"Le retour de {apprenant} ({devoir}) est produit, mais n'a pas pu être distribué.",
    )
    return True


def importer_les_grilles(dossier: Path, *, suivi: Suivi = muet) -> CompteRendu:
    """Écrit dans le carnet de notes les grilles signées du cours ; dit celles qui restent à finir."""
    from rncp_utils.competences import lire_devoirs
    from rncp_utils.grading.grilles import importer_grilles, lire_saisies
    from rncp_utils.grading.grilles.saisie import fichiers_de_saisie
    from rncp_utils.referentiel import charger_referentiel

    cours = ouvrir(dossier)
    fichiers = fichiers_de_saisie(dossier)
    if not fichiers:
        raise ErreurDonnees("Aucune grille n'est commencée : ouvrez-en une, ou déposez des CSV dans « observations ».")
    suivi(0, 2, "Lecture des grilles")
    saisies = lire_saisies(fichiers)
    cellules = lire_devoirs(dossier / "source", charger_referentiel())
    suivi(1, 2, "Écriture des notes")
    bilan = importer_grilles(dossier, cours.url_base, cellules, saisies, qui=compte())
    suivi(2, 2, "Grilles importées")
    ecrites, *_ = bilan.phrases()
    return CompteRendu([ecrites, *(f"Gardée, sans note : {p}" for p in bilan.gardees)], bilan.remarques)


def imprimer_grilles(dossier: Path, devoir: str, qui: str = "", *, suivi: Suivi = muet) -> CompteRendu:
    """Feuille d'observation à imprimer, vierge."""
    from rncp_utils.grading.documents import ecrire_documents
    from rncp_utils.grading.grilles import charger_grille, feuille_a_imprimer
    from rncp_utils.referentiel import charger_referentiel, charger_regles

    fiche, regles, jour = charger_referentiel(), charger_regles(), dt.date.today()
    feuille = feuille_a_imprimer(charger_grille(devoir), referentiel=fiche, regles=regles, edite_le=jour, apprenant=qui)
    ecrits = ecrire_documents(
        [feuille], dossier / "exports", promotion="", edite_le=jour, referentiel=fiche, regles=regles, suivi=suivi
    )
    return CompteRendu(["La feuille est prête à imprimer."], ecrits.remarques, ecrits.fichiers)


def _exiger(resultat: dict, phrase: str) -> None:
    if not resultat["success"]:
        raise ErreurNbgrader(phrase, resultat.get("log", ""))


def _dossiers(cours: Cours, etape: str, devoir: str) -> list[Path]:
    return sorted(
        chemin
        for chemin in (cours.dossier / etape).glob(f"*/{devoir}")
        if chemin.is_dir() and not chemin.parent.name.startswith(".")
    )


def _horodatages(cours: Cours, devoir: str) -> dict[str, str]:
    lus = {}
    for copie in _dossiers(cours, "submitted", devoir):
        fichier = copie / "timestamp.txt"
        lus[copie.parent.name] = fichier.read_text(encoding="utf-8", errors="replace") if fichier.exists() else ""
    return lus


def _racine(cours: Cours) -> str:
    from nbgrader.exchange.default import Exchange

    return Exchange(coursedir=cours.api.coursedir, config=cours.api.config).root


def _chemin_distribue(cours: Cours, devoir: str) -> Path:
    return Path(_racine(cours)) / cours.api.coursedir.course_id / "outbound" / devoir


def noter(dossier: Path, quoi: str, objet: str, *, apres: str = "") -> None:
    """Write in the audit journal what the person at the keyboard did."""
    inscrire(dossier, [Evenement(compte(), quoi, objet, apres=apres)])
