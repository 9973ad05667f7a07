"""Lessons executed for the site: each in a fresh kernel, two at a time, and kept until what they depend on changes."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import rncp_utils
from rncp_utils.erreurs import ErreurListe
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.lecon.identite import TEST
from rncp_utils.notebooks import KERNELSPEC, LANGUAGE_INFO

PROCESSUS = 2
SECONDES = 120
LECTEUR = "lecteur"
EXTENSION = "rncp_utils.site.noyau"
# Floors above the lessons: no lesson imports them (docs: architecture), so that a change there executes nothing again.
AU_DESSUS = ("autograde", "cli", "competences", "demonstration", "grading", "hub", "pilotage", "site")
# Of this package, what decides of the outputs.
DU_SITE = ("champs.py", "noyau.py")
VISIBLE = "raises-exception"
# MyST-NB leaves out a cell without a source, outputs included; it shows none of this one.
SANS_CODE = "# sans code"
# Sentences that speak to somebody in JupyterLab.
DE_LAB = re.compile(r"^(\*\*Pour commencer\*\*.*|\*Point d'arrêt\..*)$\n?", re.MULTILINE)
COMMENTAIRE = re.compile(r"<!--.*?-->", re.DOTALL)
STYLE = re.compile(r"<style>.*?</style>\s*", re.DOTALL)
BLOC = re.compile(r"(</(?:caption|dd|div|dt|figcaption|h\d|li|p|pre|summary|t[dhr])>|<br>)(?!\n)")
# What a lesson shows of the glossary: the site has its own.
MOTS = re.compile(r'<section class="rncp-mots">.*?</section>', re.DOTALL)

Suivi = Callable[[str, Iterable], Iterator]


def executer_lecons(chemins: Sequence[Path], cache: Path, suivi: Suivi) -> dict[Path, NotebookNode]:
    """Each lesson as the site shows it: its text and its outputs, without its code.

    Parameters
    ----------
    chemins : sequence of Path
        Notebooks of lessons, each with its sheet beside it.
    cache : Path
        Folder of lessons already executed, by content.
    suivi : callable
        Follows the progress (see ``rncp_utils.cli.principal.barre``).

    Raises
    ------
    ErreurListe
        Lessons that stop on an error, all of them, one sentence each.
    """
    bibliotheque = empreinte_de_la_bibliotheque()
    gardees = {chemin: cache / f"{chemin.stem}-{_empreinte(chemin, bibliotheque)}.ipynb" for chemin in chemins}
    restes = [chemin for chemin, gardee in gardees.items() if not gardee.exists()]
    fautes = [faute for faute in _executer_toutes(restes, gardees, suivi) if faute]
    if fautes:
        raise ErreurListe("Le site n'est pas construit, des leçons s'arrêtent sur une erreur :", fautes)
    _oublier(cache, set(gardees.values()))
    return {chemin: a_lire(nbformat.read(gardee, as_version=4)) for chemin, gardee in gardees.items()}


def empreinte_de_la_bibliotheque() -> str:
    """Digest of all that a lesson may import or read in the package."""
    racine = Path(rncp_utils.__file__).parent
    somme = hashlib.sha256()
    for chemin in sorted(racine.rglob("*")):
        relatif = chemin.relative_to(racine)
        du_site = relatif.parts[0] == "site" and chemin.name in DU_SITE
        if (relatif.parts[0] not in AU_DESSUS or du_site) and chemin.suffix != ".pyc" and chemin.is_file():
            somme.update(str(relatif).encode() + hashlib.sha256(chemin.read_bytes()).digest())
    return somme.hexdigest()


def _empreinte(chemin: Path, bibliotheque: str) -> str:
    """Digest of a lesson, of what stands in its folder beside the other lessons, and of the library."""
    somme = hashlib.sha256(bibliotheque.encode())
    somme.update(chemin.read_bytes() + chemin.with_suffix(".yaml").read_bytes())
    for voisin in sorted(chemin.parent.iterdir()):
        if voisin.is_file() and voisin.suffix not in (".ipynb", ".yaml"):
            somme.update(voisin.name.encode() + voisin.read_bytes())
    return somme.hexdigest()[:24]


def _executer_toutes(restes: Sequence[Path], gardees: dict[Path, Path], suivi: Suivi) -> Iterator[str]:
    if not restes:
        return
    with tempfile.TemporaryDirectory() as provisoire:
        # Spawned: a kernel is started from a process that has no other thread.
        contexte = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(PROCESSUS, len(restes)), mp_context=contexte) as bassin:
            executer = partial(_executer, dossier=Path(provisoire))
            travaux = [(chemin, bassin.submit(executer, chemin, gardees[chemin])) for chemin in restes]
            for chemin, travail in suivi("Leçons à exécuter", travaux):
                faute = travail.result()
                yield f"{chemin.stem} : {faute}" if faute else ""


def _executer(chemin: Path, gardee: Path, dossier: Path) -> str:
    """Execute one lesson in a copy of its folder and keep it; return what stopped it, empty otherwise."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    copie = dossier / chemin.stem
    shutil.copytree(chemin.parent, copie, ignore=shutil.ignore_patterns("reponses", "poste", ".ipynb_checkpoints"))
    notebook = nbformat.read(chemin, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=SECONDES,
        extra_arguments=["--HistoryManager.hist_file=:memory:", "--log-level=ERROR", "--ext", EXTENSION],
        resources={"metadata": {"path": str(copie)}},
    )
    try:
        client.execute(env=_environnement())
    except CellExecutionError as erreur:
        return f"une case s'arrête sur une erreur ({erreur.ename} : {' '.join(erreur.evalue.split())[:160]})."
    except CellTimeoutError:
        return f"une case ne finit pas en {SECONDES} secondes."
    except DeadKernelError:
        return "le noyau s'est arrêté."
    ecrire_texte(gardee, nbformat.writes(notebook) + "\n")
    return ""


