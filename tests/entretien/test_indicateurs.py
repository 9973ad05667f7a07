"""The six indicators: their thresholds, and what four ways of conducting S1 are worth."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.entretien import (
    Scenario,
    baremer,
    calculer_indicateurs,
    charger_scenario,
    choix_offerts,
    demarrer,
    dire,
)
from rncp_utils.entretien.verite import CODES
from rncp_utils.erreurs import ErreurDonnees
from tests.entretien.parties import joueur, mesurer

S1 = charger_scenario("S1")
POIDS = {"I1": 4, "I2": 3, "I3": 3, "I4": 2, "I5": 3, "I6": 3}


def parts(scenario, choix):
    return {code: indicateur.part for code, indicateur in mesurer(scenario, choix).items()}


@given(st.lists(st.integers(0, 4), max_size=20))
def test_les_indicateurs_et_les_points_restent_dans_leurs_bornes(rangs):
    situation = demarrer(S1)
    for rang in rangs:
        offerts = choix_offerts(S1, situation)
        if not offerts:
            break
        situation = dire(S1, situation, offerts[rang % len(offerts)].id)
    indicateurs = calculer_indicateurs(situation, S1)
    assert tuple(indicateurs) == CODES
    for indicateur in indicateurs.values():
        assert 0 <= indicateur.part <= 1
        assert math.isfinite(indicateur.valeur)
        assert indicateur.explication.endswith(".")
        assert all(1 <= rang <= len(situation.tours) for rang in indicateur.preuves)
    points = baremer(indicateurs, POIDS)
    assert isinstance(points, float)
    assert 0 <= points <= sum(POIDS.values())


def test_un_entretien_vide_ne_rapporte_rien(s1):
    assert baremer(calculer_indicateurs(demarrer(s1), s1), POIDS) == 0.0


@pytest.mark.parametrize("choix", ["a", "b", "c", "d"])
def test_une_seule_replique_ne_rapporte_que_le_cadre(s1, choix):
    assert baremer(mesurer(s1, [choix, "clore"]), POIDS) == (1.0 if choix == "c" else 0.0)


def test_la_bonne_conseillere_obtient_tous_les_points(s1):
    modele = [pas.split(".")[1] for pas in s1.verite.parcours_modele]
    indicateurs = mesurer(s1, modele)
    assert baremer(indicateurs, POIDS) == 18.0
    assert indicateurs["I2"].valeur == 7 / 9
    assert indicateurs["I1"].valeur == 33 / 36
    assert not any(indicateur.alerte for indicateur in indicateurs.values())


def test_qui_ne_pose_que_des_questions_fermees_apprend_peu(s1):
    choix = joueur(s1, lambda note: (note.rouge is not None, note.type != "fermee", note.type != "proposition"))
    indicateurs = mesurer(s1, choix)
    assert indicateurs["I2"].part == 0
    assert indicateurs["I4"].valeur == 0
    assert 0.2 <= indicateurs["I1"].valeur <= 0.5
    assert 0 <= baremer(indicateurs, POIDS) <= 6


def test_qui_propose_trop_tot_perd_la_conduite_et_la_reformulation(s1):
    choix = joueur(s1, lambda note: (note.rouge is not None, not note.prematuree, note.type != "ouverte"))
    indicateurs = mesurer(s1, choix)
    assert indicateurs["I3"].part == 0
    assert indicateurs["I5"].part <= 1 / 3
    assert "solution proposée, et jamais avant la découverte" in indicateurs["I5"].manques
    assert baremer(indicateurs, POIDS) <= 9


def test_qui_promet_ce_qui_n_est_pas_a_lui_appelle_le_regard_de_l_expert(s1):
    choix = joueur(s1, lambda note: (note.rouge != "promesse", note.rouge is not None, note.type != "ouverte"))
    indicateurs = mesurer(s1, choix)
    assert indicateurs["I6"].valeur == 3
    assert indicateurs["I6"].part == 0
    assert indicateurs["I6"].alerte
    assert indicateurs["I6"].preuves == (1, len(choix) - 2, len(choix))
    assert baremer(indicateurs, POIDS) <= 12


def test_qui_ne_pose_que_des_questions_ouvertes_ne_valide_rien(s1):
    choix = joueur(s1, lambda note: (note.type != "ouverte", note.rouge is not None, note.type == "fermee"))
    assert mesurer(s1, choix)["I2"].part == 0


def test_une_seule_replique_rouge_annule_la_conformite_sans_alerte(t1):
    lus = mesurer(t1, ["b", "a", "b", "d", "c", "b"])
    assert (lus["I6"].valeur, lus["I6"].part, lus["I6"].alerte) == (1, 0, False)
    lus = mesurer(t1, ["b", "a", "b", "d", "c", "c"])
    assert (lus["I6"].valeur, lus["I6"].part, lus["I6"].alerte) == (2, 0, True)


@pytest.mark.parametrize(
    ("choix", "taux", "part"),
    [("ba", 4 / 5, 1.0), ("bbb", 2 / 5, 0.5), ("bb", 1 / 5, 0.0), ("ca", 0.0, 0.0)],
)
def test_la_couverture_est_pleine_a_80_et_nulle_sous_40_pour_cent(t1, choix, taux, part):
    lu = mesurer(t1, choix)["I1"]
    assert (lu.valeur, lu.part) == (taux, part)


@pytest.mark.parametrize(
    ("plein", "partiel", "part"),
    [
        ([0.5, 0.8], [0.4, 0.9], 1.0),
        ([0.2, 0.5], [0.1, 0.9], 1.0),
        ([0.6, 0.8], [0.5, 0.9], 0.5),
        ([0.2, 0.4], [0.1, 0.5], 0.5),
        ([0.6, 0.8], [0.55, 0.9], 0.0),
        ([0.2, 0.3], [0.1, 0.4], 0.0),
    ],
)
def test_le_questionnement_compte_les_bornes(public, cachee, plein, partiel, part):
    """One open and one closed question in the discovery: 50 %."""
    cachee["seuils"]["questionnement"] = {"plein": plein, "partiel": partiel}
    # Not through the loader: under these thresholds the model path would not be perfect.
    scenario = Scenario.model_validate(public | {"verite": cachee})
    lu = mesurer(scenario, "baa")["I2"]
    assert (lu.valeur, lu.part) == (0.5, part)


@pytest.mark.parametrize(
    ("choix", "faits", "part"),
    [
        ("babd", 3, 1.0),  # three facts that were said
        ("babb", 2, 0.5),  # three, less a wrong one
        ("baad", 0, 0.0),  # the third was never said: too early
        ("bbba", 0, 0.0),  # nothing was put in other words
    ],
)
def test_la_reformulation_ne_compte_que_les_faits_dits(t1, choix, faits, part):
    lu = mesurer(t1, choix)["I3"]
    assert (lu.valeur, lu.part) == (faits, part)


def test_une_reformulation_apres_une_proposition_ne_compte_pas(s1):
    choix = ["c", "d", "b", "c", "b", "b", "a", "d", "b", "a", "b", "c", "a"]
    lu = mesurer(s1, choix)["I3"]
    assert lu.part == 0
    assert lu.preuves == (13,)
    assert "avant toute solution" in lu.explication


def test_une_information_retenue_faute_de_confiance_n_est_pas_apprise(t1):
    assert mesurer(t1, "ca")["I1"].valeur == 0
    assert mesurer(t1, "ba")["I4"].part == 1


def test_une_proposition_avant_d_en_savoir_assez_est_prematuree(t1):
    """In N3 the same proposal is in time for who knows two things, and too early for who knows one."""
    assert mesurer(t1, "babc")["I5"].manques == ("suite datée",)
    assert "solution proposée, et jamais avant la découverte" in mesurer(t1, "bbac")["I5"].manques


def test_l_explication_ne_nomme_rien_de_cache(t1):
    for choix in ("babdbb", "ccaacc", "a"):
        for indicateur in mesurer(t1, choix).values():
            assert "secret" not in indicateur.explication


def test_sans_verite_rien_n_est_evalue(public, ecrire):
    scenario = charger_scenario(ecrire(public, "scenario.yaml"))
    with pytest.raises(ErreurDonnees, match="sans sa vérité cachée"):
        calculer_indicateurs(demarrer(scenario), scenario)


@pytest.mark.parametrize("poids", [{"I7": 1}, {"I1": -1}, {"I1": math.nan}, {"I1": math.inf}])
def test_un_bareme_impossible_est_refuse(s1, poids):
    with pytest.raises(ErreurDonnees, match="donnez un nombre positif à l'un de I1, I2"):
        baremer(calculer_indicateurs(demarrer(s1), s1), poids)
