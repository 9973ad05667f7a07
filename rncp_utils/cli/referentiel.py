"""``rncp referentiel``: check a sheet, load another one, see what of the course carries over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

FICHIER = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
PAR_DEFAUT = "controler"


def avec_fiche(commande: Callable[..., Any]) -> Callable[..., Any]:
    """Option ``--fiche``: the sheet that the whole command follows, and the processes that it starts."""
    return click.option(
        "--fiche",
        metavar="FICHE",
        expose_value=False,
        callback=_suivre,
        help="Fiche à suivre, code ou fichier .yaml (par défaut : $RNCP_FICHE, sinon rncp31919).",
    )(commande)


def _suivre(contexte: click.Context, _option: click.Parameter, fiche: str | None) -> None:
    from rncp_utils.referentiel.choix import choisir_fiche

    contexte.with_resource(choisir_fiche(fiche))


class _Referentiel(click.Group):
    """``rncp referentiel 31919`` stays what it was: without the name of a command, the sheet is checked."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [PAR_DEFAUT, *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Referentiel)
def referentiel() -> None:
    """Contrôler une fiche RNCP, en charger une autre, voir ce que le cours en couvre.

    Sans nom de commande, la fiche est contrôlée : « rncp referentiel », « rncp referentiel autre.yaml ».
    """


@referentiel.command(PAR_DEFAUT)
@click.argument("fiche", required=False)
def controler(fiche: str | None) -> None:
    """Contrôler une fiche : code fourni avec la bibliothèque ou fichier YAML (par défaut, celle du cours)."""
    from rncp_utils.referentiel import charger_referentiel

    lu = charger_referentiel(fiche)
    click.echo(
        f"Fiche {lu.certification.code}, {lu.certification.intitule} : {len(lu.blocs)} blocs, "
        f"{len(lu.competences)} compétences, {len(lu.activites)} activités, {len(lu.evaluations)} épreuves. "
        "Fiche conforme."
    )


@referentiel.command()
@click.argument("fichier", type=FICHIER)
@click.option("--fiche", default="", metavar="RNCPxxxxx", help="Fiche voulue, si le fichier en contient plusieurs.")
@click.option("--sortie", type=FICHIER, help="Proposition à écrire (par défaut : proposition_rncpxxxxx.yaml, ici).")
@click.option("--remplacer", is_flag=True, help="Écraser une proposition déjà écrite.")
def charger(fichier: Path, fiche: str, sortie: Path | None, remplacer: bool) -> None:
    """Lire une fiche et en faire une proposition à relire. Rien n'est installé.

    FICHIER : une fiche YAML, un fichier XML des données ouvertes de France compétences, ou leur archive ZIP.
    """
    from rncp_utils.referentiel.marques import PROPOSITION
    from rncp_utils.referentiel.proposition import ecrire_proposition, proposer
    from rncp_utils.typographie import compter

    lue = proposer(fichier, demandee=fiche)
    cible = sortie or Path(f"proposition_rncp{lue.code}.yaml")
    ecrire_proposition(lue, cible, remplacer=remplacer)
    provenance = lue.contenu[PROPOSITION]
    click.echo(f"Proposition écrite : {cible}. Rien n'est installé.")
    click.echo(provenance["etat"])
    for phrase in provenance.get("decoupes", ()):
        click.echo(f"  {phrase}")
    click.echo(f"{compter(lue.a_confirmer, 'valeur')} à confirmer, {lue.a_completer} à compléter.")
    for faute in lue.fautes:
        click.echo(f"À corriger aussi : {faute}", err=True)
    click.echo(f"Relisez-la d'après la fiche publiée, puis : rncp referentiel confirmer {cible}")


