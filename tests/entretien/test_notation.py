"""What a hidden test calls: keys as literals, points recomputed from the choices."""

from __future__ import annotations

import ast
import json

import pytest

from rncp_utils.entretien import cles_entretien, noter_decisions, noter_entretien
from rncp_utils.entretien.partie import ouvrir_partie

POIDS = {"I1": 4, "I2": 3, "I3": 3, "I4": 2, "I5": 3, "I6": 3}


@pytest.fixture
def cles(public, cachee, ecrire):
    """Keys of the tiny scenario, as they stand in a generated notebook."""
    return ast.literal_eval(repr(cles_entretien(ecrire(public, "scenario.yaml"), ecrire(cachee, "verite.yaml"))))


@pytest.fixture
def jouer_ici(t1, tmp_path, apprenante):
    """Play choices in the folder of a copy; return the path of the journal."""

    def _jouer(choix, qui=apprenante):
        partie = ouvrir_partie(t1, dossier=tmp_path, devoir="B2-MES", cellule="entretien", apprenant=qui)
        for identifiant in choix:
            assert partie.dire(identifiant)
        return tmp_path / "reponses" / "B2-MES__entretien.json"

    return _jouer


def noter(cles, tmp_path):
    return noter_entretien(cles, POIDS, devoir="B2-MES", dossier=tmp_path)


def test_le_parcours_modele_obtient_tout(cles, jouer_ici, tmp_path, capsys):
    jouer_ici("babdbb")
    assert noter(cles, tmp_path) == 18.0
    sortie = capsys.readouterr()
    assert sortie.err == ""
    assert "Couverture : 4,00 sur 4." in sortie.out


def test_la_copie_vide_n_obtient_rien(cles, tmp_path, apprenante, capsys):
    assert noter(cles, tmp_path) == 0.0
    assert "il n'existe pas" in capsys.readouterr().out


def test_la_note_ne_depend_d_aucun_fichier_de_la_copie(cles, jouer_ici, tmp_path):
    """A scenario changed in the copy changes nothing: the grader plays its own."""
    jouer_ici("babdbb")
    (tmp_path / "scenario.yaml").write_text("tout: est faux", encoding="utf-8")
    (tmp_path / "verite.yaml").unlink()
    assert noter(cles, tmp_path) == 18.0


def test_la_note_ne_depend_pas_de_ce_que_dit_le_journal_de_lui_meme(cles, jouer_ici, tmp_path):
    chemin = jouer_ici("ccaaaa")
    avant = noter(cles, tmp_path)
    contenu = json.loads(chemin.read_text(encoding="utf-8"))
    chemin.write_text(json.dumps(contenu | {"score": 18, "I1": 1.0, "confiance": 10}), encoding="utf-8")
    assert noter(cles, tmp_path) == avant < 5


def test_le_journal_d_une_autre_personne_ne_rapporte_rien(cles, jouer_ici, tmp_path, capsys):
    jouer_ici("babdbb", qui="bruno.petit")
    assert noter(cles, tmp_path) == 0.0
    assert "l'apprenant qu'il indique est « bruno.petit » au lieu de « amelie.durand »" in capsys.readouterr().out


def test_corriger_deux_fois_donne_la_meme_note(cles, jouer_ici, tmp_path):
    jouer_ici("bbbbb")
    assert noter(cles, tmp_path) == noter(cles, tmp_path)


def test_ce_qui_est_imprime_ne_livre_rien_de_cache(cles, jouer_ici, tmp_path, capsys):
    jouer_ici("abbbcc")
    noter(cles, tmp_path)
    sortie = capsys.readouterr().out
    assert "un expert métier doit relire cet entretien" in sortie
    assert "secret" not in sortie.replace("secret professionnel", "")


def test_seuls_les_indicateurs_demandes_comptent(cles, jouer_ici, tmp_path):
    jouer_ici("babdbb")
    assert noter_entretien(cles, {"I2": 3}, devoir="B2-MES", dossier=tmp_path) == 3.0


DECISIONS = {"N0": {"b": 2.0, "c": 1.0}, "N1": {"a": 2.0}}
TITRES = {"N0": "L'ouverture", "N1": "La première question"}


def decider(cles, tmp_path, retrait=0.0):
    return noter_decisions(
        cles, DECISIONS, devoir="B2-MES", titres=TITRES, maximum=4, retrait=retrait, dossier=tmp_path
    )


def test_les_decisions_se_comptent_une_a_une(cles, jouer_ici, tmp_path, capsys):
    jouer_ici("ba")
    assert decider(cles, tmp_path) == 4.0
    assert "L'ouverture : 2 sur 2." in capsys.readouterr().out


def test_une_decision_a_demi_bonne_garde_ses_points_et_une_autre_n_en_a_pas(cles, jouer_ici, tmp_path):
    jouer_ici("cb")
    assert decider(cles, tmp_path) == 1.0


def test_une_replique_rouge_retire_des_points_sans_passer_sous_zero(cles, jouer_ici, tmp_path, capsys):
    jouer_ici("a")
    assert decider(cles, tmp_path, retrait=2.0) == 0.0
    assert "2 de moins" in capsys.readouterr().out


def test_sans_journal_aucune_decision_ne_compte(cles, tmp_path, apprenante):
    assert decider(cles, tmp_path) == 0.0


def test_une_erreur_bloquante_est_signalee_la_ou_elle_compte_et_ne_plafonne_rien(
    public, cachee, ecrire, jouer_ici, tmp_path, capsys
):
    cachee["noeuds"]["N0"]["choix"]["a"]["bloquante"] = "C21"
    cles = cles_entretien(ecrire(public, "scenario.yaml"), ecrire(cachee, "verite.yaml"))
    jouer_ici("aa")
    assert decider(cles, tmp_path) == 2.0
    phrase = "À signaler : L'ouverture, erreur bloquante possible pour C21 ; un expert métier la confirme ou l'écarte."
    assert phrase in capsys.readouterr().out
    noter_decisions(cles, {"N1": {"a": 2.0}}, devoir="B2-MES", titres=TITRES, maximum=2, dossier=tmp_path)
    assert "bloquante" not in capsys.readouterr().out
