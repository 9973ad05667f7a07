from __future__ import annotations

from pathlib import Path

import pytest

from rncp_utils.donnees.agence.generateur import generer_socle
from rncp_utils.donnees.agence.plan import Plan, lire_plan
from rncp_utils.donnees.agence.socle import Demande, Socle

PLAN = Path(__file__).parents[2] / "corriges" / "portefeuille" / "plan.yaml"


@pytest.fixture(scope="session")
def plan() -> Plan:
    return lire_plan(PLAN)


@pytest.fixture(scope="session")
def socle(plan: Plan) -> Socle:
    """The accounting half, generated now from the plan of the repository."""
    return generer_socle(Demande(plan.graine), plan)
