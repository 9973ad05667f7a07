"""P3: what could be proposed to the client, what is set aside, and the appointment to talk about it."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from rncp_utils.poste.ecrans.champs import Jour, Menu, Texte, TexteLong
from rncp_utils.poste.ecrans.ecran import Ecran, options
from rncp_utils.poste.ecrans.formulaire import cote_a_cote
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import texte
from rncp_utils.poste.ecrans.tableaux import replie
from rncp_utils.poste.ecrans.vue_client import ECARTEE, autour, opportunites, rendez_vous


class Opportunites(Ecran):
    """Screen P3."""

    code = "P3"

    def construire(self) -> list[widgets.Widget]:
        self.liste, self.autour, self.agenda = texte(), texte(), texte()
        produits = [(offre.libelle, code) for code, offre in self.regles.produits.items()]
        self.creer = self.formulaire(
            "Créer une opportunité",
            "Créer l'opportunité",
            "creer_opportunite",
            [
                Menu("besoin", "Besoin du client", options(self.regles.besoins)),
                Menu("produit", "Produit", produits, facultatif=True),
                Jour("echeance", "Échéance"),
                Texte("probabilite", "Probabilité (en %)"),
                TexteLong("motif", "Motif : le fait que vous avez lu, et ce qu'il rend utile"),
            ],
            large=True,
        )
        self.opportunite = Menu("opportunite", "Opportunité")
        self.ecarter = self.formulaire(
            "Écarter une opportunité",
            "Écarter",
            "ecarter_opportunite",
            [self.opportunite, TexteLong("motif", "Motif : le fait qui la contredit")],
        )
        self.prendre = self.formulaire(
            "Prendre un rendez-vous",
            "Prendre le rendez-vous",
            "prendre_rendez_vous",
            [Jour("jour", "Jour"), Texte("objet", "Objet")],
        )
        return [self.liste, self.autour, self.creer.widget, cote_a_cote(self.ecarter, self.prendre), self.agenda]

    def montrer(self, lecture: Lecture) -> None:
        toutes = lecture.table("opportunite")
        self.liste.value = opportunites(lecture)
        self.autour.value = replie("Produits détenus, comptes et derniers mouvements", autour(lecture))
        ouvertes = [une for une in toutes if une["etat"] != ECARTEE]
        self.opportunite.proposer([(_nom(une, lecture), une["id"]) for une in ouvertes])
        self.agenda.value = rendez_vous(lecture)
        bloque = self.poste.bloque
        self.creer.permettre(bloque)
        self.ecarter.permettre(bloque or ("" if ouvertes else "Aucune opportunité n'est ouverte."))
        self.prendre.permettre(bloque)


def _nom(une: dict[str, Any], lecture: Lecture) -> str:
    quoi = lecture.produit(une["produit"]) or lecture.besoin(une["besoin"])
    return f"N° {une['id']} : {quoi}"
