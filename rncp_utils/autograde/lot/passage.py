"""One run over the copies of an assignment: on the cores of this machine, or on a Dask cluster."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

from rncp_utils.autograde.lot.ouvrier import A_EXAMINER, AILLEURS, CORRIGEE, ECHEC, Resultat, Tache, corriger
from rncp_utils.autograde.lot.phrases import ArretError
from rncp_utils.erreurs import ErreurRncp

REQUISE, AUCUNE = "requise", "aucune"
ZYGOTE_VARIABLE = "RNCP_ZYGOTE"
# Beyond that, a copy that another grader has is left to them and told.
ATTENTE_AILLEURS_S = 600.0
PROCESSUS_TUES_MAX = 3

Attente = Callable[[Iterable[Future]], Iterable[Future]]


@dataclass(frozen=True)
class Passage:
    """What a run did."""

    devoir: str
    resultats: tuple[Resultat, ...]
    secondes: float
    isolation: str

    def de(self, *etats: str) -> list[Resultat]:
        """Copies that ended so."""
        return [resultat for resultat in self.resultats if resultat.etat in etats]

    @property
    def complet(self) -> bool:
        """Does every copy have its scores?"""
        return not self.de(ECHEC, AILLEURS)


@dataclass(frozen=True)
class Options:
    """How to run: processes (0: one a core), isolation, Dask scheduler, and what to grade."""

    jobs: int = 0
    isolation: str = REQUISE
    dask: str = ""
    tout: bool = False
    apprenants: tuple[str, ...] = ()


def corriger_devoir(
    cours: Path,
    devoir: str,
    options: Options = Options(),
    *,
    suivi: Callable[[int], object] | None = None,
) -> Passage:
    """Grade every copy of an assignment that is not graded yet.

    Parameters
    ----------
    cours
        Course folder.
    suivi
        Called with the number of copies to grade; gives a function that is told each result as it comes.

    Raises
    ------
    ErreurRncp
        The run cannot start, or had to stop: one French sentence. What was graded is kept.
    """
    debut = monotonic()
    with _outils(cours, devoir, options) as (taches, faites):
        resultats = list(faites)
        dire = suivi(len(taches)) if suivi else None
        try:
            for resultat in _executer(taches, options):
                resultats.append(resultat)
                if dire:
                    dire(resultat)
        except ArretError as arret:
            faits = sum(resultat.etat in (CORRIGEE, A_EXAMINER) for resultat in resultats)
            raise ErreurRncp(f"{arret} ({faits} copie(s) corrigée(s) avant l'arrêt, rien n'est perdu.)") from arret
    resultats.sort(key=lambda resultat: resultat.apprenant)
    return Passage(devoir, tuple(resultats), monotonic() - debut, options.isolation)


@contextmanager
def _outils(cours: Path, nom: str, options: Options) -> Iterator[tuple[list[Tache], list[Resultat]]]:
    """Start the zygote while nbgrader is imported here, then list what is left to do."""
    from threading import Thread

    from rncp_utils.autograde.lot.copies import lire_devoir

    cours = cours.resolve()
    devoir = lire_devoir(cours, nom)
    # On a cluster, each process starts its own: this machine may not be one of them.
    ouverture = _Zygote(options.isolation, attendu=not options.dask)
    fil = Thread(target=ouverture.demarrer)
    fil.start()
    try:
        from rncp_utils.autograde.lot import etabli  # imports nbgrader

        a_faire, faites = etabli.trier(devoir, options)
        fil.join()
        adresse = ouverture.adresse()
        modele = Tache(str(cours), nom, "", devoir.devoir_lu, options.isolation, adresse, uuid4().hex, options.tout)
        yield [replace(modele, apprenant=apprenant) for apprenant in a_faire], faites
    finally:
        fil.join()
        ouverture.arreter()


class _Zygote:
    """The process that warm kernels come from, for the time of the run."""

    def __init__(self, isolation: str, *, attendu: bool) -> None:
        self.isolation, self.attendu = isolation, attendu
        self.zygote = None
        self.erreur: Exception | None = None

    def demarrer(self) -> None:
        if not self.attendu or os.environ.get(ZYGOTE_VARIABLE):  # somebody keeps one for several runs
            return
        try:
            from rncp_utils.autograde.noyaux.zygote import Zygote

            self.zygote = Zygote.demarrer(isolation=self.isolation)
        except Exception as erreur:
            self.erreur = erreur

    def adresse(self) -> str:
        if self.erreur is not None:
            raise self.erreur
        return str(self.zygote.adresse) if self.zygote is not None else os.environ.get(ZYGOTE_VARIABLE, "")

    def arreter(self) -> None:
        if self.zygote is not None:
            self.zygote.arreter()


def _executer(taches: list[Tache], options: Options) -> Iterator[Resultat]:
    limite = monotonic() + ATTENTE_AILLEURS_S
    essais = 0
    while taches:
        a_refaire: list[Tache] = []
        restent = {tache.apprenant: tache for tache in taches}
        try:
            with _executeur(options, len(taches)) as (executeur, terminees):
                futurs = {executeur.submit(corriger, tache): tache for tache in taches}
                for futur in terminees(futurs):
                    resultat = _resultat(futur, futurs[futur])
                    restent.pop(resultat.apprenant)
                    if resultat.etat == AILLEURS and monotonic() < limite:
                        a_refaire.append(futurs[futur])
                    else:
                        yield resultat
        except BrokenProcessPool as erreur:
            # The system killed a process (memory): the copies that are left start again in new ones.
            essais += 1
            if essais > PROCESSUS_TUES_MAX:
                raise ArretError(
                    "Les processus de correction sont tués par le système : donnez-leur moins de travail à la fois "
                    "(--jobs 1) ou plus de mémoire, puis relancez la commande."
                ) from erreur
            a_refaire += restent.values()
        taches = a_refaire
        if taches:
            sleep(1)


def _resultat(futur: Future, tache: Tache) -> Resultat:
    try:
        return futur.result()
    except (ArretError, BrokenProcessPool):
        raise
    except Exception as erreur:  # what Dask raises when a worker dies again and again on the same copy
        from rncp_utils.autograde.lot.phrases import echec_de

        return Resultat(tache.apprenant, ECHEC, (echec_de(erreur),))


@contextmanager
def _executeur(options: Options, nombre: int) -> Iterator[tuple[Executor, Attente]]:
    """Something that runs :func:`corriger` elsewhere, and what waits for it."""
    if options.dask:
        from dask.distributed import Client

        with Client(options.dask, timeout="30s") as client, client.get_executor(pure=False) as executeur:
            yield executeur, as_completed
        return
    jobs = min(options.jobs or os.cpu_count() or 1, nombre)
    # Forked from a process that has imported nbgrader and has one thread: no worker spends 2 s on importing it again,
    # which a spawned one (joblib's loky) would.
    contexte = multiprocessing.get_context("fork")
    executeur = ProcessPoolExecutor(jobs, mp_context=contexte, initializer=_ouvrir_processus, initargs=(os.getpid(),))
    try:
        yield executeur, as_completed
    except KeyboardInterrupt:
        _tuer(executeur)
        raise
    finally:
        # After an error, the copies that are being graded come to their end: none is left half-written.
        executeur.shutdown(wait=True, cancel_futures=True)


def _ouvrir_processus(parent: int) -> None:
    """In a worker: die with the run, even when it is killed; leave Ctrl-C to it."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died in between
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from rncp_utils.autograde.lot.carnet import oublier_moteurs

    # A connection that two processes share is the end of a SQLite file, and of a PostgreSQL session.
    oublier_moteurs()


def _tuer(executeur: ProcessPoolExecutor) -> None:
    for processus in list((executeur._processes or {}).values()):
        processus.kill()
