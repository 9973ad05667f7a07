"""The process that holds the libraries: it forks kernels for the supervisors and tells them how each one ended."""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from rncp_utils.autograde.noyaux import bibliotheques, protocole, systeme, vue
from rncp_utils.autograde.noyaux.cloison import ORDRE
from rncp_utils.autograde.noyaux.limites import Heritage
from rncp_utils.autograde.noyaux.noyau import devenir_noyau

if TYPE_CHECKING:
    from traitlets.config import Config

# What a kernel has from the reserve. What is its own comes from its supervisor, after the fork.
Travail = tuple["Config", Heritage]
_ARRET_S = 5.0
_JOINDRE_AVANT = ("user", "pid")


def tenir(demandes: socket.socket, vie: int) -> None:
    """Load, say so, then serve until the gardien is gone. Never returns."""
    try:
        os.chdir("/")
        manquantes = bibliotheques.charger()
        protocole.envoyer(demandes, {"liens": vue.chemins_lisibles(), "manquantes": manquantes[:20]})
    except BaseException as erreur:
        with suppress(OSError):
            protocole.envoyer(demandes, {"erreur": str(erreur) or repr(erreur)})
        os._exit(1)
    try:
        from rncp_utils.autograde.noyaux.application import lire_arguments

        _Reserve(demandes, vie, lire_arguments).servir()
    finally:
        os._exit(0)


