"""Right answers of a copy, out of ``corriges/<assignment>/attendus.py``: for graders and tests, never released."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.lecon.jeu import FICHIER_QUESTIONS, charger_questions

DOSSIER, FICHIER = "corriges", "attendus.py"


def charger_attendus(cours: Path, devoir: str) -> ModuleType:
    """The module of an assignment: ``modele(apprenant, session)`` and ``erreurs(apprenant, session)``.

    Raises
    ------
    ErreurDonnees
        No such file: the assignment has no figures of its own, or this machine has no ``corriges/``.
    """
    chemin = cours / DOSSIER / devoir / FICHIER
    if not chemin.is_file():
        connus = sorted(x.parent.name for x in (cours / DOSSIER).glob(f"*/{FICHIER}"))
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
