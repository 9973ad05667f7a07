"""Four witness copies of each assignment with variants, for several learners; one through nbgrader itself too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest
from nbgrader.api import Gradebook

from rncp_utils.autograde.attendus import charger_attendus, devoirs_attendus
from rncp_utils.autograde.cours import Cours
from rncp_utils.autograde.lot.passage import Options, corriger_devoir
from rncp_utils.demonstration.cycle import preparer
from rncp_utils.entretien import charger_scenario
from rncp_utils.entretien.journal import CELLULE as ENTRETIEN
from rncp_utils.entretien.partie import ouvrir_partie
from rncp_utils.lecon import ecrire_reponses
from rncp_utils.lecon.jeu import charger_questions
from rncp_utils.poste.base import chemin_du_poste
from rncp_utils.poste.poste import CELLULE as POSTE
from rncp_utils.poste.poste import Poste

pytestmark = pytest.mark.lent
# Learners whose copies are graded: by `make test`, by `make test-complet`.
QUELQUES_UNS, ASSEZ = 2, 5
SESSION = "2026-S2"
DEPOT = Path(__file__).parents[2]
DEVOIRS = devoirs_attendus(DEPOT)


def _copier(cours: Path, devoir: str, apprenant: str, reponses: dict, *, joueur: str = "") -> Path:
    """A copy with these answers; ``joueur``: who played its interview or workstation, when it is somebody else."""
    copie = cours / "submitted" / apprenant / devoir
    shutil.copytree(cours / "release" / devoir, copie)
    for cellule, donnees in reponses.items():
        if cellule == ENTRETIEN:
            _jouer(copie, devoir, joueur or apprenant, donnees["choix"])
        elif cellule == POSTE:
            _travailler(copie, devoir, joueur or apprenant, donnees.values())
        else:
            ecrire_reponses(copie, devoir, cellule, apprenant, SESSION, donnees)
    return copie


def _jouer(copie: Path, devoir: str, apprenant: str, choix: list[str]) -> None:
    scenario = charger_scenario(copie / "scenario.yaml")
    partie = ouvrir_partie(scenario, dossier=copie, devoir=devoir, cellule=ENTRETIEN, apprenant=apprenant)
    for dit in choix:
        assert partie.dire(dit), (devoir, dit)


def _travailler(copie: Path, devoir: str, apprenant: str, actions: Iterable[str]) -> None:
    une = charger_attendus(DEPOT, devoir).situation_de(apprenant, SESSION)
    poste = Poste.ouvrir(copie, une, devoir=devoir, apprenant=apprenant, session=SESSION)
    for action in actions:
        nom, _, donnees = action.partition(" ")
        resultat = poste.faire(nom, **json.loads(donnees))
        assert resultat.accepte, (devoir, action, resultat.phrase)


def _abimer(copie: Path, devoir: str) -> None:
    """Everything that a file of answers must not be."""
    dossier = copie / "reponses"
    dossier.mkdir(exist_ok=True)
    horreurs = (b"\xff" * 500, b"[" * 50_000, b"null", b'{"version": 1, "reponses": [1e999]}', b"")
    cellules = [*charger_questions(copie / "questions.json").cellules, ENTRETIEN]
    for rang, cellule in enumerate(cellules):
        (dossier / f"{devoir}__{cellule}.json").write_bytes(horreurs[rang % len(horreurs)])
    chemin = chemin_du_poste(copie, devoir, POSTE)
    chemin.parent.mkdir()
    chemin.write_bytes(b"SQLite format 3\0" + b"\xff" * 5_000)


def _params() -> list:
    """Each assignment in a worker of its own, with few learners, then with as many as a delivery asks."""
    return [
        pytest.param(
            (devoir, nombre), id=f"{devoir}-{nombre}", marks=[pytest.mark.xdist_group(f"{devoir} {nombre}"), *rare]
        )
        for nombre, rare in ((QUELQUES_UNS, []), (ASSEZ, [pytest.mark.complet]))
        for devoir in DEVOIRS
        # Training is graded as the assessments are.
        if rare or not devoir.startswith("F-")
    ]


@pytest.fixture(scope="module", params=_params())
def corrige(request, depot, tmp_path_factory):
    """Scores of the witness copies: learner × cell, and what each copy should earn."""
    devoir, nombre = request.param
    cours = preparer(depot, tmp_path_factory.mktemp(devoir) / "demo")
    cours.generer(devoir)
    attendus = charger_attendus(depot, devoir)
    fautes: dict[str, dict[str, float]] = {}
    apprenants = [f"apprenant{rang}" for rang in range(nombre)]
    for apprenant in apprenants:
        _copier(cours.dossier, devoir, f"m-{apprenant}", attendus.modele(f"m-{apprenant}", SESSION))
        reponses, fautes[f"e-{apprenant}"] = attendus.erreurs(f"e-{apprenant}", SESSION)
        _copier(cours.dossier, devoir, f"e-{apprenant}", reponses)
    _copier(cours.dossier, devoir, "vide", {})
    _abimer(_copier(cours.dossier, devoir, "hostile", {}), devoir)
    # The model of one learner in the copy of another: the variant is that of the owner.
    _copier(cours.dossier, devoir, "emprunt", attendus.modele("m-apprenant0", SESSION), joueur="m-apprenant0")
    assert corriger_devoir(cours.dossier, devoir, Options(jobs=1)).complet
    return _notes(cours, devoir), fautes, cours, devoir


def _notes(cours: Cours, devoir: str) -> pd.DataFrame:
    """Automatic scores of the gradebook: index (learner, cell)."""
    with Gradebook(cours.url_base) as carnet:
        lignes = [
            (copie.student.id, note.name, note.auto_score, note.max_score, note.cell.cell_type == "code")
            for copie in carnet.assignment_submissions(devoir)
            for notebook in copie.notebooks
            for note in notebook.grades
        ]
    notes = pd.DataFrame(lignes, columns=["apprenant", "cellule", "auto", "maximum", "automatique"])
    return notes[notes["automatique"]].set_index(["apprenant", "cellule"]).sort_index()


def test_un_devoir_au_moins_a_ses_attendus():
    assert DEVOIRS


def test_la_copie_modele_a_tous_les_points(corrige):
    notes, *_ = corrige
    for apprenant in sorted(notes.index.unique("apprenant")):
        if not apprenant.startswith("m-"):
            continue
        copie = notes.loc[apprenant]
        assert (copie["auto"] == copie["maximum"]).all(), copie[copie["auto"] != copie["maximum"]]


def test_la_copie_vide_et_la_copie_hostile_n_en_ont_aucun(corrige):
    notes, *_ = corrige
    for apprenant in ("vide", "hostile"):
        assert (notes.loc[apprenant, "auto"] == 0).all()


def test_les_erreurs_typiques_valent_ce_qu_elles_valent(corrige):
    notes, fautes, *_ = corrige
    for apprenant, attendu in fautes.items():
        obtenu = notes.loc[apprenant, "auto"].to_dict()
        assert obtenu == pytest.approx(attendu, abs=0.001), apprenant


def test_les_chiffres_d_un_autre_ne_valent_pas_les_siens(corrige):
    notes, _, _, devoir = corrige
    # Two learners share a third of the questions of a bank on average, and no more of the figures of a case by chance.
    limite = 0.55 if devoir.endswith("-QST") else 0.40
    assert notes.loc["emprunt", "auto"].sum() <= limite * notes.loc["emprunt", "maximum"].sum()


def test_nbgrader_seul_donne_les_memes_points(corrige):
    notes, _, cours, devoir = corrige
    cours.corriger(devoir, "e-apprenant0")
    assert _notes(cours, devoir).equals(notes)
