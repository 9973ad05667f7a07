"""nbgrader's ``Autograde`` for many copies in one process: everything that does not depend on the copy is kept."""

from __future__ import annotations

import os
from pathlib import Path

from nbconvert.writers import FilesWriter
from nbgrader import utils
from nbgrader.api import Grade, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.utils import rmtree

from rncp_utils.autograde.lot.carnet import WarmGradebook
from rncp_utils.autograde.lot.remise import changer, inscrire, lignes_de
from rncp_utils.erreurs import ErreurDonnees


class WarmAutograde(Autograde):
    """Grades copies one by one with :meth:`corriger`; errors are raised as they are."""

    def corriger(self, devoir: str, apprenant: str) -> None:
        """submitted/ → autograded/ and gradebook, for one copy."""
        self.coursedir.assignment_id, self.coursedir.student_id = devoir, apprenant
        self.force = True
        copie = Path(self.coursedir.format_path(self.coursedir.submitted_directory, apprenant, devoir))
        # Before nbgrader looks for notebooks: a copy that lost its notebook gets it back, and is graded.
        self._preparer(copie)
        self.assignments = {}
        self.init_notebooks()
        depart = Path.cwd()
        os.chdir(self.coursedir.root)
        try:
            self._convertir(devoir, apprenant)
        finally:
            os.chdir(depart)
            # nbconvert keeps the metadata of every notebook that an exporter saw, widgets included.
            self.exporter._nb_metadata.clear()

    def _preparer(self, copie: Path) -> None:
        if self.pre_convert_hook:
            # nbgrader swallows what a hook raises; an unprepared copy must not be read.
            self.pre_convert_hook(
                assignment=copie.name, student=copie.parent.name, notebooks=[str(copie / "notebook.ipynb")]
            )

    def _convertir(self, devoir: str, apprenant: str) -> None:
        (self.notebooks,) = (sorted(trouves) for trouves in self.assignments.values())
        if not self.init_destination(devoir, apprenant):
            return
        try:
            self.init_assignment(devoir, apprenant)
            for notebook in self.notebooks:
                self.convert_single_notebook(notebook)
            self._noter_absents(devoir, apprenant)
            self.set_permissions(devoir, apprenant)
            if self.post_convert_hook:
                self.post_convert_hook(assignment=devoir, student=apprenant, notebooks=self.notebooks)
        except BaseException:
            corrigee = self._format_dest(devoir, apprenant)
            if Path(corrigee).exists():
                rmtree(corrigee)
            raise

    def _init_preprocessors(self) -> None:
        """Each list of steps is made once; nbgrader makes them again for each notebook."""
        cle = "_etapes_nettoyage" if self._sanitizing else "_etapes_correction"
        if not hasattr(self, cle):
            super()._init_preprocessors()
            setattr(self, cle, self.exporter._preprocessors)
        self.exporter._preprocessors = getattr(self, cle)

    def preparer_outils(self) -> WarmAutograde:
        """Make what ``start`` makes at each call of nbgrader."""
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        # What the gradebook says of the assignment, read once: the object serves one run.
        self.notebooks_lus: dict[str, set[str]] = {}
        self.cellules_lues: dict[tuple[str, str], object] = {}
        return self

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """nbgrader's own, without its gradebook: the rows of a copy are made with its scores (``SaveGrades``)."""
        # Autograde's is the one that is replaced; its parent's copies the files of the submission.
        BaseConverter.init_assignment(self, assignment_id, student_id)
        self._copier_officiels(assignment_id, student_id)
        connus = self._notebooks_connus(assignment_id)
        self.notebooks = [nom for nom in self.notebooks if Path(nom).stem in connus]
        if not self.notebooks:
            raise ErreurDonnees(
                f"La copie de {student_id} n'a aucun notebook du devoir {assignment_id} : générez de nouveau le devoir "
                f"(nbgrader generate_assignment {assignment_id}), puis recommencez."
            )

    def _notebooks_connus(self, devoir: str) -> set[str]:
        if devoir not in self.notebooks_lus:
            with WarmGradebook(self.coursedir.db_url, self.coursedir.course_id) as carnet:
                try:
                    self.notebooks_lus[devoir] = {
                        notebook.name for notebook in carnet.find_assignment(devoir).notebooks
                    }
                except MissingEntry:
                    raise ErreurDonnees(
                        f"Le devoir {devoir} n'est pas dans le carnet de notes : générez-le d'abord "
                        f"(nbgrader generate_assignment {devoir}), puis recommencez."
                    ) from None
        return self.notebooks_lus[devoir]

    def _copier_officiels(self, devoir: str, apprenant: str) -> None:
        source = self.coursedir.format_path(self.coursedir.source_directory, ".", devoir)
        exclus = {str(Path(source) / nom) for nom in self.exclude_overwriting.get(devoir, [])}
        cible = Path(self._format_dest(devoir, apprenant))
        for fichier in utils.find_all_files(source, [*self.coursedir.ignore, "*.ipynb"]):
            if fichier not in exclus:
                copie = cible / os.path.relpath(fichier, source)
                copie.parent.mkdir(parents=True, exist_ok=True)
                copie.unlink(missing_ok=True)
                copie.write_bytes(Path(fichier).read_bytes())

    def _noter_absents(self, devoir: str, apprenant: str) -> None:
        """A notebook that neither the copy nor the release has: nobody can grade it, it is worth 0."""
        absents = self._notebooks_connus(devoir) - {Path(nom).stem for nom in self.notebooks}
        if not absents:
            return
        with WarmGradebook(self.coursedir.db_url, self.coursedir.course_id) as carnet:
            remise = inscrire(carnet.db, devoir, apprenant, None)
            for nom in absents:
                for ligne in lignes_de(carnet.db, Grade, *remise.notebooks[nom]).values():
                    changer(carnet.db, Grade, ligne.id, auto_score=0.0, needs_manual_grade=False)
            carnet.db.commit()
