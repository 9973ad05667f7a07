"""Reading ``questions.json`` and drawing from it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.lecon import charger_questions, ordonner_options, tirer

IDS = [f"C1-{rang:02}" for rang in range(1, 13)]
TIRAGE = {"apprenant": "amelie.durand", "devoir": "B1-QST", "session": "2026-S2"}


def ecrire(tmp_path, contenu):
    chemin = tmp_path / "questions.json"
    chemin.write_text(contenu if isinstance(contenu, str) else json.dumps(contenu), encoding="utf-8")
    return chemin


def test_le_formulaire_est_lu(dossier):
    formulaire = charger_questions(dossier / "questions.json")
    assert (formulaire.devoir, formulaire.session) == ("B1-QST", "2026-S2")
    assert formulaire.strates["qst_c1"].questions == 3
    premiere, deuxieme, *_ = formulaire.questions
    assert (premiere.id, premiere.type, premiere.unite, premiere.options) == ("C1-01", "NUM", "%", ())
    assert [(option.id, option.texte) for option in deuxieme.options][1] == ("b", "Une lettre circulaire")


def test_le_tirage_suit_l_ordre_des_empreintes():
    attendu = sorted(IDS, key=lambda i: hashlib.sha256(f"2026-S2|B1-QST|amelie.durand|{i}".encode()).hexdigest())
    assert tirer(IDS, 4, **TIRAGE, exclusions={}) == attendu[:4]
    options = sorted(
        "abcd", key=lambda o: hashlib.sha256(f"2026-S2|B1-QST|amelie.durand|C1-02|{o}".encode()).hexdigest()
    )
    assert ordonner_options(["a", "b", "c", "d"], question="C1-02", **TIRAGE) == options


@given(st.permutations(IDS), st.integers(0, 12))
def test_le_tirage_ne_depend_pas_de_l_ordre_de_la_banque(ids, n):
    assert tirer(ids, n, **TIRAGE, exclusions={}) == tirer(IDS, n, **TIRAGE, exclusions={})


@given(st.text(min_size=1, max_size=20).filter(lambda t: t.isprintable()))
def test_deux_questions_qui_s_excluent_ne_tombent_jamais_ensemble(apprenant):
    exclusions = {"C1-01": ["C1-02"], "C1-04": ["C1-03"], "C1-05": ["C1-99"]}
    pris = tirer(IDS, 8, apprenant=apprenant, devoir="B1-QST", session="2026-S2", exclusions=exclusions)
    assert len(set(pris)) == 8
    assert not {"C1-01", "C1-02"} <= set(pris)
    assert not {"C1-03", "C1-04"} <= set(pris)


def test_les_apprenants_ne_recoivent_pas_tous_les_memes_questions():
    tirages = [tirer(IDS, 3, apprenant=f"a{i}", devoir="B1-QST", session="S", exclusions={}) for i in range(400)]
    compte = Counter(identifiant for tirage in tirages for identifiant in tirage)
    assert all(60 <= compte[identifiant] <= 140 for identifiant in IDS)
    autre_session = tirer(IDS, 3, apprenant="a0", devoir="B1-QST", session="T", exclusions={})
    assert autre_session != tirages[0]


def test_un_tirage_impossible_est_dit():
    with pytest.raises(ErreurDonnees, match="Le tirage demande 2 questions et n'en trouve que 1"):
        tirer(["a", "b"], 2, **TIRAGE, exclusions={"a": ["b"]})


def test_les_questions_d_une_partie_viennent_de_sa_competence(dossier):
    formulaire = charger_questions(dossier / "questions.json")
    questions = formulaire.questions_de("qst_c1", "amelie.durand")
    assert [q.id for q in questions] == tirer(["C1-01", "C1-02", "C1-03"], 3, **TIRAGE, exclusions={})
    qcm = next(q for q in questions if q.type == "QCM")
    assert [o.id for o in qcm.options] == ordonner_options(["a", "b", "c", "d"], question="C1-03", **TIRAGE)
    assert {o.id: o.texte for o in qcm.options}["c"] == "Le chiffre d'affaires"


def test_une_partie_inconnue_est_dite(dossier):
    with pytest.raises(ErreurDonnees, match="« qst_c9 » n'existe pas dans B1-QST, qui comprend : qst_c1, qst_c2"):
        charger_questions(dossier / "questions.json").questions_de("qst_c9", "amelie.durand")


@pytest.mark.parametrize(
    ("contenu", "morceau"),
    [
        ("{", "est illisible"),
        ("[" * 100_000, "est illisible"),
        ("[]", "est sans questions"),
        ('{"format": 2}', "est au format 2 et je sais lire le format 1"),
        ("{}", "est au format None"),
    ],
)
def test_un_fichier_illisible_est_dit(tmp_path, contenu, morceau):
    with pytest.raises(ErreurDonnees, match=morceau):
        charger_questions(ecrire(tmp_path, contenu))


def test_un_fichier_absent_est_dit(tmp_path):
    with pytest.raises(ErreurDonnees, match=r"Je ne trouve pas le fichier « questions\.json » à côté du notebook"):
        charger_questions(tmp_path / "questions.json")


def remplacer(contenu, chemin, valeur):
    *debut, dernier = chemin
    for cle in debut:
        contenu = contenu[cle]
    contenu[dernier] = valeur


@pytest.mark.parametrize(
    ("chemin", "valeur", "faute"),
    [
        (["devoir"], "", "le fichier : le texte « devoir » manque"),
        (["strates"], [], "le fichier : les parties « strates » manquent"),
        (
            ["strates", "qst_c1", "questions"],
            0,
            "partie « qst_c1 » : le nombre de questions n'est pas un entier positif",
        ),
        (["strates", "qst_c1", "questions"], True, "partie « qst_c1 » : le nombre de questions n'est pas un entier"),
        (["strates", "qst_c1"], None, "partie « qst_c1 » : le texte « competence » manque"),
        (["questions"], {}, "le fichier : la liste « questions » manque"),
        (["questions", 0, "id"], 3, "question 3 : le texte « id » manque"),
        (["questions", 0, "enonce"], " ", "question C1-01 : le texte « enonce » manque"),
        (["questions", 0, "unite"], None, "question C1-01 : l'unité n'est pas un texte"),
        (["questions", 0, "unite"], "k€", "question C1-01 : l'unité « k€ » s'écrit ici « € »"),
        (["questions", 0, "unite"], "kg", "question C1-01 : l'unité « kg » n'est pas de celles"),
        (["questions", 0, "type"], "LIBRE", "question C1-01 : le type « LIBRE » n'est pas l'un de QCU, QCM, NUM"),
        (["questions", 0, "options"], [{"id": "a", "texte": "x"}], "une question numérique n'a pas d'options"),
        (["questions", 1, "options"], "abc", "question C1-02 : la liste « options » ne convient pas"),
        (["questions", 1, "options"], [], "question C1-02 : il faut au moins deux options"),
        (["questions", 1, "options", 1, "id"], "a", "question C1-02 : deux options ont le même identifiant"),
        (["questions", 1, "options", 1, "texte"], "Rien", "question C1-02 : deux options ont le même texte"),
        (
            ["questions", 1, "options", 1, "id"],
            "je_ne_sais_pas",
            "l'identifiant d'option « je_ne_sais_pas » est réservé",
        ),
        (["questions", 1, "exclusions"], [1], "question C1-02 : la liste « exclusions » ne convient pas"),
        (["questions", 1, "id"], "C1-01", "question C1-01 : elle figure plusieurs fois"),
    ],
)
def test_chaque_faute_du_fichier_est_dite(tmp_path, contenu, chemin, valeur, faute):
    remplacer(contenu, chemin, valeur)
    with pytest.raises(ErreurListe) as refus:
        charger_questions(ecrire(tmp_path, contenu))
    assert any(faute in dite for dite in refus.value.fautes)


def test_toutes_les_fautes_sont_dites_a_la_fois(tmp_path, contenu):
    contenu["session"] = None
    contenu["questions"][0]["enonce"] = ""
    with pytest.raises(ErreurListe) as refus:
        charger_questions(ecrire(tmp_path, contenu))
    assert refus.value.fautes == (
        "le fichier : le texte « session » manque",
        "question C1-01 : le texte « enonce » manque",
    )
