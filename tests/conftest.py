"""What several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def depot() -> Path:
    """Root of the repository: the course folder."""
    return Path(__file__).parents[1]
