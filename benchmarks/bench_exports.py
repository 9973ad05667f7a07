"""Tables S1 to S3 of a cohort beside nbgrader's own CSV exporter, on the same gradebook.

``python -m benchmarks.bench_exports [learners …]`` (12 assignments × 9 cells, 95 % submitted). nbgrader's exporter runs
up to 1,000 learners only, where it already takes minutes: ask for them by name, ``200 1000 5000``. nbgrader's file
holds a total an assignment; ours hold each cell, each competence and each bloc, with their reasons. Each export runs in
a process of its own, whose peak memory is read when it ends; the ratio is that of the processor's times, which a busy
machine stretches less than the seconds.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.carnet_de_taille import remplir

EFFECTIFS = (200, 5_000, 10_000)
ESSAIS = 3
ORIGINE_JUSQU_A = 1_000


def mesurer(effectifs: tuple[int, ...] = EFFECTIFS) -> dict[str, float]:
    """Seconds and peak memory of both exporters at each number of learners, and the ratio of the seconds."""
    mesures: dict[str, float] = {}
    for effectif in effectifs:
        with tempfile.TemporaryDirectory() as dossier:
            url, cellules = remplir(Path(dossier), effectif)
            cellules.to_pickle(Path(dossier) / "cellules.pkl")
            essais = [_dans_un_processus("notres", url, dossier) for _ in range(ESSAIS)]
            notres = min(essais, key=lambda essai: essai["secondes"])
            mesures[f"{effectif} apprenants : S1 à S3 (s)"] = notres["secondes"]
            mesures[f"{effectif} apprenants : S1 à S3 (s de processeur)"] = notres["processeur"]
            mesures[f"{effectif} apprenants : mémoire (Mo)"] = notres["memoire"]
            if effectif <= ORIGINE_JUSQU_A:
                origine = _dans_un_processus("origine", url, dossier)
                mesures[f"{effectif} apprenants : CsvExportPlugin (s)"] = origine["secondes"]
                mesures[f"{effectif} apprenants : sa mémoire (Mo)"] = origine["memoire"]
                mesures[f"{effectif} apprenants : rapport"] = origine["processeur"] / notres["processeur"]
    return mesures


def _dans_un_processus(export: str, url: str, dossier: str) -> dict[str, float]:
    commande = [sys.executable, "-m", "benchmarks.bench_exports", export, url, dossier]
    fini = subprocess.run(commande, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(fini.stdout.splitlines()[-1])


def notres(url: str, dossier: Path) -> tuple[float, float]:
    """Seconds, and those of the processor, from the gradebook to the three files; imports are left out of both."""
    import pandas as pd

    from rncp_utils.grading import notes_par_cellule, par_bloc, par_competence
    from rncp_utils.referentiel import charger_referentiel, charger_regles
    from rncp_utils.tableurs import ecrire_csv_fr

    cellules = pd.read_pickle(dossier / "cellules.pkl")
    debut, travail = time.perf_counter(), time.process_time()
    fiche, regles = charger_referentiel(), charger_regles()
    notes = notes_par_cellule(url, cellules)
    competences = par_competence(notes, fiche, regles)
    blocs = par_bloc(competences, fiche, regles)
    for nom, table in {"notes": notes, "competences": competences, "blocs": blocs}.items():
        ecrire_csv_fr(table, dossier / f"{nom}.csv")
    return time.perf_counter() - debut, time.process_time() - travail


def origine(url: str, dossier: Path) -> tuple[float, float]:
    """Seconds, and those of the processor, of nbgrader's own exporter."""
    from nbgrader.api import Gradebook
    from nbgrader.plugins import CsvExportPlugin

    exporteur = CsvExportPlugin()
    exporteur.to = str(dossier / "nbgrader.csv")
    debut, travail = time.perf_counter(), time.process_time()
    with Gradebook(url) as carnet:
        exporteur.export(carnet)
    return time.perf_counter() - debut, time.process_time() - travail


def _principal(arguments: list[str]) -> None:
    exports = {"notres": notres, "origine": origine}
    if arguments and arguments[0] in exports:
        secondes, processeur = exports[arguments[0]](arguments[1], Path(arguments[2]))
        memoire = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024 / 1e6
        print(json.dumps({"secondes": secondes, "processeur": processeur, "memoire": memoire}))
        return
    for nom, valeur in mesurer(tuple(map(int, arguments)) or EFFECTIFS).items():
        print(f"{nom:<44} {valeur:.4g}")


if __name__ == "__main__":
    _principal(sys.argv[1:])
