"""Files written at once or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def ecriture_atomique(chemin: Path) -> Iterator[Path]:
    """Give a temporary path in the folder of ``chemin``; on success it replaces ``chemin``, on error it disappears.

    Readers see the old file or the new one, never a half-written one; two writers do not mix, the last one wins.
    """
    chemin = Path(chemin)
    chemin.parent.mkdir(parents=True, exist_ok=True)
    descripteur, nom = tempfile.mkstemp(dir=chemin.parent, prefix=".ecriture-", suffix=chemin.suffix)
    os.close(descripteur)
    temporaire = Path(nom)
    try:
        yield temporaire
        # mkstemp makes the file private; a course file has the rights that the folder's users expect.
        temporaire.chmod(0o666 & ~_umask())
        temporaire.replace(chemin)
    except BaseException:
        temporaire.unlink(missing_ok=True)
        raise


def ecrire_texte(chemin: Path, texte: str) -> None:
    """Write ``texte`` in UTF-8 without touching its line ends, atomically."""
    with ecriture_atomique(chemin) as temporaire:
        temporaire.write_bytes(texte.encode("utf-8"))


def _umask() -> int:
    masque = os.umask(0)
    os.umask(masque)
    return masque
