"""The household: weighted rents, debt ratio, HCSF rule, what is left to live on, the whole in one table."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.credit import (
    expliquer,
    mensualite_maximale,
    respecte_hcsf,
    reste_a_vivre,
    revenus_fonciers_ponderes,
    situation_foyer,
    taux_endettement,
)
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurParametre, ErreurSchema

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")

REVENUS = 41_000 / 12 + 2_100 + 650 * 0.70
JOUR = "2026-11-23"
FOYER = {
    "revenu_professionnel": 41_000,
    "autres_revenus": 2_100,
    "loyers": 650,
    "mensualites": 1_390,
    "nouvelle_mensualite": 620,
    "adultes": 2,
}
MONTANTS = st.floats(1, 50_000)


def test_a31_taux_d_endettement():
    taux = taux_endettement(revenus=5971.666666667, charges=2010)
    assert taux == pytest.approx(0.3365894502, rel=1e-9)
    assert respecte_hcsf(taux, 20, date=JOUR)["respecte"] is True


def test_l_exemple_du_foyer_de_la_specification():
    situation = situation_foyer(FOYER, date=JOUR)
    assert situation["revenus"] == 5971.67 and situation["charges"] == 2010
    assert round(situation["taux_endettement"], 6) == 0.336589
    assert situation["reste_a_vivre"] == 3961.67
    assert situation["mensualite_maximale"] == 700.08
    assert situation.attrs["motifs"] == () and "HCSF" in situation.attrs["portee"]


def test_les_charges_sont_toutes_comptees():
    taux = taux_endettement(1_000, 4_000, pensions_versees=200, loyer_conserve=300, loyers=1_000, date=JOUR)
    assert taux == 1_500 / 4_700


def test_sans_revenu_le_taux_n_existe_pas():
    with pytest.warns(AvertissementDonnees, match="Revenus nuls"):
        assert math.isnan(taux_endettement(100, 0))
    table = taux_endettement([100, 100, 0], [0, -50, 0])
    assert table["taux_endettement"].isna().all() and table["motif"].str.contains("nuls ou négatifs").all()


@pytest.mark.parametrize("nom", ["charges", "pensions_versees", "loyer_conserve", "loyers"])
def test_une_charge_negative_est_refusee(nom):
    with pytest.raises(ErreurDonnees, match=f"{nom} : montant négatif"):
        taux_endettement(**{"charges": 10, "revenus": 100} | {nom: -1})
    table = taux_endettement(**{"charges": [10, 10], "revenus": [100, 100]} | {nom: [-1, 1]})
    assert math.isnan(table["taux_endettement"].iloc[0]) and pd.isna(table["motif"].iloc[1])


@pytest.mark.parametrize(("charges", "loyers"), [(400, 7_800), (25_000, 0)])
def test_l_annuel_mele_au_mensuel_est_dit(charges, loyers):
    with pytest.warns(AvertissementDonnees, match="annuels et mensuels"):
        taux_endettement(charges, 2_500, loyers=loyers)


def test_des_montants_vraisemblables_ne_sont_pas_suspects():
    assert taux_endettement([7_500], [2_500], loyers=[7_500])["motif"].isna().all()


@given(MONTANTS, MONTANTS, MONTANTS)
def test_le_taux_croit_avec_les_charges_et_decroit_avec_les_revenus(charges, revenus, ajout):
    taux = taux_endettement(charges, revenus)
    assert taux_endettement(charges + ajout, revenus) >= taux
    assert taux_endettement(charges, revenus + ajout) <= taux
    assert taux_endettement(charges, revenus, loyers=min(ajout, revenus)) <= taux


@given(MONTANTS, MONTANTS, st.floats(0.25, 64))
def test_le_taux_ne_depend_pas_de_l_unite(charges, revenus, facteur):
    assert taux_endettement(charges * facteur, revenus * facteur) == pytest.approx(taux_endettement(charges, revenus))


def test_loyers_ponderes_et_methode_differentielle():
    assert revenus_fonciers_ponderes(650).tolist() == [455, 0]
    assert revenus_fonciers_ponderes(650, 700).tolist() == [455, 700]
    with pytest.warns(AvertissementDonnees, match="Méthode différentielle"):
        assert revenus_fonciers_ponderes(650, 700, methode="differentielle").tolist() == [0, 245]
    table = revenus_fonciers_ponderes([650, 650, -1], [400, 700, 0], methode="differentielle")
    assert table[["revenu", "charge"]].iloc[:2].to_numpy().tolist() == [[55, 0], [0, 245]]
    assert "négatif" in table["motif"].iloc[2]
    with pytest.raises(ErreurDonnees, match="« nette »"):
        revenus_fonciers_ponderes(650, methode="nette")


def test_la_methode_differentielle_embellit_le_taux():
    def taux(methode):
        revenu, charge = revenus_fonciers_ponderes(900, 700, methode=methode)
        return taux_endettement(800 + charge, 3_000 + revenu)

    assert taux("differentielle") < taux("ponderee")


@pytest.mark.parametrize(
    ("taux", "duree", "differe", "taux_bon", "duree_bonne"),
    [
        (0.35, 25, 0, True, True),
        (0.350000001, 25, 0, False, True),
        (0.2, 25.5, 0, True, False),
        (0.2, 26, 12, True, True),
        (0.2, 26.5, 12, True, False),
        (0.2, 27, 24, True, True),
        (0.2, 27, 36, True, True),
        (0.2, 28, 36, True, False),
        (1.3, 10, 0, False, True),
    ],
)
def test_regle_du_hcsf(taux, duree, differe, taux_bon, duree_bonne):
    resultat = respecte_hcsf(taux, duree, differe, JOUR)
    assert resultat[["respecte", "taux_respecte", "duree_respectee"]].tolist() == [
        taux_bon and duree_bonne,
        taux_bon,
        duree_bonne,
    ]


@given(st.integers(1, 10**7))
def test_trente_cinq_pour_cent_exactement_est_admis(centaines):
    # In cents: 35 hundredths of a whole number of hundreds.
    assert respecte_hcsf(taux_endettement(35 * centaines / 100, centaines), 20, date=JOUR)["respecte"] is True


def test_le_hcsf_ne_vise_pas_les_prets_professionnels():
    resultat = respecte_hcsf(0.6, 30, date=JOUR, nature="professionnel")
    assert resultat["respecte"] is pd.NA
    assert "ne s'applique pas" in resultat.attrs["motifs"][0]
    assert "particuliers" in resultat.attrs["portee"] and "particuliers" in expliquer(resultat)["commentaire"].iloc[0]
    # Before the rule, a professional loan has nothing to respect either.
    assert respecte_hcsf(0.2, 10, date="2020-01-01", nature="professionnel")["respecte"] is pd.NA


def test_le_hcsf_en_table():
    table = respecte_hcsf(
        [0.35, 0.36, 35, 0.2, 0.2, 0.2],
        [25, 25, 20, 20, 0, 20],
        date=["2026-01-01"] * 3 + ["2021-12-31"] + ["2026-01-01"] * 2,
        nature=["immobilier_particulier"] * 5 + ["professionnel"],
    )
    assert str(table["respecte"].dtype) == "boolean"
    assert table["respecte"].isna().tolist() == [False, False, True, True, True, True]
    assert table["respecte"].tolist()[:2] == [True, False]
    for rang, texte in ((2, "fraction"), (3, "inconnu à cette date"), (4, "durée nulle"), (5, "professionnel")):
        assert texte in table["motif"].iloc[rang]


def test_le_hcsf_refuse_ce_qui_ne_peut_pas_etre():
    with pytest.raises(ErreurParametre):
        respecte_hcsf(0.2, 20, date="2021-12-31")
    for arguments, phrase in (
        ((33.66, 20), "fraction"),
        ((-0.1, 20), "négatif"),
        ((0.2, 1, 13), "différé"),
        ((0.2, 0), "durée"),
    ):
        with pytest.raises(ErreurDonnees, match=phrase):
            respecte_hcsf(*arguments, date=JOUR)
    with pytest.raises(ErreurDonnees, match="nature"):
        respecte_hcsf(0.2, 20, date=JOUR, nature="auto")


@pytest.mark.parametrize(("adultes", "enfants", "plancher"), [(1, 0, 900), (2, 0, 1_400), (1, 2, 1_500), (2, 3, 2_300)])
def test_plancher_du_reste_a_vivre(adultes, enfants, plancher):
    resultat = reste_a_vivre(3_000, 1_000, adultes, enfants)
    assert resultat.tolist() == [2_000, plancher, 2_000 - plancher]
    assert resultat.attrs["source"] == "convention de cours"


@pytest.mark.parametrize(
    ("adultes", "enfants", "phrase"), [(3, 0, "un ou deux"), (1, 1.5, "entier"), (1, -1, "négatif")]
)
def test_une_composition_impossible_est_refusee(adultes, enfants, phrase):
    with pytest.raises(ErreurDonnees, match=phrase):
        reste_a_vivre(3_000, 1_000, adultes, enfants)


def test_la_mensualite_maximale_est_celle_de_la_specification():
    assert mensualite_maximale(REVENUS, 1_390, date=JOUR) == 700.08
    assert mensualite_maximale(REVENUS, 1_390, taux_effort=0.40) == 998.66
    with pytest.warns(AvertissementDonnees, match="aucune mensualité"):
        assert mensualite_maximale(2_000, 900) == 0
    with pytest.raises(ErreurDonnees, match="taux attendu en fraction"):
        mensualite_maximale(2_000, 900, taux_effort=35)


@given(st.integers(1, 5_000_000), st.integers(0, 1_000_000))
def test_la_mensualite_maximale_est_la_plus_grande_admise(revenus, charges):
    revenus, charges = revenus / 100, charges / 100
    maximum = mensualite_maximale(revenus, charges, date=JOUR)
    if maximum > 0:
        assert respecte_hcsf(taux_endettement(charges + maximum, revenus), 20, date=JOUR)["respecte"] is True
        assert taux_endettement(charges + maximum + 0.02, revenus) > 0.35
    else:
        assert taux_endettement(charges + 0.01, revenus) > 0.35 - 1e-9


def test_un_foyer_s_explique_ligne_a_ligne():
    lignes = expliquer(situation_foyer(FOYER, date=JOUR)).set_index("libelle")
    entrees = ["Revenu professionnel", "Autres revenus", "Loyers pondérés"]
    assert lignes.loc[entrees, "montant"].sum() == pytest.approx(lignes.loc["Revenus du foyer", "montant"])
    assert lignes.loc["Loyers pondérés", "montant"] == 455
    assert "HCSF" in lignes.loc["Taux d'endettement après", "commentaire"]


def test_un_portefeuille_de_foyers():
    foyers = pd.DataFrame(
        [FOYER, FOYER | {"nouvelle_mensualite": 800}, FOYER | {"mensualites": -1}, FOYER | {"adultes": 5}],
        index=["a", "b", "c", "d"],
    )
    avant = foyers.copy(deep=True)
    table = situation_foyer(foyers, date=JOUR)
    pd.testing.assert_frame_equal(foyers, avant)
    assert table["taux_endettement"].notna().tolist() == [True, True, False, False]
    assert pd.isna(table.loc["a", "motif"])
    assert table.loc["b", "motif"].startswith("taux d'endettement au-dessus de 35")
    assert "mensualites" in table.loc["c", "motif"] and "adultes" in table.loc["d", "motif"]
    seul = situation_foyer(FOYER, date=JOUR)
    np.testing.assert_array_equal(table.loc["a", seul.index].astype("float64"), seul)


def test_un_foyer_sans_revenu_professionnel_est_refuse():
    with pytest.raises(ErreurSchema, match="revenu_professionnel"):
        situation_foyer({"autres_revenus": 2_000})
    with pytest.raises(ErreurDonnees, match="autres_revenus"):
        situation_foyer(FOYER | {"autres_revenus": -5})
