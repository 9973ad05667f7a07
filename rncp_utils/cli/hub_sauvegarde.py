"""``rncp hub sauvegarder`` and ``rncp hub restaurer``."""

from __future__ import annotations

from pathlib import Path

import click

DOSSIER = click.Path(file_okay=False, path_type=Path)
FICHIER = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--vers", type=DOSSIER, help="Dossier où écrire la sauvegarde (par défaut : celui du Hub).")
@click.option("--avec-domiciles", is_flag=True, help="Y mettre aussi le travail en cours de chaque personne.")
@click.pass_obj
def sauvegarder(lieux, vers: Path | None, avec_domiciles: bool) -> None:
    """Copier notes, copies, grilles, décisions et comptes du Hub dans un seul fichier, même pendant le travail."""
    from rncp_utils.formats import formater_nombre
    from rncp_utils.hub import sauvegarde
    from rncp_utils.hub.installation import lire_reglages

    lire_reglages(lieux)
    chemin, manifeste = sauvegarde.sauvegarder(lieux, vers, domiciles=avec_domiciles)
    taille = formater_nombre(chemin.stat().st_size / 1e6, 1)
    click.echo(f"Sauvegarde faite et relue : {len(manifeste.fichiers)} fichiers, {taille} Mo.")
    if manifeste.omis:
        click.echo(f"Laissés de côté (liens, prises, fichiers disparus) : {len(manifeste.omis)}.")
    click.echo(chemin)
    click.echo("Copiez ce fichier sur une autre machine ; il contient des notes et des secrets.")


@click.command()
@click.argument("archive", type=FICHIER)
@click.option("--executer", is_flag=True, help="Restaurer ; sans cette option, l'archive est seulement contrôlée.")
@click.pass_obj
def restaurer(lieux, archive: Path, executer: bool) -> None:
    """Remettre une sauvegarde en place, en entier ou pas du tout ; à sec par défaut."""
    from rncp_utils.hub import sauvegarde_restauration as restauration

    restauration.exiger_arrete(lieux)
    if restauration.inachevee(lieux):
        restauration.reprendre(lieux)
        click.echo("Une restauration interrompue a été terminée.")
    if not executer:
        manifeste = restauration.controler_archive(archive, lieux)
        click.echo(f"Sauvegarde du {_jour(manifeste.le)}, intacte : {len(manifeste.fichiers)} fichiers.")
        click.echo(f"À sec : rien n'a été changé. Ajoutez --executer pour remplacer {', '.join(manifeste.racines)}.")
        return
    manifeste, garde = restauration.restaurer(archive, lieux)
    click.echo(f"La sauvegarde du {_jour(manifeste.le)} est en place : {len(manifeste.fichiers)} fichiers.")
    click.echo(f"Ce qui était là auparavant est gardé dans {garde}")


def _jour(instant: str) -> str:
    import datetime as dt

    return f"{dt.datetime.fromisoformat(instant):%d/%m/%Y à %H:%M}"
