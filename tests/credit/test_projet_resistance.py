"""Stress test: grid of the course, break, lowest turnover; a shock never makes things better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils import credit
from rncp_utils.credit import (
    Choc,
    Hypotheses,
    Investissement,
    ca_minimum,
    chocs_du_cours,
    dscr_previsionnel,
    tresorerie_previsionnelle,
)
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore:Paramètre non revérifié")

PROJET = Hypotheses(
    "2022-01-01",
    300_000,
    0.65,
    charges_fixes=50_000,
    salaires=90_000,
    croissance_ca=0.02,
    delai_clients=30,
    stock_jours=15,
    apport=40_000,
    investissements=[Investissement(100_000, 7)],
    prets=[{"capital": 110_000, "taux": 0.04, "duree": 84}],
)
JOUR = "2024-12-31"


@pytest.fixture(scope="module")
def test_du_projet():
    return credit.tester_resistance(PROJET, date=JOUR)


def test_la_grille_du_cours(test_du_projet):
    assert test_du_projet.index.tolist() == [
        "Hypothèses du projet",
        "CA -10 %",
        "CA -20 %",
        "Marge -2 points",
        "Délai clients +15 jours",
        "Taux +1 point",
        "Retard d'ouverture de 3 mois",
    ]
    assert test_du_projet.attrs["source"] == "convention de cours"


def test_sans_choc_c_est_le_previsionnel(test_du_projet):
    base = test_du_projet.loc["Hypothèses du projet"]
    dscr, plan = dscr_previsionnel(PROJET)["dscr"], tresorerie_previsionnelle(PROJET)["tresorerie"]
    assert base["dscr_min"] == dscr.min()
    assert base["exercice_dscr_min"] == dscr.idxmin()
    assert base["tresorerie_min"] == plan.min()
    assert base["mois_tresorerie_min"] == plan.idxmin()


def test_chaque_choc_est_l_hypothese_changee(test_du_projet):
    changes = {
        "CA -20 %": {"ca_ht": 240_000},
        "Marge -2 points": {"taux_marge": 0.63},
        "Délai clients +15 jours": {"delai_clients": 45},
        "Taux +1 point": {"prets": [{"capital": 110_000, "taux": 0.05, "duree": 84}]},
        "Retard d'ouverture de 3 mois": {"retard_mois": 3},
    }
    for nom, champs in changes.items():
        autre = replace(PROJET, **champs)
        assert test_du_projet.loc[nom, "dscr_min"] == pytest.approx(dscr_previsionnel(autre)["dscr"].min(), abs=1e-6)
        assert test_du_projet.loc[nom, "tresorerie_min"] == pytest.approx(
            tresorerie_previsionnelle(autre)["tresorerie"].min(), abs=0.5
        )


def test_l_annee_de_rupture(test_du_projet):
    assert pd.isna(test_du_projet.loc["Hypothèses du projet", "annee_rupture"])
    rompus = test_du_projet["annee_rupture"].notna()
    assert (rompus == ((test_du_projet["dscr_min"] < 1) | (test_du_projet["tresorerie_min"] < 0))).all()
    assert test_du_projet.loc["CA -20 %", "annee_rupture"] == 1


def test_le_ca_minimum_tient_et_un_euro_de_moins_ne_tient_pas():
    minimum = ca_minimum(PROJET)
    assert dscr_previsionnel(replace(PROJET, ca_ht=minimum))["dscr"].min() >= 1
    assert dscr_previsionnel(replace(PROJET, ca_ht=minimum - 1))["dscr"].min() < 1


def test_le_ca_minimum_est_celui_de_la_table(test_du_projet):
    assert test_du_projet.loc["Hypothèses du projet", "ca_minimum"] == pytest.approx(ca_minimum(PROJET), abs=0.02)
    # A fall of the turnover changes neither the margin nor the costs: the lowest turnover stays the same.
    assert test_du_projet.loc["CA -10 %", "ca_minimum"] == pytest.approx(ca_minimum(PROJET), abs=0.02)
    assert test_du_projet.loc["Marge -2 points", "ca_minimum"] > ca_minimum(PROJET)


def test_sans_pret_ni_dscr_ni_ca_minimum():
    nu = credit.tester_resistance(replace(PROJET, prets=[]), [Choc("CA -50 %", ca=-0.5)])
    assert nu[["dscr_min", "exercice_dscr_min", "ca_minimum"]].isna().all(axis=None)
    assert nu.loc["CA -50 %", "annee_rupture"] == 1


def test_un_projet_que_rien_ne_sauve():
    assert np.isnan(ca_minimum(replace(PROJET, taux_marge=0.01), 1))


@given(
    ca=st.floats(0, 0.6),
    marge=st.floats(0, 0.2),
    jours=st.floats(0, 90),
    taux=st.floats(0, 0.05),
    croissance=st.floats(0, 0.1),
    niveau=st.integers(230_000, 420_000),
)
@settings(max_examples=exemples(30), deadline=None)
def test_un_choc_n_ameliore_jamais_le_dscr(ca, marge, jours, taux, croissance, niveau):
    h = replace(PROJET, ca_ht=niveau, croissance_ca=croissance)
    chocs = [
        Choc("ca", ca=-ca),
        Choc("marge", marge=-marge),
        Choc("jours", delai_clients=jours),
        Choc("taux", taux=taux),
        Choc("charges", charges=ca),
    ]
    resultat = credit.tester_resistance(h, chocs, avec_ca_minimum=False)
    base = resultat["dscr_min"].iloc[0]
    assert (resultat["dscr_min"] <= base + 1e-6).all()
    # A later payment leaves the income alone, and never adds cash.
    assert resultat.loc["jours", "dscr_min"] == base
    assert resultat.loc["jours", "tresorerie_min"] <= resultat["tresorerie_min"].iloc[0]


@given(retard=st.integers(0, 11))
@settings(max_examples=exemples(12), deadline=None)
def test_un_retard_n_ameliore_jamais_la_premiere_annee(retard):
    couvertures = [dscr_previsionnel(replace(PROJET, retard_mois=r), 1)["dscr"].iloc[0] for r in (retard, retard + 1)]
    assert couvertures[1] <= couvertures[0]


def test_une_table_de_projets_rend_ce_que_rend_chacun():
    projets = pd.DataFrame(
        {
            "date_debut": "2022-01-01",
            "ca_ht": [300_000.0, 250_000.0, 200_000.0],
            "taux_marge": [0.65, 0.7, 70],
            "charges_fixes": [120_000.0, 100_000.0, 100_000.0],
        },
        index=pd.Index(["A", "B", "C"], name="projet"),
    )
    prets = pd.DataFrame(
        {"id_projet": ["B", "A", "C"], "capital": [90_000.0, 110_000.0, 1_000.0], "taux": 0.04, "duree": 84}
    )
    avant = projets.copy(), prets.copy()
    table = credit.tester_resistance(projets, prets=prets, date=JOUR)
    pd.testing.assert_frame_equal(projets, avant[0])
    pd.testing.assert_frame_equal(prets, avant[1])
    for nom in ("A", "B"):
        seul = projets.loc[nom].to_dict() | {
            "prets": prets[prets["id_projet"] == nom].drop(columns="id_projet").to_dict("records")
        }
        pd.testing.assert_frame_equal(table.loc[nom].drop(columns="motif"), credit.tester_resistance(seul, date=JOUR))
        assert ca_minimum(projets, prets=prets)[nom] == pytest.approx(ca_minimum(seul), abs=0.02)
    assert table.loc["C"].drop(columns="motif").isna().all(axis=None)
    assert table.loc["C", "motif"].astype("str").str.contains("fraction").all()


def test_refus():
    with pytest.raises(ErreurDonnees, match="même nom"):
        credit.tester_resistance(PROJET, [Choc("a", ca=-0.1), Choc("a", ca=-0.2)])
    with pytest.raises(ErreurDonnees, match="fraction"):
        credit.tester_resistance(replace(PROJET, taux_marge=65))
    with pytest.raises(ErreurSchema, match="autre chose que des nombres"):
        credit.tester_resistance(
            pd.DataFrame({"date_debut": ["2022-01-01"], "ca_ht": ["beaucoup"], "taux_marge": [0.5]})
        )


def test_un_choc_impossible_annule_son_scenario_seul():
    resultat = credit.tester_resistance(PROJET, [Choc("marge", marge=-0.9), Choc("ca", ca=-0.1)], 1)
    assert resultat.loc["marge"].drop("motif").isna().all()
    assert "taux_marge" in resultat.loc["marge", "motif"]
    assert resultat.loc["ca", "dscr_min"] > 0


def test_les_chocs_sont_dates():
    assert [choc.ca for choc in chocs_du_cours(JOUR)][:3] == [-0.1, -0.2, 0]
