"""What a learner does at the workstation in lessons B5-L3 and B5-L4, as actions: shared by several tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rncp_utils.poste.journal import ACCEPTE
from rncp_utils.poste.poste import Poste, identifier
from rncp_utils.poste.situation import situation
from tests.cours.page import Page

Geste = tuple[str, dict[str, Any]]
CYBER = "CYBER"
ENVELOPPE = {"produit": CYBER}


def jouer(code: str, gestes: Iterable[Geste], *, refuses: int = 0) -> Poste:
    """A workstation in memory on which gestures were done; as many as said are refused."""
    choisie = situation(code)
    qui = {"devoir": "essai", "cellule": "poste", "apprenant": "amelie.durand", "session": ""}
    poste = Poste.en_memoire(choisie, identifier(choisie, **qui))
    for nom, donnees in gestes:
        poste.faire(nom, **donnees)
    refus = [ligne["action"] for ligne in poste.journal() if ligne["resultat"] != ACCEPTE]
    assert len(refus) == refuses, refus
    return poste


# B5-L3, Optique Vasseur.

BESOIN = "« Notre fichier de clients est en ligne ; s'il est pris, le magasin s'arrête. »"
CONSEIL = "Vous craignez l'arrêt ; la perte est chiffrée à {} €. Ce contrat la couvre, sans remplacer vos sauvegardes."
MOTIF = "Annulée à la demande de Mme Vasseur, appel du 12 janvier à 15 h 20 : plafond insuffisant."


def souscription_vasseur(page: Page, rang: int = 1, **change: Any) -> list[Geste]:
    """Gestures of one subscription, up to its signature; ``change`` replaces settings."""
    n = page.noms
    perte = n["PERTE"] if rang == 1 else n["PERTE_2"]
    reglages = {
        "formule": n["premiere_qui_couvre"](perte),
        "options": ["faux_virement"],
        "iban": n["IBAN_SOCIETE"],
        "mandat": n["RUM"],
    } | change
    celle = {"souscription": rang}
    return [
        ("commencer_conseil", ENVELOPPE),
        ("recueillir", celle | {"besoin": "proteger_l_outil", "texte": BESOIN}),
        ("informer", celle | {"document": "info_cyber"}),
        ("conseiller", celle | {"besoin": "proteger_l_outil", "texte": CONSEIL.format(perte)}),
        ("regler", celle | reglages),
        ("accord", celle),
        ("remettre", celle | {"document": "contrat_cyber"}),
        ("signer", celle),
    ]


def annulation(motif: str = MOTIF) -> list[Geste]:
    return [("annuler", {"souscription": 1, "motif": motif})]


SERVICE: list[Geste] = [("activer", {"souscription": 2})]


# B5-L4, Kélya Shop.

PREUVES = {
    "naf": ("rne_2026", "4791B"),
    "regime_social": ("bulletin", "Salarié et indépendant"),
    "credits_prives": ("releve_prive", "160"),
    "terminal": ("place_de_marche", "Aucun"),
    "ca": ("livre", "112 600"),
}
PIECES = {
    "demande": "demande_2",
    "piece_identite": "identite",
    "justificatif_domicile": "domicile",
    "extrait_registre": "rne_2027",
    "livre_recettes": "livre",
    "avis_imposition": "avis_imposition",
    "devis": "proforma",
    "rib": "rib_pro",
}
PROFIL: list[Geste] = [
    geste
    for champ, (document, valeur) in PREUVES.items()
    for geste in (("lire_document", {"document": document}), ("modifier", {"champ": champ, "valeur": valeur}))
]
OPPORTUNITES: list[Geste] = [
    ("ecarter_opportunite", {"opportunite": 1, "motif": "Aucun client sur place, décompte de décembre"}),
    *(
        (
            "creer_opportunite",
            {"besoin": besoin, "produit": produit, "motif": motif, "echeance": "2027-03-31", "probabilite": 60},
        )
        for besoin, produit, motif in (
            ("encaisser", "VAD", "Site prévu en avril, décompte de décembre"),
            ("proteger_l_outil", CYBER, "Attaque d'octobre non assurée, note du 29"),
        )
    ),
]
DEMANDE: list[Geste] = [
    ("ouvrir_dossier", {}),
    (
        "saisir_demande",
        {"objet": "stock", "bien": "stock", "montant": "12 000", "duree": "36", "taux": "4,90"},
    ),
    ("plan", {"sens": "besoin", "nature": "stock", "montant": "12 000"}),
    ("plan", {"sens": "ressource", "nature": "pret", "montant": "12 000"}),
]
DEMANDER: list[Geste] = [
    ("demander_document", {"piece": "demande"}),
    ("demander_document", {"piece": "extrait_registre"}),
]
JOINDRE: list[Geste] = [
    geste
    for piece, document in PIECES.items()
    for geste in (("lire_document", {"document": document}), ("joindre", {"piece": piece, "document": document}))
]
AVIS = (
    "La CAF couvre deux fois les annuités, les ventes montent de 78 900 à 112 600 euros ; contre, aucun apport, et une "
    "activité encore jeune."
)
DECISION: list[Geste] = [
    ("completer", {}),
    ("controler", {}),
    ("analyser", {}),
    ("garantie", {"nature": "caution_mutuelle", "garant": "Organisme de garantie", "montant": "6 000"}),
    ("avis", {"sens": "favorable", "texte": AVIS}),
    ("transmettre", {"delegataire": "agence"}),
    ("recevoir_decision", {}),
]
CONDITIONS: list[Geste] = [
    ("demander_document", {"piece": "acte_garantie"}),
    ("garantie", {"nature": "gage_stocks", "garant": "Kelly Moreau", "montant": "1 200"}),
    ("lever_condition", {"condition": 1, "document": "acte_garantie"}),
    ("demander_document", {"piece": "justificatif_apport"}),
    ("lever_condition", {"condition": 2, "document": "epargne"}),
    ("editer", {}),
    ("prendre_garantie", {"garantie": 1}),
    ("prendre_garantie", {"garantie": 2}),
    ("debloquer", {}),
]
SUIVI: list[Geste] = [
    (
        "compte_rendu",
        {
            "texte": "Prêt de stock débloqué après levée de deux conditions. Assurance cyber en service, plafond "
            "choisi d'après l'évaluation du prestataire. Reste la page de paiement.",
            "suite": "Parler de la page de paiement",
            "suite_le": "22/01/2027",
        },
    ),
    ("creer_tache", {"libelle": "Rappeler avant l'ouverture du site", "jour": "15/03/2027"}),
]


def cyber_kelya(page: Page, **change: Any) -> list[Geste]:
    """Gestures of the subscription, up to its service; ``change`` replaces settings."""
    n, celle = page.noms, {"souscription": 1}
    reglages = {
        "formule": n["BONNE_FORMULE"],
        "options": ["arret_du_site"],
        "iban": n["IBAN_PRO"],
        "mandat": n["RUM"],
    } | change
    return [
        ("commencer_conseil", ENVELOPPE),
        ("recueillir", celle | {"besoin": "proteger_des_reclamations", "texte": BESOIN}),
        ("informer", celle | {"document": "info_cyber"}),
        ("conseiller", celle | {"besoin": "proteger_des_reclamations", "texte": CONSEIL.format(n["PERTE"])}),
        ("regler", celle | reglages),
        ("accord", celle),
        ("remettre", celle | {"document": "contrat_cyber"}),
        ("signer", celle),
        ("activer", celle),
    ]


def parcours(page: Page) -> list[Geste]:
    """The whole training run."""
    dossier = DEMANDE + DEMANDER + JOINDRE + DECISION + CONDITIONS
    return PROFIL + OPPORTUNITES + dossier + cyber_kelya(page) + SUIVI
