"""A Hub whose database is PostgreSQL: it starts, speaks French, and loses nothing when it is killed."""

from __future__ import annotations

import csv
import re
import shutil
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from rncp_utils.hub.installation import lire_reglages
from rncp_utils.hub.lieux import Lieux
from tests.hub.sauvegardes import executer
from tests.machine import port_libre

pytestmark = pytest.mark.lent


def test_tout_est_dans_postgresql(hub):
    assert {u["name"] for u in hub.demander("/hub/api/users")} >= {"lea", "karim", "claire"}
    assert executer(hub.base, "SELECT count(*) FROM users WHERE name = 'lea'") == [1]
    assert not list(hub.dossier.glob("*.sqlite")), "le Hub a écrit ailleurs que dans PostgreSQL"


def test_un_hub_tue_repart_avec_les_memes_personnes_et_les_memes_jetons(hub):
    jeton = hub.jeton_de("lea")
    assert hub.demander("/hub/api/user", jeton=jeton)["name"] == "lea"
    hub.arreter(signal.SIGKILL)
    hub.demarrer()
    moi = hub.demander("/hub/api/user", jeton=jeton)
    assert (moi["name"], moi["groups"]) == ("lea", ["nbgrader-rncp31919"])
    # The scopes of a server: oneself, and nobody else.
    assert hub.demander("/hub/api/users/karim", jeton=jeton) == 404
    assert hub.demander("/hub/api/groups", jeton=jeton) == 403


class Lecture(HTMLParser):
    """What a page says, in which language, and what it loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.langue, self.textes, self.charges, self.libelles, self.champs, self._tu = "", [], [], set(), set(), 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "html":
            self.langue = attrs.get("lang")
        self._tu += tag in ("script", "style") or attrs.get("lang") == "en"
        self.charges += [attrs[nom] for nom in ("src", "href") if nom in attrs and tag in ("script", "link", "img")]
        if tag == "label":
            self.libelles.add(attrs.get("for"))
        if tag in ("input", "select") and attrs.get("type") not in ("hidden", "submit"):
            self.champs.add(attrs.get("id"))

    def handle_endtag(self, tag):
        if tag in ("script", "style", "p", "span", "ul", "div") and self._tu:
            self._tu -= 1

    def handle_data(self, donnees):
        if not self._tu:
            self.textes.append(donnees)

    @property
    def dit(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.textes))


ANGLAIS = re.compile(
    r"\b(sign in|username|password|logout|login|your server|start|stop|not found|error|home|token|welcome)\b", re.I
)


def navigateur(url: str) -> Callable[..., str]:
    """Reads the pages of a Hub, with the cookies of a browser; names and values fill a form."""
    cookies = urllib.request.HTTPCookieProcessor()
    ouvrir = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies).open

    def lire(chemin: str, **formulaire: str) -> str:
        donnees = urllib.parse.urlencode(formulaire).encode() if formulaire else None
        demande = urllib.request.Request(url + chemin, donnees, {"Accept": "text/html"})
        try:
            with ouvrir(demande, timeout=60) as reponse:
                return reponse.read().decode()
        except urllib.error.HTTPError as refus:
            return refus.read().decode()

    return lire


def se_connecter(lire: Callable[..., str], qui: str, mot_de_passe: str) -> str:
    """The page that comes after."""
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', lire("/hub/login")).group(1)
    return lire("/hub/login?next=/hub/home", _xsrf=xsrf, username=qui, password=mot_de_passe)


@pytest.fixture(scope="module")
def session(hub):
    """Lea, logged in with her browser's cookies."""
    lire = navigateur(hub.url)
    pages = {"connexion": lire("/hub/login"), "faute de frappe": se_connecter(lire, "lea", "faux")}
    se_connecter(lire, "lea", hub.mot_de_passe)
    chemins = {"accueil": "home", "jetons": "token", "absente": "nulle-part", "interdite": "admin"}
    pages |= {nom: lire(f"/hub/{chemin}") for nom, chemin in chemins.items()}
    pages["poste fermé"] = lire("/hub/user/lea/lab")
    return pages


