"""Scenario S1: its figures, its words, what it lets somebody discover."""

from __future__ import annotations

import re

from rncp_utils.entretien.graphe import parcourir
from rncp_utils.formats import euros
from tests.entretien.parties import textes


def test_le_dialogue_est_assez_riche(s1):
    avec_choix = [noeud for noeud in s1.noeuds if noeud.choix]
    assert len(avec_choix) >= 12
    assert sum(len(noeud.choix) >= 4 for noeud in avec_choix) == len(avec_choix)


def test_les_six_themes_et_les_quatre_besoins_latents_y_sont(s1):
    assert len(s1.verite.themes) == 6
    assert {besoin.id for besoin in s1.verite.besoins_latents} == {
        "prevoyance",
        "conjoint",
        "encaissement",
        "comparaison",
    }


def test_chaque_sorte_de_faute_rouge_et_chaque_piege_peut_etre_commis(s1):
    dits = parcourir(s1).choix
    annotations = {(n, c): note for n, noeud in s1.verite.noeuds.items() for c, note in noeud.choix.items()}
    rouges = {note.rouge for cle, note in annotations.items() if note.rouge and cle in dits}
    assert rouges == {"promesse", "sante", "secret", "pression", "dissimulation", "hors_role", "interdit"}
    assert {tuple(choix.split(".")) for piege in s1.verite.pieges for choix in piege.choix} <= dits


def test_les_chiffres_dits_sont_ceux_du_cas(s1):
    """CAS-01: each figure of the dialogue is recomputed from the case."""
    dit = " ".join([*textes(s1), s1.verite.resume])
    four, vitrine, electricite, apport = 46_000, 14_000, 8_000, 8_000
    assert euros(four + vitrine + electricite).replace("\u202f", " ").replace("\xa0", " ") in dit
    emprunt, taux, mois = four + vitrine + electricite - apport, 0.041 / 12, 84
    assert emprunt == 60_000
    mensualite = emprunt * taux / (1 - (1 + taux) ** -mois)
    assert f"{mensualite:.2f}".replace(".", ",") + " €" in dit
    capital_an_1 = emprunt - (emprunt * (1 + taux) ** 12 - mensualite * ((1 + taux) ** 12 - 1) / taux)
    disponible, rembourse = 85_650 - 62_000, 14_100
    avec_le_projet = rembourse + round(capital_an_1)
    for montant in (disponible, rembourse, avec_le_projet):
        assert f"{montant:,}".replace(",", " ") + " €" in dit, montant
    assert f"{disponible / rembourse:.2f}".replace(".", ",") in dit
    assert f"{disponible / avec_le_projet:.2f}".replace(".", ",") in dit


def test_la_meilleure_reponse_ne_se_devine_ni_a_sa_place_ni_a_sa_longueur(s1):
    modele = dict(pas.split(".") for pas in s1.verite.parcours_modele)
    noeuds = [noeud for noeud in s1.noeuds if noeud.id in modele]
    premiers = sum(noeud.choix[0].id == modele[noeud.id] for noeud in noeuds)
    plus_longs = sum(max(noeud.choix, key=lambda c: len(c.texte)).id == modele[noeud.id] for noeud in noeuds)
    assert premiers <= len(noeuds) / 3
    assert plus_longs <= len(noeuds) / 2


def test_la_confiance_ne_designe_pas_les_repliques_rouges(s1):
    par_effet: dict[int, set[bool]] = {}
    for noeud in s1.noeuds:
        for choix in noeud.choix:
            rouge = s1.verite.annotation(noeud.id, choix.id).rouge is not None
            par_effet.setdefault(choix.confiance, set()).add(rouge)
    assert par_effet[1] == par_effet[0] == par_effet[-1] == {True, False}


def test_la_langue_est_tenue(s1):
    for texte in textes(s1):
        assert not re.search(r"[!]|\b(tu|toi|ton|tes)\b", texte), texte
        assert "  " not in texte
