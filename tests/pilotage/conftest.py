"""A real nbgrader course, its exchange and its copies, for the dashboards."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Base, Gradebook
from sqlalchemy import create_engine

from rncp_utils.autograde.cours import CONFIG_FILE, ouvrir_cours
from tests.devoirs import cellule_notee, devoir_observe, notebook_de

DEVOIR, OBSERVE = "B1-QST", "B4-MES"
HORODATAGE = "2026-11-20 15:00:00.000000 UTC"


def _reponse(nom: str) -> nbformat.NotebookNode:
    cellule = nbformat.v4.new_code_cell("x = (\n### BEGIN SOLUTION\n42\n### END SOLUTION\n)", id=f"rep-{nom}")
    cellule.metadata["nbgrader"] = {"grade_id": f"rep_{nom}", "schema_version": 3, "task": False} | {
        "grade": False,
        "solution": True,
        "locked": False,
    }
    return cellule


@dataclass
class CoursDEssai:
    """Course folder, and what comes into its exchange."""

    dossier: Path
    echange: Path

    def remettre(self, apprenant: str, devoir: str = DEVOIR, *, juste: bool = True) -> Path:
        """A copy in the exchange, as ``nbgrader submit`` leaves it."""
        arrivee = self.echange / "rncp31919" / "inbound" / f"{apprenant}+{devoir}+{HORODATAGE}+abcd"
        shutil.copytree(self.dossier / "release" / devoir, arrivee)
        (arrivee / "timestamp.txt").write_text(HORODATAGE, encoding="utf-8")
        (arrivee / "submission_secret.txt").write_text(f"secret de {apprenant}", encoding="utf-8")
        for chemin in arrivee.glob("*.ipynb"):
            contenu = nbformat.read(chemin, as_version=4)
            for cellule in contenu.cells:
                if cellule.metadata.get("nbgrader", {}).get("solution"):
                    cellule.source = (
                        f"x = ({42 if juste else 0})" if cellule.cell_type == "code" else "Ce que j'ai fait."
                    )
            nbformat.write(contenu, chemin)
        return arrivee

    def inscrire(self, *apprenants: str) -> None:
        """Learners in the gradebook."""
        with Gradebook(ouvrir_cours(self.dossier).url_base) as carnet:
            for apprenant in apprenants:
                prenom, nom = apprenant.split(".")
                carnet.update_or_create_student(apprenant, first_name=prenom.capitalize(), last_name=nom.capitalize())


@pytest.fixture
def cours(tmp_path: Path, depot: Path) -> CoursDEssai:
    """A course of two small assignments, with the configuration of the repository and an exchange of its own."""
    dossier, echange = tmp_path / "cours", tmp_path / "echange"
    echange.mkdir()
    test = "### BEGIN HIDDEN TESTS\nfloat(20.0 * (x == 42))\n### END HIDDEN TESTS\n"
    devoirs = {
        DEVOIR: notebook_de([_reponse("c1"), cellule_notee("test", "qst_c1", 20, "C1", test)]),
        OBSERVE: devoir_observe(),
    }
    for nom, notebook in devoirs.items():
        (dossier / "source" / nom).mkdir(parents=True)
        nbformat.write(notebook, dossier / "source" / nom / "copie.ipynb")
    # With its tables made beforehand, nbgrader does not start a subprocess to stamp their version.
    moteur = create_engine(f"sqlite:///{dossier}/gradebook.db")
    Base.metadata.create_all(moteur)
    moteur.dispose()
    config = (depot / CONFIG_FILE).read_text(encoding="utf-8")
    (dossier / CONFIG_FILE).write_text(f"{config}\nc.Exchange.root = {str(echange)!r}\n", encoding="utf-8")
    return CoursDEssai(dossier, echange)


@pytest.fixture
def lire() -> Callable[[str], str]:
    """What a person reads of some HTML."""
    import html
    import re

    return lambda texte: " ".join(html.unescape(re.sub(r"<[^>]+>", " ", texte)).replace("\xa0", " ").split())


@pytest.fixture
def presser(tableau, lire):
    """Press a button of the file's ``tableau``; give what is then shown under it."""

    def appuyer(nom: str) -> str:
        tableau.etapes[nom].bouton.click()
        assert not any(etape.bouton.disabled for etape in tableau.etapes.values())
        return lire(tableau.etapes[nom].rendu.value)

    return appuyer
