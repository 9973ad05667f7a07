"""First process of a kernel's namespaces: it builds the view, then only waits; its end kills all that is inside."""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rncp_utils.autograde.noyaux import protocole, systeme, vue
from rncp_utils.autograde.noyaux.limites import Limites

_ESPACES = (
    systeme.CLONE_NEWNS | systeme.CLONE_NEWNET | systeme.CLONE_NEWIPC | systeme.CLONE_NEWUTS | systeme.CLONE_NEWCGROUP
)
# Order of joining: the user namespace first, it gives the right to the others.
ORDRE = ("user", "pid", "mnt", "net", "ipc", "uts", "cgroup")
# Above what distributions give to accounts and to containers.
_PREMIER_NUMERO, _PREMIER_NUMERO_REDUIT, _NUMEROS_REDUITS = 0x70000000, 60_100, 5_000
NUMERO_INTERIEUR = 1000


@dataclass(frozen=True)
class Plan:
    """What a view is made of."""

    dossier: str
    liens: tuple[str, ...]
    copie: str
    limites: Limites
    privilegie: bool
    proprietaire: int
    avec_proc: bool = True

    @property
    def prises(self) -> str:
        """Folder of the kernel's sockets, outside."""
        return f"{self.dossier}/s"


def est_privilegie() -> bool:
    """May this process make namespaces and give files away by itself?"""
    besoin = (1 << systeme.CAP_SYS_ADMIN) | (1 << systeme.CAP_SETUID)
    return os.geteuid() == 0 and systeme.capacites() & besoin == besoin


def numero_libre() -> int:
    """An account number that nobody has: this process's own number, moved away."""
    numero = _PREMIER_NUMERO + os.getpid()
    lignes = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    plages = [tuple(map(int, ligne.split())) for ligne in lignes]
    if any(debut <= numero < debut + longueur for debut, _, longueur in plages):
        return numero
    return _PREMIER_NUMERO_REDUIT + os.getpid() % _NUMEROS_REDUITS


def separer_processus(privilegie: bool) -> None:
    """The next child is the first process of new namespaces."""
    if privilegie:
        systeme.separer(systeme.CLONE_NEWPID)
        return
    uid, gid = os.geteuid(), os.getegid()
    systeme.separer(systeme.CLONE_NEWUSER | systeme.CLONE_NEWPID)
    for nom, texte in {
        "setgroups": "deny",
        "uid_map": f"{NUMERO_INTERIEUR} {uid} 1",
        "gid_map": f"{NUMERO_INTERIEUR} {gid} 1",
    }.items():
        Path("/proc/self", nom).write_text(texte, encoding="ascii")


def ouvrir(plan: Plan, canal: socket.socket, fermer: Iterable[int] = ()) -> int:
    """Fork the first process; it reports on the other end of ``canal`` with descriptors of its namespaces."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for descripteur in fermer:
            os.close(descripteur)
        if protocole.recevoir(canal)[0] is None:  # waits to be in its control groups
            os._exit(1)
        _mesurer_memoire()
        espaces = _batir(plan)
        protocole.envoyer(canal, {"vue": sorted(espaces)}, [espaces[nom] for nom in sorted(espaces)])
        for descripteur in espaces.values():
            os.close(descripteur)
        _veiller(canal)
        code = 0
    except vue.CopieTropGrosseError as erreur:
        _dire(canal, f"le dossier de la copie dépasse {plan.limites.copie // 2**20} Mio (fichier « {erreur} »)")
    except OSError as erreur:
        _dire(canal, f"{erreur.filename or 'appel système'} : {erreur.strerror}")
    except BaseException as erreur:
        _dire(canal, repr(erreur))
    os._exit(code)


def _mesurer_memoire() -> None:
    """Whatever fills the memory, the system is to end a learner's kernel first."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _batir(plan: Plan) -> dict[str, int]:
    os.umask(0o022)
    systeme.separer(_ESPACES)
    noms = ORDRE if not plan.privilegie else ORDRE[1:]
    espaces = {nom: os.open(f"/proc/self/ns/{nom}", os.O_RDONLY | os.O_CLOEXEC) for nom in noms}
    systeme.activer_boucle_locale()
    socket.sethostname("copie")
    racine = f"{plan.dossier}/r"
    vue.construire(
        racine, plan.liens, plan.prises, plan.copie, plan.limites, plan.proprietaire, avec_proc=plan.avec_proc
    )
    return espaces


def _dire(canal: socket.socket, texte: str) -> None:
    with suppress(OSError):
        protocole.envoyer(canal, {"erreur": texte})


def _veiller(canal: socket.socket) -> None:
    """Reap orphans until the supervisor is gone."""
    reveil, sonnette = os.pipe()
    os.set_blocking(sonnette, False)
    os.set_blocking(reveil, False)
    signal.set_wakeup_fd(sonnette, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        prets, _, _ = select.select([canal, reveil], [], [])
        if reveil in prets:
            with suppress(BlockingIOError):
                os.read(reveil, 4096)
        if canal in prets:
            message, _ = protocole.recevoir(canal)
            if message is None:
                return
            if message.get("figer"):
                vue.figer_les_prises()
                protocole.envoyer(canal, {"fige": True})
