"""F-B2: the right answers of a copy, and a copy of typical mistakes with the points that it earns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rncp_utils.autograde.attendus import charger_attendus
from rncp_utils.donnees import variante
from rncp_utils.donnees.fils_rouges.objets import Cas
from rncp_utils.entreprise import caf_additive

DEVOIR = "F-B2"
Reponses = dict[str, dict[str, Any]]
BASE, CONSEIL = (charger_attendus(Path(__file__).parents[2], devoir) for devoir in ("B1-CAS", "B2-CAS"))
fr = BASE.fr
DEFAUT, PERTE, COMMISSION, GAIN = 0.02, 0.45, 0.0070, 0.04
PART_CARTES = 0.68
PAIRES = {"four": "pret", "decembre": "campagne", "file": "terminal", "arret": "prevoyance"}


def modele(apprenant: str, session: str) -> Reponses:
    """Right answers of every field, in French notation."""
    fournil = variante("CAS-01", apprenant, DEVOIR, session)
    mensualite, _, _ = BASE.premiere_annee(fournil)
    attendue = fournil.projets[0].pret.montant * DEFAUT * PERTE
    return {
        "fb2_besoins": {"paires": dict(PAIRES)},
        "fb2_cout": {
            "mensualite": fr(mensualite, 2),
            "cout": fr(CONSEIL.interets(fournil), 2),
            "commission": fr(CONSEIL.carte(fournil, PART_CARTES) * COMMISSION, 2),
        },
        "fb2_obj": {"bail": "comparer", "caution": "expliquer"},
        "fb2_el": {"seule": fr(attendue), "partagee": fr(attendue / 2)},
        "fb2_couv": {
            "capital": fr(_capital_du(fournil)),
            "base": fr(_couverture(fournil), 2),
            "amelioree": fr(_couverture(fournil, gain=GAIN * fournil.exercices["N"]["FL"]), 2),
        },
    }


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """Answers of somebody who makes the usual mistakes, and the points of each cell."""
    fournil = variante("CAS-01", apprenant, DEVOIR, session)
    juste = modele(apprenant, session)
    montant, preleve = fournil.projets[0].pret.montant, fournil.mouvements["N"].dividendes
    reponses = {
        # One lure taken, one answer missing.
        "fb2_besoins": {"paires": {**PAIRES, "decembre": "affacturage", "arret": ""}},
        # The capital counted in the cost (half).
        "fb2_cout": {**juste["fb2_cout"], "cout": fr(montant + CONSEIL.interets(fournil), 2)},
        "fb2_obj": {"bail": "trancher", "caution": "expliquer"},
        # The loss given default forgotten (half), then halved as it should be (half).
        "fb2_el": {"seule": fr(montant * DEFAUT), "partagee": fr(montant * DEFAUT / 2)},
        # Drawings left in (half); the rest is right, or missing.
        "fb2_couv": {
            **juste["fb2_couv"],
            "base": fr(_couverture(fournil, gain=preleve), 2),
            "amelioree": "",
        },
    }
    points = {"fb2_besoins": 4.0, "fb2_cout": 8.5, "fb2_obj": 2.0, "fb2_el": 3.0, "fb2_couv": 6.0}
    return reponses, points


def _couverture(fournil: Cas, *, gain: float = 0.0) -> float:
    caf = float(caf_additive(fournil.exercices["N"])["caf"])
    interets = BASE.premiere_annee(fournil)[1]
    return (caf - interets - fournil.mouvements["N"].dividendes + gain) / _capital_du(fournil)


def _capital_du(fournil: Cas) -> float:
    return BASE.exigible(fournil) + BASE.premiere_annee(fournil)[2]
