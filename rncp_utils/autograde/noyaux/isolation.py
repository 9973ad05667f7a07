"""What this machine offers to wall a kernel in, found out by trying.

``python -m rncp_utils.autograde.noyaux.isolation`` prints it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rncp_utils.autograde.noyaux import cgroupes, cloison, noyau, protocole, seccomp, systeme, vue
from rncp_utils.autograde.noyaux.limites import Limites
from rncp_utils.erreurs import ErreurRncp

MODULE = "rncp_utils.autograde.noyaux.isolation"
QUE_FAIRE = (
    "Activez ce qui manque (docs/isolation.md), ou corrigez sans isolation, à vos risques, avec « --isolation aucune »."
)
_LANDLOCK_CREATE_RULESET, _LANDLOCK_VERSION = 444, 1
_ESSAI_S = 20.0


class ErreurIsolation(ErreurRncp):
    """Kernels cannot be walled in on this machine."""


@dataclass(frozen=True)
class Examen:
    """What was found; each ``False`` has its sentence in :attr:`manques` or :attr:`reserves`."""

    administrateur: bool
    espaces_utilisateur: bool
    montage: bool
    processus: bool
    reseau: bool
    proc: bool
    sans_nouveaux_droits: bool
    seccomp: bool
    landlock: int
    cgroup_memoire: int
    cgroup_processus: int
    complet: bool
    # What forbids isolation, then what only weakens it.
    manques: tuple[str, ...] = ()
    reserves: tuple[str, ...] = ()

    @property
    def possible(self) -> bool:
        """Can a kernel be walled in?"""
        return self.complet and not self.manques


def examiner() -> Examen:
    """Try, in a process apart: this one may have threads, and must not lose its rights."""
    fini = subprocess.run(
        [sys.executable, "-I", "-m", MODULE, "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd="/",
    )
    try:
        lu = json.loads(fini.stdout)
    except ValueError as erreur:
        raise ErreurIsolation(
            f"L'examen de cette machine n'a pas abouti ({fini.stderr.strip()[-200:]}) : l'isolation n'est pas assurée. "
            f"{QUE_FAIRE}"
        ) from erreur
    return Examen(**lu | {"manques": tuple(lu["manques"]), "reserves": tuple(lu["reserves"])})


def exiger() -> Examen:
    """The same, or :class:`ErreurIsolation` that says what is missing and what to do."""
    return _exiger(examiner())


def exiger_ici() -> Examen:
    """:func:`exiger` for a process that has one thread and nothing to lose."""
    return _exiger(examiner_ici())


def _exiger(examen: Examen) -> Examen:
    if not examen.possible:
        raise ErreurIsolation("Isolation impossible sur cette machine : " + " ".join(examen.manques) + f" {QUE_FAIRE}")
    return examen


def examiner_ici() -> Examen:
    """Try here, each thing in a child of its own."""
    administrateur = cloison.est_privilegie()
    prealable = (lambda: None) if administrateur else (lambda: cloison.separer_processus(False))
    constats = {
        "administrateur": administrateur,
        "espaces_utilisateur": _reussit(lambda: systeme.separer(systeme.CLONE_NEWUSER)),
        "montage": _reussit(prealable, lambda: systeme.separer(systeme.CLONE_NEWNS), _monter_un_tmpfs),
        "processus": _reussit(lambda: cloison.separer_processus(administrateur)),
        "reseau": _reussit(prealable, lambda: systeme.separer(systeme.CLONE_NEWNET), systeme.activer_boucle_locale),
        "sans_nouveaux_droits": _reussit(_sans_nouveaux_droits),
        "seccomp": seccomp.connait(systeme.architecture()) and _reussit(_sans_nouveaux_droits, seccomp.appliquer),
        "landlock": _landlock(),
    }
    lieux = cgroupes.emplacements()
    for nom, controleur in {"cgroup_memoire": cgroupes.MEMOIRE, "cgroup_processus": cgroupes.PROCESSUS}.items():
        constats[nom] = max((lieu.version for lieu in lieux if controleur in lieu.controleurs), default=0)
    constats["proc"], constats["complet"], echec = _essai_complet(administrateur)
    return Examen(**constats, manques=tuple(_manques(constats, echec)), reserves=tuple(_reserves(constats)))


def _reussit(*gestes: Callable[[], object]) -> bool:
    """Do these, one after the other, in a child that is thrown away."""
    pid = os.fork()
    if pid == 0:
        code = 1
        with suppress(BaseException):
            for geste in gestes:
                geste()
            code = 0
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _monter_un_tmpfs() -> None:
    systeme.monter("none", "/", None, systeme.MS_REC | systeme.MS_PRIVATE)
    systeme.monter("tmpfs", "/tmp", "tmpfs")
    systeme.durcir_montage("/tmp", systeme.ATTR_RDONLY, recursif=True)


def _sans_nouveaux_droits() -> None:
    systeme.prctl(systeme.PR_SET_NO_NEW_PRIVS, 1)


def _landlock() -> int:
    try:
        return systeme.appel_brut(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_VERSION)
    except OSError:
        return 0


def _essai_complet(administrateur: bool) -> tuple[bool, bool, str]:
    """Build the walls themselves, with ``/proc`` if it may be; is it there, do they stand, else why not."""
    echec = ""
    for avec_proc in (True, False):
        echec = _essayer(administrateur, avec_proc)
        if not echec:
            return avec_proc, True, ""
    return False, False, echec


def _essayer(administrateur: bool, avec_proc: bool) -> str:
    with TemporaryDirectory(prefix="rncp-examen-") as dossier:
        for nom in ("s", "r"):
            Path(dossier, nom).mkdir()
        bout, autre_bout = protocole.paire()
        pid = os.fork()
        if pid == 0:
            bout.close()
            _essayer_et_sortir(dossier, administrateur, avec_proc, autre_bout)
        autre_bout.close()
        bout.settimeout(_ESSAI_S)
        try:
            message, descripteurs = protocole.recevoir(bout)
        except TimeoutError:
            message, descripteurs = {"erreur": "pas de réponse"}, []
        for descripteur in descripteurs:
            os.close(descripteur)
        bout.close()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return "" if message and "essai" in message else (message or {}).get("erreur", "arrêt inattendu")


def _essayer_et_sortir(dossier: str, administrateur: bool, avec_proc: bool, canal: socket.socket) -> None:
    """What a supervisor does, then what a kernel does, without a kernel."""
    erreur = "arrêt inattendu"
    try:
        cloison.separer_processus(administrateur)
        liens = tuple(vue.chemins_lisibles())
        proprietaire = cloison.numero_libre() if administrateur else -1
        plan = cloison.Plan(dossier, liens, "", Limites(), administrateur, proprietaire, avec_proc)
        notre_bout, son_bout = protocole.paire()
        cloison.ouvrir(plan, son_bout, fermer=[notre_bout.fileno()])
        son_bout.close()
        protocole.envoyer(notre_bout, {"allez": True})
        message, _ = protocole.recevoir(notre_bout)
        erreur = (message or {}).get("erreur", "")
        if not erreur and not _reussit(lambda: noyau.renoncer(proprietaire)):
            erreur = "les droits n'ont pas pu être abandonnés"
    except OSError as refus:
        erreur = f"{refus.filename or 'appel système'} : {refus.strerror}"
    protocole.envoyer(canal, {"erreur": erreur} if erreur else {"essai": True})
    os._exit(0)


def _manques(constats: dict, echec: str) -> list[str]:
    phrases = []
    if not constats["administrateur"] and not constats["espaces_utilisateur"]:
        phrases.append(
            "Les espaces de noms d'utilisateur (user namespaces) sont interdits à ce compte "
            "(sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, "
            "kernel.apparmor_restrict_unprivileged_userns, ou conteneur qui les refuse)."
        )
    else:
        noms = {
            "montage": "de montage (mount, avec mount_setattr : Linux 5.12 ou plus récent)",
            "processus": "de processus (pid)",
            "reseau": "de réseau (net)",
        }
        phrases += [f"L'espace de noms {texte} est refusé." for nom, texte in noms.items() if not constats[nom]]
    if not constats["sans_nouveaux_droits"]:
        phrases.append("no_new_privs est refusé.")
    if not constats["seccomp"]:
        phrases.append(f"Le filtre d'appels système (seccomp) manque pour {systeme.architecture()}.")
    if not constats["complet"] and not phrases:
        phrases.append(f"Le cloisonnement d'essai a échoué ({echec}).")
    return phrases


def _reserves(constats: dict) -> list[str]:
    phrases = []
    if not constats["cgroup_memoire"]:
        phrases.append(
            "Pas de groupe de contrôle (cgroup) pour la mémoire : elle est bornée pour chaque processus d'un noyau, "
            "pas pour leur ensemble."
        )
    if not constats["cgroup_processus"]:
        phrases.append(
            "Pas de groupe de contrôle (cgroup) pour les processus : leur nombre est borné par compte (RLIMIT_NPROC)."
        )
    if constats["complet"] and not constats["proc"]:
        phrases.append("/proc ne peut pas être monté : les noyaux n'en ont pas.")
    if not constats["landlock"]:
        phrases.append("Landlock manque au système ; l'isolation n'en dépend pas.")
    return phrases


def main(arguments: list[str]) -> int:
    """Print what was found; exit code 1 when isolation is not possible."""
    examen = examiner_ici()
    if "--json" in arguments:
        print(json.dumps(asdict(examen)))
        return 0
    for nom, valeur in asdict(examen).items():
        if nom not in ("manques", "reserves"):
            dit = {True: "oui", False: "non"}.get(valeur, valeur) if isinstance(valeur, bool) else valeur
            print(f"{nom.replace('_', ' '):<24} {dit}")
    for phrase in (*examen.manques, *examen.reserves):
        print(f"- {phrase}")
    return 0 if examen.possible else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
