"""The field of each type of question, in ipywidgets: what a person sees, types and hears."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from rncp_utils.lecon import formulaire_html as html
from rncp_utils.lecon.questions import APP, JE_NE_SAIS_PAS, LONGUEUR, NUM, ORD, QCM, QCU, RED, TAB, TXT, Question
from rncp_utils.lecon.reponses import Reponse

# Takes the answer, or the answer of one cell of a compound question (second argument).
Noter = Callable[..., None]
A_CHOISIR = "Choisir…"
# Beyond, a menu beside its element would cut the option that was chosen: it goes below.
OPTION_COURTE = 40


def champ(question: Question, reponse: Reponse | None, noter: Noter) -> widgets.Widget:
    """Field of a question with what was already answered; ``noter`` is called at each change."""
    return _CHAMPS[question.type](question, reponse, noter)


def avec_classe(widget: widgets.Widget, nom: str) -> widgets.Widget:
    """``widget`` with a CSS class."""
    widget.add_class(nom)
    return widget


def _choix_unique(question: Question, reponse: Reponse | None, noter: Noter) -> widgets.Widget:
    options = [(html.typographier(option.texte), option.id) for option in question.options]
    choix = widgets.RadioButtons(options=[*options, (html.TEXTE_JE_NE_SAIS_PAS, JE_NE_SAIS_PAS)], value=reponse)
    choix.observe(lambda changement: noter(changement["new"]), names="value")
    return avec_classe(widgets.VBox([choix]), "rncp-choix")


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
    return avec_classe(avec_classe(widgets.VBox(list(cases.values())), "rncp-choix"), "rncp-cases")


def _nombre(question: Question, reponse: Reponse | None, noter: Noter) -> widgets.Widget:
    saisir = widgets.Text(
        value=reponse or "",
        description=html.libelle_du_nombre(question.unite),
        style={"description_width": "initial"},
        # Each key is saved: a tab closed without leaving the field loses nothing.
        continuous_update=True,
    )
    saisir.observe(lambda changement: noter(changement["new"]), names="value")
    return avec_classe(saisir, "rncp-nombre")


def _texte(question: Question, reponse: Reponse | None, noter: Noter) -> widgets.Widget:
    sorte = widgets.Textarea if question.type == RED else widgets.Text
    saisir = sorte(
        value=reponse or "",
        description=f"Votre texte{html.INSECABLE}:" if question.type == RED else f"Votre réponse{html.INSECABLE}:",
        style={"description_width": "initial"},
        continuous_update=True,
    )

    def lire(changement: dict[str, Any]) -> None:
        # What would not be kept is not shown as if it were.
        garde = changement["new"][: LONGUEUR[question.type]]
        if garde != changement["new"]:
            saisir.value = garde
        else:
            noter(garde)

    saisir.observe(lire, names="value")
    return avec_classe(avec_classe(saisir, "rncp-nombre"), "rncp-redige" if question.type == RED else "rncp-texte")


def _menus(question: Question, reponse: Reponse | None, noter: Noter) -> widgets.Widget:
    """A menu beside each element: its rank, or the option that goes with it."""
    lignes = [
        avec_classe(widgets.HBox([_libelle(case.enonce), _case(case, reponse, noter)]), "rncp-ligne")
        for case in question.cases
    ]
    menus = avec_classe(widgets.VBox(lignes), "rncp-menus")
    longues = any(len(option.texte) > OPTION_COURTE for option in question.options)
    return avec_classe(menus, "rncp-empile") if longues else menus


def _tableau(question: Question, reponse: Reponse | None, noter: Noter) -> widgets.Widget:
    """A grid: headings, then one row an element. The page names each field after its row and column."""
    titres = [_libelle(""), *(_libelle(html.titre_de_colonne(colonne)) for colonne in question.colonnes)]
    enfants = [*titres]
    cases = iter(question.cases)
    for ligne in question.elements:
        enfants.append(_libelle(ligne.texte))
        enfants += [_case(next(cases), reponse, noter) for _ in question.colonnes]
    largeurs = " ".join(["minmax(120px, 1.4fr)"] + ["minmax(90px, 1fr)"] * len(question.colonnes))
    grille = widgets.GridBox(enfants, layout={"grid_template_columns": largeurs})
    return avec_classe(avec_classe(grille, "rncp-grille"), f"rncp-colonnes-{len(question.colonnes) + 1}")


def _case(case: Question, reponse: Reponse | None, noter: Noter) -> widgets.Widget:
    valeur = (reponse or {}).get(case.id, "")
    if case.type == QCU:
        options = [(A_CHOISIR, ""), *((html.typographier(option.texte), option.id) for option in case.options)]
        saisir = widgets.Dropdown(options=options, value=valeur)
    else:
        saisir = widgets.Text(value=valeur, continuous_update=True)
    saisir.observe(lambda changement: noter(changement["new"], case.id), names="value")
    return avec_classe(saisir, "rncp-case")


def _libelle(texte: str) -> widgets.Widget:
    return avec_classe(widgets.HTML(html.libelle(texte)), "rncp-libelle")


_CHAMPS = {
    QCU: _choix_unique,
    QCM: _choix_multiple,
    NUM: _nombre,
    TXT: _texte,
    RED: _texte,
    ORD: _menus,
    APP: _menus,
    TAB: _tableau,
}
