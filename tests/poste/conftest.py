"""What the tests of the workstation share."""

from __future__ import annotations

import pytest

from tests.poste.petit_poste import nouveau, petite


@pytest.fixture(scope="session")
def situation():
    """The small situation."""
    return petite()


@pytest.fixture
def poste(situation):
    """A workstation in memory."""
    return nouveau(situation)
