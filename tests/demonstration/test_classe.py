"""A class that is the same everywhere, unequal, and that holds no key."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from rncp_utils.demonstration import redaction
from rncp_utils.demonstration.classe import CLASSE, NON_REMIS, VAE, repondre
from rncp_utils.demonstration.notation import points
from rncp_utils.demonstration.reponses import Tirage, repondre_au_formulaire
from rncp_utils.evaluation.banque import charger_banque
from rncp_utils.lecon.questions import APP, NUM, QCM, QCU, RED, Option, Question

AMELIE, FABIEN = CLASSE[0], next(apprenant for apprenant in CLASSE if apprenant.prenom == "Fabien")
OPTIONS = tuple(Option(nom, nom) for nom in "abcd")
QUESTIONS = (
    Question("montant", NUM, "?"),
    Question("choix", QCU, "?", options=OPTIONS),
    Question("plusieurs", QCM, "?", options=OPTIONS),
    Question("paires", APP, "?", options=OPTIONS, elements=(Option("p", "p"), Option("q", "q"))),
)
JUSTES = {"montant": "1 200,50", "choix": "a", "plusieurs": ["a", "b"], "paires": {"p": "a", "q": "b"}}
FAUTIVES = {"montant": "1 000", "choix": "b", "plusieurs": ["a"], "paires": {"p": "a", "q": "c"}}


def test_la_classe_repond_pareil_a_chaque_fois(depot):
    banque = charger_banque(depot / "source" / "B1-QST" / "banque.yaml")
    questions = [item.id for item in banque.items]
    assert repondre(CLASSE[1], banque, questions) == repondre(CLASSE[1], banque, questions)
    assert repondre(CLASSE[1], banque, questions) != repondre(CLASSE[2], banque, questions)


def test_qui_est_toujours_a_l_aise_repond_juste():
    assert repondre_au_formulaire(Tirage(AMELIE, "B1-CAS", "cas_va", 1.0), QUESTIONS, JUSTES, FAUTIVES) == JUSTES


def test_qui_ne_l_est_jamais_se_trompe_et_l_on_peut_toujours_lire_sa_copie():
    permises = {option.id for option in OPTIONS}
    differentes = 0
    for rang in range(40):
        tirage = Tirage(FABIEN, "B1-CAS", f"cellule{rang}", 0.0)
        lues = repondre_au_formulaire(tirage, QUESTIONS, JUSTES, FAUTIVES)
        differentes += lues != JUSTES
        assert set(lues) <= set(JUSTES)
        assert "" not in lues.values()
        assert lues.get("choix", "a") in permises
        assert set(lues.get("plusieurs", [])) <= permises
        assert set(lues.get("paires", {}).values()) <= permises
    assert differentes == 40


def test_un_point_faible_pese_et_la_difficulte_aussi():
    assert FABIEN.aise("C17") < FABIEN.aise("C16") < FABIEN.aise("C2")
    assert FABIEN.aise("C16", 0.5) < FABIEN.aise("C16") < AMELIE.aise("C16")


def test_la_vae_et_une_absence_ne_rendent_rien():
    loic = next(apprenant for apprenant in CLASSE if apprenant.voie == VAE)
    ines = next(apprenant for apprenant in CLASSE if apprenant.absences)
    assert loic.accident("B1-QST") == NON_REMIS
    assert {devoir: ines.accident(devoir) for devoir in ("B4-QST", "B4-MES")} == {"B4-QST": NON_REMIS, "B4-MES": ""}


CORRIGE = """\
## Partie 4, lecture (12 points)

**Copie faible (3 sur 12).**
> « Le garage vend plus. Il faudrait
> augmenter les prix. »

*Un seul chiffre.*

**Bonne copie (11 sur 12)**, le stock étant en cause.
> « Le stock a grossi de 10 jours. Qui l'a décidé ? 1. Vendre. 2. Suivre. »

