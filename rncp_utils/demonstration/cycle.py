"""The whole cycle on a fictive class, in a scratch course folder, with nbgrader itself."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbgrader.api import Gradebook

from rncp_utils.autograde.anomalies import COLUMNS, anomalies_du_devoir
from rncp_utils.autograde.cours import CONFIG_FILE, Cours, ouvrir_cours
from rncp_utils.autograde.lot.ouvrier import AILLEURS, ECHEC
from rncp_utils.autograde.lot.passage import AUCUNE, REQUISE, Options, Passage, corriger_devoir
from rncp_utils.autograde.noyaux.isolation import ErreurIsolation
from rncp_utils.autograde.preprocessors import BANK, FORM
from rncp_utils.demonstration import session
from rncp_utils.demonstration.classe import CLASSE, Apprenant, repondre
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.evaluation.banque import charger_banque
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
from rncp_utils.lecon.jeu import charger_questions
from rncp_utils.lecon.reponses import ecrire_reponses

DEVOIR = "B1-QST"
DEADLINE = dt.datetime(2026, 11, 20, 17, 0, tzinfo=dt.UTC)
MARKER = ".demonstration-rncp"

# Says that a step goes over these things: the command line shows a progress bar, a test nothing.
Suivi = Callable[[str, Iterable[Any]], Iterator[Any]]


@dataclass(frozen=True)
class Bilan:
    """What the demonstration made: the class, the exports, where things are."""

    classe: tuple[Apprenant, ...]
    cours: Cours
    exports: Exports
    documents: Ecrits


def sans_suivi(etape: str, elements: Iterable[Any]) -> Iterator[Any]:
    """No progress shown."""
    return iter(elements)


def executer(depot: Path, sortie: Path, *, classe: tuple[Apprenant, ...] = CLASSE, suivi: Suivi = sans_suivi) -> Bilan:
    """Generate, receive, autograde, return and export B1-QST for a fictive class.

    Parameters
    ----------
    depot
        Course folder of the repository (``source/``, ``nbgrader_config.py``).
    sortie
        Folder to make: ``cours/`` (nbgrader's folders), ``exports/`` (tables), ``documents/`` (jury). A former
        demonstration is replaced; any other existing folder is refused.
    """
    cours = preparer(depot, sortie)
    cours.generer(DEVOIR)
    inscrire(cours, classe)
    for apprenant in suivi("Copies remises", classe):
        deposer(cours, depot, apprenant)
    remis = [apprenant for apprenant in classe if apprenant.accident != "non_remis"]
    passage = corriger(cours, remis, suivi)
    echecs = [(r.apprenant, DEVOIR, "", "echec_de_correction", " ".join(r.motifs)) for r in passage.de(ECHEC, AILLEURS)]
    rates = {echec[0] for echec in echecs}
    for apprenant in suivi("Retours aux apprenants", [a for a in remis if a.identifiant not in rates]):
        cours.rendre_retours(DEVOIR, apprenant.identifiant)
    anomalies = pd.concat([anomalies_du_devoir(cours.dossier, DEVOIR), pd.DataFrame(echecs, columns=COLUMNS)])
    session.ecrire(cours.dossier, classe, DEVOIR, DEADLINE.date())
    exports = exporter(cours.url_base, cours.dossier / "source", sortie / "exports", anomalies=anomalies)
    return Bilan(classe, cours, exports, ecrire_les_documents(depot, cours, exports, sortie / "documents", suivi))


def ecrire_les_documents(depot: Path, cours: Cours, exports: Exports, sortie: Path, suivi: Suivi) -> Ecrits:
    """What a jury works with: its file, the minutes, booklets, statistics; in PDF too when Chromium is there."""
    dossier, jour = lire_dossier(exports, cours.dossier), dt.date.today()
    documents = fabriquer(["jury", PV, "statistiques", "suivi", "anomalies"], dossier, cours.dossier, jour)
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


def corriger(cours: Cours, remis: list[Apprenant], suivi: Suivi) -> Passage:
    """Grade the class as ``rncp autograde`` does; the copies are ours: without isolation, it grades too."""
    try:
        return _corriger(cours, suivi("Correction (nbgrader)", remis), REQUISE)
    except ErreurIsolation:
        return _corriger(cours, suivi("Correction (sans isolation)", remis), AUCUNE)


def _corriger(cours: Cours, avancee: Iterator[Apprenant], isolation: str) -> Passage:
    # The first result starts the bar, which has a thread: the processes that grade are forked before.
    options = Options(isolation=isolation)
    passage = corriger_devoir(cours.dossier, DEVOIR, options, suivi=lambda _: lambda _: next(avancee, None))
    deque(avancee, maxlen=0)
    return passage


def preparer(depot: Path, sortie: Path) -> Cours:
    """A scratch course folder with the sources and the configuration of the repository."""
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
    shutil.copytree(depot / "source", cours / "source", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copy(depot / CONFIG_FILE, cours / CONFIG_FILE)
    return ouvrir_cours(cours)


def inscrire(cours: Cours, classe: Iterable[Apprenant]) -> None:
    """Put the deadline and the class in the gradebook."""
    with Gradebook(cours.url_base, cours.api.coursedir.course_id) as gradebook:
        # nbgrader keeps naive UTC datetimes.
        gradebook.update_or_create_assignment(DEVOIR, duedate=DEADLINE.replace(tzinfo=None))
        for apprenant in classe:
            gradebook.update_or_create_student(
                apprenant.identifiant, first_name=apprenant.prenom, last_name=apprenant.nom
            )


def deposer(cours: Cours, depot: Path, apprenant: Apprenant) -> None:
    """Write the copy of a learner in ``submitted/``, as ``nbgrader collect`` would leave it."""
    if apprenant.accident == "non_remis":
        return
    copie = cours.dossier / "submitted" / apprenant.identifiant / DEVOIR
    shutil.copytree(cours.dossier / "release" / DEVOIR, copie)
    remise = DEADLINE + dt.timedelta(minutes=apprenant.retard_minutes)
    (copie / "timestamp.txt").write_text(remise.strftime("%Y-%m-%d %H:%M:%S UTC"), encoding="utf-8")
    if apprenant.accident != "vide":
        _repondre_partout(depot, copie, apprenant)
    _accidenter(copie, apprenant.accident)


def _repondre_partout(depot: Path, copie: Path, apprenant: Apprenant) -> None:
    banque = charger_banque(depot / "source" / DEVOIR / BANK)
    formulaire = charger_questions(copie / FORM)
    for cellule in formulaire.strates:
        questions = [question.id for question in formulaire.questions_de(cellule, apprenant.identifiant)]
        reponses = repondre(apprenant, banque, questions)
        ecrire_reponses(copie, DEVOIR, cellule, apprenant.identifiant, formulaire.session, reponses)


def _accidenter(copie: Path, accident: str) -> None:
    """The three ways in which this class damages its copies."""
    notebook = next(copie.glob("*.ipynb"))
    if accident == "notebook_illisible":
        notebook.write_bytes(notebook.read_bytes()[:2000])
    elif accident == "reponses_illisibles":
        (copie / "reponses" / f"{DEVOIR}__qst_c3.json").write_bytes(b'{"version": 1, "reponses": {"C3-0')
    elif accident == "cellule_supprimee":
        contenu = nbformat.read(notebook, as_version=4)
        contenu.cells = [cellule for cellule in contenu.cells if cellule["id"] not in ("form_c2", "qst_c2")]
        nbformat.write(contenu, notebook)
