"""F-B3: the right answers of a copy, and a copy of typical mistakes with the points that it earns."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from rncp_utils.donnees import variante
from rncp_utils.formats import formater_nombre

DEVOIR = "F-B3"
Reponses = dict[str, dict[str, Any]]
GROUPES = ("campings", "gites", "hotels", "chambres")
# Weights of potential, access and risk; notes of the four values of each, from the smallest value up.
POIDS = ((5, 3, 2), (5, 2, 3), (3, 5, 2))
POTENTIEL, ACCES, RISQUE = (0, 1.2, 6, 10), (0, 4, 6, 10), (10, 20 / 3, 10 / 3, 0)
CONTACTS = ("salon", "accueil", "presente", "opposee", "achetee", "ancienne")
SUITES = {
    "silence": "relancer",
    "janvier": "attendre",
    "ecrit": "cesser",
    "oral": "cesser",
    "rdv": "rien",
    "deux": "rien",
}
PHRASES = ("merci", "origine", "elle_meme", "voisin", "solde", "refus")
GESTES = ("contact", "raison", "questions", "rdv", "redire", "fiche")
ENVOIS = (2, 3, 4, 5, 6, 9, 10)
ARMISTICE = 11
FAIBLE = ("convaincre", "proposer", "conclure")


def modele(apprenant: str, session: str) -> Reponses:
    """Right answers of every field that the machine grades, in French notation."""
    c = _tirage(apprenant, session)
    scores = _scores(c)
    _, joints, rdv, offres, ouvertures, cout = _etapes(c)
    envoi = ENVOIS[c[1] % len(ENVOIS)]
    sollicites, donneurs, recommandes, froids, rdv_froids, comptes, prescrits = _reco(c)
    return {
        "fb3_cible": {
            "scores": {f"{nom}.score": fr(score, 1) for nom, score in scores.items()},
            "cible": max(scores, key=scores.get),
            "seuil": str(math.ceil(_quotient(c))),
            "contacts": {x: "entre" if fait in CONTACTS[:3] else "sort" for x, fait in _lettres(CONTACTS, c[2:8])},
        },
        "fb3_etapes": {
            "taux_rdv": fr(100 * rdv / joints, 1),
            "taux_ouverture": fr(100 * ouvertures / offres, 1),
            "cout_rdv": fr(cout / rdv, 2),
            "cout_client": fr(cout / ouvertures, 2),
            "etape": FAIBLE[c[10] % 3],
        },
        "fb3_appel": {"gestes": _classer(GESTES), "temps": "creneau", "banque": "seconde", "cher": "comparer"},
        "fb3_relance": {
            "premiere": str(ouvres_apres(envoi, 3)),
            "seconde": str(ouvres_apres(envoi, 10)),
            "suites": {x: SUITES[fait] for x, fait in _lettres(tuple(SUITES), c[5:11])},
        },
        "fb3_reco": {
            "taux": fr(100 * donneurs / sollicites, 1),
            "prescripteurs": fr(100 * prescrits / comptes, 1),
            "rapport": fr((donneurs + 1) / recommandes / (rdv_froids / froids), 1),
            "moment": "calcul",
            "formulation": "accord",
            "phrases": {x: "dire" if fait in PHRASES[:3] else "taire" for x, fait in _lettres(PHRASES, c[4:10])},
        },
    }


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """Answers of somebody who makes the usual mistakes, and the points of each cell."""
    c, juste = _tirage(apprenant, session), modele(apprenant, session)
    fichier, joints, rdv, _, ouvertures, cout = _etapes(c)
    sollicites, donneurs, recommandes, _, rdv_froids, *_ = _reco(c)
    par_joint = round(cout / joints, 2)
    opposee = next(x for x, fait in _lettres(CONTACTS, c[2:8]) if fait == "opposee")
    oral = next(x for x, fait in _lettres(tuple(SUITES), c[5:11]) if fait == "oral")
    bavard = {x: "dire" for x, fait in _lettres(PHRASES, c[4:10]) if fait in ("voisin", "solde")}
    cible = juste["fb3_cible"]
    reponses = {
        # One score out of four, the quotient as it is (half), somebody who had said no kept in.
        "fb3_cible": {
            **cible,
            "scores": {**cible["scores"], "hotels.score": "99"},
            "seuil": fr(_quotient(c), 2),
            "contacts": {**cible["contacts"], opposee: "entre"},
        },
        # Rates of the file (half), a cost of the people reached (half), the next one consistent with it (half).
        "fb3_etapes": {
            **juste["fb3_etapes"],
            "taux_rdv": fr(100 * rdv / fichier, 1),
            "cout_rdv": fr(par_joint, 2),
            "cout_client": fr(par_joint * rdv / ouvertures, 2),
            "etape": "",
        },
        "fb3_appel": {
            **juste["fb3_appel"],
            "gestes": _classer(("raison", "contact", *GESTES[2:])),
            "temps": "rappel",
        },
        # Ten days of the calendar (half); no objection recorded, because nothing was written.
        "fb3_relance": {
            **juste["fb3_relance"],
            "seconde": str(ENVOIS[c[1] % len(ENVOIS)] + 10),
            "suites": {**juste["fb3_relance"]["suites"], oral: "rien"},
        },
        # Contacts for clients (half), appointments without their contacts (half), names asked for, two secrets told.
        "fb3_reco": {
            **juste["fb3_reco"],
            "taux": fr(100 * recommandes / sollicites, 1),
            "rapport": fr((donneurs + 1) / rdv_froids, 1),
            "formulation": "liste",
            "phrases": {**juste["fb3_reco"]["phrases"], **bavard},
        },
    }
    points = {
        "fb3_cible": round(3 + 2 + 1 + 4 * 4 / 6, 4),
        "fb3_etapes": 1 + 2 + 1 + 1.0,
        "fb3_appel": 3 * 14 / 15 + 4.0,
        "fb3_relance": round(2 + 1 + 4 * 4 / 6, 4),
        "fb3_reco": round(1 + 2 + 1 + 1.5 + 4 * 2 / 6, 4),
    }
    return reponses, points


def fr(valeur: float, decimales: int = 0) -> str:
    return formater_nombre(round(float(valeur), decimales), decimales)


def ouvres_apres(jour: int, nombre: int) -> int:
    """Day of November 2026, so many working days after that one."""
    while nombre:
        jour += 1
        nombre -= dt.date(2026, 11, jour).weekday() < 5 and jour != ARMISTICE
    return jour


def _tirage(apprenant: str, session: str) -> list[int]:
    return [int(chiffre, 16) for chiffre in variante("CAS-01", apprenant, DEVOIR, session).empreinte]


def _rangs(noms: tuple[str, ...], chiffres: list[int]) -> list[str]:
    """Names in the order of their digits; the first of two equal ones comes first."""
    return [nom for _, _, nom in sorted(zip(chiffres, range(len(noms)), noms, strict=True))]


def _lettres(faits: tuple[str, ...], chiffres: list[int]) -> list[tuple[str, str]]:
    return list(zip("abcdef", _rangs(faits, chiffres), strict=True))


def _classer(gestes: tuple[str, ...]) -> dict[str, str]:
    return {geste: str(rang) for rang, geste in enumerate(gestes, start=1)}


def _scores(c: list[int]) -> dict[str, float]:
    poids = POIDS[c[6] % 3]
    notes = {
        nom: (POTENTIEL[rang], ACCES[(rang + c[4]) % 4], RISQUE[(rang + c[5]) % 4])
        for rang, nom in enumerate(_rangs(GROUPES, c[0:4]))
    }
    return {nom: sum(p * note for p, note in zip(poids, notes[nom], strict=True)) / 10 for nom in GROUPES}


def _quotient(c: list[int]) -> float:
    return (905 + 20 * c[7]) / (380 + 10 * c[8])


def _etapes(c: list[int]) -> tuple[int, ...]:
    """File, people reached, appointments, offers, accounts, and the cost of the action."""
    fichier, faible = 44 + c[9], c[10] % 3
    joints = fichier - 8 - c[11] % 3
    rdv = round((0.28, 0.42, 0.42)[faible] * joints)
    offres = round((0.62, 0.40, 0.62)[faible] * rdv)
    return fichier, joints, rdv, offres, round((0.52, 0.52, 0.26)[faible] * offres), 1_120 + 10 * c[3]


def _reco(c: list[int]) -> tuple[int, ...]:
    """Clients asked, clients who named somebody, contacts of both kinds, appointments, accounts of both kinds."""
    donneurs = 3 + c[2] % 4
    return 9 + c[0] % 5, donneurs, donneurs + 3 + c[6] % 3, 60 + c[4], 9 + c[8] % 4, 8 + c[7] % 6, 2 + c[9] % 2
