"""What one kernel may use."""

from __future__ import annotations

import resource
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MIO = 2**20


@dataclass(frozen=True)
class Limites:
    """Bounds of a kernel and of all that it starts; bytes and seconds."""

    memoire: int = 1024 * MIO
    processus: int = 64
    processeur: int = 900
    fichier: int = 256 * MIO
    copie: int = 256 * MIO
    temporaire: int = 128 * MIO
    duree: int = 3600

    def en_dict(self) -> dict[str, int]:
        """Plain data, to travel."""
        return asdict(self)

    @classmethod
    def lire(cls, donnees: dict[str, Any]) -> Limites:
        """From :meth:`en_dict`."""
        return cls(**{nom: int(donnees[nom]) for nom in cls.__dataclass_fields__ if nom in donnees})


# Address space that is reserved and not used: thread stacks, the C library's arenas.
_RESERVE = 512 * MIO


@dataclass(frozen=True)
class Heritage:
    """Memory that a kernel has from the reserve, before it asks for any; bytes."""

    espace: int
    donnees: int

    @classmethod
    def mesurer(cls) -> Heritage:
        """Of this process, for its children to come."""
        pages = [int(mot) for mot in Path("/proc/self/statm").read_text(encoding="ascii").split()]
        return cls(pages[0] * resource.getpagesize(), pages[5] * resource.getpagesize())


def appliquer(limites: Limites, heritage: Heritage | None) -> None:
    """Set the resource limits of this process and of its children.

    ``heritage``: given where no cgroup bounds the whole, so that each process has the bound for itself.
    """
    fixes = {
        resource.RLIMIT_CPU: limites.processeur,
        resource.RLIMIT_FSIZE: limites.fichier,
        resource.RLIMIT_NOFILE: 1024,
        resource.RLIMIT_NPROC: limites.processus,
        # Not 0: a core pattern that is a pipe ignores 0, and gives up at 1.
        resource.RLIMIT_CORE: 1,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_MEMLOCK: 64 * 1024,
    }
    if heritage is not None:
        fixes[resource.RLIMIT_DATA] = heritage.donnees + limites.memoire
        # What is shared with a child is not counted as data.
        fixes[resource.RLIMIT_AS] = heritage.espace + limites.memoire + _RESERVE
    for ressource, valeur in fixes.items():
        _, plafond = resource.getrlimit(ressource)
        if plafond != resource.RLIM_INFINITY:
            valeur = min(valeur, plafond)
        resource.setrlimit(ressource, (valeur, valeur))
