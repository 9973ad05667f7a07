"""A class on the Hub: everybody logs in, works at once, then hands in within a minute. As root, on the loopback."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

from rncp_utils.hub.bornes import memoire_utilisee
from rncp_utils.hub.classe import COLONNES

DEPOT = Path(__file__).parents[1]
DEVOIR = "F-M0"
APPRENANTS = 40
MINUTE_S = 60.0
# Log ins at the same time, as when a class sits down; the rest wait for their turn.
ARRIVEES = 8
# What a learner with a kernel takes, to know how many the machine holds; then what is left to others.
PAR_PERSONNE, RESERVE = 350e6, 3e9
DELAI_S = 300.0


class Apprenant:
    """A learner, as a browser that asks the same things."""

    def __init__(self, url: str, nom: str, mot_de_passe: str) -> None:
        self.url, self.nom, self.mot_de_passe = url, nom, mot_de_passe
        self.session = requests.Session()
        # Never through a proxy of the machine.
        self.session.trust_env = False
        self.noyau = ""

    @property
    def serveur(self) -> str:
        return f"{self.url}/user/{self.nom}"

    def demander(self, methode: str, chemin: str, **options: Any) -> requests.Response:
        jeton = next((c.value for c in self.session.cookies if c.name == "_xsrf" and self.nom in c.path), "")
        entetes = {"X-XSRFToken": jeton, "Referer": f"{self.serveur}/lab"}
        reponse = self.session.request(methode, self.serveur + chemin, headers=entetes, timeout=DELAI_S, **options)
        reponse.raise_for_status()
        return reponse

    def arriver(self) -> float:
        """Log in; seconds until JupyterLab's page is served."""
        debut = time.monotonic()
        self.session.get(f"{self.url}/hub/login", timeout=DELAI_S).raise_for_status()
        jeton = next(cookie.value for cookie in self.session.cookies if cookie.name == "_xsrf")
        champs = {"username": self.nom, "password": self.mot_de_passe, "_xsrf": jeton}
        self.session.post(f"{self.url}/hub/login?next=%2Fhub%2F", data=champs, timeout=DELAI_S).raise_for_status()
        self.session.get(f"{self.url}/hub/spawn", timeout=DELAI_S)
        while "/user/" not in (page := self.session.get(f"{self.serveur}/lab", timeout=DELAI_S)).url or not page.ok:
            if time.monotonic() - debut > DELAI_S:
                raise TimeoutError(f"{self.nom} : {page.status_code} {page.url}")
            time.sleep(0.5)
        return time.monotonic() - debut

    def recuperer(self) -> float:
        """Fetch the assignment, leave a trace in it, start its kernel; seconds of the fetch."""
        debut = time.monotonic()
        self._liste("fetch")
        duree = time.monotonic() - debut
        # The same file that the forms write, with what tells whose it is.
        trace = {"type": "file", "format": "text", "content": self.nom}
        self.demander("PUT", f"/api/contents/{DEVOIR}/trace.txt", json=trace)
        noyau = {"path": f"{DEVOIR}/f_m0.ipynb", "type": "notebook", "name": "", "kernel": {"name": "python3"}}
        self.noyau = self.demander("POST", "/api/sessions", json=noyau).json()["kernel"]["id"]
        return duree

    def remettre(self) -> float:
        """Hand in; seconds."""
        debut = time.monotonic()
        self._liste("submit")
        return time.monotonic() - debut

    def _liste(self, geste: str) -> None:
        champs = {"course_id": "rncp31919", "assignment_id": DEVOIR}
        rendu = self.demander("POST", f"/assignments/{geste}", data=champs).json()
        if not rendu.get("success"):
            raise RuntimeError(f"{self.nom}, {geste} : {rendu.get('value', rendu)}")


def mesurer() -> dict[str, Any]:
    """Latencies in seconds, memory in megabytes."""
    if os.geteuid() != 0:
        return {"hub": "non mesuré : le Hub d'une classe demande les droits d'administrateur"}
    etat = Path(tempfile.mkdtemp(prefix="rncp-charge-", dir="/tmp"))
    etat.chmod(0o755)
    try:
        return _mesurer(etat)
    finally:
        subprocess.run(_rncp(etat, "arreter"), check=False, capture_output=True)
        for compte in _noms():
            subprocess.run(["userdel", "--remove", compte], check=False, capture_output=True)
        shutil.rmtree(etat, ignore_errors=True)


def _noms() -> list[str]:
    return [f"charge{rang:02d}" for rang in range(APPRENANTS)]


def _rncp(etat: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "rncp_utils.cli", "--cours", str(DEPOT), "hub", "--etat", str(etat), *arguments]


