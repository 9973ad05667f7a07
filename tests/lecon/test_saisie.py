"""Answers found again, counted and saved at each change."""

from __future__ import annotations

import json
import multiprocessing
import re
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest

from rncp_utils.lecon import charger_questions, ecrire_reponses
from rncp_utils.lecon.saisie import D_AILLEURS, DEUX_ONGLETS, Etat, comprendre, ouvrir_saisie

INSTANT = datetime(2026, 11, 23, 10, 42, 5, tzinfo=timezone(timedelta(hours=1)))


def saisie_de(dossier, apprenant="amelie.durand"):
    """Open the cell ``qst_c1`` as its learner, or as another."""
    jeu = charger_questions(dossier / "questions.json")
    return ouvrir_saisie(
        jeu.questions_de("qst_c1", apprenant),
        dossier=dossier,
        devoir=jeu.devoir,
        session=jeu.session,
        cellule="qst_c1",
        apprenant=apprenant,
    )


@pytest.fixture
def ouvrir(dossier):
    return partial(saisie_de, dossier)


def sur_disque(dossier):
    return json.loads((dossier / "reponses" / "B1-QST__qst_c1.json").read_text(encoding="utf-8"))


def noms(dossier):
    return sorted(chemin.name for chemin in (dossier / "reponses").iterdir())


def ecrire(dossier, reponses, apprenant="amelie.durand"):
    return ecrire_reponses(dossier, "B1-QST", "qst_c1", apprenant, "2026-S2", reponses, instant=INSTANT)


def test_rien_n_est_ecrit_ni_dit_a_la_premiere_ouverture(dossier, ouvrir):
    saisie = ouvrir()
    assert (saisie.reponses, saisie.notes, saisie.etat) == ({}, [], Etat(""))
    assert (saisie.compte, saisie.manquantes) == ("0 réponse sur 3", [1, 2, 3])
    assert not (dossier / "reponses").exists()


def test_chaque_changement_enregistre_toute_la_partie(dossier, ouvrir):
    saisie = ouvrir()
    saisie.noter("C1-02", "je_ne_sais_pas")
    etat = saisie.noter("C1-03", ["d", "a"])
    assert etat.reussi
    assert re.fullmatch(r"Enregistré à \d\d:\d\d ✔ — 2 réponses sur 3", etat.phrase)
    assert sur_disque(dossier)["reponses"] == {"C1-02": "je_ne_sais_pas", "C1-03": ["d", "a"]}
    assert (sur_disque(dossier)["apprenant"], sur_disque(dossier)["session"]) == ("amelie.durand", "2026-S2")


@pytest.mark.parametrize("vide", ["", "  ", [], None])
def test_une_reponse_retiree_disparait_du_fichier(dossier, ouvrir, vide):
    saisie = ouvrir()
    saisie.noter("C1-02", "a")
    saisie.noter("C1-01", "65")
    saisie.noter("C1-01", vide)
    assert sur_disque(dossier)["reponses"] == {"C1-02": "a"}
    assert saisie.compte == "1 réponse sur 3"


def test_un_nombre_illisible_est_garde_sans_compter(dossier, ouvrir):
    saisie = ouvrir()
    saisie.noter("C1-01", "65 ou 66")
    assert saisie.compte == "0 réponse sur 3"
    assert ouvrir().reponses == {"C1-01": "65 ou 66"}
    assert noms(dossier) == ["B1-QST__qst_c1.json"]


def test_une_saisie_tres_longue_reste_lisible(dossier, ouvrir):
    ouvrir().noter("C1-01", "1" * 500)
    assert ouvrir().reponses == {"C1-01": "1" * 200}


def test_les_reponses_enregistrees_sont_retrouvees(dossier, ouvrir):
    ecrire(dossier, {"C1-01": "65 %", "C1-03": ["a"]})
    saisie = ouvrir()
    assert saisie.reponses == {"C1-01": "65 %", "C1-03": ["a"]}
    assert saisie.etat == Etat("Réponses du 23/11/2026 à 10:42 retrouvées ✔ — 2 réponses sur 3")
    assert saisie.notes == []


def test_deux_onglets_gardent_chacun_les_reponses_de_l_autre(dossier, ouvrir):
    premier, second = ouvrir(), ouvrir()
    premier.noter("C1-02", "a")
    second.noter("C1-03", ["b"])
    assert sur_disque(dossier)["reponses"] == {"C1-02": "a", "C1-03": ["b"]}
    premier.noter("C1-01", "65")
    assert sur_disque(dossier)["reponses"] == {"C1-01": "65", "C1-02": "a", "C1-03": ["b"]}
    assert noms(dossier) == ["B1-QST__qst_c1.json"]


