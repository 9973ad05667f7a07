"""Lessons B1-L1 and B1-L2: the figures that they teach, and what their prose and keys rest on."""

from __future__ import annotations

import pandas as pd
import pytest

from rncp_utils.donnees import charger
from rncp_utils.donnees.agence.portrait import date_du_portrait, portrait
from tests.cours.page import Page, choix_uniques, executer_ensemble, plate, rien_ne_se_devine

L1, L2 = "B1_L1_diagnostic_portefeuille", "B1_L2_plan_actions"


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """Both lessons, executed as a grader sees them: nothing is written."""
    return executer_ensemble("bloc1", (L1, L2))


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(pages):
    uniques = choix_uniques(pages.values())
    assert len(uniques) >= 10
    rien_ne_se_devine(uniques)


def test_le_portrait_retrouve_les_segments_et_le_pnb_des_tables():
    p, clients = portrait(), charger("clients")
    assert (p["strategie"] == clients["segment"].reindex(p.index)).all()
    exact = charger("contrats").groupby("id_client")["pnb_annuel"].sum()
    sources = p["marge_credits"] + p["marge_depots"] + p["commissions"]
    assert (sources - exact.reindex(p.index)).abs().max() < 0.02
    assert (p[["marge_credits", "marge_depots", "commissions"]] >= 0).all(axis=None)
    assert f"{date_du_portrait():%d/%m/%Y}" == "31/03/2026"
    p["pnb"] = 0
    assert portrait()["pnb"].sum() > 0, "a reader cannot spoil the next one's table"


def test_les_chiffres_du_diagnostic(pages):
    n = pages[L1].noms
    assert (n["ht_delmas"], n["ttc_delmas"], n["flux_delmas"]) == (1_747_000, pytest.approx(2_096_400), 1_257_840)
    assert n["flux_delmas"] / n["ttc_delmas"] == pytest.approx(0.60)
    assert (len(n["vous"]), len(n["voisin"]), len(n["agence"])) == (37, 35, 120)
    assert n["sarzelle"]["marge_credits"] / n["sarzelle"]["pnb"] == pytest.approx(2 / 3, abs=0.03)
    assert n["sarzelle"]["statut"] == "SARL"


def test_les_lectures_ecrites_du_diagnostic_tiennent_dans_les_donnees(pages):
    """The prose says which way each comparison goes: a new portfolio must not make it lie."""
    n = pages[L1].noms
    vous, agence, parts = n["vous"], n["agence"], n["parts"]
    ecarts = parts["vous"] - parts["agence"]
    assert ecarts["Transports"] > 0.03 and ecarts["Immobilier"] > 0.03 and ecarts["Construction"] == ecarts.min()
    assert vous["pnb"].median() < vous["pnb"].mean() < agence["pnb"].mean()
    mes_sources, leurs_sources = (
        t[["marge_depots", "marge_credits", "commissions"]].sum() / t["pnb"].sum() for t in (vous, agence)
    )
    assert (mes_sources > leurs_sources).tolist() == [True, False, False]
    assert (vous["taux_flux"] < 0.75).sum() == 3 and vous["taux_flux"].max() > 1
    montarvel = agence.loc["C00011"]
    assert (montarvel["raison_sociale"], montarvel["strategie"]) == ("Mécanique de Montarvel", "fidéliser")
    incidents = charger("incidents").query("id_client == 'C00011'")
    recents = incidents[incidents["date"] > n["jour"] - pd.DateOffset(years=1)]
    assert set(recents["type"]) == {"saisie"} and len(recents) == montarvel["incidents"]
    vidal = charger("incidents").query("id_client == 'C00009'")
    assert not set(vidal["type"]) & {"saisie", "interdit_bancaire"}, "exercise 4 says that they are all unpaid items"
    etapes = n["etape"][vous.index].value_counts(normalize=True)
    assert 0.67 < etapes["Plus de dix ans"] < 0.80 and etapes["Moins de trois ans"] < 0.1


