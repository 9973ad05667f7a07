"""Processes of ours, known by number and start: a number that serves again is not taken for one of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rncp_utils.fichiers import ecrire_texte

_PAS_S = 0.1


@dataclass(frozen=True)
class Processus:
    """A process: ``debut`` is its start, in clock ticks since the machine's."""

    pid: int
    debut: int

    @property
    def vivant(self) -> bool:
        """Is it still there, and still the same? A zombie is not."""
        return _debut(self.pid) == self.debut

    def arreter(self, delai: float, premier: signal.Signals = signal.SIGTERM) -> bool:
        """Ask it to end, then force it after ``delai`` seconds; whether it had to be forced."""
        with suppress(ProcessLookupError):
            if not self.vivant:
                return False
            os.kill(self.pid, premier)
            if self.attendre(delai):
                return False
            os.kill(self.pid, signal.SIGKILL)
            self.attendre(delai)
            return True
        return False

    def attendre(self, delai: float) -> bool:
        """Wait for its end."""
        limite = time.monotonic() + delai
        while self.vivant:
            if time.monotonic() > limite:
                return False
            with suppress(ChildProcessError):  # where it is a child of this process
                os.waitpid(self.pid, os.WNOHANG)
            time.sleep(_PAS_S)
        return True


def processus(pid: int) -> Processus | None:
    """The process of this number, as it is now."""
    debut = _debut(pid)
    return None if debut is None else Processus(pid, debut)


def _debut(pid: int) -> int | None:
    try:
        texte = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    etat, *champs = texte.rpartition(")")[2].split()
    return None if etat in ("Z", "X") else int(champs[18])


def lancer(
    commande: Sequence[str], *, journal: Path, env: dict[str, str], temoin: Path, compte: str | None = None
) -> Processus:
    """Start a process that goes on without us; ``temoin`` keeps who it is."""
    qui = {"user": compte, "group": compte, "extra_groups": []} if compte else {}
    with os.fdopen(os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as sortie:
        lance = subprocess.Popen(
            commande,
            stdin=subprocess.DEVNULL,
            stdout=sortie,
            stderr=subprocess.STDOUT,
            env=env,
            cwd="/",
            start_new_session=True,
            # Started from a script's background, it would inherit a deaf ear for Ctrl-C, and pass it on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            **qui,
        )
    lu = processus(lance.pid) or Processus(lance.pid, -1)
    ecrire_texte(temoin, json.dumps({"pid": lu.pid, "debut": lu.debut}))
    return lu


def retrouver(temoin: Path) -> Processus | None:
    """The process that :func:`lancer` started, if it is still alive."""
    try:
        lu = Processus(**json.loads(temoin.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return lu if lu.vivant else None
