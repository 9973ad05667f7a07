"""Scenario S7, a prospecting call: its words, what it lets somebody discover, what ways of playing it are worth."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from rncp_utils.entretien import Scenario, charger_scenario, jouer
from rncp_utils.entretien.graphe import parcourir
from rncp_utils.entretien.pages import bilan
from tests.entretien.parties import joueur, mesurer, textes

CODES = ("I1", "I2", "I3", "I4", "I5", "I6")
TOUS = dict.fromkeys(CODES, 1.0)
# What the lesson calls twenty seconds: a hundred and fifty words a minute.
MOTS_EN_VINGT_SECONDES = 50


@pytest.fixture(scope="module")
def s7() -> Scenario:
    return charger_scenario("S7")


def parts(s7: Scenario, choix: list[str]) -> dict[str, float]:
    return {code: indicateur.part for code, indicateur in mesurer(s7, choix).items()}


def test_le_dialogue_est_assez_riche(s7):
    avec_choix = [noeud for noeud in s7.noeuds if noeud.choix]
    assert len(avec_choix) >= 12
    assert all(4 <= len(noeud.choix) <= 5 for noeud in avec_choix)


def test_chaque_noeud_et_chaque_replique_peuvent_etre_atteints(s7):
    parcours = parcourir(s7)
    assert parcours.noeuds == {noeud.id for noeud in s7.noeuds}
    assert parcours.choix == {(noeud.id, choix.id) for noeud in s7.noeuds for choix in noeud.choix}


def test_chaque_ligne_rouge_et_chaque_piege_peut_etre_franchi(s7):
    dits = parcourir(s7).choix
    annotations = {(n, c): note for n, noeud in s7.verite.noeuds.items() for c, note in noeud.choix.items()}
    rouges = {note.rouge for cle, note in annotations.items() if note.rouge and cle in dits}
    assert rouges == {"promesse", "sante", "secret", "pression", "dissimulation", "hors_role", "interdit"}
    signaux = {signal for note in annotations.values() for signal in note.signaux}
    assert signaux == {"jargon", "denigrement", "jugement", "minimisation", "catalogue", "vague"}
    assert {tuple(choix.split(".")) for piege in s7.verite.pieges for choix in piege.choix} <= dits


def test_chaque_information_et_chaque_besoin_se_trouvent_quelque_part(s7):
    donnees = {i for noeud in s7.verite.noeuds.values() for note in noeud.choix.values() for i in note.informations}
    assert donnees == {information.id for information in s7.verite.informations}
    assert {besoin.id for besoin in s7.verite.besoins_latents} == {"retenue", "delai", "fourgon"}


def test_une_accroche_tient_en_vingt_secondes(s7):
    for noeud, annote in s7.verite.noeuds.items():
        for choix, note in annote.choix.items():
            if note.type == "cadre":
                assert len(s7.noeud(noeud).choix_de(choix).texte.split()) <= MOTS_EN_VINGT_SECONDES


def test_l_appel_suit_le_courrier(s7):
    """The learner knows that a letter was sent, and says so when asked where the number comes from."""
    assert "courrier de l'action est parti lundi" in s7.brief_apprenant
    cadre = s7.noeud("N2").choix_de("c").texte
    assert "annuaire" in cadre and "je vous ai écrit lundi" in cadre and "Si vous ne voulez plus d'appel" in cadre


def test_aucune_replique_n_est_contenue_dans_une_autre_du_meme_noeud(s7):
    """A page finds a reply by its words."""
    for noeud in s7.noeuds:
        for choix in noeud.choix:
            assert sum(choix.texte in autre.texte for autre in noeud.choix) == 1, (noeud.id, choix.id)


def test_la_meilleure_reponse_ne_se_devine_ni_a_sa_place_ni_a_sa_longueur(s7):
    modele = dict(pas.split(".") for pas in s7.verite.parcours_modele)
    noeuds = [noeud for noeud in s7.noeuds if noeud.id in modele]
    assert sum(noeud.choix[0].id == modele[noeud.id] for noeud in noeuds) <= len(noeuds) / 3
    assert max(Counter(modele.values()).values()) <= len(noeuds) / 2
    plus_longs = sum(max(noeud.choix, key=lambda c: len(c.texte)).id == modele[noeud.id] for noeud in noeuds)
    assert plus_longs <= len(noeuds) / 2


def test_la_confiance_ne_designe_pas_les_repliques_rouges(s7):
    par_effet: dict[int, set[bool]] = {}
    for noeud in s7.noeuds:
        for choix in noeud.choix:
            rouge = s7.verite.annotation(noeud.id, choix.id).rouge is not None
            par_effet.setdefault(choix.confiance, set()).add(rouge)
    assert par_effet[1] == par_effet[0] == par_effet[-1] == {True, False}


def test_la_langue_est_tenue(s7):
    for texte in textes(s7):
        assert not re.search(r"[!]|\b(tu|tes)\b|(?<!ce )\bton\b", texte), texte
        assert "  " not in texte


def test_le_bon_appel_obtient_tous_les_points_et_le_rendez_vous(s7):
    modele = [pas.split(".")[1] for pas in s7.verite.parcours_modele]
    lus = mesurer(s7, modele)
    assert {code: indicateur.part for code, indicateur in lus.items()} == TOUS
    assert (lus["I2"].valeur, lus["I4"].valeur) == (2 / 3, 1)
    assert jouer(s7, modele).noeud == "F1"


def test_un_autre_bon_appel_existe(s7):
    """Another frame, another question, another reformulation, another way to the date."""
    autre = list("abcbcbcbbabcb")
    assert parts(s7, autre) == TOUS
    assert jouer(s7, autre).noeud == "F1"


def test_une_date_de_rappel_suffit_a_conclure_quand_le_rendez_vous_n_est_pas_pris(s7):
    rappel = list("dbcbdacddabeb")
    assert parts(s7, rappel)["I5"] == 1
    assert jouer(s7, list("dbcbdacddaaeb")).noeud == "F2", "no appointment was agreed on"


def test_qui_vend_au_telephone_perd_la_conduite_et_tombe_dans_le_piege(s7):
    choix = joueur(s7, lambda note: (note.rouge is not None, not note.prematuree, note.type != "ouverte"))
    lus = mesurer(s7, choix)
    assert "solution proposée, et jamais avant la découverte" in lus["I5"].manques
    page = bilan(s7, jouer(s7, choix)).replace("\xa0", " ")
    assert "solution proposée trop tôt" in page and "La vente au téléphone</strong> (✖ non" in page


def test_qui_promet_un_credit_appelle_le_regard_de_l_expert(s7):
    choix = joueur(s7, lambda note: (note.rouge != "promesse", note.rouge is not None, note.type != "ouverte"))
    lus = mesurer(s7, choix)
    assert (lus["I6"].valeur, lus["I6"].part, lus["I6"].alerte) == (3, 0, True)


def test_qui_ne_pose_que_des_questions_fermees_apprend_peu(s7):
    choix = joueur(s7, lambda note: (note.rouge is not None, note.type != "fermee", bool(note.signaux)))
    lus = mesurer(s7, choix)
    assert lus["I2"].part == 0
    assert lus["I1"].valeur < 0.6 and lus["I4"].valeur < 0.5


def test_une_replique_rouge_suffit_a_perdre_la_conformite(s7):
    for fautif in ("dbcbdacddadca", "dbcbdacddadcc", "daabdacddadcb"):
        assert parts(s7, list(fautif))["I6"] == 0, fautif


def test_le_fourgon_ne_se_raconte_qu_a_qui_a_ecoute(s7):
    """The same two words, asked before any trust, get nothing: the need stays hidden."""
    froid = jouer(s7, list("acdabac"))
    assert froid.tours[-1].reticent
    chaud = jouer(s7, list("dbcbdac"))
    assert not chaud.tours[-1].reticent


def test_qui_presse_ou_ruse_entend_raccrocher(s7):
    assert jouer(s7, list("cad")).noeud == "F3"
    choix = joueur(s7, lambda note: (not (note.signaux or note.rouge), note.rouge == "promesse"))
    assert jouer(s7, choix).noeud == "F3"


def test_le_rendez_vous_sans_objet_ni_confirmation_ne_compte_pas(s7):
    vague = list("dbcbdacddbdab")
    assert jouer(s7, vague).noeud == "F2"
    assert parts(s7, vague)["I5"] < 1
