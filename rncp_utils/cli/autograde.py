"""``rncp autograde``: grade the copies of an assignment."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rncp_utils.erreurs import ErreurRncp

if TYPE_CHECKING:
    from rich.console import Console

    from rncp_utils.autograde.lot.ouvrier import Resultat
    from rncp_utils.autograde.lot.passage import Passage

MOTIFS_MONTRES = 3


@click.command()
@click.argument("devoir")
@click.argument("apprenants", nargs=-1)
@click.option(
    "--jobs", type=click.IntRange(1), default=None, help="Copies corrigées à la fois (par défaut : une par cœur)."
)
@click.option(
    "--isolation",
    type=click.Choice(["requise", "aucune"]),
    default="requise",
    show_default=True,
    help="« aucune » laisse le code des apprenants agir avec vos droits : à réserver à vos propres essais.",
)
@click.option(
    "--dask", "ordonnanceur", default="", metavar="ADRESSE", help="Ordonnanceur Dask, pour plusieurs machines."
)
@click.option("--tout", is_flag=True, help="Corriger de nouveau les copies déjà corrigées.")
@click.pass_obj
def autograde(
    cours: Path,
    devoir: str,
    apprenants: tuple[str, ...],
    jobs: int | None,
    isolation: str,
    ordonnanceur: str,
    tout: bool,
) -> None:
    """Corriger les copies d'un DEVOIR (toutes, ou celles des APPRENANTS nommés).

    Une correction arrêtée en route reprend où elle en était : relancez la même commande. Le code de sortie est 1 si une
    copie n'a pas pu être corrigée.
    """
    from rich.console import Console

    from rncp_utils.autograde.cours import trouver_cours
    from rncp_utils.autograde.lot.passage import AUCUNE, Options, corriger_devoir

    # For jsonschema's optional checks of addresses, which no notebook asks for: half of the time of nbgrader's imports.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    console = Console(highlight=False)
    if isolation == AUCUNE:
        console.print("[bold]Attention[/bold] : sans isolation, le code des apprenants agit avec vos droits.")
    options = Options(jobs or 0, isolation, ordonnanceur, tout, apprenants)
    with _Barre(console) as barre:
        try:
            passage = corriger_devoir(trouver_cours(cours), devoir, options, suivi=barre.ouvrir)
        except KeyboardInterrupt:
            raise ErreurRncp("Correction interrompue : relancez la commande, elle reprendra où elle en est.") from None
    raconter(passage, console)
    sys.exit(not passage.complet)


class _Barre:
    """Progress bar with the time that is left; one line at the start when the output is not a terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.progres = None

    def __enter__(self) -> _Barre:
        return self

    def __exit__(self, *_: object) -> None:
        if self.progres is not None:
            self.progres.stop()

    def ouvrir(self, nombre: int) -> Callable[[Resultat], None]:
        """Show ``nombre`` copies to grade; the function given back moves the bar."""
        if not self.console.is_terminal or not nombre:
            self.console.print(f"Copies à corriger : {nombre}")
            return lambda _: None
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        colonnes = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.progres = Progress(*colonnes, console=self.console)
        tache = self.progres.add_task("Correction", total=nombre)
        # The bar draws itself in a thread: it starts after the worker processes were forked, with the first result.
        progres = self.progres

        def avancer(_: Resultat) -> None:
            if not progres.live.is_started:
                progres.start()
            progres.advance(tache)

        return avancer


def raconter(passage: Passage, console: Console) -> None:
    """Summary of a run: how many copies in each state, then those that need a person."""
    from rich.markup import escape
    from rich.table import Table

    from rncp_utils.autograde.lot.ouvrier import A_EXAMINER, AILLEURS, CORRIGEE, DEJA, ECHEC

    # A copy that was done before and is to be examined still is.
    a_examiner = [r for r in passage.de(A_EXAMINER, DEJA) if r.motifs]
    table = Table(title=f"Correction de {passage.devoir}", title_justify="left", show_edge=False)
    table.add_column("Copies")
    table.add_column("Nombre", justify="right")
    table.add_row("Corrigées", str(len(passage.de(CORRIGEE, A_EXAMINER))))
    table.add_row("Déjà corrigées", str(len(passage.de(DEJA))))
    table.add_row("dont à examiner", str(len(a_examiner)))
    if ailleurs := passage.de(AILLEURS):
        table.add_row("En cours sur un autre poste", str(len(ailleurs)))
    table.add_row("Non corrigées", str(len(passage.de(ECHEC))))
    console.print(table)
    remarquees = [r for r in passage.resultats if r not in a_examiner and (r.motifs or r.remarques)]
    if a_examiner or remarquees:
        console.print(_details(a_examiner, remarquees, escape))
    tests = sorted({test for resultat in passage.resultats for test in resultat.tests_dans_a})
    if tests:
        console.print(
            f"Tests exécutés à côté du code des apprenants (étiquette « noyau-apprenant ») : {', '.join(tests)}."
        )
    console.print(f"Durée : {passage.secondes:.1f} s. Isolation : {passage.isolation}.")


def _details(a_examiner: list[Resultat], remarquees: list[Resultat], escape: Callable[[str], str]):
    from rich.table import Table

    table = Table(show_edge=False)
    table.add_column("Apprenant", no_wrap=True)
    table.add_column("Suite", no_wrap=True)
    table.add_column("Motif", overflow="fold")
    for resultat in [*a_examiner, *remarquees]:
        suite = "à examiner" if resultat in a_examiner else resultat.etat
        motifs = [*resultat.motifs, *resultat.remarques]
        reste = [f"… et {len(motifs) - MOTIFS_MONTRES} autre(s)."] if len(motifs) > MOTIFS_MONTRES else []
        table.add_row(escape(resultat.apprenant), suite, escape("\n".join(motifs[:MOTIFS_MONTRES] + reste)))
    return table
