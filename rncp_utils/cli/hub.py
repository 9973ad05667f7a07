"""``rncp hub``: a JupyterHub for a class."""

from __future__ import annotations

from pathlib import Path

import click

from rncp_utils.cli.hub_sauvegarde import restaurer, sauvegarder
from rncp_utils.erreurs import ErreurRncp

DOSSIER = click.Path(file_okay=False, path_type=Path)
FICHIER = click.Path(dir_okay=False, path_type=Path)


@click.group()
@click.option(
    "--etat",
    type=DOSSIER,
    default=None,
    help="Dossier du Hub (par défaut : $RNCP_HUB, sinon /srv/rncp en administrateur, hub/etat sinon).",
)
@click.pass_context
def hub(ctx: click.Context, etat: Path | None) -> None:
    """JupyterHub d'une classe : le démarrer, inscrire les personnes, l'arrêter."""
    from rncp_utils.autograde.cours import trouver_cours
    from rncp_utils.hub.lieux import lieux_du_hub

    ctx.obj = lieux_du_hub(trouver_cours(ctx.obj), etat)


hub.add_command(sauvegarder)
hub.add_command(restaurer)


@hub.command()
@click.option("--adresse", default=None, help="Adresse d'écoute (par défaut : 127.0.0.1, cette machine seule).")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Port d'écoute (par défaut : 8000).")
@click.pass_obj
def demarrer(lieux, adresse: str | None, port: int | None) -> None:
    """Installer ou mettre à jour le Hub, puis le démarrer ; sans effet s'il est en marche."""
    from rncp_utils.hub.marche import NON_ISOLE
    from rncp_utils.hub.marche import demarrer as demarrer_le_hub
    from rncp_utils.hub.sauvegarde_restauration import reprendre

    # Half of a backup in place: the Hub starts on the whole of it.
    if reprendre(lieux):
        click.echo("Une restauration interrompue a été terminée.")
    reglages, remarques = demarrer_le_hub(lieux, adresse=adresse, port=port)
    for phrase in remarques:
        click.echo(phrase)
    click.echo(f"Le Hub est ouvert : {reglages.url} (dossier : {lieux.etat}).")
    if not reglages.isole:
        click.echo(f"\n{NON_ISOLE}\n\nVotre mot de passe pour cette démonstration : {reglages.mot_de_passe}")
        click.echo("Tableaux de bord : cours/bureaux, dans l'explorateur de fichiers de JupyterLab.")
    elif reglages.adresse not in ("127.0.0.1", "localhost", "::1"):
        click.echo(
            "Attention : les mots de passe passent en clair sur le réseau. Placez un serveur web avec HTTPS devant le "
            "Hub, et gardez l'adresse 127.0.0.1."
        )


@hub.command()
@click.pass_obj
def arreter(lieux) -> None:
    """Arrêter le Hub et tous les serveurs ; rien n'est effacé."""
    from rncp_utils.hub.marche import arreter as arreter_le_hub

    for phrase in arreter_le_hub(lieux):
        click.echo(phrase)


@hub.command()
@click.pass_obj
def etat(lieux) -> None:
    """Dire ce qui est en marche, et la mémoire de chaque serveur."""
    from rncp_utils.hub.marche import etat_du_hub

    lu = etat_du_hub(lieux)
    click.echo(f"Hub : {'en marche, ' + lu.reglages.url if lu.repond else 'arrêté'} (dossier : {lieux.etat}).")
    click.echo(f"Mandataire : {'en marche' if lu.mandataire else 'arrêté'}.")
    if not lu.serveurs:
        click.echo("Aucun serveur ouvert.")
    for nom, octets in sorted(lu.serveurs.items()):
        click.echo(f"{nom} : {f'{octets / 1e6:.0f} Mo' if octets else 'mémoire non mesurée'}")


@hub.command()
@click.argument("classe", type=FICHIER)
@click.option(
    "--comptes-existants", is_flag=True, help="Accepter les comptes que ce système connaît déjà (annuaire, LDAP)."
)
@click.pass_obj
def inscrire(lieux, classe: Path, comptes_existants: bool) -> None:
    """Inscrire les personnes d'un fichier CSV : comptes, rôles, carnet de notes, session.

    Colonnes : identifiant;nom;prénom;rôle, et s'il y a lieu groupe;voie;date d'entrée;qualité. La même commande se
    relance autant de fois qu'on veut, avec le même fichier ou un autre.
    """
    from rncp_utils.hub.inscription import inscrire as inscrire_la_classe

    for phrase in inscrire_la_classe(lieux, classe, comptes_existants=comptes_existants).phrases():
        click.echo(phrase)


@hub.command("mot-de-passe")
@click.argument("identifiant")
@click.pass_obj
def mot_de_passe(lieux, identifiant: str) -> None:
    """Tirer un nouveau mot de passe pour une personne inscrite."""
    from rncp_utils.hub.inscription import garder_le_mot_de_passe
    from rncp_utils.hub.installation import lire_reglages
    from rncp_utils.hub.personnes import lire_personnes

    lire_reglages(lieux)
    if identifiant not in lire_personnes(lieux):
        raise ErreurRncp(f"« {identifiant} » n'est pas inscrit : inscrivez d'abord cette personne.")
    click.echo(f"Nouveau mot de passe écrit dans {garder_le_mot_de_passe(lieux, identifiant)}.")
