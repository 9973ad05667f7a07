"""nbgrader preprocessors of ours, each doing one thing; ``nbgrader_config.py`` puts them in nbgrader's lists."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from pprint import pformat

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade
from traitlets import Unicode

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.evaluation.banque import charger_banque

BANK = "banque.yaml"
FORM = "questions.json"
KEYS_CALL = re.compile(r"charger_cles\(\s*[\"'](?P<cellule>[^\"']+)[\"']\s*\)")
OWNER_VARIABLE = "RNCP_APPRENANT"


class DeriveQuestionnaire(NbGraderPreprocessor):
    """From the bank of an assignment: keys into the hidden tests, the keyless form beside the released notebook.

    First in ``GenerateAssignment.preprocessors``: the keys must be in the cells when ``SaveCells`` copies them to the
    gradebook, and ``ClearHiddenTests`` then takes them out of what learners receive.
    """

    session = Unicode(
        "",
        help="Name of the certification session (for instance 2026-S2): it seeds the draws.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        chemin = Path(resources["metadata"]["path"]) / BANK
        if not chemin.exists():
            return nb, resources
        if not self.session:
            raise ErreurDonnees(
                "La session n'est pas renseignée : donnez un nom à « c.DeriveQuestionnaire.session » "
                "dans nbgrader_config.py, par exemple « 2026-S2 »."
            )
        banque = charger_banque(chemin)
        for cellule in nb.cells:
            if cellule.cell_type == "code":
                cellule.source = KEYS_CALL.sub(lambda trouve: self._keys(banque, trouve["cellule"]), cellule.source)
        formulaire = json.dumps(banque.formulaire(self.session), ensure_ascii=False, indent=1) + "\n"
        outputs = resources.get("outputs") or {}
        resources["outputs"] = {**outputs, FORM: formulaire.encode("utf-8")}
        return nb, resources

    def _keys(self, banque, cellule: str) -> str:
        return pformat({**banque.cles(cellule), "session": self.session}, width=110, sort_dicts=False)


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


class SubmissionOwner(NbGraderPreprocessor):
    """Tell the kernel whose copy it grades: the folder decides, never what the copy says of itself.

    Before ``Execute`` in ``Autograde.autograde_preprocessors``: the kernel inherits the environment.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        os.environ[OWNER_VARIABLE] = resources["nbgrader"]["student"]
        return nb, resources


class HideTestErrors(NbGraderPreprocessor):
    """Replace the traceback of a failed test cell, which quotes hidden lines, by one French sentence.

    In ``GenerateFeedback.preprocessors``, beside nbgrader's own ``ClearHiddenTests``.
    """

    phrase = Unicode(
        "La correction de cette question n'a pas pu se terminer : une personne va examiner la copie.",
        help="What the learner reads in the feedback in place of the traceback.",
    ).tag(config=True)

    def preprocess_cell(self, cell: NotebookNode, resources: ResourcesDict, cell_index: int):
        if cell.cell_type == "code" and is_grade(cell):
            cell.outputs = [self._shown(sortie) for sortie in cell.outputs]
        return cell, resources

    def _shown(self, sortie: NotebookNode) -> NotebookNode:
        if sortie.output_type != "error":
            return sortie
        return NotebookNode(output_type="stream", name="stdout", text=self.phrase + "\n")
