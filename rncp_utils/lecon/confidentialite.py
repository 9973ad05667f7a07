"""Written answers must name nobody: what looks like an e-mail address, a telephone number or an IBAN is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rncp_utils.lecon.questions import LIBRES, Question

# French numbers, written with any separator; ten digits that stand alone, as no amount is written.
MOTIFS = {
    "une adresse électronique": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "un numéro de téléphone": re.compile(
        r"(?<![\w,.])(?:\+ ?33|0033|0) ?(?:\(0\) ?)?[1-9](?:[ .\-\u00a0\u202f]?\d{2}){4}(?!\d)"
    ),
    "un IBAN": re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0\u202f]?[A-Z0-9]{4}){3,7}(?:[ \u00a0\u202f]?[A-Z0-9]{1,3})?\b"),
}


def donnees_personnelles(texte: str) -> list[str]:
    """Kinds of personal data that a text seems to hold, in French.

    >>> donnees_personnelles("Joindre le 06 12 34 56 78 ou a.b@exemple.fr ; budget de 1 350 €.")
    ['une adresse électronique', 'un numéro de téléphone']
    """
    return [nom for nom, motif in MOTIFS.items() if motif.search(texte)]


def trouver(questions: Iterable[Question], reponses: dict[str, Any]) -> list[tuple[int, str]]:
    """Rank of each written question whose answer holds personal data, and what was seen there."""
    trouvees = []
    for rang, question in enumerate(questions, start=1):
        reponse = reponses.get(question.id)
        libres = [reponse] if question.type in LIBRES else []
        if isinstance(reponse, dict):
            libres = [reponse.get(case.id) for case in question.cases if case.type in LIBRES]
        texte = "\n".join(libre for libre in libres if isinstance(libre, str))
        trouvees += [(rang, nom) for nom in donnees_personnelles(texte)]
    return trouvees
