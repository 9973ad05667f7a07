"""The words that the rules know, read from ``vocabulaire.yaml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True)
class Interdite:
    """A phrase that turns a practice into a law; ``sauf`` tells the sentences that say the contrary."""

    motif: re.Pattern[str]
    sauf: re.Pattern[str]
    message: str


@dataclass(frozen=True)
class Vocabulaire:
    """Words and phrases."""

    verbes_observables: frozenset[str]
    verbes_invisibles: frozenset[str]
    mots_de_programmeur: re.Pattern[str]
    interdites: tuple[Interdite, ...]


@cache
def vocabulaire() -> Vocabulaire:
    """Read once."""
    lu = yaml.safe_load(files(__package__).joinpath("vocabulaire.yaml").read_text(encoding="utf-8"))
    mots = "|".join(re.escape(mot) for mot in lu["mots_de_programmeur"])
    return Vocabulaire(
        frozenset(lu["verbes_observables"]),
        frozenset(lu["verbes_invisibles"]),
        # Whole words, in their own case: « The » in a name of a company stays possible.
        re.compile(rf"(?<![\w-])({mots})(?![\w-])"),
        tuple(Interdite(re.compile(p["motif"]), re.compile(p["sauf"]), p["message"]) for p in lu["phrases_interdites"]),
    )
