"""Every lesson of the course, from its button to its last line, in JupyterLab as a learner goes through it.

What must be answered is not written here: it comes from the sheets, and from the lesson executed in this process.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rncp_utils.lecon.progression import NIVEAUX_DE_POSITION, lire_avancement
from tests.cours.page import COURS, executer
from tests.navigateur.parcours_de_lecon import FORMULAIRE, Parcours

LECONS = sorted(COURS.glob("bloc*/*.ipynb"))
# Each group has its own server and browser, and several workers share the lessons.
GROUPES = 4
# One, with a simulator: interview, matrix, committee, prospection, workstation and dashboard have tests of
# their own. The others are walked by `make test-complet`.
TOUJOURS = ("B4_L4",)
A_NOUS = ".jp-OutputArea-output"
# Texts of the lesson in which a line may be cut before « : » or « ? ».
COUPURES = """() => Array.from(document.querySelectorAll('.jp-RenderedMarkdown :is(p, li, h1, h2, h3)'))
    .filter(texte => !texte.querySelector('code') && / [:;?!»%€]|« /.test(texte.textContent))
    .map(texte => texte.textContent)"""
GRAVES = {"serious", "critical"}


def lecons() -> list:
    """Lessons found in the course: a new one is walked the day it lands."""
    return [
        pytest.param(
            chemin, id=chemin.stem, marks=[pytest.mark.xdist_group(f"lecons-{rang % GROUPES}"), *_rare(chemin)]
        )
        for rang, chemin in enumerate(LECONS)
    ]


def _rare(chemin: Path) -> list:
    return [] if chemin.stem.startswith(TOUJOURS) else [pytest.mark.complet]


@pytest.fixture
def plaintes(page) -> list[str]:
    """What the page complains of in the browser's console."""
    dites: list[str] = []

    def noter(message) -> None:
        # JupyterLab and Notebook 7 hold fonts of the same name, and the server remembers one place for both: it may
        # refuse the other's when one server serves the two applications, as here.
        if message.type == "error" and not message.location.get("url", "").endswith(".woff2"):
            dites.append(message.text)

    page.on("console", noter)
    page.on("pageerror", lambda erreur: dites.append(str(erreur)))
    return dites


@pytest.mark.parametrize("chemin", lecons())
def test_la_lecon_se_fait_de_bout_en_bout(chemin, lab, dossier_de_travail, plaintes):
    ici = executer(chemin)
    cours = dossier_de_travail / "cours"
    shutil.copytree(COURS, cours, ignore=shutil.ignore_patterns("reponses", ".ipynb_checkpoints"))
    notebook = cours / chemin.relative_to(COURS)
    parcours = Parcours(lab, notebook, ici)
    lab.ouvrir(notebook)
    lab.demarrer(FORMULAIRE, parcours.formulaires)
    assert lab.traces() == []
    assert lab.page.evaluate(COUPURES) == []
    for simulateur in ici.simulateurs:
        parcours.simuler(simulateur)
    for exercice in ici.exercices.values():
        parcours.faire(exercice)
    fiche = next(iter(ici.exercices.values())).lecon.fiche
    bilan = lab.page.locator(".rncp-bilan-lecon tbody tr", has_text="✔ réussi")
    bilan.nth(len(fiche.exercices) - 1).wait_for()
    parcours.se_positionner(fiche.competences, niveau=2)
    assert lab.traces() == []
    assert fautes_d_accessibilite(lab.page) == {}

    fait = lire_avancement(notebook.parent, fiche.lecon)
    assert {nom: (e["competence"], e["part"]) for nom, e in fait.exercices.items()} == {
        nom: (exercice.competence, 1.0) for nom, exercice in fiche.exercices.items()
    }
    assert dict(fait.positions) == dict.fromkeys(fiche.competences, 2)
    assert set(fait.predictions) == {simulateur.nom for simulateur in ici.simulateurs}
    # A kernel that is restarted on purpose makes JupyterLab complain: before that, nothing does.
    assert plaintes == []
    if chemin == LECONS[0]:
        retrouver(lab, parcours, cours, fiche)


def retrouver(lab, parcours: Parcours, cours: Path, fiche) -> None:
    """Another day: the answers are back, the start and the end of the lesson and the home page say what was done."""
    page = lab.page
    premier = next(iter(parcours.ici.exercices.values()))
    lab.recharger()
    lab.demarrer(FORMULAIRE, parcours.formulaires)
    page.get_by_text("tous les exercices sont réussis").wait_for()
    assert page.locator(".rncp-bilan-lecon tbody tr", has_text="✔ réussi").count() == len(fiche.exercices)
    parcours.verifier_les_reponses(premier)
    lab.ouvrir(cours / "accueil.ipynb")
    lab.executer_tout()
    for code in fiche.competences:
        ligne = page.locator(".rncp-accueil tr", has_text=f"{code} · ")
        ligne.get_by_text(f"2 · {NIVEAUX_DE_POSITION[2]}").wait_for()


def fautes_d_accessibilite(page) -> dict[str, list[str]]:
    """Serious violations in what is ours on the page: rule → what breaks it."""
    from axe_playwright_python.sync_playwright import Axe

    constats = Axe().run(page, context={"include": [[A_NOUS]]}).response
    return {c["id"]: [n["html"][:200] for n in c["nodes"]][:3] for c in constats["violations"] if c["impact"] in GRAVES}
