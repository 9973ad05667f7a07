"""B5-MES: what the client of a copy calls for, played at the workstation; and a copy of typical mistakes.

What is expected follows from what was planted for the learner (``situation.tirage``); ``clients.yaml`` says how.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from rncp_utils.credit.garanties.catalogue import surete
from rncp_utils.poste.situation import Situation, situation
from rncp_utils.poste.tirage import client_tire
from rncp_utils.yaml_strict import lire_yaml

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
    fautes : dict
        Values of some of them that earn half of the points.
    opportunites : dict
        Product → need and reason of what is to be created, the one subscribed today first.
    dementie, tenable : str
        Products of the opportunities that the system proposes: what a document contradicts, what nothing contradicts.
    objet, bien : str
        Demand; its amounts are those of the case.
    besoins : dict
        Lines of the plan, in euros.
    pieces : dict
        Document of each mandatory piece; ``perimee``: the piece whose first document had expired; ``mal_signee``: the
        demand that somebody else signed, or an empty text when a piece is missing instead.
    garanties : list of tuple
        Kind, surety, amount in euros: what is kept of it after its haircut.
    reglages : dict
        Formula, options, beneficiary, mandate of the subscription; its IBAN is read in ``compte``.
    """

    profil: dict[str, str]
    fautes: dict[str, str]
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
    mal_signee: str = "demande_1"
    compte: str = "rib_pro"


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
    """What is expected on a client, with what was planted for the learner."""
    lu = _clients()[une.code]
    besoins, contrat, pieces = (lu["axes"][axe][une.tirage.get(axe, "a")] for axe in ("besoins", "contrat", "pieces"))
    protection = lu["protection"] | contrat.get("protection", {})
    second, *raisons = besoins["second"]
    du_projet = une.cas.projets[0].besoins
    return Attendu(
        profil=(profil := _profil(une, lu["profil"] | besoins.get("profil", {}) | contrat.get("profil", {}))),
        fautes=_fautes_du_profil(une, profil),
        opportunites={
            protection["produit"]: (protection["besoin"], protection["motif"]),
            second: tuple(raisons),
        },
        dementie=besoins["dementie"],
        tenable=besoins["tenable"],
        objet=lu["objet"],
        bien=lu["bien"],
        besoins={nature: sum(du_projet[nom] for nom in noms) for nature, noms in lu["besoins_du_plan"].items()},
        pieces=_PIECES | lu["pieces"] | pieces.get("pieces", {}),
        perimee=pieces["perimee"],
        garanties=_garanties(une),
        reglages={
            "formule": contrat["formule"],
            "options": contrat["options"],
            "beneficiaire": protection["beneficiaire"],
            "mandat": lu["mandat"],
        },
        mal_signee=pieces.get("mal_signee", ""),
        compte=contrat["compte"],
    )


_PIECES = {
    "demande": "demande_2",
    "piece_identite": "identite",
    "justificatif_domicile": "domicile",
    "avis_imposition": "avis_imposition",
    "rib": "rib_pro",
}


@cache
def _clients() -> dict[str, Any]:
    return lire_yaml(Path(__file__).with_name("clients.yaml")).contenu


def _profil(une: Situation, du_client: dict[str, str]) -> dict[str, str]:
    """Fields whose value, when the workstation opens, is not what the documents say."""
    cas, exercice = une.cas, une.cas.exercices["N"]
    vrais = du_client | {"ca": _texte(exercice["FL"]), "loyer": _texte(exercice["XQ"])}
    vrais |= {"autres_revenus": _texte(cas.foyer.revenus[-1].montants["N"])}
    if une.code != "nouri":  # whose files show no staff, and a rent among her charges
        vrais |= {"effectif": _texte(cas.effectif_salarie)}
        vrais |= {"credits_prives": _texte(sum(charge.mensualites["N"] for charge in cas.foyer.charges))}
    plantes = _plantes(une)
    return {nom: vrai for nom, vrai in vrais.items() if plantes[nom] != vrai}


def _plantes(une: Situation) -> dict[str, str | None]:
    return {champ["nom"]: champ["valeur"] for champ in une.lignes["champ"]}


def _fautes_du_profil(une: Situation, profil: dict[str, str]) -> dict[str, str]:
    """Usual mistakes on these fields; the value that was planted is nobody's mistake: it was left there."""
    revenus = [revenu.montants["N"] for revenu in une.cas.foyer.revenus]
    connues = {
        "ca": _texte(une.cas.exercices["N-1"]["FL"]),
        "loyer": f"{une.cas.exercices['N']['XQ'] / 12:.2f}",
        "autres_revenus": _texte(revenus[0] + revenus[-1]),
    }
    if une.code == "fournil":
        connues["credits_prives"] = _texte(une.cas.foyer.charges[0].mensualites["N"])
    if une.code == "vasseur":
        connues["effectif"] = _texte(une.cas.effectif_salarie + 1)
    plantes = _plantes(une)
    return {nom: faute for nom, faute in connues.items() if nom in profil and plantes[nom] != faute}


