"""The arithmetic written in a bank: what it accepts, what it refuses, and that it never runs code."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.evaluation.calcul import evaluer_calcul


@pytest.mark.parametrize(
    ("expression", "valeur"),
    [
        ("12", 12.0),
        ("-3 + +5", 2.0),
        ("2 + 3 * 4", 14.0),
        ("(2 + 3) * 4", 20.0),
        ("7 / 2", 3.5),
        ("2 ** -2", 0.25),
        ("min(3, 1, 2) + max(4, 5)", 6.0),
        ("abs(-4.5)", 4.5),
        ("round(2.5)", 3.0),
        ("round(0.125, 2)", 0.13),
        ("round(-2.5)", -3.0),
        ("  1_000 * 2 ", 2000.0),
    ],
)
def test_les_expressions_permises_sont_calculees(expression, valeur):
    assert evaluer_calcul(expression) == valeur


@pytest.mark.parametrize(
    ("expression", "dit"),
    [
        ("", "illisible"),
        ("1 +", "illisible"),
        ("x = 3", "illisible"),
        ("3 €", "illisible"),
        ("taux * 12", "« taux »"),
        ("__import__('os').getcwd()", "« __import__('os').getcwd() »"),
        ("(1).real", "« 1 .real »"),
        ("max(*[1, 2])", "« *[1, 2] »"),
        ("round(2.5, ndigits=0)", "« round(2.5, ndigits=0) »"),
        ("sum(1, 2)", "« sum(1, 2) »"),
        ("1 if 2 else 3", "« 1 if 2 else 3 »"),
        ("True + 1", "« True »"),
        ("2j", "« 2j »"),
        ("7 // 2", "« 7 // 2 »"),
        ("1 / 0", "division par zéro"),
        ("9 ** 9 ** 9", "nombre trop grand"),
        ("abs(1, 2)", "fonction mal employée"),
        ("round(1, 1e999 - 1e999)", "fonction mal employée"),
        ("(-8) ** 0.5", "nombre fini"),
        ("1e308 * 10", "nombre fini"),
        ("1" + " + 1" * 100, "réduisez-le"),
    ],
)
def test_le_reste_est_refuse_en_francais(expression, dit):
    with pytest.raises(ErreurDonnees) as refus:
        evaluer_calcul(expression)
    assert dit in str(refus.value)


_NOMBRES = st.decimals(min_value=0, max_value=10**6, places=2).map(str)
_EXPRESSIONS = st.recursive(
    _NOMBRES,
    lambda parties: st.builds("({} {} {})".format, parties, st.sampled_from("+-*/"), parties),
    max_leaves=8,
)


@given(_EXPRESSIONS)
def test_le_resultat_est_celui_de_l_arithmetique(expression):
    try:
        attendu = eval(expression, {"__builtins__": {}})
    except ZeroDivisionError:
        with pytest.raises(ErreurDonnees):
            evaluer_calcul(expression)
    else:
        assert math.isclose(evaluer_calcul(expression), attendu, rel_tol=1e-12, abs_tol=1e-12)