def _mesurer(etat: Path) -> dict[str, Any]:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    debut = time.monotonic()
    subprocess.run(_rncp(etat, "demarrer", "--port", str(port)), check=True, capture_output=True)
    mesures: dict[str, Any] = {"démarrage du Hub (s)": time.monotonic() - debut}
    noms = _noms()
    lignes = [";".join(COLONNES), *(f"{nom};Charge;{nom};apprenant" for nom in noms)]
    classe = etat / "prive" / "classe.csv"
    classe.write_text("\n".join(lignes), encoding="utf-8")
    debut = time.monotonic()
    subprocess.run(_rncp(etat, "inscrire", str(classe)), check=True, capture_output=True)
    mesures[f"inscription de {APPRENANTS} personnes (s)"] = time.monotonic() - debut
    _distribuer(etat)
    secrets = dict(ligne.split(";") for ligne in (etat / "prive" / "mots_de_passe.csv").read_text().splitlines())
    ensemble = min(APPRENANTS, int((_disponible() - RESERVE) / PAR_PERSONNE))
    classe_entiere = [Apprenant(f"http://127.0.0.1:{port}", nom, secrets[nom]) for nom in noms]
    libre = _disponible()
    presents = classe_entiere[:ensemble]
    mesures["séances en même temps"] = len(presents)
    mesures |= _repartir("connexion et serveur", _ensemble(presents, Apprenant.arriver, ARRIVEES))
    mesures |= _repartir("récupérer le devoir", _ensemble(presents, Apprenant.recuperer, ARRIVEES))
    time.sleep(10)
    mesures["mémoire de la machine par apprenant (Mo)"] = (libre - _disponible()) / len(presents) / 1e6
    mesures["groupe de contrôle par apprenant, médiane (Mo)"] = statistics.median(
        (memoire_utilisee(a.nom) or 0) / 1e6 for a in presents
    )
    debut = time.monotonic()
    mesures |= _repartir("remettre", _remettre_en_une_minute(presents))
    mesures["durée des remises (s)"] = time.monotonic() - debut
    return mesures | _controler(etat, presents)


def _distribuer(etat: Path) -> None:
    """As the instructor's button does, under the account that owns the course."""
    _comme_le_correcteur(etat, "distribuer")


def _comme_le_correcteur(etat: Path, action: str) -> None:
    code = (
        f"import pathlib, sys; from rncp_utils.pilotage.actions import {action} as geste; "
        "geste(pathlib.Path(sys.argv[1]), sys.argv[2])"
    )
    python = etat / "environnement" / "bin" / "python"
    groupes = os.getgrouplist("rncp-correcteur", pwd.getpwnam("rncp-correcteur").pw_gid)
    subprocess.run(
        [str(python), "-I", "-c", code, str(etat / "cours"), DEVOIR],
        user="rncp-correcteur",
        group="rncp-correcteur",
        extra_groups=groupes,
        env={"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": str(etat / "postes" / "correction"), "LANG": "C.UTF-8"},
        cwd="/",
        umask=0o027,
        check=True,
        capture_output=True,
    )


def _ensemble(qui: list[Apprenant], geste: Callable[[Apprenant], float], nombre: int) -> list[float]:
    with ThreadPoolExecutor(nombre) as fils:
        return list(fils.map(geste, qui))


def _remettre_en_une_minute(qui: list[Apprenant]) -> list[float]:
    depart = time.monotonic()

    def a_son_heure(rang: int) -> float:
        time.sleep(max(0.0, depart + rang * (MINUTE_S - 5) / len(qui) - time.monotonic()))
        return qui[rang].remettre()

    with ThreadPoolExecutor(len(qui)) as fils:
        return list(fils.map(a_son_heure, range(len(qui))))


def _controler(etat: Path, qui: list[Apprenant]) -> dict[str, Any]:
    """Collect, then look for each learner's trace in their own copy."""
    debut = time.monotonic()
    _comme_le_correcteur(etat, "collecter")
    duree = time.monotonic() - debut
    copies = etat / "cours" / "submitted"
    perdues = [a.nom for a in qui if _trace(copies / a.nom / DEVOIR / "trace.txt") != a.nom]
    lances = {nom: json.loads((etat / "prive" / f"{nom}.json").read_text()) for nom in ("hub", "mandataire")}
    memoires = {nom: _pss(lance["pid"]) for nom, lance in lances.items()}
    return {
        "copies perdues ou mêlées": len(perdues),
        "collecte (s)": duree,
        "mémoire du Hub (Mo)": memoires["hub"],
        "mémoire du mandataire (Mo)": memoires["mandataire"],
    }


def _trace(chemin: Path) -> str:
    return chemin.read_text(encoding="utf-8").strip() if chemin.exists() else ""


def _repartir(quoi: str, durees: list[float]) -> dict[str, float]:
    triees = sorted(durees)
    return {
        f"{quoi}, médiane (s)": statistics.median(triees),
        f"{quoi}, 95 % (s)": triees[min(len(triees) - 1, int(0.95 * len(triees)))],
        f"{quoi}, pire (s)": triees[-1],
    }


def _disponible() -> float:
    lignes = dict(ligne.split(":") for ligne in Path("/proc/meminfo").read_text().splitlines())
    return float(lignes["MemAvailable"].split()[0]) * 1024


def _pss(pid: int) -> float:
    for ligne in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if ligne.startswith("Pss:"):
            return int(ligne.split()[1]) / 1000
    return 0.0
