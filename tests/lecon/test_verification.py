"""Answers checked against the learner's own draw."""

from __future__ import annotations

import pytest

from rncp_utils.lecon import Lecture, charger_questions, ecrire_reponses, lire_reponses, verifier_reponses

ENTETE = {"devoir": "B1-QST", "cellule": "qst_c1", "apprenant": "amelie.durand", "session": "2026-S2"}


@pytest.fixture
def verifier(dossier):
    """Check answers given as a dictionary, under a header that may be changed."""
    questions = charger_questions(dossier / "questions.json").questions_de("qst_c1", "amelie.durand")

    def appeler(reponses, **entete):
        lecture = Lecture(reponses=reponses, entete=ENTETE | entete)
        return verifier_reponses(lecture, questions, "amelie.durand", "2026-S2")

    return appeler


@pytest.mark.parametrize(
    ("reponses", "gardees"),
    [
        ({"C1-01": "65 %", "C1-02": "a", "C1-03": ["a", "d"]}, {"C1-01": "65 %", "C1-02": "a", "C1-03": ["a", "d"]}),
        ({"C1-02": "je_ne_sais_pas"}, {"C1-02": "je_ne_sais_pas"}),
        ({"C1-01": 65, "C1-03": ["d"]}, {"C1-01": "65", "C1-03": ["d"]}),
        ({"C1-01": 1e-05}, {"C1-01": "0.00001"}),
        ({"C1-03": ["d", "a", "d"]}, {"C1-03": ["d", "a"]}),
        ({"C1-01": " ", "C1-02": "", "C1-03": []}, {}),
    ],
)
def test_une_reponse_possible_est_gardee_sans_anomalie(verifier, reponses, gardees):
    assert verifier(reponses) == (gardees, [])


@pytest.mark.parametrize(
    ("reponses", "gardees", "code", "phrase"),
    [
        (
            {"C9-01": "a", "C1-02": "b"},
            {"C1-02": "b"},
            "question_inconnue",
            "Réponse à la question « C9-01 » : cette question n'est pas dans le tirage ; elle est écartée.",
        ),
        (
            {"C1-02": "z"},
            {},
            "option_inconnue",
            "Réponse à la question « C1-02 » : l'option « z » n'existe pas ; elle est écartée.",
        ),
        (
            {"C1-02": ["a"]},
            {},
            "type",
            "Réponse à la question « C1-02 » : une seule option était attendue ; elle est écartée.",
        ),
        (
            {"C1-02": 1},
            {},
            "type",
            "Réponse à la question « C1-02 » : une seule option était attendue ; elle est écartée.",
        ),
        (
            {"C1-03": "a"},
            {},
            "type",
            "Réponse à la question « C1-03 » : une liste d'options était attendue ; elle est écartée.",
        ),
        (
            {"C1-03": ["a", "z", "je_ne_sais_pas"]},
            {"C1-03": ["a"]},
            "option_inconnue",
            "Réponse à la question « C1-03 » : des options n'existent pas (z, je_ne_sais_pas) ; les autres sont lues.",
        ),
        (
            {"C1-01": ["65"]},
            {},
            "type",
            "Réponse à la question « C1-01 » : un nombre était attendu, pas une liste ; elle est écartée.",
        ),
        (
            {"C1-01": "65 ou 66"},
            {},
            "nombre",
            "Réponse à la question « C1-01 » : elle n'est pas un nombre lisible "
            "(J'ai lu deux nombres : 65 et 66) ; elle est écartée.",
        ),
        (
            {"C1-01": "65 €"},
            {"C1-01": "65 €"},
            "unite",
            "Réponse à la question « C1-01 » : elle est donnée en € alors que la question demande % ; "
            "le nombre est lu tel quel.",
        ),
    ],
)
def test_une_reponse_impossible_est_dite(verifier, reponses, gardees, code, phrase):
    verifiees, anomalies = verifier(reponses)
    assert verifiees == gardees
    assert [(anomalie.code, anomalie.phrase) for anomalie in anomalies] == [(code, phrase)]


def test_le_fichier_d_un_collegue_est_dit_et_seul_le_tirage_de_l_apprenant_est_lu(verifier):
    verifiees, anomalies = verifier({"C1-02": "a", "C2-01": "9"}, apprenant="karim", session="2026-S1")
    assert verifiees == {"C1-02": "a"}
    assert [anomalie.code for anomalie in anomalies] == ["autre_apprenant", "autre_session", "question_inconnue"]
    assert anomalies[0].phrase == (
        "Champ « apprenant » du fichier de réponses : il porte « karim » au lieu de « amelie.durand » ; "
        "seules les réponses du bon tirage sont lues."
    )


def test_un_fichier_sans_apprenant_est_dit(dossier):
    questions = charger_questions(dossier / "questions.json").questions_de("qst_c1", "amelie.durand")
    lecture = Lecture(entete={"devoir": "B1-QST", "cellule": "qst_c1", "session": "2026-S2"})
    _, anomalies = verifier_reponses(lecture, questions, "amelie.durand", "2026-S2")
    assert [anomalie.code for anomalie in anomalies] == ["autre_apprenant"]


def test_un_fichier_absent_n_accuse_personne(dossier):
    questions = charger_questions(dossier / "questions.json").questions_de("qst_c1", "amelie.durand")
    lecture = lire_reponses(dossier, "B1-QST", "qst_c1")
    assert verifier_reponses(lecture, questions, "amelie.durand", "2026-S2") == ({}, [])


def test_les_reponses_suivent_l_ordre_des_questions(dossier):
    questions = charger_questions(dossier / "questions.json").questions_de("qst_c1", "amelie.durand")
    reponses = {"C1-03": ["a"], "C1-02": "a", "C1-01": "65"}
    ecrire_reponses(dossier, "B1-QST", "qst_c1", "amelie.durand", "2026-S2", reponses)
    lecture = lire_reponses(dossier, "B1-QST", "qst_c1")
    verifiees, _ = verifier_reponses(lecture, questions, "amelie.durand", "2026-S2")
    assert list(verifiees) == [question.id for question in questions]
