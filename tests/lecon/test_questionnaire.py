"""What a questionnaire cell shows, to the learner and to the grader."""

from __future__ import annotations

import json
import subprocess
import sys

import ipywidgets as widgets
import pytest

from rncp_utils.lecon import Questionnaire, charger_questions, ecrire_reponses
from rncp_utils.lecon.formulaire_html import CONSIGNE_EVALUATION, libelle_du_nombre
from rncp_utils.lecon.formulaire_widgets import formulaire
from rncp_utils.lecon.saisie import ouvrir_saisie

VUE = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def ouvrir(dossier):
    """The form of ``qst_c1``."""
    jeu = charger_questions(dossier / "questions.json")
    qui = {"devoir": jeu.devoir, "session": jeu.session, "cellule": "qst_c1", "apprenant": "amelie.durand"}
    questions = jeu.questions_de("qst_c1", "amelie.durand")
    return lambda: formulaire(ouvrir_saisie(questions, dossier=dossier, **qui), consigne=CONSIGNE_EVALUATION)


def descendants(widget):
    yield widget
    for enfant in getattr(widget, "children", ()):
        yield from descendants(enfant)


def seul(forme, sorte):
    [widget] = [widget for widget in descendants(forme) if type(widget) is sorte]
    return widget


def textes(forme):
    return "\n".join(widget.value for widget in descendants(forme) if type(widget) is widgets.HTML)


def reponses(dossier):
    return json.loads((dossier / "reponses" / "B1-QST__qst_c1.json").read_text(encoding="utf-8"))["reponses"]


def test_rien_n_est_choisi_d_avance(ouvrir, dossier):
    forme = ouvrir()
    radio = seul(forme, widgets.RadioButtons)
    assert (radio.index, radio.value) == (None, None)
    assert [w.value for w in descendants(forme) if isinstance(w, widgets.Checkbox)] == [False] * 4
    assert seul(forme, widgets.Text).value == ""
    assert not (dossier / "reponses").exists()


def test_chaque_question_a_son_titre_sa_consigne_et_son_unite(ouvrir):
    forme = ouvrir()
    html = textes(forme)
    assert html.count('<h3 class="rncp-rang">Question') == 3
    for consigne in ("· une seule réponse<", "· plusieurs réponses possibles<", "· un nombre<"):
        assert html.count(consigne) == 1
    assert "Quelle action vient &lt;en premier&gt;\xa0?" in html
    assert seul(forme, widgets.Text).description == "Votre réponse, en %\xa0:"
    libelles = [libelle for libelle, _ in seul(forme, widgets.RadioButtons).options]
    assert libelles[-1] == "Je ne sais pas"
    assert sorted(libelles[:-1]) == ["Rien", "Un bilan annuel & un rendez-vous", "Une lettre circulaire"]


@pytest.mark.parametrize(
    ("unite", "libelle"),
    [
        ("€", "Votre réponse, en € :"),
        ("h", "Votre réponse, en heures :"),
        ("contacts", "Votre réponse, nombre de contacts :"),
        ("", "Votre réponse :"),
    ],
)
def test_l_unite_se_lit_dans_le_libelle_du_champ(unite, libelle):
    assert libelle_du_nombre(unite).replace("\xa0", " ") == libelle


def test_chaque_geste_est_enregistre_aussitot(ouvrir, dossier):
    forme = ouvrir()
    seul(forme, widgets.RadioButtons).value = "b"
    assert reponses(dossier) == {"C1-02": "b"}
    cases = {w.description: w for w in descendants(forme) if isinstance(w, widgets.Checkbox)}
    cases["Le secteur"].value = True
    cases["La phase de vie"].value = True
    cases["Le secteur"].value = False
    seul(forme, widgets.Text).value = "65"
    assert reponses(dossier) == {"C1-01": "65", "C1-02": "b", "C1-03": ["d"]}
    assert "3 réponses sur 3\xa0: toutes les questions ont une réponse." in textes(forme)


def test_une_seule_ligne_d_etat_suit_la_derniere_reponse(ouvrir):
    forme = ouvrir()
    seul(forme, widgets.Text).value = "65"
    seul(forme, widgets.RadioButtons).value = "b"
    html = textes(forme)
    assert html.count('role="status"') == 1
    assert "✔ — 2 réponses sur 3</p>" in html
    assert "J&#x27;ai compris 65\xa0%." in html


def test_un_nombre_illisible_est_explique_sans_etre_efface(ouvrir, dossier):
    forme = ouvrir()
    seul(forme, widgets.Text).value = "65 66"
    assert "J&#x27;ai lu deux nombres\xa0: 65 et 66." in textes(forme)
    assert seul(forme, widgets.Text).value == "65 66"
    assert reponses(dossier) == {"C1-01": "65 66"}


