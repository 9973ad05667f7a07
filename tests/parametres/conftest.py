"""A parameter file that a test spoils, and warnings that each test sees as if it were the first."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from rncp_utils.erreurs import ErreurListe
from rncp_utils.parametres import Parametre, charger_parametre
from rncp_utils.parametres.consultation import _prevenir

VALEURS = {
    "description": "Taux d'exemple",
    "unite": "fraction",
    "sens_de_la_date": "date_effet",
    "values": {dt.date(2020, 1, 1): {"value": 0.1}, dt.date(2022, 7, 1): {"value": 0.2}},
    "metadata": {
        "reference": {
            dt.date(2020, 1, 1): [{"title": "Loi 1", "href": "https://example.org/1"}],
            dt.date(2022, 7, 1): [{"title": "Loi 2"}],
        },
        "last_value_still_valid_on": dt.date(2024, 1, 1),
        "statut": "verifie",
    },
}


@pytest.fixture(autouse=True)
def avertissements_neufs() -> Iterator[None]:
    _prevenir.cache_clear()
    yield
    _prevenir.cache_clear()


@pytest.fixture
def ecrire(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    def ecrire(contenu: dict[str, Any]) -> Path:
        chemin = tmp_path / "exemple.yaml"
        chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return chemin

    return ecrire


@pytest.fixture
def modifier(ecrire: Callable[[dict[str, Any]], Path]) -> Callable[..., Parametre]:
    """Change the example with a function, then load it."""

    def modifier(changer: Callable[[dict[str, Any]], None] = lambda contenu: None) -> Parametre:
        contenu = copy.deepcopy(VALEURS)
        changer(contenu)
        return charger_parametre(ecrire(contenu), "exemple")

    return modifier


@pytest.fixture
def fautes(modifier: Callable[..., Parametre]) -> Callable[..., list[str]]:
    """Spoil the example; return the faults, non-breaking spaces made plain."""

    def fautes(abimer: Callable[[dict[str, Any]], None]) -> list[str]:
        with pytest.raises(ErreurListe) as refus:
            modifier(abimer)
        return [faute.replace("\u00a0", " ") for faute in refus.value.fautes]

    return fautes
