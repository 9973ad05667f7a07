"""La fiche que suit le cours : choisie en un seul endroit, la variable d'environnement ``RNCP_FICHE``.

An environment variable, because the processes that a command, a dashboard or the Hub starts inherit it: a chain of
grading that took one sheet here and another one there would give tables that nobody could trust.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "RNCP_FICHE"
FICHE_PAR_DEFAUT = "rncp31919"
# Rules of certification written for a sheet that is not shipped: in this file, beside it.
REGLES_DE_LA_FICHE = "regles.yaml"


def fiche_choisie() -> str:
    """Code d'une fiche livrée ou chemin d'un fichier : la valeur de ``RNCP_FICHE``, sinon ``rncp31919``."""
    return os.environ.get(VARIABLE, "").strip() or FICHE_PAR_DEFAUT


def est_un_fichier(fiche: str | Path) -> bool:
    """Vrai pour un chemin de fichier YAML, faux pour le code d'une fiche livrée."""
    return isinstance(fiche, Path) or Path(fiche).suffix in (".yaml", ".yml")


def regles_choisies() -> Path | None:
    """Règles rangées à côté de la fiche choisie ; None s'il faut celles de la bibliothèque."""
    fiche = fiche_choisie()
    chemin = Path(fiche).with_name(REGLES_DE_LA_FICHE)
    return chemin if est_un_fichier(fiche) and chemin.is_file() else None


@contextmanager
def choisir_fiche(fiche: str | Path | None) -> Iterator[None]:
    """Le temps d'une commande, prend cette fiche ; None ne change rien.

    A path is made absolute: the processes that the command starts may work in another folder.
    """
    avant = os.environ.get(VARIABLE)
    if fiche is not None:
        os.environ[VARIABLE] = str(Path(fiche).resolve() if est_un_fichier(fiche) else fiche)
    try:
        yield
    finally:
        if avant is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = avant
