"""The commercial half of the portfolio: who the clients are, what they hold, what the branch did with them."""

from __future__ import annotations

import warnings

import pandas as pd

from rncp_utils.donnees.agence.generateur import generer_socle
from rncp_utils.donnees.agence.plan import Plan
from rncp_utils.donnees.agence.relation import (
    actions,
    alertes,
    conformite,
    evenements,
    foyers,
    garanties,
    identite,
    opportunites,
    personnes,
    produits,
    secteurs,
    segments,
    territoire,
)
from rncp_utils.donnees.agence.socle import Demande, Socle
from rncp_utils.erreurs import AvertissementDonnees

# Firms that the quartiles of the sectors are drawn from: as many whatever the size of the branch.
POPULATION_DE_REFERENCE, _LOT = 3_000, 500
# Tables that the accounting half keeps for itself.
NON_LIVREES = ("liasses_alterees",)


def assembler(socle: Socle, *, reference: int = POPULATION_DE_REFERENCE) -> dict[str, pd.DataFrame]:
    """All the tables of the branch, conform to :mod:`rncp_utils.donnees.agence.schemas`.

    Parameters
    ----------
    socle : Socle
        Accounts and bank.
    reference : int
        Firms generated apart, without any planted fact, for the quartiles of the sectors.
    """
    from rncp_utils.donnees.agence.schemas import normaliser

    with warnings.catch_warnings():
        # What an engine says of one liasse (a share taken by default) has no reader here.
        warnings.simplefilter("ignore", AvertissementDonnees)
        tables = {nom: table for nom, table in socle.tables.items() if nom not in NON_LIVREES}
        tables |= _identites(socle)
        tables |= _commerce(socle, tables)
        tables["secteurs_ref"] = _secteurs(socle, reference)
    return normaliser(tables)


def _identites(socle: Socle) -> dict[str, pd.DataFrame]:
    dates = identite.dates_de_relation(socle)
    gens = personnes.personnes(socle, dates["date_creation"])
    clients = identite.identite(socle, gens, dates)
    suretes, prives = garanties.garanties(socle, clients, gens, foyers.foyers(socle, gens))
    return {
        "clients": clients,
        "personnes": gens,
        "foyers": prives,
        "comptes": identite.comptes(socle),
        "credits": produits.credits(socle),
        "garanties": suretes,
        "produits": produits.produits(),
    }


def _commerce(socle: Socle, tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    clients, gens, suretes, credits = (tables[nom] for nom in ("clients", "personnes", "garanties", "credits"))
    menees = actions.campagnes(socle, clients)
    contrats = actions.vendre(socle, clients, produits.contrats(socle, clients, credits), menees)
    lieux = territoire.etablissements(socle, clients)
    recus = conformite.receptions(socle)
    faits = evenements.evenements(socle, clients, gens, recus)
    fiches = actions.prospects(socle, clients, lieux, menees)
    vus = actions.contacts(socle, clients, contrats, menees, fiches, faits)
    plaintes = conformite.reclamations(socle, clients)
    dossiers = conformite.dossiers(socle, clients, gens, suretes, contrats, plaintes)
    return {
        "clients": segments.segmenter_les_clients(socle, clients, contrats, vus),
        "contrats": contrats,
        "campagnes": menees,
        "contacts": vus,
        "prospects": actions.dater_les_contacts(fiches, vus),
        "evenements": faits,
        "opportunites": opportunites.opportunites(socle, clients, contrats, credits, menees, vus, faits, fiches),
        "etablissements": lieux,
        "territoire": territoire.territoire(socle, lieux),
        "reclamations": plaintes,
        "dossiers": dossiers,
        "pieces_conformite": conformite.pieces(socle, clients, dossiers, suretes, recus, plaintes),
        "alertes_reelles": alertes.alertes_reelles(socle, clients, faits, recus),
    }


def _secteurs(socle: Socle, nombre: int) -> pd.DataFrame:
    """Quartiles on another population: other seeds, no fact; a few hundred firms at a time, for the memory."""
    demande, liasses, clients = socle.demande, [], []
    for rang, debut in enumerate(range(0, nombre, _LOT), start=1):
        graine = demande.graine + rang
        lot = Demande(graine, min(_LOT, nombre - debut), demande.annees, demande.date_arrete)
        temoin = generer_socle(lot, Plan(graine=graine))
        liasses.append(_suffixer(temoin.tables["liasses"].set_index("id_client"), rang).reset_index())
        clients.append(_suffixer(temoin.clients, rang))
    return secteurs.secteurs_de_reference(
        pd.concat(liasses, ignore_index=True), pd.concat(clients), demande.date_arrete
    )


def _suffixer(table: pd.DataFrame, rang: int) -> pd.DataFrame:
    """Clients of two seeds have the same names: those of this lot are told apart."""
    return table.set_axis(table.index + f"-{rang}")


def preciser(faits: pd.DataFrame) -> pd.DataFrame:
    """The planted facts, each with where it shows; what only the accounts tell has no such sentence."""
    return faits.assign(precision=faits["fait"].map(_OU).fillna("").astype("str"))


_OU = {
    "beneficiaire_effectif": "personnes : un associé de plus de 25 % absent du registre ; signalement manquant",
    "personne_exposee": "personnes : dirigeant politiquement exposé ; accord de la hiérarchie manquant",
    "caution_disproportionnee": "garanties et foyers : cautions au-delà de ce que le dirigeant possède et gagne",
    "dirigeant_senior": "personnes : dirigeant de 62 ans ou plus",
    "prospect_recommande": "prospects, contacts et opportunites : recommandé par ce client, proposition en cours",
    "deces_dirigeant": "personnes et evenements : décès du dirigeant",
    "perte_agrement": "evenements : inscription au registre des transporteurs suspendue",
    "bilan_manquant": "liasses et pieces_conformite : les deux derniers bilans ne sont pas venus",
    "liasse_incoherente": "liasse reçue en document, absente des tables, à contrôler",
}
