"""Answers files: what is written, and what is read of files that anybody may have touched."""

from __future__ import annotations

import errno
import json
import os
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.lecon import charger_questions, ecrire_reponses, lire_reponses, reponses, verifier_reponses

QUI = ("B1-QST", "qst_c1", "amelie.durand", "2026-S2")
INSTANT = datetime(2026, 11, 23, 10, 42, 5, tzinfo=timezone(timedelta(hours=1)))
REPONSES = {"C1-01": "65 %", "C1-02": "a", "C1-03": ["a", "d"]}


def fichier(dossier, contenu, nom="B1-QST__qst_c1.json"):
    chemin = dossier / "reponses" / nom
    chemin.parent.mkdir(exist_ok=True)
    if not isinstance(contenu, bytes):
        contenu = (contenu if isinstance(contenu, str) else json.dumps(contenu)).encode()
    chemin.write_bytes(contenu)
    return chemin


def valide(**change):
    entete = {"version": 1, "devoir": "B1-QST", "cellule": "qst_c1", "apprenant": "amelie.durand", "session": "2026-S2"}
    contenu = entete | {"enregistre_le": INSTANT.isoformat(), "reponses": REPONSES} | change
    return contenu | {"empreinte": reponses.empreinte(contenu)}


def lire(dossier):
    return lire_reponses(dossier, "B1-QST", "qst_c1")


def codes(anomalies):
    return [anomalie.code for anomalie in anomalies]


def test_le_fichier_ecrit_a_la_forme_convenue(tmp_path):
    chemin = ecrire_reponses(tmp_path, *QUI, REPONSES, instant=INSTANT)
    assert chemin == tmp_path / "reponses" / "B1-QST__qst_c1.json"
    ecrit = json.loads(chemin.read_text(encoding="utf-8"))
    assert re.fullmatch("[0-9a-f]{64}", ecrit.pop("empreinte"))
    assert ecrit == {
        "version": 1,
        "devoir": "B1-QST",
        "cellule": "qst_c1",
        "apprenant": "amelie.durand",
        "session": "2026-S2",
        "enregistre_le": "2026-11-23T10:42:05+01:00",
        "reponses": {"C1-01": "65 %", "C1-02": "a", "C1-03": ["a", "d"]},
    }
    assert [f.name for f in chemin.parent.iterdir()] == [chemin.name]


def test_ce_qui_est_ecrit_se_relit(tmp_path):
    ecrire_reponses(tmp_path, *QUI, {"C1-01": "ancien"})
    ecrire_reponses(tmp_path, *QUI, REPONSES, instant=INSTANT)
    lecture = lire(tmp_path)
    assert lecture.reponses == REPONSES
    assert lecture.entete == {
        "devoir": "B1-QST",
        "cellule": "qst_c1",
        "apprenant": "amelie.durand",
        "session": "2026-S2",
        "enregistre_le": "2026-11-23T10:42:05+01:00",
    }
    assert lecture.anomalies == []


@pytest.mark.parametrize(
    "change",
    [{"apprenant": "karim"}, {"session": "2027"}, {"variante": "B"}, {"enregistre_le": "hier"}, {"empreinte": 1}],
)
def test_un_fichier_modifie_hors_du_formulaire_est_lu_et_dit(tmp_path, change):
    fichier(tmp_path, valide() | change)
    lecture = lire(tmp_path)
    assert lecture.reponses == REPONSES
    assert lecture.anomalies[0].phrase == (
        "Fichier « B1-QST__qst_c1.json » : il a été modifié hors du formulaire ; ce qui s'y lit est repris, à examiner."
    )


def test_un_fichier_sans_empreinte_ou_aux_reponses_changees_est_dit(tmp_path):
    sans = valide()
    del sans["empreinte"]
    fichier(tmp_path, sans)
    assert codes(lire(tmp_path).anomalies) == ["empreinte"]
    fichier(tmp_path, valide() | {"reponses": REPONSES | {"C1-02": "b"}})
    assert codes(lire(tmp_path).anomalies) == ["empreinte"]


def test_l_heure_de_l_enregistrement_porte_son_fuseau(tmp_path):
    ecrire_reponses(tmp_path, *QUI, {})
    instant = datetime.fromisoformat(lire(tmp_path).entete["enregistre_le"])
    assert abs(datetime.now().astimezone() - instant) < timedelta(minutes=1)


def test_un_caractere_impossible_n_empeche_pas_d_enregistrer(tmp_path):
    ecrire_reponses(tmp_path, *QUI, {"C1-01": "6\ud8005"})
    assert lire(tmp_path).reponses == {"C1-01": "6?5"}


