"""``rncp donnees``: the tables of the branch portfolio, generated, checked and described."""

from __future__ import annotations

from pathlib import Path

import click

FICHIER = click.Path(dir_okay=False, path_type=Path)
PLAN = Path("corriges") / "portefeuille" / "plan.yaml"


@click.group()
def donnees() -> None:
    """Générer, contrôler et décrire les tables du portefeuille fictif."""


@donnees.command()
@click.option("--plan", type=FICHIER, default=None, help=f"Ce qui est planté (par défaut : {PLAN}).")
@click.pass_obj
def generer(cours: Path, plan: Path | None) -> None:
    """Régénérer les tables livrées et, à côté du plan, la vérité que seuls les correcteurs lisent.

    La même graine donne les mêmes fichiers. Rien n'est remplacé avant que toutes les tables soient contrôlées.
    """
    from rncp_utils.autograde.cours import trouver_cours
    from rncp_utils.donnees.agence.chargement import ecrire_tables
    from rncp_utils.donnees.agence.generateur import generer_socle
    from rncp_utils.donnees.agence.plan import lire_plan
    from rncp_utils.donnees.agence.relation import assembler, preciser
    from rncp_utils.donnees.agence.schemas import controler
    from rncp_utils.donnees.agence.socle import Demande

    chemin = plan or trouver_cours(cours) / PLAN
    lu = lire_plan(_existant(chemin))
    socle = generer_socle(Demande(lu.graine), lu)
    tables = assembler(socle)
    controler(tables, socle.demande.date_arrete)
    ecrits = ecrire_tables(tables)
    _ecrire_verite(preciser(socle.faits), chemin.with_name("verite.csv"))
    octets = sum(ecrit.stat().st_size for ecrit in ecrits)
    click.echo(
        f"{len(ecrits)} tables écrites, {octets / 1e6:.1f} Mo, {len(socle.faits)} faits plantés.".replace(".", ",", 1)
    )


@donnees.command()
@click.pass_obj
def dictionnaire(cours: Path) -> None:
    """Réécrire le dictionnaire des données à partir de la description des tables."""
    from rncp_utils.autograde.cours import trouver_cours
    from rncp_utils.donnees.agence import dictionnaire as redaction
    from rncp_utils.donnees.agence.chargement import toutes_les_tables
    from rncp_utils.fichiers import ecrire_texte

    chemin = trouver_cours(cours) / redaction.CHEMIN
    ecrire_texte(chemin, redaction.dictionnaire(redaction.compter(toutes_les_tables())))
    click.echo(f"Dictionnaire écrit : {chemin}")


@donnees.command("controler")
def verifier() -> None:
    """Contrôler les tables livrées : types, valeurs, clés, liens entre tables, dates."""
    from rncp_utils.donnees.agence.chargement import toutes_les_tables
    from rncp_utils.donnees.agence.schemas import controler

    tables = toutes_les_tables()
    controler(tables)
    lignes = sum(len(table) for table in tables.values())
    click.echo(f"{len(tables)} tables, {lignes} lignes : aucune faute.")


def _existant(chemin: Path) -> Path:
    from rncp_utils.erreurs import ErreurDonnees

    if not chemin.is_file():
        raise ErreurDonnees(f"Le plan « {chemin} » n'existe pas : donnez son chemin avec --plan.")
    return chemin


def _ecrire_verite(faits, chemin: Path) -> None:
    from rncp_utils.fichiers import ecrire_texte

    ecrire_texte(chemin, faits.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"))