class _Reserve:
    def __init__(self, demandes: socket.socket, vie: int, lire: Callable[[tuple[str, ...]], Config]) -> None:
        self.demandes, self.vie, self.lire = demandes, vie, lire
        self.heritage = Heritage.mesurer()
        self.enfants: dict[int, socket.socket] = {}
        self.mon_espace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self.reveil, self.sonnette = os.pipe()
        for bout in (self.reveil, self.sonnette):
            os.set_blocking(bout, False)

    def servir(self) -> None:
        signal.set_wakeup_fd(self.sonnette, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            prets, _, _ = select.select([self.demandes, self.vie, self.reveil], [], [])
            if self.vie in prets:
                self._attendre_les_enfants()
                return
            if self.reveil in prets:
                with suppress(BlockingIOError):
                    os.read(self.reveil, 4096)
            self._recueillir()
            if self.demandes in prets and not self._repondre():
                return

    def _repondre(self) -> bool:
        message, descripteurs = protocole.recevoir(self.demandes)
        if message is None:
            return False
        canal = socket.socket(fileno=descripteurs[0])
        espaces = dict(zip(message["espaces"], descripteurs[1:], strict=True))
        try:
            travail = (self.lire(tuple(message["arguments"])), self.heritage)
            if espaces and "user" not in espaces:
                pid = self._forker_dans(espaces, canal, travail)
            else:
                pid = _forker_porteur(espaces, canal, travail)
            self.enfants[pid] = canal
        except (OSError, ValueError) as erreur:
            detail = f"{erreur.filename or 'fork'} : {erreur.strerror}" if isinstance(erreur, OSError) else str(erreur)
            with suppress(OSError):
                protocole.envoyer(canal, {"erreur": detail})
            canal.close()
        finally:
            for descripteur in espaces.values():
                os.close(descripteur)
        return True

    def _forker_dans(self, espaces: dict[str, int], canal: socket.socket, travail: Travail) -> int:
        """The kernel is our child, in the process namespace of its own first process."""
        systeme.rejoindre(espaces["pid"], systeme.CLONE_NEWPID)
        try:
            pid = os.fork()
            if pid == 0:
                _commencer(espaces, canal, travail)  # never returns
        finally:
            systeme.rejoindre(self.mon_espace, systeme.CLONE_NEWPID)
        _annoncer(canal, pid)
        return pid

    def _attendre_les_enfants(self) -> None:
        """Their supervisors end them; a namespace is gone only once its processes are reaped, here."""
        limite = monotonic() + _ARRET_S
        while self.enfants and monotonic() < limite:
            select.select([self.reveil], [], [], 0.1)
            with suppress(BlockingIOError):
                os.read(self.reveil, 4096)
            self._recueillir()

    def _recueillir(self) -> None:
        with suppress(ChildProcessError):
            while True:
                pid, statut = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                canal = self.enfants.pop(pid, None)
                if canal is not None:
                    with suppress(OSError):
                        protocole.envoyer(canal, {"fin": os.waitstatus_to_exitcode(statut)})
                    canal.close()


def _annoncer(canal: socket.socket, pid: int) -> None:
    """Tell the supervisor which process it is: by a descriptor, which no other process can take the place of."""
    poignee = os.pidfd_open(pid)
    with suppress(OSError):
        protocole.envoyer(canal, {"noyau": pid}, [poignee])
    os.close(poignee)


def _commencer(espaces: dict[str, int], canal: socket.socket, travail: Travail) -> None:
    try:
        for nom in ORDRE:
            if nom in espaces and nom not in _JOINDRE_AVANT:
                systeme.rejoindre(espaces[nom])
        message, _ = protocole.recevoir(canal)  # waits to be in its control groups
        if message is None:
            os._exit(1)
    except OSError as erreur:
        with suppress(OSError):
            protocole.envoyer(canal, {"erreur": f"{erreur.filename} : {erreur.strerror}"})
        os._exit(1)
    devenir_noyau(message["ordre"], *travail, canal)


def _forker_porteur(espaces: dict[str, int], canal: socket.socket, travail: Travail) -> int:
    """Between us and the kernel, a process that may enter a user namespace, or that gathers lost children."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _ne_garder_que([canal.fileno(), *espaces.values()])
        code = _porter(espaces, canal, travail)
    except OSError as erreur:
        with suppress(OSError):
            protocole.envoyer(canal, {"erreur": f"{erreur.filename} : {erreur.strerror}"})
    finally:
        os._exit(code)


def _ne_garder_que(descripteurs: list[int]) -> None:
    """Close what the reserve had open for others."""
    suivant = 3
    for descripteur in sorted(descripteurs):
        os.closerange(suivant, descripteur)
        suivant = descripteur + 1
    os.closerange(suivant, os.sysconf("SC_OPEN_MAX"))


def _porter(espaces: dict[str, int], canal: socket.socket, travail: Travail) -> int:
    notre_bout, son_bout = protocole.paire()
    for nom in ORDRE:
        if nom in espaces:
            systeme.rejoindre(espaces[nom])
    systeme.prctl(systeme.PR_SET_CHILD_SUBREAPER, 1)
    pid = os.fork()
    if pid == 0:
        notre_bout.close()
        _commencer({}, son_bout, travail)
    son_bout.close()
    _annoncer(canal, pid)
    code = _relayer(pid, canal, notre_bout)
    _achever_la_descendance()
    with suppress(OSError):
        protocole.envoyer(canal, {"fin": code})
    return 0


def _relayer(pid: int, canal: socket.socket, notre_bout: socket.socket) -> int:
    """Carry messages between the supervisor and the kernel until this one ends, or has to."""
    poignee = os.pidfd_open(pid)
    sources = [canal, notre_bout, poignee]
    while True:
        prets, _, _ = select.select(sources, [], [])
        if canal in prets:
            message, _ = protocole.recevoir(canal)
            if message is None or message.get("tuer"):
                os.kill(pid, signal.SIGKILL)
                sources.remove(canal)
            else:
                with suppress(OSError):
                    protocole.envoyer(notre_bout, message)
        if notre_bout in prets:
            message, _ = protocole.recevoir(notre_bout)
            if message is None:
                sources.remove(notre_bout)
            else:
                protocole.envoyer(canal, message)
        if poignee in prets:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _achever_la_descendance() -> None:
    """Kill what the kernel left: its lost children are ours."""
    moi = os.getpid()
    with suppress(OSError):
        while True:
            enfants = [int(mot) for mot in Path(f"/proc/{moi}/task/{moi}/children").read_text().split()]
            if not enfants:
                return
            for enfant in enfants:
                with suppress(ProcessLookupError):
                    os.kill(enfant, signal.SIGKILL)
                with suppress(ChildProcessError):
                    os.waitpid(enfant, 0)
