"""nbgrader's ``Execute`` in two kernels, for ``Autograde.autograde_preprocessors``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from nbgrader.utils import find_all_files
from traitlets import Dict, Integer, Unicode

from rncp_utils.autograde.execution.bilan import KEY
from rncp_utils.autograde.execution.correction import Correction
from rncp_utils.autograde.execution.dossiers import (
    copier_officiels,
    copier_reponses,
    dossier_des_tests,
    reste_un_danger,
)
from rncp_utils.autograde.execution.noyau import BoundedKernel
from rncp_utils.autograde.execution.plan import lire_plan
from rncp_utils.autograde.noyaux.gestionnaire import NOM, GestionnaireIsole
from rncp_utils.erreurs import ErreurDonnees

OWNER_VARIABLE = "RNCP_APPRENANT"
FORM = "questions.json"
# nbgrader asks each kernel for this; every kernel here is Python.
LANGUAGE = {"name": "python", "mimetype": "text/x-python", "file_extension": ".py", "pygments_lexer": "ipython3"}


class TwoKernelExecute(Execute):
    """Learner's cells in kernel A, tests in kernel B, plain values between."""

    cells_max = Integer(1_000, help="Code cells of a copy that are run; the rest is left, and told.").tag(config=True)

    kernel_name = Unicode(NOM, help="Kernel of both: warm and isolated.").tag(config=True)

    error_on_timeout = Dict(
        {
            "ename": "DelaiDepasse",
            "evalue": "le temps prévu pour une cellule est dépassé",
            "traceback": ["Le temps prévu pour une cellule est dépassé : son exécution a été interrompue."],
        }
    ).tag(config=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # nbgrader sets one itself, which a configuration cannot change.
        kwargs.setdefault("kernel_manager_class", GestionnaireIsole)
        super().__init__(*args, **kwargs)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: object = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        chemins = _Chemins(self.config, resources)
        plan = lire_plan(chemins.source / f"{resources['nbgrader']['notebook']}.ipynb")
        if reste_un_danger(chemins.remise):
            raise ErreurDonnees(
                f"La copie « {chemins.remise} » contient encore des liens ou des fichiers trop gros, qui n'ont pas pu "
                "être mis de côté : vérifiez les droits de ce dossier, puis recommencez."
            )
        env = {OWNER_VARIABLE: resources["nbgrader"]["student"]}
        with chemins.dossier_des_tests() as tests:
            correction = Correction(
                nb,
                plan,
                lambda: self._noyau(nb, chemins.copie),
                lambda: self._noyau(nb, tests),
                env=env,
                cells_max=self.cells_max,
            )
            bilan = correction.derouler()
        nb.metadata["language_info"] = dict(LANGUAGE)
        nb.metadata[KEY] = bilan.en_json()
        resources[KEY] = bilan
        return nb, resources

    def _noyau(self, nb: NotebookNode, dossier: Path) -> BoundedKernel:
        return BoundedKernel(
            nb,
            config=self.config,
            kernel_name=self.kernel_name,
            kernel_manager_class=self.kernel_manager_class,
            extra_arguments=list(self.extra_arguments),
            timeout=self.timeout,
            startup_timeout=self.startup_timeout,
            iopub_timeout=self.iopub_timeout,
            error_on_timeout=self.error_on_timeout,
            record_timing=False,
            shutdown_kernel="immediate",
            on_cell_executed=self.on_cell_executed,
            resources={"metadata": {"path": str(dossier)}},
        )


class _Chemins:
    """Folders of a copy, under the names that the configuration gives them."""

    def __init__(self, config: Any, resources: ResourcesDict) -> None:
        cours = CourseDirectory(config=config)
        apprenant, devoir = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
        self.ignore = [*cours.ignore, "*.ipynb"]
        self.copie = Path(resources["metadata"]["path"])
        self.source = Path(cours.format_path(cours.source_directory, ".", devoir))
        self.publie = Path(cours.format_path(cours.release_directory, ".", devoir))
        self.remise = Path(cours.format_path(cours.submitted_directory, apprenant, devoir))

    @contextmanager
    def dossier_des_tests(self) -> Iterator[Path]:
        """What the tests may read: the instructor's files, and the answers as they were submitted."""
        with dossier_des_tests() as dossier:
            copier_officiels(self._officiels(), dossier)
            copier_reponses(self.copie, dossier)
            yield dossier

    def _officiels(self) -> list[tuple[Path, str]]:
        fichiers = [Path(nom) for nom in find_all_files(str(self.source), self.ignore)]
        trouves = [(fichier, str(fichier.relative_to(self.source))) for fichier in fichiers]
        if (self.publie / FORM).is_file():
            trouves.append((self.publie / FORM, FORM))
        return trouves
