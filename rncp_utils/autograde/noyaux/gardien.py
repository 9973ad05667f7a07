"""Main of the process that listens: ``python -I -m rncp_utils.autograde.noyaux.gardien``.

Standard input: one JSON line of settings, then nothing; its end is the order to stop. Standard output: one JSON line,
ready or not.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

from rncp_utils.autograde.noyaux import cgroupes, protocole
from rncp_utils.autograde.noyaux.superviseur import AUCUNE, Contexte, Superviseur

PRISE, VERROU = "zygote.sock", "verrou"
_ARRET_S = 5.0


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reglages = json.loads(_premiere_ligne())
    try:
        gardien = _Gardien(reglages["base"], reglages["isolation"], reglages["parent"])
        gardien.ouvrir()
    except Exception as erreur:
        _repondre({"erreur": str(erreur), "isolation": type(erreur).__name__ == "ErreurIsolation"})
        return
    _repondre({"adresse": gardien.adresse, "manquantes": gardien.manquantes})
    gardien.servir()


def _premiere_ligne() -> bytes:
    lue = b""
    while not lue.endswith(b"\n") and (octet := os.read(0, 1)):
        lue += octet
    return lue


def _repondre(message: protocole.Message) -> None:
    with suppress(OSError):
        os.write(1, protocole.ligne(message))
    vide = os.open(os.devnull, os.O_RDWR)
    os.dup2(vide, 1)
    os.close(vide)


class _Gardien:
    def __init__(self, base: str, isolation: str, parent: int) -> None:
        self.base, self.isolation = base, isolation
        self.adresse = f"{base}/{PRISE}"
        self.manquantes: list[str] = []
        # The end of the process that started us counts too: others may hold its end of the pipe.
        self.parent = os.pidfd_open(parent) if parent == os.getppid() else -1
        self.reserve = 0

    def ouvrir(self) -> None:
        """Check the machine, start the reserve, listen."""
        avec_proc = True
        if self.isolation != AUCUNE:
            from rncp_utils.autograde.noyaux.isolation import exiger_ici

            avec_proc = exiger_ici().proc
        self.vie, self.vie_ecrite = os.pipe()
        demandes, son_bout = protocole.paire()
        self.reserve = os.fork()
        if self.reserve == 0:
            demandes.close()
            os.close(self.vie_ecrite)
            _quitter_l_entree()
            from rncp_utils.autograde.noyaux.reserve import tenir

            tenir(son_bout, self.vie)
        son_bout.close()
        lieux = [] if self.isolation == AUCUNE else cgroupes.emplacements()
        cgroupes.nettoyer(lieux)
        message, _ = protocole.recevoir(demandes)
        if message is None or "erreur" in message:
            raise RuntimeError((message or {}).get("erreur", "la réserve de noyaux s'est arrêtée en démarrant"))
        self.manquantes = message["manquantes"]
        self.contexte = Contexte(
            self.base, self.isolation, tuple(message["liens"]), demandes, self.vie, tuple(lieux), avec_proc
        )
        self._ecouter()

    def _ecouter(self) -> None:
        self.ecoute = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        masque = os.umask(0o177)
        self.ecoute.bind(self.adresse)
        os.umask(masque)
        self.ecoute.listen(64)

    def servir(self) -> None:
        signal.signal(signal.SIGCHLD, lambda *_: None)
        reveil, sonnette = os.pipe()
        for bout in (reveil, sonnette):
            os.set_blocking(bout, False)
        signal.set_wakeup_fd(sonnette, warn_on_full_buffer=False)
        sources: list = [self.ecoute, 0, reveil, *([self.parent] if self.parent >= 0 else [])]
        while True:
            prets, _, _ = select.select(sources, [], [])
            if 0 in prets or self.parent in prets:
                break
            if reveil in prets:
                with suppress(BlockingIOError):
                    os.read(reveil, 4096)
                if self._recueillir():
                    break
            if self.ecoute in prets:
                self._accueillir()
        self._arreter()

    def _recueillir(self) -> bool:
        """Reap; is the reserve gone?"""
        with suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                if pid == self.reserve:
                    return True
        return False

    def _accueillir(self) -> None:
        client, _ = self.ecoute.accept()
        with client:
            if _compte(client) not in (0, os.geteuid()):
                return
            try:
                pid = os.fork()
            except OSError:
                return
            if pid == 0:
                self._superviser(client)

    def _superviser(self, client: socket.socket) -> None:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _quitter_l_entree()
            self.ecoute.close()
            os.close(self.vie_ecrite)
            Superviseur(self.contexte, client).vivre()
            code = 0
        finally:
            os._exit(code)

    def _arreter(self) -> None:
        """Supervisors see our end of the pipe go, and finish; then nothing is left to clean but the folder."""
        self.ecoute.close()
        os.close(self.vie_ecrite)
        signal.alarm(int(_ARRET_S) + 1)
        signal.signal(signal.SIGALRM, lambda *_: self._effacer())
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        self._effacer()

    def _effacer(self) -> None:
        import shutil

        shutil.rmtree(self.base, ignore_errors=True)
        os._exit(0)


def _quitter_l_entree() -> None:
    """Only the gardien holds its own input and output."""
    vide = os.open(os.devnull, os.O_RDWR)
    for numero in (0, 1):
        os.dup2(vide, numero)
    os.close(vide)


def _compte(client: socket.socket) -> int:
    """Account of the process at the other end."""
    lu = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", lu)[1]


def est_abandonnee(base: Path) -> bool:
    """Has the gardien of this folder been killed? A living one holds the lock."""
    try:
        with (base / VERROU).open("r+b") as flux:
            fcntl.flock(flux, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
