"""What is left of the meeting: report, tasks, complaints; screen P9."""

from __future__ import annotations

from typing import Any

from rncp_utils.poste import controles
from rncp_utils.poste.actions import champs
from rncp_utils.poste.actions.champs import Champ, Refus
from rncp_utils.poste.actions.ecriture import Action, Ecriture, Fait


def _compte_rendu(e: Ecriture, d: dict[str, Any]) -> Fait:
    _a_venir(e, d["suite_le"])
    e.verifier(controles.suite_sans_date(d["suite"], d["suite_le"]))
    rang = e.ajouter("compte_rendu", texte=d["texte"], suite=d["suite"] or None, suite_le=d["suite_le"] or None)
    return Fait("Le compte rendu est enregistré.", rang)


def _a_venir(e: Ecriture, jour: str) -> None:
    if jour and jour < e.aujourdhui:
        raise Refus("Ce jour est passé : choisissez un jour à venir.")


def _creer_tache(e: Ecriture, d: dict[str, Any]) -> Fait:
    _a_venir(e, d["jour"])
    e.verifier(controles.suite_sans_date(d["libelle"], d["jour"]))
    rang = e.ajouter("tache", libelle=d["libelle"], jour=d["jour"] or None, etat="a_faire")
    return Fait("La tâche est créée.", rang)


def _reclamation(e: Ecriture, d: dict[str, Any]) -> Fait:
    reponse = d["reponse"] or None
    rang = e.ajouter("reclamation", objet=d["objet"], reponse=reponse, repondu_le=e.aujourdhui if reponse else None)
    return Fait("La réclamation est enregistrée.", rang)


ACTIONS = (
    Action(
        "compte_rendu",
        "P9",
        {
            "texte": Champ("Texte", champs.long),
            "suite": Champ("Suite à donner", champs.court, facultatif=True),
            "suite_le": Champ("Date de la suite", champs.jour, facultatif=True),
        },
        _compte_rendu,
    ),
    Action(
        "creer_tache",
        "P9",
        {"libelle": Champ("Tâche", champs.court), "jour": Champ("Jour", champs.jour, facultatif=True)},
        _creer_tache,
    ),
    Action(
        "reclamation",
        "P9",
        {"objet": Champ("Objet", champs.court), "reponse": Champ("Réponse", champs.long, facultatif=True)},
        _reclamation,
    ),
)
