"""Les experts métier déclarés pour une session : un nom, une qualité."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.grading.lecture_csv import lire_csv_fr
from rncp_utils.tableurs import ecrire_csv_fr

DOSSIER_OBSERVATIONS = "observations"
FICHIER = "observateurs.csv"
COLONNES = ("nom", "qualite")


@dataclass(frozen=True)
class Observateur:
    """Expert métier déclaré."""

    nom: str
    qualite: str


def cle(nom: str) -> str:
    """What makes two writings of a name the same person: case, accents and spaces do not count."""
    sans = unicodedata.normalize("NFKD", nom).encode("ascii", "ignore").decode()
    return " ".join(sans.lower().replace("-", " ").split())


def chemin_observateurs(cours: Path) -> Path:
    """File of the declared experts of a course."""
    return Path(cours) / DOSSIER_OBSERVATIONS / FICHIER


def lire_observateurs(cours: Path) -> tuple[Observateur, ...]:
    """Experts déclarés d'un cours ; aucun si le fichier n'existe pas.

    Raises
    ------
    ErreurListe
        Un nom ou une qualité manque, ou un nom est écrit deux fois.
    """
    chemin = chemin_observateurs(cours)
    if not chemin.exists():
        return ()
    table = lire_csv_fr(chemin, COLONNES)
    fautes = [f"ligne {rang} : le nom ou la qualité manque." for rang, ligne in table.iterrows() if "" in set(ligne)]
    cles = table["nom"].map(cle)
    fautes += [f"« {nom} » est écrit deux fois ; gardez une ligne." for nom in table["nom"][cles.duplicated()]]
    if fautes:
        raise ErreurListe(f"Le fichier « {FICHIER} » est refusé, corrigez chacune de ces fautes :", fautes)
    return tuple(Observateur(ligne.nom, ligne.qualite) for ligne in table.itertuples())


def declarer_observateur(cours: Path, nom: str, qualite: str) -> Observateur:
    """Ajoute un expert à ceux du cours, ou corrige sa qualité.

    Raises
    ------
    ErreurDonnees
        Le nom ou la qualité est vide.
    """
    nouveau = Observateur(" ".join(nom.split()), " ".join(qualite.split()))
    if not cle(nouveau.nom) or not nouveau.qualite:
        raise ErreurDonnees(
            "Le nom ou la qualité de l'expert manque : écrivez par exemple « Claire Petit », « directrice d'agence »."
        )
    gardes = [observateur for observateur in lire_observateurs(cours) if cle(observateur.nom) != cle(nouveau.nom)]
    table = pd.DataFrame([vars(observateur) for observateur in [*gardes, nouveau]], columns=list(COLONNES))
    ecrire_csv_fr(table, chemin_observateurs(cours))
    return nouveau


def observateur_declare(declares: tuple[Observateur, ...], nom: str) -> Observateur | None:
    """The declared expert of that name, however it is written."""
    return next((observateur for observateur in declares if cle(observateur.nom) == cle(nom)), None)
