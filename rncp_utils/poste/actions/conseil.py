"""Advice, then subscription: screens P7 and P8, in the order need, information, advice, agreement, signature."""

from __future__ import annotations

import re
from typing import Any

from rncp_utils.poste import controles, etats
from rncp_utils.poste.actions import champs
from rncp_utils.poste.actions.champs import Champ, Refus
from rncp_utils.poste.actions.ecriture import Action, Ecriture, Fait, Ligne, parmi
from rncp_utils.poste.actions.pieces import document_recu
from rncp_utils.poste.situation import Offre
from rncp_utils.typographie import enumerer

REMISE = "remise"
_REGLAGES = ("formule", "beneficiaire", "iban", "mandat")
# Characters that the reference of a SEPA mandate may hold, 35 at most.
_ACCORD_ABSENT = (
    "Le client n'a pas donné son accord, ou les réglages ont changé depuis : recueillez-le avant la signature."
)
_MANDAT = re.compile(r"[A-Za-z0-9+?/:().,' -]{1,35}")


def _commencer_conseil(e: Ecriture, d: dict[str, Any]) -> Fait:
    produit = parmi(d["produit"], e.regles.produits, "Produit")
    vides = dict.fromkeys((*_REGLAGES, "signee_le", "motif"))
    rang = e.ajouter("souscription", produit=produit, etat=etats.BESOIN, options=[], **vides)
    return Fait(f"Le conseil n° {rang} commence : {e.regles.produits[produit].libelle}.", rang)


def _etape(e: Ecriture, souscription: Ligne, etape: str, **valeurs: Any) -> None:
    vides = {"besoin": None, "document": None, "texte": None}
    e.ajouter("etape_conseil", souscription=souscription["id"], etape=etape, **(vides | valeurs))


def _etapes(e: Ecriture, souscription: Ligne, etape: str, colonne: str) -> list[Any]:
    """What was recorded at a step of a subscription, in order."""
    return [x[colonne] for x in e.lignes("etape_conseil", souscription=souscription["id"], etape=etape)]


def _possible(souscription: Ligne, action: str) -> None:
    if refus := etats.pourquoi(action, souscription["etat"]):
        raise Refus(refus)


def _offre(e: Ecriture, souscription: Ligne) -> Offre:
    return e.regles.produits[souscription["produit"]]


def _recueillir(e: Ecriture, d: dict[str, Any]) -> Fait:
    souscription = e.souscription(d["souscription"])
    _possible(souscription, "recueillir")
    besoin = parmi(d["besoin"], e.regles.besoins, "Besoin")
    _etape(e, souscription, etats.BESOIN, besoin=besoin, texte=d["texte"])
    return Fait(f"Besoin enregistré : {e.regles.besoins[besoin]}.", souscription["id"])


def _informer(e: Ecriture, d: dict[str, Any]) -> Fait:
    souscription = e.souscription(d["souscription"])
    _possible(souscription, "informer")
    document = _a_donner(e, d["document"], _offre(e, souscription).informations)
    e.verifier(controles.information_avant_recueil(_etapes(e, souscription, etats.BESOIN, "besoin")))
    _etape(e, souscription, etats.INFORMATION, document=document["id"])
    e.passer("souscription", souscription, "informer")
    return Fait(f"Information donnée : « {document['titre']} ».", souscription["id"])


def _a_donner(e: Ecriture, identifiant: str, prevus: tuple[str, ...]) -> Ligne:
    document = document_recu(e, identifiant)
    if document["id"] not in prevus:
        raise Refus(f"« {document['titre']} » n'est pas prévu à cette étape pour ce produit : choisissez-en un autre.")
    return document


def _conseiller(e: Ecriture, d: dict[str, Any]) -> Fait:
    souscription = e.souscription(d["souscription"])
    besoins = _etapes(e, souscription, etats.BESOIN, "besoin")
    if souscription["etat"] in (etats.BESOIN, etats.INFORMATION):
        if not besoins:
            phrase = "Aucun besoin n'est recueilli : demandez d'abord au client ce qu'il attend."
            e.verifier(controles.etape_sautee(phrase))
        manquent = _non_donnes(e, souscription, etats.INFORMATION, _offre(e, souscription).informations)
        if manquent or souscription["etat"] == etats.BESOIN:
            phrase = "Le client n'a pas reçu toute l'information sur ce produit : donnez-la avant de conseiller."
            e.verifier(controles.etape_sautee(phrase))
    _possible(souscription, "conseiller")
    e.verifier(controles.sans_besoin_relie(d["besoin"], besoins))
    _etape(e, souscription, etats.CONSEIL, besoin=d["besoin"], texte=d["texte"])
    e.passer("souscription", souscription, "conseiller")
    return Fait("Le conseil motivé est enregistré.", souscription["id"])


def _non_donnes(e: Ecriture, souscription: Ligne, etape: str, prevus: tuple[str, ...]) -> list[str]:
    donnes = _etapes(e, souscription, etape, "document")
    return [document for document in prevus if document not in donnes]


def _remettre(e: Ecriture, d: dict[str, Any]) -> Fait:
    souscription = e.souscription(d["souscription"])
    _possible(souscription, "remettre")
    document = _a_donner(e, d["document"], _offre(e, souscription).remises)
    _etape(e, souscription, REMISE, document=document["id"])
    return Fait(f"Remis au client : « {document['titre']} ».", souscription["id"])


