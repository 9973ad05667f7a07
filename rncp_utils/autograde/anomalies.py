"""What went wrong in the copies of an assignment, told in French, one row a fault.

The table is computed again from the files that were submitted, and from what the last run of each copy showed: two runs
say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rncp_utils.autograde.lot.etat import anomalies_de_correction
from rncp_utils.autograde.preprocessors import FORM
from rncp_utils.autograde.reparation import examiner_copie
from rncp_utils.entretien.copies import Appel, anomalies_de_l_entretien, entretiens_du_devoir
from rncp_utils.lecon.anomalies import Anomalie
from rncp_utils.lecon.jeu import JeuDeQuestions, charger_questions
from rncp_utils.lecon.reponses import chemin_reponses, fichiers_etrangers, lire_reponses
from rncp_utils.lecon.verification import verifier_reponses
from rncp_utils.poste.copies import PosteDemande, anomalies_du_poste, postes_du_devoir

COLUMNS = ["apprenant", "devoir", "cellule", "code", "motif"]
ABSENT = "absent"


def anomalies_du_devoir(cours: Path, devoir: str) -> pd.DataFrame:
    """Anomalies of every copy submitted for ``devoir``.

    Parameters
    ----------
    cours
        Course folder (holds ``release/`` and ``submitted/``; with ``source/``, blocking errors are told too).
    devoir
        Assignment, for instance ``"B1-QST"``.

    Returns
    -------
    DataFrame
        Columns apprenant, devoir, cellule ("" for the whole copy), code, motif (one French sentence); sorted.
    """
    officiel = cours / "release" / devoir
    verite = cours / "source" / devoir / "verite.yaml"
    attendu = _attendu(officiel, verite if verite.is_file() else None)
    lignes = []
    for copie in sorted((cours / "submitted").glob(f"*/{devoir}")):
        apprenant = copie.parent.name
        trouvees = [("", anomalie) for anomalie in examiner_copie(copie, officiel)]
        trouvees += _anomalies_des_fichiers(copie, attendu, apprenant)
        lignes += [(apprenant, devoir, cellule, anomalie.code, anomalie.phrase) for cellule, anomalie in trouvees]
        vues = anomalies_de_correction(cours, devoir, apprenant)
        lignes += [(apprenant, devoir, "", code, phrase) for code, phrase in vues]
    return pd.DataFrame(lignes, columns=COLUMNS)


@dataclass(frozen=True)
class _Attendu:
    """What an assignment asks to be saved beside its notebook: forms, interviews, and workstations."""

    jeu: JeuDeQuestions | None
    entretiens: list[Appel]
    postes: list[PosteDemande]

    def fichiers(self, copie: Path) -> list[Path]:
        """Where a copy keeps what is asked."""
        noms = [(self.jeu.devoir, cellule) for cellule in self.jeu.cellules] if self.jeu else []
        noms += [(appel.devoir, appel.cellule) for appel in self.entretiens]
        return [chemin_reponses(copie, *nom) for nom in noms]


def _attendu(officiel: Path, verite: Path | None) -> _Attendu:
    jeu = charger_questions(officiel / FORM) if (officiel / FORM).exists() else None
    postes = postes_du_devoir(officiel, jeu.devoir, jeu.session) if jeu else []
    return _Attendu(jeu, entretiens_du_devoir(officiel, verite), postes)


def _anomalies_des_fichiers(copie: Path, attendu: _Attendu, apprenant: str) -> list[tuple[str, Anomalie]]:
    parties = list(_formulaires(copie, attendu.jeu, apprenant)) if attendu.jeu else []
    parties += [(a.cellule, anomalies_de_l_entretien(copie, a, apprenant)) for a in attendu.entretiens]
    parties += [(p.cellule, anomalies_du_poste(copie, p, apprenant)) for p in attendu.postes]
    etrangers = [("", anomalie) for anomalie in fichiers_etrangers(copie, attendu.fichiers(copie))]
    if parties and all([anomalie.code for anomalie in trouvees] == [ABSENT] for _, trouvees in parties):
        vide = Anomalie(
            code="copie_vide",
            lu="copie",
            probleme="aucune réponse n'a été enregistrée",
            suite="toutes les parties valent 0",
        )
        return [("", vide), *etrangers]
    return [(cellule, anomalie) for cellule, trouvees in parties for anomalie in trouvees] + etrangers


def _formulaires(copie: Path, jeu: JeuDeQuestions, apprenant: str) -> Iterator[tuple[str, list[Anomalie]]]:
    for cellule in jeu.cellules:
        lecture = lire_reponses(copie, jeu.devoir, cellule)
        questions = jeu.questions_de(cellule, apprenant)
        _, rejetees = verifier_reponses(lecture, questions, apprenant, jeu.session)
        yield cellule, [*lecture.anomalies, *rejetees]
