"""One writer at a time for the files beside a notebook: two tabs may belong to two kernels."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # a system without it has no kernel of a colleague either
    fcntl = None


@contextlib.contextmanager
def seul(dossier: Path) -> Iterator[None]:
    """Hold ``dossier`` while a file in it is read, changed and written again. Not to be nested.

    The folder itself is locked: no file appears that would be handed in. The system lets go of it when a kernel dies.
    Where folders cannot be locked, nothing is: the files stay whole, and the last of two writers at the very same
    moment wins.
    """
    descripteur = None
    with contextlib.suppress(OSError):
        descripteur = os.open(dossier, os.O_RDONLY)
        if fcntl is not None:
            fcntl.flock(descripteur, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if descripteur is not None:
            os.close(descripteur)
