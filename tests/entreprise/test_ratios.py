"""Ratios: the published set to the last digit in both régimes, the library's, leverage, cover of the debt service."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import (
    Liasse,
    caf_bce,
    dscr,
    effet_de_levier,
    lire_seuils,
    ratios,
    ratios_bce,
    table_de_liasses,
)
from rncp_utils.entreprise.exemples import fournil, martin, martin_n1
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurSchema
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")

BILAN_DU_FOURNIL = {"028": 120_000, "030": 70_000, "050": 4_000, "060": 3_000, "068": 2_000, "070": 500, "072": 3_000}
BILAN_DU_FOURNIL |= {"084": 15_000, "092": 1_000, "096": 28_000, "098": 500, "142": 31_000, "156": 30_000}
BILAN_DU_FOURNIL |= {"164": 0, "166": 9_000, "169": 2_000, "172": 7_000, "174": 500, "180": 77_500}


def _verifier(resultat, **attendu):
    assert {nom: resultat[nom] for nom in attendu} == pytest.approx(attendu, rel=1e-9)


def test_a09_ratios_publies_de_martin():
    _verifier(
        ratios_bce(martin()),
        taux_d_endettement_pct=97.81931464174455,
        ratio_de_liquidite_pct=180.16194331983806,
        ratio_de_vetuste_pct=48.34437086092715,
        autonomie_financiere_pct=36.76975945017182,
        couverture_des_interets_pct=11.463414634146341,
        caf_sur_ca_pct=9.759036144578314,
        marge_ebe_pct=12.349397590361447,
        resultat_courant_avant_impots_sur_ca_pct=7.078313253012048,
        capacite_de_remboursement=2.2376543209876543,
        poids_bfr_exploitation_sur_ca_jours=50.18181818181818,
        rotation_des_stocks_jours=42.54545454545455,
        credit_clients_jours=50.90909090909091,
        credit_fournisseurs_jours=50.0,
        chiffre_d_affaires=660_000,
        marge_brute=418_000,
        ebe=82_000,
        ebit=55_800,
        resultat_net=41_000,
    )


def test_ratios_publies_du_fournil_calcules_a_la_main():
    resultat = ratios_bce(fournil().avec(**BILAN_DU_FOURNIL))
    _verifier(
        resultat,
        chiffre_d_affaires=350_000,
        marge_brute=196_000,
        ebe=73_000,
        ebit=63_000,
        resultat_net=60_500,
        taux_d_endettement=32 / 31,
        ratio_de_liquidite=26.5 / 16,
        ratio_de_vetuste=5 / 12,
        autonomie_financiere_publiee=32 / 77.5,
        autonomie_financiere=0.4,
        poids_bfr_exploitation_sur_ca=-4 / 350,
        poids_bfr_exploitation_sur_ca_jours=-4 * 360 / 350,
        couverture_des_interets=3.1 / 73,
        caf_sur_ca=72 / 350,
        capacite_de_remboursement=30 / 72,
        marge_ebe=73 / 350,
        resultat_courant_avant_impots_sur_ca=60 / 350,
        rotation_des_stocks_jours=7.2,
        credit_clients_jours=2 * 360 / 420,
        credit_fournisseurs_jours=9 * 360 / 248.4,
    )


def test_les_subventions_du_fournil_n_entrent_que_dans_la_marge():
    avec = ratios_bce(fournil().avec(**{"226": 10_000, "270": 73_000}))
    _verifier(avec, marge_ebe=83 / 360, caf_sur_ca=82 / 350, resultat_courant_avant_impots_sur_ca=70 / 360)


def test_la_caf_publiee_est_une_seule_formule_dans_les_deux_regimes():
    assert ratios_bce(fournil())["caf_sur_ca"] * 350_000 == pytest.approx(caf_bce(fournil())["caf_bce"], rel=1e-12)
    assert ratios_bce(martin())["caf_sur_ca"] * 664_000 == pytest.approx(caf_bce(martin())["caf_bce"], rel=1e-12)


def test_sans_bilan_les_ratios_de_bilan_ne_sont_pas_nuls_mais_vides():
    resultat = ratios_bce(fournil())
    vides = resultat[
        ["taux_d_endettement", "capacite_de_remboursement", "credit_clients_jours", "autonomie_financiere"]
    ]
    assert vides.isna().all()
    assert resultat["couverture_des_interets"] == pytest.approx(3.1 / 73)
    assert any("bilan absent" in motif for motif in resultat.attrs["motifs"])


def test_la_tva_connue_remplace_le_taux_normal():
    _verifier(
        ratios_bce(martin().avec(YY=66_000, YZ=0)), credit_clients_jours=112 * 360 / 726, credit_fournisseurs_jours=60
    )
    with pytest.warns(AvertissementDonnees, match="YY"):
        ratios_bce(martin())


def test_un_exercice_long_est_dit_sans_etre_annualise():
    long = Liasse(martin().valeurs, date_cloture=martin().date_cloture, duree_mois=18)
    resultat = ratios_bce(long)
    assert resultat["marge_ebe"] == ratios_bce(martin())["marge_ebe"]
    assert resultat["rotation_des_stocks_jours"] == ratios_bce(martin())["rotation_des_stocks_jours"]
    assert any("non annualisés" in motif for motif in resultat.attrs["motifs"])


@pytest.mark.parametrize(
    ("changement", "vides"),
    [
        ({"DL": -1_000, "DO": 0}, ["taux_d_endettement"]),
        ({"GW": -30_000}, ["capacite_de_remboursement"]),
        ({"FW": 400_000}, ["couverture_des_interets"]),
        ({"FL": 0, "FO": 0}, ["caf_sur_ca", "rotation_des_stocks_jours", "marge_ebe", "credit_clients_jours"]),
        ({"AR": 0, "AT": 0}, ["ratio_de_vetuste"]),
    ],
)
def test_un_ratio_publie_sans_sens_est_vide_avec_son_motif(changement, vides):
    resultat = ratios_bce(martin().avec(**changement))
    assert resultat[vides].isna().all()
    assert any("dénominateur nul ou négatif" in motif for motif in resultat.attrs["motifs"])
    assert not np.isinf(resultat).any()


def test_e4_sans_chiffre_d_affaires():
    with pytest.raises(ErreurSchema, match="FL"):
        ratios_bce(martin_n1())
    with pytest.raises(ErreurSchema, match="FL"):
        ratios(martin_n1())
    with pytest.raises(ErreurSchema, match="210"):
        ratios_bce({"270": 1_000, "142": 5_000})


def test_un_compte_de_resultat_confidentiel_garde_les_ratios_de_bilan():
    table = table_de_liasses([martin()])
    table.loc[:, ["FL", "GG", "GW", "HN"]] = np.nan
    ligne = ratios_bce(table).iloc[0]
    assert ligne["autonomie_financiere_pct"] == pytest.approx(36.76975945017182)
    assert math.isnan(ligne["marge_ebe"]) and math.isnan(ligne["capacite_de_remboursement"])
    assert "poste FL absent" in ligne["motif"]


def test_ratios_de_martin():
    _verifier(
        ratios(martin()),
        autonomie_financiere=160.5 / 436.5,
        gearing_brut=145 / 160.5,
        gearing_net=136 / 160.5,
        couverture_emplois_stables=472.5 / 367,
        levier=436.5 / 160.5,
        liquidite_generale=225.5 / 124.5,
        liquidite_reduite=148.5 / 124.5,
        liquidite_immediate=21 / 124.5,
        tresorerie_nette_jours=9 * 360 / 660,
        taux_marge_brute=418 / 660,
        taux_valeur_ajoutee=294 / 660,
        taux_marge_ebe=82 / 660,
        taux_marge_exploitation=55.8 / 660,
        taux_marge_nette=41 / 660,
        roa=55.8 / 296.5,
        rentabilite_economique=55.8 * 0.75 / 296.5,
        rentabilite_financiere=41 / 160.5,
        df_sur_caf=145 / 68.8,
        annuites_sur_caf=34 / 68.8,
        annuites_sur_ebe=43.4 / 82,
        couverture_interets=82 / 9.4,
        frais_financiers_sur_ca=9.4 / 660,
        dscr=1.8018433179723503,
        dettes_financieres=145_000,
        caf=68_800,
    )


def test_les_valeurs_de_reference_du_gearing_et_de_la_dette():
    resultat = ratios(martin())[["gearing_net", "df_sur_caf", "annuites_sur_caf"]]
    assert resultat.round(5).tolist() == [0.84735, 2.10756, 0.49419]


def test_options_des_ratios():
    assert ratios(martin(), capitaux_propres_hors_resultat=True)["rentabilite_financiere"] == pytest.approx(41 / 119.5)
    assert ratios(martin(), taux_is=0.15)["rentabilite_economique"] == pytest.approx(55.8 * 0.85 / 296.5)
    assert ratios(martin(), remboursements=20_000)["annuites_sur_caf"] == pytest.approx(20 / 68.8)
    with pytest.raises(ErreurDonnees, match="fraction"):
        ratios(martin(), taux_is=25)


def test_un_flux_rapporte_a_un_encours_est_annualise():
    court = ratios(Liasse(martin().valeurs, date_cloture=martin().date_cloture, duree_mois=6))
    annuel = ratios(martin())
    for nom, rapport in {
        "roa": 2,
        "rentabilite_financiere": 2,
        "df_sur_caf": 0.5,
        "dscr": 1,
        "taux_marge_ebe": 1,
    }.items():
        assert court[nom] == pytest.approx(annuel[nom] * rapport)


def test_sans_remboursements_connus_les_annuites_sont_vides():
    sans = Liasse({code: v for code, v in martin().valeurs.items() if code != "VK"}, date_cloture=martin().date_cloture)
    resultat = ratios(sans)
    assert resultat[["annuites_sur_caf", "annuites_sur_ebe", "dscr"]].isna().all()
    assert resultat["df_sur_caf"] == pytest.approx(145 / 68.8)
    assert any("VK" in motif for motif in resultat.attrs["motifs"])


def test_e8_caf_nulle_ou_negative():
    for resultat_net in (41_000 - 68_800, -100_000):
        sans_caf = martin().avec(HN=resultat_net)
        resultat = ratios(sans_caf)
        assert resultat[["df_sur_caf", "annuites_sur_caf"]].isna().all()
        assert "CAF : dénominateur nul ou négatif" in resultat.attrs["motifs"]
        ligne = ratios(table_de_liasses([sans_caf])).iloc[0]
        assert math.isnan(ligne["df_sur_caf"]) and "CAF" in ligne["motif"]
        assert lire_seuils(resultat).loc["df_sur_caf", "lecture"] == "refus"


def test_des_capitaux_propres_negatifs_ne_font_pas_un_bon_gearing():
    resultat = ratios(martin().avec(DL=-50_000))
    assert resultat[["gearing_brut", "gearing_net", "levier", "rentabilite_financiere"]].isna().all()
    assert resultat["autonomie_financiere"] == pytest.approx(-50 / 436.5)


def test_un_taux_d_impot_d_avant_la_serie_ne_vide_que_sa_ligne():
    jours = pd.to_datetime(["2014-12-31", "2024-12-31"])
    table = pd.concat([table_de_liasses([martin()])] * 2)
    table.index = pd.MultiIndex.from_arrays([["a", "b"], jours], names=["siren", "date_cloture"])
    resultat = ratios(table)
    assert resultat["rentabilite_economique"].isna().tolist() == [True, False]
    assert "IS" in resultat["motif"].iloc[0] and resultat["roa"].notna().all()


@pytest.mark.parametrize("fonction", [ratios, ratios_bce])
def test_une_table_est_le_calcul_ligne_a_ligne(fonction, tirer_liasses):
    table = table_de_liasses(tirer_liasses(40)).drop(columns=["YY"], errors="ignore")
    table["sans rapport"] = "texte"
    avant = table.copy(deep=True)
    resultat = fonction(table)
    pd.testing.assert_frame_equal(table, avant)
    melange = table.sample(frac=1, random_state=1)[list(reversed(table.columns))]
    pd.testing.assert_frame_equal(
        fonction(melange).loc[resultat.index].drop(columns="motif"), resultat.drop(columns="motif")
    )
    pd.testing.assert_frame_equal(
        fonction(table.drop(columns="sans rapport").convert_dtypes()).drop(columns="motif"),
        resultat.drop(columns="motif"),
    )
    for cle, ligne in table.drop(columns="sans rapport").iterrows():
        seule = fonction(ligne.dropna())
        pd.testing.assert_series_equal(resultat.loc[cle, seule.index].astype("float64"), seule, check_names=False)


@pytest.mark.parametrize("fonction", [ratios, ratios_bce])
def test_tous_les_montants_multiplies_ne_changent_aucun_ratio(fonction, liasses_equilibrees):
    @settings(max_examples=exemples(40), deadline=None)
    @given(liasses_equilibrees, st.sampled_from([0.5, 4.0, 1024.0]))
    def verifier(valeurs, facteur):
        montants = ["chiffre_d_affaires", "marge_brute", "ebe", "ebit", "resultat_net", "dettes_financieres", "caf"]
        simple = fonction(valeurs)
        multiple = fonction({code: facteur * valeur for code, valeur in valeurs.items()})
        sans = simple.index.difference(montants)
        pd.testing.assert_series_equal(multiple[sans], simple[sans], rtol=1e-12)
        avec = simple.index.intersection(montants)
        pd.testing.assert_series_equal(multiple[avec], simple[avec] * facteur, rtol=1e-12)
        assert not np.isinf(simple).any()

    verifier()


def test_a42_effet_de_levier():
    assert effet_de_levier(0.10, 0.05, 1.5, 0.25) == pytest.approx(0.13125, rel=1e-9)
    serie = effet_de_levier(pd.Series([0.10, 0.04]), 0.05, 1.5, 0.25)
    assert serie.tolist() == pytest.approx([0.13125, 0.01875])


@given(st.floats(-0.5, 0.5), st.floats(0, 0.3), st.floats(0, 10), st.floats(0, 0.5))
def test_l_endettement_releve_la_rentabilite_si_et_seulement_si_elle_depasse_son_cout(re, i, d, t):
    assert effet_de_levier(re, i, 0.0, t) == pytest.approx(re * (1 - t))
    gain = effet_de_levier(re, i, d + 1, t) - effet_de_levier(re, i, d, t)
    assert gain == pytest.approx((re - i) * (1 - t), abs=1e-12)


def test_listes_et_textes_des_leviers():
    assert effet_de_levier([0.10, 0.04], 0.05, 1.5, [0.25, 0.25]).tolist() == pytest.approx([0.13125, 0.01875])
    assert dscr(caf=[68_800, 0], interets=9_400, capital=34_000).tolist() == pytest.approx([78.2 / 43.4, 9.4 / 43.4])
    for texte in ("beaucoup", ["0,1", "x"]):
        with pytest.raises(ErreurDonnees, match="re contient autre chose que des nombres"):
            effet_de_levier(texte, 0.05, 1.5, 0.25)
    with pytest.raises(ErreurSchema, match="mêmes lignes"):
        effet_de_levier([0.1, 0.2], [0.05] * 3, 1.5, 0.25)


def test_refus_de_l_effet_de_levier():
    with pytest.raises(ErreurDonnees, match="fraction"):
        effet_de_levier(10, 0.05, 1.5, 0.25)
    with pytest.raises(ErreurDonnees, match="dettes_sur_cp manque"):
        effet_de_levier(0.1, 0.05, float("nan"), 0.25)
    with pytest.warns(AvertissementDonnees, match="capitaux propres négatifs"):
        assert math.isnan(effet_de_levier(0.1, 0.05, -2.0, 0.25))


def test_a12_dscr_et_sa_variante():
    assert dscr(caf=68_800, interets=9_400, capital=34_000) == pytest.approx(1.8018433179723503, rel=1e-9)
    variante = {"numerateur": "ebe_moins_is_moins_bfr", "ebe": 82_000, "impots": 8_000, "variation_bfr": 7_500}
    assert dscr(interets=9_400, capital=34_000, **variante) == pytest.approx(66.5 / 43.4, rel=1e-9)
    assert dscr(pd.Series([68_800, 0]), 9_400, 34_000).tolist() == pytest.approx([78.2 / 43.4, 9.4 / 43.4])


def test_refus_du_dscr():
    with pytest.raises(ErreurDonnees, match="caf manque"):
        dscr(interets=1, capital=1)
    with pytest.raises(ErreurDonnees, match="ebe manque"):
        dscr(caf=1, interets=1, capital=1, numerateur="ebe_moins_is_moins_bfr")
    with pytest.raises(ErreurDonnees, match="formules admises"):
        dscr(caf=1, interets=1, capital=1, numerateur="ebitda")
    with pytest.raises(ErreurDonnees, match="positif"):
        dscr(caf=1, interets=-1, capital=5)
    with pytest.warns(AvertissementDonnees, match="service de la dette nul"):
        assert math.isnan(dscr(caf=1_000, interets=0, capital=0))


def test_les_seuils_sont_dits_convention_de_cours():
    lecture = lire_seuils(
        pd.Series({"df_sur_caf": 5.0, "annuites_sur_caf": 0.6, "caf": 1.0, "dettes_financieres": 5.0})
    )
    assert lecture["lecture"].tolist() == ["alerte", "alerte"]
    assert set(lecture["source"]) == {"convention de cours"}
    table = pd.DataFrame(
        {
            "df_sur_caf": [4.0, 4.1, 7.0, 7.1, np.nan, np.nan],
            "annuites_sur_caf": [0.5, 0.51, 0.2, 3, np.nan, np.nan],
            "caf": [1.0, 1.0, 1.0, 1.0, -1.0, np.nan],
            "dettes_financieres": [1.0] * 6,
        }
    )
    lus = lire_seuils(table)
    assert lus["df_sur_caf"].iloc[:5].tolist() == ["conforme", "alerte", "alerte", "refus", "refus"]
    assert lus["df_sur_caf"].isna().tolist() == [False] * 5 + [True]
    assert lus["annuites_sur_caf"].iloc[:4].tolist() == ["conforme", "alerte", "conforme", "alerte"]
    assert lus.attrs["source"] == "convention de cours"