def test_la_matrice_et_la_regle_de_priorite_donnent_les_cles_des_exercices(pages):
    page = pages[L1]
    _, formatif = page.champ("E9", "strategie")
    mots = {"développer": "developper", "fidéliser": "fideliser", "maintenir": "maintenir", "désengager": "desengager"}
    assert page.noms["huit"]["strategie"].map(mots).to_dict() == formatif.juste
    six = page.noms["six"]
    retenus = six[(six["strategie"] == "développer") & (six["incidents"] == 0)].nlargest(3, "pnb").index
    lettres = dict(zip(page.noms["SIX"], "abcdef", strict=True))
    assert sorted(lettres[nom] for nom in retenus) == sorted(page.cle("E10", "trois"))


def test_le_seuil_et_les_menus_du_simulateur_choisissent_les_clients(pages):
    simulateur = pages[L1].simulateur
    assert simulateur.prediction.verdict() == "tiers"
    assert "Clients retenus : 16 sur 37" in plate(simulateur.voir(seuil=2_000).phrase)
    developper = simulateur.voir(strategie="développer").tableau
    assert set(developper["Stratégie"]) == {"développer"} and set(developper["Incidents"]) == {0}
    assert len(developper) == 10 and developper["PNB (€)"].is_monotonic_decreasing
    assert "Aucun client" in simulateur.voir(strategie="désengager", seuil=5_000).phrase


def test_les_chiffres_du_plan(pages):
    n = pages[L2].noms
    assert n["objectifs"] == {"Équipements d'encaissement": 12, "Dossiers d'investissement": 9}
    assert n["besoin"] == {"Contacts": 100, "Rendez-vous": 40, "Offres": 20, "Ventes": 12}
    assert n["ouvres"] == [4, 5, 5, 4, 4, 4, 5, 4, 5, 5, 5, 5]
    assert (sum(n["heures"]), n["total"], n["manque"]) == tuple(map(pytest.approx, (163.625, 172.0, 8.375)))
    assert n["signes"] == 12, "the lesson says that nine loans a quarter are three quarters of the year"
    assert n["rdv_restants"] == 18


def test_le_vivier_compte_chaque_personne_une_fois_et_suit_les_regles_de_la_lecon_1(pages):
    n = pages[L2].noms
    a_investir, a_equiper = n["a_investir"], n["a_equiper"]
    assert not set(a_investir.index) & set(a_equiper.index)
    for liste in (a_investir, a_equiper):
        assert (liste["incidents"] == 0).all() and (liste["strategie"] != "désengager").all()
    assert "SCI" not in set(a_equiper["statut"]) and not n["contactables"]["raison_sociale"].str.startswith("SCI").any()
    assert set(a_investir.index) <= set(n["mal_equipes"].index), "the lesson says that one list holds the other"
    assert [len(a_equiper), n["n_prospects"], len(a_investir)] == [8, 76, 12]
    assert n["n_prospects"] > 9 * len(a_equiper), "the lesson says that the pool is nearly all prospects"


def test_la_promesse_est_le_vivier_au_taux_de_chaque_liste_et_l_ecart_est_dit(pages):
    n = pages[L2].noms
    equipements, dossiers = n["equipements"], n["dossiers"]
    assert n["esperees"] == {equipements: pytest.approx(8 * 0.12 + 76 * 6 / 158), dossiers: pytest.approx(12 * 0.15)}
    assert n["promises"] == {equipements: 3, dossiers: 1}
    assert all(n["promises"][ligne] <= n["esperees"][ligne] < n["objectifs"][ligne] for ligne in n["objectifs"])
    assert n["ecarts"] == {equipements: 9, dossiers: 8} and n["a_trouver"] == {equipements: 237, dossiers: 54}
    lue = plate(pages[L2].phrase())
    assert "Encaissement : 100 contacts pour 84 personnes, il en manque 16." in lue
    assert "Investissement : 60 contacts pour 12 personnes, il en manque 48." in lue
    assert n["objectifs"][dossiers] - n["par_trimestre"] == 6, "the gap that the pace of last year leaves"


