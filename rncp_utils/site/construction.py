"""The whole site: lessons executed, pages written from the sheets and the library, then Sphinx.

Everything in between is kept in ``.rncp/site``, so that a second build only does what changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.lecon.accueil import LeconDuCours, lecons_du_cours
from rncp_utils.lecon.parcours import charger_parcours
from rncp_utils.site.lecons import PROCESSUS, Suivi, executer_lecons
from rncp_utils.site.sources import STATIQUE, ecrire_sources

REGLAGES = Path("docs", "site")
ATELIER = Path(".rncp", "site")
# Sphinx says of a page what a maintainer mends; the reader of the site is shown none of it.
AVIS_MONTRES = 10


@dataclass(frozen=True)
class Site:
    """What was built.

    Attributes
    ----------
    dossier : Path
        The site; ``index.html`` opens it.
    lecons, pages : int
        Lessons, and pages in all.
    avis : tuple of str
        What Sphinx warned of.
    """

    dossier: Path
    lecons: int
    pages: int
    avis: tuple[str, ...]


def construire(
    depot: Path, sortie: Path, suivi: Suivi, *, codes: Sequence[str] = (), atelier: Path | None = None
) -> Site:
    """Build the site of a course folder.

    Parameters
    ----------
    depot : Path
        The course folder: ``course``, ``docs``, ``source``.
    sortie : Path
        Folder of the site; what was there is replaced.
    codes : sequence of str
        Lessons to keep (``["B1-L2"]``); all of them by default.
    atelier : Path
        Folder of what is kept between two builds, by default ``.rncp/site`` in ``depot``.

    Raises
    ------
    ErreurListe
        Lessons stop on an error.
    ErreurDonnees
        No such lesson; or Sphinx is not installed.
    """
    parcours = charger_parcours(depot / "course")
    lecons = _choisir(lecons_du_cours(depot / "course", parcours), codes)
    atelier = (atelier or depot / ATELIER).resolve()
    executees = executer_lecons([lecon.notebook for lecon in lecons], atelier / "lecons", suivi)
    ecrire_sources(depot, atelier / "source", lecons, executees, parcours)
    avis = _sphinx(depot, atelier, sortie.resolve())
    pages = sum(1 for _ in sortie.rglob("*.html"))
    return Site(sortie, len(lecons), pages, avis)


def _choisir(lecons: list[LeconDuCours], codes: Sequence[str]) -> list[LeconDuCours]:
    connus = {lecon.fiche.lecon for lecon in lecons}
    if inconnus := [code for code in codes if code not in connus]:
        raise ErreurDonnees(f"Aucune leçon n'a le code {', '.join(inconnus)} ; un code s'écrit B1-L2.")
    return [lecon for lecon in lecons if not codes or lecon.fiche.lecon in codes]


def _sphinx(depot: Path, atelier: Path, sortie: Path) -> tuple[str, ...]:
    """Run Sphinx beside the site, then put the new one in place of the old one."""
    reglages = depot / REGLAGES
    somme = hashlib.sha256()
    # What every page depends on, beside its own text.
    for chemin in [depot / "course" / "glossaire.yaml", *sorted(Path(__file__).parent.glob("*.py"))]:
        somme.update(chemin.read_bytes())
    env = os.environ | {
        "RNCP_SITE_DEPOT": str(depot.resolve()),
        "RNCP_SITE_GLOSSAIRE": somme.hexdigest(),
        "RNCP_SITE_STATIQUE": str(atelier / "source" / STATIQUE),
    }
    html = atelier / "html"
    with tempfile.NamedTemporaryFile("r", suffix=".txt", encoding="utf-8") as journal:
        commande = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-j", str(PROCESSUS), "-w", journal.name]
        if not (html / "searchindex.js").exists():
            # A build that was interrupted: Sphinx would index only what changed since.
            commande += ["--fresh-env", "--write-all"]
        commande += ["-c", str(reglages), "-d", str(atelier / "doctrees"), str(atelier / "source"), str(html)]
        fini = subprocess.run(commande, env=env, capture_output=True, text=True)
        avis = tuple(ligne for ligne in journal.read().splitlines() if ligne.strip())
    if fini.returncode:
        raise ErreurRncp(f"Sphinx n'a pas construit le site :\n{_fin(fini.stderr or fini.stdout)}")
    elaguer(html, atelier / "source")
    _poser(html, sortie)
    return avis


def elaguer(html: Path, source: Path) -> None:
    """Remove the pages whose source is gone: Sphinx leaves them, and a lesson taken away would stay readable."""
    gardees = {c.relative_to(source).with_suffix(".html") for c in source.rglob("*") if c.suffix in (".md", ".ipynb")}
    for page in html.rglob("*.html"):
        if page.relative_to(html) not in gardees | {Path("search.html")}:
            page.unlink()


def _poser(html: Path, sortie: Path) -> None:
    provisoire = sortie.with_name(f".{sortie.name}.nouveau")
    shutil.rmtree(provisoire, ignore_errors=True)
    shutil.copytree(html, provisoire, ignore=shutil.ignore_patterns(".buildinfo*", "objects.inv", "_sources"))
    if sortie.exists():
        shutil.rmtree(sortie)
    provisoire.rename(sortie)


def _fin(texte: str) -> str:
    if "No module named sphinx" in texte:
        return "il n'est pas installé ; lancez « make site », qui installe ce qui manque."
    return "\n".join(texte.splitlines()[-15:])
