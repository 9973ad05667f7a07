"""Commands of ``rncp``. Heavy modules are imported by the command that needs them."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from rncp_utils import __version__
from rncp_utils.cli.analyser import analyser
from rncp_utils.cli.attendus import attendus
from rncp_utils.cli.autograde import autograde
from rncp_utils.cli.donnees import donnees
from rncp_utils.cli.exporter import exporter
from rncp_utils.cli.grille import grille
from rncp_utils.cli.hub import hub
from rncp_utils.cli.purger import purger
from rncp_utils.cli.referentiel import avec_fiche, referentiel
from rncp_utils.cli.site import site
from rncp_utils.cli.verifier import verifier
from rncp_utils.erreurs import ErreurRncp

FOLDER = click.Path(file_okay=False, path_type=Path)


class Refus(click.ClickException):
    """Shows the sentence alone: click would put an English word in front of it."""

    def show(self, file=None) -> None:
        click.echo(self.message, err=True)


class CommandesFrancaises(click.Group):
    """Says the library's own errors as one French sentence, without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ErreurRncp as erreur:
            raise Refus(str(erreur)) from erreur
        except PermissionError as erreur:
            # On a Hub each account reaches its own part only.
            raise Refus(
                f"Ce compte n'a pas accès à « {erreur.filename} » : prenez celui qui a ce rôle, ou demandez ce droit."
            ) from erreur


@click.group(cls=CommandesFrancaises, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rncp")
@click.option("--cours", type=FOLDER, default=Path(), help="Dossier du cours (par défaut : ici ou au-dessus).")
@avec_fiche
@click.pass_context
def main(ctx: click.Context, cours: Path) -> None:
    """Parcours Jupyter du CQP « Chargé de clientèle de professionnels » (RNCP 31919)."""
    ctx.obj = cours


@main.command()
@click.option("--sortie", type=FOLDER, default=Path("demo"), show_default=True, help="Dossier à produire.")
@click.option("--devoirs", default="", help="Seulement ces épreuves, par exemple B1-QST,B2-MES (par défaut : toutes).")
@click.option("--apprenants", type=click.IntRange(1), default=None, help="Seulement les premiers apprenants.")
@click.pass_obj
def demo(cours: Path, sortie: Path, devoirs: str, apprenants: int | None) -> None:
    """Faire passer les épreuves de la fiche à une classe fictive, jusqu'aux documents du jury."""
    from rncp_utils.autograde.cours import trouver_cours
    from rncp_utils.cli.recit import raconter_demonstration
    from rncp_utils.demonstration.classe import CLASSE
    from rncp_utils.demonstration.cycle import executer

    depot = trouver_cours(cours)
    console = Console(highlight=False)
    classe = CLASSE[:apprenants]
    choisis = [devoir for devoir in devoirs.replace(",", " ").split() if devoir]
    console.print(f"[bold]Démonstration[/bold] : {len(classe)} apprenants fictifs, toutes les étapes d'une session.")
    bilan = executer(depot, sortie, classe=classe, devoirs=choisis, suivi=barre(console))
    raconter_demonstration(bilan, console)


@main.command()
@click.argument("devoirs", nargs=-1)
@click.option("--dossier", type=FOLDER, default=Path("lab"), show_default=True, help="Dossier de l'apprenant.")
@click.pass_obj
def lab(cours: Path, devoirs: tuple[str, ...], dossier: Path) -> None:
    """Ouvrir JupyterLab comme le voit un apprenant, avec les devoirs distribués."""
    from rncp_utils.autograde.cours import trouver_cours
    from rncp_utils.demonstration.poste import ouvrir_lab

    ouvrir_lab(trouver_cours(cours), dossier, devoirs)


@main.command()
@avec_fiche
@click.pass_obj
def competences(cours: Path) -> None:
    """Contrôler les étiquettes de compétence de source/ et afficher la matrice compétence × épreuve."""
    from rncp_utils.autograde.cours import trouver_cours
    from rncp_utils.competences import exiger, lire_devoirs, matrice
    from rncp_utils.referentiel import charger_referentiel

    source = trouver_cours(cours) / "source"
    fiche = charger_referentiel()
    exiger(source, fiche)
    table = matrice(lire_devoirs(source, fiche))
    Console(highlight=False).print(_tableau(table.reset_index()))


@main.command()
@click.option("--verifier", is_flag=True, help="Ne rien écrire ; échouer si un notebook n'est pas propre.")
@click.argument("chemins", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def nettoyer(verifier: bool, chemins: tuple[Path, ...]) -> None:
    """Retirer des notebooks les sorties, les compteurs et les métadonnées de passage."""
    from rncp_utils import notebooks

    trouves = notebooks.trouver(list(chemins))
    if not verifier:
        for chemin in trouves:
            if notebooks.nettoyer_fichier(chemin):
                click.echo(f"Nettoyé : {chemin}")
        return
    sales = [chemin for chemin in trouves if not notebooks.est_propre(chemin)]
    for chemin in sales:
        click.echo(f"À nettoyer : {chemin} (lancez « make fmt »).", err=True)
    sys.exit(bool(sales))


main.add_command(analyser)
main.add_command(donnees)
main.add_command(exporter)
main.add_command(grille)
main.add_command(autograde)
main.add_command(hub)
main.add_command(attendus)
main.add_command(purger)
main.add_command(referentiel)
main.add_command(site)
main.add_command(verifier)


def barre(console: Console):
    """A progress bar a step, with what is left; plain lines when the output is not a terminal."""

    def suivre(etape: str, elements: Iterable) -> Iterator:
        elements = list(elements)
        if not console.is_terminal:
            console.print(f"{etape} : {len(elements)}")
            yield from elements
            return
        colonnes = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*colonnes, console=console) as progres:
            tache = progres.add_task(etape, total=len(elements))
            for element in elements:
                yield element
                progres.advance(tache)

    return suivre


def _tableau(table) -> Table:
    affiche = Table(show_edge=False)
    for colonne in table.columns:
        affiche.add_column(str(colonne), justify="right" if table[colonne].dtype.kind in "if" else "left")
    for ligne in table.itertuples(index=False):
        affiche.add_row(*map(_case, ligne))
    return affiche


def _case(valeur: object) -> str:
    if isinstance(valeur, float):
        return "" if math.isnan(valeur) else f"{valeur:g}"
    return str(valeur)
