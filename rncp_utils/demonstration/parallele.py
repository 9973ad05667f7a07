"""The long steps of the demonstration, by as many processes as the machine has cores."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from pathlib import Path
from typing import Any

from rncp_utils.autograde.cours import Cours, ouvrir_cours
from rncp_utils.autograde.lot.carnet import oublier_moteurs
from rncp_utils.demonstration import copies
from rncp_utils.demonstration.classe import Apprenant
from rncp_utils.demonstration.copies import Epreuve

# Says that a step goes over these things: the command line shows a progress bar, a test nothing.
Suivi = Callable[[str, Iterable[Any]], Iterator[Any]]


def deposer(cours: Cours, epreuves: Sequence[Epreuve], classe: Sequence[Apprenant], suivi: Suivi) -> None:
    """Write the copies of the class, an assessment a process: what it is played with is read once."""
    taches = [(cours.dossier, epreuve, tuple(classe)) for epreuve in epreuves]
    _en_parallele("Copies remises", _deposer, taches, suivi)


def rendre_les_retours(cours: Cours, remises: Sequence[tuple[str, str]], suivi: Suivi) -> None:
    """Write the feedback of each (assignment, learner)."""
    taches = [(str(cours.dossier), devoir, apprenant) for devoir, apprenant in remises]
    _en_parallele("Retours aux apprenants", _rendre, taches, suivi)


def _en_parallele(etape: str, faire: Callable[..., None], taches: Sequence[tuple], suivi: Suivi) -> None:
    """Do each task; the first error of any process is raised here."""
    if not taches:
        return
    jobs = min(os.cpu_count() or 1, len(taches))
    # Forked: what is imported here is not imported again. The bar, which has a thread, starts after.
    contexte = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, mp_context=contexte, initializer=oublier_moteurs) as executeur:
        futurs = [executeur.submit(faire, *tache) for tache in taches]
        avancee = suivi(etape, taches)
        for futur in as_completed(futurs):
            futur.result()
            next(avancee, None)
        deque(avancee, maxlen=0)


def _deposer(dossier: Path, epreuve: Epreuve, classe: Sequence[Apprenant]) -> None:
    for apprenant in classe:
        copies.deposer(dossier, epreuve, apprenant)


def _rendre(dossier: str, devoir: str, apprenant: str) -> None:
    _cours(dossier).rendre_retours(devoir, apprenant)


@lru_cache(maxsize=1)
def _cours(dossier: str) -> Cours:
    return ouvrir_cours(Path(dossier))
