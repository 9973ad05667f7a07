"""Advice and subscriptions, in HTML: the screens and the grader's record show the same tables."""

from __future__ import annotations

from typing import Any

from rncp_utils.poste.ecrans.lecture import Lecture
from rncp_utils.poste.ecrans.mots import jour
from rncp_utils.poste.ecrans.tableaux import ecrit, tableau
from rncp_utils.poste.etats import NOMS

ETAPES = {
    "besoin": "Exigences et besoins recueillis",
    "information": "Information donnée",
    "conseil": "Conseil motivé",
    "remise": "Document remis",
    "accord": "Accord du client",
    "signee": "Signature",
}


def souscriptions(lecture: Lecture) -> str:
    """Subscriptions under way and ended."""
    lignes = [
        (une["id"], lecture.produit(une["produit"]), NOMS[une["etat"]], jour(une["signee_le"]), une["motif"])
        for une in lecture.table("souscription")
    ]
    tetes = ("N°", "Produit", "État", "Signée le", "Motif de l'annulation")
    return tableau("Souscriptions", tetes, lignes, vide="aucune n'est commencée.")


def etapes(lecture: Lecture, souscription: dict[str, Any] | None) -> str:
    """Steps of the advice of a subscription, in the order in which they were taken."""
    if souscription is None:
        return ""
    lignes = [
        (
            rang,
            ETAPES.get(etape["etape"], etape["etape"]),
            lecture.besoin(etape["besoin"]) or lecture.document(etape["document"]),
            ecrit(etape["texte"] or "") if etape["texte"] else "",
        )
        for rang, etape in enumerate(lecture.etapes(souscription["id"]), start=1)
    ]
    legende = f"Étapes du conseil : {lecture.produit(souscription['produit'])}"
    return tableau(legende, ("Ordre", "Étape", "Besoin ou document", "Texte"), lignes, vide="aucune n'est faite.")


def reglages(lecture: Lecture, souscription: dict[str, Any] | None) -> str:
    """What is chosen in a subscription."""
    if souscription is None:
        return ""
    offre = lecture.regles.produits.get(souscription["produit"])
    noms = offre.options if offre else {}
    choisies = ", ".join(noms.get(option, option) for option in souscription["options"]) or "aucune"
    lignes = [
        ("Formule", souscription["formule"]),
        ("Options", choisies),
        ("Bénéficiaire", souscription["beneficiaire"]),
        ("IBAN", _iban(souscription["iban"])),
        ("Mandat de prélèvement SEPA", souscription["mandat"]),
    ]
    return tableau(f"Souscription : {lecture.produit(souscription['produit'])}", ("Rubrique", "Valeur"), lignes)


def _iban(iban: str | None) -> str | None:
    """An IBAN in groups of four, as it is printed."""
    return " ".join(iban[rang : rang + 4] for rang in range(0, len(iban), 4)) if iban else None
