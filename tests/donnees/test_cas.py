"""The thread cases: their accounts hold, and what surrounds them is what the curriculum says."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import pairwise

import pytest

from rncp_utils.credit import synthese_pret, tableau_amortissement
from rncp_utils.donnees import cas, lister_cas
from rncp_utils.donnees.fils_rouges.modele import ANNEES
from rncp_utils.entreprise import (
    bilan_fonctionnel,
    caf,
    controler_liasse,
    sig,
    sig_bnc,
    siren_valide,
    tableau_financement,
    tableau_flux,
)
from rncp_utils.erreurs import ErreurDonnees

# The cases do not say which other receivables are outside of the operating cycle: all are in it.
pytestmark = pytest.mark.filterwarnings("ignore:Répartition des autres créances")

COMPTABLES = tuple(code for code in lister_cas() if code != "CAS-06")
SUIVIS = [(code, avant, annee) for code in COMPTABLES for avant, annee in pairwise(ANNEES)]
# Equity below half of the capital: an alert that tells the truth.
ALERTES = {("CAS-02", "N"): ["K21"], ("CAS-05", "N"): ["K21"]}
TOUJOURS_VERIFIABLES = {f"K{rang:02d}" for rang in range(1, 17)}


def controles(code: str, annee: str):
    """Controls with no gap allowed; a sole trader's drawings are given, since no box tells them."""
    exercices, individuelle = cas(code).exercices, cas(code).forme_juridique == "EI"
    rang = ANNEES.index(annee)
    prelevements = cas(code).mouvements[annee].dividendes if individuelle else None
    return controler_liasse(
        exercices[annee],
        exercices[ANNEES[rang - 1]] if rang else None,
        tol=0,
        apports=0 if individuelle else None,
        prelevements=prelevements,
    )


class TestComptes:
    @pytest.mark.parametrize("code", COMPTABLES)
    @pytest.mark.parametrize("annee", ANNEES)
    def test_aucun_controle_n_a_d_ecart(self, code: str, annee: str) -> None:
        table = controles(code, annee)
        assert table.loc[(table["ok"] == False).fillna(False), "controle"].tolist() == ALERTES.get((code, annee), [])  # noqa: E712
        verifies = set(table.loc[table["ok"].notna(), "controle"])
        assert verifies >= TOUJOURS_VERIFIABLES
        assert annee == ANNEES[0] or verifies >= {"K17", "K18", "K19", "K20"}

    @pytest.mark.parametrize(("code", "avant", "annee"), SUIVIS)
    def test_la_colonne_n_1_est_la_liasse_precedente(self, code: str, avant: str, annee: str) -> None:
        assert cas(code).exercices[annee].valeurs_n1 == cas(code).exercices[avant].valeurs

    @pytest.mark.parametrize(("code", "avant", "annee"), SUIVIS)
    def test_les_flux_font_la_variation_de_tresorerie(self, code: str, avant: str, annee: str) -> None:
        n, n1, mouvements = cas(code).exercices[annee], cas(code).exercices[avant], cas(code).mouvements[annee]
        flux = tableau_flux(n, n1, mouvements, tolerance=0)
        bilans = [bilan_fonctionnel(liasse, bz_hors_exploitation=0, tolerance=0) for liasse in (n1, n)]
        assert flux["variation"] == bilans[1]["tresorerie_nette"] - bilans[0]["tresorerie_nette"]
        financement = tableau_financement(n, n1, mouvements, tolerance=0)
        assert financement["variation_frng"] == bilans[1]["frng"] - bilans[0]["frng"]
        assert flux["deduit"] == 0

    @pytest.mark.parametrize("code", COMPTABLES)
    def test_les_deux_caf_concordent_a_l_euro(self, code: str) -> None:
        for liasse in cas(code).exercices.values():
            assert caf(liasse, tolerance=0)["additive"] == caf(liasse)["soustractive"]

    @pytest.mark.parametrize("code", COMPTABLES)
    def test_l_impot_est_recalcule(self, code: str) -> None:
        for liasse in cas(code).exercices.values():
            benefice = max(liasse["GW"] + liasse["HI"], 0) if cas(code).imposition == "IS" else 0
            assert liasse["HK"] == 0.15 * min(benefice, 42_500) + 0.25 * max(benefice - 42_500, 0)

    def test_la_cession_du_garage_est_dans_la_caf(self) -> None:
        liasse = cas("CAS-04").exercices["N-1"]
        assert (liasse["c775"], liasse["c675"], liasse["HI"]) == (6_000, 3_500, 2_000)

    def test_les_irrecouvrables_sont_dans_les_autres_charges(self) -> None:
        faits = cas("CAS-05").chemin_de_risque.faits
        assert any("24\u202f500\xa0€" in fait for fait in faits)
        assert cas("CAS-05").exercices["N"]["GE"] >= 24_500

    def test_l_ebe_sans_la_subvention_est_l_erreur_type_du_domaine(self) -> None:
        liasse = cas("CAS-08").exercices["N"]
        assert sig(liasse)["ebe"] - liasse["FO"] == 30_200


