"""Cas fictifs du cours : la SARL Menuiserie Martin (deux exercices) et Le Fournil (boulangerie en nom propre)."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from rncp_utils.entreprise.analyse.flux import Mouvements
from rncp_utils.entreprise.liasse import Liasse

CLOTURE = dt.date(2024, 12, 31)
CLOTURE_N1 = dt.date(2023, 12, 31)


def martin() -> Liasse:
    """SARL Menuiserie Martin, exercice clos le 31 décembre 2024, liasse du régime normal entièrement équilibrée.

    La colonne N-1 est le bilan de :func:`martin_n1`.

    >>> martin()["FL"], martin()["CO"] - martin()["1A"] == martin()["EE"]
    (660000, True)
    """
    return _liasse("martin", CLOTURE, valeurs_n1=martin_n1().valeurs)


def martin_n1() -> Liasse:
    """SARL Menuiserie Martin, bilan clos le 31 décembre 2023 (sans compte de résultat).

    >>> martin_n1()["EE"]
    383500
    """
    return _liasse("martin", CLOTURE_N1)


def mouvements_martin() -> Mouvements:
    """Mouvements de l'exercice 2024 de la SARL Menuiserie Martin, en euros.

    >>> mouvements_martin().acquisitions
    52000
    """
    return Mouvements(**_lire("martin")["mouvements"])


def fournil() -> Liasse:
    """Le Fournil, boulangerie en entreprise individuelle, compte de résultat 2024 du régime simplifié (2033-B).

    >>> fournil().regime, fournil()["310"]
    ('RS', 60500)
    """
    return _liasse("fournil", CLOTURE)


def _liasse(nom: str, cloture: dt.date, **autres: Any) -> Liasse:
    cas = _lire(nom)
    identite = {"denomination": cas["denomination"], "forme_juridique": cas["forme_juridique"]}
    return Liasse(date_cloture=cloture, source="cas du cours", **identite, **cas["exercices"][cloture], **autres)


@cache
def _lire(nom: str) -> dict[str, Any]:
    return yaml.safe_load(files(__name__).joinpath(f"{nom}.yaml").read_text(encoding="utf-8"))