@pytest.mark.parametrize(
    ("numero", "cause"),
    [
        (errno.ENOSPC, "le disque est plein"),
        (errno.EACCES, "il est protégé contre l'écriture"),
        (errno.EROFS, "il est protégé contre l'écriture"),
        (errno.EIO, "l'écriture a échoué"),
    ],
)
def test_une_ecriture_impossible_est_dite_et_garde_l_ancien_fichier(tmp_path, monkeypatch, numero, cause):
    ecrire_reponses(tmp_path, *QUI, REPONSES)

    def echouer(*_):
        raise OSError(numero, "no")

    monkeypatch.setattr(Path, "replace", echouer)
    with pytest.raises(ErreurRncp) as refus:
        ecrire_reponses(tmp_path, *QUI, {})
    assert str(refus.value) == (
        f"Votre réponse n'a pas pu être enregistrée dans le dossier « reponses » ({cause}) : "
        "gardez cette page ouverte et prévenez la personne qui surveille."
    )
    assert lire(tmp_path).reponses == REPONSES
    assert [f.name for f in (tmp_path / "reponses").iterdir()] == ["B1-QST__qst_c1.json"]


def test_un_fichier_a_la_place_du_dossier_est_dit(tmp_path):
    (tmp_path / "reponses").write_text("", encoding="utf-8")
    with pytest.raises(ErreurRncp, match=r"\(un fichier porte ce nom\)"):
        ecrire_reponses(tmp_path, *QUI, REPONSES)
    assert codes(lire(tmp_path).anomalies) == ["absent"]


def test_on_n_ecrit_pas_a_travers_un_lien(tmp_path):
    (tmp_path / "ailleurs").mkdir()
    (tmp_path / "reponses").symlink_to(tmp_path / "ailleurs")
    with pytest.raises(ErreurRncp, match="n'a pas pu être enregistrée"):
        ecrire_reponses(tmp_path, *QUI, REPONSES)
    assert list((tmp_path / "ailleurs").iterdir()) == []


@pytest.mark.parametrize("nom", ["../x", "a/b", "", ".cache", "a" * 65, "a\0b"])
def test_un_nom_qui_sortirait_du_dossier_est_refuse(tmp_path, nom):
    with pytest.raises(ErreurDonnees, match="ne peut pas nommer un fichier de réponses"):
        lire_reponses(tmp_path, "B1-QST", nom)


@pytest.mark.parametrize(
    ("contenu", "code", "probleme"),
    [
        (b"\xff\xfe{}", "encodage", "son texte n'est pas en UTF-8"),
        (b"", "json", "son contenu n'est pas du JSON"),
        ("{'a': 1}", "json", "son contenu n'est pas du JSON"),
        (json.dumps(valide())[:-20], "json", "son contenu n'est pas du JSON"),
        ("1" * 5000, "json", "son contenu n'est pas du JSON"),
        ([valide()], "json", "son contenu n'est pas un objet JSON"),
        ("null", "json", "son contenu n'est pas un objet JSON"),
        ("[" * 100_000, "imbrication", "ses données sont imbriquées trop profondément"),
        (b" " * (256 * 1024 + 1), "trop_gros", "il dépasse 256 Kio"),
        (valide(version=2), "version", "il est au format « 2 », et je lis le format 1"),
        (valide(version=True), "version", "il est au format oui, et je lis le format 1"),
        (valide(version=[1]), "version", "il est au format une liste, et je lis le format 1"),
        (valide(version=float("nan")), "version", "il est au format « nan », et je lis le format 1"),
        ({}, "version", "sa version de format manque, et je lis le format 1"),
        (valide(devoir="F-B1"), "devoir", "son en-tête indique devoir = « F-B1 » au lieu de « B1-QST »"),
        (valide(cellule={"x": 1}), "cellule", "son en-tête indique cellule = un objet au lieu de « qst_c1 »"),
    ],
)
def test_un_fichier_inutilisable_est_dit_sans_rien_lever(tmp_path, contenu, code, probleme):
    fichier(tmp_path, contenu)
    lecture = lire(tmp_path)
    assert (lecture.reponses, lecture.entete, codes(lecture.anomalies)) == ({}, {}, [code])
    assert lecture.anomalies[0].phrase == (
        f"Fichier « B1-QST__qst_c1.json » : {probleme} ; aucune réponse n'en est reprise."
    )


def test_un_fichier_absent_est_dit(tmp_path):
    lecture = lire(tmp_path)
    assert [a.phrase for a in lecture.anomalies] == [
        "Fichier « B1-QST__qst_c1.json » : il n'existe pas ; aucune réponse n'a été enregistrée pour cette partie."
    ]


def test_un_fichier_avec_marque_d_ordre_des_octets_se_lit(tmp_path):
    fichier(tmp_path, b"\xef\xbb\xbf" + json.dumps(valide()).encode())
    assert lire(tmp_path).reponses == REPONSES


