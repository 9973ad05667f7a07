"""What may befall a run: it is killed, the disk fills, the gradebook is busy. A sentence, and nothing lost."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from textwrap import dedent

import pytest

from rncp_utils.autograde.lot.passage import Options, corriger_devoir
from rncp_utils.erreurs import ErreurRncp
from tests.machine import exemples

pytestmark = pytest.mark.lent

CLASSE = {"ada": (), "bo": ("marge", "figure"), "cyd": ("tableau",), "dan": ("postes", "ebe")}
# Enough to fall at every stage of a run; each death costs two runs.
MORTS = exemples(9)


@pytest.fixture(scope="module")
def depart(nouveau_cours, zygote):
    """The class, not graded yet."""
    cours = nouveau_cours()
    for apprenant, fausses in CLASSE.items():
        cours.deposer(apprenant, fausses=fausses)
    return cours


@pytest.fixture(scope="module")
def attendu(depart, nouveau_cours):
    """Gradebook of a run that nothing disturbed."""
    cours = _pareil(depart, nouveau_cours)
    assert corriger_devoir(cours.dossier, cours.devoir, Options(jobs=2)).complet
    return cours.notes()


def _pareil(cours, nouveau_cours):
    autre = nouveau_cours()
    shutil.rmtree(autre.dossier)
    shutil.copytree(cours.dossier, autre.dossier)
    return autre


@pytest.fixture
def cours(depart, nouveau_cours):
    return _pareil(depart, nouveau_cours)


# Imports once, then starts a run in a process of its own for each folder it is told. Kills it after a time, or as soon
# as so many copies are graded: what a time means depends on how busy the machine is.
TUEUR = """
    import os, signal, sys, time
    from pathlib import Path
    from rncp_utils.autograde.lot.passage import Options, corriger_devoir

    for ligne in sys.stdin:
        dossier, devoir, delai, copies = ligne.split("\\t")
        enfant = os.fork()
        if enfant == 0:
            corriger_devoir(Path(dossier), devoir, Options(jobs=2))
            os._exit(0)
        debut, pid = time.monotonic(), 0
        while pid == 0 and time.monotonic() - debut < float(delai):
            if len(list(Path(dossier, ".rncp").glob("autograde/*/*.json"))) >= int(copies):
                break
            time.sleep(0.005)
            pid, code = os.waitpid(enfant, os.WNOHANG)
        if pid == 0:
            os.kill(enfant, signal.SIGKILL)
            code = os.waitpid(enfant, 0)[1]
        print(code, flush=True)
    """
TOUTES = len(CLASSE) + 1
LONGTEMPS = 120.0


def _moments(hasard: random.Random):
    """Half of the deaths at any time, the other half between two copies."""
    for rang in range(MORTS):
        yield (hasard.uniform(0.05, 2.0), TOUTES) if rang % 2 else (LONGTEMPS, 1 + rang // 2 % (len(CLASSE) - 1))


def test_tue_n_importe_quand_puis_repris(depart, attendu, nouveau_cours):
    tueur = subprocess.Popen(
        [sys.executable, "-c", dedent(TUEUR)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    tues = partiels = 0
    with tueur:
        for delai, copies in _moments(random.Random(20261120)):
            cours = _pareil(depart, nouveau_cours)
            tueur.stdin.write(f"{cours.dossier}\t{cours.devoir}\t{delai}\t{copies}\n")
            tueur.stdin.flush()
            tues += int(tueur.stdout.readline()) != 0
            faites = len(list((cours.dossier / ".rncp").glob("autograde/*/*.json")))
            partiels += 0 < faites < len(CLASSE)
            passage = corriger_devoir(cours.dossier, cours.devoir, Options(jobs=2))
            assert passage.complet
            assert cours.notes() == attendu
            assert all("2.0" in cours.sorties(apprenant, "test-valeur-ajoutee") for apprenant in CLASSE)
            shutil.rmtree(cours.dossier)
        tueur.stdin.close()
    assert tues >= MORTS // 2, "the moments are too late to show anything"
    assert partiels > 0, "no run was killed half-way"


def test_un_processus_tue_par_le_systeme_est_remplace(cours, attendu, tmp_path):
    temoin = tmp_path / "deja"
    cours.regler(f"""
