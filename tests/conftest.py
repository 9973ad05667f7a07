"""What several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.machine import exemples
from tests.postgresql import postgresql  # noqa: F401 -- a fixture for all

# Speed is measured in benchmarks/, never asserted in a test: a busy machine must not make one fail.
settings.register_profile(
    "rncp", deadline=None, max_examples=exemples(100), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("rncp")


@pytest.fixture(scope="session")
def depot() -> Path:
    """Root of the repository: the course folder."""
    return Path(__file__).parents[1]


# Folders of the tests that make accounts of the system.
HUB = ("hub", "navigateur")
# Folders whose tests share one costly fixture (a whole nbgrader cycle); a server and a browser are one a worker.
SHARED = ("parcours",)
# Files whose tests execute the same lessons in their own process.
LECONS = ("test_bloc", "test_exercices")


# Before pytest-xdist reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep in one xdist worker the tests of a file, or of a folder that shares its fixtures (``--dist loadgroup``).

    Groups are taken in the order of the tests (``--no-loadscope-reorder``).
    """
    for item in items:
        # What makes accounts of the system runs alone, after the others (see the Makefile).
        if "administrateur" in getattr(item, "fixturenames", ()) or item.path.name == "test_hub.py":
            item.add_marker(pytest.mark.hub)
            if not set(HUB) & set(item.path.parts):
                raise pytest.UsageError(f"{item.nodeid}: the Makefile looks for the Hub's tests in {HUB} only")
        partage = next((nom for nom in SHARED if nom in item.path.parts), None)
        if item.path.name.startswith(LECONS):
            partage = "lecons"
        if not item.get_closest_marker("xdist_group"):  # a test may say its own
            item.add_marker(pytest.mark.xdist_group(partage or str(item.path)))
    items.sort(key=_rang)


def _rang(item: pytest.Item) -> int:
    """Slow tests, the others, then those of a browser: Playwright leaves a loop running, asyncio allows one."""
    if "navigateur" in item.path.parts:
        return 2
    return 0 if item.get_closest_marker("lent") else 1
