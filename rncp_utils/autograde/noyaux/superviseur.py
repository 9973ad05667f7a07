"""One kernel's supervisor: it makes the walls, asks for the kernel, tells its end, and leaves nothing behind."""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic

from rncp_utils.autograde.noyaux import cgroupes, cloison, protocole, vue
from rncp_utils.autograde.noyaux.limites import Limites
from rncp_utils.autograde.noyaux.protocole import Message

REQUISE, AUCUNE = "requise", "aucune"
DEMARRAGE_S = 60.0
# Why a kernel ended, when it was not its own doing.
MEMOIRE, DUREE, ORDONNE = "memoire", "duree", "ordre"


@dataclass(frozen=True)
class Contexte:
    """What the gardien gives to each of its supervisors."""

    base: str
    isolation: str
    liens: tuple[str, ...]
    demandes: socket.socket
    vie: int
    groupes: tuple[cgroupes.Emplacement, ...] = ()
    avec_proc: bool = True


class LancementError(Exception):
    """The kernel could not be started; the message is a French sentence part."""


@dataclass
class Superviseur:
    """The life of one connection."""

    contexte: Contexte
    client: socket.socket
    dossier: Path | None = None
    groupe: cgroupes.Groupe = field(default_factory=cgroupes.Groupe)
    cloison_pid: int = 0
    canal_cloison: socket.socket | None = None
    canal: socket.socket | None = None
    poignee: int = -1
    motif: str = ""
    lignes: protocole.Lignes = field(default_factory=protocole.Lignes)
    en_attente: list[Message] = field(default_factory=list)

    def vivre(self) -> None:
        """Serve the client until it leaves."""
        ceder = False
        try:
            while (message := self._ordre()) is not None:
                if "dossier" in message:
                    self._ouvrir_dossier(message["dossier"])
                elif "lancer" in message:
                    self._lancer_et_suivre(message["lancer"])
                elif "ceder" in message:
                    ceder = True
                    return
        finally:
            self._tuer()
            self.groupe.supprimer()
            if self.dossier is not None and not ceder:
                shutil.rmtree(self.dossier, ignore_errors=True)

    # --- the client

    def _ordre(self) -> Message | None:
        """Next order; ``None`` when the client, or the gardien, is gone."""
        while not self.en_attente:
            prets, _, _ = select.select([self.client, self.contexte.vie], [], [])
            if self.contexte.vie in prets or not self._lire_client():
                return None
        return self.en_attente.pop(0)

    def _lire_client(self) -> bool:
        try:
            octets = self.client.recv(65536)
            self.en_attente += self.lignes.ajouter(octets)
        except (OSError, ValueError):
            return False
        return bool(octets)

    def _dire(self, message: Message) -> None:
        with suppress(OSError):
            self.client.sendall(protocole.ligne(message))

    def _ouvrir_dossier(self, ancien: str | None) -> None:
        """A folder for this kernel alone; on a restart, the one that its clients know."""
        base = Path(self.contexte.base)
        if ancien and Path(ancien).parent == base and Path(ancien).is_dir():
            self.dossier = Path(ancien)
            for nom in ("s", "r", "c", "t"):
                shutil.rmtree(self.dossier / nom, ignore_errors=True)
        else:
            self.dossier = Path(mkdtemp(dir=base, prefix="n"))
        for nom in ("s", "r", "c", "t"):
            (self.dossier / nom).mkdir(mode=0o700)
        self._dire({"dossier": str(self.dossier)})

    # --- the kernel

    def _lancer_et_suivre(self, demande: Message) -> None:
        try:
            self._lancer(demande)
        except (LancementError, OSError) as erreur:
            detail = f"{erreur.filename or 'appel système'} : {erreur.strerror}" if isinstance(erreur, OSError) else ""
            self._tuer()
            self._dire({"erreur": detail or str(erreur), "motif": self._motif()})
            return
        limites = Limites.lire(demande["limites"])
        self._suivre(monotonic() + limites.duree)

    def _lancer(self, demande: Message) -> None:
        assert self.dossier is not None
        limites = Limites.lire(demande["limites"])
        isole = REQUISE in (self.contexte.isolation, demande.get("isolation", REQUISE))
        proprietaire, espaces = -1, {}
        if isole:
            proprietaire, espaces = self._batir(demande.get("copie") or "", limites)
        elif demande.get("copie"):
            try:
                vue.copier_dossier(demande["copie"], str(self.dossier / "c"), limites.copie, -1)
            except vue.CopieTropGrosseError as erreur:
                raise LancementError(
                    f"le dossier de la copie dépasse {limites.copie // 2**20} Mio (fichier « {erreur} »)"
                ) from erreur
        ici = {
            "dossier": vue.COPIE if isole else str(self.dossier / "c"),
            "temporaire": vue.TEMPORAIRE if isole else str(self.dossier / "t"),
            "noyau": vue.NOYAU if isole else str(self.dossier / "s"),
        }
        ordre = ici | {
            "connexion": demande["connexion"],
            "env": demande["env"],
            "limites": limites.en_dict(),
            "isole": isole,
            "proprietaire": proprietaire,
            "memoire_par_processus": isole and cgroupes.MEMOIRE not in self.groupe.controleurs,
        }
        self.canal, son_bout = protocole.paire()
        with son_bout:
            noms = sorted(espaces)
            descripteurs = [son_bout.fileno(), *(espaces[nom] for nom in noms)]
            demande_de_fork = {"espaces": noms, "arguments": demande["arguments"]}
            protocole.envoyer(self.contexte.demandes, demande_de_fork, descripteurs)
        for descripteur in espaces.values():
            os.close(descripteur)
        self._accompagner(ordre)

    def _batir(self, copie: str, limites: Limites) -> tuple[int, dict[str, int]]:
        """The walls: control groups, namespaces, view. Gives the account of the kernel and its namespaces."""
        assert self.dossier is not None
        if copie and vue.est_visible(copie, self.contexte.liens):
            raise LancementError(f"le dossier « {copie} » est dans ce que tous les noyaux lisent (système ou Python)")
        privilegie = cloison.est_privilegie()
        proprietaire = cloison.numero_libre() if privilegie else -1
        if privilegie:
            os.chown(self.dossier / "s", proprietaire, proprietaire)
        self.groupe = cgroupes.creer(self.contexte.groupes, str(os.getpid()), limites)
        plan = cloison.Plan(
            str(self.dossier),
            self.contexte.liens,
            copie,
            limites,
            privilegie,
            proprietaire,
            self.contexte.avec_proc,
        )
        self.canal_cloison, son_bout = protocole.paire()
        cloison.separer_processus(privilegie)
        self.cloison_pid = cloison.ouvrir(plan, son_bout, fermer=self._descripteurs())
        son_bout.close()
        self.groupe.accueillir(self.cloison_pid)
        protocole.envoyer(self.canal_cloison, {"allez": True})
        message, descripteurs = self._attendre(self.canal_cloison)
        if "vue" not in message:
            raise LancementError(message.get("erreur", "le cloisonnement n'a pas pu être construit"))
        return proprietaire, dict(zip(message["vue"], descripteurs, strict=True))

    def _descripteurs(self) -> list[int]:
        """What the first process of the namespaces must not keep open."""
        assert self.canal_cloison is not None
        return [self.client.fileno(), self.contexte.vie, self.contexte.demandes.fileno(), self.canal_cloison.fileno()]

    def _accompagner(self, ordre: Message) -> None:
        """From the fork to the kernel that listens."""
        assert self.canal is not None
        message, descripteurs = self._attendre(self.canal)
        if "noyau" not in message:
            raise LancementError(message.get("erreur", "le noyau n'a pas pu démarrer"))
        self.poignee = descripteurs[0]
        self.groupe.accueillir(message["noyau"])
        # To the kernel itself: the reserve, whose memory all the later kernels copy, never sees it.
        protocole.envoyer(self.canal, {"ordre": ordre})
        message, _ = self._attendre(self.canal)
        if "pret" not in message:
            raise LancementError(message.get("erreur", "le noyau s'est arrêté en démarrant"))
        if ordre["isole"]:
            assert self.canal_cloison is not None
            protocole.envoyer(self.canal_cloison, {"figer": True})
            message, _ = self._attendre(self.canal_cloison)
            if "fige" not in message:
                detail = message.get("erreur", "le cloisonnement s'est arrêté")
                raise LancementError(f"le dossier du noyau n'a pas pu être protégé ({detail})")
        protocole.envoyer(self.canal, {"allez": True})
        self._dire({"pret": True})

    def _attendre(self, canal: socket.socket) -> tuple[Message, list[int]]:
        """Next packet of our own processes, unless somebody leaves first."""
        limite = monotonic() + DEMARRAGE_S
        while True:
            prets, _, _ = select.select([canal, self.client, self.contexte.vie], [], [], max(0, limite - monotonic()))
            if canal in prets:
                message, descripteurs = protocole.recevoir(canal)
                return message or {}, descripteurs
            if not prets or self.contexte.vie in prets:
                raise LancementError("le noyau n'a pas répondu à temps")
            if not self._lire_client():
                raise LancementError("le demandeur est parti")

    def _suivre(self, limite: float) -> None:
        """Obey the client until the kernel ends, and say how."""
        assert self.canal is not None
        code = None
        while code is None:
            while self.en_attente:
                self._obeir(self.en_attente.pop(0))
            sources = [self.canal, self.client, self.contexte.vie]
            prets, _, _ = select.select(sources, [], [], max(0, limite - monotonic()))
            if self.canal in prets:
                message, _ = protocole.recevoir(self.canal)
                code = -signal.SIGKILL if message is None else message.get("fin")
                continue
            if not prets:
                limite = monotonic() + DEMARRAGE_S
                self._arreter(DUREE)
            if self.contexte.vie in prets or (self.client in prets and not self._lire_client()):
                return
        if self.cloison_pid:
            self._tuer()
        else:
            self.canal.close()
            self.canal = None
        self._dire({"fin": code, "motif": self._motif()})

    def _obeir(self, message: Message) -> None:
        if "tuer" in message:
            self._arreter(ORDONNE)
        elif "signal" in message and message["signal"] in (signal.SIGINT, signal.SIGTERM):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.poignee, message["signal"])

    def _arreter(self, motif: str) -> None:
        self.motif = self.motif or motif
        if self.cloison_pid:
            os.kill(self.cloison_pid, signal.SIGKILL)
        elif self.canal is not None:
            with suppress(OSError):
                protocole.envoyer(self.canal, {"tuer": True})

    def _motif(self) -> str:
        return self.motif or (MEMOIRE if self.groupe.tues_par_memoire() else "")

    def _tuer(self) -> None:
        """Nothing of the kernel is left alive after this."""
        if self.cloison_pid:
            with suppress(ProcessLookupError):
                os.kill(self.cloison_pid, signal.SIGKILL)
            os.waitpid(self.cloison_pid, 0)
            self.cloison_pid = 0
        elif self.canal is not None:
            self._attendre_le_porteur(self.canal)
        for canal in (self.canal, self.canal_cloison):
            if canal is not None:
                canal.close()
        self.canal = self.canal_cloison = None

    def _attendre_le_porteur(self, canal: socket.socket) -> None:
        """Without namespaces, the kernel's carrier kills one process after the other."""
        with suppress(OSError):
            protocole.envoyer(canal, {"tuer": True})
        limite = monotonic() + 5.0
        while (reste := limite - monotonic()) > 0 and select.select([canal], [], [], reste)[0]:
            message, _ = protocole.recevoir(canal)
            if message is None or "fin" in message:
                return