class TestIdentite:
    def test_chaque_siren_est_bien_forme_et_propre_au_cas(self) -> None:
        numeros = [cas(code).siren for code in lister_cas()]
        assert all(map(siren_valide, numeros))
        assert len(set(numeros)) == len(numeros)

    def test_les_trois_exercices_se_suivent_et_finissent_en_2024(self) -> None:
        for code in COMPTABLES:
            clotures = [liasse.date_cloture for liasse in cas(code).exercices.values()]
            assert clotures == [dt.date(annee, 12, 31) for annee in (2022, 2023, 2024)]

    def test_un_cas_inconnu_est_refuse_avec_la_liste(self) -> None:
        with pytest.raises(ErreurDonnees, match=r"CAS-99.*CAS-01"):
            cas("CAS-99")

    def test_un_cas_ne_se_modifie_pas(self) -> None:
        garage = cas("CAS-04")
        with pytest.raises(dataclasses.FrozenInstanceError):
            garage.code = "CAS-05"
        with pytest.raises(TypeError):
            garage.exercices["N"] = garage.exercices["N-1"]
        with pytest.raises(TypeError):
            garage.exercices["N"].valeurs["FL"] = 0
        with pytest.raises(TypeError):
            garage.credits[0].crd["N"] = 0

    def test_le_loyer_de_la_sci_est_celui_que_paie_le_magasin(self) -> None:
        for annee in ANNEES:
            assert cas("CAS-07B").exercices[annee]["FI"] == cas("CAS-07").exercices[annee]["XQ"]


class TestLiberale:
    @pytest.mark.parametrize("annee", ANNEES)
    def test_la_2035_donne_le_meme_benefice(self, annee: str) -> None:
        liasse, declaration = cas("CAS-03").exercices[annee], cas("CAS-03").declarations_2035[annee]
        soldes = sig_bnc(declaration)
        assert soldes["benefice"] == liasse["HN"]
        assert soldes["ebe_bnc"] - declaration["charges_sociales_perso"] == sig(liasse)["ebe"]

    def test_le_loyer_economise_est_de_12_600_par_an(self) -> None:
        assert cas("CAS-03").declarations_2035["N"]["loyers"] == 12_600

    def test_les_autres_cas_n_ont_pas_de_2035(self) -> None:
        assert [code for code in lister_cas() if cas(code).declarations_2035] == ["CAS-03"]


class TestMicro:
    @pytest.mark.parametrize(
        ("annee", "cotisations", "revenu", "forfait", "marge"),
        [("N-2", 5068, 7232, 11948, 0.519), ("N-1", 9705, 10095, 22881, 0.498), ("N", 13850, 10700, 32654, 0.480)],
    )
    def test_la_tresorerie_est_celle_du_cas(
        self, annee: str, cotisations: int, revenu: int, forfait: int, marge: float
    ) -> None:
        annuelle = cas("CAS-06").tresorerie_micro[annee]
        assert annuelle.cotisations == cotisations
        assert annuelle.revenu_disponible == revenu
        assert annuelle.benefice_forfaitaire == forfait
        assert round(annuelle.taux_de_marge, 3) == marge

    def test_une_micro_entreprise_n_a_pas_de_liasse(self) -> None:
        assert not cas("CAS-06").exercices


