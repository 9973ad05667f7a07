"""The matrix of needs and solutions in JupyterLab: with the keyboard, on one screen, after the kernel restarts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from tests.cours.page import COURS

FICHE = COURS / "bloc2" / "B2_L5_adequation_besoins_solutions.yaml"
MATRICE = ".rncp-simulateur"
FOCUS = "s => document.activeElement.matches(s)"
CODE = """
from rncp_utils.lecon import Prediction
from rncp_utils.lecon.matrice import Matrice

Matrice("matrice", "Six besoins", "CAS-04", Prediction("Le taux…", {"m": "monte", "r": "reste"}, lambda: "r", "Voilà."))
"""
DEBORDEMENTS = """() => ['html', '.jp-WindowedPanel-outer', '.jp-OutputArea-output', '.rncp-simulateur',
                         '.rncp-simulateur :not(input, select)']
    .flatMap(selecteur => Array.from(document.querySelectorAll(selecteur)))
    .filter(noeud => noeud.clientWidth > 0 && noeud.scrollWidth > noeud.clientWidth)
    .map(noeud => noeud.className)"""


@pytest.fixture
def ouvert(lab, dossier_de_travail: Path):
    """A notebook of one matrix, run; the prediction passed over."""
    shutil.copy(FICHE, dossier_de_travail)
    contenu = nbformat.v4.new_notebook()
    contenu.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cachee = {"jupyter": {"source_hidden": True}}
    contenu.cells = [
        nbformat.v4.new_markdown_cell("# La matrice"),
        nbformat.v4.new_code_cell('from rncp_utils.lecon import demarrer\n\ndemarrer("B2-L5")', metadata=cachee),
        nbformat.v4.new_code_cell(CODE.strip(), metadata=cachee),
    ]
    chemin = dossier_de_travail / "matrice.ipynb"
    nbformat.write(contenu, chemin)
    lab.ouvrir(chemin)
    lab.executer_tout()
    montrer(lab.page)
    return lab


def montrer(page) -> None:
    """Pass over the prediction, and wait until the form's script has named the boxes."""
    page.locator(MATRICE).get_by_role("button", name="Passer").click()
    page.locator(f'{MATRICE} .rncp-grille input[aria-label="Prévoyance du dirigeant, Le foyer"]').wait_for()


def case(page, produit: str, besoin: str):
    return page.locator(MATRICE).get_by_role("checkbox", name=f"{produit}, {besoin}", exact=True)


def test_la_matrice_se_remplit_au_clavier_et_revient_apres_le_redemarrage(ouvert, dossier_de_travail):
    page = ouvert.page
    case(page, "Facilité de caisse ou découvert", "La saison").focus()
    # Tab goes from box to box, along the rows: six needs, then the reason.
    for _ in range(7):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.ariaLabel") == "Crédit de campagne ou de stock, La saison"
    page.keyboard.press("Space")
    page.get_by_text("25,0 % du poids des besoins").wait_for()
    assert page.evaluate("document.activeElement.ariaLabel") == "Crédit de campagne ou de stock, La saison"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_text("Ne répond pas à « Les retards »").wait_for()
    annuler = page.get_by_role("button", name="Annuler le dernier geste")
    annuler.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Rien de plus à régler").wait_for()
    menu = page.get_by_role("combobox", name="Facilité de caisse ou découvert, Écarté, parce que")
    menu.focus()
    page.keyboard.press("End")
    page.locator(".rncp-accuse", has_text="4").wait_for(state="attached")
    page.get_by_role("combobox", name="Rang de ce besoin, Nadia").select_option(label="1")
    page.locator(".rncp-accuse", has_text="5").wait_for(state="attached")

    ouvert.recharger()
    ouvert.executer_tout()
    montrer(page)
    page.get_by_text("Matrice retrouvée : 5 gestes ✔").wait_for()
    assert case(page, "Crédit de campagne ou de stock", "La saison").is_checked()
    assert not case(page, "Crédit de campagne ou de stock", "Les retards").is_checked()
    assert page.get_by_role("combobox", name="Rang de ce besoin, La saison").input_value() != "1"
    page.get_by_role("button", name="Rejouer le journal").click()
    page.get_by_text("5 gestes, et exactement le même état ✔").wait_for()
    brut = json.loads((dossier_de_travail / "reponses" / "B2-L5__matrice.json").read_text(encoding="utf-8"))
    assert [geste["geste"] for geste in brut["gestes"]] == ["cocher", "cocher", "annuler", "ecarter", "ordonner"]
    assert ouvert.traces() == []


@pytest.mark.complet
def test_la_matrice_tient_dans_l_ecran(ouvert):
    page = ouvert.page
    assert page.evaluate(DEBORDEMENTS) == []
    grille = page.locator(f"{MATRICE} .rncp-grille")
    assert grille.bounding_box()["height"] < 620, "the whole grid is seen at once"
    assert page.locator(f"{MATRICE} .rncp-grille :is(input, select):not([aria-label])").count() == 0
    cibles = grille.locator("label:has(input), select").evaluate_all(
        "cibles => cibles.map(c => c.getBoundingClientRect()).map(b => Math.min(b.width, b.height))"
    )
    assert min(cibles) >= 24


@pytest.mark.complet  # tests/lecon/test_matrice.py says it without a page
def test_un_journal_modifie_a_la_main_n_est_pas_cru(ouvert, dossier_de_travail):
    page = ouvert.page
    case(page, "Prévoyance du dirigeant", "Le foyer").check()
    page.locator(".rncp-accuse", has_text="1").wait_for(state="attached")
    fichier = dossier_de_travail / "reponses" / "B2-L5__matrice.json"
    fichier.write_text(fichier.read_text(encoding="utf-8").replace("PREVOYANCE", "HOMMECLE"), encoding="utf-8")
    page.get_by_role("button", name="Rejouer le journal").click()
    page.get_by_text("il a été modifié hors de la leçon. Rien n'en est repris.").wait_for()
    assert case(page, "Prévoyance du dirigeant", "Le foyer").is_checked(), "what is on the page stays"
