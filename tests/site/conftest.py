"""A site of two lessons, built once for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site.chantier import Chantier


@pytest.fixture(scope="session")
def chantier(depot: Path, tmp_path_factory: pytest.TempPathFactory) -> Chantier:
    chantier = Chantier(depot, tmp_path_factory.mktemp("site"))
    chantier.construire()
    return chantier
