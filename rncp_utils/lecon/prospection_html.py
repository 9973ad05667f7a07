"""HTML of an action of prospection: what a plan reaches and costs, then what the action gave. No rate is worked out."""

from __future__ import annotations

import pandas as pd

from rncp_utils.donnees import charger
from rncp_utils.figures import FEUILLE_DE_STYLE, presenter
from rncp_utils.formats import euros, formater_nombre
from rncp_utils.lecon.lecon_html import texte
from rncp_utils.portefeuille.ciblage import SECTIONS
from rncp_utils.portefeuille.prospection import (
    Action,
    Plan,
    bilan,
    cibler,
    cout,
    figure_de_l_action,
    heures_disponibles,
    heures_par_prospect,
    nombre_traitable,
)
from rncp_utils.portefeuille.prospection.figures import tableau_des_etapes
from rncp_utils.portefeuille.prospection.plan import OBJECTIFS
from rncp_utils.portefeuille.prospection.reglage import CHOIX
from rncp_utils.typographie import enumerer

OPPOSES = (
    "Un prospect opposé à la prospection n'est jamais contactable : il ne compte ni dans la cible, ni dans les taux. "
    "Une fiche gardée trop longtemps n'en est plus une."
)


TITRE_DU_DETAIL = "Un prospect par ligne, dans l'ordre des contacts ; dates en jour et mois"


def preparation(plan: Plan) -> str:
    """What the plan would reach and cost, before it is launched.

    Raises
    ------
    ErreurDonnees
        Empty target, or too small.
    """
    prospects, reste = cibler(plan, charger("prospects"), charger("territoire"))
    filtre = pd.DataFrame({"Prospects": reste.values()}, index=pd.Index(list(reste), name="Ce qui reste"))
    heures, chacun = heures_disponibles(plan), heures_par_prospect(plan)
    traites = min(len(prospects), nombre_traitable(plan))
    canal, relances = plan.option("canal"), plan.option("relances")["nombre"]
    lignes = {
        "Période": f"du {plan.debut:%d/%m/%Y} au {plan.fin:%d/%m/%Y}",
        "Heures de prise de contact disponibles": f"{formater_nombre(heures, 0)} h",
        "Heures à prévoir par prospect, relances comprises": f"{formater_nombre(chacun, 2)} h",
        "Prospects que ces heures permettent de traiter": f"{traites} sur {len(prospects)}",
        "Frais fixes, TTC": euros(canal["fixe"]),
        "Coût par prospect traité, TTC": euros(canal["prospect"], 2),
        "Coût par relance faite, TTC": euros(canal["relance"], 2),
        "Relances au plus, si personne ne répond avant": str(relances * traites),
        "Votre budget, TTC": euros(plan.budget),
        "Marge attendue d'un client, sur trois ans": euros(plan.option("offre")["marge"]),
    }
    moyens = pd.DataFrame({"Valeur": lignes.values()}, index=pd.Index(list(lignes), name="Élément"))
    alerte = (
        ""
        if traites == len(prospects)
        else _paragraphe(
            "Les heures ne suffisent pas pour toute la cible : les derniers de la liste ne seront pas contactés."
        )
    )
    return (
        _STYLE
        + presenter(filtre, titre="Votre cible, filtre après filtre").html()
        + _paragraphe(OPPOSES)
        + presenter(moyens, titre="Vos moyens").html()
        + alerte
    )


def relecture(plan: Plan) -> str:
    """The plan and the objectives that a launch would freeze, then what they would reach and cost.

    Raises
    ------
    ErreurDonnees
        Like :func:`preparation`.
    """
    vises = {f"Objectif : {nom}": str(plan.objectifs[cle]) for cle, nom in OBJECTIFS.items()}
    return _STYLE + presenter(_plan(plan, vises), titre="Le plan à lancer").html() + preparation(plan)


