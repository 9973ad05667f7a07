"""B5-MES: what the client of a copy calls for, played at the workstation; and a copy of typical mistakes."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from rncp_utils.poste.situation import Situation, situation
from rncp_utils.poste.tirage import client_tire

DEVOIR, CELLULE = "B5-MES", "poste"
CLIENTS = ("fournil", "nouri", "vasseur")
ECHEANCE, TARDIVE = "2027-03-31", "2027-09-30"
Actions = list[tuple[str, dict[str, Any]]]
Reponses = dict[str, dict[str, Any]]


class Attendu(NamedTuple):
    """What the documents of a client say must be done.

    Attributes
    ----------
    profil : dict
        Fields that are missing or wrong, as a learner would type them (amounts in euros).
    opportunites : dict
        Product → need and reason of what is to be created, the one subscribed today first.
    dementie, tenable : str
        Products of the opportunities that the system proposes: what a document contradicts, what nothing contradicts.
    objet, bien : str
        Demand; its amounts are those of the case.
    besoins : dict
        Lines of the plan, in euros.
    pieces : dict
        Document of each mandatory piece; ``perimee``: the piece whose first document had expired.
    garanties : list of tuple
        Kind, surety, share of the loan.
    reglages : dict
        Formula, options, beneficiary, mandate of the subscription; its IBAN is read in ``rib_pro``.
    """

    profil: dict[str, str]
    opportunites: dict[str, tuple[str, str]]
    dementie: str
    tenable: str
    objet: str
    bien: str
    besoins: dict[str, int]
    pieces: dict[str, str]
    perimee: str
    garanties: list[tuple[str, str, float]]
    reglages: dict[str, Any]


def modele(apprenant: str, session: str) -> Reponses:
    """The workstation of a learner who makes no mistake: one row an action, in order."""
    return ecrire(actions_du_modele(situation_de(apprenant, session)))


def erreurs(apprenant: str, session: str) -> tuple[Reponses, dict[str, float]]:
    """The workstation of somebody who makes the usual mistakes, and the points of each cell."""
    une = situation_de(apprenant, session)
    actions, points = actions_fautives(une)
    return ecrire(actions), points


def situation_de(apprenant: str, session: str) -> Situation:
    """Client and figures of a learner."""
    code = client_tire(CLIENTS, apprenant, DEVOIR, session)
    return situation(code, apprenant=apprenant, devoir=DEVOIR, session=session)


def ecrire(actions: Actions) -> Reponses:
    """Actions as a grader reads them and a test plays them: rank → name and data."""
    lignes = {f"{rang:03}": f"{nom} {json.dumps(d, ensure_ascii=False)}" for rang, (nom, d) in enumerate(actions, 1)}
    return {CELLULE: lignes}


def attendu_de(une: Situation) -> Attendu:
    """What is expected on a client."""
    return {"fournil": _fournil, "nouri": _nouri, "vasseur": _vasseur}[une.code](une)


def _fournil(une: Situation) -> Attendu:
    cas, foyer = une.cas, une.cas.foyer
    besoins = cas.projets[0].besoins
    return Attendu(
        profil={
            "ca": _texte(cas.exercices["N"]["FL"]),
            "loyer": _texte(cas.exercices["N"]["XQ"]),
            "credits_prives": _texte(sum(charge.mensualites["N"] for charge in foyer.charges)),
            "terminal": "Autre prestataire",
            "assurance_locaux": "Autre assureur",
        },
        opportunites={
            "PREVOYANCE": (
                "proteger_le_revenu",
                "Élise l'a dit le 8 janvier : un arrêt fermerait le fournil, et le régime ne verse que 60 € par jour.",
            ),
            "TPE": (
                "encaisser",
                "Terminal d'un autre prestataire, commission de 1,60 %, dénonçable avant le 31 janvier.",
            ),
        },
        dementie="MULTIRISQUE",
        tenable="PEE",
        objet="materiel",
        bien="materiel_production",
        besoins={"materiel": besoins["four"] + besoins["vitrine"], "travaux": besoins["électricité"]},
        pieces=_pieces("rne_2027", bilan="liasse", devis="devis_four"),
        perimee="extrait_registre",
        garanties=[
            ("gage_materiel", "Élise Marchand", 0.4),
            ("caution_mutuelle", "Organisme de garantie", 0.5),
        ],
        reglages={
            "formule": "60 € par jour",
            "options": ["frais_generaux"],
            "beneficiaire": "Julien Marchand",
            "mandat": "FOURNIL-2027-0112",
        },
    )


def _nouri(une: Situation) -> Attendu:
    cas = une.cas
    besoins = cas.projets[0].besoins
    return Attendu(
        profil={
            "ca": _texte(cas.exercices["N"]["FL"]),
            "loyer": _texte(cas.exercices["N"]["XQ"]),
            "effectif": "0",
            "situation": "Pacsé, séparation de biens",
            "terminal": "Aucun",
        },
        opportunites={
            "PREVOYANCE": (
                "proteger_le_revenu",
                "Elle l'a dit le 7 janvier : avec le prêt elle ne peut pas s'arrêter, le régime verse 60 € par jour.",
            ),
            "TPE": (
                "encaisser",
                "Chèques impayés en décembre et janvier, patients qui demandent la carte, aucun appareil.",
            ),
        },
        dementie="PEE",
        tenable="CYBER",
        objet="murs",
        bien="murs",
        besoins={"immobilier": besoins["murs"], "frais": besoins["frais"], "travaux": besoins["travaux"]},
        pieces=_pieces("rne", bilan="declaration", devis="compromis") | {"justificatif_domicile": "domicile_2027"},
        perimee="justificatif_domicile",
        garanties=[("hyp_legale_preteur_deniers", "Sophie Nouri", 0.8)],
        reglages={
            "formule": "40 € par jour",
            "options": ["frais_generaux", "franchise_courte"],
            "beneficiaire": "Thomas Vidal",
            "mandat": "NOURI-2027-0112",
        },
    )


def _vasseur(une: Situation) -> Attendu:
    cas = une.cas
    besoins = cas.projets[0].besoins
    return Attendu(
        profil={
            "ca": _texte(cas.exercices["N"]["FL"]),
            "loyer": _texte(cas.exercices["N"]["XQ"]),
            "effectif": _texte(cas.effectif_salarie),
            "autres_revenus": _texte(cas.foyer.revenus[2].montants["N"]),
            "prevoyance": "Autre assureur",
        },
        opportunites={
            "HOMMECLE": (
                "proteger_l_outil",
                "L'étude du 20 décembre chiffre l'absence de la gérante à 8 300 € par mois pendant dix-huit mois.",
            ),
            "PEE": ("fideliser", "Les quatre salariés demandent l'épargne salariale, les primes sont chargées."),
        },
        dementie="VIE",
        tenable="CYBER",
        objet="fonds",
        bien="fonds_commerce",
        besoins={"fonds": besoins["fonds"], "stock": besoins["stock"], "frais": besoins["frais"]},
        pieces=_pieces("kbis_2027", bilan="liasse", devis="promesse")
        | {"statuts": "statuts", "pouvoirs": "proces_verbal", "beneficiaires_effectifs": "beneficiaires"},
        perimee="extrait_registre",
        garanties=[
            ("nantissement_fonds_commerce", "Optique Vasseur", 0.4),
            ("caution_mutuelle", "Organisme de garantie", 0.5),
        ],
        reglages={
            "formule": "Capital de 150 000 €",
            "options": ["invalidite"],
            "beneficiaire": "Optique Vasseur",
            "mandat": "VASSEUR-2027-0112",
        },
    )


def _pieces(registre: str, *, bilan: str, devis: str) -> dict[str, str]:
    return {
        "demande": "demande_2",
        "piece_identite": "identite",
        "justificatif_domicile": "domicile",
        "extrait_registre": registre,
        "bilan": bilan,
        "avis_imposition": "avis_imposition",
        "devis": devis,
        "rib": "rib_pro",
    }


def actions_du_modele(une: Situation, attendu: Attendu | None = None) -> Actions:
    """The whole work on a client, in the order of the screens."""
    attendu, projet = attendu or attendu_de(une), une.cas.projets[0]
    lectures = [("lire_document", {"document": document}) for document in _a_lire(une)]
    profil = [("modifier", {"champ": champ, "valeur": valeur}) for champ, valeur in attendu.profil.items()]
    ressources = {"pret": projet.pret.montant, "apport": projet.apport}
    return [
        *lectures,
        ("consulter", {"ecran": "P2"}),
        *profil,
        *_opportunites(une, attendu),
        *_demande(une, attendu, projet.pret.montant, ressources),
        *_pieces_du_dossier(une, attendu),
        *_decision(une, attendu, delegataire(une, projet.pret.montant)),
        *_conditions(une, attendu),
        *_souscription(une, attendu, attendu.reglages),
    ]


def actions_fautives(
    une: Situation, attendu: Attendu | None = None, profil: dict[str, str] | None = None
) -> tuple[Actions, dict[str, float]]:
    """Usual mistakes, and the points that they leave in each cell.

    ``profil``: a profile with one missing field, and the turnover, each wrong in a known way.
    """
    attendu, projet = attendu or attendu_de(une), une.cas.projets[0]
    besoins = sum(attendu.besoins.values())
    # The rent of a month, the turnover of the year before.
    profil = profil or attendu.profil | {
        "ca": _texte(une.cas.exercices["N-1"]["FL"]),
        "loyer": f"{float(attendu.profil['loyer']) / 12:.2f}",
    }
    produit, second = attendu.opportunites
    creees = [
        ("creer_opportunite", _opportunite(produit, *attendu.opportunites[produit])),
        # The need alone, and a date that is too far away.
        ("creer_opportunite", _opportunite("", *attendu.opportunites[second]) | {"echeance": TARDIVE}),
    ]
    mal_signee = {**attendu.pieces, "demande": "demande_1"}
    # The branch is thought unable to decide, whatever the amount.
    fautives: Actions = [
        *[("modifier", {"champ": champ, "valeur": valeur}) for champ, valeur in profil.items()],
        *creees,
        *[("ecarter_opportunite", {"opportunite": rang, "motif": "Le client ne l'a pas demandé."}) for rang in (1, 2)],
        # The loan pays for everything: the down payment is forgotten.
        *_demande(une, attendu, besoins, {"pret": besoins}),
        *_pieces_du_dossier(une, attendu, mal_signee),
        *_decision(une, attendu, "engagements"),
        *_souscription(une, attendu, _regles_a_l_envers(une, attendu), inversee=True),
    ]
    joints = len(une.regles.pieces) - 1
    points = {
        "m5_profil": 3 * 2.5 + 2.5 / 2 + 4 / 2,
        # The second one: half of the two points of the need, the reason, no date; both proposals set aside.
        "m5_opp": 4 + (1 + 1) + 1,
        "m5_saisie": 5 * 2 + 1 + 1,
        "m5_pieces": round(3 + 5 * (joints - 1) / joints, 4),
        "m5_deleg": _points_de_la_route(une, projet.pret.montant, besoins) + 3 / 2,
        "m5_ordre": 6.0,
        # The beneficiary and the mandate.
        "m5_sous": 4.0,
    }
    return fautives, points


def _points_de_la_route(une: Situation, pret: int, saisi: int) -> float:
    """Sent to the service of commitments: right, half when it only follows from the amount that was typed, or wrong."""
    if delegataire(une, pret) == "engagements":
        return 3.0
    return 1.5 if delegataire(une, saisi) == "engagements" else 0.0


def delegataire(une: Situation, pret: int) -> str:
    """Who decides on a loan (euros): none of these clients owes the bank anything, and all are graded 5 or less."""
    return "agence" if 100 * pret <= une.regles.delegation_montant else "engagements"


def _regles_a_l_envers(une: Situation, attendu: Attendu) -> dict[str, Any]:
    """Another level, one option too many, the account that is not to be debited."""
    produit = next(iter(attendu.opportunites))
    offre = une.regles.produits[produit]
    formule = next(f for f in reversed(offre.formules) if f != attendu.reglages["formule"])
    return {**attendu.reglages, "formule": formule, "options": list(offre.options), "iban": _iban(une, autre=True)}


def _opportunites(une: Situation, attendu: Attendu) -> Actions:
    proposees = [ligne["produit"] for ligne in une.lignes["opportunite"]]
    motif = "Un document du dossier la dément : le client est équipé, opposé ou n'y a pas droit."
    return [
        *[("creer_opportunite", _opportunite(produit, *lue)) for produit, lue in attendu.opportunites.items()],
        ("ecarter_opportunite", {"opportunite": proposees.index(attendu.dementie) + 1, "motif": motif}),
    ]


def _opportunite(produit: str, besoin: str, motif: str) -> dict[str, Any]:
    return {"besoin": besoin, "produit": produit, "motif": motif, "echeance": ECHEANCE, "probabilite": "70"}


def _demande(une: Situation, attendu: Attendu, montant: int, ressources: dict[str, int]) -> Actions:
    pret = une.cas.projets[0].pret
    demande = {"objet": attendu.objet, "bien": attendu.bien, "montant": _texte(montant), "duree": str(pret.duree_mois)}
    taux = f"{100 * pret.taux:.2f}".replace(".", ",")
    lignes = [("besoin", nature, x) for nature, x in attendu.besoins.items()]
    lignes += [("ressource", nature, x) for nature, x in ressources.items() if x]
    return [
        ("ouvrir_dossier", {}),
        ("saisir_demande", demande | {"taux": taux}),
        *[("plan", {"sens": sens, "nature": nature, "montant": _texte(x)}) for sens, nature, x in lignes],
    ]


def _pieces_du_dossier(une: Situation, attendu: Attendu, pieces: dict[str, str] | None = None) -> Actions:
    pieces = pieces or attendu.pieces
    attendus = {d["id"]: d for d in une.lignes["document"]}
    a_demander = [piece for piece, document in pieces.items() if attendus[document]["sur_demande"]]
    return [
        *[("demander_document", {"piece": piece}) for piece in a_demander],
        *[("lire_document", {"document": pieces[piece]}) for piece in a_demander],
        *[("joindre", {"piece": piece, "document": document}) for piece, document in pieces.items()],
        ("completer", {}),
        ("controler", {}),
        ("analyser", {}),
    ]


def _decision(une: Situation, attendu: Attendu, vers: str) -> Actions:
    pret = une.cas.projets[0].pret.montant
    return [
        *[
            ("garantie", {"nature": nature, "garant": garant, "montant": _texte(round(part * pret))})
            for nature, garant, part in attendu.garanties
        ],
        ("avis", {"sens": "favorable", "texte": "Capacité de remboursement suffisante ; avis détaillé dans la fiche."}),
        ("transmettre", {"delegataire": vers}),
        ("recevoir_decision", {}),
    ]


def _conditions(une: Situation, attendu: Attendu) -> Actions:
    """The share that is financed asks for the down payment to be proved, above 80 %."""
    besoins = sum(attendu.besoins.values())
    if une.cas.projets[0].pret.montant * 10_000 <= besoins * une.regles.part_maximale:
        return []
    piece = une.regles.conditions["apport"].piece
    [document] = [d["id"] for d in une.lignes["document"] if d["piece"] == piece]
    return [
        ("demander_document", {"piece": piece}),
        ("lever_condition", {"condition": 1, "document": document}),
    ]


def _souscription(une: Situation, attendu: Attendu, reglages: dict[str, Any], *, inversee: bool = False) -> Actions:
    produit, (besoin, motif) = next(iter(attendu.opportunites.items()))
    offre = une.regles.produits[produit]
    suivie: dict[str, Any] = {"souscription": 1}
    recueil = [("recueillir", suivie | {"besoin": besoin, "texte": motif})]
    information = [("informer", suivie | {"document": document}) for document in offre.informations]
    return [
        ("commencer_conseil", {"produit": produit}),
        *(information + recueil if inversee else recueil + information),
        ("conseiller", suivie | {"besoin": besoin, "texte": "Ce contrat répond au besoin dit en janvier."}),
        ("regler", suivie | {"iban": _iban(une)} | reglages),
        ("accord", suivie),
        *[("remettre", suivie | {"document": document}) for document in offre.remises],
        ("signer", suivie),
        ("activer", suivie),
    ]


def _a_lire(une: Situation) -> list[str]:
    """Documents of the client that the branch holds."""
    produits = ("information_produit", "contrat_produit")
    return [d["id"] for d in une.lignes["document"] if not d["sur_demande"] and d["piece"] not in produits]


def _iban(une: Situation, *, autre: bool = False) -> str:
    """Account to be debited: the one of the business; ``autre``: the other one that the documents show."""
    ribs = {d["id"]: dict(d["lignes"])["IBAN"] for d in une.lignes["document"] if d["id"].startswith("rib_")}
    return next(iban for nom, iban in ribs.items() if (nom == "rib_pro") != autre)


def _texte(montant: float) -> str:
    return f"{montant:.2f}".removesuffix(".00")
