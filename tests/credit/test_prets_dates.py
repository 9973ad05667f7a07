"""Due dates without drift, broken first periods, working days, interest by days."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest

from rncp_utils.credit import jours_feries, tableau_amortissement
from rncp_utils.erreurs import ErreurDonnees

PREMIER_PRET = {"capital": 100_000, "taux": 0.042, "duree": 84}
DATE = {**PREMIER_PRET, "date_deblocage": "2024-01-15"}


def _centime(montant):
    return montant.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _dates(**pret):
    return [str(jour)[:10] for jour in tableau_amortissement(**{**PREMIER_PRET, **pret})["date"]]


class TestDates:
    def test_le_31_revient_apres_fevrier(self):
        dates = _dates(duree=4, date_deblocage="2024-01-31")
        assert dates == ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]
        assert _dates(duree=4, date_deblocage="2024-01-31", date_premiere="2024-02-29") == dates

    def test_le_quantieme_de_la_premiere_echeance(self):
        dates = _dates(duree=2, periodicite=4, date_deblocage="2024-01-20", date_premiere="2024-05-05")
        assert dates == ["2024-02-05", "2024-05-05", "2024-08-05"]

    def test_annees_bissextiles(self):
        dates = _dates(duree=5, periodicite=1, date_deblocage="2024-02-29")
        assert dates == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]

    def test_semestres_depuis_une_premiere_echeance_seule(self):
        assert _dates(duree=2, periodicite=2, date_premiere="2024-07-31") == ["2024-07-31", "2025-01-31"]

    def test_interets_intercalaires(self):
        tableau = tableau_amortissement(**PREMIER_PRET, date_deblocage="2024-01-20", date_premiere="2024-03-05")
        zero = tableau.iloc[0]
        assert (zero["rang"], zero["phase"], str(zero["date"])[:10]) == (0, "intérêts intercalaires", "2024-02-05")
        assert zero["interets"] == zero["echeance_totale"] == 184.11  # 100 000 × 4,2 % × 16 / 365
        assert zero["crd_debut"] == zero["crd_fin"] == 100_000
        reste = tableau.iloc[1:].reset_index(drop=True).drop(columns="date")
        sans_dates = tableau_amortissement(**PREMIER_PRET).drop(columns="date")
        pd.testing.assert_frame_equal(reste, sans_dates)

    @pytest.mark.parametrize(("convention", "interets"), [("30/360", 175.00), ("act/360", 186.67), ("act/365", 184.11)])
    def test_base_des_interets_intercalaires(self, convention, interets):
        tableau = tableau_amortissement(
            **PREMIER_PRET, date_deblocage="2024-01-20", date_premiere="2024-03-05", convention=convention
        )
        assert tableau["interets"].iloc[0] == interets

    def test_une_premiere_echeance_trop_proche_est_refusee(self):
        with pytest.raises(ErreurDonnees, match="moins d'une période"):
            tableau_amortissement(**PREMIER_PRET, date_deblocage="2024-01-20", date_premiere="2024-02-05")

    @pytest.mark.parametrize("premiere", ["2024-01-20", "2023-12-20"])
    def test_dates_inversees(self, premiere):
        with pytest.raises(ErreurDonnees, match="dates inversées"):
            tableau_amortissement(**PREMIER_PRET, date_deblocage="2024-01-20", date_premiere=premiere)

    def test_ce_qui_n_est_pas_une_date(self):
        with pytest.raises(ErreurDonnees, match="J'attendais une date"):
            tableau_amortissement(**PREMIER_PRET, date_deblocage="20/01/2024")

    def test_le_jour_ouvre_reporte_le_paiement_pas_les_interets(self):
        pret = {**PREMIER_PRET, "duree": 4, "date_deblocage": "2026-03-01", "convention": "act/365"}
        sans, avec = tableau_amortissement(**pret), tableau_amortissement(**pret, jour_ouvre="suivant")
        # May 1st is a holiday, a Friday.
        payes = avec["date_paiement"].dt.date.tolist()
        assert payes == [dt.date(2026, 4, 1), dt.date(2026, 5, 4), dt.date(2026, 6, 1), dt.date(2026, 7, 1)]
        pd.testing.assert_frame_equal(avec.drop(columns="date_paiement"), sans)

    def test_jours_feries_mobiles(self):
        # Published dates of Easter Monday, Ascension and Whit Monday.
        attendus = {
            2024: ("04-01", "05-09", "05-20"),
            2025: ("04-21", "05-29", "06-09"),
            2038: ("04-26", "06-03", "06-14"),
        }
        for annee, jours in attendus.items():
            feries = [str(jour) for jour in jours_feries(annee, annee)]
            assert len(feries) == 11
            assert all(f"{annee}-{jour}" in feries for jour in jours)


class TestConventions:
    def test_30_360_egale_la_periode_hors_fin_de_mois(self):
        trente = tableau_amortissement(**DATE, convention="30/360")
        pd.testing.assert_frame_equal(trente, tableau_amortissement(**DATE))

    @pytest.mark.parametrize(("convention", "base"), [("act/365", 365), ("act/360", 360)])
    def test_interets_au_jour(self, convention, base):
        tableau = tableau_amortissement(**DATE, convention=convention)
        for rang, jours in ((0, 31), (1, 29), (2, 31), (3, 30)):
            crd = Decimal(str(tableau["crd_debut"].iloc[rang]))
            assert tableau["interets"].iloc[rang] == float(_centime(crd * Decimal("0.042") * jours / base))
        assert tableau["echeance_totale"].iloc[:-1].nunique() == 1
        # The instalment knows the days: the last one only absorbs the cents.
        assert abs(tableau["echeance_totale"].iloc[-1] - tableau["echeance_totale"].iloc[0]) < 0.84

    def test_taux_de_periode_actuariel(self):
        tableau = tableau_amortissement(**PREMIER_PRET, taux_periodique="actuariel")
        i = Decimal("1.042") ** (Decimal(1) / 12) - 1
        assert tableau["interets"].iloc[0] == float(_centime(100_000 * i))
        assert tableau["echeance_totale"].iloc[0] == float(_centime(100_000 * i / (1 - (1 + i) ** -84)))

    @pytest.mark.parametrize("convention", ["act/365", "30/360", "act/360"])
    def test_sans_dates_pas_d_interets_au_jour(self, convention):
        with pytest.raises(ErreurDonnees, match="date_deblocage manque"):
            tableau_amortissement(**PREMIER_PRET, convention=convention)
