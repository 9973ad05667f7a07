"""The simulated workstation in JupyterLab and in Notebook 7: with the keyboard, on one screen, in two tabs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.machine import NOTEBOOK7

POSTE = ".rncp-poste"
CODE = """
from rncp_utils.poste import PosteDeTravail

PosteDeTravail("fournil", devoir="B5-L1", entrainement=True)
"""
ONGLETS = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9")
FOCUS = "s => document.activeElement.matches(s)"
# What axe-core may look at: the rest of the page is JupyterLab's.
A_NOUS = ".jp-OutputArea-output"
GRAVES = {"serious", "critical"}
# Elements wider than the room that they have, from the page down to the last label.
DEBORDEMENTS = """() => ['html', '.jp-WindowedPanel-outer', '.jp-OutputArea-output', '.rncp-poste',
                         '.rncp-poste :not(input, textarea, select)']
    .flatMap(selecteur => Array.from(document.querySelectorAll(selecteur)))
    .filter(noeud => noeud.clientWidth > 0 && noeud.scrollWidth > noeud.clientWidth)
    .map(noeud => noeud.className)"""


@pytest.fixture
def notebook(dossier_de_travail: Path) -> Path:
    """A notebook of one workstation, whose code is hidden."""
    contenu = nbformat.v4.new_notebook()
    contenu.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    contenu.cells = [
        nbformat.v4.new_markdown_cell("# Préparer un entretien"),
        nbformat.v4.new_code_cell(CODE.strip(), metadata={"jupyter": {"source_hidden": True}}),
    ]
    chemin = dossier_de_travail / "poste.ipynb"
    nbformat.write(contenu, chemin)
    return chemin


@pytest.fixture
def ouvert(lab, notebook):
    """The workstation shown."""
    return montrer(lab, notebook)


@pytest.fixture(params=[pytest.param("lab/tree", id="lab"), NOTEBOOK7])
def ouvert_partout(lab, notebook, request):
    """The workstation shown, in each of the two applications: they do not treat keys alike."""
    lab.application = request.param
    return montrer(lab, notebook)


def montrer(lab, notebook: Path):
    lab.ouvrir(notebook)
    lab.executer_tout()
    # The last thing the workstation's script does is to say which screen is open.
    lab.page.locator(f'{POSTE} .rncp-onglet[aria-current="page"]').wait_for()
    return lab


def aller_a(page, selecteur: str, touche: str = "Tab") -> None:
    """Press Tab until the focus is on an element of the workstation, as somebody without a mouse does."""
    for _ in range(60):
        if page.evaluate(FOCUS, f"{POSTE} {selecteur}"):
            return
        page.keyboard.press(touche)
    pytest.fail(f"Le clavier n'atteint pas « {selecteur} »")


def ouvrir_l_ecran(page, code: str) -> None:
    """Press the tab of a screen with the keyboard; the focus is led to its heading."""
    page.locator(f"{POSTE} .rncp-onglet-{code}").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(FOCUS, arg=f'{POSTE} h3[data-ecran="{code}"]')
    page.locator(f'{POSTE} .rncp-onglet-{code}[aria-current="page"]').wait_for()


def champ(page, action: str, debut: str) -> None:
    """Tab to the field of a form whose label begins so."""
    for _ in range(80):
        if page.evaluate(
            "([action, debut]) => { const a = document.activeElement;"
            " return a.closest('.rncp-action-' + action) !== null"
            " && (a.closest('.widget-inline-hbox')?.innerText ?? '').startsWith(debut); }",
            [action, debut],
        ):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Le clavier n'atteint pas le champ « {debut} » de {action}")


def valider(page, action: str, dit: str) -> None:
    """Tab to the button of a form, press it, wait for what the workstation says."""
    aller_a(page, f".rncp-action-{action} button")
    page.keyboard.press("Enter")
    page.locator(f"{POSTE} .rncp-action-{action} .rncp-suivi").get_by_text(dit).wait_for()


def test_le_profil_se_complete_au_clavier_et_se_retrouve_apres_le_redemarrage(ouvert_partout):
    ouvert, page = ouvert_partout, ouvert_partout.page
    ouvrir_l_ecran(page, "P2")
    champ(page, "modifier", "Champ")
    page.keyboard.type("Loyer")
    champ(page, "modifier", "Nouvelle valeur")
    page.keyboard.type("18 000,50")
    valider(page, "modifier", "est mis à jour")
    page.locator(f"{POSTE} td", has_text="18 000,50 €").wait_for()
    # Blocked in words, and what was typed stays.
    champ(page, "modifier", "Champ")
    page.keyboard.type("SIREN")
    champ(page, "modifier", "Nouvelle valeur")
    page.keyboard.type("123456789")
    valider(page, "modifier", "Bloqué (P2-B1)")
    assert page.locator(".rncp-action-modifier input[type=text]").input_value() == "123456789"

    ouvert.recharger()
    ouvert.executer_tout()
    page.locator(f'{POSTE} h3[data-ecran="P2"]').wait_for()
    page.locator(f"{POSTE} td", has_text="18 000,50 €").wait_for()
    assert ouvert.traces() == []


@pytest.mark.complet  # the profile is typed in the same way
def test_un_dossier_s_ouvre_et_une_ligne_du_plan_s_inscrit_au_clavier(ouvert):
    page = ouvert.page
    ouvrir_l_ecran(page, "P4")
    valider(page, "ouvrir_dossier", "est ouvert")
    page.locator(f"{POSTE} .rncp-etats", has_text="Dossier : brouillon").wait_for()
    champ(page, "plan", "Ligne")
    page.keyboard.press("ArrowDown")
    champ(page, "plan", "Montant")
    page.keyboard.type("60 000,50")
    valider(page, "plan", "60 000,50 €")
    page.get_by_text("il manque 60 000,50 € aux ressources").wait_for()
    assert ouvert.traces() == []


@pytest.mark.complet
def test_un_document_reste_sous_les_yeux_d_un_ecran_a_l_autre(ouvert):
    page = ouvert.page
    ouvrir_l_ecran(page, "P2")
    champ(page, "lire_document", "Document")
    page.keyboard.press("ArrowDown")
    valider(page, "lire_document", "Document ouvert")
    page.locator(f"{POSTE} .rncp-document table").wait_for()
    ouvrir_l_ecran(page, "P3")
    assert page.locator(f"{POSTE} .rncp-document table").is_visible()


def test_les_neuf_ecrans_tiennent_dans_la_largeur_et_axe_n_y_trouve_rien_de_grave(ouvert):
    from axe_playwright_python.sync_playwright import Axe

    page = ouvert.page
    ouvrir_l_ecran(page, "P4")
    valider(page, "ouvrir_dossier", "est ouvert")
    page.locator(f"{POSTE} .rncp-journal .jupyter-widget-Collapse-header").click()
    page.locator(f"{POSTE} .rncp-lignes table").wait_for()
    for code in ONGLETS:
        ouvrir_l_ecran(page, code)
        assert page.evaluate(DEBORDEMENTS) == [], code
        cibles = page.locator(f"{POSTE} :is(button, select, input)").evaluate_all(
            "cibles => cibles.map(c => c.getBoundingClientRect()).filter(b => b.width).map(b => b.height)"
        )
        assert min(cibles) >= 18, code
        constats = Axe().run(page, context={"include": [[A_NOUS]]}).response
        graves = {c["id"]: [n["html"][:200] for n in c["nodes"]][:3] for c in constats["violations"]}
        assert {c["id"]: graves[c["id"]] for c in constats["violations"] if c["impact"] in GRAVES} == {}, code
    # The banner is not scrolled away.
    ouvrir_l_ecran(page, "P6")
    page.locator(f"{POSTE} .rncp-action-lire_document button").focus()
    bandeau, bas = (
        page.locator(f"{POSTE} {selecteur}").bounding_box()["y"]
        for selecteur in (".rncp-bandeau", ".rncp-action-lire_document button")
    )
    assert 0 < bandeau < bas < 768
    assert ouvert.traces() == []


@pytest.mark.complet
def test_un_second_onglet_montre_l_etat_a_jour_et_le_dit(ouvert, notebook):
    page = ouvert.page
    ouvrir_l_ecran(page, "P4")
    autre = montrer(ouvert.second_onglet(), notebook)
    ouvrir_l_ecran(autre.page, "P4")
    valider(autre.page, "ouvrir_dossier", "est ouvert")
    # Either page shows the same widgets, or its own on the same file: both end up to date, and say it if they were not.
    bouton = page.locator(f"{POSTE} .rncp-action-ouvrir_dossier button")
    if bouton.is_enabled():
        bouton.click()
    page.locator(f"{POSTE} .rncp-etats", has_text="Dossier : brouillon").wait_for()
    assert ouvert.traces() == []
