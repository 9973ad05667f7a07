"""Three people who play B5-MES, on any of its clients: what they do, in order, and the points that they should earn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rncp_utils.autograde.attendus import charger_attendus
from rncp_utils.poste.situation import Situation

Actions = list[tuple[str, dict[str, Any]]]
DEVOIR = "B5-MES"
MAXIMA = {
    "m5_profil": 14.0,
    "m5_opp": 10.0,
    "m5_saisie": 14.0,
    "m5_pieces": 8.0,
    "m5_deleg": 6.0,
    "m5_ordre": 12.0,
    "m5_sous": 10.0,
}
CLE = charger_attendus(Path(__file__).parents[2], DEVOIR)


@dataclass(frozen=True)
class Joueur:
    """What somebody does at the workstation; some of these actions are refused."""

    actions: Actions
    points: dict[str, float]


def bon(une: Situation) -> Joueur:
    """Does everything right in the end, after some mistakes that are corrected in time."""
    faits = CLE.actions_du_modele(une)
    chiffre = next(nom for nom, valeur in CLE.attendu_de(une).profil.items() if valeur.replace(".", "").isdecimal())
    faux: dict[str, tuple[str, dict[str, Any]]] = {
        "modifier": ("modifier", {"champ": chiffre, "valeur": "7"}),
        "saisir_demande": ("saisir_demande", _demande(une, montant="90000", taux="9,99")),
        # Refused: nothing has been asked of the client yet.
        "recueillir": ("conseiller", {"souscription": 1, "besoin": "payer", "texte": "C'est le meilleur contrat."}),
        "lever_condition": ("lever_condition", {"condition": 1, "document": "rib_pro"}),
        "regler": ("regler", {"souscription": 1, "iban": "FR76 0000"}),
    }
    for action, erreur in faux.items():
        rang = next((rang for rang, (nom, _) in enumerate(faits) if nom == action), None)
        if rang is not None:
            faits = [*faits[:rang], erreur, *faits[rang:]]
    return Joueur(faits, dict(MAXIMA))


def moyen(une: Situation) -> Joueur:
    """Makes the usual mistakes, and goes to the end."""
    return Joueur(*CLE.actions_fautives(une))


def negligent(une: Situation) -> Joueur:
    """Reads nothing, types at random, forces what is blocked, leaves everything half done."""
    attendu, demande = CLE.attendu_de(une), _demande(une, montant="1000", taux="9,99")
    produit, (besoin, _) = next(iter(attendu.opportunites.items()))
    offres = une.regles.produits
    vide = next(nom for nom in attendu.profil if _plante(une, nom) is None)
    inutile = {"besoin": offres[attendu.tenable].besoins[0], "produit": attendu.tenable, "probabilite": "90"}
    actions: Actions = [
        ("modifier", {"champ": vide, "valeur": attendu.profil[vide]}),
        ("modifier", {"champ": "siren", "valeur": "123456789"}),
        ("creer_opportunite", inutile | {"motif": "Bon prospect", "echeance": CLE.ECHEANCE}),
        ("creer_opportunite", inutile | {"motif": "Très bon prospect à revoir vite", "echeance": CLE.ECHEANCE}),
        ("ouvrir_dossier", {}),
        ("saisir_demande", demande),
        ("plan", {"sens": "besoin", "nature": next(iter(attendu.besoins)), "montant": "500"}),
        ("plan", {"sens": "ressource", "nature": "pret", "montant": "1000"}),
        ("joindre", {"piece": "piece_identite", "document": "identite"}),
        ("joindre", {"piece": "demande", "document": "demande_1"}),
        *[("completer", {})] * 4,
        ("transmettre", {"delegataire": "agence"}),
        ("commencer_conseil", {"produit": produit}),
        ("recueillir", {"souscription": 1, "besoin": besoin, "texte": "Il faut le couvrir."}),
        *[("signer", {"souscription": 1})] * 4,
    ]
    autres = len(une.regles.pieces) - 1
    bonnes = (attendu.perimee != "piece_identite") + (not attendu.mal_signee)
    points = {
        "m5_profil": 2.5,
        "m5_opp": 0.0,
        # Object, asset and duration.
        "m5_saisie": 6.0,
        "m5_pieces": round(5 * bonnes / autres, 4),
        "m5_deleg": 0.0,
        # The need alone.
        "m5_ordre": 2.0,
        "m5_sous": 0.0,
    }
    return Joueur(actions, points)


def _plante(une: Situation, champ: str) -> str | None:
    return next(lu["valeur"] for lu in une.lignes["champ"] if lu["nom"] == champ)


JOUEURS = {"bon": bon, "moyen": moyen, "négligent": negligent}


def _demande(une: Situation, **valeurs: str) -> dict[str, str]:
    attendu, duree = CLE.attendu_de(une), une.cas.projets[0].pret.duree_mois
    return {"objet": attendu.objet, "bien": attendu.bien, "duree": str(duree)} | valeurs
