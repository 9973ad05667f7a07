"""What changes a loan on its way: revised rate, early repayment, restructuring, renegotiation."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest

from rncp_utils.credit import (
    Assurance,
    Palier,
    indemnite_immobilier_particulier,
    remboursement_anticipe,
    renegocier,
    restructurer,
    reviser,
    synthese_pret,
    tableau_amortissement,
)
from rncp_utils.erreurs import ErreurDonnees, ErreurParametre, ErreurSchema

PREMIER_PRET = {"capital": 100_000, "taux": 0.042, "duree": 84}
JOUR = "2026-06-30"


@pytest.fixture(scope="module")
def pret():
    return tableau_amortissement(**PREMIER_PRET)


def _total(serie):
    return round(float(serie.sum()), 2)


def _annuite(crd, taux, nombre):
    """Instalment by the formula, in decimals."""
    i = Decimal(str(taux)) / 12
    exacte = Decimal(str(crd)) * i / (1 - (1 + i) ** -nombre)
    return float(exacte.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


class TestReviser:
    def test_a20_l_echeance_est_recalculee(self, pret):
        revise = reviser(pret, 24, 0.051)
        assert revise.loc[23, "crd_fin"] == 74356.22
        assert revise["echeance_totale"].iloc[[0, 23, 24, -1]].tolist() == [1376.11, 1376.11, 1406.60, 1406.76]
        assert len(revise) == 84
        assert revise.attrs["contrat"]["taux"] == 0.051

    def test_la_duree_s_allonge(self, pret):
        revise = reviser(pret, 24, 0.051, mode="duree")
        # 61,5189 periods at the same instalment: 62, the last one smaller.
        assert len(revise) == 24 + 62
        assert revise["echeance_totale"].iloc[:-1].nunique() == 1
        assert revise["echeance_totale"].iloc[-1] < 1376.11
        assert revise["crd_fin"].iloc[-1] == 0
        assert _total(revise["capital"]) == 100_000

    @pytest.mark.parametrize("mode", ["echeance", "duree"])
    def test_le_meme_taux_ne_change_presque_rien(self, pret, mode):
        revise = reviser(pret, 24, 0.042, mode=mode)
        assert len(revise) == 84
        assert (revise["echeance_totale"] - pret["echeance_totale"]).abs().max() <= 0.84

    def test_cap_et_floor_bornent_le_taux(self, pret):
        for taux, borne in ((0.09, 0.05), (0.001, 0.03)):
            revise = reviser(pret, 24, taux, cap=0.05, floor=0.03)
            pd.testing.assert_frame_equal(revise, reviser(pret, 24, borne))

    def test_les_dates_gardent_leur_origine(self):
        tableau = tableau_amortissement(**PREMIER_PRET, date_deblocage="2024-01-31")
        revise = reviser(tableau, 1, 0.05, mode="duree")
        assert revise["date"].dt.date.iloc[:3].tolist() == [
            *(dt.date(2024, 2, 29), dt.date(2024, 3, 31), dt.date(2024, 4, 30))
        ]
        assert len(revise) > 84
        assert revise["date"].is_monotonic_increasing

    def test_le_capital_d_un_amortissement_constant_ne_bouge_pas(self):
        tableau = tableau_amortissement(**PREMIER_PRET, mode="amortissement_constant")
        for mode in ("echeance", "duree"):
            revise = reviser(tableau, 24, 0.06, mode=mode)
            assert revise["capital"].tolist() == tableau["capital"].tolist()
            assert revise.loc[24, "interets"] == round(tableau.loc[24, "crd_debut"] * 0.005, 2)

    def test_pendant_un_differe(self):
        tableau = tableau_amortissement(**PREMIER_PRET, differe=6, type_differe="partiel")
        revise = reviser(tableau, 3, 0.06)
        assert revise["echeance_totale"].iloc[[2, 3, 5]].tolist() == [350, 500, 500]
        assert revise["echeance_totale"].iloc[6] == _annuite(100_000, 0.06, 78)
        with pytest.raises(ErreurDonnees, match="mode='echeance'"):
            reviser(tableau, 3, 0.06, mode="duree")

    def test_in_fine(self):
        revise = reviser(tableau_amortissement(80_000, 0.05, 24, mode="in_fine"), 12, 0.06)
        assert revise["interets"].iloc[[11, 12]].tolist() == [333.33, 400]
        assert revise["echeance_totale"].iloc[-1] == 80_400

    def test_un_palier_impose_reste_le_dernier_se_recalcule(self):
        tableau = tableau_amortissement(**PREMIER_PRET, mode="paliers", paliers=[(24, 1000)])
        revise = reviser(tableau, 12, 0.06)
        assert revise["echeance_totale"].iloc[[11, 12, 23]].tolist() == [1000] * 3
        assert revise["echeance_totale"].iloc[24] == _annuite(revise["crd_fin"].iloc[23], 0.06, 60)
        with pytest.raises(ErreurDonnees, match="paliers"):
            reviser(tableau, 12, 0.06, mode="duree")
        apres = reviser(tableau, 30, 0.06, mode="duree")
        assert len(apres) > 84
        assert set(apres["echeance_totale"].iloc[24:-1]) == {1550.06}

    def test_des_paliers_progressifs_gardent_leur_progression(self):
        paliers = [Palier(42), Palier(42, progression=0.1)]
        tableau = tableau_amortissement(**PREMIER_PRET, mode="paliers", paliers=paliers)
        revise = reviser(tableau, 12, 0.06)
        bas, haut = revise["echeance_totale"].iloc[[12, 42]]
        assert haut == pytest.approx(bas * 1.1, abs=0.006)
        assert bas > tableau["echeance_totale"].iloc[12]
        assert abs(revise["echeance_totale"].iloc[-1] - haut) < 0.84

    def test_deux_revisions_de_suite(self, pret):
        revise = reviser(reviser(pret, 24, 0.051), 48, 0.03)
        assert revise["crd_fin"].iloc[-1] == 0
        assert revise["interets"].iloc[48] == round(revise["crd_debut"].iloc[48] * 0.0025, 2)
        with pytest.raises(ErreurDonnees, match="de 48 à 83"):
            reviser(revise, 24, 0.03)

    @pytest.mark.parametrize("terme", ["echu", "a_echoir"])
    def test_un_terme_a_echoir_se_revise_aussi(self, terme):
        tableau = tableau_amortissement(**PREMIER_PRET, terme=terme)
        for mode in ("echeance", "duree"):
            revise = reviser(tableau, 24, 0.051, mode=mode)
            assert _total(revise["capital"]) == 100_000
            assert revise["crd_fin"].iloc[-1] == 0

    @pytest.mark.parametrize(
        ("arguments", "motif"),
        [
            ((0, 0.05), "de 1 à 83"),
            ((84, 0.05), "de 1 à 83"),
            ((2.5, 0.05), "de 1 à 83"),
            ((24, 5.1), "taux attendu en fraction"),
            ((24, float("nan")), "taux attendu en fraction"),
            ((24, 0.05, "autre"), "mode vaut « autre »"),
            ((24, 0.05, "echeance", 0.03, 0.04), "inversez-les"),
            ((24, 0.5, "duree"), "ne rembourse pas le prêt"),
        ],
    )
    def test_revisions_refusees(self, pret, arguments, motif):
        with pytest.raises(ErreurDonnees, match=motif):
            reviser(pret, *arguments)

    def test_une_table_sans_contrat(self, pret):
        nue = pd.DataFrame(pret.to_dict("list"))
        with pytest.raises(ErreurDonnees, match="n'a plus le contrat"):
            reviser(nue, 24, 0.05)

    def test_le_tableau_d_origine_ne_change_pas(self, pret):
        copie = pret.copy(deep=True)
        reviser(pret, 24, 0.05)
        remboursement_anticipe(pret, 36, 10_000)
        pd.testing.assert_frame_equal(pret, copie)
        assert pret.attrs["contrat"]["taux"] == 0.042


class TestRemboursement:
    def test_a24_indemnite_immobiliere(self, pret):
        total = remboursement_anticipe(pret, 36, regle_indemnite="immobilier_particulier", date=JOUR)
        assert (total.crd_avant, total.indemnite, total.crd_apres) == (60705.07, 1274.81, 0)
        assert len(total.tableau) == 36
        assert total.tableau["crd_fin"].iloc[-1] == 0
        reste = _total(pret["interets"].iloc[36:])
        assert total.interets_evites == reste
        assert total.economie_nette == round(reste - 1274.81, 2)

    def test_un_taux_bas_rend_les_six_mois_moindres_un_taux_haut_les_trois_pour_cent(self):
        bas, haut = (indemnite_immobilier_particulier(50_000, 60_000, taux, date=JOUR) for taux in (0.01, 0.12))
        assert bas.tolist() == [250, 1800, 250]
        assert haut.tolist() == [3000, 1800, 1800]

    def test_indemnites_d_une_table(self):
        table = pd.DataFrame(
            {
                "montant": [60705.07, 10.0, np.nan, 5, 5],
                "crd": [60705.07, 5.0, 5, 5, 5],
                "taux": [0.042, 0.01, 0, 4.2, 0],
            },
            index=list("abcde"),
        )
        du = indemnite_immobilier_particulier(table["montant"], table["crd"], table["taux"], date=JOUR)
        assert du.loc["a", "indemnite"] == 1274.81
        assert du.loc["e", "indemnite"] == 0
        assert du["indemnite"].isna().tolist() == [False, True, True, True, False]
        assert "supérieur au capital" in du.loc["b", "motif"]
        assert "fraction" in du.loc["d", "motif"]

    @pytest.mark.parametrize(
        ("arguments", "motif"),
        [((10, 5, 0.01), "supérieur au capital"), ((-1, 5, 0.01), "négatif"), ((1, 5, 4.2), "fraction")],
    )
    def test_indemnite_refusee(self, arguments, motif):
        with pytest.raises(ErreurDonnees, match=motif):
            indemnite_immobilier_particulier(*arguments, date=JOUR)

    def test_la_regle_a_une_date(self):
        with pytest.raises(ErreurParametre, match="ira_mois_d_interets"):
            indemnite_immobilier_particulier(1, 1, 0.01, date="2010-01-01")
        date = tableau_amortissement(**PREMIER_PRET, date_deblocage="2010-01-15")
        with pytest.raises(ErreurParametre):
            remboursement_anticipe(date, 36, regle_indemnite="immobilier_particulier")

    def test_pourcentage_du_capital(self, pret):
        rembourse = remboursement_anticipe(pret, 36, 20_000.10, "pro_contractuelle", pct=0.05)
        assert rembourse.indemnite == 1000.01  # 1 000,005

    def test_indemnite_actuarielle(self, pret):
        rembourse = remboursement_anticipe(pret, 36, "total", "pro_contractuelle", taux_remplacement=0.03)
        perte = sum(crd * 0.012 / 12 / 1.0025**k for k, crd in enumerate(pret["crd_debut"].iloc[36:], start=1))
        assert rembourse.indemnite == round(perte, 2)
        moitie = remboursement_anticipe(pret, 36, rembourse.crd_avant / 2, "pro_contractuelle", taux_remplacement=0.03)
        assert moitie.indemnite == pytest.approx(perte / 2, abs=0.01)
        rien = remboursement_anticipe(pret, 36, "total", "pro_contractuelle", taux_remplacement=0.05)
        assert rien.indemnite == 0

    def test_partiel_l_echeance_baisse(self, pret):
        rembourse = remboursement_anticipe(pret, 36, 20_000)
        tableau = rembourse.tableau
        assert rembourse.crd_apres == tableau["crd_fin"].iloc[35] == 40705.07
        assert tableau["echeance_totale"].iloc[36] == _annuite(40705.07, 0.042, 48)
        assert len(tableau) == 84
        assert _total(tableau["capital"]) == 80_000
        assert tableau["remboursement_anticipe"].iloc[35] == 20_000
        assert _total(tableau["remboursement_anticipe"]) == 20_000

    def test_partiel_la_duree_baisse(self, pret):
        tableau = remboursement_anticipe(pret, 36, 20_000, mode="duree").tableau
        assert 36 + 31 <= len(tableau) <= 36 + 32
        assert set(tableau["echeance_totale"].iloc[:-1]) == {1376.11}
        assert tableau["echeance_totale"].iloc[-1] <= 1.01 * 1376.11
        assert tableau["crd_fin"].iloc[-1] == 0

    def test_reduire_la_duree_coute_moins_d_interets(self, pret):
        echeance, duree = (remboursement_anticipe(pret, 36, 20_000, mode=mode) for mode in ("echeance", "duree"))
        assert 0 < echeance.interets_evites < duree.interets_evites

    def test_amortissement_constant(self):
        tableau = tableau_amortissement(60_000, 0.042, 60, mode="amortissement_constant")
        baisse = remboursement_anticipe(tableau, 12, 12_000).tableau
        assert baisse["capital"].iloc[12] == 750  # 36 000 / 48
        court = remboursement_anticipe(tableau, 12, 12_000, mode="duree").tableau
        assert (len(court), court["capital"].iloc[12]) == (48, 1000)

    def test_in_fine_garde_sa_duree(self):
        tableau = tableau_amortissement(80_000, 0.05, 24, mode="in_fine")
        apres = remboursement_anticipe(tableau, 12, 30_000).tableau
        assert apres["interets"].iloc[12] == 208.33
        with pytest.raises(ErreurDonnees, match="in fine"):
            remboursement_anticipe(tableau, 12, 30_000, mode="duree")

    def test_l_assurance_evitee_compte(self):
        tableau = tableau_amortissement(**PREMIER_PRET, assurance=Assurance(0.0036))
        rembourse = remboursement_anticipe(tableau, 36, "total", "pro_contractuelle", pct=0.03)
        assert rembourse.assurance_evitee == 48 * 30
        assert synthese_pret(rembourse.tableau)["indemnite_total"] == rembourse.indemnite

    def test_deux_remboursements_puis_une_revision(self, pret):
        un = remboursement_anticipe(pret, 12, 10_000, "pro_contractuelle", pct=0.03).tableau
        deux = remboursement_anticipe(un, 12, 5_000).tableau
        assert deux["remboursement_anticipe"].iloc[11] == 15_000
        revise = reviser(deux, 30, 0.05)
        assert _total(revise["capital"]) == 85_000
        assert _total(revise["indemnite"]) == 300

    def test_apres_des_tirages(self):
        tableau = tableau_amortissement(
            **{**PREMIER_PRET, "differe": 6, "type_differe": "partiel"},
            tirages=[("2024-01-15", 40_000), ("2024-04-15", 60_000)],
        )
        apres = remboursement_anticipe(tableau, 20, 10_000).tableau
        assert _total(apres["capital"]) == 90_000
        assert apres["date"].equals(tableau["date"])

    @pytest.mark.parametrize(
        ("arguments", "options", "motif"),
        [
            ((36, 0), {}, "entre 0 et le capital"),
            ((36, 60_705.08), {}, "entre 0 et le capital"),
            ((84,), {}, "de 1 à 83"),
            ((36, "total", "autre"), {}, "Règle d'indemnité « autre »"),
            ((36, "total", "pro_contractuelle"), {}, "un seul des deux"),
            ((36, "total", "pro_contractuelle"), {"pct": 0.03, "taux_remplacement": 0.02}, "un seul des deux"),
            ((36, "total", "pro_contractuelle"), {"pct": 3}, "en fraction"),
            ((36, "total", "pro_contractuelle"), {"pct": -0.1}, "en fraction"),
            ((36, 10_000, None, "autre"), {}, "mode vaut « autre »"),
        ],
    )
    def test_remboursements_refuses(self, pret, arguments, options, motif):
        with pytest.raises(ErreurDonnees, match=motif):
            remboursement_anticipe(pret, *arguments, **options)


class TestRestructurer:
    PRETS = pd.DataFrame({"crd": [40_000, 15_000.0], "taux": [0.042, 0.06], "duree_restante": [36, 24]})

    def test_un_client(self):
        resultat = restructurer(self.PRETS, 0.05, 60, 500, indemnites=300, flux_disponible=18_000, difficulte=True)
        s = resultat.synthese
        anciens = [tableau_amortissement(40_000, 0.042, 36), tableau_amortissement(15_000, 0.06, 24)]
        nouveau = tableau_amortissement(55_800, 0.05, 60)
        assert (s["crd_total"], s["capital_nouveau"]) == (55_000, 55_800)
        assert s["echeance_avant"] == round(sum(t["echeance_totale"].iloc[0] for t in anciens), 2)
        assert s["echeance_apres"] == nouveau["echeance_totale"].iloc[0]
        assert s["cout_avant"] == round(sum(t["interets"].sum() for t in anciens), 2)
        assert s["cout_apres"] == round(nouveau["interets"].sum() + 800, 2)
        assert s["ecart_cout"] == round(s["cout_apres"] - s["cout_avant"], 2) > 0 > s["ecart_echeance"]
        assert s["dscr_apres"] == pytest.approx(18_000 / 12 / s["echeance_apres"])
        assert s["dscr_apres"] > s["dscr_avant"]
        assert s["forborne"] is True
        assert len(resultat.echeances) == 60

    def test_plusieurs_clients(self):
        prets = pd.concat([self.PRETS.assign(id_client="A"), self.PRETS.iloc[:1].assign(id_client="B", periodicite=4)])
        prets = pd.concat([prets, prets.iloc[:1].assign(id_client="C", taux=4.2)], ignore_index=True)
        copie = prets.copy(deep=True)
        durees = pd.Series({"A": 60, "B": 48, "C": 60})
        table = restructurer(
            prets, 0.05, durees, 500, flux_disponible=pd.Series({"A": 18_000.0, "B": 20_000.0})
        ).synthese
        seul = restructurer(self.PRETS, 0.05, 60, 500, flux_disponible=18_000).synthese
        assert table.loc["A"].drop("motif").to_dict() == seul.to_dict()
        assert pd.isna(table.loc["A", "motif"])
        trimestre = tableau_amortissement(40_000, 0.042, 36, 4)["echeance_totale"].iloc[0]
        assert table.loc["B", "echeance_avant"] == pytest.approx(trimestre / 3, abs=0.005)
        assert np.isnan(table.loc["C", "echeance_apres"])
        assert "fraction" in table.loc["C", "motif"]
        pd.testing.assert_frame_equal(prets, copie)

    @pytest.mark.parametrize(("taux", "duree", "motif"), [(5, 60, "fraction"), (0.05, 0, "durée nulle")])
    def test_un_nouveau_pret_impossible(self, taux, duree, motif):
        with pytest.raises(ErreurDonnees, match=motif):
            restructurer(self.PRETS, taux, duree)

    def test_un_ancien_pret_impossible(self):
        with pytest.raises(ErreurDonnees, match="capital nul"):
            restructurer(self.PRETS.assign(crd=[0, 1]), 0.05, 60)

    def test_colonne_absente(self):
        with pytest.raises(ErreurSchema, match="duree_restante"):
            restructurer(self.PRETS.drop(columns="duree_restante"), 0.05, 60)


class TestRenegocier:
    def test_un_taux_plus_bas_coute_a_la_banque(self, pret):
        r = renegocier(pret, 36, 0.03)
        nouvelle = _annuite(60705.07, 0.03, 48)
        van = sum(montant / 1.0035**k for k, montant in enumerate(r.tableau["echeance_totale"].iloc[36:], start=1))
        assert r.tableau["echeance_totale"].iloc[36] == nouvelle
        assert r.ecart_echeance == round(nouvelle - 1376.11, 2) < 0
        assert r.van_ancienne == pytest.approx(60705.07, abs=0.24)
        assert r.van_nouvelle == round(van, 2)
        assert not r.equilibre
        assert r.frais_d_equilibre == pytest.approx(r.van_ancienne - van, abs=0.011)

    def test_les_frais_d_equilibre_equilibrent(self, pret):
        frais = renegocier(pret, 36, 0.03).frais_d_equilibre
        r = renegocier(pret, 36, 0.03, frais=frais)
        assert r.equilibre
        assert abs(r.ecart) <= 0.01

    def test_au_taux_du_marche_le_nouveau_pret_vaut_son_capital(self, pret):
        r = renegocier(pret, 36, 0.03, taux_actualisation=0.03)
        assert r.van_nouvelle == pytest.approx(60705.07, abs=0.24)
        assert r.ecart < 0

    def test_allonger_la_duree_au_meme_taux_est_neutre(self, pret):
        r = renegocier(pret, 36, 0.042, nouvelle_duree=72)
        assert r.equilibre
        assert len(r.tableau) == 36 + 72
        assert r.ecart_echeance < 0 > r.economie_nette

    @pytest.mark.parametrize(
        ("arguments", "motif"),
        [
            ((3.0,), "fraction"),
            ((0.03, 0), "durée vaut 0"),
            ((0.03, None, -5), "positif"),
            ((float("nan"),), "fraction"),
        ],
    )
    def test_renegociations_refusees(self, pret, arguments, motif):
        with pytest.raises(ErreurDonnees, match=motif):
            renegocier(pret, 36, *arguments)
