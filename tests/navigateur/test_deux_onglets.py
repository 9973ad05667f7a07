"""The same page open in two tabs, answered in turn and at once: nothing is lost, and it is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from rncp_utils.demonstration.cycle import preparer
from rncp_utils.lecon.progression import lire_avancement
from tests.machine import NOTEBOOK7

DEPOT = Path(__file__).parents[2]
EXERCICE = ".rncp-formatif"
AUSSI_OUVERTE = "Cette page est aussi ouverte dans un autre onglet"


@pytest.fixture(params=[pytest.param("lab/tree", id="lab"), NOTEBOOK7])
def lecons(lab, dossier_de_travail: Path, request):
    """Module 0, started in two tabs."""
    shutil.copytree(DEPOT / "course", dossier_de_travail / "cours", ignore=shutil.ignore_patterns("reponses"))
    lab.application = request.param
    return ouvrir_deux_fois(
        lab, dossier_de_travail / "cours" / "00_prise_en_main" / "M0_prise_en_main.ipynb", EXERCICE, 4
    )


@pytest.fixture(scope="module")
def f_m0(tmp_path_factory) -> Path:
    """F-M0 as it is released."""
    cours = preparer(DEPOT, tmp_path_factory.mktemp("f_m0") / "cours")
    cours.generer("F-M0")
    return cours.dossier / "release" / "F-M0"


def ouvrir_deux_fois(lab, notebook: Path, selecteur: str, nombre: int) -> tuple:
    """The notebook started in a page, then in another: JupyterLab and Notebook 7 give both the same kernel."""
    lab.ouvrir(notebook)
    lab.demarrer(selecteur, nombre)
    autre = lab.second_onglet()
    autre.ouvrir(notebook)
    autre.demarrer(selecteur, nombre)
    return lab, autre


def lire(dossier: Path, nom: str) -> dict:
    return json.loads((dossier / "reponses" / nom).read_text(encoding="utf-8"))


def attendre_la_reponse(page, dossier: Path, nom: str, cle: str, valeur: object) -> None:
    """Wait for an answer to be in the file, which can be read at any moment; blanks around it do not count."""
    for _ in range(100):
        if (dossier / "reponses" / nom).exists():
            lue = lire(dossier, nom)["reponses"].get(cle)
            if (lue.strip() if isinstance(lue, str) else lue) == valeur:
                return
        page.wait_for_timeout(100)
    pytest.fail(f"{nom} : {lire(dossier, nom)['reponses']}")


def taper_ensemble(a, b, texte_a: str, texte_b: str) -> None:
    """Two people, or two hands: one key here, one key there, without waiting for anything."""
    for touche_a, touche_b in zip(texte_a, texte_b, strict=True):
        a.page.keyboard.type(touche_a)
        b.page.keyboard.type(touche_b)


@pytest.mark.complet  # an assignment is filled the same way below
def test_un_exercice_du_module_0_se_remplit_dans_deux_onglets(lecons, dossier_de_travail):
    a, b = lecons
    dossier = dossier_de_travail / "cours" / "00_prise_en_main"
    ici, la = (onglet.page.locator(EXERCICE).first for onglet in lecons)
    ici.locator("input[type=text]").first.focus()
    la.locator(".rncp-nombre input").last.focus()
    taper_ensemble(a, b, "Agence du Port", "12,5 %        ")
    attendre_la_reponse(a.page, dossier, "M0__E1.json", "agence", "Agence du Port")
    la.locator("input[type=radio]").nth(1).check()
    attendre_la_reponse(a.page, dossier, "M0__E1.json", "geste", "b")
    # The widgets of a page send what they have each at its own pace.
    attendre_la_reponse(a.page, dossier, "M0__E1.json", "taux", "12,5 %")
    # The other tab's answers are shown here once one is given here, with a word on it.
    la.get_by_text(AUSSI_OUVERTE).first.wait_for()
    ici.locator("input[type=text]").first.press("End")
    a.page.keyboard.type("!")
    attendre_la_reponse(a.page, dossier, "M0__E1.json", "agence", "Agence du Port!")
    ici.get_by_text(AUSSI_OUVERTE).first.wait_for()
    ici.get_by_text("Cette réponse vient d'un autre onglet").first.wait_for()
    ici.locator("label:has(input:checked)", has_text="Ce qui était écrit est retrouvé").wait_for()
    assert ici.locator(".rncp-nombre input").last.input_value().strip() == "12,5 %"
    assert lire(dossier, "M0__E1.json")["reponses"].keys() == {"agence", "geste", "taux"}

    ici.get_by_role("button", name="Vérifier ma réponse").click()
    ici.get_by_text("Exercice E1 réussi").wait_for()
    second = b.page.locator(EXERCICE).nth(1)
    second.locator(".rncp-nombre input").first.fill("42 000")
    second.get_by_role("button", name="Vérifier ma réponse").click()
    second.locator(".rncp-retours").wait_for()
    assert {nom: fait["essais"] for nom, fait in lire_avancement(dossier, "M0").exercices.items()} == {"E1": 1, "E2": 1}

    for onglet in lecons:
        assert onglet.traces() == []
    a.redemarrer_le_noyau()
    a.demarrer(EXERCICE, 4)
    assert ici.locator("input[type=text]").first.input_value() == "Agence du Port!"
    assert a.page.locator(EXERCICE).nth(1).locator(".rncp-nombre input").first.input_value() == "42 000"
    assert {x.name for x in (dossier / "reponses").iterdir()} == {
        *("M0__E1.json", "M0__E2.json", "M0__progression.json"),
    }


def test_un_devoir_se_remplit_dans_deux_onglets(lab, f_m0, dossier_de_travail):
    dossier = dossier_de_travail / "F-M0"
    shutil.copytree(f_m0, dossier)
    a, b = ouvrir_deux_fois(lab, dossier / "f_m0.ipynb", ".rncp-question", 4)
    calcul = "F-M0__m0_calcul.json"
    nombres = [onglet.page.locator(".rncp-nombre input") for onglet in (a, b)]
    nombres[0].first.focus()
    nombres[1].last.focus()
    taper_ensemble(a, b, "54 000", "36,0 %")
    attendre_la_reponse(a.page, dossier, calcul, "marge", "54 000")
    attendre_la_reponse(a.page, dossier, calcul, "marque", "36,0 %")
    # The same question in both: the last one wins, and it is said there.
    nombres[1].first.fill("246 000")
    attendre_la_reponse(a.page, dossier, calcul, "marge", "246 000")
    b.page.locator(".rncp-question").first.get_by_text("Enregistré").wait_for()
    nombres[0].first.fill("54 001")
    a.page.get_by_text("La réponse donnée là-bas est remplacée par celle-ci").wait_for()
    attendre_la_reponse(a.page, dossier, calcul, "marge", "54 001")
    assert lire(dossier, calcul)["reponses"] == {"marge": "54 001", "marque": "36,0 %"}

    # Elements ordered one here, one there.
    rangs = [onglet.page.locator(".rncp-ligne select") for onglet in (a, b)]
    for rang, valeur in enumerate("3142"):
        rangs[rang % 2].nth(rang).select_option(valeur)
        attendu = dict(zip(("controler", "demarrer", "rendre", "repondre"), "3142"[: rang + 1], strict=False))
        attendre_la_reponse(a.page, dossier, "F-M0__m0_lecture.json", "gestes", attendu)

    a.redemarrer_le_noyau()
    a.demarrer(".rncp-question", 4)
    assert [champ.input_value() for champ in nombres[0].all()] == ["54 001", "36,0 %"]
    assert [menu.input_value() for menu in rangs[0].all()] != []
    assert sorted(x.name for x in (dossier / "reponses").iterdir()) == [calcul, "F-M0__m0_lecture.json"]
    assert a.traces() == []
