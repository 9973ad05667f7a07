"""P2: all that is known of the client, and the fields to fill in or to correct."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets

from rncp_utils.lecon.champs_widgets import A_CHOISIR
from rncp_utils.poste.ecrans.champs import Champ, Menu
from rncp_utils.poste.ecrans.ecran import Ecran
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import boite, creer, masquable, montrer_si, texte
from rncp_utils.poste.ecrans.tableaux import replie
from rncp_utils.poste.ecrans.vue_client import autour, profil
from rncp_utils.typographie import typographier

CHOIX = "choix"
_AIDES = {
    "montant": "en euros",
    "pourcent": "en %",
    "entier": "nombre entier",
    "date": "JJ/MM/AAAA",
    "siren": "neuf chiffres",
}


class Profil(Ecran):
    """Screen P2."""

    code = "P2"

    def construire(self) -> list[widgets.Widget]:
        self.fiche, self.autour = texte(), texte()
        self.champ, self.valeur = Menu("champ", "Champ"), Valeur("valeur", "Nouvelle valeur")
        self.modifier = self.formulaire(
            "Compléter ou corriger un champ", "Enregistrer ce champ", "modifier", [self.champ, self.valeur], large=True
        )
        self.champ.suivre(self._choisir)
        self.champs: dict[str, dict[str, Any]] = {}
        return [self.fiche, self.autour, self.modifier.widget]

    def _choisir(self) -> None:
        """The field of the value follows the field that is chosen."""
        choisi = self.champs.get(self.champ.lire())
        if choisi is not self.valeur.champ:
            self.valeur.recevoir(choisi)

    def montrer(self, lecture: Lecture) -> None:
        self.champs = {champ["nom"]: champ for champ in lecture.table("champ")}
        self.champ.proposer([(champ["libelle"], nom) for nom, champ in self.champs.items()])
        self.fiche.value = profil(lecture)
        self.autour.value = replie("Personnes liées, produits détenus, comptes et derniers mouvements", autour(lecture))
        self.modifier.permettre(self.poste.bloque)


class Valeur(Champ):
    """The value of the field chosen: typed in French, or taken from a list."""

    champ: Mapping[str, Any] | None = None

    def _widget(self, description: str) -> widgets.Widget:
        commun = {"description": description, "layout": masquable()}
        self.texte = creer(widgets.Text, "rncp-champ", **commun, continuous_update=True)
        commun["layout"] = masquable()
        self.menu = creer(widgets.Dropdown, "rncp-champ", "rncp-menu", **commun, options=[(A_CHOISIR, "")])
        montrer_si(self.menu, False)
        return boite([self.texte, self.menu], "rncp-champ")

    @property
    def _saisi(self) -> widgets.Widget:
        return self.menu if self.champ and self.champ["type"] == CHOIX else self.texte

    def recevoir(self, champ: Mapping[str, Any] | None) -> None:
        """Take the field to be filled in. It starts empty: a quick hand types before its present value would arrive."""
        self.champ = champ
        aide = _AIDES.get(champ["type"], "") if champ else ""
        if champ and champ["type"] == "entier" and champ["unite"]:
            aide = f"en {champ['unite']}"
        self.texte.description = typographier(f"{self.libelle} ({aide}) :" if aide else f"{self.libelle} :")
        choix = champ["choix"] if champ and champ["type"] == CHOIX else []
        with self.menu.hold_sync():
            self.menu.options = [(A_CHOISIR, ""), *((typographier(un), un) for un in choix)]
            self.menu.value = ""
        self.texte.value = ""
        montrer_si(self.menu, bool(choix))
        montrer_si(self.texte, not choix)

    def lire(self) -> str:
        return self._saisi.value

    def vider(self) -> None:
        self.recevoir(None)

    def _saisis(self, widget: widgets.Widget) -> tuple[widgets.Widget, ...]:
        return self.texte, self.menu
