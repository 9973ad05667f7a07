"""Quartiles of a sector, and the place of a company among them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.entreprise import positionner, quartiles, rang_dans_quartiles
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema

ORDRE = ["--", "-", "±", "+", "++"]
TRIPLETS = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3).map(sorted)


def _table(effectif: int, graine: int = 0) -> pd.DataFrame:
    hasard = np.random.default_rng(graine)
    return pd.DataFrame(
        {
            "section_naf": hasard.choice(["C", "F", "G"], effectif),
            "tranche_ca": hasard.choice(["1", "2"], effectif),
            "marge": hasard.normal(0.1, 0.05, effectif),
            "autonomie": hasard.normal(0.3, 0.1, effectif),
        }
    )


def test_les_quartiles_sont_ceux_de_numpy():
    table = _table(400)
    table.loc[::7, "marge"] = np.nan
    resultat = quartiles(table)
    assert resultat.index.names == ["section_naf", "tranche_ca", "ratio"]
    for (section, tranche, ratio), ligne in resultat.iterrows():
        valeurs = table.loc[(table["section_naf"] == section) & (table["tranche_ca"] == tranche), ratio].dropna()
        assert ligne["n"] == len(valeurs)
        attendu = np.quantile(valeurs, [0.25, 0.5, 0.75], method="linear")
        assert ligne[["q1", "q2", "q3"]].tolist() == pytest.approx(attendu.tolist(), rel=1e-9)
    assert resultat["motif"].isna().all()


def test_un_groupe_trop_petit_n_a_pas_de_quartiles():
    table = pd.DataFrame({"section_naf": ["C"] * 20 + ["F"] * 19, "tranche_ca": "1", "marge": 0.1})
    resultat = quartiles(table)
    assert resultat["q2"].isna().tolist() == [False, True]
    assert resultat["motif"].iloc[1] == "effectif de 19, inférieur à 20 : quartiles non calculés"


def test_ce_qui_n_a_pas_de_groupe_est_compte():
    table = pd.DataFrame({"section_naf": ["C", "C", None], "marge": [0.1, 0.2, 0.3]})
    resultat = quartiles(table, ["section_naf"], min_n=1)
    assert resultat["n"].tolist() == [2, 1]
    assert resultat.attrs["sans_groupe"] == 1
    assert resultat["q2"].isna().tolist() == [False, True] and pd.isna(resultat["motif"].iloc[0])
    assert resultat["motif"].iloc[1] == "clé absente (section_naf) : aucun groupe, quartiles non calculés"
    deux = quartiles(table.assign(tranche_ca=["1", None, "1"]), min_n=1)
    assert deux["n"].tolist() == [1, 1, 1] and deux.attrs["sans_groupe"] == 2
    assert deux["q1"].notna().tolist() == [True, False, False]


def test_la_cle_peut_etre_dans_l_index_et_l_ordre_ne_compte_pas():
    table = _table(120)
    en_colonnes = quartiles(table, min_n=5)
    en_index = quartiles(table.sample(frac=1, random_state=2).set_index(["section_naf", "tranche_ca"]), min_n=5)
    pd.testing.assert_frame_equal(en_index, en_colonnes)


def test_refus_des_quartiles():
    table = _table(30)
    with pytest.raises(ErreurSchema, match="tranche_ca"):
        quartiles(table.drop(columns="tranche_ca"))
    with pytest.raises(ErreurSchema, match="section_naf"):
        quartiles(table, ["tranche_ca"], colonnes=["section_naf"])
    with pytest.raises(ErreurDonnees, match="min_n"):
        quartiles(table, min_n=0)
    with pytest.raises(ErreurDonnees, match="infinie dans marge"):
        quartiles(table.assign(marge=np.inf))


@pytest.mark.parametrize(
    ("valeur", "position"),
    [(12.01, "++"), (12, "+"), (11.01, "+"), (11, "±"), (9, "±"), (8.99, "-"), (8, "-"), (7.99, "--")],
)
def test_bornes_de_la_grille(valeur, position):
    assert positionner(valeur, 8, 10, 12, "+") == position
    assert positionner(valeur, 8, 10, 12, "-") == ORDRE[4 - ORDRE.index(position)]


def test_quartiles_resserres_les_extremes_d_abord():
    assert positionner(10.6, 9.8, 10, 10.5, "+") == "++"
    assert positionner(9.7, 9.8, 10, 10.5, "+") == "--"
    assert positionner(10.5, 9.8, 10, 10.5, "+") == "±"
    assert positionner(10, 10, 10, 10, "+") == "±"


def test_la_bande_suit_une_mediane_negative():
    assert positionner(-0.105, -0.2, -0.1, 0.05, "+") == "±"
    assert positionner(-0.12, -0.2, -0.1, 0.05, "+") == "-"
    assert positionner(0.0, -0.2, -0.1, 0.05, "+") == "+"


def test_une_valeur_seule_absente_ou_mal_encadree():
    assert positionner(float("nan"), 1, 2, 3, "+") is None
    assert positionner(2, float("nan"), float("nan"), float("nan"), "+") is None
    with pytest.raises(ErreurDonnees, match="croissants"):
        positionner(2, 3, 2, 1, "+")
    with pytest.raises(ErreurDonnees, match="Sens"):
        positionner(2, 1, 2, 3, "haut")
    with pytest.raises(ErreurDonnees, match="nombre"):
        positionner("beaucoup", 1, 2, 3, "+")


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), TRIPLETS, st.sampled_from("+-")), min_size=1, max_size=30))
def test_plusieurs_valeurs_comme_une_a_une(cas):
    index = pd.Index([f"e{rang}" for rang in range(len(cas))])
    valeurs = pd.Series([v for v, _, _ in cas], index=index)
    q1, q2, q3 = (pd.Series([q[rang] for _, q, _ in cas], index=index) for rang in range(3))
    resultat = positionner(valeurs, q1, q2, q3, [sens for _, _, sens in cas])
    assert resultat.index.equals(index)
    assert resultat["position"].tolist() == [positionner(v, *q, sens) for v, q, sens in cas]
    assert resultat["motif"].isna().all()


def test_plusieurs_valeurs_dont_certaines_ne_se_placent_pas():
    resultat = positionner(pd.Series([1.0, np.nan, 5.0, 5.0]), [2, 2, np.nan, 3], [3, 3, 3, 2], [4, 4, 4, 1], "+")
    assert resultat["position"].isna().tolist() == [False, True, True, True]
    assert resultat["motif"].tolist()[1:] == [
        "valeur absente",
        "quartiles du secteur absents",
        "quartiles non croissants",
    ]
    assert resultat["position"].cat.ordered
    with pytest.raises(ErreurSchema, match="mêmes lignes"):
        positionner(pd.Series([1.0]), pd.Series([1.0], index=["autre"]), 2, 3, "+")


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), TRIPLETS)
def test_une_valeur_plus_favorable_n_est_jamais_moins_bien_placee(a, b, q):
    bas, haut = sorted([a, b])
    assert ORDRE.index(positionner(bas, *q, "+")) <= ORDRE.index(positionner(haut, *q, "+"))
    assert ORDRE.index(positionner(bas, *q, "-")) >= ORDRE.index(positionner(haut, *q, "-"))
    assert rang_dans_quartiles(bas, *q) <= rang_dans_quartiles(haut, *q)


def test_rang_dans_les_quartiles():
    assert [rang_dans_quartiles(v, 4, 8, 12) for v in (0, 4, 6, 8, 10, 12, 16)] == [0, 1, 1.5, 2, 2.5, 3, 4]
    assert [rang_dans_quartiles(v, 5, 5, 5) for v in (4, 5, 6)] == [1, 2, 3]
    assert np.isnan(rang_dans_quartiles(4, np.nan, 5, 6))
    serie = rang_dans_quartiles(pd.Series([4.0, np.nan], index=["a", "b"]), 4, 8, 12)
    assert serie["a"] == 1 and np.isnan(serie["b"])
