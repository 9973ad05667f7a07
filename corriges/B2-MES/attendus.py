"""B2-MES: the interview that earns all that the machine grades, and one with typical mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rncp_utils.entretien import charger_scenario

DEVOIR = "B2-MES"
Reponses = dict[str, dict[str, Any]]
SOURCE = Path(__file__).parents[2] / "source" / DEVOIR
# A rate promised, the reason of the call half told: what somebody says who wants to please.
MALADRESSES = {"N10": "Je m'aligne", "N15": "Votre prêt se terminait."}


def modele(apprenant: str, session: str) -> Reponses:
    """The model interview; the written parts are graded by a person."""
    return {"entretien": {"choix": _scenario().choix_du_modele()}}


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """The same interview, but for two replies, and the points of each cell."""
    # Promising the rate, one does not hear what was not compared: 23 of the 29 points of the truth (80 % are asked).
    # Five decisions: one wrong, and red (2 less); the event: named, without what it changes.
    points = {"mes_decouv": 8.0 + 4 * (23 / 29) / 0.80, "mes_produits": 8.0 - 2.0, "mes_evt": 1.0 + 4.0}
    return {"entretien": {"choix": _scenario().choix_du_modele(MALADRESSES)}}, points


def _scenario():
    return charger_scenario(SOURCE / "scenario.yaml", verite=SOURCE / "verite.yaml")
