"""What is said of a file that could not be taken as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise


@dataclass(frozen=True)
class Anomalie:
    """Something a file said that could not be taken as it was.

    Attributes
    ----------
    code : str
        Stable name of the kind of anomaly, for counting and tests.
    lu, probleme, suite : str
        What was read, what is wrong with it, what was done or what to do; each a piece of one French sentence.
    """

    code: str
    lu: str
    probleme: str
    suite: str

    @property
    def phrase(self) -> str:
        """One French sentence."""
        return f"{self.lu[:1].upper()}{self.lu[1:]} : {self.probleme} ; {self.suite}."


def montrer(texte: object, longueur: int = 60) -> str:
    """Text of a hostile value, fit for a sentence: short, on one line, printable everywhere."""
    brut = str(texte)
    propre = "".join(c if c.isprintable() else "\ufffd" for c in brut[:longueur])
    return propre + "…" * (len(brut) > longueur)


def decrire(valeur: object) -> str:
    """A JSON value of any size, in a few French words."""
    if isinstance(valeur, list):
        return "une liste"
    if isinstance(valeur, dict):
        return "un objet"
    if valeur is None:
        return "rien"
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    return f"« {montrer(valeur)} »"


def reponse_ecartee(identifiant: str, code: str, probleme: str, suite: str = "elle est écartée") -> Anomalie:
    """Anomaly of the answer to one question."""
    return Anomalie(code, f"réponse à la question « {montrer(identifiant)} »", probleme, suite)


def heures_douteuses(textes: Iterable[object]) -> tuple[int, bool]:
    """How many hours nobody can read, and whether the others go backwards: a clock put back, or a hand."""
    lues = [_instant(texte) for texte in textes]
    connues = [instant for instant in lues if instant is not None]
    return len(lues) - len(connues), any(apres < avant for avant, apres in pairwise(connues))


def _instant(texte: object) -> float | None:
    try:
        # With or without a zone, and beyond what a clock of this machine counts: only the order matters.
        return datetime.fromisoformat(texte).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return None
