"""Public names of a package, each loaded on first use (PEP 562): a kernel starts without what it will not call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def noms_differes(
    paquet: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` of ``paquet``; ``modules`` gives for each name its submodule."""
    publics = sorted(modules)

    def charger(nom: str) -> Any:
        if nom not in modules:
            raise AttributeError(f"module {paquet!r} has no attribute {nom!r}")
        return getattr(import_module(f"{paquet}.{modules[nom]}"), nom)

    return charger, lambda: publics, publics
