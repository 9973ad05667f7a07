"""Scissors effect: which years it strikes, and what explains the fall of the margin."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import Liasse, effet_ciseau, table_de_liasses
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")


def _table(*exercices: dict, siren: str = "1", duree_mois: int = 12) -> pd.DataFrame:
    return table_de_liasses(
        Liasse(valeurs, siren=siren, date_cloture=dt.date(2020 + rang, 12, 31), duree_mois=duree_mois)
        for rang, valeurs in enumerate(exercices)
    )


def _resultat(ca: float, rex: float) -> dict:
    return {"FL": ca, "GG": rex}


def test_deux_baisses_de_suite_avec_des_charges_plus_rapides_que_les_ventes():
    ciseau = effet_ciseau(
        _table(_resultat(1_000, 100), _resultat(1_100, 99), _resultat(1_200, 84), _resultat(1_300, 130))
    )
    assert ciseau["ciseau_exploitation"].fillna(-1).tolist() == [-1, -1, 1, 0]
    assert ciseau["croissance_ca"].tolist()[1] == pytest.approx(0.1)
    assert ciseau["croissance_charges"].tolist()[1] == pytest.approx(1_001 / 900 - 1)
    assert ciseau["taux_marge"].tolist() == pytest.approx([0.1, 0.09, 0.07, 0.1])
    assert ciseau["motif"].iloc[0] == "exercice précédent absent de la table"


def test_une_baisse_apres_une_hausse_n_est_pas_encore_un_ciseau():
    ciseau = effet_ciseau(_table(_resultat(1_000, 100), _resultat(1_000, 110), _resultat(1_000, 100)))
    assert ciseau["ciseau_exploitation"].fillna(-1).tolist() == [-1, -1, 0]
    assert ciseau["variation_taux_marge"].tolist()[1:] == pytest.approx([0.01, -0.01])


def test_decomposition_prix_volume_charges():
    ciseau = effet_ciseau(_table(_resultat(1_000, 100), _resultat(1_155, 90)), hausse_prix=0.05)
    derniere = ciseau.iloc[1]
    assert derniere[["effet_prix", "effet_volume", "effet_charges"]].tolist() == pytest.approx([55, 10, -75])
    assert derniere["variation_marge"] == -10


def test_hausse_des_prix_inconnue_comptee_pour_zero_et_dite():
    ciseau = effet_ciseau(_table(_resultat(1_000, 100), _resultat(1_100, 99)))
    assert ciseau["effet_prix"].iloc[1] == 0
    assert ciseau["motif"].iloc[1] == "hausse des prix inconnue, comptée pour 0"


def test_ciseau_financier_le_besoin_croit_plus_que_les_ressources():
    avant = {"FL": 100, "GG": 10, "BJ": 50, "DL": 70, "BX": 30, "DX": 20, "CF": 10, "CJ": 40, "EC": 20}
    apres = avant | {"BX": 60, "CJ": 60, "CF": 0, "DL": 75, "DU": 15, "EH": 15, "EC": 35}
    ciseau = effet_ciseau(_table(avant, apres))
    assert ciseau[["variation_frng", "variation_bfr", "ciseau_financier"]].iloc[1].tolist() == [5, 30, 1]
    assert effet_ciseau(_table(avant, avant))["ciseau_financier"].iloc[1] == 0
    assert effet_ciseau(_table(_resultat(1, 1), _resultat(1, 1)))["ciseau_financier"].isna().all()


def test_chaque_entreprise_est_lue_a_part_et_l_ordre_des_lignes_ne_compte_pas():
    une, autre = _table(_resultat(10, 5), _resultat(20, 4)), _table(_resultat(7, 1), _resultat(7, 2), siren="2")
    table = pd.concat([autre.iloc[::-1], une.iloc[::-1]])
    ensemble = effet_ciseau(table)
    for seule in (une, autre):
        pd.testing.assert_frame_equal(
            ensemble.loc[seule.index], effet_ciseau(seule), check_categorical=False, check_like=True
        )


def test_un_exercice_court_est_ramene_a_douze_mois():
    table = _table(_resultat(1_000, 100), _resultat(500, 50))
    table["duree_mois"] = [12, 6]
    table.index = pd.MultiIndex.from_tuples(
        [("1", dt.date(2020, 12, 31)), ("1", dt.date(2021, 6, 30))], names=table.index.names
    )
    assert effet_ciseau(table)[["croissance_ca", "variation_marge"]].iloc[1].tolist() == [0, 0]
    avant = table.iloc[::-1].set_axis(
        pd.MultiIndex.from_tuples([("1", dt.date(2020, 6, 30)), ("1", dt.date(2021, 6, 30))], names=table.index.names)
    )
    assert effet_ciseau(avant)[["croissance_ca", "variation_marge"]].iloc[1].tolist() == [0, 0]


def test_rupture_de_plan_comptable_marquee():
    table = table_de_liasses(
        Liasse(_resultat(10, 1), siren="1", date_cloture=dt.date(annee, 12, 31)) for annee in (2023, 2024, 2025)
    )
    assert effet_ciseau(table)["rupture_pcg"].tolist() == [False, False, True]


def test_il_faut_une_table_indexee():
    with pytest.raises(ErreurDonnees, match="donnez une table"):
        effet_ciseau(_resultat(1, 1))
    with pytest.raises(ErreurSchema, match="set_index"):
        effet_ciseau(pd.DataFrame([_resultat(1, 1)]))


@settings(max_examples=exemples(60), deadline=None)
@given(
    montants=st.lists(st.tuples(st.integers(1, 10**6), st.integers(-(10**6), 10**6)), min_size=2, max_size=4),
    hausse=st.floats(-0.5, 2),
)
def test_les_trois_effets_font_la_variation_de_la_marge(montants, hausse):
    ciseau = effet_ciseau(_table(*(_resultat(ca, rex) for ca, rex in montants)), hausse_prix=hausse).iloc[1:]
    effets = ciseau[["effet_prix", "effet_volume", "effet_charges"]]
    # Effects and the charges (2 million at most) that they come from may dwarf the variation: floats keep 15 digits.
    echelle = effets.abs().max(axis=1).clip(lower=2e6)
    assert ((effets.sum(axis=1) - ciseau["variation_marge"]).abs() <= 1e-12 * echelle).all()
