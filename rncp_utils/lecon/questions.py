"""Questions of a questionnaire without their keys, and the draw that the learner's form and the grader share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.formats import lire_nombre

FORMAT = 1
QCU = "QCU"
QCM = "QCM"
NUM = "NUM"
TYPES = (QCU, QCM, NUM)
JE_NE_SAIS_PAS = "je_ne_sais_pas"


@dataclass(frozen=True)
class Option:
    """One answer offered to a question."""

    id: str
    texte: str


@dataclass(frozen=True)
class Question:
    """A question as the learner sees it.

    Attributes
    ----------
    type : str
        ``QCU`` (one right option), ``QCM`` (several) or ``NUM`` (a number).
    unite : str
        Unit of a number as it is shown; empty otherwise.
    exclusions : tuple of str
        Questions never drawn together with this one.
    """

    id: str
    competence: str
    type: str
    enonce: str
    unite: str = ""
    options: tuple[Option, ...] = ()
    exclusions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Strate:
    """What one graded cell draws: how many questions, on which competence."""

    competence: str
    questions: int


@dataclass(frozen=True)
class Formulaire:
    """Content of ``questions.json``."""

    devoir: str
    session: str
    strates: Mapping[str, Strate]
    questions: tuple[Question, ...]

    def questions_de(self, cellule: str, apprenant: str) -> tuple[Question, ...]:
        """Questions of a cell drawn for a learner, options in that learner's order."""
        if cellule not in self.strates:
            connues = ", ".join(self.strates)
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


def tirer(
    ids: Iterable[str],
    n: int,
    *,
    apprenant: str,
    devoir: str,
    session: str,
    exclusions: Mapping[str, Iterable[str]],
) -> list[str]:
    """Draw ``n`` identifiers, always the same ones for the same learner, assignment and session.

    An identifier excluded by one already taken (whichever of the two says so) is skipped.

    Raises
    ------
    ErreurDonnees
        Fewer than ``n`` identifiers can be taken together.
    """
    interdits = {identifiant: set(exclusions.get(identifiant, ())) for identifiant in ids}
    pris: list[str] = []
    for identifiant in _ordonner(interdits, session, devoir, apprenant):
        if len(pris) == n:
            break
        if not any(identifiant in interdits[autre] or autre in interdits[identifiant] for autre in pris):
            pris.append(identifiant)
    if len(pris) < n:
        raise ErreurDonnees(
            f"Le tirage demande {n} questions et n'en trouve que {len(pris)} qui aillent ensemble dans {devoir} : "
            "prévenez votre formateur."
        )
    return pris


def ordonner_options(
    ids_options: Iterable[str], *, question: str, apprenant: str, devoir: str, session: str
) -> list[str]:
    """Order of the options of a question for a learner."""
    return _ordonner(ids_options, session, devoir, apprenant, question)


def _ordonner(ids: Iterable[str], *graine: str) -> list[str]:
    return sorted(ids, key=lambda nom: hashlib.sha256("|".join([*graine, nom]).encode("utf-8")).hexdigest())


def charger_formulaire(chemin: Path) -> Formulaire:
    """Read ``questions.json``.

    Raises
    ------
    ErreurDonnees
        The file is missing or cannot be read; :class:`ErreurListe` names all that is wrong in its content.
    """
    brut = _lire_objet(Path(chemin))
    fautes: list[str] = []
    formulaire = Formulaire(
        devoir=_texte(brut, "devoir", "le fichier", fautes),
        session=_texte(brut, "session", "le fichier", fautes),
        strates=_strates(brut, fautes),
        questions=_questions(brut, fautes),
    )
    if not fautes:
        fautes += _incoherences(formulaire)
    if fautes:
        raise ErreurListe(f"Le fichier « {chemin.name} » ne convient pas : prévenez votre formateur.", fautes)
    return formulaire


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


def _texte(brut: Mapping[str, Any], cle: str, ou: str, fautes: list[str]) -> str:
    valeur = brut.get(cle)
    if isinstance(valeur, str) and valeur.strip():
        return valeur
    fautes.append(f"{ou} : le texte « {cle} » manque")
    return ""


