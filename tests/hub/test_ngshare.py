"""The exchange of the deployment on many machines: ngshare behind a real Hub, nbgrader's own commands on both sides."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import nbformat
import pytest

from tests.hub.petit_hub import COURS, DEPOT, PetitHub, installer

pytestmark = [pytest.mark.lent, pytest.mark.complet]

DEVOIR = "B9-ESSAI"


@dataclass
class Poste:
    """A person's server: a home of their own, nothing shared with the others."""

    nom: str
    dossier: Path
    hub: PetitHub
    jeton: str

    def nbgrader(self, *arguments: str) -> subprocess.CompletedProcess:
        env = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(self.dossier),
            "LANG": "C.UTF-8",
            "PYTHONPATH": installer("echange_client.lock"),
            "USER": self.nom,
            "JUPYTERHUB_USER": self.nom,
            "JUPYTERHUB_API_TOKEN": self.jeton,
            # The deployment's own settings of nbgrader.
            "JUPYTER_CONFIG_PATH": str(DEPOT / "hub" / "deploiement"),
            "RNCP_ECHANGE": f"{self.hub.url}/services/ngshare",
            "no_proxy": "127.0.0.1",
            "NO_PROXY": "127.0.0.1",
        }
        gardees = {nom: os.environ[nom] for nom in ("OPENBLAS_CORETYPE",) if nom in os.environ}
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.dossier,
            env=env | gardees,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def faire(self, *arguments: str) -> str:
        fini = self.nbgrader(*arguments)
        assert fini.returncode == 0 and "ERROR" not in fini.stderr, fini.stderr[-3000:]
        return fini.stdout + fini.stderr

    def ngshare(self, chemin: str, **corps: str):
        donnees = urlencode(corps).encode() if corps else None
        return self.hub.demander(f"/services/ngshare/{chemin}", donnees, self.jeton)


@pytest.fixture(scope="module")
def poste(hub, tmp_path_factory):
    def ouvrir(nom: str) -> Poste:
        return Poste(nom, tmp_path_factory.mktemp(nom), hub, hub.jeton_de(nom))

    return ouvrir


@pytest.fixture(scope="module")
def classe(poste) -> dict[str, Poste]:
    """A course of one instructor and two learners, as the guide makes it."""
    postes = {nom: poste(nom) for nom in ("claire", "lea", "karim", "rncp-administration")}
    administration = postes["rncp-administration"]
    assert administration.ngshare(f"course/{COURS}", instructors='["claire"]')["success"]
    for apprenant in ("lea", "karim"):
        fiche = {"first_name": apprenant.title(), "last_name": "Essai", "email": ""}
        assert postes["claire"].ngshare(f"student/{COURS}/{apprenant}", **fiche)["success"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Épreuve d'été", id="titre")])
    distribue = postes["claire"].dossier / "release" / DEVOIR
    distribue.mkdir(parents=True)
    nbformat.write(notebook, distribue / "devoir.ipynb")
    (distribue / "données.csv").write_bytes("é;1\r\n".encode())
    return postes


def recuperer_et_remettre(apprenant: Poste) -> None:
    apprenant.faire("fetch_assignment", DEVOIR)
    copie = apprenant.dossier / DEVOIR
    assert (copie / "données.csv").read_bytes() == "é;1\r\n".encode()
    (copie / "reponses.json").write_text(json.dumps({"réponse": apprenant.nom}), encoding="utf-8")
    apprenant.faire("submit", DEVOIR)


def test_distribuer_recuperer_remettre_relever_rendre(classe):
    claire, lea, karim = classe["claire"], classe["lea"], classe["karim"]
    claire.faire("release_assignment", DEVOIR)
    with ThreadPoolExecutor(2) as ensemble:
        list(ensemble.map(recuperer_et_remettre, (lea, karim)))
    assert DEVOIR in lea.faire("list")

    claire.faire("collect", DEVOIR)
    for apprenant in ("lea", "karim"):
        relevee = claire.dossier / "submitted" / apprenant / DEVOIR
        assert json.loads((relevee / "reponses.json").read_text(encoding="utf-8")) == {"réponse": apprenant}
        assert (relevee / "timestamp.txt").read_text().startswith("20")

    # Handed in again: the last copy counts.
    (lea.dossier / DEVOIR / "reponses.json").write_text('{"réponse": "seconde"}', encoding="utf-8")
    lea.faire("submit", DEVOIR)
    claire.faire("collect", "--update", DEVOIR)
    relevee = claire.dossier / "submitted" / "lea" / DEVOIR / "reponses.json"
    assert json.loads(relevee.read_text(encoding="utf-8")) == {"réponse": "seconde"}

    retour = claire.dossier / "feedback" / "lea" / DEVOIR
    retour.mkdir(parents=True)
    (retour / "devoir.html").write_text("<p>Très bien, Léa</p>", encoding="utf-8")
    instant = (claire.dossier / "submitted" / "lea" / DEVOIR / "timestamp.txt").read_text()
    (retour / "timestamp.txt").write_text(instant)
    (claire.dossier / "autograded" / "lea" / DEVOIR).mkdir(parents=True)
    claire.faire("release_feedback", DEVOIR)
    lea.faire("fetch_feedback", DEVOIR)
    (recu,) = (lea.dossier / DEVOIR / "feedback").rglob("devoir.html")
    assert recu.read_text(encoding="utf-8") == "<p>Très bien, Léa</p>"


def test_un_apprenant_ne_voit_que_ce_qui_est_a_lui(classe):
    lea = classe["lea"]
    refus = {
        "les copies de la classe": lea.ngshare(f"submissions/{COURS}/{DEVOIR}"),
        "les copies d'un autre": lea.ngshare(f"submissions/{COURS}/{DEVOIR}/karim"),
        "la copie d'un autre": lea.ngshare(f"submission/{COURS}/{DEVOIR}/karim"),
        "la liste des apprenants": lea.ngshare(f"students/{COURS}"),
        "distribuer": lea.ngshare(f"assignment/{COURS}/FAUX", files="[]"),
        "créer un cours": lea.ngshare("course/autre", instructors='["lea"]'),
        "se faire formatrice": lea.ngshare(f"instructor/{COURS}/lea", first_name="", last_name="", email=""),
    }
    assert set(refus.values()) == {403}, refus


def test_sans_jeton_ni_avec_un_faux_rien_n_est_donne(hub, classe):
    # Sent to the login page.
    assert "Mot de passe" in hub.ouvrir(f"/services/ngshare/assignments/{COURS}", jeton="faux")
    assert "Mot de passe" in hub.ouvrir(f"/services/ngshare/assignments/{COURS}")
    assert classe["lea"].ngshare(f"assignments/{COURS}")["success"]
