"""A class on the Hub, and what its people do in their browsers."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import pytest

AMELIE, KARIM, LEA = "essai.amelie", "essai.karim", "essai.lea"
CLAIRE, MARC, SOPHIE = "essai.claire", "essai.marc", "essai.sophie"
CLASSE = f"""\
identifiant;nom;prénom;rôle;groupe;voie;date d'entrée;qualité
{AMELIE};Durand;Amélie;apprenant;Promotion A;;;
{KARIM};Benali;Karim;apprenant;Promotion A;;;
{LEA};Rossi;Léa;apprenant;Promotion A;;;
{CLAIRE};Petit;Claire;formateur;;;;
{MARC};Aubry;Marc;expert;;;;directeur d'agence
{SOPHIE};Leroy;Sophie;coordinateur;;;;
"""
FORMULAIRES, OBSERVE = "F-M0", "B4-MES"
# Marge and taux de marque of F-M0, and what they are worth with the other form left empty.
REPONSES = {AMELIE: ("54 000 €", "36 %", 6.0), KARIM: ("246 000", "36,0", 4.5), LEA: ("246 000", "12", 1.5)}
SCREEN = {"width": 1366, "height": 768}
# Where the guides' pictures go; they are made again only when asked for.
IMAGES = os.environ.get("RNCP_IMAGES", "")
ATTENTE_MS = 120_000


@dataclass
class Hub:
    """A running Hub, and how to open it in a browser."""

    depot: Path
    etat: Path
    navigateur: object
    lab: type
    pages: dict[str, object] = field(default_factory=dict)

    @property
    def reglages(self) -> dict:
        return json.loads((self.etat / "prive" / "reglages.json").read_text())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.reglages['port']}"

    @property
    def cours(self) -> Path:
        return self.etat / "cours"

    def rncp(self, *arguments: str) -> str:
        """Output of a command ``rncp hub``."""
        commande = [sys.executable, "-m", "rncp_utils.cli", "--cours", str(self.depot), "hub", "--etat", str(self.etat)]
        fini = subprocess.run([*commande, *arguments], capture_output=True, text=True, check=False, timeout=300)
        assert fini.returncode == 0, f"{fini.stdout}\n{fini.stderr}\n{self.fin_du_journal()}"
        return fini.stdout

    def fin_du_journal(self) -> str:
        journal = self.etat / "journaux" / "jupyterhub.log"
        return journal.read_text(errors="replace")[-4000:] if journal.exists() else ""

    def mot_de_passe(self, qui: str) -> str:
        with (self.etat / "prive" / "mots_de_passe.csv").open(encoding="utf-8") as fichier:
            return dict(list(csv.reader(fichier, delimiter=";"))[1:])[qui]

    def page(self, qui: str):
        """The page of a person, logged in once."""
        if qui not in self.pages:
            contexte = self.navigateur.new_context(viewport=SCREEN, locale="fr-FR", timezone_id="Europe/Paris")
            contexte.set_default_timeout(ATTENTE_MS)
            self.pages[qui] = contexte.new_page()
            self.connecter(qui)
        return self.pages[qui]

    def connecter(self, qui: str) -> None:
        page = self.pages[qui]
        page.goto(self.url)
        page.locator("#username_input").fill(qui)
        page.locator("#password_input").fill(self.mot_de_passe(qui))
        page.locator("#login_submit").click()
        self.attendre_le_lab(qui)

    def attendre_le_lab(self, qui: str) -> None:
        page = self.pages[qui]
        page.wait_for_url(f"**/user/{qui}/lab**")
        page.wait_for_function("window.jupyterapp?.restored !== undefined")
        page.evaluate("window.jupyterapp.restored.then(() => true)")

    def ouvrir(self, qui: str, chemin: str):
        """Open a notebook of a person's server; it is ready to be run."""
        page = self.page(qui)
        page.goto(f"{self.url}/user/{qui}/lab/tree/{chemin}?reset")
        lab = self.lab(page, None)
        lab.attendre_le_noyau()
        return lab

    def executer_la_page(self, qui: str):
        """Run the notebook that a person's server opens first."""
        lab = self.lab(self.page(qui), None)
        lab.attendre_le_noyau()
        lab.executer_tout()
        return lab

    def executer(self, qui: str, code: str) -> str:
        """What a new kernel of a person prints."""
        resultat = self.page(qui).evaluate(EXECUTER, textwrap.dedent(code))
        assert not resultat.startswith("ERREUR"), resultat
        return resultat

    def photographier(self, qui: str, nom: str) -> None:
        if IMAGES:
            Path(IMAGES).mkdir(parents=True, exist_ok=True)
            self.page(qui).screenshot(path=Path(IMAGES, f"{nom}.png"))


