"""The journal: written at once, chained, replayed whatever it contains."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.entretien import charger_scenario, demarrer, jouer, lire_journal, rejouer
from rncp_utils.entretien.journal import Entete, chainer, contenu_du_journal, ecrire_journal
from rncp_utils.entretien.moteur import clore, dire
from rncp_utils.entretien.rejeu import EVENEMENTS_MAX, LONGUEUR_REFORMULATION
from rncp_utils.lecon.reponses import TAILLE_MAX, empreinte

S1 = charger_scenario("S1")
ENTETE = Entete(
    devoir="B2-MES",
    cellule="entretien",
    apprenant="amelie.durand",
    session="2026-S2",
    scenario="S1",
    version=1,
    variante="",
    debut="2026-11-26T10:00:00+01:00",
)
QUI = {"devoir": "B2-MES", "cellule": "entretien", "apprenant": "amelie.durand"}
HEURE = "2026-11-26T10:0{}:00+01:00"


def situation():
    jouee = demarrer(S1)
    for rang, choix in enumerate("cdbcb"):
        jouee = dire(S1, jouee, choix, HEURE.format(rang))
    return jouee


def journal(**changements) -> dict:
    return json.loads(json.dumps(contenu_du_journal(ENTETE, situation(), "Un four."))) | changements


def codes(rejeu) -> list[str]:
    return [anomalie.code for anomalie in rejeu.anomalies]


@pytest.fixture
def fichier(tmp_path):
    ecrire_journal(tmp_path, ENTETE, situation(), "Un four.")
    return tmp_path / "reponses" / "B2-MES__entretien.json"


def test_le_journal_a_la_forme_convenue(fichier):
    ecrit = json.loads(fichier.read_text(encoding="utf-8"))
    assert set(ecrit) == {
        *("format", "devoir", "cellule", "apprenant", "session", "scenario", "version", "variante", "debut"),
        *("evenements", "reformulation", "empreinte"),
    }
    assert ecrit["reformulation"] == "Un four."
    premier = ecrit["evenements"][0]
    assert len(premier.pop("empreinte")) == 64
    assert premier == {"n": 1, "noeud": "N0", "choix": "c", "horodatage": HEURE.format(0)}


def test_rejouer_rend_l_entretien_tel_qu_il_a_ete_joue(fichier, tmp_path):
    rejeu = rejouer(lire_journal(tmp_path, "B2-MES"), S1, **QUI)
    assert rejeu.situation == situation()
    assert (rejeu.reformulation, rejeu.debut, rejeu.anomalies) == ("Un four.", ENTETE.debut, ())


def test_la_fin_est_un_evenement(tmp_path):
    close = clore(situation(), HEURE.format(9))
    ecrire_journal(tmp_path, ENTETE, close, "")
    rejeu = rejouer(lire_journal(tmp_path, "B2-MES"), S1, **QUI)
    assert rejeu.situation == close
    assert rejeu.anomalies == ()


def test_une_note_ecrite_dans_le_journal_n_est_pas_lue():
    vrai, triche = journal(), journal(score=100, indicateurs={"I1": 1}, confiance=10)
    assert rejouer(triche, S1, **QUI).situation == rejouer(vrai, S1, **QUI).situation


def test_un_choix_impossible_est_ecarte_et_dit_sans_arreter_la_suite():
    faux = journal()
    faux["evenements"].insert(1, {"n": 2, "noeud": "N13", "choix": "b", "horodatage": ""})
    faux["evenements"].insert(1, {"n": 2, "noeud": "N1", "choix": "z", "horodatage": ""})
    rejeu = rejouer(faux, S1, **QUI)
    assert rejeu.situation.suite == situation().suite
    assert codes(rejeu) == ["retouche", "choix_impossible", "choix_impossible"]
    assert rejeu.anomalies[1].phrase == (
        "Événement n° 2 de l'entretien : « z » au moment « N1 » était impossible à cet endroit (« N1 ») ; "
        "il est écarté."
    )


def test_un_evenement_repete_ne_compte_qu_une_fois():
    double = journal()
    double["evenements"] = [evenement for evenement in double["evenements"] for _ in range(2)]
    rejeu = rejouer(double, S1, **QUI)
    assert rejeu.situation.suite == situation().suite
    assert codes(rejeu).count("choix_impossible") == 5


def test_rien_ne_se_dit_apres_la_fin():
    ferme = contenu_du_journal(ENTETE, clore(jouer(S1, "c")), "")
    ferme["evenements"].append({"n": 3, "noeud": "N1", "choix": "d", "horodatage": ""})
    rejeu = rejouer(ferme, S1, **QUI)
    assert rejeu.situation.clos
    assert rejeu.situation.suite == [("N0", "c")]
    assert "choix_impossible" in codes(rejeu)


@pytest.mark.parametrize("rang", range(5))
@pytest.mark.parametrize("cle", ["n", "noeud", "choix", "horodatage", "empreinte"])
def test_la_chaine_trahit_une_retouche(rang, cle):
    faux = journal()
    faux["evenements"][rang][cle] = "9"
    faux["empreinte"] = empreinte(faux)
    assert "retouche" in codes(rejouer(faux, S1, **QUI))


def test_la_chaine_trahit_un_evenement_ote_ou_deplace():
    for changer in (lambda e: e.pop(2), lambda e: e.reverse(), lambda e: e.insert(0, e[0])):
        faux = journal()
        changer(faux["evenements"])
        faux["empreinte"] = empreinte(faux)
        assert "retouche" in codes(rejouer(faux, S1, **QUI))


def test_la_chaine_depend_de_qui_joue():
    autre = replace(ENTETE, apprenant="bruno.petit")
    assert chainer(ENTETE.graine, [{"n": 1}]) != chainer(autre.graine, [{"n": 1}])


@pytest.mark.parametrize(
    ("changement", "code"),
    [
        ({"apprenant": "bruno.petit"}, "autre_apprenant"),
        ({"devoir": "B4-MES"}, "autre_devoir"),
        ({"cellule": "autre"}, "autre_cellule"),
        ({"scenario": "S2"}, "autre_scenario"),
        ({"format": 2}, "version"),
        ({"format": True}, "version"),
        ({"format": None}, "version"),
    ],
)
def test_le_journal_de_quelqu_un_ou_de_quelque_chose_d_autre_est_refuse(changement, code):
    rejeu = rejouer(journal(**changement), S1, **QUI)
    assert rejeu.situation == demarrer(S1)
    assert rejeu.reformulation == ""
    assert codes(rejeu) == [code]


def test_une_autre_version_du_scenario_est_rejouee_et_dite():
    ancien = contenu_du_journal(replace(ENTETE, version=7), situation(), "")
    rejeu = rejouer(ancien, S1, **QUI)
    assert rejeu.situation == situation()
    assert codes(rejeu) == ["version_du_scenario"]


@pytest.mark.parametrize(
    "contenu",
    [
        b"",
        b"pas du JSON",
        b"[1, 2]",
        b"null",
        b"NaN",
        b'{"format": NaN}',
        b'{"format": 1',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
)
def test_un_fichier_hostile_ne_fait_rien_planter(fichier, tmp_path, contenu):
    fichier.write_bytes(contenu)
    rejeu = rejouer(lire_journal(tmp_path, "B2-MES"), S1, **QUI)
    assert rejeu.situation == demarrer(S1)
    assert len(rejeu.anomalies) == 1


def test_un_fichier_enorme_ou_absent_est_dit(fichier, tmp_path):
    fichier.write_bytes(b" " * (TAILLE_MAX + 1))
    assert codes(rejouer(lire_journal(tmp_path, "B2-MES"), S1, **QUI)) == ["trop_gros"]
    fichier.unlink()
    assert codes(rejouer(lire_journal(tmp_path, "B2-MES"), S1, **QUI)) == ["absent"]


@pytest.mark.parametrize(
    "changement",
    [
        {"evenements": None},
        {"evenements": {}},
        {"evenements": [None, 3, "N0", [], {}, {"noeud": "N0"}, {"noeud": "N0", "choix": 3}]},
        {"evenements": [{"noeud": ["N0"], "choix": {"a": 1}}]},
        {"evenements": [{"noeud": "N0", "choix": "\ud800"}]},
        {"evenements": [{"noeud": "N0", "choix": float("nan")}]},
        {"evenements": [{"n": 1}] * 10_000},
        {"reformulation": 3},
        {"reformulation": "\ud800"},
        {"version": float("nan")},
        {"debut": ["hier"]},
        {"apprenant": ["amelie.durand"]},
        {"inconnu": {"a": [1, {"b": None}]}},
        {3: 4},
    ],
)
def test_un_contenu_hostile_ne_fait_rien_planter(changement):
    rejeu = rejouer(journal(**changement) if 3 not in changement else journal() | changement, S1, **QUI)
    assert rejeu.anomalies
    for anomalie in rejeu.anomalies:
        anomalie.phrase.encode("utf-8")
    rejeu.reformulation.encode("utf-8")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
        lambda enfants: st.lists(enfants, max_size=4) | st.dictionaries(st.text(max_size=10), enfants, max_size=4),
        max_leaves=15,
    )
)
def test_n_importe_quelles_donnees_se_rejouent_sans_erreur(donnees):
    assert rejouer(donnees, S1, **QUI).situation == demarrer(S1)
    rejeu = rejouer(journal(evenements=donnees, reformulation=donnees, version=donnees), S1, **QUI)
    assert rejeu.situation.tours == ()


def test_les_evenements_en_trop_et_le_texte_trop_long_sont_coupes():
    faux = journal(
        evenements=[{"noeud": "N9", "choix": "a"}] * (EVENEMENTS_MAX + 5),
        reformulation="x" * (LONGUEUR_REFORMULATION + 1),
    )
    rejeu = rejouer(faux, S1, **QUI)
    assert "trop_d_evenements" in codes(rejeu)
    assert "trop_long" in codes(rejeu)
    assert len(rejeu.reformulation) == LONGUEUR_REFORMULATION
    # A few impossible events are told one by one, the others in one sentence.
    assert codes(rejeu).count("choix_impossible") == 6
    assert f"au nombre de {EVENEMENTS_MAX - 5}," in rejeu.anomalies[-2].phrase


def test_une_copie_du_journal_est_signalee(fichier, tmp_path):
    fichier.with_name("B2-MES__entretien (1).json").write_text("{}", encoding="utf-8")
    rejeu = rejouer(lire_journal(tmp_path, "B2-MES"), S1, **QUI)
    assert codes(rejeu) == ["copie"]
    assert rejeu.situation == situation()
