"""What can be borrowed, what the business can repay, and the consolidated view."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import (
    Assurance,
    annuite_max,
    capacite_remboursement_pro,
    capital_empruntable,
    consolidation,
    expliquer,
    tableau_amortissement,
)
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurSchema
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")

JOUR = "2026-11-23"
PRO = {"ebe": 82_000, "caf": 68_800, "annuites_pro": 24_000, "interets_pro": 4_000, "prelevements": 36_000}
PRIVE = {"autres_revenus": 25_200, "annuites_privees": 14_000, "ir": 6_000, "adultes": 2}
RATIOS = ["taux_endettement_prive", "annuites_sur_caf", "annuites_totales_sur_ressources", "dscr_global"]


@given(
    st.integers(1_000_00, 800_000_00),
    st.integers(0, 1_200),
    st.integers(1, 300),
    st.sampled_from([0, 0.0036, 0.012]),
    st.sampled_from([12, 4, 1]),
)
@settings(max_examples=exemples(60))
def test_le_capital_de_la_mensualite_est_le_capital(centimes, points, duree, assurance, periodicite):
    capital, taux = centimes / 100, points / 10_000
    pret = tableau_amortissement(
        capital, taux, duree, periodicite=periodicite, assurance=Assurance(assurance) if assurance else None
    )
    # The first instalment: the last one takes what the rounding left, and is the only one of a loan of one instalment.
    retrouve = capital_empruntable(pret["echeance_totale"].iloc[0], taux, duree, assurance, periodicite=periodicite)
    # A cent an instalment, and the dust of two floats.
    assert abs(retrouve - capital) <= 0.01 * duree + 1e-6


def test_capital_empruntable_de_quelques_prets():
    assert capital_empruntable(1_376.11, 0.042, 84) == pytest.approx(100_000, abs=0.84)
    assert capital_empruntable(1_000, 0, 36) == 36_000
    assert capital_empruntable(0, 0.03, 36) == 0


@given(st.integers(1, 500_000), st.integers(0, 900), st.integers(1, 360), st.integers(1, 100))
@settings(max_examples=exemples(60))
def test_un_taux_une_assurance_ou_une_mensualite_moindres_changent_le_capital(mensualite, points, duree, ajout):
    base = capital_empruntable(mensualite, points / 10_000, duree)
    assert capital_empruntable(mensualite, (points + ajout) / 10_000, duree) <= base
    assert capital_empruntable(mensualite, points / 10_000, duree, ajout / 10_000) <= base
    assert capital_empruntable(mensualite + ajout, points / 10_000, duree) >= base


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        ((1_000, 4.2, 84), "taux : taux attendu en fraction"),
        ((1_000, -0.01, 84), "taux négatif"),
        ((1_000, 0.042, 84, 0.36, 12), None),
        ((1_000, 0.042, 84, 36), "taux_assurance : taux attendu en fraction"),
        ((1_000, 0.042, 0), "durée nulle"),
        ((1_000, 0.042, 7.5), "entier"),
        ((-1, 0.042, 84), "mensualite : montant négatif"),
        ((None, 0.042, 84), "mensualite absente"),
    ],
)
def test_ce_qui_ne_peut_pas_etre_emprunte_est_refuse(arguments, phrase):
    if phrase is None:
        # An insurance of 36 % a year is absurd, yet a fraction: it leaves little to borrow.
        assert capital_empruntable(*arguments[:4], periodicite=arguments[4]) < 1_000 * 84 / 2
        return
    with pytest.raises(ErreurDonnees, match=phrase):
        capital_empruntable(*arguments)
    table = capital_empruntable(
        *(
            [valeur, valeur_saine]
            for valeur, valeur_saine in zip([*arguments, 0.0][:4], (1_000, 0.042, 84, 0.0), strict=True)
        )
    )
    assert math.isnan(table["capital_empruntable"].iloc[0]) and table["capital_empruntable"].iloc[1] > 0


def test_une_periodicite_inconnue_est_refusee():
    with pytest.raises(ErreurDonnees, match="périodicité"):
        capital_empruntable(1_000, 0.04, 84, periodicite=6)


def test_capacite_de_remboursement_de_l_entreprise():
    resultat = capacite_remboursement_pro(68_800, 20_000, 18_000, 6_000, date=JOUR)
    assert resultat.tolist() == [24_800, 20_666.67]
    assert annuite_max(24_800, date=JOUR) == 20_666.67
    lignes = expliquer(resultat)["montant"]
    assert lignes.iloc[:5].sum() == lignes.iloc[5] == 24_800


def test_les_interets_rendus_ne_sont_comptes_qu_une_fois():
    assert capacite_remboursement_pro(68_800, 20_000, 18_000, interets=3_000)["capacite"] == 33_800
    with pytest.raises(ErreurDonnees, match="supérieurs aux annuités"):
        capacite_remboursement_pro(68_800, 0, 2_000, interets=3_000)


def test_sans_capacite_aucune_annuite():
    with pytest.warns(AvertissementDonnees, match="aucune annuité"):
        resultat = capacite_remboursement_pro(10_000, 20_000)
    assert resultat.tolist() == [-10_000, 0]
    assert annuite_max([-1, 0, 12])["annuite_max"].tolist() == [0, 0, 10]


@pytest.mark.parametrize("nom", ["prelevements", "annuites", "renouvellement", "interets"])
def test_un_retrait_negatif_est_refuse(nom):
    with pytest.raises(ErreurDonnees, match=f"{nom} : montant négatif"):
        capacite_remboursement_pro(**{"caf": 50_000, nom: -1})


def test_consolidation_d_un_entrepreneur_individuel():
    vue = consolidation(PRO, PRIVE, date=JOUR)
    assert vue[["caf_disponible", "revenu_activite", "annuites_totales"]].tolist() == [48_800, 36_000, 38_000]
    # The withdrawals come out of the EBE: they are not added to it.
    assert vue["ressources_globales"] == 82_000 + 25_200 - 6_000
    attendus = [14_000 / 61_200, 24_000 / 68_800, 38_000 / 101_200, (101_200 - 12 * 1_400) / 38_000]
    assert vue[RATIOS].tolist() == pytest.approx(attendus)
    assert vue[["verdict", "raisons"]].tolist() == ["conforme", ""]
    assert vue.attrs["source"] == "convention de cours"


def test_prelever_plus_n_enrichit_pas_l_ensemble():
    sobre, large = (consolidation(PRO | {"prelevements": p}, PRIVE, date=JOUR) for p in (20_000, 48_000))
    for nom in ("ressources_globales", "annuites_totales_sur_ressources", "dscr_global"):
        assert sobre[nom] == large[nom]
    assert large["taux_endettement_prive"] < sobre["taux_endettement_prive"]


def test_les_prelevements_sont_limites_a_la_caf_disponible():
    vue = consolidation(PRO | {"prelevements": 90_000}, PRIVE, date=JOUR)
    assert vue["revenu_activite"] == vue["caf_disponible"] == 48_800
    assert vue["verdict"] == "alerte" and "supérieurs à la CAF disponible" in vue["raisons"]


def test_consolidation_d_une_societe():
    pro = {"ebe": 60_000, "caf": 50_000, "annuites_pro": 20_000, "remuneration": 36_000, "dividendes": 8_000}
    vue = consolidation(pro, PRIVE, forme="societe", date=JOUR)
    # The pay was deducted from the EBE, the dividends were not.
    assert vue["ressources_globales"] == 60_000 + 36_000 + 25_200 - 6_000
    assert vue["revenu_activite"] == 44_000
    limite = consolidation(pro | {"dividendes": 99_000}, PRIVE, forme="societe", date=JOUR)
    assert limite["revenu_activite"] == 36_000 + 30_000
    assert limite["ressources_globales"] == vue["ressources_globales"]


def test_impots_et_cotisations_diminuent_les_ressources():
    pro = PRO | {"cotisations": 3_000, "impot_societe": 1_000}
    ecart = consolidation(PRO, PRIVE)["ressources_globales"] - consolidation(pro, PRIVE)["ressources_globales"]
    assert ecart == 4_000


@pytest.mark.parametrize(
    ("pro", "prive", "verdict", "raison"),
    [
        ({"ebe": 120_000}, {"annuites_privees": 61_200 * 0.35}, "conforme", ""),
        ({"caf": 48_000, "prelevements": 28_000}, {}, "conforme", ""),
        ({"caf": 47_999, "prelevements": 27_000}, {}, "alerte", "annuités professionnelles au-dessus de 50"),
        ({}, {"annuites_privees": 61_200 * 0.36}, "alerte", "taux d'endettement privé au-dessus de 35"),
        ({}, {"annuites_privees": 61_200 * 0.51}, "refus", "taux d'endettement privé au-dessus de 50"),
        ({"annuites_pro": 69_000, "interets_pro": 60_000}, {}, "refus", "au-dessus de 100"),
        ({"ebe": 30_000}, {}, "refus", "annuités totales au-dessus de 60"),
        ({"ebe": 52_000}, {}, "alerte", "annuités totales au-dessus de 40"),
        ({}, {"train_de_vie": 63_000}, "alerte", "couverture globale des annuités au-dessous de 1,2"),
        ({}, {"train_de_vie": 64_000}, "refus", "couverture globale des annuités au-dessous de 1 fois"),
        ({"caf": -1_000}, {}, "refus", "aucune CAF"),
        ({"prelevements": 0}, {"autres_revenus": 0}, "refus", "aucun revenu privé"),
        ({"ebe": -50_000}, {}, "refus", "aucune ressource globale"),
    ],
)
def test_verdicts_et_raisons(pro, prive, verdict, raison):
    vue = consolidation(PRO | pro, PRIVE | prive, date=JOUR)
    assert vue["verdict"] == verdict
    assert raison in vue["raisons"] if raison else vue["raisons"] == ""


def test_une_raison_de_refus_ne_repete_pas_celle_de_l_alerte():
    vue = consolidation(PRO, PRIVE | {"annuites_privees": 61_200 * 0.51}, date=JOUR)
    assert vue["raisons"].count("taux d'endettement privé") == 1


def test_sans_dette_rien_a_couvrir():
    vue = consolidation({"ebe": 10_000, "caf": 0, "prelevements": 0}, {"autres_revenus": 20_000}, date=JOUR)
    assert vue["verdict"] == "conforme" and math.isnan(vue["dscr_global"]) and math.isnan(vue["annuites_sur_caf"])


def test_la_consolidation_s_explique():
    lignes = expliquer(consolidation(PRO, PRIVE, date=JOUR)).set_index("libelle")
    assert lignes.loc["CAF disponible", "montant"] == 48_800
    assert lignes.loc["Verdict", "commentaire"] == "conforme"


@pytest.mark.parametrize(
    ("pro", "prive", "options", "erreur", "phrase"),
    [
        ({"prelevements": None}, {}, {}, ErreurDonnees, "prelevements absent"),
        ({}, {}, {"forme": "societe"}, ErreurDonnees, "remuneration absent"),
        ({}, {}, {"forme": "sci"}, ErreurDonnees, "« sci » inconnu"),
        ({"annuites_pro": -1}, {}, {}, ErreurDonnees, "annuites_pro : montant négatif"),
        ({}, {"ir": -1}, {}, ErreurDonnees, "ir : montant négatif"),
        ({}, {"train_de_vie": -1}, {}, ErreurDonnees, "train_de_vie"),
        ({"interets_pro": 25_000}, {}, {}, ErreurDonnees, "supérieurs aux annuités"),
        ({"ir": 3}, {}, {}, ErreurSchema, "des deux côtés|côté professionnel et côté privé"),
        ({"ebe": None}, {}, {}, ErreurDonnees, "ebe absente"),
    ],
)
def test_ce_qui_ne_peut_pas_etre_consolide_est_refuse(pro, prive, options, erreur, phrase):
    with pytest.raises(erreur, match=phrase):
        consolidation(PRO | pro, PRIVE | prive, **options)


def test_une_colonne_exigee_absente_est_refusee():
    with pytest.raises(ErreurSchema, match="caf"):
        consolidation({"ebe": 1, "prelevements": 0}, {})


def test_deux_tables_doivent_avoir_les_memes_lignes():
    pro, prive = pd.DataFrame([PRO], index=["a"]), pd.DataFrame([PRIVE], index=["b"])
    with pytest.raises(ErreurSchema, match="mêmes lignes"):
        consolidation(pro, prive)
    with pytest.raises(ErreurSchema, match="mêmes lignes"):
        consolidation(pro, PRIVE)
    with pytest.raises(ErreurSchema, match="forme"):
        consolidation(pro, prive.set_axis(["a"]), forme=pd.Series(["ei"], index=["z"]))


def test_un_portefeuille_consolide_est_chaque_cas_consolide():
    hasard = np.random.default_rng(31919)
    pro = pd.DataFrame(
        {
            "ebe": hasard.integers(-20_000, 150_000, 60),
            "caf": hasard.integers(-10_000, 120_000, 60),
            "annuites_pro": hasard.integers(0, 60_000, 60),
            "prelevements": hasard.integers(-2_000, 60_000, 60),
            "remuneration": hasard.integers(0, 60_000, 60),
            "dividendes": hasard.integers(0, 20_000, 60),
        }
    )
    prive = pd.DataFrame(
        {
            "autres_revenus": hasard.integers(0, 40_000, 60),
            "annuites_privees": hasard.integers(0, 30_000, 60),
            "adultes": hasard.choice([1, 2, 3], 60, p=[0.45, 0.45, 0.1]),
        }
    )
    formes = pd.Series(hasard.choice(["ei", "societe"], 60))
    avant = pro.copy(deep=True), prive.copy(deep=True)
    table = consolidation(pro, prive, forme=formes, date=JOUR)
    pd.testing.assert_frame_equal(pro, avant[0])
    pd.testing.assert_frame_equal(prive, avant[1])
    vus = set()
    for cle in pro.index:
        try:
            seul = consolidation(pro.loc[cle], prive.loc[cle], forme=formes[cle], date=JOUR)
        except ErreurDonnees as erreur:
            assert table.loc[cle].drop("motif").isna().all()
            assert str(erreur).removeprefix("Calcul impossible : ").rstrip(".") in table.loc[cle, "motif"]
            continue
        vus.add(seul["verdict"])
        assert table.loc[cle, "verdict"] == seul["verdict"]
        assert (table.loc[cle, "raisons"] if pd.notna(table.loc[cle, "raisons"]) else "") == seul["raisons"]
        np.testing.assert_array_equal(table.loc[cle, RATIOS].astype("float64"), seul[RATIOS].astype("float64"))
    assert vus == {"conforme", "alerte", "refus"}
