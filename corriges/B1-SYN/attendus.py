"""B1-SYN: the right answers of a copy, and a copy of typical mistakes with the points that it earns."""

from __future__ import annotations

from typing import Any

from rncp_utils.donnees import variante
from rncp_utils.formats import formater_nombre

DEVOIR = "B1-SYN"
Reponses = dict[str, dict[str, Any]]
PREUVES = ("resultat", "releve", "zone", "aucune", "zone", "bilan", "foyer", "aucune")


def modele(apprenant: str, session: str) -> Reponses:
    """Right answers of every field that the machine grades, in French notation."""
    domaine = variante("CAS-08", apprenant, DEVOIR, session)
    n, avant = domaine.exercices["N"], domaine.exercices["N-1"]
    ebe = _ebe(n)
    frng, bfr, tn = _equilibre(n)
    moyenne, preleves, charges = _foyer(domaine)
    revenu = min(moyenne, preleves)
    return {
        "syn_ca": {"variation": _fr(100 * (n["FL"] / avant["FL"] - 1), 1), "nature": "deux"},
        "syn_ebe": {"ebe": _fr(ebe), "taux": _fr(100 * ebe / n["FL"], 1)},
        "syn_tn": {"frng": _fr(frng), "bfr": _fr(bfr), "tn": _fr(tn)},
        "syn_preuves": {"pieces": {f"a{rang}": piece for rang, piece in enumerate(PREUVES, start=1)}},
        "syn_rev": {"revenu": _fr(revenu), "taux": _fr(100 * charges / revenu, 1)},
    }


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """Answers of somebody who makes the usual mistakes, and the points of each cell."""
    domaine = variante("CAS-08", apprenant, DEVOIR, session)
    n, avant, juste = domaine.exercices["N"], domaine.exercices["N-1"], modele(apprenant, session)
    faux_ebe = _ebe(n) - n.get("FO")
    frng, bfr, _ = _equilibre(n)
    moyenne, preleves, charges = _foyer(domaine)
    plus_grand = max(moyenne, preleves)
    reponses = {
        # No sign (half), and a single cause.
        "syn_ca": {"variation": _fr(100 * (1 - n["FL"] / avant["FL"]), 1), "nature": "sectorielle"},
        # The subsidy forgotten (a third), and the ratio consistent with it (half).
        "syn_ebe": {"ebe": _fr(faux_ebe), "taux": _fr(100 * faux_ebe / n["FL"], 1)},
        # Shareholders' accounts forgotten (half), the rest right, cash consistent with both (half).
        "syn_tn": {"frng": _fr(frng - n.get("DV")), "bfr": _fr(bfr), "tn": _fr(frng - n.get("DV") - bfr)},
        "syn_preuves": {"pieces": {**juste["syn_preuves"]["pieces"], "a4": "bilan", "a8": ""}},
        # The larger of the two (half), and the ratio consistent with it (half).
        "syn_rev": {"revenu": _fr(plus_grand), "taux": _fr(100 * charges / plus_grand, 1)},
    }
    proche = abs(round(100 * charges / plus_grand, 1) - 100 * charges / min(moyenne, preleves)) <= 0.1
    points = {
        "syn_ca": 1.5,
        "syn_ebe": 2.0,
        "syn_tn": 1.0 + 2.0 + 1.0,
        "syn_preuves": 6.0,
        "syn_rev": 2.0 + (4.0 if proche else 2.0),
    }
    return reponses, points


def _fr(valeur: float, decimales: int = 0) -> str:
    return formater_nombre(round(float(valeur), decimales), decimales)


def _ebe(n: Any) -> float:
    production = n.get("FF") + n.get("FI") + n.get("FM")
    consommations = n.get("FU") + n.get("FV") + n.get("FW")
    return production - consommations + n.get("FO") - n.get("FX") - n.get("FY") - n.get("FZ")


def _equilibre(n: Any) -> tuple[float, float, float]:
    frng = n["DL"] + n.get("DV") + n["DU"] - n.get("EH") - (n["BJ"] - n["BK"])
    circulant = sum(n.get(code) for code in ("BL", "BN", "BP", "BR", "BT", "BX", "BZ", "CH"))
    bfr = circulant - sum(n.get(code) for code in ("DX", "DY", "EA"))
    return frng, bfr, n.get("CF") - n.get("EH")


def _foyer(domaine: Any) -> tuple[float, float, float]:
    moyenne = sum(x["HN"] for x in domaine.exercices.values()) / 3
    charges = 12 * sum(charge.mensualites["N"] for charge in domaine.foyer.charges)
    return moyenne, domaine.mouvements["N"].dividendes, charges
