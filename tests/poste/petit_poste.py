"""A small situation, made by hand: the engine is tested on it whatever the situations of the course become."""

from __future__ import annotations

import datetime as dt

from rncp_utils.donnees import cas
from rncp_utils.poste.poste import Poste, identifier
from rncp_utils.poste.situation import AUTRE_BANQUE, Condition, Offre, Regles, Situation
from rncp_utils.poste.tables import COMPAREES

JOUR = dt.date(2027, 1, 12)
QUI = {"devoir": "B5-ESSAI", "cellule": "poste", "apprenant": "ada"}


def _champ(nom, libelle, sorte="texte", valeur=None, maj_le="2026-11-03", choix=(), unite=None):
    return {
        "nom": nom,
        "libelle": libelle,
        "rubrique": "identite",
        "type": sorte,
        "choix": list(choix),
        "unite": unite,
        "valeur": valeur,
        "maj_le": maj_le,
    }


def _document(identifiant, titre, piece=None, date=None, fin=None, signataire=None, sur_demande=False):
    return {
        "id": identifiant,
        "titre": titre,
        "piece": piece,
        "date_piece": date,
        "date_validite": fin,
        "signataire": signataire,
        "lignes": [["Objet", titre]],
        "sur_demande": sur_demande,
    }


def _client(denomination, *, suivi=False, opposition=False):
    return {
        "denomination": denomination,
        "activite": "Commerce",
        "suivi": suivi,
        "echeance": None,
        "echeance_objet": None,
        "alerte": None,
        "dernier_contact": "2026-10-01",
        "opposition": opposition,
    }


def regles(**autres):
    """Rules of the small situation."""
    offre = Offre(
        libelle="Prévoyance",
        besoins=("proteger",),
        formules=("base", "complete"),
        options={"deces": "Décès"},
        informations=("ipid",),
        remises=("conditions",),
        beneficiaire=True,
        mandat=True,
    )
    carte = Offre("Carte", ("payer",), (), {}, ("tarif",), (), False, False)
    communes = {
        "representant": "Élise Marchand",
        "pieces": {"extrait_registre": "Extrait du registre", "demande": "Demande signée"},
        "validite_mois": {"extrait_registre": 3},
        "objets": {"materiel": "Matériel", "stock": "Stock"},
        "biens": {"four": "Four", "informatique": "Informatique"},
        "vie_mois": {"four": 120, "informatique": 36},
        "natures": {
            "besoin": {"four": "Four", "installation": "Installation"},
            "ressource": {"pret": "Prêt", "apport": "Apport"},
        },
        "garanties": {"gage_materiel": "Gage sur matériel", "caution_personnelle": "Caution personnelle"},
        "cautions": frozenset({"caution_personnelle"}),
        "besoins": {"proteger": "Protéger le revenu", "payer": "Payer", "financer": "Financer"},
        "produits": {"PREV": offre, "CARTE": carte},
        "delegation_montant": 7_500_000,
        "delegation_cote": 5,
        "couverture_minimale": 6_000,
        "part_maximale": 8_000,
        "couverture_dette": 10_000,
        "conditions": {
            "couverture": Condition("Garantie complémentaire", "accord_garantie"),
            "apport": Condition("Apport justifié", "preuve_apport"),
        },
        "parts": {"comportement": 0.9, "dirigeant": 0.8, "secteur": 0.6},
    }
    return Regles(**(communes | autres))


def petite(*, opposition=False, cas_du_client=None, version=1, **de_regles):
    """A baker who wants an oven; 5 000 € due here, and 30 000 € at another bank."""
    lignes = {
        "client": (_client("Garage des Tilleuls"), _client("Le Fournil d'Élise", suivi=True, opposition=opposition)),
        "champ": (
            _champ("siren", "SIREN", "siren", "999319015"),
            _champ("ca", "Chiffre d'affaires", "montant", "250000", "2025-02-01", unite="€"),
            _champ("salaries", "Salariés", "entier"),
            _champ("statut", "Statut matrimonial", "choix", choix=["Mariée", "Célibataire"]),
            _champ("telephone", "Téléphone"),
            _champ("installation", "Installée le", "date"),
            _champ("taux_marge", "Taux de marge", "pourcent"),
        ),
        "tiers": ({"nom": "Paul Marchand", "nature": "personne"},),
        "compte": ({"libelle": "Compte courant", "solde": 1_200_000, "autorisation": None},),
        "engagement": (
            _engagement("INVEST", "Prêt du fonds", 500_000, 40_000),
            _engagement(AUTRE_BANQUE, "Prêt d'une autre banque", 3_000_000, 50_000),
            _engagement("CARTE", "Carte", None, None),
        ),
        "document": (
            _document("extrait_ancien", "Extrait du 02/06/2026", "extrait_registre", "2026-06-02"),
            _document("extrait_recent", "Extrait du 05/01/2027", "extrait_registre", "2027-01-05", sur_demande=True),
            _document("demande", "Demande de prêt", "demande", "2027-01-08", signataire="MARCHAND Élise"),
            _document("demande_paul", "Demande signée par Paul", "demande", "2027-01-08", signataire="Paul Marchand"),
            _document("demande_finie", "Demande périmée", "demande", "2026-06-08", fin="2026-12-31"),
            _document("releve", "Relevé de compte", None, "2026-12-31"),
            _document("accord", "Accord de l'organisme", "accord_garantie", "2027-01-10"),
            _document("versement", "Avis de versement", "preuve_apport", "2027-01-10"),
            _document("ipid", "Document d'information"),
            _document("conditions", "Conditions générales"),
            _document("tarif", "Tarif"),
        ),
        "opportunite": (
            {
                "origine": "systeme",
                "besoin": "payer",
                "produit": "CARTE",
                "motif": "Proposé par le système.",
                "echeance": "2027-03-31",
                "probabilite": 50,
                "etat": "proposee",
                "motif_ecart": None,
            },
        ),
    }
    return Situation("essai", version, cas_du_client or cas("CAS-01"), JOUR, lignes, regles(**de_regles))


