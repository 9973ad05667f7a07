"""A scratch course with B9-CAS (eight calculations, a figure, a table), and copies of it, honest or not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from sqlalchemy import create_engine, text

DEVOIR = "B9-CAS"
TOTAL = 24.0
# nbgrader as it comes, but for the owner of the copy, whom its kernel finds in the environment.
STOCK = """
import os
from nbgrader.preprocessors import NbGraderPreprocessor

class Owner(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        os.environ["RNCP_APPRENANT"] = resources["nbgrader"]["student"]
        return nb, resources

del c.Autograde["exporter_class"]
c.Autograde.pre_convert_hook = c.Autograde.post_convert_hook = None
c.Autograde.sanitize_preprocessors = stock(Autograde, "sanitize_preprocessors")
c.Autograde.autograde_preprocessors = [Owner, *stock(Autograde, "autograde_preprocessors")]
"""


def solution(cellule: NotebookNode) -> str:
    """The author's answer, without nbgrader's marks."""
    return "\n".join(ligne for ligne in cellule.source.split("\n") if "### " not in ligne)


@dataclass
class CoursDEssai:
    """A course folder, and the copies that learners hand in."""

    dossier: Path
    devoir: str = DEVOIR

    @property
    def url(self) -> str:
        return f"sqlite:///{self.dossier / 'gradebook.db'}"

    @property
    def officiel(self) -> Path:
        return self.dossier / "release" / self.devoir

    def remise(self, apprenant: str) -> Path:
        return self.dossier / "submitted" / apprenant / self.devoir

    def corrigee(self, apprenant: str) -> NotebookNode:
        return nbformat.read(self.dossier / "autograded" / apprenant / self.devoir / "cas.ipynb", as_version=4)

    def deposer(
        self,
        apprenant: str,
        *,
        fausses: tuple[str, ...] = (),
        avant: str = "",
        apres: dict[str, str] | None = None,
        changer: Callable[[NotebookNode], object] | None = None,
    ) -> Path:
        """A copy that answers everything but ``fausses``.

        ``avant``: code of a cell added first; ``apres``: code added to the answer cells; ``changer``: anything else.
        """
        copie = self.remise(apprenant)
        shutil.copytree(self.officiel, copie)
        (copie / "timestamp.txt").write_text("2026-11-20 10:00:00 UTC", encoding="utf-8")
        source = nbformat.read(self.dossier / "source" / self.devoir / "cas.ipynb", as_version=4)
        reponses = {cellule["id"]: solution(cellule) for cellule in source.cells if cellule["id"] not in fausses}
        nb = nbformat.read(copie / "cas.ipynb", as_version=4)
        for cellule in nb.cells:
            if cellule.metadata.get("nbgrader", {}).get("solution"):
                cellule.source = reponses.get(cellule["id"], cellule.source) + (apres or {}).get(cellule["id"], "")
        if avant:
            nb.cells.insert(1, new_code_cell(avant))
        if changer:
            changer(nb)
        nbformat.write(nb, copie / "cas.ipynb")
        return copie

    def regler(self, texte: str) -> None:
        """Add lines to the configuration of this course."""
        with (self.dossier / "nbgrader_config.py").open("a", encoding="utf-8") as flux:
            flux.write(texte + "\n")

    def corriger_stock(self) -> None:
        """nbgrader itself, one copy after the other; what fails is left without scores, as it leaves it."""
        from rncp_utils.autograde.cours import ErreurNbgrader, ouvrir_cours

        self.regler(STOCK)
        cours = ouvrir_cours(self.dossier)
        garde = os.environ.get("RNCP_APPRENANT")
        for copie in sorted((self.dossier / "submitted").glob(f"*/{self.devoir}")):
            with suppress(ErreurNbgrader):
                cours.corriger(self.devoir, copie.parent.name)
        os.environ.pop("RNCP_APPRENANT", None)
        if garde is not None:
            os.environ["RNCP_APPRENANT"] = garde

    def notes(self) -> dict[tuple[str, str], tuple]:
        """(learner, cell) → automatic score, manual score, waiting for a person."""
        return lire_notes(self.url, self.devoir)

    def total(self, apprenant: str) -> float:
        return sum(note[0] or 0 for (qui, _), note in self.notes().items() if qui == apprenant)

    def sorties(self, apprenant: str, cellule: str) -> str:
        """All that the outputs of a cell of the autograded copy show."""
        (trouvee,) = (c for c in self.corrigee(apprenant).cells if c["id"] == cellule)
        return str(trouvee.get("outputs"))


def lire_notes(url: str, devoir: str) -> dict[tuple[str, str], tuple]:
    """Logical content of the gradebook, without nbgrader's random identifiers."""
    moteur = create_engine(url)
    demande = text(
        "SELECT s.student_id, b.name, g.auto_score, g.manual_score, g.needs_manual_grade, n.late_submission_penalty, "
        "s.timestamp FROM grade g JOIN base_cell b ON b.id = g.cell_id "
        "JOIN submitted_notebook n ON n.id = g.notebook_id "
        "JOIN submitted_assignment s ON s.id = n.assignment_id JOIN assignment a ON a.id = s.assignment_id "
        "WHERE a.name = :devoir"
    )
    with moteur.connect() as connexion:
        lues = [tuple(ligne) for ligne in connexion.execute(demande, {"devoir": devoir})]
    moteur.dispose()
    # SQLite has neither booleans nor dates.
    lignes = [(*ligne[:4], bool(ligne[4]), ligne[5], str(ligne[6])[:19]) for ligne in lues]
    assert len({ligne[:2] for ligne in lignes}) == len(lignes), "a grade twice"
    return {ligne[:2]: ligne[2:] for ligne in lignes}


@pytest.fixture(scope="session")
def cours_genere(depot, tmp_path_factory) -> Path:
    """The course, generated by nbgrader once: to be copied."""
    from rncp_utils.autograde.cours import ouvrir_cours

    dossier = tmp_path_factory.mktemp("autograde") / "cours"
    shutil.copytree(depot / "tests" / "autograde" / "devoirs" / DEVOIR, dossier / "source" / DEVOIR)
    shutil.copy(depot / "nbgrader_config.py", dossier)
    ouvrir_cours(dossier).generer(DEVOIR)
    return dossier


@pytest.fixture(scope="session")
def nouveau_cours(cours_genere, tmp_path_factory) -> Callable[[], CoursDEssai]:
    """Makes a course of one's own."""

    def faire() -> CoursDEssai:
        dossier = tmp_path_factory.mktemp("cours") / "cours"
        shutil.copytree(cours_genere, dossier)
        return CoursDEssai(dossier)

    return faire


@pytest.fixture(scope="session")
def zygote() -> Iterator[str]:
    """One zygote for all the runs of this test process; runs find it in the environment."""
    from rncp_utils.autograde.noyaux.zygote import Zygote

    ouvert = Zygote.demarrer(isolation="requise")
    os.environ |= {"RNCP_ZYGOTE": str(ouvert.adresse), "RNCP_ISOLATION": "requise"}
    yield str(ouvert.adresse)
    del os.environ["RNCP_ZYGOTE"], os.environ["RNCP_ISOLATION"]
    ouvert.arreter()


@pytest.fixture(scope="session")
def notes_de() -> Callable[[str, str], dict]:
    """Content of a gradebook by its address."""
    return lire_notes
