"""Module 0 to its end: an assignment fetched, answered, checked, handed in and given back, with the keyboard only."""

from __future__ import annotations

import json
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from rncp_utils.autograde.anomalies import anomalies_du_devoir
from rncp_utils.autograde.cours import Cours
from rncp_utils.demonstration.cycle import preparer
from rncp_utils.demonstration.poste import Echange, configurer, distribuer, publier

pytestmark = [
    pytest.mark.lent,
    # nbgrader 0.9.6 misspells an argument of its own; traitlets says so.
    pytest.mark.filterwarnings("ignore:Passing unrecognized arguments:DeprecationWarning"),
]
DEVOIR = "F-M0"
# nbgrader hands in under the name of the account, whatever is said elsewhere.
COMPTE = pwd.getpwuid(os.getuid()).pw_name
ACTIF = "([s, t]) => document.activeElement.matches(s) && document.activeElement.innerText.trim().startsWith(t)"


@dataclass(frozen=True)
class Epreuve:
    """What is answered to F-M0, and what it is worth."""

    marge: str
    marque: str
    rangs: tuple[str, ...]  # of: controler, demarrer, rendre, repondre
    points: float


JUSTE = Epreuve("54 000 €", "36 %", ("3", "1", "4", "2"), 10.0)
# Sales and purchases added (half of 3), two gestures exchanged (5 pairs of 6 in the right order).
A_DEMI = Epreuve("246 000", "36,0", ("2", "1", "4", "3"), 1.5 + 3 + 2 + 2 * 5 / 6)


@dataclass
class Poste:
    """A learner at the keyboard, an instructor's course, the exchange folder between them."""

    lab: object
    cours: Cours
    echange: Path
    # The page of the list, the page of the notebook: two tabs in Notebook 7, one in JupyterLab.
    liste: object
    application: str

    @property
    def remises(self) -> list[Path]:
        return sorted((self.echange / self.cours.api.coursedir.course_id / "inbound").glob(f"{COMPTE}+{DEVOIR}+*"))

    def corriger(self) -> float:
        """The instructor's part: collect, autograde, give the feedback back; the points that nbgrader gives."""
        api = self.cours.api
        assert api.collect(DEVOIR)["success"]
        assert anomalies_du_devoir(self.cours.dossier, DEVOIR).empty
        self.cours.corriger(DEVOIR, COMPTE)
        self.cours.rendre_retours(DEVOIR, COMPTE)
        assert api.release_feedback(DEVOIR)["success"]
        with Gradebook(self.cours.url_base) as carnet:
            return carnet.find_submission(DEVOIR, COMPTE).score

    def ouvrir_la_liste(self) -> None:
        """nbgrader's list, from the command palette."""
        self.liste.keyboard.press("Control+Shift+c")
        self.liste.locator(".lm-CommandPalette-input").wait_for()
        self.liste.keyboard.type("Assignment List")
        self.liste.locator(".lm-CommandPalette-item.lm-mod-active", has_text="Assignment List").wait_for()
        self.liste.keyboard.press("Enter")
        self.liste.locator("#course_list_default", has_text="rncp31919").wait_for()

    def ouvrir_le_devoir(self) -> object:
        """Enter on the notebook of the list: a tab of JupyterLab, or a tab of the browser. Its kernel is ready."""
        page = self.liste
        if self.application == "tree":
            with page.context.expect_page() as nouvelle:
                page.keyboard.press("Enter")
            page = nouvelle.value
        else:
            page.keyboard.press("Enter")
        page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel")
        self.lab.page = page
        self.lab.joindre_le_noyau()
        return page


@pytest.fixture
def poste(application: str, depot: Path, tmp_path: Path, ouvrir_poste):
    """F-M0 released in an exchange, the list of assignments open on the learner's screen; nothing is fetched yet."""
    cours = preparer(depot, tmp_path / "formateur")
    publier(cours, tmp_path / "echange", [DEVOIR])
    distribuer(depot, tmp_path / "travail")
    echange = Echange(tmp_path / "echange", cours.api.coursedir.course_id, tmp_path / "travail")
    with ouvrir_poste(tmp_path, reglages=configurer(tmp_path / "reglages", echange)) as lab:
        lab.page.goto(f"{lab.serveur.url}/{application}?token={lab.serveur.token}")
        lab.page.wait_for_function("window.jupyterapp?.restored !== undefined")
        lab.page.evaluate("window.jupyterapp.restored.then(() => true)")
        lab.page.locator(".jp-DirListing-item").first.wait_for()
        yield Poste(lab, cours, tmp_path / "echange", lab.page, application)


