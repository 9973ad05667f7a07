"""Assignments in a learner's folder: where each one is, and how much of it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.lecon.identite import apprenant
from rncp_utils.lecon.jeu import FICHIER_QUESTIONS, charger_questions
from rncp_utils.lecon.reponses import lire_reponses
from rncp_utils.lecon.saisie import complete
from rncp_utils.lecon.verification import verifier_reponses

if TYPE_CHECKING:
    from rncp_utils.referentiel import Referentiel

ENTRAINEMENT = "Devoir d'entraînement"
PRISE_EN_MAIN = "F-M0"
A_RECUPERER = "à récupérer dans la liste des devoirs"


@dataclass(frozen=True)
class Devoir:
    """An assignment of the course.

    Attributes
    ----------
    code, libelle
        « B1-CAS », « Etude de cas ».
    bloc
        « B1 », or nothing for module 0.
    notebook
        Where it is in the learner's folder; None as long as it was not fetched.
    etat
        What is answered, in French.
    """

    code: str
    libelle: str
    bloc: str
    notebook: Path | None = None
    etat: str = A_RECUPERER


def devoirs_du_cours(referentiel: Referentiel, dossier: Path) -> Iterator[Devoir]:
    """The assignment of module 0, the training ones that were fetched, then those of the qualification."""
    blocs = {bloc.code for bloc in referentiel.blocs}
    trouves = {chemin.parent.name for chemin in dossier.glob(f"F-*/{FICHIER_QUESTIONS}")}
    for code in sorted({PRISE_EN_MAIN, *trouves}):
        bloc = code.removeprefix("F-")
        yield _devoir(dossier, code, ENTRAINEMENT, bloc if bloc in blocs else "")
    for evaluation in referentiel.evaluations:
        yield _devoir(dossier, evaluation.code, evaluation.libelle, evaluation.bloc)


def _devoir(dossier: Path, code: str, libelle: str, bloc: str) -> Devoir:
    ici = dossier / code
    notebook = next(iter(sorted(ici.glob("*.ipynb"))), None) if (ici / FICHIER_QUESTIONS).exists() else None
    return Devoir(code, libelle, bloc, notebook, _etat(ici)) if notebook else Devoir(code, libelle, bloc)


def _etat(dossier: Path) -> str:
    try:
        faites, total = compter(dossier, apprenant())
    except ErreurRncp:
        return "illisible : prévenez votre formateur"
    signe = "✔ " if faites == total else ""
    return f"{signe}{faites} réponse{'s' if faites > 1 else ''} sur {total}"


def compter(dossier: Path, proprietaire: str) -> tuple[int, int]:
    """Questions answered, and questions asked (an optional one counts once it has an answer).

    Raises
    ------
    ErreurRncp
        ``questions.json`` cannot be read.
    """
    jeu = charger_questions(dossier / FICHIER_QUESTIONS)
    faites = total = 0
    for cellule in jeu.cellules:
        questions = jeu.questions_de(cellule, proprietaire)
        lecture = lire_reponses(dossier, jeu.devoir, cellule)
        reponses, _ = verifier_reponses(lecture, questions, proprietaire, jeu.session)
        for question in questions:
            if not question.facultatif or question.id in reponses:
                total += 1
                faites += complete(question, reponses.get(question.id))
    return faites, total
