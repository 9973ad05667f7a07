"""Rules on the code of a lesson: simulators, figures, tables, numbers written by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rncp_utils.competences.verification.constat import Constat
from rncp_utils.competences.verification.page import DEVOIR, Cellule, Page, nom_appele

# What a number is there for, rather than a figure that is shown: bounds of a slider, sizes, a date.
REGLAGES = {"Curseur", "nouvelle_figure", "set_xlim", "set_ylim", "date", "style"}
DIMENSIONS = {"largeur", "hauteur", "tolerance", "pas", "minimum", "maximum", "diviseur"}
MONTANT = re.compile(r"(?<![\w{])\d[\d \u00a0\u202f.,]*[ \u00a0\u202f]?(?:€|%|k€|M€|euros?\b)")
GRAND_NOMBRE = re.compile(r"(?<![\w.,/°-])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|(?<![\w.,/°-])\d{3,}(?![\w/-])")
ANNEE = re.compile(r"^(19|20)\d\d$")
# « art. 842-1 », « RNCP 31919 », « no 2016/679 », « loi du … » name a text, they are not a result.
REFERENCE = re.compile(
    r"(?:\bart(?:\.|icle)?s?|\b[LRDA]\.|\bRNCP|\bn[o°]s?|\bCerfa|\bliasse|\bcomptes?)[ \u00a0]*[\d., -]+"
)
TABLES = {
    "DataFrame",
    "Series",
    "head",
    "tail",
    "describe",
    "to_frame",
    "round",
    "sort_values",
    "groupby",
    "pivot_table",
}


def regles_de_code(page: Page) -> Iterator[Constat]:
    """V30 to V35."""
    montres = _noms_de_tables(page)
    for cellule in page.cases:
        if cellule.arbre is None:
            yield Constat(page.chemin, cellule.rang, "V34", "le code ne se lit pas ; exécutez la case et corrigez-la.")
            continue
        for regle, message in [*_simulateurs(cellule), *_figures(cellule), *_tableau(cellule, montres)]:
            yield Constat(page.chemin, cellule.rang, regle, message)
        if page.nature != DEVOIR and (vus := [*_nombres_du_code(cellule), *montants(cellule.prose)]):
            yield Constat(page.chemin, cellule.rang, "V33", _a_examiner(vus))
    if page.nature == DEVOIR:
        return
    for cellule in page.textes:
        if vus := montants(cellule.prose):
            yield Constat(page.chemin, cellule.rang, "V33", _a_examiner(vus))
    for ou, texte in page.textes_fiche:
        if vus := montants(texte):
            yield Constat(page.chemin_fiche, None, "V33", f"{ou} : {_a_examiner(vus)}")


def _a_examiner(vus: list[str]) -> str:
    liste = ", ".join(dict.fromkeys(vus))
    return f"à examiner, écrit à la main : {liste} ; calculez-le, ou acceptez-le par « verifier V33 : raison »."


def montants(texte: str) -> list[str]:
    """Amounts, rates and numbers of three digits or more of a text; years and references are left out."""
    reste = REFERENCE.sub(" ", texte)
    vus = [trouve.group().strip() for trouve in MONTANT.finditer(reste)]
    autres = GRAND_NOMBRE.findall(MONTANT.sub(" ", reste))
    return vus + [nombre for nombre in autres if not ANNEE.match(nombre)]


def _nombres_du_code(cellule: Cellule) -> Iterator[str]:
    ecartes: set[int] = set()
    for noeud in ast.walk(cellule.arbre):
        if isinstance(noeud, ast.Call):
            ignores = [noeud] if nom_appele(noeud) in REGLAGES else [k for k in noeud.keywords if k.arg in DIMENSIONS]
            ecartes |= {id(dedans) for ignore in ignores for dedans in ast.walk(ignore)}
    for noeud in ast.walk(cellule.arbre):
        if not isinstance(noeud, ast.Constant) or type(noeud.value) not in (int, float) or id(noeud) in ecartes:
            continue
        chiffres = re.sub(r"\D", "", f"{noeud.value}")
        # A power of ten only changes a unit.
        if len(chiffres) >= 3 and chiffres.strip("0") not in ("", "1"):
            yield f"{noeud.value}".replace(".", ",")


def _simulateurs(cellule: Cellule) -> Iterator[tuple[str, str]]:
    for appel in cellule.appels("Simulateur"):
        donnee = appel.args[4] if len(appel.args) > 4 else _nomme(appel, "prediction")
        if not isinstance(donnee, ast.Call | ast.Name):
            yield "V30", "ce simulateur n'a pas de Prediction ; posez la question avant d'ouvrir les réglages."
    for appel in cellule.appels("Prediction"):
        if _vide(appel.args[3] if len(appel.args) > 3 else _nomme(appel, "lecon")):
            yield "V30", "cette prédiction ne conclut pas ; ajoutez la phrase à retenir (lecon=…)."
    for appel in cellule.appels("Vue"):
        if _vide(appel.args[2] if len(appel.args) > 2 else _nomme(appel, "phrase")):
            yield "V30", "cette vue du simulateur n'a pas de phrase ; dites ce que donnent les réglages (phrase=…)."


def _figures(cellule: Cellule) -> Iterator[tuple[str, str]]:
    modules = [
        nom
        for noeud in ast.walk(cellule.arbre)
        if isinstance(noeud, ast.Import | ast.ImportFrom)
        for nom in ([noeud.module or ""] if isinstance(noeud, ast.ImportFrom) else [a.name for a in noeud.names])
    ]
    if any(nom.startswith("matplotlib.pyplot") for nom in modules) or cellule.appels("show"):
        yield "V31", "figure sans alternative ; prenez nouvelle_figure puis figure_accessible, jamais pyplot ni show()."
    if cellule.appels("nouvelle_figure") and not cellule.appels("figure_accessible"):
        yield "V31", "la figure n'est pas passée à figure_accessible ; donnez-lui titre, alternative, unité et données."
    for appel in cellule.appels("figure_accessible"):
        manquent = [nom for nom in ("titre", "alt", "donnees", "unite") if _nomme(appel, nom) is None]
        if manquent:
            yield "V31", f"figure_accessible ne reçoit pas {', '.join(manquent)} ; complétez l'appel."
        if _vide(_nomme(appel, "source")):
            yield "V35", "la figure ne dit pas d'où viennent ses données ; ajoutez source=…, ou acceptez-le."


def _nomme(appel: ast.Call, nom: str) -> ast.expr | None:
    return next((mot.value for mot in appel.keywords if mot.arg == nom), None)


def _vide(noeud: ast.expr | None) -> bool:
    return noeud is None or (isinstance(noeud, ast.Constant) and not noeud.value)


def _noms_de_tables(page: Page) -> set[str]:
    """Names that a cell gives to a pandas table."""
    return {
        cible.id
        for cellule in page.cases
        if cellule.arbre is not None
        for noeud in ast.walk(cellule.arbre)
        if isinstance(noeud, ast.Assign) and _est_une_table(noeud.value)
        for cible in noeud.targets
        if isinstance(cible, ast.Name)
    }


def _est_une_table(noeud: ast.expr) -> bool:
    if not isinstance(noeud, ast.Call) or nom_appele(noeud) not in TABLES:
        return False
    return isinstance(noeud.func, ast.Attribute) or nom_appele(noeud) in ("DataFrame", "Series")


def _tableau(cellule: Cellule, tables: set[str]) -> Iterator[tuple[str, str]]:
    fin = cellule.arbre.body[-1] if cellule.arbre.body else None
    if not isinstance(fin, ast.Expr):
        return
    nom = fin.value.id if isinstance(fin.value, ast.Name) else ""
    if nom in tables or _est_une_table(fin.value) or isinstance(fin.value, ast.Subscript):
        yield "V32", "un tableau brut est affiché ; montrez-le par presenter(…, titre=…)."
