"""Rules on the shape of a notebook: titles, start cell, hidden code, links, cleanliness."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from urllib.parse import unquote

from rncp_utils import notebooks
from rncp_utils.competences.verification.constat import Constat
from rncp_utils.competences.verification.page import DEVOIR, LECON, Cellule, Page

TITRE = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$", re.MULTILINE)
BLOC_DE_CODE = re.compile(r"```.*?```", re.DOTALL)
LIEN = re.compile(r"(!?)\[([^\]]*)\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
ADRESSE = re.compile(r"^[a-z][a-z+.-]*:", re.IGNORECASE)
LIGNES_VISIBLES = 3
COMMENTAIRE_D_UNITE = re.compile(r"#.*\b(en|unité|nombre|sans unité)\b|#.*[%€]", re.IGNORECASE)
SOLUTION = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)


def regles_de_structure(page: Page) -> Iterator[Constat]:
    """V20 to V25."""
    yield from _titres(page)
    if page.nature == LECON:
        yield from _depart(page)
    for cellule in page.cases:
        if message := _visible(cellule, page.nature):
            yield Constat(page.chemin, cellule.rang, "V23", message)
    yield from _liens(page)
    if not notebooks.est_propre(page.chemin):
        sales = [c.rang for c in page.cases if c.brute.outputs or c.brute.execution_count is not None]
        quoi = f"la cellule {sales[0]} a une sortie" if sales else "des métadonnées de passage sont restées"
        yield Constat(page.chemin, None, "V25", f"{quoi} ; lancez « rncp nettoyer » sur ce fichier.")


def titres(page: Page) -> list[tuple[Cellule, int, str]]:
    """Headings of the Markdown cells: cell, level, text."""
    return [
        (cellule, len(dieses), texte)
        for cellule in page.textes
        for dieses, texte in TITRE.findall(BLOC_DE_CODE.sub("", cellule.source))
    ]


def _titres(page: Page) -> Iterator[Constat]:
    lus = titres(page)
    premiers = [cellule.rang for cellule, niveau, _ in lus if niveau == 1]
    if premiers[:1] != [1] or not TITRE.match(page.cellules[0].source):
        yield Constat(
            page.chemin, 1, "V20", "la première cellule ne commence pas par le titre ; écrivez-y « # Titre »."
        )
    for rang in premiers[1:]:
        yield Constat(
            page.chemin, rang, "V20", "un second titre de niveau 1 ; un notebook n'en a qu'un, prenez « ## »."
        )
    niveau = 0
    for cellule, suivant, texte in lus:
        if niveau and suivant > niveau + 1:
            message = f"« {texte} » passe du niveau {niveau} au niveau {suivant} ; descendez d'un seul niveau."
            yield Constat(page.chemin, cellule.rang, "V21", message)
        niveau = suivant


def _depart(page: Page) -> Iterator[Constat]:
    ecrire = 'écrivez « from rncp_utils.lecon import * » puis « demarrer("B1-L5") » dans la première case de code'
    if not page.cases:
        yield Constat(page.chemin, None, "V22", f"aucune case de code ; {ecrire}.")
        return
    premiere = page.cases[0]
    lignes = [ast.unparse(noeud) for noeud in premiere.arbre.body] if premiere.arbre else []
    if len(lignes) != 2 or lignes[0] != "from rncp_utils.lecon import *" or not lignes[1].startswith("demarrer("):
        yield Constat(
            page.chemin, premiere.rang, "V22", f"cette case ne démarre pas la leçon ; {ecrire}, sans rien d'autre."
        )
        return
    dit = premiere.appels("demarrer")[0].args
    code = dit[0].value if dit and isinstance(dit[0], ast.Constant) else None
    if page.fiche is not None and code != page.fiche.lecon:
        message = f"demarrer reçoit « {code} » et la fiche est celle de {page.fiche.lecon} ; mettez le même code."
        yield Constat(page.chemin, premiere.rang, "V22", message)


def _visible(cellule: Cellule, nature: str) -> str:
    """What is wrong with what a learner sees of the code of a cell."""
    if cellule.masquee:
        return ""
    a_moitie = bool(cellule.brute.metadata.get("jupyter", {}).get("source_hidden")) or "masquee" in cellule.etiquettes
    if a_moitie:
        return "la case est masquée à moitié ; mettez source_hidden et l'étiquette « masquee », ou aucun des deux."
    lignes = [ligne for ligne in SOLUTION.sub("…", cellule.source).splitlines() if ligne.strip()]
    if len(lignes) > LIGNES_VISIBLES:
        return f"{len(lignes)} lignes de code visibles ; masquez la case (source_hidden et étiquette « masquee »)."
    if not COMMENTAIRE_D_UNITE.search(cellule.source):
        return "case à compléter sans unité ; ajoutez un commentaire, par exemple « # en euros »."
    if nature != DEVOIR and "raises-exception" not in cellule.etiquettes:
        return "une erreur de saisie arrêterait la leçon ; ajoutez l'étiquette « raises-exception » à la case."
    return ""


def _liens(page: Page) -> Iterator[Constat]:
    ancres = {texte.replace(" ", "-") for _, _, texte in titres(page)}
    for cellule in page.textes:
        for image, texte, cible in LIEN.findall(BLOC_DE_CODE.sub("", cellule.source)):
            if image and not texte.strip():
                message = f"l'image « {cible} » n'a pas d'alternative ; écrivez-la entre crochets."
                yield Constat(page.chemin, cellule.rang, "V24", message)
            chemin, _, ancre = unquote(cible).partition("#")
            if ADRESSE.match(cible):
                continue
            if not chemin and ancre not in ancres:
                yield Constat(
                    page.chemin, cellule.rang, "V24", f"aucun titre ne répond au lien « {cible} » ; corrigez-le."
                )
            elif chemin and not (page.chemin.parent / chemin).exists():
                yield Constat(
                    page.chemin, cellule.rang, "V24", f"le lien « {cible} » ne mène à aucun fichier ; corrigez-le."
                )
