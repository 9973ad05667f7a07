"""F-M0, the first assignment of a cohort: the four witness copies through nbgrader itself."""

from __future__ import annotations

import json
import shutil

import pytest
from nbgrader.api import Gradebook

from rncp_utils.demonstration.cycle import preparer
from rncp_utils.lecon import ecrire_reponses

DEVOIR = "F-M0"
MODELE = {
    "m0_calcul": {"marge": "54 000 €", "marque": "36 %"},
    "m0_lecture": {"donnees": "c", "gestes": {"demarrer": "1", "repondre": "2", "controler": "3", "rendre": "4"}},
}
ERREURS = {
    # Sales and purchases added (half), mark-up rate consistent with that margin (half); one exchange in four gestures.
    "m0_calcul": {"marge": "246 000", "marque": "164"},
    "m0_lecture": {"donnees": "a", "gestes": {"demarrer": "1", "controler": "2", "repondre": "3", "rendre": "4"}},
}
ATTENDU = {"modele": 10.0, "vide": 0.0, "erreurs": 1.5 + 1.5 + 2 * 5 / 6, "hostile": 0.0, "absente": 0.0}

pytestmark = pytest.mark.lent


@pytest.fixture(scope="module")
def notes(depot, tmp_path_factory):
    cours = preparer(depot, tmp_path_factory.mktemp("f_m0") / "demo")
    cours.generer(DEVOIR)
    publie = cours.dossier / "release" / DEVOIR
    assert sorted(chemin.name for chemin in publie.iterdir()) == ["f_m0.ipynb", "questions.json"]
    assert "noter" not in (publie / "f_m0.ipynb").read_text(encoding="utf-8")
    for apprenant, reponses in {"modele": MODELE, "vide": {}, "erreurs": ERREURS, "hostile": {}, "absente": {}}.items():
        copie = cours.dossier / "submitted" / apprenant / DEVOIR
        shutil.copytree(publie, copie)
        for cellule, donnees in reponses.items():
            ecrire_reponses(copie, DEVOIR, cellule, apprenant, "2026-S2", donnees)
    hostile = cours.dossier / "submitted" / "hostile" / DEVOIR / "reponses"
    hostile.mkdir()
    contenu = {"version": 1, "devoir": DEVOIR, "cellule": "m0_calcul", "reponses": {"marge": float("inf"), "x": [1]}}
    (hostile / f"{DEVOIR}__m0_calcul.json").write_text(json.dumps(contenu), encoding="utf-8")
    (hostile / f"{DEVOIR}__m0_lecture.json").write_bytes(b"\xff" * 1000)
    (cours.dossier / "submitted" / "absente" / DEVOIR / "questions.json").unlink()
    for apprenant in ATTENDU:
        cours.corriger(DEVOIR, apprenant)
    with Gradebook(cours.url_base) as gradebook:
        return {copie.student.id: copie.score for copie in gradebook.assignment_submissions(DEVOIR)}


@pytest.mark.parametrize("apprenant", list(ATTENDU))
def test_chaque_copie_temoin_a_la_note_prevue(notes, apprenant):
    assert notes[apprenant] == pytest.approx(ATTENDU[apprenant], abs=1e-3)
