"""Soldes intermédiaires de gestion: exact cases, properties, PCG 2025, sectors, and what a faulty input gets."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import Liasse, reclasser_vers_2025, sig, sig_bnc, sig_exploitant, table_de_liasses
from rncp_utils.entreprise.exemples import fournil, martin
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurEquilibre, ErreurSchema
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")


def _verifier(resultat, **attendu):
    assert {nom: resultat[nom] for nom in attendu} == pytest.approx(attendu, rel=1e-9, abs=0.005)


def test_a01_martin():
    _verifier(
        sig(martin()),
        marge_commerciale=51_000,
        production_exercice=548_000,
        consommation_tiers=305_000,
        valeur_ajoutee=294_000,
        ebe=82_000,
        resultat_exploitation=55_800,
        rcai=47_000,
        resultat_exceptionnel=2_000,
        resultat_net=41_000,
        plus_ou_moins_value_cession=1_200,
        marge_brute_production=375_000,
        marge_globale=418_000,
    )


def test_a02_martin_lu_par_la_banque():
    soldes = sig(martin(), variante="banque", dot_cb=10_000)
    _verifier(
        soldes,
        va_b=324_000,
        personnel_b=225_000,
        ebe_b=94_000,
        rex_b=57_800,
        frais_fin_b=11_400,
        rcai_b=47_000,
        conso_b=275_000,
        resultat_net=41_000,
    )


def test_a03_fournil_au_regime_simplifie():
    _verifier(
        sig(fournil()),
        marge_commerciale=57_000,
        valeur_ajoutee=144_000,
        ebe=73_000,
        resultat_exploitation=63_000,
        rcai=60_000,
        resultat_net=60_500,
    )


def test_la_valeur_ajoutee_est_partagee_en_entier():
    soldes = sig(martin())
    parts = [f"part_{nom}" for nom in ("personnel", "etat", "preteurs", "associes", "entreprise")]
    assert soldes[parts].sum() == pytest.approx(1)
    _verifier(soldes, part_personnel=207 / 294, part_etat=17 / 294, part_preteurs=9.4 / 294, part_associes=12 / 294)
    assert sig(martin(), "banque", dot_cb=10_000)["part_personnel"] == pytest.approx(225 / 324)


def test_chaque_solde_est_aussi_donne_en_part_du_chiffre_d_affaires_ou_de_la_production():
    _verifier(sig(martin()), ebe_sur_ca=82 / 660, resultat_net_sur_ca=41 / 660, valeur_ajoutee_sur_ca=294 / 660)
    production = sig(martin(), secteur="production")
    _verifier(production, ebe_sur_production=82 / 548, matieres_sur_production=173 / 548)
    assert "ebe_sur_ca" not in production


def test_negoce_marge_marque_et_coefficient():
    negoce = sig(martin(), secteur="negoce", taux_tva=0.2)
    _verifier(negoce, taux_marge_commerciale=51 / 69, taux_marque=51 / 120, coefficient_multiplicateur=144 / 69)
    declaree = sig(martin().avec(YY=66_000), secteur="negoce")
    assert declaree["coefficient_multiplicateur"] == pytest.approx(120 * 1.1 / 69)


def test_services_personnel_et_externalisation():
    _verifier(
        sig(martin(), secteur="services"),
        personnel_sur_va=207 / 294,
        personnel_sur_ca=207 / 660,
        externalisation_sur_ca=38 / 660,
    )


def test_la_sous_traitance_ne_change_que_la_marge_de_production():
    reference, reclasse = sig(martin()), sig(martin(), sous_traitance="production")
    assert reclasse["marge_brute_production"] == reference["marge_brute_production"] - 20_000
    assert reclasse["valeur_ajoutee"] == reference["valeur_ajoutee"]


def test_la_banque_peut_compter_subventions_et_impots_dans_la_valeur_ajoutee():
    reference = sig(martin(), "banque", dot_cb=10_000)
    autre = sig(martin(), "banque", dot_cb=10_000, fo_dans_va=True, fx_dans_va=True)
    assert autre["va_b"] == reference["va_b"] + 4_000 - 9_000
    assert autre["ebe_b"] == reference["ebe_b"]


def test_credit_bail_sans_detail_les_interets_comptent_pour_zero_et_c_est_dit():
    with pytest.warns(AvertissementDonnees, match="crédit-bail inconnue"):
        soldes = sig(martin(), "banque")
    _verifier(soldes, dotation_cb=12_000, frais_fin_b=9_400)
    assert sig(martin(), "banque", part_interet_cb=0.25)["frais_fin_b"] == 12_400


@pytest.mark.parametrize("options", [{"dot_cb": 12_001}, {"dot_cb": -1}, {"part_interet_cb": 1.2}])
def test_credit_bail_impossible(options):
    with pytest.raises(ErreurDonnees, match=r"crédit-bail|part_interet_cb"):
        sig(martin(), "banque", **options)


def test_dot_cb_et_part_interet_cb_ensemble_sont_refuses():
    with pytest.raises(ErreurDonnees, match="gardez celui"):
        sig(martin(), "banque", dot_cb=1, part_interet_cb=0.1)


# ---------------------------------------------------------------------------------------------- PCG 2025


def test_pcg_2025_l_ebe_ne_change_pas_et_le_resultat_exceptionnel_se_vide():
    soldes = sig(reclasser_vers_2025(martin()))
    _verifier(
        soldes,
        ebe=82_000,
        quote_part_subventions=1_000,
        produits_cessions=5_000,
        valeur_comptable_cedes=3_800,
        resultat_exploitation=58_000,
        resultat_exceptionnel=-200,
        resultat_net=41_000,
        plus_ou_moins_value_cession=1_200,
    )


def test_pcg_2025_la_lecture_bancaire_ecarte_aussi_la_quote_part_de_subventions():
    soldes = sig(reclasser_vers_2025(martin()), "banque", dot_cb=10_000)
    _verifier(soldes, va_b=324_000, ebe_b=94_000, frais_fin_b=11_400, resultat_net=41_000)


def test_pcg_2025_cession_financiere_dans_le_resultat_financier():
    soldes = sig(reclasser_vers_2025(martin(), financieres=True))
    _verifier(soldes, ebe=82_000, resultat_exploitation=56_800, resultat_financier=-7_600, resultat_net=41_000)


def test_pcg_2025_les_comptes_se_donnent_aussi_en_argument():
    proforma = reclasser_vers_2025(martin())
    sans = proforma.avec(c747=0, c757=0, c657=0)
    assert sig(sans)["ebe"] == 83_000
    assert sig(sans, c747=1_000, c757=5_000, c657=3_800).equals(sig(proforma))


def test_pcg_2025_comptes_inconnus_comptes_pour_zero_et_c_est_dit():
    valeurs = {code: montant for code, montant in martin().valeurs.items() if not code.startswith("c")}
    liasse = Liasse(valeurs, date_cloture=dt.date(2025, 12, 31))
    with pytest.warns(AvertissementDonnees, match="PCG 2025 inconnus"):
        soldes = sig(liasse)
    assert soldes.attrs["motifs"] == ("comptes du PCG 2025 inconnus, comptés pour 0",)
    assert math.isnan(soldes["plus_ou_moins_value_cession"])


@pytest.mark.parametrize("case", ["FO", "FQ", "GE"])
def test_pcg_2025_rien_n_est_douteux_si_aucune_case_ne_peut_contenir_ces_comptes(case):
    vide = Liasse({"FL": 100, "FI": 100}, date_cloture=dt.date(2025, 12, 31))
    assert sig(vide).attrs["motifs"] == ()
    assert sig(vide.avec(**{case: 10})).attrs["motifs"] == ("comptes du PCG 2025 inconnus, comptés pour 0",)


def test_un_compte_d_un_autre_plan_comptable_est_refuse():
    with pytest.raises(ErreurDonnees, match="compte 675 supprimé par le PCG 2025"):
        sig(martin(), referentiel="PCG_2025")
    with pytest.raises(ErreurDonnees, match="compte 747 absent du PCG 2014"):
        sig(martin(), referentiel="PCG_2014", c747=1_000)
    with pytest.raises(ErreurDonnees, match="Référentiel « PCG_1999 » inconnu"):
        sig(martin(), referentiel="PCG_1999")


# ---------------------------------------------------------------------------------------------- bad input, edges


def test_e4_sans_chiffre_d_affaires():
    sans = {code: montant for code, montant in martin().valeurs.items() if code != "FL"}
    with pytest.raises(ErreurSchema, match="Le poste FL manque"):
        sig(sans)
    with pytest.raises(ErreurDonnees, match="poste FL absent"):
        sig(sans | {"FL": None})


def test_un_resultat_qui_ne_se_recoupe_pas_est_refuse_avec_les_deux_cotes():
    with pytest.raises(ErreurEquilibre, match="case GG") as refus:
        sig(martin().avec(GG=56_800))
    assert (refus.value.gauche, refus.value.droite, refus.value.ecart) == (55_800, 56_800, -1_000)
    assert sig(martin().avec(GG=56_800), controle=False)["resultat_exploitation"] == 55_800


def test_un_arrondi_d_un_euro_par_ligne_est_admis_sauf_tolerance_plus_stricte():
    assert sig(martin().avec(GG=55_821))["resultat_exploitation"] == 55_800
    with pytest.raises(ErreurEquilibre):
        sig(martin().avec(GG=55_822))
    with pytest.raises(ErreurEquilibre):
        sig(martin().avec(GG=55_801), tolerance=0)


@pytest.mark.parametrize(
    ("options", "attendu"),
    [
        ({"variante": "bancaire"}, "variante"),
        ({"secteur": "industrie"}, "negoce, production, services, liberal_bnc"),
        ({"sous_traitance": "marge"}, "sous_traitance"),
        ({"c999": 1}, "c999 inconnu"),
        ({"c775": -1}, "compte 775 négatif"),
        ({"c775": "beaucoup"}, "« beaucoup »"),
        ({"secteur": "negoce", "taux_tva": 20}, "taux de TVA attendu en fraction"),
    ],
)
def test_une_option_inconnue_est_dite(options, attendu):
    with pytest.raises(ErreurDonnees, match=attendu):
        sig(martin(), **options)


def test_sans_ventes_les_parts_n_ont_pas_de_sens():
    holding = sig({"FL": 0, "FW": 4_000, "GP": 50_000})
    _verifier(holding, valeur_ajoutee=-4_000, resultat_net=46_000)
    assert holding.filter(like="_sur_ca").isna().all()
    assert holding.filter(like="part_").isna().all()
    assert holding.attrs["motifs"] == (
        "chiffre d'affaires : dénominateur nul ou négatif",
        "valeur ajoutée : dénominateur nul ou négatif",
    )


def test_annualiser_ramene_les_montants_a_douze_mois_et_laisse_les_parts():
    neuf_mois = Liasse(martin().valeurs, duree_mois=9)
    annuel, brut = sig(neuf_mois, annualiser=True), sig(neuf_mois)
    assert annuel["ebe"] == pytest.approx(82_000 * 12 / 9)
    assert annuel["ebe_sur_ca"] == brut["ebe_sur_ca"]
    with pytest.raises(ErreurSchema, match="duree_mois"):
        sig(dict(martin().valeurs), annualiser=True)


def test_table_une_ligne_fautive_n_empeche_pas_les_autres():
    table = table_de_liasses(
        Liasse(martin().valeurs | changement, siren=str(rang), date_cloture=dt.date(2024, 12, 31))
        for rang, changement in enumerate([{}, {"GG": 60_000}, {"FL": 0, "FC": 0, "FF": 0, "FI": 0, "GG": -604_200}])
    )
    table.iloc[2, table.columns.get_indexer(["GW", "HN"])] = np.nan
    table.loc[("3", dt.date(2024, 12, 31)), :] = np.nan
    soldes = sig(table)
    montants = soldes.drop(columns="motif")
    assert montants.iloc[0].equals(sig(martin()).rename(montants.index[0]))
    assert montants.iloc[1].isna().all()
    assert soldes["motif"].iloc[1] == "le résultat d'exploitation calculé et la case GG diffèrent"
    assert soldes["ebe"].iloc[2] == 82_000 - 660_000
    assert "chiffre d'affaires : dénominateur nul" in soldes["motif"].iloc[2]
    assert montants.iloc[3].isna().all()
    assert soldes["motif"].iloc[3] == "poste FL absent"
    assert pd.isna(soldes["motif"].iloc[0])


def test_table_sans_la_colonne_exigee():
    with pytest.raises(ErreurSchema, match="Le poste FL manque"):
        sig(table_de_liasses([martin()]).drop(columns="FL"))


# ---------------------------------------------------------------------------------------------- properties


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data(), supplement=st.integers(1, 100_000))
def test_une_charge_externe_de_plus_baisse_chaque_solde_d_autant(liasses_equilibrees, data, supplement):
    valeurs = data.draw(liasses_equilibrees)
    avant = sig(valeurs)
    apres = sig(valeurs | {"FW": valeurs.get("FW", 0) + supplement}, controle=False)
    for solde in ("valeur_ajoutee", "ebe", "resultat_exploitation", "rcai", "resultat_net"):
        assert apres[solde] == avant[solde] - supplement
    assert apres["resultat_exceptionnel"] == avant["resultat_exceptionnel"]


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data(), facteur=st.integers(2, 1_000))
def test_les_montants_sont_homogenes_et_les_parts_invariantes(liasses_equilibrees, data, facteur):
    valeurs = data.draw(liasses_equilibrees)
    grandes = {code: montant * facteur for code, montant in valeurs.items()}
    for options in ({}, {"variante": "banque", "part_interet_cb": 0.2}):
        petit, grand = sig(valeurs, **options), sig(grandes, **options)
        for nom in petit.index:
            rapport = 1 if "_sur_" in nom or nom.startswith("part_") else facteur
            assert grand[nom] == pytest.approx(petit[nom] * rapport, rel=1e-9, abs=1e-9, nan_ok=True)


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data())
def test_la_lecture_bancaire_ne_change_ni_les_soldes_comptables_ni_le_resultat(liasses_equilibrees, data):
    valeurs = data.draw(liasses_equilibrees)
    comptable, bancaire = sig(valeurs), sig(valeurs, "banque", part_interet_cb=0.3)
    assert bancaire["resultat_net"] == comptable["resultat_net"] == valeurs["HN"]
    participation = valeurs.get("HJ", 0)
    assert bancaire["personnel_b"] == sum(valeurs.get(code, 0) for code in ("FY", "FZ", "YU")) + participation
    redevances = valeurs.get("HP", 0) + valeurs.get("HQ", 0)
    assert bancaire["ebe_b"] == comptable["ebe"] + redevances - participation
    assert bancaire["rex_b"] + valeurs.get("GH", 0) - valeurs.get("GI", 0) + valeurs["GP"] - bancaire[
        "frais_fin_b"
    ] == pytest.approx(bancaire["rcai_b"], abs=1e-6)


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data())
def test_sans_variation_de_stock_la_valeur_ajoutee_ne_depasse_pas_ce_qui_est_produit(liasses_equilibrees, data):
    valeurs = data.draw(liasses_equilibrees) | {"FT": 0, "FV": 0}
    plafond = valeurs["FL"] + valeurs.get("FM", 0) + valeurs.get("FN", 0)
    assert sig(valeurs, controle=False)["valeur_ajoutee"] <= plafond


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data())
def test_passer_au_pcg_2025_ne_change_ni_ebe_ni_resultat_net(liasses_equilibrees, data):
    valeurs = data.draw(liasses_equilibrees)
    assume(any(valeurs.values()))
    avant, apres = sig(valeurs), sig(reclasser_vers_2025(valeurs))
    assert (avant["ebe"], avant["resultat_net"]) == (apres["ebe"], apres["resultat_net"])
    assert avant["plus_ou_moins_value_cession"] == apres["plus_ou_moins_value_cession"]


# ---------------------------------------------------------------------------------------------- EI and BNC


def test_secteur_liberal_lit_une_2035():
    declaration = {"recettes": 100_000, "depenses": 60_000, "benefice": 35_000}
    assert sig(declaration, secteur="liberal_bnc").equals(sig_bnc(declaration))


def test_l_exploitant_n_est_pas_dans_l_ebe():
    assert sig_exploitant(fournil(), prelevements=36_000)["ebe"] == sig(fournil())["ebe"]
