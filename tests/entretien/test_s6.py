"""Scenario S6: its figures, its words, what it lets somebody discover, what three ways of playing it are worth."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from rncp_utils.donnees import cas
from rncp_utils.entretien import Scenario, charger_scenario, jouer
from rncp_utils.entretien.graphe import parcourir
from rncp_utils.entretien.pages import bilan
from tests.entretien.parties import joueur, mesurer, textes

CODES = ("I1", "I2", "I3", "I4", "I5", "I6")


@pytest.fixture(scope="module")
def s6() -> Scenario:
    return charger_scenario("S6")


def test_le_dialogue_est_assez_riche(s6):
    avec_choix = [noeud for noeud in s6.noeuds if noeud.choix]
    assert len(avec_choix) >= 12
    assert all(4 <= len(noeud.choix) <= 5 for noeud in avec_choix)


def test_chaque_noeud_et_chaque_replique_peuvent_etre_atteints(s6):
    parcours = parcourir(s6)
    assert parcours.noeuds == {noeud.id for noeud in s6.noeuds}
    assert parcours.choix == {(noeud.id, choix.id) for noeud in s6.noeuds for choix in noeud.choix}


def test_les_six_themes_et_les_quatre_besoins_latents_y_sont(s6):
    assert len(s6.verite.themes) == 6
    assert {besoin.id for besoin in s6.verite.besoins_latents} == {"stock", "delais", "associee", "assurance"}


def test_chaque_sorte_de_faute_rouge_et_chaque_piege_peut_etre_commis(s6):
    dits = parcourir(s6).choix
    annotations = {(n, c): note for n, noeud in s6.verite.noeuds.items() for c, note in noeud.choix.items()}
    rouges = {note.rouge for cle, note in annotations.items() if note.rouge and cle in dits}
    assert rouges == {"promesse", "sante", "secret", "pression", "dissimulation", "hors_role", "interdit"}
    signaux = {signal for note in annotations.values() for signal in note.signaux}
    assert signaux == {"jargon", "denigrement", "jugement", "minimisation", "catalogue", "vague"}
    assert {tuple(choix.split(".")) for piege in s6.verite.pieges for choix in piege.choix} <= dits


def test_les_chiffres_dits_sont_ceux_du_cas(s6):
    """CAS-04: each amount of the dialogue comes from the case, and each of the case's is said somewhere."""
    garage = cas("CAS-04")
    n, avant, encore_avant = (garage.exercices[annee] for annee in ("N", "N-1", "N-2"))
    compte, foyer, projet = garage.comptes[0], garage.foyer, garage.projets[0]
    revenus = {revenu.libelle: revenu.montants["N"] for revenu in foyer.revenus}
    soldes = compte.soldes_mensuels["N"]
    du_cas = {
        n["FL"],
        avant["FL"],
        encore_avant["FL"],
        n["BT"],
        n["BX"],
        compte.autorisation,
        -min(soldes),
        projet.apport,
        sum(projet.besoins.values()),
        revenus["Rémunération de gérance"],
        revenus["Dividendes"],
        garage.mouvements["N-1"].dividendes,
        revenus["Salaire de la conjointe"],
        foyer.charges[0].mensualites["N"],
    }
    # The amounts of the request itself, and what the client foresees for next year, are his words.
    demandes = {60_000, 80_000}
    dit = " ".join([*textes(s6), s6.brief_apprenant, s6.verite.resume, *(i.libelle for i in s6.verite.informations)])
    # An amount that is said with another is sometimes left without its unit.
    lus = {int(re.sub(r"\s", "", nombre)) for nombre in re.findall(r"\d{1,3}(?:\s\d{3})+|\b\d{3,}\b", dit)}
    assert lus <= du_cas | demandes
    assert du_cas <= lus
    assert soldes.index(min(soldes)) == 5, "at the end of June"
    assert sum(solde < 0 for solde in soldes) == 11, "eleven month-ends out of twelve"
    assert [mois for mois, solde in enumerate(soldes, start=1) if -solde > compte.autorisation] == [5, 6]
    assert list(soldes[:6]) == sorted(soldes[:6], reverse=True) and list(soldes[5:]) == sorted(soldes[5:])
    assert (garage.dirigeants[0].age, garage.effectif_salarie) == (52, 6)


