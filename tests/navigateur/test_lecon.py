"""Module 0 in JupyterLab and in Notebook 7, with the keyboard only."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

COURS = Path(__file__).parents[2] / "course"
EXERCICE = ".rncp-formatif"
SIMULATEUR = ".rncp-simulateur"
FOCUS = "s => document.activeElement.matches(s)"
# What axe-core may look at: the rest of the page is JupyterLab's.
A_NOUS = ".jp-OutputArea-output"
GRAVES = {"serious", "critical"}


@pytest.fixture(params=["lab/tree", "notebooks"], ids=["lab", "notebook7"])
def lecon(lab, dossier_de_travail: Path, request):
    """Module 0 open, not started, in each of the two applications."""
    shutil.copytree(COURS, dossier_de_travail / "cours", ignore=shutil.ignore_patterns("reponses"))
    lab.application = request.param
    lab.ouvrir(dossier_de_travail / "cours" / "00_prise_en_main" / "M0_prise_en_main.ipynb")
    return lab


def demarrer(lab) -> None:
    """Press the button of the toolbar as the keyboard does."""
    lab.joindre_le_noyau()
    bouton = lab.page.get_by_role("button", name="Démarrer la leçon").first
    bouton.focus()
    lab.page.keyboard.press("Enter")
    lab.page.locator(EXERCICE).nth(3).wait_for()
    # The page goes to its last cell once all is run: typing before would be interrupted.
    lab.page.wait_for_function(
        "() => { const notebook = window.jupyterapp.shell.currentWidget; return notebook.content.activeCellIndex"
        " === notebook.content.widgets.length - 1 && notebook.sessionContext.session.kernel.status === 'idle'; }"
    )


def exercice(page, rang: int):
    return page.locator(EXERCICE).nth(rang)


def aller_a(page, depart, selecteur: str) -> None:
    """Press Tab from ``depart`` until the focus is on ``selecteur``."""
    depart.focus()
    for _ in range(40):
        if page.evaluate(FOCUS, selecteur):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Le clavier n'atteint pas « {selecteur} »")


def choisir(page, texte: str) -> None:
    """Move with the arrows to an option of the group that has the focus."""
    for _ in range(8):
        page.keyboard.press("ArrowDown")
        if page.evaluate("document.activeElement.checked && document.activeElement.parentElement.innerText") == texte:
            return
    pytest.fail(f"Les flèches n'atteignent pas « {texte} »")


def test_un_exercice_se_fait_au_clavier_et_se_retrouve(lecon, dossier_de_travail):
    page = lecon.page
    assert page.locator(EXERCICE).count() == 0
    demarrer(lecon)
    assert lecon.traces() == []
    premier = exercice(page, 0)
    premier.locator("input[type=text]").first.focus()
    page.keyboard.type("Agence du Port")
    aller_a(page, premier.locator("input[type=text]").first, 'input[type="radio"]')
    choisir(page, "Ce qui était écrit est retrouvé à la réouverture")
    premier.locator(".rncp-nombre input").last.focus()
    page.keyboard.type("12,5 %")
    premier.locator("[role=status]", has_text="Enregistré").first.wait_for()
    aller_a(page, premier.locator(".rncp-nombre input").last, ".rncp-principal, .rncp-principal *")
    page.keyboard.press("Enter")
    premier.get_by_text("Exercice E1 réussi").wait_for()

    fichier = dossier_de_travail / "cours" / "00_prise_en_main" / "reponses" / "M0__E1.json"
    garde = json.loads(fichier.read_text(encoding="utf-8"))
    assert "Agence du Port" in json.dumps(garde, ensure_ascii=False)
    lecon.recharger()
    demarrer(lecon)
    assert exercice(page, 0).locator("input[type=text]").first.input_value() == "Agence du Port"
    assert exercice(page, 0).locator(".rncp-nombre input").last.input_value() == "12,5 %"
    assert json.loads(fichier.read_text(encoding="utf-8"))["reponses"] == garde["reponses"]


def test_une_erreur_type_est_reconnue_et_les_indices_s_ouvrent_dans_l_ordre(lecon):
    page = lecon.page
    demarrer(lecon)
    deuxieme = exercice(page, 1)
    deuxieme.locator(".rncp-nombre input").first.focus()
    page.keyboard.type("198 000")
    page.keyboard.press("Tab")
    page.keyboard.type("35")
    deuxieme.get_by_role("button", name="Vérifier ma réponse").focus()
    page.keyboard.press("Enter")
    deuxieme.get_by_text("vous avez additionné les ventes et les achats").wait_for()
    deuxieme.get_by_role("button", name="Le corrigé").focus()
    page.keyboard.press("Enter")
    deuxieme.get_by_text("il en reste 1").wait_for()
    deuxieme.get_by_role("button", name="Une piste").focus()
    page.keyboard.press("Enter")
    deuxieme.get_by_text("une fois payées les marchandises vendues").wait_for()


def test_le_simulateur_demande_une_prediction_puis_suit_le_clavier(lecon):
    page = lecon.page
    demarrer(lecon)
    simulateur = page.locator(SIMULATEUR)
    case = simulateur.locator(".rncp-case input")
    assert not case.is_visible()
    simulateur.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    predire = simulateur.get_by_role("button", name="Je prédis")
    page.wait_for_function("() => !document.querySelector('.rncp-simulateur .rncp-principal').disabled")
    predire.focus()
    page.keyboard.press("Enter")
    case.wait_for()
    simulateur.get_by_text("Les achats ne baissent pas").wait_for()
    case.fill("108 000")
    page.keyboard.press("Enter")
    simulateur.get_by_text("Avec 108 000 € de ventes").wait_for()
    assert lecon.traces() == []


def test_axe_ne_trouve_rien_de_grave_qui_soit_a_nous(lecon):
    from axe_playwright_python.sync_playwright import Axe

    demarrer(lecon)
    constats = Axe().run(lecon.page, context={"include": [[A_NOUS]]}).response
    graves = {
        c["id"]: [n["html"][:200] for n in c["nodes"]][:3] for c in constats["violations"] if c["impact"] in GRAVES
    }
    assert {"label", "color-contrast", "image-alt", "button-name"} <= {regle["id"] for regle in constats["passes"]}
    assert graves == {}
