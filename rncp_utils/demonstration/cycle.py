"""The whole cycle on a fictive class, in a scratch course folder, with nbgrader itself."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from nbgrader.api import Gradebook

from rncp_utils.autograde.anomalies import COLUMNS, anomalies_du_devoir
from rncp_utils.autograde.attendus import devoirs_attendus
from rncp_utils.autograde.cours import CONFIG_FILE, Cours, ouvrir_cours
from rncp_utils.autograde.lot.ouvrier import AILLEURS, ECHEC
from rncp_utils.autograde.lot.passage import AUCUNE, REQUISE, ZYGOTE_VARIABLE, Options, corriger_devoir
from rncp_utils.autograde.noyaux.isolation import ErreurIsolation
from rncp_utils.autograde.noyaux.zygote import Zygote
from rncp_utils.demonstration import parallele, session
from rncp_utils.demonstration.classe import CLASSE, NON_REMIS, Apprenant
from rncp_utils.demonstration.copies import Epreuve
from rncp_utils.demonstration.notation import noter_les_copies, observer
from rncp_utils.demonstration.parallele import Suivi
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.grading import Exports, exporter
from rncp_utils.grading.documents import (
    PV,
    Ecrits,
    ecrire_documents,
    fabriquer,
    lire_dossier,
    livrets,
    matrice_de_couverture,
)
from rncp_utils.grading.resultats import calculer
from rncp_utils.referentiel import charger_referentiel

# Deadline of the first assessment; the others follow, a week apart.
PREMIERE_ECHEANCE = dt.datetime(2026, 9, 4, 17, 0, tzinfo=dt.UTC)
# The assessment of which everybody gets the feedback: texts, figures, and grades of both kinds.
DEVOIR = "B1-CAS"
MARKER = ".demonstration-rncp"


@dataclass(frozen=True)
class Bilan:
    """What the demonstration made: the class, the assessments, the exports, where things are.

    Attributes
    ----------
    absentes
        Assessments of the sheet that this course does not hold yet.
    isolee
        Whether the copies were graded under isolation.
    """

    classe: tuple[Apprenant, ...]
    epreuves: tuple[str, ...]
    absentes: tuple[str, ...]
    cours: Cours
    exports: Exports
    documents: Ecrits
    isolee: bool


def sans_suivi(etape: str, elements: Iterable[Any]) -> Iterator[Any]:
    """No progress shown."""
    return iter(elements)


def epreuves_disponibles(depot: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Assessments of the sheet that the course holds, with their expected answers, and those that it does not."""
    fiche, connus = charger_referentiel().codes_evaluations, set(devoirs_attendus(depot))
    la = tuple(code for code in fiche if code in connus and any((depot / "source" / code).glob("*.ipynb")))
    return la, tuple(code for code in fiche if code not in la)


def executer(
    depot: Path,
    sortie: Path,
    *,
    classe: tuple[Apprenant, ...] = CLASSE,
    devoirs: Sequence[str] = (),
    suivi: Suivi = sans_suivi,
) -> Bilan:
    """Generate, receive, autograde, grade by hand, return and export the assessments of a fictive class.

    Parameters
    ----------
    depot
        Course folder of the repository (``source/``, ``corriges/``, ``nbgrader_config.py``).
    sortie
        Folder to make: ``cours/`` (nbgrader's folders), ``exports/`` (tables), ``documents/`` (jury). A former
        demonstration is replaced; any other existing folder is refused.
    devoirs
        Assessments to run; all that the course holds by default.
    """
    disponibles, absentes = epreuves_disponibles(depot)
    choisis = _choisir(devoirs, disponibles)
    cours = preparer(depot, sortie, disponibles)
    for devoir in suivi("Devoirs distribués", choisis):
        cours.generer(devoir)
    echeances = {devoir: PREMIERE_ECHEANCE + dt.timedelta(weeks=rang) for rang, devoir in enumerate(choisis)}
    inscrire(cours, classe, echeances)
    epreuves = [Epreuve(d, depot, cours.dossier / "release" / d, limite) for d, limite in echeances.items()]
    parallele.deposer(cours, epreuves, classe, suivi)
    anomalies, isolee = corriger(cours, epreuves, classe, suivi)
    for epreuve in suivi("Notes des formateurs", epreuves):
        noter_les_copies(cours, epreuve, classe)
    observer(cours, epreuves, classe, max(echeances.values()).date() + dt.timedelta(days=3))
    parallele.rendre_les_retours(cours, _retours(epreuves, classe, anomalies), suivi)
    session.ecrire(cours.dossier, classe, choisis, anomalies)
    session.decider(cours.dossier, calculer(cours.url_base, cours.dossier / "source", anomalies=anomalies))
    exports = exporter(cours.url_base, cours.dossier / "source", sortie / "exports", anomalies=anomalies)
    documents = ecrire_les_documents(depot, cours, exports, sortie / "documents", suivi)
    return Bilan(classe, choisis, absentes, cours, exports, documents, isolee)


def _choisir(devoirs: Sequence[str], disponibles: tuple[str, ...]) -> tuple[str, ...]:
    inconnus = [devoir for devoir in devoirs if devoir not in disponibles]
    if inconnus or not disponibles:
        raise ErreurDonnees(
            f"La démonstration ne connaît pas « {', '.join(inconnus) or 'aucune épreuve'} » : "
            f"choisissez parmi {', '.join(disponibles) or 'les épreuves de la fiche, absentes de ce cours'}."
        )
    return tuple(code for code in disponibles if not devoirs or code in devoirs)


