"""A Hub to start, apart from that of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rncp_utils.hub.lieux import Lieux
from tests.hub.petit_hub import PetitHub
from tests.machine import exiger


@pytest.fixture(scope="session")
def dossier_ouvert() -> Iterator[Path]:
    """A folder that every account can enter: pytest's own are closed."""
    dossier = Path(tempfile.mkdtemp(prefix="rncp-essai-", dir="/tmp"))
    dossier.chmod(0o755)
    yield dossier
    shutil.rmtree(dossier, ignore_errors=True)


@pytest.fixture(scope="session")
def administrateur() -> None:
    """What needs accounts is tested as root; continuous integration is."""
    exiger(os.geteuid() == 0, "Créer des comptes demande les droits d'administrateur.")


@pytest.fixture(scope="session")
def rncp_hub(depot: Path) -> Callable[..., subprocess.CompletedProcess]:
    """Runs ``rncp hub`` on a folder."""

    def lancer(etat: Path, *arguments: str) -> subprocess.CompletedProcess:
        commande = [sys.executable, "-m", "rncp_utils.cli", "--cours", str(depot), "hub", "--etat", str(etat)]
        return subprocess.run([*commande, *arguments], capture_output=True, text=True, check=False, timeout=300)

    return lancer


@pytest.fixture(scope="module")
def hub(postgresql, tmp_path_factory) -> Iterator[PetitHub]:
    """A Hub on a PostgreSQL of its own, with the roles and services of the deployment on many machines."""
    hub = PetitHub(tmp_path_factory.mktemp("hub"), postgresql())
    hub.ecrire()
    hub.demarrer()
    yield hub
    hub.arreter()


@pytest.fixture(scope="module")
def hub_installe(administrateur, depot, dossier_ouvert) -> Iterator[Lieux]:
    """A Hub whose folder is ready and which does not run; the accounts that a test makes are removed."""
    from rncp_utils.hub.installation import installer
    from rncp_utils.hub.personnes import lire_personnes

    lieux = Lieux(depot, Path(tempfile.mkdtemp(dir=dossier_ouvert)))
    installer(lieux, port=0)
    yield lieux
    # Only these: other tests make theirs at the same time.
    for compte in lire_personnes(lieux):
        subprocess.run(["userdel", "--remove", compte], check=False, capture_output=True)