def test_une_reponse_changee_dans_un_autre_onglet_n_est_pas_ramenee_en_arriere(dossier, ouvrir):
    premier, second = ouvrir(), ouvrir()
    premier.noter("C1-02", "a")
    second.noter("C1-02", "b")
    premier.noter("C1-01", "65")
    assert sur_disque(dossier)["reponses"] == {"C1-01": "65", "C1-02": "b"}
    assert premier.venues_d_ailleurs == {"C1-02"}
    rangs = {q.id: rang for rang, q in enumerate(premier.questions, start=1)}
    assert premier.avis["C1-01"] == f"{DEUX_ONGLETS} Réponse reprise de là-bas : question {rangs['C1-02']}."
    assert premier.avis["C1-02"] == D_AILLEURS
    second.noter("C1-02", None)
    premier.noter("C1-03", ["a"])
    assert sur_disque(dossier)["reponses"] == {"C1-01": "65", "C1-03": ["a"]}
    premier.noter("C1-02", "c")
    assert "C1-02" not in premier.avis


def test_la_derniere_reponse_a_la_meme_question_l_emporte_et_c_est_dit(dossier, ouvrir):
    premier, second = ouvrir(), ouvrir()
    premier.noter("C1-02", "a")
    assert premier.avis == {}
    second.noter("C1-02", "b")
    assert sur_disque(dossier)["reponses"] == {"C1-02": "b"}
    assert second.avis == {"C1-02": f"{DEUX_ONGLETS} La réponse donnée là-bas est remplacée par celle-ci."}


def test_un_seul_onglet_ne_recoit_aucun_avis(ouvrir):
    saisie = ouvrir()
    for valeur in ("6", "65", "65 ou", "65 ou 66", "65\ud800", "65"):
        saisie.noter("C1-01", valeur)
    saisie.noter("C1-03", ["d", "a"])
    saisie.noter("C1-03", [])
    assert (saisie.avis, saisie.venues_d_ailleurs) == ({}, set())


def test_une_reponse_qui_n_a_pas_pu_etre_enregistree_n_est_pas_perdue_par_l_autre_onglet(dossier, ouvrir):
    premier, second = ouvrir(), ouvrir()
    (dossier / "reponses").write_text("", encoding="utf-8")
    assert not premier.noter("C1-02", "a").reussi
    (dossier / "reponses").unlink()
    second.noter("C1-02", "b")
    premier.noter("C1-01", "65")
    assert sur_disque(dossier)["reponses"] == {"C1-01": "65", "C1-02": "a"}


def test_un_fichier_abime_pendant_le_travail_est_garde_et_reecrit(dossier, ouvrir):
    saisie = ouvrir()
    saisie.noter("C1-02", "a")
    (dossier / "reponses" / "B1-QST__qst_c1.json").write_bytes(b"\xff")
    saisie.noter("C1-01", "65")
    assert sur_disque(dossier)["reponses"] == {"C1-01": "65", "C1-02": "a"}
    [garde] = [nom for nom in noms(dossier) if "mis-de-cote" in nom]
    assert (dossier / "reponses" / garde).read_bytes() == b"\xff"


def _taper(dossier, question, valeurs):
    """One kernel of two: what somebody types in its tab."""
    saisie = saisie_de(dossier)
    for valeur in valeurs:
        assert saisie.noter(question, valeur).reussi


def test_deux_noyaux_qui_ecrivent_a_la_fois_ne_perdent_rien(dossier, ouvrir):
    """Two processes, each answering its own question a hundred times: the last answers of both are there."""
    with multiprocessing.get_context("fork").Pool(2) as noyaux:
        noyaux.starmap(_taper, [(dossier, "C1-01", [str(n) for n in range(100)]), (dossier, "C1-02", ["a", "b"] * 50)])
    assert sur_disque(dossier)["reponses"] == {"C1-01": "99", "C1-02": "b"}
    assert noms(dossier) == ["B1-QST__qst_c1.json"]


