"""F-B5: what Kélya Shop calls for, played at the workstation; and a copy of typical mistakes with its points."""

from __future__ import annotations

from pathlib import Path

from rncp_utils.autograde.attendus import charger_attendus
from rncp_utils.credit.garanties.catalogue import surete
from rncp_utils.poste.situation import Situation, situation

# Whoever corrects this training has the key of the assessment too: one way of playing a client serves both.
epreuve = charger_attendus(Path(__file__).parents[2], "B5-MES")
DEVOIR, CLIENT = "F-B5", "kelya"


def modele(apprenant: str, session: str) -> epreuve.Reponses:
    """The workstation of a learner who makes no mistake: one row an action, in order."""
    return epreuve.ecrire(actions_du_modele(situation_de(apprenant, session)))


def erreurs(apprenant: str, session: str) -> tuple[epreuve.Reponses, dict[str, float]]:
    """The workstation of somebody who makes the usual mistakes, and the points of each cell."""
    actions, points = actions_fautives(situation_de(apprenant, session))
    return epreuve.ecrire(actions), points


def situation_de(apprenant: str, session: str) -> Situation:
    """Figures of a learner."""
    return situation(CLIENT, apprenant=apprenant, devoir=DEVOIR, session=session)


def actions_du_modele(une: Situation) -> epreuve.Actions:
    """The whole work on the client, in the order of the screens."""
    return epreuve.actions_du_modele(une, attendu_de(une))


def actions_fautives(une: Situation) -> tuple[epreuve.Actions, dict[str, float]]:
    """Usual mistakes, and the points that they leave in each cell."""
    actions, points = epreuve.actions_fautives(une, attendu_de(une))
    points = {nom.replace("m5_", "fb5_"): valeur for nom, valeur in points.items()}
    # No down payment was to be forgotten: the demand is right. The mandate is, and the contract is in force.
    return actions, points | {"fb5_saisie": 14.0, "fb5_deleg": 0 + 3 / 2, "fb5_sous": 2.0 + 2.0}


def attendu_de(une: Situation) -> epreuve.Attendu:
    """What the documents of the client say must be done."""
    cas = une.cas
    return epreuve.Attendu(
        profil={
            "ca": str(cas.tresorerie_micro["N"].encaissements),
            "naf": cas.naf,
            "regime_social": "Salarié et indépendant",
            "credits_prives": str(cas.foyer.charges[0].mensualites["N"]),
            "terminal": "Aucun",
        },
        # The rent of the home counted with the student loan; the turnover of the year before.
        fautes={
            "credits_prives": str(sum(charge.mensualites["N"] for charge in cas.foyer.charges)),
            "ca": str(cas.tresorerie_micro["N-1"].encaissements),
        },
        opportunites={
            "CYBER": (
                "proteger_l_outil",
                "Boutique détournée quatre jours en octobre, données de 3 400 clients, rien n'était assuré.",
            ),
            "VAD": ("encaisser", "Son propre site ouvre en avril : il lui faut une page de paiement."),
        },
        dementie="TPE",
        tenable="PREVOYANCE",
        objet="stock",
        bien="stock",
        besoins={"stock": cas.projets[0].besoins["stock"]},
        pieces={
            "demande": "demande_2",
            "piece_identite": "identite",
            "justificatif_domicile": "domicile",
            "extrait_registre": "rne_2027",
            "livre_recettes": "livre",
            "avis_imposition": "avis_imposition",
            "devis": "proforma",
            "rib": "rib_pro",
        },
        perimee="extrait_registre",
        garanties=[
            (
                "gage_stocks",
                "Kelly Moreau",
                cas.projets[0].besoins["stock"] * (1 - surete("gage_stocks").decote_defaut),
            ),
            ("caution_mutuelle", "Organisme de garantie", cas.projets[0].pret.montant / 2),
        ],
        reglages={
            "formule": "Plafond de 100 000 €",
            "options": ["arret_du_site"],
            "beneficiaire": "",
            "mandat": "KELYA-2027-0112",
        },
    )
