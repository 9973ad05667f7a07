"""nbgrader's own steps of autograding, doing the same with one gradebook and fewer questions to it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError
from nbgrader.nbgraderformat.common import BaseMetadataValidator
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    Execute,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from sqlalchemy import select

from rncp_utils.autograde.execution.bilan import KEY, Bilan
from rncp_utils.autograde.execution.preprocessor import TwoKernelExecute
from rncp_utils.autograde.lot.carnet import WarmGradebook
from rncp_utils.autograde.lot.etat import empreinte, lire_etat
from rncp_utils.autograde.lot.remise import Remise, changer, inscrire, lignes_de, total

REMISE = "rncp_remise"
VALIDES_MAX = 10_000
SANS_REPONSE = "Pas de réponse."


class _Validator(BaseMetadataValidator):
    """nbgrader's check of a cell's metadata, with its schema compiled once."""

    @cached_property
    def _valides(self) -> set[str]:
        return set()

    @cached_property
    def _compiled(self) -> Any:
        classe = jsonschema.validators.validator_for(self.schema)
        return classe(self.schema)

    def validate_cell(self, cell: NotebookNode) -> None:
        meta = cell.metadata.get("nbgrader")
        if meta is None:
            return
        version = meta.get("schema_version", 0)
        if version != self.schema_version:
            erreur = SchemaTooOldError if version < self.schema_version else SchemaTooNewError
            raise erreur(f"schema version {version}, expected {self.schema_version}", version, self.schema_version)
        # The cells of an assignment say the same in every copy.
        texte = json.dumps(meta, sort_keys=True)
        if texte in self._valides:
            return
        faute = jsonschema.exceptions.best_match(self._compiled.iter_errors(meta))
        if faute is not None:
            raise faute
        if len(self._valides) < VALIDES_MAX:
            self._valides.add(texte)


class _ValidatorV3(MetadataValidatorV3, _Validator):
    """In this order, ``super()`` in nbgrader's class finds ours."""


_VALIDATOR = _ValidatorV3()


class QuickCheckCellMetadata(CheckCellMetadata):
    """The same check, twenty times faster."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        _VALIDATOR.validate_nb(nb)
        return nb, resources


class WarmOverwriteCells(OverwriteCells):
    """The same repair, with the cells of the assignment read once a notebook, or once a run."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        infos = resources["nbgrader"]
        self.notebook_id, self.assignment_id, self.db_url = infos["notebook"], infos["assignment"], infos["db_url"]
        self.gradebook = _cellules(self, infos)
        nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)
        if self.add_missing_cells:
            nb, resources = self.add_missing_grade_cells(nb, resources)
            nb, resources = self.add_missing_task_cells(nb, resources)
        return nb, resources


class WarmOverwriteKernelspec(OverwriteKernelspec):
    """The same, from the same reading."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        noyau = _cellules(self, resources["nbgrader"]).notebook.kernelspec
        if noyau is not None and (lu := json.loads(noyau)):
            nb.metadata["kernelspec"] = lu
        return nb, resources


def _cellules(etape: NbGraderPreprocessor, infos: dict) -> _CellulesDuCarnet:
    """Cells of the assignment; a converter that serves a whole run keeps them (``cellules_lues``)."""
    lues = getattr(getattr(etape.parent, "parent", None), "cellules_lues", None)
    cle = infos["assignment"], infos["notebook"]
    if lues is not None and cle in lues:
        return lues[cle]
    with WarmGradebook(infos["db_url"]) as carnet:
        cellules = _CellulesDuCarnet(carnet, infos["notebook"], infos["assignment"])
    if lues is not None:
        lues[cle] = cellules
    return cellules


class _CellulesDuCarnet:
    """What ``OverwriteCells`` asks of a gradebook, answered from one reading."""

    def __init__(self, carnet: Gradebook, notebook: str, devoir: str) -> None:
        trouve = carnet.find_notebook(notebook, devoir)
        self.notebook = SimpleNamespace(
            kernelspec=trouve.kernelspec,
            source_cells=_copies(trouve.source_cells, "name", "cell_type", "locked", "checksum", "source"),
            grade_cells=_copies(trouve.grade_cells, "name", "max_score", "cell_type"),
            solution_cells=_copies(trouve.solution_cells, "name"),
            task_cells=_copies(trouve.task_cells, "name", "max_score", "cell_type"),
        )
        self.sources = {cellule.name: cellule for cellule in self.notebook.source_cells}
        self.notees = {cellule.name: cellule for cellule in [*self.notebook.grade_cells, *self.notebook.task_cells]}

    def find_notebook(self, _notebook: str, _devoir: str) -> SimpleNamespace:
        return self.notebook

    def find_source_cell(self, nom: str, _notebook: str, _devoir: str) -> Any:
        return _ou_absente(self.sources, nom)

    def find_graded_cell(self, nom: str, _notebook: str, _devoir: str) -> Any:
        return _ou_absente(self.notees, nom)


def _copies(cellules: Iterable[Any], *champs: str) -> list[SimpleNamespace]:
    """Plain copies: rows of nbgrader's session cannot be read once it is closed."""
    return [SimpleNamespace(**{champ: getattr(cellule, champ) for champ in champs}) for cellule in cellules]


def _ou_absente(cellules: dict[str, Any], nom: str) -> Any:
    if nom not in cellules:
        raise MissingEntry(f"No such cell: {nom}")
    return cellules[nom]


