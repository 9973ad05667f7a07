"""Cash plan: expected figures, delays, three VAT systems, and identities that hold whatever the budget."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import plan_tresorerie, pointe_tresorerie
from rncp_utils.erreurs import ErreurDonnees, ErreurParametre, ErreurSchema
from tests.machine import exemples

EXEMPLE = {"ventes": [10_000, 12_000, 8_000], "achats": [4_000, 5_000, 3_000], "charges": 2_000}
TVA = {"tva_ventes": 0.2, "tva_achats": 0.2}
ENTREES = ("ventes", "apports", "emprunts", "autres_encaissements")
LISTES = st.lists(st.integers(0, 50_000), min_size=24, max_size=24)


def test_a30_tresorerie_de_chaque_mois():
    plan = plan_tresorerie(EXEMPLE, tresorerie_initiale=5_000, delai_clients=30, **TVA)
    assert plan["tresorerie"].tolist() == [-1_800, 1_000, 8_400]
    assert plan["decaissement_tva"].tolist() == [0, 1_200, 1_400]
    pointe = pointe_tresorerie(plan)
    assert pointe["besoin_maximal"] == 1_800
    assert pointe["mois_minimum"] == 1
    assert pointe["mois_negatifs"] == 1


def test_la_tva_sur_encaissements_attend_le_client():
    plan = plan_tresorerie(EXEMPLE, delai_clients=30, tva_exigibilite="encaissements", **TVA)
    assert plan["tva_collectee"].tolist() == [0, 2_000, 2_400]
    # Nothing collected in the first month: 800 deducted are a credit, used in the second.
    assert plan["credit_tva"].tolist()[0:2] == [0, 800]
    assert plan["decaissement_tva"].tolist() == [0, 0, 200]


def test_quarante_cinq_jours_se_partagent_entre_deux_mois():
    plan = plan_tresorerie({"ventes": [100.01, 0, 0]}, delai_clients=45)
    assert plan["encaissement_ventes"].tolist() == [0, 50.0, 50.01]


def test_les_charges_sociales_se_paient_le_mois_suivant():
    plan = plan_tresorerie({"salaires": 1_000}, 3, part_sociale=0.4)
    assert plan["decaissement_salaires"].tolist() == [600] * 3
    assert plan["decaissement_charges_sociales"].tolist() == [0, 400, 400]


def test_trimestres_civils():
    plan = plan_tresorerie({"ventes": 1_000}, 8, "trimestriel", tva_ventes=0.2, date_debut="2025-02-01")
    # February and March in April, then April to June in July.
    assert plan["decaissement_tva"].tolist() == [0, 0, 400, 0, 0, 600, 0, 0]


def test_regime_simplifie_d_une_entreprise_installee():
    plan = plan_tresorerie(
        {"ventes": 10_000, "investissements": [50_000, *[0] * 23]},
        24,
        "simplifie",
        tva_ventes=0.2,
        tva_investissements=0.2,
        date_debut="2024-01-01",
        tva_annee_precedente=20_000,
    )
    tva = plan["decaissement_tva"]
    assert (tva[7], tva[12]) == (11_000, 8_000)
    # Balance of 2024: 24 000 collected, 10 000 deducted on the asset, 19 000 paid: 5 000 of credit, against July.
    assert tva[17] == 0
    assert plan.loc[17, "credit_tva"] == 5_000
    # The advances of 2025 are those of 24 000: the tax on fixed assets does not lower them.
    assert tva[19] == 13_200 - 5_000
    assert tva[24] == 9_600


def test_regime_simplifie_d_une_creation():
    plan = plan_tresorerie({"ventes": 10_000}, 18, "simplifie", tva_ventes=0.2, date_debut="2024-01-01")
    tva = plan["decaissement_tva"]
    assert (tva[7], tva[12]) == (9_600, 8_000)  # 80 % of six months, then of five
    assert tva[17] == 24_000 - 17_600


def test_peu_de_tva_l_annee_d_avant_dispense_d_acomptes():
    plan = plan_tresorerie(
        {"ventes": 400}, 12, "simplifie", tva_ventes=0.2, date_debut="2024-01-01", tva_annee_precedente=999.99
    )
    assert plan["decaissement_tva"].sum() == 0


def test_le_regime_simplifie_n_existe_plus_en_2027():
    with pytest.raises(ErreurParametre, match="supprimé"):
        plan_tresorerie({"ventes": 400}, 12, "simplifie", tva_ventes=0.2, date_debut="2027-01-01")
    with pytest.raises(ErreurDonnees, match="date_debut"):
        plan_tresorerie({"ventes": 400}, 12, "simplifie", tva_ventes=0.2)


@pytest.mark.parametrize("regime", ["mensuel", "trimestriel", "simplifie"])
@pytest.mark.parametrize("exigibilite", ["debits", "encaissements"])
@given(LISTES, LISTES, LISTES, st.integers(0, 120), st.integers(0, 90), st.integers(-10_000, 10_000))
@settings(max_examples=exemples(15), deadline=None)
def test_identites_du_plan(regime, exigibilite, ventes, achats, investissements, clients, fournisseurs, initiale):
    plan = plan_tresorerie(
        {"ventes": ventes, "achats": achats, "investissements": investissements, "salaires": 1_234.56},
        tva_regime=regime,
        tva_exigibilite=exigibilite,
        tresorerie_initiale=initiale,
        delai_clients=clients,
        delai_fournisseurs=fournisseurs,
        tva_ventes=0.055,
        tva_achats=0.2,
        tva_investissements=0.2,
        part_sociale=0.4,
        date_debut="2024-03-01",
    )
    centimes = (plan * 100).round().astype("int64")
    entrees = centimes[[f"encaissement_{nom}" for nom in ENTREES]].sum(axis=1)
    sorties = centimes.filter(like="decaissement_").sum(axis=1)
    assert (entrees == centimes["total_encaissements"]).all()
    assert (sorties == centimes["total_decaissements"]).all()
    assert centimes["tresorerie"].iloc[-1] == initiale * 100 + (entrees - sorties).sum()
    assert (centimes["decaissement_tva"] >= 0).all()
    if regime == "mensuel":
        # All but the last month has been declared: paid = collected - deducted + credit left over.
        due = centimes["tva_collectee"] - centimes["tva_deductible"]
        assert centimes["decaissement_tva"].sum() == due.iloc[:-1].sum() + centimes["credit_tva"].iloc[-1]


@pytest.mark.parametrize(("regime", "attente"), [("mensuel", 1), ("trimestriel", 3)])
@given(LISTES, LISTES)
@settings(max_examples=exemples(25), deadline=None)
def test_toute_la_tva_finit_par_etre_payee_ou_reportee(regime, attente, ventes, achats):
    budget = {"ventes": ventes + [0] * attente, "achats": achats + [0] * attente}
    plan = plan_tresorerie(budget, tva_regime=regime, **TVA)
    totaux = (plan[["tva_collectee", "tva_deductible", "decaissement_tva"]] * 100).round().sum()
    credit = round(plan["credit_tva"].iloc[-1] * 100)
    assert totaux["decaissement_tva"] == totaux["tva_collectee"] - totaux["tva_deductible"] + credit


@pytest.mark.parametrize(
    ("budget", "reglages", "message"),
    [
        ({"ventes": [100, -1]}, {}, "ventes : les montants se donnent en positif"),
        ({"ventes": [100, float("nan")]}, {}, "ventes : montant manquant"),
        ({"ventes": 100}, {"tva_ventes": 20}, "tva_ventes : taux attendu en fraction"),
        ({"ventes": 100}, {"tva_ventes": -0.2}, "n'est pas négatif"),
        ({"ventes": 100}, {"delai_clients": -1}, "delai_clients"),
        ({"ventes": 100}, {"tva_regime": "annuel"}, "tva_regime vaut « annuel »"),
        ({"ventes": 100}, {"tva_exigibilite": "caisse"}, "tva_exigibilite"),
        ({"ventes": 100}, {"mois": 0}, "de 1 à"),
    ],
)
def test_plans_refuses(budget, reglages, message):
    with pytest.raises(ErreurDonnees, match=message):
        plan_tresorerie(budget, **reglages)


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ({"vente": [100]}, "Postes inconnus du budget : vente"),
        ({}, "vide"),
        ({"ventes": [1, 2], "achats": [1, 2, 3]}, "même nombre de mois"),
        ({"ventes": ["x", "y"]}, "autre chose que des nombres"),
    ],
)
def test_budgets_illisibles(budget, message):
    with pytest.raises(ErreurSchema, match=message):
        plan_tresorerie(budget)


def test_une_table_de_mois_est_un_budget():
    budget = pd.DataFrame(EXEMPLE)
    avant = budget.copy()
    plan = plan_tresorerie(budget, tresorerie_initiale=5_000, delai_clients=30, **TVA)
    pd.testing.assert_frame_equal(budget, avant)
    assert plan["tresorerie"].tolist() == [-1_800, 1_000, 8_400]
    assert plan.attrs["source"] == "convention de cours"


def test_plusieurs_projets_rendent_ce_que_rend_chacun():
    alea = np.random.default_rng(8)
    noms = pd.Index([f"P{n}" for n in range(9)], name="projet")
    budget = {
        nom: pd.DataFrame(alea.integers(0, 9_000, (9, 12)), index=noms) for nom in ("ventes", "achats", "salaires")
    }
    budget["ventes"] = budget["ventes"].astype("float64")
    budget["ventes"].iloc[2, 5] = np.nan
    reglages = {
        "delai_clients": alea.integers(0, 100, 9),
        "tva_ventes": alea.choice([0.055, 0.1, 0.2], 9),
        "part_sociale": alea.uniform(0, 0.5, 9),
        "tresorerie_initiale": alea.integers(0, 20_000, 9).astype("float64"),
        "tva_regime": np.resize(["mensuel", "trimestriel", "simplifie"], 9),
    }
    reglages["tva_ventes"][4] = 20
    plan = plan_tresorerie(budget, date_debut="2024-01-01", **reglages)
    assert plan.loc["P2", "motif"].eq("ventes : montant manquant ou infini").all()
    assert plan.loc["P4"].drop(columns="motif").isna().all(axis=None)
    pointes = pointe_tresorerie(plan)
    for rang, nom in enumerate(noms):
        if nom in ("P2", "P4"):
            assert pointes.loc[nom].isna().all()
            continue
        seul = plan_tresorerie(
            {poste: table.loc[nom].tolist() for poste, table in budget.items()},
            date_debut="2024-01-01",
            **{reglage: valeurs[rang] for reglage, valeurs in reglages.items()},
        )
        pd.testing.assert_frame_equal(plan.loc[nom].drop(columns="motif"), seul)
        pd.testing.assert_series_equal(pointes.loc[nom], pointe_tresorerie(seul), check_names=False)
