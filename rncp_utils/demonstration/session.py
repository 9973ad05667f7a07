"""The session of the fictive class: who is registered, its jury, what the jury has already decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rncp_utils.demonstration.classe import Apprenant
from rncp_utils.grading.certifications import DECISIONS
from rncp_utils.grading.documents import Jure, Session, ecrire_jury, ecrire_session
from rncp_utils.grading.entrees import ABSENCES, COLONNES_ABSENCES, COLONNES_INSCRIPTIONS, DOSSIER, INSCRIPTIONS
from rncp_utils.tableurs import ecrire_csv_fr

ENTREE, ENTREE_TARDIVE = dt.date(2023, 9, 15), dt.date(2024, 1, 15)
JURY = (
    Jure("Claire Petit", "directrice d'agence", present=True),
    Jure("Marc Aubry", "directeur du marché des professionnels", present=True),
    Jure("Sonia Ferrat", "chargée d'affaires professionnels", lien="tutrice d'Inès Benali", present=True),
)


def ecrire(cours: Path, classe: Sequence[Apprenant], devoir: str, jour: dt.date) -> None:
    """Write the files of ``session/``, as a coordinator would have filled them.

    The last learner but one came in after the end of the registration; whoever handed nothing in was away for a good
    reason.
    """
    dossier = cours / DOSSIER
    dossier.mkdir(exist_ok=True)
    ecrire_session(cours, Session("Classe fictive", "Démonstration", "Institut fictif", jour, "Strasbourg"))
    ecrire_jury(cours, JURY)
    inscriptions = []
    for rang, apprenant in enumerate(classe, 1):
        entree = ENTREE_TARDIVE if rang == len(classe) - 1 else ENTREE
        inscriptions.append((apprenant.identifiant, apprenant.nom, apprenant.prenom, "formation_continue", entree))
    ecrire_csv_fr(pd.DataFrame(inscriptions, columns=list(COLONNES_INSCRIPTIONS)), dossier / INSCRIPTIONS)
    absences = [(a.identifiant, devoir, "oui", "arrêt de travail") for a in classe if a.accident == "non_remis"]
    ecrire_csv_fr(pd.DataFrame(absences, columns=list(COLONNES_ABSENCES)), dossier / ABSENCES)
    decisions = [(classe[0].identifiant, "B1", "ajourné", "Trois épreuves du bloc restent à passer.")]
    colonnes = ["apprenant", "objet", "decision", "motif"]
    ecrire_csv_fr(pd.DataFrame(decisions, columns=colonnes), dossier / DECISIONS)
