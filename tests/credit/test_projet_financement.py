"""Financing plans: balance at the opening, balance of each year, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import Hypotheses, Investissement, plan_financement_initial, plan_financement_triennal
from rncp_utils.erreurs import ErreurDonnees, ErreurEquilibre, ErreurSchema
from tests.machine import exemples

EMPLOIS = {"immobilisations": 180_000, "frais": 12_000, "bfr_initial": 8_000}
RESSOURCES = {"apport": 50_000, "prets_honneur": 10_000, "emprunts": 110_000, "credit_bail": 30_000}
JOUR = "2024-12-31"


def test_le_plan_initial_et_ses_ratios():
    plan = plan_financement_initial(EMPLOIS, RESSOURCES, date=JOUR)
    assert plan[["total_emplois", "total_ressources", "ecart"]].tolist() == [200_000, 200_000, 0]
    assert plan["apport_sur_total"] == 0.25
    assert plan["fonds_propres_sur_total"] == 0.30
    assert plan["dettes_sur_apport"] == 2.8
    assert plan.attrs["source"] == "convention de cours"


@pytest.mark.parametrize(("apport", "niveau"), [(49_999, 0), (50_000, 1), (59_999, 1), (60_000, 2)])
def test_le_niveau_d_apport_change_a_25_et_30_pour_cent(apport, niveau):
    plan = plan_financement_initial(EMPLOIS, {"apport": apport, "emprunts": 200_000 - apport}, date=JOUR)
    assert plan["niveau_apport"] == niveau


def test_l_ecart_est_dit():
    with pytest.raises(ErreurEquilibre, match="total des emplois") as erreur:
        plan_financement_initial(EMPLOIS, RESSOURCES | {"emprunts": 100_000}, date=JOUR)
    assert (erreur.value.gauche, erreur.value.droite, erreur.value.ecart) == (190_000, 200_000, -10_000)


def test_sans_apport_le_rapport_a_l_apport_n_a_pas_de_sens():
    plan = plan_financement_initial(EMPLOIS, {"emprunts": 200_000}, date=JOUR)
    assert np.isnan(plan["dettes_sur_apport"])
    assert plan["niveau_apport"] == 0


@pytest.mark.parametrize(
    ("emplois", "ressources", "erreur", "message"),
    [
        ({"immobilisation": 1}, {"apport": 1}, ErreurSchema, "inconnus dans les emplois : immobilisation"),
        ({"frais": 1}, {"dons": 1}, ErreurSchema, "inconnus dans les ressources : dons"),
        ({"frais": -1}, {"apport": 1}, ErreurDonnees, "frais : les montants se donnent en positif"),
        ({"frais": 0}, {"apport": 0}, ErreurDonnees, "aucun emploi"),
        ({"frais": None}, {"apport": 1}, ErreurDonnees, "frais absent"),
    ],
)
def test_plan_initial_refuse(emplois, ressources, erreur, message):
    with pytest.raises(erreur, match=message):
        plan_financement_initial(emplois, ressources, date=JOUR)


def test_une_table_de_plans():
    emplois = pd.DataFrame([EMPLOIS, EMPLOIS, EMPLOIS], index=["A", "B", "C"])
    ressources = pd.DataFrame([RESSOURCES, RESSOURCES, RESSOURCES], index=["A", "B", "C"]).astype("float64")
    ressources.loc["B", "emprunts"], ressources.loc["C", "apport"] = 1, np.nan
    avant = ressources.copy()
    plans = plan_financement_initial(emplois, ressources, date=JOUR)
    pd.testing.assert_frame_equal(ressources, avant)
    seul = plan_financement_initial(EMPLOIS, RESSOURCES, date=JOUR)
    pd.testing.assert_series_equal(plans.drop(columns="motif").loc["A"], seul, check_names=False)
    assert "diffèrent" in plans.loc["B", "motif"]
    assert "apport absent" in plans.loc["C", "motif"]
    assert plans.drop(columns="motif").loc[["B", "C"]].isna().all(axis=None)
    with pytest.raises(ErreurSchema, match="mêmes lignes"):
        plan_financement_initial(emplois, ressources.iloc[::-1], date=JOUR)


ANNEES = {
    "caf": [20_000, 32_000, 40_000],
    "apports": [30_000, 0, 0],
    "emprunts": [70_000, 0, 0],
    "investissements": [95_000, 0, 10_000],
    "remboursements": 13_000,
    "variation_bfr": [18_000, 2_000, -1_000],
    "dividendes": [0, 5_000, 5_000],
}


def test_le_plan_triennal_a_la_main():
    plan = plan_financement_triennal(ANNEES, tresorerie_initiale=2_000)
    assert plan["total_ressources"].tolist() == [120_000, 32_000, 40_000]
    assert plan["total_emplois"].tolist() == [126_000, 20_000, 27_000]
    assert plan["cumul"].tolist() == [-4_000, 8_000, 21_000]
    assert plan["equilibre"].tolist() == [False, True, True]
    assert plan.attrs["annees_en_deficit"] == [1]


@given(st.lists(st.tuples(*[st.integers(-50_000, 90_000)] * 2, st.integers(0, 60_000)), min_size=1, max_size=8))
@settings(max_examples=exemples(50), deadline=None)
def test_le_cumul_est_la_somme_des_soldes(lignes):
    caf, bfr, remboursements = (list(colonne) for colonne in zip(*lignes, strict=True))
    plan = plan_financement_triennal({"caf": caf, "variation_bfr": bfr, "remboursements": remboursements})
    assert plan["cumul"].iloc[-1] == sum(caf) - sum(bfr) - sum(remboursements)
    assert plan.attrs["annees_en_deficit"] == [n for n, v in enumerate(np.cumsum(plan["solde"]), 1) if v < 0]


def test_plusieurs_plans_triennaux():
    alea = np.random.default_rng(4)
    postes = {nom: alea.integers(0, 60_000, (5, 3)) for nom in ("caf", "emprunts", "remboursements", "investissements")}
    depart = alea.integers(0, 9_000, 5)
    plans = plan_financement_triennal(postes, tresorerie_initiale=depart)
    for n in range(5):
        seul = plan_financement_triennal({nom: v[n] for nom, v in postes.items()}, tresorerie_initiale=depart[n])
        pd.testing.assert_frame_equal(plans.loc[n], seul)
        assert [a for p, a in plans.attrs["annees_en_deficit"] if p == n] == seul.attrs["annees_en_deficit"]


@pytest.mark.parametrize(
    ("postes", "erreur", "message"),
    [
        ({"cafe": [1]}, ErreurSchema, "Postes inconnus du plan : cafe"),
        ({"caf": [1, 2], "emprunts": [1, 2, 3]}, ErreurSchema, "d'autant d'années"),
        ({"caf": ["x"]}, ErreurSchema, "listes de nombres"),
        ({"caf": [np.nan]}, ErreurDonnees, "caf : montant manquant"),
        ({"caf": [1], "emprunts": [-1]}, ErreurDonnees, "emprunts : les montants se donnent en positif"),
        (None, ErreurDonnees, "l'un ou l'autre"),
    ],
)
def test_plan_triennal_refuse(postes, erreur, message):
    with pytest.raises(erreur, match=message):
        plan_financement_triennal(postes)


def test_le_plan_d_une_table_de_projets():
    projets = pd.DataFrame(
        {"date_debut": "2022-01-01", "ca_ht": [90_000.0, -1.0], "taux_marge": 0.5, "apport": 5_000.0}, index=["A", "B"]
    )
    prets = pd.DataFrame({"id_projet": ["A"], "capital": 30_000.0, "taux": 0.04, "duree": 60})
    plans = plan_financement_triennal(hypotheses=projets, prets=prets, annees=2)
    seul = plan_financement_triennal(
        hypotheses=Hypotheses(
            "2022-01-01", 90_000, 0.5, apport=5_000, prets=[{"capital": 30_000, "taux": 0.04, "duree": 60}]
        ),
        annees=2,
    )
    pd.testing.assert_frame_equal(plans.loc["A"].drop(columns="motif"), seul)
    assert plans.loc["B", "motif"].eq("ca_ht : les montants se donnent en positif").all()
    assert plans.loc["B", "cumul"].isna().all()
    assert plans.attrs["annees_en_deficit"] == []


def test_les_interets_capitalises_sont_empruntes():
    h = Hypotheses(
        "2022-01-01",
        90_000,
        0.5,
        investissements=[Investissement(20_000, 5)],
        prets=[{"capital": 30_000, "taux": 0.04, "duree": 60, "differe": 12, "type_differe": "total"}],
    )
    plan = plan_financement_triennal(hypotheses=h, annees=2)
    assert plan.loc[1, "remboursements"] == 0
    assert plan.loc[1, "emprunts"] == pytest.approx(30_000 * (1 + 0.04 / 12) ** 12, abs=0.1)
    assert plan.loc[2, "emprunts"] == 0
