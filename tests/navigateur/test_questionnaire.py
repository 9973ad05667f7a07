"""A questionnaire answered in JupyterLab, with the keyboard only."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

from rncp_utils.lecon import charger_questions

QUESTIONS = {
    "format": 1,
    "devoir": "B1-QST",
    "session": "2026-S2",
    "strates": {
        "qst_c1": {"competence": "C1", "questions": 3},
        "qst_c2": {"competence": "C2", "questions": 1},
    },
    "questions": [
        {
            "id": "C1-01",
            "competence": "C1",
            "type": "NUM",
            "enonce": "Sur 420 clients du portefeuille, 273 ont été contactés depuis le 1er janvier. "
            "Quel est le taux de contact, en %, arrondi à l'unité ?",
            "unite": "%",
        },
        {
            "id": "C1-02",
            "competence": "C1",
            "type": "QCU",
            "enonce": "Un artisan équipé d'un compte courant n'a reçu aucune proposition depuis dix-huit mois. "
            "Quelle action inscrivez-vous en premier dans votre plan d'animation ?",
            "options": [
                {"id": "a", "texte": "Adresser une lettre circulaire sur l'ensemble des offres, sans relance"},
                {
                    "id": "b",
                    "texte": "Proposer un rendez-vous de bilan annuel, préparé à partir des flux du compte, des "
                    "échéances connues du client et des projets notés lors du dernier entretien",
                },
                {"id": "c", "texte": "Attendre la prochaine demande du client"},
            ],
        },
        {
            "id": "C1-03",
            "competence": "C1",
            "type": "QCM",
            "enonce": "Lesquels de ces critères peuvent servir à segmenter un portefeuille ?",
            "options": [
                {"id": "a", "texte": "Le secteur d'activité"},
                {"id": "b", "texte": "Les opinions politiques de la dirigeante"},
                {"id": "c", "texte": "Le produit net bancaire des douze derniers mois"},
                {"id": "d", "texte": "La phase de vie de l'entreprise"},
            ],
        },
        {
            "id": "C2-01",
            "competence": "C2",
            "type": "NUM",
            "enonce": "Quel est le produit net bancaire moyen par conseiller, en euros ?",
            "unite": "€",
        },
    ],
}
TEXTES = {
    (question["id"], option["id"]): option["texte"]
    for question in QUESTIONS["questions"]
    for option in question.get("options", ())
}
# Elements wider than the room that they have, from the page down to the last label.
DEBORDEMENTS = """() => ['html', '.jp-WindowedPanel-outer', '.jp-OutputArea-output', '.rncp-questionnaire',
                         '.rncp-questionnaire :not(input)']
    .flatMap(selecteur => Array.from(document.querySelectorAll(selecteur)))
    .filter(noeud => noeud.clientWidth > 0 && noeud.scrollWidth > noeud.clientWidth)
    .map(noeud => noeud.className)"""
BANDEAU = """() => getComputedStyle(document.querySelector('.rncp-questionnaire'), '::before')
    .content.includes("n'enregistre plus")"""
PREMIERE = ".rncp-questionnaire >> nth=0"


@pytest.fixture
def notebook(dossier_de_travail: Path) -> Path:
    """A notebook of two questionnaire cells, whose code is hidden, beside its questions."""
    (dossier_de_travail / "questions.json").write_text(json.dumps(QUESTIONS), encoding="utf-8")
    masquee = {"jupyter": {"source_hidden": True}}
    contenu = nbformat.v4.new_notebook()
    contenu.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    contenu.cells = [
        nbformat.v4.new_markdown_cell("# Questionnaire du bloc 1\n\n## Compétence C1"),
        nbformat.v4.new_code_cell(
            'from rncp_utils.lecon import Questionnaire\n\nQuestionnaire("qst_c1")', metadata=masquee
        ),
        nbformat.v4.new_markdown_cell("## Compétence C2"),
        nbformat.v4.new_code_cell('Questionnaire("qst_c2")', metadata=masquee),
    ]
    chemin = dossier_de_travail / "b1_qst.ipynb"
    nbformat.write(contenu, chemin)
    return chemin


@pytest.fixture
def ouvert(lab, notebook):
    """The notebook open, its two forms on the screen."""
    lab.ouvrir(notebook)
    lab.executer_tout()
    attendre_les_formulaires(lab.page)
    return lab


def attendre_les_formulaires(page) -> None:
    # The last thing the form's script does is to name its fields.
    page.wait_for_function("document.querySelectorAll('.rncp-question [aria-describedby]').length === 2")


def aller_a(page, selecteur: str) -> None:
    """Press Tab until the focus is on an element of the form, as somebody without a mouse does."""
    for _ in range(40):
        if page.evaluate("s => document.activeElement.matches(s)", f".rncp-questionnaire {selecteur}"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Le clavier n'atteint pas « {selecteur} »")


def revenir_au_debut(lab) -> None:
    lab.page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }")
    lab.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCell.node.focus()")


def attendre_le_compte(page, phrase: str) -> None:
    page.locator(".rncp-question [role=status]", has_text=f"✔ — {phrase}").wait_for()


def reponses(notebook: Path, cellule: str) -> dict:
    chemin = notebook.parent / "reponses" / f"B1-QST__{cellule}.json"
    return json.loads(chemin.read_text(encoding="utf-8"))


def choisir(page, texte: str) -> None:
    """Move in a group of radio buttons with the arrows, to the option with this text."""
    for _ in range(10):
        if page.evaluate("document.activeElement.checked && document.activeElement.parentElement.innerText") == texte:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"Les flèches n'atteignent pas « {texte} »")


def cocher(page, *textes: str) -> None:
    """Go through a group of checkboxes with Tab, and tick some with the space bar."""
    cases = page.locator(PREMIERE).locator("input[type=checkbox]")
    aller_a(page, "input[type=checkbox]")
    for rang in range(cases.count()):
        if page.evaluate("document.activeElement.parentElement.innerText") in textes:
            page.keyboard.press("Space")
        if rang < cases.count() - 1:
            page.keyboard.press("Tab")


def repondre(page, question) -> None:
    if question.type == "NUM":
        aller_a(page, "input[type=text]")
        page.keyboard.type("65 %")
    elif question.type == "QCU":
        aller_a(page, "input[type=radio]")
        choisir(page, TEXTES["C1-02", "b"])
    else:
        cocher(page, TEXTES["C1-03", "a"], TEXTES["C1-03", "d"])


def test_les_reponses_donnees_au_clavier_sont_enregistrees_et_reviennent(ouvert, notebook):
    page = ouvert.page
    formulaire = charger_questions(notebook.parent / "questions.json")
    revenir_au_debut(ouvert)
    for rang, question in enumerate(formulaire.questions_de("qst_c1", "amelie.durand"), start=1):
        repondre(page, question)
        attendre_le_compte(page, f"{rang} réponse{'s' if rang > 1 else ''} sur 3")
    page.keyboard.press("Tab")
    aller_a(page, "input[type=text]")
    page.keyboard.type("212 400,50 €")
    page.get_by_text("J'ai compris 212 400,5 €.").wait_for()
    attendre_le_compte(page, "1 réponse sur 1")

    ecrit = reponses(notebook, "qst_c1")
    assert datetime.fromisoformat(ecrit.pop("enregistre_le")).utcoffset() is not None
    assert len(ecrit.pop("empreinte")) == 64
    qcm = next(q for q in formulaire.questions_de("qst_c1", "amelie.durand") if q.type == "QCM")
    assert ecrit == {
        "version": 1,
        "devoir": "B1-QST",
        "cellule": "qst_c1",
        "apprenant": "amelie.durand",
        "session": "2026-S2",
        "reponses": {
            "C1-01": "65 %",
            "C1-02": "b",
            "C1-03": [option.id for option in qcm.options if option.id in ("a", "d")],
        },
    }
    assert reponses(notebook, "qst_c2")["reponses"] == {"C2-01": "212 400,50 €"}

    ouvert.recharger()
    ouvert.executer_tout()
    attendre_les_formulaires(page)
    verifier_l_ecran_retrouve(page)
    assert reponses(notebook, "qst_c1")["reponses"] == ecrit["reponses"]
    assert ouvert.traces() == []


def verifier_l_ecran_retrouve(page) -> None:
    premiere = page.locator(PREMIERE)
    premiere.get_by_text("retrouvées ✔ — 3 réponses sur 3").wait_for()
    assert premiere.get_by_role("textbox").input_value() == "65 %"
    assert premiere.locator("input[type=radio]:checked").locator("..").inner_text() == TEXTES["C1-02", "b"]
    cochees = premiere.locator("input[type=checkbox]:checked").locator("..").all_inner_texts()
    assert sorted(cochees) == sorted([TEXTES["C1-03", "a"], TEXTES["C1-03", "d"]])


def test_un_nombre_illisible_est_explique_en_francais_sans_etre_efface(ouvert, notebook):
    page = ouvert.page
    revenir_au_debut(ouvert)
    aller_a(page, "input[type=text]")
    page.keyboard.type("65 ou 66")
    page.get_by_text("J'ai lu deux nombres : 65 et 66. Saisissez-en un seul, par exemple 12,5.").wait_for()
    attendre_le_compte(page, "0 réponse sur 3")
    assert page.locator(PREMIERE).get_by_role("textbox").input_value() == "65 ou 66"
    assert reponses(notebook, "qst_c1")["reponses"] == {"C1-01": "65 ou 66"}
    assert ouvert.traces() == []


def test_les_touches_tapees_dans_le_formulaire_n_agissent_pas_sur_le_notebook(ouvert, notebook):
    page = ouvert.page
    revenir_au_debut(ouvert)
    aller_a(page, "input[type=radio]")
    for touche in ("d", "d", "x", "b", "m", "Enter", "ArrowDown", "ArrowDown"):
        page.keyboard.press(touche)
    attendre_le_compte(page, "1 réponse sur 3")
    assert page.evaluate("document.activeElement.type") == "radio"
    types = "Array.from(window.jupyterapp.shell.currentWidget.content.model.cells, cellule => cellule.type)"
    assert page.evaluate(types) == ["markdown", "code", "markdown", "code"]


def test_chaque_champ_se_nomme_se_voit_et_tient_dans_l_ecran(ouvert):
    page = ouvert.page
    premiere = page.locator(PREMIERE)
    assert premiere.get_by_role("textbox", name="Votre réponse, en %").count() == 1
    assert premiere.get_by_role("radiogroup", name="Un artisan équipé").get_by_role("radio").count() == 4
    assert premiere.get_by_role("radio", name="Je ne sais pas").is_checked() is False
    assert premiere.get_by_role("group", name="Lesquels de ces critères").get_by_role("checkbox").count() == 4
    description = premiere.get_by_role("textbox").evaluate(
        "champ => champ.getAttribute('aria-describedby').split(' ').map(i => document.getElementById(i).innerText)"
    )
    assert description[0].startswith("Sur 420 clients du portefeuille")

    assert page.evaluate(DEBORDEMENTS) == []
    cibles = premiere.locator("label:has(input), input[type=text]").evaluate_all(
        "cibles => cibles.map(c => c.getBoundingClientRect()).map(b => Math.min(b.width, b.height))"
    )
    assert len(cibles) == 9
    assert min(cibles) >= 24

    for selecteur in ("input[type=text]", "input[type=radio]", "input[type=checkbox]"):
        revenir_au_debut(ouvert)
        aller_a(page, selecteur)
        assert "solid 3px" in page.evaluate("getComputedStyle(document.activeElement).outline"), selecteur


def test_un_noyau_arrete_est_dit_avant_et_apres_une_reponse(ouvert, notebook):
    page = ouvert.page
    ouvert.redemarrer_le_noyau()
    page.wait_for_function(BANDEAU)
    page.locator(PREMIERE).locator("input[type=checkbox]").first.check()
    page.get_by_text("Votre réponse n'est pas encore enregistrée.").wait_for()
    assert not (notebook.parent / "reponses").exists()


@pytest.mark.complet
def test_un_notebook_rouvert_sans_noyau_dit_quoi_faire(ouvert):
    page = ouvert.page
    ouvert.recharger()
    page.reload()
    page.get_by_text("Si aucune question n'apparaît ci-dessous, ouvrez le menu Exécution").first.wait_for()
    page.wait_for_function(
        """() => Array.from(document.querySelectorAll('.jp-OutputArea-output.jupyter-widgets'))
            .filter(sortie => sortie.innerText.includes('model not found')).length === 2"""
    )
    assert page.get_by_text("model not found").first.is_visible() is False