def _strates(brut: Mapping[str, Any], fautes: list[str]) -> dict[str, Strate]:
    strates = brut.get("strates")
    if not isinstance(strates, dict) or not strates:
        fautes.append("le fichier : les parties « strates » manquent")
        return {}
    lues = {}
    for cellule, contenu in strates.items():
        contenu = contenu if isinstance(contenu, dict) else {}
        nombre = contenu.get("questions")
        if type(nombre) is not int or nombre < 1:
            fautes.append(f"partie « {cellule} » : le nombre de questions n'est pas un entier positif")
            nombre = 0
        lues[cellule] = Strate(_texte(contenu, "competence", f"partie « {cellule} »", fautes), nombre)
    return lues


def _questions(brut: Mapping[str, Any], fautes: list[str]) -> tuple[Question, ...]:
    questions = brut.get("questions")
    if not isinstance(questions, list) or not all(isinstance(contenu, dict) for contenu in questions):
        fautes.append("le fichier : la liste « questions » manque")
        return ()
    return tuple(_question(rang, contenu, fautes) for rang, contenu in enumerate(questions, start=1))


def _question(rang: int, contenu: Mapping[str, Any], fautes: list[str]) -> Question:
    ou = f"question {contenu.get('id') or f'n° {rang}'}"
    unite = contenu.get("unite", "")
    if not isinstance(unite, str):
        fautes.append(f"{ou} : l'unité n'est pas un texte")
        unite = ""
    options = _liste(contenu, "options", dict, ou, fautes)
    return Question(
        id=_texte(contenu, "id", ou, fautes),
        competence=_texte(contenu, "competence", ou, fautes),
        type=_texte(contenu, "type", ou, fautes),
        enonce=_texte(contenu, "enonce", ou, fautes),
        unite=unite,
        options=tuple(Option(_texte(o, "id", ou, fautes), _texte(o, "texte", ou, fautes)) for o in options),
        exclusions=tuple(_liste(contenu, "exclusions", str, ou, fautes)),
    )


def _liste(contenu: Mapping[str, Any], cle: str, sorte: type, ou: str, fautes: list[str]) -> list[Any]:
    valeurs = contenu.get(cle, [])
    if isinstance(valeurs, list) and all(isinstance(valeur, sorte) for valeur in valeurs):
        return valeurs
    fautes.append(f"{ou} : la liste « {cle} » ne convient pas")
    return []


def _incoherences(formulaire: Formulaire) -> list[str]:
    ids = [question.id for question in formulaire.questions]
    doubles = sorted({identifiant for identifiant in ids if ids.count(identifiant) > 1})
    fautes = [f"question {double} : elle figure plusieurs fois" for double in doubles]
    for question in formulaire.questions:
        fautes += [f"question {question.id} : {faute}" for faute in _fautes_de(question)]
    return fautes


def _fautes_de(question: Question) -> list[str]:
    if question.type not in TYPES:
        return [f"le type « {question.type} » n'est pas l'un de {', '.join(TYPES)}"]
    ids = [option.id for option in question.options]
    if question.type == NUM:
        return (["une question numérique n'a pas d'options"] if ids else []) + _faute_d_unite(question.unite)
    fautes = []
    if len(ids) < 2:
        fautes.append("il faut au moins deux options")
    if len(set(ids)) < len(ids):
        fautes.append("deux options ont le même identifiant")
    if len({option.texte for option in question.options}) < len(ids):
        fautes.append("deux options ont le même texte")
    if JE_NE_SAIS_PAS in ids:
        fautes.append(f"l'identifiant d'option « {JE_NE_SAIS_PAS} » est réservé")
    return fautes


def _faute_d_unite(unite: str) -> list[str]:
    """A unit that the reader of numbers refuses, or changes (k€ becomes €), would cost the learner the question."""
    try:
        lue = lire_nombre(f"1 {unite}").unite
    except ErreurDonnees:
        return [f"l'unité « {unite} » n'est pas de celles qu'une réponse peut porter"]
    return [] if lue == unite else [f"l'unité « {unite} » s'écrit ici « {lue} »"]
