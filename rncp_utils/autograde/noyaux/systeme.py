"""The few Linux calls that Python does not have, through the C library."""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import socket
import struct
from typing import Any

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 1 << 18
MNT_DETACH = 2
ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV, ATTR_NOEXEC = 1, 2, 4, 8

PR_SET_DUMPABLE, PR_CAPBSET_DROP = 4, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
CAP_SETUID, CAP_SYS_ADMIN = 7, 21

# Same number on every architecture (Linux 5.12).
_SYS_MOUNT_SETATTR = 442
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
_libc.umount2.argtypes = [ctypes.c_char_p, ctypes.c_int]
_libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_libc.syscall.restype = ctypes.c_long


def _verifier(resultat: int, geste: str) -> int:
    if resultat < 0:
        numero = ctypes.get_errno()
        raise OSError(numero, os.strerror(numero), geste)
    return resultat


def architecture() -> str:
    """Name of the processor's family, as the system says it."""
    return platform.machine()


def separer(drapeaux: int) -> None:
    """unshare(2)."""
    _verifier(_libc.unshare(drapeaux), "unshare")


def rejoindre(descripteur: int, genre: int = 0) -> None:
    """setns(2)."""
    _verifier(_libc.setns(descripteur, genre), "setns")


def monter(source: str, cible: str, genre: str | None = None, options: int = 0, donnees: str = "") -> None:
    """mount(2)."""
    resultat = _libc.mount(
        os.fsencode(source), os.fsencode(cible), os.fsencode(genre) if genre else None, options, os.fsencode(donnees)
    )
    _verifier(resultat, f"mount {cible}")


def durcir_montage(cible: str, attributs: int, *, recursif: bool = False) -> None:
    """mount_setattr(2): add attributes to a mount, and to those below it, which a remount would skip."""
    demande = ctypes.create_string_buffer(struct.pack("=QQQQ", attributs, 0, 0, 0), 32)
    resultat = _libc.syscall(
        ctypes.c_long(_SYS_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        ctypes.c_char_p(os.fsencode(cible)),
        ctypes.c_uint(_AT_RECURSIVE if recursif else 0),
        demande,
        ctypes.c_size_t(32),
    )
    _verifier(resultat, f"mount_setattr {cible}")


def changer_de_racine(racine: str) -> None:
    """pivot_root(2): ``racine`` becomes ``/`` and nothing of the old tree is left."""
    os.chdir(racine)
    numero = _SYS_PIVOT_ROOT[architecture()]
    _verifier(_libc.syscall(ctypes.c_long(numero), ctypes.c_char_p(b"."), ctypes.c_char_p(b".")), "pivot_root")
    _verifier(_libc.umount2(b".", MNT_DETACH), "umount2")
    os.chdir("/")


def prctl(option: int, *arguments: int) -> int:
    """prctl(2)."""
    return _verifier(_libc.prctl(option, *arguments, *[0] * (4 - len(arguments))), f"prctl {option}")


def activer_boucle_locale() -> None:
    """Bring up ``lo`` of a new network namespace: libzmq binds 127.0.0.1 for itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prise:
        demande = struct.pack("16sh14x", b"lo", 0)
        drapeaux = struct.unpack("16sh14x", fcntl.ioctl(prise, _SIOCGIFFLAGS, demande))[1]
        fcntl.ioctl(prise, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", drapeaux | _IFF_UP))


def _entete_de_capacites() -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), 8)


def capacites() -> int:
    """Effective capabilities of this process, one bit each."""
    lues = ctypes.create_string_buffer(24)
    _verifier(_libc.capget(_entete_de_capacites(), lues), "capget")
    bas, _, _, haut, _, _ = struct.unpack("=6I", lues.raw)
    return bas | haut << 32


def renoncer_a_acquerir() -> None:
    """Empty the sets that a program run later could take capabilities from."""
    numero = 0
    while _libc.prctl(PR_CAPBSET_DROP, numero, 0, 0, 0) == 0:  # fails past the last one
        numero += 1
    if numero == 0:
        _verifier(-1, "prctl PR_CAPBSET_DROP")
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)


def annuler_capacites() -> None:
    """capset(2) with nothing."""
    _verifier(_libc.capset(_entete_de_capacites(), ctypes.create_string_buffer(24)), "capset")


def appel_brut(numero: int, *arguments: Any) -> int:
    """syscall(2)."""
    return _verifier(_libc.syscall(ctypes.c_long(numero), *arguments), f"syscall {numero}")
