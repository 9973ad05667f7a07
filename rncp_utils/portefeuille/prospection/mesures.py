"""What an action gave: its counts, its cost, and the indicators that a report works out from them."""

from __future__ import annotations

import pandas as pd

from rncp_utils.portefeuille.campagne import cout_acquisition, entonnoir, recommandations, roi_campagne
from rncp_utils.portefeuille.prospection.simulation import CLIENT, ETAPES, PRESCRIPTEUR, Action


def bilan(action: Action) -> pd.Series:
    """Comptes d'une action : ce que l'on relève avant tout calcul.

    Returns
    -------
    Series
        ``cibles``, ``traites``, ``joints``, ``rdv``, ``offres``, ``ouvertures`` ; ``relances`` faites ; ``oppositions``
        reçues ; ``demandes`` de recommandation et ``recommandants`` (personnes qui ont donné un nom) ;
        ``rdv_prescripteur``, ``rdv_client``, ``rdv_fichier`` (rendez-vous selon qui a présenté l'agence) ; ``heures``.
    """
    t = action.prospects
    par = t.loc[t["rdv"], "presente_par"]
    demandes = t[action.plan.option("demande")["aupres"]]
    return pd.Series(
        {
            "cibles": len(t),
            "traites": t["traite"].sum(),
            "joints": t["joint"].sum(),
            "rdv": t["rdv"].sum(),
            "offres": t["offre"].sum(),
            "ouvertures": t["ouverture"].sum(),
            "relances": t["relances"].sum(),
            "oppositions": t["opposition"].sum(),
            "demandes": demandes.sum(),
            "recommandants": t["recommande"].sum(),
            "rdv_prescripteur": (par == PRESCRIPTEUR).sum(),
            "rdv_client": (par == CLIENT).sum(),
            "rdv_fichier": (par == "").sum(),
            "heures": t["heures"].sum(),
        }
    ).astype("float64")


def cout(action: Action) -> pd.DataFrame:
    """Coût d'une action, poste par poste : ``quantite``, ``prix`` et ``montant`` (€, temps de contact compris)."""
    canal, comptes = action.plan.option("canal"), bilan(action)
    lignes = {
        "Frais fixes": (1.0, canal["fixe"]),
        "Prospects traités": (comptes["traites"], canal["prospect"]),
        "Relances faites": (comptes["relances"], canal["relance"]),
    }
    table = pd.DataFrame.from_dict(lignes, orient="index", columns=["quantite", "prix"]).astype("float64")
    table["montant"] = table["quantite"] * table["prix"]
    return table.rename_axis("Poste")


def etapes(action: Action) -> pd.DataFrame:
    """Entonnoir de l'action, des prospects de la cible aux ouvertures (:func:`~rncp_utils.portefeuille.entonnoir`)."""
    comptes = bilan(action)
    return entonnoir({etape: int(comptes[etape]) for etape in ETAPES})


def indicateurs(action: Action) -> pd.Series:
    """Indicateurs d'un rapport d'activité.

    Returns
    -------
    Series
        ``taux_rdv`` (rendez-vous sur joints), ``taux_offre`` (offres sur rendez-vous), ``taux_ouverture`` (ouvertures
        sur offres), fractions ; ``cout``, ``cout_rdv``, ``cout_client`` (€) ; ``taux_recommandation`` (personnes qui
        ont donné un nom sur personnes sollicitées), ``part_prescripteurs`` (des rendez-vous), fractions ;
        ``part_recommandee`` (ouvertures venues d'un client ou d'un prescripteur, fraction) ; ``roi`` (fraction) et
        ``seuil_clients`` (nombre d'ouvertures qui rembourse l'action), à la marge de l'offre.
    """
    comptes, taux, total = bilan(action), etapes(action)["taux_etape"], float(cout(action)["montant"].sum())
    t = action.prospects
    venues = recommandations(
        pd.DataFrame(
            {"parrain": t["presente_par"].where(t["presente_par"] != ""), "rdv": t["rdv"], "vente": t["ouverture"]}
        )
    )
    retour = roi_campagne(total, int(comptes["ouvertures"]), action.plan.option("offre")["marge"])
    return pd.Series(
        {
            "taux_rdv": taux["rdv"],
            "taux_offre": taux["offres"],
            "taux_ouverture": taux["ouvertures"],
            "cout": total,
            "cout_rdv": cout_acquisition(total, int(comptes["rdv"])),
            "cout_client": cout_acquisition(total, int(comptes["ouvertures"])),
            "taux_recommandation": comptes["recommandants"] / comptes["demandes"],
            "part_prescripteurs": comptes["rdv_prescripteur"] / comptes["rdv"],
            "part_recommandee": venues.attrs["part_recommandee"],
            "roi": retour["roi"],
            "seuil_clients": retour["seuil_clients"],
        }
    )
