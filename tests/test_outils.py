"""What somebody reads when the machine lacks something that `make` needs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def machine(tmp_path):
    """A machine whose only `python3` is a script of the test."""

    def preparer(python: str | None) -> subprocess.CompletedProcess:
        commandes = tmp_path / "bin"
        commandes.mkdir()
        for nom in ("sh", "rm", "touch"):
            (commandes / nom).symlink_to(Path("/bin") / nom if Path("/bin", nom).exists() else Path("/usr/bin", nom))
        if python:
            (commandes / "python3").write_text(f"#!/bin/sh\n{python}\n")
            (commandes / "python3").chmod(0o755)
        script = Path(__file__).parents[1] / "outils" / "preparer.sh"
        return subprocess.run(
            [commandes / "sh", script, tmp_path / "venv"],
            env={"PATH": str(commandes), "LANG": os.environ.get("LANG", "C.UTF-8")},
            capture_output=True,
            encoding="utf-8",
            timeout=30,
        )

    return preparer


def test_sans_python_convenable_la_phrase_dit_quoi_installer(machine):
    resultat = machine("exit 1")
    assert resultat.returncode == 1
    assert resultat.stderr.count("\n") == 1
    assert "sudo apt install python3 python3-venv" in resultat.stderr


def test_sans_module_venv_la_phrase_dit_quoi_installer(machine):
    # Python 3.11 without ensurepip, as Debian ships it.
    resultat = machine('case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')
    assert resultat.returncode == 1
    assert resultat.stderr.count("\n") == 1
    assert "Le module venv manque à python3" in resultat.stderr
    assert "sudo apt install python3-venv" in resultat.stderr


def test_le_verrou_a_des_empreintes_et_ne_nomme_aucun_depot(depot):
    lignes = (depot / "requirements.lock").read_text(encoding="utf-8").splitlines()
    paquets = [ligne for ligne in lignes if ligne and not ligne.startswith(" ")]
    assert len(paquets) > 100
    assert [ligne for ligne in paquets if "==" not in ligne] == []
    assert sum("--hash=sha256:" in ligne for ligne in lignes) >= len(paquets)
    assert [ligne for ligne in lignes if "://" in ligne or "index-url" in ligne] == []


def test_les_groupes_de_tests_sont_compris(request):
    # A release of pytest made pytest-xdist forget them without a word: a run then takes three times as long.
    if os.environ.get("PYTEST_XDIST_WORKER"):
        assert request.node.nodeid.endswith(f"@{Path(__file__)}")
