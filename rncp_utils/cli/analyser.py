"""``rncp analyser``: from a company's documents to its diagnosis."""

from __future__ import annotations

from pathlib import Path

import click

FICHIER = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("fichiers", nargs=-1, required=True, type=FICHIER, metavar="FICHIER…")
@click.option("--xlsx", type=FICHIER, help="Écrire aussi un classeur Excel.", metavar="CHEMIN")
@click.option("--html", type=FICHIER, help="Écrire aussi une page HTML, figures comprises.", metavar="CHEMIN")
@click.option("--siren", default="", help="Entreprise à retenir, par son SIREN (ou son nom).")
def analyser(fichiers: tuple[Path, ...], xlsx: Path | None, html: Path | None, siren: str) -> None:
    """Analyser les comptes d'une entreprise : liasse (CSV, XLSX), bilans saisis INPI (XML), 2035 ou FEC.

    Donnez plusieurs exercices pour avoir les évolutions et le tableau de flux.
    """
    from rich.console import Console

    from rncp_utils.entreprise.diagnostic import diagnostiquer
    from rncp_utils.entreprise.diagnostic.documents import lire_entreprises
    from rncp_utils.erreurs import ErreurDonnees

    entreprises = lire_entreprises(fichiers, siren=siren)
    if len(entreprises) > 1 and (xlsx or html):
        raise ErreurDonnees(
            f"Les documents concernent {len(entreprises)} entreprises ({', '.join(entreprises)}) : choisissez-en une "
            "avec --siren pour écrire un rapport."
        )
    diagnostics = [diagnostiquer(liasses) for liasses in entreprises.values()]
    console = Console(width=100, highlight=False)
    for rang, diagnostic in enumerate(diagnostics):
        if rang:
            console.print()
        diagnostic.afficher(console)
    if xlsx:
        click.echo(f"\nClasseur : {diagnostics[0].ecrire_xlsx(xlsx)}")
    if html:
        click.echo(f"\nPage : {diagnostics[0].ecrire_html(html)}")
