"""What an action gives back to the person who pressed its button, and how it tells where it is."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_INVARIABLES = {"déjà"}
# done, total, what is being done
Suivi = Callable[[int, int, str], None]


@dataclass(frozen=True)
class CompteRendu:
    """Result of an action.

    Attributes
    ----------
    phrases
        French sentences, one a fact.
    alertes
        Sentences that call for something to be done.
    fichiers
        Files that were written.
    """

    phrases: Sequence[str] = ()
    alertes: Sequence[str] = ()
    fichiers: Sequence[Path] = field(default_factory=tuple)


def compte() -> str:
    """Account of the person at the keyboard, for the audit journal."""
    if au_hub := os.environ.get("JUPYTERHUB_USER", "").strip():
        return au_hub
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account number without a name
        return f"compte {os.getuid()}"


def nombre(effectif: int, quoi: str) -> str:
    """« 3 copies collectées », « 0 copie collectée »."""
    pluriel = " ".join(mot if mot in _INVARIABLES else f"{mot}s" for mot in quoi.split())
    return f"{effectif} {pluriel if effectif > 1 else quoi}"


def muet(_fait: int, _total: int, _quoi: str) -> None:
    """No progress shown."""
