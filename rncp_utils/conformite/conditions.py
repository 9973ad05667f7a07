"""Conditions écrites comme des données, sans rien exécuter : elles disent à quels clients une règle s'applique.

A condition is worth yes, no or unknown for each client (Kleene): a missing fact never passes for a no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

import pandas as pd

TOUJOURS = "toujours"
BOOLEEN, NOMBRE = "booleen", "nombre"
Faits = Mapping[str, pd.Series]

# Comparison → what it does to a column of facts.
_COMPARAISONS: dict[str, Callable[[pd.Series, Any], pd.Series]] = {
    "parmi": lambda faits, valeurs: faits.isin(valeurs),
    "egal": lambda faits, valeur: faits == valeur,
    "plus_de": lambda faits, valeur: faits > valeur,
}
_GROUPES = {"tous": and_, "un": or_}


def evaluer(condition: Any, faits: Faits, index: pd.Index) -> pd.Series:
    """Yes, no or NA for each client, of a condition that :func:`fautes_de_condition` accepts."""
    if condition == TOUJOURS:
        return pd.Series(True, index=index, dtype="boolean")
    if "colonne" in condition:
        colonne = faits[condition["colonne"]]
        nom = next(nom for nom in _COMPARAISONS if nom in condition)
        return _COMPARAISONS[nom](colonne, condition[nom]).astype("boolean").mask(colonne.isna())
    if "sauf" in condition:
        return ~evaluer(condition["sauf"], faits, index)
    nom = next(iter(condition))
    return reduce(_GROUPES[nom], (evaluer(partie, faits, index) for partie in condition[nom]))


def colonnes_lues(condition: Any) -> set[str]:
    """Columns of the client that a condition reads."""
    if condition == TOUJOURS:
        return set()
    if "colonne" in condition:
        return {condition["colonne"]}
    parties = [condition["sauf"]] if "sauf" in condition else next(iter(condition.values()))
    return set().union(*map(colonnes_lues, parties))


def fautes_de_condition(condition: Any, colonnes: Mapping[str, Any]) -> Iterator[str]:
    """One French sentence a fault of the writing."""
    if condition == TOUJOURS:
        return
    if not isinstance(condition, dict) or not condition:
        yield f"« {condition} » n'est pas une condition ; écrivez toujours, ou une condition sur une colonne"
    elif "colonne" in condition:
        yield from _fautes_de_comparaison(condition, colonnes)
    elif set(condition) == {"sauf"}:
        yield from fautes_de_condition(condition["sauf"], colonnes)
    elif len(condition) == 1 and next(iter(condition)) in _GROUPES:
        parties = next(iter(condition.values()))
        if not isinstance(parties, list) or not parties:
            yield "tous et un demandent une liste de conditions"
            return
        for partie in parties:
            yield from fautes_de_condition(partie, colonnes)
    else:
        yield f"{', '.join(map(str, condition))} : écrivez colonne, tous, un ou sauf"


def _fautes_de_comparaison(condition: dict[str, Any], colonnes: Mapping[str, Any]) -> Iterator[str]:
    nom, comparaisons = condition["colonne"], sorted(set(condition) - {"colonne"})
    if nom not in colonnes:
        yield f"colonne {nom} inconnue ; déclarez-la dans colonnes"
        return
    if len(comparaisons) != 1 or comparaisons[0] not in _COMPARAISONS:
        yield f"{nom} : une seule comparaison est attendue parmi {', '.join(_COMPARAISONS)}"
        return
    comparaison, valeur, sorte = comparaisons[0], condition[comparaisons[0]], colonnes[nom]
    attendus = {BOOLEEN: "egal", NOMBRE: "plus_de"}
    attendue = attendus.get(sorte, "parmi") if isinstance(sorte, str) else "parmi"
    if comparaison != attendue:
        yield f"{nom} se compare par {attendue}"
    elif attendue == "parmi" and not (isinstance(valeur, list) and set(valeur) <= set(sorte)):
        yield f"{nom} : {valeur} n'est pas une liste prise dans {', '.join(sorte)}"
    elif attendue == "egal" and not isinstance(valeur, bool):
        yield f"{nom} : true ou false est attendu"
    elif attendue == "plus_de" and (isinstance(valeur, bool) or not isinstance(valeur, int | float)):
        yield f"{nom} : un nombre est attendu"
