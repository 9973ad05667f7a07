"""An interview played in JupyterLab, with the keyboard only."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from rncp_utils.entretien import charger_scenario, jouer, lire_journal, rejouer
from rncp_utils.entretien.pages import joli
from rncp_utils.entretien.partie import ouvrir_partie

ENTRETIEN = ".rncp-entretien"
RADIOS = f'{ENTRETIEN} .rncp-repliques input[type="radio"]'
# Elements wider than the room that they have, from the page down to the last label.
DEBORDEMENTS = """() => ['html', '.jp-WindowedPanel-outer', '.jp-OutputArea-output', '.rncp-entretien',
                         '.rncp-entretien :not(input, textarea)']
    .flatMap(selecteur => Array.from(document.querySelectorAll(selecteur)))
    .filter(noeud => noeud.clientWidth > 0 && noeud.scrollWidth > noeud.clientWidth)
    .map(noeud => noeud.className)"""
FOCUS = "s => document.activeElement.matches(s)"


@pytest.fixture
def notebook(dossier_de_travail: Path) -> Path:
    """A notebook of one interview, whose code is hidden."""
    contenu = nbformat.v4.new_notebook()
    contenu.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    contenu.cells = [
        nbformat.v4.new_markdown_cell("# Découvrir les besoins\n\n## Entretien d'entraînement"),
        nbformat.v4.new_code_cell(
            'from rncp_utils.entretien import Entretien\n\nEntretien("S1")',
            metadata={"jupyter": {"source_hidden": True}},
        ),
    ]
    chemin = dossier_de_travail / "entretien.ipynb"
    nbformat.write(contenu, chemin)
    return chemin


@pytest.fixture
def ouvert(lab, notebook):
    """The notebook open, the dialogue on the screen."""
    lab.ouvrir(notebook)
    lab.executer_tout()
    attendre_le_dialogue(lab.page)
    return lab


def attendre_le_dialogue(page) -> None:
    page.locator(f'{ENTRETIEN} [role="log"]').wait_for()
    # The last thing the form's script does is to name its fields.
    page.locator(f"{ENTRETIEN} textarea[aria-describedby]").wait_for()


def aller_a(page, selecteur: str, touche: str = "Tab") -> None:
    """Press Tab until the focus is on an element of the dialogue, as somebody without a mouse does."""
    for _ in range(40):
        if page.evaluate(FOCUS, f"{ENTRETIEN} {selecteur}"):
            return
        page.keyboard.press(touche)
    pytest.fail(f"Le clavier n'atteint pas « {selecteur} »")


def revenir_au_debut(lab) -> None:
    lab.page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }")
    lab.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCell.node.focus()")


def dire(page, texte: str, rang: int) -> None:
    """Choose a reply with the arrows, say it, and wait until it is said."""
    # After each reply the focus is led to the next ones.
    page.wait_for_function(FOCUS, arg=RADIOS)
    for _ in range(10):
        page.keyboard.press("ArrowDown")
        if page.evaluate("document.activeElement.checked && document.activeElement.parentElement.innerText") == texte:
            break
    else:
        pytest.fail(f"Les flèches n'atteignent pas « {texte} »")
    aller_a(page, ".rncp-dire")
    page.keyboard.press("Enter")
    page.get_by_text(f"{rang} échange{'s' if rang > 1 else ''}", exact=True).wait_for()


def test_l_entretien_se_joue_au_clavier_et_se_retrouve_apres_rechargement(ouvert, notebook):
    page, scenario = ouvert.page, charger_scenario("S1")
    pas = [pas.split(".") for pas in scenario.verite.parcours_modele]
    textes = [joli(scenario.noeud(noeud).choix_de(choix).texte) for noeud, choix in pas]
    revenir_au_debut(ouvert)
    aller_a(page, ".rncp-repliques input[type=radio]")
    for rang, texte in enumerate(textes[:8], start=1):
        dire(page, texte, rang)
    aller_a(page, ".rncp-reformulation textarea")
    page.keyboard.type("Un four, oui, mais aussi la file du samedi.")
    page.locator(".rncp-reformulation [role=status]", has_text="Enregistré").wait_for()

    ouvert.recharger()
    ouvert.executer_tout()
    attendre_le_dialogue(page)
    page.get_by_text("Entretien retrouvé ✔").wait_for()
    page.get_by_text("8 échanges", exact=True).wait_for()
    assert page.locator(f"{ENTRETIEN} .rncp-message").count() == 1 + 2 * 8
    assert page.locator(f"{ENTRETIEN} textarea").input_value() == "Un four, oui, mais aussi la file du samedi."

    revenir_au_debut(ouvert)
    aller_a(page, ".rncp-repliques input[type=radio]")
    for rang, texte in enumerate(textes[8:], start=9):
        dire(page, texte, rang)
    page.wait_for_function(FOCUS, arg=f"{ENTRETIEN} textarea")
    aller_a(page, ".rncp-clore")
    page.keyboard.press("Enter")
    page.wait_for_function(FOCUS, arg=f"{ENTRETIEN} .rncp-non")
    aller_a(page, ".rncp-oui")
    page.keyboard.press("Enter")
    page.wait_for_function(FOCUS, arg=f"{ENTRETIEN} .rncp-bilan-entretien h3")
    assert page.locator(f"{ENTRETIEN} td.rncp-niveau", has_text="✔").count() == 6
    assert page.locator(RADIOS).count() == 0
    assert page.locator(f"{ENTRETIEN} textarea").is_disabled()

    rejeu = rejouer(lire_journal(notebook.parent, "S1"), scenario, devoir="S1", apprenant="amelie.durand")
    assert rejeu.anomalies == ()
    assert rejeu.situation.clos
    assert rejeu.situation.suite == jouer(scenario, [choix for _, choix in pas]).suite
    assert rejeu.reformulation == "Un four, oui, mais aussi la file du samedi."
    assert ouvert.traces() == []


def test_l_entretien_tient_dans_l_ecran_et_se_nomme(ouvert):
    page = ouvert.page
    dialogue = page.locator(ENTRETIEN)
    assert dialogue.get_by_role("log", name="Conversation avec Élise Marchand").count() == 1
    assert dialogue.get_by_role("radiogroup", name="Que dites-vous").get_by_role("radio").count() == 4
    assert dialogue.get_by_role("radio", checked=True).count() == 0
    assert page.evaluate(DEBORDEMENTS) == []
    # The conversation and the replies are read together, without scrolling.
    bas = page.evaluate("document.querySelector('.rncp-scene').getBoundingClientRect()")
    assert bas["height"] < 600
    cibles = dialogue.locator("label:has(input), button, textarea").evaluate_all(
        "cibles => cibles.map(c => c.getBoundingClientRect()).map(b => Math.min(b.width, b.height))"
    )
    assert min(cibles) >= 24


@pytest.mark.complet
def test_dire_sans_choisir_le_dit_et_renoncer_a_clore_ne_clot_pas(ouvert, notebook):
    page = ouvert.page
    revenir_au_debut(ouvert)
    aller_a(page, ".rncp-dire")
    page.keyboard.press("Enter")
    page.get_by_text("Choisissez d'abord une réplique").wait_for()
    aller_a(page, ".rncp-clore")
    page.keyboard.press("Enter")
    page.wait_for_function(FOCUS, arg=f"{ENTRETIEN} .rncp-non")
    page.keyboard.press("Enter")
    page.wait_for_function(FOCUS, arg=f"{ENTRETIEN} .rncp-clore")
    page.locator(f"{ENTRETIEN} .rncp-oui").wait_for(state="detached")
    assert not (notebook.parent / "reponses").exists()


@pytest.mark.complet
def test_la_transcription_se_telecharge(ouvert):
    page = ouvert.page
    page.locator(RADIOS).first.check()
    page.get_by_role("button", name="Dire").click()
    page.get_by_text("1 échange", exact=True).wait_for()
    page.get_by_role("button", name="Clore l'entretien").click()
    page.get_by_role("button", name="Oui, clore l'entretien").click()
    with page.expect_download() as telechargement:
        page.get_by_role("link", name="Télécharger la transcription").click()
    assert telechargement.value.suggested_filename == "entretien_S1.html"
    contenu = Path(telechargement.value.path()).read_text(encoding="utf-8")
    assert contenu.startswith('<!DOCTYPE html>\n<html lang="fr">')
    assert "amelie.durand" in contenu


@pytest.mark.complet  # test_deux_onglets.py says it of an assignment
def test_deux_onglets_ne_se_contredisent_pas(ouvert, notebook):
    """The same interview moved forward by another kernel: this tab catches up instead of writing over it."""
    page = ouvert.page
    ailleurs = ouvrir_partie(
        charger_scenario("S1"),
        dossier=notebook.parent,
        devoir="S1",
        cellule="entretien",
        apprenant="amelie.durand",
    )
    assert ailleurs.dire("c")
    page.locator(RADIOS).first.check()
    page.get_by_role("button", name="Dire").click()
    page.get_by_text("L'entretien a avancé dans un autre onglet").wait_for()
    page.get_by_text("1 échange", exact=True).wait_for()
    journal = json.loads((notebook.parent / "reponses" / "S1__entretien.json").read_text(encoding="utf-8"))
    assert [evenement["choix"] for evenement in journal["evenements"]] == ["c"]


@pytest.mark.complet
def test_recommencer_ramene_a_la_premiere_replique(ouvert):
    page = ouvert.page
    page.locator(RADIOS).first.check()
    page.get_by_role("button", name="Dire").click()
    page.get_by_text("1 échange", exact=True).wait_for()
    page.get_by_role("button", name="Recommencer").click()
    page.get_by_role("button", name="Oui, recommencer").click()
    page.get_by_text("0 échange", exact=True).wait_for()
    page.wait_for_function(FOCUS, arg=RADIOS)
    assert page.locator(f"{ENTRETIEN} .rncp-message").count() == 1
