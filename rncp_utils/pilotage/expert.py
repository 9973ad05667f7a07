"""Tableau de bord de l'expert métier : ses grilles d'observation, et rien d'autre du cours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets as widgets

from rncp_utils.autograde.cours import trouver_cours
from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.grading.grilles import FormulaireGrille, charger_grille, devoirs_observes
from rncp_utils.grading.grilles.observateurs import DOSSIER_OBSERVATIONS
from rncp_utils.lecon.champs_widgets import avec_classe
from rncp_utils.lecon.formulaire_html import typographier
from rncp_utils.pilotage.champs import menu
from rncp_utils.pilotage.compte_rendu import CompteRendu, Suivi, compte
from rncp_utils.pilotage.panneau import Etape, Panneau, TableauDeBord

if TYPE_CHECKING:
    import pandas as pd

# Not a CSV: every CSV of this folder is a grid.
ANNUAIRE = "annuaire.json"


class TableauExpert(TableauDeBord):
    """Dernière expression de ``expert.ipynb``.

    Parameters
    ----------
    dossier
        Dossier du cours ; par défaut, celui qui contient le notebook.
    qui
        Compte de l'expert ; par défaut, celui de la personne connectée. La grille porte le nom que l'annuaire donne à
        ce compte : un expert ne remplit pas celle d'un autre.
    """

    def __init__(self, *, dossier: Path | str | None = None, qui: str = "") -> None:
        try:
            self.cours = trouver_cours(Path()) if dossier is None else Path(dossier)
            self.nom, apprenants = lire_annuaire(self.cours, qui or compte())
        except ErreurRncp as erreur:
            self.refus = str(erreur)
            return
        self.grille = menu("Grille :", [(f"{charger_grille(d).grille} · {d}", d) for d in devoirs_observes()])
        self.apprenant = menu("Apprenant :", [("Choisir…", ""), *((nom, nom) for nom in apprenants)])
        self.formulaire = widgets.VBox([])
        etape = Etape(
            "Remplir une grille d'observation",
            "Chaque réponse est enregistrée, et la grille se reprend plus tard. Signez-la quand elle est complète : le "
            "formateur l'importe.",
            "Ouvrir la grille",
            self._ouvrir,
            reglages=[self.grille, self.apprenant],
            suite=[self.formulaire],
        )
        entete = widgets.HTML(f"<p>Vous observez en tant que <strong>{escape(typographier(self.nom))}</strong>.</p>")
        self.panneau = Panneau([avec_classe(entete, "rncp-suivi")], [etape], lambda: None)

    def _ouvrir(self, _: Suivi) -> CompteRendu:
        self.formulaire.children = ()
        if not self.apprenant.value:
            raise ErreurDonnees("Choisissez l'apprenant que vous observez, puis ouvrez la grille.")
        self.saisie = FormulaireGrille(self.cours, self.grille.value, self.apprenant.value, self.nom)
        self.formulaire.children = (self.saisie.widget,)
        return CompteRendu(["La grille est ouverte ci-dessous."])

    def __str__(self) -> str:
        return self.refus or f"Tableau de bord de l'expert {self.nom}"


def ecrire_annuaire(cours: Path, experts: pd.DataFrame, apprenants: Sequence[str]) -> None:
    """Who the accounts are (columns ``compte``, ``nom``), and whom they may observe: added to what was known."""
    chemin = Path(cours) / DOSSIER_OBSERVATIONS / ANNUAIRE
    connu = _lire(chemin) if chemin.exists() else {"experts": {}, "apprenants": []}
    noms = connu["experts"] | dict(zip(experts["compte"], experts["nom"], strict=True))
    contenu = {"experts": noms, "apprenants": sorted({*connu["apprenants"], *apprenants})}
    ecrire_texte(chemin, json.dumps(contenu, ensure_ascii=False, indent=1))


def lire_annuaire(cours: Path, qui: str) -> tuple[str, list[str]]:
    """Name of the expert of this account, and the learners.

    Raises
    ------
    ErreurDonnees
        The account is not that of a declared expert.
    """
    chemin = Path(cours) / DOSSIER_OBSERVATIONS / ANNUAIRE
    try:
        annuaire = _lire(chemin)
    except OSError:
        annuaire = {"experts": {}, "apprenants": []}
    if qui not in annuaire["experts"]:
        raise ErreurDonnees(
            f"Le compte « {qui} » n'est pas celui d'un expert métier de ce cours : demandez à l'administrateur de vous "
            "inscrire avec le rôle « expert »."
        )
    return annuaire["experts"][qui], annuaire["apprenants"]


def _lire(chemin: Path) -> dict:
    return json.loads(chemin.read_text(encoding="utf-8"))
