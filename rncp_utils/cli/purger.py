"""``rncp purger``: what has outlived its time, shown first, deleted only when asked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

FICHIER = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--executer", is_flag=True, help="Supprimer ; sans cette option, rien n'est changé.")
@click.option(
    "--au",
    "jour",
    type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]),
    metavar="JJ/MM/AAAA",
    help="Jour du calcul (aujourd'hui).",
)
@click.option("--durees", type=FICHIER, help="Fichier des durées (par défaut : celui de la bibliothèque).")
@click.option("--rapport", type=FICHIER, help="Écrire la liste détaillée dans ce fichier CSV (elle porte des noms).")
@click.option("--par", default="", help="Nom de la personne qui purge, pour le journal d'audit.")
@click.pass_obj
def purger(
    cours: Path, executer: bool, jour: dt.datetime | None, durees: Path | None, rapport: Path | None, par: str
) -> None:
    """Supprimer ce qui a dépassé sa durée de conservation ; à sec par défaut, avec son compte."""
    from rncp_utils.autograde.cours import ouvrir_cours, trouver_cours
    from rncp_utils.grading import conservation
    from rncp_utils.pilotage.compte_rendu import nombre

    nbgrader = ouvrir_cours(trouver_cours(cours))
    regles = conservation.charger_durees(durees)
    date = jour.date() if jour else dt.date.today()
    reprises = conservation.reprendre(nbgrader.dossier, nbgrader.url_base)
    if reprises:
        click.echo(f"Purges interrompues remises en ordre : {reprises}.")
    elements = conservation.inventorier(nbgrader.dossier, nbgrader.url_base, regles, date)
    for phrase in _phrases(elements, regles, date):
        click.echo(phrase)
    if rapport:
        _ecrire_rapport(elements, nbgrader.dossier, rapport)
        click.echo(rapport)
    if not elements:
        return
    if not executer:
        click.echo("À sec : rien n'a été supprimé. Ajoutez --executer pour supprimer.")
        return
    conservation.executer(nbgrader.dossier, nbgrader.url_base, elements, qui=par)
    click.echo(f"Supprimé : {nombre(len(elements), 'élément')}. Le journal d'audit en garde le nombre.")


def _phrases(elements: list, durees: object, jour: dt.date) -> list[str]:
    """What is due, by category."""
    from rncp_utils.formats import formater_nombre
    from rncp_utils.pilotage.compte_rendu import nombre

    if not elements:
        return [f"Au {jour:%d/%m/%Y}, rien n'a dépassé sa durée de conservation."]
    phrases = []
    for categorie in dict.fromkeys(element.categorie for element in elements):
        siens = [element for element in elements if element.categorie == categorie]
        taille = sum(element.octets for element in siens) / 1e6
        anciens = min(element.date for element in siens)
        phrases.append(
            f"{categorie} (plus de {getattr(durees, categorie)} mois) : {nombre(len(siens), 'élément')}, "
            f"{formater_nombre(taille, 1)} Mo, le plus ancien du {anciens:%d/%m/%Y}."
        )
    return phrases


def _ecrire_rapport(elements: list, dossier: Path, chemin: Path) -> None:
    import pandas as pd

    from rncp_utils.tableurs import ecrire_csv_fr

    lignes = [
        (
            element.categorie,
            element.apprenant,
            element.devoir,
            element.date,
            ", ".join(str(c.relative_to(dossier)) for c in element.chemins),
            "oui" if element.remise else "non",
            element.octets,
        )
        for element in elements
    ]
    colonnes = ["categorie", "apprenant", "devoir", "date", "fichiers", "carnet_de_notes", "octets"]
    ecrire_csv_fr(pd.DataFrame(lignes, columns=colonnes), chemin)
