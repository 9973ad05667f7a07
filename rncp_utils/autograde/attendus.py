"""Right answers of a copy, for graders and tests, never released.

They come out of ``corriges/<assignment>/attendus.py``, or out of the bank that the questions are drawn from.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, Protocol

from rncp_utils.autograde.attendus_banque import AttendusDeBanque
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.lecon.jeu import FICHIER_QUESTIONS, charger_questions

DOSSIER, FICHIER = "corriges", "attendus.py"
BANQUE = "banque.yaml"


class Attendus(Protocol):
    """What is expected in the copy of a learner."""

    def modele(self, apprenant: str, session: str) -> dict[str, dict[str, Any]]:
        """Right answers: cell → field → answer, as a learner would type it."""

    def erreurs(self, apprenant: str, session: str) -> tuple[dict[str, dict[str, Any]], dict[str, float]]:
        """Answers of a copy of typical mistakes, and the points that each cell earns."""


def devoirs_attendus(cours: Path) -> list[str]:
    """Assignments whose right answers are known here."""
    chemins = [*cours.glob(f"{DOSSIER}/*/{FICHIER}"), *cours.glob(f"source/*/{BANQUE}")]
    return sorted(chemin.parent.name for chemin in chemins)


def charger_attendus(cours: Path, devoir: str) -> Attendus:
    """What is expected of an assignment.

    Raises
    ------
    ErreurDonnees
        The assignment has no figures of its own, or this machine has no ``corriges/``.
    """
    chemin = cours / DOSSIER / devoir / FICHIER
    banque = cours / "source" / devoir / BANQUE
    if banque.is_file():
        from rncp_utils.evaluation.banque import charger_banque

        return AttendusDeBanque(charger_banque(banque))
    if not chemin.is_file():
        connus = devoirs_attendus(cours)
        raise ErreurDonnees(
            f"Aucun attendu n'est écrit pour « {devoir} » ({chemin.relative_to(cours)}) ; "
            f"devoirs qui en ont : {', '.join(connus) or 'aucun'}."
        )
    description = importlib.util.spec_from_file_location(f"attendus_{devoir.lower().replace('-', '_')}", chemin)
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    return module


def session_du_devoir(cours: Path, devoir: str) -> str:
    """Session of the released assignment, which its variants are drawn from."""
    chemin = cours / "release" / devoir / FICHIER_QUESTIONS
    if not chemin.is_file():
        raise ErreurDonnees(f"Le devoir {devoir} n'a pas été distribué (release/{devoir}) : générez-le d'abord.")
    return charger_questions(chemin).session


def attendus_de(cours: Path, devoir: str, apprenant: str, session: str | None = None) -> dict[str, dict[str, Any]]:
    """Right answers of every cell that the machine grades in the copy of a learner."""
    return charger_attendus(cours, devoir).modele(apprenant, session or session_du_devoir(cours, devoir))
