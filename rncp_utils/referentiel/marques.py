"""Ce qu'une proposition n'affirme pas : « à confirmer : … » (deviné) et « à compléter » (illisible ou absent).

The mark stands in the value, not in a comment: an editor that drops comments would confirm everything by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

A_CONFIRMER, A_COMPLETER = "à confirmer", "à compléter"
# The block of a proposal that says where it comes from; a confirmed sheet has none.
PROPOSITION = "proposition"
_MARQUE = re.compile(rf"\s*({A_CONFIRMER}|{A_COMPLETER})\b", re.IGNORECASE)


def a_confirmer(valeur: object) -> str:
    """Valeur devinée.

    >>> a_confirmer("Questionnaire")
    'à confirmer : Questionnaire'
    """
    return f"{A_CONFIRMER} : {valeur}"


def est_marque(valeur: Any) -> bool:
    """Vrai pour un texte qui commence par l'une des deux marques."""
    return isinstance(valeur, str) and _MARQUE.match(unicodedata.normalize("NFC", valeur)) is not None


def marques(contenu: Any, chemin: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Lieu et texte de chaque valeur marquée, dans l'ordre du fichier.

    >>> list(marques({"jury": {"membres": "à compléter"}, "blocs": [{"code": "B1", "libelle": "à confirmer : x"}]}))
    [('jury › membres', 'à compléter'), ('blocs › B1 › libelle', 'à confirmer : x')]
    """
    if est_marque(contenu):
        yield " › ".join(chemin), " ".join(contenu.split())
    elif isinstance(contenu, dict):
        for cle, valeur in contenu.items():
            yield from marques(valeur, (*chemin, str(cle)))
    elif isinstance(contenu, list):
        for rang, valeur in enumerate(contenu, start=1):
            yield from marques(valeur, (*chemin, _nom(valeur, rang)))


def _nom(element: Any, rang: int) -> str:
    """How a person finds an item of a list: by its code, or by its rank."""
    cles = ("code", "id", "activite") if isinstance(element, dict) else ()
    return next((element[cle] for cle in cles if isinstance(element.get(cle), str)), f"n° {rang}")