def test_la_meilleure_reponse_ne_se_devine_ni_a_sa_place_ni_a_sa_longueur(s6):
    modele = dict(pas.split(".") for pas in s6.verite.parcours_modele)
    noeuds = [noeud for noeud in s6.noeuds if noeud.id in modele]
    assert sum(noeud.choix[0].id == modele[noeud.id] for noeud in noeuds) <= len(noeuds) / 3
    assert max(Counter(modele.values()).values()) <= len(noeuds) / 2
    plus_longs = sum(max(noeud.choix, key=lambda c: len(c.texte)).id == modele[noeud.id] for noeud in noeuds)
    assert plus_longs <= len(noeuds) / 2


def test_la_confiance_ne_designe_pas_les_repliques_rouges(s6):
    par_effet: dict[int, set[bool]] = {}
    for noeud in s6.noeuds:
        for choix in noeud.choix:
            rouge = s6.verite.annotation(noeud.id, choix.id).rouge is not None
            par_effet.setdefault(choix.confiance, set()).add(rouge)
    assert par_effet[1] == par_effet[0] == par_effet[-1] == {True, False}


def test_la_langue_est_tenue(s6):
    for texte in textes(s6):
        assert not re.search(r"[!]|\b(tu|toi|tes)\b|(?<!ce )\bton\b", texte), texte
        assert "  " not in texte


def test_la_bonne_conseillere_obtient_tous_les_points(s6):
    lus = mesurer(s6, [pas.split(".")[1] for pas in s6.verite.parcours_modele])
    assert {code: indicateur.part for code, indicateur in lus.items()} == dict.fromkeys(CODES, 1.0)
    assert (lus["I2"].valeur, lus["I1"].valeur) == (5 / 7, 29 / 34)


def test_un_autre_bon_parcours_existe(s6):
    """Several ways are good: other questions, the other reformulation."""
    lus = mesurer(s6, list("cbacbdbacbdbdbc"))
    assert {code: indicateur.part for code, indicateur in lus.items()} == dict.fromkeys(CODES, 1.0)


def test_qui_ne_pose_que_des_questions_fermees_apprend_peu(s6):
    choix = joueur(s6, lambda note: (note.rouge is not None, note.type != "fermee", note.type != "proposition"))
    lus = mesurer(s6, choix)
    assert lus["I2"].part == 0 and "trop de questions fermées" in lus["I2"].explication
    assert lus["I4"].valeur == 0
    assert 0.2 <= lus["I1"].valeur <= 0.5
    assert lus["I6"].part == 1


def test_qui_propose_trop_tot_perd_la_conduite_et_la_reformulation(s6):
    choix = joueur(s6, lambda note: (note.rouge is not None, not note.prematuree, note.type != "ouverte"))
    lus = mesurer(s6, choix)
    assert lus["I3"].part == 0
    assert "solution proposée, et jamais avant la découverte" in lus["I5"].manques
    page = bilan(s6, jouer(s6, choix)).replace("\xa0", " ")
    assert "solution proposée trop tôt" in page and "Le chiffre demandé pris pour le besoin</strong> (✖ non" in page


def test_qui_promet_ce_qui_n_est_pas_a_lui_appelle_le_regard_de_l_expert(s6):
    choix = joueur(s6, lambda note: (note.rouge != "promesse", note.rouge is not None, note.type != "ouverte"))
    lus = mesurer(s6, choix)
    assert (lus["I6"].valeur, lus["I6"].part, lus["I6"].alerte) == (3, 0, True)
    assert lus["I6"].preuves == (1, len(choix) - 2, len(choix))
    assert "« Prêt à signer » annonce un accord" in bilan(s6, jouer(s6, choix)).replace("\xa0", " ")


def test_qui_ne_pose_que_des_questions_ouvertes_ne_valide_rien(s6):
    choix = joueur(s6, lambda note: (note.type != "ouverte", note.rouge is not None, note.type == "fermee"))
    assert mesurer(s6, choix)["I2"].part == 0


def test_l_associee_ne_se_raconte_qu_a_qui_a_la_confiance(s6):
    """The same words, asked before any trust, get nothing: the need stays hidden."""
    froid = jouer(s6, list("abcabdb"))
    assert froid.tours[-1].reticent
    chaud = jouer(s6, list("cdadbdb"))
    assert not chaud.tours[-1].reticent


def test_qui_blesse_le_client_le_voit_partir(s6):
    choix = joueur(s6, lambda note: (not (note.signaux or note.rouge), note.rouge == "promesse"))
    assert jouer(s6, choix).noeud == "F3"
