"""B3-MES: the right answers of a copy, and a copy of typical mistakes with the points that it earns."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from rncp_utils.donnees import variante
from rncp_utils.entretien import charger_scenario

DEVOIR = "B3-MES"
Reponses = dict[str, dict[str, Any]]
SOURCE = Path(__file__).parents[2] / "source" / DEVOIR
# The loan promised, a name asked for while it is being studied, then without its agreement; thanks and news forgotten.
MALADRESSES = {
    "P13": "C'est accordé.",
    "P15": "Puisqu'il vous a été utile",
    "P16": "Un commerçant",
    "P17": "J'attends son accord avant",
}
GROUPES = ("revendeurs", "fabricants", "boutiques", "pieces", "loueurs")
CANAUX = ("appel", "courriel", "courrier", "visite")
CRENEAUX = ("lundi", "mardi", "mercredi", "jeudi", "vendredi")
MOTIFS = ("paiements", "stock", "comptes")
FAITS = ("silence", "plus_tard", "ecrit", "oral", "rdv", "deux")
ENVOIS = (4, 5, 6, 7, 11, 12, 13)
FERIES = (1, 8, 14, 25)


def modele(apprenant: str, session: str) -> Reponses:
    """Right answers of every field that the machine grades, in French notation."""
    c = _tirage(apprenant, session)
    envoi, faits = ENVOIS[c[10] % len(ENVOIS)], _rangs(FAITS, c[3:9])
    return {
        "m3_prep": {
            # The fourth group is the best of the cards handed over, the fourth slot the best of those without parcels.
            "cible": _rangs(GROUPES, c[0:5])[3],
            "canal": CANAUX[-c[5] % 4],
            "creneau": _rangs(CRENEAUX, c[6:11])[3],
            "motif": _rangs(MOTIFS, c[8:11])[0],
        },
        "entretien": {"choix": _scenario().choix_du_modele()},
        "m3_relance": {
            "premiere": str(ouvres_apres(envoi, 3)),
            "seconde": str(ouvres_apres(envoi, 10)),
            "encore": [lettre for lettre, fait in zip("abcdef", faits, strict=True) if fait in FAITS[:2]],
        },
    }


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """Answers of somebody who makes the usual mistakes, and the points of each cell."""
    c, juste = _tirage(apprenant, session), modele(apprenant, session)
    envoi, faits = ENVOIS[c[10] % len(ENVOIS)], _rangs(FAITS, c[3:9])
    reponses = {
        # The cards copied unknown to those they name, and a question for the accountant.
        "m3_prep": {**juste["m3_prep"], "cible": _rangs(GROUPES, c[0:5])[4], "motif": "tva"},
        "entretien": {"choix": _scenario().choix_du_modele(MALADRESSES)},
        # Ten days of the calendar (half); somebody who said no out loud is written to again (half).
        "m3_relance": {
            "premiere": juste["m3_relance"]["premiere"],
            "seconde": str(envoi + 10),
            "encore": [*juste["m3_relance"]["encore"], "abcdef"[faits.index("oral")]],
        },
    }
    points = {
        "m3_prep": 4.0,
        # A promise: nothing for the conduct of business; all the rest.
        "m3_appel": 15.0,
        "m3_reco_sim": 2.0 + 2.0 + 1.0,
        "m3_relance": 2.0 + 1.0 + 1.0,
    }
    return reponses, points


def ouvres_apres(jour: int, nombre: int) -> int:
    """Day of May 2026, so many working days after that one."""
    while nombre:
        jour += 1
        nombre -= dt.date(2026, 5, jour).weekday() < 5 and jour not in FERIES
    return jour


def _tirage(apprenant: str, session: str) -> list[int]:
    return [int(chiffre, 16) for chiffre in variante("CAS-06", apprenant, DEVOIR, session).empreinte]


def _rangs(noms: tuple[str, ...], chiffres: list[int]) -> list[str]:
    """Names in the order of their digits; the first of two equal ones comes first."""
    return [nom for _, _, nom in sorted(zip(chiffres, range(len(noms)), noms, strict=True))]


def _scenario():
    return charger_scenario(SOURCE / "scenario.yaml", verite=SOURCE / "verite.yaml")
