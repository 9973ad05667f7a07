"""Lesson B4-L7: the figures that it teaches, its clock, its notice, its plan, its tree, and what its keys rest on."""

from __future__ import annotations

import pandas as pd
import pytest

from rncp_utils.conformite import fin_de_preavis
from rncp_utils.donnees import finances_clients
from rncp_utils.entreprise.scoring.cotation import ECHELLE
from rncp_utils.lecon.simulateur import Simulateur
from rncp_utils.parametres import parametre
from rncp_utils.risque import workflow_intervention
from rncp_utils.risque.alerte import NIVEAUX
from tests.cours.page import Page, choix_uniques, executer_ensemble, plate, rien_ne_se_devine

L7 = "B4_L7_intervenir"
HORLOGE, REDUCTION, ARBRE = range(3)


@pytest.fixture(scope="module")
def page() -> Page:
    """The lesson, executed as a grader sees it: nothing is written."""
    return executer_ensemble("bloc4", (L7,))[L7]


def dire(simulateur: Simulateur, **reglages) -> str:
    return plate(simulateur.voir(**reglages).phrase)


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(page):
    uniques = choix_uniques([page])
    assert len(uniques) >= 8
    rien_ne_se_devine(uniques)


def test_les_durees_de_droit_ecrites_sont_celles_des_parametres():
    """Written in the prose: 60 days of notice, 45 days, two months and six months after the publication."""
    assert parametre("conformite.preavis_concours", "2025-01-02") == 60
    assert parametre("difficultes.delai_cessation", "2026-03-31") == 45
    assert parametre("difficultes.declaration_creance", "2026-03-31") == 2
    assert parametre("difficultes.releve_de_forclusion", "2026-03-31") == 6
    assert parametre("difficultes.interdiction_de_cheques", "2025-01-02") == 5


def test_le_constat_de_la_table_du_canal(page):
    n = page.noms
    assert (n["ligne"], n["solde_depart"], n["depassement"]) == (15_000, -22_550, 7_550)
    assert n["compte"].echeance == "durée indéterminée"
    assert (n["ALERTE"].day_name(), n["REJET"].day_name()) == ("Thursday", "Tuesday")
    assert (n["duree"], n["VEILLE"]) == (23, pd.Timestamp("2025-01-01")), "evenings, both ends included, as in B4-L5"
    assert n["compte"].soldes_mensuels["N"][-2] > -n["ligne"], "within its limit a month before"
    alerte = n["alerte_canal"]
    assert (alerte["score"], str(alerte["libelle"])) == (42, "liste de vigilance")
    assert n["VIGILANCE"] == alerte["niveau"]


def test_l_horloge_suit_la_procedure_de_la_bibliotheque(page):
    n, horloge = page.noms, page.simulateurs[HORLOGE]
    assert horloge.prediction.verdict() == "2"
    for rang in (1, 2, 3):
        actions = workflow_intervention(rang, n["ALERTE"].date())
        assert {n["porteur"](a) for a in actions.itertuples()} <= {"contact", "ecrit", "pole"}
        assert set(horloge.voir(niveau=NIVEAUX[rang]).tableau.columns) >= {"Dernier jour", "Fait le", "Retard"}
        assert len(horloge.voir(niveau=NIVEAUX[rang]).tableau) == len(actions)
    assert "En retard : 2 sur 5" in dire(horloge)
    assert "Toutes les actions sont à temps" in dire(horloge, contact=0, ecrit=10, pole=10)
    assert "En retard : 4 sur 5" in dire(horloge, niveau="pré-contentieux"), "the prose says almost all"
    tard, tot = dire(horloge, lecture=10), dire(horloge)
    assert tard.split("niveau")[1].split("Au premier")[0] == tot.split("niveau")[1].split("Au premier")[0]
    assert "depuis 25 jours" in tot and "depuis 35 jours" in tard


def test_un_dernier_jour_ferme_se_lit_avec_le_jour_ouvre_d_avant(page):
    jour_travaille = page.noms["jour_travaille"]
    assert jour_travaille(pd.Timestamp("2025-01-04")) == pd.Timestamp("2025-01-03"), "a Saturday"
    assert jour_travaille(pd.Timestamp("2025-04-21")) == pd.Timestamp("2025-04-18"), "Easter Monday"


def test_les_dates_de_mecanique_de_montarvel(page):
    n = page.noms
    assert f"{n['jour']:%d/%m/%Y}" == "31/03/2026"
    assert page.exercices["E2"].correcteur.attendus == {"point": 8, "retard": 6}
    premiers = (n["point"]["echeance"], n["plan_meca"]["echeance"])
    assert all(date.month == 4 for date in premiers), "the question asks for a day of April"
    saisies = n["saisies"]
    assert len(saisies) > 2 and saisies["date"].iloc[0].month == 9, "they come back since September"
    assert n["meca"]["retard_max_jours"] > 0
    assert n["ligne_meca"]["utilise"] < n["ligne_meca"]["plafond"], "the model report says: within the limit"


def test_la_cotation_lue_au_poste_est_celle_de_l_echelle(page):
    clients = page.noms["clients"]
    assert (ECHELLE[0], ECHELLE[-1], clients.loc["C00011", "cotation_bdf"]) == ("1+", "8", "H6")
    assert finances_clients("2026-03-31").loc["C00011", "cotation_degradee"]
    assert (
        not finances_clients("2026-03-31")
        .loc[clients.index[clients["cotation_bdf"] == "K0"], "cotation_degradee"]
        .any()
    )


