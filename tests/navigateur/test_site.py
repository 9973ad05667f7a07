"""The site in a real browser: wide and narrow screens, search without a server and with one, keyboard."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rncp_utils.site.construction import construire

PAGES = (
    "index.html",
    "lecons/00_prise_en_main/M0_prise_en_main.html",
    "glossaire.html",
    "references.html",
    "couverture.html",
    "docs/guides/formateur.html",
    "docs/dictionnaire_des_donnees.html",
)
ECRANS = ({"width": 390, "height": 844}, {"width": 1366, "height": 768})
# What sticks out of the page, and is not in a box that scrolls.
DEBORDE = """() => {
  const large = document.documentElement.clientWidth;
  const defile = e => {
    for (let p = e; p && p !== document.body; p = p.parentElement) {
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(p).overflowX)) return true;
    }
    return false;
  };
  return [...document.querySelectorAll('article *')]
    .filter(e => e.getBoundingClientRect().right > large + 1 && !defile(e))
    .map(e => e.tagName + '.' + e.className).slice(0, 5);
}"""


@pytest.fixture(scope="module")
def site(depot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with its shortest lesson."""
    dossier = tmp_path_factory.mktemp("site")
    return construire(depot, dossier / "site", lambda _, x: x, codes=["M0"], atelier=dossier / "atelier").dossier


@contextlib.contextmanager
def servi(dossier: Path) -> Iterator[str]:
    """The folder, from a plain HTTP server."""

    class Muet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    serveur = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Muet, directory=str(dossier)))
    fil = threading.Thread(target=serveur.serve_forever, daemon=True)
    fil.start()
    try:
        yield f"http://127.0.0.1:{serveur.server_port}"
    finally:
        serveur.shutdown()
        serveur.server_close()


@pytest.mark.parametrize("ecran", ECRANS, ids=lambda ecran: str(ecran["width"]))
def test_aucune_page_ne_deborde_ni_ne_demande_rien_au_reseau(site, page, ecran):
    page.set_viewport_size(ecran)
    demandes, erreurs = [], []
    page.on("request", lambda demande: demandes.append(demande.url))
    page.on("pageerror", lambda erreur: erreurs.append(str(erreur)))
    for nom in PAGES:
        page.goto((site / nom).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), nom
        assert page.evaluate(DEBORDE) == [], nom
    assert [url for url in demandes if not url.startswith(("file:", "data:"))] == []
    assert erreurs == []


@pytest.mark.parametrize("mode", ["fichiers", "serveur"])
def test_la_recherche_trouve_un_mot_du_glossaire_et_d_une_lecon(site, page, mode):
    with servi(site) if mode == "serveur" else contextlib.nullcontext(site.as_uri()) as base:
        page.goto(f"{base}/index.html")
        champ = page.get_by_role("textbox", name="Rechercher")
        champ.fill("nantissement")
        champ.press("Enter")
        resultats = page.locator("#search-results")
        expect(resultats.get_by_role("link", name="Glossaire")).to_be_visible()
        page.goto(f"{base}/search.html?q=virgule")
        expect(resultats.get_by_role("link", name="Prise en main").first).to_be_visible()


def test_au_clavier_on_va_droit_au_texte(site, page):
    page.goto((site / PAGES[1]).as_uri())
    assert page.evaluate("document.documentElement.lang") == "fr"
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('skip-to-content')"):
            break
    assert page.evaluate("document.activeElement.textContent.trim()") == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#furo-main-content"


def test_sur_un_telephone_le_menu_s_ouvre(site, page):
    page.set_viewport_size(ECRANS[0])
    page.goto((site / "index.html").as_uri())
    menu = page.locator(".sidebar-drawer")
    expect(menu.get_by_role("link", name="Glossaire")).not_to_be_in_viewport()
    page.locator("label.nav-overlay-icon").click()
    expect(menu.get_by_role("link", name="Glossaire")).to_be_in_viewport()


def test_un_mot_d_une_lecon_mene_a_sa_definition(site, page):
    page.goto((site / PAGES[1]).as_uri())
    lien = page.locator(".rncp-glossaire a", has_text="taux de marque")
    lien.click()
    expect(page.locator("#taux-de-marque")).to_be_in_viewport()
