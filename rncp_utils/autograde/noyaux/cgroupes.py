"""Memory and processes of one kernel, bounded together by the system's control groups, v1 or v2, where we may."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rncp_utils.autograde.noyaux.limites import Limites

PREFIXE = "rncp-noyau-"
MEMOIRE, PROCESSUS = "memory", "pids"


@dataclass(frozen=True)
class Emplacement:
    """A folder where groups can be made, for these controllers."""

    dossier: Path
    version: int
    controleurs: frozenset[str]


@dataclass
class Groupe:
    """The groups of one kernel."""

    dossiers: list[tuple[Path, int, frozenset[str]]] = field(default_factory=list)

    @property
    def controleurs(self) -> frozenset[str]:
        """What is bounded."""
        return frozenset().union(*(controleurs for _, _, controleurs in self.dossiers))

    def accueillir(self, pid: int) -> None:
        """Put a process, and its children to come, in the groups."""
        for dossier, _, _ in self.dossiers:
            (dossier / "cgroup.procs").write_text(str(pid), encoding="ascii")

    def tues_par_memoire(self) -> int:
        """Processes that the system killed because the memory was used up."""
        for dossier, version, controleurs in self.dossiers:
            if MEMOIRE in controleurs:
                nom = "memory.events" if version == 2 else "memory.oom_control"
                with suppress(OSError):
                    return _compteur(dossier / nom, "oom_kill")
        return 0

    def refus_de_processus(self) -> int:
        """Times that a process could not be started because there were too many."""
        for dossier, _, controleurs in self.dossiers:
            if PROCESSUS in controleurs:
                with suppress(OSError):
                    return _compteur(dossier / "pids.events", "max")
        return 0

    def supprimer(self, essais: int = 50) -> None:
        """Remove the groups, once their processes are gone."""
        for dossier, _, _ in self.dossiers:
            for _ in range(essais):
                try:
                    dossier.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)
        self.dossiers = []


def _compteur(fichier: Path, nom: str) -> int:
    for ligne in fichier.read_text(encoding="ascii").splitlines():
        cle, _, valeur = ligne.partition(" ")
        if cle == nom:
            return int(valeur)
    return 0


def emplacements(
    appartenance: str | None = None, montages: str | None = None, voulus: Sequence[str] = (MEMOIRE, PROCESSUS)
) -> list[Emplacement]:
    """Where this process may make groups for each controller; a missing one is not in the list.

    ``appartenance`` and ``montages`` are the texts of ``/proc/self/cgroup`` and ``/proc/self/mountinfo``.
    """
    appartenance = Path("/proc/self/cgroup").read_text() if appartenance is None else appartenance
    montages = Path("/proc/self/mountinfo").read_text() if montages is None else montages
    racines = _racines(montages)
    trouves: dict[Path, Emplacement] = {}
    for voulu in voulus:
        for ligne in appartenance.splitlines():
            hierarchie, noms, chemin = ligne.split(":", 2)
            lieu = None
            if hierarchie == "0" and "v2" in racines:
                lieu = _lieu_v2(racines["v2"], chemin, voulu)
            elif voulu in noms.split(",") and voulu in racines:
                lieu = _lieu_v1(racines[voulu], chemin)
            if lieu is not None:
                avant = trouves.get(lieu)
                controleurs = frozenset([voulu]) | (avant.controleurs if avant else frozenset())
                trouves[lieu] = Emplacement(lieu, 2 if hierarchie == "0" else 1, controleurs)
                break
    return list(trouves.values())


def _racines(montages: str) -> dict[str, tuple[Path, str]]:
    """Mount point of each v1 controller and of v2, with the path that is mounted there."""
    racines: dict[str, tuple[Path, str]] = {}
    for ligne in montages.splitlines():
        gauche, _, droite = ligne.partition(" - ")
        genre, _, options = droite.split(" ", 2)
        _, _, _, racine, point, *_ = gauche.split(" ")
        if genre == "cgroup2":
            racines["v2"] = (Path(point), racine)
        elif genre == "cgroup":
            racines |= {nom: (Path(point), racine) for nom in options.split(",") if nom in (MEMOIRE, PROCESSUS)}
    return racines


def _dans(racine: tuple[Path, str], chemin: str) -> Path:
    point, base = racine
    # Inside a container, the path may be the host's: only what is below the mounted part is there.
    if base != "/" and (chemin == base or chemin.startswith(base + "/")):
        chemin = chemin[len(base) :]
    return point / chemin.lstrip("/")


def _lieu_v1(racine: tuple[Path, str], chemin: str) -> Path | None:
    for dossier in (_dans(racine, chemin), racine[0]):
        if _modifiable(dossier):
            return dossier
    return None


def _lieu_v2(racine: tuple[Path, str], chemin: str, controleur: str) -> Path | None:
    """Nearest group above this process whose children have the controller and where we may make one.

    A v2 group that holds processes gives no controller to its children, unless it is the root: the groups are made
    beside ours, below an ancestor that the system delegated (systemd's ``Delegate=yes``), or below the root.
    """
    dossier = _dans(racine, chemin)
    if not dossier.is_dir():
        dossier = racine[0]
    while True:
        if _modifiable(dossier) and _donne(dossier, controleur):
            return dossier
        if dossier == racine[0]:
            return None
        dossier = dossier.parent


def _donne(dossier: Path, controleur: str) -> bool:
    reglage = dossier / "cgroup.subtree_control"
    with suppress(OSError):
        if controleur in reglage.read_text().split():
            return True
        if controleur in (dossier / "cgroup.controllers").read_text().split():
            # Refused (EBUSY) where processes live in this group: nothing is moved for our comfort.
            reglage.write_text(f"+{controleur}")
            return controleur in reglage.read_text().split()
    return False


def _modifiable(dossier: Path) -> bool:
    return os.access(dossier, os.W_OK) and os.access(dossier / "cgroup.procs", os.W_OK)


def creer(lieux: Sequence[Emplacement], nom: str, limites: Limites) -> Groupe:
    """Make the groups of a kernel.

    Raises
    ------
    OSError
        A group could not be made or bounded; nothing is left.
    """
    groupe = Groupe()
    try:
        for lieu in lieux:
            dossier = lieu.dossier / f"{PREFIXE}{nom}"
            with suppress(FileNotFoundError):  # left by a killed supervisor that had the same number
                dossier.rmdir()
            dossier.mkdir()
            groupe.dossiers.append((dossier, lieu.version, lieu.controleurs))
            for fichier, valeur in _reglages(lieu, limites):
                _regler(dossier / fichier, valeur)
    except OSError:
        groupe.supprimer(essais=1)
        raise
    return groupe


def _reglages(lieu: Emplacement, limites: Limites) -> list[tuple[str, str]]:
    memoire, processus = str(limites.memoire), str(limites.processus)
    reglages = []
    if MEMOIRE in lieu.controleurs and lieu.version == 1:
        reglages += [("memory.limit_in_bytes", memoire), ("memory.memsw.limit_in_bytes", memoire)]
    elif MEMOIRE in lieu.controleurs:
        reglages += [("memory.max", memoire), ("memory.swap.max", "0")]
    if PROCESSUS in lieu.controleurs:
        reglages.append(("pids.max", processus))
    return reglages


def _regler(fichier: Path, valeur: str) -> None:
    # Systems without accounting of swap do not have these two.
    if fichier.exists() or "swap" not in fichier.name.replace("memsw", "swap"):
        fichier.write_text(valeur, encoding="ascii")


def nettoyer(lieux: Sequence[Emplacement]) -> None:
    """Remove groups that a killed run left: those whose supervisor, which gave its number to the name, is gone."""
    for lieu in lieux:
        for dossier in lieu.dossier.glob(f"{PREFIXE}*"):
            if not Path("/proc", dossier.name.removeprefix(PREFIXE)).exists():
                with suppress(OSError):
                    dossier.rmdir()
