"""Which copies of an assignment there are, and which are done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rncp_utils.autograde.lot.etat import empreinte, lire_etat
from rncp_utils.erreurs import ErreurDonnees


@dataclass(frozen=True)
class Devoir:
    """An assignment to grade, and its fingerprint."""

    cours: Path
    nom: str
    devoir_lu: str

    @property
    def apprenants(self) -> list[str]:
        """Learners who handed it in, in order."""
        return sorted(
            chemin.parent.name
            for chemin in (self.cours / "submitted").glob(f"*/{self.nom}")
            if chemin.is_dir() and not chemin.parent.name.startswith(".")
        )


def lire_devoir(cours: Path, nom: str) -> Devoir:
    """The assignment; raise a French :class:`ErreurDonnees` when it cannot be graded."""
    source, publie = cours / "source" / nom, cours / "release" / nom
    if not any(source.glob("*.ipynb")):
        connus = sorted(chemin.parent.name for chemin in (cours / "source").glob("*/*.ipynb"))
        raise ErreurDonnees(
            f"Le devoir « {nom} » n'a pas de notebook dans {source} : remettez-le en place, ou choisissez parmi "
            f"{', '.join(dict.fromkeys(connus)) or 'aucun devoir'}."
        )
    if not any(publie.glob("*.ipynb")):
        raise ErreurDonnees(
            f"Le devoir « {nom} » n'a pas été généré : release/{nom} est vide. "
            f"Lancez « nbgrader generate_assignment {nom} », puis recommencez."
        )
    return Devoir(cours, nom, empreinte(source))


def est_faite(cours: Path, devoir: str, apprenant: str, devoir_lu: str) -> bool:
    """Was this very submission graded against this very assignment, and are its notebooks there?"""
    etat = lire_etat(cours, devoir, apprenant)
    if etat is None or etat.devoir_lu != devoir_lu:
        return False
    corrigee = cours / "autograded" / apprenant / devoir
    if not all((corrigee / f"{nom}.ipynb").is_file() for nom in etat.bilans) or not etat.bilans:
        return False
    return etat.copie_lue == empreinte(cours / "submitted" / apprenant / devoir)


def dans_le_carnet(url: str, devoir: str, tests: set[str]) -> set[str]:
    """Learners whose copy the gradebook holds, with a score for each of the cells ``tests``."""
    from nbgrader.api import Assignment, BaseCell, Grade, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import and_, case, func, select

    from rncp_utils.autograde.lot.carnet import WarmGradebook

    copies, notebooks, notes, devoirs, cellules = (
        classe.__table__ for classe in (SubmittedAssignment, SubmittedNotebook, Grade, Assignment, BaseCell)
    )
    sans_note = and_(notes.c.auto_score.is_(None), cellules.c.name.in_(tests))
    demande = (
        select(copies.c.student_id, func.sum(case((sans_note, 1), else_=0)))
        .join(devoirs, devoirs.c.id == copies.c.assignment_id)
        .join(notebooks, notebooks.c.assignment_id == copies.c.id)
        .join(notes, notes.c.notebook_id == notebooks.c.id)
        .join(cellules, cellules.c.id == notes.c.cell_id)
        .where(devoirs.c.name == devoir)
        .group_by(copies.c.student_id)
    )
    with WarmGradebook(url) as carnet:
        return {apprenant for apprenant, manquantes in carnet.db.execute(demande) if not manquantes}