def test_le_plan_de_tresorerie_vient_des_comptes(page):
    n = page.noms
    canal = n["par_an"](n["canal"])
    assert canal["Encaissements"] == 441_000 + 48_500 - 300
    assert canal["Achats et charges"] == 146_100 + 127_900 + 34_700 + 1_600 - 300
    assert canal["Salaires et cotisations"] == 182_600
    assert canal["TVA et impôts"] == 48_500 - 34_700 + 6_300
    assert canal["Prêts"] == 17_200 + 4_300 + 5_900
    plan = n["plan_canal"]
    assert len(plan) == 12 and (plan["Salaires et cotisations"] > 0).sum() == 3
    sorties = plan.drop(columns=["Encaissements", "Solde en fin de semaine"]).sum().sum()
    assert plan["Solde en fin de semaine"].iloc[-1] == n["solde_depart"] + plan["Encaissements"].sum() - sorties
    avant, apres = plan["Solde en fin de semaine"].iloc[2:4]
    assert -n["ligne"] > avant > -n["ligne"] - 2_000 > apres, "almost back in its limit, then the first pay"
    assert 0.15 < n["effort_canal"] / n["semaine_canal"] < 0.3, "the lesson calls it heavy"


def test_le_plan_de_la_menuiserie(page):
    n = page.noms
    assert (n["ligne_f"], n["depart_f"], n["echelonnement"]) == (40_000, 65_225, 4_500)
    attendus = page.exercices["E3"].correcteur.attendus
    assert attendus["p1.debit"] == 65_225 - n["entre"] + n["sort"]
    assert attendus["p3.audela"] == attendus["p3.debit"] - 40_000
    assert attendus["effort"] == pytest.approx(attendus["p3.audela"] / 12)
    assert attendus["effort"] * 4 / n["entre"] > 0.2, "the key says that a plan alone will not do"
    assert all(solde < -n["ligne_f"] for solde in n["mois_f"].values()), "beyond the limit, month after month"


def test_reduire_avec_ou_sans_preavis(page):
    n, simulateur = page.noms, page.simulateurs[REDUCTION]
    assert simulateur.prediction.verdict() == "plus"
    depart = dire(simulateur)
    assert n["effet"] == pd.Timestamp(fin_de_preavis(n["LETTRE"].date())) + pd.Timedelta(days=1)
    assert f"{n['effet']:%d/%m/%Y}" in depart and "L'écart a grandi" in depart
    assert "cette rupture est nulle" in dire(simulateur, immediate=True)
    assert "La ligne n'est pas réduite" in dire(simulateur, niveau=15_000, immediate=True)
    assert "après les douze semaines" in dire(simulateur, lettre=25)
    mieux = dire(simulateur, gain=2_000, apport=5_000)
    assert "il ne manque rien" in mieux and "L'écart s'est réduit" in mieux
    lus = simulateur.voir(immediate=True).tableau
    assert lus["Limite (€)"].nunique() == 2 and lus["Limite (€)"].is_monotonic_decreasing
    hors = [int((simulateur.voir(gain=g).tableau["Au-delà de la limite (€)"] > 0).sum()) for g in (0, 1_000, 2_500)]
    assert hors == sorted(hors, reverse=True)


def test_les_bornes_du_dessin_contiennent_tous_les_soldes(page):
    n, simulateur = page.noms, page.simulateurs[REDUCTION]
    bas, haut = n["BORNES"]
    for gain, apport in ((0, 0), (2_500, 10_000)):
        soldes = simulateur.voir(gain=gain, apport=apport).tableau["Solde en fin de semaine (€)"]
        assert bas < soldes.min() and soldes.max() < haut


def test_les_deux_preavis_de_l_exercice(page):
    n = page.noms
    assert page.exercices["E5"].correcteur.attendus == {"effet": 5, "recue": 16}
    assert (n["effet_f"].month, n["limite_envoi"].month) == (4, 7)
    assert n["garage"]["date_echeance"] > pd.Timestamp("2026-06-30"), "the line has a term, after June"
    assert n["compte_f"].echeance == "annuelle"


def test_l_arbre_des_voies(page):
    simulateur, chemin = page.simulateurs[ARBRE], page.noms["chemin"]
    assert simulateur.prediction.verdict() == "conciliation"
    issues = {
        chemin(paie, jours, viable, qui)[-1]
        for paie in ("oui", "non")
        for jours in (0, 45, 46, 90)
        for viable in (True, False)
        for qui in page.noms["QUI"]
    }
    assert issues == set(page.noms["FEUILLES"]) == set(page.noms["SUITES"])
    assert chemin("non", 45, True, "tous")[-1] == "conciliation"
    assert chemin("non", 46, True, "tous")[-1] == "redressement"
    assert "CCSF" in dire(simulateur)
    assert "Liquidation" in dire(simulateur, paie="non", viable=False)
    journal = simulateur.voir(paie="non", jours_cessation=60).tableau
    assert journal["Votre réponse"].tolist() == ["non", "oui", "60\N{NO-BREAK SPACE}jours"]
    assert set(page.cle("E7", "voies").values()) == set(page.noms["VOIES"])


def test_la_declaration_de_creance(page):
    n = page.noms
    assert page.exercices["E8"].correcteur.attendus == {"dernier": 12}
    assert (n["dernier"].month, n["dernier"].day_of_week < 5) == (5, True), "a working day, in May"
    assert (n["caution_f"].garant, n["caution_f"].montant) == ("Luc Ferrand", 60_000)
