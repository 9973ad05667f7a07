"""What a kernel sees of the disk: the libraries, read-only, and a copy of one folder. The rest is not there at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from rncp_utils.autograde.noyaux import systeme
from rncp_utils.autograde.noyaux.limites import Limites

COPIE, TEMPORAIRE, NOYAU = "/copie", "/tmp", "/noyau"
_SYSTEME = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")
_PERIPHERIQUES = ("null", "zero", "full", "random", "urandom")
_SUR = systeme.MS_NOSUID | systeme.MS_NODEV
_TMPFS = _SUR | systeme.MS_NOEXEC
# An inode of a tmpfs takes kernel memory that its size does not count.
_FICHIERS_MAX = 20_000
_IGNORES = (".ipynb",)
_FIGER_S = 10.0


class CopieTropGrosseError(Exception):
    """The folder does not fit in the kernel's own."""


def chemins_lisibles() -> list[str]:
    """Folders that a kernel needs to read: the system's, Python's, and those of the modules loaded from elsewhere."""
    racines = [*_SYSTEME, *_ETC, sys.base_prefix, sys.prefix]
    ailleurs = {_tete(module) for module in list(sys.modules.values())}
    return _sans_doublons([*racines, *sorted(chemin for chemin in ailleurs if chemin)])


def _tete(module: object) -> str:
    """Folder of the top-level package of a module; its own file where it is not in a package."""
    nom, fichier = getattr(module, "__name__", ""), getattr(module, "__file__", None)
    if not isinstance(fichier, str) or not Path(fichier).is_absolute() or nom == "__main__":
        return ""
    tete = sys.modules.get(nom.partition(".")[0])
    origine = getattr(tete, "__file__", None) or next(iter(getattr(tete, "__path__", [])), fichier)
    chemin = Path(origine)
    return str(chemin.parent if chemin.name == "__init__.py" else chemin)


def _sans_doublons(chemins: Iterable[str]) -> list[str]:
    """Existing paths, without those that another one already shows; symbolic links stay links."""
    gardes: list[str] = []
    for chemin in sorted({os.path.normpath(c) for c in chemins if os.path.lexists(c)}, key=lambda c: c.count("/")):
        if not any(_contient(garde, chemin) for garde in gardes):
            gardes.append(chemin)
    return gardes


def _contient(dossier: str, chemin: str) -> bool:
    return chemin == dossier or chemin.startswith(dossier.rstrip("/") + "/")


def est_visible(chemin: str, liens: Iterable[str]) -> bool:
    """Would a kernel see this path as it is on the disk?"""
    reel = os.path.realpath(chemin)
    return any(_contient(os.path.realpath(lien), reel) for lien in liens)


def construire(
    racine: str,
    liens: Iterable[str],
    prises: str,
    copie: str,
    limites: Limites,
    proprietaire: int,
    *,
    avec_proc: bool = True,
) -> None:
    """Build the view in ``racine``, an empty folder, and make it this process's whole file system.

    Parameters
    ----------
    racine, prises
        Empty folder to mount on; folder where the kernel makes its sockets.
    liens
        Paths shown read-only.
    copie
        Folder copied to :data:`COPIE`; empty for none.
    proprietaire
        Number of the account of the kernel, ``-1`` to leave files to this process's.
    """
    systeme.monter("none", "/", None, systeme.MS_REC | systeme.MS_PRIVATE)
    systeme.monter("tmpfs", racine, "tmpfs", _SUR, f"size=4m,nr_inodes={_FICHIERS_MAX},mode=755")
    _fichiers_du_systeme(racine, proprietaire)
    for nom, taille in ((COPIE, limites.copie), (TEMPORAIRE, limites.temporaire), ("/dev/shm", limites.temporaire)):
        cible = racine + nom
        Path(cible).mkdir(parents=True, exist_ok=True)
        donnees = f"size={taille},nr_inodes={_FICHIERS_MAX},mode=700"
        if proprietaire >= 0:
            donnees += f",uid={proprietaire},gid={proprietaire}"
        systeme.monter("tmpfs", cible, "tmpfs", _TMPFS, donnees)
    # After them: the libraries may be in a folder below one of these.
    for lien in liens:
        _montrer(lien, racine)
    Path(racine + NOYAU).mkdir()
    systeme.monter(prises, racine + NOYAU, None, systeme.MS_BIND)
    systeme.durcir_montage(racine + NOYAU, systeme.ATTR_NOSUID | systeme.ATTR_NODEV | systeme.ATTR_NOEXEC)
    if copie:
        copier_dossier(copie, racine + COPIE, limites.copie, proprietaire)
    if avec_proc:
        _monter_proc(racine)
    systeme.changer_de_racine(racine)
    systeme.durcir_montage("/", systeme.ATTR_RDONLY)


def figer_les_prises() -> None:
    """The kernel has made its sockets: nothing may be added to their folder, nor put in their place.

    The system refuses (EBUSY) while something is being written there, were it only the date of an access: that ends
    by itself, so this asks again for some seconds.
    """
    limite = monotonic() + _FIGER_S
    while True:
        try:
            return systeme.durcir_montage(NOYAU, systeme.ATTR_RDONLY)
        except OSError as erreur:
            if erreur.errno != errno.EBUSY or monotonic() > limite:
                raise
        sleep(0.01)