def test_le_plan_de_l_exemple_suit_ses_propres_regles(pages):
    """No more contacts than people, every date after its delay, and the sales that were promised: no more, no less."""
    n = pages[L2].noms
    contacts, actions = n["contacts_plan"], n["actions_plan"]
    assert contacts.sum().to_dict() == {nom: nombre for nom, (_, nombre, _) in n["LISTES"].items()}
    assert n["ventes_plan"].iloc[-1].astype(int).to_dict() == n["promises"]
    assert all(c <= d for c, d in zip(n["charges_plan"], n["heures"], strict=True))
    for nom, (ligne, *_) in n["LISTES"].items():
        derniere = n["SEMAINES"] - n["APRES_CONTACT"] - n["APRES_RDV"][ligne] - n["APRES_OFFRE_SIGNATURE"]
        assert derniere == {n["equipements"]: 8, n["dossiers"]: 6}[ligne], "the lesson says these two weeks"
        assert not contacts[nom].iloc[derniere:].any(), "a contact that cannot be signed in time"
    assert (actions >= 0).all(axis=None)
    assert int(actions["Relances"].sum()) == int(n["offres_plan"].iloc[-1].sum()), "every offer is followed up"


def test_le_mi_parcours_est_celui_du_plan(pages):
    n = pages[L2].noms
    a_equiper = n["a_equiper_plan"]
    assert n["MI_PARCOURS"] == "S6"
    assert n["prevu"]["Contacts"] == n["contacts_plan"][a_equiper].iloc[:6].sum(axis=None)
    assert n["prevu"] == {"Contacts": 60, "Rendez-vous": 16, "Offres": 8, "Ventes": 1}
    prevu, realise = n["entonnoir"](n["prevu"])["taux_etape"], n["entonnoir"](n["realise"])["taux_etape"]
    assert (realise >= prevu).tolist() == [True, False, True, True], "only one stage lags"
    assert n["realise"]["Ventes"] == n["prevu"]["Ventes"] and n["realise"]["Contacts"] > n["prevu"]["Contacts"]


def test_la_liste_de_la_collegue_ne_suffit_que_si_l_etape_est_corrigee(pages):
    n = pages[L2].noms
    assert n["au_taux_prevu"] <= n["rdv_de_la_liste"] < n["rdv_restants"]
    assert n["realise_h"]["Contacts"] < n["liste_h"] and sum(n["contacts_s"]) <= n["liste_s"]


def test_le_plan_a_relire_a_trois_incoherences_et_trois_seulement(pages):
    n = pages[L2].noms
    depasse = [c > d for c, d in zip(n["charges_s"], n["dispo_s"], strict=True)]
    assert depasse == [False, False, True, False, False, False]
    a_temps = sum(n["contacts_s"][:-1])
    assert (a_temps, sum(n["rdv_s"])) == (n["besoin_s"]["Contacts"], n["besoin_s"]["Rendez-vous"])
    # No appointment before the contact that gives it: one in two, the next week at the earliest.
    for rang in range(1, len(n["rdv_s"])):
        assert sum(n["rdv_s"][: rang + 1]) <= sum(n["contacts_s"][:rang]) / 2
    assert n["contacts_s"][-1] and not n["rdv_s"][-1] and not any(n["relances_s"])


def test_le_calendrier_a_remplir_n_a_qu_une_semaine_en_trop_et_qu_un_remede(pages):
    page = pages[L2]
    n, (_, formatif) = page.noms, page.champ("E8", "calendrier")
    etats = {f"{s}.etat": "depasse" if n["charge_q"][s] > n["dispo_q"][s] else "tient" for s in n["QUATRE"]}
    assert etats == formatif.juste
    contact, rdv, charge, dispo = n["HEURES_CONTACT"], n["HEURES_RDV"], n["charge_q"], n["dispo_q"]
    assert charge["s1"] + 4 * contact <= dispo["s1"] and charge["s2"] - 4 * contact <= dispo["s2"]
    assert charge["s3"] + rdv > dispo["s3"]


def test_le_simulateur_de_charge_dit_ce_que_les_questions_font_chercher(pages):
    simulateur = pages[L2].simulateur
    assert simulateur.prediction.verdict() == "plus"

    def lire(**reglages):
        return plate(simulateur.voir(**reglages).phrase)

    assert "100 contacts, 40 rendez-vous et 20 offres" in lire()
    assert "il manque 8,4 h" in lire() and "dépassement : 5 sur 12" in lire()
    assert "il reste" in lire(rdv=62) and "il manque" in lire(rdv=60)
    assert "il reste" in lire(offre=57) and "dépassement : 5 sur 12" in lire(offre=57)
    assert "dépassement : 0 sur 12" in lire(offre=57, selon_jours=True)
    assert "il manque" in lire(offre=54) and "il reste" in lire(heures_plan=18.5)
