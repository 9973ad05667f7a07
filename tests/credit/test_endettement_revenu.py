"""Income that a bank retains from a professional, by legal status, and its smoothing over three years."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import cotisations_tns, lisser, lisser_revenus, revenu_professionnel
from rncp_utils.credit.endettement.revenu import STATUTS
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")

COLONNES = ["annee", "revenu_brut", "cotisations", "revenu_retenu", "commentaire", "motif"]
GERANT = {"remuneration": 36_000, "cotisations": 16_000, "capital_et_comptes": 10_000, "activite": "artisan"}


def seul(statut, **exercice):
    return revenu_professionnel(statut, {"annee": 2024} | exercice).iloc[0]


def test_les_colonnes_sont_celles_de_la_specification():
    resultat = revenu_professionnel("assimile_salarie", {"annee": 2024, "net_avant_impot": 40_000})
    assert resultat.columns.tolist() == COLONNES
    assert resultat.attrs["source"] == "convention de cours"


def test_entreprise_individuelle_au_reel():
    ligne = seul("ei_reel_ir", benefice=38_000, reintegrations=3_000, cotisations=17_000, caf=60_000)
    assert ligne[["revenu_brut", "cotisations", "revenu_retenu"]].tolist() == [58_000, 17_000, 41_000]
    assert "réintégrations comprises" in ligne["commentaire"] and pd.isna(ligne["motif"])


def test_le_revenu_est_plafonne_par_ce_que_la_caf_laisse():
    ligne = seul("ei_reel_ir", benefice=44_000, caf=50_000, remboursements_pro=8_000)
    assert ligne["revenu_retenu"] == 42_000 and "plafonné à la CAF" in ligne["commentaire"]
    deficitaire = seul("ei_reel_ir", benefice=44_000, caf=5_000, remboursements_pro=8_000)
    assert deficitaire["revenu_retenu"] == -3_000


def test_sans_caf_le_plafond_n_est_pas_verifie_et_le_dit():
    ligne = seul("ei_reel_ir", benefice=-4_000)
    assert ligne["revenu_retenu"] == -4_000 and "CAF inconnue" in ligne["motif"]


@pytest.mark.parametrize("case", ["benefice", "HN", "310", "CP"])
def test_le_benefice_se_lit_aussi_sous_la_lettre_de_sa_case(case):
    assert seul("ei_reel_ir", **{case: 38_000, "caf": 99_000})["revenu_retenu"] == 38_000


@pytest.mark.parametrize(
    ("statut", "ca", "charges", "retenu"),
    [
        ("micro_ventes", 120_000, None, 120_000 - 14_760 - 85_200),
        ("micro_ventes", 120_000, 70_000, 120_000 - 14_760 - 70_000),
        ("micro_services", 60_000, None, 60_000 - 12_720 - 30_000),
        ("micro_bnc", 60_000, 5_000, 60_000 - 13_860 - 5_000),
        ("micro_cipav", 60_000, 5_000, 60_000 - 13_920 - 5_000),
    ],
)
def test_micro_jamais_le_chiffre_d_affaires(statut, ca, charges, retenu):
    ligne = seul(statut, ca=ca, charges_reelles=charges)
    assert ligne["revenu_retenu"] == retenu
    assert ("abattement forfaitaire" in str(ligne["motif"])) == (charges is None)


def test_micro_au_dessus_du_plafond():
    assert "plafond du régime micro" in seul("micro_bnc", ca=90_000, charges_reelles=0)["motif"]


def test_gerant_majoritaire_sans_dividendes():
    ligne = seul("gerant_majoritaire", remuneration=36_000, cotisations=16_000)
    assert ligne[["revenu_brut", "cotisations", "revenu_retenu"]].tolist() == [52_000, 16_000, 36_000]
    assert ligne["commentaire"] == "rémunération nette de cotisations"


def test_les_petits_dividendes_paient_les_prelevements_sociaux_du_capital():
    ligne = seul("gerant_majoritaire", dividendes=1_000, **GERANT)
    assert ligne["revenu_retenu"] == 36_000 + 1_000 * (1 - 0.172)
    assert "moins de 3 exercices" in ligne["motif"]


def test_au_dela_de_dix_pour_cent_les_dividendes_paient_les_cotisations():
    exercice = {"annee": 2026, "dividendes": 5_000} | GERANT
    ligne = revenu_professionnel("gerant_majoritaire", exercice).iloc[0]
    # 1 000 € are under 10 % of 10 000 €; the other 4 000 € join the pay.
    avec, sans = (cotisations_tns(revenu, 2026, "artisan")["total"] for revenu in (56_000, 52_000))
    preleve = (avec - sans) + round(1_000 * 0.186, 2)
    assert ligne["cotisations"] == pytest.approx(16_000 + preleve)
    assert ligne["revenu_retenu"] == pytest.approx(36_000 + 5_000 - preleve)


def test_un_taux_donne_remplace_le_bareme_des_dividendes():
    # No scale is shipped before 2025.
    refuse = seul("gerant_majoritaire", dividendes=5_000, **GERANT)
    assert math.isnan(refuse["revenu_retenu"]) and "inconnu à cette date" in refuse["motif"]
    assert pd.isna(refuse["commentaire"])
    ligne = seul("gerant_majoritaire", dividendes=5_000, taux_cotisations=0.45, **GERANT)
    assert ligne["revenu_retenu"] == 36_000 + 1_000 * (1 - 0.172) + 4_000 * 0.55


def test_les_dividendes_sont_la_moyenne_des_trois_derniers_exercices():
    exercices = pd.DataFrame(
        {
            "annee": [2021, 2022, 2023, 2024],
            "dividendes": [900_000, 1_000, 0, 500],
            **{nom: [valeur] * 4 for nom, valeur in GERANT.items()},
            "taux_cotisations": 0.45,
        }
    )
    resultat = revenu_professionnel("gerant_majoritaire", exercices)
    moyenne = (1_000 * 0.828 + 0 + 500 * 0.828) / 3
    np.testing.assert_allclose(resultat["revenu_retenu"], 36_000 + moyenne, atol=0.005)
    melange = revenu_professionnel("gerant_majoritaire", exercices.iloc[[2, 0, 3, 1]])
    pd.testing.assert_series_equal(melange["revenu_retenu"].sort_index(), resultat["revenu_retenu"])


def test_sans_capital_connu_tous_les_dividendes_sont_du_travail():
    ligne = seul("gerant_majoritaire", remuneration=36_000, dividendes=1_000, taux_cotisations=0.45)
    assert ligne["revenu_retenu"] == 36_550
    assert "capital_et_comptes inconnu" in ligne["motif"]


def test_assimile_salarie():
    ligne = seul("assimile_salarie", net_avant_impot=40_000, dividendes=10_000)
    assert ligne[["revenu_brut", "cotisations", "revenu_retenu"]].tolist() == [50_000, 0, 45_000]


@pytest.mark.parametrize(("ailleurs", "retenu"), [(False, 57_000), (True, 75_000), (None, 57_000)])
def test_liberal_bnc(ailleurs, retenu):
    ligne = seul("liberal_bnc", benefice=57_000, charges_sociales_perso=18_000, cotisations_ailleurs=ailleurs)
    assert ligne[["revenu_brut", "cotisations", "revenu_retenu"]].tolist() == [75_000, 18_000, retenu]


def test_un_portefeuille_de_statuts_melanges():
    table = pd.DataFrame(
        {
            "id_client": ["a", "b", "c", "d"],
            "annee": 2024,
            "benefice": [38_000, None, 57_000, None],
            "caf": [90_000, None, None, None],
            "ca": [None, 60_000, None, -1],
            "charges_sociales_perso": [None, None, 18_000, None],
        },
        index=[7, 3, 5, 1],
    )
    statuts = pd.Series(["ei_reel_ir", "micro_services", "liberal_bnc", "micro_ventes"], index=table.index)
    avant = table.copy(deep=True)
    resultat = revenu_professionnel(statuts, table)
    pd.testing.assert_frame_equal(table, avant)
    assert resultat.index.tolist() == [7, 3, 5, 1] and resultat["id_client"].tolist() == list("abcd")
    assert resultat["revenu_retenu"].tolist()[:3] == [38_000, 17_280, 57_000]
    assert "ca : montant négatif" in resultat["motif"].loc[1]
    for nom, ligne in table.iterrows():
        isolee = revenu_professionnel(statuts[nom], ligne.dropna().to_dict()).iloc[0]
        np.testing.assert_array_equal(resultat.loc[nom, "revenu_retenu"], isolee["revenu_retenu"])


def test_ce_qui_manque_a_la_table_est_refuse():
    with pytest.raises(ErreurSchema, match="annee"):
        revenu_professionnel("ei_reel_ir", {"benefice": 1})
    with pytest.raises(ErreurSchema, match="remuneration"):
        revenu_professionnel("gerant_majoritaire", {"annee": 2024})
    with pytest.raises(ErreurDonnees, match="« salarie » est inconnu"):
        revenu_professionnel("salarie", {"annee": 2024})
    with pytest.raises(ErreurSchema, match="un statut par exercice"):
        revenu_professionnel(["ei_reel_ir"] * 2, {"annee": 2024})
    with pytest.raises(ErreurSchema, match="mêmes lignes"):
        revenu_professionnel(pd.Series(["ei_reel_ir"], index=[9]), {"annee": 2024})


def test_un_client_ou_une_annee_absents_otent_la_ligne():
    table = pd.DataFrame({"id_client": ["a", None], "annee": [None, 2024], "net_avant_impot": [1.0, 2.0]})
    resultat = revenu_professionnel("assimile_salarie", table)
    assert resultat["revenu_retenu"].isna().all()
    assert "annee absente" in resultat["motif"].iloc[0] and "id_client absent" in resultat["motif"].iloc[1]


def test_aucun_statut_ne_rend_le_chiffre_d_affaires():
    assert len(STATUTS) == 8
    for statut in (nom for nom in STATUTS if nom.startswith("micro_")):
        assert seul(statut, ca=50_000, charges_reelles=0)["revenu_retenu"] < 50_000


@pytest.mark.parametrize(
    ("annees", "attendus"),
    [
        ((38_000, 41_000, 44_000), {"moyenne": 41_000, "ponderee": 42_000, "prudente": 41_000, "dernier": 44_000}),
        ((50_000, 46_000, 30_000), {"moyenne": 42_000, "ponderee": 38_666.67, "prudente": 30_000, "dernier": 30_000}),
        ((50_000, 30_000, 35_000), {"moyenne": 38_333.33, "prudente": 38_333.33}),
        ((-9_000, 3_000, 12_000), {"moyenne": 2_000, "ponderee": 5_500, "prudente": 2_000}),
        ((90_000, 30_000, 50_000), {"prudente": 56_666.67}),
    ],
)
def test_lissage(annees, attendus):
    assert {methode: lisser(*annees, methode) for methode in attendus} == attendus


def test_un_exercice_absent_est_ote_et_dit():
    with pytest.warns(AvertissementDonnees, match="moins de 3 exercices"):
        assert lisser(None, 30_000, 40_000, "ponderee") == 36_000
    assert lisser(30_000, 20_000, float("nan")) == 20_000
    table = lisser([np.nan, np.nan, 1.0], [3.0, np.nan, 2.0], [5.0, np.nan, 3.0], "moyenne")
    assert table["revenu_lisse"].tolist()[::2] == [4, 2] and math.isnan(table["revenu_lisse"].iloc[1])
    assert table["motif"].tolist()[:2] == ["moins de 3 exercices connus", "aucun exercice connu"]


def test_le_lissage_refuse_ce_qu_il_ne_connait_pas():
    with pytest.raises(ErreurDonnees, match="aucun exercice"):
        lisser(None, None, None)
    with pytest.raises(ErreurDonnees, match="« mediane »"):
        lisser(1, 2, 3, "mediane")


@given(st.lists(st.integers(-100_000, 200_000), min_size=3, max_size=3))
def test_la_prudence_ne_depasse_pas_la_moyenne(annees):
    assert lisser(*annees) <= lisser(*annees, "moyenne")
    bas, haut = min(annees) - 0.01, max(annees) + 0.01
    assert all(bas <= lisser(*annees, methode) <= haut for methode in ("moyenne", "ponderee", "prudente", "dernier"))


@given(st.lists(st.tuples(*[st.one_of(st.none(), st.integers(-9_999, 9_999))] * 3), min_size=1, max_size=8), st.data())
@settings(max_examples=exemples(50))
def test_lisser_une_table_est_lisser_chaque_ligne(lignes, data):
    methode = data.draw(st.sampled_from(["moyenne", "ponderee", "prudente", "dernier"]))
    colonnes = [pd.Series(colonne, dtype="float64") for colonne in zip(*lignes, strict=True)]
    table = lisser(*colonnes, methode)
    for rang, ligne in enumerate(lignes):
        if all(annee is None for annee in ligne):
            assert math.isnan(table["revenu_lisse"].iloc[rang])
        else:
            assert table["revenu_lisse"].iloc[rang] == lisser(*ligne, methode)


def test_lisser_les_revenus_de_plusieurs_clients():
    revenus = pd.DataFrame(
        {
            "id_client": ["b", "a", "a", "b", "a", "a"],
            "annee": [2024, 2022, 2024, 2022, 2021, 2023],
            "revenu_retenu": [30_000, 38_000, 44_000, 20_000, 999_999, 41_000],
        }
    )
    table = lisser_revenus(revenus, "moyenne")
    assert table["revenu_lisse"].to_dict() == {"b": 25_000, "a": 41_000}
    assert table["exercices"].to_dict() == {"b": 2, "a": 3}


def test_lisser_les_revenus_refuse_une_table_ambigue():
    with pytest.raises(ErreurSchema, match="revenu_retenu"):
        lisser_revenus(pd.DataFrame({"annee": [2024]}))
    double = pd.DataFrame({"annee": [2024, 2024], "revenu_retenu": [1, 2]})
    with pytest.raises(ErreurDonnees, match="deux lignes"):
        lisser_revenus(double)
    with pytest.raises(ErreurDonnees, match="id_client"):
        lisser_revenus(double.assign(id_client=["a", None]))


def test_les_conventions_viennent_des_parametres():
    assert parametre("endettement.lissage_poids", "2026-01-01") == {"n_moins_2": 1, "n_moins_1": 2, "n": 3}
