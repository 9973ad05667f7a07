"""Answers being given to one cell of a notebook: found again, counted, saved at each change. No display here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.formats import avec_unite, lire_nombre
from rncp_utils.lecon.anomalies import Anomalie
from rncp_utils.lecon.questions import COMPOSES, LONGUEUR, NUM, ORD, RED, Question
from rncp_utils.lecon.reponses import Lecture, Reponse, ecrire_reponses, lire_reponses, mettre_de_cote
from rncp_utils.lecon.verification import verifier_reponses
from rncp_utils.lecon.verrou import seul

# Anomalies that take nothing away from the answers file: it may be written again without being kept aside first.
_SANS_PERTE = {"absent", "copie", "empreinte", "mis_de_cote", "nombre", "unite"}
DEUX_ONGLETS = "Cette page est aussi ouverte dans un autre onglet : fermez l'un des deux."
D_AILLEURS = "Cette réponse vient d'un autre onglet où cette page est ouverte."
_TUES = {"absent", "empreinte", "mis_de_cote", "nombre", "unite"}


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
    avis : dict
        By question, what is to be said under it of another tab.
    venues_d_ailleurs : set of str
        Questions whose answer the last saving took from another tab.
    """

    dossier: Path
    devoir: str
    session: str
    cellule: str
    apprenant: str
    questions: tuple[Question, ...]
    variante: str = ""
    reponses: dict[str, Reponse] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    etat: Etat = field(default_factory=lambda: Etat(""))
    bloquee: bool = False
    avis: dict[str, str] = field(default_factory=dict)
    venues_d_ailleurs: set[str] = field(default_factory=set)
    # What the file held when it was last read or written here.
    _vues: dict[str, Reponse] = field(default_factory=dict)

    def noter(self, identifiant: str, valeur: Reponse | None) -> Etat:
        """Take the answer to one question (empty: withdrawn) and save those of the whole cell."""
        if isinstance(valeur, str):
            valeur = valeur[: LONGUEUR.get(self._question(identifiant).type)]
        with seul(self.dossier):
            self._rattraper(identifiant)
            return self._poser(identifiant, valeur)

    def noter_case(self, identifiant: str, case: str, valeur: str | None) -> Etat:
        """Take one cell of the answer to a compound question, and save."""
        with seul(self.dossier):
            # First: the other cells may have been filled in elsewhere.
            self._rattraper(identifiant)
            cases = dict(self.reponses.get(identifiant) or {})
            cases[case] = (valeur or "")[: LONGUEUR[NUM]]
            ordre = [c.id for c in self._question(identifiant).cases]
            return self._poser(identifiant, {cle: cases[cle] for cle in ordre if cases.get(cle, "").strip()})

    def _poser(self, identifiant: str, valeur: Reponse | None) -> Etat:
        donnees = {**self.reponses, identifiant: valeur}
        self.reponses = {q.id: donnees[q.id] for q in self.questions if _donnee(donnees.get(q.id))}
        self.etat = self._enregistrer()
        return self.etat

    def _rattraper(self, identifiant: str) -> None:
        """Take up what another tab saved since; what was given here and could not be saved stays.

        ``identifiant`` is the question about to be answered here: this answer comes last, and wins.
        """
        self.venues_d_ailleurs = set()
        fichier = self._relire()
        if fichier is None:
            return
        changees = {q.id for q in self.questions if fichier.get(q.id) != self._vues.get(q.id)}
        for cle in changees:
            if self.reponses.get(cle) == self._vues.get(cle):
                self.reponses = {**self.reponses, cle: fichier.get(cle)}
        self.reponses = {q.id: self.reponses[q.id] for q in self.questions if _donnee(self.reponses.get(q.id))}
        self._vues = fichier
        self.venues_d_ailleurs = changees
        self._dire_l_autre_onglet(identifiant, changees)

    def _dire_l_autre_onglet(self, identifiant: str, changees: set[str]) -> None:
        rangs = {q.id: rang for rang, q in enumerate(self.questions, start=1)}
        if self.avis.get(identifiant) == D_AILLEURS:
            del self.avis[identifiant]
        for cle in changees - {identifiant}:
            self.avis[cle] = D_AILLEURS
        autres = sorted(rangs[cle] for cle in changees - {identifiant})
        if autres:
            pluriel = "s" if len(autres) > 1 else ""
            liste = ", ".join(map(str, autres))
            self.avis[identifiant] = (
                f"{DEUX_ONGLETS} Réponse{pluriel} reprise{pluriel} de là-bas : question{pluriel} {liste}."
            )
        if identifiant in changees:
            self.avis[identifiant] = f"{DEUX_ONGLETS} {self._conflit(self._question(identifiant))}"

    def _conflit(self, question: Question) -> str:
        """What becomes of an answer given elsewhere to the question that is answered here."""
        if question.type in COMPOSES:
            return "Les cases remplies là-bas sont gardées ; ▶ Démarrer la leçon les affiche ici."
        if question.type == RED and _donnee(self._vues.get(question.id)):
            try:
                ancien = mettre_de_cote(self.dossier, self.devoir, self.cellule, copie=True)
            except OSError:
                return "Le texte écrit là-bas est remplacé par celui-ci."
            return f"Le texte écrit là-bas est remplacé par celui-ci, et gardé dans « {ancien.name} »."
        return "La réponse donnée là-bas est remplacée par celle-ci."

    def _relire(self) -> dict[str, Reponse] | None:
        """Answers that the file holds now; None without a file, or with one that cannot be taken as it is."""
        reponses, anomalies = self._lire()
        if any(anomalie.code == "absent" for anomalie in anomalies):
            return None
        if _a_une_perte(anomalies):
            # Spoilt since it was opened: kept, and written anew from what is on the screen.
            _garder_l_ancien(self)
            return None
        return reponses

    def _lire(self) -> tuple[dict[str, Reponse], list[Anomalie]]:
        lecture = lire_reponses(self.dossier, self.devoir, self.cellule)
        reponses, anomalies = _reponses_lues(lecture, self.questions, self.apprenant, self.session)
        return reponses, [*lecture.anomalies, *anomalies]

    def _question(self, identifiant: str) -> Question:
        return next(question for question in self.questions if question.id == identifiant)

    def _enregistrer(self) -> Etat:
        if self.bloquee:
            return self.etat
        instant = datetime.now().astimezone()
        try:
            qui = (self.devoir, self.cellule, self.apprenant, self.session)
            ecrire_reponses(self.dossier, *qui, self.reponses, variante=self.variante, instant=instant)
        except ErreurRncp as erreur:
            return Etat(str(erreur), reussi=False)
        # As it will be read, which is not always as it was given: a lone half of a character is replaced.
        self._vues = self._lire()[0]
        return Etat(f"Enregistré à {instant:%H:%M} ✔ — {self.compte}")

    @property
    def manquantes(self) -> list[int]:
        """Ranks, from 1, of the questions without an answer that can be read."""
        return [rang for rang, q in enumerate(self.questions, start=1) if not complete(q, self.reponses.get(q.id))]

    @property
    def compte(self) -> str:
        """How many questions are answered: « 2 réponses sur 3 »; an optional one counts once it has an answer."""
        total = sum(not q.facultatif or q.id in self.reponses for q in self.questions)
        donnees = total - len(self.manquantes)
        return f"{donnees} réponse{'s' if donnees > 1 else ''} sur {total}"


