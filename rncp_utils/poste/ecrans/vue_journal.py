"""Banner, states and journal, in HTML."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rncp_utils.formats import INSECABLE
from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.mots import BANDEAU, DELEGATAIRES, ECRANS, FICTIF, SENS_DE_L_AVIS, jour, montant, taux
from rncp_utils.poste.ecrans.tableaux import html, marque, tableau
from rncp_utils.poste.etats import NOMS
from rncp_utils.poste.journal import ACCEPTE


def bandeau(lecture: Lecture) -> str:
    """What is never out of sight: this is training, whose screens are open, and what day it is there."""
    qui = f"{lecture.client['denomination']} · {lecture.poste.situation.jour:%d/%m/%Y} · {FICTIF}"
    return f'<div class="rncp-bandeau"><p><strong>{html(BANDEAU)}</strong></p><p>{html(qui)}</p></div>'


def etats(lecture: Lecture) -> str:
    """Where the file and the subscriptions stand."""
    dits = []
    if lecture.dossier is not None:
        dits.append(f"Dossier : {NOMS[lecture.dossier['etat']]}")
    dits += [f"{lecture.produit(une['produit'])} : {NOMS[une['etat']]}" for une in lecture.table("souscription")]
    return f'<p class="rncp-etats">{"".join(map(marque, dits))}</p>' if dits else ""


def journal(lecture: Lecture, *, recentes_d_abord: bool = False) -> str:
    """Actions, numbered, with what was asked and what the workstation answered."""
    codes: dict[int, list[str]] = {}
    for controle in lecture.table("controle"):
        nom = "bloqué" if controle["bloquant"] else "alerte"
        codes.setdefault(controle["journal"], []).append(f"{nom} {controle['code']}")
    lignes = [_ligne(ligne, codes.get(ligne["id"], []), lecture) for ligne in lecture.table("journal")]
    tetes = ("N°", "Heure", "Écran", "Action", "Résultat")
    return tableau("Journal des actions", tetes, lignes[::-1] if recentes_d_abord else lignes)


def _ligne(ligne: dict[str, Any], codes: list[str], lecture: Lecture) -> tuple[Any, ...]:
    acceptee = ligne["resultat"] == ACCEPTE
    resultat = "✔ acceptée" if acceptee else "■ refusée"
    resultat = f"{resultat} ({', '.join(codes)})" if codes else resultat
    ecran = ECRANS.get(ligne["ecran"], ligne["ecran"])
    dit = marque(resultat, "fait" if acceptee else "blocage")
    return ligne["id"], _heure(ligne["ts"]), ecran, dire_l_action(ligne, lecture), dit


def dire_l_action(ligne: dict[str, Any], lecture: Lecture) -> str:
    """An action and what was asked: « Pièce jointe : RIB du compte professionnel, RIB »."""
    donnees = ligne["donnees"]
    dites = [_dire(nom, valeur, donnees, lecture) for nom, valeur in donnees.items() if valeur not in (None, "", [])]
    nom = ACTIONS.get(ligne["action"], ligne["action"])
    return f"{nom} : {', '.join(dites)}" if dites else nom


def _dire(nom: str, valeur: Any, donnees: dict[str, Any], lecture: Lecture) -> str:
    """One value of an action, as a banker reads it; as it is when it has no label."""
    regles = lecture.regles
    noms: dict[str, Any] = {
        "ecran": ECRANS,
        "champ": {champ["nom"]: champ["libelle"] for champ in lecture.table("champ")},
        "objet": regles.objets,
        "bien": regles.biens,
        "sens": {"besoin": "besoin", "ressource": "ressource", **SENS_DE_L_AVIS},
        "nature": {**regles.natures.get(donnees.get("sens"), {}), **regles.garanties},
        "delegataire": DELEGATAIRES,
        "piece": regles.pieces,
        "besoin": regles.besoins,
    }
    if nom in noms:
        return noms[nom].get(valeur, str(valeur))
    if nom == "options":
        return ", ".join(map(str, valeur))
    lire = {"montant": montant, "taux": taux, "produit": lecture.produit, "document": lecture.document}
    lire |= dict.fromkeys(("jour", "echeance", "suite_le"), jour)
    lire |= {"duree": lambda mois: f"{mois} mois", "probabilite": lambda pour_cent: f"{pour_cent} %"}
    lire |= dict.fromkeys(("souscription", "garantie", "condition", "opportunite"), lambda rang: f"n° {rang}")
    return lire[nom](valeur) if nom in lire else str(valeur)


def _heure(ts: str) -> str:
    try:
        return f"{dt.datetime.fromisoformat(ts):%d/%m, %H:%M}".replace(" ", INSECABLE)
    except ValueError:
        return ts


ACTIONS = {
    "consulter": "Écran consulté",
    "modifier": "Champ modifié",
    "creer_opportunite": "Opportunité créée",
    "ecarter_opportunite": "Opportunité écartée",
    "prendre_rendez_vous": "Rendez-vous pris",
    "ouvrir_dossier": "Dossier ouvert",
    "saisir_demande": "Demande saisie",
    "plan": "Ligne du plan",
    "completer": "Dossier déclaré complet",
    "lire_document": "Document lu",
    "joindre": "Pièce jointe",
    "retirer_piece": "Pièce retirée",
    "demander_document": "Document demandé",
    "controler": "Dossier contrôlé",
    "renvoyer": "Dossier renvoyé à la saisie",
    "analyser": "Dossier analysé",
    "garantie": "Garantie proposée",
    "retirer_garantie": "Garantie retirée",
    "avis": "Avis donné",
    "transmettre": "Dossier transmis",
    "recevoir_decision": "Décision demandée",
    "lever_condition": "Condition levée",
    "reprendre": "Dossier ajourné repris",
    "editer": "Contrat édité",
    "prendre_garantie": "Garantie prise",
    "debloquer": "Fonds débloqués",
    "abandonner": "Dossier abandonné",
    "commencer_conseil": "Conseil commencé",
    "recueillir": "Besoin recueilli",
    "informer": "Information donnée",
    "conseiller": "Conseil donné",
    "remettre": "Document remis",
    "regler": "Souscription réglée",
    "accord": "Accord du client",
    "signer": "Signature",
    "activer": "Mise en service",
    "annuler": "Souscription annulée",
    "compte_rendu": "Compte rendu",
    "creer_tache": "Tâche créée",
    "reclamation": "Réclamation",
}
