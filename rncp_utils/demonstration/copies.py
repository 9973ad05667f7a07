"""Copies of the fictive class, as ``nbgrader collect`` would leave them in ``submitted/``."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from rncp_utils.autograde.attendus import Attendus, charger_attendus
from rncp_utils.autograde.attendus_banque import AttendusDeBanque
from rncp_utils.autograde.preprocessors import FORM
from rncp_utils.competences import lire_devoirs
from rncp_utils.demonstration import classe
from rncp_utils.demonstration.classe import Apprenant, repondre
from rncp_utils.demonstration.jeu import jouer_entretien, retoucher_journal, travailler_au_poste
from rncp_utils.demonstration.redaction import Exemples, lire_exemples, qualite, rediger
from rncp_utils.demonstration.reponses import Tirage, repondre_au_formulaire
from rncp_utils.entretien import charger_scenario
from rncp_utils.entretien.journal import CELLULE as ENTRETIEN
from rncp_utils.entretien.modele import Scenario
from rncp_utils.lecon.jeu import JeuDeQuestions, charger_questions
from rncp_utils.lecon.questions import RED
from rncp_utils.lecon.reponses import ecrire_reponses
from rncp_utils.poste.fichier import CELLULE as POSTE
from rncp_utils.referentiel import charger_referentiel

SCENARIO, VERITE = "scenario.yaml", "verite.yaml"


@dataclass(frozen=True)
class Epreuve:
    """An assessment of the demonstration: its release, and what its graders know.

    Attributes
    ----------
    depot
        Repository, where ``source/`` and ``corriges/`` are.
    officiel
        Folder of the release, ``release/<assignment>`` of the scratch course.
    echeance
        When copies are due.
    """

    devoir: str
    depot: Path
    officiel: Path
    echeance: dt.datetime

    @cached_property
    def attendus(self) -> Attendus:
        """Right answers, from the repository."""
        return charger_attendus(self.depot, self.devoir)

    @cached_property
    def jeu(self) -> JeuDeQuestions:
        """Questions of the release."""
        return charger_questions(self.officiel / FORM)

    @cached_property
    def competence_de(self) -> Mapping[str, str]:
        """Competence of each graded cell."""
        cellules = _cellules(self.officiel.parents[1] / "source")
        siennes = cellules[cellules["devoir"].astype(str) == self.devoir]
        return dict(zip(siennes["cellule"].astype(str), siennes["competence"].astype(str), strict=True))

    @cached_property
    def exemples(self) -> Exemples:
        """Sample written answers."""
        return lire_exemples(self.depot, self.devoir)

    @cached_property
    def scenario(self) -> Scenario:
        """Scenario of its interview, with the hidden truth."""
        source = self.depot / "source" / self.devoir
        return charger_scenario(source / SCENARIO, verite=source / VERITE)

    def reussite(self, apprenant: Apprenant, cellule: str = "") -> float:
        """Chance of doing well in a cell; over the whole assessment for what no cell says."""
        competences = set(self.competence_de.values())
        if cellule in self.competence_de:
            competences = {self.competence_de[cellule]}
        return sum(apprenant.aise(competence) for competence in competences) / len(competences)

    def qualite(self, apprenant: Apprenant, cellule: str) -> str:
        """How good the written answer of a cell is."""
        return qualite(apprenant, self.devoir, cellule, self.reussite(apprenant, cellule))


@lru_cache(maxsize=1)
def _cellules(source: Path) -> pd.DataFrame:
    return lire_devoirs(source, charger_referentiel())


def deposer(cours: Path, epreuve: Epreuve, apprenant: Apprenant) -> None:
    """Write the copy of a learner in the course folder, damaged as theirs is."""
    accident = apprenant.accident(epreuve.devoir)
    if accident == classe.NON_REMIS:
        return
    copie = cours / "submitted" / apprenant.identifiant / epreuve.devoir
    shutil.copytree(epreuve.officiel, copie)
    remise = epreuve.echeance + dt.timedelta(minutes=apprenant.retards.get(epreuve.devoir, classe.EN_AVANCE))
    (copie / "timestamp.txt").write_text(remise.strftime("%Y-%m-%d %H:%M:%S UTC"), encoding="utf-8")
    if accident != classe.VIDE:
        _remplir(copie, epreuve, apprenant)
    _accidenter(copie, epreuve, accident)


def _remplir(copie: Path, epreuve: Epreuve, apprenant: Apprenant) -> None:
    """Every form, the interview and the workstation of an assessment, as far as it has them."""
    attendus, session = epreuve.attendus, epreuve.jeu.session
    if isinstance(attendus, AttendusDeBanque):
        justes: dict[str, dict[str, Any]] = {}
        fautives = justes
    else:
        justes = attendus.modele(apprenant.identifiant, session)
        fautives, _ = attendus.erreurs(apprenant.identifiant, session)
    for cellule in epreuve.jeu.cellules:
        reponses = _reponses(epreuve, apprenant, cellule, justes.get(cellule, {}), fautives.get(cellule, {}))
        if reponses:
            ecrire_reponses(copie, epreuve.devoir, cellule, apprenant.identifiant, session, reponses)
    if ENTRETIEN in justes:
        jouer_entretien(copie, epreuve.scenario, apprenant, epreuve.devoir, epreuve.reussite(apprenant))
    if POSTE in justes:
        une = attendus.situation_de(apprenant.identifiant, session)
        reussite = epreuve.reussite(apprenant)
        travailler_au_poste(
            copie, une, apprenant, epreuve.devoir, session, reussite, justes[POSTE], fautives.get(POSTE, {})
        )


def _reponses(
    epreuve: Epreuve, apprenant: Apprenant, cellule: str, justes: Mapping[str, Any], fautives: Mapping[str, Any]
) -> dict[str, Any]:
    questions = epreuve.jeu.questions_de(cellule, apprenant.identifiant)
    if isinstance(epreuve.attendus, AttendusDeBanque):
        return repondre(apprenant, epreuve.attendus.banque, [question.id for question in questions])
    tirage = Tirage(apprenant, epreuve.devoir, cellule, epreuve.reussite(apprenant, cellule))
    reponses = repondre_au_formulaire(tirage, questions, justes, fautives)
    if any(question.type == RED for question in questions):
        quelle = epreuve.qualite(apprenant, cellule)
        reponses |= rediger(epreuve.exemples, apprenant, epreuve.devoir, cellule, questions, quelle)
    return reponses


def _accidenter(copie: Path, epreuve: Epreuve, accident: str) -> None:
    """The ways in which this class damages its copies."""
    notebook = next(copie.glob("*.ipynb"))
    if accident == classe.NOTEBOOK:
        notebook.write_bytes(notebook.read_bytes()[:2000])
    elif accident == classe.REPONSES:
        fichiers = sorted((copie / "reponses").glob("*.json"))
        fichiers[len(fichiers) // 2].write_bytes(b'{"version": 1, "reponses": {"C3-0')
    elif accident == classe.CELLULE:
        _supprimer(notebook)
    elif accident == classe.JOURNAL:
        retoucher_journal(copie, epreuve.scenario, epreuve.devoir)


def _supprimer(notebook: Path) -> None:
    """Take out the second graded cell, and the form above it."""
    contenu = nbformat.read(notebook, as_version=4)
    notees = [rang for rang, c in enumerate(contenu.cells) if c.metadata.get("nbgrader", {}).get("grade")]
    contenu.cells = [c for rang, c in enumerate(contenu.cells) if rang not in (notees[1] - 1, notees[1])]
    nbformat.write(contenu, notebook)