def _garanties(une: Situation) -> list[tuple[str, str, float]]:
    """What is bought, kept at its price less its haircut, and the guarantor that covers half of the loan."""
    nature, garant, noms = {
        "fournil": ("gage_materiel", "Élise Marchand", ("four", "vitrine")),
        "nouri": ("hyp_legale_preteur_deniers", "Sophie Nouri", ("murs",)),
        "vasseur": ("nantissement_fonds_commerce", "Optique Vasseur", ("fonds",)),
    }[une.code]
    projet = une.cas.projets[0]
    retenu = sum(projet.besoins[nom] for nom in noms) * (1 - surete(nature).decote_defaut)
    return [(nature, garant, retenu), ("caution_mutuelle", "Organisme de garantie", projet.pret.montant / 2)]


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
        *_decision(attendu, delegataire(une, projet.pret.montant)),
        *_conditions(une, attendu),
        *_souscription(une, attendu, attendu.reglages),
    ]


def actions_fautives(une: Situation, attendu: Attendu | None = None) -> tuple[Actions, dict[str, float]]:
    """Usual mistakes, and the points that they leave in each cell."""
    attendu, projet = attendu or attendu_de(une), une.cas.projets[0]
    besoins = sum(attendu.besoins.values())
    profil = attendu.profil | attendu.fautes
    produit, second = attendu.opportunites
    creees = [
        ("creer_opportunite", _opportunite(produit, *attendu.opportunites[produit])),
        # The need alone, and a date that is too far away.
        ("creer_opportunite", _opportunite("", *attendu.opportunites[second]) | {"echeance": TARDIVE}),
    ]
    mal_signee = attendu.pieces | ({"demande": attendu.mal_signee} if attendu.mal_signee else {})
    # The branch is thought unable to decide, whatever the amount.
    fautives: Actions = [
        *[("modifier", {"champ": champ, "valeur": valeur}) for champ, valeur in profil.items()],
        *creees,
        *[("ecarter_opportunite", {"opportunite": rang, "motif": "Le client ne l'a pas demandé."}) for rang in (1, 2)],
        # The loan pays for everything: the down payment is forgotten.
        *_demande(une, attendu, besoins, {"pret": besoins}),
        *_pieces_du_dossier(une, attendu, mal_signee),
        *_decision(attendu, "engagements"),
        *_souscription(une, attendu, _regles_a_l_envers(une, attendu), inversee=True),
    ]
    joints, plantes = len(une.regles.pieces) - 1, _plantes(une)
    mauvaises = 1 if attendu.mal_signee else 0
    points = {
        "m5_profil": 14 - sum(_points_du_champ(plantes[nom]) / 2 for nom in attendu.fautes),
        # The second one: half of the two points of the need, the reason, no date; both proposals set aside.
        "m5_opp": 4 + (1 + 1) + 1,
        "m5_saisie": 5 * 2 + 1 + 1,
        "m5_pieces": round(3 + 5 * (joints - mauvaises) / joints, 4),
        "m5_deleg": _points_de_la_route(une, projet.pret.montant, besoins) + 3 / 2,
        "m5_ordre": 6.0,
        # The beneficiary and the mandate; the level, the options and the account are not those that are wanted.
        "m5_sous": 4.0,
    }
    return fautives, points


def _points_du_champ(plante: str | None) -> float:
    """A field that is missing, or the one that a document contradicts."""
    return 2.5 if plante is None else 4.0


def _points_de_la_route(une: Situation, pret: int, saisi: int) -> float:
    """Sent to the service of commitments: right, half when it only follows from the amount that was typed, or wrong."""
    if delegataire(une, pret) == "engagements":
        return 3.0
    return 1.5 if delegataire(une, saisi) == "engagements" else 0.0


def delegataire(une: Situation, pret: int) -> str:
    """Who decides on a loan (euros): none of these clients owes the bank anything, and all are graded 5 or less."""
    return "agence" if 100 * pret <= une.regles.delegation_montant else "engagements"


def _regles_a_l_envers(une: Situation, attendu: Attendu) -> dict[str, Any]:
    """Another level, the options that are not wanted, the account that is not to be debited."""
    produit = next(iter(attendu.opportunites))
    offre = une.regles.produits[produit]
    formule = next(f for f in reversed(offre.formules) if f != attendu.reglages["formule"])
    options = [option for option in offre.options if option not in attendu.reglages["options"]]
    return {**attendu.reglages, "formule": formule, "options": options, "iban": _iban(une, attendu.compte, autre=True)}


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


def _decision(attendu: Attendu, vers: str) -> Actions:
    return [
        *[
            ("garantie", {"nature": nature, "garant": garant, "montant": _texte(round(montant))})
            for nature, garant, montant in attendu.garanties
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
        ("regler", suivie | {"iban": _iban(une, attendu.compte)} | reglages),
        ("accord", suivie),
        *[("remettre", suivie | {"document": document}) for document in offre.remises],
        ("signer", suivie),
        ("activer", suivie),
    ]


def _a_lire(une: Situation) -> list[str]:
    """Documents of the client that the branch holds."""
    produits = ("information_produit", "contrat_produit")
    return [d["id"] for d in une.lignes["document"] if not d["sur_demande"] and d["piece"] not in produits]


def _iban(une: Situation, compte: str, *, autre: bool = False) -> str:
    """Account to be debited, as its document shows it; ``autre``: the other one that the documents show."""
    ribs = {d["id"]: dict(d["lignes"])["IBAN"] for d in une.lignes["document"] if d["id"].startswith("rib_")}
    return next(iban for nom, iban in ribs.items() if (nom == compte) != autre)


def _texte(montant: float) -> str:
    return f"{montant:.2f}".removesuffix(".00")
