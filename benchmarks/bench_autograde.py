"""``rncp autograde``, isolated and in two kernels, beside ``nbgrader autograde``, on the same copies.

``python -m benchmarks.bench_autograde [copies]``, ``python -m benchmarks.bench_autograde croissance 100 300 1000``
and ``python -m benchmarks.bench_autograde profil [copies]`` (where the time of a copy goes, in one process).
"""

from __future__ import annotations

import cProfile
import math
import pstats
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat

from benchmarks.nbgrader_stock import STOCK

DEPOT = Path(__file__).parents[1]
QST, CAS = "B1-QST", "B9-CAS"
COMMANDES = Path(sys.executable).parent


def mesurer(copies: int = 30) -> dict[str, float]:
    """Seconds of each, their ratios, and whether the scores are the same."""
    mesures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as dossier:
        modele = preparer_cours(Path(dossier), copies)
        for devoir in (QST, CAS):
            stock, ici = _copie(modele, f"stock-{devoir}"), _copie(modele, f"ici-{devoir}")
            with (stock / "nbgrader_config.py").open("a", encoding="utf-8") as config:
                config.write(STOCK)
            # One after the other, on the same quiet machine.
            secondes_ici = _lancer([COMMANDES / "rncp", "autograde", devoir], ici)
            secondes_stock = _lancer([COMMANDES / "nbgrader", "autograde", devoir], stock)
            ouverture = _ouverture(ici, devoir)
            assert _notes(stock, devoir) == _notes(ici, devoir), "the scores differ"
            mesures |= {
                f"{devoir}, {copies} copies, nbgrader autograde (s)": secondes_stock,
                f"{devoir}, {copies} copies, rncp autograde (s)": secondes_ici,
                f"{devoir}, rapport": secondes_stock / secondes_ici,
                f"{devoir}, rapport des débits, hors démarrage": _rapport(secondes_stock, secondes_ici, ouverture),
                f"{devoir}, démarrage de rncp autograde (s)": ouverture,
            }
    return mesures


def _rapport(stock: float, ici: float, ouverture: float) -> float:
    """Both without their start: nbgrader's is the time of its imports. Few copies on a busy machine give no number."""
    return (stock - ouverture_de_nbgrader()) / (ici - ouverture) if ici > ouverture else math.nan


def ouverture_de_nbgrader() -> float:
    """Seconds that nbgrader takes before its first copy."""
    return _lancer([COMMANDES / "nbgrader", "autograde", "--version"], DEPOT)


def _ouverture(cours: Path, devoir: str) -> float:
    """Seconds of a run that finds everything done: all but the copies, kernels' zygote included."""
    return _lancer([COMMANDES / "rncp", "autograde", devoir], cours)


def croissance(tailles: Iterable[int]) -> Iterator[tuple[str, float]]:
    """Seconds a copy, for larger and larger classes."""
    for taille in tailles:
        with tempfile.TemporaryDirectory() as dossier:
            modele = preparer_cours(Path(dossier), taille, devoirs=(CAS,))
            secondes = _lancer([COMMANDES / "rncp", "autograde", CAS], modele)
            yield f"{CAS}, {taille} copies (s)", secondes
            yield f"{CAS}, {taille} copies (ms par copie)", 1000 * secondes / taille


def profil(copies: int = 30) -> None:
    """Profile of the grader's own work on each copy, kernels apart."""
    from rncp_utils.autograde.lot.copies import lire_devoir
    from rncp_utils.autograde.lot.ouvrier import Tache, corriger
    from rncp_utils.autograde.lot.passage import AUCUNE
    from rncp_utils.autograde.noyaux.zygote import Zygote

    with tempfile.TemporaryDirectory() as dossier, Zygote.demarrer(isolation=AUCUNE) as zygote:
        modele = preparer_cours(Path(dossier), copies, devoirs=(CAS,))
        lu = lire_devoir(modele, CAS)
        adresse = str(zygote.adresse)
        taches = [Tache(str(modele), CAS, nom, lu.devoir_lu, AUCUNE, adresse) for nom in lu.apprenants]
        corriger(taches[0])
        avant = time.process_time(), time.perf_counter()
        with cProfile.Profile() as mesure:
            for tache in taches[1:]:
                corriger(tache)
        processeur, mur = time.process_time() - avant[0], time.perf_counter() - avant[1]
        print(f"par copie : {processeur / (copies - 1):.3f} s de processeur, {mur / (copies - 1):.3f} s")
        pstats.Stats(mesure).sort_stats("cumulative").print_stats(60)