import multiprocessing, os, pathlib, signal
if multiprocessing.parent_process() and not pathlib.Path({str(temoin)!r}).exists():
    pathlib.Path({str(temoin)!r}).touch()
    os.kill(os.getpid(), signal.SIGKILL)
""")
    assert corriger_devoir(cours.dossier, cours.devoir, Options(jobs=2)).complet
    assert temoin.exists()
    assert cours.notes() == attendu


def test_disque_plein_puis_liberee(cours, attendu, tmp_path):
    """On a disk of its own, in a namespace of its own: nothing is mounted for anybody else."""
    rncp = f"{sys.executable} -m rncp_utils.cli --cours $D autograde {cours.devoir} --jobs 1"
    script = f"""
        set -u
        # Kernels see the disk as the process that started theirs: this run has its own.
        unset RNCP_ZYGOTE
        D={tmp_path}/disque/cours
        mkdir -p {tmp_path}/disque && mount -t tmpfs -o size=40m tmpfs {tmp_path}/disque || exit 90
        cp -r {cours.dossier} $D
        # All the room but 150 Kio is taken.
        libre=$(df --output=avail -k {tmp_path}/disque | tail -1)
        head -c $(( (libre - 150) * 1024 )) /dev/zero > {tmp_path}/disque/bourrage
        {rncp} > {tmp_path}/premier.txt 2>&1; echo $? > {tmp_path}/premier.code
        rm {tmp_path}/disque/bourrage
        {rncp} > {tmp_path}/second.txt 2>&1; echo $? > {tmp_path}/second.code
        cp $D/gradebook.db {tmp_path}/gradebook.db
        cp -r $D/submitted {tmp_path}/submitted
        """
    espace = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-r", "-m"]
    subprocess.run([*espace, "sh", "-c", dedent(script)], check=True, timeout=300)
    premier = (tmp_path / "premier.txt").read_text()
    assert (tmp_path / "premier.code").read_text().strip() == "1", premier
    assert "Le disque est plein" in premier
    assert "Traceback" not in premier
    assert (tmp_path / "second.code").read_text().strip() == "0", (tmp_path / "second.txt").read_text()
    with sqlite3.connect(tmp_path / "gradebook.db") as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    (cours.dossier / "gradebook.db").write_bytes((tmp_path / "gradebook.db").read_bytes())
    assert cours.notes() == attendu
    for apprenant in CLASSE:
        remise = tmp_path / "submitted" / apprenant / cours.devoir / "cas.ipynb"
        assert remise.read_bytes() == cours.remise(apprenant).joinpath("cas.ipynb").read_bytes()


def test_un_carnet_occupe_est_dit_et_rien_n_est_perdu(cours, attendu):
    cours.regler(f"c.CourseDirectory.db_url = 'sqlite:///{cours.dossier}/gradebook.db?timeout=0.5'")
    with sqlite3.connect(cours.dossier / "gradebook.db") as autre:
        autre.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ErreurRncp, match="occupé par un autre programme"):
            corriger_devoir(cours.dossier, cours.devoir)
        autre.rollback()
    autre.close()
    assert corriger_devoir(cours.dossier, cours.devoir).complet
    assert cours.notes() == attendu


def test_un_carnet_occupe_en_cours_de_route(cours, attendu):
    """Readers pass, writers wait in vain: the first copy that is written says it."""
    cours.regler(f"c.CourseDirectory.db_url = 'sqlite:///{cours.dossier}/gradebook.db?timeout=0.5'")
    autre = sqlite3.connect(cours.dossier / "gradebook.db")
    autre.execute("BEGIN IMMEDIATE")
    with pytest.raises(ErreurRncp, match=r"occupé par un autre programme.*rien n'est perdu"):
        corriger_devoir(cours.dossier, cours.devoir, Options(jobs=2))
    autre.rollback()
    autre.close()
    assert not list((cours.dossier / "autograded").glob("*/*/*.ipynb"))
    assert corriger_devoir(cours.dossier, cours.devoir).complet
    assert cours.notes() == attendu


@pytest.mark.parametrize(
    ("abimer", "phrase"),
    [
        (lambda c: (c.dossier / "gradebook.db").write_bytes(b"pas une base" * 100), "Le carnet de notes ne répond pas"),
        (lambda c: shutil.rmtree(c.dossier / "source" / c.devoir), "n'a pas de notebook"),
        (lambda c: (c.dossier / "source" / c.devoir / "cas.ipynb").write_text("{"), "absent ou illisible"),
        (lambda c: shutil.rmtree(c.dossier / "submitted"), "Aucune copie"),
        (lambda c: c.regler("c.CourseDirectory.db_url = 'sqlite:////nulle/part/g.db'"), "ne répond pas"),
        (lambda c: (c.dossier / "gradebook.db").unlink(), "n'est pas dans le carnet"),
    ],
    ids=["carnet-abime", "source-absente", "source-illisible", "sans-copie", "carnet-introuvable", "carnet-neuf"],
)
def test_ce_qui_manque_est_dit_en_francais(cours, abimer, phrase):
    abimer(cours)
    commande = [sys.executable, "-m", "rncp_utils.cli", "--cours", str(cours.dossier), "autograde", cours.devoir]
    sortie = subprocess.run(commande, capture_output=True, text=True, timeout=120)
    assert sortie.returncode == 1
    assert phrase in " ".join((sortie.stdout + sortie.stderr).split())
    assert "Traceback" not in sortie.stdout + sortie.stderr
    assert not list(cours.dossier.glob("autograded/*/*/*.ipynb"))


def test_un_notebook_illisible_n_arrete_pas_les_autres(cours, attendu):
    (cours.remise("bo") / "cas.ipynb").write_bytes(b'{"cells": [')
    (cours.remise("cyd") / "cas.ipynb").unlink()
    passage = corriger_devoir(cours.dossier, cours.devoir, Options(jobs=2))
    assert passage.complet
    assert (cours.total("bo"), cours.total("cyd")) == (0, 0)
    assert {c: n for c, n in cours.notes().items() if c[0] in ("ada", "dan")} == {
        c: n for c, n in attendu.items() if c[0] in ("ada", "dan")
    }
    assert (cours.remise("bo") / "cas.ipynb.illisible").read_bytes() == b'{"cells": ['


def test_une_copie_impossible_est_comptee_et_le_code_de_sortie_le_dit(cours):
    """A step of one's own that fails on one learner: the others are graded, nothing is left of that one."""
    cours.regler("""
from nbgrader.preprocessors import NbGraderPreprocessor
class Panne(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        if resources["nbgrader"]["student"] == "bo":
            raise ValueError("panne d'essai")
        return nb, resources
c.Autograde.sanitize_preprocessors = [Panne, *c.Autograde.sanitize_preprocessors]
""")
    commande = [sys.executable, "-m", "rncp_utils.cli", "--cours", str(cours.dossier), "autograde", cours.devoir]
    sortie = subprocess.run(commande, capture_output=True, text=True, timeout=120)
    assert sortie.returncode == 1
    texte = " ".join(sortie.stdout.split())
    assert "Non corrigées │ 1" in texte
    assert "ValueError : panne" in texte
    assert {qui for qui, _ in cours.notes()} == {"ada", "cyd", "dan"}
    assert not (cours.dossier / "autograded" / "bo" / cours.devoir).exists()
