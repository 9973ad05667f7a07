"""Memory and processes of a person's server, with all its kernels, bounded by the system's control groups."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from rncp_utils.autograde.noyaux.cgroupes import MEMOIRE, PROCESSUS, emplacements

PREFIXE = "rncp-hub-"
# In version 2, a group that gives its controllers to others holds no process itself.
_PRINCIPAL = "principal"


def entrer(nom: str, memoire: int, processus: int, *, delegue: int = -1) -> list[str]:
    """Put this process in a bounded group; give what could be bounded (:data:`MEMOIRE`, :data:`PROCESSUS`).

    With ``delegue``, that account may make groups of its own below, as the kernels of the grading do. Called between
    fork and exec: it raises nothing, a server without bounds being better than none.
    """
    bornes: list[str] = []
    with suppress(OSError):
        for lieu in emplacements():
            dossier = lieu.dossier / f"{PREFIXE}{nom}"
            dossier.mkdir(exist_ok=True)
            for fichier, valeur in _reglages(lieu.version, memoire, processus):
                if (dossier / fichier).exists():
                    with suppress(OSError):
                        (dossier / fichier).write_text(valeur, encoding="ascii")
            ou = dossier / _PRINCIPAL if delegue >= 0 and lieu.version == 2 else dossier
            ou.mkdir(exist_ok=True)
            (ou / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")
            if delegue >= 0:
                _deleguer(dossier, delegue)
            bornes += sorted(lieu.controleurs)
    return bornes


def _reglages(version: int, memoire: int, processus: int) -> list[tuple[str, str]]:
    if version == 1:
        return [("memory.limit_in_bytes", str(memoire)), ("pids.max", str(processus))]
    return [("memory.max", str(memoire)), ("memory.swap.max", "0"), ("pids.max", str(processus))]


def _deleguer(dossier: Path, compte: int) -> None:
    for chemin in (dossier, *(dossier / nom for nom in ("cgroup.procs", "cgroup.subtree_control", "cgroup.threads"))):
        with suppress(OSError):
            os.chown(chemin, compte, -1)


def groupes(nom: str) -> list[Path]:
    """Folders of a person's groups that exist."""
    return [ici for lieu in emplacements() if (ici := lieu.dossier / f"{PREFIXE}{nom}").is_dir()]


def memoire_utilisee(nom: str) -> int | None:
    """Bytes that a person's server and its kernels use; None where the system does not count them."""
    for dossier in groupes(nom):
        for fichier in ("memory.usage_in_bytes", "memory.current"):
            with suppress(OSError, ValueError):
                return int((dossier / fichier).read_text())
    return None


def sortir(nom: str) -> None:
    """Remove the groups of a server that has stopped."""
    for dossier in groupes(nom):
        for ici in (dossier / _PRINCIPAL, dossier):
            with suppress(OSError):
                ici.rmdir()


__all__ = ["MEMOIRE", "PROCESSUS", "entrer", "groupes", "memoire_utilisee", "sortir"]
