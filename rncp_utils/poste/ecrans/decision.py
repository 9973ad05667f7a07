"""P6: ratios and grade, guarantees, opinion, who decides, what was decided, and how the loan is set up."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from rncp_utils.poste.actions.analyse import ajoutee_depuis_la_decision
from rncp_utils.poste.ecrans.champs import Menu, Montant, TexteLong
from rncp_utils.poste.ecrans.ecran import Ecran, options, partie
from rncp_utils.poste.ecrans.formulaire import Formulaire, cote_a_cote
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import texte
from rncp_utils.poste.ecrans.mots import DELEGATAIRES, SENS_DE_L_AVIS
from rncp_utils.poste.ecrans.possible import pour_le_dossier
from rncp_utils.poste.ecrans.vue_credit import (
    analyse,
    conditions,
    decision,
    garanties,
    nom_de_garantie,
    opinion,
    regles_du_valideur,
)
from rncp_utils.poste.etats import ANALYSE

RIEN_A_RETIRER = "La décision est prise : seule une garantie ajoutée depuis, et non prise, se retire."


class Decision(Ecran):
    """Screen P6."""

    code = "P6"

    def construire(self) -> list[widgets.Widget]:
        self.analyse, self.garanties, self.avis, self.decision, self.conditions = (texte() for _ in range(5))
        regles = texte(regles_du_valideur(self.poste.situation))
        return [
            partie("1. Analyse", self.analyse, self._analyser().widget),
            partie("2. Garanties", self.garanties, cote_a_cote(*self._garantir())),
            partie("3. Avis", self.avis, self._donner_un_avis().widget),
            partie("4. Décision", regles, self.decision, cote_a_cote(*self._decider())),
            partie("5. Mise en place", self.conditions, cote_a_cote(*self._mettre_en_place())),
        ]

    def _analyser(self) -> Formulaire:
        self.analyser = self.formulaire(
            "Recalculer les ratios et la cote", "Analyser le dossier", "analyser", principal=True, large=True
        )
        return self.analyser

    def _garantir(self) -> tuple[Formulaire, ...]:
        self.garant, self.a_retirer = Menu("garant", "Garant"), Menu("garantie", "Garantie")
        nature = Menu("nature", "Nature", options(self.regles.garanties))
        champs = [nature, self.garant, Montant("montant", "Montant garanti (en €)")]
        self.proposer = self.formulaire("Proposer une garantie", "Ajouter la garantie", "garantie", champs)
        self.retirer = self.formulaire("Retirer une garantie", "Retirer", "retirer_garantie", [self.a_retirer])
        return self.proposer, self.retirer

    def _donner_un_avis(self) -> Formulaire:
        champs = [
            Menu("sens", "Sens de l'avis", options(SENS_DE_L_AVIS)),
            TexteLong("texte", "Avis motivé : le projet, le client, le remboursement, les garanties"),
        ]
        self.donner = self.formulaire(
            "Donner votre avis", "Enregistrer l'avis", "avis", champs, garder=True, large=True
        )
        return self.donner

    def _decider(self) -> tuple[Formulaire, ...]:
        qui = Menu("delegataire", "Délégataire", options(DELEGATAIRES))
        self.transmettre = self.formulaire(
            "Transmettre à qui peut décider", "Transmettre", "transmettre", [qui], principal=True
        )
        self.recevoir = self.formulaire("Recevoir la décision", "Recevoir la décision", "recevoir_decision")
        self.reprendre = self.formulaire("Reprendre un dossier ajourné", "Reprendre", "reprendre")
        return self.transmettre, self.recevoir, self.reprendre

    def _mettre_en_place(self) -> tuple[Formulaire, ...]:
        self.condition, self.preuve = Menu("condition", "Condition"), Menu("document", "Document qui la lève")
        self.a_prendre = Menu("garantie", "Garantie")
        self.editer = self.formulaire("Éditer le contrat de prêt", "Éditer", "editer", principal=True)
        self.lever = self.formulaire(
            "Lever une condition", "Lever la condition", "lever_condition", [self.condition, self.preuve]
        )
        self.prendre = self.formulaire(
            "Constater qu'une garantie est prise", "Garantie prise", "prendre_garantie", [self.a_prendre]
        )
        self.debloquer = self.formulaire("Débloquer les fonds", "Débloquer", "debloquer", principal=True)
        motif = TexteLong("motif", "Motif de l'abandon")
        self.abandonner = self.formulaire("Abandonner le dossier", "Abandonner", "abandonner", [motif])
        return self.lever, self.editer, self.prendre, self.debloquer, self.abandonner

    def montrer(self, lecture: Lecture) -> None:
        self.analyse.value, self.garanties.value = analyse(lecture), garanties(lecture)
        self.avis.value, self.decision.value = opinion(lecture), decision(lecture)
        self.conditions.value = conditions(lecture)
        self.donner.refleter(lecture.avis)
        prises = lecture.du_dossier("garantie")
        self.garant.proposer([(nom, nom) for nom in self.poste.situation.personnes])
        retirables = [g for g in prises if _retirable(g, lecture)]
        self.a_retirer.proposer([(nom_de_garantie(g, lecture), g["id"]) for g in retirables])
        self.a_prendre.proposer([(nom_de_garantie(g, lecture), g["id"]) for g in prises if not g["prise"]])
        attendues = [c for c in lecture.du_dossier("condition") if not c["levee"]]
        self.condition.proposer([(condition["libelle"], condition["id"]) for condition in attendues])
        self.preuve.proposer([(document["titre"], code) for code, document in lecture.du_client.items()])
        rien: dict[str, str] = {
            "retirer_garantie": "" if retirables else RIEN_A_RETIRER if prises else "Aucune garantie n'est proposée.",
            "prendre_garantie": "" if self.a_prendre.options else "Aucune garantie n'est à prendre.",
            "lever_condition": "" if attendues else "Aucune condition n'est à lever.",
        }
        for formulaire in self._formulaires():
            raison = pour_le_dossier(lecture, formulaire.action) or rien.get(formulaire.action, "")
            formulaire.permettre(raison)

    def _formulaires(self) -> list[Formulaire]:
        return [valeur for valeur in vars(self).values() if isinstance(valeur, Formulaire)]


def _retirable(garantie: dict[str, Any], lecture: Lecture) -> bool:
    """Whether the menu offers it: before the decision all of them, after it those that came since and are not taken."""
    if not lecture.dossier["decision"] or lecture.dossier["etat"] == ANALYSE:
        return True
    return not garantie["prise"] and ajoutee_depuis_la_decision(lecture.table("journal"), garantie)
