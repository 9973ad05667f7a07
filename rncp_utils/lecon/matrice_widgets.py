"""A matrix of needs and solutions in ipywidgets. Imported only when it is to be shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from rncp_utils.figures import FEUILLE_DE_STYLE
from rncp_utils.formats import euros, pourcent
from rncp_utils.lecon import simulateur_html
from rncp_utils.lecon.champs_widgets import avec_classe
from rncp_utils.lecon.formulaire_html import avertissements, libelle, statut
from rncp_utils.lecon.formulaire_widgets import cadre
from rncp_utils.lecon.lecon_html import texte
from rncp_utils.lecon.matrice import Matrice, Partie, a_regler, dire_le_geste, ouvrir_partie
from rncp_utils.lecon.simulateur_widgets import prediction
from rncp_utils.portefeuille.adequation import ordre_des_besoins
from rncp_utils.portefeuille.gestes import ANNULER, COCHER, DECOCHER, ECARTER, GARDER, ORDONNER, ORIENTER, REPRENDRE

STYLE = f"<style>{Path(__file__).with_name('matrice.css').read_text(encoding='utf-8')}</style>"
CONSIGNE = (
    "Cochez une case : ce produit est proposé pour ce besoin. Écartez, avec son motif, ce qui séduit et ne convient "
    "pas. Donnez un rang à chaque besoin, et dites lesquels vous orientez hors de la gamme."
)
RANG, ORIENTER_AILLEURS, ECARTE = "Rang de ce besoin", "Orienter hors de la gamme", "Écarté, parce que"
PAS_ECARTE = "non"
RIEN_A_REGLER = "Rien de plus à régler dans ce qui est coché."


def matrice(contenu: Matrice) -> widgets.Widget:
    """Prediction, then the grid, the picture of the state, what is left to settle, and the journal."""
    return _Vue(contenu, ouvrir_partie(contenu.journal)).racine


class _Vue:
    """The widgets of one matrix, and what each gesture changes in them."""

    def __init__(self, contenu: Matrice, partie: Partie) -> None:
        self.contenu, self.partie = contenu, partie
        self.besoins, self.gamme = contenu.besoins, contenu.gamme
        self.a_jour = False
        self.lignes_du_journal: list[str] = []
        self.phrase, self.image, self.regler, self.journal = (widgets.HTML() for _ in range(4))
        self.suivi = avec_classe(widgets.HTML(), "rncp-suivi")
        self.notes = widgets.HTML()
        self.accuse = avec_classe(widgets.HTML("0", layout={"display": "none"}), "rncp-accuse")
        self.cases = {(b.id, c): self._case(b.id, c) for c in self.besoins.produits for b in self.besoins.besoins}
        self.motifs = {code: self._motif(code) for code in self.besoins.produits}
        self.rangs = {besoin.id: self._rang(besoin.id) for besoin in self.besoins.besoins}
        self.orientes = {besoin.id: self._oriente(besoin.id) for besoin in self.besoins.besoins}
        self.volet = widgets.Accordion([self.journal], titles=("Journal de vos gestes",), selected_index=None)
        self.volet.observe(lambda _: self._remplir_le_journal(), names="selected_index")
        self.racine = self._assembler()
        self._montrer()

    def _assembler(self) -> widgets.Widget:
        enonce = widgets.HTML(f'<p class="rncp-enonce">{texte(CONSIGNE)}</p>')
        boutons = [
            _bouton("Annuler le dernier geste", lambda: self._geste(geste=ANNULER)),
            _bouton("Rejouer le journal", self._rejouer),
            _bouton("Tout recommencer", self._recommencer),
        ]
        barre = avec_classe(widgets.HBox(boutons), "rncp-barre")
        question = avec_classe(
            avec_classe(widgets.VBox([enonce, self._grille(), barre, self.suivi]), "rncp-question"), "rncp-matrice"
        )
        vue = avec_classe(widgets.VBox([self.phrase, self.image]), "rncp-vue")
        reste = avec_classe(widgets.VBox([self.regler]), "rncp-regler")
        etat = avec_classe(widgets.HBox([vue, reste]), "rncp-etat-de-matrice")
        volet = avec_classe(self.volet, "rncp-journal")
        corps = avec_classe(widgets.VBox([self.notes, question, etat, volet]), "rncp-corps")
        avec_classe(corps, "rncp-corps-de-matrice")
        avant = prediction(self.contenu, corps)
        for radio in _descendants(avant):
            if isinstance(radio, widgets.RadioButtons):  # the page waits until each choice is acknowledged
                radio.observe(lambda _: self._accuser(), names="value")
        entete = widgets.HTML(f"<style>{FEUILLE_DE_STYLE}</style>{STYLE}{simulateur_html.titre(self.contenu)}")
        return avec_classe(cadre([entete, avant, corps, self.accuse]), "rncp-simulateur")

    def _grille(self) -> widgets.Widget:
        besoins = self.besoins.besoins
        enfants = [_libelle("Produit"), *(_libelle(besoin.nom) for besoin in besoins), _libelle(ECARTE)]
        for code in self.besoins.produits:
            enfants.append(_libelle(self.gamme.produit(code).libelle))
            enfants += [self.cases[besoin.id, code] for besoin in besoins] + [self.motifs[code]]
        enfants += [_libelle(RANG), *self.rangs.values(), _libelle("")]
        enfants += [_libelle(ORIENTER_AILLEURS), *self.orientes.values(), _libelle("")]
        largeurs = f"minmax(150px, 1.6fr) repeat({len(besoins)}, minmax(58px, 0.6fr)) minmax(150px, 1.7fr)"
        grille = widgets.GridBox(enfants, layout={"grid_template_columns": largeurs})
        return avec_classe(avec_classe(grille, "rncp-grille"), f"rncp-colonnes-{len(besoins) + 2}")

    def _case(self, besoin: str, produit: str) -> widgets.Widget:
        def coche(pris: bool) -> None:
            self._geste(geste=COCHER if pris else DECOCHER, besoin=besoin, produit=produit)

        return self._controle(_coche(), coche)

    def _oriente(self, besoin: str) -> widgets.Widget:
        return self._controle(_coche(), lambda oui: self._geste(geste=ORIENTER if oui else GARDER, besoin=besoin))

    def _motif(self, produit: str) -> widgets.Widget:
        pas_pour = self.gamme.produit(produit).pas_pour
        menu = widgets.Dropdown(options=[(PAS_ECARTE, ""), *((motif, motif) for motif in pas_pour)], value="")

        def choisir(motif: str) -> None:
            if motif:
                self._geste(geste=ECARTER, produit=produit, motif=motif)
            else:
                self._geste(geste=REPRENDRE, produit=produit)

        return self._controle(avec_classe(menu, "rncp-case"), choisir)

    def _rang(self, besoin: str) -> widgets.Widget:
        rangs = [(str(rang), rang) for rang in range(1, len(self.besoins.besoins) + 1)]
        menu = avec_classe(widgets.Dropdown(options=rangs), "rncp-case")
        return self._controle(menu, lambda rang: self._geste(geste=ORDONNER, besoin=besoin, rang=rang))

    def _controle(self, champ: widgets.Widget, faire: Callable[[Any], None]) -> widgets.Widget:
        """Calls ``faire`` for what the learner changes, not for what is shown."""
        champ.observe(lambda change: self.a_jour and faire(change["new"]), names="value")
        return champ

    def _geste(self, **geste: Any) -> None:
        self.partie.faire(**geste)
        self._suivre()

    def _rejouer(self) -> None:
        self.partie.rejouer()
        self._suivre()

    def _recommencer(self) -> None:
        self.partie.recommencer()
        self._suivre()

    def _suivre(self) -> None:
        self._montrer()
        self._accuser()

    def _accuser(self) -> None:
        """Tell the page that the kernel took what was done."""
        self.accuse.value = str(int(self.accuse.value) + 1)

    def _montrer(self) -> None:
        """Bring every widget to where the matrix stands."""
        choix = self.partie.choix
        ordre = ordre_des_besoins(self.besoins, choix)
        self.a_jour = False
        try:
            for couple, case in self.cases.items():
                case.value = couple in choix.couples
            for code, menu in self.motifs.items():
                menu.value = choix.ecartes.get(code, "")
            for besoin, menu in self.rangs.items():
                menu.value = 1 + ordre.index(besoin)
            for besoin, case in self.orientes.items():
                case.value = besoin in choix.orientes
        finally:
            self.a_jour = True
        vue = self.contenu.vue(choix)
        self.phrase.value, self.image.value = simulateur_html.phrase(vue), simulateur_html.image(vue)
        self.regler.value = _a_regler(a_regler(self.besoins, self.contenu.lire(choix), self.gamme))
        self.notes.value = avertissements(self.partie.notes)
        self.suivi.value = statut(self.partie.etat)
        self._remplir_le_journal()

    def _remplir_le_journal(self) -> None:
        # What nobody sees is not written.
        if self.volet.selected_index is None:
            return
        gestes, suite = self.partie.lu.gestes, self.partie.lu.suite
        if not gestes:
            self.lignes_du_journal, self.journal.value = [], f"<p>{texte('Aucun geste pour le moment.')}</p>"
            return
        # Another journal, or one that was begun again, is written anew.
        if len(self.lignes_du_journal) > len(gestes):
            self.lignes_du_journal = []
        for geste, choix in list(zip(gestes, suite[1:], strict=True))[len(self.lignes_du_journal) :]:
            lue = self.contenu.lire(choix)
            dit = dire_le_geste(self.besoins, geste, self.gamme)
            bilan = f"{dit}. Ensuite : {pourcent(lue.taux)}, {euros(lue.cout)} par an."
            self.lignes_du_journal.append(f"<li>{texte(bilan)}</li>")
        self.journal.value = f"<ol>{''.join(self.lignes_du_journal)}</ol>"


def _coche() -> widgets.Widget:
    return avec_classe(widgets.Checkbox(value=False, indent=False), "rncp-coche")


def _libelle(nom: str) -> widgets.Widget:
    return avec_classe(widgets.HTML(libelle(nom) if nom else ""), "rncp-libelle")


def _bouton(nom: str, faire: Callable[[], None]) -> widgets.Button:
    bouton = avec_classe(widgets.Button(description=nom), "rncp-bouton")
    bouton.on_click(lambda _: faire())
    return bouton


def _descendants(widget: widgets.Widget) -> list[widgets.Widget]:
    enfants = getattr(widget, "children", ())
    return [widget, *(w for enfant in enfants for w in _descendants(enfant))]


def _a_regler(lignes: list[str]) -> str:
    points = "".join(f"<li>{texte(ligne)}</li>" for ligne in lignes)
    contenu = f"<ul>{points}</ul>" if lignes else f"<p>{texte(RIEN_A_REGLER)}</p>"
    return f"<p><strong>{texte('Ce qui reste à régler')}</strong></p>{contenu}"
