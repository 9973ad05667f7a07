"""Lecture d'un fichier de paramètre : contrôle complet, mise en mémoire, noms livrés.

Only the asked file is read: a notebook that needs one rate does not pay for the others.
"""

from __future__ import annotations

import datetime as dt
import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurListe, ErreurParametre
from rncp_utils.modeles import lire_modele
from rncp_utils.parametres.controles import fautes_croisees
from rncp_utils.parametres.modele import Parametre
from rncp_utils.yaml_strict import lire_yaml

DOSSIER_VALEURS = Path(__file__).parent / "valeurs"
_NOM = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


@cache
def parametres_livres() -> tuple[str, ...]:
    """Noms de tous les paramètres livrés, par ordre alphabétique."""
    chemins = DOSSIER_VALEURS.rglob("*.yaml")
    return tuple(sorted(".".join(chemin.relative_to(DOSSIER_VALEURS).with_suffix("").parts) for chemin in chemins))


@cache
def fiche_parametre(nom: str) -> Parametre:
    """Tout ce que la bibliothèque sait d'un paramètre : valeurs, références, statut, ce qui reste à vérifier.

    Raises
    ------
    ErreurParametre
        Nom inconnu : le message cite les noms les plus proches.
    ErreurListe
        Fichier mal formé : toutes ses fautes, en une fois.

    Examples
    --------
    >>> fiche = fiche_parametre("is.taux_reduit_plafond")
    >>> fiche.unite, fiche.sens_de_la_date, fiche.statut
    ('euros', 'exercice_clos', 'verifie')
    """
    if isinstance(nom, str) and _NOM.fullmatch(nom):
        chemin = DOSSIER_VALEURS.joinpath(*nom.split(".")).with_suffix(".yaml")
        if chemin.is_file():
            return charger_parametre(chemin, nom)
    raise ErreurParametre(
        f"Le paramètre « {nom} » n'existe pas ; {_proches(str(nom))}. Corrigez le nom ou ajoutez son fichier avec sa "
        "référence."
    )


def charger_parametre(chemin: Path, nom: str | None = None) -> Parametre:
    """Paramètre lu dans un fichier YAML et contrôlé ; ``nom`` est par défaut celui du fichier.

    Raises
    ------
    ErreurDonnees
        Fichier impossible à ouvrir.
    ErreurListe
        Fichier mal formé : toutes ses fautes, en une fois.
    """
    lu = lire_yaml(chemin)
    titre = f"Le paramètre {nom or chemin.stem} ({chemin.name}) est refusé, corrigez chacune de ces fautes :"
    if not isinstance(lu.contenu, dict):
        raise ErreurListe(titre, ["le fichier ne contient pas de champs ; il est vide ou n'est pas un paramètre."])
    contenu = _cles_en_texte(lu.contenu)
    fautes = list(lu.fautes)
    if "nom" in contenu:
        fautes.append("nom : ce champ est inconnu ; le chemin du fichier est le nom, ôtez le champ.")
    fiche, autres = lire_modele(Parametre, {**contenu, "nom": nom or chemin.stem})
    fautes += [*autres, *fautes_croisees(contenu)]
    if fiche is None or fautes:
        raise ErreurListe(titre, fautes)
    return fiche


def _cles_en_texte(valeur: Any) -> Any:
    """The same data, dates of keys as ISO text: faults then name them as the file writes them."""
    if isinstance(valeur, dict):
        return {
            cle.isoformat() if isinstance(cle, dt.date) else cle: _cles_en_texte(contenu)
            for cle, contenu in valeur.items()
        }
    return [_cles_en_texte(element) for element in valeur] if isinstance(valeur, list) else valeur


def _proches(nom: str) -> str:
    noms = parametres_livres()
    proches = [livre for livre in noms if livre.startswith(f"{nom}.")] or get_close_matches(nom, noms, n=3, cutoff=0.5)
    if not proches:
        return "la liste des noms est donnée par parametres_livres()"
    return f"les noms les plus proches sont : {', '.join(proches)}"