EXECUTER = """async (code) => {
    const noyau = await window.jupyterapp.serviceManager.kernels.startNew({name: 'python3'});
    const demande = noyau.requestExecute({code});
    let texte = '';
    demande.onIOPub = message => {
        if (message.header.msg_type === 'stream') texte += message.content.text;
        if (message.header.msg_type === 'error') texte = 'ERREUR ' + message.content.traceback.join('\\n');
    };
    await demande.done;
    await noyau.shutdown();
    return texte;
}"""


def presser(page, bouton: str, attendu: str) -> None:
    cible = page.get_by_role("button", name=bouton, exact=True)
    # Waits until the button may be pressed: the step before closes all of them while it works.
    cible.click()
    etape = page.locator(".rncp-question", has=cible)
    suivi = etape.locator(".rncp-suivi", has_text=attendu).first
    try:
        suivi.wait_for()
    except Exception:
        pytest.fail(f"« {bouton} » dit : {etape.locator('.rncp-suivi').all_inner_texts()}", pytrace=False)


def ouvrir_la_liste(hub: Hub, qui: str):
    page = hub.page(qui)
    page.goto(f"{hub.url}/user/{qui}/lab?reset")
    hub.attendre_le_lab(qui)
    page.evaluate("window.jupyterapp.commands.execute('nbgrader:open-assignment-list').then(() => true)")
    page.locator("#course_list_default", has_text="rncp31919").wait_for()
    return page


def recuperer(hub: Hub, qui: str, devoir: str) -> None:
    page = ouvrir_la_liste(hub, qui)
    page.locator("#released_assignments_list .list_item", has_text=devoir).get_by_role("button", name="Fetch").click()
    page.locator("#fetched_assignments_list .list_item", has_text=devoir).first.wait_for()


def remettre(hub: Hub, qui: str, devoir: str) -> None:
    page = ouvrir_la_liste(hub, qui)
    if devoir == FORMULAIRES and qui == AMELIE:
        page.locator("#fetched_assignments_list .list_item", has_text=devoir).first.wait_for()
        hub.photographier(qui, "liste-des-devoirs")
    ligne = page.locator("#fetched_assignments_list .list_item", has_text=devoir)
    ligne.get_by_role("button", name="Submit").first.click()
    page.locator("#submitted_assignments_list .list_item", has_text=devoir).first.wait_for()
    if devoir == FORMULAIRES and qui == AMELIE:
        hub.photographier(qui, "remise")


def remplir(lab, marge: str, marque: str) -> None:
    """The first form of F-M0."""
    champs = lab.page.locator(".rncp-nombre input")
    for rang, texte in enumerate((marge, marque)):
        champs.nth(rang).fill(texte)
        champs.nth(rang).press("Tab")
    lab.page.locator("[role=status]", has_text="2 réponses sur 2").first.wait_for()


def enregistrer(lab) -> None:
    lab.commande("docmanager:save")
    lab.page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")


