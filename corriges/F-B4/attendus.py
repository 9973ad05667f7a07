"""F-B4: the right answers of a copy, and a copy of typical mistakes with the points that it earns."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import pandas as pd

from rncp_utils.donnees import variante
from rncp_utils.donnees.fils_rouges.objets import Cas
from rncp_utils.formats import formater_nombre

DEVOIR = "F-B4"
Reponses = dict[str, dict[str, Any]]
JOUR = dt.date(2026, 3, 30)
PRIX, DECOTE, RECOUVREMENT, MARGE, SEUIL = 9.50, 0.50, 0.40, 0.10, 25
# Days before the term when each step begins, and how long a piece stays good: the conventions of the course.
ETAPES = {"preparer": 120, "proposer": 90, "decider": 75}
PREAVIS = 60
MARS = (2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17)
AVRIL = (3, 7, 8, 9, 10, 13, 14, 15, 16, 17)
PIECES = ("identite", "registre", "bilan", "fiben", "domicile", "revue")
# Kinds of client, as the notebook lists them: score with the points of the course, level.
SCORES = ((0, 0), (15 + 10, 1), (12 + 15 + 10, 2), (25 + 20 + 25, 3), (25, 4))
FAITS = {
    "saisie": "fort",
    "echeance": "fort",
    "comptable": "croiser",
    "comptant": "croiser",
    "ete": "bruit",
    "conges": "bruit",
}
GESTES = ("poser", "comprendre", "regle", "transmettre", "signer", "comparer")


class Dossier(NamedTuple):
    """The two companies of a learner, and the digits that their dates and amounts come from."""

    garage: Cas
    menuiserie: Cas
    tirage: list[int]


def modele(apprenant: str, session: str) -> Reponses:
    """Right answers of every field that the machine grades, in French notation."""
    dossier = _dossier(apprenant, session)
    garage, _, c = dossier
    gage, reste, quotite = _garanties(dossier)
    pret = garage.projets[0].pret.montant
    jours, plafond, debits, besoin = _ligne(dossier)
    part = (30 + 5 * (c[7] % 4)) * 0.50 + 2 + 2 * (c[8] % 5)
    clients = dict(zip("abcde", (SCORES[rang] for rang in _rangs(c[2:7])), strict=True))
    depassement, final, effort = _plan(dossier)
    rendre, conteste = _reclamation(c)
    return {
        "fb4_couv": {
            "gage": fr(gage),
            "reste": fr(reste),
            "perte": fr(reste * (1 - quotite), 2),
            "taux": fr(100 * (1 - reste * (1 - quotite) / pret), 1),
            "maison": "mesurer",
        },
        "fb4_dossier": {
            "anomalies": [*(PIECES[rang] for rang in _rangs(c[:6])[:3]), ("rib", "fiche")[c[6] % 2]],
            "part": fr(part, 1),
            "effective": "oui_seuil" if part > SEUIL else "non_seuil",
        },
        "fb4_ligne": {
            "jours": fr(jours),
            "etape": next(nom for nom in ("decider", "proposer", "preparer") if jours <= ETAPES[nom]),
            "retard": fr(ETAPES["preparer"] - jours),
            "moyenne": fr(100 * sum(debits) / 12 / plafond, 1),
            "pointe": fr(100 * max(debits) / plafond, 1),
            "besoin": fr(besoin * (1 + MARGE)),
        },
        "fb4_tri": {
            "scores": {f"{lettre}.score": fr(score) for lettre, (score, _) in clients.items()},
            "niveaux": {lettre: f"n{niveau}" for lettre, (_, niveau) in clients.items()},
            "premier": next(lettre for lettre, (_, niveau) in clients.items() if niveau == 4),
        },
        "fb4_signaux": {
            "stock": fr(_hausse(garage, "BT", "N-2"), 1),
            "ventes": fr(_hausse(garage, "FL", "N-2"), 1),
            "faits": dict(FAITS),
            "hypothese": "anciennete",
        },
        "fb4_inter": {
            "depassement": fr(depassement),
            "final": fr(final),
            "effort": fr(effort),
            "gestes": _classer(GESTES),
            "effet": fr((dt.date(2026, 4, AVRIL[c[5] % len(AVRIL)]) + dt.timedelta(days=PREAVIS)).day),
        },
        "fb4_recl": {
            "rendre": fr(rendre, 2),
            "maintenir": fr(conteste - rendre, 2),
            "accuse": fr(MARS[c[6] % len(MARS)] + 14),
            "motif": "convention",
        },
    }


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """Answers of somebody who makes the usual mistakes, and the points of each cell."""
    dossier, juste = _dossier(apprenant, session), modele(apprenant, session)
    garage, _, c = dossier
    gage, reste, quotite = _garanties(dossier)
    pret, caution = garage.projets[0].pret.montant, 10_000 + 500 * c[0]
    sans_recouvrement = reste - caution * (1 - RECOUVREMENT)
    anomalies = juste["fb4_dossier"]["anomalies"]
    intrus = next(nom for nom in (*PIECES, "rib", "fiche") if nom not in anomalies)
    jours, _, _, besoin = _ligne(dossier)
    tri = juste["fb4_tri"]
    _, conteste = _reclamation(c)
    depassement, _, _ = _plan(dossier)
    reponses = {
        # The surety in full (half), the loss consistent with it (half), the rates added (half), the home taken.
        "fb4_couv": {
            "gage": juste["fb4_couv"]["gage"],
            "reste": fr(sans_recouvrement),
            "perte": fr(sans_recouvrement * (1 - quotite), 2),
            "taux": fr(100 * ((gage + caution * RECOUVREMENT) / pret + quotite), 1),
            "maison": "empiler",
        },
        # Three found and one false alarm; the direct share forgotten (half).
        "fb4_dossier": {
            "anomalies": [*anomalies[:3], intrus],
            "part": fr((30 + 5 * (c[7] % 4)) * 0.50, 1),
            "effective": "",
        },
        # One day too many (half), the delay consistent with it (half), the peak for the mean (half), no margin (half).
        "fb4_ligne": {
            **juste["fb4_ligne"],
            "jours": fr(jours + 1),
            "retard": fr(ETAPES["preparer"] - jours - 1),
            "moyenne": juste["fb4_ligne"]["pointe"],
            "besoin": fr(besoin),
        },
        "fb4_tri": {
            **tri,
            "scores": {**tri["scores"], "a.score": "99"},
            "niveaux": {**tri["niveaux"], "a": "n1" if tri["niveaux"]["a"] != "n1" else "n0"},
        },
        # The rise from the year before (half); two facts taken for what they are not.
        "fb4_signaux": {
            **juste["fb4_signaux"],
            "stock": fr(_hausse(garage, "BT", "N-1"), 1),
            "faits": {**FAITS, "comptable": "fort", "ete": "croiser"},
            "hypothese": "",
        },
        # The whole debit (half), the present excess alone spread (half), two gestures swapped, two months (half).
        "fb4_inter": {
            **juste["fb4_inter"],
            "depassement": fr(-_compte(dossier.menuiserie).soldes["N"]),
            "effort": fr(depassement / 12),
            "gestes": _classer(("comprendre", "poser", *GESTES[2:])),
            "effet": fr(AVRIL[c[5] % len(AVRIL)]),
        },
        # Everything given back (half), what is left consistent with it (half), ten days of the calendar (half).
        "fb4_recl": {
            **juste["fb4_recl"],
            "rendre": fr(conteste, 2),
            "maintenir": "0",
            "accuse": fr(MARS[c[6] % len(MARS)] + 10),
        },
    }
    points = {
        "fb4_couv": 2 + 1 + 1 + 1.0,
        "fb4_dossier": 6 * 5 / 8 + 0.5,
        "fb4_ligne": 0.75 + 1 + 0.75 + 0.75 + 1.5 + 1,
        "fb4_tri": round(4 * 4 / 5 + 2.5 * (4 - 0.25) / 5 + 1.5, 4),
        "fb4_signaux": round(0.75 + 1.5 + 1.5 * (4 - 0.5) / 6, 4),
        "fb4_inter": round(0.75 + 1.5 + 0.75 + 1.5 * 14 / 15 + 0.5, 4),
        "fb4_recl": 0.75 + 0.75 + 0.75 + 1.5,
    }
    return reponses, points


def fr(valeur: float, decimales: int = 0) -> str:
    return formater_nombre(round(float(valeur), decimales), decimales)


def _dossier(apprenant: str, session: str) -> Dossier:
    garage, menuiserie = (variante(code, apprenant, DEVOIR, session) for code in ("CAS-04", "CAS-05"))
    return Dossier(garage, menuiserie, [int(chiffre, 16) for chiffre in garage.empreinte])


def _rangs(chiffres: list[int]) -> list[int]:
    """Ranks in the order of their digits; the first of two equal ones comes first."""
    return pd.Series(chiffres).sort_values(kind="stable").index.tolist()


def _classer(gestes: tuple[str, ...]) -> dict[str, str]:
    return {geste: str(rang) for rang, geste in enumerate(gestes, start=1)}


def _compte(cas: Cas):
    return next(compte for compte in cas.comptes if compte.id == "courant")


def _garanties(dossier: Dossier) -> tuple[float, float, float]:
    """Net value of the pledge, what is left after the surety, and the share of the guarantor."""
    projet, c = dossier.garage.projets[0], dossier.tirage
    gage = min(sum(projet.besoins.values()) * (1 - DECOTE), projet.pret.montant)
    return gage, projet.pret.montant - gage - (10_000 + 500 * c[0]) * RECOUVREMENT, 0.40 + 0.10 * (c[1] % 3)


def _ligne(dossier: Dossier) -> tuple[int, int, list[int], float]:
    """Days left, ceiling, debits at each end of month, and the need before the margin."""
    compte, c = _compte(dossier.garage), dossier.tirage
    debits = [max(0, -solde) for solde in compte.soldes_mensuels["N"]]
    return 77 + 2 * c[0], compte.autorisation, debits, max(debits) + 3_000 + 500 * c[9] - 6_000 - 500 * c[10]


def _hausse(garage: Cas, code: str, depuis: str) -> float:
    return 100 * (garage.exercices["N"][code] / garage.exercices[depuis][code] - 1)


def _plan(dossier: Dossier) -> tuple[float, float, float]:
    """Present excess, debit after twelve weeks, and the effort of a week."""
    compte, c = _compte(dossier.menuiserie), dossier.tirage
    debit = -compte.soldes["N"]
    final = debit + 3 * (2_000 + 200 * c[4])
    return debit - compte.autorisation, final, (final - compte.autorisation) / 12


def _reclamation(c: list[int]) -> tuple[float, float]:
    """What the bank gives back, and what the client contests."""
    return (3 + c[11] % 6) * PRIX, (20 + c[10]) * PRIX
