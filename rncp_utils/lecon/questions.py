"""Questions and fields of a form as the learner sees them: no key here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

QCU = "QCU"  # one option
QCM = "QCM"  # several options
NUM = "NUM"  # a number
ORD = "ORD"  # a rank for each element
APP = "APP"  # an option for each element
TAB = "TAB"  # a table: elements are the rows, each column has its type
TXT = "TXT"  # a short text
RED = "RED"  # a written answer
TYPES = (QCU, QCM, NUM, ORD, APP, TAB, TXT, RED)
# Made of several simple questions, answered together.
COMPOSES = (ORD, APP, TAB)
# What nobody but a person can judge.
LIBRES = (TXT, RED)
TYPES_DE_COLONNE = (QCU, NUM, TXT)
JE_NE_SAIS_PAS = "je_ne_sais_pas"
# What is counted rather than measured: « un nombre de contacts », never « en contacts ».
UNITES_COMPTEES = frozenset({"fois", "contacts", "clients", "rendez-vous"})
LONGUEUR = {NUM: 200, TXT: 300, RED: 8000}


@dataclass(frozen=True)
class Option:
    """One answer offered to a question, or one element of a list."""

    id: str
    texte: str


@dataclass(frozen=True)
class Colonne:
    """A column of a table.

    Attributes
    ----------
    type : str
        ``QCU`` (a menu), ``NUM`` or ``TXT``.
    """

    id: str
    titre: str
    type: str
    unite: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question as the learner sees it.

    Attributes
    ----------
    type : str
        One of :data:`TYPES`.
    unite : str
        Unit of a number as it is shown; empty otherwise.
    options : tuple of Option
        What may be chosen (QCU, QCM, APP).
    elements : tuple of Option
        What is to be ranked (ORD), matched (APP), or the rows of a table (TAB).
    mots : int
        Length that a written answer should have, in words; 0 when it is free.
    facultatif : bool
        An empty answer, or a partly filled table, is complete.
    exclusions : tuple of str
        Questions never drawn together with this one.
    """

    id: str
    type: str
    enonce: str
    competence: str = ""
    unite: str = ""
    options: tuple[Option, ...] = ()
    elements: tuple[Option, ...] = ()
    colonnes: tuple[Colonne, ...] = ()
    mots: int = 0
    facultatif: bool = False
    exclusions: tuple[str, ...] = ()

    @cached_property
    def cases(self) -> tuple[Question, ...]:
        """The simple questions that a compound one is made of, row after row; their ids are the keys of its answer."""
        if self.type == TAB:
            return tuple(
                Question(
                    id=f"{ligne.id}.{colonne.id}",
                    type=colonne.type,
                    enonce=f"{ligne.texte}, {colonne.titre}",
                    unite=colonne.unite,
                    options=colonne.options,
                )
                for ligne in self.elements
                for colonne in self.colonnes
            )
        if self.type == ORD:
            rangs = tuple(Option(str(rang), str(rang)) for rang in range(1, len(self.elements) + 1))
            return tuple(Question(id=e.id, type=QCU, enonce=e.texte, options=rangs) for e in self.elements)
        if self.type == APP:
            return tuple(Question(id=e.id, type=QCU, enonce=e.texte, options=self.options) for e in self.elements)
        return ()


def dire_unite(unite: str) -> str:
    """Unit of a number as it follows « un nombre »: « en € », « en heures », « de fois », with a space before it.

    >>> dire_unite("€"), dire_unite("h"), dire_unite("fois"), dire_unite("")
    (' en €', ' en heures', ' de fois', '')
    """
    if not unite:
        return ""
    return f" de {unite}" if unite in UNITES_COMPTEES else f" en {'heures' if unite == 'h' else unite}"
