"""Loans drawn in several times: interest on what is drawn, commitment fee on what is not."""

from __future__ import annotations

import pandas as pd
import pytest

from rncp_utils.credit import tableau_amortissement
from rncp_utils.erreurs import ErreurDonnees

PRET = {"capital": 200_000, "taux": 0.04, "duree": 60, "differe": 12, "type_differe": "partiel"}
TIRAGES = [("2024-01-15", 50_000), ("2024-03-01", 100_000), ("2024-06-15", 50_000)]


def _total(serie):
    return round(float(serie.sum()), 2)


def test_interets_sur_ce_qui_est_tire_et_commission_sur_le_reste():
    tableau = tableau_amortissement(**PRET, tirages=TIRAGES, commission_engagement=0.005)
    assert tableau["crd_debut"].iloc[:3].tolist() == [50_000, 50_000, 150_000]
    assert tableau["tirage"].iloc[:6].tolist() == [0, 100_000, 0, 0, 50_000, 0]
    # March 1st to March 15th: 14 days on 100 000 € more; otherwise a month.
    au_jour = (50_000 * 29 + 100_000 * 14) * 0.04 / 365
    assert tableau["interets"].iloc[:3].tolist() == [166.67, round(au_jour, 2), 500.00]
    non_tire = (150_000 * 29 - 100_000 * 14) * 0.005 / 365
    assert tableau["commission_engagement"].iloc[:6].tolist() == [63.70, round(non_tire, 2), 21.23, 20.55, 21.23, 0]
    total = tableau["echeance_hors_assurance"] + tableau["commission_engagement"]
    assert tableau["echeance_totale"].tolist() == pytest.approx(total.tolist(), abs=1e-9)
    assert _total(tableau["capital"]) == 200_000
    assert tableau["crd_fin"].iloc[-1] == 0


def test_tout_tirer_le_premier_jour_est_un_pret_ordinaire():
    tire = tableau_amortissement(**PRET, tirages=[("2024-01-15", 200_000)])
    ordinaire = tableau_amortissement(**PRET, date_deblocage="2024-01-15")
    pd.testing.assert_frame_equal(tire.drop(columns=["tirage", "commission_engagement"]), ordinaire)
    assert not tire[["tirage", "commission_engagement"]].any(axis=None)


def test_ce_qui_n_est_pas_tire_est_annule():
    tableau = tableau_amortissement(**PRET, tirages=TIRAGES[:2])
    assert _total(tableau["capital"]) == 150_000


def test_tirages_avant_la_premiere_periode():
    tableau = tableau_amortissement(
        200_000, 0.04, 60, date_premiere="2024-05-10", tirages=[("2024-01-15", 80_000), ("2024-03-10", 120_000)]
    )
    zero = tableau.iloc[0]
    assert (zero["rang"], zero["crd_debut"], zero["tirage"], zero["crd_fin"]) == (0, 80_000, 120_000, 200_000)
    assert zero["interets"] == round((80_000 * 86 + 120_000 * 31) * 0.04 / 365, 2)


def test_differe_total():
    tableau = tableau_amortissement(**{**PRET, "type_differe": "total"}, tirages=TIRAGES)
    assert tableau.loc[0, "crd_fin"] == 50_166.67
    assert _total(tableau["capital"]) == 200_000


@pytest.mark.parametrize(
    ("tirages", "motif"),
    [
        ([("2024-01-15", 200_001)], "au-delà du capital"),
        ([("2024-01-15", 100_000), ("2025-02-01", 1000)], "après la fin du différé"),
        ([("2024-01-15", 0)], "sans montant positif"),
        ([5], "les tirages sont une liste"),
        ([("15/01/2024", 5)], "J'attendais une date"),
    ],
)
def test_tirages_refuses(tirages, motif):
    with pytest.raises(ErreurDonnees, match=motif):
        tableau_amortissement(**PRET, tirages=tirages)


def test_un_tirage_ne_precede_pas_le_deblocage():
    with pytest.raises(ErreurDonnees, match="avant le déblocage"):
        tableau_amortissement(**PRET, date_deblocage="2024-02-01", tirages=TIRAGES)
