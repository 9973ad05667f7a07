"""Which kernel runs each cell, decided from the instructor's own notebook: a copy may say anything of its cells.

* A **test** (graded, locked) runs in B, where the learner's code never was; with the tag ``noyau-apprenant`` in the
  source notebook it runs in A, and is listed as such.
* A **preparation** (locked, not graded) runs in A, in its place; and in B too, when a test reads a name that it binds
  (directly, or through another preparation), when it holds ``from … import *``, or with the tag ``noyau-test``.
* Every other code cell is the learner's: it runs in A only.

What crosses from A to B before a test: the names that the test, or a preparation it needs, reads, and that an unlocked
cell of the source notebook binds before it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from rncp_utils.autograde.execution.noms import Noms, noms_de
from rncp_utils.erreurs import ErreurDonnees

IN_LEARNER_KERNEL = "noyau-apprenant"
FOR_TESTS = "noyau-test"
TEST, PREPARATION, REPONSE = "test", "preparation", "reponse"


@dataclass(frozen=True)
class CelluleSource:
    """A code cell of the source notebook, as far as running it needs."""

    nom: str
    genre: str
    etiquettes: frozenset[str]
    noms: Noms


@dataclass(frozen=True)
class Besoins:
    """What kernel B needs before a test: preparations to run, in order, and names of the learner to bring."""

    preparations: tuple[str, ...] = ()
    noms: tuple[str, ...] = ()
    # Preparations that use a value of the learner: to be run again when it may have changed.
    variables: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    """Cells of the source notebook, in order."""

    cellules: tuple[CelluleSource, ...]
    _rangs: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rangs", {c.nom: rang for rang, c in enumerate(self.cellules) if c.nom})

    def genre(self, nom: str | None) -> str:
        """Kind of the cell of a copy that has this ``grade_id`` (None: a cell that the learner added)."""
        rang = self._rangs.get(nom or "")
        return REPONSE if rang is None else self.cellules[rang].genre

    def dans_a(self, nom: str) -> bool:
        """Does this test run in the learner's kernel?"""
        return IN_LEARNER_KERNEL in self.cellules[self._rangs[nom]].etiquettes

    @property
    def tests_dans_a(self) -> tuple[str, ...]:
        """Tests that the author lets run in the learner's kernel."""
        return tuple(c.nom for c in self.cellules if c.genre == TEST and IN_LEARNER_KERNEL in c.etiquettes)

    def besoins(self, nom: str, source: str) -> Besoins:
        """Needs of a test, whose text is ``source`` (in the gradebook, keys are in it; in the notebook, a call)."""
        rang = self._rangs[nom]
        avant = self.cellules[:rang]
        retenues: set[int] = {
            place for place, c in enumerate(avant)
            if c.genre == PREPARATION and (c.noms.tout or FOR_TESTS in c.etiquettes)
        }  # fmt: skip
        a_lire = set(noms_de(source).lus).union(*(avant[place].noms.lus for place in retenues))
        vus: set[str] = set()
        traverse: set[str] = set()
        while a_lire - vus:
            nom_lu = (a_lire - vus).pop()
            vus.add(nom_lu)
            for place in _poseurs(avant, nom_lu):
                if avant[place].genre == PREPARATION:
                    retenues.add(place)
                    a_lire |= avant[place].noms.lus
                else:
                    traverse.add(nom_lu)
        preparations = tuple(avant[place].nom for place in sorted(retenues))
        variables = _variables([avant[place] for place in sorted(retenues)], traverse)
        return Besoins(preparations, tuple(sorted(traverse)), variables)


def _poseurs(avant: Sequence[CelluleSource], nom: str) -> list[int]:
    """Cells that give its value to a name: the last kind that binds it has the last word, learner or author."""
    places = [place for place, c in enumerate(avant) if c.genre != TEST and nom in c.noms.poses]
    if not places:
        return []
    dernier = avant[places[-1]].genre
    return [place for place in places if avant[place].genre == dernier]


def _variables(preparations: list[CelluleSource], noms: set[str]) -> frozenset[str]:
    """Preparations that a value of the learner reaches."""
    touches, variables = set(noms), set()
    for cellule in preparations:
        if cellule.noms.lus & touches:
            variables.add(cellule.nom)
            touches |= cellule.noms.poses
    return frozenset(variables)


def lire_plan(notebook: Path) -> Plan:
    """Plan of a source notebook.

    Raises
    ------
    ErreurDonnees
        The notebook is missing or unreadable: without it, nobody can tell a test from a cell of the learner.
    """
    try:
        etat = notebook.stat()
        return _lire(notebook, etat.st_mtime_ns, etat.st_size)
    except (OSError, ValueError, KeyError, TypeError) as erreur:
        raise ErreurDonnees(
            f"Le notebook d'origine « {notebook} » est absent ou illisible : sans lui, les cellules de test ne peuvent "
            "pas être reconnues. Remettez-le en place, puis recommencez."
        ) from erreur


@lru_cache(maxsize=64)
def _lire(notebook: Path, _date: int, _taille: int) -> Plan:
    contenu = json.loads(notebook.read_text(encoding="utf-8"))
    return plan_de(contenu["cells"])


def plan_de(cellules: Sequence[dict]) -> Plan:
    """Plan of the cells of a notebook (as nbformat, or plain JSON, gives them)."""
    return Plan(tuple(_cellule(cellule) for cellule in cellules if cellule["cell_type"] == "code"))


def _cellule(cellule: dict) -> CelluleSource:
    marque = cellule["metadata"].get("nbgrader", {})
    genre = REPONSE
    if marque.get("grade") and not marque.get("solution"):
        genre = TEST
    elif marque.get("locked") and not marque.get("solution"):
        genre = PREPARATION
    source = cellule["source"]
    texte = source if isinstance(source, str) else "".join(source)
    etiquettes = frozenset(cellule["metadata"].get("tags", ()))
    return CelluleSource(marque.get("grade_id", ""), genre, etiquettes, noms_de(texte))