def _donnee(valeur: Reponse | None) -> bool:
    return bool(valeur.strip() if isinstance(valeur, str) else valeur)


def complete(question: Question, valeur: Reponse | None) -> bool:
    """Whether an answer is given, readable, and whole: each cell of a compound question that is not optional."""
    if question.facultatif and not valeur:
        return True
    if question.type in COMPOSES:
        donnees = valeur if isinstance(valeur, dict) else {}
        exigees = [case for case in question.cases if not question.facultatif or case.id in donnees]
        sans_double = question.type != ORD or len(set(donnees.values())) == len(donnees)
        return sans_double and all(complete(case, donnees.get(case.id)) for case in exigees)
    if not valeur or question.type != NUM:
        return bool(valeur)
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


def dire_les_mots(texte: str, demandes: int) -> Etat:
    """How long a written answer is, beside what is asked."""
    mots = len(texte.split())
    return Etat(f"{mots} mot{'s' if mots > 1 else ''} (environ {demandes} demandés).")


def dire_les_cases(question: Question, reponse: Reponse, derniere: str | None) -> Etat:
    """What the last cell filled in was taken for, when it is not clear; else how many cells are filled in."""
    cases = {case.id: case for case in question.cases}
    donnees = reponse if isinstance(reponse, dict) else {}
    if derniere in donnees and cases[derniere].type == NUM:
        compris = comprendre(donnees[derniere], cases[derniere].unite)
        return compris if compris.reussi else Etat(f"{cases[derniere].enonce} : {compris.phrase}", reussi=False)
    if question.type == ORD:
        rangs = list(donnees.values())
        doubles = sorted({rang for rang in rangs if rangs.count(rang) > 1}, key=int)
        if doubles:
            return Etat(f"Le rang {doubles[0]} est donné plusieurs fois : chaque rang sert une seule fois.", False)
    remplies = sum(complete(case, donnees.get(case.id)) for case in cases.values())
    return Etat(f"{remplies} case{'s' if remplies > 1 else ''} sur {len(cases)}.")


