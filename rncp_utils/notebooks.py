"""Clean notebooks: what is committed holds text and structure, never results or traces of a machine."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.fichiers import ecrire_texte

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE_INFO = {"name": "python"}
# Traces that JupyterLab leaves in a cell while somebody works in it.
TRANSIENT_CELL_METADATA = ("execution", "collapsed", "scrolled", "ExecuteTime", "trusted")
KEPT_NOTEBOOK_METADATA = ("jupytext", "rncp", "title")
VALID_CELL_ID = re.compile(r"^[a-zA-Z0-9-_]{1,64}$")


def lire(chemin: Path) -> NotebookNode:
    """Read a notebook as nbformat 4; raise :class:`ErreurDonnees` with one French sentence if it cannot be read."""
    try:
        return nbformat.read(chemin, as_version=4)
    except Exception as erreur:  # nbformat raises many kinds: JSON, schema, encoding, missing keys
        raise ErreurDonnees(
            f"Le notebook « {chemin.name} » est illisible ({type(erreur).__name__}) : "
            "rouvrez-le dans JupyterLab ou reprenez une version enregistrée."
        ) from erreur


def nettoyer(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without outputs, execution counts or transient metadata, with stable ids and metadata.

    A cell of an assignment keeps its ``grade_id`` as its id, so that both stay the same through all edits; other ids
    stay as they are when they are valid, and are numbered by position otherwise.
    """
    propre = nbformat.from_dict({**notebook, "nbformat": 4, "nbformat_minor": 5})
    propre.metadata = nbformat.from_dict(
        {cle: notebook.metadata[cle] for cle in KEPT_NOTEBOOK_METADATA if cle in notebook.metadata}
        | {"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO}
    )
    pris: set[str] = set()
    for rang, cellule in enumerate(propre.cells):
        for cle in TRANSIENT_CELL_METADATA:
            cellule.metadata.pop(cle, None)
        if "tags" in cellule.metadata:
            cellule.metadata["tags"] = sorted(set(cellule.metadata["tags"]))
        if cellule.cell_type == "code":
            cellule.outputs = []
            cellule.execution_count = None
        cellule.source = "\n".join(ligne.rstrip() for ligne in cellule.source.split("\n")).strip("\n")
        cellule["id"] = _identifiant(cellule, rang, pris)
        pris.add(cellule["id"])
    return propre


def _identifiant(cellule: NotebookNode, rang: int, pris: set[str]) -> str:
    voulu = cellule.metadata.get("nbgrader", {}).get("grade_id") or cellule.get("id", "")
    if VALID_CELL_ID.match(voulu) and voulu not in pris:
        return voulu
    return next(
        nom for nom in (f"cellule-{rang}{suffixe}" for suffixe in ["", *map(str, range(99))]) if nom not in pris
    )


def texte_propre(chemin: Path) -> str:
    """The clean JSON text of the notebook at ``chemin`` (sorted keys, one trailing newline)."""
    return nbformat.writes(nettoyer(lire(chemin)), version=nbformat.NO_CONVERT) + "\n"


def est_propre(chemin: Path) -> bool:
    """Whether the file is already byte for byte what :func:`nettoyer_fichier` would write."""
    return chemin.read_text(encoding="utf-8") == texte_propre(chemin)


def nettoyer_fichier(chemin: Path) -> bool:
    """Clean the file in place, atomically. Return whether it changed."""
    propre = texte_propre(chemin)
    if chemin.read_text(encoding="utf-8") == propre:
        return False
    ecrire_texte(chemin, propre)
    return True


def trouver(dossiers: list[Path]) -> list[Path]:
    """All notebooks under the given files and folders, sorted, checkpoints left out."""
    trouves = ([dossier] if dossier.is_file() else dossier.rglob("*.ipynb") for dossier in dossiers)
    return sorted(chemin for groupe in trouves for chemin in groupe if ".ipynb_checkpoints" not in chemin.parts)
