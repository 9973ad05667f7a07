"""Price of a business: scale of the trade, profitability, and what a loan can pay."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import (
    ebe_retraite,
    prix_financable,
    professions_du_bareme,
    tableau_amortissement,
    valoriser_fonds,
)
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees
from rncp_utils.parametres import fiche_parametre
from tests.machine import exemples

JOUR = "2024-12-31"


def test_fournil_le_bareme_depasse_la_rentabilite():
    with pytest.warns(AvertissementDonnees, match="dépasse la valeur de rentabilité"):
        prix = valoriser_fonds(
            activite="boulangerie", ca_ht=350_000, tva=0.055, ebe=73_000, remuneration_repreneur=30_000, date=JOUR
        )
    assert prix["base_bareme"] == pytest.approx(369_250)
    assert prix["bareme_bas"] == pytest.approx(221_550)
    assert prix["bareme_haut"] == pytest.approx(369_250)
    assert prix["ebe_retraite"] == 43_000
    assert prix["rentabilite"] == 172_000
    assert (prix["rentabilite_basse"], prix["rentabilite_haute"]) == (129_000, 215_000)
    assert prix["ecart"] == pytest.approx(49_550)


def test_un_bareme_inferieur_a_la_rentabilite_n_avertit_pas():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        prix = valoriser_fonds(activite="boucherie", ca_ht=200_000, tva=0.055, ebe=80_000, date=JOUR)
    assert prix["ecart"] < 0


def test_la_base_est_la_moyenne_de_trois_exercices():
    un = valoriser_fonds("bareme", activite="coiffure", ca_ht=[90_000, 100_000, 110_000], tva=0.2, date=JOUR)
    assert un["base_bareme"] == pytest.approx(120_000)
    with pytest.raises(ErreurDonnees, match="trois derniers"):
        valoriser_fonds("bareme", activite="coiffure", ca_ht=[1, 2, 3, 4], tva=0.2, date=JOUR)


def test_un_bareme_hors_taxes_ne_prend_pas_la_tva():
    rapide = valoriser_fonds("bareme", activite="restauration_rapide", ca_ht=100_000, tva=0.1, date=JOUR)
    assert rapide["bareme_bas"] == pytest.approx(30_000)
    restaurant = valoriser_fonds("bareme", activite="restaurant", ca_ht=100_000, tva=0.1, date=JOUR)
    assert restaurant["bareme_bas"] == pytest.approx(66_000)


def test_un_tabac_se_compte_en_remises():
    tabac = valoriser_fonds("bareme", activite="tabac", ca_ht=900_000, remise=40_000, date=JOUR)
    assert tabac[["bareme_bas", "bareme_haut"]].tolist() == [120_000, 160_000]
    with pytest.raises(ErreurDonnees, match="remise d'un tabac"):
        valoriser_fonds("bareme", activite="tabac", ca_ht=900_000, date=JOUR)


@pytest.mark.parametrize("profession", professions_du_bareme())
def test_chaque_bareme_va_du_bas_vers_le_haut_et_reste_a_verifier(profession):
    prix = valoriser_fonds("bareme", activite=profession, ca_ht=100_000, remise=50_000, date=JOUR)
    assert 0 < prix["bareme_bas"] < prix["bareme_haut"]
    fiche = fiche_parametre(f"projet.fonds.{profession}")
    assert fiche.statut == "source_secondaire"
    assert fiche.a_verifier


def test_l_ebe_se_retraite():
    assert ebe_retraite(73_000, 30_000)["ebe_retraite"] == 43_000
    tout = ebe_retraite(
        50_000,
        36_000,
        remuneration_cedant=24_000,
        cotisations_cedant=9_000,
        loyers_credit_bail=6_000,
        produits_non_recurrents=4_000,
        charges_non_recurrentes=1_500,
        loyer_paye=10_000,
        loyer_marche=14_000,
    )
    assert tout["ebe_retraite"] == 46_500
    with pytest.raises(ErreurDonnees, match="remuneration_repreneur"):
        ebe_retraite(50_000, -1)
    table = ebe_retraite([73_000, np.nan], 30_000)
    assert table["ebe_retraite"].iloc[0] == 43_000
    assert table["motif"].iloc[1] == "donnée ebe absente"


def test_un_ebe_negatif_ne_vaut_rien():
    prix = valoriser_fonds("rentabilite", ebe=20_000, remuneration_repreneur=30_000, date=JOUR)
    assert prix["rentabilite"] == 0
    assert "ne vaut rien" in prix.attrs["motifs"][0]


@pytest.mark.parametrize(
    ("reglages", "message"),
    [
        ({"methode": "flux"}, "Méthode « flux » inconnue"),
        ({"activite": "licorne"}, "profession sans barème"),
        ({"ca_ht": 0}, "base du barème"),
        ({"ca_ht": None}, "base du barème"),
        ({"tva": 20}, "tva : taux attendu en fraction"),
        ({"ebe": None}, "donnée ebe absente"),
        ({"multiple": 0}, "multiple nul"),
        ({"remuneration_repreneur": -1}, "remuneration_repreneur"),
    ],
)
def test_valorisations_refusees(reglages, message):
    with pytest.raises(ErreurDonnees, match=message):
        valoriser_fonds(**({"activite": "hotel", "ca_ht": 100_000, "ebe": 50_000, "date": JOUR} | reglages))


def test_une_table_de_fonds_rend_ce_que_rend_chacun():
    fonds = pd.DataFrame(
        {
            "activite": ["boulangerie", "tabac", "licorne", "restauration_rapide", "hotel"],
            "ca_ht": [350_000, np.nan, 100_000, 200_000, 300_000],
            "tva": [0.055, 0.2, 0.2, 0.1, 0.1],
            "remise": [np.nan, 45_000, np.nan, np.nan, np.nan],
            "ebe": [73_000, 80_000, 50_000, 60_000, np.nan],
        },
        index=[f"F{n}" for n in range(5)],
    )
    avant = fonds.copy()
    melange = fonds.iloc[::-1]
    colonnes = {nom: melange[nom] for nom in fonds}
    resultat = valoriser_fonds(**colonnes, remuneration_repreneur=30_000, date=JOUR).loc[fonds.index]
    pd.testing.assert_frame_equal(fonds, avant)
    assert "profession sans barème" in resultat.loc["F2", "motif"]
    assert "ebe absente" in resultat.loc["F4", "motif"]
    assert "dépasse ce que justifie" in resultat.loc["F0", "motif"]
    for nom in ("F0", "F1", "F3"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seul = valoriser_fonds(**fonds.loc[nom].to_dict(), remuneration_repreneur=30_000, date=JOUR)
        pd.testing.assert_series_equal(resultat.drop(columns="motif").loc[nom], seul, check_names=False)


@given(st.integers(5_000, 300_000), st.integers(0, 100_000), st.floats(0.001, 0.1), st.integers(12, 180))
@settings(max_examples=exemples(40), deadline=None)
def test_au_prix_financable_l_annuite_couvre_le_dscr_exige(ebe, apport, taux, mois):
    prix = prix_financable(ebe, apport, taux, mois, date=JOUR)
    capital = prix["prix_financable"] - apport
    annuite = 12 * tableau_amortissement(round(capital, 2), taux, mois)["echeance_hors_assurance"].iloc[0]
    assert ebe / annuite == pytest.approx(1.2, abs=1e-3)


def test_prix_financable_sans_interet_et_sans_ebe():
    assert prix_financable(12_000, 5_000, 0, 60, dscr=1)["prix_financable"] == 65_000
    nul = prix_financable(-10_000, 5_000, 0.04, 60, autres_besoins=8_000, date=JOUR)
    assert nul["prix_financable"] == 0
    assert "ne couvrent pas" in nul.attrs["motifs"][0]


@pytest.mark.parametrize(
    ("donnees", "message"),
    [
        ((43_000, 0, 4.2, 84), "taux attendu en fraction"),
        ((43_000, 0, -0.02, 84), "taux négatif"),
        ((43_000, 0, 0.04, 0), "duree_mois"),
        ((43_000, 0, 0.04, 12.5), "duree_mois"),
        ((43_000, -1, 0.04, 84), "apport"),
        ((None, 0, 0.04, 84), "ebe_retraite absente"),
    ],
)
def test_prix_refuses(donnees, message):
    with pytest.raises(ErreurDonnees, match=message):
        prix_financable(*donnees, date=JOUR)


def test_une_table_de_prix():
    table = prix_financable([43_000, 43_000, 50_000], 60_000, [0.042, 4.2, 0.03], 84, date=JOUR)
    assert table["prix_financable"].iloc[0] == prix_financable(43_000, 60_000, 0.042, 84, date=JOUR)["prix_financable"]
    assert "fraction" in table["motif"].iloc[1]
    assert np.isnan(table["prix_financable"].iloc[1])