def ouvrir_saisie(
    questions: tuple[Question, ...],
    *,
    dossier: Path,
    devoir: str,
    session: str,
    cellule: str,
    apprenant: str,
    variante: str = "",
) -> Saisie:
    """Questions asked to the learner, with the answers already saved.

    A file of which something could not be taken is given another name, so that no later record replaces it, and what
    could be taken is saved again at once.
    """
    lecture = lire_reponses(dossier, devoir, cellule)
    reponses, anomalies = _reponses_lues(lecture, questions, apprenant, session)
    toutes = [*lecture.anomalies, *anomalies]
    saisie = Saisie(
        dossier=dossier,
        devoir=devoir,
        session=session,
        cellule=cellule,
        apprenant=apprenant,
        questions=questions,
        variante=variante,
        reponses=reponses,
        notes=[anomalie.phrase for anomalie in toutes if anomalie.code not in _TUES],
    )
    saisie._vues = dict(reponses)
    saisie.etat = Etat(_retrouvees(saisie, lecture.entete.get("enregistre_le", "")))
    if _a_une_perte(toutes):
        _garder_l_ancien(saisie)
    return saisie


def _reponses_lues(
    lecture: Lecture, questions: tuple[Question, ...], apprenant: str, session: str
) -> tuple[dict[str, Reponse], list[Anomalie]]:
    """Answers of a file as the form shows them, drafts included, and what could not be taken."""
    reponses, anomalies = verifier_reponses(lecture, questions, apprenant, session)
    for question in questions:
        _garder_les_brouillons(question, lecture.reponses.get(question.id), reponses)
    return {q.id: reponses[q.id] for q in questions if _donnee(reponses.get(q.id))}, anomalies


def _garder_les_brouillons(question: Question, lue: object, reponses: dict[str, Reponse]) -> None:
    """Put back what was typed in the field of a number and is no number yet: the learner finds it as it was."""
    if question.type == NUM and isinstance(lue, str):
        reponses.setdefault(question.id, lue)
    elif question.type in COMPOSES and isinstance(lue, dict):
        brouillons = {c.id: lue[c.id] for c in question.cases if c.type == NUM and isinstance(lue.get(c.id), str)}
        reponses[question.id] = brouillons | dict(reponses.get(question.id) or {})


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