def resultats(action: Action) -> str:
    """What the action gave: plan, funnel, costs, recommendations, and one row a prospect."""
    comptes = bilan(action)
    nom = action.plan.option("demande")["nom"]
    moment = nom[0].lower() + nom[1:]
    reseau = pd.DataFrame(
        {
            "Nombre": [
                comptes[cle]
                for cle in ("rdv_fichier", "rdv_client", "rdv_prescripteur", "demandes", "recommandants", "oppositions")
            ]
        },
        index=pd.Index(
            [
                "Rendez-vous venus du fichier seul",
                "Rendez-vous dont le prospect était recommandé par un client",
                "Rendez-vous dont le prospect était présenté par un prescripteur",
                f"Personnes à qui vous avez demandé une recommandation ({moment})",
                "Personnes qui ont donné un nom, avec l'accord de l'intéressé",
                "Personnes qui ont demandé à ne plus être contactées",
            ],
            name="Élément",
        ),
    )
    return (
        _STYLE
        + presenter(_plan(action.plan, {}), titre="Le plan lancé").html()
        + figure_de_l_action(action).html()
        + presenter(tableau_des_etapes(action), titre="Objectifs et résultats").html()
        + presenter(_couts(action), titre="Les dépenses de l'action, TTC, temps de contact compris").html()
        + presenter(reseau, titre="D'où viennent les rendez-vous, et ce que donnent vos demandes").html()
        + f"<details><summary>{texte('Le détail, prospect par prospect')}</summary>"
        + f'<div class="rncp-detail" role="region" tabindex="0" aria-label="{texte(TITRE_DU_DETAIL)}">'
        + presenter(detail(action), titre=TITRE_DU_DETAIL).html()
        + "</div></details>"
    )


def detail(action: Action) -> pd.DataFrame:
    """One row a prospect, as a learner reads it."""
    t = action.prospects
    communes = charger("territoire").set_index("commune_insee")["commune"]
    etape = pd.Series("non traité", index=t.index)
    for colonne, nom in (
        ("traite", "non joint"),
        ("joint", "joint"),
        ("rdv", "rendez-vous"),
        ("offre", "offre"),
        ("ouverture", "ouverture"),
    ):
        etape = etape.mask(t[colonne], nom)
    return pd.DataFrame(
        {
            "Entreprise": t["raison_sociale"],
            "Secteur": t["section"].map(SECTIONS),
            "Commune": t["commune_insee"].map(communes),
            "Potentiel": t["potentiel"],
            "Présenté par": t["presente_par"]
            .map({"client": "un client", "prescripteur": "un prescripteur"})
            .fillna("–"),
            "Premier essai": _jour_et_mois(t["premier_essai"]),
            "Relances": t["relances"],
            "Rendez-vous": _jour_et_mois(t["date_rdv"]),
            "Dernière étape": etape.mask(t["opposition"], "joint, s'oppose à la prospection"),
            "Nom donné": t["recommande"].map({True: "oui", False: "–"}),
        },
        index=t.index.rename("Prospect"),
    )


def _plan(plan: Plan, vises: dict[str, str]) -> pd.DataFrame:
    lignes = {"Les secteurs": enumerer([SECTIONS[s] for s in plan.secteurs])}
    lignes |= {nom[0].upper() + nom[1:]: plan.option(champ)["nom"] for champ, nom in CHOIX.items()}
    lignes |= {"Les prospects à contacter, au plus": str(plan.nombre), "Le budget": euros(plan.budget)} | vises
    return pd.DataFrame({"Votre choix": lignes.values()}, index=pd.Index(list(lignes), name="Question"))


def _couts(action: Action) -> pd.DataFrame:
    table = cout(action)[["quantite", "prix"]]
    return pd.DataFrame(
        {
            "Quantité": [formater_nombre(quantite) for quantite in table["quantite"]],
            "Prix unitaire": [euros(prix, 2) for prix in table["prix"]],
        },
        index=table.index,
    )


def _jour_et_mois(dates: pd.Series) -> pd.Series:
    return dates.dt.strftime("%d/%m").fillna("–")


def _paragraphe(phrase: str) -> str:
    return f"<p>{texte(phrase)}</p>"


# Eleven columns: the whole width of the page, and words that stay whole. On a small screen the table scrolls alone.
_STYLE = f"""<style>{FEUILLE_DE_STYLE}
.rncp-questionnaire:has(.rncp-detail) {{ max-width: none; }}
.rncp-detail {{ overflow-x: auto; }}
.rncp-detail.rncp-detail table {{ font-size: 13px; overflow-wrap: normal; }}
.rncp-detail.rncp-detail.rncp-detail :is(th, td) {{ padding: .2rem .35rem; }}
</style>"""
