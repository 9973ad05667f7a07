"""Why a button cannot be pressed now, in one French sentence; empty when it can."""

from __future__ import annotations

from typing import Any

from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.etats import BESOIN, CONSEIL, FINIS, INFORMATION, pourquoi

PAS_DE_DOSSIER = "Aucun dossier n'est ouvert : ouvrez-le à l'écran « Demande de crédit »."
DEJA_OUVERT = "Un dossier est déjà en cours."
PAS_DE_SOUSCRIPTION = "Aucun conseil n'est commencé : commencez-le à l'écran « Conseil »."
# These stay within reach before their turn: the order is the banker's to keep, and the checks say when it is not kept.
ETAPES = frozenset({"conseiller", "regler", "accord", "signer"})
AVANT_L_ACCORD = frozenset({BESOIN, INFORMATION, CONSEIL})


def pour_le_dossier(lecture: Lecture, action: str) -> str:
    """Why an action on the credit file is impossible."""
    if lecture.poste.bloque:
        return lecture.poste.bloque
    dossier = lecture.dossier
    if action == "ouvrir_dossier":
        return "" if dossier is None or dossier["etat"] in FINIS else DEJA_OUVERT
    if dossier is None:
        return PAS_DE_DOSSIER
    return pourquoi(action, dossier["etat"])


def pour_la_souscription(lecture: Lecture, souscription: dict[str, Any] | None, action: str) -> str:
    """Why an action on a subscription is impossible."""
    if lecture.poste.bloque:
        return lecture.poste.bloque
    if souscription is None:
        return PAS_DE_SOUSCRIPTION
    if action in ETAPES and souscription["etat"] in AVANT_L_ACCORD:
        return ""
    return pourquoi(action, souscription["etat"])
