"""Income tax and company tax: amounts of the specification, dates, conditions of the reduced rate."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import expliquer, ir, is_societe
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurParametre, ErreurSchema
from rncp_utils.parametres import bareme
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")

TAUX_BASES = ["base_taux_reduit", "base_taux_intermediaire", "base_taux_normal"]


def test_a34_impot_sur_le_revenu():
    assert ir(rni=40_000, parts=1, annee_revenus=2025)["ir"] == 5103.99
    assert ir(60_000, 2.5, 2025)["ir"] == 3410.00


def test_a33_impot_sur_les_societes():
    assert is_societe(benefice=49_000, date="2024-12-31")["is"] == 8000.00
    assert is_societe(120_000, "2024-12-31", ca=900_000, eligible=True)["is"] == 25_750.00


@pytest.mark.parametrize(
    ("rni", "taux_marginal"), [(11_600, 0.0), (11_600.01, 0.11), (29_579, 0.11), (84_577.01, 0.41), (500_000, 0.45)]
)
def test_le_taux_marginal_change_au_dessus_du_seuil(rni, taux_marginal):
    assert ir(rni, 1, 2025)["taux_marginal"] == taux_marginal


def test_l_impot_sur_le_revenu_dit_ce_qu_il_ne_compte_pas():
    with pytest.warns(AvertissementDonnees, match="ni décote, ni plafonnement"):
        resultat = ir(40_000, 1, 2025)
    assert "décote" in resultat.attrs["avertissements"][0]


def test_un_revenu_negatif_ne_paie_rien():
    resultat = ir(-3_000, 2, 2025)
    assert resultat[["ir", "quotient", "taux_marginal"]].tolist() == [0, 0, 0]
    assert math.isnan(resultat["taux_moyen"])


@pytest.mark.parametrize(("parts", "phrase"), [(0.5, "une part au moins"), (1.3, "quarts de part")])
def test_des_parts_impossibles_sont_refusees(parts, phrase):
    with pytest.raises(ErreurDonnees, match=phrase):
        ir(40_000, parts, 2025)


@pytest.mark.parametrize("annee", [2021, 2026])
def test_un_bareme_inconnu_est_refuse(annee):
    with pytest.raises(ErreurParametre, match=r"ir\.bareme"):
        ir(40_000, 1, annee)


def test_une_annee_illisible_est_refusee():
    with pytest.raises(ErreurDonnees, match="une année de"):
        ir(40_000, 1, 25)


def test_le_bareme_de_chaque_ligne_est_celui_de_son_annee():
    table = ir([40_000] * 4 + [40_000], [1] * 5, [2022, 2023, 2024, 2025, 2026])
    assert table["ir"].iloc[:4].is_monotonic_decreasing
    assert table["ir"].iloc[3] == 5103.99
    assert math.isnan(table["ir"].iloc[4]) and table["motif"].iloc[4] == "paramètre ir.bareme inconnu à cette date"


@given(st.floats(0, 1e6), st.floats(0, 1e5))
def test_l_impot_croit_moins_vite_que_le_revenu(rni, ajout):
    avant, apres = ir(rni, 1, 2025)["ir"], ir(rni + ajout, 1, 2025)["ir"]
    assert -0.01 <= apres - avant <= bareme("ir.bareme", "2025-12-31")[-1].taux * ajout + 0.01


@given(st.integers(0, 400_000), st.integers(4, 20))
def test_l_impot_est_celui_des_tranches_une_a_une(rni, quarts):
    parts = quarts / 4
    tranches = bareme("ir.bareme", "2025-12-31")
    hauts = [tranche.seuil for tranche in tranches[1:]] + [math.inf]
    attendu = parts * sum(
        tranche.taux * max(min(rni / parts, haut) - tranche.seuil, 0)
        for tranche, haut in zip(tranches, hauts, strict=True)
    )
    assert ir(rni, parts, 2025)["ir"] == pytest.approx(attendu, abs=0.0051)


def test_l_impot_est_exact_au_centime():
    # Exact fractions: a float loses half a cent that falls exactly.
    hasard = np.random.default_rng(31919)
    rni, parts = hasard.integers(0, 200_000_00, 800) / 100, hasard.choice([1, 1.25, 1.5, 2, 2.5, 3], 800)
    tranches = bareme("ir.bareme", "2025-12-31")
    obtenus = ir(rni, parts, 2025)["ir"]
    for revenu, part, obtenu in zip(rni, parts, obtenus, strict=True):
        quotient, exact = Fraction(repr(float(revenu))) / Fraction(float(part)), Fraction(0)
        for tranche, suivante in zip(tranches, [*tranches[1:], None], strict=True):
            haut = quotient if suivante is None else min(quotient, suivante.seuil)
            exact += Fraction(repr(tranche.taux)) * max(haut - tranche.seuil, 0)
        assert obtenu == math.floor(exact * Fraction(float(part)) * 100 + Fraction(1, 2)) / 100


def test_l_impot_s_explique_ligne_a_ligne():
    lignes = expliquer(ir(60_000, 2.5, 2025))
    assert lignes.columns.tolist() == ["libelle", "montant", "commentaire"]
    assert lignes["montant"].tolist() == [60_000, 24_000, 3410, 3410]
    assert "2,5 part(s)" in lignes["commentaire"].iloc[2]


def test_un_deficit_ne_paie_pas_et_se_reporte():
    resultat = is_societe(-12_000, "2024-12-31", ca=600_000, eligible=True)
    assert resultat[["is", "deficit", "resultat_apres_is"]].tolist() == [0, 12_000, -12_000]
    assert math.isnan(resultat["taux_effectif"])
    assert expliquer(resultat)["montant"].tolist() == [-12_000, 0]


@pytest.mark.parametrize(
    ("cloture", "attendu"),
    [
        ("2018-12-31", 38_120 * 0.15 + (100_000 - 38_120) * 0.28),
        ("2020-12-31", 38_120 * 0.15 + (100_000 - 38_120) * 0.28),
        ("2021-12-31", 38_120 * 0.15 + (100_000 - 38_120) * 0.265),
        ("2022-12-30", 38_120 * 0.15 + (100_000 - 38_120) * 0.265),
        ("2022-12-31", 42_500 * 0.15 + (100_000 - 42_500) * 0.25),
        ("2026-06-30", 42_500 * 0.15 + (100_000 - 42_500) * 0.25),
    ],
)
def test_les_taux_sont_ceux_de_l_exercice(cloture, attendu):
    assert is_societe(100_000, cloture, ca=1e6, eligible=True)["is"] == pytest.approx(attendu, abs=0.0051)


def test_le_taux_normal_est_celui_de_l_ouverture():
    # A year from July 2021 to June 2022 opened under 26.5 %.
    assert is_societe(100_000, "2022-06-30", ca=2e7, eligible=True)["is"] == 26_500


def test_le_taux_intermediaire_de_2019_va_jusqu_a_500_000():
    resultat = is_societe(600_000, "2019-12-31", ca=5e6, eligible=True)
    assert resultat[TAUX_BASES].tolist() == [38_120, 461_880, 100_000]
    assert resultat["is"] == round(38_120 * 0.15 + 461_880 * 0.28 + 100_000 * 0.31, 2)


def test_un_exercice_court_reduit_le_plafond_et_annualise_le_chiffre_d_affaires():
    neuf_mois = is_societe(50_000, "2024-12-31", ca=7e6, eligible=True, duree_mois=9)
    assert neuf_mois["base_taux_reduit"] == 42_500 * 9 / 12
    trop_grande = is_societe(50_000, "2024-12-31", ca=8e6, eligible=True, duree_mois=9)
    assert trop_grande["base_taux_reduit"] == 0


@pytest.mark.parametrize(
    ("conditions", "reduit"),
    [
        ({"ca": 10_000_000, "detention": 0.75, "capital_libere": True}, True),
        ({"ca": 10_000_001, "detention": 0.75, "capital_libere": True}, False),
        ({"ca": 1_000_000, "detention": 0.7499, "capital_libere": True}, False),
        ({"ca": 1_000_000, "detention": 1, "capital_libere": False}, False),
        ({"ca": 1_000_000, "detention": 0.1, "eligible": True}, True),
        ({"ca": 20_000_000, "eligible": True}, False),
        ({"ca": 1_000_000, "eligible": False}, False),
    ],
)
def test_conditions_du_taux_reduit(conditions, reduit):
    resultat = is_societe(49_000, "2024-12-31", **conditions)
    assert resultat["is"] == (8000 if reduit else 12_250)
    assert resultat.attrs["motifs"] == ()


def test_une_condition_non_dite_est_supposee_et_le_dit():
    with pytest.warns(AvertissementDonnees, match="taux réduit supposé"):
        resultat = is_societe(49_000, "2024-12-31", ca=1e6, detention=1)
    assert resultat["is"] == 8000
    assert is_societe(49_000, "2024-12-31", ca=1e6, detention=0.5).attrs["motifs"] == ()


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        ({"duree_mois": 0}, "duree_mois"),
        ({"duree_mois": 10.5}, "duree_mois"),
        ({"detention": 75}, "fraction de 0 à 1"),
        ({"ca": -1}, "négatif"),
        ({"benefice": float("inf")}, "infinie"),
        ({"benefice": None}, "benefice absente"),
        ({"benefice": 1e13}, "démesuré"),
    ],
)
def test_ce_qui_ne_peut_pas_etre_est_refuse(arguments, phrase):
    with pytest.raises(ErreurDonnees, match=phrase):
        is_societe(**{"benefice": 49_000, "date": "2024-12-31"} | arguments)


def test_un_exercice_ouvert_avant_la_serie_est_refuse():
    with pytest.raises(ErreurParametre):
        is_societe(49_000, "2018-06-30", ca=1e6, eligible=True)
    table = is_societe([49_000, 49_000], ["2018-06-30", "2024-12-31"], ca=1e6, eligible=True)
    assert math.isnan(table["is"].iloc[0]) and table["is"].iloc[1] == 8000
    assert "inconnu à cette date" in table["motif"].iloc[0]


def test_une_date_illisible_dans_une_table_ote_sa_ligne():
    table = is_societe([49_000, 49_000], pd.Series(["2024-12-31", "hier"]), ca=1e6, eligible=[True, None])
    assert table["is"].iloc[0] == 8000
    assert "illisible" in table["motif"].iloc[1]


def test_des_listes_de_longueurs_differentes_sont_refusees():
    with pytest.raises(ErreurSchema, match="mêmes lignes"):
        is_societe([1, 2], "2024-12-31", ca=[1, 2, 3])


@given(st.integers(-10_000_000_00, 10_000_000_00), st.booleans(), st.sampled_from(["2019-12-31", "2024-06-30"]))
@settings(max_examples=exemples(60))
def test_les_bases_se_partagent_le_benefice(centimes, eligible, cloture):
    benefice = centimes / 100
    resultat = is_societe(benefice, cloture, ca=1e6, eligible=eligible)
    assert resultat[TAUX_BASES].sum() == pytest.approx(max(benefice, 0), abs=0.02)
    assert (resultat[TAUX_BASES] >= 0).all()
    assert resultat["resultat_apres_is"] == pytest.approx(benefice - resultat["is"], abs=0.0051)


def test_expliquer_refuse_ce_qui_ne_s_explique_pas():
    for objet in (ir([1, 2], 1, 2025), pd.Series({"a": 1.0}), np.nan):
        with pytest.raises(ErreurDonnees, match="explication"):
            expliquer(objet)
