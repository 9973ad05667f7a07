"""System calls that no lesson needs and that widen what a kernel could attack: they answer « not permitted »."""

from __future__ import annotations

import ctypes
import errno
import socket
import struct

from rncp_utils.autograde.noyaux import systeme

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
# Offsets in struct seccomp_data (little-endian machines).
_NR, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000

# asm/unistd_64.h and asm-generic/unistd.h: (x86_64, aarch64); None where the call does not exist.
_NUMEROS: dict[str, tuple[int | None, int | None]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "init_module": (175, 105),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "mount": (165, 40),
    "move_pages": (279, 239),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
    # Same number everywhere since 424.
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "mount_setattr": (442, 442),
    "quotactl_fd": (443, 443),
    "open_tree_attr": (467, 467),
}
_CLONE, _CLONE3 = (56, 220), 435
_SOCKET, _SOCKETPAIR = (41, 198), (53, 199)
_IOCTL = (16, 29)
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
# libzmq asks netlink for the interfaces; the other families are rarely tested corners of the system.
_FAMILLES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
_NOUVEAUX_ESPACES = (
    systeme.CLONE_NEWUSER
    | systeme.CLONE_NEWNS
    | systeme.CLONE_NEWPID
    | systeme.CLONE_NEWNET
    | systeme.CLONE_NEWIPC
    | systeme.CLONE_NEWUTS
    | systeme.CLONE_NEWCGROUP
)


def connait(machine: str) -> bool:
    """Are the numbers of this family of processors known here?"""
    return machine in _AUDIT_ARCH


def programme(machine: str) -> bytes:
    """The filter, as BPF instructions."""
    rang = 0 if machine == "x86_64" else 1
    interdits = sorted(numero for numeros in _NUMEROS.values() if (numero := numeros[rang]) is not None)
    refus = _ins(_RET, 0, 0, _ERRNO | errno.EPERM)
    code = [_ins(_LD, 0, 0, _ARCH), _ins(_JEQ, 1, 0, _AUDIT_ARCH[machine]), _ins(_RET, 0, 0, _KILL)]
    code.append(_ins(_LD, 0, 0, _NR))
    if machine == "x86_64":
        code += [_ins(_JGE, 0, 1, _X32), refus]
    for numero in interdits:
        code += [_ins(_JEQ, 0, 1, numero), refus]
    # Its flags are out of a filter's reach; the C library falls back on clone, whose flags can be read.
    code += [_ins(_JEQ, 0, 1, _CLONE3), _ins(_RET, 0, 0, _ERRNO | errno.ENOSYS)]
    code += _si(_CLONE[rang], _ARG0, [_ins(_JSET, 0, 1, _NOUVEAUX_ESPACES), refus])
    # Each accepted family jumps over what is left of the list and over the refusal.
    familles = [_ins(_JEQ, len(_FAMILLES) - i, 0, famille) for i, famille in enumerate(_FAMILLES)]
    familles.append(_ins(_RET, 0, 0, _ERRNO | errno.EAFNOSUPPORT))
    for appel in (_SOCKET, _SOCKETPAIR):
        code += _si(appel[rang], _ARG0, familles)
    code += _si(_IOCTL[rang], _ARG1, [_ins(_JEQ, 0, 1, _TIOCSTI), refus, _ins(_JEQ, 0, 1, _TIOCLINUX), refus])
    code.append(_ins(_RET, 0, 0, _ALLOW))
    return b"".join(code)


def _si(numero: int, argument: int, corps: list[bytes]) -> list[bytes]:
    """``corps`` on an argument of one call; the call number is loaded again after it."""
    corps = [_ins(_LD, 0, 0, argument), *corps, _ins(_LD, 0, 0, _NR)]
    return [_ins(_JEQ, 0, len(corps), numero), *corps]


def _ins(code: int, vrai: int, faux: int, valeur: int) -> bytes:
    return struct.pack("=HBBI", code, vrai, faux, valeur)


class _Programme(ctypes.Structure):
    _fields_ = [("longueur", ctypes.c_ushort), ("filtre", ctypes.c_void_p)]


def appliquer() -> None:
    """Filter this process and its future children; it has to have given up new privileges before."""
    octets = programme(systeme.architecture())
    tampon = ctypes.create_string_buffer(octets, len(octets))
    demande = _Programme(len(octets) // 8, ctypes.addressof(tampon))
    systeme.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(demande))
