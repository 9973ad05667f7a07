"""A simulator in ipywidgets. Imported only when it is to be shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.figures import FEUILLE_DE_STYLE
from rncp_utils.lecon import simulateur_html as html
from rncp_utils.lecon.champs_widgets import avec_classe
from rncp_utils.lecon.exercice_html import note as en_note
from rncp_utils.lecon.formulaire_html import libelle, typographier
from rncp_utils.lecon.formulaire_widgets import cadre
from rncp_utils.lecon.simulateur import Curseur, Interrupteur, Menu, Parametre, Simulateur

# Moves that come faster than this are drawn once: the picture follows the hand instead of lagging behind it.
DELAI_SECONDES = 0.03


def simulateur(contenu: Simulateur) -> widgets.Widget:
    """Prediction, then controls beside the picture."""
    vue = _Vue(contenu)
    reglages = _Reglages(contenu, vue.demander)
    revenir = _bouton("Revenir au cas", lambda _: reglages.revenir())
    gauche = avec_classe(widgets.VBox([*reglages.boites, revenir, reglages.note]), "rncp-reglages")
    droite = avec_classe(widgets.VBox([vue.phrase, vue.image, vue.volet]), "rncp-vue")
    corps = avec_classe(widgets.HBox([gauche, droite]), "rncp-corps")
    avant = prediction(contenu, corps)
    vue.montrer()
    style = widgets.HTML(f"<style>{FEUILLE_DE_STYLE}</style>{html.titre(contenu)}")
    return avec_classe(cadre([style, avant, corps]), "rncp-simulateur")


class _Vue:
    """The picture, the sentence and the table of the parameters in force."""

    def __init__(self, contenu: Simulateur) -> None:
        self.contenu = contenu
        self.reglages = contenu.depart
        self.image, self.phrase, self.tableau = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.volet = widgets.Accordion([self.tableau], titles=("Tableau des données",), selected_index=None)
        self.volet.observe(lambda _: self._remplir_le_volet(), names="selected_index")
        self._vue: Any = None
        self._demande: Any = None

    def demander(self, nom: str, valeur: Any) -> None:
        """Take a new value; draw once the moves that are on their way have arrived."""
        self.reglages[nom] = valeur
        if self._demande is not None:
            return
        try:
            boucle = asyncio.get_running_loop()
        except RuntimeError:  # no page is waiting: a script, a test
            self.montrer()
            return
        self._demande = boucle.call_later(DELAI_SECONDES, self.montrer)

    def montrer(self) -> None:
        """Draw the parameters in force."""
        self._demande = None
        self._vue = self.contenu.voir(**self.reglages)
        self.image.value, self.phrase.value = html.image(self._vue), html.phrase(self._vue)
        self._remplir_le_volet()

    def _remplir_le_volet(self) -> None:
        # A table that nobody sees is not written.
        if self.volet.selected_index is not None and self._vue is not None:
            self.tableau.value = html.tableau(self._vue)


class _Reglages:
    """The controls, each with its label."""

    def __init__(self, contenu: Simulateur, changer: Callable[[str, Any], None]) -> None:
        self.note = avec_classe(widgets.HTML(), "rncp-suivi")
        self.changer = changer
        self.retours: list[Callable[[], None]] = []
        self.boites = [self._boite(parametre) for parametre in contenu.parametres]

    def revenir(self) -> None:
        """Back to the case."""
        self.note.value = ""
        for retour in self.retours:
            retour()

    def _boite(self, parametre: Parametre) -> widgets.Widget:
        if isinstance(parametre, Curseur):
            return self._curseur(parametre)
        if isinstance(parametre, Menu):
            options = [(typographier(texte), valeur) for valeur, texte in parametre.options.items()]
            controle = widgets.Dropdown(options=options, value=parametre.depart, description=parametre.libelle)
        else:
            controle = widgets.Checkbox(value=parametre.depart, description=parametre.libelle, indent=False)
        return self._simple(parametre, controle)

    def _simple(self, parametre: Menu | Interrupteur, controle: widgets.Widget) -> widgets.Widget:
        controle.style.description_width = "initial"
        controle.observe(lambda c: self.changer(parametre.nom, c["new"]), names="value")
        self.retours.append(lambda: setattr(controle, "value", parametre.depart))
        return avec_classe(controle, "rncp-reglage")

    def _curseur(self, c: Curseur) -> widgets.Widget:
        glissiere = widgets.FloatSlider(
            value=c.depart, min=c.minimum, max=c.maximum, step=c.pas, readout=False, continuous_update=True
        )
        champ = widgets.Text(value=html.nombre(c.depart, c), continuous_update=False)

        def glisser(changement: dict[str, Any]) -> None:
            champ.value = html.nombre(changement["new"], c)
            self.note.value = ""
            self.changer(c.nom, changement["new"])

        def saisir(changement: dict[str, Any]) -> None:
            if changement["new"] == html.nombre(glissiere.value, c):
                return
            try:
                glissiere.value = c.lire(changement["new"])
            except ErreurDonnees as erreur:
                self.note.value = en_note(f"▲ {erreur}")
                return
            champ.value = html.nombre(glissiere.value, c)

        glissiere.observe(glisser, names="value")
        champ.observe(saisir, names="value")
        self.retours.append(lambda: setattr(glissiere, "value", c.depart))
        nom = avec_classe(widgets.HTML(libelle(c.libelle)), "rncp-libelle")
        deux = widgets.HBox([glissiere, avec_classe(champ, "rncp-case")])
        return avec_classe(widgets.VBox([nom, deux]), "rncp-curseur")


def prediction(contenu: Simulateur, corps: widgets.Widget) -> widgets.Widget:
    """The question asked first; the controls open once it is answered, or passed over."""
    donnee = contenu.prediction_donnee()
    bilan = widgets.HTML(en_note(contenu.bilan_de_prediction(donnee)) if donnee else "")
    enonce = widgets.HTML(
        f'<p class="rncp-enonce"><strong>Avant de manipuler.</strong> {libelle(contenu.prediction.question)[3:]}'
    )
    options = [(typographier(texte), valeur) for valeur, texte in contenu.prediction.options.items()]
    choix = widgets.RadioButtons(options=options, value=donnee or None)

    def predire(_: object) -> None:
        try:
            bilan.value = en_note(contenu.predire(choix.value))
        except ErreurRncp as erreur:
            bilan.value = en_note(str(erreur))
        corps.layout.display = ""

    corps.layout.display = "" if donnee else "none"
    valider = _bouton("Je prédis", predire, principal=True)
    # A click overtakes a choice that ipywidgets holds back: the button waits for the choice.
    valider.disabled = choix.value is None
    choix.observe(lambda _: setattr(valider, "disabled", False), names="value")
    passer = _bouton("Passer", lambda _: setattr(corps.layout, "display", ""))
    choix_vu = avec_classe(widgets.VBox([choix]), "rncp-choix")
    boutons = avec_classe(widgets.HBox([valider, passer]), "rncp-barre")
    return avec_classe(widgets.VBox([enonce, choix_vu, boutons, avec_classe(bilan, "rncp-suivi")]), "rncp-question")


def _bouton(texte: str, action: Callable[[object], None], *, principal: bool = False) -> widgets.Button:
    bouton = avec_classe(widgets.Button(description=texte), "rncp-bouton")
    bouton.on_click(action)
    return avec_classe(bouton, "rncp-principal") if principal else bouton
