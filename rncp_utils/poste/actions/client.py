"""Dashboard, profile and opportunities: screens P1 to P3."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from rncp_utils.calendrier import jours_ouvres
from rncp_utils.monnaie import centimes
from rncp_utils.poste import controles
from rncp_utils.poste.actions import champs
from rncp_utils.poste.actions.champs import Champ, Refus
from rncp_utils.poste.actions.ecriture import Action, Ecriture, Fait, Ligne, parmi

ECRANS = tuple(f"P{rang}" for rang in range(1, 10))
PROPOSEE, OUVERTE, ECARTEE = "proposee", "ouverte", "ecartee"


def _consulter(e: Ecriture, d: dict[str, Any]) -> Fait:
    ecran = parmi(d["ecran"], ECRANS, "Écran")
    if ecran == "P2":
        e.verifier(controles.champs_anciens(e.lignes("champ"), e.situation.jour))
    return Fait("Consulté.")


def _modifier(e: Ecriture, d: dict[str, Any]) -> Fait:
    trouves = e.lignes("champ", nom=d["champ"])
    if not trouves:
        raise Refus("Ce champ n'existe pas dans le profil : choisissez-le dans la liste.")
    champ = trouves[0]
    valeur = _valeur(champ, d["valeur"])
    if champ["nom"] == "siren":
        e.verifier(controles.siren_faux(valeur))
    if champ["nom"] == "ca":
        e.verifier(controles.ca_different(centimes(valeur), ca_des_comptes(e)))
    e.changer("champ", champ, valeur=valeur, maj_le=e.aujourdhui)
    return Fait(f"« {champ['libelle']} » est mis à jour.", champ["id"])


def ca_des_comptes(e: Ecriture) -> int:
    """Turnover of the last accounts, in cents; 0 when the case has none."""
    cas = e.situation.cas
    if cas.exercices:
        return centimes(cas.exercices["N"]["FL"])
    return centimes(cas.tresorerie_micro["N"].encaissements) if cas.tresorerie_micro else 0


def _valeur(champ: Ligne, brut: str) -> str:
    """Canonical text of a value of the profile, as its type says."""
    libelle, sorte = champ["libelle"], champ["type"]
    if sorte == "choix":
        return parmi(brut, champ["choix"], libelle)
    if sorte == "date":
        return champs.jour(libelle, brut)
    if sorte == "siren":
        return re.sub(r"[\s.]", "", brut)
    if sorte == "entier":
        return str(champs.entier(0, 10**6)(libelle, brut))
    if sorte == "montant":
        lu = champs.en_centimes(libelle, brut)
        return f"{lu // 100}" if lu % 100 == 0 else f"{lu / 100:.2f}"
    if sorte == "pourcent":
        return champs.en_pour_cent(libelle, brut)
    return brut


def _creer_opportunite(e: Ecriture, d: dict[str, Any]) -> Fait:
    [client] = e.lignes("client", suivi=True)
    e.verifier(controles.opposition(client))
    besoin = parmi(d["besoin"], e.regles.besoins, "Besoin")
    produit = parmi(d["produit"], e.regles.produits, "Produit") if d["produit"] else None
    e.verifier(controles.motif_court(d["motif"]))
    if d["echeance"] < e.aujourdhui:
        raise Refus("L'échéance est passée : choisissez un jour à venir.")
    e.verifier(controles.opportunite_en_double(besoin, produit, e.lignes("opportunite")))
    rang = e.ajouter(
        "opportunite",
        origine="conseiller",
        besoin=besoin,
        produit=produit,
        motif=d["motif"],
        echeance=d["echeance"],
        probabilite=d["probabilite"],
        etat=OUVERTE,
        motif_ecart=None,
    )
    return Fait(f"L'opportunité n° {rang} est créée : {e.regles.besoins[besoin]}.", rang)


def _ecarter_opportunite(e: Ecriture, d: dict[str, Any]) -> Fait:
    opportunite = e.ligne(
        "opportunite", d["opportunite"], "Cette opportunité n'existe pas : choisissez-la dans la liste."
    )
    if opportunite["etat"] == ECARTEE:
        raise Refus("Cette opportunité est déjà écartée.")
    e.verifier(controles.motif_court(d["motif"]))
    e.changer("opportunite", opportunite, etat=ECARTEE, motif_ecart=d["motif"])
    return Fait(f"L'opportunité n° {opportunite['id']} est écartée.", opportunite["id"])


def _prendre_rendez_vous(e: Ecriture, d: dict[str, Any]) -> Fait:
    jour = dt.date.fromisoformat(d["jour"])
    if jour < e.situation.jour:
        raise Refus("Ce jour est passé : choisissez un jour à venir.")
    if not jours_ouvres(jour, jour):
        raise Refus(f"Le {controles.en_toutes_lettres(jour)} l'agence est fermée : choisissez un jour ouvré.")
    rang = e.ajouter("rdv", jour=d["jour"], objet=d["objet"], etat="prevu")
    return Fait(f"Le rendez-vous du {controles.en_toutes_lettres(jour)} est inscrit à l'agenda.", rang)


def _probabilite(libelle: str, brut: Any) -> int:
    """A share in per cent; what is certain either way is no forecast."""
    lue = champs.entier(0, 100, "%")(libelle, brut)
    if lue in (0, 100):
        raise Refus(
            f"« {libelle} » : j'ai lu {lue} %. À 0, rien à suivre ; à 100, tout est signé. Saisissez de 1 à 99."
        )
    return lue


ACTIONS = (
    Action(
        "consulter",
        "P1",
        {"ecran": Champ("Écran", champs.code), "objet": Champ("Objet", champs.court, facultatif=True)},
        _consulter,
    ),
    Action(
        "modifier", "P2", {"champ": Champ("Champ", champs.code), "valeur": Champ("Valeur", champs.court)}, _modifier
    ),
    Action(
        "creer_opportunite",
        "P3",
        {
            "besoin": Champ("Besoin", champs.code),
            "produit": Champ("Produit", champs.code, facultatif=True),
            "motif": Champ("Motif", champs.long),
            "echeance": Champ("Échéance", champs.jour),
            "probabilite": Champ("Probabilité", _probabilite),
        },
        _creer_opportunite,
    ),
    Action(
        "ecarter_opportunite",
        "P3",
        {"opportunite": Champ("Opportunité", champs.numero), "motif": Champ("Motif", champs.long)},
        _ecarter_opportunite,
    ),
    Action(
        "prendre_rendez_vous",
        "P3",
        {"jour": Champ("Jour", champs.jour), "objet": Champ("Objet", champs.court)},
        _prendre_rendez_vous,
    ),
)
