"""A class on the Hub, each person under a system account of their own: from the log in to the tables of the jury.

The tests of this file tell one story and run in its order. They need root: accounts are made, then removed.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from rncp_utils.hub.bornes import groupes
from rncp_utils.hub.comptes import appartenir
from rncp_utils.hub.roles import CORRECTEUR, GROUPE_COURS

pytestmark = [
    pytest.mark.lent,
    # nbgrader 0.9.6 misspells an argument of its own; traitlets says so.
    pytest.mark.filterwarnings("ignore:Passing unrecognized arguments:DeprecationWarning"),
]
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


@pytest.fixture(scope="module")
def hub(depot: Path, chromium, poste_lab) -> Iterator[Hub]:
    """The Hub of a class of six, in a folder of its own."""
    if os.geteuid() != 0:
        refuser = pytest.fail if os.environ.get("CI") else pytest.skip
        refuser("Le Hub d'une classe demande les droits d'administrateur.")
    # pytest's own folders are closed to other accounts.
    etat = Path(tempfile.mkdtemp(prefix="rncp-hub-", dir="/tmp"))
    etat.chmod(0o755)
    hub = Hub(depot, etat, chromium, poste_lab)
    _retirer_les_comptes()  # those of a run that was cut off
    try:
        hub.rncp("demarrer", "--port", str(_port_libre()))
        _ajouter_le_devoir_observe(hub)
        (etat / "prive" / "classe.csv").write_text(CLASSE, encoding="utf-8")
        hub.rncp("inscrire", str(etat / "prive" / "classe.csv"))
        yield hub
    finally:
        for page in hub.pages.values():
            page.context.close()
        with contextlib.suppress(AssertionError):
            hub.rncp("arreter")
        _retirer_les_comptes()
        shutil.rmtree(etat, ignore_errors=True)


def _retirer_les_comptes() -> None:
    for compte in (AMELIE, KARIM, LEA, CLAIRE, MARC, SOPHIE):
        subprocess.run(["userdel", "--remove", compte], check=False, capture_output=True)


def _port_libre() -> int:
    import socket

    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


def _ajouter_le_devoir_observe(hub: Hub) -> None:
    """An assignment that an expert observes and where a person gives a mark."""
    cellules = []
    for nom, code, points in (("m4_obs_crise", "C21", 4), ("m4_obs_recl", "C22", 2), ("m4_ecrit", "C20", 5)):
        nbgrader = {"grade_id": nom, "points": points, "schema_version": 3, "task": False}
        nbgrader |= {"grade": True, "solution": True, "locked": False}
        metadonnees = {"nbgrader": nbgrader, "tags": [code]}
        cellules.append(
            nbformat.v4.new_markdown_cell("*Votre réponse ici*", id=nom.replace("_", "-"), metadata=metadonnees)
        )
    notebook = nbformat.v4.new_notebook(cells=cellules)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    dossier = hub.cours / "source" / OBSERVE
    dossier.mkdir(exist_ok=True)
    nbformat.write(notebook, dossier / "copie.ipynb")
    appartenir(dossier, CORRECTEUR, GROUPE_COURS, 0o2750)
    appartenir(dossier / "copie.ipynb", CORRECTEUR, GROUPE_COURS, 0o640)


def test_demarrer_deux_fois_est_sans_effet(hub):
    assert "déjà en marche" in hub.rncp("demarrer")


def test_l_apprenant_arrive_sur_l_accueil_en_francais_sans_code(hub):
    page = hub.page(AMELIE)
    assert "/lab/tree/accueil.ipynb" in page.url
    lab = hub.lab(page, None)
    lab.attendre_le_noyau()
    lab.executer_tout()
    page.get_by_text("Pour continuer : commencer").wait_for()
    assert not page.get_by_text("from rncp_utils.lecon import").first.is_visible()
    assert page.locator(".lm-MenuBar-itemLabel", has_text="Fichier").is_visible()
    assert page.locator(".lm-MenuBar-itemLabel", has_text="Exécution").is_visible()
    assert lab.traces() == []
    hub.photographier(AMELIE, "accueil-apprenant")


def test_l_apprenant_suit_une_lecon(hub):
    lab = hub.ouvrir(AMELIE, "00_prise_en_main/M0_prise_en_main.ipynb")
    lab.demarrer(".rncp-question", 2)
    assert lab.traces() == []
    hub.photographier(AMELIE, "lecon")


def test_la_page_de_connexion_est_en_francais(hub):
    page = hub.navigateur.new_context(viewport=SCREEN, locale="fr-FR").new_page()
    page.goto(hub.url)
    page.locator("#username_input").wait_for()
    assert page.locator("html").get_attribute("lang") == "fr"
    if IMAGES:
        page.screenshot(path=Path(IMAGES, "connexion.png"))
    page.locator("#username_input").fill(AMELIE)
    page.locator("#password_input").fill("pas le bon")
    page.locator("#login_submit").click()
    page.locator("#username_input").wait_for()
    assert "/hub/login" in page.url
    page.context.close()


@pytest.fixture(scope="module")
def formateur(hub) -> Callable[[str, str], None]:
    """Presses the buttons of the instructor's dashboard, and waits for what it says."""
    page = hub.page(CLAIRE)
    assert f"/lab/tree/bureaux/{CLAIRE}/formateur.ipynb" in page.url
    lab = hub.lab(page, None)
    lab.attendre_le_noyau()
    lab.executer_tout()
    page.locator(".rncp-pilotage .rncp-question").last.wait_for()
    return lambda bouton, attendu: presser(page, bouton, attendu)


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


