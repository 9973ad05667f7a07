"""La liste des personnes d'une classe, telle qu'un tableur l'enregistre : qui est qui, et avec quel rôle."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.grading.lecture_csv import lire_csv_fr, lire_date
from rncp_utils.hub.roles import APPRENANT, EXPERT, ROLES
from rncp_utils.referentiel import Referentiel

COLONNES = ("identifiant", "nom", "prenom", "role")
FACULTATIVES = ("groupe", "voie", "date_entree", "qualite")
# As people write it.
_DATE_EN_CLAIR = "date_d_entree"
# Account name for Linux, JupyterHub and nbgrader alike: a « + » would cut the name of a copy in two.
_IDENTIFIANT = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*")
LONGUEUR_MAX = 32
_SYNONYMES = {"apprenante": "apprenant", "formatrice": "formateur", "coordinatrice": "coordinateur"}
_SYNONYMES |= {"experte": "expert", "expert métier": "expert", "experte métier": "expert", "expert metier": "expert"}


@dataclass(frozen=True)
class Personne:
    """Une ligne de la liste.

    Attributes
    ----------
    role
        Clé de :data:`rncp_utils.hub.roles.ROLES`.
    groupe
        Promotion ou agence, à titre d'information.
    voie, date_entree
        D'un apprenant, pour les documents du jury.
    qualite
        D'un expert métier : « directrice d'agence ».
    """

    identifiant: str
    nom: str
    prenom: str
    role: str
    groupe: str = ""
    voie: str = ""
    date_entree: dt.date | None = None
    qualite: str = ""

    @property
    def nom_complet(self) -> str:
        """« Claire Petit »."""
        return f"{self.prenom} {self.nom}".strip()


def lire_classe(chemin: Path, referentiel: Referentiel) -> tuple[Personne, ...]:
    """Personnes d'un fichier CSV (``;``, UTF-8 ou Windows-1252), colonnes :data:`COLONNES` et :data:`FACULTATIVES`.

    Raises
    ------
    ErreurDonnees
        Le fichier est illisible, vide, ou une colonne manque.
    ErreurListe
        Des lignes sont fausses : toutes leurs fautes.
    """
    table = lire_csv_fr(chemin, COLONNES, (*FACULTATIVES, _DATE_EN_CLAIR))
    en_clair = table.pop(_DATE_EN_CLAIR)
    table["date_entree"] = table["date_entree"].where(table["date_entree"] != "", en_clair)
    if table.empty:
        raise ErreurDonnees(
            f"Le fichier « {Path(chemin).name} » ne contient personne : écrivez une ligne par personne."
        )
    table["role"] = table["role"].str.lower().replace(_SYNONYMES)
    dates = table["date_entree"].map(lire_date)
    fautes = sorted(_fautes(table, dates, referentiel))
    if fautes:
        phrases = [f"ligne {rang} : {phrase}" for rang, phrase in fautes]
        raise ErreurListe(f"Le fichier « {Path(chemin).name} » est refusé, corrigez chacune de ces fautes :", phrases)
    return tuple(
        Personne(**ligne._asdict() | {"date_entree": jour})
        for ligne, jour in zip(table.itertuples(index=False), dates, strict=True)
    )


def _fautes(table: pd.DataFrame, dates: pd.Series, referentiel: Referentiel) -> Iterator[tuple[int, str]]:
    voies = [voie.code for voie in referentiel.voies_acces.voies]
    for rang, ligne in table.iterrows():
        yield from ((rang, phrase) for phrase in _fautes_d_une_ligne(ligne, dates[rang], voies))
    for rang in table.index[table.duplicated("identifiant") & (table["identifiant"] != "")]:
        yield rang, f"« {table['identifiant'][rang]} » est écrit deux fois ; gardez une ligne, avec un seul rôle."


def _fautes_d_une_ligne(ligne: pd.Series, jour: dt.date | None, voies: list[str]) -> Iterator[str]:
    identifiant = ligne["identifiant"]
    if not _IDENTIFIANT.fullmatch(identifiant) or len(identifiant) > LONGUEUR_MAX:
        yield (
            f"l'identifiant « {identifiant} » ne convient pas ; écrivez {LONGUEUR_MAX} signes au plus, en minuscules "
            "sans accent, chiffres, points ou tirets, par exemple amelie.durand."
        )
    for colonne, nom in (("nom", "le nom"), ("prenom", "le prénom")):
        if not ligne[colonne]:
            yield f"{nom} manque ; écrivez-le."
        elif any(signe in ligne[colonne] for signe in ":\n"):
            yield f"{nom} « {ligne[colonne]} » contient un signe qui ne convient pas ; ôtez-le."
    if ligne["role"] not in ROLES:
        yield f"le rôle « {ligne['role']} » est inconnu ; choisissez : {', '.join(ROLES)}."
    if ligne["voie"] and ligne["voie"] not in voies:
        yield f"la voie « {ligne['voie']} » est inconnue ; choisissez : {', '.join(voies)}."
    if ligne["date_entree"] and jour is None:
        yield f"la date « {ligne['date_entree']} » ne se lit pas ; écrivez-la JJ/MM/AAAA."
    if ligne["role"] == EXPERT.code and not ligne["qualite"]:
        yield "la qualité de l'expert manque ; écrivez par exemple « directrice d'agence »."
    if ligne["role"] != APPRENANT.code and (ligne["voie"] or ligne["date_entree"]):
        yield "seul un apprenant a une voie et une date d'entrée ; videz ces cases."
