"""``questions.json``: the questions of an assignment as it is released, without keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.lecon.lecture_questions import incoherences, lire_question, lire_texte
from rncp_utils.lecon.questions import Question
from rncp_utils.lecon.tirage import ordonner_options, tirer

FORMAT = 1
FICHIER_QUESTIONS = "questions.json"


@dataclass(frozen=True)
class Strate:
    """What one graded cell draws: how many questions, on which competence."""

    competence: str
    questions: int


@dataclass(frozen=True)
class JeuDeQuestions:
    """Content of ``questions.json``.

    Attributes
    ----------
    strates : dict
        Cells that draw their questions from ``questions``.
    formulaires : dict
        Questions of the cells that ask everybody the same ones.
    """

    devoir: str
    session: str
    strates: Mapping[str, Strate] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    formulaires: Mapping[str, tuple[Question, ...]] = field(default_factory=dict)

    @property
    def cellules(self) -> tuple[str, ...]:
        """Cells that ask something."""
        return (*self.strates, *self.formulaires)

    def questions_de(self, cellule: str, apprenant: str) -> tuple[Question, ...]:
        """Questions of a cell for a learner: drawn, with the options in that learner's order, or the same for all."""
        if cellule in self.formulaires:
            return self.formulaires[cellule]
        if cellule not in self.strates:
            connues = ", ".join(self.cellules)
            raise ErreurDonnees(f"La partie « {cellule} » n'existe pas dans {self.devoir}, qui comprend : {connues}.")
        strate = self.strates[cellule]
        candidates = {q.id: q for q in self.questions if q.competence == strate.competence}
        tirage = {"apprenant": apprenant, "devoir": self.devoir, "session": self.session}
        exclusions = {q.id: q.exclusions for q in candidates.values()}
        retenues = tirer(candidates, strate.questions, **tirage, exclusions=exclusions)
        return tuple(_melanger(candidates[identifiant], tirage) for identifiant in retenues)


def _melanger(question: Question, tirage: Mapping[str, str]) -> Question:
    options = {option.id: option for option in question.options}
    ordre = ordonner_options(options, question=question.id, **tirage)
    return replace(question, options=tuple(options[identifiant] for identifiant in ordre))


def charger_questions(chemin: Path) -> JeuDeQuestions:
    """Read ``questions.json``.

    Raises
    ------
    ErreurDonnees
        The file is missing or cannot be read; :class:`ErreurListe` names all that is wrong in its content.
    """
    brut = _lire_objet(Path(chemin))
    fautes: list[str] = []
    jeu = JeuDeQuestions(
        devoir=lire_texte(brut, "devoir", "le fichier", fautes),
        session=lire_texte(brut, "session", "le fichier", fautes),
        strates=_strates(brut, fautes),
        questions=_questions(brut.get("questions", []), "la liste « questions »", fautes),
        formulaires=_formulaires(brut, fautes),
    )
    if not fautes:
        fautes += _incoherences(jeu)
    if fautes:
        raise ErreurListe(f"Le fichier « {chemin.name} » ne convient pas : prévenez votre formateur.", fautes)
    return jeu


def _lire_objet(chemin: Path) -> dict[str, Any]:
    try:
        brut = json.loads(chemin.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ErreurDonnees(
            f"Je ne trouve pas le fichier « {chemin.name} » à côté du notebook : "
            "récupérez de nouveau le devoir, puis rouvrez-le."
        ) from None
    except (OSError, ValueError, RecursionError) as erreur:
        raise ErreurDonnees(
            f"Le fichier « {chemin.name} » est illisible ({type(erreur).__name__}) : récupérez de nouveau le devoir."
        ) from erreur
    if not isinstance(brut, dict):
        raise ErreurDonnees(f"Le fichier « {chemin.name} » est sans questions : récupérez de nouveau le devoir.")
    if brut.get("format") != FORMAT:
        raise ErreurDonnees(
            f"Le fichier « {chemin.name} » est au format {brut.get('format')!r} et je sais lire le format {FORMAT} : "
            "demandez la mise à jour du cours."
        )
    return brut


def _strates(brut: Mapping[str, Any], fautes: list[str]) -> dict[str, Strate]:
    strates = brut.get("strates", {})
    if not isinstance(strates, dict) or not (strates or brut.get("formulaires")):
        fautes.append("le fichier : les parties « strates » manquent")
        return {}
    lues = {}
    for cellule, contenu in strates.items():
        contenu = contenu if isinstance(contenu, dict) else {}
        nombre = contenu.get("questions")
        if type(nombre) is not int or nombre < 1:
            fautes.append(f"partie « {cellule} » : le nombre de questions n'est pas un entier positif")
            nombre = 0
        lues[cellule] = Strate(lire_texte(contenu, "competence", f"partie « {cellule} »", fautes), nombre)
    return lues


def _questions(questions: object, nom: str, fautes: list[str]) -> tuple[Question, ...]:
    if not isinstance(questions, list) or not all(isinstance(contenu, dict) for contenu in questions):
        fautes.append(f"le fichier : {nom} manque")
        return ()
    return tuple(lire_question(rang, contenu, fautes) for rang, contenu in enumerate(questions, start=1))


def _formulaires(brut: Mapping[str, Any], fautes: list[str]) -> dict[str, tuple[Question, ...]]:
    formulaires = brut.get("formulaires", {})
    if not isinstance(formulaires, dict):
        fautes.append("le fichier : les « formulaires » ne conviennent pas")
        return {}
    return {
        cellule: _questions(questions, f"le formulaire « {cellule} »", fautes)
        for cellule, questions in formulaires.items()
    }


def _incoherences(jeu: JeuDeQuestions) -> list[str]:
    fautes = incoherences(jeu.questions)
    fautes += [f"question {q.id} : le texte « competence » manque" for q in jeu.questions if not q.competence]
    for cellule, questions in jeu.formulaires.items():
        fautes += [f"formulaire « {cellule} », {faute}" for faute in incoherences(questions)]
        fautes += [f"formulaire « {cellule} » : il est vide"] * (not questions)
    doubles = sorted(set(jeu.strates) & set(jeu.formulaires))
    return fautes + [f"partie « {double} » : elle figure deux fois" for double in doubles]
