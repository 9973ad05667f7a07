"""Calls written in the cells of a notebook, read without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def appels(source: str, nom: str) -> Iterator[ast.Call]:
    """Calls of a function with at least one positional argument, in the order of the tree.

    >>> [appel.args[0].value for appel in appels('a = Entretien("S1")', "Entretien")]
    ['S1']
    """
    if nom not in source:
        return
    try:
        arbre = ast.parse(source)
    except SyntaxError:  # a cell with a magic is not what an author writes
        return
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Call) and getattr(noeud.func, "id", "") == nom and noeud.args:
            yield noeud
