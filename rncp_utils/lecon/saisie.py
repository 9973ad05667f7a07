"""Answers being given to one cell of a questionnaire: found again, counted, saved at each change. No display here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.formats import avec_unite, lire_nombre
from rncp_utils.lecon.anomalies import Anomalie
from rncp_utils.lecon.questions import NUM, Formulaire, Question
from rncp_utils.lecon.reponses import (
    LONGUEUR_MAX,
    Reponse,
    ecrire_reponses,
    lire_reponses,
    mettre_de_cote,
    verifier_reponses,
)

# Anomalies that take nothing away from the answers file: it may be written again without being kept aside first.
_SANS_PERTE = {"absent", "copie", "mis_de_cote", "nombre", "unite"}
_TUES = {"absent", "mis_de_cote", "nombre", "unite"}


@dataclass(frozen=True)
class Etat:
    """What the status line says."""

    phrase: str
    reussi: bool = True


@dataclass
class Saisie:
    """Answers of a learner to one cell, and where they are saved.

    Attributes
    ----------
    reponses : dict
        Answers by question, in the form of the answers file; an unanswered question is absent.
    notes : list of str
        French sentences on what was found when the cell was opened.
    etat : Etat
        Result of the last opening or saving.
    """

    dossier: Path
    devoir: str
    session: str
    cellule: str
    apprenant: str
    questions: tuple[Question, ...]
    reponses: dict[str, Reponse] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    etat: Etat = field(default_factory=lambda: Etat(""))
    bloquee: bool = False

    def noter(self, identifiant: str, valeur: Reponse | None) -> Etat:
        """Take the answer to one question (empty: withdrawn) and save those of the whole cell."""
        if isinstance(valeur, str):
            valeur = valeur[:LONGUEUR_MAX]
        donnees = {**self.reponses, identifiant: valeur}
        self.reponses = {q.id: donnees[q.id] for q in self.questions if _donnee(donnees.get(q.id))}
        self.etat = self._enregistrer()
        return self.etat

    def _enregistrer(self) -> Etat:
        if self.bloquee:
            return self.etat
        instant = datetime.now().astimezone()
        try:
            ecrire_reponses(
                self.dossier, self.devoir, self.cellule, self.apprenant, self.session, self.reponses, instant=instant
            )
        except ErreurRncp as erreur:
            return Etat(str(erreur), reussi=False)
        return Etat(f"Enregistré à {instant:%H:%M} ✔ — {self.compte}")

    @property
    def manquantes(self) -> list[int]:
        """Ranks, from 1, of the questions without an answer that can be read."""
        return [rang for rang, q in enumerate(self.questions, start=1) if not _lisible(q, self.reponses.get(q.id))]

    @property
    def compte(self) -> str:
        """How many questions are answered: « 2 réponses sur 3 »."""
        total = len(self.questions)
        donnees = total - len(self.manquantes)
        return f"{donnees} réponse{'s' if donnees > 1 else ''} sur {total}"


def _donnee(valeur: Reponse | None) -> bool:
    return bool(valeur.strip() if isinstance(valeur, str) else valeur)


def _lisible(question: Question, valeur: Reponse | None) -> bool:
    if valeur is None or question.type != NUM:
        return valeur is not None
    try:
        return bool(lire_nombre(valeur))
    except ErreurDonnees:
        return False


def comprendre(texte: str, unite: str) -> Etat:
    """What was understood of a number typed in a question asked in ``unite``, or why nothing was."""
    try:
        lu = lire_nombre(texte)
    except ErreurDonnees as erreur:
        return Etat(str(erreur), reussi=False)
    if lu.unite and unite and lu.unite != unite:
        return Etat(
            f"J'ai lu {avec_unite(lu.valeur, lu.unite)}, alors que la réponse est demandée en {unite}. "
            f"Convertissez-la, ou saisissez le nombre seul.",
            reussi=False,
        )
    precision = f" (soit {lu.texte})" if lu.multiple else ""
    return Etat(f"J'ai compris {avec_unite(lu.valeur, unite or lu.unite)}{precision}.")


def ouvrir_saisie(formulaire: Formulaire, cellule: str, apprenant: str, dossier: Path) -> Saisie:
    """Questions drawn for the learner, with the answers already saved.

    A file of which something could not be taken is given another name, so that no later record replaces it, and what
    could be taken is saved again at once.
    """
    questions = formulaire.questions_de(cellule, apprenant)
    lecture = lire_reponses(dossier, formulaire.devoir, cellule)
    reponses, anomalies = verifier_reponses(lecture, questions, apprenant, formulaire.session)
    brouillons = {
        q.id: lecture.reponses[q.id]
        for q in questions
        if q.type == NUM and isinstance(lecture.reponses.get(q.id), str) and q.id not in reponses
    }
    toutes = [*lecture.anomalies, *anomalies]
    saisie = Saisie(
        dossier=dossier,
        devoir=formulaire.devoir,
        session=formulaire.session,
        cellule=cellule,
        apprenant=apprenant,
        questions=questions,
        reponses={q.id: r for q in questions if _donnee(r := reponses.get(q.id) or brouillons.get(q.id))},
        notes=[anomalie.phrase for anomalie in toutes if anomalie.code not in _TUES],
    )
    saisie.etat = Etat(_retrouvees(saisie, lecture.entete.get("enregistre_le", "")))
    if _a_une_perte(toutes):
        _garder_l_ancien(saisie)
    return saisie


def _a_une_perte(anomalies: Iterable[Anomalie]) -> bool:
    return any(anomalie.code not in _SANS_PERTE for anomalie in anomalies)


def _garder_l_ancien(saisie: Saisie) -> None:
    try:
        ancien = mettre_de_cote(saisie.dossier, saisie.devoir, saisie.cellule)
    except OSError:
        # Writing now would destroy what could not be kept.
        saisie.bloquee = True
        saisie.etat = Etat(
            "Vos réponses ne peuvent pas être enregistrées : l'ancien fichier est illisible et n'a pas pu être mis de "
            "côté. Prévenez la personne qui surveille avant de continuer.",
            reussi=False,
        )
        return
    saisie.notes.append(
        f"L'ancien fichier est gardé tel quel sous le nom « {ancien.name} » : vérifiez vos réponses ci-dessous."
    )
    if saisie.reponses:
        saisie.etat = saisie._enregistrer()


def _retrouvees(saisie: Saisie, enregistre_le: str) -> str:
    if not saisie.reponses:
        return ""
    try:
        instant = datetime.fromisoformat(enregistre_le)
    except ValueError:
        return f"Réponses retrouvées ✔ — {saisie.compte}"
    return f"Réponses du {instant:%d/%m/%Y} à {instant:%H:%M} retrouvées ✔ — {saisie.compte}"