def test_le_formateur_distribue(hub, formateur):
    page = hub.page(CLAIRE)
    assert not page.get_by_text("from rncp_utils.pilotage").first.is_visible()
    for devoir in (FORMULAIRES, OBSERVE):
        page.get_by_label("Devoir :").select_option(devoir)
        formateur("Distribuer", f"Le devoir {devoir} est distribué")
    hub.photographier(CLAIRE, "tableau-formateur")


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


def test_deux_apprenants_remettent_leurs_formulaires(hub, formateur):
    for qui in (KARIM, LEA):
        recuperer(hub, qui, FORMULAIRES)
        lab = hub.ouvrir(qui, f"{FORMULAIRES}/f_m0.ipynb")
        lab.demarrer(".rncp-question", 4)
        remplir(lab, *REPONSES[qui][:2])
        assert lab.traces() == []
        enregistrer(lab)
        remettre(hub, qui, FORMULAIRES)


def test_le_travail_continue_quand_le_hub_est_tue_puis_relance(hub, formateur):
    recuperer(hub, AMELIE, FORMULAIRES)
    lab = hub.ouvrir(AMELIE, f"{FORMULAIRES}/f_m0.ipynb")
    lab.demarrer(".rncp-question", 4)
    os.kill(json.loads((hub.etat / "prive" / "hub.json").read_text())["pid"], signal.SIGKILL)
    # Without any Hub, the form still saves: the proxy and the server go on.
    remplir(lab, *REPONSES[AMELIE][:2])
    enregistrer(lab)
    assert "Le Hub est ouvert" in hub.rncp("demarrer")
    remettre(hub, AMELIE, FORMULAIRES)
    recuperer(hub, AMELIE, OBSERVE)
    lab = hub.ouvrir(AMELIE, f"{OBSERVE}/copie.ipynb")
    lab.page.evaluate(
        "window.jupyterapp.shell.currentWidget.content.model.cells.get(2).sharedModel.setSource("
        "'Je rappelle le client dans la journée et je lui propose un rendez-vous.')"
    )
    enregistrer(lab)
    remettre(hub, AMELIE, OBSERVE)


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


def test_un_apprenant_ne_voit_rien_de_ce_qui_n_est_pas_a_lui(hub, formateur):
    refus, temoins = sonder(hub, KARIM, AMELIE)
    assert {nom: dit for nom, dit in refus.items() if dit not in REFUS} == {}
    # The same gestures succeed where they should: the probe does probe.
    assert all(dit.startswith("PERMIS") for dit in temoins.values()), temoins
    page = hub.page(KARIM)
    for adresse, codes in ((f"/user/{AMELIE}/lab", (403, 404)), ("/services/rncp31919/formgrader", (403,))):
        assert page.goto(hub.url + adresse).status in codes, adresse
    assert page.goto(f"{hub.url}/hub/admin").status == 403


def test_les_noyaux_n_ecoutent_pas_sur_le_reseau(hub):
    """A kernel's network socket would let any account of the machine read what it prints."""
    code = """
        import glob, json, os
        ici = os.environ["JUPYTER_RUNTIME_DIR"]
        print(any("-ipc-" in nom for nom in os.listdir(ici)))
        print({json.load(open(chemin))["transport"] for chemin in glob.glob(ici + "/kernel-*.json")})
    """
    hub.ouvrir(KARIM, "accueil.ipynb")
    assert hub.executer(KARIM, code).split("\n")[:2] == ["True", "{'ipc'}"]


