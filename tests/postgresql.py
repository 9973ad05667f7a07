"""A PostgreSQL server of one's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Callable[..., str]]:
    """Makes a new database at each call, a copy of ``modele`` if given; needs Debian's package ``postgresql``."""
    dossiers = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert dossiers, "PostgreSQL manque : installez-le (Debian, Ubuntu : sudo apt install postgresql)."
    outils = dossiers[-1]
    # A short path: that of a Unix socket has 107 characters at most. PostgreSQL refuses to run as root.
    dossier = Path(tempfile.mkdtemp(prefix="rncp-pg-", dir="/tmp"))
    comme = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if comme:
        shutil.chown(dossier, "postgres", "postgres")
    # The graders' account comes in through the socket too.
    dossier.chmod(0o755)

    def lancer(nom: str, *options: str) -> None:
        commande = [*comme, str(outils / nom), "-D", str(dossier / "d"), *options]
        subprocess.run(commande, check=True, cwd=dossier, stdout=subprocess.DEVNULL)

    def creer_base(modele: str = "") -> str:
        import psycopg
        from sqlalchemy import make_url

        base = f"rncp_{uuid4().hex}"
        with psycopg.connect(f"host={dossier} user=postgres dbname=postgres", autocommit=True) as connexion:
            suite = f" TEMPLATE {make_url(modele).database}" if modele else ""
            connexion.execute(f"CREATE DATABASE {base}{suite}")
        return f"postgresql+psycopg://postgres@/{base}?host={dossier}"

    lancer("initdb", "--auth=trust", "-U", "postgres", "-E", "UTF8", "--locale=C")
    reglages = f"-c listen_addresses='' -c unix_socket_directories={dossier} -c fsync=off"
    lancer("pg_ctl", "-w", "-l", str(dossier / "journal"), "-o", reglages, "start")
    yield creer_base
    lancer("pg_ctl", "-w", "-m", "immediate", "stop")
    shutil.rmtree(dossier, ignore_errors=True)
