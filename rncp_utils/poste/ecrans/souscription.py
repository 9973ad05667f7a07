"""P8: what is chosen, the client's agreement, the simulated signature, and how it is cancelled."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from rncp_utils.poste.ecrans.champs import Cases, Menu, Reference, TexteLong
from rncp_utils.poste.ecrans.conseil import EcranDeSouscription
from rncp_utils.poste.ecrans.formulaire import cote_a_cote
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import montrer_si, texte
from rncp_utils.poste.ecrans.possible import pour_la_souscription
from rncp_utils.poste.ecrans.vue_conseil import etapes, reglages, souscriptions


class Souscription(EcranDeSouscription):
    """Screen P8."""

    code = "P8"

    def construire(self) -> list[widgets.Widget]:
        self.liste, self.choisi, self.faites = texte(), texte(), texte()
        self.formule, self.options = Menu("formule", "Formule"), Cases("options", "Options")
        self.beneficiaire = Menu("beneficiaire", "Bénéficiaire, si le produit en a un")
        compte = [Reference("iban", "IBAN du compte"), Reference("mandat", "Référence du mandat SEPA")]
        self.regler = self._etape(
            "Régler la souscription",
            "Enregistrer les choix",
            "regler",
            [self.formule, self.beneficiaire, *compte, self.options],
            garder=True,
            large=True,
        )
        self.accord = self._etape("Accord du client", "Enregistrer l'accord", "accord", principal=True)
        self.signer = self._etape("Signature simulée", "Faire signer", "signer", principal=True)
        self.activer = self._etape("Mise en service", "Activer", "activer", principal=True)
        motif = TexteLong("motif", "Motif de l'annulation")
        self.annuler = self._etape("Annuler une souscription signée", "Annuler la souscription", "annuler", [motif])
        suite = cote_a_cote(self.accord, self.signer, self.activer, self.annuler)
        return [self.liste, self.choix(), self.choisi, self.faites, self.regler.widget, suite]

    def _etape(self, titre: str, bouton: str, action: str, champs: Any = (), **reste: Any) -> Any:
        return self.formulaire(titre, bouton, action, champs, fixes=self.celle_ci, **reste)

    def montrer(self, lecture: Lecture) -> None:
        suivie = self._suivre(lecture)
        self.liste.value, self.choisi.value = souscriptions(lecture), reglages(lecture, suivie)
        self.faites.value = etapes(lecture, suivie)
        self._proposer(lecture, suivie)
        for formulaire in (self.regler, self.accord, self.signer, self.activer, self.annuler):
            formulaire.permettre(pour_la_souscription(lecture, suivie, formulaire.action))

    def _proposer(self, lecture: Lecture, suivie: dict[str, Any] | None) -> None:
        """Fields of the product followed; what is being typed stays until another choice is recorded."""
        offre = self.regles.produits.get(suivie["produit"]) if suivie else None
        self.formule.proposer([(formule, formule) for formule in offre.formules] if offre else [])
        self.options.proposer([(libelle, code) for code, libelle in offre.options.items()] if offre else [])
        self.beneficiaire.proposer([(nom, nom) for nom in self.poste.situation.personnes])
        montrer_si(self.formule.widget, bool(offre and offre.formules))
        montrer_si(self.options.widget, bool(offre and offre.options))
        self.regler.refleter(suivie)
