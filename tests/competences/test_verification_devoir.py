"""Each rule on assignments finds the fault that is planted in the assignment template."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from rncp_utils import notebooks
from rncp_utils.competences.verification import Constat, verifier_notebook

GABARITS = Path(__file__).parents[2] / "docs" / "gabarits"
NOTER = "copie.noter(\n"
FIN = "### END HIDDEN TESTS"


@pytest.fixture
def devoir(tmp_path: Path) -> Path:
    """A copy of the assignment template, placed as an assignment."""
    dossier = tmp_path / "source" / "F-GAB"
    dossier.mkdir(parents=True)
    for nom in ("devoir.ipynb", "formulaires.yaml"):
        shutil.copy(GABARITS / nom, dossier / nom)
    return dossier / "devoir.ipynb"


def cellule(notebook: NotebookNode, identifiant: str) -> NotebookNode:
    return next(c for c in notebook.cells if c.id == identifiant)


def changer(chemin: Path, changement: Callable[[NotebookNode], None]) -> list[Constat]:
    notebook = notebooks.lire(chemin)
    changement(notebook)
    nbformat.write(notebook, chemin)
    notebooks.nettoyer_fichier(chemin)
    return verifier_notebook(chemin)


def remplacer(identifiant: str, avant: str, apres: str) -> Callable[[NotebookNode], None]:
    def changement(notebook: NotebookNode) -> None:
        visee = cellule(notebook, identifiant)
        assert avant in visee.source
        visee.source = visee.source.replace(avant, apres)

    return changement


def test_le_gabarit_de_devoir_n_appelle_aucun_constat(devoir: Path) -> None:
    assert verifier_notebook(devoir) == []


@pytest.mark.parametrize(
    ("regle", "changement"),
    [
        ("V50", lambda nb: cellule(nb, "cas_ebe").metadata.update(tags=["masquee"])),
        ("V50", lambda nb: cellule(nb, "cas_ebe").metadata.update(tags=["C5", "C6", "masquee"])),
        ("V51", remplacer("consignes", "Durée", "Temps")),
        ("V51", remplacer("consignes", "Plusieurs envois sont possibles : le dernier compte.", "")),
        ("V51", remplacer("consignes", "Documents", "Papiers")),
        ("V52", remplacer("cas_ebe", FIN, f"None\n{FIN}")),
        ("V52", remplacer("cas_ebe", FIN, f"{FIN}\nebe")),
        ("V52", remplacer("cas_ebe", NOTER, "total = copie.noter(\n")),
        ("V52", remplacer("cas_ebe", f"\n{FIN}", "")),
        ("V53", remplacer("cas_ebe", NOTER, f"import sys\n\nprint('relu', file=sys.stderr)\n{NOTER}")),
        ("V53", remplacer("cas_ebe", NOTER, f"import warnings\n\nwarnings.warn('relu')\n{NOTER}")),
        ("V54", remplacer("form_ebe", "cas_ebe", "cas_caf")),
        ("V55", remplacer("depart", "from rncp_utils.lecon", "from rncp_utils.evaluation")),
        ("V55", lambda nb: nb.cells.append(new_code_cell('charger_cles("qst_c1")'))),
        ("V56", remplacer("cas_avis", "=== BEGIN MARK SCHEME ===", "")),
        ("V57", lambda nb: cellule(nb, "cas_ebe").metadata.update(tags=["C5", "masquee", "noyau-apprenant"])),
        ("V41", remplacer("fin", "Avant de rendre", "Avant de rendre !")),
        ("V23", lambda nb: cellule(nb, "form_ebe").metadata.update(tags=[])),
    ],
)  # fmt: skip
def test_une_faute_de_devoir_est_trouvee(devoir: Path, regle: str, changement: Callable[[NotebookNode], None]) -> None:
    assert regle in {constat.regle for constat in changer(devoir, changement)}


def test_le_constat_des_points_vise_la_cellule_notee(devoir: Path) -> None:
    constats = changer(devoir, lambda nb: cellule(nb, "cas_ebe").metadata.update(tags=["masquee"]))
    assert [(c.regle, c.cellule) for c in constats] == [("V50", 5)]
    assert "étiquette de compétence" in constats[0].message


@pytest.mark.parametrize(
    ("regle", "avant", "apres"),
    [
        ("V54", "type: NUM", "type: NOMBRE"),
        ("V54", "cas_ebe:", "cas_caf:"),
        ("V55", "unite: €}", "unite: €, reponse: 45000}"),
        ("V55", "unite: €}", "unite: €, tolerance: 1}"),
    ],
)
def test_une_faute_de_formulaire_est_trouvee(devoir: Path, regle: str, avant: str, apres: str) -> None:
    chemin = devoir.parent / "formulaires.yaml"
    texte = chemin.read_text(encoding="utf-8")
    chemin.write_text(texte.replace(avant, apres, 1), encoding="utf-8")
    assert regle in {constat.regle for constat in verifier_notebook(devoir)}


def test_une_banque_mal_formee_est_trouvee(devoir: Path) -> None:
    (devoir.parent / "banque.yaml").write_text("devoir: F-GAB\n", encoding="utf-8")
    lieux = [(constat.chemin.name, constat.regle) for constat in verifier_notebook(devoir)]
    assert lieux == [("banque.yaml", "V54")]


def test_le_corrige_d_une_tache_n_est_pas_lu_comme_un_texte_d_apprenant(devoir: Path) -> None:
    tutoiement = "=== BEGIN MARK SCHEME ===\n\nTu cites ton montant !"
    assert changer(devoir, remplacer("cas_avis", "=== BEGIN MARK SCHEME ===", tutoiement)) == []
