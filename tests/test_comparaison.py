"""An ordinary mistake is recognised from the number itself, and the result is never told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.comparaison import ErreurType, comparer, proche
from rncp_utils.formats import formater_nombre


@pytest.mark.parametrize(
    ("obtenu", "attendu", "options", "code"),
    [
        (42000, 42000, {"unite": "€"}, "juste"),
        (42000.009, 42000, {"unite": "€"}, "juste"),
        (-42000, 42000, {"unite": "€"}, "signe"),
        (42, 42000, {"unite": "€"}, "milliers"),
        (-42, 42000, {"unite": "€"}, "milliers"),
        (42000000, 42000, {"unite": "€"}, "milliers"),
        (0.35, 35, {"unite": "%"}, "pourcent"),
        (3500, 35, {"unite": "%"}, "pourcent"),
        (9874.68, 822.89, {"unite": "€"}, "annee"),
        (822.89, 9874.68, {"unite": "€"}, "annee"),
        (50400, 42000, {"unite": "€", "taux_tva": [0.2]}, "taxe"),
        (35000, 42000, {"unite": "€", "taux_tva": [0.2]}, "taxe"),
        (50400, 42000, {"unite": "€"}, "faux"),
        (51.6164, 50.9091, {"unite": "jours", "base_jours": True}, "base_jours"),
        (51.6164, 50.9091, {"unite": "jours"}, "faux"),
        (42100, 42000, {"unite": "€"}, "arrondi"),
        (12, 42000, {"unite": "€"}, "faux"),
        (5, 0, {}, "faux"),
    ],
)
def test_la_meprise_se_lit_dans_le_nombre(obtenu, attendu, options, code):
    constat = comparer(obtenu, attendu, **options)
    assert constat.code == code
    assert constat.juste == (code == "juste")


def test_une_erreur_type_passe_avant_les_meprises_generales():
    erreurs = {"ttc": ErreurType(50400, "le prix est donné toutes taxes comprises.")}
    constat = comparer(50400, 42000, unite="€", erreurs=erreurs, taux_tva=[0.2])
    assert (constat.code, constat.nom) == ("erreur_type", "ttc")
    assert constat.message == "Avec 50\u202f400\xa0€ : le prix est donné toutes taxes comprises."


def test_la_tolerance_est_exacte_et_bornes_comprises():
    assert proche(65.5, 65, 0.5)
    assert not proche(65.51, 65, 0.5)
    assert comparer(0.3, 0.1 + 0.2, tolerance=0).juste is False
    assert comparer(0.3, 0.1 + 0.2, tolerance=1e-9).juste


@given(st.integers(1, 10**7), st.integers(-(10**7), 10**7))
def test_le_message_ne_donne_jamais_le_resultat(attendu, obtenu):
    constat = comparer(obtenu, attendu, unite="€", taux_tva=[0.2, 0.1], base_jours=True)
    if not constat.juste and str(attendu) not in str(obtenu):
        assert f"{formater_nombre(attendu)}\xa0€" not in constat.message
    assert constat.juste == (obtenu == attendu)
