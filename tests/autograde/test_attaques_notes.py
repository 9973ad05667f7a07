"""Attacks on the scores: each gains points from nbgrader as it comes, and none here."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest
from nbformat import NotebookNode

from rncp_utils.autograde.execution.extraction import MIME

pytestmark = pytest.mark.lent

REPONSES = (
    "marge", "taux_de_marque", "valeur_ajoutee", "ebe", "mensualite", "resultats", "postes", "premiere_echeance",
    "figure", "tableau",
)  # fmt: skip

TRANSFORMATEUR = """
    import ast

    class Complaisant(ast.NodeTransformer):
        def visit_Assert(self, noeud):
            return ast.Pass()
        def visit_Compare(self, noeud):
            return ast.copy_location(ast.Constant(True), noeud)
        def visit_BinOp(self, noeud):
            produit = isinstance(noeud.op, ast.Mult)
            return self.generic_visit(noeud) if produit else ast.copy_location(ast.Constant(1), noeud)

    get_ipython().ast_transformers.append(Complaisant())
    """
TOUJOURS_EGAL = """
    class Egal:
        def __eq__(self, autre): return True
        def __sub__(self, autre): return 0.0
        def __rsub__(self, autre): return 0.0
        def __iter__(self): return iter(())
        def __len__(self): return 48
    """
BIBLIOTHEQUE = """
    import rncp_utils.evaluation, rncp_utils.evaluation.notation

    rncp_utils.evaluation.borner = rncp_utils.evaluation.notation.borner = lambda points, maximum: float(maximum)
    builtins = __import__("builtins")
    builtins.abs = lambda x: 0.0
    """
NOMS_DE_L_AUTEUR = """
ventes = achats = 0
charges = charges * 0
marge = valeur_ajoutee = ebe = 0
taux_de_marque = None
"""
PRINCIPAL = """
marge = '__import__("__main__").ventes'
ebe = {'$': 'entier', 'v': '1'}
__builtins__ = {}
"""
IMPOSSIBLES = """
marge = float('nan')
taux_de_marque = float('inf')
ebe = 10 ** 100_000
mensualite = True
"""
IMBRIQUEES = """
marge = []
for _ in range(100_000):
    marge = [marge]
postes = {1: marge}
ebe = postes
"""
FAUX_NOYAU = f"""
    def menteur(expressions):
        return {{"v": {{"status": "ok", "data": {{"{MIME}": "[" * 1_000_000}}, "metadata": {{}}}}}}

    get_ipython().user_expressions = menteur
    """
FAUX_MESSAGE = f"""
    def menteur(expressions):
        texte = '{{"valeurs": {{"marge": {{"$": "__main__.x", "v": "1"}}, "ebe": Infinity}}, "refus": 3}}'
        return {{"v": {{"status": "ok", "data": {{"{MIME}": texte}}, "metadata": {{}}}}}}

    get_ipython().user_expressions = menteur
    """
PANDAS_LOCAL = "import builtins\nbuiltins.abs = lambda x: 0.0\nraise ImportError\n"


def _etiqueter(nb: NotebookNode) -> None:
    """nbclient leaves out a cell with this tag; without an output, nbgrader gives it all its points."""
    for cellule in nb.cells:
        cellule.metadata["tags"] = ["skip-execution"]


def _dans_a(nb: NotebookNode) -> None:
    for cellule in nb.cells:
        cellule.metadata["tags"] = ["noyau-apprenant"]


def _sans_tests(nb: NotebookNode) -> None:
    nb.cells = [cellule for cellule in nb.cells if not cellule["id"].startswith("test-")]


def _points(nb: NotebookNode) -> None:
    for cellule in nb.cells:
        if "points" in (marque := cellule.metadata.get("nbgrader", {})):
            marque["points"] = 1000
            marque["grade"] = False


def _verrouiller(nb: NotebookNode) -> None:
    """The learner's own cell says that it prepares the tests."""
    nb.cells.insert(2, nb.cells[1].copy())
    nb.cells[2] = NotebookNode(nb.cells[1] | {"id": "piege", "source": dedent(BIBLIOTHEQUE)})
    nb.cells[2].metadata = NotebookNode(
        nbgrader=NotebookNode(grade=False, solution=False, locked=True, task=False, schema_version=3, grade_id="piege"),
        tags=["noyau-test"],
    )


def _code(texte: str) -> dict:
    return {"avant": dedent(texte)}


def _egal_partout() -> dict:
    return {"avant": dedent(TOUJOURS_EGAL), "apres": {nom: f"\n{nom} = Egal()" for nom in REPONSES}}