PHRASES = {
    "connexion": "Se connecter",
    "faute de frappe": "L'identifiant ou le mot de passe n'est pas le bon",
    "accueil": "Ouvrir mon poste de travail",
    "jetons": "Jetons d'accès",
    "absente": "Cette page n'existe pas",
    "interdite": "Cette page ne vous est pas ouverte",
    "poste fermé": "Votre poste de travail est fermé",
}


@pytest.mark.parametrize("page", PHRASES)
def test_chaque_page_du_hub_est_en_francais(session, page):
    lue = Lecture(session[page])
    assert lue.langue == "fr"
    assert PHRASES[page] in lue.dit
    assert not ANGLAIS.search(lue.dit), ANGLAIS.search(lue.dit)
    assert lue.champs <= lue.libelles, "un champ n'a pas de libellé"
    assert all(charge.startswith("/hub/") for charge in lue.charges), lue.charges


def ouvrir_un_poste(lieux: Lieux, qui: str) -> None:
    """Log in as somebody, and wait for the server."""
    with (lieux.prive / "mots_de_passe.csv").open(encoding="utf-8") as fichier:
        mots = dict(csv.reader(fichier, delimiter=";"))
    lire = navigateur(lire_reglages(lieux).url)
    se_connecter(lire, qui, mots[qui])
    lire("/hub/spawn")
    limite = time.monotonic() + 120
    while "jupyter-config-data" not in lire(f"/user/{qui}/lab"):
        assert time.monotonic() < limite, "le poste ne s'ouvre pas"
        time.sleep(0.5)


@pytest.mark.complet
def test_le_hub_d_une_classe_ses_deux_bases_dans_postgresql(postgresql, hub_installe, rncp_hub, tmp_path, monkeypatch):
    """What the administrator's guide says: settings, people, servers, backup while it runs, restoration."""
    lieux, carnet, base = hub_installe, postgresql(), postgresql()
    reglages = lieux.cours / "reglages_locaux.py"
    reglages.write_text(f"c.CourseDirectory.db_url = {carnet!r}\n", encoding="utf-8")
    shutil.chown(reglages, "rncp-correcteur", "rncp-cours")
    monkeypatch.setenv("RNCP_HUB_BASE", base)
    classe = tmp_path / "classe.csv"
    classe.write_text("identifiant;nom;prénom;rôle\nessai.postgresql;Essai;Zoé;apprenant\n", encoding="utf-8")

    def rncp(*arguments: str) -> str:
        fini = rncp_hub(lieux.etat, *arguments)
        assert fini.returncode == 0, fini.stdout + fini.stderr
        return fini.stdout

    try:
        rncp("demarrer", "--port", str(port_libre()))
        rncp("inscrire", str(classe))
        ouvrir_un_poste(lieux, "essai.postgresql")
        assert "essai.postgresql : " in rncp("etat")
        rncp("sauvegarder", "--vers", str(tmp_path / "s"))
    finally:
        dit = rncp("arreter")
    assert "Serveurs arrêtés : essai.postgresql." in dit
    assert "Aucun serveur ouvert." in rncp("etat")
    assert executer(carnet, "SELECT id FROM student") == ["essai.postgresql"]
    assert "essai.postgresql" in executer(base, "SELECT name FROM users")
    executer(carnet, "DELETE FROM student")
    executer(base, "UPDATE users SET name = 'perdu' WHERE name = 'essai.postgresql'")

    (archive,) = (tmp_path / "s").iterdir()
    rncp("restaurer", str(archive), "--executer")

    assert executer(carnet, "SELECT id FROM student") == ["essai.postgresql"]
    assert "essai.postgresql" in executer(base, "SELECT name FROM users")
    assert not lieux.base.exists(), "le Hub a écrit une base SQLite"
