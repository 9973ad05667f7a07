"""A real JupyterLab and a real Chromium, for every test of this folder.

``lab`` opens notebooks of ``serveur_jupyter.racine`` as a learner does; ``page`` alone serves any other address.
Without Chromium the tests are skipped, except on continuous integration, where they fail.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import pytest

from rncp_utils.demonstration.poste import IPYTHON, configurer
from tests.machine import exiger, port_libre

APPRENANT = "amelie.durand"
CHROMIUM = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREEN = {"width": 1366, "height": 768}
START_SECONDS = 90
STOP_SECONDS = 20
WAIT_MS = 60_000
# What a test that waits for ever must tell.
ETAT_DU_NOYAU = """() => {
    const page = window.jupyterapp?.shell?.currentWidget;
    const noyau = page?.sessionContext?.session?.kernel;
    const cellules = (page?.content?.widgets ?? []).map(cellule => cellule.inputArea?.promptNode?.textContent);
    return `noyau ${noyau?.status}, connexion ${noyau?.connectionStatus}, cellules ${cellules.filter(Boolean)}`;
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests (one xdist worker runs them all: one server and one browser are enough)."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.navigateur)


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """A headless Chromium (``playwright.sync_api.Browser``)."""
    chemin = next((trouve for nom in CHROMIUM if (trouve := shutil.which(nom))), None)
    exiger(chemin, "Chromium n'est pas installé (paquet chromium).")
    exiger(find_spec("playwright"), "la bibliothèque playwright n'est pas installée (pip install playwright).")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path=chemin, args=CHROMIUM_ARGS)
        yield navigateur
        navigateur.close()


@pytest.fixture
def page(chromium) -> Iterator[object]:
    """A new page on a branch's screen (1366×768), in French, with no history."""
    contexte = chromium.new_context(viewport=SCREEN, locale="fr-FR", timezone_id="Europe/Paris")
    contexte.set_default_timeout(WAIT_MS)
    yield contexte.new_page()
    contexte.close()


@dataclass(frozen=True)
class ServeurJupyter:
    """A running server.

    Attributes
    ----------
    url : str
        Address, without a slash at the end.
    token : str
        Access token.
    racine : Path
        Folder that it serves; a test puts its notebooks in a folder of its own below it.
    """

    url: str
    token: str
    racine: Path

    def arreter_les_noyaux(self) -> None:
        """End every kernel of the server."""
        for noyau in json.loads(self._demander("GET", "api/kernels")):
            # A kernel may have ended by itself meanwhile.
            with contextlib.suppress(urllib.error.HTTPError):
                self._demander("DELETE", f"api/kernels/{noyau['id']}")

    def _demander(self, methode: str, chemin: str) -> bytes:
        demande = urllib.request.Request(
            f"{self.url}/{chemin}", headers={"Authorization": f"token {self.token}"}, method=methode
        )
        with urllib.request.urlopen(demande, timeout=60) as reponse:
            return reponse.read()


@pytest.fixture(scope="session")
def serveur_jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurJupyter]:
    """JupyterLab in French, apart from any configuration of the machine; stopped at the end of the session."""
    base = tmp_path_factory.mktemp("jupyter")
    with servir(base, reglages=configurer(base / "config-path"), apprenant=APPRENANT) as serveur:
        yield serveur


