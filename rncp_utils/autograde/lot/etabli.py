"""What is to be graded, told by the files and the gradebook together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rncp_utils.autograde.cours import lire_config
from rncp_utils.autograde.execution.dossiers import nettoyer_restes
from rncp_utils.autograde.execution.plan import TEST, lire_plan
from rncp_utils.autograde.lot import convertisseur, preprocessors  # noqa: F401 - workers are forked with them
from rncp_utils.autograde.lot.carnet import oublier_moteurs
from rncp_utils.autograde.lot.copies import Devoir, dans_le_carnet, est_faite
from rncp_utils.autograde.lot.etat import chemin_etat
from rncp_utils.autograde.lot.ouvrier import DEJA, Resultat, resultat_de
from rncp_utils.autograde.lot.phrases import arret_de
from rncp_utils.erreurs import ErreurDonnees, ErreurRncp

if TYPE_CHECKING:
    from rncp_utils.autograde.lot.passage import Options


def trier(devoir: Devoir, options: Options) -> tuple[list[str], list[Resultat]]:
    """Learners to grade, and what is known of the copies that are done."""
    nettoyer_restes()
    demandes = _demandes(devoir, options.apprenants)
    # Read whatever is asked: a notebook that cannot be read is said before anything runs.
    tests = _tests(devoir)
    if options.tout:
        return demandes, []
    _, coursedir = lire_config(devoir.cours)
    try:
        notes = dans_le_carnet(coursedir.db_url, devoir.nom, tests)
    except Exception as erreur:
        if phrase := arret_de(erreur):
            raise ErreurRncp(phrase) from erreur
        raise
    finally:
        oublier_moteurs()
    for apprenant in set(demandes) - notes:
        # A gradebook put back from a copy, or another one: what was kept of its grading is void.
        chemin_etat(devoir.cours, devoir.nom, apprenant).unlink(missing_ok=True)
    faites = [
        apprenant
        for apprenant in demandes
        if apprenant in notes and est_faite(devoir.cours, devoir.nom, apprenant, devoir.devoir_lu)
    ]
    connus = [resultat_de(devoir.cours, devoir.nom, apprenant, DEJA) for apprenant in faites]
    return sorted(set(demandes) - set(faites)), connus


def _tests(devoir: Devoir) -> set[str]:
    notebooks = (devoir.cours / "source" / devoir.nom).glob("*.ipynb")
    cellules = [cellule for notebook in notebooks for cellule in lire_plan(notebook).cellules]
    return {cellule.nom for cellule in cellules if cellule.genre == TEST}


def _demandes(devoir: Devoir, apprenants: tuple[str, ...]) -> list[str]:
    remis = devoir.apprenants
    if not remis:
        raise ErreurDonnees(
            f"Aucune copie de {devoir.nom} n'a été trouvée dans submitted/ : relevez d'abord les copies "
            f"(nbgrader collect {devoir.nom})."
        )
    if inconnus := sorted(set(apprenants) - set(remis)):
        raise ErreurDonnees(f"Pas de copie de {devoir.nom} pour : {', '.join(inconnus)}. Vérifiez ces identifiants.")
    return [apprenant for apprenant in remis if not apprenants or apprenant in apprenants]
