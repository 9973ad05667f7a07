"""Several machines: the gradebook in a real PostgreSQL, two runs at once, a local Dask cluster."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rncp_utils.autograde.cours import ouvrir_cours
from rncp_utils.autograde.lot.passage import Options, corriger_devoir
from rncp_utils.autograde.lot.verrou import reclamer

pytestmark = pytest.mark.lent

CLASSE = {"ada": (), "bo": ("marge", "figure"), "cyd": ("tableau",), "dan": ("postes", "ebe")}


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """Address of a server of one's own, on a Unix socket; needs Debian's package ``postgresql``."""
    dossiers = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert dossiers, "PostgreSQL manque : installez-le (Debian, Ubuntu : sudo apt install postgresql)."
    outils = dossiers[-1]
    # A short path: that of a Unix socket has 107 characters at most. PostgreSQL refuses to run as root.
    dossier = Path(tempfile.mkdtemp(prefix="rncp-pg-", dir="/tmp"))
    comme = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if comme:
        shutil.chown(dossier, "postgres", "postgres")

    def lancer(*commande: str) -> None:
        subprocess.run([*comme, *commande], check=True, cwd=dossier, stdout=subprocess.DEVNULL)

    options = f"-c listen_addresses='' -c unix_socket_directories={dossier} -c fsync=off"
    lancer(
        str(outils / "initdb"), "-D", str(dossier / "d"), "--auth=trust", "-U", "postgres", "-E", "UTF8", "--locale=C"
    )
    lancer(
        str(outils / "pg_ctl"), "-D", str(dossier / "d"), "-w", "-l", str(dossier / "journal"), "-o", options, "start"
    )
    yield str(dossier)
    lancer(str(outils / "pg_ctl"), "-D", str(dossier / "d"), "-w", "-m", "immediate", "stop")
    shutil.rmtree(dossier, ignore_errors=True)


@pytest.fixture
def cours(nouveau_cours, postgresql, request):
    """The class, with a database of its own as gradebook."""
    import psycopg

    cours = nouveau_cours()
    base = "rncp_" + str(abs(hash(request.node.name)))
    with psycopg.connect(f"host={postgresql} user=postgres dbname=postgres", autocommit=True) as connexion:
        connexion.execute(f"CREATE DATABASE {base}")
    url = f"postgresql+psycopg://postgres@/{base}?host={postgresql}"
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


def test_deux_passages_a_la_fois(cours, attendu, notes_de):
    commande = [sys.executable, "-m", "rncp_utils.cli", "--cours", str(cours.dossier), "autograde", cours.devoir]
    passages = [
        subprocess.Popen(commande, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)
    ]
    sorties = [passage.communicate(timeout=300)[0] for passage in passages]
    assert [passage.returncode for passage in passages] == [0, 0], sorties
    assert notes_de(cours.adresse, cours.devoir) == attendu


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
