"""Jupyter's provisioner of our kernels (entry point ``jupyter_client.kernel_provisioners``: ``rncp-isole``)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Enum, Integer

from rncp_utils.autograde.noyaux import zygote
from rncp_utils.autograde.noyaux.environnement import transmises
from rncp_utils.autograde.noyaux.isolation import QUE_FAIRE, ErreurIsolation
from rncp_utils.autograde.noyaux.limites import Limites
from rncp_utils.autograde.noyaux.protocole import Lignes, Message, ligne
from rncp_utils.autograde.noyaux.superviseur import AUCUNE, DEMARRAGE_S, DUREE, MEMOIRE, ORDONNE, REQUISE
from rncp_utils.erreurs import ErreurRncp

_DEFAUT = Limites()
_FIN_S = 5.0
_MOTIFS = {
    MEMOIRE: "la mémoire autorisée ({} Mio) a été dépassée",
    DUREE: "la durée autorisée ({} s) a été dépassée",
    ORDONNE: "",
}


class FournisseurIsole(LocalProvisioner):
    """Starts kernels from a zygote, each one behind its own walls."""

    isolation = Enum([REQUISE, AUCUNE], REQUISE, help="Walls or none; ``RNCP_ISOLATION`` wins.").tag(config=True)
    memoire = Integer(_DEFAUT.memoire, help="Bytes of memory of a kernel and of all that it starts.").tag(config=True)
    processus = Integer(_DEFAUT.processus, help="Processes and threads of a kernel.").tag(config=True)
    processeur = Integer(_DEFAUT.processeur, help="Seconds of processor time.").tag(config=True)
    fichier = Integer(_DEFAUT.fichier, help="Bytes of one file.").tag(config=True)
    copie = Integer(_DEFAUT.copie, help="Bytes of the kernel's copy of its folder.").tag(config=True)
    temporaire = Integer(_DEFAUT.temporaire, help="Bytes of its temporary files.").tag(config=True)
    duree = Integer(_DEFAUT.duree, help="Seconds, whatever it does.").tag(config=True)

    prise: socket.socket | None = None
    code: int | None = None
    attendu = False
    # Why the kernel ended, when it was not its own doing: « memoire », « duree » or « ordre ».
    motif = ""
    dossier = ""

    # --- life of a kernel

    @property
    def has_process(self) -> bool:
        """Is there a kernel, or the end of one to hear of?"""
        return self.prise is not None and not self.attendu

    @property
    def isolation_voulue(self) -> str:
        """What the environment asks for, else the configuration."""
        voulue = os.environ.get("RNCP_ISOLATION") or self.isolation
        return AUCUNE if voulue == AUCUNE else REQUISE

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Get a folder of its own for the kernel, and put the connection there."""
        ancien, precedente = self.dossier, self.prise
        await self._connecter(ancien)
        if precedente is not None:  # a restart: its supervisor leaves the folder to the new one
            await _ecrire(precedente, {"ceder": True})
            precedente.close()
        manager = self.parent
        manager.transport = "ipc"
        manager.cache_ports = False
        manager.connection_file = f"{self.dossier}/noyau.json"
        manager.ip = f"{self.dossier}/s/k"
        arguments = list(kwargs.get("extra_arguments") or [])
        kwargs = await super().pre_launch(**kwargs)
        return kwargs | {"arguments": arguments}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Ask for the kernel and wait until it listens."""
        assert self.prise is not None
        connexion = dict(self.connection_info)
        if isinstance(connexion.get("key"), bytes):
            connexion["key"] = connexion["key"].decode()
        cwd = kwargs.get("cwd")
        demande = {
            "connexion": connexion,
            "arguments": [str(argument) for argument in kwargs.get("arguments", [])],
            "env": transmises(kwargs.get("env") or os.environ),
            "copie": str(Path(cwd).absolute()) if cwd else "",
            "limites": self.limites.en_dict(),
            "isolation": self.isolation_voulue,
        }
        await _ecrire(self.prise, {"lancer": demande})
        message = await self._message(DEMARRAGE_S + _FIN_S)
        if "pret" not in message:
            detail = message.get("erreur", "le superviseur du noyau s'est arrêté")
            self._fermer()
            raise self._erreur(detail, message.get("motif", ""))
        self.cwd = cwd
        return self.connection_info

    @property
    def limites(self) -> Limites:
        """The bounds, as plain data."""
        return Limites(**{nom: getattr(self, nom) for nom in Limites.__dataclass_fields__})

    @property
    def fin(self) -> str:
        """Why the kernel was ended, as a French sentence part; empty when it ended by itself."""
        borne = {MEMOIRE: self.memoire // 2**20, DUREE: self.duree}.get(self.motif, "")
        return _MOTIFS.get(self.motif, "").format(borne)

    def _erreur(self, detail: str, motif: str) -> ErreurRncp:
        self.motif = motif or self.motif
        if self.fin:
            detail = self.fin
        if self.isolation_voulue == REQUISE:
            return ErreurIsolation(f"Le noyau isolé n'a pas pu démarrer : {detail}. {QUE_FAIRE}")
        return ErreurRncp(f"Le noyau n'a pas pu démarrer : {detail}.")

    async def poll(self) -> int | None:
        """``None`` while it lives."""
        if self.prise is None:
            return 0 if self.code is None else self.code
        if self.code is None:
            self._entendre(self.prise)
        return self.code

    async def wait(self) -> int | None:
        """Wait for the end. The connection stays, and with it the folder, until :meth:`cleanup`."""
        while self.prise is not None and self.code is None:
            if not await self._ecouter():
                break
        self.attendu = True
        return self.code

    async def send_signal(self, signum: int) -> None:
        """Interrupt goes to the kernel; anything that ends it ends all that it started."""
        if self.prise is None or self.code is not None:
            return
        if signum == signal.SIGKILL:
            await self.kill()
        elif signum:
            await _ecrire(self.prise, {"signal": signum})

    async def kill(self, restart: bool = False) -> None:
        """End it, and wait until it has: jupyter_client looks only ten times a second."""
        if self.prise is None or self.code is not None:
            return
        await _ecrire(self.prise, {"tuer": True})
        with suppress(asyncio.TimeoutError):
            async with asyncio.timeout(_FIN_S):
                while self.code is None and await self._ecouter():
                    pass

    async def terminate(self, restart: bool = False) -> None:
        """A kernel that was asked to stop and did not has nothing more to do."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Its supervisor cleans when we leave; on a restart the folder stays, its clients know it."""
        if not restart:
            self._fermer()
            self.dossier = ""

    # --- conversation with the supervisor

    async def _connecter(self, ancien: str) -> None:
        adresse = zygote.adresse(self.isolation_voulue)
        prise = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            prise.connect(str(adresse))
        except OSError as erreur:
            prise.close()
            raise ErreurRncp(
                f"Le processus qui fournit les noyaux ne répond pas à « {adresse} » ({erreur.strerror}) : "
                "relancez la correction."
            ) from erreur
        prise.setblocking(False)
        self.prise, self.code, self.motif, self.attendu = prise, None, "", False
        self._lignes, self._recus = Lignes(), []
        await _ecrire(prise, {"dossier": ancien or None})
        message = await self._message(DEMARRAGE_S)
        if "dossier" not in message:
            self._fermer()
            raise self._erreur(message.get("erreur", "le superviseur du noyau s'est arrêté"), "")
        self.dossier = message["dossier"]

    async def _message(self, delai: float) -> Message:
        with suppress(asyncio.TimeoutError):
            async with asyncio.timeout(delai):
                while not self._recus and await self._ecouter():
                    pass
        return self._recus.pop(0) if self._recus else {}

    async def _ecouter(self) -> bool:
        """Wait for something to come; ``False`` at the end."""
        assert self.prise is not None
        try:
            octets = await asyncio.get_running_loop().sock_recv(self.prise, 65536)
        except OSError:
            octets = b""
        return self._ranger(octets)

    def _entendre(self, prise: socket.socket) -> None:
        """Take what has come, without waiting."""
        with suppress(BlockingIOError):
            while True:
                try:
                    octets = prise.recv(65536)
                except ConnectionError:
                    octets = b""
                if not self._ranger(octets):
                    return

    def _ranger(self, octets: bytes) -> bool:
        if not octets:
            if self.code is None:
                self.code = -signal.SIGKILL
            return False
        for message in self._lignes.ajouter(octets):
            if "fin" in message:
                self.code, self.motif = message["fin"], message.get("motif", "")
            else:
                self._recus.append(message)
        return True

    def _fermer(self) -> None:
        if self.prise is not None:
            self.prise.close()
            self.prise = None


async def _ecrire(prise: socket.socket, message: Message) -> None:
    with suppress(OSError):
        await asyncio.get_running_loop().sock_sendall(prise, ligne(message))
