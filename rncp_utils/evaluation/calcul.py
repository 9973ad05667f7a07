"""Arithmétique écrite dans une banque de questions, évaluée sans exécuter de code."""

from __future__ import annotations

import ast
import math
import operator
from decimal import ROUND_HALF_UP, Decimal

from rncp_utils.erreurs import ErreurDonnees

_LONGUEUR_CALCUL = 300


def _arrondir(valeur: float, decimales: float = 0) -> float:
    # Half up, as on an instalment schedule: the built-in round() would send 0.125 to 0.12.
    return float(Decimal(repr(valeur)).quantize(Decimal(1).scaleb(-int(decimales)), ROUND_HALF_UP))


_OPERATEURS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_FONCTIONS = {"min": min, "max": max, "abs": abs, "round": _arrondir}


def evaluer_calcul(expression: str) -> float:
    """Valeur d'une expression arithmétique écrite dans la banque.

    Accepts numbers, ``+ - * / **``, parentheses and ``min``, ``max``, ``abs``, ``round`` (half up); nothing else is
    ever executed. Every number is a float, so that a huge power overflows instead of filling the memory.

    Raises
    ------
    ErreurDonnees
        Unreadable expression, forbidden term, or result that is not a finite number.

    Examples
    --------
    >>> evaluer_calcul("max(3, 9 / 2) * 10")
    45.0
    >>> evaluer_calcul("round(1200 * 0.04 / 12 / (1 - (1 + 0.04 / 12) ** -12), 2)")
    102.18
    """
    if len(expression) > _LONGUEUR_CALCUL:
        raise ErreurDonnees(f"Le calcul compte {len(expression)} signes ; réduisez-le à {_LONGUEUR_CALCUL} au plus.")
    try:
        arbre = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError) as erreur:
        raise ErreurDonnees(
            f"Le calcul « {expression} » est illisible ; écrivez une expression arithmétique."
        ) from erreur
    try:
        valeur = _valeur(arbre.body)
    except ErreurDonnees:
        raise
    except (ArithmeticError, TypeError, ValueError) as erreur:
        raise ErreurDonnees(
            f"Le calcul « {expression} » est impossible : corrigez une division par zéro, un nombre trop grand ou une "
            "fonction mal employée."
        ) from erreur
    if isinstance(valeur, complex) or not math.isfinite(valeur):
        raise ErreurDonnees(f"Le calcul « {expression} » donne {valeur} ; il doit donner un nombre fini.")
    return valeur


def _valeur(noeud: ast.expr) -> float:
    if isinstance(noeud, ast.Constant) and type(noeud.value) in (int, float):
        return float(noeud.value)
    if isinstance(noeud, ast.BinOp) and type(noeud.op) in _OPERATEURS:
        return _OPERATEURS[type(noeud.op)](_valeur(noeud.left), _valeur(noeud.right))
    if isinstance(noeud, ast.UnaryOp) and type(noeud.op) in _OPERATEURS:
        return _OPERATEURS[type(noeud.op)](_valeur(noeud.operand))
    if isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Name) and not noeud.keywords:
        fonction = _FONCTIONS.get(noeud.func.id)
        if fonction:
            return fonction(*(_valeur(argument) for argument in noeud.args))
    raise ErreurDonnees(
        f"Le calcul contient « {ast.unparse(noeud)} » ; employez seulement des nombres, + - * / **, des parenthèses, "
        "min, max, abs et round."
    )
