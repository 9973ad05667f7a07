"""An interview in a notebook: saved at each step, found again, never overwritten."""

from __future__ import annotations

import json

import pytest

from rncp_utils.entretien.mots import ENTRETIEN
from rncp_utils.entretien.partie import ouvrir_partie

MODELE = "babdbb"


@pytest.fixture
def ouvrir(t1, tmp_path):
    """Open the interview of the tiny scenario, as a notebook cell does."""

    def _ouvrir(qui="amelie.durand", scenario=t1):
        return ouvrir_partie(scenario, dossier=tmp_path, devoir="B2-MES", cellule="entretien", apprenant=qui)

    return _ouvrir


@pytest.fixture
def chemin(tmp_path):
    return tmp_path / "reponses" / "B2-MES__entretien.json"


def choix_ecrits(chemin) -> list[str]:
    return [evenement["choix"] for evenement in json.loads(chemin.read_text(encoding="utf-8"))["evenements"]]


def test_ouvrir_n_ecrit_rien(ouvrir, chemin):
    partie = ouvrir()
    assert partie.situation.tours == ()
    assert (partie.etat.phrase, partie.notes) == ("", [])
    assert not chemin.parent.exists()


def test_chaque_replique_est_enregistree_aussitot(ouvrir, chemin):
    partie = ouvrir()
    for rang, choix in enumerate(MODELE, start=1):
        assert partie.dire(choix)
        assert choix_ecrits(chemin) == list(MODELE[:rang])
        assert partie.etat.phrase.startswith("Enregistré à ")
    assert partie.terminee
    assert not partie.situation.clos


def test_l_entretien_se_retrouve_exactement_ou_il_a_ete_laisse(ouvrir):
    partie = ouvrir()
    for choix in MODELE[:3]:
        partie.dire(choix)
    partie.reformuler("Deux faits.")
    reprise = ouvrir()
    assert reprise.situation == partie.situation
    assert reprise.entete == partie.entete
    assert reprise.reformulation == "Deux faits."
    assert reprise.etat.phrase == "Entretien retrouvé ✔"
    assert reprise.notes == []


def test_l_ordre_des_choix_est_propre_a_chaque_apprenant_et_stable(ouvrir):
    ordres = {qui: [choix.id for choix in ouvrir(qui).choix()] for qui in ("a.a", "b.b", "c.c", "d.d", "e.e")}
    assert len({tuple(ordre) for ordre in ordres.values()}) > 1
    assert all(sorted(ordre) == ["a", "b", "c"] for ordre in ordres.values())
    assert [choix.id for choix in ouvrir("a.a").choix()] == ordres["a.a"]


def test_clore_est_definitif(ouvrir, chemin):
    partie = ouvrir()
    partie.dire("b")
    partie.reformuler("Avant.")
    assert partie.clore()
    partie.reformuler("Après.")
    reprise = ouvrir()
    assert reprise.situation.clos
    assert reprise.reformulation == "Avant."
    assert reprise.choix() == []
    assert choix_ecrits(chemin) == ["b", "clore"]


def test_recommencer_repart_de_rien(ouvrir, chemin):
    partie = ouvrir()
    partie.dire("b")
    partie.reformuler("Du texte.")
    partie.clore()
    assert partie.recommencer()
    assert (partie.situation.tours, partie.situation.clos, partie.reformulation) == ((), False, "")
    assert choix_ecrits(chemin) == []


def test_un_scenario_note_n_est_pas_un_entrainement(ouvrir, s1):
    assert not ouvrir().entrainement
    assert ouvrir(scenario=s1).entrainement


def test_deux_onglets_ne_s_ecrasent_pas(ouvrir, chemin):
    premier, second = ouvrir(), ouvrir()
    assert premier.dire("b")
    # The second tab had found nothing: it takes up the interview begun in the first.
    assert not second.dire("c")
    assert second.etat.phrase == ENTRETIEN.ailleurs
    assert second.situation == premier.situation
    assert second.dire("a")
    assert not premier.dire("b")
    assert premier.dire("b")
    assert choix_ecrits(chemin) == ["b", "a", "b"]


