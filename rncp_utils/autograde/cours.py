"""A course folder and nbgrader's own steps on it, through nbgrader's API."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp

if TYPE_CHECKING:  # two seconds of imports, which finding a course does not need
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

CONFIG_FILE = "nbgrader_config.py"


class ErreurNbgrader(ErreurRncp):
    """A step of nbgrader failed.

    Attributes
    ----------
    journal : str
        nbgrader's log of the step, for the maintainer.
    """

    def __init__(self, message: str, journal: str) -> None:
        super().__init__(message)
        self.journal = journal


@dataclass(frozen=True)
class Cours:
    """nbgrader on one course folder (holds ``nbgrader_config.py`` and ``source/``)."""

    dossier: Path
    api: NbGraderAPI

    @property
    def url_base(self) -> str:
        """SQLAlchemy address of the gradebook."""
        return self.api.coursedir.db_url

    def generer(self, devoir: str) -> None:
        """``nbgrader generate_assignment``: source/ → release/."""
        resultat = self.api.generate_assignment(devoir, force=True)
        _exiger(resultat, f"Le devoir {devoir} n'a pas pu être généré : corrigez source/{devoir}, puis recommencez.")

    def corriger(self, devoir: str, apprenant: str) -> None:
        """``nbgrader autograde`` for one copy: submitted/ → autograded/."""
        resultat = self.api.autograde(devoir, apprenant, force=True)
        _exiger(resultat, f"La copie de {apprenant} ({devoir}) n'a pas pu être corrigée : elle est à examiner.")

    def rendre_retours(self, devoir: str, apprenant: str) -> None:
        """``nbgrader generate_feedback`` for one copy: autograded/ → feedback/."""
        resultat = self.api.generate_feedback(devoir, apprenant, force=True)
        _exiger(resultat, f"Le retour de {apprenant} ({devoir}) n'a pas pu être produit.")


def _exiger(resultat: dict, message: str) -> None:
    if not resultat["success"]:
        detail = (resultat.get("error") or "").strip().splitlines()
        raise ErreurNbgrader(f"{message} ({detail[-1]})" if detail else message, resultat.get("log", ""))


def trouver_cours(depart: Path) -> Path:
    """The course folder at or above ``depart``; raise a French :class:`ErreurDonnees` when there is none."""
    for dossier in [depart.resolve(), *depart.resolve().parents]:
        if (dossier / CONFIG_FILE).exists() and (dossier / "source").is_dir():
            return dossier
    raise ErreurDonnees(
        f"Aucun cours n'a été trouvé dans « {depart} » ni au-dessus : "
        f"placez-vous dans le dossier qui contient {CONFIG_FILE} et source/."
    )


def lire_config(dossier: Path) -> tuple[Config, CourseDirectory]:
    """Load ``nbgrader_config.py`` for the folder where it is, whatever the working directory."""
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader(CONFIG_FILE, path=str(dossier)).load_config()
    config.CourseDirectory.root = str(dossier)
    return config, CourseDirectory(config=config)


def ouvrir_cours(dossier: Path) -> Cours:
    """Load ``nbgrader_config.py`` and give nbgrader's API on the folder."""
    from nbgrader.apps import NbGraderAPI

    _commandes_de_l_environnement()
    config, coursedir = lire_config(dossier)
    # nbgrader tells each step at length; capture_log gives it back in the result, for the step that failed.
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    # nbgrader 0.9.6 re-adds objects that its session already dropped: harmless, and no news for an instructor.
    warnings.filterwarnings("ignore", message=".*not in session, add operation along.*")
    return Cours(dossier, NbGraderAPI(coursedir=coursedir, config=config))


def _commandes_de_l_environnement() -> None:
    """nbgrader calls ``alembic`` by its bare name: the commands of this environment must be on the PATH."""
    commandes = str(Path(sys.executable).parent)
    if commandes not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([commandes, os.environ.get("PATH", "")])
