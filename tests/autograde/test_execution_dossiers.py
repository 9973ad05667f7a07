"""What is taken of a folder that a learner sent."""

from __future__ import annotations

import os
import subprocess

import pytest

from rncp_utils.autograde.execution import dossiers
from rncp_utils.autograde.execution.dossiers import copier_reponses, ecarter, examiner, reste_un_danger
from rncp_utils.lecon.reponses import TAILLE_MAX, lire_reponses


@pytest.fixture
def copie(tmp_path):
    dossier = tmp_path / "copie"
    (dossier / "reponses").mkdir(parents=True)
    (dossier / "reponses" / "D__c.json").write_text("{}")
    (dossier / "notes.txt").write_text("à moi")
    return dossier


@pytest.fixture
def secret(tmp_path):
    chemin = tmp_path / "secret.txt"
    chemin.write_text("clé")
    return chemin


def _poser(nom: str, copie, secret) -> None:
    cible = copie / "reponses" / "piege.json"
    if nom == "lien":
        cible.symlink_to(secret)
    elif nom == "lien-dossier":
        (copie / "ailleurs").symlink_to(secret.parent, target_is_directory=True)
    elif nom == "second-nom":
        os.link(secret, cible)
    elif nom == "tube":
        os.mkfifo(cible)
    elif nom == "enorme":
        with cible.open("wb") as flux:
            flux.truncate(10 * 2**30)


PIEGES = ["lien", "lien-dossier", "second-nom", "tube", "enorme"]


@pytest.mark.parametrize("piege", PIEGES)
def test_un_piege_est_mis_de_cote_et_dit(copie, secret, piege):
    _poser(piege, copie, secret)
    assert reste_un_danger(copie)
    (anomalie,) = ecarter(copie)
    assert anomalie.code == "fichier_ecarte"
    assert not reste_un_danger(copie)
    # The same is told later, from what is left; a second time sets nothing more aside.
    assert [a.phrase for a in examiner(copie)] == [anomalie.phrase]
    assert ecarter(copie) == []
    assert (copie / "notes.txt").read_text() == "à moi"
    assert secret.read_text() == "clé"


def test_une_copie_ordinaire_reste_comme_elle_est(copie):
    assert ecarter(copie) == examiner(copie) == []
    assert sorted(p.name for p in copie.rglob("*")) == ["D__c.json", "notes.txt", "reponses"]


def test_trop_de_fichiers_ou_trop_gros_ensemble(copie, monkeypatch):
    monkeypatch.setattr(dossiers, "FILES_MAX", 10)
    for rang in range(20):
        (copie / f"f{rang:02d}").write_text("x")
    ecartes = ecarter(copie)
    assert 0 < len(ecartes) <= 12
    assert not reste_un_danger(copie)


@pytest.mark.parametrize("piege", PIEGES)
def test_seules_les_reponses_arrivent_aux_tests(copie, secret, piege, tmp_path):
    _poser(piege, copie, secret)
    (copie / "reponses" / "programme.py").write_text("1/0")
    cible = tmp_path / "tests"
    cible.mkdir()
    copier_reponses(copie, cible)
    arrives = sorted(p.relative_to(cible).as_posix() for p in cible.rglob("*"))
    assert "reponses/D__c.json" in arrives
    assert "notes.txt" not in arrives
    assert "reponses/programme.py" not in arrives
    assert all("clé" not in p.read_text() for p in cible.rglob("*") if p.is_file())
    assert sum(p.stat().st_size for p in cible.rglob("*") if p.is_file()) <= TAILLE_MAX + 100


def test_le_test_dit_ce_qui_n_allait_pas(copie, secret, tmp_path):
    """A harmless stand-in keeps the reason that the reader gives."""
    for nom, code in {"lien": "lien", "enorme": "trop_gros", "tube": "pas_un_fichier"}.items():
        (piege := copie / "reponses" / "piege.json").unlink(missing_ok=True)
        _poser(nom, copie, secret)
        piege.rename(copie / "reponses" / "D__piege.json")
        cible = tmp_path / f"tests-{nom}"
        cible.mkdir()
        copier_reponses(copie, cible)
        (copie / "reponses" / "D__piege.json").unlink()
        assert [a.code for a in lire_reponses(cible, "D", "piege").anomalies] == [code]


def test_un_dossier_de_reponses_qui_n_en_est_pas_un(copie, tmp_path):
    (copie / "reponses" / "D__c.json").unlink()
    (copie / "reponses").rmdir()
    (copie / "reponses").write_text("bonjour")
    copier_reponses(copie, tmp_path)
    assert [a.code for a in lire_reponses(tmp_path, "D", "c").anomalies] == ["absent"]


def test_les_restes_d_un_processus_tue_sont_enleves(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mort = subprocess.Popen(["true"])
    mort.wait()
    (tmp_path / f"{dossiers.PREFIX}{mort.pid}-abc").mkdir()
    with dossiers.dossier_des_tests() as vivant:
        dossiers.nettoyer_restes()
        assert list(tmp_path.iterdir()) == [vivant]
    assert list(tmp_path.iterdir()) == []


def test_deux_correcteurs_nettoient_a_la_fois(tmp_path, monkeypatch):
    """What one has listed, the other has just removed."""
    reste = tmp_path / f"{dossiers.PREFIX}999999999-x"
    reste.mkdir()

    class Absent(type(reste)):
        def lstat(self):
            reste.rmdir()
            return super().lstat()

    monkeypatch.setattr(dossiers, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(type(tmp_path), "glob", lambda dossier, motif: [Absent(reste)])
    dossiers.nettoyer_restes()
    assert not reste.exists()
