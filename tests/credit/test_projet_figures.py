"""Pictures of a project: their figures are those of the tables, and the alt text tells them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rncp_utils import credit
from rncp_utils.credit import Choc, Hypotheses, barres_plan_tresorerie, plan_tresorerie, tornade_dscr
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.formats import euros, fois

PROJET = Hypotheses(
    "2022-01-01",
    200_000,
    0.6,
    charges_fixes=100_000,
    apport=10_000,
    prets=[{"capital": 60_000, "taux": 0.04, "duree": 60}],
)
CHOCS = [Choc("Taux", taux=0.01), Choc("CA", ca=-0.2)]


@pytest.fixture(scope="module")
def resistance():
    return credit.tester_resistance(PROJET, CHOCS, 1)


def test_le_plan_dessine_est_le_plan():
    plan = plan_tresorerie({"ventes": [10_000, 12_000, 8_000], "charges": [11_000, 9_000, 7_000]})
    figure = barres_plan_tresorerie(plan, source="Exercice")
    assert figure.donnees["Trésorerie"].tolist() == [-1_000, 2_000, 3_000]
    assert figure.donnees["Décaissements"].tolist() == [11_000, 9_000, 7_000]
    for texte in (euros(30_000, 2), euros(27_000, 2), f"{euros(-1_000, 2)} au mois 1", "pendant 1\xa0mois"):
        assert texte in figure.alt
    assert figure.source == "Exercice"


def test_une_tresorerie_toujours_positive_est_dite():
    assert "jamais négative" in barres_plan_tresorerie(plan_tresorerie({"ventes": 10}, 3)).alt


def test_la_tornade_va_du_plus_grave_au_moins_grave(resistance):
    figure = tornade_dscr(resistance)
    assert figure.donnees.index.tolist() == ["CA", "Taux", "Hypothèses du projet"]
    base = resistance["dscr_min"].iloc[0]
    assert figure.donnees["Écart"].tolist() == pytest.approx(
        [resistance.loc[n, "dscr_min"] - base for n in ("CA", "Taux")] + [0]
    )
    assert f"Sans choc, la couverture la plus faible est de {fois(base)}" in figure.alt
    assert "Passent sous 1 : CA." in figure.alt
    assert "Aucun choc" in tornade_dscr(resistance.drop("CA")).alt


def test_refus(resistance):
    plan = plan_tresorerie({"ventes": [10, 20]})
    with pytest.raises(ErreurSchema, match="tresorerie"):
        barres_plan_tresorerie(plan.drop(columns="tresorerie"))
    with pytest.raises(ErreurDonnees, match="un projet à la fois"):
        barres_plan_tresorerie(plan_tresorerie({"ventes": [[10, 20], [10, 20]]}))
    with pytest.raises(ErreurDonnees, match="manquent"):
        barres_plan_tresorerie(plan.replace(20.0, np.nan))
    with pytest.raises(ErreurSchema, match="dscr_min"):
        tornade_dscr(pd.DataFrame({"dscr": [1.0]}))
    with pytest.raises(ErreurDonnees, match="il manque un DSCR"):
        tornade_dscr(resistance.iloc[:1])
    with pytest.raises(ErreurDonnees, match="un projet à la fois"):
        tornade_dscr(pd.concat({"A": resistance}))
