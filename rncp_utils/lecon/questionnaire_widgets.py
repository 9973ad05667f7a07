"""Form of a questionnaire, in ipywidgets. Imported only when a form is to be shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ipywidgets as widgets

from rncp_utils.lecon import questionnaire_html as html
from rncp_utils.lecon.questions import JE_NE_SAIS_PAS, NUM, QCU, Question
from rncp_utils.lecon.reponses import Reponse
from rncp_utils.lecon.saisie import Saisie, comprendre

SCRIPT = Path(__file__).with_name("questionnaire.js").read_text(encoding="utf-8")

Noter = Callable[[Reponse | None], None]


def formulaire(saisie: Saisie) -> widgets.VBox:
    """The form: rules, one block a question, what is left to answer. Each change is saved through ``saisie``."""
    bilan = widgets.HTML(html.bilan(saisie))
    accuse = _classe(widgets.HTML("0", layout={"display": "none"}), "rncp-accuse")
    suivis = {question.id: _classe(widgets.HTML(), "rncp-suivi") for question in saisie.questions}

    def noter(question: Question, reponse: Reponse | None) -> None:
        saisie.noter(question.id, reponse)
        # One status line at a time: the one under the question just answered.
        for autre in saisie.questions:
            etat = saisie.etat if autre is question else None
            suivis[autre.id].value = html.suivi(etat, _compris(autre, saisie))
        bilan.value = html.bilan(saisie)
        accuse.value = str(int(accuse.value) + 1)

    blocs = []
    for rang, question in enumerate(saisie.questions, start=1):
        suivis[question.id].value = html.suivi(None, _compris(question, saisie))
        titre = widgets.HTML(html.question(rang, len(saisie.questions), question))
        champ = _champ(question, saisie.reponses.get(question.id), lambda reponse, q=question: noter(q, reponse))
        blocs.append(_classe(widgets.VBox([titre, champ, suivis[question.id]]), "rncp-question"))
    contenu = [widgets.HTML(html.entete(saisie)), *blocs, bilan, accuse, _script()]
    return _classe(widgets.VBox(contenu), "rncp-questionnaire")


def _script() -> widgets.Widget:
    """Runs wherever the form is displayed. Without it the form still saves, with Tab and the space bar."""
    sortie = {"output_type": "display_data", "data": {"application/javascript": SCRIPT}, "metadata": {}}
    return widgets.Output(outputs=(sortie,), layout={"display": "none"})


def _compris(question: Question, saisie: Saisie) -> html.Etat | None:
    texte = saisie.reponses.get(question.id)
    return comprendre(texte, question.unite) if question.type == NUM and texte else None


def _champ(question: Question, reponse: Reponse | None, noter: Noter) -> widgets.Widget:
    if question.type == NUM:
        return _nombre(question, reponse, noter)
    return (
        _choix_unique(question, reponse, noter) if question.type == QCU else _choix_multiple(question, reponse, noter)
    )


def _choix_unique(question: Question, reponse: Reponse | None, noter: Noter) -> widgets.Widget:
    options = [(html.typographier(option.texte), option.id) for option in question.options]
    choix = widgets.RadioButtons(options=[*options, (html.TEXTE_JE_NE_SAIS_PAS, JE_NE_SAIS_PAS)], value=reponse)
    choix.observe(lambda changement: noter(changement["new"]), names="value")
    return _classe(widgets.VBox([choix]), "rncp-choix")


def _choix_multiple(question: Question, reponse: Reponse | None, noter: Noter) -> widgets.Widget:
    cases = {
        option.id: widgets.Checkbox(
            value=option.id in (reponse or ()), description=html.typographier(option.texte), indent=False
        )
        for option in question.options
    }

    def lire(_: object) -> None:
        noter([identifiant for identifiant, case in cases.items() if case.value])

    for case in cases.values():
        case.observe(lire, names="value")
    return _classe(_classe(widgets.VBox(list(cases.values())), "rncp-choix"), "rncp-cases")


def _nombre(question: Question, reponse: Reponse | None, noter: Noter) -> widgets.Widget:
    champ = widgets.Text(
        value=reponse or "",
        description=html.libelle_du_nombre(question.unite),
        style={"description_width": "initial"},
        # Each key is saved: a tab closed without leaving the field loses nothing.
        continuous_update=True,
    )
    champ.observe(lambda changement: noter(changement["new"]), names="value")
    return _classe(champ, "rncp-nombre")


def _classe(widget: widgets.Widget, nom: str) -> widgets.Widget:
    widget.add_class(nom)
    return widget