# What the learner does, all answers left blank; and whether nbgrader as it comes gives points for it.
ATTAQUES: dict[str, tuple[dict | Callable[[], dict], bool]] = {
    "transformateur": (
        _code(TRANSFORMATEUR) | {"apres": {"marge": "\nmarge = taux_de_marque = valeur_ajoutee = ebe = 1"}},
        True,
    ),
    "toujours-egal": (_egal_partout(), True),
    "bibliotheque": (_code(BIBLIOTHEQUE) | {"apres": {"marge": "\nmarge = mensualite = 1"}}, True),
    "noms-de-l-auteur": ({"apres": {"ebe": NOMS_DE_L_AUTEUR}}, True),
    "etiquettes": ({"changer": _etiqueter}, True),
    "tests-dans-a": ({"avant": dedent(BIBLIOTHEQUE), "changer": _dans_a}, True),
    "sans-tests": ({"changer": _sans_tests}, False),
    "points": ({"changer": _points}, False),
    "cellule-verrouillee": ({"changer": _verrouiller}, False),
    "faux-noyau": (_code(FAUX_NOYAU), False),
    "faux-message": (_code(FAUX_MESSAGE), False),
    "principal": ({"apres": {"marge": PRINCIPAL}}, False),
    "nombres-impossibles": ({"apres": {"marge": IMPOSSIBLES}}, False),
    "imbrication": ({"apres": {"marge": IMBRIQUEES}}, False),
    "geant": ({"apres": {"marge": "\nmarge = 'x' * 50_000_000\npostes = list(range(2_000_000))"}}, False),
}  # fmt: skip
AUTRE = "fleur.autre"


@pytest.fixture(scope="module")
def attaques():
    return {nom: dict(quoi) for nom, (quoi, _) in ATTAQUES.items()}


def _deposer(cours, attaques: dict[str, dict]) -> None:
    for nom, quoi in attaques.items():
        cours.deposer(nom, fausses=REPONSES, **quoi)


@pytest.fixture(scope="module")
def ici(nouveau_cours, attaques, zygote):
    from rncp_utils.autograde.lot.passage import Options, corriger_devoir

    cours = nouveau_cours()
    cours.regler("c.Execute.timeout = 10")
    _deposer(cours, attaques)
    cours.deposer("honnete")
    cours.deposer(AUTRE)
    # Another learner's work, in one's own name: the answers are right for the other's variant.
    cours.deposer("usurpateur", avant=f"import os\nos.environ['RNCP_APPRENANT'] = {AUTRE!r}")
    copie = cours.deposer("pandas-local", fausses=REPONSES, apres={"marge": "\nmarge = mensualite = 1"})
    for nom in ("pandas.py", "sitecustomize.py", "usercustomize.py", "rncp_utils.py", "hashlib.py"):
        (copie / nom).write_text(PANDAS_LOCAL)
    passage = corriger_devoir(cours.dossier, cours.devoir, Options(jobs=2))
    return cours, {resultat.apprenant: resultat for resultat in passage.resultats}


@pytest.fixture(scope="module")
def stock(nouveau_cours, attaques):
    cours = nouveau_cours()
    _deposer(cours, {nom: quoi for nom, quoi in attaques.items() if ATTAQUES[nom][1]})
    cours.deposer("usurpateur", avant=f"import os\nos.environ['RNCP_APPRENANT'] = {AUTRE!r}")
    cours.corriger_stock()
    return cours


def test_le_travail_honnete_a_tous_ses_points(ici):
    cours, resultats = ici
    assert cours.total("honnete") == 24
    assert resultats["honnete"].etat == "corrigée"
    assert resultats["honnete"].motifs == ()


@pytest.mark.parametrize("attaque", list(ATTAQUES))
def test_aucune_attaque_ne_gagne_un_point(ici, attaque):
    cours, resultats = ici
    notes = {cellule: note for (qui, cellule), note in cours.notes().items() if qui == attaque}
    assert len(notes) == 10
    assert {note[0] for note in notes.values()} == {0.0}, notes
    assert resultats[attaque].etat in ("corrigée", "à examiner")


@pytest.mark.complet  # what the attacks are worth; that they fail here is in the common run
@pytest.mark.parametrize("attaque", [nom for nom, (_, gagne) in ATTAQUES.items() if gagne])
def test_l_attaque_reussit_contre_nbgrader_seul(stock, attaque):
    assert stock.total(attaque) > 0


def test_le_travail_d_une_autre_n_est_pas_le_sien(ici):
    cours, _ = ici
    # Three tasks have the same answer for everybody: the loan's date, the list of items and the figure.
    assert cours.total("usurpateur") < 12


@pytest.mark.complet
def test_le_travail_d_une_autre_est_le_sien_pour_nbgrader_seul(stock):
    assert stock.total("usurpateur") == 24


def test_un_module_depose_a_cote_ne_remplace_rien(ici):
    cours, _ = ici
    assert cours.total("pandas-local") == 0


@pytest.mark.parametrize("attaque", ["toujours-egal", "faux-noyau", "faux-message", "geant", "imbrication"])
def test_ce_qui_n_a_pas_pu_etre_repris_est_a_examiner(ici, attaque):
    cours, resultats = ici
    assert resultats[attaque].etat == "à examiner"
    assert all("repris" in motif for motif in resultats[attaque].motifs)
    attendent = [cellule for (qui, cellule), note in cours.notes().items() if qui == attaque and note[2]]
    assert attendent
