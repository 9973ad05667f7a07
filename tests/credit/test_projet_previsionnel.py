"""Forecast: figures worked by hand, the cash of the balance sheet is that of the cash plan, one project or many."""

from __future__ import annotations

import warnings
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import (
    Assurance,
    Hypotheses,
    Investissement,
    bilan_previsionnel,
    compte_resultat_previsionnel,
    cotisations_tns,
    dscr_previsionnel,
    is_societe,
    plan_financement_triennal,
    tableau_amortissement,
    tresorerie_previsionnelle,
)
from rncp_utils.entreprise import dscr
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from tests.machine import exemples

# Forecasts of years to come read parameters that nobody can have checked yet.
pytestmark = pytest.mark.filterwarnings("ignore:Paramètre non revérifié")

FOURNIL = Hypotheses(
    "2021-03-01",
    350_000,
    0.7,
    charges_fixes=60_000,
    salaires=110_000,
    croissance_ca=0.03,
    delai_clients=15,
    delai_fournisseurs=30,
    stock_jours=20,
    tva_ventes=0.055,
    tva_achats=0.055,
    tva_charges=0.2,
    tva_investissements=0.2,
    part_sociale=0.4,
    apport=60_000,
    saisonnalite=[8, 8, 9, 9, 8, 7, 5, 4, 9, 10, 10, 13],
    investissements=[Investissement(80_000, 7, jour=11), Investissement(150_000, 0), Investissement(9_999.99, 2.5, 14)],
    prets=[
        {"capital": 180_000, "taux": 0.042, "duree": 84},
        {
            "capital": 20_000,
            "taux": 0.03,
            "duree": 20,
            "periodicite": 4,
            "mois": 2,
            "differe": 4,
            "type_differe": "total",
        },
        {"capital": 30_000, "taux": 0.05, "duree": 3, "periodicite": 1, "mois": 5, "mode": "in_fine"},
    ],
)
NUES = Hypotheses("2022-01-01", 120_000, 0.5)


@pytest.fixture(scope="module")
def compte():
    return compte_resultat_previsionnel(FOURNIL, 4)


def test_le_compte_se_recalcule_a_la_main(compte):
    an1 = compte.loc[1]
    assert an1["ca"] == 350_000
    assert an1["achats_consommes"] == 105_000
    assert an1["charges_fixes"] == 60_000
    assert an1["ebe"] == 75_000
    assert compte.loc[3, "ca"] == pytest.approx(350_000 * 1.03**2, abs=0.01)


def test_l_amortissement_est_au_prorata_des_jours_sur_360(compte):
    # In use on the 11th day of the first month: 350 days of the first year. Goodwill is not depreciated.
    assert compte.loc[1, "dotations"] == pytest.approx(80_000 / 7 * 350 / 360, abs=0.005)
    # The second asset comes in month 14 (the fifteenth): ten months of the second year.
    assert compte.loc[2, "dotations"] == pytest.approx(80_000 / 7 + 9_999.99 / 2.5 * 300 / 360, abs=0.01)
    douze_ans = compte_resultat_previsionnel(FOURNIL, 12)["dotations"]
    assert douze_ans.sum() == pytest.approx(80_000 + 9_999.99, abs=0.005)


def test_les_interets_sont_ceux_de_l_echeancier():
    pret = {"capital": 100_000, "taux": 0.042, "duree": 84}
    compte = compte_resultat_previsionnel(replace(NUES, prets=[pret]), 7)
    annuel = tableau_amortissement(**pret)["interets"].to_numpy().reshape(7, 12).sum(axis=1)
    assert compte["interets"].tolist() == pytest.approx(annuel.tolist(), abs=0.001)


def test_un_pret_annuel_court_chaque_mois():
    pret = {"capital": 30_000, "taux": 0.05, "duree": 3, "periodicite": 1, "mois": 6, "mode": "in_fine"}
    h = replace(NUES, prets=[pret])
    assert compte_resultat_previsionnel(h, 2)["interets"].tolist() == [750, 1_500]
    assert bilan_previsionnel(h, 2)["interets_courus"].tolist() == [750, 750]
    assert tresorerie_previsionnelle(h, 2)["decaissement_echeances"].to_numpy().nonzero()[0].tolist() == [17]


