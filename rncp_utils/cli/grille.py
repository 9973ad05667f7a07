"""``rncp grille``: observation grids of the expert, on paper and back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

FICHIER = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def grille() -> None:
    """Grilles d'observation de l'expert métier : les imprimer, importer celles qui sont signées."""


@grille.command()
@click.argument("devoirs", nargs=-1)
@click.option("--apprenant", "apprenants", multiple=True, help="Une feuille à ce nom (à répéter).")
@click.option("--sortie", type=click.Path(file_okay=False, path_type=Path), default=Path("grilles"), show_default=True)
@click.option("--csv", "tableur", is_flag=True, help="Écrire aussi un CSV à remplir dans un tableur.")
def imprimer(devoirs: tuple[str, ...], apprenants: tuple[str, ...], sortie: Path, tableur: bool) -> None:
    """Écrire les feuilles à imprimer des DEVOIRS (tous ceux qui ont une grille, par défaut)."""
    from rncp_utils.grading.documents import ecrire_documents
    from rncp_utils.grading.grilles import charger_grille, devoirs_observes, feuille_a_imprimer
    from rncp_utils.grading.grilles.importation import modele_vierge
    from rncp_utils.referentiel import charger_referentiel, charger_regles
    from rncp_utils.tableurs import ecrire_csv_fr

    referentiel, regles, jour = charger_referentiel(), charger_regles(), dt.date.today()
    grilles = [charger_grille(devoir) for devoir in devoirs or devoirs_observes()]
    feuilles = [
        feuille_a_imprimer(une, referentiel=referentiel, regles=regles, edite_le=jour, apprenant=apprenant)
        for une in grilles
        for apprenant in apprenants or ("",)
    ]
    ecrits = ecrire_documents(feuilles, sortie, promotion="", edite_le=jour, referentiel=referentiel, regles=regles)
    for une in grilles if tableur else ():
        chemin = sortie / f"observations_{une.devoir}.csv"
        ecrire_csv_fr(modele_vierge(une, apprenants or ("",), jour=jour), chemin)
        ecrits.fichiers.append(chemin)
    for chemin in ecrits.fichiers:
        click.echo(chemin)
    for remarque in ecrits.remarques:
        click.echo(remarque, err=True)


@grille.command()
@click.argument("fichiers", nargs=-1, type=FICHIER)
@click.option("--par", default="", help="Nom de la personne qui importe, pour le journal d'audit.")
@click.pass_obj
def importer(cours: Path, fichiers: tuple[Path, ...], par: str) -> None:
    """Écrire dans le carnet de notes les grilles signées de FICHIERS (toutes celles du cours, par défaut)."""
    from rncp_utils.autograde.cours import ouvrir_cours, trouver_cours
    from rncp_utils.competences import lire_devoirs
    from rncp_utils.grading.grilles import importer_grilles, lire_saisies
    from rncp_utils.grading.grilles.saisie import fichiers_de_saisie
    from rncp_utils.referentiel import charger_referentiel

    nbgrader = ouvrir_cours(trouver_cours(cours))
    saisies = lire_saisies(fichiers or fichiers_de_saisie(nbgrader.dossier))
    cellules = lire_devoirs(nbgrader.dossier / "source", charger_referentiel())
    bilan = importer_grilles(nbgrader.dossier, nbgrader.url_base, cellules, saisies, qui=par)
    for phrase in bilan.phrases():
        click.echo(phrase)
