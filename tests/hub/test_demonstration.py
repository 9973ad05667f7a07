"""Sans les droits d'administrateur : une personne, qui travaille, et à qui l'on dit ce que cela ne protège pas."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
import requests

from rncp_utils.hub.environnement import SANS_DROITS, preparer_environnement
from rncp_utils.hub.lieux import Lieux

# Without root, for one person: the class of test_hub.py is in the common run.
pytestmark = pytest.mark.complet
DU_DEPOT = ("course", "source", "corriges", "docs/tableaux_de_bord", "hub", "nbgrader_config.py")


@pytest.fixture(scope="module")
def rncp(administrateur, depot: Path, dossier_ouvert: Path):
    """``rncp hub`` as an account without rights, on a copy of the repository that it can read."""
    lieux = Lieux(depot, dossier_ouvert / "simple")
    lieux.etat.mkdir()
    preparer_environnement(lieux)
    copie = dossier_ouvert / "depot"
    for nom in DU_DEPOT:
        (copie / nom).parent.mkdir(parents=True, exist_ok=True)
        copier = shutil.copytree if (depot / nom).is_dir() else shutil.copy
        copier(depot / nom, copie / nom)
    subprocess.run(["chmod", "-R", "a+rX", str(copie)], check=True)
    etat = dossier_ouvert / "etat"
    etat.mkdir()
    shutil.chown(etat, SANS_DROITS)

    def rncp(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [lieux.dans_l_environnement("rncp"), "--cours", str(copie), "hub", "--etat", str(etat), *arguments],
            user=SANS_DROITS,
            group="nogroup",
            extra_groups=[],
            env={"PATH": "/usr/bin:/bin", "HOME": str(etat), "LANG": "C.UTF-8"},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    rncp.etat = etat
    yield rncp
    rncp("arreter")


@pytest.fixture(scope="module")
def ouvert(rncp) -> subprocess.CompletedProcess:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    rendu = rncp("demarrer", "--port", str(port))
    assert rendu.returncode == 0, rendu.stderr
    return rendu


def test_elle_dit_ce_qu_elle_ne_protege_pas(ouvert):
    assert "NE SÉPARE PERSONNE" in ouvert.stdout
    assert "sudo make hub" in ouvert.stdout


def test_elle_refuse_d_inscrire_une_classe(rncp, ouvert, depot):
    rendu = rncp("inscrire", str(rncp.etat.parent / "depot" / "hub" / "classe_de_demonstration.csv"))
    assert rendu.returncode == 1
    assert "ne sépare personne" in rendu.stderr
    assert "Traceback" not in rendu.stderr


def test_la_personne_entre_avec_son_mot_de_passe_et_trouve_ses_lecons(rncp, ouvert):
    reglages = json.loads((rncp.etat / "prive" / "reglages.json").read_text())
    url = f"http://127.0.0.1:{reglages['port']}"
    session = requests.Session()
    session.trust_env = False

    def entrer(mot: str) -> requests.Response:
        session.get(f"{url}/hub/login", timeout=60)
        jeton = next(cookie.value for cookie in session.cookies if cookie.name == "_xsrf")
        champs = {"username": SANS_DROITS, "password": mot, "_xsrf": jeton}
        return session.post(f"{url}/hub/login", data=champs, timeout=120)

    assert entrer("pas le bon mot").status_code == 403
    assert entrer(reglages["mot_de_passe"]).status_code == 200
    session.get(f"{url}/hub/spawn", timeout=120)
    limite = time.monotonic() + 120
    while "/user/" not in (page := session.get(f"{url}/user/{SANS_DROITS}/lab", timeout=60)).url or not page.ok:
        assert time.monotonic() < limite, page.url
        time.sleep(0.5)
    lu = session.get(f"{url}/user/{SANS_DROITS}/api/contents/poste", timeout=60).json()
    assert "accueil.ipynb" in [fichier["name"] for fichier in lu["content"]]
    bureau = session.get(f"{url}/user/{SANS_DROITS}/api/contents/cours/bureaux/{SANS_DROITS}", timeout=60).json()
    assert {f["name"] for f in bureau["content"]} == {"coordinateur.ipynb", "formateur.ipynb"}


def test_l_arret_arrete_aussi_son_serveur(rncp, ouvert):
    rendu = rncp("arreter")
    assert "Le Hub est arrêté." in rendu.stdout
    restes = []
    for chemin in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commande = chemin.read_text(errors="replace")
        except OSError:
            continue
        if str(rncp.etat) in commande and os.getpid() != int(chemin.parent.name):
            restes.append(commande.replace("\0", " "))
    assert restes == []