def test_un_lien_n_est_pas_suivi(tmp_path):
    ailleurs = fichier(tmp_path, valide(), "vrai.json")
    (tmp_path / "reponses" / "B1-QST__qst_c1.json").symlink_to(ailleurs)
    assert codes(lire(tmp_path).anomalies) == ["lien"]


def test_un_dossier_qui_est_un_lien_n_est_pas_suivi(tmp_path):
    (tmp_path / "autre").mkdir()
    fichier(tmp_path / "autre", valide())
    (tmp_path / "copie").mkdir()
    (tmp_path / "copie" / "reponses").symlink_to(tmp_path / "autre" / "reponses")
    assert codes(lire(tmp_path / "copie").anomalies) == ["lien"]


def test_un_dossier_ou_un_tube_n_est_pas_ouvert(tmp_path):
    (tmp_path / "reponses" / "B1-QST__qst_c1.json").mkdir(parents=True)
    assert codes(lire(tmp_path).anomalies) == ["pas_un_fichier"]
    (tmp_path / "reponses" / "B1-QST__qst_c1.json").rmdir()
    os.mkfifo(tmp_path / "reponses" / "B1-QST__qst_c1.json")
    assert codes(lire(tmp_path).anomalies) == ["pas_un_fichier"]


@pytest.mark.parametrize(
    ("valeur", "code"),
    [
        (None, "type"),
        (True, "type"),
        ({"a": 1}, "type"),
        ({"a": "x", "b": ["y"]}, "type"),
        ({"x" * 201: "a"}, "trop_long"),
        ({f"c{rang}": "a" for rang in range(201)}, "trop_long"),
        ([1], "type"),
        ([["a"]], "type"),
        (["a", None], "type"),
        (float("nan"), "non_fini"),
        (float("inf"), "non_fini"),
        (float("-inf"), "non_fini"),
        ("x" * 8001, "trop_long"),
        (["x" * 201], "trop_long"),
        (["a"] * 201, "trop_long"),
        (10**300, "trop_long"),
        ("\ud800", "encodage"),
    ],
)
def test_une_valeur_impossible_est_ecartee_et_les_autres_gardees(tmp_path, valeur, code):
    fichier(tmp_path, valide(reponses={"C1-02": "a", "C1-09": valeur, "C1-03": ["a"]}))
    lecture = lire(tmp_path)
    assert lecture.reponses == {"C1-02": "a", "C1-03": ["a"]}
    assert codes(lecture.anomalies) == [code]
    assert lecture.anomalies[0].phrase.startswith("Réponse à la question « C1-09 » : ")
    assert lecture.anomalies[0].phrase.endswith(" ; elle est écartée.")


def test_un_nombre_trop_grand_pour_etre_fini_est_ecarte(tmp_path):
    fichier(tmp_path, json.dumps(valide(reponses={"C1-01": 0})).replace("0}", "1e999}"))
    lecture = lire(tmp_path)
    assert (lecture.reponses, codes(lecture.anomalies)) == ({}, ["empreinte", "non_fini"])


def test_un_texte_de_200_caracteres_et_un_nombre_sont_gardes(tmp_path):
    voulues = {"C1-01": "x" * 200, "C1-02": 65, "C1-03": 0.5}
    fichier(tmp_path, valide(reponses=voulues))
    assert (lire(tmp_path).reponses, lire(tmp_path).anomalies) == (voulues, [])


@pytest.mark.parametrize("partie", [None, [], "a", 3])
def test_une_partie_reponses_absente_est_dite(tmp_path, partie):
    fichier(tmp_path, valide(reponses=partie))
    lecture = lire(tmp_path)
    assert (lecture.reponses, codes(lecture.anomalies)) == ({}, ["reponses"])


def test_un_fichier_de_milliers_de_reponses_est_coupe(tmp_path):
    fichier(tmp_path, valide(reponses={f"q{rang}": None if rang % 2 else "a" for rang in range(5000)}))
    lecture = lire(tmp_path)
    assert len(lecture.reponses) == 100
    assert codes(lecture.anomalies) == ["trop_de_reponses", *["type"] * 100]


def test_un_en_tete_impossible_est_ignore(tmp_path):
    fichier(tmp_path, valide(apprenant=["a"], session="x" * 300, enregistre_le=None))
    assert lire(tmp_path).entete == {"devoir": "B1-QST", "cellule": "qst_c1"}


