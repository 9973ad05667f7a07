"""The workstation in ipywidgets: banner, screens, documents, journal. Imported only when it is to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from rncp_utils.lecon.champs_widgets import avec_classe
from rncp_utils.lecon.formulaire_html import avertissements
from rncp_utils.lecon.formulaire_widgets import cadre
from rncp_utils.poste.ecrans import vue_journal
from rncp_utils.poste.ecrans.conseil import Conseil
from rncp_utils.poste.ecrans.decision import Decision
from rncp_utils.poste.ecrans.demande import Demande
from rncp_utils.poste.ecrans.documents import Documents
from rncp_utils.poste.ecrans.ecran import Ecran
from rncp_utils.poste.ecrans.formulaire import creer_bouton
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import boite, texte
from rncp_utils.poste.ecrans.mots import ECRANS
from rncp_utils.poste.ecrans.opportunites import Opportunites
from rncp_utils.poste.ecrans.pieces import Pieces
from rncp_utils.poste.ecrans.profil import Profil
from rncp_utils.poste.ecrans.souscription import Souscription
from rncp_utils.poste.ecrans.suivi import Suivi
from rncp_utils.poste.ecrans.tableau_de_bord import TableauDeBord
from rncp_utils.poste.ecrans.tableaux import STYLE, html, paragraphe
from rncp_utils.poste.fichier import LECTURES
from rncp_utils.poste.journal import ACCEPTE

if TYPE_CHECKING:
    from rncp_utils.poste.poste import Poste, Resultat

SCRIPT = Path(__file__).parents[1].joinpath("poste.js").read_text(encoding="utf-8")
_ECRANS = (TableauDeBord, Profil, Opportunites, Demande, Pieces, Decision, Conseil, Souscription, Suivi)
CLASSES: dict[str, type[Ecran]] = {classe.code: classe for classe in _ECRANS}
RECOMMENCER = "Recommencer depuis le début ? Tout ce que vous avez fait sur ce poste sera effacé."
A_JOUR = (
    "Le poste a changé ailleurs (dans un autre onglet, ou plus haut dans cette page) : l'écran montre maintenant "
    "l'état à jour."
)
# Workstations shown in this kernel, by file and by screens: a page may show the same one in several cells. A cell that
# is run again takes the place of what it showed before.
_MONTRES: dict[tuple[Path, tuple[str, ...]], Bureau] = {}


def bureau(poste: Poste, ecrans: Sequence[str], *, entrainement: bool, fichier: Path) -> widgets.Widget:
    """The whole workstation, open where it was left, and kept up to date with the other cells on the same file."""
    montre = Bureau(poste, ecrans, entrainement=entrainement)
    montre.fichier = fichier
    _MONTRES[fichier, montre.codes] = montre
    return montre.racine


class Bureau:
    """The widgets of a workstation, and what each gesture changes in them.

    Attributes
    ----------
    souscription : int or None
        Subscription that the screens P7 and P8 show.
    fichier : Path or None
        File shared with other cells of the page.
    """

    fichier: Path | None = None

    def __init__(self, poste: Poste, ecrans: Sequence[str], *, entrainement: bool) -> None:
        self.poste, self.codes, self.entrainement = poste, tuple(ecrans), entrainement
        self.souscription: int | None = None
        self.ouverts: dict[str, Ecran] = {}
        self.bandeau, self.notes, self.etats = (texte() for _ in range(3))
        self.avis = texte("", "rncp-avis")
        self.onglets = {code: self._onglet(code) for code in self.codes}
        self.titre = texte("", "rncp-titre-ecran")
        self.zone = boite((), "rncp-zone")
        self.documents = Documents(self)
        self.lignes = texte("", "rncp-lignes")
        self.volet = widgets.Accordion([self.lignes], titles=("Journal de mes actions",), selected_index=None)
        self.volet.observe(lambda _: self._remplir_le_journal(), names="selected_index")
        self.confirmation = boite((), "rncp-confirmation")
        self.accuse = avec_classe(widgets.HTML("0", layout={"display": "none"}), "rncp-accuse")
        self.suivi_parlant: widgets.HTML | None = None
        self.vu = _repere(Lecture(self.poste))
        self.code = self._dernier_ecran()
        self.racine = self._assembler()
        self._montrer_l_entete()
        self.ouvrir(self.code, noter=not poste.journal())

    def _assembler(self) -> widgets.Widget:
        onglets = boite(self.onglets.values(), "rncp-onglets")
        recommencer = creer_bouton("Recommencer depuis le début", self._demander_le_debut, "rncp-recommencer")
        pied = boite([recommencer], "rncp-barre")
        contenu = [
            *(self.bandeau, self.notes, onglets, self.avis, self.titre, self.etats, self.zone),
            *(self.documents.widget, avec_classe(self.volet, "rncp-journal")),
            *([pied, self.confirmation] if self.entrainement else []),
        ]
        return avec_classe(cadre([*contenu, self.accuse, _script()]), "rncp-poste")

    def _onglet(self, code: str) -> widgets.Button:
        return creer_bouton(ECRANS[code], lambda: self.ouvrir(code), "rncp-onglet", f"rncp-onglet-{code}")

    # What the forms ask.

    def faire(self, action: str, donnees: Mapping[str, Any]) -> Resultat | None:
        """Do an action; None when the state had changed elsewhere, and nothing was done."""
        if _repere(Lecture(self.poste)) != self.vu:
            self.montrer()
            return None
        resultat = self.poste.faire(action, **donnees)
        self.montrer()
        for autre in self._autres():
            autre.montrer()
        return resultat

    def _autres(self) -> list[Bureau]:
        """The other cells of the page that show the same file."""
        return [b for (fichier, _), b in _MONTRES.items() if fichier == self.fichier and b is not self]

    def parler(self, suivi: widgets.HTML, contenu: str) -> None:
        """Say something under a form; what was said under another one is taken away."""
        if suivi.value == contenu:
            suivi.value = ""  # a screen reader says again what is written again
        suivi.value = contenu
        # A document is opened because of what was said: that stays.
        if suivi is not self.documents.lire.suivi:
            if self.suivi_parlant is not None and self.suivi_parlant is not suivi:
                self.suivi_parlant.value = ""
            self.suivi_parlant, self.avis.value = suivi, ""
        self.accuser()

    def accuser(self) -> None:
        """Tell the page that the kernel took what was done."""
        self.accuse.value = str(int(self.accuse.value) + 1)

    def consulter(self, ecran: str, objet: str = "") -> None:
        """Write in the journal what is looked at, and bring the screen up to date."""
        ailleurs = _repere(Lecture(self.poste)) != self.vu
        resultat = None if self.poste.bloque else self.poste.faire("consulter", ecran=ecran, objet=objet)
        self.montrer()
        dits = [A_JOUR] if ailleurs else []
        if resultat is not None:
            dits += [f"Alerte ({c.code}) : {c.phrase}" for c in resultat.controles]
            dits += [] if resultat.accepte else [resultat.phrase]
        self.avis.value = "".join(paragraphe(f"▲ {phrase}", "rncp-alerte") for phrase in dits)

    # Screens.

    def ouvrir(self, code: str, *, noter: bool = True) -> None:
        """Show a screen, built the first time that it is opened."""
        self.code = code
        if code not in self.ouverts:
            self.ouverts[code] = CLASSES[code](self)
        if noter:
            self.consulter(code)
        else:
            self.montrer()
        self.zone.children = (self.ouverts[code].widget,)
        self.titre.value = f'<h3 tabindex="-1" data-ecran="{code}">{html(ECRANS[code])}</h3>'
        for autre, onglet in self.onglets.items():
            if autre == code:
                onglet.add_class("rncp-onglet-actif")
            else:
                onglet.remove_class("rncp-onglet-actif")
        self.accuser()

    def montrer(self) -> None:
        """Bring what is shown to what the tables say now."""
        lecture = Lecture(self.poste)
        self.vu = _repere(lecture)
        self._montrer_les_notes()
        self.etats.value = vue_journal.etats(lecture)
        if self.code in self.ouverts:
            self.ouverts[self.code].montrer(lecture)
        self.documents.montrer(lecture)
        self._remplir_le_journal(lecture)

    def _montrer_l_entete(self) -> None:
        lecture = Lecture(self.poste)
        self.bandeau.value = STYLE + vue_journal.bandeau(lecture)
        self._montrer_les_notes()

    def _montrer_les_notes(self) -> None:
        bloque = [self.poste.bloque] if self.poste.bloque else []
        self.notes.value = avertissements([*bloque, *self.poste.notes])

    def _remplir_le_journal(self, lecture: Lecture | None = None) -> None:
        # What nobody sees is not written.
        if self.volet.selected_index is not None:
            self.lignes.value = vue_journal.journal(lecture or Lecture(self.poste), recentes_d_abord=True)

    def _dernier_ecran(self) -> str:
        """The screen that was left, if it is one of those that are asked for; the first one otherwise."""
        ouverts = [ligne["donnees"].get("ecran") for ligne in self.poste.journal() if ligne["action"] == "consulter"]
        return ouverts[-1] if ouverts and ouverts[-1] in self.codes else self.codes[0]

    # Training: begin again.

    def _demander_le_debut(self) -> None:
        non = creer_bouton("Non, continuer", self._oublier_la_question, "rncp-non")
        oui = creer_bouton("Oui, recommencer", self._recommencer, "rncp-oui", principal=True)
        boutons = boite([non, oui], "rncp-barre")
        self.confirmation.children = (texte(paragraphe(f"▲ {RECOMMENCER}", "rncp-alerte")), boutons)

    def _oublier_la_question(self) -> None:
        self.confirmation.children = ()

    def _recommencer(self) -> None:
        self._oublier_la_question()
        reussi = self.poste.recommencer()
        self.repartir()
        self.consulter(self.code)
        for autre in self._autres():
            autre.repartir()
        phrase = "✔ Le poste est revenu à son début." if reussi else "▲ Le poste n'a pas pu revenir à son début."
        self.avis.value = paragraphe(phrase)

    def repartir(self) -> None:
        """Show the first screen, with nothing left of what was typed."""
        self.ouverts.clear()
        self.souscription, self.documents.lu = None, None
        self._montrer_l_entete()
        self.ouvrir(self.codes[0], noter=False)


def _repere(lecture: Lecture) -> list[Any]:
    """What tells whether the state changed: the last action that was accepted, reading apart (it changes nothing)."""
    return [
        (ligne["id"], ligne["empreinte"])
        for ligne in lecture.table("journal")
        if ligne["resultat"] == ACCEPTE and ligne["action"] not in LECTURES
    ][-1:]


def _script() -> widgets.Widget:
    """Leads the focus to the screen that was opened; without it, Tab goes everywhere all the same."""
    sortie = {"output_type": "display_data", "data": {"application/javascript": SCRIPT}, "metadata": {}}
    return widgets.Output(outputs=(sortie,), layout={"display": "none"})
