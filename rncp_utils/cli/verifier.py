"""``rncp verifier``: what a machine can check of lessons and assignments."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nbformat import NotebookNode

# Any name will do: what is tried is never released.
SESSION = "essai"
LARGEUR_D_UN_JOURNAL = 160


@click.command()
@click.argument("chemins", nargs=-1, type=click.Path(path_type=Path), metavar="[CHEMIN…]")
@click.option("--executer", is_flag=True, help="Exécuter aussi chaque notebook dans un noyau neuf.")
@click.option("--fautes", "fautes_seules", is_flag=True, help="Ne montrer que les fautes.")
@click.pass_obj
def verifier(cours: Path, chemins: tuple[Path, ...], executer: bool, fautes_seules: bool) -> None:
    """Contrôler les leçons et les devoirs (par défaut : tout course/ et source/).

    Chaque constat donne le fichier, la cellule, la règle et ce qu'il faut faire. Le code de sortie est 1 s'il y a une
    faute ; un avertissement demande seulement un regard.
    """
    from rich.console import Console

    from rncp_utils.competences.verification import AVERTISSEMENT, FAUTE
    from rncp_utils.competences.verification import verifier as verifier_tout

    constats = verifier_tout(chemins or _par_defaut(cours), executer=executer, deriver=deriver if executer else None)
    fautes = sum(constat.gravite == FAUTE for constat in constats)
    avertissements = sum(constat.gravite == AVERTISSEMENT for constat in constats)
    montres = [constat for constat in constats if constat.gravite == FAUTE or not fautes_seules]
    # In a file or a log there is no screen to fit in.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else LARGEUR_D_UN_JOURNAL)
    if montres:
        console.print(_table(montres))
    if constats:
        console.print(f"{fautes} faute(s), {avertissements} avertissement(s).")
    else:
        console.print("Aucun constat : tout ce qu'une machine peut contrôler est en règle.")
    sys.exit(bool(fautes))


def deriver(notebook: NotebookNode, dossier: Path) -> NotebookNode:
    """Put questions and keys in place in a copy of an assignment, as its generation does."""
    from rncp_utils.autograde.preprocessors import DeriveQuestionnaire

    ressources = {"metadata": {"path": str(dossier)}}
    notebook, ressources = DeriveQuestionnaire(session=SESSION).preprocess(notebook, ressources)
    for nom, contenu in (ressources.get("outputs") or {}).items():
        (dossier / nom).write_bytes(contenu)
    return notebook


def _par_defaut(cours: Path) -> list[Path]:
    from rncp_utils.autograde.cours import trouver_cours

    depot = trouver_cours(cours)
    return [depot / nom for nom in ("course", "source") if (depot / nom).is_dir()]


def _table(constats: list):
    from rich.table import Table

    table = Table(show_edge=False)
    for titre in ("Fichier", "Cellule", "Règle", "Gravité", "Constat"):
        table.add_column(titre, justify="right" if titre == "Cellule" else "left", overflow="fold")
    for constat in constats:
        lieu = "" if constat.cellule is None else str(constat.cellule)
        table.add_row(constat.chemin.name, lieu, constat.regle, constat.gravite, _brut(constat.message))
    return table


def _brut(message: str) -> str:
    from rich.markup import escape

    return escape(message)