class SaveGrades(SaveAutoGrades):
    """Scores of a notebook, comments and late penalty in one transaction.

    Three things differ from nbgrader's own steps. Comments are in French. A cell whose run went wrong is worth 0 and
    waits for a person, and so does a score that is not a number of its range. A person's decision on a copy that has
    not changed since stays decided: nbgrader would ask for it again at each regrading.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        infos = resources["nbgrader"]
        bilan: Bilan = resources.get(KEY) or Bilan()
        remis_le = CourseDirectory(config=self.config).get_existing_timestamp(resources["metadata"]["path"])
        # Asked before the transaction opens: it reads files.
        scores = {_nom(cellule): self._score(cellule, bilan) for cellule in nb.cells if utils.is_grade(cellule)}
        with WarmGradebook(infos["db_url"]) as carnet:
            remise = inscrire(carnet.db, infos["assignment"], infos["student"], remis_le)
            remis, notebook = remise.notebooks[infos["notebook"]]
            lignes = lignes_de(carnet.db, Grade, remis, notebook)
            inchangee = _Inchangee(resources)
            for nom in sorted(scores.keys() & lignes.keys()):
                revoir = nom in bilan.cellules or nom in bilan.a_revoir or scores[nom] is None
                if lignes[nom].manual_score is not None:
                    revoir = bool(lignes[nom].needs_manual_grade or not inchangee)
                changer(carnet.db, Grade, lignes[nom].id, auto_score=scores[nom], needs_manual_grade=revoir)
            self._demander_un_regard(carnet, bilan, [nom for nom in scores if nom in lignes], lignes)
            self._commentaires(carnet, nb, remis, notebook)
            resources[REMISE] = remise
            carnet.db.commit()
        nb.metadata[KEY] = bilan.en_json()
        return nb, resources

    def _score(self, cellule: NotebookNode, bilan: Bilan) -> float | None:
        nom = _nom(cellule)
        if nom in bilan.cellules:
            return 0.0
        try:
            score, maximum = utils.determine_grade(cellule, self.log)
        except (ValueError, KeyError):
            score, maximum = math.nan, 0.0
        if score is None or (math.isfinite(score) and 0 <= score <= maximum):
            return score
        bilan.motif(f"La note de « {nom} » n'est pas un nombre de points possible : elle vaut 0 en attendant.")
        bilan.cellules.append(nom)
        return 0.0

    def _demander_un_regard(self, carnet: Gradebook, bilan: Bilan, notees: list[str], lignes: dict) -> None:
        """A copy to be examined none of whose cells says so: its first graded cell does."""
        if bilan.a_examiner and notees and not {*bilan.cellules, *bilan.a_revoir} & set(notees):
            ligne = lignes[notees[0]]
            if ligne.manual_score is None:
                changer(carnet.db, Grade, ligne.id, needs_manual_grade=True)

    def _commentaires(self, carnet: Gradebook, nb: NotebookNode, remis: str, notebook: str) -> None:
        repondues = [cellule for cellule in nb.cells if utils.is_solution(cellule) or utils.is_task(cellule)]
        lignes = lignes_de(carnet.db, Comment, remis, notebook) if repondues else {}
        for cellule in repondues:
            if (ligne := lignes.get(_nom(cellule))) is not None:
                vide = cellule.metadata.nbgrader.get("checksum") == utils.compute_checksum(cellule)
                texte = SANS_REPONSE if vide and not utils.is_task(cellule) else None
                changer(carnet.db, Comment, ligne.id, auto_comment=texte)


class _Inchangee:
    """Is the copy the one that was graded last, against the same assignment? Asked only if a person graded it."""

    def __init__(self, resources: ResourcesDict) -> None:
        infos = resources["nbgrader"]
        self.cours = Path(resources["metadata"]["path"]).parents[2]
        self.apprenant, self.devoir = infos["student"], infos["assignment"]

    @cached_property
    def _valeur(self) -> bool:
        etat = lire_etat(self.cours, self.devoir, self.apprenant)
        if etat is None:
            return False
        copie = self.cours / "submitted" / self.apprenant / self.devoir
        return etat.copie_lue == empreinte(copie) and etat.devoir_lu == empreinte(self.cours / "source" / self.devoir)

    def __bool__(self) -> bool:
        return self._valeur


class WarmLatePenalties(AssignLatePenalties):
    """The same penalties; a copy that is not late costs one question."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        infos = resources["nbgrader"]
        remise: Remise = resources[REMISE]
        remis, notebook = remise.notebooks[infos["notebook"]]
        with WarmGradebook(infos["db_url"]) as carnet:
            penalite = self._penalite(carnet, infos["student"], remise.retard_s, remis, notebook)
            table = SubmittedNotebook.__table__
            if carnet.db.scalar(select(table.c.late_submission_penalty).where(table.c.id == remis)) != penalite:
                changer(carnet.db, SubmittedNotebook, remis, late_submission_penalty=penalite)
                carnet.db.commit()
        return nb, resources

    def _penalite(self, carnet: Gradebook, apprenant: str, retard: float, remis: str, notebook: str) -> float | None:
        if retard <= 0:
            return None
        self.init_plugin()
        score = total(carnet.db, remis, notebook)
        penalite = self.plugin_inst.late_submission_penalty(apprenant, score, retard)
        return None if penalite is None else self._check_late_penalty(SimpleNamespace(score=score), penalite)


def _nom(cellule: NotebookNode) -> str:
    return cellule.metadata.nbgrader["grade_id"]


# For nbgrader_config.py: what takes the place of each stock step, wherever it stands in the lists.
REPLACEMENTS = {
    AssignLatePenalties: WarmLatePenalties,
    CheckCellMetadata: QuickCheckCellMetadata,
    Execute: TwoKernelExecute,
    OverwriteCells: WarmOverwriteCells,
    OverwriteKernelspec: WarmOverwriteKernelspec,
    SaveAutoGrades: SaveGrades,
}
