"""A lesson executed in this process, and what a learner would answer to its exercises: shared by several tests."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from rncp_utils.lecon.exercice import Exercice
from rncp_utils.lecon.questions import APP, NUM, ORD, QCM, QCU, TAB, Question
from rncp_utils.lecon.simulateur import Simulateur

COURS = Path(__file__).parents[2] / "course"
TEXTE = "Un texte."


class Page:
    """A lesson executed here: its variables, what each of its cells shows."""

    def __init__(self, chemin: Path) -> None:
        self.noms: dict[str, Any] = {}
        self.montres: list[Any] = []
        for cellule in nbformat.read(chemin, as_version=4).cells:
            if cellule.cell_type == "code":
                self._executer(cellule.source)
        self.exercices = {x.nom: x for x in self.montres if isinstance(x, Exercice)}
        self.simulateurs = [x for x in self.montres if isinstance(x, Simulateur)]

    def _executer(self, source: str) -> None:
        arbre = ast.parse(source)
        fin = arbre.body.pop() if isinstance(arbre.body[-1], ast.Expr) else None
        exec(compile(arbre, "cellule", "exec"), self.noms)
        if fin is not None:
            self.montres.append(eval(compile(ast.Expression(fin.value), "cellule", "eval"), self.noms))

    @property
    def simulateur(self) -> Simulateur:
        """The one simulator of the lesson."""
        (seul,) = self.simulateurs
        return seul

    def champ(self, exercice: str, identifiant: str) -> tuple[Question, Any]:
        """A field of an exercise, and what the sheet says of it."""
        return next((q, f) for q, f in self.exercices[exercice].correcteur.champs if q.id == identifiant)

    def cle(self, exercice: str, champ: str) -> Any:
        """Key of a field, as the sheet gives it."""
        return self.champ(exercice, champ)[1].juste

    def phrase(self, **reglages: Any) -> str:
        """Sentence of the simulator, with plain spaces."""
        return plate(self.simulateur.voir(**reglages).phrase)


def executer(chemin: Path) -> Page:
    """A lesson executed as a grader sees it: nothing is written.

    The tests of a lesson share one execution (they run in one worker, see tests/conftest.py), as long as the range of
    products is the same.
    """
    return _executer(Path(chemin), os.environ.get("RNCP_GAMME"))


@lru_cache
def _executer(chemin: Path, gamme: str | None) -> Page:
    avant = set(chemin.parent.rglob("reponses/*"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNCP_MODE", "test")
        patch.chdir(chemin.parent)
        page = Page(chemin)
    assert set(chemin.parent.rglob("reponses/*")) == avant, "a grader's execution wrote answers"
    return page


def executer_ensemble(dossier: str, noms: Iterable[str]) -> dict[str, Page]:
    """Lessons of a folder of the course, by name."""
    return {nom: executer(COURS / dossier / f"{nom}.ipynb") for nom in noms}


def choix_uniques(pages: Iterable[Page]) -> list[tuple[Question, str]]:
    """Questions with a single right option, with its name."""
    champs = [champ for page in pages for x in page.exercices.values() for champ in x.correcteur.champs]
    return [(question, formatif.juste) for question, formatif in champs if question.type == QCU]


def rien_ne_se_devine(uniques: Iterable[tuple[Question, str]]) -> None:
    """Of questions with a single right option: it is seldom the longest one, and it is not always at the same place."""
    uniques = list(uniques)
    plus_longues = [max(question.options, key=lambda o: len(o.texte)).id == juste for question, juste in uniques]
    assert sum(plus_longues) <= len(uniques) / 2
    places = [[o.id for o in question.options].index(juste) for question, juste in uniques]
    assert max(places.count(place) for place in set(places)) <= len(places) / 2


def plate(phrase: str) -> str:
    """A sentence with plain spaces."""
    return re.sub(r"\s", " ", phrase)


def ecrire(attendu: float) -> str:
    """A number as a learner types it, to two decimals."""
    return f"{float(attendu):.2f}".removesuffix(".00")


def juste(exercice: Exercice) -> dict[str, Any]:
    """The right answers of an exercise, as a learner would type them."""
    nombres = exercice.correcteur.attendus
    reponses: dict[str, Any] = {}
    for question, formatif in exercice.correcteur.champs:
        if question.type == NUM:
            reponses[question.id] = ecrire(nombres[question.id])
        elif question.type == TAB:
            reponses[question.id] = {
                c.id: ecrire(nombres[c.id]) if c.type == NUM else (formatif.juste or {}).get(c.id, TEXTE)
                for c in question.cases
            }
        elif question.type == ORD:
            reponses[question.id] = {nom: str(rang) for rang, nom in enumerate(formatif.juste, start=1)}
        elif question.type in (QCU, QCM, APP):
            reponses[question.id] = formatif.juste
        else:
            reponses[question.id] = TEXTE
    return reponses


def fausse(exercice: Exercice) -> dict[str, Any]:
    """One mistaken answer: the right ones but for a single field, or nothing at all where every text is accepted.

    The mistake is one that the sheet names, where it names one.
    """
    bonnes = juste(exercice)
    for question, _ in sorted(exercice.correcteur.champs, key=lambda champ: not _a_une_erreur_type(exercice, champ[0])):
        if (mauvaise := _erreur(exercice, question, bonnes[question.id])) is not None:
            return bonnes | {question.id: mauvaise}
    return {}


def _a_une_erreur_type(exercice: Exercice, question: Question) -> bool:
    return any(exercice.correcteur.erreurs.get(case.id) for case in cases(question))


def cases(question: Question) -> tuple[Question, ...]:
    """What may hold a number: the cells of a table, or the question itself."""
    return question.cases if question.type == TAB else (question,)


def _erreur(exercice: Exercice, question: Question, bonne: Any) -> Any:
    """A mistaken answer to one question; None where there is none."""
    if question.type == NUM:
        return _nombre_faux(exercice, question.id)
    if question.type == QCU:
        return next(option.id for option in question.options if option.id != bonne)
    if question.type == QCM:
        de_trop = [option.id for option in question.options if option.id not in bonne]
        return [*bonne, *de_trop[:1]] if de_trop else bonne[1:]
    if question.type == ORD:
        premier, second = sorted(bonne, key=lambda nom: int(bonne[nom]))[:2]
        return bonne | {premier: bonne[second], second: bonne[premier]}
    # Tables and pairs: one cell, among those that have a right answer.
    for case in question.cases:
        if case.type == NUM:
            return bonne | {case.id: _nombre_faux(exercice, case.id)}
        if case.type == QCU:
            return bonne | {case.id: next(o.id for o in case.options if o.id != bonne[case.id])}
    return None


def _nombre_faux(exercice: Exercice, cle: str) -> str:
    nommees = exercice.correcteur.erreurs.get(cle, {})
    return ecrire(next(iter(nommees.values()), 1.37 * exercice.correcteur.attendus[cle] + 11))
