"""Grade tables of a cohort: our one SQL pass beside nbgrader's own CSV exporter, on the same gradebook.

``python -m benchmarks.bench_tables [learners]`` (12 assignments × 8 cells, 95 % submitted).
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from rncp_utils.autograde.cours import ouvrir_cours
from rncp_utils.grading import notes_par_cellule
from rncp_utils.referentiel import charger_referentiel

CELLS = 8


def mesurer(apprenants: int = 60) -> dict[str, float]:
    """Seconds of both exporters and their ratio."""
    with tempfile.TemporaryDirectory() as dossier:
        (Path(dossier) / "nbgrader_config.py").write_text("c = get_config()\n")
        url = ouvrir_cours(Path(dossier)).url_base
        cellules = _remplir(url, apprenants)
        debut = time.perf_counter()
        notes = notes_par_cellule(url, cellules)
        notres = time.perf_counter() - debut
        with Gradebook(url) as gradebook:
            exporteur = CsvExportPlugin()
            exporteur.to = str(Path(dossier) / "notes.csv")
            debut = time.perf_counter()
            exporteur.export(gradebook)
            origine = time.perf_counter() - debut
    return {
        "apprenants": apprenants,
        "lignes apprenant × cellule": len(notes),
        "nbgrader CsvExportPlugin (s, par devoir)": origine,
        "notes_par_cellule (s, par cellule)": notres,
        "rapport": origine / notres,
    }


def _remplir(url: str, apprenants: int) -> pd.DataFrame:
    hasard = random.Random(31919)
    referentiel = charger_referentiel()
    lignes = []
    with Gradebook(url) as gradebook:
        for evaluation in referentiel.evaluations:
            competences = [c.code for c in referentiel.competences_du_bloc(evaluation.bloc)]
            gradebook.add_assignment(evaluation.code)
            gradebook.add_notebook("n", evaluation.code)
            for rang in range(CELLS):
                gradebook.add_grade_cell(f"c{rang}", "n", evaluation.code, max_score=12.5, cell_type="code")
                competence = competences[rang % len(competences)]
                lignes.append((evaluation.code, "n.ipynb", f"c{rang}", competence, evaluation.bloc, 12.5, False))
        for numero in range(apprenants):
            gradebook.add_student(f"a{numero:05d}")
            for evaluation in referentiel.evaluations:
                if hasard.random() < 0.95:
                    copie = gradebook.add_submission(evaluation.code, f"a{numero:05d}")
                    for note in copie.notebooks[0].grades:
                        note.auto_score, note.needs_manual_grade = hasard.choice([0, 5, 12.5]), False
        gradebook.db.commit()
    colonnes = ["devoir", "notebook", "cellule", "competence", "bloc", "points", "manuel"]
    return pd.DataFrame(lignes, columns=colonnes)


if __name__ == "__main__":
    for nom, valeur in mesurer(int(sys.argv[1]) if len(sys.argv) > 1 else 60).items():
        print(f"{nom:<44} {valeur:.4g}")
