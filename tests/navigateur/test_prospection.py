"""An action of prospection in JupyterLab, with the keyboard only: prepared, launched once, found again."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from rncp_utils.evaluation.formulaires import charger_formulaires
from rncp_utils.lecon import lire_reponses
from rncp_utils.lecon.prospection import A_CONFIRMER, A_RELIRE, CHAMP, PAS_LANCEE, PLAN_CHANGE
from rncp_utils.portefeuille.prospection import action_de, bilan, ecrire_plan, graine_de
from rncp_utils.typographie import typographier
from tests.navigateur.conftest import APPRENANT
from tests.navigateur.test_questionnaire import DEBORDEMENTS, choisir, revenir_au_debut

DEVOIR, SESSION = "B3-RAP", "2026-S2"
CODE = """
from rncp_utils.lecon import Formulaire
from rncp_utils.lecon.prospection import LancerAction, PreparerAction

Formulaire("r3_action")
"""
# In the order of the form; an option by its identifier.
CHOISI = {
    "fichier": "agence",
    "secteurs": ["C", "F"],
    "zone": "toutes",
    "potentiel": "p20",
    "nombre": "45",
    "canal": "courrier",
    "creneau": "soir",
    "debut": "octobre",
    "offre": "materiel",
    "relances": "une",
    "prescripteur": "chambre_metiers",
    "demande": "ouverture",
    "objectifs": {"rdv.nombre": "15", "offres.nombre": "9", "ouvertures.nombre": "4"},
    "budget": "1 100",
}
# Where the keyboard is, told by the rank of the question.
RANG = """() => {
    const questions = Array.from(document.querySelectorAll('.rncp-question'));
    return questions.indexOf(document.activeElement.closest('.rncp-question'));
}"""
LIBELLE = "document.activeElement.parentElement.innerText"
# What axe-core may look at: the rest of the page is JupyterLab's.
A_NOUS = ".jp-OutputArea-output"
GRAVES = {"serious", "critical"}


@pytest.fixture(scope="module")
def champs(depot: Path) -> list[dict]:
    """The fields of the plan, as the assignment asks for them."""
    return charger_formulaires(depot / "source" / DEVOIR / "formulaires.yaml")["r3_action"]


@pytest.fixture
def notebook(dossier_de_travail: Path, depot: Path) -> Path:
    """The form of the plan, its preparation and its launch, their code hidden."""
    jeu = {"format": 1, "devoir": DEVOIR, "session": SESSION}
    jeu["formulaires"] = charger_formulaires(depot / "source" / DEVOIR / "formulaires.yaml")
    (dossier_de_travail / "questions.json").write_text(json.dumps(jeu), encoding="utf-8")
    contenu = nbformat.v4.new_notebook()
    contenu.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    contenu.cells = [nbformat.v4.new_markdown_cell("# Une action commerciale")] + [
        nbformat.v4.new_code_cell(code.strip(), metadata={"jupyter": {"source_hidden": True}})
        for code in (CODE, 'PreparerAction("r3_action")', 'LancerAction("r3_action", "r3_lancement")')
    ]
    chemin = dossier_de_travail / "b3_rap.ipynb"
    nbformat.write(contenu, chemin)
    return chemin


def montrer(lab) -> None:
    """Run all; the last thing the form's script does is to name its fields, the budget at the end."""
    lab.executer_tout()
    lab.page.locator(".rncp-question").last.locator("input[aria-describedby]").wait_for()


def atteindre(page, rang: int) -> None:
    """Press Tab until the keyboard is in this question."""
    for _ in range(40):
        if page.evaluate(RANG) == rang:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Le clavier n'atteint pas la question {rang + 1}")


