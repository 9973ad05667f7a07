"""JupyterLab on a learner's folder, on this machine: to see what a learner sees."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rncp_utils.autograde.cours import Cours, ErreurNbgrader, ouvrir_cours
from rncp_utils.fichiers import ecrire_texte

# Buttons of the toolbar with which a cell is lost, doubled or turned into something else; the menus keep them.
HORS_BARRE = ("insert", "cut", "copy", "paste", "cellType")
# French menus, no news banner. Every cell is drawn: JupyterLab's own windowing leaves a blank page when "run all" makes
# forms appear above the last cell.
# The button of the toolbar is what a learner presses first: nothing of a lesson is on the screen before.
LAB_SETTINGS = {
    "@jupyterlab/notebook-extension:panel": {
        "toolbar": [
            {
                "name": "demarrer",
                "command": "notebook:run-all-cells",
                "label": "▶ Démarrer la leçon",
                "caption": "Exécute toutes les parties de la page",
                "rank": 0,
            },
            *({"name": nom, "disabled": True} for nom in HORS_BARRE),
        ]
    },
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    # Notebook 7 would put a long page, as the home page is, in a small box that scrolls.
    "@jupyter-notebook/notebook-extension:scroll-output": {"autoScrollOutputs": False},
    "@jupyterlab/translation-extension:plugin": {"locale": "fr_FR"},
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "doNotDisturbMode": True,
        "fetchNews": "false",
    },
}

# What an author leaves in course/ while trying a lesson, and the page for developers.
HORS_COURS = {"reponses", ".ipynb_checkpoints", "__pycache__", "README.md"}
# Before a lesson is started: its folded code takes no room (the lesson's own style says the same once it runs).
CODE_MASQUE = """\
.jp-CodeCell:has(> .jp-Cell-inputWrapper .jp-InputPlaceholder) > .jp-Cell-inputWrapper { display: none; }
.jp-CodeCell:has(> .jp-Cell-inputWrapper .jp-InputPlaceholder) .jp-OutputPrompt { visibility: hidden; }
.jp-RenderedMarkdown :is(h1, h2, h3) { line-height: 1.25; }
"""
# What a learner has no use for: the button that runs the visible tests and answers in English (« Contrôler avant de
# rendre » says more), an instructor's panels, and the buttons that double or delete the cell under the mouse.
HORS_APPRENANT = (
    "@jupyter/nbgrader:validate-assignment",
    "@jupyter/nbgrader:create-assignment",
    "@jupyter/nbgrader:course-list",
    "@jupyter/nbgrader:formgrader",
    "@jupyterlab/cell-toolbar-extension",
)
# What the pages read and a learner never opens (a scenario, a lesson's exercises, the fields of a form): not in the
# list of files. The first five are Jupyter's own.
FICHIERS = {
    "ContentsManager": {
        "hide_globs": ["__pycache__", "*.pyc", "*.pyo", ".DS_Store", "*~", "*.yaml", "questions.json"],
    },
}
# Errors are said in French in a kernel where no lesson was started yet, or that was restarted.
IPYTHON = "ipython"
NOYAU = 'c = get_config()\nc.InteractiveShellApp.extensions = ["rncp_utils.lecon.messages"]\n'
# The list of assignments is nbgrader's own; its « Validate » is that same button.
LISTE_DES_DEVOIRS = """\
.nbgrader-mainarea-widget .nested_list_item button { display: none; }
.nbgrader-mainarea-widget :is(a, button):focus-visible { outline: 3px solid #0b4f9e; outline-offset: 2px; }
"""


@dataclass(frozen=True)
class Echange:
    """Where a learner's assignments come from and go to.

    Attributes
    ----------
    racine
        Exchange folder of nbgrader, shared with the instructor.
    course_id
        Name of the course in it.
    travail
        Folder of the learner: an assignment that is fetched is put there.
    """

    racine: Path
    course_id: str
    travail: Path

    def reglages(self) -> str:
        """nbgrader's configuration for this learner."""
        lignes = {
            "CourseDirectory.course_id": self.course_id,
            "Exchange.root": str(self.racine.resolve()),
            # By default, wherever the server happened to be started.
            "Exchange.assignment_dir": str(self.travail.resolve()),
        }
        return "".join(["c = get_config()\n", *(f"c.{nom} = {valeur!r}\n" for nom, valeur in lignes.items())])


def ouvrir_lab(depot: Path, dossier: Path, devoirs: tuple[str, ...]) -> None:
    """Put the lessons in ``dossier``, the assignments in an exchange beside them, and start JupyterLab there.

    The assignments are fetched and handed in from nbgrader's own list, as in a real course. Replaces this process.
    """
    distribuer(depot, dossier)
    cours = ouvrir_cours(depot)
    echange = Echange(dossier / ".jupyter" / "echange", cours.api.coursedir.course_id, dossier)
    publier(cours, echange.racine, devoirs or devoirs_de(depot))
    chemins = configurer(dossier / ".jupyter", echange)
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [chemins, os.environ.get("JUPYTER_CONFIG_PATH")]))
    # JupyterLab only reads custom.css there.
    os.environ["JUPYTER_CONFIG_DIR"] = chemins
    os.environ["IPYTHONDIR"] = str(Path(chemins) / IPYTHON)
    # Where nbgrader keeps what was handed in: another folder, another learner.
    os.environ["JUPYTER_DATA_DIR"] = str(dossier.resolve() / ".jupyter" / "data")
    # Jupyter refuses to start for root, who is the only user of a container, unless told.
    options = ["--allow-root"] if os.geteuid() == 0 else []
    options += ["--LabApp.expose_app_in_browser=True", "--LabApp.custom_css=True"]
    options += ["--LabApp.default_url=/lab/tree/accueil.ipynb"]
    commande = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={dossier.resolve()}", *options]
    os.execv(sys.executable, commande)


