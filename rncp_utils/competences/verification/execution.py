"""Runs a notebook from top to bottom in a fresh kernel, in a copy of its folder, and looks at what it shows."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from rncp_utils import notebooks
from rncp_utils.competences.verification.constat import Constat
from rncp_utils.competences.verification.page import DEVOIR, Page
from rncp_utils.lecon.identite import TEST

# Notebook and its folder, to the notebook that is executed.
Derivation = Callable[[NotebookNode, Path], NotebookNode]
SECONDES = 30
LAISSES = shutil.ignore_patterns("reponses", ".ipynb_checkpoints", ".git")
# What JupyterLab shows of a bare table, and what our own displays show of a refusal.
TABLEAU_BRUT = 'class="dataframe"'
REFUS = 'role="alert"'


def telle_quelle(notebook: NotebookNode, dossier: Path) -> NotebookNode:
    """An assignment that needs no questions beside it."""
    return notebook


def regles_d_execution(page: Page, deriver: Derivation = telle_quelle) -> Iterator[Constat]:
    """V60 to V64. ``deriver`` puts questions and keys in place as the generation of an assignment does."""
    with tempfile.TemporaryDirectory() as provisoire:
        dossier = Path(provisoire) / page.chemin.resolve().parent.name
        shutil.copytree(page.chemin.parent, dossier, ignore=LAISSES)
        notebook = notebooks.lire(dossier / page.chemin.name)
        if page.nature == DEVOIR:
            notebook = deriver(notebook, dossier)
        debut = time.monotonic()
        echec = _executer(notebook, dossier)
        duree = time.monotonic() - debut
    cases = [cellule for cellule in notebook.cells if cellule.cell_type == "code"]
    if echec:
        sales = [
            r for r, c in enumerate(notebook.cells, 1) if any(s.output_type == "error" for s in c.get("outputs", ()))
        ]
        yield Constat(page.chemin, sales[0] if sales else None, "V60", echec)
    if duree > SECONDES:
        message = f"l'exécution a duré {duree:.0f} secondes ; allégez les calculs pour rester sous {SECONDES}."
        yield Constat(page.chemin, None, "V62", message)
    for rang, cellule in enumerate(notebook.cells, start=1):
        sorties = cellule.get("outputs", ())
        if not echec and any(sortie.output_type == "error" for sortie in sorties):
            yield Constat(
                page.chemin, rang, "V60", "la case montre une trace d'erreur avant toute saisie ; corrigez-la."
            )
        for regle, message in _sorties(sorties):
            yield Constat(page.chemin, rang, regle, message)
    if not echec and page.nature == DEVOIR:
        modele = any("### BEGIN SOLUTION" in cellule.source for cellule in cases)
        yield from _notes(page, notebook, vide=not modele)


def _executer(notebook: NotebookNode, dossier: Path) -> str:
    """What stopped the run, one sentence; empty when it went to its end."""
    # The kernel inherits the environment; a learner's own variables must not make the result differ.
    env = {cle: valeur for cle, valeur in os.environ.items() if cle != "NBGRADER_EXECUTION"} | {"RNCP_MODE": TEST}
    options = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]
    client = NotebookClient(
        notebook, timeout=2 * SECONDES, extra_arguments=options, resources={"metadata": {"path": str(dossier)}}
    )
    try:
        client.execute(env=env)
    except CellExecutionError as erreur:
        return f"la case s'arrête sur une erreur ({erreur.ename} : {_court(erreur.evalue)}) ; corrigez-la."
    except CellTimeoutError:
        return f"une case ne finit pas en {2 * SECONDES} secondes ; allégez-la."
    except DeadKernelError:
        return "le noyau s'est arrêté pendant l'exécution ; cherchez la case qui l'épuise."
    return ""


def _sorties(sorties: Any) -> Iterator[tuple[str, str]]:
    for sortie in sorties:
        if sortie.get("name") == "stderr":
            yield (
                "V61",
                f"la case écrit sur la sortie d'erreur : « {_court(sortie.text)} » ; supprimez-en la cause.",
            )
        contenu = sortie.get("data", {})
        html = contenu.get("text/html", "")
        if TABLEAU_BRUT in html:
            yield "V64", "un tableau brut est affiché ; montrez-le par presenter(…, titre=…)."
        if REFUS in html:
            yield "V64", "un message d'erreur s'affiche à la place du contenu ; ouvrez la leçon et lisez-le."
        if "image/png" in contenu:
            yield "V64", "une image s'affiche sans alternative ; montrez-la par figure_accessible."


def _court(texte: str) -> str:
    return " ".join(texte.split())[:160]


def _notes(page: Page, notebook: NotebookNode, *, vide: bool) -> Iterator[Constat]:
    for rang, cellule in enumerate(notebook.cells, start=1):
        suivi = cellule.metadata.get("nbgrader", {})
        if cellule.cell_type != "code" or not suivi.get("grade") or suivi.get("solution"):
            continue
        rendus = [s.data.get("text/plain", "") for s in cellule.outputs if s.output_type == "execute_result"]
        note = _nombre(rendus[-1]) if rendus else math.nan
        if not 0 <= note <= suivi.get("points", 0):
            message = "le test ne rend pas un nombre entre 0 et ses points ; finissez par noter(…, maximum=…)."
            yield Constat(page.chemin, rang, "V63", message)
        elif vide and note > 0:
            message = f"une copie vide obtient {note:g} point(s) ; le test doit rendre 0 sans réponse."
            yield Constat(page.chemin, rang, "V63", message)


def _nombre(texte: str) -> float:
    try:
        return float(texte)
    except ValueError:
        return math.nan