@contextlib.contextmanager
def servir(base: Path, *, reglages: str, apprenant: str = "") -> Iterator[ServeurJupyter]:
    """JupyterLab on ``base/travail``, for a learner's name, or for the account that runs the tests."""
    racine = base / "travail"
    racine.mkdir(exist_ok=True)
    port = port_libre()
    serveur = ServeurJupyter(url=f"http://127.0.0.1:{port}", token=secrets.token_hex(16), racine=racine)
    commande = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1"),
        *("--ServerApp.port_retries=0", f"--IdentityProvider.token={serveur.token}", f"--ServerApp.root_dir={racine}"),
        *("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"),
    ]
    journal = base / "serveur.log"
    env = _server_env(base, reglages) | ({"RNCP_APPRENANT": apprenant} if apprenant else {})
    with journal.open("wb") as sortie:
        processus = subprocess.Popen(
            commande, env=env, cwd=base, stdout=sortie, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait_until_ready(serveur, processus, journal)
            yield serveur
        finally:
            _stop(processus)


def _server_env(base: Path, reglages: str) -> dict[str, str]:
    dossiers = {
        "HOME": base / "home",
        "JUPYTER_CONFIG_DIR": base / "config",
        "JUPYTER_DATA_DIR": base / "data",
        "JUPYTER_RUNTIME_DIR": base / "runtime",
    }
    for dossier in dossiers.values():
        dossier.mkdir()
    propre = {cle: valeur for cle, valeur in os.environ.items() if not cle.startswith(("JUPYTER", "RNCP_", "NBGRADER"))}
    return (
        propre
        | {cle: str(dossier) for cle, dossier in dossiers.items()}
        | {"JUPYTER_CONFIG_PATH": reglages, "IPYTHONDIR": f"{reglages}/{IPYTHON}", "TZ": "Europe/Paris"}
    )


def _wait_until_ready(serveur: ServeurJupyter, processus: subprocess.Popen, journal: Path) -> None:
    limite = time.monotonic() + START_SECONDS
    while time.monotonic() < limite and processus.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{serveur.url}/api/status?token={serveur.token}", timeout=5).close()
            return
        time.sleep(0.1)
    pytest.fail(f"JupyterLab n'a pas démarré :\n{journal.read_text(errors='replace')[-3000:]}", pytrace=False)


def _stop(processus: subprocess.Popen) -> None:
    """End the server, which ends its kernels; then whatever is left of the process group that was started."""
    processus.terminate()
    try:
        processus.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(processus.pid, signal.SIGKILL)
        processus.wait(STOP_SECONDS)


@dataclass
class Lab:
    """What a learner does in JupyterLab, each step waiting for its effect."""

    page: object
    serveur: ServeurJupyter
    # Address of the application below the server's: JupyterLab, or ``notebooks`` for Notebook 7.
    application: str = "lab/tree"
    apprenant: str = APPRENANT

    def ouvrir(self, notebook: Path) -> None:
        """Open a notebook of ``serveur.racine`` in a workspace that remembers nothing; its kernel is ready."""
        chemin = quote(notebook.relative_to(self.serveur.racine).as_posix())
        self.page.goto(f"{self.serveur.url}/{self.application}/{chemin}?token={self.serveur.token}&reset")
        self.attendre_le_noyau()

    def recharger(self) -> None:
        """Save, reload the page and restart the kernel, as when the notebook is opened again on another day."""
        self.commande("docmanager:save")
        self.page.reload()
        self.attendre_le_noyau()
        self.redemarrer_le_noyau()

    def redemarrer_le_noyau(self) -> None:
        """Restart the kernel without asking, as the server does after an interruption."""
        self._promesse("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        self.attendre_le_noyau()

    def executer_tout(self) -> None:
        """Run all cells; wait for the kernel to be idle again."""
        self.joindre_le_noyau()
        self.commande("notebook:run-all-cells")
        self.page.wait_for_function(
            "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"
        )

    def demarrer(self, selecteur: str, nombre: int) -> None:
        """Press the button of the toolbar as the keyboard does; ``nombre`` elements are then shown."""
        self.joindre_le_noyau()
        self.page.evaluate("delete window.jupyterapp.shell.currentWidget.content.node.dataset.rncp")
        bouton = self.page.get_by_role("button", name="Démarrer la leçon").first
        bouton.focus()
        self.page.keyboard.press("Enter")
        self.page.locator(selecteur).nth(nombre - 1).wait_for()
        self.attendre_la_page()

    def attendre_la_page(self) -> None:
        """Wait until all that was started is there, and the reader taken back to its start."""
        self.page.locator('.jp-Notebook[data-rncp="prete"]').wait_for()

    def second_onglet(self) -> Lab:
        """A new page of the same browser, on the same server and application; nothing is open in it."""
        return Lab(self.page.context.new_page(), self.serveur, self.application)

    def joindre_le_noyau(self) -> None:
        """Wait for an answer of the kernel: a request sent while it restarts is lost, and so may be its new status.

        On a busy machine the page can miss the messages of a restarted kernel: it connects again, as a person who
        reloads would do, and asks once more.
        """
        self._promesse(
            "(async () => {"
            " const noyau = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;"
            " const delai = () => new Promise(fin => setTimeout(() => fin(false), 5000));"
            " for (let essai = 0; essai < 8; essai++) {"
            "  const reponse = noyau.requestKernelInfo().then(() => true, () => false);"
            "  if (await Promise.race([reponse, delai()])) return;"
            "  await Promise.race([noyau.reconnect().catch(() => {}), delai()]);"
            " }"
            " throw new Error('the kernel does not answer');"
            "})()"
        )

    def commande(self, nom: str) -> None:
        """Execute a JupyterLab command to its end."""
        self._promesse(f"window.jupyterapp.commands.execute({json.dumps(nom)})")

    def attendre_le_noyau(self) -> None:
        """Wait until the notebook of the page is open and its kernel is there."""
        self.page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.sessionContext !== undefined")
        self._promesse("window.jupyterapp.shell.currentWidget.context.ready")
        self._promesse("window.jupyterapp.shell.currentWidget.sessionContext.ready")
        self.page.wait_for_function("!!window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel")

    def _promesse(self, expression: str) -> None:
        """Wait for a JavaScript promise, no longer than for anything else (``page.evaluate`` would wait for ever)."""
        suivre = "fin => p => p.then(() => { window[fin] = 'faite'; }, e => { window[fin] = String(e); })"
        self.page.evaluate(f"() => {{ window.__fin = ''; ({suivre})('__fin')({expression}); }}")
        try:
            self.page.wait_for_function("window.__fin !== ''")
        except Exception:
            dialogues = self.page.locator(".jp-Dialog").all_inner_texts()
            etat = self.page.evaluate(ETAT_DU_NOYAU)
            pytest.fail(f"Toujours en attente de {expression} ; {etat} ; dialogues : {dialogues}", pytrace=False)
        assert self.page.evaluate("window.__fin") == "faite", expression

    def fichiers(self) -> set[str]:
        """Names in the list of files, once it is there."""
        noms = self.page.locator(".jp-DirListing-itemText")
        noms.first.wait_for()
        return set(noms.all_inner_texts())

    def traces(self) -> list[str]:
        """Error outputs (Python tracebacks, stderr) shown in the notebook."""
        selecteur = (
            '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]'
        )
        return self.page.locator(selecteur).all_inner_texts()


@pytest.fixture
def lab(page, serveur_jupyter: ServeurJupyter) -> Iterator[Lab]:
    """JupyterLab in a new page; the kernels of the test end with it."""
    yield Lab(page, serveur_jupyter)
    # Or the tests of a session leave tens of kernels in memory.
    serveur_jupyter.arreter_les_noyaux()


@pytest.fixture(scope="session")
def poste_lab() -> type[Lab]:
    """For a page of one's own, on a server that the test started: ``poste_lab(page, serveur)``."""
    return Lab


@pytest.fixture
def dossier_de_travail(serveur_jupyter: ServeurJupyter, request: pytest.FixtureRequest) -> Path:
    """A new folder that the server serves, for one test."""
    dossier = serveur_jupyter.racine / re.sub(r"\W+", "_", request.node.name)
    dossier.mkdir()
    return dossier


@pytest.fixture
def ouvrir_poste(page):
    """Opens a learner's server of its own, in a page: ``with ouvrir_poste(base, reglages=…) as lab``."""

    @contextlib.contextmanager
    def ouvrir(base: Path, **options: str) -> Iterator[Lab]:
        with servir(base, **options) as serveur:
            yield Lab(page, serveur)

    return ouvrir
