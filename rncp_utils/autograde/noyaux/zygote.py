"""Handle on the processes that warm kernels come from."""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic

from rncp_utils.autograde.noyaux.environnement import environnement_de_base
from rncp_utils.autograde.noyaux.gardien import VERROU, est_abandonnee
from rncp_utils.autograde.noyaux.isolation import ErreurIsolation
from rncp_utils.autograde.noyaux.superviseur import AUCUNE, REQUISE
from rncp_utils.erreurs import ErreurRncp

PREFIXE = "rncp-noyaux-"
GARDIEN = "rncp_utils.autograde.noyaux.gardien"
DEMARRAGE_S = 60.0
# A Unix socket's path has 107 characters; the kernel's are « /n12345678/s/k-5 » longer than the base.
_CHEMIN_MAX = 80


class Zygote:
    """The running processes; stop them with :meth:`arreter`, or use as a context manager.

    They also stop when the process that started them ends, however it ends.
    """

    def __init__(self, processus: subprocess.Popen, base: Path, isolation: str) -> None:
        self._processus, self._base, self.isolation = processus, base, isolation
        self._pid = os.getpid()
        self.adresse = base / "zygote.sock"
        self.manquantes: list[str] = []

    @classmethod
    def demarrer(cls, isolation: str = REQUISE) -> Zygote:
        """Start, and wait until kernels can be asked for.

        Raises
        ------
        ErreurIsolation
            This machine does not offer what isolation needs.
        ErreurRncp
            The processes did not start.
        """
        if isolation not in (REQUISE, AUCUNE):
            raise ErreurRncp(f"Isolation « {isolation} » inconnue : choisissez « {REQUISE} » ou « {AUCUNE} ».")
        dossier = _dossier_temporaire()
        _nettoyer(dossier)
        base = Path(tempfile.mkdtemp(prefix=PREFIXE, dir=dossier))
        try:
            with (base / VERROU).open("wb") as verrou:
                fcntl.flock(verrou, fcntl.LOCK_EX)
                zygote = cls(_lancer(base, isolation, verrou.fileno()), base, isolation)
            zygote._attendre()
        except BaseException:
            shutil.rmtree(base, ignore_errors=True)
            raise
        return zygote

    def _attendre(self) -> None:
        sortie = self._processus.stdout
        assert sortie is not None
        limite = monotonic() + DEMARRAGE_S
        lu = b""
        while not lu.endswith(b"\n"):
            if not select.select([sortie], [], [], max(0, limite - monotonic()))[0]:
                self._abandonner()
                raise ErreurRncp(f"Les noyaux n'étaient pas prêts après {DEMARRAGE_S:.0f} secondes : recommencez.")
            octets = os.read(sortie.fileno(), 65536)
            if not octets:
                self._abandonner()
                raise ErreurRncp("Le processus des noyaux s'est arrêté en démarrant : recommencez.")
            lu += octets
        reponse = json.loads(lu)
        if "erreur" in reponse:
            self._abandonner()
            raise (ErreurIsolation if reponse.get("isolation") else ErreurRncp)(reponse["erreur"])
        self.manquantes = reponse["manquantes"]

    def _abandonner(self) -> None:
        self._processus.kill()
        self._processus.wait()
        self._fermer()

    def _fermer(self) -> None:
        for flux in (self._processus.stdin, self._processus.stdout):
            if flux is not None:
                with suppress(OSError):
                    flux.close()

    @property
    def vivant(self) -> bool:
        """Can kernels be asked for? Only for the process that started it."""
        return self._pid == os.getpid() and self._processus.poll() is None

    def arreter(self) -> None:
        """Stop the kernels and all the processes; nothing is left of them."""
        if self._pid != os.getpid():  # a forked process has not the right to stop its parent's
            return
        self._fermer()
        try:
            self._processus.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._processus.kill()
            self._processus.wait()
        shutil.rmtree(self._base, ignore_errors=True)

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *_: object) -> None:
        self.arreter()


def _dossier_temporaire() -> str:
    choisi = tempfile.gettempdir()
    return choisi if len(choisi) + len(PREFIXE) + 8 <= _CHEMIN_MAX else "/tmp"


def _nettoyer(dossier: str) -> None:
    """Remove what killed runs of this account left."""
    for base in Path(dossier).glob(f"{PREFIXE}*"):
        with suppress(OSError):
            if base.lstat().st_uid == os.geteuid() and not base.is_symlink() and est_abandonnee(base):
                shutil.rmtree(base, ignore_errors=True)


def _lancer(base: Path, isolation: str, verrou: int) -> subprocess.Popen:
    temporaire = base / "t"
    temporaire.mkdir(mode=0o700)
    env = environnement_de_base(str(temporaire)) | {"MPLCONFIGDIR": _cache_de_matplotlib()}
    processus = subprocess.Popen(
        [sys.executable, "-I", "-m", GARDIEN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=env,
        cwd="/",
        start_new_session=True,
        pass_fds=[verrou],
    )
    reglages = {"base": str(base), "isolation": isolation, "parent": os.getpid()}
    assert processus.stdin is not None
    with suppress(BrokenPipeError):
        processus.stdin.write(json.dumps(reglages).encode() + b"\n")
        processus.stdin.flush()
    return processus


def _cache_de_matplotlib() -> str:
    """Where this account keeps the list of fonts: making it again at each start takes longer than all the rest."""
    if choisi := os.environ.get("MPLCONFIGDIR"):
        return choisi
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"
    with suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
    return str(cache)


_local: dict[tuple[int, str], Zygote] = {}
_verrou = threading.Lock()


def adresse(isolation: str, env: Mapping[str, str] | None = None) -> Path:
    """Where to ask for kernels: the address in ``RNCP_ZYGOTE``, else processes started here for this one."""
    if connue := (os.environ if env is None else env).get("RNCP_ZYGOTE"):
        return Path(connue)
    cle = (os.getpid(), isolation)
    with _verrou:
        zygote = _local.get(cle)
        if zygote is None or not zygote.vivant:
            zygote = _local[cle] = Zygote.demarrer(isolation)
            atexit.register(zygote.arreter)
        return zygote.adresse
