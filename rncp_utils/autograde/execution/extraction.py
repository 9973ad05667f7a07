"""What the grader asks of a kernel, in the kernel: give these values (A), take these values (B).

Light on purpose: kernels import it, and they must never load nbgrader or a gradebook.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from rncp_utils.autograde.execution.valeurs import OCTETS_MAX, ValeurRefusee, decoder, encoder

MIME = "application/vnd.rncp.valeurs+json"


class Message:
    """A JSON text that the kernel gives back as it is, without the shell's pretty printing."""

    def __init__(self, contenu: Mapping[str, Any]) -> None:
        self.texte = json.dumps(contenu, ensure_ascii=False, allow_nan=False)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {MIME: self.texte}

    def __repr__(self) -> str:
        return "Message"


def extraire(espace: Mapping[str, Any], noms: Sequence[str]) -> Message:
    """The values that a kernel holds under ``noms``: encoded, or why not."""
    valeurs: dict[str, Any] = {}
    refus: dict[str, str] = {}
    total = 0
    for nom in noms:
        if nom not in espace:
            continue
        try:
            arbre = encoder(espace[nom])
            total += len(json.dumps(arbre))
            if total > OCTETS_MAX:
                raise ValeurRefusee(f"avec les autres valeurs, elle dépasse {OCTETS_MAX // 2**20} Mio")
            valeurs[nom] = arbre
        except ValeurRefusee as erreur:
            refus[nom] = str(erreur)
        except Exception as erreur:  # whatever an object of the learner raises when it is looked at
            refus[nom] = f"elle n'a pas pu être lue ({type(erreur).__name__})"
    return Message({"valeurs": valeurs, "refus": refus})


_REFUS: dict[str, str] = {}


def injecter(espace: MutableMapping[str, Any], noms: Sequence[str], texte: str) -> None:
    """Set ``noms`` to the verified values; a name without a value is taken away."""
    arbres = json.loads(texte)
    _REFUS.clear()
    for nom in noms:
        espace.pop(nom, None)
        if nom not in arbres:
            continue
        try:
            espace[nom] = decoder(arbres[nom])
        except Exception:  # lengths that do not fit, a key that cannot be one: well-formed JSON, no value
            _REFUS[nom] = "sa forme n'est pas celle d'une donnée"


def refus() -> Message:
    """What the last :func:`injecter` could not set, and why."""
    return Message({"refus": dict(_REFUS)})