def test_un_apprenant_qui_prend_trop_de_memoire_n_arrete_que_son_calcul(hub):
    code = """
        import subprocess, sys
        print(subprocess.run([sys.executable, "-c", "x = b'1' * (3 << 30)"]).returncode)
    """
    assert groupes(KARIM), "les groupes de contrôle manquent à cette machine"
    assert hub.executer(KARIM, code).strip() == str(-signal.SIGKILL)
    assert f"{KARIM} : " in hub.rncp("etat")
    assert hub.executer(LEA, "print(1 + 1)").strip() == "2"


def test_chacun_de_l_equipe_a_ses_droits_et_pas_ceux_des_autres(hub, formateur):
    lire = f"""
        import json, os, sqlite3
        cours, domicile = {str(hub.cours)!r}, os.path.expanduser("~" + {AMELIE!r})
        def essai(geste):
            try:
                geste()
            except (OSError, sqlite3.Error) as erreur:
                return "refus"
            return "permis"
        def ecrire(chemin):
            with open(chemin, "a"):
                pass
        print(json.dumps([essai(g) for g in (
            lambda: os.listdir(domicile),
            lambda: os.listdir(cours + "/source"),
            lambda: ecrire(cours + "/gradebook.db"),
            lambda: ecrire(cours + "/source/F-M0/f_m0.ipynb"),
            lambda: os.listdir(cours + "/session"),
            lambda: os.listdir(cours + "/observations/B4-MES"),
        )]))
    """
    droits = {qui: json.loads(hub.executer(qui, lire)) for qui in (CLAIRE, MARC, SOPHIE)}
    # homes, sources, gradebook (write), source (write), session, observations
    assert droits == {
        CLAIRE: ["refus", "permis", "permis", "permis", "refus", "permis"],
        MARC: ["refus", "refus", "refus", "refus", "refus", "permis"],
        SOPHIE: ["refus", "permis", "refus", "refus", "permis", "refus"],
    }


def test_le_formateur_collecte_et_corrige(hub, formateur):
    page = hub.page(CLAIRE)
    for devoir, copies in ((FORMULAIRES, 3), (OBSERVE, 1)):
        page.get_by_label("Devoir :").select_option(devoir)
        formateur("Collecter", f"{copies} copie{'s' if copies > 1 else ''} dans le cours, dont {copies}")
        formateur("Corriger", f"{copies} copie{'s' if copies > 1 else ''} corrigée")
    with Gradebook(f"sqlite:///{hub.cours}/gradebook.db") as carnet:
        notes = {qui: carnet.find_submission(FORMULAIRES, qui).score for qui in REPONSES}
    assert notes == pytest.approx({qui: points for qui, (*_, points) in REPONSES.items()}, abs=1e-3)


def test_l_expert_remplit_et_signe_sa_grille(hub, formateur):
    page = hub.page(MARC)
    assert "/lab/tree/expert.ipynb" in page.url
    lab = hub.lab(page, None)
    lab.attendre_le_noyau()
    lab.executer_tout()
    page.get_by_text("Vous observez en tant que").wait_for()
    grilles = page.get_by_label("Grille :")
    grilles.select_option(label=grilles.locator("option", has_text=OBSERVE).inner_text())
    page.get_by_label("Apprenant :").select_option(AMELIE)
    presser(page, "Ouvrir la grille", "La grille est ouverte ci-dessous")
    niveaux = page.locator(".rncp-niveaux")
    niveaux.last.wait_for()
    for rang in range(niveaux.count()):
        niveaux.nth(rang).locator("input[type=radio]").last.press("Space")
    page.locator(".rncp-grille-observation .rncp-suivi", has_text="Grille complète, à signer").wait_for()
    hub.photographier(MARC, "grille")
    page.get_by_role("button", name="Signer la grille").press("Enter")
    page.locator(".rncp-grille-observation .rncp-suivi", has_text="Grille signée par Marc Aubry").wait_for()
    assert lab.traces() == []
    formateur("Importer les grilles", "Notes écrites dans le carnet : 2, pour 1 copie.")


