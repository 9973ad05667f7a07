"""``rncp exporter``: tables of a cohort under pseudonyms, or the documents of its session."""

from __future__ import annotations

from pathlib import Path

import click

from rncp_utils.erreurs import ErreurDonnees

FOLDER = click.Path(file_okay=False, path_type=Path)
FICHIER = click.Path(dir_okay=False, path_type=Path)
TOUT = "tout"


@click.command()
@click.argument("documents", nargs=-1)
@click.option("--sortie", type=FOLDER, default=Path("exports"), show_default=True, help="Dossier à produire.")
@click.option("--nominatif", is_flag=True, help="Tableaux : les identifiants des apprenants au lieu de pseudonymes.")
@click.option("--cle", type=FICHIER, help="Clé des pseudonymes (par défaut : session/cle_pseudonymes.txt du cours).")
@click.option("--machine", is_flag=True, help="Ajouter les tableaux en CSV et JSON pour un programme.")
@click.option("--sans-pdf", is_flag=True, help="Documents : ne pas les imprimer en PDF.")
@click.pass_obj
def exporter(
    cours: Path,
    documents: tuple[str, ...],
    sortie: Path,
    nominatif: bool,
    cle: Path | None,
    machine: bool,
    sans_pdf: bool,
) -> None:
    """Exporter les notes par cellule, par compétence et par bloc, ou les DOCUMENTS nommés.

    Sans nom : les tableaux (page, classeur, CSV), sous pseudonymes. Avec des noms : ces documents (HTML, PDF si
    Chromium est installé, classeur, CSV), où les apprenants sont nommés : jury, livrets, statistiques, couverture,
    suivi, journal, anomalies, pv ; « tout » vaut tous sauf le procès-verbal.
    """
    from rncp_utils.autograde.cours import trouver_cours
    from rncp_utils.pilotage.actions_coordinateur import ecrire_les_documents, exporter_les_tableaux

    dossier = trouver_cours(cours)
    if documents:
        if nominatif or cle or machine:
            raise ErreurDonnees("--nominatif, --cle et --machine ne concernent que les tableaux : ôtez-les.")
        rendu = ecrire_les_documents(dossier, _choix(documents), sortie=sortie, pdf=not sans_pdf)
    else:
        rendu = exporter_les_tableaux(dossier, sortie=sortie, identifiants=nominatif, cle=cle, machine=machine)
    for chemin in rendu.fichiers:
        click.echo(chemin)
    for phrase in [*rendu.phrases, *rendu.alertes]:
        click.echo(phrase, err=True)


def _choix(noms: tuple[str, ...]) -> list[str]:
    from rncp_utils.grading.documents import PV, TITRES

    connus = [*TITRES, PV, TOUT]
    inconnus = [nom for nom in noms if nom not in connus]
    if inconnus:
        raise ErreurDonnees(f"Documents inconnus : {', '.join(inconnus)} ; choisissez parmi {', '.join(connus)}.")
    choisis = [*(TITRES if TOUT in noms else ()), *(nom for nom in noms if nom != TOUT)]
    return list(dict.fromkeys(choisis))
