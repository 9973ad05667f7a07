"""Graded scenarios as they are shipped: rich enough, not to be guessed, and fair to each way of playing them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from rncp_utils.credit import tableau_amortissement
from rncp_utils.entretien import charger_scenario
from rncp_utils.entretien.graphe import parcourir
from rncp_utils.entretien.indicateurs import calculer_indicateurs
from rncp_utils.entretien.modele import Scenario
from rncp_utils.entretien.moteur import choix_offerts, demarrer, dire
from rncp_utils.entretien.verite import Annotation
from tests.entretien.parties import textes

DEPOT = Path(__file__).parents[2]
DEVOIRS = sorted(chemin.parent.name for chemin in (DEPOT / "source").glob("*/scenario.yaml"))


@pytest.fixture(scope="module", params=DEVOIRS)
def scenario(request) -> Scenario:
    dossier = DEPOT / "source" / request.param
    return charger_scenario(dossier / "scenario.yaml", verite=dossier / "verite.yaml")


def jouer(scenario: Scenario, preferer: Callable[[Annotation], float]):
    """Indicators of somebody who always says what they prefer among what is offered."""
    situation = demarrer(scenario)
    while scenario.noeud(situation.noeud).choix:
        noeud = situation.noeud
        offerts = choix_offerts(scenario, situation)
        dit = max(offerts, key=lambda c: preferer(scenario.verite.annotation(noeud, c.id)))
        situation = dire(scenario, situation, dit.id)
    return calculer_indicateurs(situation, scenario)


def test_il_y_a_un_scenario_note():
    assert DEVOIRS


def test_le_dialogue_est_assez_riche(scenario):
    avec_choix = [noeud for noeud in scenario.noeuds if noeud.choix]
    assert len(avec_choix) >= 8
    assert all(len(noeud.choix) >= 3 for noeud in avec_choix)
    assert scenario.usage == "sommatif" and len(scenario.verite.pieges) >= 3


def test_chaque_piege_peut_etre_commis_et_chaque_replique_dite(scenario):
    dits = parcourir(scenario).choix
    assert dits == {(noeud.id, choix.id) for noeud in scenario.noeuds for choix in noeud.choix}
    assert {tuple(choix.split(".")) for piege in scenario.verite.pieges for choix in piege.choix} <= dits


def test_la_meilleure_reponse_ne_se_devine_ni_a_sa_place_ni_a_sa_longueur(scenario):
    modele = dict(pas.split(".") for pas in scenario.verite.parcours_modele)
    noeuds = [noeud for noeud in scenario.noeuds if noeud.id in modele]
    assert max(Counter(modele.values()).values()) <= len(noeuds) / 2
    assert sum(noeud.choix[0].id == modele[noeud.id] for noeud in noeuds) <= len(noeuds) / 3
    plus_longs = sum(max(noeud.choix, key=lambda c: len(c.texte)).id == modele[noeud.id] for noeud in noeuds)
    assert plus_longs <= len(noeuds) / 2


def test_la_langue_est_tenue(scenario):
    assert [t for t in textes(scenario) if re.search(r"[!]|\b(tu|toi|ton|tes)\b|  ", t)] == []


def test_qui_ne_pose_que_des_questions_fermees_apprend_peu(scenario):
    lus = jouer(scenario, lambda note: (note.type == "fermee") - 2 * (note.type == "ouverte") - bool(note.rouge))
    assert lus["I2"].part == 0
    assert lus["I1"].part < 0.6


def test_qui_propose_trop_tot_perd_la_conduite(scenario):
    lus = jouer(scenario, lambda note: 3 * note.prematuree + (note.type == "proposition"))
    assert lus["I5"].part < 1
    assert lus["I3"].part < 1


def test_qui_promet_ce_qui_n_est_pas_a_lui_est_signale_a_l_expert(scenario):
    lus = jouer(scenario, lambda note: bool(note.rouge))
    assert lus["I6"].part == 0
    assert lus["I6"].alerte


def test_les_chiffres_de_sophie_se_recalculent():
    dossier = DEPOT / "source" / "B2-MES"
    s2 = charger_scenario(dossier / "scenario.yaml", verite=dossier / "verite.yaml")
    dit = " ".join([*textes(s2), s2.verite.resume]).replace("\xa0", " ")
    mois = float(tableau_amortissement(215_000, 0.039, 240)["echeance_hors_assurance"].iloc[0])
    assert f"{mois:,.2f} €".replace(",", " ").replace(".", ",") in dit
    annuite = round(12 * mois)
    for montant in (185_000 + 14_800 + 40_000, annuite, annuite + 1_900 - 13_800, 3_900 - 1_750):
        assert f"{montant:,} €".replace(",", " ") in dit, montant
    assert 239_800 - 215_000 == 24_800
