"""The draw that the learner's form and the grader share: the same for the same learner, assignment and session."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from rncp_utils.erreurs import ErreurDonnees


def tirer(
    ids: Iterable[str],
    n: int,
    *,
    apprenant: str,
    devoir: str,
    session: str,
    exclusions: Mapping[str, Iterable[str]],
) -> list[str]:
    """Draw ``n`` identifiers, always the same ones for the same learner, assignment and session.

    An identifier excluded by one already taken (whichever of the two says so) is skipped.

    Raises
    ------
    ErreurDonnees
        Fewer than ``n`` identifiers can be taken together.
    """
    interdits = {identifiant: set(exclusions.get(identifiant, ())) for identifiant in ids}
    pris: list[str] = []
    for identifiant in _ordonner(interdits, session, devoir, apprenant):
        if len(pris) == n:
            break
        if not any(identifiant in interdits[autre] or autre in interdits[identifiant] for autre in pris):
            pris.append(identifiant)
    if len(pris) < n:
        raise ErreurDonnees(
            f"Le tirage demande {n} questions et n'en trouve que {len(pris)} qui aillent ensemble dans {devoir} : "
            "prévenez votre formateur."
        )
    return pris


def ordonner_options(
    ids_options: Iterable[str], *, question: str, apprenant: str, devoir: str, session: str
) -> list[str]:
    """Order of the options of a question for a learner."""
    return _ordonner(ids_options, session, devoir, apprenant, question)


def _ordonner(ids: Iterable[str], *graine: str) -> list[str]:
    return sorted(ids, key=lambda nom: hashlib.sha256("|".join([*graine, nom]).encode("utf-8")).hexdigest())
