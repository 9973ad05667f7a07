"""What a learner does at the workstation in lessons B5-L1 and B5-L2, as actions: shared by several tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Gestes = list[tuple[str, dict[str, Any]]]

# B5-L1, Optique Vasseur.

PIECES_DU_PROFIL = {
    "effectif": ("personnel", "4"),
    "loyer": ("quittance", "35 000"),
    "autres_revenus": ("avis_imposition", "26 400"),
    "prevoyance": ("prevoyance", "Autre assureur"),
    "ca": ("liasse", "613 500"),
}


def profil(**autres: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each piece read, then its field written; ``autres`` changes a value, or leaves the field out (None)."""
    for champ, (document, valeur) in PIECES_DU_PROFIL.items():
        ecrit = autres.get(champ, valeur)
        yield "lire_document", {"document": document}
        if ecrit is not None:
            yield "modifier", {"champ": champ, "valeur": ecrit}


def opportunite(produit: str, besoin: str, motif: str, probabilite: str = "60") -> tuple[str, dict[str, Any]]:
    donnees = {"besoin": besoin, "produit": produit, "motif": motif}
    return "creer_opportunite", {**donnees, "echeance": "31/03/2027", "probabilite": probabilite}


HOMME_CLE = opportunite("HOMMECLE", "proteger_l_outil", "Note d'appel du 8 janvier : sans elle, plus de remboursement")
EPARGNE = opportunite("PEE", "fideliser", "Réunion du 20 novembre : les salariés en parlent, rien en place")
REFUS_ECRIT = ("ecarter_opportunite", {"opportunite": 2, "motif": "Opposition écrite du 16 novembre, épargne privée"})

# Gestures, the objective that they miss, what is said of it.
OPPORTUNITES_FAUTIVES: list[tuple[Gestes, str, str]] = [
    ([EPARGNE, REFUS_ECRIT], "HOMMECLE", "aucune opportunité n'y répond"),
    (
        [opportunite("HOMMECLE", "proteger_le_revenu", "Note d'appel du 8 janvier 2027"), EPARGNE, REFUS_ECRIT],
        "HOMMECLE",
        "non la famille",
    ),
    (
        [HOMME_CLE, opportunite("PEE", "fideliser", "Bonne idée pour une équipe motivée"), REFUS_ECRIT],
        "PEE",
        "ni document, ni date",
    ),
    (
        [HOMME_CLE, opportunite("PEE", "fideliser", "Réunion du 20 novembre 2026", "100"), REFUS_ECRIT],
        "PEE",
        # The workstation refuses what is certain: nothing was created.
        "aucune opportunité n'y répond",
    ),
    ([HOMME_CLE, EPARGNE], "ecart", "contredite par un courrier"),
    (
        [
            HOMME_CLE,
            EPARGNE,
            REFUS_ECRIT,
            ("ecarter_opportunite", {"opportunite": 1, "motif": "Aucun contrat n'est connu, donc aucun besoin"}),
        ],
        "question",
        "Une absence n'est pas un non",
    ),
    (
        [HOMME_CLE, EPARGNE, REFUS_ECRIT, opportunite("CYBER", "proteger_l_outil", "Fichier en ligne de 2026")],
        "question",
        "doublon",
    ),
    (
        [HOMME_CLE, EPARGNE, REFUS_ECRIT, opportunite("SANTE", "fideliser", "Échéancier de décembre 2026 lu")],
        "de_trop",
        "existe déjà",
    ),
    (
        [HOMME_CLE, EPARGNE, REFUS_ECRIT] + 4 * [opportunite("RCPRO", "proteger_des_reclamations", "Trop court")],
        "forcage",
        "P3-B1",
    ),
]


# B5-L2, Le Fournil d'Élise.

DEMANDE = {"objet": "materiel", "bien": "materiel_production", "montant": "60 000", "duree": "84", "taux": "4,10"}
PLAN = {
    ("besoin", "materiel"): "60 000",
    ("besoin", "travaux"): "8 000",
    ("ressource", "pret"): "60 000",
    ("ressource", "apport"): "8 000",
}
PIECES = {
    "piece_identite": "identite",
    "justificatif_domicile": "domicile",
    "bilan": "liasse",
    "avis_imposition": "avis_imposition",
    "devis": "devis_four",
    "rib": "rib_pro",
}
AVIS = (
    "Four et vitrine, 60 000 € sur 84 mois, apport de 8 000 €. La CAF couvre largement les annuités. Après les "
    "prélèvements, il manque un peu moins de 1 800 € par an jusqu'en juin 2028. Gage et organisme. Favorable."
)


