"""nbgrader preprocessors of ours, each doing one thing; ``nbgrader_config.py`` puts them in nbgrader's lists."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from pprint import pformat

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import Unicode

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.evaluation.banque import Banque, charger_banque
from rncp_utils.evaluation.formulaires import FICHIER as FORMULAIRES
from rncp_utils.evaluation.formulaires import charger_formulaires, formulaire_de
from rncp_utils.lecon.jeu import FORMAT

BANK = "banque.yaml"
FORM = "questions.json"
# Calls of the hidden tests that are replaced by what they give: name of the function and its arguments.
DERIVED = re.compile(r"(?P<fonction>charger_cles|formulaire_de|cles_entretien)\((?P<arguments>[^()]*)\)")


class DeriveQuestionnaire(NbGraderPreprocessor):
    """From the files of an assignment: keys into the hidden tests, the keyless form beside the released notebook.

    First in ``GenerateAssignment.preprocessors``: the keys must be in the cells when ``SaveCells`` copies them to the
    gradebook, and ``ClearHiddenTests`` then takes them out of what learners receive.
    """

    session = Unicode(
        "",
        help="Name of the certification session (for instance 2026-S2): it seeds the draws.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        dossier = Path(resources["metadata"]["path"])
        if not ((dossier / BANK).exists() or (dossier / FORMULAIRES).exists()):
            return nb, resources
        if not self.session:
            raise ErreurDonnees(
                "La session n'est pas renseignée : donnez un nom à « c.DeriveQuestionnaire.session » "
                "dans nbgrader_config.py, par exemple « 2026-S2 »."
            )
        lire_banque = cache(charger_banque)
        for cellule in nb.cells:
            if cellule.cell_type == "code":
                cellule.source = DERIVED.sub(lambda t: self._derive(dossier, t, lire_banque), cellule.source)
        formulaire = json.dumps(self._form(dossier), ensure_ascii=False, indent=1) + "\n"
        outputs = resources.get("outputs") or {}
        resources["outputs"] = {**outputs, FORM: formulaire.encode("utf-8")}
        return nb, resources

    def _form(self, dossier: Path) -> dict:
        """What learners receive as ``questions.json``."""
        jeu = {"format": FORMAT, "devoir": dossier.name, "session": self.session}
        if (dossier / BANK).exists():
            jeu |= charger_banque(dossier / BANK).formulaire(self.session)
        if (dossier / FORMULAIRES).exists():
            jeu["formulaires"] = charger_formulaires(dossier / FORMULAIRES)
        return jeu

    def _derive(self, dossier: Path, trouve: re.Match, lire_banque: Callable[[Path], Banque]) -> str:
        arguments = ast.literal_eval(f"({trouve['arguments']},)")
        if trouve["fonction"] == "charger_cles":
            cles = {**lire_banque(dossier / BANK).cles(*arguments), "session": self.session}
        elif trouve["fonction"] == "formulaire_de":
            cles = {**formulaire_de(*arguments, dossier=dossier), "session": self.session}
        else:
            from rncp_utils.entretien import cles_entretien  # only an assignment with an interview needs it

            cles = cles_entretien(*(dossier / nom if nom.endswith(".yaml") else nom for nom in arguments))
        return pformat(cles, width=110, sort_dicts=False)


class OfficialForm(NbGraderPreprocessor):
    """Put the released questionnaire back in the copy, so that a grader reads the questions that were asked.

    In ``Autograde.sanitize_preprocessors``: nbgrader restores files of ``source/``, but this one exists only in
    ``release/``. Scores never depend on it.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        # <course>/submitted/<learner>/<assignment> -> <course>/release/<assignment>
        copie = Path(resources["metadata"]["path"])
        officiel = copie.parents[2] / "release" / resources["nbgrader"]["assignment"] / FORM
        if officiel.exists():
            outputs = resources.get("outputs") or {}
            resources["outputs"] = {**outputs, FORM: officiel.read_bytes()}
        return nb, resources


class HideTestErrors(NbGraderPreprocessor):
    """Replace a traceback by one French sentence: that of a test quotes hidden lines, that of an answer is in English.

    In ``GenerateFeedback.preprocessors``, beside nbgrader's own ``ClearHiddenTests``.
    """

    phrase = Unicode(
        "La correction de cette question n'a pas pu se terminer : une personne va examiner la copie.",
        help="What the learner reads in the feedback in place of the traceback of a test.",
    ).tag(config=True)
    phrase_reponse = Unicode(
        "Cette cellule s'est arrêtée sur une erreur",
        help="The same for a cell of the learner; the name of the error follows.",
    ).tag(config=True)

    def preprocess_cell(self, cell: NotebookNode, resources: ResourcesDict, cell_index: int):
        if cell.cell_type == "code":
            de_test = is_grade(cell) and not is_solution(cell)
            cell.outputs = [self._shown(sortie, de_test) for sortie in cell.outputs]
        return cell, resources

    def _shown(self, sortie: NotebookNode, de_test: bool) -> NotebookNode:
        if sortie.output_type != "error":
            return sortie
        texte = self.phrase if de_test else f"{self.phrase_reponse} ({sortie.ename})."
        return NotebookNode(output_type="stream", name="stdout", text=texte + "\n")
