"""The virtual committee of lesson B2-L7 in JupyterLab: with the keyboard alone, found again, to its debriefing."""

from __future__ import annotations

import nbformat
import pytest

from rncp_utils.entretien import charger_scenario
from rncp_utils.entretien.pages import joli
from tests.navigateur.test_entretien import DEBORDEMENTS, ENTRETIEN, FOCUS, aller_a, dire, revenir_au_debut

RADIO = f"{ENTRETIEN} .rncp-repliques input[type=radio]"


@pytest.fixture
def ouvert(lab, dossier_de_travail):
    """A notebook of one session, open."""
    contenu = nbformat.v4.new_notebook()
    contenu.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    code = 'from rncp_utils.entretien import Entretien\n\nEntretien("COMITE_GALETS")'
    contenu.cells = [
        nbformat.v4.new_markdown_cell("# Argumenter\n\n## Le comité"),
        nbformat.v4.new_code_cell(code, metadata={"jupyter": {"source_hidden": True}}),
    ]
    chemin = dossier_de_travail / "comite.ipynb"
    nbformat.write(contenu, chemin)
    lab.ouvrir(chemin)
    lab.executer_tout()
    lab.page.locator(RADIO).first.wait_for()
    return lab


@pytest.mark.complet
def test_la_seance_se_joue_au_clavier_et_se_retrouve(ouvert):
    """One objection badly answered comes back; the session is left, found again, and closed on its debriefing."""
    page, scenario = ouvert.page, charger_scenario("COMITE_GALETS")
    suite = ["P.b", "O1.a", "O2.b", "O3.a", "R1.b", "O4.c", "O5.d", "O6.b", "O7.a", "O8.d", "C.d"]
    pas = [p.split(".") for p in suite]
    textes = [joli(scenario.noeud(noeud).choix_de(choix).texte) for noeud, choix in pas]
    revenir_au_debut(ouvert)
    aller_a(page, ".rncp-repliques input[type=radio]")
    for rang, texte in enumerate(textes[:3], start=1):
        dire(page, texte, rang)
    page.get_by_text("Le comité reviendra sur").wait_for()
    assert page.evaluate(DEBORDEMENTS) == []
    # The conversation and the replies are read together, without scrolling.
    assert page.evaluate("document.querySelector('.rncp-scene').getBoundingClientRect().height") < 600

    ouvert.recharger()
    ouvert.executer_tout()
    page.get_by_text("Séance retrouvée ✔").wait_for()
    page.get_by_text("3 échanges", exact=True).wait_for()
    revenir_au_debut(ouvert)
    aller_a(page, ".rncp-repliques input[type=radio]")
    for rang, texte in enumerate(textes[3:], start=4):
        dire(page, texte, rang)
    # Nothing is left to be said: the focus is led to what closes the session.
    page.wait_for_function(FOCUS, arg=f"{ENTRETIEN} .rncp-clore")
    page.keyboard.press("Enter")
    page.wait_for_function(FOCUS, arg=f"{ENTRETIEN} .rncp-non")
    aller_a(page, ".rncp-oui")
    page.keyboard.press("Enter")
    page.wait_for_function(FOCUS, arg=f"{ENTRETIEN} .rncp-bilan-entretien h3")
    bilan = page.locator(f"{ENTRETIEN} .rncp-bilan-entretien")
    assert "Accord, aux conditions que vous proposez" in bilan.inner_text()
    assert bilan.locator("td.rncp-niveau", has_text="levée au retour").count() == 1
    assert page.evaluate(DEBORDEMENTS) == []
    assert ouvert.traces() == []
