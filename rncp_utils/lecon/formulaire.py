"""A cell of a notebook that asks questions: a form for the learner, a plain record for the grader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon import formulaire_html as html
from rncp_utils.lecon.affichage import Affichage
from rncp_utils.lecon.identite import CORRECTION, apprenant, mode
from rncp_utils.lecon.jeu import FICHIER_QUESTIONS, JeuDeQuestions, charger_questions
from rncp_utils.lecon.reponses import lire_reponses
from rncp_utils.lecon.saisie import ouvrir_saisie
from rncp_utils.lecon.verification import verifier_reponses


class Formulaire(Affichage):
    """Last expression of a notebook cell: shows the questions of one cell of an assignment.

    The answers are saved at each change beside the notebook and found again when the cell is executed again. While
    nbgrader grades, the display is plain HTML: the answers read, without widget. Nothing is ever raised at the
    learner: what goes wrong is said in French in the place of the form.

    Parameters
    ----------
    cellule : str
        Cell of ``questions.json``, for example ``"cas_va"``.
    dossier : Path
        Folder of the notebook, which holds ``questions.json``.
    variante : str
        Variant of the case that the questions are about; it is written with the answers.
    """

    nom = "Formulaire"
    consigne = html.CONSIGNE_EVALUATION

    def __init__(self, cellule: str, *, dossier: Path | str = Path(), variante: str = "") -> None:
        self.cellule = cellule
        self.dossier = Path(dossier).resolve()
        self.variante = variante

    def affichages(self) -> list[dict[str, Any]]:
        """What the cell shows: one MIME bundle an output."""
        try:
            jeu = charger_questions(self.dossier / FICHIER_QUESTIONS)
            if mode() == CORRECTION:
                return [self.en_html(self._relecture(jeu))]
            return [self.en_html(html.reprise()), self._formulaire(jeu)]
        except ErreurRncp as erreur:
            return [self.en_html(html.message(str(erreur)))]

    def __str__(self) -> str:
        return f"{self.nom} « {self.cellule} »"

    def _relecture(self, jeu: JeuDeQuestions) -> str:
        proprietaire = apprenant()
        questions = jeu.questions_de(self.cellule, proprietaire)
        lecture = lire_reponses(self.dossier, jeu.devoir, self.cellule)
        reponses, anomalies = verifier_reponses(lecture, questions, proprietaire, jeu.session)
        return html.relecture(questions, reponses, [a.phrase for a in [*lecture.anomalies, *anomalies]])

    def _formulaire(self, jeu: JeuDeQuestions) -> dict[str, Any]:
        from rncp_utils.lecon.formulaire_widgets import formulaire as creer_formulaire  # ipywidgets: only here

        proprietaire = apprenant()
        saisie = ouvrir_saisie(
            jeu.questions_de(self.cellule, proprietaire),
            dossier=self.dossier,
            devoir=jeu.devoir,
            session=jeu.session,
            cellule=self.cellule,
            apprenant=proprietaire,
            variante=self.variante,
        )
        texte = {"text/plain": f"{self} : {saisie.compte}"}
        return dict(creer_formulaire(saisie, consigne=self.consigne)._repr_mimebundle_()) | texte


class Questionnaire(Formulaire):
    """A form whose questions are drawn for the learner from a bank."""

    nom = "Questionnaire"
