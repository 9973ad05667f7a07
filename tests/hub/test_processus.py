"""Arrêter par numéro, sans jamais se tromper de processus."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rncp_utils.hub.processus import Processus, lancer, processus, retrouver

DORT = "import time; print('pret', flush=True); time.sleep(60)"
SOURD = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('pret', flush=True); time.sleep(60)"


@pytest.fixture
def demarrer(tmp_path: Path):
    lances = []

    def demarrer(code: str) -> tuple[Processus, Path]:
        temoin, journal = tmp_path / "temoin.json", tmp_path / "journal"
        lance = lancer([sys.executable, "-c", code], journal=journal, env=dict(os.environ), temoin=temoin)
        lances.append(lance)
        while "pret" not in journal.read_text():
            pass
        return lance, temoin

    yield demarrer
    for lance in lances:
        lance.arreter(1)


def test_ce_qui_est_lance_se_retrouve_et_s_arrete(demarrer):
    lance, temoin = demarrer(DORT)
    assert retrouver(temoin) == lance
    assert lance.arreter(20) is False
    assert not lance.vivant
    assert retrouver(temoin) is None


def test_ce_qui_n_obeit_pas_est_interrompu(demarrer):
    lance, _ = demarrer(SOURD)
    assert lance.arreter(0.3) is True
    assert not lance.vivant


def test_un_numero_qui_ressert_n_est_pas_pris_pour_le_notre(demarrer):
    lance, temoin = demarrer(DORT)
    autre = {"pid": lance.pid, "debut": lance.debut - 1}
    temoin.write_text(json.dumps(autre))
    assert retrouver(temoin) is None
    assert Processus(**autre).arreter(1) is False
    assert lance.vivant


def test_un_zombie_n_est_pas_vivant():
    fini = subprocess.Popen([sys.executable, "-c", ""])
    while processus(fini.pid):
        pass
    assert fini.wait() == 0


def test_un_temoin_abime_ne_designe_personne(tmp_path):
    (tmp_path / "t.json").write_text("{")
    assert retrouver(tmp_path / "t.json") is None
    assert retrouver(tmp_path / "absent.json") is None