def repondre(page, rang: int, champ: dict) -> None:
    """Answer a question: arrows in a group of options, the space bar on a box, digits in a field."""
    atteindre(page, rang)
    choix = CHOISI[champ["id"]]
    textes = {option["id"]: typographier(option["texte"]) for option in champ.get("options", ())}
    if champ["type"] == "QCU":
        choisir(page, textes[choix])
    elif champ["type"] == "NUM":
        page.keyboard.type(choix)
    elif champ["type"] == "QCM":
        for texte in textes.values():
            assert page.evaluate(LIBELLE) == texte
            if texte in [textes[identifiant] for identifiant in choix]:
                page.keyboard.press("Space")
            page.keyboard.press("Tab")
    else:
        for valeur in choix.values():
            page.keyboard.type(valeur)
            page.keyboard.press("Tab")


def presser(page, nom: str, dit: str) -> None:
    """Tab to a button, press it, wait for what it says."""
    for _ in range(60):
        if page.evaluate("nom => document.activeElement.innerText === nom", nom):
            page.keyboard.press("Enter")
            page.get_by_text(dit).first.wait_for()
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Le clavier n'atteint pas « {nom} »")


def verifier_la_page(page, quand: str) -> None:
    """Nothing wider than the screen, nothing serious for axe-core."""
    from axe_playwright_python.sync_playwright import Axe

    assert page.evaluate(DEBORDEMENTS) == [], quand
    constats = Axe().run(page, context={"include": [[A_NOUS]]}).response["violations"]
    assert {c["id"]: [n["html"][:200] for n in c["nodes"]][:3] for c in constats if c["impact"] in GRAVES} == {}, quand


def gele(notebook: Path) -> str | None:
    return lire_reponses(notebook.parent, DEVOIR, "r3_lancement").reponses.get(CHAMP)


def resultats(page) -> list[str]:
    """Every table of the results, as it is read."""
    titres = ("Le plan lancé", "Objectifs et résultats", "Un prospect par ligne")
    tables = [page.locator("table", has=page.locator("caption", has_text=typographier(titre))) for titre in titres]
    return [table.text_content() for table in tables]


def test_l_action_se_prepare_se_lance_une_fois_et_se_retrouve_au_clavier(lab, notebook, champs):
    page = lab.page
    lab.ouvrir(notebook)
    montrer(lab)
    page.get_by_text(typographier(PAS_LANCEE)).wait_for()
    revenir_au_debut(lab)
    for rang, champ in enumerate(champs):
        repondre(page, rang, champ)
    page.get_by_text("toutes les questions ont une réponse").wait_for()

    presser(page, "Voir ce que donne mon plan", "Votre cible, filtre après filtre")
    verifier_la_page(page, "préparation")
    presser(page, "Confirmer le lancement", typographier(A_RELIRE))
    assert gele(notebook) is None
    page.keyboard.press("Shift+Tab")
    presser(page, "Lancer l'action", typographier(A_CONFIRMER))
    page.get_by_role("table", name="Le plan à lancer").get_by_text("Courrier, puis appel").wait_for()
    verifier_la_page(page, "relecture")
    assert gele(notebook) is None
    presser(page, "Confirmer le lancement", "Le plan lancé")
    assert gele(notebook) == ecrire_plan(CHOISI)
    n = bilan(action_de(gele(notebook), graine_de(APPRENANT, DEVOIR, SESSION)))
    page.get_by_role("row", name=f"Rendez-vous 15 {n['rdv']:.0f}").wait_for()

    presser(page, "Le détail, prospect par prospect", "Un prospect par ligne")
    verifier_la_page(page, "résultats")
    lus = resultats(page)

    lab.recharger()
    montrer(lab)
    assert resultats(page) == lus
    page.get_by_text("Le détail, prospect par prospect").click()
    verifier_la_page(page, "résultats retrouvés")
    revenir_au_debut(lab)
    atteindre(page, [champ["id"] for champ in champs].index("canal"))
    page.keyboard.press("ArrowDown")
    page.get_by_text("Enregistré à").wait_for()
    montrer(lab)
    page.get_by_text(typographier(PLAN_CHANGE)).wait_for()
    assert resultats(page) == lus
    assert gele(notebook) == ecrire_plan(CHOISI)
    assert lab.traces() == []
