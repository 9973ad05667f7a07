"""Functional and financial balance sheets: MARTIN to the euro, options, and the identity on any balanced liasse."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import Liasse, bilan_financier, bilan_fonctionnel, table_de_liasses
from rncp_utils.entreprise.exemples import martin, martin_n1
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurEquilibre, ErreurSchema
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")
SOLDES = ["frng", "bfre", "bfrhe", "bfr", "tresorerie_nette"]


def test_a06_martin_n():
    bilan = bilan_fonctionnel(martin())
    assert bilan[SOLDES].tolist() == [105_500, 106_000, -9_500, 96_500, 9_000]
    masses = bilan[["ressources_propres", "dettes_financieres_stables", "ressources_stables", "emplois_stables"]]
    assert masses.tolist() == [327_500, 145_000, 472_500, 367_000]
    assert bilan[["tresorerie_active", "tresorerie_passive"]].tolist() == [21_000, 12_000]


def test_a07_martin_n_moins_1():
    assert bilan_fonctionnel(martin_n1())[SOLDES].tolist() == [94_700, 93_000, -4_000, 89_000, 5_700]


def test_autres_creances_par_defaut_en_exploitation_et_c_est_dit():
    with pytest.warns(AvertissementDonnees, match=r"autres créances \(BZ\)"):
        bilan = bilan_fonctionnel(martin())
    assert len(bilan.attrs["avertissements"]) == 1
    reparti = bilan_fonctionnel(martin(), bz_hors_exploitation=6_000)
    assert reparti[SOLDES].tolist() == [105_500, 100_000, -3_500, 96_500, 9_000]
    assert reparti.attrs["avertissements"] == ()
    with pytest.raises(ErreurDonnees, match="supérieur aux autres créances"):
        bilan_fonctionnel(martin(), bz_hors_exploitation=14_001)


def test_comptes_courants_hors_des_dettes_stables():
    bilan = bilan_fonctionnel(martin(), cca_stables=False)
    assert bilan[SOLDES].tolist() == [90_500, 106_000, -24_500, 81_500, 9_000]


def test_valeurs_mobilieres_hors_tresorerie():
    place = martin().avec(CD=8_000, CF=13_000)
    assert bilan_fonctionnel(place)[SOLDES].tolist() == [105_500, 106_000, -9_500, 96_500, 9_000]
    hors = bilan_fonctionnel(place, vmp_hors_treso=True)
    assert hors[SOLDES].tolist() == [105_500, 106_000, -1_500, 104_500, 1_000]
    assert [bilan["tresorerie_active"] for bilan in (bilan_fonctionnel(place), hors)] == [21_000, 13_000]


def test_ecarts_de_conversion_dans_le_bfr_hors_exploitation():
    bilan = bilan_fonctionnel(martin().avec(CN=700, ED=200, CO=597_700, EE=437_200, DZ=4_000, EC=270_000))
    assert bilan["bfrhe"] == -9_500 - 500 + 700 - 200
    assert bilan["frng"] == bilan["bfr"] + bilan["tresorerie_nette"]


def test_charges_a_etaler_primes_et_capital_non_appele_viennent_en_moins_des_ressources():
    bilan = bilan_fonctionnel(martin().avec(AA=1_000, CW=2_000, CM=500, CF=17_500, CJ=226_500))
    assert bilan[["ressources_propres", "dettes_financieres_stables"]].tolist() == [324_500, 144_500]
    assert bilan[["frng", "bfr", "tresorerie_nette"]].tolist() == [102_000, 96_500, 5_500]


def test_un_total_faux_est_refuse_et_un_arrondi_signale():
    with pytest.raises(ErreurEquilibre, match="FRNG") as refus:
        bilan_fonctionnel(martin().avec(BJ=467_000))
    assert (refus.value.gauche, refus.value.droite, refus.value.ecart) == (5_500, 105_500, -100_000)
    arrondi = bilan_fonctionnel(martin().avec(BJ=367_001))
    assert arrondi.attrs["motifs"] == ("FRNG et BFR + trésorerie nette diffèrent d'un arrondi",)
    with pytest.raises(ErreurEquilibre):
        bilan_fonctionnel(martin().avec(BJ=367_001), tolerance=0.01)


@pytest.mark.parametrize("code", ["BJ", "DL"])
def test_postes_exiges(code):
    with pytest.raises(ErreurSchema, match=f"Le poste {code} manque"):
        bilan_fonctionnel({autre: montant for autre, montant in martin().valeurs.items() if autre != code})


def test_table_ligne_desequilibree_et_ligne_vide():
    table = table_de_liasses(
        Liasse(martin().valeurs | changement, siren=str(rang), date_cloture=dt.date(2024, 12, 31))
        for rang, changement in enumerate([{}, {"BJ": 467_000}])
    )
    table.loc[("2", dt.date(2024, 12, 31)), "FL"] = 1.0
    bilan = bilan_fonctionnel(table)
    assert bilan["frng"].iloc[0] == 105_500
    assert bilan.drop(columns="motif").iloc[1:].isna().all(axis=None)
    assert bilan["motif"].astype("object").tolist()[1:] == [
        "le FRNG et BFR + trésorerie nette diffèrent",
        "poste BJ absent ; poste DL absent",
    ]
    assert pd.isna(bilan["motif"].iloc[0])


def test_regime_simplifie():
    simplifie = {"044": 80_000, "048": 30_000, "050": 5_000, "068": 20_000, "084": 9_000, "096": 34_000, "110": 114_000}
    simplifie |= {
        "112": 30_000,
        "142": 40_000,
        "156": 25_000,
        "166": 14_000,
        "172": 5_000,
        "176": 44_000,
        "180": 84_000,
    }
    bilan = bilan_fonctionnel(simplifie)
    assert bilan[SOLDES].tolist() == [15_000, 11_000, -5_000, 6_000, 9_000]


# ---------------------------------------------------------------------------------------------- bilan financier


def test_bilan_financier_de_martin():
    bilan = bilan_financier(martin(), dettes_plus_un_an=100_000)
    assert bilan.to_dict() == {
        "actif_fictif": 0,
        "actif_net_corrige": 160_500,
        "capitaux_permanents": 267_000,
        "actif_plus_un_an": 211_000,
        "actif_moins_un_an": 225_500,
        "dettes_plus_un_an": 100_000,
        "dettes_moins_un_an": 169_500,
        "fonds_roulement_liquidite": 56_000,
    }


def test_bilan_financier_echeances_de_la_liasse_ou_a_defaut_dettes_financieres():
    assert bilan_financier(martin().avec(EG=189_500))["dettes_plus_un_an"] == 80_000
    with pytest.warns(AvertissementDonnees, match="échéances des dettes inconnues"):
        assert bilan_financier(martin())["dettes_plus_un_an"] == 145_000
    with pytest.raises(ErreurDonnees, match="hors de 0 au total des dettes"):
        bilan_financier(martin(), dettes_plus_un_an=300_000)


def test_bilan_financier_reclassements_et_actif_fictif():
    n = martin().avec(AB=3_000, AC=1_000, AH=57_000, AS=117_000, CP=2_000, CR=5_000, EG=189_500)
    bilan = bilan_financier(n, plus_values_latentes=40_000)
    assert bilan["actif_fictif"] == 2_000
    assert bilan["actif_net_corrige"] == 160_500 - 2_000 + 40_000
    assert bilan["actif_moins_un_an"] == 225_500 - 5_000 + 2_000
    assert bilan["fonds_roulement_liquidite"] == bilan["actif_moins_un_an"] - bilan["dettes_moins_un_an"]


# ---------------------------------------------------------------------------------------------- properties


@settings(max_examples=exemples(80), deadline=None)
@given(data=st.data(), cca_stables=st.booleans(), vmp_hors_treso=st.booleans())
def test_p4_frng_egale_bfr_plus_tresorerie_nette(liasses_equilibrees, data, cca_stables, vmp_hors_treso):
    valeurs = data.draw(liasses_equilibrees)
    options = {"cca_stables": cca_stables, "vmp_hors_treso": vmp_hors_treso, "tolerance": 0}
    bilan = bilan_fonctionnel(valeurs, **options)
    assert bilan["frng"] == bilan["bfr"] + bilan["tresorerie_nette"]
    assert bilan["frng"] == bilan["ressources_stables"] - bilan["emplois_stables"]


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data(), part=st.floats(0, 1))
def test_rembourser_le_decouvert_avec_la_caisse_ne_change_rien(liasses_equilibrees, data, part):
    valeurs = data.draw(liasses_equilibrees)
    montant = int(part * min(valeurs.get("CF", 0), valeurs["EH"]))
    apres = {code: valeurs.get(code, 0) - montant for code in ("CF", "CJ", "CO", "EE", "DU", "EH", "EC")}
    assert bilan_fonctionnel(valeurs | apres)[SOLDES].equals(bilan_fonctionnel(valeurs)[SOLDES])


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data(), part=st.floats(0, 1))
def test_escompter_une_creance_ne_change_rien_une_fois_les_effets_retraites(liasses_equilibrees, data, part):
    valeurs = data.draw(liasses_equilibrees)
    montant = int(part * valeurs.get("BX", 0))
    apres = {
        "BX": valeurs.get("BX", 0) - montant,
        "CF": valeurs.get("CF", 0) + montant,
        "YS": valeurs.get("YS", 0) + montant,
    }
    assert bilan_fonctionnel(valeurs | apres)[SOLDES].equals(bilan_fonctionnel(valeurs)[SOLDES])


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data(), valeur=st.integers(0, 10**6), part=st.floats(0, 1))
def test_retraiter_un_credit_bail_ne_change_pas_le_frng(liasses_equilibrees, data, valeur, part):
    valeurs = data.draw(liasses_equilibrees)
    amortissements = int(part * valeur)
    avant, apres = bilan_fonctionnel(valeurs), bilan_fonctionnel(valeurs, credit_bail=(valeur, amortissements))
    assert apres[SOLDES].equals(avant[SOLDES])
    assert apres["emplois_stables"] == avant["emplois_stables"] + valeur
    assert apres["dettes_financieres_stables"] == avant["dettes_financieres_stables"] + valeur - amortissements


def test_credit_bail_trop_amorti():
    with pytest.raises(ErreurDonnees, match="amortissements du crédit-bail"):
        bilan_fonctionnel(martin(), credit_bail=(10_000, 12_000))


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data())
def test_le_fonds_de_roulement_se_lit_par_le_haut_et_par_le_bas(liasses_equilibrees, data):
    valeurs = data.draw(liasses_equilibrees)
    bilan = bilan_financier(valeurs)
    assert bilan["fonds_roulement_liquidite"] == bilan["actif_moins_un_an"] - bilan["dettes_moins_un_an"]
    assert bilan["actif_net_corrige"] == valeurs["DL"] - bilan["actif_fictif"]
