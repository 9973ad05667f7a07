"""The pages that Sphinx reads: lessons, home, glossary, references, coverage, guides. What did not change is left."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbformat import NotebookNode

from rncp_utils.fichiers import ecrire_texte
from rncp_utils.figures import FEUILLE_DE_STYLE
from rncp_utils.formats import formater_nombre
from rncp_utils.lecon import formulaire_html, references
from rncp_utils.lecon.accueil import LeconDuCours
from rncp_utils.lecon.glossaire import FICHIER, Terme, charger_glossaire, definitions, par_lettre
from rncp_utils.lecon.lecon_html import duree, texte
from rncp_utils.lecon.parcours import Parcours, module, nom_du_module, titres_des_modules
from rncp_utils.referentiel import Referentiel, charger_referentiel
from rncp_utils.site.lecons import aerer

STATIQUE = "_static"
GUIDES = ("apprenant", "formateur", "coordinateur", "administrateur")
A_LIRE = (
    "```{{note}}\nCette page se lit sans rien installer. Pour répondre aux exercices, déplacer les réglages et garder "
    "vos réponses, ouvrez la leçon {code} dans JupyterHub.\n```"
)
PAGES_DU_LAB = {"accueil": "index.md", "glossaire": "glossaire.md", "references": "references.md"}
PAGE_DU_LAB = re.compile(rf"\]\(\.\./({'|'.join(PAGES_DU_LAB)})\.ipynb")
LIEN = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]+)(#[^)]*)?\)")


def ecrire_sources(
    depot: Path,
    source: Path,
    lecons: Sequence[LeconDuCours],
    executees: Mapping[Path, NotebookNode],
    parcours: Parcours,
) -> None:
    """Write the folder that Sphinx reads; what is no longer asked for is removed.

    Parameters
    ----------
    depot : Path
        The course folder.
    source : Path
        Where to write.
    lecons : sequence of LeconDuCours
        Lessons to show.
    executees : mapping
        Their notebooks, ready to be read (see ``executer_lecons``).
    parcours : Parcours
        Order that the home page suggests.
    """
    termes = charger_glossaire(depot / "course" / FICHIER)
    referentiel = charger_referentiel()
    pages = {page_de(lecon): _lecon(lecon, executees[lecon.notebook], termes) for lecon in lecons}
    pages |= _guides(depot / "docs", source)
    gabarits = Environment(
        loader=FileSystemLoader(depot / "docs" / "site" / "pages"), undefined=StrictUndefined, trim_blocks=True
    )
    contenus = {
        "index": _accueil(lecons, referentiel, parcours) | _retrouver(termes, pages),
        "glossaire": _glossaire(lecons, termes),
        "references": _references(lecons),
        "couverture": {"tableau": _couverture(depot, lecons, referentiel)},
    }
    for nom, contenu in contenus.items():
        # The tables of these pages are raw HTML.
        pages[f"{nom}.md"] = aerer(gabarits.get_template(f"{nom}.md").render(contenu))
    style = re.sub(r"</?style>", "", formulaire_html.STYLE)
    pages[f"{STATIQUE}/lecon.css"] = "\n".join([style, FEUILLE_DE_STYLE])
    for nom, contenu in pages.items():
        _ecrire(source / nom, contenu)
    _retirer(source, {source / nom for nom in pages})


def page_de(lecon: LeconDuCours) -> str:
    """File of a lesson in the site's source: its folder and its name in ``course``."""
    return f"lecons/{lecon.notebook.parent.name}/{lecon.notebook.name}"


def _adresse(notebook: Path) -> str:
    """Address of a lesson, from a page at the top."""
    return f"lecons/{notebook.parent.name}/{notebook.stem}.html"


def _lecon(lecon: LeconDuCours, executee: NotebookNode, termes: Iterable[Terme]) -> str:
    titre, *suite = (_vers_le_site(cellule) for cellule in executee.cells)
    avis = nbformat.v4.new_markdown_cell(A_LIRE.format(code=lecon.fiche.lecon), id="a-lire")
    lignes = "".join(
        f'<dt><a href="../../glossaire.html#{terme.ancre}">{texte(terme.titre)}</a></dt>'
        f"<dd>{texte(terme.definition)}</dd>"
        for terme in termes
        if lecon.fiche.lecon in terme.lecons
    )
    mots = f'### Les mots de cette leçon\n\n<dl class="rncp-glossaire">{aerer(lignes)}</dl>'
    fin = [nbformat.v4.new_markdown_cell(mots, id="mots-de-la-lecon")] if lignes else []
    complete = nbformat.v4.new_notebook(cells=[titre, avis, *suite, *fin], metadata=executee.metadata)
    return nbformat.writes(complete) + "\n"


def _vers_le_site(cellule: NotebookNode) -> NotebookNode:
    """A cell whose links to the pages of JupyterLab lead to those of the site."""
    if cellule.cell_type == "markdown":
        cellule.source = PAGE_DU_LAB.sub(lambda lien: f"](../../{PAGES_DU_LAB[lien[1]]}", cellule.source)
    return cellule


