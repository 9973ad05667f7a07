"""The demand for a loan and its financing plan: screen P4."""

from __future__ import annotations

from typing import Any

from rncp_utils.poste import controles, etats
from rncp_utils.poste.actions import champs
from rncp_utils.poste.actions.champs import Champ, Refus
from rncp_utils.poste.actions.ecriture import Action, Ecriture, Fait, parmi

SENS = {"besoin": "besoins", "ressource": "ressources"}
DUREE_MAX = 360
_DEMANDE = {"objet": "l'objet", "bien": "le bien", "montant": "le montant", "duree": "la durée", "taux": "le taux"}


def _ouvrir_dossier(e: Ecriture, _: dict[str, Any]) -> Fait:
    en_cours = [d for d in e.lignes("dossier") if d["etat"] not in etats.FINIS]
    if en_cours:
        raise Refus(f"Le dossier n° {en_cours[0]['id']} est en cours : menez-le à son terme ou abandonnez-le.")
    vides = dict.fromkeys((*_DEMANDE, "decision", "delegataire", "motif"))
    rang = e.ajouter("dossier", etat=etats.BROUILLON, **vides)
    return Fait(f"Le dossier n° {rang} est ouvert.", rang)


def _saisir_demande(e: Ecriture, d: dict[str, Any]) -> Fait:
    dossier = e.dossier("saisir_demande")
    parmi(d["objet"], e.regles.objets, "Objet")
    parmi(d["bien"], e.regles.biens, "Bien financé")
    e.verifier(controles.montant_negatif(d["montant"]))
    e.verifier(controles.duree_longue(d["duree"], e.regles.vie_mois.get(d["bien"])))
    e.changer("dossier", dossier, **d)
    return Fait(f"La demande est enregistrée : {controles.montant(d['montant'])} sur {d['duree']} mois.", dossier["id"])


def _plan(e: Ecriture, d: dict[str, Any]) -> Fait:
    dossier = e.dossier("plan")
    sens = parmi(d["sens"], SENS, "Sens")
    nature = parmi(d["nature"], e.regles.natures[sens], "Nature")
    e.verifier(controles.montant_negatif(d["montant"], nul_admis=True))
    libelle = e.regles.natures[sens][nature]
    deja = e.lignes("plan_ligne", dossier=dossier["id"], sens=sens, nature=nature)
    if not d["montant"]:
        if not deja:
            raise Refus(f"Le plan n'a pas de ligne « {libelle} » : il n'y a rien à retirer.")
        e.retirer("plan_ligne", deja[0])
        return Fait(f"La ligne « {libelle} » est retirée des {SENS[sens]}.")
    if deja:
        e.changer("plan_ligne", deja[0], montant=d["montant"])
        rang = deja[0]["id"]
    else:
        rang = e.ajouter("plan_ligne", dossier=dossier["id"], sens=sens, nature=nature, montant=d["montant"])
    return Fait(f"{libelle} : {controles.montant(d['montant'])} dans les {SENS[sens]}.", rang)


def _completer(e: Ecriture, _: dict[str, Any]) -> Fait:
    dossier = e.dossier("completer")
    vides = [nom for cle, nom in _DEMANDE.items() if dossier[cle] is None]
    if vides:
        raise Refus(f"La demande n'est pas complète, il manque {', '.join(vides)} : saisissez-la d'abord.")
    e.verifier(controles.plan_desequilibre(e.lignes("plan_ligne", dossier=dossier["id"]), dossier["montant"]))
    jointes = [p["piece"] for p in e.lignes("piece", dossier=dossier["id"])]
    e.verifier(controles.pieces_absentes(e.regles.pieces, jointes))
    e.passer("dossier", dossier, "completer")
    return Fait("Le dossier est complet.", dossier["id"])


ACTIONS = (
    Action("ouvrir_dossier", "P4", {}, _ouvrir_dossier),
    Action(
        "saisir_demande",
        "P4",
        {
            "objet": Champ("Objet", champs.code),
            "bien": Champ("Bien financé", champs.code),
            "montant": Champ("Montant", champs.en_centimes),
            "duree": Champ("Durée", champs.entier(1, DUREE_MAX, "mois")),
            "taux": Champ("Taux", champs.en_points_de_base),
        },
        _saisir_demande,
    ),
    Action(
        "plan",
        "P4",
        {
            "sens": Champ("Sens", champs.code),
            "nature": Champ("Nature", champs.code),
            "montant": Champ("Montant", champs.en_centimes),
        },
        _plan,
    ),
    Action("completer", "P4", {}, _completer),
)
