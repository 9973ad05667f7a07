"""Rules on an assignment: instructions, test cells, forms, keys out of sight."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from rncp_utils.autograde.execution.plan import IN_LEARNER_KERNEL, lire_plan
from rncp_utils.competences.controles import controler
from rncp_utils.competences.verification.constat import Constat
from rncp_utils.competences.verification.page import CORRIGE, Cellule, Page, nom_appele
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.evaluation.banque import charger_banque
from rncp_utils.evaluation.formulaires import FICHIER, charger_formulaires
from rncp_utils.lecon.fiche import FORMATIFS
from rncp_utils.referentiel import charger_referentiel

BANQUE = "banque.yaml"
SOURCE = "source"
DEBUT, FIN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
CACHEE = re.compile(r"### BEGIN (HIDDEN TESTS|SOLUTION).*?(### END \1|\Z)", re.DOTALL)
# Each gives a float between 0 and a maximum.
NOTEURS = frozenset({"borner", "noter", "noter_decisions", "noter_entretien", "noter_questionnaire"})
CLES = re.compile(r"\b(rncp_utils\.evaluation|charger_cles|formulaire_de|cles_entretien|noter_\w+|banque|verite)\b")
# What a field of a form says only to the grader.
CLES_DE_CHAMP = FORMATIFS | {"reponse", "reponses", "calcul", "explication", "points"}
CONSIGNES = {
    "la durée": r"durée",
    "les documents permis": r"documents?",
    "le rendu (comment et où rendre)": r"remises?|rend(u|re)",
    "le barème": r"barème|points?",
    "le nombre d'envois": r"envois?",
}


def regles_de_devoir(page: Page) -> Iterator[Constat]:
    """V50 to V57."""
    dossier = page.chemin.resolve().parent
    if dossier.parent.name == SOURCE:
        for faute in controler(dossier.parent, charger_referentiel()):
            if faute.devoir == dossier.name and faute.notebook in ("", page.chemin.name):
                rang = next((c.rang for c in page.cellules if c.nbgrader.get("grade_id") == faute.cellule), None)
                yield Constat(page.chemin, rang, "V50", faute.message)
    yield from _consignes(page)
    for cellule in page.cases:
        cachee = CACHEE.sub("", cellule.source)
        if cles := CLES.findall(cachee):
            message = f"« {cles[0]} » est hors de la région cachée ; déplacez-le sous « {DEBUT} »."
            yield Constat(page.chemin, cellule.rang, "V55", message)
        if cellule.nbgrader.get("grade") and not cellule.nbgrader.get("solution"):
            for regle, message in _test(cellule):
                yield Constat(page.chemin, cellule.rang, regle, message)
    for cellule in page.textes:
        if cellule.nbgrader.get("task") and not CORRIGE.search(cellule.source):
            message = "aucun barème pour le correcteur ; ajoutez-le après « === BEGIN MARK SCHEME === »."
            yield Constat(page.chemin, cellule.rang, "V56", message)
    yield from _pres_de_l_apprenant(page)
    yield from _fichiers(page)


def _pres_de_l_apprenant(page: Page) -> Iterator[Constat]:
    """Tests that the author lets run in the kernel where the learner's code ran: that code may deceive them."""
    rangs = {c.nbgrader.get("grade_id"): c.rang for c in page.cases}
    for nom in lire_plan(page.chemin).tests_dans_a:
        message = (
            f"le test « {nom} » s'exécute auprès du code de l'apprenant, qui peut le tromper ; retirez l'étiquette "
            f"{IN_LEARNER_KERNEL}, sauf s'il appelle une fonction écrite par l'apprenant."
        )
        yield Constat(page.chemin, rangs.get(nom), "V57", message)


