"""What the workstation calls its screens and its states, and how it writes amounts, rates and days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from rncp_utils.formats import avec_unite, euros

ECRANS = {
    "P1": "Tableau de bord",
    "P2": "Profil client",
    "P3": "Opportunités",
    "P4": "Demande de crédit",
    "P5": "Pièces",
    "P6": "Analyse et décision",
    "P7": "Conseil",
    "P8": "Souscription",
    "P9": "Suivi",
}
BANDEAU = "ENVIRONNEMENT DE FORMATION"
FICTIF = "clients, comptes et établissement fictifs"
SANS_VALEUR = "–"
DELEGATAIRES = {"agence": "Agence", "engagements": "Service des engagements"}
SENS_DE_L_AVIS = {"favorable": "Favorable", "reserve": "Réservé", "defavorable": "Défavorable"}


def joli_code(code: str) -> str:
    """A code of the data, as words, where nothing gives it a label."""
    return code.replace("_", " ")


def montant(centimes: int | None) -> str:
    """Cents, in euros: « 60 000 € », « 1 376,11 € »; a dash for a missing amount, which is no zero."""
    if centimes is None:
        return SANS_VALEUR
    return euros(Decimal(centimes) / 100, 2 if centimes % 100 else 0)


def taux(points: int | None) -> str:
    """Basis points, in per cent: « 4,10 % »."""
    return SANS_VALEUR if points is None else avec_unite(Decimal(points) / 100, "%", 2)


def jour(iso: str | None) -> str:
    """An ISO day, as it is written in France: « 12/01/2027 »."""
    if not iso:
        return SANS_VALEUR
    try:
        return f"{dt.date.fromisoformat(iso):%d/%m/%Y}"
    except ValueError:
        return iso
