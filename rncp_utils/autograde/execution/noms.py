"""Names that a cell reads and binds, from its text alone."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Noms:
    """What the text of a cell says of names.

    Attributes
    ----------
    lus
        Names read anywhere in the cell, and texts that could be one (``"taux" in globals()``).
    poses
        Names bound at the level of the notebook.
    tout
        ``from … import *``: it may bind anything.
    """

    lus: frozenset[str] = frozenset()
    poses: frozenset[str] = frozenset()
    tout: bool = False


@lru_cache(maxsize=2048)
def noms_de(source: str) -> Noms:
    """Names of a cell; none for a text that is not Python."""
    try:
        arbre = ast.parse(_sans_magies(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Noms()
    lus, poses, tout = set(), set(), False
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Name):
            (poses if isinstance(noeud.ctx, ast.Store) else lus).add(noeud.id)
        elif isinstance(noeud, ast.AugAssign) and isinstance(noeud.target, ast.Name):
            lus.add(noeud.target.id)
        elif isinstance(noeud, ast.Constant) and isinstance(noeud.value, str) and noeud.value.isidentifier():
            lus.add(noeud.value)
        elif isinstance(noeud, ast.Import | ast.ImportFrom):
            tout = tout or any(alias.name == "*" for alias in noeud.names)
            poses |= {(alias.asname or alias.name).partition(".")[0] for alias in noeud.names if alias.name != "*"}
        elif isinstance(noeud, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            poses.add(noeud.name)
    return Noms(frozenset(lus), frozenset(poses - _seulement_locaux(arbre, poses)), tout)


def _seulement_locaux(arbre: ast.Module, poses: set[str]) -> set[str]:
    """Names bound only inside functions and classes: the notebook does not see them."""
    globaux = _poses_en_surface(arbre)
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Global):
            globaux |= set(noeud.names)
    return poses - globaux


def _poses_en_surface(noeud: ast.AST) -> set[str]:
    trouves: set[str] = set()
    for enfant in ast.iter_child_nodes(noeud):
        if isinstance(enfant, ast.Name) and isinstance(enfant.ctx, ast.Store):
            trouves.add(enfant.id)
        elif isinstance(enfant, ast.Import | ast.ImportFrom):
            trouves |= {(alias.asname or alias.name).partition(".")[0] for alias in enfant.names}
        elif isinstance(enfant, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            trouves.add(enfant.name)
        if not isinstance(enfant, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            trouves |= _poses_en_surface(enfant)
    return trouves


def _sans_magies(source: str) -> str:
    """IPython's magics and shell lines as the calls that they are."""
    if not any(signe in source for signe in "%!?"):
        return source
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)
