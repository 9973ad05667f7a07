"""Kernels to attack from, stock or walled in, and a course that is worth attacking."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from textwrap import dedent
from typing import Any

import pytest
from traitlets.config import Config

STOCK, ISOLE = "stock", "isole"
SECRET = "valeur-que-seul-le-correcteur-connait"


@dataclass
class Noyau:
    """A kernel, driven without asyncio."""

    manager: Any
    boucle: asyncio.Runner = field(default_factory=asyncio.Runner)
    client: Any = None
    ferme: bool = False

    def ouvrir(self, dossier: Path | None = None, **options: Any) -> Noyau:
        self.boucle.run(self._ouvrir(dossier, options))
        return self

    async def _ouvrir(self, dossier: Path | None, options: dict[str, Any]) -> None:
        if dossier is not None:
            options["cwd"] = str(dossier)
        await self.manager.start_kernel(**options)
        self.client = self.manager.client()
        self.client.start_channels()
        await self.client.wait_for_ready(timeout=30)

    def executer(self, code: str, delai: float = 20, interrompre_apres: float = 0) -> str:
        """What the code prints; its error, if any, is printed too."""
        return self.boucle.run(self._executer(dedent(code), delai, interrompre_apres))

    async def _executer(self, code: str, delai: float, interrompre_apres: float) -> str:
        sorties: list[str] = []

        def noter(message: dict[str, Any]) -> None:
            contenu = message["content"]
            sorties.append(contenu.get("text") or contenu.get("data", {}).get("text/plain", ""))
            if message["msg_type"] == "error":
                sorties.append(f"{contenu['ename']}: {contenu['evalue']}")

        tache = asyncio.ensure_future(self.client.execute_interactive(code, output_hook=noter, timeout=delai))
        if interrompre_apres:
            await asyncio.wait([tache], timeout=interrompre_apres)
            await self.manager.interrupt_kernel()
        while not tache.done():
            await asyncio.wait([tache], timeout=0.2)
            if not tache.done() and not await self.manager.is_alive():
                tache.cancel()
                await asyncio.gather(tache, return_exceptions=True)
                return "".join(sorties) + " NOYAU MORT"
        try:
            tache.result()
        except (TimeoutError, Empty):
            sorties.append(" SANS REPONSE")
        return "".join(sorties)

    def lancer(self, code: str) -> None:
        """Start the code without waiting for it."""
        self.client.execute(dedent(code))

    def interrompre(self) -> None:
        self.boucle.run(self.manager.interrupt_kernel())

    @property
    def vivant(self) -> bool:
        return self.boucle.run(self.manager.is_alive())

    def fermer(self) -> None:
        if not self.ferme:
            self.ferme = True
            self.boucle.run(self._fermer())
            self.boucle.close()

    async def _fermer(self) -> None:
        if self.manager.has_kernel:
            await self.manager.shutdown_kernel(now=True)
        await self.manager.cleanup_resources()
        if self.client is not None:
            self.client.stop_channels()


def _manager(genre: str, **bornes: int) -> Any:
    if genre == STOCK:
        from jupyter_client import AsyncKernelManager

        return AsyncKernelManager(kernel_name="python3")
    from rncp_utils.autograde.noyaux.gestionnaire import GestionnaireIsole

    return GestionnaireIsole(config=Config({"FournisseurIsole": bornes}))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """An attack that says its ``genre`` is made from both."""
    if "genre" in metafunc.fixturenames:
        metafunc.parametrize("genre", [STOCK, ISOLE])


@pytest.fixture
def verifier() -> Callable[..., None]:
    """Checks what an attack printed."""

    def verifier(genre: str, sortie: str, nombre: int = 1) -> None:
        """It obtained ``nombre`` things from a stock kernel, none from ours; and it ran to its end in both."""
        assert "FINI" in sortie, sortie
        assert sortie.count("REUSSI") == (nombre if genre == STOCK else 0), sortie

    return verifier


@pytest.fixture(scope="session", autouse=True)
def _secret_du_correcteur() -> Iterator[None]:
    """Before any process starts: what the grader's environment holds."""
    os.environ["RNCP_SECRET_DU_CORRECTEUR"] = SECRET
    yield
    os.environ.pop("RNCP_SECRET_DU_CORRECTEUR", None)


@pytest.fixture
def nouveau_noyau(_secret_du_correcteur, zygote) -> Iterator[Callable[..., Noyau]]:
    """Opens kernels that are closed at the end of the test."""
    ouverts: list[Noyau] = []

    def ouvrir(genre: str = ISOLE, dossier: Path | None = None, *, options: dict | None = None, **bornes: int) -> Noyau:
        noyau = Noyau(_manager(genre, **bornes))
        ouverts.append(noyau)
        return noyau.ouvrir(dossier, **(options or {}))

    yield ouvrir
    for noyau in ouverts:
        noyau.fermer()


@dataclass(frozen=True)
class Cours:
    """A course folder as nbgrader lays it; kernels run in ``copie``."""

    dossier: Path
    secret: str = SECRET

    @property
    def copie(self) -> Path:
        return self.dossier / "autograded" / "moi" / "B9-CAS"

    @property
    def tentations(self) -> dict[str, Path]:
        """What a learner would like to read."""
        return {
            "carnet": self.dossier / "gradebook.db",
            "corrigé": self.dossier / "source" / "B9-CAS" / "cas.ipynb",
            "son notebook corrigé": self.copie / "cas.ipynb",
            "autre copie": self.dossier / "submitted" / "autre" / "B9-CAS" / "cas.ipynb",
        }


@pytest.fixture
def cours(tmp_path) -> Cours:
    """A course with something to steal in each folder."""
    cours = Cours(tmp_path / "cours")
    for chemin in cours.tentations.values():
        chemin.parent.mkdir(parents=True, exist_ok=True)
        chemin.write_text(SECRET, encoding="utf-8")
    (cours.copie / "charges.csv").write_text("mois;charge\n1;120\n", encoding="utf-8")
    (cours.copie / "reponses").mkdir()
    (cours.copie / "reponses" / "B9-CAS__marge.json").write_text("{}", encoding="utf-8")
    return cours