def test_un_fichier_illisible_est_garde_sous_un_autre_nom_et_dit(dossier, ouvrir):
    chemin = ecrire(dossier, {})
    chemin.write_bytes(b"\xffpas du JSON")
    saisie = ouvrir()
    [garde] = noms(dossier)
    assert re.fullmatch(r"B1-QST__qst_c1\.mis-de-cote-\d{8}-\d{6}-1\.json", garde)
    assert (dossier / "reponses" / garde).read_bytes() == b"\xffpas du JSON"
    assert saisie.notes == [
        "Fichier « B1-QST__qst_c1.json » : son texte n'est pas en UTF-8 ; aucune réponse n'en est reprise.",
        f"L'ancien fichier est gardé tel quel sous le nom « {garde} » : vérifiez vos réponses ci-dessous.",
    ]
    saisie.noter("C1-02", "a")
    assert sur_disque(dossier)["reponses"] == {"C1-02": "a"}
    assert ouvrir().notes == []


def test_ce_qui_se_lit_d_un_fichier_abime_est_repris_et_enregistre_aussitot(dossier, ouvrir):
    ecrire(dossier, {"C1-02": "a", "C1-03": ["zz"], "C9-99": "b"})
    saisie = ouvrir()
    assert saisie.reponses == {"C1-02": "a"}
    assert len(saisie.notes) == 3
    assert sur_disque(dossier)["reponses"] == {"C1-02": "a"}
    assert len(noms(dossier)) == 2
    assert saisie.etat.phrase.startswith("Enregistré à ")


def test_le_fichier_d_un_autre_apprenant_est_garde_intact(dossier, ouvrir):
    ecrire(dossier, {"C1-02": "b"}, apprenant="karim")
    saisie = ouvrir()
    assert saisie.notes[0].startswith("Champ « apprenant » du fichier de réponses : il porte « karim »")
    [garde] = [nom for nom in noms(dossier) if "mis-de-cote" in nom]
    assert json.loads((dossier / "reponses" / garde).read_text(encoding="utf-8"))["apprenant"] == "karim"
    assert sur_disque(dossier)["apprenant"] == "amelie.durand"


def test_une_copie_a_cote_est_dite_et_rien_n_est_deplace(dossier, ouvrir):
    chemin = ecrire(dossier, {"C1-02": "a"})
    chemin.with_name("B1-QST__qst_c1 (1).json").write_text("{}", encoding="utf-8")
    saisie = ouvrir()
    assert saisie.reponses == {"C1-02": "a"}
    assert saisie.notes == [
        "Fichier « B1-QST__qst_c1 (1).json » : il ressemble à une copie des réponses ; "
        "seul « B1-QST__qst_c1.json » est lu."
    ]
    assert noms(dossier) == ["B1-QST__qst_c1 (1).json", "B1-QST__qst_c1.json"]


def test_une_ecriture_impossible_est_dite_et_la_reponse_reste_en_memoire(dossier, ouvrir):
    (dossier / "reponses").write_text("", encoding="utf-8")
    saisie = ouvrir()
    etat = saisie.noter("C1-02", "a")
    assert not etat.reussi
    assert etat.phrase.startswith("Votre réponse n'a pas pu être enregistrée dans le dossier « reponses »")
    (dossier / "reponses").unlink()
    assert saisie.noter("C1-01", "65").reussi
    assert sur_disque(dossier)["reponses"] == {"C1-01": "65", "C1-02": "a"}


def test_un_fichier_illisible_qui_ne_peut_etre_garde_n_est_jamais_ecrase(dossier, ouvrir, monkeypatch):
    chemin = ecrire(dossier, {})
    chemin.write_bytes(b"illisible")

    def refuser(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "rename", refuser)
    saisie = ouvrir()
    assert saisie.etat.phrase.startswith("Vos réponses ne peuvent pas être enregistrées : ")
    assert not saisie.noter("C1-02", "a").reussi
    assert chemin.read_bytes() == b"illisible"


@pytest.mark.parametrize(
    ("texte", "unite", "phrase", "reussi"),
    [
        ("212 400 €", "€", "J'ai compris 212\u202f400\xa0€.", True),
        ("212400", "€", "J'ai compris 212\u202f400\xa0€.", True),
        ("212,4 k€", "€", "J'ai compris 212\u202f400\xa0€ (soit 212,4 k€).", True),
        ("12,50", "", "J'ai compris 12,5.", True),
        ("1", "jours", "J'ai compris 1\xa0jour.", True),
        ("12 5", "%", "J'ai lu deux nombres : 12 et 5. Saisissez-en un seul, par exemple 12,5.", False),
        (
            "65 €",
            "%",
            "J'ai lu 65\xa0€, alors que la réponse est demandée en %. Convertissez-la, ou saisissez le nombre seul.",
            False,
        ),
    ],
)
def test_ce_qui_est_compris_est_dit(texte, unite, phrase, reussi):
    assert comprendre(texte, unite) == Etat(phrase, reussi)
