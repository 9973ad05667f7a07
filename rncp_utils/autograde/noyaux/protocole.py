"""Messages between the processes: one JSON object a line with clients, one a packet (and file descriptors) inside."""

from __future__ import annotations

import array
import json
import socket
from typing import Any

PAQUET_MAX = 128 * 1024
LIGNE_MAX = 1024 * 1024
Message = dict[str, Any]


def paire() -> tuple[socket.socket, socket.socket]:
    """Two ends of a channel that keeps packets whole."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def envoyer(prise: socket.socket, message: Message, descripteurs: list[int] | None = None) -> None:
    """Send a packet, with descriptors that the other side receives copies of."""
    octets = json.dumps(message).encode()
    annexes = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descripteurs))] if descripteurs else []
    prise.sendmsg([octets], annexes, socket.MSG_NOSIGNAL)


def recevoir(prise: socket.socket) -> tuple[Message | None, list[int]]:
    """The next packet and its descriptors; ``None`` when the other side is gone."""
    recus = array.array("i")
    try:
        octets, annexes, _, _ = prise.recvmsg(PAQUET_MAX, socket.CMSG_SPACE(16 * recus.itemsize))
    except ConnectionError:
        return None, []
    for niveau, genre, donnees in annexes:
        if niveau == socket.SOL_SOCKET and genre == socket.SCM_RIGHTS:
            recus.frombytes(donnees[: len(donnees) - len(donnees) % recus.itemsize])
    return (json.loads(octets) if octets else None), list(recus)


class Lignes:
    """JSON lines on a stream socket, read as they come."""

    def __init__(self) -> None:
        self._reste = b""

    def ajouter(self, octets: bytes) -> list[Message]:
        """Whole messages, once these bytes are added to what was left."""
        self._reste += octets
        if len(self._reste) > LIGNE_MAX:
            raise ValueError("message trop long")
        *entieres, self._reste = self._reste.split(b"\n")
        return [json.loads(ligne) for ligne in entieres if ligne]


def ligne(message: Message) -> bytes:
    """A message as a line."""
    return json.dumps(message).encode() + b"\n"
