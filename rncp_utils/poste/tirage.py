"""The workstation of an assignment: the client and the figures that are drawn for the owner of the copy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rncp_utils.lecon.identite import apprenant
from rncp_utils.lecon.jeu import FICHIER_QUESTIONS, charger_questions
from rncp_utils.poste.interface import PosteDeTravail

_TIRAGE = "client du poste"


def client_tire(codes: Sequence[str], apprenant: str, devoir: str, session: str) -> str:
    """Code of the situation that a learner works on, among ``codes``; the same on every machine.

    >>> client_tire(("fournil",), "a.martin", "B5-MES", "2026-S2")
    'fournil'
    """
    from rncp_utils.donnees.fils_rouges.leviers import graine

    return codes[int(graine(session, devoir, apprenant, _TIRAGE), 16) % len(codes)]


def mon_poste(codes: Sequence[str], *, devoir: str, dossier: Path | str = ".", **options: Any) -> PosteDeTravail:
    """Workstation of an assignment, on a client drawn for the learner, with figures of their own.

    As in :func:`rncp_utils.lecon.mon_cas`, assignment and session are read in ``questions.json``, beside the notebook.
    In ``source/``, where this file does not exist yet, it is the first client, with the figures of the course.

    Parameters
    ----------
    codes : sequence of str
        Situations that may be drawn.
    devoir : str
        Assignment whose file it is, while there is no ``questions.json``.
    options
        What :class:`PosteDeTravail` takes: ``cellule``, ``ecrans``, ``entrainement``.

    Raises
    ------
    ErreurDonnees
        Unknown screens, or ``questions.json`` cannot be read.
    """
    chemin = Path(dossier) / FICHIER_QUESTIONS
    if not chemin.exists():
        return PosteDeTravail(codes[0], devoir=devoir, dossier=dossier, **options)
    jeu = charger_questions(chemin)
    code = client_tire(codes, apprenant(), jeu.devoir, jeu.session)
    return PosteDeTravail(code, devoir=jeu.devoir, dossier=dossier, session=jeu.session, variante=True, **options)