*Mécanisme 5.*
"""


@pytest.fixture
def exemples(tmp_path):
    """An assignment whose part 4 has its two sample answers."""
    (tmp_path / "corriges" / "B1-CAS").mkdir(parents=True)
    (tmp_path / "corriges" / "B1-CAS" / "corrige.md").write_text(CORRIGE, encoding="utf-8")
    (tmp_path / "source" / "B1-CAS").mkdir(parents=True)
    tache = {
        "cell_type": "markdown",
        "source": ["**Partie 4, notée par une personne sur 12 points**"],
        "metadata": {"nbgrader": {"grade_id": "cas_lecture", "task": True}},
    }
    (tmp_path / "source" / "B1-CAS" / "cas.ipynb").write_text(json.dumps({"cells": [tache]}), encoding="utf-8")
    return redaction.lire_exemples(tmp_path, "B1-CAS")


def test_les_textes_viennent_des_copies_annotees(exemples):
    assert exemples.texte("cas_lecture", redaction.FAIBLE) == "Le garage vend plus. Il faudrait augmenter les prix."
    bonne = exemples.texte("cas_lecture", redaction.BONNE)
    assert bonne == "Le stock a grossi de 10 jours. Qui l'a décidé ? 1. Vendre. 2. Suivre."
    assert bonne.startswith(exemples.texte("cas_lecture", redaction.MOYENNE))
    assert exemples.texte("autre", redaction.BONNE) == ""


def test_une_reponse_redigee_se_dit_fictive_et_se_repartit_entre_ses_champs(exemples):
    champs = (Question("opportunite", RED, "?"), Question("risque", RED, "?"), Question("nombre", NUM, "?"))
    lue = redaction.rediger(exemples, AMELIE, "B1-CAS", "cas_lecture", champs, redaction.BONNE)
    assert list(lue) == ["opportunite", "risque"]
    assert lue["opportunite"].startswith(redaction.REPRISE)
    assert lue["risque"].endswith("Suivre.")
    assert redaction.rediger(exemples, AMELIE, "B1-CAS", "cas_lecture", champs, redaction.AUCUNE) == {}


def test_un_texte_plus_court_que_ses_champs_remplit_les_premiers(exemples):
    champs = tuple(Question(f"champ{rang}", RED, "?") for rang in range(9))
    lue = redaction.rediger(exemples, AMELIE, "B1-CAS", "autre", champs, redaction.FAIBLE)
    premiere, _, texte = lue["champ0"].partition("\n")
    assert premiere == redaction.FICTIVE
    assert texte
    assert all(lue.values())


def test_aucun_texte_du_paquet_ne_porte_de_chiffre_d_un_cas():
    textes = [texte for qualite in redaction.GENERIQUES.values() for texte in qualite]
    assert len(textes) == 6
    for texte in [*textes, *redaction.OBSERVATION.values()]:
        assert not any(signe.isdigit() for signe in texte)


def test_un_texte_mieux_ecrit_est_mieux_note():
    note = SimpleNamespace(name="cas_projet", max_score=20.0)
    notes = [points("B1-CAS", AMELIE, note, q) for q in (redaction.AUCUNE, redaction.FAIBLE, redaction.MOYENNE)]
    notes.append(points("B1-CAS", AMELIE, note, redaction.BONNE))
    assert notes == sorted(notes)
    assert notes[0] == 0
    assert notes[-1] <= 20
    assert all((2 * valeur).is_integer() for valeur in notes)


def test_la_qualite_d_un_texte_suit_l_aisance():
    tirees = [redaction.qualite(replace(AMELIE, identifiant=f"a{rang}"), "B1-CAS", "x", 0.95) for rang in range(50)]
    assert set(tirees) == {redaction.BONNE}
    tirees = [redaction.qualite(replace(AMELIE, identifiant=f"a{rang}"), "B1-CAS", "x", 0.2) for rang in range(50)]
    assert set(tirees) == {redaction.FAIBLE, redaction.AUCUNE}
