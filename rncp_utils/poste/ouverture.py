"""Opening the file of a learner: made when absent, taken up as it was left, put aside when it cannot be trusted."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from rncp_utils.lecon.reponses import MIS_DE_COTE, FichierRefuseError, exiger_un_fichier
from rncp_utils.lecon.verrou import seul
from rncp_utils.poste import base
from rncp_utils.poste.poste import Poste
from rncp_utils.poste.rejeu import Journal, Rejeu, lire_base, lire_journal_de, non_lu, rejouer
from rncp_utils.poste.situation import Situation
from rncp_utils.typographie import typographier

# What SQLite leaves beside a file when a kernel dies: it belongs to that file alone.
_ACCOMPAGNANTS = ("-journal", "-wal", "-shm")


def ouvrir(
    classe: type[Poste], dossier: Path, situation: Situation, identite: Mapping[str, Any], *, entrainement: bool
) -> Poste:
    """See :meth:`Poste.ouvrir`."""
    chemin = base.chemin_du_poste(dossier, identite["devoir"], identite["cellule"])
    try:
        # One kernel at a time makes the file, or puts it aside.
        with seul(dossier):
            return _ouvrir(classe, chemin, situation, identite, entrainement)
    except base.ErreursDeBase as erreur:
        bloque = typographier(f"Ce poste ne peut pas enregistrer. {base.phrase(erreur)}")
        return classe.en_memoire(situation, identite, bloque=bloque)


def _ouvrir(
    classe: type[Poste], chemin: Path, situation: Situation, identite: Mapping[str, Any], entrainement: bool
) -> Poste:
    moteur, notes = base.moteur_du_fichier(chemin), []
    if not os.path.lexists(chemin):
        base.creer_fichier(chemin, situation, identite)
        return classe(situation, identite, moteur, entrainement=entrainement)
    qui = {nom: identite[nom] for nom in ("devoir", "cellule", "apprenant")}
    rejeu = rejouer(_lire(chemin), situation, **qui)
    if rejeu.anomalies:
        notes = [anomalie.phrase for anomalie in rejeu.anomalies]
        notes.append(_remplacer(chemin, rejeu))
    return classe(situation, rejeu.poste.identite, moteur, [typographier(n) for n in notes], entrainement=entrainement)


def _lire(chemin: Path) -> Journal:
    """What the file holds, once SQLite has undone what a dead kernel left half-written."""
    try:
        exiger_un_fichier(chemin, base.TAILLE_MAX)
        with base.moteur_du_fichier(chemin).connect() as connexion:
            connexion.exec_driver_sql("PRAGMA journal_mode = DELETE")
            connexion.exec_driver_sql("BEGIN IMMEDIATE")
            return lire_base(base.octets(connexion))
    except FichierRefuseError as refus:
        return non_lu(chemin, refus)
    except base.ErreursDeBase as erreur:
        if base.passagere(erreur):
            raise
        # A folder that may not be written in, or what is no database: as a stranger would read it.
        return lire_journal_de(chemin)


def _remplacer(chemin: Path, rejeu: Rejeu) -> str:
    """Keep the file under another name, write what its actions give; return the sentence that says so.

    Raises
    ------
    OSError
        The file could not be renamed: nothing may be written over it.
    """
    moment, rang = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S"), 1
    while os.path.lexists(cible := chemin.with_name(f"{chemin.stem}{MIS_DE_COTE}-{moment}-{rang}{chemin.suffix}")):
        rang += 1
    for suffixe in _ACCOMPAGNANTS:
        accompagnant = chemin.with_name(chemin.name + suffixe)
        if os.path.lexists(accompagnant):
            # Left in place, it would be applied to the new file.
            accompagnant.rename(cible.with_name(cible.name + suffixe))
    chemin.rename(cible)
    with rejeu.poste.moteur.connect() as connexion:
        base.ecrire(chemin, base.octets(connexion))
    return f"L'ancien fichier est gardé tel quel sous le nom « {cible.name} »."