def revenus(code: str, annee: str = "N", sans: tuple[str, ...] = ()) -> int:
    return sum(r.montants.get(annee, 0) for r in cas(code).foyer.revenus if r.type not in sans)


def credits_prives(code: str, annee: str = "N") -> int:
    return 12 * sum(c.mensualites.get(annee, 0) for c in cas(code).foyer.charges if c.type == "credit")


class TestFoyer:
    @pytest.mark.parametrize(
        ("code", "annee", "sans", "total", "taux"),
        [
            ("CAS-01", "N", (), 86_600, 17.9),
            ("CAS-02", "N-2", (), 45_600, 31.1),
            ("CAS-02", "N", (), 37_200, 50.6),
            ("CAS-05", "N", (), 55_800, 28.8),
            ("CAS-06", "N", (), 23_300, 8.2),
            ("CAS-07", "N", (), 142_400, 12.2),
            ("CAS-07", "N", ("dividendes",), 92_400, 18.8),
        ],
    )
    def test_le_taux_d_endettement_est_celui_du_cas(
        self, code: str, annee: str, sans: tuple[str, ...], total: int, taux: float
    ) -> None:
        assert revenus(code, annee, sans) == total
        assert round(100 * credits_prives(code, annee) / total, 1) == taux

    def test_les_loyers_du_garagiste_sont_retenus_a_70_pour_cent(self) -> None:
        fonciers = next(r.montants["N"] for r in cas("CAS-04").foyer.revenus if r.type == "revenus_fonciers")
        retenus = revenus("CAS-04") - fonciers + 0.7 * fonciers
        assert (retenus, retenus - 20_000) == (88_460, 68_460)
        assert credits_prives("CAS-04") == 6_240

    def test_le_revenu_des_vignerons_est_la_moyenne_de_leurs_resultats(self) -> None:
        moyenne = sum(liasse["HN"] for liasse in cas("CAS-08").exercices.values()) / 3
        assert moyenne == 43_600
        assert round(100 * credits_prives("CAS-08") / moyenne, 1) == 17.1

    def test_un_loyer_n_est_pas_un_credit(self) -> None:
        assert credits_prives("CAS-03") == 0
        assert 12 * cas("CAS-03").foyer.charges[0].mensualites["N"] == 10_680

    def test_le_reste_a_vivre_de_la_boulangere(self) -> None:
        foyer = cas("CAS-01").foyer
        assert revenus("CAS-01") - credits_prives("CAS-01") - foyer.impot_revenu == 63_960

    def test_le_patrimoine_net_du_menuisier(self) -> None:
        maison = cas("CAS-05").foyer.patrimoine[0]
        assert maison.valeur - maison.crd == 198_000


def echeancier(code: str):
    pret = cas(code).projets[0].pret
    return tableau_amortissement(pret.montant, pret.taux, pret.duree_mois)