@pytest.mark.parametrize(
    "nom",
    [
        *("B1-QST__qst_c1 (1).json", "B1-QST__qst_c1(2).json", "B1-QST__qst_c1-Copy1.json", "B1-QST__qst_c1_v2.json"),
        *("B1-QST__qst_c1 - Copie.json", "B1-QST__qst_c1 - Copie (2).json", "Copie de B1-QST__qst_c1.json"),
        *("B1-QST__qst_c1.json.bak", "B1-QST__qst_c1.json~", "B1-QST__qst_c1 2.json", "B1-QST__qst_c1_final.json"),
        *("B1-QST__qst_c1.json.txt", "B1-QST__qst_c1_version 2.json", "B1-QST__qst_c1.JSON"),
    ],
)
def test_un_fichier_qui_ressemble_a_une_copie_est_dit_et_ignore(tmp_path, nom):
    ecrire_reponses(tmp_path, *QUI, REPONSES)
    fichier(tmp_path, valide(version=2, reponses={"C1-01": "99"}), nom)
    lecture = lire(tmp_path)
    assert lecture.reponses == REPONSES
    assert [a.phrase for a in lecture.anomalies] == [
        f"Fichier « {nom} » : il ressemble à une copie des réponses ; seul « B1-QST__qst_c1.json » est lu."
    ]


@pytest.mark.parametrize(
    "nom",
    ["B1-QST__qst_c10.json", "B1-QST__qst_c2.json", "B1-QST__qst_c1_bis.json", "notes.json", ".B1-QST__qst_c1.json"],
)
def test_le_fichier_d_une_autre_partie_n_est_pas_une_copie(tmp_path, nom):
    ecrire_reponses(tmp_path, *QUI, REPONSES)
    fichier(tmp_path, valide(), nom)
    assert lire(tmp_path).anomalies == []


def test_une_copie_seule_n_est_pas_lue_a_la_place(tmp_path):
    fichier(tmp_path, valide(), "B1-QST__qst_c1 (1).json")
    lecture = lire(tmp_path)
    assert (lecture.reponses, codes(lecture.anomalies)) == ({}, ["absent", "copie"])


def test_un_fichier_mis_de_cote_garde_son_contenu_et_un_nom_libre(tmp_path):
    noms = []
    for contenu in (b"un", b"deux"):
        fichier(tmp_path, contenu)
        noms.append(reponses.mettre_de_cote(tmp_path, "B1-QST", "qst_c1", instant=INSTANT))
    assert [nom.name for nom in noms] == [
        "B1-QST__qst_c1.mis-de-cote-20261123-104205-1.json",
        "B1-QST__qst_c1.mis-de-cote-20261123-104205-2.json",
    ]
    assert [nom.read_bytes() for nom in noms] == [b"un", b"deux"]
    assert codes(lire(tmp_path).anomalies) == ["absent", "mis_de_cote", "mis_de_cote"]


def test_les_phrases_montrent_sans_danger_ce_qui_a_ete_lu(tmp_path):
    fichier(tmp_path, valide(devoir="\x1b[31m" + "é" * 500))
    phrase = lire(tmp_path).anomalies[0].phrase
    assert "\x1b" not in phrase
    assert len(phrase) < 250


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda enfants: st.lists(enfants, max_size=4) | st.dictionaries(st.text(max_size=10), enfants, max_size=4),
    max_leaves=20,
)
SANS_REMISE_A_ZERO = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def tout_se_dit(lecture, questions):
    gardees, anomalies = verifier_reponses(lecture, questions, "amelie.durand", "2026-S2")
    assert set(gardees) <= {question.id for question in questions}
    for anomalie in [*lecture.anomalies, *anomalies]:
        assert anomalie.phrase.isprintable()
        assert anomalie.phrase.endswith(".")


@SANS_REMISE_A_ZERO
@given(octets=st.binary(max_size=400))
def test_aucun_octet_ne_fait_echouer_la_lecture(dossier, octets):
    fichier(dossier, octets)
    questions = charger_questions(dossier / "questions.json").questions_de("qst_c1", "amelie.durand")
    tout_se_dit(lire(dossier), questions)


@SANS_REMISE_A_ZERO
@given(change=st.dictionaries(st.sampled_from(list(valide())), JSON))
def test_aucun_en_tete_ne_fait_echouer_la_lecture(dossier, change):
    fichier(dossier, valide(**change))
    questions = charger_questions(dossier / "questions.json").questions_de("qst_c1", "amelie.durand")
    tout_se_dit(lire(dossier), questions)


@SANS_REMISE_A_ZERO
@given(contenu=st.dictionaries(st.sampled_from(["C1-01", "C1-02", "C1-03"]) | st.text(max_size=8), JSON))
def test_aucune_reponse_ne_fait_echouer_la_lecture(dossier, contenu):
    fichier(dossier, valide(reponses=contenu))
    questions = charger_questions(dossier / "questions.json").questions_de("qst_c1", "amelie.durand")
    tout_se_dit(lire(dossier), questions)
