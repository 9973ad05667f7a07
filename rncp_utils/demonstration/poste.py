"""JupyterLab on a learner's folder, on this machine: to see what a learner sees."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from rncp_utils.autograde.cours import Cours, ouvrir_cours
from rncp_utils.fichiers import ecrire_texte

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
        ]
    },
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
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
"""


def ouvrir_lab(depot: Path, dossier: Path, devoirs: tuple[str, ...]) -> None:
    """Copy the assignments not yet in ``dossier`` and start JupyterLab there (replaces this process)."""
    distribuer(depot, dossier, devoirs)
    chemins = configurer(dossier / ".jupyter")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [chemins, os.environ.get("JUPYTER_CONFIG_PATH")]))
    # JupyterLab only reads custom.css there.
    os.environ["JUPYTER_CONFIG_DIR"] = chemins
    # Jupyter refuses to start for root, who is the only user of a container, unless told.
    options = ["--allow-root"] if os.geteuid() == 0 else []
    options += ["--LabApp.expose_app_in_browser=True", "--LabApp.custom_css=True"]
    options += ["--LabApp.default_url=/lab/tree/accueil.ipynb"]
    commande = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={dossier.resolve()}", *options]
    os.execv(sys.executable, commande)


def distribuer(depot: Path, dossier: Path, devoirs: tuple[str, ...] = ()) -> None:
    """Copy the lessons and the released assignments (all by default); what is already there is kept, answers first."""
    for chemin in sorted((depot / "course").rglob("*")):
        copie = dossier / chemin.relative_to(depot / "course")
        if chemin.is_file() and not copie.exists() and not HORS_COURS & set(chemin.parts):
            copie.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(chemin, copie)
    cours: Cours = ouvrir_cours(depot)
    for devoir in devoirs or tuple(sorted(chemin.name for chemin in (depot / "source").iterdir() if chemin.is_dir())):
        cours.generer(devoir)
        if not (dossier / devoir).exists():
            shutil.copytree(depot / "release" / devoir, dossier / devoir)


def configurer(dossier: Path) -> str:
    """Write JupyterLab's settings in ``dossier`` and return what to add to ``JUPYTER_CONFIG_PATH``."""
    ecrire_texte(dossier / "labconfig" / "default_setting_overrides.json", json.dumps(LAB_SETTINGS, indent=1))
    ecrire_texte(dossier / "custom" / "custom.css", CODE_MASQUE)
    return str(dossier.resolve())
