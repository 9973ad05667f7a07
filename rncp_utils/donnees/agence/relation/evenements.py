"""Events of the clients over two years: what the engine of the course would have told, and what happened."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.relation.tirages import (
    NAT,
    derniers,
    en_dates,
    en_jours,
    entre,
    identifiants,
    jours_de_travail,
)
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.donnees.agence.vues import liasses_en_table
from rncp_utils.parametres import parametre
from rncp_utils.portefeuille import evenements as evenements_du_cours

_TRIMESTRES = 8
# Events without a day of their own are told once.
_ETATS = (
    "matériel à renouveler",
    "seuil de la micro-entreprise",
    "seuil de 11 salariés",
    "seuil de 50 salariés",
    "transmission",
)
APPEL = "appel du client"
DECES, AUTORISATION, DEPART = "décès du dirigeant", "perte d'une autorisation d'exercer", "départ d'un salarié clé"
# Fact of the plan → event, days after its start, what is said, product, priority.
_GRAVES = {
    "deces_dirigeant": (
        DECES,
        9,
        "Le dirigeant est décédé : rencontrer les proches, protéger le compte et les garanties.",
        "COMPTE",
    ),
    "perte_agrement": (
        AUTORISATION,
        12,
        "L'inscription au registre des transporteurs est suspendue : que devient l'activité ?",
        "COMPTE",
    ),
}
# What clients call for, and how often in a year for ten clients.
_APPELS = (
    ("Le client demande un rendez-vous pour un investissement.", "INVEST"),
    ("Le client demande à relever sa ligne pour une commande.", "DECOUVERT"),
    ("Le client s'interroge sur ses frais.", "COMPTE"),
    ("Le client veut encaisser à distance.", "VAD"),
    ("Le client demande ce que change la facturation électronique.", "FACT"),
    ("Le client embauche et demande ce qu'il doit prévoir.", "SANTE"),
    ("Le client change de véhicule.", "BAIL"),
    ("Le client signale un retard de règlement d'un donneur d'ordre.", "AFFACTURAGE"),
)
_MOTIF_DEPART = "Un salarié clé part : qui le remplace, et quel risque pour l'activité ?"
_APPELS_PAR_CLIENT, _DEPARTS_PAR_CLIENT = 0.85, 0.03
_TRAITES, _TRAITES_RECENTS = 0.72, 0.30
TRAITE, A_TRAITER, CLASSE = "traite", "a_traiter", "sans_suite"
_ANCIENNETE_A_TRAITER = 100


def evenements(socle: Socle, clients: pd.DataFrame, personnes: pd.DataFrame, receptions: pd.DataFrame) -> pd.DataFrame:
    """Events known of the branch: id_evenement, id_client, evenement, date, detecte_le, motif, produit, priorite,
    statut (traite, sans_suite, a_traiter) and traite_le (NaT until then).
    """
    hasard = socle.demande.hasard("evenements")
    table = pd.concat(
        [
            _releves(socle, clients, personnes, receptions),
            _appels(socle, clients, hasard),
            _graves(socle, personnes, hasard),
        ],
        ignore_index=True,
    )
    table = _suites(table, socle, hasard)
    table = table.sort_values(["detecte_le", "id_client", "evenement", "date"], kind="stable", ignore_index=True)
    table.insert(0, "id_evenement", identifiants("E", len(table), 6))
    return table


def _releves(socle: Socle, clients: pd.DataFrame, personnes: pd.DataFrame, receptions: pd.DataFrame) -> pd.DataFrame:
    """The engine read at the end of each quarter, on what was known then; an event is kept once."""
    arrete = pd.Timestamp(socle.demande.date_arrete)
    chefs = personnes[personnes["dirigeant"]].set_index("id_client")
    usure = vetuste(socle, clients)
    parties = []
    for recul in range(_TRIMESTRES, -1, -1):
        jour = arrete - pd.offsets.MonthEnd(3 * recul)
        connus = clients[clients["date_entree_relation"] <= jour]
        lus = _etat_connu(connus, chefs, usure, receptions, jour)
        lignes = socle.tables["lignes_ct"]
        lignes = lignes[lignes["id_client"].isin(connus.index)]
        annees = np.ceil((lignes["date_echeance"] - jour).dt.days / 365.25 - 1).clip(lower=0)
        # A line is renewed every year on its day.
        avant = pd.to_datetime(
            {
                "year": lignes["date_echeance"].dt.year - annees.astype("int64"),
                "month": lignes["date_echeance"].dt.month,
                "day": lignes["date_echeance"].dt.day.clip(upper=28),
            }
        )
        credits = socle.tables["credits"]
        en_cours = credits[(credits["date_deblocage"] <= jour) & (credits["date_fin"] >= jour)]
        trouves = evenements_du_cours(
            lus,
            jour,
            credits=en_cours,
            lignes=lignes.assign(date_echeance=avant.where(annees > 0, lignes["date_echeance"])),
        )
        parties.append(trouves.assign(detecte_le=jour))
    table = pd.concat(parties, ignore_index=True)
    cle = table["date"].where(~table["evenement"].isin(_ETATS), pd.Timestamp(0))
    doubles = pd.DataFrame({"c": table["id_client"], "e": table["evenement"], "d": cle}).duplicated()
    return table[~doubles].reset_index(drop=True)


def _etat_connu(
    connus: pd.DataFrame, chefs: pd.DataFrame, vetuste: pd.DataFrame, receptions: pd.DataFrame, jour: pd.Timestamp
) -> pd.DataFrame:
    closes = derniers(receptions[receptions["date_cloture"] <= jour], connus.index)
    recus = derniers(vetuste[vetuste["date_cloture"] <= jour - pd.DateOffset(months=5)], connus.index)["vetuste"]
    vivants = chefs["date_naissance"].reindex(connus.index)
    plafond = _plafonds_micro(connus, jour)
    return connus[["date_entree_relation", "date_bail", "effectif", "ca"]].assign(
        date_cloture=closes["date_cloture"],
        bilan_recu=(closes["recue_le"] <= jour).fillna(False),
        naissance_dirigeant=vivants,
        vetuste=recus,
        plafond_micro=plafond,
    )


def _plafonds_micro(connus: pd.DataFrame, jour: pd.Timestamp) -> np.ndarray:
    plafond = parametre("micro.plafond_services", jour.date())
    return np.where(connus["regime_fiscal"] == "micro", float(plafond), 0.0)


def vetuste(socle: Socle, clients: pd.DataFrame) -> pd.DataFrame:
    """Part of the equipment written off at each closing."""
    normales = liasses_en_table(socle.tables["liasses"], clients)
    brut = normales.reindex(columns=["AR", "AT"]).sum(axis=1)
    amorti = normales.reindex(columns=["AS", "AU"]).sum(axis=1)
    parts = (amorti / brut.where(brut > 0)).rename("vetuste")
    return parts.rename_axis(["id_client", "date_cloture"]).reset_index()


def _appels(socle: Socle, clients: pd.DataFrame, hasard: np.random.Generator) -> pd.DataFrame:
    """Calls of clients, and key employees who left."""
    arrete = np.datetime64(socle.demande.date_arrete, "D")
    entree = en_jours(clients["date_entree_relation"].to_numpy())
    debut = np.maximum(arrete - np.timedelta64(730, "D"), entree)
    lignes = np.repeat(np.arange(len(clients)), hasard.poisson(_APPELS_PAR_CLIENT, len(clients)))
    textes = np.array(_APPELS, dtype=object)[hasard.integers(0, len(_APPELS), len(lignes))].reshape(-1, 2)
    departs = np.flatnonzero(
        (hasard.random(len(clients)) < _DEPARTS_PAR_CLIENT) & (clients["effectif"] >= 3).to_numpy()
    )
    tous = np.concatenate([lignes, departs])
    jours = jours_de_travail(entre(hasard, debut[tous], arrete))
    jours = np.maximum(jours, debut[tous])
    un_depart = np.arange(len(tous)) >= len(lignes)
    motifs = np.concatenate([textes[:, 0], np.full(len(departs), _MOTIF_DEPART, dtype=object)])
    codes = np.concatenate([textes[:, 1], np.full(len(departs), "HOMMECLE", dtype=object)])
    return pd.DataFrame(
        {
            "id_client": clients.index.to_numpy()[tous],
            "evenement": np.where(un_depart, DEPART, APPEL),
            "date": en_dates(jours),
            "motif": motifs,
            "produit": codes,
            "priorite": np.where(un_depart, 1, 2),
            "detecte_le": en_dates(jours),
        }
    )


def _graves(socle: Socle, personnes: pd.DataFrame, hasard: np.random.Generator) -> pd.DataFrame:
    faits = socle.faits[socle.faits["fait"].isin(_GRAVES)]
    details = pd.DataFrame(
        [_GRAVES[fait] for fait in faits["fait"]], columns=["evenement", "delai", "motif", "produit"]
    )
    debut = en_jours(faits["debut"].to_numpy())
    tires = debut + hasard.integers(1, 6, len(faits)).astype("timedelta64[D]")
    deces = personnes.dropna(subset="date_deces").set_index("id_client")["date_deces"].reindex(faits["id_client"])
    date = np.where(deces.notna() & (faits["fait"] == "deces_dirigeant").to_numpy(), en_jours(deces.to_numpy()), tires)
    detecte = jours_de_travail(date + details["delai"].to_numpy(dtype="int64").astype("timedelta64[D]"))
    return pd.DataFrame(
        {
            "id_client": faits["id_client"].to_numpy(),
            "evenement": details["evenement"],
            "date": en_dates(date),
            "motif": details["motif"],
            "produit": details["produit"],
            "priorite": 1,
            "detecte_le": en_dates(detecte),
        }
    )


def _suites(table: pd.DataFrame, socle: Socle, hasard: np.random.Generator) -> pd.DataFrame:
    """What the branch did: recent ones wait, older ones were treated or left."""
    n, arrete = len(table), np.datetime64(socle.demande.date_arrete, "D")
    detecte = en_jours(table["detecte_le"].to_numpy())
    recent = (arrete - detecte).astype("int64") < _ANCIENNETE_A_TRAITER
    tirage = hasard.random(n)
    traite = jours_de_travail(detecte + hasard.integers(2, 60, n).astype("timedelta64[D]"))
    traite = np.maximum(traite, detecte)
    fait = (tirage < np.where(recent, _TRAITES_RECENTS, _TRAITES)) & (traite <= arrete)
    statut = np.select([fait, ~fait & ~recent], [TRAITE, CLASSE], A_TRAITER)
    return table.assign(statut=statut, traite_le=np.where(fait, en_dates(traite), NAT), detecte_le=en_dates(detecte))
