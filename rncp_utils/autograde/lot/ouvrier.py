"""The work of one process: grade the copies that it is given, one after the other."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from time import monotonic

from rncp_utils.autograde.lot.phrases import ArretError, arret_de, echec_de

CORRIGEE, A_EXAMINER, DEJA, AILLEURS, ECHEC = "corrigée", "à examiner", "déjà corrigée", "en cours ailleurs", "échec"
# nbgrader changes the working directory and the environment: one copy at a time in a process, whatever runs it.
_UNE_A_LA_FOIS = threading.Lock()


@dataclass(frozen=True)
class Tache:
    """A copy to grade. Plain data: it travels to other processes and machines."""

    cours: str
    devoir: str
    apprenant: str
    devoir_lu: str
    isolation: str = "requise"
    zygote: str = ""
    passage: str = ""
    tout: bool = False


@dataclass(frozen=True)
class Resultat:
    """What became of a copy."""

    apprenant: str
    etat: str
    motifs: tuple[str, ...] = ()
    remarques: tuple[str, ...] = ()
    tests_dans_a: tuple[str, ...] = ()
    secondes: float = 0.0


def corriger(tache: Tache) -> Resultat:
    """Grade a copy, unless it is done or another grader has it.

    Raises
    ------
    ArretError
        Nothing can be graded any more (full disk, gradebook that does not answer, no isolation).
    """
    debut = monotonic()
    with _UNE_A_LA_FOIS:
        try:
            resultat = _corriger(tache)
        except Exception as erreur:
            if phrase := arret_de(erreur):
                raise ArretError(phrase) from erreur
            resultat = Resultat(tache.apprenant, ECHEC, (echec_de(erreur),))
    return replace(resultat, secondes=monotonic() - debut)


def _corriger(tache: Tache) -> Resultat:
    from rncp_utils.autograde.lot.copies import est_faite
    from rncp_utils.autograde.lot.verrou import reclamer

    cours = Path(tache.cours)
    _environnement(tache)
    atelier = _atelier(tache.cours, tache.passage)
    with reclamer(cours, atelier.coursedir.db_url, tache.devoir, tache.apprenant) as obtenu:
        if not obtenu:
            return Resultat(tache.apprenant, AILLEURS)
        # Another grader may have done it since the list was made.
        if not tache.tout and est_faite(cours, tache.devoir, tache.apprenant, tache.devoir_lu):
            return resultat_de(cours, tache.devoir, tache.apprenant, DEJA)
        atelier.corriger(tache.devoir, tache.apprenant)
    return resultat_de(cours, tache.devoir, tache.apprenant, "")


def resultat_de(cours: Path, devoir: str, apprenant: str, etat: str) -> Resultat:
    """What is known of a graded copy; ``etat`` empty: told by its reasons to be examined."""
    from rncp_utils.autograde.lot.etat import lire_etat

    lu = lire_etat(cours, devoir, apprenant)
    if lu is None:
        return Resultat(apprenant, etat or CORRIGEE)
    etat = etat or (A_EXAMINER if lu.motifs else CORRIGEE)
    return Resultat(apprenant, etat, lu.motifs, lu.remarques, lu.tests_dans_a)


def _environnement(tache: Tache) -> None:
    os.environ["RNCP_ISOLATION"] = tache.isolation
    # On another machine, that socket is not there: the kernels start a zygote of their own.
    if tache.zygote and Path(tache.zygote).exists():
        os.environ["RNCP_ZYGOTE"] = tache.zygote


@lru_cache(maxsize=1)
def _atelier(cours: str, _passage: str):
    """Everything that serves all the copies of one run: a later one reads the configuration again."""
    from rncp_utils.autograde.cours import lire_config
    from rncp_utils.autograde.lot.convertisseur import WarmAutograde

    config, coursedir = lire_config(Path(cours))
    # What is worth a person's time is in the result; nbgrader's own log tells each step.
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message=".*not in session, add operation along.*")
    return WarmAutograde(coursedir=coursedir, config=config).preparer_outils()
