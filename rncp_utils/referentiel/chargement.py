"""Chargement d'une fiche RNCP : lecture, contrôle complet, mise en mémoire des fiches livrées."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from rncp_utils.erreurs import ErreurListe, ErreurSchema
from rncp_utils.fautes import fautes_en_francais
from rncp_utils.referentiel.controles import fautes_croisees
from rncp_utils.referentiel.modele import EXEMPLES, Referentiel
from rncp_utils.yaml_strict import lire_yaml

DOSSIER_FICHES = Path(__file__).parent


def fiches_livrees() -> tuple[str, ...]:
    """Noms des fiches livrées avec la bibliothèque, modèles vides compris."""
    return tuple(sorted(chemin.stem for chemin in DOSSIER_FICHES.glob("rncp*.yaml")))


def charger_referentiel(chemin_ou_code: str | Path = "rncp31919") -> Referentiel:
    """Charge et contrôle une fiche RNCP.

    Parameters
    ----------
    chemin_ou_code : str or Path
        Nom d'une fiche livrée (``"rncp31919"`` ou ``"31919"``), ou chemin d'un fichier ``.yaml``.

    Returns
    -------
    Referentiel
        Fiche non modifiable. Une fiche livrée n'est lue qu'une fois.

    Raises
    ------
    ErreurSchema
        Si aucune fiche livrée ne porte ce nom.
    ErreurDonnees
        Si le fichier ne peut pas être ouvert.
    ErreurListe
        Si la fiche est mal formée : toutes ses fautes, en une fois.
    """
    if isinstance(chemin_ou_code, Path) or Path(chemin_ou_code).suffix in (".yaml", ".yml"):
        return _charger(Path(chemin_ou_code))
    return _charger_livree(chemin_ou_code)


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
    titre = f"La fiche {chemin.name} est refusée, corrigez chacune de ces fautes :"
    if not isinstance(lu.contenu, dict):
        raise ErreurListe(titre, ["le fichier ne contient pas de champs ; il est vide ou n'est pas une fiche."])
    fautes = list(lu.fautes)
    referentiel = None
    try:
        referentiel = Referentiel.model_validate(lu.contenu)
    except ValidationError as erreur:
        fautes += fautes_en_francais(erreur, lu.contenu, exemples=EXEMPLES)
    fautes += fautes_croisees(lu.contenu)
    if referentiel is None or fautes:
        raise ErreurListe(titre, fautes)
    return referentiel