def atteindre(page, selecteur: str, texte: str = "") -> None:
    """Press Tab until the focus is on an element with this selector, whose text begins so."""
    for _ in range(80):
        if page.evaluate(ACTIF, [selecteur, texte]):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Le clavier n'atteint pas « {selecteur} » « {texte} »")


def presser(page, selecteur: str, texte: str) -> None:
    atteindre(page, selecteur, texte)
    page.keyboard.press("Enter")


def demarrer(page) -> None:
    """From the menu, as the page says: Notebook 7 leaves its toolbar out of the order of Tab."""
    atteindre(page, ".lm-MenuBar-item")
    for touche in ("ArrowRight", "ArrowDown"):
        voulu = "Exécution" if touche == "ArrowRight" else "Exécuter toutes les cellules"
        actif = page.locator(f".lm-{'MenuBar' if touche == 'ArrowRight' else 'Menu'}-item.lm-mod-active")
        for _ in range(20):
            if actif.count() and actif.inner_text().strip().startswith(voulu):
                break
            page.keyboard.press(touche)
        else:
            pytest.fail(f"Les flèches n'atteignent pas « {voulu} »")
    page.keyboard.press("Enter")
    page.locator(".rncp-question").nth(3).wait_for()
    page.get_by_role("button", name="Contrôler avant de rendre").wait_for()
    page.locator('.jp-Notebook[data-rncp="prete"]').wait_for()


def repondre(page, epreuve: Epreuve) -> None:
    # The last status of each of the two forms.
    enregistrees = page.locator("[role=status]", has_text="2 réponses sur 2")
    atteindre(page, ".rncp-nombre input")
    page.keyboard.type(epreuve.marge)
    page.keyboard.press("Tab")
    page.keyboard.type(epreuve.marque)
    enregistrees.nth(0).wait_for()
    atteindre(page, 'input[type="radio"]')
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    choisie = page.locator("label", has=page.locator("input:checked"))
    assert choisie.inner_text() == "Vous employez un cas du cours, ou une situation inventée"
    atteindre(page, ".rncp-ligne select")
    for rang in epreuve.rangs:
        page.keyboard.type(rang)
        page.keyboard.press("Tab")
    enregistrees.nth(1).wait_for()


def controler(page, phrase: str) -> None:
    """« Contrôler avant de rendre » says this."""
    presser(page, ".rncp-principal, .rncp-principal *", "Contrôler avant de rendre")
    page.locator(".rncp-suivi", has_text=phrase).wait_for()


def enregistrer(page) -> None:
    page.keyboard.press("Control+s")
    page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")


@pytest.mark.parametrize(
    ("application", "epreuve"),
    [pytest.param("lab", JUSTE, id="lab"), pytest.param("tree", A_DEMI, id="notebook7")],
)
@pytest.mark.complet  # learners of test_hub.py fetch, submit and read their feedback
def test_f_m0_se_recupere_se_fait_se_rend_et_se_relit_au_clavier(poste, epreuve):
    poste.ouvrir_la_liste()
    presser(poste.liste, "button", "Fetch")
    poste.liste.get_by_role("button", name="Submit").wait_for()
    presser(poste.liste, "a", DEVOIR)
    atteindre(poste.liste, "a", "f_m0")
    page = poste.ouvrir_le_devoir()
    demarrer(page)
    controler(page, "questions 1, 2 sans réponse complète")
    repondre(page, epreuve)
    controler(page, "Tout est rempli et lisible")
    assert poste.lab.traces() == []
    enregistrer(page)

    poste.liste.bring_to_front()
    poste.ouvrir_la_liste()
    presser(poste.liste, "button", "Submit")
    poste.liste.get_by_role("button", name="Fetch Feedback").wait_for()
    [remise] = poste.remises
    assert {x.name for x in remise.glob("reponses/*")} == {f"{DEVOIR}__m0_calcul.json", f"{DEVOIR}__m0_lecture.json"}
    ecrit = json.loads((remise / "reponses" / f"{DEVOIR}__m0_calcul.json").read_text(encoding="utf-8"))
    assert ecrit["reponses"] == {"marge": epreuve.marge, "marque": epreuve.marque}

    assert poste.corriger() == pytest.approx(epreuve.points, abs=1e-3)
    presser(poste.liste, "button", "Fetch Feedback")
    poste.liste.get_by_text("(view feedback)").wait_for()
    [retour] = poste.lab.serveur.racine.glob(f"{DEVOIR}/feedback/*/f_m0.html")
    assert "Marge commerciale" in retour.read_text(encoding="utf-8")
