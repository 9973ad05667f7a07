"""Leasing, overdraft, discount, Dailly, factoring: list A, identities, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.credit import (
    affacturage,
    comparer_cb_emprunt,
    credit_bail,
    credit_campagne,
    dailly,
    decouvert,
    escompte,
    facilite_caisse,
    tableau_credit_bail,
    tableau_echelle,
)
from rncp_utils.erreurs import ErreurCalcul, ErreurDonnees, ErreurSchema


def jour(n, debut="2026-01-01"):
    return pd.date_range(debut, periods=n)


def test_a25_decouvert():
    cout = decouvert(taux=0.095, nombres=178_000, maxima=[4_000, 10_000, 2_500], cpfd_taux=0.0005)
    assert cout[["interets", "cpfd", "total"]].tolist() == [46.33, 8.25, 54.58]
    assert cout["teg"] == pytest.approx(0.1119196629, abs=1e-10)


def test_le_decouvert_se_lit_sur_les_soldes_de_chaque_jour():
    soldes = pd.Series(0.0, jour(90))
    soldes.iloc[5:17], soldes.iloc[40:48], soldes.iloc[62:82] = -4_000, -10_000, -2_500
    soldes.iloc[85:] = 1_500
    assert decouvert(soldes, 0.095, cpfd_taux=0.0005)["teg"] == pytest.approx(0.1119196629, abs=1e-10)
    echelle = tableau_echelle(soldes, 0.095, taux_crediteur=0.01)
    assert echelle["jours"].sum() == 90
    assert echelle["nombres_debiteurs"].sum() == 178_000
    assert echelle.attrs["interets_debiteurs"] == 46.33
    assert echelle.attrs["interets_crediteurs"] == round(1_500 * 5 * 0.01 / 365, 2)


def test_la_commission_de_plus_fort_decouvert_est_plafonnee_et_celle_de_mouvement_hors_teg():
    cout = decouvert(
        taux=0.1,
        nombres=36_500,
        maxima=[100_000],
        cpfd_taux=0.0005,
        commission_mouvement=0.001,
        mouvements_debiteurs=80_000,
    )
    assert cout[["interets", "cpfd", "commission_mouvement", "total"]].tolist() == [10.0, 5.0, 80.0, 95.0]
    assert cout["teg"] == pytest.approx(15 * 365 / 36_500)
    assert np.isnan(decouvert(taux=0.1, nombres=0)["teg"])


@given(st.lists(st.integers(-2_000_00, 2_000_00), min_size=1, max_size=60))
def test_l_echelle_garde_tous_les_jours_et_tous_les_nombres(cents):
    soldes = pd.Series([c / 100 for c in cents], jour(len(cents)))
    echelle = tableau_echelle(soldes, 0.1)
    assert echelle["jours"].sum() == len(cents)
    assert echelle["nombres_debiteurs"].sum() == pytest.approx(sum(max(-c, 0) for c in cents) / 100)
    assert (echelle["solde"].diff().iloc[1:] != 0).all()
    assert decouvert(soldes, 0.1)["nombres"] == pytest.approx(echelle["nombres_debiteurs"].sum())


@pytest.mark.parametrize(
    ("appel", "phrase"),
    [
        (lambda: decouvert(taux=9.5, nombres=1), "taux attendu en fraction"),
        (lambda: decouvert(taux=0.1), "Donnez les soldes"),
        (lambda: decouvert(taux=0.1, nombres=1, base=364), "choisissez 365, 366 ou 360"),
        (lambda: decouvert(taux=0.1, nombres=1, maxima=[-4]), "un découvert s'écrit positif"),
        (lambda: decouvert(pd.Series([1.0, 2.0], jour(4)[::3]), 0.1), "Des jours manquent"),
        (lambda: decouvert(pd.Series([1.0], ["x"]), 0.1), "autre chose que des dates"),
        (lambda: decouvert(pd.Series(dtype=float), 0.1), "une série, un par jour"),
        (lambda: facilite_caisse(-1, 10), "sont positifs"),
        (lambda: credit_campagne(pd.DataFrame({"encaissements": [1]}), 1, 0.1), "Colonnes absentes du plan"),
        (lambda: credit_bail(0, 905, 60), "valeur_ht vaut 0"),
        (lambda: credit_bail(48_000, 905, 60, periodicite=5), "choisissez 12, 4, 2 ou 1"),
        (lambda: credit_bail(48_000, 905, 0), "un nombre entier de loyers"),
        (lambda: credit_bail(48_000, 905, 60, terme="jamais"), "choisissez a_echoir ou echu"),
        (lambda: tableau_credit_bail(48_000, 905, 60, depot=10), "dépôt de garantie"),
        (lambda: escompte(-5, 58, 0.064), "nominal : un montant positif est attendu"),
        (lambda: escompte(100, 58, 6.4), "taux attendu en fraction"),
        (lambda: escompte(10, 58, 0.064, frais=50), "les agios dépassent l'effet"),
    ],
)
def test_ce_qui_ne_peut_pas_etre_est_refuse(appel, phrase):
    with pytest.raises(ErreurDonnees, match=phrase):
        appel()


def test_a26_escompte_et_jours_de_banque():
    effet = escompte(25_000, 58, 0.064, endos=0.006, frais=5.00, tva=0.20)
    noms = ["escompte", "endos", "agios_ht", "tva", "net"]
    assert effet[noms].tolist() == [257.78, 24.17, 286.95, 1.0, 24712.05]
    assert effet["taux_revient"] == pytest.approx(0.0730709, abs=5e-8)
    assert escompte(15_000, 45, 0.06)["escompte"] == 112.5
    assert escompte(15_000, 43, 0.06, jours_de_banque=2)["escompte"] == 112.5


def test_un_bordereau_d_effets_se_calcule_en_une_fois():
    bordereau = pd.DataFrame({"nominal": [25_000, -1, 15_000], "jours": [58, 10, 45]}, index=["x", "y", "z"])
    lus = escompte(bordereau["nominal"], bordereau["jours"], 0.064, endos=0.006)
    assert lus.loc["x", "escompte"] == escompte(25_000, 58, 0.064, endos=0.006)["escompte"]
    assert lus.loc["y"].drop("motif").isna().all()
    assert lus.loc["y", "motif"] == "nominal : un montant positif est attendu"
    assert lus.loc["z", "net"] == escompte(15_000, 45, 0.064, endos=0.006)["net"]
    with pytest.raises(ErreurSchema, match="n'ont pas les mêmes lignes"):
        escompte([1, 2], [1, 2, 3], 0.06)


def test_dailly_et_affacturage():
    cession = dailly(120_000, 60, 0.052, quotite=0.80, commission=0.002, frais=15)
    assert cession[["avance", "reserve", "interets", "commission"]].tolist() == [96_000, 24_000, 832, 240]
    assert cession["net"] == 96_000 - 832 - 240 - 15
    cout = affacturage(500_000, 60, commission=0.009, fonds_garantie=0.10, taux_financement=0.032)
    noms = ["encours", "finance", "commission", "financement", "total"]
    assert cout[noms].tolist() == [82191.78, 73972.60, 4500.0, 2367.12, 6867.12]
    assert cout["cout_sur_ca"] == pytest.approx(0.01373425, abs=1e-8)
    deux = affacturage([500_000, 0], 60, commission=0.009, fonds_garantie=0.10, taux_financement=0.032)
    assert deux["total"].tolist()[0] == 6867.12
    assert deux["motif"].tolist()[1] == "ca_ttc_cede : un montant positif est attendu"


def test_a27_credit_bail():
    bail = credit_bail(48_000, 905, 60, vr=480)
    assert bail["taux_periode"] == pytest.approx(0.0045547762, abs=1e-10)
    assert bail["taux_proportionnel"] == pytest.approx(0.05465732, abs=1e-8)
    assert bail["taux_actuariel"] == pytest.approx(0.0560475531, abs=1e-10)
    assert (bail["total_verse"], bail["cout"]) == (54_780, 6_780)
    assert credit_bail(48_000, 905, 60, vr=480, terme="echu")["taux_periode"] < bail["taux_periode"]
    assert credit_bail(48_000, 905, 60, vr=480, depot=400)["taux_periode"] > bail["taux_periode"]
    with pytest.raises(ErreurCalcul):
        credit_bail(48_000, 905, 1, terme="a_echoir", premier_loyer_majore=60_000)


@given(
    st.integers(5_000, 200_000),
    st.integers(12, 84),
    st.floats(1.01, 1.4),
    st.sampled_from(["echu", "a_echoir"]),
    st.integers(0, 5),
)
def test_le_tableau_des_loyers_rend_la_valeur_et_laisse_l_option(valeur, n, cout, terme, part):
    vr = float(valeur * part // 100)
    loyer = round((valeur - vr) * cout / n, 2)
    table = tableau_credit_bail(valeur, loyer, n, vr=vr, terme=terme)
    assert table["crd_fin"].iloc[-1] == pytest.approx(vr, abs=0.005)
    assert table["capital"].sum() == pytest.approx(valeur - vr, abs=0.01)
    assert table["interets"].sum() == pytest.approx(loyer * n + vr - valeur, abs=0.01)
    assert (table["interets"] + table["capital"] - table["loyer"]).abs().max() < 0.006


def test_bail_et_emprunt_se_comparent_apres_impot():
    annuites = [(400, 3_200), (270, 3_330), (140, 3_470)]
    options = {"taux_is": 0.25, "taux_actualisation": 0.03, "duree_amortissement": 5}
    c = comparer_cb_emprunt(10_000, [3_600] * 3, annuites, **options)
    assert c["emprunt"].tolist() == [0, 3000, 3032.5, 3075, -500, -500]
    assert c["credit_bail"].tolist() == [0, 2700, 2700, 2700, 0, 0]
    sans_impot = comparer_cb_emprunt(10_000, [3_600] * 3, annuites, **options | {"taux_is": 0.0})
    assert sans_impot["emprunt"].sum() == sum(i + k for i, k in annuites)


def test_la_campagne_se_tire_au_besoin_et_dit_si_elle_ne_se_rembourse_pas():
    plan = pd.DataFrame({"encaissements": [0, 0, 50_000], "decaissements": [20_000, 15_000, 5_000]})
    campagne = credit_campagne(plan, 40_000, 0.06)
    assert campagne["tire"].tolist() == [20_000, 35_100, 0]
    assert campagne["interets"].tolist() == [0, 100, 175.5]
    assert campagne.attrs["solde"]
    assert not credit_campagne(plan.iloc[:2], 40_000, 0.06).attrs["solde"]
    assert facilite_caisse(pd.Series([720_000.0, 360_000.0]), 15).tolist() == [30_000, 15_000]
