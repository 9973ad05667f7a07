"""The guides and the other pages of docs/: each link leads somewhere, each command that they quote exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from rncp_utils.cli.principal import main

DEPOT = Path(__file__).resolve().parents[2]
PAGES = sorted([DEPOT / "README.md", *DEPOT.glob("docs/**/*.md")])
GUIDES = sorted(DEPOT.glob("docs/guides/*.md"))
LIEN = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# In a line of code, the last one: what stands before it (cd …, the hour of a cron) is not ours.
COMMANDE = re.compile(r"`(?:sudo )?(?:\.venv/bin/)?(rncp [^`]+)`|^ {4}(?:.*\W)?(rncp [a-z].*)$", re.M)
MAKE = re.compile(r"(?:^ {4}|`)(?:sudo )?make ([a-z-]+)", re.M)


def nom(page: Path) -> str:
    return page.relative_to(DEPOT).as_posix()


def ancres(page: Path) -> set[str]:
    """Anchors as GitHub makes them of the titles."""
    titres = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", titre.lower()).replace(" ", "-") for titre in titres}


def test_il_y_a_un_guide_par_role():
    assert {"apprenant.md", "formateur.md", "coordinateur.md", "administrateur.md"} <= {page.name for page in GUIDES}


@pytest.mark.parametrize("page", PAGES, ids=nom)
def test_chaque_lien_mene_quelque_part(page):
    perdus = []
    for lien in LIEN.findall(page.read_text(encoding="utf-8")):
        chemin, _, ancre = lien.partition("#")
        if chemin.startswith(("http://", "https://", "mailto:")):
            continue
        cible = (page.parent / chemin).resolve() if chemin else page
        if not cible.exists() or (ancre and cible.suffix == ".md" and ancre not in ancres(cible)):
            perdus.append(lien)
    assert perdus == []


def commandes(page: Path) -> list[str]:
    texte = page.read_text(encoding="utf-8")
    return [ligne or bloc for ligne, bloc in COMMANDE.findall(texte)]


@pytest.mark.parametrize("page", GUIDES, ids=nom)
def test_chaque_commande_citee_existe_avec_ses_options(page):
    for citee in commandes(page):
        mots = shlex.split(citee)[1:]
        commande, contexte = main, click.Context(main)
        while isinstance(commande, click.Group) and mots:
            if mots[0].startswith("-"):
                assert mots[0] in _options(commande), citee
                mots = mots[2:]
                continue
            suite = commande.get_command(contexte, mots.pop(0))
            assert suite is not None, f"« {citee} » : cette commande n'existe pas"
            commande = suite
        inconnues = [mot for mot in mots if mot.startswith("-") and mot not in _options(commande)]
        assert inconnues == [], citee


def _options(commande: click.Command) -> set[str]:
    return {option for reglage in commande.params for option in reglage.opts}


def test_les_commandes_sont_bien_lues():
    """The reading itself: a page without a command found would pass for a page without a fault."""
    lues = commandes(DEPOT / "docs" / "guides" / "administrateur.md")
    assert any("hub inscrire hub/classe_de_demonstration.csv" in lue for lue in lues)
    assert sum("hub restaurer" in lue for lue in lues) >= 2


@pytest.mark.parametrize("page", GUIDES, ids=nom)
def test_chaque_cible_de_make_citee_existe(page):
    cibles = set(re.findall(r"^([a-z-]+):", (DEPOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(MAKE.findall(page.read_text(encoding="utf-8"))) <= cibles


@pytest.mark.parametrize("page", GUIDES, ids=nom)
def test_chaque_fichier_du_depot_cite_existe(page):
    cites = re.findall(r"`((?:hub|tests|rncp_utils|docs)/[\w./-]+)`", page.read_text(encoding="utf-8"))
    assert [cite for cite in cites if not (DEPOT / cite).exists()] == []


def test_les_images_des_guides_sont_legeres():
    lourdes = [nom(image) for image in DEPOT.glob("docs/images/hub/*.png") if image.stat().st_size > 150_000]
    assert lourdes == []
