"""P5: the pieces that the file must hold, read before they are attached."""

from __future__ import annotations

import ipywidgets as widgets

from rncp_utils.poste.ecrans.champs import Menu, TexteLong
from rncp_utils.poste.ecrans.ecran import Ecran, options
from rncp_utils.poste.ecrans.formulaire import cote_a_cote
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import texte
from rncp_utils.poste.ecrans.possible import pour_le_dossier
from rncp_utils.poste.ecrans.vue_credit import pieces


class Pieces(Ecran):
    """Screen P5."""

    code = "P5"

    def construire(self) -> list[widgets.Widget]:
        self.liste = texte()
        self.document, self.jointe, self.demandable = (
            Menu("document", "Document lu"),
            Menu("piece", "Pièce jointe"),
            Menu("piece", "Pièce"),
        )
        self.joindre = self.formulaire(
            "Joindre un document à une pièce du dossier",
            "Joindre",
            "joindre",
            [Menu("piece", "Pièce demandée", options(self.regles.pieces)), self.document],
            large=True,
        )
        self.retirer = self.formulaire("Retirer une pièce", "Retirer", "retirer_piece", [self.jointe])
        self.demander = self.formulaire(
            "Demander au client un document qui manque, ou plus récent",
            "Demander",
            "demander_document",
            [self.demandable],
        )
        self.completer = self.formulaire(
            "Terminer la saisie : le plan est équilibré et les pièces sont jointes",
            "Déclarer le dossier complet",
            "completer",
            principal=True,
        )
        self.controler = self.formulaire(
            "Contrôler le dossier complet", "Contrôler le dossier", "controler", principal=True
        )
        self.renvoyer = self.formulaire(
            "Renvoyer le dossier à la saisie", "Renvoyer", "renvoyer", [TexteLong("motif", "Motif du renvoi")]
        )
        return [
            self.liste,
            self.joindre.widget,
            cote_a_cote(self.demander, self.retirer),
            cote_a_cote(self.completer, self.controler, self.renvoyer),
        ]

    def montrer(self, lecture: Lecture) -> None:
        self.liste.value = pieces(lecture)
        jointes = [ligne["piece"] for ligne in lecture.du_dossier("piece")]
        self.document.proposer([(document["titre"], code) for code, document in lecture.du_client.items()])
        self.jointe.proposer([(self.regles.pieces.get(piece, piece), piece) for piece in jointes])
        # What lifts a condition is asked for here too, once the condition is known.
        attendues = {c["code"] for c in lecture.du_dossier("condition") if not c["levee"]}
        preuves = [(c.libelle, c.piece) for code, c in self.regles.conditions.items() if code in attendues]
        self.demandable.proposer([*options(self.regles.pieces), *preuves])
        for formulaire in (self.joindre, self.completer, self.controler, self.renvoyer):
            formulaire.permettre(pour_le_dossier(lecture, formulaire.action))
        rien = "" if jointes else "Aucune pièce n'est jointe."
        self.retirer.permettre(pour_le_dossier(lecture, "retirer_piece") or rien)
        # Asking for a document needs no file: the client has an account.
        self.demander.permettre(self.poste.bloque)