def test_le_formateur_note_a_la_main_dans_formgrader(hub, formateur):
    page = hub.page(CLAIRE).context.new_page()
    page.set_default_timeout(ATTENTE_MS)
    page.goto(f"{hub.url}/services/rncp31919/formgrader/gradebook/{OBSERVE}/copie")
    page.locator("table a", has_text="Submission #1").first.click()
    page.wait_for_load_state("networkidle")
    note = page.locator("input.score#m4_ecrit")
    with page.expect_response(lambda r: "/formgrader/api/grade/" in r.url and r.request.method == "PUT") as ecrite:
        note.fill("4")
        note.press("Tab")
    assert ecrite.value.ok
    if IMAGES:
        page.screenshot(path=Path(IMAGES, "formgrader.png"))
    page.wait_for_load_state("networkidle")
    page.close()
    with Gradebook(f"sqlite:///{hub.cours}/gradebook.db") as carnet:
        [ecrit] = [n for n in carnet.find_submission(OBSERVE, AMELIE).notebooks[0].grades if n.name == "m4_ecrit"]
        assert (ecrit.manual_score, ecrit.needs_manual_grade) == (4.0, False)


def test_le_retour_revient_a_l_apprenant(hub, formateur):
    page = hub.page(CLAIRE)
    for devoir, copies in ((FORMULAIRES, 3), (OBSERVE, 1)):
        page.get_by_label("Devoir :").select_option(devoir)
        pluriel = "s" if copies > 1 else ""
        formateur("Rendre les retours", f"{copies} retour{pluriel} distribué{pluriel} pour {copies} copie")
    page = ouvrir_la_liste(hub, AMELIE)
    ligne = page.locator("#submitted_assignments_list .list_item", has_text=FORMULAIRES)
    ligne.get_by_role("button", name="Fetch Feedback").first.click()
    page.get_by_text("(view feedback)").first.wait_for()
    domicile = Path(pwd.getpwnam(AMELIE).pw_dir)
    [retour] = domicile.glob(f"{FORMULAIRES}/feedback/*/f_m0.html")
    assert "Marge commerciale" in retour.read_text(encoding="utf-8")
    chemin = retour.relative_to(domicile).as_posix()
    page.goto(f"{hub.url}/user/{AMELIE}/files/{chemin}")
    hub.photographier(AMELIE, "retour")
    # Nobody else's feedback came with it.
    assert not list(Path(pwd.getpwnam(LEA).pw_dir).glob("**/feedback/*/*.html"))


def test_le_coordinateur_exporte_et_prepare_le_jury(hub, formateur):
    page = hub.page(SOPHIE)
    assert f"/lab/tree/bureaux/{SOPHIE}/coordinateur.ipynb" in page.url
    lab = hub.lab(page, None)
    lab.attendre_le_noyau()
    lab.executer_tout()
    page.locator(".rncp-pilotage .rncp-question").last.wait_for()
    page.get_by_label("Promotion :").fill("Promotion A")
    presser(page, "Enregistrer la session", "La session est enregistrée.")
    presser(page, "Préparer les inscriptions", "0 apprenant ajouté, 3 au total.")
    page.get_by_label("Avec les identifiants des apprenants").check()
    presser(page, "Exporter les tableaux", "Tableaux de 3 apprenants écrits.")
    hub.photographier(SOPHIE, "tableau-coordinateur")
    page.get_by_label("Aussi en PDF").uncheck()
    page.get_by_label("Dossier du jury").check()
    presser(page, "Écrire les documents", "1 document écrit.")
    assert lab.traces() == []
    [notes] = (hub.cours / "exports").glob("notes_par_cellule*.csv")
    texte = notes.read_text(encoding="utf-8-sig")
    assert all(qui in texte for qui in REPONSES)
    assert list((hub.cours / "exports").glob("*jury*.html"))


def test_l_audit_nomme_les_personnes_et_non_les_comptes_partages(hub, formateur):
    lignes = [json.loads(ligne) for ligne in (hub.cours / "journal_audit.jsonl").read_text().splitlines()]
    qui = {ligne["quoi"]: ligne["qui"] for ligne in lignes}
    assert qui["devoir distribué"] == CLAIRE
    assert qui["export des tableaux"] == SOPHIE


def test_l_arret_ne_laisse_aucun_processus(hub):
    dit = hub.rncp("arreter")
    assert "Le Hub est arrêté." in dit
    assert AMELIE in dit
    restes = []
    for chemin in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(hub.etat) in chemin.read_text(errors="replace"):
                restes.append(chemin.read_text(errors="replace").replace("\0", " "))
    assert restes == []
    assert "n'était pas en marche" in hub.rncp("arreter")
