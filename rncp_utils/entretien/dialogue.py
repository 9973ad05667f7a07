"""The dialogue of an interview, in ipywidgets. Imported only when it is to be shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ipywidgets as widgets

from rncp_utils.entretien import pages
from rncp_utils.entretien.mots import mots
from rncp_utils.entretien.partie import Partie
from rncp_utils.entretien.transcription import lien, transcription_html
from rncp_utils.formats import INSECABLE
from rncp_utils.lecon.champs_widgets import avec_classe
from rncp_utils.lecon.formulaire_html import statut
from rncp_utils.lecon.formulaire_widgets import cadre
from rncp_utils.lecon.saisie import Etat
from rncp_utils.typographie import compter

SCRIPT = Path(__file__).with_name("entretien.js").read_text(encoding="utf-8")
CHOISIR = Etat("Choisissez d'abord une réplique, puis « Dire ».", reussi=False)
QUE_DITES_VOUS = "Que dites-vous ?"
REFORMULER = (
    "Votre reformulation : écrivez, avec vos mots, ce que vous avez compris. Elle est lue par une personne, "
    "et s'écrit à tout moment."
)


def dialogue(partie: Partie) -> widgets.VBox:
    """The whole dialogue; each step is saved through ``partie``."""
    return _Dialogue(partie).racine


class _Dialogue:
    """The widgets of one interview, and what each gesture changes in them."""

    def __init__(self, partie: Partie) -> None:
        self.partie = partie
        self.mots = mots(partie.scenario)
        self.conversation = avec_classe(widgets.VBox(), "rncp-conversation")
        self.enonce = widgets.HTML()
        self.choix = avec_classe(widgets.VBox(), "rncp-choix")
        self.bouton_dire = _bouton("Dire", "rncp-dire", self._dire, "primary")
        self.compteur = avec_classe(widgets.HTML(), "rncp-compteur")
        self.suivi = avec_classe(widgets.HTML(), "rncp-suivi")
        self.jauge = widgets.HTML()
        self.texte = self._champ_de_reformulation()
        self.suivi_du_texte = avec_classe(widgets.HTML(), "rncp-suivi")
        self.bouton_clore = _bouton(f"Clore {self.mots.le}", "rncp-clore", self._demander_la_fin)
        self.bouton_recommencer = _bouton("Recommencer", "rncp-recommencer", self._demander_le_debut)
        self.confirmation = avec_classe(widgets.VBox(), "rncp-confirmation")
        self.transcription = widgets.HTML()
        self.bilan = avec_classe(widgets.HTML(), "rncp-bilan-cadre")
        self.accuse = avec_classe(widgets.HTML("0", layout={"display": "none"}), "rncp-accuse")
        self.recu = avec_classe(widgets.HTML(layout={"display": "none"}), "rncp-recu")
        self.racine = self._assembler()
        self._montrer()

    def _assembler(self) -> widgets.VBox:
        partie = self.partie
        nom = pages.html(f"Conversation avec {partie.scenario.personnage.nom}")
        gauche = widgets.VBox([widgets.HTML(f'<h4 class="rncp-titre-log">{nom}</h4>'), self.conversation])
        dire = avec_classe(widgets.HBox([self.bouton_dire, self.compteur]), "rncp-actions")
        droite = widgets.VBox(
            [self.enonce, self.choix, dire, self.suivi, *([self.jauge] if partie.entrainement else [])]
        )
        scene = widgets.HBox([avec_classe(gauche, "rncp-gauche"), _question(droite, "rncp-repliques")])
        consigne = widgets.HTML(f'<p class="rncp-enonce">{pages.html(REFORMULER)}</p>')
        reformulation = _question(widgets.VBox([consigne, self.texte, self.suivi_du_texte]), "rncp-reformulation")
        boutons = [self.bouton_clore, *([self.bouton_recommencer] if partie.entrainement else []), self.transcription]
        actions = avec_classe(widgets.HBox(boutons), "rncp-actions")
        entete = widgets.HTML(pages.entete(partie.scenario, partie.etat, partie.notes))
        # A committee is answered: there is nothing to put in other words.
        ecrite = [reformulation] if partie.scenario.comite is None else []
        contenu = [entete, avec_classe(scene, "rncp-scene"), *ecrite, actions, self.confirmation, self.bilan]
        return avec_classe(cadre([*contenu, self.accuse, self.recu, _script()]), "rncp-entretien")

    def _champ_de_reformulation(self) -> widgets.Textarea:
        texte = widgets.Textarea(
            value=self.partie.reformulation,
            description=f"Votre texte{INSECABLE}:",
            style={"description_width": "initial"},
            continuous_update=True,
        )
        texte.observe(lambda changement: self._reformuler(changement["new"]), names="value")
        return avec_classe(avec_classe(texte, "rncp-nombre"), "rncp-redige")

    def _montrer(self) -> None:
        """Bring every widget to where the interview stands."""
        partie = self.partie
        self._montrer_la_conversation()
        self._proposer()
        clos, fini = partie.situation.clos, partie.terminee
        phrase = (
            f"{self.mots.le[0].upper()}{self.mots.le[1:]} est {self.mots.participe}."
            if clos
            else f"La conversation est terminée. {self.mots.fini}"
            if fini
            else QUE_DITES_VOUS
        )
        self.enonce.value = f'<p class="rncp-enonce">{pages.html(phrase)}</p>'
        self.bouton_dire.layout.display = "none" if fini else None
        self.bouton_clore.layout.display = "none" if clos else None
        self.compteur.value = f"<p>{pages.html(compter(len(partie.situation.tours), 'échange'))}</p>"
        if partie.entrainement:
            self.jauge.value = pages.jauge(partie.scenario, partie.situation)
            self.bilan.value = pages.bilan(partie.scenario, partie.situation) if clos else ""
        self.texte.disabled = clos
        self.texte.value = partie.reformulation
        self.transcription.value = self._lien() if clos else ""
        self._oublier_la_question()

    def _montrer_la_conversation(self) -> None:
        """Add the new messages only, so that what was read stays and what is new is announced."""
        montrees = self.conversation.children
        lus = pages.messages(self.partie.scenario, self.partie.situation)
        if [montree.value for montree in montrees] != lus[: len(montrees)]:  # another interview
            montrees = ()
        nouvelles = tuple(map(widgets.HTML, lus[len(montrees) :]))
        if nouvelles:
            self.conversation.children = (*montrees, *nouvelles)

    def _proposer(self) -> None:
        """The replies of this moment; those that are shown stay as they are, chosen or not."""
        offerts = self.partie.choix()
        options = [(pages.joli(choix.texte), choix.id) for choix in offerts]
        if options == [option for radio in self.choix.children for option in radio.options]:
            return
        if not offerts:
            self.choix.children = ()
            return
        radio = widgets.RadioButtons(options=options, value=None)
        radio.observe(lambda _: self._choisir(radio.label), names="value")
        self.choix.children = (radio,)

    def _choisir(self, replique: str | None) -> None:
        """Tell the page which reply the kernel would say now."""
        self.recu.value = pages.escape(replique or "")
        self._accuser()

    def _dire(self) -> None:
        radio = next(iter(self.choix.children), None)
        if radio is None or radio.value is None:
            self._dire_l_etat(CHOISIR)
            return
        self.partie.dire(radio.value)
        self._dire_l_etat(self.partie.etat)
        self._montrer()

    def _reformuler(self, texte: str) -> None:
        if texte == self.partie.reformulation:  # shown, not typed
            return
        self.partie.reformuler(texte)
        self._montrer()
        self._dire_l_etat(self.partie.etat, sous_le_texte=True)
        self._accuser()

    def _dire_l_etat(self, etat: Etat, *, sous_le_texte: bool = False) -> None:
        """One status line at a time: the one under what was just done."""
        ici, ailleurs = (self.suivi_du_texte, self.suivi) if sous_le_texte else (self.suivi, self.suivi_du_texte)
        ici.value, ailleurs.value = statut(etat), ""

    def _accuser(self) -> None:
        """Tell the page that the kernel took what was done."""
        self.accuse.value = str(int(self.accuse.value) + 1)

    def _demander_la_fin(self) -> None:
        question = f"Clore {self.mots.le} ? Vous ne pourrez plus rien dire ni écrire."
        self._confirmer(question, f"Oui, clore {self.mots.le}", self.partie.clore)

    def _demander_le_debut(self) -> None:
        question = f"Recommencer depuis le début ? {self.mots.perdre}"
        self._confirmer(question, "Oui, recommencer", self.partie.recommencer)

    def _confirmer(self, question: str, oui: str, faire: Callable[[], bool]) -> None:
        """Ask before what cannot be undone."""

        def confirme() -> None:
            faire()
            self._dire_l_etat(self.partie.etat)
            self._montrer()

        non = _bouton("Non, continuer", "rncp-non", self._oublier_la_question)
        boutons = widgets.HBox([non, _bouton(oui, "rncp-oui", confirme, "primary")])
        texte = widgets.HTML(f'<p class="rncp-alerte">▲ {pages.html(question)}</p>')
        self.confirmation.children = (texte, avec_classe(boutons, "rncp-actions"))

    def _oublier_la_question(self) -> None:
        self.confirmation.children = ()

    def _lien(self) -> str:
        partie = self.partie
        page = transcription_html(
            partie.scenario,
            partie.situation,
            reformulation=partie.reformulation,
            apprenant=partie.entete.apprenant,
            debut=partie.entete.debut,
            avec_bilan=partie.entrainement and partie.situation.clos,
        )
        return lien(page, f"{self.mots.nom.replace('é', 'e')}_{partie.scenario.scenario}.html")


def _question(bloc: widgets.VBox, classe: str) -> widgets.VBox:
    return avec_classe(avec_classe(bloc, "rncp-question"), classe)


def _bouton(texte: str, classe: str, faire: Callable[[], None], style: str = "") -> widgets.Button:
    bouton = widgets.Button(description=texte, button_style=style)
    bouton.on_click(lambda _: faire())
    return avec_classe(bouton, classe)


def _script() -> widgets.Widget:
    """Names the conversation and moves the focus; without it, Tab goes everywhere all the same."""
    sortie = {"output_type": "display_data", "data": {"application/javascript": SCRIPT}, "metadata": {}}
    return widgets.Output(outputs=(sortie,), layout={"display": "none"})
