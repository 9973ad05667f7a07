"""CAF by both methods, its approximations, and what remains of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import (
    Liasse,
    autofinancement,
    caf,
    caf_additive,
    caf_bancaire,
    caf_bce,
    caf_disponible,
    caf_soustractive,
    reclasser_vers_2025,
    table_de_liasses,
)
from rncp_utils.entreprise.exemples import fournil, martin
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurEquilibre, ErreurSchema
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")
COMPTES_MARTIN = {"c775": 5_000, "c675": 3_800, "c777": 1_000}


def _sans_comptes() -> Liasse:
    return Liasse({code: montant for code, montant in martin().valeurs.items() if not code.startswith("c")})


def test_a04_les_deux_methodes_concordent():
    resultat = caf(martin())
    assert resultat[["caf", "additive", "soustractive"]].tolist() == [68_800, 68_800, 68_800]
    assert resultat["caf_sur_ca"] == 68_800 / 660_000
    en_arguments = caf(_sans_comptes().avec(A1=0), **COMPTES_MARTIN, transferts=4_000)
    assert en_arguments[["additive", "soustractive"]].tolist() == [68_800, 68_800]


def test_methode_additive_terme_a_terme():
    assert caf_additive(martin()).to_dict() == {
        "resultat_net": 41_000,
        "dotations": 32_000,
        "reprises": 2_000,
        "valeurs_comptables_cedees": 3_800,
        "produits_cessions": 5_000,
        "quote_part_subventions": 1_000,
        "caf": 68_800,
    }


def test_methode_soustractive_terme_a_terme():
    assert caf_soustractive(martin()).to_dict() == {
        "ebe": 82_000,
        "transferts_charges": 4_000,
        "autres_produits_exploitation": 1_000,
        "autres_charges_exploitation": 1_200,
        "operations_en_commun": 0,
        "produits_financiers": 600,
        "charges_financieres": 9_400,
        "produits_exceptionnels": 500,
        "charges_exceptionnelles": 700,
        "participation": 0,
        "impot_sur_les_benefices": 8_000,
        "caf": 68_800,
    }


def test_a05_caf_bce_s_ecarte_du_transfert_de_charges():
    assert caf_bce(martin())["caf_bce"] == 64_800
    assert caf(martin())["caf"] - caf_bce(martin())["caf_bce"] == martin()["A1"]
    assert caf_bce(martin().avec(GM=600, GL=0, HJ=1_000))["caf_bce"] == 64_800 - 600 - 1_000


def test_caf_bce_au_regime_simplifie_suit_sa_formule():
    f = fournil()
    attendu = f["270"] + f["280"] - f["294"] + f["254"] + f["256"] + f["290"] - f["300"] - f["306"]
    assert caf_bce(f)["caf_bce"] == attendu == 72_000


def test_caf_bancaire_autofinancement_et_caf_disponible():
    assert caf_bancaire(martin(), dot_cb=10_000)["caf_bancaire"] == 78_800
    assert caf_bancaire(martin(), part_interet_cb=1 / 6)["caf_bancaire"] == pytest.approx(78_800)
    assert autofinancement(martin())["autofinancement"] == 56_800
    assert autofinancement(martin(), distributions=-5_000)["autofinancement"] == 73_800
    assert caf_disponible(martin())["caf_disponible"] == 68_800 - 12_000 - 34_000
    assert caf_disponible(martin(), distributions=0, remboursements=30_000)["caf_disponible"] == 38_800


def test_ce_qui_n_est_pas_connu_compte_pour_zero_et_c_est_dit():
    valeurs = {code: montant for code, montant in martin().valeurs.items() if code not in ("ZE", "VK")}
    with pytest.warns(AvertissementDonnees, match="ZE"):
        resultat = caf_disponible(valeurs)
    assert resultat["caf_disponible"] == 68_800
    assert len(resultat.attrs["motifs"]) == 2


def test_pcg_2025_meme_caf_par_les_deux_methodes():
    for financieres in (False, True):
        resultat = caf(reclasser_vers_2025(martin(), financieres=financieres))
        assert resultat[["additive", "soustractive"]].tolist() == [68_800, 68_800]


def test_pcg_2025_un_transfert_de_charges_est_ignore_et_c_est_dit():
    with pytest.warns(AvertissementDonnees, match="A1"):
        resultat = caf(_sans_comptes(), referentiel="PCG_2025", c757=5_000, c657=3_800, c747=1_000)
    assert resultat["additive"] == resultat["soustractive"] == 64_800


def test_transferts_financiers_et_exceptionnels_sont_encaisses():
    avec_reprises = martin().avec(GM=600, GL=0)
    assert caf(avec_reprises)["caf"] == 68_200
    assert caf(avec_reprises, transferts_financiers=600)[["additive", "soustractive"]].tolist() == [68_800, 68_800]
    avec_hc = martin().avec(HC=500, HA=0)
    assert caf(avec_hc)["caf"] == 68_300
    assert caf(avec_hc, transferts_exceptionnels=500)[["additive", "soustractive"]].tolist() == [68_800, 68_800]


def test_comptes_de_cession_inconnus_la_caf_est_approchee_et_c_est_dit():
    with pytest.warns(AvertissementDonnees, match="comptes de cession et de subvention inconnus"):
        resultat = caf(_sans_comptes())
    assert resultat["caf"] == 68_800 + 5_000 + 1_000 - 3_800
    sans_exceptionnel = _sans_comptes().avec(HB=0, HF=0, HD=500, HH=700, HI=-200, HN=38_800)
    assert caf(sans_exceptionnel).attrs["motifs"] == ()


def test_au_regime_simplifie_les_cessions_sont_inconnues_et_c_est_dit():
    doute = "comptes de cession et de subvention inconnus, comptés pour 0 dans la CAF"
    resultat = caf(fournil())
    assert resultat["caf"] == 72_000
    assert doute in resultat.attrs["motifs"]
    assert f"Résultat approché : {doute}." in resultat.attrs["avertissements"]
    connus = fournil().avec(c775=1_000, c675=500)
    assert doute not in caf(connus).attrs["motifs"]
    sans_exceptionnel = fournil().avec(**{"290": 0, "300": 0, "310": 60_000})
    assert doute not in caf(sans_exceptionnel).attrs["motifs"]
    table = caf(table_de_liasses([fournil(), replace(sans_exceptionnel, siren="2")]))
    assert table["caf"].tolist() == [72_000, 71_500]
    assert [doute in motif for motif in table["motif"]] == [True, False]
    assert caf(martin()).attrs["motifs"] == ()
    en_ha = _sans_comptes().avec(HB=0, HF=0, HA=6_500, HE=4_500)
    assert caf(en_ha).attrs["motifs"] == ()


def test_un_ecart_entre_les_methodes_est_refuse_avec_les_deux_cotes():
    with pytest.raises(ErreurEquilibre, match="CAF additive") as refus:
        caf(martin().avec(HN=42_000))
    assert (refus.value.gauche, refus.value.droite) == (69_800, 68_800)


def test_postes_exiges():
    for code in ("FL", "HN"):
        with pytest.raises(ErreurSchema, match=f"Le poste {code} manque"):
            caf({autre: montant for autre, montant in martin().valeurs.items() if autre != code})
    with pytest.raises(ErreurSchema, match="Le poste GW manque"):
        caf_bce({"FL": 1, "HN": 1})


def test_table_la_ligne_fautive_est_vide_avec_son_motif():
    table = table_de_liasses(
        Liasse(martin().valeurs | {"HN": resultat}, siren=str(resultat), date_cloture=dt.date(2024, 12, 31))
        for resultat in (41_000, 42_000)
    )
    resultat = caf(table)
    assert resultat["caf"].tolist()[0] == 68_800
    assert np.isnan(resultat["caf"].iloc[1])
    assert resultat["motif"].astype("object").tolist()[1] == "CAF additive et CAF soustractive diffèrent"


def test_table_comptes_en_series():
    table = table_de_liasses([martin()]).drop(columns=list(COMPTES_MARTIN))
    series = {nom: table["FL"] * 0 + montant for nom, montant in COMPTES_MARTIN.items()}
    assert caf(table, **series)["caf"].tolist() == [68_800]
    with pytest.raises(ErreurSchema, match="même index"):
        caf(table, c775=series["c775"].reset_index(drop=True))
    with pytest.raises(ErreurSchema, match="autant que de lignes"):
        caf(table, c775=[1, 2])
    with pytest.raises(ErreurDonnees, match="c770 inconnu"):
        caf(table, c770=1)


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data())
def test_p4_les_deux_methodes_concordent_sur_toute_liasse_equilibree(liasses_equilibrees, data):
    valeurs = data.draw(liasses_equilibrees)
    resultat = caf(valeurs, tolerance=0)
    assert resultat["additive"] == resultat["soustractive"]


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data(), dotation=st.integers(1, 500_000))
def test_une_dotation_de_plus_ne_change_pas_la_caf(liasses_equilibrees, data, dotation):
    valeurs = data.draw(liasses_equilibrees)
    charge = {code: valeurs[code] - dotation for code in ("GG", "GW", "HN")}
    amorti = valeurs | charge | {"GA": valeurs.get("GA", 0) + dotation}
    assert caf(amorti)["caf"] == caf(valeurs)["caf"]
    assert caf_bce(amorti)["caf_bce"] == caf_bce(valeurs)["caf_bce"]


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data())
def test_la_caf_ne_depend_pas_du_plan_comptable(liasses_equilibrees, data):
    valeurs = data.draw(liasses_equilibrees)
    # Transfers of charges change box with the PCG 2025, and stay cash.
    assert caf(reclasser_vers_2025(valeurs), tolerance=0)["caf"] == caf(valeurs)["caf"]
