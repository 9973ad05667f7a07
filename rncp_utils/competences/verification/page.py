"""A notebook as the rules read it: its cells, their code, their prose, its sheet."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from rncp_utils import notebooks
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.lecon.fiche import Fiche, charger_fiche

LECON, DEVOIR, ACCUEIL = "leçon", "devoir", "accueil"
ACCEPTATION = re.compile(r"verifier (V\d\d) *: *([\w«(].*)")
# Not read by a learner: code, addresses, comments that Markdown does not show.
HORS_PROSE = re.compile(r"<!--.*?-->|```.*?```|`[^`\n]*`|(?<=\])\([^)\s]*\)|https?://\S+|<[^>\n]+>", re.DOTALL)
CORRIGE = re.compile(r"=== BEGIN MARK SCHEME ===.*?(=== END MARK SCHEME ===|\Z)", re.DOTALL)
# A label such as "b" or "QCU" is not a sentence; two spaces make one.
PHRASE = re.compile(r"\S+\s+\S+\s+\S+")


@dataclass
class Cellule:
    """A cell and its rank, from 1."""

    rang: int
    brute: NotebookNode

    @property
    def source(self) -> str:
        return self.brute.source

    @property
    def code(self) -> bool:
        return self.brute.cell_type == "code"

    @property
    def nbgrader(self) -> dict[str, Any]:
        return self.brute.metadata.get("nbgrader", {})

    @property
    def etiquettes(self) -> list[str]:
        return list(self.brute.metadata.get("tags", ()))

    @property
    def masquee(self) -> bool:
        return bool(self.brute.metadata.get("jupyter", {}).get("source_hidden")) and "masquee" in self.etiquettes

    @cached_property
    def arbre(self) -> ast.Module | None:
        """Its code, None when it cannot be read."""
        try:
            return ast.parse(self.source) if self.code else None
        except (SyntaxError, ValueError):
            return None

    def appels(self, *noms: str) -> list[ast.Call]:
        """Calls of these functions, in the order of the text."""
        if self.arbre is None:
            return []
        trouves = [n for n in ast.walk(self.arbre) if isinstance(n, ast.Call) and nom_appele(n) in noms]
        return sorted(trouves, key=lambda noeud: (noeud.lineno, noeud.col_offset))

    @property
    def prose(self) -> str:
        """What a learner reads in it; for code, the sentences that it shows."""
        if not self.code:
            return HORS_PROSE.sub(" ", CORRIGE.sub("", self.source))
        return "\n".join(phrases(self.arbre)) if self.arbre is not None else ""

    def accepte(self, regle: str) -> bool:
        """Whether the author accepted this rule here, with a reason: in a comment or in the metadata."""
        dits = {nom for nom, _ in ACCEPTATION.findall(self.source)}
        dits |= {nom for nom, raison in self.brute.metadata.get("rncp", {}).get("verifier", {}).items() if raison}
        return regle in dits


def nom_appele(appel: ast.Call) -> str:
    """``f`` of ``f(…)`` and of ``x.f(…)``."""
    return getattr(appel.func, "attr", None) or getattr(appel.func, "id", "")


def phrases(arbre: ast.AST) -> list[str]:
    """Strings of a program that are sentences, an f-string with « … » in place of what it computes."""
    trouvees, dedans = [], set()
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.JoinedStr):
            dedans |= {id(partie) for partie in ast.walk(noeud)}
            texte = "".join(p.value if isinstance(p, ast.Constant) else "…" for p in noeud.values)
        elif isinstance(noeud, ast.Constant) and isinstance(noeud.value, str) and id(noeud) not in dedans:
            texte = noeud.value
        else:
            continue
        if PHRASE.search(texte):
            trouvees.append(texte)
    return trouvees


@dataclass
class Page:
    """A notebook under verification."""

    chemin: Path
    nature: str
    cellules: list[Cellule]
    fiche: Fiche | None = None
    chemin_fiche: Path | None = None
    refus_fiche: str = ""
    textes_fiche: list[tuple[str, str]] = field(default_factory=list)

    @property
    def cases(self) -> list[Cellule]:
        """Its code cells."""
        return [cellule for cellule in self.cellules if cellule.code]

    @property
    def textes(self) -> list[Cellule]:
        """Its Markdown cells."""
        return [cellule for cellule in self.cellules if cellule.brute.cell_type == "markdown"]

    def appels(self, *noms: str) -> list[tuple[Cellule, ast.Call]]:
        """Calls of these functions anywhere in the notebook."""
        return [(cellule, appel) for cellule in self.cases for appel in cellule.appels(*noms)]


def lire_page(chemin: Path) -> Page:
    """A notebook, and for a lesson the sheet beside it. Raises ErreurDonnees when the notebook cannot be read."""
    cellules = [Cellule(rang, brute) for rang, brute in enumerate(notebooks.lire(chemin).cells, start=1)]
    page = Page(chemin, _nature(cellules), cellules)
    if page.nature != LECON:
        return page
    page.chemin_fiche = _chemin_de_fiche(page)
    if page.chemin_fiche is None:
        page.refus_fiche = "aucune fiche YAML à côté du notebook ; créez-la, nommée d'après le code de la leçon."
        return page
    try:
        page.fiche = charger_fiche(page.chemin_fiche)
        page.textes_fiche = _textes(page.fiche)
    except ErreurDonnees as erreur:
        page.refus_fiche = " ".join(str(erreur).split())
    return page


def _nature(cellules: list[Cellule]) -> str:
    if any(cellule.nbgrader for cellule in cellules):
        return DEVOIR
    return ACCUEIL if any(cellule.appels("Accueil", "Glossaire", "References") for cellule in cellules) else LECON


def _chemin_de_fiche(page: Page) -> Path | None:
    """The sheet that ``demarrer`` will open; without it, the one named as the notebook."""
    appels = page.appels("demarrer")
    code = appels[0][1].args[0] if appels and appels[0][1].args else None
    if isinstance(code, ast.Constant) and isinstance(code.value, str):
        prefixe = code.value.replace("-", "_")
        return next(iter(sorted(page.chemin.parent.glob(f"{prefixe}*.yaml"))), None)
    homonyme = page.chemin.with_suffix(".yaml")
    return homonyme if homonyme.exists() else None


def _textes(fiche: Fiche) -> list[tuple[str, str]]:
    """All that a learner reads of the sheet, with where it stands."""
    textes = [("titre", fiche.titre), *(("objectifs", objectif.texte) for objectif in fiche.objectifs)]
    textes += [("séquences", sequence.titre) for sequence in fiche.sequences]
    textes += [("à retenir", point) for point in fiche.a_retenir]
    for nom, exercice in fiche.exercices.items():
        lus = [exercice.titre, exercice.enonce, exercice.conclusion, *exercice.indices.model_dump().values()]
        textes += [(f"exercice {nom}", texte) for texte in [*lus, *_chaines(exercice.champs)] if texte]
    return textes


def _chaines(brut: Any) -> list[str]:
    """Sentences of a field, whatever its depth."""
    if isinstance(brut, str):
        return [brut] if PHRASE.search(brut) else []
    elements = brut.values() if isinstance(brut, dict) else brut if isinstance(brut, list | tuple) else ()
    return [texte for element in elements for texte in _chaines(element)]