def _engagement(nature, libelle, encours, echeance):
    return {"nature": nature, "libelle": libelle, "encours": encours, "echeance": echeance, "fin": None}


def nouveau(situation=None, **de_situation):
    """A workstation in memory, on a situation of one's own."""
    situation = situation or petite(**de_situation)
    return Poste.en_memoire(situation, identifier(situation, **QUI, session=""))


DEMANDE = {"objet": "materiel", "bien": "four", "montant": "60 000", "duree": "84 mois", "taux": "4,10 %"}
PLAN = (
    ("besoin", "four", "68 000"),
    ("besoin", "installation", "8 000"),
    ("ressource", "pret", "60 000"),
    ("ressource", "apport", "16 000"),
)
PIECES = (("extrait_registre", "extrait_recent"), ("demande", "demande"))
AVIS = {"sens": "favorable", "texte": "L'activité paie l'annuité, le client apporte un quart."}


def faire(poste, action, **donnees):
    """Do an action that must be accepted."""
    resultat = poste.faire(action, **donnees)
    assert resultat.accepte, (action, resultat.phrase)
    return resultat


def monter(poste, *, plan=PLAN, **demande):
    """A draft file, with its plan and its pieces."""
    faire(poste, "ouvrir_dossier")
    faire(poste, "saisir_demande", **(DEMANDE | demande))
    for sens, nature, montant in plan:
        faire(poste, "plan", sens=sens, nature=nature, montant=montant)
    poste.faire("demander_document", piece="extrait_registre")  # once is enough for two files
    for piece, document in PIECES:
        faire(poste, "joindre", piece=piece, document=document)


def analyser(poste, **autres):
    """A file that is analysed."""
    monter(poste, **autres)
    for action in ("completer", "controler", "analyser"):
        faire(poste, action)


def decider(poste, delegataire="agence", *, garantie="45 000", avis=None, **autres):
    """A file that has its answer; return the state reached."""
    analyser(poste, **autres)
    if garantie:
        faire(poste, "garantie", nature="gage_materiel", garant="Élise Marchand", montant=garantie)
    if AVIS if avis is None else avis:
        faire(poste, "avis", **(AVIS if avis is None else avis))
    faire(poste, "transmettre", delegataire=delegataire)
    faire(poste, "recevoir_decision")
    return etat(poste)


def etat(poste):
    """State of the last credit file."""
    return poste.table("dossier")[-1]["etat"]


def conseiller(poste, produit="PREV", besoin="proteger", document="ipid"):
    """A subscription as far as the advice; return its id."""
    s = faire(poste, "commencer_conseil", produit=produit).id
    faire(poste, "recueillir", souscription=s, besoin=besoin, texte="Garder un revenu en cas d'arrêt.")
    faire(poste, "informer", souscription=s, document=document)
    faire(poste, "conseiller", souscription=s, besoin=besoin, texte="La formule couvre l'arrêt de travail.")
    return s


IBAN = "FR7630006000011234567890189"
REGLAGES = {
    "formule": "base",
    "options": ["deces"],
    "beneficiaire": "Paul Marchand",
    "iban": IBAN,
    "mandat": "RUM-2027-001",
}


def signer(poste):
    """A subscription that is signed; return its id."""
    s = conseiller(poste)
    faire(poste, "regler", souscription=s, **REGLAGES)
    faire(poste, "accord", souscription=s)
    faire(poste, "remettre", souscription=s, document="conditions")
    faire(poste, "signer", souscription=s)
    return s


MOTIF = "Le client quitte le projet après la visite."


def bloque(poste, code, action, **donnees):
    """An action that a check refuses: nothing changes but the journal, which keeps the code."""
    avant = {t.name: poste.table(t.name) for t in COMPAREES}
    resultat = poste.faire(action, **donnees)
    assert not resultat.accepte
    assert [c.code for c in resultat.controles] == ([code] if code else [])
    assert {t.name: poste.table(t.name) for t in COMPAREES} == avant
    ligne = poste.journal()[-1]
    assert (ligne["action"], ligne["resultat"], ligne["avant"], ligne["apres"]) == (action, "refuse", None, None)
    dits = [c["code"] for c in poste.table("controle") if c["journal"] == ligne["id"]]
    assert dits == ([code] if code else [])
    return resultat.phrase


def alerte(poste, code, action, **donnees):
    """An action that is done and of which something is told."""
    resultat = faire(poste, action, **donnees)
    assert [c.code for c in resultat.controles] == [code]
    assert [c["code"] for c in poste.table("controle") if c["journal"] == poste.journal()[-1]["id"]] == [code]
    return resultat
