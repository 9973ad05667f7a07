"""Tableau de bord du formateur : distribuer, collecter, corriger, observer, rendre."""

from __future__ import annotations

from pathlib import Path

import ipywidgets as widgets

from rncp_utils.autograde.cours import trouver_cours
from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.grading.grilles import FormulaireGrille, declarer_observateur, lire_observateurs
from rncp_utils.lecon.champs_widgets import avec_classe
from rncp_utils.pilotage import actions
from rncp_utils.pilotage.champs import case, menu, texte
from rncp_utils.pilotage.compte_rendu import CompteRendu, Suivi
from rncp_utils.pilotage.panneau import Etape, Panneau, TableauDeBord, inattendue, message

A_CHOISIR = "Choisir…"


class TableauFormateur(TableauDeBord):
    """Dernière expression de ``formateur.ipynb``.

    Parameters
    ----------
    dossier
        Dossier du cours, ou dossier qu'il contient ; par défaut, celui du notebook.
    isolation
        Voir ``rncp autograde --isolation``.
    """

    def __init__(self, *, dossier: Path | str = Path(), isolation: str = "requise") -> None:
        self.isolation = isolation
        try:
            self.cours = trouver_cours(Path(dossier))
            noms = actions.devoirs(actions.ouvrir(self.cours))
            if not noms:
                raise ErreurDonnees(f"Le dossier « {self.cours / 'source'} » ne contient aucun devoir.")
        except ErreurRncp as erreur:
            self.refus = str(erreur)
            return
        self.devoir = menu("Devoir :", noms)
        self.etat = avec_classe(widgets.HTML(), "rncp-suivi")
        self.remplacer = case("Remplacer la version distribuée")
        self.tout = case("Corriger de nouveau les copies déjà corrigées")
        self._preparer_les_grilles()
        self.etapes = {etape.bouton.description: etape for etape in self._etapes()}
        entete = avec_classe(widgets.VBox([_rangee(self.devoir), self.etat]), "rncp-question")
        self.panneau = Panneau([entete], list(self.etapes.values()), self.actualiser)
        self.devoir.observe(lambda _: self.actualiser(), names="value")
        self.actualiser()

    def _etapes(self) -> list[Etape]:
        return [
            Etape(
                "1. Distribuer le devoir",
                "Prépare la version des apprenants, sans les corrigés, et la met dans leur liste de devoirs.",
                "Distribuer",
                lambda suivi: self._faire(actions.distribuer, suivi, remplacer=self.remplacer.value),
                reglages=[self.remplacer],
            ),
            Etape(
                "2. Collecter les copies",
                "Ramène dans le cours la dernière copie remise par chaque apprenant.",
                "Collecter",
                lambda suivi: self._faire(actions.collecter, suivi),
            ),
            Etape(
                "3. Corriger automatiquement",
                "Corrige les copies collectées. Une correction arrêtée reprend où elle en était.",
                "Corriger",
                lambda suivi: self._faire(actions.corriger, suivi, tout=self.tout.value, isolation=self.isolation),
                reglages=[self.tout],
            ),
            *self._etapes_des_grilles(),
            Etape(
                "5. Rendre les retours",
                "Produit la page de retour de chaque copie corrigée et la met à la disposition de l'apprenant.",
                "Rendre les retours",
                lambda suivi: self._faire(actions.rendre_les_retours, suivi),
            ),
        ]

    def _faire(self, action: object, suivi: Suivi, **options: object) -> CompteRendu:
        return action(self.cours, self.devoir.value, suivi=suivi, **options)

    # Grids -----------------------------------------------------------------------------------------------------------

    def _preparer_les_grilles(self) -> None:
        self.nom_de_l_expert, self.qualite = texte("Nom :", "Claire Petit"), texte("Qualité :", "directrice d'agence")
        self.apprenant, self.expert = menu("Apprenant :", []), menu("Expert :", [])
        self.formulaire = widgets.VBox([])

    def _etapes_des_grilles(self) -> list[Etape]:
        return [
            Etape(
                "4a. Déclarer un expert métier",
                "Seule une personne déclarée, avec sa qualité, peut signer une grille.",
                "Déclarer l'expert",
                self._declarer,
                reglages=[self.nom_de_l_expert, self.qualite],
            ),
            Etape(
                "4b. Remplir une grille d'observation",
                "Grille du devoir choisi en haut ; chaque réponse est enregistrée, et la grille se reprend plus tard.",
                "Ouvrir la grille",
                self._ouvrir_la_grille,
                reglages=[self.apprenant, self.expert],
                suite=[self.formulaire],
            ),
            Etape(
                "4c. Imprimer la feuille d'observation",
                "Feuille vierge du devoir choisi en haut, au nom de l'apprenant s'il est choisi.",
                "Imprimer la feuille",
                lambda suivi: actions.imprimer_grilles(
                    self.cours, self.devoir.value, self.apprenant.value, suivi=suivi
                ),
            ),
            Etape(
                "4d. Importer les grilles signées",
                "Écrit au carnet de notes les notes et commentaires des grilles signées ; les autres sont gardées.",
                "Importer les grilles",
                lambda suivi: actions.importer_les_grilles(self.cours, suivi=suivi),
            ),
        ]

    def _declarer(self, _: Suivi) -> CompteRendu:
        expert = declarer_observateur(self.cours, self.nom_de_l_expert.value, self.qualite.value)
        self.nom_de_l_expert.value = self.qualite.value = ""
        return CompteRendu([f"{expert.nom}, {expert.qualite}, peut remplir et signer des grilles."])

    def _ouvrir_la_grille(self, _: Suivi) -> CompteRendu:
        self.formulaire.children = ()
        if not self.apprenant.value or not self.expert.value:
            raise ErreurDonnees("Choisissez l'apprenant observé et l'expert qui observe, puis ouvrez la grille.")
        grille = FormulaireGrille(self.cours, self.devoir.value, self.apprenant.value, self.expert.value)
        self.grille = grille
        self.formulaire.children = (grille.widget,)
        return CompteRendu(["La grille est ouverte ci-dessous."])

    # Display ---------------------------------------------------------------------------------------------------------

    def actualiser(self) -> None:
        """Read again where the assignment is, and who may be chosen."""
        try:
            cours = actions.ouvrir(self.cours)
            self.etat.value = message(actions.etat_du_devoir(cours, self.devoir.value).phrases())
            _choix(self.apprenant, actions.apprenants(cours))
            _choix(self.expert, [expert.nom for expert in lire_observateurs(self.cours)])
        except ErreurRncp as erreur:
            self.etat.value = message([f"▲ {erreur}"])
        except Exception as erreur:
            self.etat.value = message([f"▲ {inattendue(erreur)}"])

    def __str__(self) -> str:
        return self.refus or f"Tableau de bord du formateur, cours {self.cours.name}"


def _choix(menu: widgets.Dropdown, valeurs: list[str]) -> None:
    """Refresh a menu that starts empty; what was chosen stays chosen if it still can be."""
    choisi = menu.value
    options = [(A_CHOISIR, ""), *((valeur, valeur) for valeur in valeurs)]
    if tuple(options) != tuple(menu.options):
        menu.options = options
        menu.value = choisi if choisi in valeurs else ""


def _rangee(*enfants: widgets.Widget) -> widgets.Widget:
    return avec_classe(widgets.HBox(list(enfants)), "rncp-reglages")