def _apres_conseil(e: Ecriture, souscription: Ligne) -> None:
    if souscription["etat"] in (etats.BESOIN, etats.INFORMATION):
        e.verifier(controles.conseil_absent())


def _regler(e: Ecriture, d: dict[str, Any]) -> Fait:
    souscription = e.souscription(d["souscription"])
    _apres_conseil(e, souscription)
    _possible(souscription, "regler")
    offre = _offre(e, souscription)
    if d["formule"]:
        parmi(d["formule"], offre.formules, "Formule")
    for option in d["options"]:
        parmi(option, offre.options, "Options")
    iban = re.sub(r"\s", "", d["iban"]).upper()
    if iban:
        e.verifier(controles.iban_faux(iban))
    if d["mandat"] and not _MANDAT.fullmatch(d["mandat"]):
        raise Refus("La référence du mandat compte 35 caractères au plus, sans accent : relisez le mandat.")
    e.verifier(controles.produit_en_double(souscription["produit"], offre.libelle, _detenus(e, souscription)))
    reglages = {nom: d[nom] or None for nom in _REGLAGES} | {"iban": iban or None, "options": d["options"]}
    e.passer("souscription", souscription, "regler", **reglages)
    return Fait("Les réglages de la souscription sont enregistrés.", souscription["id"])


def _detenus(e: Ecriture, souscription: Ligne) -> list[str]:
    """Products that the client already has, or has just subscribed."""
    autres = [s["produit"] for s in e.lignes("souscription") if _compte(s) and s["id"] != souscription["id"]]
    return [x["nature"] for x in e.lignes("engagement")] + autres


def _compte(souscription: Ligne) -> bool:
    return souscription["etat"] in (etats.SIGNEE, etats.ACTIVE)


def _accord(e: Ecriture, d: dict[str, Any]) -> Fait:
    souscription = e.souscription(d["souscription"])
    _apres_conseil(e, souscription)
    _possible(souscription, "accord")
    offre = _offre(e, souscription)
    exiges = {"formule": bool(offre.formules), "beneficiaire": offre.beneficiaire}
    exiges |= {"iban": offre.mandat, "mandat": offre.mandat}
    noms = {"formule": "la formule", "beneficiaire": "le bénéficiaire", "iban": "l'IBAN", "mandat": "le mandat"}
    vides = [noms[nom] for nom, exige in exiges.items() if exige and not souscription[nom]]
    if vides:
        raise Refus(f"Il manque {enumerer(vides)} : complétez les réglages avant de recueillir l'accord.")
    e.passer("souscription", souscription, "accord")
    return Fait("L'accord du client est enregistré.", souscription["id"])


def _signer(e: Ecriture, d: dict[str, Any]) -> Fait:
    souscription = e.souscription(d["souscription"])
    _apres_conseil(e, souscription)
    if souscription["etat"] == etats.CONSEIL:
        e.verifier(controles.etape_sautee(_ACCORD_ABSENT))
    _possible(souscription, "signer")
    manquent = _non_donnes(e, souscription, REMISE, _offre(e, souscription).remises)
    if manquent:
        titres = [f"« {e.lignes('document', id=document)[0]['titre']} »" for document in manquent]
        e.verifier(controles.etape_sautee(f"Remettez d'abord au client {enumerer(titres)}."))
    e.passer("souscription", souscription, "signer", signee_le=e.aujourdhui)
    return Fait("La souscription est signée (signature simulée).", souscription["id"])


def _activer(e: Ecriture, d: dict[str, Any]) -> Fait:
    souscription = e.souscription(d["souscription"])
    e.passer("souscription", souscription, "activer")
    return Fait("La souscription est active.", souscription["id"])


def _annuler(e: Ecriture, d: dict[str, Any]) -> Fait:
    souscription = e.souscription(d["souscription"])
    e.passer("souscription", souscription, "annuler", motif=d["motif"])
    return Fait("La souscription est annulée, son motif est gardé.", souscription["id"])


_SOUSCRIPTION = {"souscription": Champ("Souscription", champs.numero)}
_BESOIN = _SOUSCRIPTION | {"besoin": Champ("Besoin", champs.code), "texte": Champ("Texte", champs.long)}
_DOCUMENT = _SOUSCRIPTION | {"document": Champ("Document", champs.code)}
_A_REGLER = _SOUSCRIPTION | {
    "formule": Champ("Formule", champs.code, facultatif=True),
    "options": Champ("Options", champs.codes, facultatif=True),
    "beneficiaire": Champ("Bénéficiaire", champs.court, facultatif=True),
    "iban": Champ("IBAN", champs.code, facultatif=True),
    "mandat": Champ("Mandat", champs.code, facultatif=True),
}
ACTIONS = (
    Action("commencer_conseil", "P7", {"produit": Champ("Produit", champs.code)}, _commencer_conseil),
    Action("recueillir", "P7", _BESOIN, _recueillir),
    Action("informer", "P7", _DOCUMENT, _informer),
    Action("conseiller", "P7", _BESOIN, _conseiller),
    Action("remettre", "P7", _DOCUMENT, _remettre),
    Action("regler", "P8", _A_REGLER, _regler),
    Action("accord", "P8", _SOUSCRIPTION, _accord),
    Action("signer", "P8", _SOUSCRIPTION, _signer),
    Action("activer", "P8", _SOUSCRIPTION, _activer),
    Action("annuler", "P8", _SOUSCRIPTION | {"motif": Champ("Motif", champs.long)}, _annuler),
)
