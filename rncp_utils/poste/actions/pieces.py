"""Pieces of the credit file, and the documents that are read: screen P5."""

from __future__ import annotations

from typing import Any

from rncp_utils.poste import controles
from rncp_utils.poste.actions import champs
from rncp_utils.poste.actions.champs import Champ, Refus
from rncp_utils.poste.actions.ecriture import Action, Ecriture, Fait, Ligne, parmi


def document_recu(e: Ecriture, identifiant: str) -> Ligne:
    """A document that the branch holds; one that nobody asked for has not been received.

    Raises
    ------
    Refus
        It does not exist, or has not been asked for.
    """
    document = e.ligne("document", identifiant, "Ce document n'existe pas : choisissez-le dans la liste.")
    if document["sur_demande"]:
        raise Refus("Ce document n'a pas été reçu : demandez-le d'abord au client.")
    return document


def _lire_document(e: Ecriture, d: dict[str, Any]) -> Fait:
    return Fait(f"Document ouvert : {document_recu(e, d['document'])['titre']}.")


def _joindre(e: Ecriture, d: dict[str, Any]) -> Fait:
    dossier = e.dossier("joindre")
    piece = parmi(d["piece"], e.regles.pieces, "Pièce")
    document = document_recu(e, d["document"])
    libelle = e.regles.pieces[piece]
    if document["piece"] != piece:
        raise Refus(f"« {document['titre']} » n'est pas la pièce « {libelle} » : choisissez un autre document.")
    validite = e.regles.validite_mois.get(piece)
    e.verifier(controles.piece_a_remplacer(document, libelle, e.situation.jour, validite))
    e.verifier(controles.autre_signataire(document, e.regles.representant))
    deja = e.lignes("piece", dossier=dossier["id"], piece=piece)
    if deja:
        e.changer("piece", deja[0], document=document["id"])
        rang = deja[0]["id"]
    else:
        rang = e.ajouter("piece", dossier=dossier["id"], piece=piece, document=document["id"])
    return Fait(f"{libelle} : « {document['titre']} » est joint.", rang)


def _retirer_piece(e: Ecriture, d: dict[str, Any]) -> Fait:
    dossier = e.dossier("retirer_piece")
    jointes = e.lignes("piece", dossier=dossier["id"], piece=d["piece"])
    if not jointes:
        raise Refus("Cette pièce n'est pas dans le dossier : il n'y a rien à retirer.")
    e.retirer("piece", jointes[0])
    return Fait(f"{e.regles.pieces[d['piece']]} : la pièce est retirée du dossier.")


def _demander_document(e: Ecriture, d: dict[str, Any]) -> Fait:
    attendus = e.lignes("document", piece=d["piece"], sur_demande=True)
    if not attendus:
        raise Refus("Le client n'a pas d'autre document à envoyer pour cette pièce : relisez ceux du dossier.")
    for document in attendus:
        e.changer("document", document, sur_demande=False)
    return Fait(f"Reçu du client : « {attendus[-1]['titre']} ».")


def _controler(e: Ecriture, _: dict[str, Any]) -> Fait:
    dossier = e.dossier("controler")
    jointes = {p["piece"]: p["document"] for p in e.lignes("piece", dossier=dossier["id"])}
    e.verifier(controles.pieces_absentes(e.regles.pieces, jointes))
    documents = {piece: e.lignes("document", id=identifiant)[0] for piece, identifiant in jointes.items()}
    for piece, document in documents.items():
        libelle, validite = e.regles.pieces[piece], e.regles.validite_mois.get(piece)
        e.verifier(controles.piece_perimee(document, libelle, e.situation.jour, validite))
    for document in documents.values():
        e.verifier(controles.autre_signataire(document, e.regles.representant))
    e.passer("dossier", dossier, "controler")
    return Fait("Les pièces sont contrôlées.", dossier["id"])


def _renvoyer(e: Ecriture, d: dict[str, Any]) -> Fait:
    dossier = e.dossier("renvoyer")
    e.passer("dossier", dossier, "renvoyer", motif=d["motif"])
    return Fait("Le dossier est renvoyé en brouillon.", dossier["id"])


_PIECE, _DOCUMENT = Champ("Pièce", champs.code), Champ("Document", champs.code)
ACTIONS = (
    Action("lire_document", "P5", {"document": _DOCUMENT}, _lire_document),
    Action("joindre", "P5", {"piece": _PIECE, "document": _DOCUMENT}, _joindre),
    Action("retirer_piece", "P5", {"piece": _PIECE}, _retirer_piece),
    Action("demander_document", "P5", {"piece": _PIECE}, _demander_document),
    Action("controler", "P5", {}, _controler),
    Action("renvoyer", "P5", {"motif": Champ("Motif", champs.long)}, _renvoyer),
)