def _consignes(page: Page) -> Iterator[Constat]:
    # The instructions stand above the first form.
    premiere = next((c.rang for c in page.cases if c.appels("Formulaire", "Questionnaire", "Entretien", "Poste")), None)
    texte = " ".join(c.prose for c in page.textes if premiere is None or c.rang < premiere)
    manquent = [nom for nom, motif in CONSIGNES.items() if not re.search(rf"\b({motif})\b", texte, re.IGNORECASE)]
    if manquent:
        yield Constat(page.chemin, 1, "V51", f"les consignes ne disent pas {', '.join(manquent)} ; ajoutez-le en tête.")


def _test(cellule: Cellule) -> Iterator[tuple[str, str]]:
    if cellule.arbre is None:
        return
    lignes = [ligne.strip() for ligne in cellule.source.splitlines()]
    if lignes.count(DEBUT) != 1 or lignes.count(FIN) != 1:
        yield (
            "V52",
            f"la case de test n'a pas une région cachée et une seule ; encadrez le test de « {DEBUT} » et « {FIN} ».",
        )
        return
    debut, fin = lignes.index(DEBUT) + 1, lignes.index(FIN) + 1
    dernier = cellule.arbre.body[-1] if cellule.arbre.body else None
    if dernier is None or not debut < dernier.lineno <= (dernier.end_lineno or 0) < fin:
        yield (
            "V52",
            "la dernière ligne n'est pas dans la région cachée ; sans nombre final, tous les points seraient donnés.",
        )
    elif not _rend_un_nombre(dernier):
        yield (
            "V52",
            "le test ne finit pas par une fonction qui rend un nombre (noter…, borner) ; finissez par là.",
        )
    for message in _sur_stderr(cellule):
        yield "V53", message


def _rend_un_nombre(noeud: ast.stmt) -> bool:
    return isinstance(noeud, ast.Expr) and isinstance(noeud.value, ast.Call) and nom_appele(noeud.value) in NOTEURS


def _sur_stderr(cellule: Cellule) -> Iterator[str]:
    ecrit = "nbgrader donne 0 à une case qui écrit sur la sortie d'erreur"
    if any(isinstance(noeud, ast.Attribute) and noeud.attr == "stderr" for noeud in ast.walk(cellule.arbre)):
        yield f"stderr est employé et {ecrit} ; retirez-le."
    if cellule.appels("warn"):
        yield f"un avertissement est émis et {ecrit} ; retirez-le."


def _fichiers(page: Page) -> Iterator[Constat]:
    dossier = page.chemin.parent
    formulaires = _lire(page, FICHIER, charger_formulaires)
    banque = _lire(page, BANQUE, charger_banque)
    yield from (constat for constat in (*formulaires[1], *banque[1]))
    if formulaires[0] is not None:
        for cellule, champs in formulaires[0].items():
            cles = sorted({cle for champ in champs for cle in _cles(champ)})
            if cles:
                message = f"{cellule} porte {', '.join(cles)} et part chez l'apprenant ; mettez-le dans le test caché."
                yield Constat(dossier / FICHIER, None, "V55", message)
    connues = {*(formulaires[0] or ()), *(banque[0].strates if banque[0] is not None else ())}
    for cellule, appel in page.appels("Formulaire", "Questionnaire"):
        nom = appel.args[0].value if appel.args and isinstance(appel.args[0], ast.Constant) else None
        if nom not in connues:
            message = f"aucun champ n'est écrit pour « {nom} » ; ajoutez-le à {FICHIER} ou à {BANQUE}."
            yield Constat(page.chemin, cellule.rang, "V54", message)


def _lire(page: Page, nom: str, charger: Any) -> tuple[Any, list[Constat]]:
    chemin = page.chemin.parent / nom
    if not chemin.exists():
        return None, []
    try:
        return charger(chemin), []
    except ErreurDonnees as erreur:
        return None, [Constat(chemin, None, "V54", " ".join(str(erreur).split()))]


def _cles(brut: Any) -> Iterator[str]:
    if isinstance(brut, dict):
        yield from (cle for cle in brut if cle in CLES_DE_CHAMP)
    elements = brut.values() if isinstance(brut, dict) else brut if isinstance(brut, list) else ()
    for element in elements:
        yield from _cles(element)
