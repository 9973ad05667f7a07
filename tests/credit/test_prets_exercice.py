"""Loans seen at a closing: owed, accrued, charged; each loan of a table as if it were alone."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import (
    annuite_de_exercice,
    crd_a_la_date,
    echeances,
    interets_courus,
    remboursement_anticipe,
    tableau_amortissement,
)
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from tests.machine import exemples

PRET = {"capital": 100_000, "taux": 0.042, "duree": 84, "date_deblocage": "2024-01-15"}
ANNEES = [(f"{annee}-01-01", f"{annee}-12-31") for annee in range(2024, 2032)]


@pytest.fixture(scope="module")
def pret():
    return tableau_amortissement(**PRET)


def test_interets_courus_au_prorata_des_jours(pret):
    douzieme = pret.loc[11, "interets"]
    assert interets_courus(pret, "2024-12-31") == round(douzieme * 16 / 31, 2)
    assert interets_courus(pret, "2024-12-15") == 0
    assert interets_courus(pret, "2024-01-14") == 0
    assert interets_courus(pret, "2031-02-01") == 0


def test_crd_au_fil_du_temps(pret):
    assert [crd_a_la_date(pret, jour) for jour in ("2024-01-14", "2024-01-15", "2024-02-14")] == [0, 100_000, 100_000]
    assert crd_a_la_date(pret, "2024-02-15") == 98973.89
    assert crd_a_la_date(pret, dt.date(2031, 1, 15)) == 0


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"mode": "in_fine"},
        {"mode": "amortissement_constant", "periodicite": 4, "duree": 28},
        {"differe": 12, "type_differe": "total"},
        {"differe": 12, "type_differe": "partiel"},
        {"terme": "a_echoir"},
        {"date_premiere": "2024-04-05"},
        {"convention": "act/365"},
        {"taux": -0.01},
        {"differe": 12, "type_differe": "partiel", "tirages": [("2024-01-15", 30_000), ("2024-12-20", 70_000)]},
    ],
)
def test_les_exercices_reconstituent_le_pret(change):
    tableau = tableau_amortissement(**{**PRET, **change})
    exercices = pd.DataFrame([annuite_de_exercice(tableau, *annee) for annee in ANNEES])
    # All the interest is charged, once; all the capital is borrowed and repaid; each closing opens the next year.
    assert exercices["interets_charge"].sum() == pytest.approx(tableau["interets"].sum(), abs=1e-6)
    assert exercices["capital_emprunte"].sum() == pytest.approx(100_000, abs=1e-6)
    capitalises = exercices["interets_capitalises"].sum()
    assert exercices["capital_rembourse"].sum() == pytest.approx(100_000 + capitalises, abs=1e-6)
    for ouverture, cloture in (("crd_ouverture", "crd_cloture"), ("courus_ouverture", "courus_cloture")):
        assert exercices[ouverture].iloc[1:].tolist() == exercices[cloture].iloc[:-1].tolist()
    assert exercices["crd_cloture"].iloc[-1] == exercices["courus_cloture"].iloc[-1] == 0
    assert exercices["capital_emprunte"].iloc[1:].abs().max() == 0


def test_l_exercice_du_deblocage(pret):
    a = annuite_de_exercice(pret, "2024-01-01", "2024-12-31")
    payees = pret.iloc[:11]
    assert a["capital_rembourse"] == round(payees["capital"].sum(), 2)
    assert a["interets_payes"] == round(payees["interets"].sum(), 2)
    assert a["annuite"] == round(payees["echeance_totale"].sum(), 2)
    assert a["capital_emprunte"] == 100_000
    assert a["interets_charge"] == round(a["interets_payes"] + a["courus_cloture"], 2)


def test_une_echeance_du_jour_de_la_cloture_est_payee():
    tableau = tableau_amortissement(**{**PRET, "date_deblocage": "2024-01-31"})
    a = annuite_de_exercice(tableau, "2024-01-01", "2024-12-31")
    assert a["courus_cloture"] == 0
    assert a["crd_cloture"] == tableau.loc[10, "crd_fin"]


def test_un_pret_a_echoir_paie_d_avance():
    tableau = tableau_amortissement(**PRET, terme="a_echoir")
    a = annuite_de_exercice(tableau, "2024-01-01", "2024-12-31")
    douzieme = tableau.loc[11, "interets"]
    assert a["courus_cloture"] == 0
    assert a["avance_cloture"] == round(douzieme - round(douzieme * 16 / 31, 2), 2)
    assert a["interets_charge"] == round(a["interets_payes"] - a["avance_cloture"], 2)


def test_un_remboursement_anticipe_compte_dans_le_capital_rembourse(pret):
    tableau = remboursement_anticipe(pret, 10, 20_000).tableau
    a = annuite_de_exercice(tableau, "2024-01-01", "2024-12-31")
    assert a["capital_rembourse"] == round(tableau["capital"].iloc[:11].sum() + 20_000, 2)
    assert a["capital_emprunte"] == 100_000


def test_un_tirage_de_la_periode_en_cours_est_du():
    tableau = tableau_amortissement(
        **{**PRET, "differe": 12, "type_differe": "partiel"}, tirages=[("2024-01-15", 30_000), ("2024-12-20", 70_000)]
    )
    assert [crd_a_la_date(tableau, jour) for jour in ("2024-12-19", "2024-12-20", "2025-01-15")] == [
        *(30_000, 100_000, 100_000)
    ]


def test_les_tirages_d_une_table():
    prets = pd.DataFrame({**PRET, "differe": 12, "type_differe": "partiel"}, index=["A", "B"])
    tirages = pd.DataFrame({"id_pret": ["A", "A"], "date": ["2024-01-15", "2024-12-20"], "montant": [30_000, 70_000]})
    lignes = echeances(prets, tirages=tirages)
    avec = crd_a_la_date(lignes, "2024-12-31", tirages=tirages)
    assert avec.to_dict() == {"A": 100_000, "B": 100_000}
    assert crd_a_la_date(lignes, "2024-12-31").to_dict() == {"A": 30_000, "B": 100_000}
    a = annuite_de_exercice(lignes, "2024-01-01", "2024-12-31", tirages=tirages)
    assert a["capital_emprunte"].to_dict() == {"A": 100_000, "B": 100_000}


@given(st.randoms(use_true_random=False), st.dates(dt.date(2023, 6, 1), dt.date(2032, 1, 1)))
@settings(max_examples=exemples(15))
def test_la_table_egale_les_prets_un_a_un(hasard, cloture):
    prets = pd.DataFrame(
        [
            {
                "capital": hasard.randrange(1_000_00, 90_000_00) / 100,
                "taux": hasard.randrange(0, 900) / 10_000,
                "duree": hasard.randrange(4, 60),
                "periodicite": hasard.choice([1, 4, 12]),
                "mode": hasard.choice(["constante", "amortissement_constant"]),
                "terme": hasard.choice(["echu", "a_echoir"]),
                "date_deblocage": dt.date(2023, 1, 31) + dt.timedelta(days=hasard.randrange(500)),
            }
            for _ in range(6)
        ],
        index=list("abcdef"),
    )
    debut = cloture - dt.timedelta(days=364)
    lignes = echeances(prets)
    melangees = lignes.sample(frac=1, random_state=1)
    for table in (lignes, melangees):
        exercices = annuite_de_exercice(table, debut, cloture)
        for identifiant in prets.index:
            seul = annuite_de_exercice(tableau_amortissement(**prets.loc[identifiant]), debut, cloture)
            assert exercices.loc[identifiant].to_dict() == seul.to_dict()
    assert interets_courus(lignes, cloture).to_dict() == exercices["courus_cloture"].loc[prets.index].to_dict()


def test_une_cloture_par_pret():
    prets = pd.DataFrame({**PRET}, index=["A", "B"])
    lignes = echeances(prets)
    clotures = pd.Series({"B": dt.date(2024, 6, 30), "A": dt.date(2024, 12, 31)})
    crd = crd_a_la_date(lignes, clotures)
    assert crd["A"] == 88513.17
    assert crd["B"] == crd_a_la_date(tableau_amortissement(**PRET), "2024-06-30")
    with pytest.raises(ErreurSchema, match="date manque pour le prêt « B »"):
        crd_a_la_date(lignes, clotures.drop("B"))
    with pytest.raises(ErreurDonnees, match="autre chose que des dates"):
        crd_a_la_date(lignes, pd.Series({"A": "hier", "B": "2024-01-01"}))


def test_refus(pret):
    with pytest.raises(ErreurDonnees, match="inversez les deux dates"):
        annuite_de_exercice(pret, "2024-12-31", "2024-01-01")
    with pytest.raises(ErreurDonnees, match="n'a pas de dates"):
        crd_a_la_date(tableau_amortissement(1000, 0.05, 12), "2024-01-01")
    with pytest.raises(ErreurDonnees, match="aucune ligne"):
        crd_a_la_date(pret.iloc[:0], "2024-01-01")
    with pytest.raises(ErreurDonnees, match="n'a plus le contrat"):
        crd_a_la_date(pd.DataFrame(pret.to_dict("list")), "2024-01-01")
    lignes = echeances(pd.DataFrame([PRET]))
    with pytest.raises(ErreurSchema, match="date_debut manque"):
        interets_courus(lignes.drop(columns="date_debut"), "2024-01-01")
    with pytest.raises(ErreurSchema, match="interets manque"):
        interets_courus(lignes.drop(columns="interets"), "2024-01-01")


def test_les_lignes_ne_changent_pas(pret):
    copie = pret.copy(deep=True)
    annuite_de_exercice(pret, "2024-01-01", "2024-12-31")
    pd.testing.assert_frame_equal(pret, copie)
    assert np.isfinite(pret["interets"]).all()