@referentiel.command()
@click.argument("proposition", type=FICHIER)
@click.option("--sortie", type=FICHIER, help="Fiche à écrire (par défaut : referentiel/rncpxxxxx.yaml, dans le cours).")
@click.option("--par", default="", metavar="NOM", help="Personne qui confirme, écrite en tête de la fiche.")
@click.option("--remplacer", is_flag=True, help="Écraser une fiche déjà confirmée.")
@click.pass_obj
def confirmer(cours: Path, proposition: Path, sortie: Path | None, par: str, remplacer: bool) -> None:
    """Faire d'une proposition relue une fiche du cours.

    Refusé tant qu'une valeur est marquée « à confirmer » ou « à compléter », ou qu'un contrôle échoue.
    """
    from rncp_utils.autograde.cours import trouver_cours
    from rncp_utils.referentiel.choix import REGLES_DE_LA_FICHE, VARIABLE
    from rncp_utils.referentiel.confirmation import confirmer as confirmer_la_fiche

    dossier = None if sortie else trouver_cours(cours)
    rendu = confirmer_la_fiche(proposition, cours=dossier, sortie=sortie, par=par, remplacer=remplacer)
    click.echo(f"Fiche confirmée : {rendu.chemin}")
    click.echo(rendu.etat)
    click.echo(
        f"Le cours ne la suit pas encore. Ce qu'il en couvre : rncp referentiel couverture --fiche {rendu.chemin}\n"
        f"Pour la suivre : rncp --fiche {rendu.chemin} …, ou la variable {VARIABLE}={rendu.chemin.resolve()} ; ses "
        f"règles de certification vont à côté d'elle, dans {REGLES_DE_LA_FICHE}."
    )


@referentiel.command()
@click.option("--fiche", metavar="FICHE", help="Autre fiche, code ou fichier .yaml (par défaut : celle du cours).")
@click.option("--correspondances", type=FICHIER, help="Correspondances relues (par défaut : elles sont proposées).")
@click.option("--sortie", type=FOLDER, default=Path("exports"), show_default=True, help="Dossier à produire.")
@click.pass_obj
def couverture(cours: Path, fiche: str | None, correspondances: Path | None, sortie: Path) -> None:
    """Écrire ce que le cours couvre d'une fiche : page, classeur, CSV, et un résumé.

    Pour une autre fiche, un fichier de correspondances est proposé ; une personne le relit et le confirme. Une
    proposition qui n'est pas confirmée donne une estimation, et la page le dit.
    """
    from rncp_utils.autograde.cours import trouver_cours
    from rncp_utils.competences.rapport import rapport_d_une_fiche, rapport_du_cours
    from rncp_utils.grading.documents import ecrire_documents
    from rncp_utils.referentiel import charger_referentiel, charger_regles
    from rncp_utils.referentiel.apercu import apercu

    depot, jour, du_cours = trouver_cours(cours), dt.date.today(), charger_referentiel()
    regles, proposee = charger_regles(), _est_proposee(fiche)
    cible = apercu(Path(fiche)) if proposee else charger_referentiel(fiche) if fiche else du_cours
    if cible == du_cours and correspondances is None:
        rapport = rapport_du_cours(depot, du_cours, regles, jour)
    else:
        table = _correspondances(cible, du_cours, correspondances, sortie)
        rapport = rapport_d_une_fiche(depot, cible, table, du_cours, regles, jour, confirmee=not proposee)
    promotion = f"rncp{cible.certification.code}"
    ecrits = ecrire_documents(
        [rapport.document], sortie, promotion=promotion, edite_le=jour, referentiel=du_cours, regles=regles, pdf=False
    )
    for chemin in ecrits.fichiers:
        click.echo(chemin)
    for phrase in rapport.phrases:
        click.echo(phrase, err=True)


def _est_proposee(fiche: str | None) -> bool:
    from rncp_utils.referentiel.apercu import est_une_proposition
    from rncp_utils.referentiel.choix import est_un_fichier

    return fiche is not None and est_un_fichier(fiche) and est_une_proposition(Path(fiche))


def _correspondances(cible, du_cours, relues: Path | None, sortie: Path):
    """Those that a person gives; otherwise a proposal, written once: a second call does not erase a reading."""
    from rncp_utils.competences.correspondances import (
        charger_correspondances,
        ecrire_correspondances,
        proposer_correspondances,
    )

    if relues is not None:
        return charger_correspondances(relues, cible, du_cours)
    table = proposer_correspondances(cible, du_cours)
    chemin = sortie / f"correspondances_rncp{cible.certification.code}.yaml"
    if chemin.exists():
        click.echo(f"« {chemin} » existe déjà : pour vous en servir, donnez --correspondances {chemin}.", err=True)
    else:
        ecrire_correspondances(table, chemin)
        click.echo(f"Correspondances proposées, à relire : {chemin}", err=True)
    return table