def test_l_assurance_du_pret_est_une_charge():
    pret = {"capital": 100_000, "taux": 0.042, "duree": 84, "assurance": Assurance(0.0036)}
    assert compte_resultat_previsionnel(replace(NUES, prets=[pret]), 1).loc[1, "assurance"] == 360


def test_l_is_suit_le_report_des_deficits():
    h = replace(NUES, charges_fixes=70_000, croissance_ca=(0.5, 0.0))
    compte = compte_resultat_previsionnel(h, 3)
    assert compte["rcai"].tolist() == [-10_000, 20_000, 20_000]
    assert compte["impot"].tolist() == [
        0,
        *(is_societe(b, "2024-12-31", 180_000, True)["is"] for b in (10_000, 20_000)),
    ]
    assert (compte["caf"] == compte["resultat_net"]).all()


def test_l_is_se_paie_par_quarts_puis_solde():
    h = replace(NUES, croissance_ca=0.10)
    impot = compte_resultat_previsionnel(h, 2)["impot"]
    paye = tresorerie_previsionnelle(h, 2)["decaissement_impots"]
    assert paye[paye != 0].index.tolist() == [15, 17, 18, 21, 24]  # March, May, June, September, December
    assert paye[17] == impot[1]
    assert paye[[15, 18, 21, 24]].tolist() == [round(impot[1] / 4, 2)] * 4
    # A year that ends in February: balance in June, first advance in June too.
    decale = tresorerie_previsionnelle(replace(h, date_debut="2022-03-01"), 2)["decaissement_impots"]
    assert decale[decale != 0].index.tolist() == [16, 19, 22]


def test_sous_le_seuil_pas_d_acompte():
    paye = tresorerie_previsionnelle(replace(NUES, charges_fixes=50_000), 2)["decaissement_impots"]
    assert paye[paye != 0].to_dict() == {17: 1_500}


def test_l_exploitant_paie_ses_cotisations_et_vit_de_ses_prelevements():
    h = replace(
        NUES, date_debut="2025-01-01", statut="ei", activite="artisan", charges_fixes=10_000, prelevements=24_000
    )
    compte = compte_resultat_previsionnel(h, 1).loc[1]
    assert compte["cotisations_exploitant"] == cotisations_tns(50_000, 2025, "artisan")["total"]
    assert compte["impot"] == 0
    avec = replace(h, prets=[{"capital": 40_000, "taux": 0.04, "duree": 60}])
    apres, avant = (dscr_previsionnel(avec, 1, apres_prelevements=choix).loc[1] for choix in (True, False))
    assert avant["caf"] - apres["caf"] == 24_000
    assert apres["dscr"] == pytest.approx(dscr(caf=apres["caf"], interets=apres["interets"], capital=apres["capital"]))


def test_la_legislation_constante_se_choisit():
    h = replace(NUES, date_debut="2027-01-01", statut="ei")
    with pytest.raises(ErreurDonnees, match="legislation"):
        compte_resultat_previsionnel(h, 1)
    avec = compte_resultat_previsionnel(replace(h, legislation="2026-11-23"), 2)
    assert avec["cotisations_exploitant"].nunique() == 1
    assert avec.loc[1, "cotisations_exploitant"] == cotisations_tns(60_000, 2026, "commercant")["total"]


def test_un_retard_d_ouverture_ote_les_premiers_mois():
    h = replace(NUES, charges_fixes=12_000, retard_mois=3)
    assert compte_resultat_previsionnel(h, 1).loc[1, ["ca", "charges_fixes"]].tolist() == [90_000, 12_000]


def test_un_differe_total_ne_pese_pas_tant_que_rien_n_est_paye():
    pret = {"capital": 40_000, "taux": 0.04, "duree": 36, "differe": 12, "type_differe": "total"}
    couverture = dscr_previsionnel(replace(NUES, charges_fixes=40_000, prets=[pret]), 2)
    assert np.isnan(couverture.loc[1, "dscr"])
    assert couverture.loc[1, "interets"] > 0
    annuel = tableau_amortissement(**pret)["echeance_totale"].iloc[12:24].sum()
    assert couverture.loc[2, "annuite"] == pytest.approx(annuel, abs=0.001)


