"""Starts a person's server, under the account that the Hub chose: their files, their settings, then JupyterLab.

Nothing here has more rights than the person: what it writes in a home is written as the owner of that home.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

import nbformat

from rncp_utils.demonstration.poste import FICHIERS, IPYTHON, LISTE_DES_DEVOIRS, Echange, configurer
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.hub.deploiement import deployer
from rncp_utils.hub.roles import APPRENANT, COORDINATEUR, COURS, EXPERT, FORMATEUR, ROLES

PR_SET_PDEATHSIG = 1
# Folders of the person, in their home.
REGLAGES = ".rncp"
# Server side of nbgrader: who may use what. The rest is off.
EXTENSIONS = {
    "apprenant": {"nbgrader.server_extensions.assignment_list"},
    "formateur": {"nbgrader.server_extensions.course_list"},
    "correction": {"nbgrader.server_extensions.formgrader"},
    "demonstration": {"nbgrader.server_extensions.assignment_list"},
}
_TOUTES = {
    f"nbgrader.server_extensions.{nom}"
    for nom in ("assignment_list", "course_list", "formgrader", "validate_assignment")
}
# The same in the page.
_DANS_LA_PAGE = ("assignment-list", "course-list", "create-assignment", "formgrader", "validate-assignment")
_VISIBLES = {"formateur": {"course-list"}, "correction": {"formgrader"}}
# An assignment is fetched only by those whom the Hub knows as learners of this course.
_INSCRITS = "from nbgrader.auth import JupyterHubAuthPlugin\nc.Authenticator.plugin_class = JupyterHubAuthPlugin\n"
_CORRECTION = "correction"
# One person who is everybody, on a machine where nothing keeps people apart.
DEMONSTRATION = "demonstration"


def preparer(role: str, *, lecons: Path, cours: Path, echange: Path, qui: str) -> Path:
    """Files and settings of a person; gives the folder that JupyterLab serves."""
    domicile = Path.home()
    reglages = domicile / REGLAGES / "reglages"
    configurer(reglages, Echange(echange, COURS, domicile))
    if role in (APPRENANT.code, DEMONSTRATION):
        deployer(lecons / "course", domicile, domicile / REGLAGES / "lecons.json")
        ecrire_texte(reglages / "nbgrader_config.py", (reglages / "nbgrader_config.py").read_text() + _INSCRITS)
        racine = domicile
        if role == DEMONSTRATION:
            # Alone with everything: the dashboards are in the course, beside the learner's folder.
            racine = domicile.parent
            for autre in (FORMATEUR, COORDINATEUR):
                _preparer_le_bureau(autre.code, lecons / "tableaux", cours, qui)
    else:
        racine = _preparer_le_bureau(role, lecons / "tableaux", cours, qui)
        _regler_la_page(reglages, role, cours)
    ecrire_texte(reglages / "jupyter_server_config.json", json.dumps(_reglages_du_serveur(role, racine), indent=1))
    return racine


def _preparer_le_bureau(role: str, tableaux: Path, cours: Path, qui: str) -> Path:
    """A dashboard of one's own: two people never save the same notebook."""
    if role == _CORRECTION:
        return cours
    page, domicile = ROLES[role].page, Path.home()
    bureau = domicile if role == EXPERT.code else cours / "bureaux" / qui
    bureau.mkdir(exist_ok=True)
    notebook = nbformat.read(tableaux / page, as_version=4)
    if role == EXPERT.code:
        notebook.cells[-1].source = notebook.cells[-1].source.replace("()", f"(dossier={str(cours)!r})")
    if role == FORMATEUR.code:
        lien = f"Noter à la main, cellule par cellule : [ouvrir formgrader](/services/{COURS}/formgrader)."
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell(lien, id="formgrader"))
    ecrire_texte(bureau / page, nbformat.writes(notebook) + "\n")
    return domicile if role == EXPERT.code else cours


def _regler_la_page(reglages: Path, role: str, cours: Path) -> None:
    caches = {f"@jupyter/nbgrader:{nom}": True for nom in _DANS_LA_PAGE if nom not in _VISIBLES.get(role, ())}
    ecrire_texte(reglages / "labconfig" / "page_config.json", json.dumps({"disabledExtensions": caches}, indent=1))
    css = reglages / "custom" / "custom.css"
    ecrire_texte(css, css.read_text(encoding="utf-8").replace(LISTE_DES_DEVOIRS, ""))
    # nbgrader's own pages find the course by this; what the course says of itself is in its own file.
    ecrire_texte(reglages / "nbgrader_config.py", f"c = get_config()\nc.CourseDirectory.root = {str(cours)!r}\n")


def _reglages_du_serveur(role: str, racine: Path) -> dict[str, object]:
    permises = EXTENSIONS.get(role, set())
    serveur: dict[str, object] = {
        "jpserver_extensions": {nom: nom in permises for nom in sorted(_TOUTES)},
        "root_dir": str(racine),
        # Nobody here needs a command line; a kernel gives one to who knows.
        "terminals_enabled": False,
    }
    if role == _CORRECTION:
        # Formgrader shows itself in a frame of its own pages.
        serveur["tornado_settings"] = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}
    return (FICHIERS if role == APPRENANT.code else {}) | {
        "ServerApp": serveur,
        "LabApp": {"custom_css": True, "expose_app_in_browser": True, "extension_manager": "readonly"},
        # On a network socket, any account of the machine could listen to what a kernel prints.
        "KernelManager": {"transport": "ipc"},
        "MappingKernelManager": {"cull_idle_timeout": 3600, "cull_interval": 300},
    }


def environnement(qui: str, prises: Path) -> dict[str, str]:
    """What JupyterLab and its kernels find in their environment."""
    domicile = Path.home()
    reglages = domicile / REGLAGES / "reglages"
    return {
        "JUPYTER_CONFIG_DIR": str(reglages),
        "JUPYTER_CONFIG_PATH": str(reglages),
        "JUPYTER_DATA_DIR": str(domicile / REGLAGES / "jupyter"),
        # Short: the address of a socket has 107 characters at most.
        "JUPYTER_RUNTIME_DIR": str(prises),
        "JUPYTERLAB_SETTINGS_DIR": str(domicile / REGLAGES / "lab" / "user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(domicile / REGLAGES / "lab" / "workspaces"),
        "IPYTHONDIR": str(reglages / IPYTHON),
        "MPLCONFIGDIR": str(domicile / REGLAGES / "matplotlib"),
    }


def main(arguments: list[str]) -> None:
    """``serveur ROLE ETAT QUI [argument of jupyterhub-singleuser…]``; becomes the server."""
    role, etat, qui, *reste = arguments
    if role == _CORRECTION:
        # A service outlives a killed Hub otherwise, and keeps the address of the next one.
        finir_avec_le_parent()
    dossier = Path(etat)
    preparer(role, lecons=dossier / "lecons", cours=dossier / "cours", echange=dossier / "echange", qui=qui)
    os.environ.update(environnement(qui, dossier / "prises" / qui))
    commande = str(Path(sys.executable).with_name("jupyterhub-singleuser"))
    os.execv(commande, [commande, *reste])


def finir_avec_le_parent() -> None:
    """Ask the system to end this process when the one that started it ends, however that happens."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("the Hub is gone")


if __name__ == "__main__":
    main(sys.argv[1:])
