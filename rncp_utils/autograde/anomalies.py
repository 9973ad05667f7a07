"""What went wrong in the copies of an assignment, told in French, one row a fault.

The table is computed again from the files that were submitted: it does not depend on what ran before, and two runs say
the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from rncp_utils.autograde.preprocessors import FORM
from rncp_utils.autograde.reparation import examiner_copie
from rncp_utils.lecon.anomalies import Anomalie
from rncp_utils.lecon.jeu import JeuDeQuestions, charger_questions
from rncp_utils.lecon.reponses import lire_reponses
from rncp_utils.lecon.verification import verifier_reponses

COLUMNS = ["apprenant", "devoir", "cellule", "code", "motif"]


def anomalies_du_devoir(cours: Path, devoir: str) -> pd.DataFrame:
    """Anomalies of every copy submitted for ``devoir``.

    Parameters
    ----------
    cours
        Course folder (holds ``release/`` and ``submitted/``).
    devoir
        Assignment, for instance ``"B1-QST"``.

    Returns
    -------
    DataFrame
        Columns apprenant, devoir, cellule ("" for the whole copy), code, motif (one French sentence); sorted.
    """
    officiel = cours / "release" / devoir
    jeu = charger_questions(officiel / FORM) if (officiel / FORM).exists() else None
    lignes = []
    for copie in sorted((cours / "submitted").glob(f"*/{devoir}")):
        apprenant = copie.parent.name
        trouvees = [("", anomalie) for anomalie in examiner_copie(copie, officiel)]
        if jeu:
            trouvees += _anomalies_des_reponses(copie, jeu, apprenant)
        lignes += [(apprenant, devoir, cellule, anomalie.code, anomalie.phrase) for cellule, anomalie in trouvees]
    return pd.DataFrame(lignes, columns=COLUMNS)


def _anomalies_des_reponses(copie: Path, jeu: JeuDeQuestions, apprenant: str) -> list[tuple[str, Anomalie]]:
    lectures = {cellule: lire_reponses(copie, jeu.devoir, cellule) for cellule in jeu.cellules}
    if all([anomalie.code for anomalie in lecture.anomalies] == ["absent"] for lecture in lectures.values()):
        vide = Anomalie(
            code="copie_vide",
            lu="copie",
            probleme="aucune réponse n'a été enregistrée",
            suite="toutes les parties valent 0",
        )
        return [("", vide)]
    return list(_par_cellule(lectures, jeu, apprenant))


def _par_cellule(lectures: dict, jeu: JeuDeQuestions, apprenant: str) -> Iterator[tuple[str, Anomalie]]:
    for cellule, lecture in lectures.items():
        questions = jeu.questions_de(cellule, apprenant)
        _, rejetees = verifier_reponses(lecture, questions, apprenant, jeu.session)
        for anomalie in [*lecture.anomalies, *rejetees]:
            yield cellule, anomalie
