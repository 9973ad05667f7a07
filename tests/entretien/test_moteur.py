"""The state machine: what is offered, what it changes, and that it always ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.entretien import charger_scenario, choix_offerts, demarrer, dire, jouer
from rncp_utils.entretien.modele import CONFIANCE_MAX, CONFIANCE_MIN
from rncp_utils.entretien.moteur import clore, replique_du_client
from rncp_utils.erreurs import ErreurRegle

S1 = charger_scenario("S1")


@st.composite
def parcours(draw, scenario=S1):
    """A situation reached by valid choices, from the first word to any later moment."""
    situation = demarrer(scenario)
    for _ in range(draw(st.integers(0, len(scenario.noeuds)))):
        offerts = choix_offerts(scenario, situation)
        if not offerts:
            break
        situation = dire(scenario, situation, draw(st.sampled_from(offerts)).id)
    return situation


@given(parcours())
def test_toute_suite_de_choix_offerts_reste_dans_un_etat_valide_et_se_termine(situation):
    assert situation.noeud in S1.par_id
    assert CONFIANCE_MIN <= situation.confiance <= CONFIANCE_MAX
    assert len(situation.tours) < len(S1.noeuds)
    offerts = choix_offerts(S1, situation)
    assert len(offerts) == 0 if not S1.noeud(situation.noeud).choix else 3 <= len(offerts) <= 5


@given(parcours())
def test_rejouer_les_memes_choix_donne_la_meme_situation(situation):
    assert jouer(S1, [choix for _, choix in situation.suite]) == situation


@given(parcours(), st.text(max_size=8))
def test_un_choix_qui_n_est_pas_offert_est_refuse(situation, choix):
    offerts = {offert.id for offert in choix_offerts(S1, situation)}
    if choix not in offerts:
        with pytest.raises(ErreurRegle, match="n'est pas proposée"):
            dire(S1, situation, choix)


def test_la_confiance_ouvre_une_confidence_et_son_manque_la_retient(t1):
    ouverte = jouer(t1, ["b", "a"])
    assert not ouverte.tours[-1].reticent
    assert replique_du_client(t1, ouverte.tours[-1]) == "Tout va bien."
    assert ouverte.reperes == {"r1"}
    retenue = jouer(t1, ["c", "a"])
    assert retenue.tours[-1].reticent
    assert replique_du_client(t1, retenue.tours[-1]) == "Non."
    assert retenue.reperes == frozenset()


def test_un_choix_conditionnel_n_est_offert_qu_a_qui_a_le_repere(t1):
    assert [c.id for c in choix_offerts(t1, jouer(t1, ["b", "a", "b"]))] == ["a", "b", "c", "d"]
    assert [c.id for c in choix_offerts(t1, jouer(t1, ["b", "b", "b"]))] == ["a", "b", "c"]


def test_la_premiere_sortie_dont_la_condition_tient_est_prise(t1):
    assert jouer(t1, ["b", "b", "c"]).noeud == "N3"
    assert jouer(t1, ["c", "b", "c"]).noeud == "F"


def test_la_confiance_reste_entre_ses_bornes(s1):
    modele = [pas.split(".")[1] for pas in s1.verite.parcours_modele]
    assert jouer(s1, modele).confiance == CONFIANCE_MAX
    assert max(tour.confiance for tour in jouer(s1, modele).tours) == CONFIANCE_MAX


def test_un_entretien_clos_n_offre_plus_rien(s1):
    situation = clore(jouer(s1, ["c"]))
    assert choix_offerts(s1, situation) == []
    with pytest.raises(ErreurRegle):
        dire(s1, situation, "a")
    with pytest.raises(ErreurRegle, match="déjà clos"):
        clore(situation)
    assert jouer(s1, ["c", "clore"]).suite == situation.suite


def test_dire_ne_change_pas_la_situation_de_depart(s1):
    depart = demarrer(s1)
    dire(s1, depart, "c")
    assert depart == demarrer(s1)