def _accueil(lecons: Sequence[LeconDuCours], referentiel: Referentiel, parcours: Parcours) -> dict[str, Any]:
    modules = [
        {
            "titre": titre,
            "court": nom_du_module(code),
            "lecons": [_en_bref(lecon) for lecon in lecons if module(lecon.fiche) == code],
        }
        for code, titre in titres_des_modules(referentiel, parcours).items()
    ]
    return {
        "competences": len(referentiel.competences),
        "nombre": len(lecons),
        "heures": formater_nombre(sum(lecon.fiche.minutes for lecon in lecons) / 60, 0),
        "modules": modules,
        "conseil": f"{parcours.raison} {parcours.rythme}".strip(),
    }


def _retrouver(termes: Sequence[Terme], pages: Mapping[str, str]) -> dict[str, Any]:
    guides = [
        {"titre": _titre(contenu), "page": nom, "page_sans_suffixe": nom.removesuffix(".md")}
        for nom, contenu in pages.items()
        if nom.startswith("docs/")
    ]
    return {"termes": len(termes), "guides": guides}


def _en_bref(lecon: LeconDuCours) -> dict[str, str]:
    page = page_de(lecon)
    return {
        "code": lecon.fiche.lecon,
        "titre": lecon.fiche.titre,
        "duree": duree(lecon.fiche.minutes),
        "competences": ", ".join(lecon.fiche.competences) or "–",
        "page": page,
        "page_sans_suffixe": page.removesuffix(".ipynb"),
    }


def _titre(contenu: str) -> str:
    return contenu.partition("\n")[0].removeprefix("# ").strip()


def _glossaire(lecons: Sequence[LeconDuCours], termes: Sequence[Terme]) -> dict[str, Any]:
    adresses = {lecon.fiche.lecon: _adresse(lecon.notebook) for lecon in lecons}
    groupes = par_lettre(termes)
    return {
        "termes": len(termes),
        "lettres": " · ".join(f"[{lettre}](#{lettre.lower()})" for lettre, _ in groupes),
        "groupes": [(lettre, definitions(dedans, lambda code: adresses.get(code, ""))) for lettre, dedans in groupes],
    }


def _references(lecons: Sequence[LeconDuCours]) -> dict[str, Any]:
    index = references.index_des_references(lecons)
    return {
        "introduction": references.INTRODUCTION,
        "tableaux": [(nom, references.tableau_des_references(nom, lignes, _adresse)) for nom, lignes in index.items()],
        "parametres": list(references.tableaux_des_parametres().items()),
    }


def _couverture(depot: Path, lecons: Sequence[LeconDuCours], referentiel: Referentiel) -> str:
    """One row a competence: lessons that teach it, points that each assessment gives it."""
    from rncp_utils.competences import lire_devoirs, matrice

    points = matrice(lire_devoirs(depot / "source", referentiel))
    epreuves = [colonne for colonne in points.columns if colonne not in ("total", "nb_epreuves")]
    rangees = []
    for competence in referentiel.competences:
        enseignee = ", ".join(
            f'<a href="{_adresse(lecon.notebook)}">{lecon.fiche.lecon}</a>'
            for lecon in lecons
            if competence.code in lecon.fiche.competences
        )
        notee = ", ".join(
            f"{epreuve} ({formater_nombre(points.loc[competence.code, epreuve], 0)})"
            for epreuve in epreuves
            if points.loc[competence.code, epreuve] > 0
        )
        rangees.append(
            f'<tr><th scope="row">{competence.code} · {texte(competence.libelle)}</th>'
            f"<td>{enseignee or '–'}</td><td>{escape(notee) or '–'}</td></tr>"
        )
    tetes = "".join(f'<th scope="col">{t}</th>' for t in ("Compétence", "Leçons", "Épreuves (points)"))
    return (
        '<div class="rncp-tableau"><table><caption>Les compétences, les leçons, les épreuves</caption>'
        f"<thead><tr>{tetes}</tr></thead><tbody>{''.join(rangees)}</tbody></table></div>"
    )


def _guides(docs: Path, source: Path) -> dict[str, str]:
    """The guides, in the order of the people who read them, then the other texts of ``docs``."""
    choisis = [docs / "guides" / f"{nom}.md" for nom in GUIDES]
    choisis += sorted(docs.glob("*.md"))
    presents = {chemin.resolve() for chemin in choisis if chemin.exists()}
    for image in sorted((docs / "images").rglob("*.png")):
        cible = source / "docs" / image.relative_to(docs)
        cible.parent.mkdir(parents=True, exist_ok=True)
        if not cible.exists() or cible.read_bytes() != image.read_bytes():
            shutil.copyfile(image, cible)
        presents.add(image.resolve())
    return {
        f"docs/{chemin.relative_to(docs).as_posix()}": _sans_lien_perdu(chemin, presents)
        for chemin in choisis
        if chemin.exists()
    }


def _sans_lien_perdu(chemin: Path, presents: set[Path]) -> str:
    """Text of a guide; a link to a file that the site does not have keeps its words only."""

    def lier(lien: re.Match) -> str:
        cible = lien[3]
        garde = "://" in cible or (chemin.parent / cible).resolve() in presents
        return lien.group() if garde else lien[2]

    return LIEN.sub(lier, chemin.read_text(encoding="utf-8"))


def _ecrire(chemin: Path, contenu: str) -> None:
    # Sphinx reads again what is newer.
    if not chemin.exists() or chemin.read_text(encoding="utf-8") != contenu:
        ecrire_texte(chemin, contenu)


def _retirer(source: Path, gardes: set[Path]) -> None:
    for chemin in source.rglob("*"):
        if chemin.suffix in (".md", ".ipynb") and chemin not in gardes:
            chemin.unlink()