def ecrire_les_documents(depot: Path, cours: Cours, exports: Exports, sortie: Path, suivi: Suivi) -> Ecrits:
    """What a jury works with: its file, the minutes, booklets, statistics; in PDF too when Chromium is there."""
    dossier, jour = lire_dossier(exports, cours.dossier), dt.date.today()
    documents = fabriquer(["jury", PV, "statistiques", "suivi", "journal", "anomalies"], dossier, cours.dossier, jour)
    documents.append(matrice_de_couverture(exports, depot / "course", jour))
    documents += livrets(dossier, jour)
    avancee = suivi("Documents", documents)
    ecrits = ecrire_documents(
        documents,
        sortie,
        promotion=dossier.session.promotion,
        edite_le=jour,
        referentiel=exports.referentiel,
        regles=exports.regles,
        suivi=lambda *_: next(avancee, None),
    )
    deque(avancee, maxlen=0)
    return ecrits


def corriger(
    cours: Cours, epreuves: Sequence[Epreuve], classe: Sequence[Apprenant], suivi: Suivi
) -> tuple[pd.DataFrame, bool]:
    """Grade every copy as ``rncp autograde`` does; return the anomalies, and whether it was under isolation."""
    with _noyaux() as isolation:
        tables = [_corriger(cours, epreuve, _remis(epreuve, classe), isolation, suivi) for epreuve in epreuves]
    return pd.concat([pd.DataFrame(columns=COLUMNS), *tables], ignore_index=True), isolation == REQUISE


@contextmanager
def _noyaux() -> Iterator[str]:
    """Warm kernels for all the assessments. The copies are ours: where isolation is not to be had, none is needed."""
    try:
        zygote, isolation = Zygote.demarrer(isolation=REQUISE), REQUISE
    except ErreurIsolation:
        zygote, isolation = Zygote.demarrer(isolation=AUCUNE), AUCUNE
    avant = os.environ.get(ZYGOTE_VARIABLE)
    os.environ[ZYGOTE_VARIABLE] = str(zygote.adresse)
    try:
        yield isolation
    finally:
        os.environ.pop(ZYGOTE_VARIABLE)
        if avant is not None:
            os.environ[ZYGOTE_VARIABLE] = avant
        zygote.arreter()


def _corriger(cours: Cours, epreuve: Epreuve, remis: Sequence[Apprenant], isolation: str, suivi: Suivi) -> pd.DataFrame:
    """Anomalies of an assessment, graded."""
    if not remis:
        return pd.DataFrame(columns=COLUMNS)
    # The first result starts the bar, which has a thread: the processes that grade are forked before.
    avancee = suivi(f"Correction de {epreuve.devoir}", remis)
    options = Options(isolation=isolation)
    passage = corriger_devoir(cours.dossier, epreuve.devoir, options, suivi=lambda _: lambda _: next(avancee, None))
    deque(avancee, maxlen=0)
    echecs = [
        (r.apprenant, epreuve.devoir, "", "echec_de_correction", " ".join(r.motifs))
        for r in passage.de(ECHEC, AILLEURS)
    ]
    return pd.concat([anomalies_du_devoir(cours.dossier, epreuve.devoir), pd.DataFrame(echecs, columns=COLUMNS)])


def _remis(epreuve: Epreuve, classe: Iterable[Apprenant]) -> list[Apprenant]:
    return [apprenant for apprenant in classe if apprenant.accident(epreuve.devoir) != NON_REMIS]


def _retours(
    epreuves: Sequence[Epreuve], classe: Sequence[Apprenant], anomalies: pd.DataFrame
) -> list[tuple[str, str]]:
    """Feedback to write, assignment and learner: the class at one assessment, the first learner at all of them.

    A page takes a second: the others are one command away, and show nothing more.
    """
    ratees = anomalies[anomalies["code"] == "echec_de_correction"]
    ratees = set(zip(ratees["devoir"], ratees["apprenant"], strict=True))
    vitrine = next((e for e in epreuves if e.devoir == DEVOIR), epreuves[0])
    remises = [(e.devoir, a.identifiant) for e in epreuves for a in _remis(e, classe if e is vitrine else classe[:1])]
    return [remise for remise in remises if remise not in ratees]


def preparer(depot: Path, sortie: Path, devoirs: Iterable[str] | None = None) -> Cours:
    """A scratch course folder with the configuration and the sources of the repository: all, or these assignments."""
    if sortie.exists():
        if not (sortie / MARKER).exists():
            raise ErreurDonnees(
                f"Le dossier « {sortie} » existe déjà et ne vient pas d'une démonstration : "
                "choisissez-en un autre avec --sortie."
            )
        shutil.rmtree(sortie)
    cours = sortie / "cours"
    cours.mkdir(parents=True)
    (sortie / MARKER).write_text(
        "Dossier produit par « rncp demo » : il est remplacé à chaque fois.\n", encoding="utf-8"
    )
    for devoir in ("",) if devoirs is None else devoirs:
        ignores = shutil.ignore_patterns(".ipynb_checkpoints")
        shutil.copytree(depot / "source" / devoir, cours / "source" / devoir, ignore=ignores)
    shutil.copy(depot / CONFIG_FILE, cours / CONFIG_FILE)
    return ouvrir_cours(cours)


def inscrire(cours: Cours, classe: Iterable[Apprenant], echeances: dict[str, dt.datetime]) -> None:
    """Put the deadlines and the class in the gradebook."""
    with Gradebook(cours.url_base, cours.api.coursedir.course_id) as gradebook:
        for devoir, limite in echeances.items():
            # nbgrader keeps naive UTC datetimes.
            gradebook.update_or_create_assignment(devoir, duedate=limite.replace(tzinfo=None))
        for apprenant in classe:
            gradebook.update_or_create_student(
                apprenant.identifiant, first_name=apprenant.prenom, last_name=apprenant.nom
            )