def preparer_cours(dossier: Path, copies: int, devoirs: tuple[str, ...] = (QST, CAS)) -> Path:
    """A course with these assignments, and a class of ``copies`` learners, unequal and honest."""
    from rncp_utils.demonstration.classe import Apprenant
    from rncp_utils.demonstration.copies import Epreuve, deposer
    from rncp_utils.demonstration.cycle import PREMIERE_ECHEANCE, inscrire, preparer

    cours = preparer(DEPOT, dossier / "modele")
    shutil.copytree(DEPOT / "tests" / "autograde" / "devoirs" / CAS, cours.dossier / "source" / CAS)
    for devoir in (QST, CAS):
        cours.generer(devoir)
    classe = [Apprenant(f"apprenant-{rang:04d}", "P", "N", (rang % 7 - 2) / 2) for rang in range(copies)]
    inscrire(cours, classe, {QST: PREMIERE_ECHEANCE})
    questionnaire = Epreuve(QST, DEPOT, cours.dossier / "release" / QST, PREMIERE_ECHEANCE)
    for rang, apprenant in enumerate(classe):
        if QST in devoirs:
            deposer(cours.dossier, questionnaire, apprenant)
        if CAS in devoirs:
            _repondre_au_cas(cours.dossier, apprenant.identifiant, rang)
    return cours.dossier


def _repondre_au_cas(cours: Path, apprenant: str, rang: int) -> None:
    """All answers but one in nine."""
    source = nbformat.read(cours / "source" / CAS / "cas.ipynb", as_version=4)
    reponses = {c["id"]: "\n".join(x for x in c.source.split("\n") if "### " not in x) for c in source.cells}
    copie = cours / "submitted" / apprenant / CAS
    shutil.copytree(cours / "release" / CAS, copie)
    notebook = nbformat.read(copie / "cas.ipynb", as_version=4)
    a_repondre = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    for place, cellule in enumerate(a_repondre, start=1):
        if (rang + place) % 9:
            cellule.source = reponses[cellule["id"]]
    nbformat.write(notebook, copie / "cas.ipynb")


def _copie(modele: Path, nom: str) -> Path:
    return Path(shutil.copytree(modele, modele.parent / nom))


def _lancer(commande: list, cours: Path) -> float:
    """Seconds of a command and of all that it starts."""
    debut = time.perf_counter()
    subprocess.run([str(mot) for mot in commande], cwd=cours, check=True, capture_output=True)
    return time.perf_counter() - debut


def _notes(cours: Path, devoir: str) -> list[tuple]:
    import sqlite3

    with sqlite3.connect(cours / "gradebook.db") as base:
        return sorted(
            base.execute(
                "SELECT s.student_id, b.name, g.auto_score FROM grade g JOIN base_cell b ON b.id = g.cell_id "
                "JOIN submitted_notebook n ON n.id = g.notebook_id "
                "JOIN submitted_assignment s ON s.id = n.assignment_id "
                "JOIN assignment a ON a.id = s.assignment_id WHERE a.name = ?",
                (devoir,),
            )
        )


if __name__ == "__main__":
    quoi, *reste = sys.argv[1:] or ["30"]
    if quoi == "croissance":
        for nom, valeur in croissance(map(int, reste or ("100", "300", "1000"))):
            print(f"{nom:<52} {valeur:.4g}", flush=True)
    elif quoi == "profil":
        profil(*map(int, reste))
    else:
        for nom, valeur in mesurer(int(quoi)).items():
            print(f"{nom:<52} {valeur:.4g}")
