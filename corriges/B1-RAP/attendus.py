"""B1-RAP: the right answers of a copy, and a copy of typical mistakes with the points that it earns."""

from __future__ import annotations

import math
from typing import Any

from rncp_utils.donnees.agence.extraits import Extrait, portefeuille_de
from rncp_utils.formats import formater_nombre

DEVOIR = "B1-RAP"
Reponses = dict[str, dict[str, Any]]
TRANCHES = (
    "moins de 100 000 €",
    "100 000 à 300 000 €",
    "300 000 à 750 000 €",
    "750 000 à 1 500 000 €",
    "plus de 1 500 000 €",
)
ETAPES = ("rdv", "offre", "vente")


def modele(apprenant: str, session: str) -> Reponses:
    """Right answers of every field that the machine grades, in French notation; the plan is one of many."""
    x = portefeuille_de(apprenant, DEVOIR, session)
    taux, rang = x.taux_de_flux.loc[list(x.designes)], _etape(x)
    ordre = sorted(range(5), key=lambda i: taux.iloc[i])
    realise = x.entonnoir["Réalisé"].tolist()
    return {
        "rap_struct": {
            "tranches": {f"t{i}.clients": str((x.clients["tranche_ca"] == t).sum()) for i, t in enumerate(TRANCHES, 1)},
            "total": _fr(x.clients["pnb"].sum()),
            "moyen": _fr(x.clients["pnb"].mean()),
            "premiers": _fr(100 * x.clients["pnb"].nlargest(12).sum() / x.clients["pnb"].sum(), 1),
        },
        "rap_flux": {
            **{lettre: _fr(100 * valeur) for lettre, valeur in zip("abcde", taux, strict=True)},
            "developper": sorted("abcde"[i] for i in ordre[:2]),
        },
        "rap_prio": {"clients": {f"r{i}.code": code for i, code in enumerate(_prioritaires(x), start=1)}},
        "rap_obj": {
            "contacts": _fr(math.ceil(round(x.objectif.contacts(), 6))),
            "bas": _fr(math.ceil(round(x.objectif.contacts(x.objectif.taux_rdv_bas), 6))),
        },
        "rap_plan": {"plan": _plan(x)},
        "rap_ecart": {"etape": ETAPES[rang], "taux": _fr(100 * realise[rang + 1] / realise[rang])},
        "rap_secteur": {"poids": _secteurs(x)},
    }


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """Answers of somebody who makes the usual mistakes, and the points of each cell."""
    x, juste = portefeuille_de(apprenant, DEVOIR, session), modele(apprenant, session)
    objectif = x.objectif
    faux = objectif.ventes / (objectif.taux_rdv * objectif.taux_vente)
    intrus = next(code for code in x.clients.index if x.clients.loc[code, "segment"] != "développer")
    codes = {**juste["rap_prio"]["clients"], "r10.code": intrus.lower()}
    plan = {case: "0" if case.endswith("relances") else valeur for case, valeur in juste["rap_plan"]["plan"].items()}
    total = float(x.clients["pnb"].sum())
    reponses = {
        # A total that forgets a tenth of the portfolio, and a mean that follows from it (half).
        "rap_struct": {
            **juste["rap_struct"],
            "total": _fr(0.9 * total),
            "moyen": _fr(0.9 * total / len(x.clients)),
        },
        "rap_flux": {**juste["rap_flux"], "a": "250", "developper": []},
        # Nine right ones and a client of another segment.
        "rap_prio": {"clients": codes},
        # One step of the funnel forgotten (half), and the low level consistent with it (half).
        "rap_obj": {"contacts": _fr(faux), "bas": _fr(faux * objectif.taux_rdv / objectif.taux_rdv_bas)},
        # No reminder in the whole quarter.
        "rap_plan": {"plan": plan},
        "rap_ecart": {**juste["rap_ecart"], "taux": _fr(100 * (0.4, 0.5, 0.6)[_etape(x)])},
        "rap_secteur": {"poids": {**juste["rap_secteur"]["poids"], "construction": ""}},
    }
    points = {
        "rap_struct": 2.5 + 0 + 1.25 + 2.5,
        "rap_flux": 4.0,
        "rap_prio": 8 * 0.8,
        "rap_obj": 2.0 + 2.0,
        "rap_plan": 10.0,
        "rap_ecart": 4.5,
        "rap_secteur": 4.0,
    }
    return reponses, points


def _fr(valeur: float, decimales: int = 0) -> str:
    return formater_nombre(round(float(valeur), decimales), decimales)


def _prioritaires(x: Extrait) -> list[str]:
    retenus = x.clients.query("segment == 'développer' and incidents == 0").sort_values(
        ["pnb", "raison_sociale"], ascending=[False, True]
    )
    return retenus.index[:10].tolist()


def _etape(x: Extrait) -> int:
    prevu, realise = x.entonnoir["Prévu"].tolist(), x.entonnoir["Réalisé"].tolist()
    rapports = [(realise[i + 1] / realise[i]) / (prevu[i + 1] / prevu[i]) for i in range(3)]
    return rapports.index(min(rapports))


def _secteurs(x: Extrait) -> dict[str, str]:
    rendu = {}
    for nom in ("Construction", "Restauration", "Immobilier"):
        ligne, total = x.secteurs.loc[nom], x.secteurs.sum()
        ecart = 100 * (ligne["clients"] / total["clients"] - ligne["etablissements"] / total["etablissements"])
        rendu[nom.lower()] = "proche" if abs(ecart) < 3 else "sur" if ecart > 0 else "sous"
    return rendu


def _plan(x: Extrait) -> dict[str, str]:
    """A plan that keeps every condition: appointments and contacts spread over the hours, reminders at the end."""
    rdv, contacts = math.ceil(round(x.objectif.rendez_vous, 6)), math.ceil(round(x.objectif.contacts(), 6))
    reste = [0.95 * heures - 0.25 for heures in x.capacite]
    semaines = [[0, 0, 1 if rang >= 3 and heures > 0 else 0] for rang, heures in enumerate(x.capacite)]
    for colonne, nombre, duree in ((0, rdv, 1.75), (1, contacts, 0.25)):
        for _ in range(nombre):
            rang = max(range(len(reste)), key=lambda i: reste[i])
            semaines[rang][colonne] += 1
            reste[rang] -= duree
    noms = ("rdv", "contacts", "relances")
    return {
        f"s{i}.{nom}": str(v) for i, ligne in enumerate(semaines, start=1) for nom, v in zip(noms, ligne, strict=True)
    }
