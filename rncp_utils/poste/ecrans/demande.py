"""P4: the loan that is asked for, and how the project is paid for."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from rncp_utils.poste.ecrans.champs import Menu, Montant, Taux, Texte
from rncp_utils.poste.ecrans.ecran import Ecran, options
from rncp_utils.poste.ecrans.formulaire import cote_a_cote
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.modeles import texte
from rncp_utils.poste.ecrans.possible import pour_le_dossier
from rncp_utils.poste.ecrans.tableaux import cote_a_cote as blocs
from rncp_utils.poste.ecrans.vue_credit import SENS, demande, plan


class Demande(Ecran):
    """Screen P4."""

    code = "P4"

    def construire(self) -> list[widgets.Widget]:
        self.connu = texte()
        self.ouvrir = self.formulaire(
            "Ouvrir un dossier de crédit", "Ouvrir le dossier", "ouvrir_dossier", principal=True, large=True
        )
        self.saisir = self.formulaire(
            "Saisir la demande",
            "Enregistrer la demande",
            "saisir_demande",
            [
                Menu("objet", "Objet", options(self.regles.objets)),
                Menu("bien", "Bien financé", options(self.regles.biens)),
                Montant("montant", "Montant demandé (en €)"),
                Texte("duree", "Durée (en mois)"),
                Taux("taux", "Taux (en %)"),
            ],
            garder=True,
            large=True,
        )
        self.plan = self.formulaire(
            "Inscrire une ligne du plan de financement",
            "Inscrire la ligne",
            "plan",
            [Menu("ligne", "Ligne", self._lignes()), Montant("montant", "Montant (en €) ; 0 retire la ligne")],
            adapter=_separer,
        )
        self.completer = self.formulaire(
            "Terminer la saisie : le plan est équilibré et les pièces sont jointes",
            "Déclarer le dossier complet",
            "completer",
            principal=True,
        )
        return [self.connu, self.ouvrir.widget, self.saisir.widget, cote_a_cote(self.plan, self.completer)]

    def _lignes(self) -> list[tuple[str, tuple[str, str]]]:
        return [
            (f"{'Besoin' if sens == 'besoin' else 'Ressource'} : {libelle}", (sens, nature))
            for sens in SENS
            for nature, libelle in self.regles.natures[sens].items()
        ]

    def montrer(self, lecture: Lecture) -> None:
        self.connu.value = blocs(demande(lecture), plan(lecture)) if lecture.dossier else ""
        self.saisir.refleter(lecture.dossier)
        for formulaire in (self.ouvrir, self.saisir, self.plan, self.completer):
            formulaire.permettre(pour_le_dossier(lecture, formulaire.action))


def _separer(donnees: dict[str, Any]) -> dict[str, Any]:
    sens, nature = donnees.pop("ligne") or ("", "")
    return {"sens": sens, "nature": nature, **donnees}
