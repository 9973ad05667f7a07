"""Chargement d'une fiche RNCP : lecture, contrôle complet, mise en mémoire des fiches livrées."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurSchema
from rncp_utils.modeles import lire_modele
from rncp_utils.referentiel.choix import VARIABLE, est_un_fichier, fiche_choisie
from rncp_utils.referentiel.controles import fautes_croisees
from rncp_utils.referentiel.marques import PROPOSITION
from rncp_utils.referentiel.modele import EXEMPLES, Referentiel
from rncp_utils.yaml_strict import lire_yaml

DOSSIER_FICHES = Path(__file__).parent


def fiches_livrees() -> tuple[str, ...]:
    """Noms des fiches livrées avec la bibliothèque, modèles vides compris."""
    return tuple(sorted(chemin.stem for chemin in DOSSIER_FICHES.glob("rncp*.yaml")))


def charger_referentiel(chemin_ou_code: str | Path | None = None) -> Referentiel:
    """Charge et contrôle une fiche RNCP.

    Parameters
    ----------
    chemin_ou_code : str or Path, optional
        Nom d'une fiche livrée (``"rncp31919"`` ou ``"31919"``), ou chemin d'un fichier ``.yaml``. Par défaut, la fiche
        que suit le cours : celle que nomme la variable d'environnement ``RNCP_FICHE``, sinon ``"rncp31919"``.

    Returns
    -------
    Referentiel
        Fiche non modifiable. Une fiche livrée, ou celle que suit le cours, n'est lue qu'une fois.

    Raises
    ------
    ErreurSchema
        Si aucune fiche livrée ne porte ce nom.
    ErreurDonnees
        Si le fichier ne peut pas être ouvert, ou si c'est une proposition que personne n'a confirmée.
    ErreurListe
        Si la fiche est mal formée : toutes ses fautes, en une fois.
    """
    if chemin_ou_code is None:
        return _charger_choisie(fiche_choisie())
    if est_un_fichier(chemin_ou_code):
        return _charger(Path(chemin_ou_code))
    return _charger_livree(str(chemin_ou_code))


def _charger_choisie(fiche: str) -> Referentiel:
    if not est_un_fichier(fiche):
        return _charger_livree(fiche)
    try:
        etat = Path(fiche).stat()
    except OSError as erreur:
        raise ErreurDonnees(
            f"La fiche que suit le cours, « {fiche} », est introuvable ; corrigez {VARIABLE}, ou ôtez-la pour "
            "revenir à la fiche livrée."
        ) from erreur
    # A lesson or a grid asks for the sheet at each cell; a corrected file is read again.
    return _charger_lue(fiche, etat.st_mtime_ns, etat.st_size)


@lru_cache(maxsize=4)
def _charger_lue(fiche: str, _modifiee: int, _taille: int) -> Referentiel:
    return _charger(Path(fiche))


@lru_cache
def _charger_livree(code: str) -> Referentiel:
    nom = f"rncp{code}" if code.isdigit() else code
    if nom not in fiches_livrees():
        raise ErreurSchema(
            f"La fiche « {code} » n'est pas livrée avec la bibliothèque ; fiches livrées : "
            f"{', '.join(fiches_livrees())}. Pour une autre fiche, donnez le chemin de son fichier .yaml."
        )
    return _charger(DOSSIER_FICHES / f"{nom}.yaml")


def _charger(chemin: Path) -> Referentiel:
    lu = lire_yaml(chemin)
    if isinstance(lu.contenu, dict) and PROPOSITION in lu.contenu:
        raise ErreurDonnees(
            f"Le fichier {chemin.name} est une proposition, que personne n'a confirmée ; relisez-la, puis lancez "
            f"« rncp referentiel confirmer {chemin.name} »."
        )
    return valider(lu.contenu, lu.fautes, chemin.name)


def valider(contenu: Any, fautes_lues: list[str], nom: str) -> Referentiel:
    """Fiche d'un contenu déjà lu ; ErreurListe, avec ``fautes_lues`` et toutes les autres, s'il n'est pas conforme."""
    titre = f"La fiche {nom} est refusée, corrigez chacune de ces fautes :"
    if not isinstance(contenu, dict):
        raise ErreurListe(titre, ["le fichier ne contient pas de champs ; il est vide ou n'est pas une fiche."])
    referentiel, fautes = lire_modele(Referentiel, contenu, exemples=EXEMPLES)
    fautes = [*fautes_lues, *fautes, *fautes_croisees(contenu)]
    if referentiel is None or fautes:
        raise ErreurListe(titre, fautes)
    return referentiel
