"""Reader's table of the 2035 (BNC): from the box on the form to the name used everywhere else.

The letters of the boxes come from memory, except BT and CP: they are to be checked on the form of the year, and every
reading says so.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

A_VERIFIER = "2035 : lettres des cases à vérifier sur le formulaire de l'année (23 novembre 2026)"


@dataclass(frozen=True)
class Ligne2035:
    """One amount of the 2035: name used by the library, box, form, group and French label."""

    nom: str
    case: str
    formulaire: str
    famille: str
    libelle: str


@cache
def lignes_2035() -> dict[str, Ligne2035]:
    """Amounts of the 2035 by internal name, in the order of the form."""
    texte = files("rncp_utils.entreprise").joinpath("cerfa", "bnc.csv").read_text(encoding="utf-8")
    return {ligne["nom"]: Ligne2035(**ligne) for ligne in csv.DictReader(texte.splitlines(), delimiter=";")}


@cache
def noms_par_case() -> dict[str, str]:
    """Internal name of each box."""
    return {ligne.case: ligne.nom for ligne in lignes_2035().values()}
