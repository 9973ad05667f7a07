"""A real JupyterHub on PostgreSQL, with the roles, services and pages of the deployment files; servers apart."""

from __future__ import annotations

import atexit
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil
import yaml

from tests.machine import port_libre

DEPOT = Path(__file__).resolve().parents[2]
VALEURS = DEPOT / "hub" / "deploiement" / "values.yaml"
COURS = "rncp31919"
CONFIGURATION = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{port_du_hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{port_du_mandataire}"
c.ConfigurableHTTPProxy.command = [{mandataire!r}]
c.JupyterHub.db_url = {base!r}
c.JupyterHub.template_paths = [{pages!r}]
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {mot_de_passe!r}
c.Authenticator.allowed_users = {{"lea", "karim", "claire", "rncp-administration"}}
c.JupyterHub.load_groups = {{
    "nbgrader-rncp31919": {{"users": ["lea", "karim"]}},
    "formgrade-rncp31919": {{"users": ["claire"]}},
    "administration-rncp31919": {{"users": ["rncp-administration"]}},
}}
c.JupyterHub.load_roles = {roles!r}
c.JupyterHub.services = {services!r}
c.JupyterHub.spawner_class = "simple"
# Continuous integration is root.
c.Spawner.args = ["--allow-root"]
"""


@lru_cache
def installer(epingles: str) -> str:
    """What an image adds to our environment, with the same pins, in a folder of its own."""
    cible = tempfile.mkdtemp(prefix="rncp-echange-")
    atexit.register(shutil.rmtree, cible, ignore_errors=True)
    commande = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    fichier = str(DEPOT / "hub" / "deploiement" / epingles)
    subprocess.run([*commande, "--require-hashes", "--target", cible, "-r", fichier], check=True)
    return cible


@dataclass
class PetitHub:
    """Its folder, its database, and how to ask it things."""

    dossier: Path
    base: str
    port: int = field(default_factory=port_libre)
    jeton: str = field(default_factory=lambda: secrets.token_hex(16))
    mot_de_passe: str = "bonjour-la-classe"
    processus: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ecrire(self) -> None:
        valeurs = yaml.safe_load(VALEURS.read_text(encoding="utf-8"))["hub"]
        roles = [{"name": nom, **role} for nom, role in valeurs["loadRoles"].items()]
        essai = ["admin:users", "tokens", "read:hub"]
        roles.append({"name": "essai", "services": ["essai"], "scopes": essai})
        services = [{"name": nom, **service} for nom, service in valeurs["services"].items()]
        (ngshare,) = services
        # The same program with the same options as in echange.yaml; the Hub starts it here, Kubernetes there.
        ngshare["environment"] = {"PYTHONPATH": installer("echange_serveur.lock")}
        options = ["--admins", "rncp-administration", "--database", f"sqlite:///{self.dossier}/ngshare.db"]
        ngshare["command"] = [sys.executable, "-m", "ngshare", *options, "--storage", str(self.dossier / "fichiers")]
        ngshare["url"] = f"http://127.0.0.1:{port_libre()}"
        services.append({"name": "essai", "api_token": self.jeton})
        texte = CONFIGURATION.format(
            port=self.port,
            port_du_hub=port_libre(),
            port_du_mandataire=port_libre(),
            mandataire=str(Path(sys.executable).with_name("configurable-http-proxy")),
            base=self.base,
            pages=str(DEPOT / "hub" / "pages"),
            mot_de_passe=self.mot_de_passe,
            roles=roles,
            services=services,
        )
        (self.dossier / "jupyterhub_config.py").write_text(texte, encoding="utf-8")

    def demarrer(self) -> None:
        journal = (self.dossier / "journal").open("ab")
        env = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        self.processus = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", "jupyterhub_config.py"],
            cwd=self.dossier,
            env=env,
            stdout=journal,
            stderr=journal,
            start_new_session=True,
        )
        journal.close()
        self._attendre()

    def arreter(self, avec: signal.Signals = signal.SIGTERM) -> None:
        """The Hub, its proxy and its services, which are in sessions of their own."""
        lances = psutil.Process(self.processus.pid).children(recursive=True)
        self.processus.send_signal(avec)
        try:
            self.processus.wait(60)
        except subprocess.TimeoutExpired:  # a busy machine: what is asked of it has been tested by then
            self.processus.kill()
            self.processus.wait()
        for lance in lances:
            with suppress(psutil.NoSuchProcess):
                lance.kill()
        psutil.wait_procs(lances, 10)

    def demander(self, chemin: str, corps: Any = None, jeton: str | None = None, methode: str | None = None) -> Any:
        """JSON of ``/hub/api/…`` or of a service; the code of the answer when it is a refusal."""
        reponse = self.ouvrir(chemin, corps, jeton or self.jeton, methode)
        return reponse if isinstance(reponse, int) else json.loads(reponse or "null")

    def ouvrir(
        self, chemin: str, corps: Any = None, jeton: str | None = None, methode: str | None = None, lire_refus=False
    ) -> Any:
        entetes = {"Authorization": f"token {jeton}"} if jeton else {"Accept": "text/html"}
        donnees = corps if isinstance(corps, bytes | None) else json.dumps(corps).encode()
        demande = urllib.request.Request(self.url + chemin, data=donnees, headers=entetes, method=methode)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(demande, timeout=60) as reponse:
                return reponse.read().decode()
        except urllib.error.HTTPError as refus:
            return refus.read().decode() if lire_refus else refus.code

    def jeton_de(self, nom: str) -> str:
        """A token with just the rights of that person's server."""
        valeurs = yaml.safe_load(VALEURS.read_text(encoding="utf-8"))["hub"]
        droits = [d.replace("!user", f"!user={nom}") if d.endswith("!user") else d for d in _droits(valeurs)]
        corps = {"note": "essai", "scopes": droits}
        return self.demander(f"/hub/api/users/{nom}/tokens", corps)["token"]

    def _attendre(self) -> None:
        limite = time.monotonic() + 120
        while time.monotonic() < limite and self.processus.poll() is None:
            try:
                if isinstance(self.ouvrir("/services/ngshare/healthz"), str):
                    return
            except OSError:
                pass  # nobody listens yet
            time.sleep(0.2)
        raise AssertionError((self.dossier / "journal").read_text(errors="replace")[-5000:])


def _droits(valeurs: dict) -> list[str]:
    return [d for d in valeurs["loadRoles"]["server"]["scopes"] if not d.startswith("access:servers")]