class TestProjets:
    @pytest.mark.parametrize(
        ("code", "mensualite"),
        [
            ("CAS-01", 822.89),
            ("CAS-03", 1291.56),
            ("CAS-04", 888.33),
            ("CAS-06", 359.11),
            ("CAS-07", 3280.51),
            ("CAS-08", 739.36),
        ],
    )
    def test_la_mensualite_est_celle_du_cas(self, code: str, mensualite: float) -> None:
        assert synthese_pret(echeancier(code))["echeance"] == mensualite

    def test_la_couverture_de_la_boulangerie_avant_et_avec_le_projet(self) -> None:
        capital_projet = echeancier("CAS-01")["capital"].head(12).sum()
        reste = caf(cas("CAS-01").exercices["N"])["caf"] - cas("CAS-01").mouvements["N"].dividendes
        assert (reste, round(capital_projet)) == (23_650, 7_556)
        assert round(reste / 14_100, 2) == 1.68
        assert round(reste / (14_100 + capital_projet), 2) == 1.09

    def test_la_premiere_annee_du_pret_du_garage(self) -> None:
        annee = echeancier("CAS-04").head(12)
        # The curriculum's 1 847,65 and 8 812,34 come from an instalment that is not rounded; a bank takes 888,33.
        assert round(annee["interets"].sum(), 2) == 1847.66
        assert round(annee["capital"].sum(), 2) == 8812.30
        disponible = caf(cas("CAS-04").exercices["N"])["caf"] - cas("CAS-04").mouvements["N"].dividendes
        du = sum(credit.exigible_a_un_an for credit in cas("CAS-04").credits)
        assert (disponible, du) == (27_225, 27_500)
        assert round(disponible / (du + annee["capital"].sum()), 2) == 0.75

    def test_le_deuxieme_magasin_couvre_sa_dette_et_la_couvre_a_peine_sous_stress(self) -> None:
        prevu = cas("CAS-07").projets[0].previsionnel
        annee = echeancier("CAS-07").head(12)
        avant_impot = prevu.ebe - annee["interets"].sum()
        supplement = avant_impot - 0.25 * (avant_impot - prevu.dotations)
        disponible = caf(cas("CAS-07").exercices["N"])["caf"] + supplement - 50_000
        a_rembourser = cas("CAS-07").credits[0].exigible_a_un_an + annee["capital"].sum()
        assert round(disponible) == 83_564
        assert round(disponible / a_rembourser, 2) == 1.77
        perte = 0.20 * prevu.chiffre_affaires * prevu.taux_de_marge * 0.75
        assert round((disponible - perte) / a_rembourser, 2) == 1.18

    def test_chaque_plan_est_equilibre(self) -> None:
        for code in lister_cas():
            for projet in cas(code).projets:
                if projet.besoins:
                    assert sum(projet.besoins.values()) == projet.apport + projet.pret.montant


class TestBanque:
    @pytest.mark.parametrize("code", ["CAS-02", "CAS-04", "CAS-05", "CAS-08"])
    def test_le_releve_finit_chaque_exercice_au_solde_de_la_liasse(self, code: str) -> None:
        releve = cas(code).releve_mensuel()
        assert len(releve) == 25
        for annee, liasse in cas(code).exercices.items():
            caisse = sum(compte.soldes[annee] for compte in cas(code).comptes if compte.nature == "caisse")
            solde = releve["solde"].loc[f"{liasse.date_cloture:%Y-%m}"].item()
            assert solde == liasse["CF"] - liasse["EH"] - caisse

    def test_la_ligne_du_garage_est_utilisee_comme_le_cours_le_dit(self) -> None:
        utilise = (-cas("CAS-04").releve_mensuel()["solde"].tail(12)).clip(lower=0)
        assert (utilise.mean(), utilise.max()) == (26_500, 44_900)

    def test_le_restaurant_ne_depasse_son_autorisation_qu_a_la_fin(self) -> None:
        depassements = cas("CAS-02").releve_mensuel()["depassement"]
        assert depassements.tail(1).tolist() == [7_550]
        assert not depassements.head(-1).any()

    def test_un_compte_sans_releve_est_refuse(self) -> None:
        with pytest.raises(ErreurDonnees, match="relevé mensuel"):
            cas("CAS-01").releve_mensuel()
        with pytest.raises(ErreurDonnees, match="courant"):
            cas("CAS-04").releve_mensuel("livret")

    def test_les_flux_confies_du_garage_font_60_pour_cent(self) -> None:
        liasse, compte = cas("CAS-04").exercices["N"], cas("CAS-04").comptes[0]
        assert liasse["FL"] + liasse["YY"] == 2_096_400
        assert compte.flux_crediteurs["N"] / (liasse["FL"] + liasse["YY"]) == 0.6

    @pytest.mark.parametrize("code", COMPTABLES)
    def test_les_emprunts_du_bilan_sont_ceux_des_credits(self, code: str) -> None:
        for annee, liasse in cas(code).exercices.items():
            assert liasse["DU"] - liasse["EH"] == sum(credit.crd[annee] for credit in cas(code).credits)
            assert liasse["VK"] == sum(credit.rembourse[annee] for credit in cas(code).credits)
