"""Words that the fictitious identities of the portfolio are made of."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from rncp_utils.yaml_strict import lire_yaml

# No French département is numbered 00: a code that begins so names no real commune.
_DEPARTEMENT = "00"


@cache
def mots() -> dict[str, Any]:
    """Content of ``noms.yaml``."""
    return lire_yaml(Path(__file__).with_name("noms.yaml"), decimaux=False).contenu


def communes() -> pd.DataFrame:
    """Fictitious communes of the branch: commune_insee, commune, population."""
    table = pd.DataFrame(mots()["communes"]).rename(columns={"nom": "commune"})
    table.insert(0, "commune_insee", [f"{_DEPARTEMENT}{rang:03d}" for rang in range(1, len(table) + 1)])
    return table
