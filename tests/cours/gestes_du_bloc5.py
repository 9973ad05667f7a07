"""Actions that answer each exercise of bloc 5 at the workstation, in the order of the page."""

from __future__ import annotations

from tests.cours.gestes_de_l_instruction import MODELES
from tests.cours.gestes_du_poste import (
    CONDITIONS,
    DECISION,
    DEMANDE,
    DEMANDER,
    JOINDRE,
    OPPORTUNITES,
    PROFIL,
    SERVICE,
    SUIVI,
    Geste,
    annulation,
    cyber_kelya,
    souscription_vasseur,
)
from tests.cours.page import Page


def gestes_de(lecon: str, exercice: str, page: Page) -> list[Geste]:
    """What a learner does for an exercise of a lesson, those before it being done."""
    if lecon in MODELES:
        return list(MODELES[lecon][exercice])
    if lecon == "B5-L3":
        refaite = annulation() + souscription_vasseur(page, 2) + SERVICE
        return {"E7": souscription_vasseur(page), "E8": refaite}[exercice]
    return {
        "E3": PROFIL,
        "E4": OPPORTUNITES,
        "E5": DEMANDE + DEMANDER + JOINDRE,
        "E6": DECISION + CONDITIONS,
        "E7": cyber_kelya(page),
        "E8": SUIVI,
    }[exercice]
