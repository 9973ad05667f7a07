"""P7: needs, information, advice, what is handed over. The workstation records the order in which it is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets

from rncp_utils.poste.ecrans.champs import Menu, TexteLong
from rncp_utils.poste.ecrans.ecran import Ecran, options
from rncp_utils.poste.ecrans.formulaire import cote_a_cote
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import boite, masquable, montrer_si, texte
from rncp_utils.poste.ecrans.possible import pour_la_souscription
from rncp_utils.poste.ecrans.vue_conseil import etapes, souscriptions


class EcranDeSouscription(Ecran):
    """A screen on one subscription, chosen in a menu when there are several; P7 and P8 follow the same one."""

    def choix(self) -> widgets.Widget:
        """The menu that chooses the subscription."""
        self.suivie = Menu("souscription", "Souscription suivie")
        self.suivie.suivre(self._changer)
        self.zone_suivie = boite([self.suivie.widget], "rncp-champs", layout=masquable())
        return self.zone_suivie

    def _changer(self) -> None:
        if self.suivie.choisi and self.suivie.lire() != self.bureau.souscription:
            self.bureau.souscription = self.suivie.lire()
            self.bureau.montrer()
        self.bureau.accuser()

    def _suivre(self, lecture: Lecture) -> dict[str, Any] | None:
        """Bring the menu to the subscriptions that there are; the last one is followed by default."""
        toutes = lecture.table("souscription")
        connues = [une["id"] for une in toutes]
        if self.bureau.souscription not in connues:
            self.bureau.souscription = connues[-1] if connues else None
        self.suivie.proposer([(f"N° {une['id']} : {lecture.produit(une['produit'])}", une["id"]) for une in toutes])
        if self.bureau.souscription is not None:
            self.suivie.montrer(self.bureau.souscription)
        montrer_si(self.zone_suivie, len(toutes) > 1)
        return lecture.souscription(self.bureau.souscription)

    def celle_ci(self) -> Mapping[str, Any]:
        """What an action takes beside its fields."""
        return {"souscription": self.bureau.souscription}


class Conseil(EcranDeSouscription):
    """Screen P7."""

    code = "P7"

    def construire(self) -> list[widgets.Widget]:
        self.liste, self.faites = texte(), texte()
        produits = [(offre.libelle, code) for code, offre in self.regles.produits.items()]
        self.commencer = self.formulaire(
            "Commencer un conseil",
            "Commencer",
            "commencer_conseil",
            [Menu("produit", "Produit envisagé", produits)],
            apres=self._suivre_la_derniere,
            large=True,
        )
        besoins = options(self.regles.besoins)
        self.recueillir = self._etape(
            "Recueillir les exigences et les besoins",
            "Enregistrer le besoin",
            "recueillir",
            [Menu("besoin", "Besoin", besoins), TexteLong("texte", "Ce que dit le client")],
        )
        self.a_montrer, self.a_remettre = Menu("document", "Document"), Menu("document", "Document")
        self.informer = self._etape("Informer", "Information donnée", "informer", [self.a_montrer])
        self.conseiller = self._etape(
            "Conseiller",
            "Enregistrer le conseil",
            "conseiller",
            [Menu("besoin", "Besoin auquel il répond", besoins), TexteLong("texte", "Pourquoi ce produit convient")],
        )
        self.remettre = self._etape("Remettre un document", "Document remis", "remettre", [self.a_remettre])
        etape = [self.recueillir, self.conseiller, self.informer, self.remettre]
        return [self.liste, self.commencer.widget, self.choix(), self.faites, cote_a_cote(*etape)]

    def _etape(self, titre: str, bouton: str, action: str, champs: list[Any]) -> Any:
        return self.formulaire(titre, bouton, action, champs, fixes=self.celle_ci)

    def _suivre_la_derniere(self) -> None:
        self.bureau.souscription = None  # the screen takes the last one
        self.bureau.montrer()

    def montrer(self, lecture: Lecture) -> None:
        suivie = self._suivre(lecture)
        self.liste.value, self.faites.value = souscriptions(lecture), etapes(lecture, suivie)
        utiles = [(document["titre"], code) for code, document in lecture.des_produits.items()]
        self.a_montrer.proposer(utiles)
        self.a_remettre.proposer(utiles)
        self.commencer.permettre(self.poste.bloque)
        for formulaire in (self.recueillir, self.informer, self.conseiller, self.remettre):
            formulaire.permettre(pour_la_souscription(lecture, suivie, formulaire.action))
