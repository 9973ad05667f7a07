"""What the tests of the workstation share."""

from __future__ import annotations

import pytest

from rncp_utils.poste.interface import PosteDeTravail
from rncp_utils.poste.poste import Poste
from rncp_utils.poste.situation import situation as situation_de
from tests.poste.ecran import DEVOIR, Ecran
from tests.poste.petit_poste import nouveau, petite


@pytest.fixture(scope="session")
def situation():
    """The small situation."""
    return petite()


@pytest.fixture
def poste(situation):
    """A workstation in memory."""
    return nouveau(situation)


@pytest.fixture(scope="session")
def fournil():
    return situation_de("fournil")


@pytest.fixture
def ouvrir(tmp_path, fournil):
    """Open the workstation of the bakery, in training."""

    def _ouvrir(dossier=tmp_path, **options):
        poste = Poste.ouvrir(dossier, fournil, devoir=DEVOIR, apprenant="amelie.durand", entrainement=True)
        return Ecran(poste, **options)

    return _ouvrir


@pytest.fixture
def ecran(ouvrir):
    return ouvrir()


@pytest.fixture
def cellule(tmp_path, monkeypatch):
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    return PosteDeTravail("fournil", devoir=DEVOIR, ecrans=("P2", "P4"), dossier=tmp_path, entrainement=True)
