"""Amounts as they stand in the cells of a spreadsheet or a CSV file."""

from __future__ import annotations

import datetime as dt
import math
import re

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import lire_nombre

VIDES = frozenset({"", "-", "–", "—", "néant", "neant"})
FORMULE_NON_CALCULEE = "#FORMULE"
# « 12.345 » is 12 345 for some and 12,345 for others: a liasse is in whole euros, so the doubt is worth a question.
_AMBIGU = re.compile(r"[-−–(]?\s*[0-9]{1,3}[.,][0-9]{3}\s*[-−–€)]?")

Cellule = str | int | float | dt.date | None


def lire_montant(cellule: Cellule) -> float | int | None:
    """Amount in euros of a cell, None if it is empty; whole amounts are integers.

    Raises
    ------
    ErreurDonnees
        A French clause without capital nor full stop, to be put after « ligne 12 : ».
    """
    if isinstance(cellule, str):
        return _depuis_texte(cellule.strip())
    if cellule is None:
        return None
    if isinstance(cellule, bool) or not isinstance(cellule, int | float):
        raise ErreurDonnees(f"« {cellule} » n'est pas un montant, le tableur l'a peut-être changé en date")
    if not math.isfinite(cellule):
        raise ErreurDonnees("le montant n'est pas un nombre fini")
    return propre(cellule)


def en_texte(cellule: Cellule) -> str:
    """Text of a cell; a workbook gives 10.0 for the code 10."""
    if isinstance(cellule, float) and cellule.is_integer():
        cellule = int(cellule)
    return "" if cellule is None else str(cellule).strip()


def propre(valeur: float) -> float | int:
    """The integer equal to a whole number, the number itself otherwise."""
    return int(valeur) if float(valeur).is_integer() else float(valeur)


def _depuis_texte(texte: str) -> float | int | None:
    if texte.lower() in VIDES:
        return None
    if texte == FORMULE_NON_CALCULEE:
        raise ErreurDonnees("la cellule contient une formule sans résultat, ouvrez le classeur et enregistrez-le")
    if texte.startswith("#"):
        raise ErreurDonnees(f"la cellule contient l'erreur de tableur « {texte[:20]} »")
    if _AMBIGU.fullmatch(texte):
        raise ErreurDonnees(f"« {texte} » peut se lire de deux façons, écrivez le montant sans point ni virgule")
    try:
        nombre = lire_nombre(texte)
    except ErreurDonnees:
        raise ErreurDonnees(f"« {texte[:40]} » n'est pas un montant") from None
    if nombre.unite not in ("", "€"):
        raise ErreurDonnees(f"« {texte[:40]} » n'est pas un montant en euros")
    valeur = float(nombre.valeur)
    if not math.isfinite(valeur):
        raise ErreurDonnees(f"« {texte[:40]} » n'est pas un montant")
    return int(nombre.valeur) if nombre.valeur == nombre.valeur.to_integral_value() else valeur
