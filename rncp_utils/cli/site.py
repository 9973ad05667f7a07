"""``rncp site``: the course as a site to read."""

from __future__ import annotations

import time
from pathlib import Path

import click


@click.command()
@click.option(
    "--sortie",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("site"),
    show_default=True,
    help="Dossier du site.",
)
@click.option("--lecon", "codes", multiple=True, metavar="CODE", help="Ne garder que cette leçon (B1-L2) ; répétable.")
@click.pass_obj
def site(cours: Path, sortie: Path, codes: tuple[str, ...]) -> None:
    """Construire le site du parcours : leçons exécutées, glossaire, références, guides. Aucun corrigé n'y entre."""
    from rich.console import Console

    from rncp_utils.autograde.cours import trouver_cours
    from rncp_utils.cli.principal import barre
    from rncp_utils.site.construction import AVIS_MONTRES, construire

    debut = time.monotonic()
    console = Console(highlight=False)
    fait = construire(trouver_cours(cours), sortie, barre(console), codes=codes)
    for ligne in fait.avis[:AVIS_MONTRES]:
        console.print(f"▲ {ligne}", soft_wrap=True)
    if (reste := len(fait.avis) - AVIS_MONTRES) > 0:
        console.print(f"▲ … et {reste} autres lignes.")
    duree = time.monotonic() - debut
    console.print(f"Le site est prêt en {duree:.0f} s : {fait.lecons} leçons, {fait.pages} pages.")
    console.print(f"Ouvrez {fait.dossier / 'index.html'} dans un navigateur, sans serveur.", soft_wrap=True)