def saisie(plan: dict | None = None, **autres: str) -> Gestes:
    lignes = [("plan", {"sens": s, "nature": n, "montant": m}) for (s, n), m in (plan or PLAN).items()]
    return [("ouvrir_dossier", {}), ("saisir_demande", DEMANDE | autres), *lignes]


def joindre(piece: str, document: str, *, lire: bool = True) -> Gestes:
    lecture = [("lire_document", {"document": document})] if lire else []
    return [*lecture, ("joindre", {"piece": piece, "document": document})]


def pieces(registre: str = "rne_2027", demande: str = "demande_2", *, lire: bool = True) -> Gestes:
    demandes = [("demander_document", {"piece": piece}) for piece in ("extrait_registre", "demande")]
    choisies = PIECES | {"extrait_registre": registre, "demande": demande}
    jointes = [geste for piece, document in choisies.items() for geste in joindre(piece, document, lire=lire)]
    return [*demandes, *jointes, ("completer", {}), ("controler", {})]


GAGE = ("garantie", {"nature": "gage_materiel", "garant": "Élise Marchand", "montant": "30 000"})
ORGANISME = ("garantie", {"nature": "caution_mutuelle", "garant": "Organisme de garantie", "montant": "30 000"})


def decision(garanties: Gestes | None = None, avis: str = AVIS, sens: str = "favorable", a: str = "agence") -> Gestes:
    return [
        ("analyser", {}),
        *([GAGE, ORGANISME] if garanties is None else garanties),
        ("avis", {"sens": sens, "texte": avis}),
        ("transmettre", {"delegataire": a}),
        ("recevoir_decision", {}),
    ]


FIN: Gestes = [
    ("demander_document", {"piece": "justificatif_apport"}),
    ("lire_document", {"document": "epargne"}),
    ("lever_condition", {"condition": 1, "document": "epargne"}),
    ("editer", {}),
    ("prendre_garantie", {"garantie": 1}),
    ("prendre_garantie", {"garantie": 2}),
    ("debloquer", {}),
]


# After a demand and pieces that are right.
DECISIONS_FAUTIVES: list[tuple[Gestes, str, str]] = [
    (decision([]), "garanties", "aucune n'est saisie"),
    (decision([ORGANISME]), "garanties", "l'organisme demande un gage"),
    (decision([GAGE]), "garanties", "50,0 % du prêt"),
    (
        decision([("garantie", GAGE[1] | {"montant": "60 000"}), ORGANISME]),
        "garanties",
        "plus que sa valeur retenue",
    ),
    (
        decision([("garantie", GAGE[1] | {"nature": "hypotheque_conventionnelle"}), GAGE, ORGANISME]),
        "garanties",
        "n'engage pas la maison",
    ),
    (decision(avis="Bon dossier."), "avis", "trop court"),
    (decision(avis=AVIS.replace("prélèvements", "dépenses")), "avis", "après prélèvements"),
    (decision(sens="defavorable"), "avis", "défavorable"),
    (decision(sens="defavorable"), "decision", "refus"),
    (decision(a="engagements"), "delegataire", "l'agence suffisait"),
]

# What each exercise judged at the workstation asks: the gestures that answer it, in the order of the page.
MODELES: dict[str, dict[str, Gestes]] = {
    "B5-L1": {
        "E3": list(profil()),
        "E6": [HOMME_CLE, EPARGNE, REFUS_ECRIT],
        "E7": [("prendre_rendez_vous", {"jour": "26/01/2027", "objet": "Équipe et protection de la société"})],
    },
    "B5-L2": {
        "E3": saisie(),
        "E5": pieces(),
        "E10": decision(),
        "E11": FIN,
    },
}
EXERCICES = {
    "B5-L1": {"E3": "profil_attendu", "E6": "opportunites_attendues", "E7": ""},
    "B5-L2": {
        "E3": "demande_attendue",
        "E5": "pieces_attendues",
        "E10": "decision_attendue",
        "E11": "mise_en_place",
    },
}