def _environnement() -> dict[str, str]:
    """Nobody's answers, nobody's own figures."""
    propre = {cle: valeur for cle, valeur in os.environ.items() if not cle.startswith(("NBGRADER", "RNCP_"))}
    return propre | {"RNCP_MODE": TEST, "RNCP_APPRENANT": LECTEUR}


def a_lire(notebook: NotebookNode) -> NotebookNode:
    """The notebook without its code, which computes what exercises expect; styles are those of the site.

    The cells that a learner completes keep their line: it asks, it answers nothing.
    """
    cellules = []
    for cellule in notebook.cells:
        if cellule.cell_type == "code":
            cellules.append(_case(cellule))
        else:
            source = COMMENTAIRE.sub("", DE_LAB.sub("", cellule.source)).strip()
            cellules.append(nbformat.v4.new_markdown_cell(source, id=cellule.id))
    metadonnees = {"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO}
    return nbformat.v4.new_notebook(cells=cellules, metadata=metadonnees)


def _case(cellule: NotebookNode) -> NotebookNode:
    visible = VISIBLE in cellule.metadata.get("tags", ())
    sorties = [nbformat.v4.new_output("display_data", {"text/html": html}) for html in _sorties(cellule)]
    case = nbformat.v4.new_code_cell(cellule.source if visible else SANS_CODE, id=cellule.id, outputs=sorties)
    case.metadata["tags"] = [] if visible else ["remove-input"]
    return case


def _sorties(cellule: NotebookNode) -> Iterator[str]:
    for sortie in cellule.get("outputs", ()):
        html = MOTS.sub("", STYLE.sub("", sortie.get("data", {}).get("text/html", "")))
        if html.strip():
            yield aerer(html)


def aerer(html: str) -> str:
    """One block a line: the search of the site takes tags away, and would join the words on both sides."""
    return BLOC.sub(r"\1\n", html)


def _oublier(cache: Path, gardees: set[Path]) -> None:
    """Remove the earlier versions of the lessons that were just asked for."""
    lecons = {gardee.name.rpartition("-")[0] for gardee in gardees}
    for ancienne in cache.glob("*.ipynb"):
        if ancienne not in gardees and ancienne.name.rpartition("-")[0] in lecons:
            ancienne.unlink()