def test_le_texte_d_un_autre_onglet_n_est_pas_perdu(ouvrir):
    premier, second = ouvrir(), ouvrir()
    premier.dire("b")
    premier.reformuler("Écrit dans le premier.")
    second.dire("a")
    second.dire("a")
    assert ouvrir().reformulation == "Écrit dans le premier."
    second.reformuler("Écrit dans le second.")
    assert ouvrir().reformulation == "Écrit dans le second."


def test_la_fin_donnee_dans_un_autre_onglet_vaut_ici(ouvrir, chemin):
    premier, second = ouvrir(), ouvrir()
    premier.dire("b")
    second.dire("b")
    premier.clore()
    assert not second.dire("a")
    assert second.situation.clos
    assert choix_ecrits(chemin) == ["b", "clore"]


def test_un_journal_ancien_remis_en_place_ne_fait_pas_revenir_en_arriere(ouvrir, chemin):
    partie = ouvrir()
    partie.dire("b")
    ancien = chemin.read_bytes()
    partie.dire("a")
    chemin.write_bytes(ancien)
    assert partie.dire("b")
    assert choix_ecrits(chemin) == ["b", "a", "b"]


def test_un_journal_efface_est_reecrit(ouvrir, chemin):
    partie = ouvrir()
    partie.dire("b")
    chemin.unlink()
    assert partie.dire("a")
    assert choix_ecrits(chemin) == ["b", "a"]


def test_une_ecriture_impossible_ne_dit_pas_la_replique(ouvrir, chemin):
    partie = ouvrir()
    chemin.parent.write_text("", encoding="utf-8")
    assert not partie.dire("b")
    assert partie.situation.tours == ()
    assert "n'a pas pu être enregistrée" in partie.etat.phrase
    chemin.parent.unlink()
    assert partie.dire("b")


@pytest.mark.parametrize("contenu", ["pas du JSON", '{"format": 1, "scenario": "autre"}', "[]"])
def test_un_journal_illisible_est_mis_de_cote(ouvrir, chemin, contenu):
    chemin.parent.mkdir()
    chemin.write_text(contenu, encoding="utf-8")
    partie = ouvrir()
    [ancien] = chemin.parent.iterdir()
    assert ancien.name.startswith("B2-MES__entretien.mis-de-cote-")
    assert ancien.read_text(encoding="utf-8") == contenu
    assert ancien.name in partie.notes[-1]
    assert partie.dire("b")
    assert ancien.exists()


def test_une_retouche_reste_visible_apres_la_reprise(ouvrir, chemin):
    partie = ouvrir()
    partie.dire("b")
    partie.dire("a")
    contenu = json.loads(chemin.read_text(encoding="utf-8"))
    contenu["evenements"][1]["choix"] = "b"
    chemin.write_text(json.dumps(contenu), encoding="utf-8")
    reprise = ouvrir()
    assert reprise.situation.suite == [("N0", "b"), ("N1", "b")]
    assert any("modifié hors de l'interface" in note for note in reprise.notes)
    retouches = [f for f in chemin.parent.iterdir() if f != chemin]
    assert json.loads(retouches[0].read_text(encoding="utf-8")) == contenu


def test_un_journal_qui_ne_peut_etre_mis_de_cote_n_est_pas_detruit(ouvrir, chemin, monkeypatch):
    chemin.parent.mkdir()
    chemin.write_text("pas du JSON", encoding="utf-8")

    def refuser(*_):
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.rename", refuser)
    partie = ouvrir()
    assert partie.bloquee
    assert not partie.dire("b")
    assert partie.situation.tours == ()
    assert "Prévenez la personne qui surveille" in partie.etat.phrase
    assert chemin.read_text(encoding="utf-8") == "pas du JSON"
