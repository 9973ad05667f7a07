"""No answer key leaves source/: neither in what learners receive, nor in the installed package."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile

import pytest

pytestmark = pytest.mark.lent


@pytest.fixture(scope="session")
def secrets(banque) -> list[str]:
    """Texts of the bank that tell the answer, and the words that only a key uses."""
    textes = [item.explication for item in banque.items]
    textes += [option.retour for item in banque.items for option in item.options]
    textes += [item.calcul for item in banque.items if item.type == "NUM"]
    textes += [erreur.message for item in banque.items if item.type == "NUM" for erreur in item.erreurs]
    assert len(textes) > 150
    assert all(len(texte) > 4 for texte in textes)
    return [*textes, "HIDDEN TESTS", "'justes'", '"justes"', '"juste"', '"tolerance"', '"reponse":', "juste: true"]


def _fuites(contenu: bytes, secrets: list[str]) -> list[str]:
    texte = contenu.decode("utf-8", errors="replace")
    return [secret for secret in secrets if secret in texte]


def test_rien_dans_ce_que_recoivent_les_apprenants(cours, secrets):
    fichiers = [chemin for chemin in (cours.dossier / "release").rglob("*") if chemin.is_file()]
    assert {chemin.name for chemin in fichiers} == {"b1_qst.ipynb", "questions.json"}
    assert {chemin.name: _fuites(chemin.read_bytes(), secrets) for chemin in fichiers} == {
        "b1_qst.ipynb": [],
        "questions.json": [],
    }


def test_rien_dans_les_paquets_construits(depot, secrets, tmp_path):
    construire = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)]
    subprocess.run(construire, cwd=depot, check=True, capture_output=True)
    contenus = {}
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as roue:
        contenus |= {nom: roue.read(nom) for nom in roue.namelist()}
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        contenus |= {m.name: archive.extractfile(m).read() for m in archive.getmembers() if m.isfile()}
    assert any(nom.endswith("rncp_utils/referentiel/rncp31919.yaml") for nom in contenus)
    banques = [nom for nom in contenus if nom.split("/")[-1].startswith("banque") and not nom.endswith(".py")]
    assert banques == []
    textes = [secret for secret in secrets if " " in secret and len(secret) > 25]
    assert {nom: fuites for nom, contenu in contenus.items() if (fuites := _fuites(contenu, textes))} == {}


def test_le_retour_a_l_apprenant_ne_montre_ni_test_cache_ni_cle(corriges, secrets):
    corriges.cours.rendre_retours("B1-QST", "erreurs")
    page = corriges.cours.dossier / "feedback" / "erreurs" / "B1-QST" / "b1_qst.html"
    messages = [
        erreur.message for item in corriges.fabrique.banque.items if item.type == "NUM" for erreur in item.erreurs
    ]
    # The sentence on a recognised mistake is the feedback itself; all else stays with the graders.
    assert _fuites(page.read_bytes(), [secret for secret in secrets if secret not in messages]) == []
    assert "Question 1" in page.read_text(encoding="utf-8")
