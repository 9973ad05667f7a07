"""What a test asks of the machine: a program, a right, a port."""

from __future__ import annotations

import os
import socket

import pytest

# `make test-complet` draws three times as many examples of each property.
COMPLET = os.environ.get("RNCP_TESTS") == "complet"


# The same page in Notebook 7, for the tests that open it in both applications.
NOTEBOOK7 = pytest.param("notebooks", id="notebook7", marks=pytest.mark.complet)


def exemples(nombre: int) -> int:
    """How many examples hypothesis draws: ``nombre`` in a complete run, a third of it in a common one."""
    return nombre if COMPLET else -(-nombre // 3)


def exiger(present: object, raison: str) -> None:
    """Skip the test when something is not there; fail it on continuous integration, where all of it must be."""
    if present:
        return
    if os.environ.get("CI"):
        pytest.fail(f"Test impossible : {raison}", pytrace=False)
    pytest.skip(f"Test ignoré : {raison}")


def port_libre() -> int:
    """A port of the loopback that nobody listens to."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]
