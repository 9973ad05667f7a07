"""French typography of what is shown on a page; what is typed or stored is left as it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rncp_utils.formats import INSECABLE

MOINS = "\u2212"
_ESPACES = re.compile(r" (?=[:;?!»%€])|(?<=«) ")
# The hyphen of « N-1 », of a date or of a name is no minus sign.
_NEGATIF = re.compile(r"(?<![\w.,/-])-(?=\d)")


def typographier(texte: str) -> str:
    """Text with the no-break spaces of French (before « : ; ? ! » % € », after « « ») and a minus sign before numbers.

    >>> typographier("EBE : -8 800 € en N-1 (-12 %), le 2026-05-04").replace(INSECABLE, "_")
    'EBE_: −8 800_€ en N-1 (−12_%), le 2026-05-04'
    """
    return _NEGATIF.sub(MOINS, _ESPACES.sub(INSECABLE, texte))


def simplifier(texte: str) -> str:
    """Le texte en minuscules, sans accent ni ligature, pour comparer ou classer des mots.

    >>> simplifier("Évaluer la mise en Œuvre")
    'evaluer la mise en oeuvre'
    """
    decompose = unicodedata.normalize("NFKD", texte.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(signe for signe in decompose if not unicodedata.combining(signe))


def compter(nombre: int, singulier: str, pluriel: str = "") -> str:
    """« 1 échange », « 2 échanges »; ``pluriel`` where the s does not come last."""
    return f"{nombre} {(pluriel or singulier + 's') if nombre > 1 else singulier}"


def au_milieu(phrase: str) -> str:
    """A sentence in the middle of another one: « Commission » becomes « commission », but « TVA » stays.

    >>> au_milieu("Frais de dossier"), au_milieu("TVA avancée")
    ('frais de dossier', 'TVA avancée')
    """
    return phrase if phrase[1:2].isupper() else phrase[0].lower() + phrase[1:]


def enumerer(mots: Sequence[str]) -> str:
    """« a, b et c »; empty for no word."""
    *debut, dernier = mots or ("",)
    return f"{', '.join(debut)} et {dernier}" if debut else dernier
