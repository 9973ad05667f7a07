"""An action of prospection in an assignment: prepared from the answers of a form, launched once, then read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon import formulaire_html as html
from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.dossier import AUTEUR, BROUILLON
from rncp_utils.lecon.identite import CORRECTION, apprenant, mode
from rncp_utils.lecon.jeu import FICHIER_QUESTIONS, JeuDeQuestions, charger_questions
from rncp_utils.lecon.reponses import ecrire_reponses, lire_reponses
from rncp_utils.lecon.verification import verifier_reponses
from rncp_utils.lecon.verrou import seul

if TYPE_CHECKING:
    from rncp_utils.portefeuille.prospection.simulation import Action
    from rncp_utils.portefeuille.prospection.variante import Secteurs

# Field of the launch form: the plan as it was when the action was launched.
CHAMP = "plan"
PAS_LANCEE = "L'action n'est pas lancée : il n'y a pas encore de résultat."
A_CONFIRMER = (
    "Votre plan et vos objectifs vont être figés. Une action ne se lance qu'une fois : relisez-les, puis confirmez."
)
A_RELIRE = "Cliquez d'abord sur « Lancer l'action » : votre plan s'affichera pour relecture."
PLAN_CHANGE = (
    "Vous avez changé une réponse du formulaire après le lancement. Les résultats ci-dessous, et vos indicateurs, "
    "restent ceux du plan lancé."
)


def mes_secteurs(*, dossier: Path | str = ".") -> Secteurs:
    """Secteurs à noter, tirés pour l'apprenant ; dans ``source/``, une table d'essai, comme ``mon_portefeuille``."""
    from rncp_utils.portefeuille.prospection import secteurs_de

    chemin = Path(dossier) / FICHIER_QUESTIONS
    if not chemin.exists():
        return secteurs_de(AUTEUR, AUTEUR, BROUILLON)
    jeu = charger_questions(chemin)
    return secteurs_de(apprenant(), jeu.devoir, jeu.session)


class PreparerAction(Affichage):
    """Last expression of a notebook cell: what the plan of a form would reach and cost. Nothing is decided here.

    Parameters
    ----------
    formulaire : str
        Cell of ``questions.json`` that asks for the plan.
    dossier : Path
        Folder of the notebook.
    """

    nom = "Préparer l'action"

    def __init__(self, formulaire: str, *, dossier: Path | str = Path()) -> None:
        self.formulaire = formulaire
        self.dossier = Path(dossier).resolve()

    def affichages(self) -> list[dict[str, Any]]:
        """What the cell shows: one MIME bundle an output."""
        if mode() == CORRECTION:
            return [self.en_html(self.voir())]
        return self._avec_boutons([("Voir ce que donne mon plan", self.voir)])

    def voir(self) -> str:
        """HTML of the preparation, from the answers saved by now; a French sentence when they are no plan."""
        from rncp_utils.lecon.prospection_html import preparation
        from rncp_utils.portefeuille.prospection import lire_plan

        try:
            return preparation(lire_plan(self._reponses(self._jeu(), self.formulaire)))
        except ErreurRncp as erreur:
            return html.message(str(erreur))

    def __str__(self) -> str:
        return self.nom

    def _jeu(self) -> JeuDeQuestions:
        return charger_questions(self.dossier / FICHIER_QUESTIONS)

    def _reponses(self, jeu: JeuDeQuestions, cellule: str) -> dict[str, Any]:
        questions = jeu.questions_de(cellule, apprenant())
        lecture = lire_reponses(self.dossier, jeu.devoir, cellule)
        return verifier_reponses(lecture, questions, apprenant(), jeu.session)[0]

    def _avec_boutons(self, boutons: list[tuple[str, Callable[[], str]]], debut: str = "") -> list[dict[str, Any]]:
        """Buttons in a row, each writing below them what its function gives."""
        import ipywidgets as widgets

        from rncp_utils.lecon.champs_widgets import avec_classe
        from rncp_utils.lecon.formulaire_widgets import cadre

        resultat = avec_classe(widgets.HTML(debut), "rncp-suivi")

        def creer(libelle: str, agir: Callable[[], str]) -> widgets.Widget:
            bouton = avec_classe(widgets.Button(description=libelle), "rncp-bouton")
            bouton.on_click(lambda _: setattr(resultat, "value", agir()))
            return bouton

        # The outline of a button that has the keyboard is drawn around it: it needs room.
        rangee = avec_classe(
            widgets.HBox([creer(*bouton) for bouton in boutons], layout={"padding": "4px"}), "rncp-barre"
        )
        boite = cadre([widgets.HTML(html.STYLE), rangee, resultat])
        return [self.en_html(html.reprise()), dict(boite._repr_mimebundle_()) | {"text/plain": str(self)}]


class LancerAction(PreparerAction):
    """Last expression of a notebook cell: launches the action of a plan, once, and shows what it gave.

    The launch writes the plan as it is into the answers of the cell ``lancement``, whose single field is ``plan``: from
    then on, results come from that record, whatever becomes of the form.

    Parameters
    ----------
    lancement : str
        Cell of ``questions.json`` that keeps the plan launched.
    """

    nom = "Lancer l'action"

    def __init__(self, formulaire: str, lancement: str, *, dossier: Path | str = Path()) -> None:
        super().__init__(formulaire, dossier=dossier)
        self.lancement = lancement
        # The answers that were shown for review: only those can be launched.
        self._relu: str | None = None

    def affichages(self) -> list[dict[str, Any]]:
        """What the cell shows: one MIME bundle an output."""
        try:
            lancee = self.action() is not None
        except ErreurRncp as erreur:
            return [self.en_html(html.message(str(erreur)))]
        if mode() == CORRECTION or lancee:
            return [self.en_html(self.resultats())]
        boutons = [("Lancer l'action", self.demander), ("Confirmer le lancement", self.lancer)]
        return self._avec_boutons(boutons, html.message(PAS_LANCEE))

    def demander(self) -> str:
        """What is said before the launch: the plan that would be frozen, or what it still lacks."""
        from rncp_utils.lecon.prospection_html import relecture
        from rncp_utils.portefeuille.prospection import ecrire_plan, lire_plan

        try:
            if self.action() is not None:
                return self.resultats()
            reponses = self._reponses(self._jeu(), self.formulaire)
            a_relire = relecture(lire_plan(reponses))
        except ErreurRncp as erreur:
            return html.message(str(erreur))
        self._relu = ecrire_plan(reponses)
        return html.message(A_CONFIRMER) + a_relire

    def lancer(self) -> str:
        """Freeze the plan that was reviewed and give the results; a French sentence when the form holds another one."""
        from rncp_utils.portefeuille.prospection import ecrire_plan

        try:
            with seul(self.dossier):
                # Another tab may have launched it in the meantime: what is launched stays.
                if self.action() is not None:
                    return self.resultats()
                jeu = self._jeu()
                plan = ecrire_plan(self._reponses(jeu, self.formulaire))
                if plan != self._relu:
                    return html.message(A_RELIRE)
                ecrire_reponses(self.dossier, jeu.devoir, self.lancement, apprenant(), jeu.session, {CHAMP: plan})
            return self.resultats()
        except ErreurRncp as erreur:
            return html.message(str(erreur))

    def action(self) -> Action | None:
        """The action launched, carried out again; None before the launch."""
        from rncp_utils.portefeuille.prospection import action_de, graine_de

        jeu = self._jeu()
        gele = self._reponses(jeu, self.lancement).get(CHAMP)
        return action_de(gele, graine_de(apprenant(), jeu.devoir, jeu.session)) if gele else None

    def resultats(self) -> str:
        """HTML of what the action gave."""
        from rncp_utils.lecon.prospection_html import resultats
        from rncp_utils.portefeuille.prospection import ecrire_plan

        try:
            action, jeu = self.action(), self._jeu()
            if action is None:
                return html.message(PAS_LANCEE)
            actuelles = ecrire_plan(self._reponses(jeu, self.formulaire))
            change = actuelles != self._reponses(jeu, self.lancement).get(CHAMP)
            return (html.message(PLAN_CHANGE) if change else "") + resultats(action)
        except ErreurRncp as erreur:
            return html.message(str(erreur))