def test_ce_que_tape_l_apprenant_est_echappe(ouvrir):
    forme = ouvrir()
    seul(forme, widgets.Text).value = "<img src=x>"
    assert "<img" not in textes(forme)
    assert "&lt;img src=x&gt;" in textes(forme)


def test_les_reponses_reviennent_quand_la_cellule_est_executee_de_nouveau(ouvrir, dossier):
    donnees = {"C1-01": "65 ou 66", "C1-02": "je_ne_sais_pas", "C1-03": ["a", "c"]}
    ecrire_reponses(dossier, "B1-QST", "qst_c1", "amelie.durand", "2026-S2", donnees)
    forme = ouvrir()
    assert seul(forme, widgets.Text).value == "65 ou 66"
    assert seul(forme, widgets.RadioButtons).value == "je_ne_sais_pas"
    cochees = {w.description for w in descendants(forme) if isinstance(w, widgets.Checkbox) and w.value}
    assert cochees == {"Le secteur", "Le chiffre d'affaires"}
    assert "retrouvées ✔ — 2 réponses sur 3" in textes(forme)
    assert "J&#x27;ai lu deux nombres" in textes(forme)


def test_une_ecriture_impossible_est_dite_dans_la_ligne_d_etat(ouvrir, dossier):
    (dossier / "reponses").write_text("", encoding="utf-8")
    forme = ouvrir()
    seul(forme, widgets.RadioButtons).value = "b"
    assert '<p class="rncp-alerte" role="status">▲ Votre réponse n&#x27;a pas pu être enregistrée' in textes(forme)


def test_l_apprenant_voit_un_formulaire_et_une_phrase_pour_la_reouverture(dossier):
    reprise, forme = Questionnaire("qst_c1", dossier=dossier).affichages()
    assert "Si aucune question n&#x27;apparaît ci-dessous" in reprise["text/html"]
    assert set(forme) == {VUE, "text/plain"}
    assert forme["text/plain"] == "Questionnaire « qst_c1 » : 0 réponse sur 3"


def test_en_correction_l_affichage_est_fixe_echappe_et_sans_effet(dossier, monkeypatch):
    donnees = {"C1-01": "<b>65</b>", "C1-02": "a", "C1-03": ["zz"], "<i>": "x"}
    chemin = ecrire_reponses(dossier, "B1-QST", "qst_c1", "amelie.durand", "2026-S2", donnees)
    avant = chemin.read_bytes()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    [affichage] = Questionnaire("qst_c1", dossier=dossier).affichages()
    html = affichage["text/html"]
    assert set(affichage) == {"text/html", "text/plain"}
    assert "<dd>Un bilan annuel &amp; un rendez-vous</dd>" in html
    assert html.count("<dd>Sans réponse</dd>") == 2
    assert "<b>65" not in html and "<i>" not in html
    assert "elle n&#x27;est pas un nombre lisible" in html
    assert [f.name for f in chemin.parent.iterdir()] == [chemin.name]
    assert chemin.read_bytes() == avant


def test_en_correction_le_nombre_compris_est_montre(dossier, monkeypatch):
    ecrire_reponses(dossier, "B1-QST", "qst_c2", "amelie.durand", "2026-S2", {"C2-01": "212,4 k€"})
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    [affichage] = Questionnaire("qst_c2", dossier=dossier).affichages()
    attendu = "<dd>« 212,4 k€ » — J&#x27;ai compris 212\u202f400 € (soit 212,4 k€).</dd>"
    assert attendu in affichage["text/html"].replace("\xa0", " ")


@pytest.mark.parametrize("execution", ["", "autograde"])
def test_sans_questions_une_phrase_prend_la_place_du_formulaire(dossier, monkeypatch, execution):
    (dossier / "questions.json").unlink()
    monkeypatch.setenv("NBGRADER_EXECUTION", execution)
    [affichage] = Questionnaire("qst_c1", dossier=dossier).affichages()
    assert "Je ne trouve pas le fichier «\xa0questions.json\xa0» à côté du notebook" in affichage["text/html"]


def test_une_partie_inconnue_donne_une_phrase(dossier):
    [affichage] = Questionnaire("qst_c9", dossier=dossier).affichages()
    assert "La partie «\xa0qst_c9\xa0» n&#x27;existe pas dans B1-QST" in affichage["text/html"]


def test_la_correction_ne_charge_pas_les_widgets(dossier, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    programme = (
        "import sys\nfrom rncp_utils.lecon import Questionnaire\n"
        "Questionnaire('qst_c1').affichages()\nprint('ipywidgets' in sys.modules)"
    )
    resultat = subprocess.run(
        [sys.executable, "-c", programme], capture_output=True, text=True, check=True, cwd=dossier
    )
    assert (resultat.stdout, resultat.stderr) == ("False\n", "")