def distribuer(depot: Path, dossier: Path) -> None:
    """Copy the lessons; what is already there is kept, answers first."""
    for chemin in sorted((depot / "course").rglob("*")):
        copie = dossier / chemin.relative_to(depot / "course")
        if chemin.is_file() and not copie.exists() and not HORS_COURS & set(chemin.parts):
            copie.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(chemin, copie)


def devoirs_de(depot: Path) -> tuple[str, ...]:
    """Assignments of the repository."""
    return tuple(sorted(chemin.name for chemin in (depot / "source").iterdir() if chemin.is_dir()))


def publier(cours: Cours, echange: Path, devoirs: Iterable[str]) -> None:
    """Generate assignments and release them in the exchange folder ``echange``, in place of what was there.

    Raises
    ------
    ErreurNbgrader
        nbgrader could not.
    """
    echange.mkdir(parents=True, exist_ok=True)
    cours.api.config.Exchange.root = str(echange.resolve())
    cours.api.config.ExchangeReleaseAssignment.force = True
    for devoir in devoirs:
        cours.generer(devoir)
        resultat = cours.api.release_assignment(devoir)
        if not resultat["success"]:
            phrase = (
                f"Le devoir {devoir} n'a pas pu être distribué dans « {echange} » : vérifiez les droits du dossier."
            )
            raise ErreurNbgrader(phrase, resultat.get("log", ""))


def configurer(dossier: Path, echange: Echange | None = None) -> str:
    """Write a learner's settings of JupyterLab in ``dossier``; return what to add to ``JUPYTER_CONFIG_PATH``.

    ``IPYTHON`` in it is the ``IPYTHONDIR`` of the learner's kernels. With an exchange, nbgrader's list of assignments
    fetches them there and hands them in.
    """
    ecrire_texte(dossier / "labconfig" / "default_setting_overrides.json", json.dumps(LAB_SETTINGS, indent=1))
    caches = dict.fromkeys(HORS_APPRENANT, True)
    ecrire_texte(dossier / "labconfig" / "page_config.json", json.dumps({"disabledExtensions": caches}, indent=1))
    ecrire_texte(dossier / "custom" / "custom.css", CODE_MASQUE + LISTE_DES_DEVOIRS)
    ecrire_texte(dossier / "jupyter_server_config.json", json.dumps(FICHIERS, indent=1))
    ecrire_texte(dossier / IPYTHON / "profile_default" / "ipython_kernel_config.py", NOYAU)
    if echange is not None:
        ecrire_texte(dossier / "nbgrader_config.py", echange.reglages())
    return str(dossier.resolve())
