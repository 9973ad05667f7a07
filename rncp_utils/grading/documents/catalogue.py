"""What can be written of a session, by the short name that a command or a button gives it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from rncp_utils.grading.documents import cohorte
from rncp_utils.grading.documents.document import Document
from rncp_utils.grading.documents.jury import dossier_du_jury, proces_verbal
from rncp_utils.grading.documents.livret import livrets
from rncp_utils.grading.documents.parcours import Dossier

PV = "pv"
# Short name → title, in the order of the page; the minutes have their own conditions and are asked for by name.
TITRES = {
    "jury": "Dossier du jury",
    "livrets": "Livrets individuels",
    "statistiques": "Statistiques",
    "couverture": "Matrice de couverture",
    "suivi": "Suivi des remises",
    "journal": "Journal d'audit",
    "anomalies": "Anomalies",
}


def fabriquer(choix: Iterable[str], dossier: Dossier, cours: Path, edite_le: dt.date) -> list[Document]:
    """Documents demandés, dans l'ordre du catalogue.

    Parameters
    ----------
    choix
        Noms de :data:`TITRES`, ou :data:`PV`.
    dossier
        Session : ses résultats, son en-tête, son jury.
    cours
        Dossier du cours (leçons, copies, journal).
    edite_le
        Date portée sur les documents.

    Raises
    ------
    ErreurRegle
        Le procès-verbal est demandé et ne peut pas être édité.
    """
    resultats, choisis = dossier.resultats, set(choix)
    fabriques = {
        "jury": lambda: [dossier_du_jury(dossier, edite_le)],
        "livrets": lambda: livrets(dossier, edite_le),
        "statistiques": lambda: [cohorte.statistiques_de_promotion(resultats, edite_le)],
        "couverture": lambda: [cohorte.matrice_de_couverture(resultats, cours / "course", edite_le)],
        "suivi": lambda: [cohorte.suivi_de_remise(resultats, cours, edite_le)],
        "journal": lambda: [cohorte.journal_d_audit(resultats, cours, edite_le)],
        "anomalies": lambda: [cohorte.anomalies_des_copies(resultats, edite_le)],
        PV: lambda: [proces_verbal(dossier, edite_le)],
    }
    return [document for nom, fabrique in fabriques.items() if nom in choisis for document in fabrique()]
