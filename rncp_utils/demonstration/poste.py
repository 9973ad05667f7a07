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
LAB_SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/translation-extension:plugin": {"locale": "fr_FR"},
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "doNotDisturbMode": True,
        "fetchNews": "false",
    },
}


def ouvrir_lab(depot: Path, dossier: Path, devoirs: tuple[str, ...]) -> None:
    """Copy the assignments not yet in ``dossier`` and start JupyterLab there (replaces this process)."""
    distribuer(depot, dossier, devoirs)
    chemins = configurer(dossier / ".jupyter")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [chemins, os.environ.get("JUPYTER_CONFIG_PATH")]))
    # Jupyter refuses to start for root, who is the only user of a container, unless told.
    options = ["--allow-root"] if os.geteuid() == 0 else []
    commande = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={dossier.resolve()}", *options]
    os.execv(sys.executable, commande)


def distribuer(depot: Path, dossier: Path, devoirs: tuple[str, ...] = ()) -> None:
    """Copy the released assignments (all of ``source/`` by default); answers already there are kept."""
    cours: Cours = ouvrir_cours(depot)
    for devoir in devoirs or tuple(sorted(chemin.name for chemin in (depot / "source").iterdir() if chemin.is_dir())):
        cours.generer(devoir)
        if not (dossier / devoir).exists():
            shutil.copytree(depot / "release" / devoir, dossier / devoir)


def configurer(dossier: Path) -> str:
    """Write JupyterLab's settings in ``dossier`` and return what to add to ``JUPYTER_CONFIG_PATH``."""
    ecrire_texte(dossier / "labconfig" / "default_setting_overrides.json", json.dumps(LAB_SETTINGS, indent=1))
    return str(dossier.resolve())
