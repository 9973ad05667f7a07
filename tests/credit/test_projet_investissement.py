"""Profitability of an investment: expected figures, errors, and what must hold whatever the flows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import delai_recuperation, indice_profitabilite, tri, tri_modifie, van
from rncp_utils.erreurs import AvertissementDonnees, ErreurCalcul, ErreurDonnees, ErreurSchema
from tests.machine import exemples

FLUX = [-120_000, 30_000, 32_000, 34_000, 36_000, 48_000]
MONTANTS = st.integers(0, 200_000)


def test_a28_van_tri_et_delais():
    assert van(FLUX, 0.08) == pytest.approx(21331.984380413065, rel=1e-12)
    assert tri(FLUX) == pytest.approx(0.14042625885237978, rel=1e-9)
    assert indice_profitabilite(FLUX, 0.08) == pytest.approx(1.177767, abs=5e-7)
    assert delai_recuperation(FLUX) == pytest.approx(3.6666666667, rel=1e-9)
    assert delai_recuperation(FLUX, 0.08, actualise=True) == pytest.approx(4.3470065920, rel=1e-9)


def test_e7_sans_depense_pas_de_tri():
    with pytest.raises(ErreurCalcul, match="une dépense et une recette"):
        tri([100, 200])
    with pytest.raises(ErreurCalcul):
        tri_modifie([100, 200], 0.05, 0.05)


def test_plusieurs_taux_sont_tous_rendus_avec_un_avertissement():
    flux = [-4_000, 25_000, -25_000]  # (1 + r) = 1.25 or 5
    with pytest.warns(AvertissementDonnees, match="25,00.%, 400,00.%"):
        taux = tri(flux)
    assert taux == pytest.approx([0.25, 4.0], rel=1e-9)


def test_deux_changements_de_signe_peuvent_n_avoir_aucun_taux():
    with pytest.raises(ErreurCalcul):
        tri([-100, 100, -100])


def test_tri_modifie_d_un_seul_versement_est_le_tri():
    assert tri_modifie([-100, 0, 121], 0.3, 0.7) == pytest.approx(0.10)
    # Every receipt put back at the rate that the project yields: the two rates are one.
    assert tri_modifie(FLUX, 0.08, tri(FLUX)) == pytest.approx(tri(FLUX))


def test_tri_modifie_a_la_main():
    futur = 30_000 * 1.05**2 + 40_000 * 1.05 + 50_000
    assert tri_modifie([-90_000, 30_000, 40_000, 50_000], 0.08, 0.05) == pytest.approx((futur / 90_000) ** (1 / 3) - 1)


def test_une_depense_jamais_recuperee():
    with pytest.warns(AvertissementDonnees, match="jamais récupérée"):
        assert np.isnan(delai_recuperation([-100, 40, 50]))


def test_le_delai_compte_une_remise_en_etat():
    assert delai_recuperation([-100, 150, -80, 60]) == pytest.approx(2.5)


@pytest.mark.parametrize("taux", [8, -1, -1.5, float("nan")])
def test_un_taux_est_une_fraction(taux):
    with pytest.raises(ErreurDonnees, match="fraction"):
        van(FLUX, taux)


@pytest.mark.parametrize(
    ("flux", "erreur", "message"),
    [
        ([-100], ErreurDonnees, "au moins deux flux"),
        ([-100, float("nan")], ErreurDonnees, "flux manquant"),
        ([-100, float("inf")], ErreurDonnees, "flux manquant"),
        (["cent", 3], ErreurSchema, "autre chose que des nombres"),
    ],
)
def test_flux_refuses(flux, erreur, message):
    with pytest.raises(erreur, match=message):
        van(flux, 0.08)


def test_l_indice_demande_une_depense_a_la_date_0():
    with pytest.raises(ErreurDonnees, match="aucune dépense"):
        indice_profitabilite([100, 100], 0.1)
    with pytest.raises(ErreurDonnees, match="aucune dépense"):
        delai_recuperation([0, 100])


@given(st.integers(1_000, 500_000), st.lists(MONTANTS, min_size=1, max_size=12).filter(any))
@settings(max_examples=exemples(150), deadline=None)
def test_le_tri_annule_la_van(depense, recettes):
    flux = [-depense, *recettes]
    taux = tri(flux)
    annees = np.arange(len(flux))
    # The rate may be far beyond what van() accepts as a fraction.
    actualises = np.array(flux) / (1 + taux) ** annees
    assert abs(actualises.sum()) < 1e-7 * np.abs(actualises).max()


@given(
    st.integers(1_000, 500_000), st.lists(MONTANTS, min_size=1, max_size=12), st.floats(0, 0.5), st.floats(0.001, 0.5)
)
@settings(max_examples=exemples(100), deadline=None)
def test_la_van_baisse_quand_le_taux_monte(depense, recettes, taux, plus):
    flux = [-depense, *recettes]
    assert van(flux, taux + plus) <= van(flux, taux) + 1e-6
    assert (indice_profitabilite(flux, taux) >= 1) == (van(flux, taux) >= 0) or abs(van(flux, taux)) < 1e-6


@given(st.integers(1_000, 100_000), st.lists(MONTANTS, min_size=2, max_size=10).filter(any), st.integers(2, 50))
@settings(max_examples=exemples(60), deadline=None)
def test_tout_multiplier_ne_change_ni_le_tri_ni_le_delai(depense, recettes, facteur):
    flux = np.array([-depense, *recettes], dtype="float64")
    assert tri(flux * facteur) == pytest.approx(tri(flux), abs=1e-12)
    assert van(flux * facteur, 0.07) == pytest.approx(facteur * van(flux, 0.07))
    if flux.sum() >= 0:
        assert delai_recuperation(flux * facteur) == pytest.approx(delai_recuperation(flux))


def test_une_table_rend_ce_que_rend_chaque_projet():
    alea = np.random.default_rng(3)
    flux = alea.integers(-20_000, 60_000, (60, 7)).astype("float64")
    flux[:, 0] = -alea.integers(20_000, 200_000, 60)
    flux[7, 3] = np.nan
    flux[9] = 0.0
    projets = pd.DataFrame(flux, index=[f"P{n}" for n in range(60)])
    avant = projets.copy()
    melange = projets.sample(frac=1, random_state=1)
    taux = tri(melange).loc[projets.index]
    valeurs, delais = van(melange, 0.08).loc[projets.index], delai_recuperation(melange).loc[projets.index]
    pd.testing.assert_frame_equal(projets, avant)
    uniques = 0
    for nom, ligne in projets.iterrows():
        if nom == "P7":
            assert np.isnan(taux.loc[nom, "tri"])
            assert "flux manquant" in taux.loc[nom, "motif"]
            assert "flux manquant" in delais.loc[nom, "motif"]
            continue
        assert valeurs.loc[nom, "van"] == van(ligne, 0.08)
        if nom == "P9":
            assert "aucun taux" in taux.loc[nom, "motif"]
            assert "aucune dépense" in delais.loc[nom, "motif"]
        elif pd.isna(taux.loc[nom, "motif"]):
            assert taux.loc[nom, "tri"] == tri(ligne)
            uniques += 1
    assert uniques > 30


def test_un_taux_par_projet():
    deux = van([FLUX, FLUX], [0.08, 8])
    assert deux["van"].iloc[0] == van(FLUX, 0.08)
    assert "fraction" in deux["motif"].iloc[1]
    assert np.isnan(deux["van"].iloc[1])


def test_les_motifs_de_la_table():
    flux = [[-100, 60, 60], [-100, 10, 10], [100, 10, 10]]
    assert delai_recuperation(flux)["motif"].tolist()[1:] == ["dépense jamais récupérée", "aucune dépense à la date 0"]
    assert tri([[-4_000, 25_000, -25_000], FLUX[:3]])["motif"].iloc[0].startswith("plusieurs taux")
    modifies = tri_modifie(flux, 0.05, 0.05)
    assert "aucun taux" in modifies["motif"].iloc[2]
    assert modifies["tri_modifie"].iloc[0] == tri_modifie(flux[0], 0.05, 0.05)
