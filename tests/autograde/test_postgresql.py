"""Several machines: the gradebook in a real PostgreSQL, two runs at once, a local Dask cluster."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rncp_utils.autograde.cours import ouvrir_cours
from rncp_utils.autograde.lot.passage import Options, corriger_devoir
from rncp_utils.autograde.lot.verrou import reclamer

pytestmark = pytest.mark.lent

CLASSE = {"ada": (), "bo": ("marge", "figure"), "cyd": ("tableau",), "dan": ("postes", "ebe")}


@pytest.fixture
def cours(nouveau_cours, postgresql):
    """The class, with a database of its own as gradebook."""
    cours, url = nouveau_cours(), postgresql()
    cours.regler(f"c.CourseDirectory.db_url = {url!r}")
    ouvrir_cours(cours.dossier).generer(cours.devoir)
    for apprenant, fausses in CLASSE.items():
        cours.deposer(apprenant, fausses=fausses)
    cours.adresse = url
    return cours


@pytest.fixture(scope="module")
def attendu(nouveau_cours, zygote):
    cours = nouveau_cours()
    for apprenant, fausses in CLASSE.items():
        cours.deposer(apprenant, fausses=fausses)
    corriger_devoir(cours.dossier, cours.devoir, Options(jobs=2))
    return cours.notes()


@pytest.mark.complet
def test_deux_passages_a_la_fois(cours, attendu, notes_de):
    commande = [sys.executable, "-m", "rncp_utils.cli", "--cours", str(cours.dossier), "autograde", cours.devoir]
    passages = [
        subprocess.Popen(commande, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)
    ]
    sorties = [passage.communicate(timeout=300)[0] for passage in passages]
    assert [passage.returncode for passage in passages] == [0, 0], sorties
    assert notes_de(cours.adresse, cours.devoir) == attendu


@pytest.mark.complet
def test_une_grappe_dask_de_deux_machines(cours, attendu, notes_de):
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as grappe:
        commande = [sys.executable, "-m", "rncp_utils.cli", "--cours", str(cours.dossier), "autograde", cours.devoir]
        sortie = subprocess.run(
            [*commande, "--dask", grappe.scheduler_address], capture_output=True, text=True, timeout=300
        )
    assert sortie.returncode == 0, sortie.stdout + sortie.stderr
    assert notes_de(cours.adresse, cours.devoir) == attendu


def test_la_base_garde_la_reclamation(cours):
    with reclamer(cours.dossier, cours.adresse, cours.devoir, "ada") as premier:
        with reclamer(cours.dossier, cours.adresse, cours.devoir, "ada") as second:
            assert (premier, second) == (True, False)
        with reclamer(cours.dossier, cours.adresse, cours.devoir, "bo") as autre:
            assert autre
    with reclamer(cours.dossier, cours.adresse, cours.devoir, "ada") as ensuite:
        assert ensuite
