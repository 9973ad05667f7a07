"""An exercise in ipywidgets: the form of an assignment, with a check and hints. Imported only when it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon import exercice_html as html
from rncp_utils.lecon.champs_widgets import avec_classe
from rncp_utils.lecon.formulaire_widgets import blocs_de_questions, cadre

if TYPE_CHECKING:
    from rncp_utils.lecon.exercice import Exercice

LIBELLES = {"piste": "Une piste", "methode": "La méthode", "corrige": "Le corrigé"}


def exercice(contenu: Exercice) -> widgets.Widget:
    """Text, fields, « Vérifier ma réponse », hints one after the other, feedback."""
    saisie = contenu.saisie()
    retours = avec_classe(widgets.HTML(), "rncp-suivi")
    aides = widgets.VBox([])
    note = avec_classe(widgets.HTML(), "rncp-suivi")

    def apres_reponse() -> None:
        # A feedback on what is no longer there would mislead.
        retours.value = ""

    def verifier(_: object) -> None:
        try:
            constats = contenu.verifier(saisie.reponses)
        except ErreurRncp as erreur:
            note.value = html.note(str(erreur))
            return
        retours.value = html.retours(contenu, constats)
        libres = [
            c for q, formatif in contenu.correcteur.champs if saisie.reponses.get(q.id) for c in formatif.criteres
        ]
        if libres:
            retours.value += html.criteres(libres)

    def ouvrir(nom: str) -> None:
        try:
            ouverte = widgets.HTML(html.indice(nom, contenu.indice(nom)))
        except ErreurRncp as erreur:
            note.value = html.note(str(erreur))
            return
        note.value = ""
        aides.children = [*aides.children, ouverte]
        boutons[nom].disabled = True

    controle = _bouton("Vérifier ma réponse", verifier, principal=True)
    boutons = {nom: _bouton(libelle, lambda _, n=nom: ouvrir(n)) for nom, libelle in LIBELLES.items()}
    barre = avec_classe(widgets.HBox([controle, *boutons.values()]), "rncp-barre")
    questions = blocs_de_questions(saisie, apres=apres_reponse)
    entete = widgets.HTML(html.enonce(contenu))
    return avec_classe(cadre([entete, *questions, barre, note, retours, aides]), "rncp-formatif")


def _bouton(libelle: str, action: object, *, principal: bool = False) -> widgets.Button:
    bouton = avec_classe(widgets.Button(description=libelle), "rncp-bouton")
    bouton.on_click(action)
    return avec_classe(bouton, "rncp-principal") if principal else bouton
