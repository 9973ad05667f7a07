"""Answers of a fictive learner to a form: the right ones, in part forgotten, in part mistaken.

No key is written here: right answers and typical mistakes come from ``corriges/``, which stays in the repository.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rncp_utils.demonstration.classe import Apprenant, hasard
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import formater_nombre, parser_nombre
from rncp_utils.lecon.questions import APP, NUM, ORD, QCM, QCU, TAB, Question

# Whoever does not know a field answers nothing one time in five.
OMISSION = 0.2
# How often a whole form follows the typical mistakes of the assignment, for somebody who knows nothing of it.
METHODE_FAUSSE = 0.6
# Share of the fields that go wrong when the method is right, for the same person.
ETOURDERIE = 0.85


@dataclass(frozen=True)
class Tirage:
    """What the draws of a form depend on; ``reussite`` is the chance of doing well, between 0 and 1."""

    apprenant: Apprenant
    devoir: str
    cellule: str
    reussite: float

    def __call__(self, *quoi: object) -> float:
        return hasard(self.apprenant.identifiant, self.devoir, self.cellule, *quoi)

    def se_trompe(self, *quoi: object) -> bool:
        """Whether this one goes wrong."""
        return self(*quoi, "réussite") < ETOURDERIE * (1 - self.reussite)


def repondre_au_formulaire(
    tirage: Tirage, questions: Iterable[Question], justes: Mapping[str, Any], fautives: Mapping[str, Any]
) -> dict[str, Any]:
    """Answers to the fields that the machine grades, as the form would save them.

    ``justes`` and ``fautives``: field → answer of the model copy, and of the copy of typical mistakes.
    """
    if tirage("méthode") < METHODE_FAUSSE * (1 - tirage.reussite):
        justes = {**justes, **fautives}
    reponses = {
        question.id: _repondre(tirage, question, justes[question.id], fautives.get(question.id))
        for question in questions
        if question.id in justes
    }
    return {champ: reponse for champ, reponse in reponses.items() if reponse not in ("", [], {}, None)}


def _repondre(tirage: Tirage, question: Question, juste: Any, fautive: Any) -> Any:
    if question.type in (APP, TAB):
        # A table is understood as a whole, or case by case.
        if tirage(question.id, "tableau") < tirage.reussite:
            return juste
        autres = fautive if isinstance(fautive, Mapping) else {}
        cases = {case.id: case for case in question.cases}
        return {
            nom: reponse
            for nom, valeur in juste.items()
            if (reponse := _case(tirage, cases.get(nom, question), nom, valeur, autres.get(nom))) != ""
        }
    return _case(tirage, question, question.id, juste, fautive)


def _case(tirage: Tirage, question: Question, nom: str, juste: Any, fautive: Any) -> Any:
    """A field that has one answer: right, mistaken as many are, mistaken otherwise, or left empty."""
    if not tirage.se_trompe(nom):
        return juste
    comment = tirage(nom, "comment")
    if comment < OMISSION:
        return ""
    if fautive not in (None, "", juste) and comment < 0.7:
        return fautive
    return _au_hasard(tirage, question, nom, juste)


def _au_hasard(tirage: Tirage, question: Question, nom: str, juste: Any) -> Any:
    place = tirage(nom, "au hasard")
    if question.type == NUM:
        return _nombre(juste, 1.1 + place)
    if question.type == QCU:
        autres = [option.id for option in question.options if option.id != juste]
        return autres[int(place * len(autres))] if autres else ""
    if question.type == QCM:
        return _cocher(question, juste, place)
    if question.type == ORD and isinstance(juste, list) and len(juste) > 1:
        rang = int(place * (len(juste) - 1))
        return [*juste[:rang], juste[rang + 1], juste[rang], *juste[rang + 2 :]]
    return ""


def _cocher(question: Question, justes: list[str], place: float) -> list[str]:
    """One right option forgotten, and one wrong option ticked half of the time."""
    oubliee = int(place * len(justes))
    gardees = [*justes[:oubliee], *justes[oubliee + 1 :]]
    autres = [option.id for option in question.options if option.id not in justes]
    return [*gardees, autres[int(place * len(autres))]] if autres and place < 0.5 else gardees


def _nombre(juste: str, facteur: float) -> str:
    try:
        valeur = float(parser_nombre(str(juste)))
    except ErreurDonnees:  # a code, a text: nothing to be wrong by
        return ""
    decimales = sum(signe.isdigit() for signe in str(juste).partition(",")[2])
    return formater_nombre(valeur * facteur, min(decimales, 2))