def _fichiers_du_systeme(racine: str, proprietaire: int) -> None:
    for nom in ("dev", "etc", "proc"):
        Path(racine, nom).mkdir()
    numero = proprietaire if proprietaire >= 0 else os.getuid()
    textes = {
        "passwd": f"root:x:0:0::/:/usr/sbin/nologin\napprenant:x:{numero}:{numero}::{TEMPORAIRE}:/usr/sbin/nologin\n",
        "group": f"root:x:0:\napprenant:x:{numero}:\n",
        "hosts": "127.0.0.1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    for nom, texte in textes.items():
        Path(racine, "etc", nom).write_text(texte, encoding="ascii")
    for nom in _PERIPHERIQUES:
        cible = Path(racine, "dev", nom)
        cible.touch()
        systeme.monter(f"/dev/{nom}", str(cible), None, systeme.MS_BIND)
    # Terminals of its own: IPython runs « !commande » in one.
    Path(racine, "dev", "pts").mkdir()
    with suppress(OSError):
        systeme.monter(
            "devpts",
            f"{racine}/dev/pts",
            "devpts",
            systeme.MS_NOSUID | systeme.MS_NOEXEC,
            "newinstance,ptmxmode=0666,mode=600",
        )
        Path(racine, "dev", "ptmx").symlink_to("pts/ptmx")
    for nom, vers in {"fd": "self/fd", "stdin": "self/fd/0", "stdout": "self/fd/1", "stderr": "self/fd/2"}.items():
        Path(racine, "dev", nom).symlink_to(f"/proc/{vers}")


def _montrer(chemin: str, racine: str) -> None:
    """Bind a path read-only at its own place; a link stays a link, and what it leads to is shown too."""
    cible = Path(racine + chemin)
    cible.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(cible):
        return
    if Path(chemin).is_symlink():
        cible.symlink_to(Path(chemin).readlink())
        reel = os.path.realpath(chemin)
        if Path(reel).exists() and not _montre(reel, racine):
            _montrer(reel, racine)
        return
    if Path(chemin).is_dir():
        cible.mkdir()
    else:
        cible.touch()
    systeme.monter(chemin, str(cible), None, systeme.MS_BIND | systeme.MS_REC)
    systeme.durcir_montage(str(cible), systeme.ATTR_RDONLY | systeme.ATTR_NOSUID | systeme.ATTR_NODEV, recursif=True)


def _montre(chemin: str, racine: str) -> bool:
    return os.path.lexists(racine + chemin)


def _monter_proc(racine: str) -> None:
    options = _TMPFS | systeme.MS_RDONLY
    try:
        systeme.monter("proc", f"{racine}/proc", "proc", options, "subset=pid,hidepid=invisible")
    except OSError:
        systeme.monter("proc", f"{racine}/proc", "proc", options)


def copier_dossier(source: str, cible: str, octets_max: int, proprietaire: int) -> None:
    """Copy the ordinary files of a folder, without notebooks, links or second names of other files.

    Raises
    ------
    CopieTropGrosseError
        More than ``octets_max``.
    """
    reste = octets_max
    for dossier, sous_dossiers, fichiers, descripteur in os.fwalk(source, follow_symlinks=False):
        ici = Path(cible, os.path.relpath(dossier, source))
        for nom in sous_dossiers:
            if not _est_lien(nom, descripteur):
                _donner(ici / nom, proprietaire, dossier=True)
        for nom in fichiers:
            if not nom.endswith(_IGNORES):
                reste = _copier_fichier(nom, descripteur, ici / nom, reste, proprietaire)


def _est_lien(nom: str, descripteur: int) -> bool:
    return stat.S_ISLNK(os.stat(nom, dir_fd=descripteur, follow_symlinks=False).st_mode)


def _copier_fichier(nom: str, dossier: int, cible: Path, reste: int, proprietaire: int) -> int:
    """Bytes that are still allowed after this file; what is not an ordinary file is left out."""
    try:
        lu = os.open(nom, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=dossier)
    except OSError:  # a link, a socket, a file that the grader may not read
        return reste
    try:
        etat = os.fstat(lu)
        if not stat.S_ISREG(etat.st_mode) or etat.st_nlink > 1:
            return reste
        if etat.st_size > reste:
            raise CopieTropGrosseError(nom)
        ecrit = os.open(cible, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(ecrit, "wb") as flux:
            while octets := os.read(lu, 1 << 20):
                reste -= len(octets)
                if reste < 0:  # it grows while it is read
                    raise CopieTropGrosseError(nom)
                flux.write(octets)
            if proprietaire >= 0:
                os.fchown(flux.fileno(), proprietaire, proprietaire)
        return reste
    finally:
        os.close(lu)


def _donner(chemin: Path, proprietaire: int, *, dossier: bool) -> None:
    if dossier:
        chemin.mkdir(mode=0o700)
    if proprietaire >= 0:
        with suppress(FileNotFoundError):
            os.chown(chemin, proprietaire, proprietaire)
