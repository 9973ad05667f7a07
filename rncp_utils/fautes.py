"""Turns pydantic's faults into French sentences that say where, what was read, what is wrong and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

_TYPES = {
    "string_type": "un texte est attendu (lu : {lu}) ; écrivez-le, entre guillemets s'il le faut",
    "int_type": "un nombre entier est attendu (lu : {lu})",
    "is_instance_of": "un nombre décimal est attendu (lu : {lu}) ; écrivez par exemple 0.60",
    "float_type": "un nombre est attendu (lu : {lu})",
    "finite_number": "{lu} n'est pas un nombre fini",
    "decimal_type": "un nombre décimal est attendu (lu : {lu}) ; écrivez par exemple 0.60",
    "bool_type": "true ou false est attendu (lu : {lu})",
    "date_type": "une date est attendue (lu : {lu}) ; écrivez-la AAAA-MM-JJ, sans guillemets ni heure",
    "tuple_type": "une liste est attendue (lu : {lu})",
    "model_type": "un groupe de champs est attendu (lu : {lu})",
    "missing": "le champ manque ; ajoutez-le",
    "extra_forbidden": "ce champ est inconnu ; ôtez-le ou corrigez son nom",
    "string_pattern_mismatch": "{lu} n'a pas la forme attendue ; écrivez {exemple}",
    "too_short": "la liste est vide ; donnez au moins un élément",
    "literal_error": "{lu} n'est pas admis ; valeurs admises : {expected}",
    "greater_than": "{lu} est trop petit ; la valeur doit dépasser {gt}",
    "greater_than_equal": "{lu} est trop petit ; la valeur minimale est {ge}",
    "less_than_equal": "{lu} est trop grand ; la valeur maximale est {le}",
}


def fautes_en_francais(
    erreur: ValidationError, contenu: Any, *, exemples: Mapping[str, str] = MappingProxyType({})
) -> list[str]:
    """One sentence a fault, in the order of the model.

    ``contenu`` is the raw data, used to name list items; ``exemples`` says, for a pattern, what to write.
    """
    fautes = [faute for faute in erreur.errors(include_url=False) if not _echo(faute)]
    return [f"{_chemin(faute['loc'], contenu)} : {_phrase(faute, exemples)}." for faute in fautes]


def _echo(faute: dict[str, Any]) -> bool:
    """Whether a list is called too short only because pydantic does not count its refused items."""
    return faute["type"] == "too_short" and bool(faute["input"])


def _phrase(faute: dict[str, Any], exemples: Mapping[str, str]) -> str:
    nature, lu = faute["type"], faute["input"]
    if lu is None and nature not in ("missing", "extra_forbidden"):
        return "la valeur manque ; renseignez ce champ"
    if nature == "string_pattern_mismatch" and not lu.strip():
        return "le texte est vide ; renseignez ce champ"
    modele = _TYPES.get(nature, "{lu} n'est pas une valeur admise ; corrigez ce champ")
    exemple = exemples.get(faute.get("ctx", {}).get("pattern"), "une valeur de la forme prévue")
    contexte = {cle: str(valeur).replace(" or ", " ou ") for cle, valeur in faute.get("ctx", {}).items()}
    return modele.format(lu=_lu(lu), exemple=exemple, **contexte)


def _lu(valeur: Any) -> str:
    if isinstance(valeur, bool):
        return "true" if valeur else "false"
    if isinstance(valeur, dict):
        return "un groupe de champs"
    if isinstance(valeur, list):
        return "une liste"
    if isinstance(valeur, dt.date):
        return f"la date {valeur.isoformat()}"
    if isinstance(valeur, int | Decimal):
        return f"le nombre {valeur}"
    return f"« {valeur} »"


def _chemin(loc: tuple[int | str, ...], contenu: Any) -> str:
    """``('competences', 3, 'libelle')`` -> ``competences › n° 4 (C4) › libelle``."""
    parties = []
    for element in loc:
        contenu = _descendre(contenu, element)
        if isinstance(element, int):
            nom = next((contenu[c] for c in ("code", "id") if isinstance(contenu, dict) and contenu.get(c)), None)
            parties.append(f"n° {element + 1}" + (f" ({nom})" if nom else ""))
        else:
            parties.append(element)
    return " › ".join(parties) or "fichier"


def _descendre(contenu: Any, element: int | str) -> Any:
    try:
        return contenu[element]
    except (KeyError, IndexError, TypeError):
        return None
