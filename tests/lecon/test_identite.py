"""Who the learner is and what the kernel runs for."""

from __future__ import annotations

import pwd
from types import SimpleNamespace

import pytest

from rncp_utils.lecon import apprenant, mode


@pytest.fixture(autouse=True)
def _environnement_neutre(monkeypatch):
    for nom in ("RNCP_APPRENANT", "JUPYTERHUB_USER", "NBGRADER_EXECUTION", "RNCP_MODE"):
        monkeypatch.delenv(nom, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", lambda numero: SimpleNamespace(pw_name="karim"))


def test_le_correcteur_impose_le_proprietaire_de_la_copie(monkeypatch):
    monkeypatch.setenv("RNCP_APPRENANT", " amelie.durand ")
    monkeypatch.setenv("JUPYTERHUB_USER", "autre")
    assert apprenant() == "amelie.durand"


def test_sans_consigne_le_nom_de_compte_sert_d_identifiant(monkeypatch):
    monkeypatch.setenv("RNCP_APPRENANT", "  ")
    monkeypatch.setenv("JUPYTERHUB_USER", "autre")
    assert apprenant() == "karim"


def test_sur_un_compte_partage_le_nom_du_hub_sert_d_identifiant(monkeypatch):
    monkeypatch.setattr(pwd, "getpwuid", lambda numero: SimpleNamespace(pw_name="jovyan"))
    assert apprenant() == "jovyan"
    monkeypatch.setenv("JUPYTERHUB_USER", "amelie.durand")
    assert apprenant() == "amelie.durand"


def test_un_compte_sans_nom_est_un_compte_partage(monkeypatch):
    def sans_nom(numero):
        raise KeyError("uid not found")

    monkeypatch.setattr(pwd, "getpwuid", sans_nom)
    monkeypatch.setenv("JUPYTERHUB_USER", "amelie.durand")
    assert apprenant() == "amelie.durand"


@pytest.mark.parametrize(
    ("nbgrader", "rncp", "attendu"),
    [
        ("", "", "apprenant"),
        ("validate", "", "apprenant"),
        ("autograde", "", "correction"),
        ("", "test", "test"),
        ("validate", "test", "test"),
        ("autograde", "test", "correction"),
        ("", "correction", "apprenant"),
    ],
)
def test_le_mode_vient_de_qui_execute(monkeypatch, nbgrader, rncp, attendu):
    monkeypatch.setenv("NBGRADER_EXECUTION", nbgrader)
    monkeypatch.setenv("RNCP_MODE", rncp)
    assert mode() == attendu
