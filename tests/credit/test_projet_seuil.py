"""Break-even: expected figures, seasons, errors, and one formula for one company or many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import seuil_rentabilite
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurSchema
from tests.machine import exemples


def test_a29_seuil_point_mort_securite_levier():
    s = seuil_rentabilite(660_000, 396_000, 210_000)
    assert s["seuil"] == pytest.approx(525_000)
    assert s["point_mort_jours"] == pytest.approx(286.3636363636, rel=1e-9)
    assert s["indice_securite"] == pytest.approx(0.2045454545, rel=1e-9)
    assert s["levier"] == pytest.approx(4.8888888889, rel=1e-9)
    assert s["taux_marge"] == pytest.approx(0.4)
    assert s["marge_securite"] == pytest.approx(135_000)
    assert s["resultat"] == 54_000


def test_une_marge_nulle_n_atteint_jamais_son_seuil():
    with pytest.warns(AvertissementDonnees, match="jamais atteint"):
        s = seuil_rentabilite(100_000, 100_000, 20_000)
    assert s[["seuil", "point_mort_jours", "indice_securite"]].isna().all()
    assert s.attrs["motifs"][0].startswith("seuil jamais atteint")


def test_au_seuil_le_levier_n_a_pas_de_sens():
    s = seuil_rentabilite(100_000, 60_000, 40_000)
    assert np.isnan(s["levier"])
    assert s["point_mort_jours"] == pytest.approx(360)


def test_une_saison_reguliere_donne_le_meme_point_mort():
    regulier = seuil_rentabilite(660_000, 396_000, 210_000)
    saison = seuil_rentabilite(660_000, 396_000, 210_000, saisonnalite=[1] * 12)
    assert saison["point_mort_jours"] == pytest.approx(regulier["point_mort_jours"])
    assert saison["point_mort_mois"] == pytest.approx(286.3636363636 / 30)


def test_une_saison_d_ete_retarde_le_point_mort():
    # 60 % of the year in July and August: 525 000 of 660 000 is reached within August.
    poids = [4, 4, 4, 4, 4, 4, 30, 30, 4, 4, 4, 4]
    s = seuil_rentabilite(660_000, 396_000, 210_000, saisonnalite=poids)
    assert s["point_mort_mois"] == pytest.approx(7 + (525 / 660 - 0.54) / 0.30)


def test_un_mois_ferme_n_avance_pas_le_point_mort():
    s = seuil_rentabilite(100, 0, 50, saisonnalite=[50, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0])
    assert s["point_mort_mois"] == 1


def test_un_seuil_au_dela_de_l_annee_saisonniere():
    s = seuil_rentabilite(100_000, 50_000, 80_000, saisonnalite=[1] * 12)
    assert np.isnan(s["point_mort_mois"])
    assert "non atteint dans l'année" in s.attrs["motifs"][0]
    assert seuil_rentabilite(100_000, 50_000, 80_000)["point_mort_jours"] == pytest.approx(576)


@pytest.mark.parametrize(
    ("donnees", "message"),
    [
        ((0, 10, 10), "chiffre d'affaires nul"),
        ((-5, 10, 10), "chiffre d'affaires nul"),
        ((100, -10, 10), "charges_variables"),
        ((100, 10, -10), "charges_fixes"),
        ((100, None, 10), "charges_variables absente"),
    ],
)
def test_donnees_refusees(donnees, message):
    with pytest.raises(ErreurDonnees, match=message):
        seuil_rentabilite(*donnees)


@pytest.mark.parametrize("poids", [[1] * 11, [0] * 12, [-1, *[1] * 11], "été", [float("nan")] * 12])
def test_saisonnalite_refusee(poids):
    with pytest.raises(ErreurDonnees, match="douze poids"):
        seuil_rentabilite(100, 50, 20, saisonnalite=poids)


def test_listes_de_longueurs_differentes():
    with pytest.raises(ErreurSchema, match="mêmes lignes"):
        seuil_rentabilite([100, 200], [50, 60, 70], 20)


@given(st.integers(1_000, 10**7), st.floats(0, 0.95), st.integers(1, 10**6))
@settings(max_examples=exemples(100), deadline=None)
def test_au_seuil_le_resultat_est_nul(ca, part, fixes):
    s = seuil_rentabilite(ca, ca * part, fixes)
    au_seuil = seuil_rentabilite(s["seuil"], s["seuil"] * part, fixes)
    assert au_seuil["resultat"] == pytest.approx(0, abs=1e-6 * fixes)
    assert (s["marge_securite"] >= 0) == (s["resultat"] >= 0) or abs(s["resultat"]) < 1e-6 * fixes


def test_une_table_rend_ce_que_rend_chaque_entreprise():
    alea = np.random.default_rng(5)
    ca = alea.integers(50_000, 900_000, 40).astype("float64")
    table = pd.DataFrame({"ca": ca, "cv": ca * alea.uniform(0.2, 0.9, 40), "cf": alea.uniform(5_000, 90_000, 40)})
    table.loc[3, "ca"], table.loc[4, "cf"], table.loc[5, "cv"] = 0, np.nan, ca[5] * 1.2
    avant, poids = table.copy(), [1, 1, 2, 2, 3, 3, 4, 4, 3, 2, 1, 1]
    melange = table.sample(frac=1, random_state=2)
    resultat = seuil_rentabilite(melange["ca"], melange["cv"], melange["cf"], saisonnalite=poids).loc[table.index]
    pd.testing.assert_frame_equal(table, avant)
    assert "nul ou négatif" in resultat.loc[3, "motif"]
    assert resultat.loc[4, "motif"] == "donnée charges_fixes absente"
    assert "jamais atteint" in resultat.loc[5, "motif"]
    for n in table.index.difference([3, 4, 5]):
        seul = seuil_rentabilite(*table.loc[n], saisonnalite=poids)
        pd.testing.assert_series_equal(resultat.drop(columns="motif").loc[n].astype("float64"), seul, check_names=False)
