"""In the forked process: give up every right, then become an IPython kernel."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rncp_utils.autograde.noyaux import limites as bornes
from rncp_utils.autograde.noyaux import protocole, seccomp, systeme
from rncp_utils.autograde.noyaux.environnement import environnement_de_base
from rncp_utils.autograde.noyaux.limites import Heritage, Limites

if TYPE_CHECKING:  # the examination of a machine calls this module, and needs no kernel
    from traitlets.config import Config


@dataclass(frozen=True)
class Ordre:
    """What a kernel is started with."""

    connexion: dict[str, Any]
    env: dict[str, str]
    limites: Limites
    isole: bool
    # Account to become; -1 to keep one's own.
    proprietaire: int
    memoire_par_processus: bool
    dossier: str
    temporaire: str
    noyau: str

    @classmethod
    def lire(cls, donnees: dict[str, Any]) -> Ordre:
        return cls(**donnees | {"limites": Limites.lire(donnees["limites"])})


def devenir_noyau(donnees: dict[str, Any], config: Config, heritage: Heritage, canal: socket.socket) -> None:
    """Never returns. ``config``: what the arguments say."""
    code = 1
    try:
        ordre = Ordre.lire(donnees)
        os.setsid()
        canal = _fermer_le_reste(canal)
        _environnement(ordre)
        os.chdir(ordre.dossier)
        bornes.appliquer(ordre.limites, heritage if ordre.memoire_par_processus else None)
        if ordre.isole:
            renoncer(ordre.proprietaire)
        _reinitialiser()
        code = _executer(ordre, config, canal)
    except SystemExit as sortie:
        code = sortie.code if isinstance(sortie.code, int) else 1
    except BaseException as erreur:
        _dire(canal, repr(erreur))
    finally:
        os._exit(code)


def _dire(canal: socket.socket, texte: str) -> None:
    try:
        protocole.envoyer(canal, {"erreur": texte})
    except OSError:
        os._exit(1)


def _fermer_le_reste(canal: socket.socket) -> socket.socket:
    """Keep nothing that the reserve had open but the channel, which closes before any learner's code."""
    vide = os.open(os.devnull, os.O_RDWR)
    for numero in (0, 1, 2):
        os.dup2(vide, numero)
    garde = os.dup2(canal.detach(), 3) if canal.fileno() != 3 else canal.detach()
    os.set_inheritable(garde, False)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))
    return socket.socket(fileno=garde)


def _environnement(ordre: Ordre) -> None:
    env = environnement_de_base(ordre.temporaire) | ordre.env
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["noyau"]


def renoncer(proprietaire: int) -> None:
    """From here on, this process has the rights of nobody, and cannot get any back."""
    systeme.renoncer_a_acquerir()
    if proprietaire >= 0:
        os.setgroups([])
        os.setresgid(proprietaire, proprietaire, proprietaire)
        os.setresuid(proprietaire, proprietaire, proprietaire)
    systeme.annuler_capacites()
    systeme.prctl(systeme.PR_SET_NO_NEW_PRIVS, 1)
    # Changing account made /proc/self unreadable to oneself.
    systeme.prctl(systeme.PR_SET_DUMPABLE, 1)
    seccomp.appliquer()


def _reinitialiser() -> None:
    """What kernels must not share: chance, and the reserve's way with signals."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    # Asked for in the reserve, it was the reserve's.
    tempfile.tempdir = None
    random.seed()
    if "numpy" in sys.modules:
        import numpy as np

        np.random.seed()


def _executer(ordre: Ordre, config: Config, canal: socket.socket) -> int:
    from rncp_utils.autograde.noyaux.application import Application

    fichier = f"{ordre.temporaire}/.connexion.json"
    descripteur = os.open(fichier, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descripteur, "w", encoding="utf-8") as flux:
        json.dump(ordre.connexion | {"ip": f"{ordre.noyau}/k"}, flux)
    app = Application.instance()
    app.achever(fichier, config)
    protocole.envoyer(canal, {"pret": True})
    # The folder of the sockets is made read-only before the first message is answered.
    protocole.recevoir(canal)
    canal.close()
    app.start()
    app.close()
    return 0
