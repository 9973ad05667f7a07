"""Form of a cell, in ipywidgets. Imported only when a form is to be shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ipywidgets as widgets

from rncp_utils.lecon import formulaire_html as html
from rncp_utils.lecon.champs_widgets import avec_classe, champ
from rncp_utils.lecon.questions import COMPOSES, NUM, RED, TXT, Question
from rncp_utils.lecon.saisie import Etat, Saisie, comprendre, dire_les_cases, dire_les_mots

SCRIPT = Path(__file__).with_name("formulaire.js").read_text(encoding="utf-8")


def formulaire(saisie: Saisie, *, consigne: str) -> widgets.VBox:
    """The form: rules, one block a question, what is left to answer. Each change is saved through ``saisie``."""
    bilan = widgets.HTML(html.bilan(saisie))
    questions = blocs_de_questions(saisie, apres=lambda: setattr(bilan, "value", html.bilan(saisie)))
    return cadre([widgets.HTML(html.entete(saisie, consigne)), *questions, bilan])


def cadre(contenu: list[widgets.Widget]) -> widgets.VBox:
    """What stands around questions: their style and the script that keeps the keyboard and watches the records."""
    return avec_classe(widgets.VBox([*contenu, _script()]), "rncp-questionnaire")


def _script() -> widgets.Widget:
    """Runs wherever the form is displayed. Without it the form still saves, with Tab and the space bar."""
    sortie = {"output_type": "display_data", "data": {"application/javascript": SCRIPT}, "metadata": {}}
    return widgets.Output(outputs=(sortie,), layout={"display": "none"})


def blocs_de_questions(saisie: Saisie, *, apres: Callable[[], None]) -> list[widgets.Widget]:
    """One block a question, and the counter that tells the page that an answer was taken.

    ``apres`` is called after each answer, once it is saved.
    """
    accuse = avec_classe(widgets.HTML("0", layout={"display": "none"}), "rncp-accuse")
    suivis = {question.id: avec_classe(widgets.HTML(), "rncp-suivi") for question in saisie.questions}

    def noter(question: Question, case: str | None, valeur: object) -> None:
        if case is None:
            saisie.noter(question.id, valeur)
        else:
            saisie.noter_case(question.id, case, valeur)
        # One status line at a time: the one under the question just answered.
        for autre in saisie.questions:
            etat = saisie.etat if autre is question else None
            compris = _compris(autre, saisie, case if autre is question else None)
            suivis[autre.id].value = html.suivi(etat, compris, saisie.avis.get(autre.id, ""))
            if autre is not question and autre.id in saisie.venues_d_ailleurs:
                champs[autre.id].children = [saisir(autre)]
        apres()
        accuse.value = str(int(accuse.value) + 1)

    def saisir(question: Question) -> widgets.Widget:
        reponse = saisie.reponses.get(question.id)
        return champ(question, reponse, lambda valeur, case=None: noter(question, case, valeur))

    champs = {question.id: widgets.VBox([saisir(question)]) for question in saisie.questions}
    blocs = []
    for rang, question in enumerate(saisie.questions, start=1):
        suivis[question.id].value = html.suivi(None, _compris(question, saisie, None))
        titre = widgets.HTML(html.question(rang, len(saisie.questions), question))
        blocs.append(avec_classe(widgets.VBox([titre, champs[question.id], suivis[question.id]]), "rncp-question"))
    return [*blocs, accuse]


def _compris(question: Question, saisie: Saisie, case: str | None) -> Etat | None:
    """What was understood of an answer: the number, the number of words, the cells still empty."""
    reponse = saisie.reponses.get(question.id)
    if not reponse:
        return None
    if question.type == NUM:
        return comprendre(reponse, question.unite)
    if question.type in (RED, TXT):
        return dire_les_mots(reponse, question.mots) if question.mots else None
    return dire_les_cases(question, reponse, case) if question.type in COMPOSES else None
