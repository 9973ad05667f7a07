"""Campaigns, prospects and contacts of two years: a sale of a campaign is a contract, a prospect won is a client."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.profils import profils
from rncp_utils.donnees.agence.relation.evenements import TRAITE
from rncp_utils.donnees.agence.relation.mots import mots
from rncp_utils.donnees.agence.relation.territoire import ACTIF
from rncp_utils.donnees.agence.relation.tirages import (
    NAT,
    choisir,
    en_dates,
    en_jours,
    entre,
    identifiants,
    jours_de_travail,
)
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.portefeuille import eligibilite

CLIENTS, PROSPECTS = "clients", "prospects"
RECOMMANDATION = "recommandation"
# Share of the targets that can be reached, that are, that meet, that receive an offer.
_TAUX = {"clients": (0.88, 0.78, 0.42, 0.62), "prospects": (0.74, 0.52, 0.24, 0.50)}
_VENTES = 0.09
_PROSPECTS_PAR_CLIENT = 3.4
_RECOMMANDES_PAR_CLIENT = 0.12
# A prospect of the plan is the only kind recommended, promising and still open.
_FORT, _ORDINAIRE = (82, 97), (5, 74)
_OPPOSITION, _OUBLIE = 0.06, 0.08
_CANAUX = ("téléphone", "courriel", "agence", "visioconférence")
ETAPES = ("joignable", "joint", "rdv", "proposition", "vente")


@dataclass(frozen=True)
class Action:
    """A campaign: what is offered, to whom, from how many months before the last day and for how long."""

    nom: str
    code: str
    public: str
    recul: int
    duree: int
    cout: float
    objectif: float


_ACTIONS = (
    Action("Cartes affaires", "CARTE", CLIENTS, 22, 3, 640, 0.07),
    Action("Nouveaux installés", "COMPTE", PROSPECTS, 17, 4, 2_350, 0.05),
    Action("Prévoyance du dirigeant", "PREVOYANCE", CLIENTS, 13, 3, 980, 0.08),
    Action("Retraite du dirigeant", "PER", CLIENTS, 10, 3, 870, 0.07),
    Action("Facturation électronique", "FACT", CLIENTS, 6, 3, 520, 0.12),
    Action("Commerces du centre", "COMPTE", PROSPECTS, 4, 3, 1_180, 0.05),
)


def campagnes(socle: Socle, clients: pd.DataFrame) -> pd.DataFrame:
    """id_campagne, nom, code, public, date_debut, date_fin, cout (euros), objectif (sales)."""
    mois = np.datetime64(socle.demande.date_arrete, "M") + 1
    debut = np.array([mois - action.recul for action in _ACTIONS]).astype("datetime64[D]")
    fin = np.array([mois - action.recul + action.duree for action in _ACTIONS]).astype("datetime64[D]")
    taille = len(clients) / 100
    return pd.DataFrame(
        {
            "id_campagne": identifiants("K", len(_ACTIONS), 2),
            "nom": [action.nom for action in _ACTIONS],
            "code": [action.code for action in _ACTIONS],
            "public": [action.public for action in _ACTIONS],
            "date_debut": en_dates(debut),
            "date_fin": en_dates(fin - np.timedelta64(1, "D")),
            "cout": [float(round(action.cout * taille / 10) * 10) for action in _ACTIONS],
            "objectif": [max(1, round(action.objectif * len(clients))) for action in _ACTIONS],
        }
    )


def vendre(socle: Socle, clients: pd.DataFrame, contrats: pd.DataFrame, campagnes: pd.DataFrame) -> pd.DataFrame:
    """Contracts, those that a campaign sold dated within it: its sales are not beside the contracts, they are some."""
    hasard = socle.demande.hasard("ventes de campagne")
    dates = en_jours(contrats["date_souscription"].to_numpy()).copy()
    entree = en_jours(clients["date_entree_relation"].reindex(contrats["id_client"]).to_numpy())
    for action in campagnes[campagnes["public"] == CLIENTS].itertuples():
        possibles = np.flatnonzero((contrats["code"] == action.code) & (entree < en_jours(action.date_debut)))
        nombre = min(len(possibles), round(_VENTES * len(clients)))
        vendus = np.sort(hasard.permutation(possibles)[:nombre])
        debut, fin = (np.full(nombre, np.datetime64(d, "D")) for d in (action.date_debut, action.date_fin))
        dates[vendus] = jours_de_travail(entre(hasard, debut + np.timedelta64(10, "D"), fin))
    return contrats.assign(date_souscription=en_dates(dates))


def prospects(
    socle: Socle, clients: pd.DataFrame, etablissements: pd.DataFrame, campagnes: pd.DataFrame
) -> pd.DataFrame:
    """Prospects in the files: establishments of the area, and clients of the last two years who were prospects first.

    Returns
    -------
    DataFrame
        id_prospect, id_client (None until won), siret, raison_sociale, naf, commune_insee, date_creation, ca_estime
        (euros), origine, parrain (id_client), potentiel (0 to 100), date_entree_fichier, dernier_contact, opposition.
    """
    hasard, arrete = socle.demande.hasard("prospects"), np.datetime64(socle.demande.date_arrete, "D")
    gagnes = _gagnes(clients, campagnes)
    libres = etablissements[(etablissements["etat"] == ACTIF) & ~etablissements["siret"].isin(clients["siret"])]
    nombre = min(round(_PROSPECTS_PAR_CLIENT * len(clients)), len(libres))
    tires = libres.iloc[np.sort(hasard.permutation(len(libres))[:nombre])].drop(columns=["etat", "date_fermeture"])
    anciens = clients.loc[gagnes, ["siret", "naf", "commune_insee", "date_creation", "raison_sociale"]]
    table = pd.concat([tires, anciens.assign(id_client=gagnes)], ignore_index=True)
    n, gagne = len(table), table["id_client"].notna()
    table["raison_sociale"] = table["raison_sociale"].where(
        table["raison_sociale"].notna(), _noms(table["naf"], hasard)
    )
    reference = clients.groupby("naf")["ca"].median().reindex(table["naf"]).fillna(150_000).to_numpy()
    table["ca_estime"] = np.rint(reference * np.exp(hasard.normal(0, 0.45, n)) / 5_000) * 5_000
    table = table.assign(**_recommandes(socle, clients, table, hasard))
    entree = entre(hasard, np.full(n, arrete - np.timedelta64(700, "D")), arrete - np.timedelta64(100, "D"))
    oublie = (hasard.random(n) < _OUBLIE) & ~gagne.to_numpy() & table["parrain"].isna().to_numpy()
    entree = np.where(oublie, arrete - hasard.integers(1_120, 1_700, n).astype("timedelta64[D]"), entree)
    entree = np.maximum(entree, en_jours(table["date_creation"].to_numpy()))
    # Who became a client was in the files before: a business that opens is a project first.
    devenu = en_jours(clients["date_entree_relation"].reindex(table["id_client"]).to_numpy())
    entree = np.where(gagne, devenu - hasard.integers(60, 150, n).astype("timedelta64[D]"), entree)
    table["date_entree_fichier"] = en_dates(np.minimum(entree, arrete))
    # Who is forgotten was seen once, more than three years ago: his data should be gone.
    table["dernier_contact"] = np.where(oublie, en_dates(entree), NAT)
    fort = hasard.integers(*_FORT, n)
    table["potentiel"] = np.where(table["fort"], fort, hasard.integers(*_ORDINAIRE, n))
    table["opposition"] = (hasard.random(n) < _OPPOSITION) & table["parrain"].isna() & ~gagne
    table = table.sort_values(["date_entree_fichier", "siret"], kind="stable", ignore_index=True)
    table.insert(0, "id_prospect", identifiants("Q", n))
    return table


def _gagnes(clients: pd.DataFrame, campagnes: pd.DataFrame) -> pd.Index:
    """Clients who joined during a campaign for prospects."""
    entree = clients["date_entree_relation"]
    dedans = np.zeros(len(clients), dtype=bool)
    for action in campagnes[campagnes["public"] == PROSPECTS].itertuples():
        dedans |= entree.between(action.date_debut, action.date_fin).to_numpy()
    return clients.index[dedans]


def _noms(naf: pd.Series, hasard: np.random.Generator) -> np.ndarray:
    m, profil_de = mots(), {profil["naf"]: nom for nom, profil in profils().items()}
    activites = [m["activites"][profil_de[code]] for code in naf]
    complements = choisir(hasard, m["complements"], len(naf))
    rangs = hasard.integers(0, 1_000, len(naf))
    return np.array(
        [f"{noms[rang % len(noms)]} {suite}" for noms, rang, suite in zip(activites, rangs, complements, strict=True)],
        dtype=object,
    )


def _recommandes(
    socle: Socle, clients: pd.DataFrame, table: pd.DataFrame, hasard: np.random.Generator
) -> dict[str, np.ndarray]:
    """Who was recommended, and by whom: the clients of the plan each sent a strong prospect."""
    n = len(table)
    libres = np.flatnonzero(table["id_client"].isna())
    ordre = hasard.permutation(libres)
    du_plan = socle.marques("prospect_recommande")
    autres = round(_RECOMMANDES_PAR_CLIENT * len(clients))
    ordinaires = clients.index.difference(socle.faits["id_client"])
    if not len(ordinaires):
        ordinaires = clients.index
    parrains = np.concatenate([du_plan.to_numpy(dtype=object), choisir(hasard, list(ordinaires), autres)])
    parrains = parrains[: len(ordre)]
    parrain, fort = np.full(n, None, dtype=object), np.zeros(n, dtype=bool)
    parrain[ordre[: len(parrains)]] = parrains
    fort[ordre[: min(len(du_plan), len(ordre))]] = True
    # Half of the clients won had been sent by another client.
    gagnes = np.setdiff1d(np.arange(n), libres)
    envoyes = gagnes[hasard.random(len(gagnes)) < 0.5]
    parrain[envoyes] = choisir(hasard, list(ordinaires), len(envoyes))
    origines = choisir(hasard, ("fichier", "appel_entrant", "expert_comptable"), n, (0.7, 0.18, 0.12))
    return {"parrain": parrain, "fort": fort, "origine": np.where(parrain != None, RECOMMANDATION, origines)}  # noqa: E711


def contacts(
    socle: Socle,
    clients: pd.DataFrame,
    contrats: pd.DataFrame,
    campagnes: pd.DataFrame,
    prospects: pd.DataFrame,
    evenements: pd.DataFrame,
) -> pd.DataFrame:
    """Contacts of two years, one row a person reached out to in a campaign or for an event.

    Returns
    -------
    DataFrame
        id_contact, id_campagne, id_evenement, id_client, id_prospect, parrain, date, canal, conseiller, and whether
        each step was reached: joignable, joint, rdv, proposition, vente.
    """
    hasard = socle.demande.hasard("contacts")
    parties = [
        _cibles_clients(clients, contrats, action, hasard)
        if action.public == CLIENTS
        else _cibles_prospects(clients, prospects, action, hasard)
        for action in campagnes.itertuples()
    ]
    parties += [_recommandations(socle, prospects, hasard), _suites(clients, contrats, evenements, hasard)]
    table = pd.concat(parties, ignore_index=True)
    n = len(table)
    par_client = clients["conseiller"].reindex(table["id_client"]).to_numpy(dtype=object)
    table["conseiller"] = np.where(table["id_client"].notna(), par_client, choisir(hasard, mots()["conseillers"], n))
    table["canal"] = choisir(hasard, _CANAUX, n, (0.62, 0.18, 0.15, 0.05))
    arrete = np.datetime64(socle.demande.date_arrete, "D")
    jours = jours_de_travail(np.minimum(en_jours(table["date"].to_numpy()), arrete))
    jours = np.where(table["vente"], en_jours(table["date"].to_numpy()), jours)
    # The Friday before is not before a prospect entered the files.
    entree = en_jours(
        prospects.set_index("id_prospect")["date_entree_fichier"].reindex(table["id_prospect"]).to_numpy()
    )
    table["date"] = en_dates(np.where(np.isnat(entree), jours, np.fmax(jours, entree)))
    table = table.sort_values(
        ["date", "id_campagne", "id_client", "id_prospect", "id_evenement"], kind="stable", ignore_index=True
    )
    table.insert(0, "id_contact", identifiants("T", n, 6))
    return table


def _parcours(ventes: np.ndarray, hasard: np.random.Generator, public: str = CLIENTS) -> dict[str, np.ndarray]:
    """Steps reached: all of them for a sale, and each a part of the one before for the rest."""
    passe = hasard.random((len(ventes), len(_TAUX[public]))) < np.array(_TAUX[public])
    etapes = np.logical_and.accumulate(passe, axis=1) | ventes[:, None]
    return dict(zip(ETAPES, [*etapes.T, ventes], strict=True))


def _cibles_clients(
    clients: pd.DataFrame, contrats: pd.DataFrame, action: object, hasard: np.random.Generator
) -> pd.DataFrame:
    """Eligible clients who did not hold the product when the campaign began."""
    eligibles = eligibilite(clients)[action.code]
    du_produit = (
        contrats[contrats["code"] == action.code].set_index("id_client")["date_souscription"].reindex(clients.index)
    )
    cible = eligibles & ~(du_produit < action.date_debut) & (clients["date_entree_relation"] < action.date_debut)
    ids = clients.index[cible]
    achat = du_produit[cible]
    vente = achat.between(action.date_debut, action.date_fin).to_numpy()
    n = len(ids)
    debut = np.full(n, np.datetime64(action.date_debut, "D"))
    fin = np.where(vente, en_jours(achat.to_numpy()), np.datetime64(action.date_fin, "D"))
    return pd.DataFrame(
        {
            "id_campagne": action.id_campagne,
            "id_client": ids,
            "date": en_dates(entre(hasard, debut, np.maximum(fin, debut))),
            **_parcours(vente, hasard),
        }
    )


def _cibles_prospects(
    clients: pd.DataFrame, prospects: pd.DataFrame, action: object, hasard: np.random.Generator
) -> pd.DataFrame:
    """Prospects in the files by then, those who object left out; those won joined before the campaign ended."""
    entree = clients["date_entree_relation"].reindex(prospects["id_client"]).to_numpy()
    vente = (entree >= np.datetime64(action.date_debut)) & (entree <= np.datetime64(action.date_fin))
    connus = (prospects["date_entree_fichier"] <= action.date_debut) & prospects["dernier_contact"].isna()
    libres = connus & prospects["id_client"].isna() & ~prospects["opposition"] & prospects["parrain"].isna()
    garde = libres.to_numpy() | vente
    vus, vente = prospects[garde], vente[garde]
    debut = np.full(len(vus), np.datetime64(action.date_debut, "D"))
    debut = np.maximum(debut, en_jours(vus["date_entree_fichier"].to_numpy()))
    fin = np.where(vente, en_jours(entree[garde]), np.datetime64(action.date_fin, "D"))
    return pd.DataFrame(
        {
            "id_campagne": action.id_campagne,
            "id_client": vus["id_client"].to_numpy(),
            "id_prospect": vus["id_prospect"].to_numpy(),
            "parrain": vus["parrain"].to_numpy(),
            "date": en_dates(entre(hasard, debut, np.maximum(fin, debut))),
            **_parcours(vente, hasard, PROSPECTS),
        }
    )


def _recommandations(socle: Socle, prospects: pd.DataFrame, hasard: np.random.Generator) -> pd.DataFrame:
    """Prospects sent by a client and not won: those of the plan have an offer in hand, the others were let go."""
    vus = prospects[prospects["parrain"].notna() & prospects["id_client"].isna()]
    n, arrete = len(vus), np.datetime64(socle.demande.date_arrete, "D")
    fort = vus["fort"].to_numpy()
    recent = arrete - hasard.integers(4, 45, n).astype("timedelta64[D]")
    ancien = entre(hasard, en_jours(vus["date_entree_fichier"].to_numpy()), np.full(n, arrete))
    etapes = _parcours(np.zeros(n, dtype=bool), hasard)
    for nom in ETAPES[:-1]:
        etapes[nom] = etapes[nom] | fort
    # An offer to a recommended prospect is still open only for those of the plan.
    etapes["proposition"] = etapes["proposition"] & fort
    return pd.DataFrame(
        {
            "id_prospect": vus["id_prospect"].to_numpy(),
            "parrain": vus["parrain"].to_numpy(),
            "date": en_dates(np.where(fort, recent, ancien)),
            **etapes,
        }
    )


def _suites(
    clients: pd.DataFrame, contrats: pd.DataFrame, evenements: pd.DataFrame, hasard: np.random.Generator
) -> pd.DataFrame:
    """The contact that each event treated gave; an offer is made only of what the client could hold and does not."""
    traites = evenements[evenements["statut"] == TRAITE]
    eligibles = eligibilite(clients).stack()
    vendables = eligibles.index[eligibles].difference(pd.MultiIndex.from_frame(contrats[["id_client", "code"]]))
    etapes = _parcours(np.zeros(len(traites), dtype=bool), hasard)
    offrable = pd.MultiIndex.from_frame(traites[["id_client", "produit"]]).isin(vendables)
    etapes["proposition"] = etapes["proposition"] & offrable
    return pd.DataFrame(
        {
            "id_evenement": traites["id_evenement"].to_numpy(),
            "id_client": traites["id_client"].to_numpy(),
            "date": traites["traite_le"].to_numpy(),
            **etapes,
        }
    )


def dater_les_contacts(prospects: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """Prospects with the day of their last contact; the one who was never called is dated by his entry in the files."""
    derniers = contacts.groupby("id_prospect")["date"].max().reindex(prospects["id_prospect"]).to_numpy()
    connu = prospects["dernier_contact"].where(
        prospects["dernier_contact"].notna(), pd.Series(derniers, index=prospects.index)
    )
    return prospects.assign(dernier_contact=connu.fillna(prospects["date_entree_fichier"])).drop(columns="fort")
