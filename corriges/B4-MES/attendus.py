"""B4-MES: the right answers of a copy, and a copy of typical mistakes with the points that it earns."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from rncp_utils.donnees.suivi import Suivi, suivi_de
from rncp_utils.entretien import charger_scenario
from rncp_utils.formats import formater_nombre

DEVOIR = "B4-MES"
Reponses = dict[str, dict[str, Any]]
SOURCE = Path(__file__).parents[2] / "source" / DEVOIR
JOUR = dt.date(2027, 1, 5)
# The line agreed to without analysis, the answer to the complaint without its acknowledgement.
MALADRESSES = {"R10": "25 000 €, c'est fait.", "R2": "Une réponse écrite"}
# Days before the term when each step begins: the convention that the lesson on lines teaches.
ETAPES = {"demande": 120, "analyse": 90, "decision": 75}
# Months that a piece stays good: the convention of the course.
VALIDITES = {"registre": 3, "revue": 36, "fiben": 3, "bilan": 21, "avis": 15, "domicile": 3}
# Points of a sign, and the score where each level begins: the convention of the course.
NIVEAUX = (15, 35, 60, 80)


def modele(apprenant: str, session: str) -> Reponses:
    """Right answers of every field that the machine grades, in French notation."""
    suivi = suivi_de(apprenant, DEVOIR, session)
    reste, perte, taux = couverture(suivi)
    ligne, jours = suivi.ligne, (suivi.ligne.echeance - JOUR).days
    niveaux = {client: niveau(ligne_client) for client, ligne_client in suivi.clients.iterrows()}
    return {
        "entretien": {"choix": _scenario().choix_du_modele()},
        "m4_couv": {"reste": fr(reste, 2), "perte": fr(perte, 2), "taux": fr(taux, 1)},
        "m4_dossier": {"anomalies": anomalies(suivi)},
        "m4_renouv": {
            "jours": fr(jours),
            "etape": etape(jours),
            "retard": fr(ETAPES["demande"] - jours),
            "pointe": fr(ligne.pointe + ligne.hausse),
            "besoin": fr((ligne.pointe + ligne.hausse - ligne.cession) * 1.1, 2),
        },
        "m4_tab": {
            "niveaux": {client: f"n{lu}" for client, lu in niveaux.items()},
            "premier": max(niveaux, key=lambda client: niveaux[client]),
            "fausses": fausses(suivi),
        },
    }


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """Answers of somebody who makes the usual mistakes, and the points of each cell."""
    suivi, juste = suivi_de(apprenant, DEVOIR, session), modele(apprenant, session)
    gage, caution, organisme = suivi.suretes
    materiel = gage["valeur_expertise"] * (1 - gage["decote"])
    reste = suivi.encours - materiel - caution["montant"]
    recouvre = caution["montant"] * caution["taux_recouvrement"]
    addition = 100 * ((materiel + recouvre) / suivi.encours + organisme["quotite"])
    fautives = anomalies(suivi)
    intrus = next(nom for nom in suivi.pieces.index if nom not in fautives)
    ligne, renouv = suivi.ligne, juste["m4_renouv"]
    saison, _ = fausses(suivi)
    reponses = {
        "entretien": {"choix": _scenario().choix_du_modele(MALADRESSES)},
        # The surety in full (half), the loss consistent with it (half), the rates added (half).
        "m4_couv": {"reste": fr(reste, 2), "perte": fr(reste * (1 - organisme["quotite"]), 2), "taux": fr(addition, 1)},
        "m4_dossier": {"anomalies": [*fautives[:4], intrus]},
        # One day too many (half), the delay consistent with it (half), no step, the margin forgotten (half).
        "m4_renouv": {
            "jours": fr((ligne.echeance - JOUR).days + 1),
            "etape": "a_venir",
            "retard": fr(ETAPES["demande"] - (ligne.echeance - JOUR).days - 1),
            "pointe": renouv["pointe"],
            "besoin": fr(ligne.pointe + ligne.hausse - ligne.cession),
        },
        # A season taken for a calm account, and named alone.
        "m4_tab": {
            "niveaux": {**juste["m4_tab"]["niveaux"], saison: "n0"},
            "premier": juste["m4_tab"]["premier"],
            "fausses": [saison],
        },
    }
    points = {
        # What was learnt and how does not change.
        "m4_signaux": 8.0,
        # A red reply at a graded moment: nothing for it, and 2 less.
        "m4_action": 8.0 - 2.0 - 2.0,
        "m4_recl": 5.0,
        "m4_couv": 3.0,
        "m4_dossier": 2 * 4 - 1.0,
        "m4_renouv": 0.75 + 0.0 + 1.0 + 1.0 + 1.0,
        "m4_tab": round(4 * (7 - 0.25) / 8, 4) + 1.0 + 1.5,
    }
    return reponses, points


def couverture(suivi: Suivi) -> tuple[float, float, float]:
    """What is left after the equipment and the surety, the loss of the bank, and the share covered, in per cent."""
    gage, caution, organisme = suivi.suretes
    reste = suivi.encours - gage["valeur_expertise"] * (1 - gage["decote"])
    reste -= caution["montant"] * caution["taux_recouvrement"]
    perte = reste * (1 - organisme["quotite"])
    return reste, perte, 100 * (1 - perte / suivi.encours)


def anomalies(suivi: Suivi) -> list[str]:
    """Pieces whose validity has run out on the day, that nobody signed, or that another one contradicts."""
    return [nom for nom, piece in suivi.pieces.iterrows() if _perimee(nom, piece) or _viciee(piece["lu"])]


def _perimee(nom: str, piece: Any) -> bool:
    if nom == "identite":
        return pd.Timestamp(piece["date_validite"]) < pd.Timestamp(JOUR)
    mois = VALIDITES.get(nom)
    return bool(mois) and pd.Timestamp(piece["date_piece"]) + pd.DateOffset(months=mois) < pd.Timestamp(JOUR)


def _viciee(lu: str) -> bool:
    return "non signée" in lu or lu.startswith(("déclaré :", "au nom de Luc"))


def etape(jours: int) -> str:
    """Step of the renewal, so many days before the term."""
    return next((nom for nom in ("decision", "analyse", "demande") if jours <= ETAPES[nom]), "a_venir")


def niveau(client: Any) -> int:
    """Level of a client, from the points of the course; a default leads to the last one."""
    if client["retard_max_jours"] > 90:
        return 4
    depassement, retard, baisse = (client[c] for c in ("depassement_consecutif", "retard_max_jours", "baisse_flux"))
    score = 25 if depassement > 30 else 12 if depassement > 10 else 0
    score += 25 if retard >= 30 else 10 if retard >= 1 else 0
    score += 25 if baisse > 0.5 else 15 if baisse > 0.3 else 0
    score += 20 * (client["nb_saisies"] >= 1) + 15 * (client["nb_rejets"] >= 3)
    score += 10 * (client["utilisation_moyenne"] > 0.9)
    return sum(score >= borne for borne in NIVEAUX)


def fausses(suivi: Suivi) -> list[str]:
    """The two false alerts, as the file tells them."""
    notes = suivi.clients["note"]
    return [notes.index[notes.str.contains(mot)][0] for mot in ("relevés au dossier", "présenté trois fois")]


def fr(valeur: float, decimales: int = 0) -> str:
    return formater_nombre(round(float(valeur), decimales), decimales)


def _scenario():
    return charger_scenario(SOURCE / "scenario.yaml", verite=SOURCE / "verite.yaml")
