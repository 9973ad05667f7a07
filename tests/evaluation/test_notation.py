"""Scores of one answer: exact cases of the marking rule, and what holds for any answer."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.evaluation import borner, noter_choix, noter_nombre

ERREURS = [{"valeur": 78.0, "tolerance": 0.5, "message": "Vous avez divisé par le chiffre d'affaires hors taxes."}]
OPTIONS = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("cochees", "justes", "fraction"),
    [
        (["a"], ["a"], 1.0),
        (["b"], ["a"], 0.0),
        ([], ["a", "b"], 0.0),
        (["a"], ["a", "b"], 0.5),
        (["a", "b"], ["a", "b"], 1.0),
        (["a", "b", "c"], ["a", "b"], 0.5),
        (["a", "c"], ["a", "b"], 0.0),
        (["c", "d"], ["a", "b"], 0.0),
        (["a", "b", "c", "d"], ["a", "b", "d"], 2 / 3),
        (["je_ne_sais_pas"], ["a"], 0.0),
    ],
)
def test_une_case_juste_rapporte_une_case_de_trop_retire(cochees, justes, fraction):
    assert noter_choix(cochees, justes).fraction == pytest.approx(fraction, abs=1e-12)


def test_tout_cocher_ne_rapporte_pas_tout():
    assert noter_choix(OPTIONS, ["a", "b"]).fraction == 0.0


@given(st.sets(st.sampled_from(OPTIONS)), st.sets(st.sampled_from(OPTIONS), min_size=1))
def test_un_choix_vaut_toujours_entre_0_et_1_et_1_pour_la_seule_bonne_reponse(cochees, justes):
    fraction = noter_choix(cochees, sorted(justes)).fraction
    assert 0 <= fraction <= 1
    assert (fraction == 1) == (cochees == justes)


@pytest.mark.parametrize(
    ("valeur", "fraction"),
    [
        ("65", 1.0),
        ("65.5", 1.0),
        ("64.5", 1.0),
        ("65.51", 0.0),
        ("78", 0.5),
        ("78.5", 0.5),
        ("78.51", 0.0),
        ("-65", 0.0),
    ],
)
def test_un_nombre_est_juste_jusqu_au_bord_de_la_tolerance(valeur, fraction):
    assert noter_nombre(Decimal(valeur), 65, tolerance=0.5, erreurs=ERREURS).fraction == fraction


def test_une_erreur_connue_est_nommee():
    resultat = noter_nombre(Decimal("78"), 65, tolerance=0.5, erreurs=ERREURS)
    assert resultat.message == "Vous avez divisé par le chiffre d'affaires hors taxes."


@pytest.mark.parametrize("valeur", [math.nan, math.inf, -math.inf, Decimal("NaN")])
def test_un_nombre_qui_n_en_est_pas_un_vaut_zero(valeur):
    assert noter_nombre(valeur, 65, tolerance=0.5).fraction == 0.0


@given(st.floats(), st.integers(1, 100))
def test_la_note_est_toujours_un_flottant_borne(points, maximum):
    note = borner(points, maximum)
    assert isinstance(note, float)
    assert 0.0 <= note <= maximum
