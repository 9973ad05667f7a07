"""The two dashboards in a real JupyterLab: opened, run, and used without typing any command."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Base, Gradebook
from sqlalchemy import create_engine

from rncp_utils.autograde.cours import CONFIG_FILE
from tests.devoirs import devoir_observe

pytestmark = pytest.mark.lent
DOCUMENTS = ("Dossier du jury", "Livrets individuels", "Statistiques", "Matrice de couverture", "Suivi des remises")
DOCUMENTS += ("Journal d'audit", "Anomalies")
# Elements wider than the room that they have.
DEBORDEMENTS = """() => ['html', '.jp-WindowedPanel-outer', '.rncp-pilotage', '.rncp-pilotage :not(input)']
    .flatMap(selecteur => Array.from(document.querySelectorAll(selecteur)))
    .filter(noeud => noeud.clientWidth > 0 && noeud.scrollWidth > noeud.clientWidth + 1)
    .map(noeud => noeud.className)"""
# Fields that a screen reader could not name.
SANS_NOM = """() => Array.from(document.querySelectorAll('.rncp-pilotage :is(input, select, textarea, button)'))
    .filter(champ => !(champ.innerText?.trim() || champ.getAttribute('aria-label') || champ.title
        || champ.getAttribute('aria-labelledby')
        || (champ.labels && Array.from(champ.labels).some(libelle => libelle.innerText.trim()))))
    .map(champ => champ.outerHTML.slice(0, 120))"""


@pytest.fixture
def cours(dossier_de_travail: Path, depot: Path) -> Path:
    """A course folder with the dashboards in their place, an exchange, and the observed assignment."""
    dossier = dossier_de_travail / "cours"
    shutil.copytree(depot / "docs" / "tableaux_de_bord", dossier / "docs" / "tableaux_de_bord")
    (dossier / "source" / "B4-MES").mkdir(parents=True)
    nbformat.write(devoir_observe(), dossier / "source" / "B4-MES" / "copie.ipynb")
    echange = dossier_de_travail / "echange"
    echange.mkdir()
    config = (depot / CONFIG_FILE).read_text(encoding="utf-8")
    (dossier / CONFIG_FILE).write_text(f"{config}\nc.Exchange.root = {str(echange)!r}\n", encoding="utf-8")
    moteur = create_engine(f"sqlite:///{dossier}/gradebook.db")
    Base.metadata.create_all(moteur)
    moteur.dispose()
    return dossier


def remettre(cours: Path, apprenant: str) -> None:
    """A copy in the exchange."""
    arrivee = (
        cours.parent / "echange" / "rncp31919" / "inbound" / f"{apprenant}+B4-MES+2026-11-20 15:00:00.000000 UTC+x"
    )
    shutil.copytree(cours / "release" / "B4-MES", arrivee)
    (arrivee / "timestamp.txt").write_text("2026-11-20 15:00:00.000000 UTC", encoding="utf-8")
    (arrivee / "submission_secret.txt").write_text("secret", encoding="utf-8")
    copie = nbformat.read(arrivee / "copie.ipynb", as_version=4)
    for cellule in copie.cells:
        cellule.source = "Ce que j'ai préparé pour cet entretien."
    nbformat.write(copie, arrivee / "copie.ipynb")


@pytest.fixture
def ouvrir(lab, cours):
    """Opens a dashboard, runs it, gives what presses its buttons with the keyboard."""

    from playwright.sync_api import TimeoutError as TropLong  # absent where these tests are skipped

    def ouvrir_le_tableau(nom: str):
        lab.ouvrir(cours / "docs" / "tableaux_de_bord" / f"{nom}.ipynb")
        lab.executer_tout()
        lab.page.locator(".rncp-pilotage .rncp-question").last.wait_for()

        def presser(bouton: str, attendu: str) -> None:
            cible = lab.page.get_by_role("button", name=bouton, exact=True)
            cible.and_(lab.page.locator("button:enabled")).wait_for()
            etape = lab.page.locator(".rncp-question", has=cible)
            suivi = etape.locator(".rncp-suivi")
            cible.press("Enter")
            try:
                suivi.filter(has_text=attendu).first.wait_for()
            except TropLong as erreur:  # says what was there instead
                champs = etape.locator("input").evaluate_all("champs => champs.map(champ => champ.value)")
                vu = suivi.all_inner_texts()
                raise AssertionError(f"« {bouton} » : {vu}, champs {champs}, traces {lab.traces()}") from erreur

        return presser

    return ouvrir_le_tableau


@pytest.mark.complet  # the instructor of test_hub.py goes the same way
def test_le_formateur_va_de_la_distribution_au_retour(lab, cours, ouvrir):
    presser = ouvrir("formateur")
    page = lab.page
    assert page.evaluate(DEBORDEMENTS) == []
    assert page.evaluate(SANS_NOM) == []
    # The code of the cell is out of sight.
    assert not page.get_by_text("from rncp_utils.pilotage").first.is_visible()
    presser("Distribuer", "Le devoir B4-MES est distribué")
    remettre(cours, "ali.roy")
    presser("Collecter", "1 copie dans le cours, dont 1 nouvelle")
    presser("Corriger", "1 copie corrigée")
    for champ, valeur in {"Nom :": "Claire Petit", "Qualité :": "directrice d'agence"}.items():
        page.get_by_label(champ).fill(valeur)
        page.get_by_label(champ).press("Tab")  # a field is sent when it is left
    presser("Déclarer l'expert", "Claire Petit, directrice d'agence, peut remplir")
    page.get_by_label("Apprenant :").select_option("ali.roy")
    page.get_by_label("Expert :").select_option("Claire Petit")
    presser("Ouvrir la grille", "La grille est ouverte ci-dessous")
    niveaux = page.locator(".rncp-niveaux")
    niveaux.nth(5).wait_for()
    assert niveaux.count() == 6
    for rang in range(6):
        niveaux.nth(rang).locator("input[type=radio]").last.press("Space")
    page.locator(".rncp-grille-observation .rncp-suivi", has_text="Grille complète, à signer").wait_for()
    assert page.evaluate(DEBORDEMENTS) == []
    page.get_by_role("button", name="Signer la grille").press("Enter")
    page.locator(".rncp-grille-observation .rncp-suivi", has_text="Grille signée par Claire Petit").wait_for()
    presser("Importer les grilles", "Notes écrites dans le carnet : 2, pour 1 copie.")
    presser("Rendre les retours", "1 retour distribué pour 1 copie corrigée.")
    assert "Observation de Claire Petit" in (cours / "feedback" / "ali.roy" / "B4-MES" / "copie.html").read_text(
        "utf-8"
    )
    assert lab.traces() == []


@pytest.mark.complet  # the coordinator of test_hub.py goes the same way
def test_le_coordinateur_compose_le_jury_et_ecrit_les_documents(lab, cours, ouvrir, chromium):
    with Gradebook(f"sqlite:///{cours}/gradebook.db") as carnet:
        carnet.add_student("ali.roy", first_name="Ali", last_name="Roy")
        carnet.add_assignment("B4-MES")
        carnet.add_notebook("copie", "B4-MES")
        carnet.add_grade_cell("m4_obs_crise", "copie", "B4-MES", max_score=4, cell_type="markdown")
        (note,) = carnet.add_submission("B4-MES", "ali.roy").notebooks[0].grades
        note.manual_score, note.needs_manual_grade = 3.0, False
        carnet.db.commit()
    presser = ouvrir("coordinateur")
    page = lab.page
    assert page.evaluate(DEBORDEMENTS) == []
    assert page.evaluate(SANS_NOM) == []
    page.get_by_label("Promotion :").fill("Promotion A")
    presser("Enregistrer la session", "La session est enregistrée.")
    for rang, nom in enumerate(("Claire Petit", "Marc Aubry", "Luc Roy")):
        jure = page.locator(".rncp-jure").nth(rang)
        jure.locator("input[type=text]").nth(0).fill(nom)
        jure.locator("input[type=text]").nth(1).fill("directeur d'agence")
        jure.get_by_label("Présent").check()
    presser("Enregistrer le jury", "Le jury est enregistré.")
    presser("Préparer les inscriptions", "1 apprenant ajouté, 1 au total.")
    presser("Éditer le procès-verbal", "Aucun candidat ne peut être certifié")
    page.get_by_label("Aussi en PDF").uncheck()
    for case in DOCUMENTS:
        page.get_by_label(case).check()
    presser("Écrire les documents", f"{len(DOCUMENTS)} documents écrits.")
    lien = page.locator(".rncp-fichiers a", has_text="suivi_Promotion-A").filter(has_text=".html")
    # JupyterLab gives the link the address of the file that was written.
    assert "/cours/exports/suivi_Promotion-A_" in lien.get_attribute("href")
    assert lab.traces() == []
    pages = sorted((cours / "exports").glob("*.html"))
    assert len(pages) == len(DOCUMENTS)
    assert {chemin.name: constats for chemin in pages if (constats := _constats(chromium, chemin))} == {}


def _constats(chromium, chemin: Path) -> list[str]:
    """What axe-core, and the width of a branch's screen, find to say of a document."""
    from axe_playwright_python.sync_playwright import Axe

    # The document forbids any script, axe-core's too.
    contexte = chromium.new_context(viewport={"width": 1366, "height": 768}, bypass_csp=True)
    page = contexte.new_page()
    page.goto(chemin.as_uri())
    constats = [violation["id"] for violation in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        constats.append("déborde")
    contexte.close()
    return constats