def test_sans_pret_pas_de_dscr():
    assert dscr_previsionnel(NUES, 2)["dscr"].isna().all()


def test_le_bfr_vient_des_delais():
    h = replace(NUES, delai_clients=30, delai_fournisseurs=30, stock_jours=36, tva_ventes=0.2, tva_achats=0.2)
    bilan = bilan_previsionnel(h, 1).loc[1]
    assert bilan["creances_clients"] == 12_000
    assert bilan["stocks"] == 6_000
    assert bilan["fournisseurs"] == 6_000
    assert bilan["dette_tva"] == 1_000


@pytest.mark.parametrize("regime", ["mensuel", "trimestriel", "simplifie"])
@pytest.mark.parametrize("exigibilite", ["debits", "encaissements"])
def test_la_tresorerie_du_bilan_est_celle_du_plan(regime, exigibilite):
    h = replace(FOURNIL, tva_regime=regime, tva_exigibilite=exigibilite)
    bilan, plan = bilan_previsionnel(h, 5), tresorerie_previsionnelle(h, 5)
    assert bilan["tresorerie"].tolist() == plan["tresorerie"].iloc[11::12].tolist()
    assert (bilan["total_actif"] == bilan["total_passif"]).all()


@given(
    ca=st.integers(20_000, 900_000),
    marge=st.floats(0, 1),
    croissance=st.floats(-0.5, 0.5),
    clients=st.integers(0, 150),
    fournisseurs=st.integers(0, 120),
    stock=st.integers(0, 200),
    retard=st.integers(0, 8),
    mois=st.integers(1, 12),
    tva=st.sampled_from([0.0, 0.055, 0.2]),
    statut=st.sampled_from(["societe", "ei"]),
)
@settings(max_examples=exemples(60), deadline=None)
def test_identites_du_previsionnel(ca, marge, croissance, clients, fournisseurs, stock, retard, mois, tva, statut):
    h = replace(
        FOURNIL,
        date_debut=f"2025-{mois:02d}-01",
        legislation="2025-12-31",
        ca_ht=ca,
        taux_marge=marge,
        croissance_ca=croissance,
        delai_clients=clients,
        delai_fournisseurs=fournisseurs,
        stock_jours=stock,
        retard_mois=retard,
        tva_ventes=tva,
        statut=statut,
        prelevements=12_000,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bilan, plan, compte = (
            bilan_previsionnel(h, 3),
            tresorerie_previsionnelle(h, 3),
            compte_resultat_previsionnel(h, 3),
        )
        financement = plan_financement_triennal(hypotheses=h, annees=3)
    assert bilan["tresorerie"].tolist() == plan["tresorerie"].iloc[11::12].tolist()
    assert financement["cumul"].tolist() == bilan["tresorerie"].tolist()
    variation = (plan["total_encaissements"] - plan["total_decaissements"]).sum()
    assert variation == pytest.approx(plan["tresorerie"].iloc[-1], abs=0.005)
    solde = compte["ebe"] - compte["dotations"] - compte["interets"] - compte["impot"]
    assert solde.tolist() == pytest.approx(compte["resultat_net"].tolist(), abs=0.005)


@pytest.mark.parametrize(
    ("champs", "message"),
    [
        ({"taux_marge": 40}, "taux_marge : taux attendu en fraction"),
        ({"taux_marge": -0.1}, "n'est pas négatif"),
        ({"ca_ht": 0}, "chiffre d'affaires nul"),
        ({"ca_ht": -1}, "ca_ht : les montants se donnent en positif"),
        ({"ca_ht": None}, "donnée ca_ht absente"),
        ({"croissance_ca": 3}, "croissance_ca : taux attendu en fraction"),
        ({"croissance_ca": (0.1, 0.1, 0.1)}, "un taux par année"),
        ({"croissance_charges": 2}, "croissance_charges"),
        ({"ca_ht": 9e9, "croissance_ca": 1}, "démesuré à la fin"),
        ({"charges_fixes": 9e9, "croissance_charges": 1}, "charges démesurées"),
        ({"saisonnalite": [1, 2]}, "douze poids"),
        ({"saisonnalite": [0] * 12}, "saisonnalite"),
        ({"date_debut": "2022-01-15"}, "premier jour d'un mois"),
        ({"date_debut": "demain"}, "date_debut : date attendue"),
        ({"date_debut": 2022}, "date_debut : date attendue"),
        ({"legislation": "hier"}, "legislation : date attendue"),
        ({"statut": "ei", "activite": "licorne"}, "activite : attendu artisan, commercant"),
        ({"saisonnalite": 5}, "douze poids"),
        ({"statut": "sarl"}, "statut : attendu societe, ei"),
        ({"tva_regime": "annuel"}, "tva_regime"),
        ({"retard_mois": 1.5}, "retard_mois"),
        ({"stock_jours": -1}, "stock_jours"),
        ({"delai_clients": -1}, "delai_clients"),
        ({"prets": [{"capital": 1_000, "taux": 4.2, "duree": 12}]}, "prêt refusé, taux"),
        ({"prets": [{"capital": 1_000, "taux": 0.04, "duree": 12, "periodicite": 0}]}, "prêt refusé, périodicité"),
        ({"prets": [{"capital": 1_000, "taux": 0.04, "duree": 12, "mois": -1}]}, "mois : un entier"),
        ({"prets": [{"capital": 1_000, "taux": 0.04, "duree": 12, "terme": "a_echoir"}]}, "à échoir"),
        ({"prets": [{"capital": 1_000, "taux": 0.04, "duree": 12, "date_deblocage": "2022-01-01"}]}, "date_deblocage"),
        ({"investissements": [Investissement(-1, 5)]}, "montant manquant ou négatif"),
        ({"investissements": [Investissement(1, -5)]}, "durée d'amortissement"),
        ({"investissements": [Investissement(1, 5, jour=31)]}, "jour : un entier de 1 à 30"),
    ],
)
def test_hypotheses_refusees(champs, message):
    with pytest.raises(ErreurDonnees, match=message):
        compte_resultat_previsionnel(replace(NUES, **champs), 3)


def test_un_nom_inconnu_ou_absent():
    with pytest.raises(ErreurSchema, match="Hypothèses inconnues : chiffre"):
        compte_resultat_previsionnel({"date_debut": "2022-01-01", "ca_ht": 1, "taux_marge": 1, "chiffre": 1})
    with pytest.raises(ErreurSchema, match="absentes : taux_marge"):
        compte_resultat_previsionnel({"date_debut": "2022-01-01", "ca_ht": 1})
    with pytest.raises(ErreurDonnees, match="de 1 à 30"):
        compte_resultat_previsionnel(NUES, 0)
    with pytest.raises(ErreurDonnees, match="donnez des Hypotheses"):
        compte_resultat_previsionnel(12)
    with pytest.raises(ErreurSchema, match="dans ses hypothèses"):
        compte_resultat_previsionnel(NUES, prets=pd.DataFrame())


def _table(n: int = 8) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    alea = np.random.default_rng(11)
    noms = [f"P{k}" for k in range(n)]
    projets = pd.DataFrame(
        {
            "date_debut": pd.to_datetime([f"2022-{k % 12 + 1:02d}-01" for k in range(n)]),
            "ca_ht": alea.integers(80_000, 400_000, n).astype("float64"),
            "taux_marge": alea.uniform(0.3, 0.9, n),
            "charges_fixes": alea.integers(10_000, 90_000, n).astype("float64"),
            "salaires": alea.integers(0, 90_000, n).astype("float64"),
            "croissance_ca": alea.uniform(-0.1, 0.1, n),
            "delai_clients": alea.integers(0, 90, n),
            "tva_ventes": 0.2,
            "apport": 20_000.0,
            "tva_regime": np.resize(["mensuel", "trimestriel"], n),
        },
        index=pd.Index(noms, name="projet"),
    )
    investissements = pd.DataFrame(
        {"id_projet": noms * 2, "montant": alea.integers(1_000, 90_000, 2 * n), "duree": 5, "mois": [0] * n + [7] * n}
    )
    prets = pd.DataFrame({"id_projet": noms[::-1], "capital": 50_000.0, "taux": alea.uniform(0, 0.08, n), "duree": 60})
    return projets, investissements, prets


def test_une_table_de_projets_rend_ce_que_rend_chacun():
    projets, investissements, prets = _table()
    projets.loc["P2", "taux_marge"], projets.loc["P3", "ca_ht"] = 40, np.nan
    prets.loc[prets["id_projet"] == "P4", "taux"] = 4.2
    copies = [t.copy() for t in (projets, investissements, prets)]
    longues = {"investissements": investissements, "prets": prets}
    melange = projets.sample(frac=1, random_state=3)
    comptes, bilans = compte_resultat_previsionnel(melange, 3, **longues), bilan_previsionnel(melange, 3, **longues)
    plans, couvertures = tresorerie_previsionnelle(melange, 3, **longues), dscr_previsionnel(melange, 3, **longues)
    for avant, apres in zip(copies, (projets, investissements, prets), strict=True):
        pd.testing.assert_frame_equal(avant, apres)
    for nom, motif in (("P2", "fraction"), ("P3", "ca_ht absente"), ("P4", "prêt refusé")):
        assert comptes.loc[nom, "motif"].astype("str").str.contains(motif).all()
        assert comptes.loc[nom].drop(columns="motif").isna().all(axis=None)
        assert couvertures.loc[nom, "dscr"].isna().all()
    for nom in projets.index.difference(["P2", "P3", "P4"]):
        seul = projets.loc[nom].to_dict() | {
            "investissements": investissements.loc[investissements["id_projet"] == nom]
            .drop(columns="id_projet")
            .to_dict("records"),
            "prets": prets.loc[prets["id_projet"] == nom].drop(columns="id_projet").to_dict("records"),
        }
        pairs = (
            (comptes, compte_resultat_previsionnel),
            (bilans, bilan_previsionnel),
            (plans, tresorerie_previsionnelle),
            (couvertures, dscr_previsionnel),
        )
        for table, fonction in pairs:
            assert table.loc[nom, "motif"].isna().all()
            pd.testing.assert_frame_equal(table.loc[nom].drop(columns="motif"), fonction(seul, 3))


def test_une_table_sans_projet():
    with pytest.raises(ErreurDonnees, match="aucun projet"):
        compte_resultat_previsionnel(_table()[0].head(0))


def test_les_nombres_se_lisent_sous_toutes_leurs_formes():
    attendu = compte_resultat_previsionnel({"date_debut": "2022-01-01", "ca_ht": 100_000, "taux_marge": 0.5}, 1)
    autres = {"date_debut": pd.Timestamp("2022-01-01"), "ca_ht": Decimal("100000"), "taux_marge": np.float32(0.5)}
    pd.testing.assert_frame_equal(compte_resultat_previsionnel(autres | {"prets": None}, 1), attendu)
    table = pd.DataFrame(
        {"date_debut": "2022-01-01", "ca_ht": pd.array([100_000, None], dtype="Int64"), "taux_marge": 0.5}
    )
    comptes = compte_resultat_previsionnel(table, 1)
    pd.testing.assert_frame_equal(comptes.loc[0].drop(columns="motif"), attendu)
    assert comptes["motif"].iloc[1] == "donnée ca_ht absente"


def test_un_pret_d_un_projet_inconnu():
    projets, investissements, prets = _table()
    with pytest.raises(ErreurSchema, match="cite le projet « P9 »"):
        compte_resultat_previsionnel(projets, prets=prets.assign(id_projet="P9"))
    with pytest.raises(ErreurSchema, match="pas de colonne id_projet"):
        compte_resultat_previsionnel(projets, investissements=investissements.drop(columns="id_projet"))
    with pytest.raises(ErreurSchema, match="même identifiant"):
        compte_resultat_previsionnel(pd.concat([projets, projets]), prets=prets)
