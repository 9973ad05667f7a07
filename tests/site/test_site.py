"""The site that a visitor gets: readable without a network, whole, and without a single answer."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.lecon.fiche import Fiche, charger_fiche
from rncp_utils.lecon.glossaire import sans_accent
from rncp_utils.site.construction import construire
from tests.site.chantier import LECONS

pytestmark = [pytest.mark.lent, pytest.mark.xdist_group("site")]

B1_L2 = "lecons/bloc1/B1_L2_plan_actions.html"
B2_L1 = "lecons/bloc2/B2_L1_decouverte_questionnement.html"


class Lecteur(HTMLParser):
    """What a page links to, loads and shows."""

    def __init__(self) -> None:
        super().__init__()
        self.liens: list[str] = []
        self.charges: list[str] = []
        self.ancres: set[str] = set()
        self.images: list[dict[str, str]] = []
        self.texte: list[str] = []
        self._muet = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        lus = {nom: valeur or "" for nom, valeur in attrs}
        self.ancres |= {lus[nom] for nom in ("id", "name") if nom in lus}
        if tag == "a" and "href" in lus:
            self.liens.append(lus["href"])
        if tag == "link" and lus.get("rel") in ("stylesheet", "preload", "prefetch", "preconnect", "shortcut icon"):
            self.charges.append(lus["href"])
        if tag in ("script", "img", "iframe", "source") and "src" in lus:
            self.charges.append(lus["src"])
        if tag == "img":
            self.images.append(lus)
        self._muet += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._muet -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._muet:
            self.texte.append(data)


def lire(chemin: Path) -> Lecteur:
    lecteur = Lecteur()
    lecteur.feed(chemin.read_text(encoding="utf-8"))
    return lecteur


def nu(texte: str) -> str:
    """Letters and digits only: neither typography nor tags tell two texts apart."""
    return re.sub(r"[^a-z0-9]+", " ", sans_accent(texte)).strip()


def prives(fiche: Fiche) -> list[str]:
    """What a sheet says only to those who answered: hints, feedback, typical mistakes, conclusions."""
    textes = []
    for exercice in fiche.exercices.values():
        textes += [exercice.conclusion, *exercice.indices.model_dump().values()]
        for champ in exercice.champs:
            textes += [*champ.get("retours", {}).values(), *champ.get("erreurs", {}).values()]
            textes += champ.get("criteres", ())
    return textes


@pytest.fixture(scope="session")
def fiches(depot: Path) -> list[Fiche]:
    chemins = [next((depot / "course").glob(f"*/{code.replace('-', '_')}_*.yaml")) for code in LECONS]
    return [charger_fiche(chemin) for chemin in chemins]


@pytest.fixture(scope="session")
def montre(chantier) -> str:
    return nu(" ".join(morceau for page in chantier.pages() for morceau in lire(page).texte))


def test_aucune_reponse_n_est_dans_le_site(chantier, fiches, montre, depot):
    # A sentence that the lesson itself teaches is no secret.
    publics = [chemin.read_text(encoding="utf-8") for chemin in (depot / "course").rglob("*.ipynb")]
    enseigne = nu(" ".join([*publics, *(point for fiche in fiches for point in fiche.a_retenir)]))
    gardes = {nu(part) for fiche in fiches for texte in prives(fiche) for part in re.split(r"\{\w+\}|\n", texte)}
    gardes = {garde for garde in gardes if len(garde) > 30 and garde not in enseigne}
    assert len(gardes) > 100
    assert [garde for garde in gardes if garde in montre] == []


def test_l_index_de_recherche_ne_sait_rien_de_plus_que_les_pages(chantier, fiches, montre):
    recherche = set(nu((chantier.dossier / "site" / "searchindex.js").read_text(encoding="utf-8")).split())
    mots = {mot for fiche in fiches for texte in prives(fiche) for mot in nu(texte).split() if len(mot) > 6}
    seuls = mots - set(montre.split())
    assert seuls
    assert seuls & recherche == set()


def test_ni_code_ni_fiche_ni_source_ne_part_avec_le_site(chantier):
    fichiers = [chemin for chemin in (chantier.dossier / "site").rglob("*") if chemin.is_file()]
    assert {chemin.suffix for chemin in fichiers} <= {".html", ".css", ".js", ".map", ".png", ".svg", ".txt", ".ico"}
    for page in (B1_L2, B2_L1):
        contenu = chantier.page(page)
        for trace in ("Exercice(", "attendus=", "juste:", "correcteur", "Traceback", "widget-view", "retours="):
            assert trace not in contenu, trace


def test_rien_ne_se_charge_d_ailleurs(chantier):
    for page in chantier.pages():
        assert [adresse for adresse in lire(page).charges if "//" in adresse.partition(",")[0]] == [], page.name
    for feuille in (chantier.dossier / "site").rglob("*.css"):
        contenu = re.sub(r"/\*.*?\*/", "", feuille.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", contenu), feuille.name


def test_chaque_lien_du_site_mene_quelque_part(chantier):
    lues = {page.resolve(): lire(page) for page in chantier.pages()}
    perdus = []
    for page, lecteur in lues.items():
        for lien in lecteur.liens:
            vers = urlsplit(lien)
            if vers.scheme or lien == "#":
                continue
            cible = (page.parent / unquote(vers.path)).resolve() if vers.path else page
            connue = not vers.fragment or unquote(vers.fragment) in getattr(lues.get(cible), "ancres", ())
            if not cible.exists() or not connue:
                perdus.append(f"{page.name} : {lien}")
    assert perdus == []


def test_une_lecon_se_lit_avec_ses_enonces_ses_figures_et_ses_mots(chantier):
    contenu, lecteur = chantier.page(B1_L2), lire(chantier.dossier / "site" / B1_L2)
    texte = nu(" ".join(lecteur.texte))
    assert '<html class="no-js" lang="fr"' in contenu
    assert "Aller au contenu" in contenu and "Skip to content" not in contenu and "Toggle" not in contenu
    # The statement with its figures, the options, the empty table, where to answer; nothing that looks alive.
    assert "yvan carlier suit 35 clients sur 120" in texte
    assert "il ignore combien de clients ont le besoin" in texte
    assert texte.count("repondez dans jupyterhub") == 13
    assert not re.search(r"<(?:input|select|textarea|button)\b", contenu.split('<article role="main"')[1])
    # The first state of the simulator, with its description.
    assert lecteur.images and all(image.get("alt", "").strip() for image in lecteur.images)
    assert "pour commencer cliquez sur" not in texte
    vivier = re.findall(r'<a class="rncp-terme[^>]*href="../../glossaire.html#vivier"[^>]*title="[^"]+"', contenu)
    assert len(vivier) == 1


def test_ce_qui_se_joue_dit_ou_le_jouer(chantier):
    assert "Entretien simulé" in chantier.page(B2_L1)


def test_les_pages_de_reference_menent_aux_lecons(chantier):
    assert f'href="{B1_L2}"' in chantier.page("glossaire.html")
    references = chantier.page("references.html")
    assert f'href="{B2_L1}"' in references and "art. L. 511-33" in references and "à vérifier" in references
    couverture = chantier.page("couverture.html")
    assert "B1-RAP" in couverture and f'href="{B1_L2}"' in couverture
    accueil = chantier.page("index.html")
    assert "18 décembre 2023" in accueil and "aucune certification" in nu(accueil)


def test_sphinx_ne_signale_rien(chantier):
    assert chantier.site.avis == ()


def test_une_seconde_construction_n_execute_rien(chantier):
    avant = _contenus(chantier)
    chantier.construire()
    assert chantier.executees == []
    assert _contenus(chantier) == avant


def _contenus(chantier) -> dict[Path, bytes]:
    # Sphinx writes the search page anew at each build, and not always byte for byte.
    return {page: page.read_bytes() for page in chantier.pages() if page.name != "search.html"}


def test_un_code_inconnu_est_refuse(depot, tmp_path):
    with pytest.raises(ErreurDonnees, match=r"Aucune leçon n'a le code B9-L9 ; un code s'écrit B1-L2\."):
        construire(depot, tmp_path / "site", lambda _, elements: elements, codes=["B9-L9"])
