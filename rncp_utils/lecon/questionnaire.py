"""A questionnaire cell of a notebook: a form for the learner, a plain record for the grader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon import questionnaire_html as html
from rncp_utils.lecon.identite import CORRECTION, apprenant, mode
from rncp_utils.lecon.questions import Formulaire, charger_formulaire
from rncp_utils.lecon.reponses import lire_reponses, verifier_reponses
from rncp_utils.lecon.saisie import ouvrir_saisie

FICHIER_QUESTIONS = "questions.json"


class Questionnaire:
    """Last expression of a notebook cell: shows the questions of one graded cell, drawn for the learner.

    The answers are saved at each change beside the notebook and found again when the cell is executed again. While
    nbgrader grades, the display is plain HTML: the answers read, without widget. Nothing is ever raised at the
    learner: what goes wrong is said in French in the place of the form.

    Parameters
    ----------
    cellule : str
        Graded cell, for example ``"qst_c1"``.
    dossier : Path
        Folder of the notebook, which holds ``questions.json``.
    """

    def __init__(self, cellule: str, *, dossier: Path | str = Path()) -> None:
        self.cellule = cellule
        self.dossier = Path(dossier).resolve()

    def _ipython_display_(self) -> None:
        from IPython.display import display  # the kernel has it; a reader of answers does not need it

        for affichage in self.affichages():
            display(affichage, raw=True)

    def affichages(self) -> list[dict[str, Any]]:
        """What the cell shows: one MIME bundle an output."""
        try:
            formulaire = charger_formulaire(self.dossier / FICHIER_QUESTIONS)
            if mode() == CORRECTION:
                return [self._html(self._relecture(formulaire))]
            return [self._html(html.reprise()), self._formulaire(formulaire)]
        except ErreurRncp as erreur:
            return [self._html(html.message(str(erreur)))]

    def _html(self, contenu: str) -> dict[str, str]:
        return {"text/html": contenu, "text/plain": f"Questionnaire « {self.cellule} »"}

    def _relecture(self, formulaire: Formulaire) -> str:
        proprietaire = apprenant()
        questions = formulaire.questions_de(self.cellule, proprietaire)
        lecture = lire_reponses(self.dossier, formulaire.devoir, self.cellule)
        reponses, anomalies = verifier_reponses(lecture, questions, proprietaire, formulaire.session)
        return html.relecture(questions, reponses, [a.phrase for a in [*lecture.anomalies, *anomalies]])

    def _formulaire(self, formulaire: Formulaire) -> dict[str, Any]:
        from rncp_utils.lecon.questionnaire_widgets import formulaire as creer_formulaire  # ipywidgets: only here

        saisie = ouvrir_saisie(formulaire, self.cellule, apprenant(), self.dossier)
        texte = {"text/plain": f"Questionnaire « {self.cellule} » : {saisie.compte}"}
        return dict(creer_formulaire(saisie)._repr_mimebundle_()) | texte