SONDE = """
import glob, json, os, sqlite3, urllib.error, urllib.request
ETAT, AUTRE, PORT, PORTS = %(etat)r, %(autre)r, %(port)r, %(ports)r
def essai(geste):
    try:
        rendu = geste()
    except OSError as erreur:
        return type(erreur).__name__ if not hasattr(erreur, "code") else str(erreur.code)
    except sqlite3.Error as erreur:
        return "refus"
    return f"PERMIS {str(rendu)[:80]}"
def demander(url, jeton=os.environ["JUPYTERHUB_API_TOKEN"]):
    demande = urllib.request.Request(url, headers={"Authorization": f"token {jeton}"})
    return urllib.request.urlopen(demande, timeout=20).status
def ecrire(chemin):
    with open(chemin, "a") as fichier:
        fichier.write(" ")
def lire_la_base(chemin, table):
    return sqlite3.connect(f"file:{chemin}?mode=ro", uri=True).execute(f"select 1 from {table}").fetchall()
API, PUBLIC = os.environ["JUPYTERHUB_API_URL"], f"http://127.0.0.1:{PORT}"
def jetons():
    lus = []
    for chemin in glob.glob("/proc/[0-9]*/environ"):
        try:
            if os.stat(chemin).st_uid != os.getuid() and b"JUPYTERHUB_API_TOKEN" in open(chemin, "rb").read():
                lus.append(chemin)
        except OSError:
            pass
    if not lus:
        raise PermissionError
    return lus
domicile = os.path.expanduser(f"~{AUTRE}")
gestes = {
    "domicile d'un autre": lambda: os.listdir(domicile),
    "prises d'un autre": lambda: os.listdir(f"{ETAT}/prises/{AUTRE}"),
    "sources": lambda: os.listdir(f"{ETAT}/cours/source"),
    "corriges": lambda: os.listdir(f"{ETAT}/cours/corriges"),
    "livraison": lambda: os.listdir(f"{ETAT}/livraison"),
    "liste du cours": lambda: os.listdir(f"{ETAT}/cours"),
    "carnet": lambda: lire_la_base(f"{ETAT}/cours/gradebook.db", "student"),
    "journal d'audit": lambda: open(f"{ETAT}/cours/journal_audit.jsonl").read(),
    "session": lambda: os.listdir(f"{ETAT}/cours/session"),
    "observations": lambda: os.listdir(f"{ETAT}/cours/observations"),
    "base du Hub": lambda: lire_la_base(f"{ETAT}/prive/jupyterhub.sqlite", "users"),
    "secrets": lambda: open(f"{ETAT}/prive/reglages.json").read(),
    "journaux": lambda: os.listdir(f"{ETAT}/journaux"),
    "jetons des autres serveurs": jetons,
    "copies remises": lambda: os.listdir(f"{ETAT}/echange/rncp31919/inbound"),
    "devoirs distribués": lambda: ecrire(f"{ETAT}/echange/rncp31919/outbound/F-M0/f_m0.ipynb"),
    "nom du cours": lambda: os.rename(f"{ETAT}/echange/rncp31919", f"{ETAT}/echange/pris"),
    "bibliothèques": lambda: ecrire(f"{ETAT}/environnement/bin/jupyterhub-singleuser"),
    "leçons de tous": lambda: ecrire(f"{ETAT}/lecons/course/accueil.ipynb"),
    "API users": lambda: demander(f"{API}/users"),
    "API autre personne": lambda: demander(f"{API}/users/{AUTRE}"),
    "API groupes": lambda: demander(f"{API}/groups"),
    "API services": lambda: demander(f"{API}/services/rncp31919"),
    "API mandataire": lambda: demander(f"{API}/proxy"),
    "serveur d'un autre": lambda: demander(f"{PUBLIC}/user/{AUTRE}/api/contents"),
    "formgrader": lambda: demander(f"{PUBLIC}/services/rncp31919/formgrader/api/assignments"),
    "routes": lambda: demander(f"http://127.0.0.1:{PORTS['port_du_mandataire']}/api/routes"),
}
temoins = {
    "son domicile": lambda: os.listdir(os.path.expanduser("~")),
    "son serveur": lambda: demander(f"{PUBLIC}/user/{os.environ['JUPYTERHUB_USER']}/api/contents"),
    "lui-même": lambda: demander(f"{API}/user"),
}
print(json.dumps([{nom: essai(g) for nom, g in gestes.items()}, {nom: essai(g) for nom, g in temoins.items()}]))
"""
REFUS = {"PermissionError", "FileNotFoundError", "refus", "403", "404"}


def sonder(hub: Hub, qui: str, autre: str) -> tuple[dict[str, str], dict[str, str]]:
    valeurs = {"etat": str(hub.etat), "autre": autre, "port": hub.reglages["port"], "ports": hub.reglages}
    valeurs["ports"] = {nom: port for nom, port in hub.reglages.items() if nom.startswith("port")}
    return tuple(json.loads(hub.executer(qui, SONDE % valeurs)))
