"""A sheet or a set of rules that a test spoils, written to a file and read back."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from rncp_utils.erreurs import ErreurListe
from rncp_utils.referentiel import charger_referentiel

FICHE = Path(__file__).with_name("fiche_exemple.yaml")
DONNEES = yaml.safe_load(FICHE.read_text(encoding="utf-8"))


@pytest.fixture
def fiche() -> Path:
    return FICHE


@pytest.fixture
def fautes(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], list[str]]:
    """Spoil the invented sheet with a function; return the faults, non-breaking spaces made plain."""

    def lire(abimer: Callable[[dict[str, Any]], None]) -> list[str]:
        donnees = copy.deepcopy(DONNEES)
        abimer(donnees)
        chemin = tmp_path / "fiche.yaml"
        chemin.write_text(yaml.safe_dump(donnees, allow_unicode=True), encoding="utf-8")
        with pytest.raises(ErreurListe) as refus:
            charger_referentiel(chemin)
        return [faute.replace("\u00a0", " ") for faute in refus.value.fautes]

    return lire
