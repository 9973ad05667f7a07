"""B3-RAP: the right answers of a copy, and a copy of typical mistakes with the points that it earns.

The figures of an action follow from the plan that was launched: those of a copy handed in are worked out from its own
plan, and from a plan that suits building craftsmen when there is no such copy here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rncp_utils.formats import formater_nombre
from rncp_utils.lecon import lire_reponses
from rncp_utils.portefeuille.prospection import (
    Action,
    action_de,
    bilan,
    cout,
    ecrire_plan,
    graine_de,
    indicateurs,
    relire_plan,
    secteurs_de,
)

DEVOIR, LANCEMENT = "B3-RAP", "r3_lancement"
COURS = Path(__file__).parents[2]
Reponses = dict[str, dict[str, Any]]
# One plan among many.
PLAN: dict[str, Any] = {
    "fichier": "agence",
    "secteurs": ["C", "F"],
    "zone": "toutes",
    "potentiel": "p0",
    "nombre": "60",
    "canal": "courrier",
    "creneau": "tot",
    "debut": "octobre",
    "offre": "materiel",
    "relances": "deux",
    "prescripteur": "chambre_metiers",
    "demande": "ouverture",
    "objectifs": {"rdv.nombre": "20", "offres.nombre": "12", "ouvertures.nombre": "6"},
    "budget": "1 400",
}


def modele(apprenant: str, session: str) -> Reponses:
    """Right answers of every field that the machine grades, in French notation, for the plan that was launched."""
    texte = plan_lance(apprenant)
    justes = indicateurs(_action(texte, apprenant, session))
    notes = secteurs_de(apprenant, DEVOIR, session).scores()
    return {
        "r3_cible": {"secteurs": _classement(notes["score"], notes["rang"])},
        "r3_action": json.loads(texte),
        LANCEMENT: {"plan": texte},
        "r3_kpi": {
            **{nom: _fr(100 * justes[nom], 1) for nom in ("taux_rdv", "taux_offre", "taux_ouverture")},
            **{nom: _fr(justes[nom], 2) for nom in ("cout", "cout_rdv", "cout_client")},
        },
        "r3_reco_kpi": {
            "taux": _fr(100 * justes["taux_recommandation"], 1),
            "part": _fr(100 * justes["part_prescripteurs"], 1),
        },
    }


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """Answers of somebody who makes the usual mistakes, and the points of each cell."""
    juste = modele(apprenant, session)
    action = _action(juste[LANCEMENT]["plan"], apprenant, session)
    n, depenses = bilan(action), cout(action)["montant"]
    sans_relances = float(depenses.sum() - depenses["Relances faites"])
    cible, points_de_cible = _sans_retourner_le_risque(apprenant, session)
    reseau = n["rdv_prescripteur"] + n["rdv_client"]
    reponses = {
        **juste,
        "r3_cible": {"secteurs": cible},
        "r3_kpi": {
            **juste["r3_kpi"],
            # On the whole target (half); reminders forgotten (half), and two costs that follow from it (half each).
            "taux_rdv": _fr(100 * n["rdv"] / n["cibles"], 1),
            "cout": _fr(sans_relances, 2),
            "cout_rdv": _fr(sans_relances / n["rdv"], 2),
            "cout_client": _fr(sans_relances / n["ouvertures"], 2),
        },
        # Who was sent by a client counted with who was presented by a partner (half).
        "r3_reco_kpi": {**juste["r3_reco_kpi"], "part": _fr(100 * reseau / n["rdv"], 1)},
    }
    points = {
        "r3_cible": points_de_cible,
        "r3_kpi": 1.0 + 2.0 + 2.0 + 1.0 + 1.0 + 1.0,
        "r3_reco_kpi": 5.0 + (2.5 if n["rdv_client"] else 5.0),
    }
    return reponses, points


def plan_lance(apprenant: str) -> str:
    """Plan that this learner launched, if a copy was handed in here and holds one that can be read."""
    gele = lire_reponses(COURS / "submitted" / apprenant / DEVOIR, DEVOIR, LANCEMENT).reponses.get("plan")
    return gele if relire_plan(gele) else ecrire_plan(PLAN)


def _action(texte: str, apprenant: str, session: str) -> Action:
    return action_de(texte, graine_de(apprenant, DEVOIR, session))


def _sans_retourner_le_risque(apprenant: str, session: str) -> tuple[dict[str, str], float]:
    """Scores whose note of risk was not turned round, ranked in their own order, and what they are worth."""
    secteurs = secteurs_de(apprenant, DEVOIR, session)
    notes = secteurs.scores()
    faux = sum(
        secteurs.poids[critere] * (10 - notes[f"note_{critere}"] if critere == "risque" else notes[f"note_{critere}"])
        for critere in secteurs.poids
    )
    faux = (faux / sum(secteurs.poids.values())).round(1)
    rangs = faux.rank(method="min", ascending=False)
    proches = (faux - notes["score"]).abs() <= 0.1
    scores = sum(1.0 if proche else 0.5 for proche in proches)
    suivis = max(sum(rangs == notes["rang"]), len(notes) / 2)
    return _classement(faux, rangs), round((5 * scores + 3 * suivis) / len(notes), 4)


def _classement(scores: Any, rangs: Any) -> dict[str, str]:
    cases = {f"{section}.score": _fr(score, 1) for section, score in scores.sort_index().items()}
    return cases | {f"{section}.rang": str(int(rang)) for section, rang in rangs.sort_index().items()}


def _fr(valeur: float, decimales: int) -> str:
    return formater_nombre(round(float(valeur), decimales), decimales)
