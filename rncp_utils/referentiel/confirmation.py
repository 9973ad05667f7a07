"""Une personne confirme une proposition : elle devient une fiche du cours si plus rien n'y est marqué."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.referentiel.chargement import valider
from rncp_utils.referentiel.modele import Referentiel
from rncp_utils.referentiel.proposition import en_yaml, etat_de_l_enregistrement, refuser_les_marques, sans_provenance
from rncp_utils.yaml_strict import lire_yaml

# Where a course keeps the sheets that it follows; the library keeps its own.
DOSSIER = "referentiel"


@dataclass(frozen=True)
class Confirmation:
    """Fiche confirmée, son fichier, et l'état de son enregistrement en une phrase."""

    referentiel: Referentiel
    chemin: Path
    etat: str


def confirmer(
    chemin: Path,
    *,
    cours: Path | None = None,
    sortie: Path | None = None,
    par: str = "",
    jour: dt.date | None = None,
    remplacer: bool = False,
) -> Confirmation:
    """Contrôle une proposition relue et écrit la fiche confirmée.

    Parameters
    ----------
    chemin : Path
        Proposition relue.
    cours, sortie : Path, optional
        Dossier du cours, où la fiche va par défaut (``referentiel/rncp38026.yaml``), ou fichier voulu.
    par : str
        Personne qui confirme, écrite en tête de la fiche.
    jour : date, optional
        Jour de la confirmation ; par défaut, aujourd'hui.
    remplacer : bool
        Écraser une fiche déjà confirmée.

    Raises
    ------
    ErreurListe
        Valeurs encore marquées, ou fautes de la fiche : toutes, en une fois. Rien n'est écrit.
    ErreurDonnees
        La fiche existe déjà, ou aucun lieu n'est donné.
    """
    jour = jour or dt.date.today()
    lu = lire_yaml(chemin)
    contenu = sans_provenance(lu.contenu) if isinstance(lu.contenu, dict) else lu.contenu
    if isinstance(contenu, dict):
        refuser_les_marques(contenu, chemin.name)
    referentiel = valider(contenu, lu.fautes, chemin.name)
    cible = _cible(referentiel, cours, sortie)
    if cible.exists() and not remplacer:
        raise ErreurDonnees(f"La fiche « {cible} » existe déjà ; donnez --sortie, ou --remplacer pour l'écraser.")
    etat = etat_de_l_enregistrement(referentiel.validite.fin, jour)
    qui = f" par {' '.join(par.split())}" if par.strip() else ""
    en_tete = (
        f"# Fiche RNCP {referentiel.certification.code}, confirmée le {jour:%d/%m/%Y}{qui}.\n"
        f"# D'après {chemin.name}, SHA-256 {lu.empreinte}.\n# {etat}\n"
    )
    ecrire_texte(cible, f"{en_tete}\n{en_yaml(contenu)}")
    return Confirmation(referentiel, cible, etat)


def _cible(referentiel: Referentiel, cours: Path | None, sortie: Path | None) -> Path:
    if sortie is not None:
        if sortie.suffix not in (".yaml", ".yml"):
            raise ErreurDonnees(f"« {sortie} » n'est pas un nom de fichier .yaml ; donnez-en un avec --sortie.")
        return sortie
    if cours is None:
        raise ErreurDonnees("Aucun dossier de cours n'est donné ; dites où écrire la fiche avec --sortie.")
    return cours / DOSSIER / f"rncp{referentiel.certification.code}.yaml"
