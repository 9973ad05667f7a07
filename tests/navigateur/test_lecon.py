"""Module 0 in JupyterLab and in Notebook 7, with the keyboard only."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.machine import NOTEBOOK7

COURS = Path(__file__).parents[2] / "course"
EXERCICE = ".rncp-formatif"
SIMULATEUR = ".rncp-simulateur"
FOCUS = "s => document.activeElement.matches(s)"
# What axe-core may look at: the rest of the page is JupyterLab's.
A_NOUS = ".jp-OutputArea-output"
GRAVES = {"serious", "critical"}


@pytest.fixture(params=[pytest.param("lab/tree", id="lab"), NOTEBOOK7])
def lecon(lab, dossier_de_travail: Path, request):
    """Module 0 open, not started, in each of the two applications."""
    shutil.copytree(COURS, dossier_de_travail / "cours", ignore=shutil.ignore_patterns("reponses"))
    lab.application = request.param
    lab.ouvrir(dossier_de_travail / "cours" / "00_prise_en_main" / "M0_prise_en_main.ipynb")
    return lab


def demarrer(lab) -> None:
    lab.demarrer(EXERCICE, 4)


def attendre_le_bouton(bouton) -> None:
    """Wait until a button may be pressed."""
    bouton.and_(bouton.page.locator("button:enabled")).wait_for()


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


@pytest.mark.complet  # a walked lesson answers wrongly first
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


@pytest.mark.complet  # so does a lesson walked to its end
def test_le_simulateur_demande_une_prediction_puis_suit_le_clavier(lecon):
    page = lecon.page
    demarrer(lecon)
    simulateur = page.locator(SIMULATEUR, has_text="De la vente à la marge")
    case = simulateur.locator(".rncp-case input")
    assert not case.is_visible()
    simulateur.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    predire = simulateur.get_by_role("button", name="Je prédis")
    attendre_le_bouton(predire)
    predire.focus()
    page.keyboard.press("Enter")
    case.wait_for()
    simulateur.get_by_text("Les achats ne baissent pas").wait_for()
    case.fill("108 000")
    page.keyboard.press("Enter")
    simulateur.get_by_text("Avec 108 000 € de ventes").wait_for()
    assert lecon.traces() == []


@pytest.mark.complet
def test_un_menu_filtre_le_graphique_et_son_tableau(lecon):
    page = lecon.page
    demarrer(lecon)
    filtre = page.locator(SIMULATEUR, has_text="Filtrer les ventes")
    filtre.locator("input[type=radio]").nth(1).focus()
    page.keyboard.press("Space")
    predire = filtre.get_by_role("button", name="Je prédis")
    attendre_le_bouton(predire)
    predire.focus()
    page.keyboard.press("Enter")
    filtre.get_by_text("le calcul le confirme").wait_for()
    filtre.get_by_label("Période").focus()
    page.keyboard.type("Prem")
    filtre.get_by_text("Premier trimestre : 25 500 €").wait_for()
    assert "3 barres" in filtre.locator("img").get_attribute("alt")
    filtre.get_by_text("Tableau des données").click()
    filtre.locator("table", has_text="Janvier").wait_for()
    assert filtre.locator("table tbody tr").count() == 3


@pytest.mark.complet  # as does a lesson walked to its end
def test_tout_le_module_se_fait_au_clavier_et_l_accueil_le_dit(lecon, dossier_de_travail):
    page = lecon.page
    demarrer(lecon)
    premier, deuxieme, troisieme, dernier = (exercice(page, rang) for rang in range(4))
    aller_a(page, premier.locator("input[type=text]").first, "input[type=text]")
    page.keyboard.type("Agence du Port")
    page.keyboard.press("Tab")
    choisir(page, "Ce qui était écrit est retrouvé à la réouverture")
    page.keyboard.press("Tab")
    page.keyboard.type("12,5 %")
    verifier(page, premier, "E1")
    deuxieme.locator(".rncp-nombre input").first.focus()
    page.keyboard.type("42 000 €")
    page.keyboard.press("Tab")
    page.keyboard.type("35")
    verifier(page, deuxieme, "E2")
    troisieme.locator("input[type=radio]").first.focus()
    choisir(page, "Avril")
    page.keyboard.press("Tab")
    page.keyboard.type("58 400")
    verifier(page, troisieme, "E3")
    cases = dernier.locator("input[type=checkbox]")
    for rang in (0, 2):
        cases.nth(rang).focus()
        page.keyboard.press("Space")
    verifier(page, dernier, "E4")
    assert lecon.traces() == []

    lecon.ouvrir(dossier_de_travail / "cours" / "accueil.ipynb")
    lecon.executer_tout()
    page.locator(".rncp-accueil td", has_text="✔ 4 sur 4").wait_for()


def verifier(page, formulaire, nom: str) -> None:
    """Tab to the button that checks, press it: the exercise is done."""
    aller_a(page, page.locator(":focus"), ".rncp-principal, .rncp-principal *")
    page.keyboard.press("Enter")
    formulaire.get_by_text(f"Exercice {nom} réussi").wait_for()


@pytest.mark.complet
def test_la_lecon_s_ouvre_a_son_debut(lecon):
    demarrer(lecon)
    haut = lecon.page.locator(".rncp-depart").first.bounding_box()["y"]
    assert 0 < haut < 300
    # The next Tab goes on from there.
    lecon.page.keyboard.press("Tab")
    lecon.page.wait_for_function("document.activeElement.closest('.jp-Cell, .jp-Toolbar') !== null")
    actif = "window.jupyterapp.shell.currentWidget.content.activeCell.node.querySelector('.rncp-depart') !== null"
    assert lecon.page.evaluate(actif)


@pytest.mark.complet
def test_un_noyau_redemarre_parle_francais_et_la_lecon_repart_de_son_bouton(lecon):
    page = lecon.page
    demarrer(lecon)
    exercice(page, 0).locator("input[type=text]").first.fill("Agence du Port")
    exercice(page, 0).locator("[role=status]", has_text="Enregistré").first.wait_for()
    lecon.redemarrer_le_noyau()
    lecon.joindre_le_noyau()
    # A cell that runs before the lesson is started again, then the button that the page itself shows.
    page.evaluate(
        "() => { const cahier = window.jupyterapp.shell.currentWidget.content; cahier.activeCellIndex ="
        " cahier.widgets.findIndex(c => c.model.sharedModel.source.startsWith('Exercice(')); }"
    )
    lecon.commande("notebook:run-cell")
    page.get_by_text("La leçon n'est pas démarrée.").wait_for()
    assert lecon.traces() == []
    bouton = page.locator(".rncp-demarrer")
    bouton.focus()
    page.keyboard.press("Enter")
    page.locator(EXERCICE).nth(3).wait_for()
    assert exercice(page, 0).locator("input[type=text]").first.input_value() == "Agence du Port"
    assert lecon.traces() == []


@pytest.mark.complet  # so does every lesson walked to its end
def test_axe_ne_trouve_rien_de_grave_qui_soit_a_nous(lecon):
    from axe_playwright_python.sync_playwright import Axe

    demarrer(lecon)
    constats = Axe().run(lecon.page, context={"include": [[A_NOUS]]}).response
    assert {"label", "color-contrast", "image-alt", "button-name"} <= {regle["id"] for regle in constats["passes"]}
    assert graves(constats) == {}


def test_axe_ne_trouve_rien_de_grave_dans_l_accueil(lab, dossier_de_travail):
    from axe_playwright_python.sync_playwright import Axe

    shutil.copytree(COURS, dossier_de_travail / "cours", ignore=shutil.ignore_patterns("reponses"))
    lab.ouvrir(dossier_de_travail / "cours" / "accueil.ipynb")
    lab.executer_tout()
    lab.page.locator(".rncp-accueil table").first.wait_for()
    constats = Axe().run(lab.page, context={"include": [[A_NOUS]]}).response
    assert graves(constats) == {}
    # The pages, and nothing of what they read.
    fichiers = lab.fichiers()
    assert {"bloc1", "accueil.ipynb", "glossaire.ipynb"} <= fichiers
    assert not any(nom.endswith(".yaml") for nom in fichiers)


def graves(constats: dict) -> dict[str, list[str]]:
    """Serious violations: rule → what breaks it."""
    return {c["id"]: [n["html"][:200] for n in c["nodes"]][:3] for c in constats["violations"] if c["impact"] in GRAVES}
