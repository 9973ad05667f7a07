"""Scores: Conan and Holder, Altman, the course's internal rating, the reading of a Banque de France grade."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import (
    Liasse,
    altman_zprime,
    conan_holder,
    lire_cotation,
    notation_interne,
    ratios,
    table_de_liasses,
    tendance,
)
from rncp_utils.entreprise.exemples import martin, martin_n1
from rncp_utils.entreprise.scoring.notation import ENTREES
from rncp_utils.erreurs import ErreurDonnees, ErreurRegle, ErreurSchema
from rncp_utils.parametres import bareme
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")

RATIOS = {
    "autonomie_financiere": 0.30,
    "df_sur_caf": 2.0,
    "rang_ebe_sur_ca": 2.0,
    "tresorerie_nette_jours": 15.0,
    "liquidite_generale": 1.5,
    "tendance_ebe_sur_ca": 0.01,
}
QUALITATIF = {"anciennete_dirigeant": 10, "age_entreprise": 3, "secteur": "neutre", "succession": "favorable"}


def test_a10_conan_holder():
    resultat = conan_holder(martin())
    assert resultat["score"] == pytest.approx(20.190889517944008, rel=1e-9)
    assert resultat["zone"] == "sain"
    assert resultat.iloc[:5].astype(float).round(7).tolist() == [0.3042672, 0.7147766, 0.3402062, 0.0142424, 0.7040816]
    assert "à vérifier" in resultat.attrs["sources"]["zones"]


def test_a11_altman():
    resultat = altman_zprime(martin())
    assert resultat["score"] == pytest.approx(2.528876949167671, rel=1e-9)
    assert resultat["zone"] == "grise"
    assert resultat.iloc[:5].astype(float).round(7).tolist() == [0.231386, 0.2439863, 0.1278351, 0.5955473, 1.5120275]


@pytest.mark.parametrize(
    ("fonction", "changement", "zone"),
    [
        (conan_holder, {"FW": 280_000}, "alerte"),
        (conan_holder, {"GU": 120_000}, "vigilance"),
        (altman_zprime, {"GG": 120_000}, "sain"),
        (altman_zprime, {"GG": -140_000}, "alerte"),
    ],
)
def test_zones(fonction, changement, zone):
    assert fonction(martin().avec(**changement))["zone"] == zone


@pytest.mark.parametrize("fonction", [conan_holder, altman_zprime])
def test_sans_dettes_le_score_n_a_pas_de_sens(fonction):
    sans_dettes = martin().avec(EC=0)
    resultat = fonction(sans_dettes)
    assert math.isnan(resultat["score"]) and resultat["zone"] is None
    assert "dettes totales : dénominateur nul ou négatif" in resultat.attrs["motifs"]
    ligne = fonction(table_de_liasses([sans_dettes])).iloc[0]
    assert math.isnan(ligne["score"]) and pd.isna(ligne["zone"]) and "dettes totales" in ligne["motif"]


def test_une_valeur_ajoutee_negative_ne_fait_pas_un_bon_score():
    assert math.isnan(conan_holder(martin().avec(FW=900_000))["score"])


def test_un_bilan_sans_compte_de_resultat_est_refuse():
    with pytest.raises(ErreurSchema, match="FL"):
        conan_holder(martin_n1())
    with pytest.raises(ErreurSchema, match="FL"):
        altman_zprime(martin_n1())


def test_les_flux_des_scores_sont_annualises():
    court = Liasse(martin().valeurs, date_cloture=martin().date_cloture, duree_mois=6)
    assert conan_holder(court)["ebe_sur_dettes"] == pytest.approx(2 * 82 / 269.5)
    assert conan_holder(court)["personnel_sur_va"] == pytest.approx(207 / 294)
    assert altman_zprime(court)["ca_sur_actif"] == pytest.approx(2 * 660 / 436.5)


@pytest.mark.parametrize("fonction", [conan_holder, altman_zprime])
def test_une_table_est_le_calcul_ligne_a_ligne(fonction, tirer_liasses):
    table = table_de_liasses(tirer_liasses(40))
    avant = table.copy(deep=True)
    resultat = fonction(table)
    pd.testing.assert_frame_equal(table, avant)
    for cle, ligne in table.iterrows():
        seule = fonction(ligne.dropna())
        en_table = resultat.loc[cle, seule.index]
        nombres = [nom for nom in seule.index if nom != "zone"]
        np.testing.assert_allclose(en_table[nombres].astype(float), seule[nombres].astype(float), rtol=1e-12)
        assert (pd.isna(en_table["zone"]) and seule["zone"] is None) or en_table["zone"] == seule["zone"]


@pytest.mark.parametrize("fonction", [conan_holder, altman_zprime])
def test_un_score_ne_depend_pas_de_l_unite_des_montants(fonction, liasses_equilibrees):
    @settings(max_examples=exemples(40), deadline=None)
    @given(liasses_equilibrees)
    def verifier(valeurs):
        simple = fonction(valeurs)
        assume(not math.isnan(simple["score"]))
        assert fonction({code: 8 * valeur for code, valeur in valeurs.items()})["score"] == simple["score"]

    verifier()


@given(st.integers(0, 200_000), st.integers(1, 100_000))
def test_les_scores_sont_monotones(base, ajout):
    moins, plus = (martin().avec(GU=frais) for frais in (base + ajout, base))
    assert conan_holder(moins)["score"] < conan_holder(plus)["score"]
    faible, fort = (martin().avec(GG=resultat) for resultat in (base, base + ajout))
    assert altman_zprime(faible)["score"] < altman_zprime(fort)["score"]


def test_notation_calculee_a_la_main():
    note = notation_interne(RATIOS, 15, QUALITATIF)
    attendu = {
        "points_autonomie_financiere": 12 * 0.75,
        "points_df_sur_caf": 12 * 0.85,
        "points_ebe_sur_ca": 10 * 0.60,
        "points_frng_tresorerie": 10 * 0.80,
        "points_liquidite": 6 * 0.85,
        "points_tendance": 10 * 0.80,
        "points_comportement": 25 * 0.80,
        "points_qualitatif": 4 * 1 + 4 * 0.5 + 4 * 0.5 + 3 * 1,
        "score": 77.3,
        "indice_confiance": 1.0,
        "pd": 0.005,
    }
    assert {nom: note[nom] for nom in attendu} == pytest.approx(attendu)
    assert note["classe"] == "A"
    assert note.attrs["source"] == "convention de cours"


def test_la_notation_lit_les_ratios_de_martin():
    note = notation_interne(ratios(martin()), 0)
    assert note["indice_confiance"] == pytest.approx((12 + 12 + 10 + 6 + 25) / 100)
    assert note["points_df_sur_caf"] == pytest.approx(12 * (0.85 - 0.35 * (145 / 68.8 - 2) / 2))
    assert note["classe"] == "A+"


def test_ce_qui_manque_est_repondere_et_dit():
    note = notation_interne({"autonomie_financiere": 0.20})
    assert note["score"] == pytest.approx(50)
    assert note["indice_confiance"] == pytest.approx(0.12)
    assert math.isnan(note["points_comportement"])
    assert note["classe"] is None and math.isnan(note["pd"])
    assert note.attrs["motifs"] == ("composantes insuffisantes : moins de 50\N{NO-BREAK SPACE}% des points connus",)
    assert notation_interne({"autonomie_financiere": 0.20}, defaut=True)["classe"] == "F"
    partielle = notation_interne(RATIOS, 15, {"secteur": "neutre"})
    assert partielle["indice_confiance"] == pytest.approx(0.89)
    assert partielle["points_qualitatif"] == pytest.approx(2)


def test_des_dettes_sans_caf_ne_sont_pas_une_composante_manquante():
    sans_caf = RATIOS | {"df_sur_caf": float("nan"), "caf": -5_000.0}
    note = notation_interne(sans_caf | {"dettes_financieres": 80_000.0}, 15)
    assert note["points_df_sur_caf"] == 0 and note["indice_confiance"] == pytest.approx(0.85)
    sans_dettes = notation_interne(
        RATIOS | {"df_sur_caf": float("nan"), "caf": -5_000.0, "dettes_financieres": 0.0}, 15
    )
    assert sans_dettes["indice_confiance"] == pytest.approx(0.73)


def test_df_sur_caf_inconnu_ne_releve_pas_la_classe():
    sans = RATIOS | {"df_sur_caf": float("nan")}
    note, pire = notation_interne(sans, 15), notation_interne(RATIOS | {"df_sur_caf": 15.0}, 15)
    assert math.isnan(note["points_df_sur_caf"]) and note["indice_confiance"] == pytest.approx(0.73)
    assert (note["classe"], note["pd"]) == (pire["classe"], pire["pd"]) and note["score"] > pire["score"]
    assert note.attrs["motifs"] == ("df_sur_caf inconnu : classe provisoire, lue avec 0 point pour la dette",)
    table = notation_interne(pd.DataFrame([sans, RATIOS, sans | {"caf": 1.0, "dettes_financieres": 0.0}]), 15)
    assert table["motif"].isna().tolist() == [False, True, True]
    assert table["classe"].iloc[0] == note["classe"]


@pytest.mark.parametrize(
    "faute", [{"autonomie_financiere": 36.7}, {"ebe_sur_ca": 12}, {"tendance_ebe_sur_ca": -1.5}], ids=str
)
def test_un_taux_en_pourcentage_est_refuse(faute):
    with pytest.raises(ErreurDonnees, match="taux attendu en fraction"):
        notation_interne(RATIOS | faute, 15)
    table = notation_interne(pd.DataFrame([RATIOS | faute, RATIOS]), 15)
    assert table.iloc[0].drop("motif").isna().all() and "taux attendu en fraction" in table["motif"].iloc[0]
    assert table["classe"].iloc[1] == "A"


@pytest.mark.parametrize(
    ("score", "classe"),
    [(85, "A+"), (84.99, "A"), (75, "A"), (65, "B+"), (55, "B"), (45, "C"), (35, "D"), (34.99, "E"), (0, "E")],
)
def test_bornes_des_classes(score, classe):
    # More than half of the points, all with the same share.
    lus = {}
    for nom in ("autonomie_financiere", "df_sur_caf", "liquidite", "comportement"):
        ancres = sorted((part, seuil) for seuil, part in bareme(f"scoring.notation_interne.ancres.{nom}", "2026-01-01"))
        lus[ENTREES[nom]] = np.interp(score / 100, *zip(*ancres, strict=True))
    assert notation_interne(lus)["classe"] == classe


def test_le_forcage_ne_peut_qu_abaisser():
    assert notation_interne(RATIOS, 15, QUALITATIF, forcage="C")["classe"] == "C"
    assert notation_interne(RATIOS, 15, QUALITATIF, forcage="C")["pd"] == 0.04
    assert notation_interne(RATIOS, 15, QUALITATIF, forcage="A")["classe"] == "A"
    with pytest.raises(ErreurRegle, match="A\\+"):
        notation_interne(RATIOS, 15, QUALITATIF, forcage="A+")
    with pytest.raises(ErreurDonnees, match="inconnue"):
        notation_interne(RATIOS, 15, forcage="Z")


def test_le_defaut_avere_donne_f():
    note = notation_interne(RATIOS, 15, QUALITATIF, defaut=True)
    assert note["classe"] == "F" and note["pd"] == 1 and note["score"] == pytest.approx(77.3)
    inconnue = notation_interne({}, defaut=True)
    assert inconnue["classe"] == "F" and math.isnan(inconnue["score"])
    with pytest.raises(ErreurRegle):
        notation_interne(RATIOS, 15, defaut=True, forcage="D")


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (({},), "aucune composante"),
        ((RATIOS, 101), "hors de 0 à 100"),
        ((RATIOS, -1), "hors de 0 à 100"),
        ((RATIOS | {"df_sur_caf": -2.0},), "df_sur_caf négatif"),
        ((RATIOS, 5, {"secteur": "bof"}), "appréciation inconnue"),
        ((RATIOS, 5, {"age_entreprise": -1}), "durée négative"),
        ((RATIOS, 5, {"humeur": 3}), "humeur"),
    ],
)
def test_refus_de_la_notation(arguments, phrase):
    with pytest.raises(ErreurDonnees, match=phrase):
        notation_interne(*arguments)


SENS = {"df_sur_caf": -1, "score_alerte": -1}
BORNES = {
    "autonomie_financiere": (-1, 1),
    "df_sur_caf": (0, 15),
    "rang_ebe_sur_ca": (-3, 5),
    "tresorerie_nette_jours": (-200, 200),
    "liquidite_generale": (0, 4),
    "tendance_ebe_sur_ca": (-0.1, 0.1),
    "score_alerte": (0, 100),
}


@settings(max_examples=exemples(60), deadline=None)
@given(
    st.fixed_dictionaries({}, optional={nom: st.floats(*bornes) for nom, bornes in BORNES.items()}),
    st.sampled_from(sorted(BORNES)),
    st.data(),
)
def test_la_note_est_monotone_en_chaque_entree(entrees, nom, donnees):
    bas, haut = sorted(donnees.draw(st.floats(*BORNES[nom])) for _ in range(2))
    moins, plus = (notation_interne(entrees | {nom: valeur}) for valeur in (bas, haut))
    if SENS.get(nom, 1) < 0:
        moins, plus = plus, moins
    assert moins["score"] <= plus["score"] + 1e-9
    assert moins["pd"] >= plus["pd"] or (math.isnan(moins["pd"]) and moins["classe"] is plus["classe"] is None)
    assert 0 <= moins["score"] <= 100 and 0 < moins["indice_confiance"] <= 1


@settings(max_examples=exemples(60), deadline=None)
@given(st.floats(-1e5, 1e5), st.floats(0, 1e5), st.floats(0, 1e6))
def test_une_caf_plus_faible_ne_releve_jamais_la_note(caf, perte, dettes):
    def noter(valeur):
        df_sur_caf = dettes / valeur if valeur > 1e-3 else float("nan")
        return notation_interne(RATIOS | {"df_sur_caf": df_sur_caf, "caf": valeur, "dettes_financieres": dettes})

    assume(not -1e-3 < caf <= 1e-3 and not 0 < caf - perte <= 1e-3)
    assert noter(caf - perte)["score"] <= noter(caf)["score"] + 1e-9


def test_un_portefeuille_est_note_ligne_a_ligne():
    hasard = np.random.default_rng(5)
    index = pd.MultiIndex.from_product([[f"{n:09d}" for n in range(40)], ["2024"]], names=["siren", "date_cloture"])
    table = pd.DataFrame({nom: hasard.uniform(*bornes, 40) for nom, bornes in BORNES.items()}, index=index)
    table = table.mask(hasard.random(table.shape) < 0.2)
    table.iloc[0] = np.nan
    qualitatif = pd.DataFrame(
        {
            "secteur": hasard.choice(["favorable", "neutre", "defavorable", None], 40),
            "age_entreprise": hasard.uniform(0, 20, 40),
        },
        index=index,
    )
    qualitatif.iloc[0] = [None, np.nan]
    defaut = pd.Series(hasard.random(40) < 0.2, index=index)
    defaut.iloc[0] = False
    avant = table.copy()
    resultat = notation_interne(table, qualitatif=qualitatif, defaut=defaut)
    pd.testing.assert_frame_equal(table, avant)
    assert resultat.iloc[0].drop("motif").isna().all()
    assert resultat["motif"].iloc[0] == "aucune composante de la notation n'est connue"
    for cle in index[1:]:
        seule = notation_interne(table.loc[cle], None, qualitatif.loc[cle].to_dict(), defaut=defaut[cle])
        ligne = resultat.loc[cle]
        assert ligne["classe"] == seule["classe"] or (pd.isna(ligne["classe"]) and seule["classe"] is None)
        nombres = [nom for nom in seule.index if nom != "classe"]
        np.testing.assert_allclose(ligne[nombres].astype(float), seule[nombres].astype(float), rtol=1e-12)


def test_fautes_d_un_portefeuille():
    table = pd.DataFrame([RATIOS] * 4, index=["a", "b", "c", "d"])
    forcage = pd.Series(["C", "A+", None, "Z"], index=table.index)
    resultat = notation_interne(table, pd.Series([0, 0, 150, 0], index=table.index), forcage=forcage)
    assert resultat["classe"].tolist()[:2] == ["C", "A"]
    assert resultat["classe"].isna().tolist() == [False, False, True, True]
    assert pd.isna(resultat["motif"].iloc[0])
    for rang, mot in ((1, "forçage à la hausse ignoré"), (2, "score d'alerte"), (3, "classe forcée inconnue")):
        assert mot in resultat["motif"].iloc[rang]


def test_tendance_sur_trois_exercices():
    jours = pd.to_datetime(["2022-12-31", "2023-12-31", "2024-12-31", "2020-12-31", "2022-12-31", "2023-12-31"])
    index = pd.MultiIndex.from_arrays([list("aaabbb"), jours], names=["siren", "date_cloture"])
    valeurs = pd.Series([0.10, 0.02, 0.13, 0.1, 0.2, 0.3], index=index)
    attendu = pd.Series([np.nan, np.nan, 0.015, np.nan, np.nan, np.nan], index=index)
    pd.testing.assert_series_equal(tendance(valeurs), attendu)
    melange = valeurs.sample(frac=1, random_state=3)
    pd.testing.assert_series_equal(tendance(melange).loc[index], attendu)


@pytest.mark.parametrize(
    ("code", "activite", "credit", "rang", "refinancable"),
    [
        ("D3-", "D", "3-", 9, True),
        ("A1+", "A", "1+", 1, True),
        ("g4+", "G", "4+", 10, True),
        ("G4", "G", "4", 11, False),
        ("N 8", "N", "8", 20, False),
        ("5−", None, "5-", 15, False),
        ("XP", "X", "P", None, None),
        ("X0", "X", "0", None, None),
    ],
)
def test_lire_cotation(code, activite, credit, rang, refinancable):
    cote = lire_cotation(code)
    assert cote[:4] == (activite, credit, rang, refinancable)


@pytest.mark.parametrize("code", ["3++", "D3++", "G9"])
def test_e12_ancienne_echelle(code):
    with pytest.raises(ErreurDonnees, match="ancienne échelle"):
        lire_cotation(code)
    ancienne = lire_cotation(code, ancienne_refusee=False)
    assert ancienne.rang is None and ancienne.echelle == "avant le 08/01/2022"


@pytest.mark.parametrize("code", ["", "I3", "Z4", "D7+", "D8-", "D+3", "BBB", "D33", "4++", 4])
def test_codes_illisibles(code):
    with pytest.raises(ErreurDonnees):
        lire_cotation(code)


def test_plusieurs_cotations():
    codes = pd.Series(["D3-", "D3++", None, "XP", "D3-"], index=list("vwxyz"))
    resultat = lire_cotation(codes)
    assert resultat.index.tolist() == list("vwxyz")
    assert resultat["rang"].isna().tolist() == [False, True, True, True, False]
    assert resultat.loc["z", "rang"] == 9 and resultat.loc["y", "credit"] == "P"
    assert "ancienne échelle" in resultat.loc["w", "motif"]
    assert resultat["motif"].notna().tolist() == [False, True, True, False, False]
