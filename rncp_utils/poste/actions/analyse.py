"""Analysis, guarantees, opinion, decision and release: screen P6."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rncp_utils.poste import controles, etats, valideur
from rncp_utils.poste.actions import champs
from rncp_utils.poste.actions.champs import Champ, Refus
from rncp_utils.poste.actions.ecriture import Action, Ecriture, Fait, Ligne, parmi
from rncp_utils.poste.actions.pieces import document_recu
from rncp_utils.poste.journal import ACCEPTE

_VERS = {etats.AGENCE: etats.CHEZ_AGENCE, etats.ENGAGEMENTS: etats.CHEZ_ENGAGEMENTS}


def _analyser(e: Ecriture, _: dict[str, Any]) -> Fait:
    dossier = e.dossier("analyser")
    plan = e.lignes("plan_ligne", dossier=dossier["id"])
    calcules = {
        "ratios": valideur.calculer_ratios(e.situation, dossier, plan, e.lignes("engagement")),
        "cote": valideur.calculer_cote(e.situation),
    }
    deja = e.lignes("avis", dossier=dossier["id"])
    if deja:
        e.changer("avis", deja[0], **calcules)
    else:
        e.ajouter("avis", dossier=dossier["id"], **calcules, sens=None, texte=None)
    e.passer("dossier", dossier, "analyser")
    return Fait(f"Les ratios sont calculés : cote {calcules['cote']}.", dossier["id"])


def _garantie(e: Ecriture, d: dict[str, Any]) -> Fait:
    dossier = e.dossier("garantie")
    nature = parmi(d["nature"], e.regles.garanties, "Nature de la garantie")
    e.verifier(controles.montant_negatif(d["montant"]))
    if not any(controles.meme_nom(d["garant"], nom) for nom in e.situation.personnes):
        raise Refus(f"Je ne connais pas « {d['garant']} » dans ce dossier : choisissez le garant dans la liste.")
    if nature in e.regles.cautions:
        e.verifier(controles.caution_de_soi(d["garant"], emprunteurs(e)))
    rang = e.ajouter("garantie", dossier=dossier["id"], prise=False, **d)
    return Fait(f"{e.regles.garanties[nature]} : {controles.montant(d['montant'])}.", rang)


def emprunteurs(e: Ecriture) -> tuple[str, ...]:
    """Names of whoever owes the loan: a sole trader and his business are one person."""
    cas = e.situation.cas
    if cas.forme_juridique != "EI":
        return (cas.denomination,)
    return (cas.denomination, *(dirigeant.nom for dirigeant in cas.dirigeants))


def _retirer_garantie(e: Ecriture, d: dict[str, Any]) -> Fait:
    dossier = e.dossier("retirer_garantie")
    garantie = _du_dossier(e, "garantie", d["garantie"], dossier)
    if dossier["etat"] != etats.ANALYSE:
        _exiger_un_retrait_possible(e, dossier, garantie)
    e.retirer("garantie", garantie)
    return Fait("La garantie est retirée.")


def _exiger_un_retrait_possible(e: Ecriture, dossier: Ligne, garantie: Ligne) -> None:
    """Once it is decided, only what was added since may go, and nothing that holds a condition up.

    Raises
    ------
    Refus
        The decision was made on it, it is taken, or a condition was lifted thanks to it.
    """
    if not ajoutee_depuis_la_decision(e.lignes("journal"), garantie):
        raise Refus(
            "La décision a été prise sur cette garantie : elle reste au dossier. Pour en changer, abandonnez ce "
            "dossier et ouvrez-en un autre."
        )
    if garantie["prise"]:
        raise Refus("Cette garantie est prise : le client l'a signée, elle ne se retire plus ici.")
    restantes = [autre for autre in e.lignes("garantie", dossier=dossier["id"]) if autre["id"] != garantie["id"]]
    levee = e.lignes("condition", dossier=dossier["id"], code=valideur.COUVERTURE, levee=True)
    if levee and valideur.couverture(dossier["montant"], restantes) < e.regles.couverture_minimale:
        raise Refus("Une condition a été levée grâce à cette garantie : elle reste au dossier.")


def ajoutee_depuis_la_decision(lignes: Iterable[Ligne], garantie: Mapping[str, Any]) -> bool:
    """Whether a guarantee was added after the last decision, from the rows of the journal."""
    derniers = {"garantie": 0, "recevoir_decision": 0}
    for ligne in lignes:
        if ligne["action"] not in derniers or ligne["resultat"] != ACCEPTE:
            continue
        # Ids are given again once the last row is gone: the last addition under this id is the one that counts.
        autre = ligne["action"] == "garantie" and ("garantie", garantie["id"]) not in _ajoutees(ligne)
        if not autre:
            derniers[ligne["action"]] = ligne["id"]
    return derniers["garantie"] > derniers["recevoir_decision"] > 0


def _ajoutees(ligne: Ligne) -> set[tuple[str, int]]:
    return {(apres["table"], apres["id"]) for apres in ligne["apres"] or ()}


def _du_dossier(e: Ecriture, table: str, identifiant: int, dossier: Ligne) -> Ligne:
    phrase = "Cette ligne n'existe pas dans le dossier : choisissez-la dans la liste."
    ligne = e.ligne(table, identifiant, phrase)
    if ligne["dossier"] != dossier["id"]:
        raise Refus(phrase)
    return ligne


def _avis(e: Ecriture, d: dict[str, Any]) -> Fait:
    dossier = e.dossier("avis")
    if not d["sens"] and not d["texte"]:
        raise Refus("L'avis est vide : choisissez son sens et écrivez son texte.")
    if d["sens"]:
        parmi(d["sens"], valideur.SENS_DE_L_AVIS, "Sens de l'avis")
    [avis] = e.lignes("avis", dossier=dossier["id"])
    e.changer("avis", avis, sens=d["sens"] or None, texte=d["texte"] or None)
    return Fait("L'avis est enregistré.", avis["id"])


def _transmettre(e: Ecriture, d: dict[str, Any]) -> Fait:
    dossier = e.dossier("transmettre")
    vers = parmi(d["delegataire"], _VERS, "Délégataire")
    [avis] = e.lignes("avis", dossier=dossier["id"])
    e.verifier(
        controles.hors_delegation(
            avis["ratios"]["engagement_total"],
            avis["cote"],
            montant_maximal=e.regles.delegation_montant,
            cote_maximale=e.regles.delegation_cote,
            demande=vers,
        )
    )
    e.verifier(controles.couverture_faible(_couverture(e, dossier), e.regles.couverture_minimale))
    e.passer("dossier", dossier, "transmettre", _VERS[vers], delegataire=vers)
    return Fait(f"Le dossier est transmis : il est {etats.NOMS[_VERS[vers]]}.", dossier["id"])


def _couverture(e: Ecriture, dossier: Ligne) -> int:
    return valideur.couverture(dossier["montant"], e.lignes("garantie", dossier=dossier["id"]))


def _recevoir_decision(e: Ecriture, _: dict[str, Any]) -> Fait:
    dossier = e.dossier("recevoir_decision")
    [avis] = e.lignes("avis", dossier=dossier["id"])
    decision = valideur.decider(
        e.regles,
        pret=dossier["montant"],
        ratios=avis["ratios"],
        garanties=e.lignes("garantie", dossier=dossier["id"]),
        avis=avis,
    )
    for code in decision.conditions:
        libelle = e.regles.conditions[code].libelle
        e.ajouter("condition", dossier=dossier["id"], code=code, libelle=libelle, levee=False)
    e.passer("dossier", dossier, "recevoir_decision", decision.etat, decision=decision.etat, motif=decision.motif)
    return Fait(decision.motif, dossier["id"])


def _lever_condition(e: Ecriture, d: dict[str, Any]) -> Fait:
    dossier = e.dossier("lever_condition")
    condition = _du_dossier(e, "condition", d["condition"], dossier)
    if condition["levee"]:
        raise Refus("Cette condition est déjà levée.")
    document = document_recu(e, d["document"])
    if document["piece"] != e.regles.conditions[condition["code"]].piece:
        raise Refus(
            f"« {document['titre']} » ne prouve pas que la condition est remplie : choisissez un autre document."
        )
    if condition["code"] == valideur.COUVERTURE:
        couvert = _couverture(e, dossier)
        if couvert < e.regles.couverture_minimale:
            raise Refus(
                f"Les garanties couvrent {controles.part(couvert)} du prêt : ajoutez d'abord la garantie demandée."
            )
    e.changer("condition", condition, levee=True)
    return Fait(f"Condition levée : {condition['libelle']}.", condition["id"])


def _prendre_garantie(e: Ecriture, d: dict[str, Any]) -> Fait:
    garantie = _du_dossier(e, "garantie", d["garantie"], e.dossier("prendre_garantie"))
    if garantie["prise"]:
        raise Refus("Cette garantie est déjà prise.")
    e.changer("garantie", garantie, prise=True)
    return Fait(f"{e.regles.garanties[garantie['nature']]} : la garantie est prise.", garantie["id"])


def _debloquer(e: Ecriture, _: dict[str, Any]) -> Fait:
    dossier = e.dossier("debloquer")
    a_prendre = e.lignes("garantie", dossier=dossier["id"], prise=False)
    if a_prendre:
        raise Refus(f"Une garantie n'est pas prise ({e.regles.garanties[a_prendre[0]['nature']]}) : prenez-la d'abord.")
    a_lever = e.lignes("condition", dossier=dossier["id"], levee=False)
    if a_lever:
        raise Refus(f"Une condition n'est pas levée ({a_lever[0]['libelle']}) : levez-la d'abord.")
    e.passer("dossier", dossier, "debloquer")
    return Fait("Le prêt est débloqué.", dossier["id"])


def _editer(e: Ecriture, _: dict[str, Any]) -> Fait:
    dossier = e.dossier("editer")
    e.passer("dossier", dossier, "editer")
    return Fait("Le contrat est édité.", dossier["id"])


def _reprendre(e: Ecriture, _: dict[str, Any]) -> Fait:
    dossier = e.dossier("reprendre")
    e.passer("dossier", dossier, "reprendre")
    return Fait("Le dossier ajourné est repris : contrôlez-le et analysez-le de nouveau.", dossier["id"])


def _abandonner(e: Ecriture, d: dict[str, Any]) -> Fait:
    dossier = e.dossier("abandonner")
    e.passer("dossier", dossier, "abandonner", motif=d["motif"])
    return Fait("Le dossier est abandonné.", dossier["id"])


_LA_GARANTIE = {"garantie": Champ("Garantie", champs.numero)}
ACTIONS = (
    Action("analyser", "P6", {}, _analyser),
    Action(
        "garantie",
        "P6",
        {
            "nature": Champ("Nature de la garantie", champs.code),
            "garant": Champ("Garant", champs.court),
            "montant": Champ("Montant", champs.en_centimes),
        },
        _garantie,
    ),
    Action("retirer_garantie", "P6", _LA_GARANTIE, _retirer_garantie),
    Action(
        "avis",
        "P6",
        {
            "sens": Champ("Sens de l'avis", champs.code, facultatif=True),
            "texte": Champ("Texte de l'avis", champs.long, facultatif=True),
        },
        _avis,
    ),
    Action("transmettre", "P6", {"delegataire": Champ("Délégataire", champs.code)}, _transmettre),
    Action("recevoir_decision", "P6", {}, _recevoir_decision),
    Action(
        "lever_condition",
        "P6",
        {"condition": Champ("Condition", champs.numero), "document": Champ("Document", champs.code)},
        _lever_condition,
    ),
    Action("reprendre", "P6", {}, _reprendre),
    Action("editer", "P6", {}, _editer),
    Action("prendre_garantie", "P6", _LA_GARANTIE, _prendre_garantie),
    Action("debloquer", "P6", {}, _debloquer),
    Action("abandonner", "P6", {"motif": Champ("Motif", champs.long)}, _abandonner),
)
