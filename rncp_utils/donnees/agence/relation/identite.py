"""Identity of the clients, and of their accounts: numbers that are nobody's, names that are made up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence import exercices
from rncp_utils.donnees.agence.numeros import iban_de, siret_de, tirer_siren
from rncp_utils.donnees.agence.profils import table_des_profils
from rncp_utils.donnees.agence.relation.mots import communes, mots
from rncp_utils.donnees.agence.relation.tirages import NAT, choisir, en_dates, en_jours, entre
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.donnees.agence.tirage import SOCIETES
from rncp_utils.entreprise.scoring.cotation import ECHELLE
from rncp_utils.parametres import parametre

# Letter of the Banque de France for sales of at least so many thousand euros; from memory, to be checked.
# Turnover in millions of euros from which each letter is given: scale of January 2022 (IEDOM, rapport 2022, p. 44).
_LETTRES = (
    *((0.0, "M"), (0.1, "L"), (0.25, "K"), (0.5, "J"), (0.75, "H"), (1.5, "G")),
    *((7.5, "F"), (15.0, "E"), (30.0, "D")),
)
_NON_COTE = "0"
_REPRISE = "6"
# Sole traders are not rated: the indicator of their person is another thing.
_SANS_COTE = "X0"
# Price of money between branch and head office for deposits, and interest of the savings account: conventions of the
# course.
TAUX_CESSION_DEPOTS = 0.02
REMUNERATION_LIVRET = exercices.TAUX_LIVRET


def dates_de_relation(socle: Socle) -> pd.DataFrame:
    """date_creation and date_entree_relation, both no later than the first loan that the branch granted."""
    credits, clients = socle.tables["credits"], socle.clients
    premiers = credits.groupby("id_client")["date_deblocage"].min().reindex(clients.index)
    # A loan that paid for the opening: the relation began a month before it, and so did the firm.
    tardive = clients["date_entree_relation"] > premiers
    entree = clients["date_entree_relation"].where(~tardive, premiers - pd.DateOffset(days=30))
    creation = clients["date_creation"].where(~(clients["date_creation"] > entree), entree)
    return pd.DataFrame({"date_creation": creation, "date_entree_relation": entree}).astype("datetime64[s]")


def identite(socle: Socle, personnes: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """Clients of the accounting half with their identity: siren, siret, raison_sociale, commune_insee, conseiller,
    date_bail (NaT without premises of others) and cotation_bdf.
    """
    clients, hasard = socle.clients, socle.demande.hasard("identite")
    n = len(clients)
    table = clients.assign(**dates)
    table["siren"] = tirer_siren(hasard, n)
    table["siret"] = siret_de(table["siren"], hasard.choice([1, 2, 3], n, p=[0.78, 0.16, 0.06]))
    table["raison_sociale"] = _noms(clients, personnes, hasard)
    lieux = communes()
    table["commune_insee"] = choisir(
        hasard, lieux["commune_insee"], n, (lieux["population"] / lieux["population"].sum()).to_numpy()
    )
    table["conseiller"] = choisir(hasard, mots()["conseillers"], n)
    table["date_bail"] = _baux(socle, dates, hasard)
    table["cotation_bdf"] = _cotations(socle, hasard)
    return table


def _noms(clients: pd.DataFrame, personnes: pd.DataFrame, hasard: np.random.Generator) -> np.ndarray:
    """Name of the person for a sole trader; for a company, what it does and a place that does not exist."""
    chefs = personnes[personnes["dirigeant"]]
    personnels = (chefs["prenom"] + " " + chefs["nom"] + " EI").to_numpy()
    m = mots()
    ordre = pd.Series(hasard.random(len(clients)), index=clients.index).groupby(clients["profil"]).rank(method="first")
    sociaux = np.empty(len(clients), dtype=object)
    for profil, rangs in ordre.astype("int64").groupby(clients["profil"]):
        noms = [f"{activite} {complement}" for complement in m["complements"] for activite in m["activites"][profil]]
        melange = hasard.permutation(np.array(noms, dtype=object))
        sociaux[clients.index.get_indexer(rangs.index)] = melange[(rangs.to_numpy() - 1) % len(noms)]
    return np.where(clients["statut"].isin(SOCIETES), sociaux, personnels)


def _baux(socle: Socle, dates: pd.DataFrame, hasard: np.random.Generator) -> np.ndarray:
    """Start of the lease in force: nine years from the creation, or from a later move; none without a rent."""
    n, arrete = len(dates), np.datetime64(socle.demande.date_arrete, "D")
    duree = int(parametre("portefeuille.evenements", socle.demande.date_arrete)["bail_ans"])
    creation = en_jours(dates["date_creation"].to_numpy())
    demenage = np.where(hasard.random(n) < 0.3, entre(hasard, creation, arrete), creation)
    ans = np.floor((arrete - demenage).astype("int64") / (365.25 * duree)).astype("int64") * duree
    debut = (pd.DatetimeIndex(demenage).year + ans).astype("int64").to_numpy()
    mois = (debut - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (
        pd.DatetimeIndex(demenage).month - 1
    ).to_numpy()
    # A renewal later than the last day means that the former lease still runs.
    mois = np.where(mois.astype("datetime64[D]") > arrete, mois - 12 * duree, mois)
    loyer = table_des_profils().loc[socle.clients["profil"], "loyer"].to_numpy() > 0
    return np.where(loyer, en_dates(np.maximum(mois.astype("datetime64[D]"), creation)), NAT)


def _cotations(socle: Socle, hasard: np.random.Generator) -> np.ndarray:
    """Rating by size; a grade only for the few that are rated, or that the State has seized."""
    clients, tables = socle.clients, socle.tables
    ca = clients["ca"].to_numpy()
    bornes, noms = zip(*_LETTRES, strict=True)
    lettres = np.array(noms, dtype=object)[np.searchsorted(bornes, ca / 1_000_000, side="right") - 1]
    cotee = ca >= parametre("banque_de_france.seuil_cotation", socle.demande.date_arrete)
    liasses = tables["liasses"]
    dernieres = liasses[liasses["date_cloture"] == liasses.groupby("id_client")["date_cloture"].transform("max")]
    cases = dernieres[dernieres["code"].isin(["DL", "EE"])].pivot(index="id_client", columns="code", values="valeur")
    autonomie = (cases["DL"] / cases["EE"]).reindex(clients.index).fillna(0).to_numpy()
    rang = np.clip(np.rint(14 - 22 * autonomie + hasard.integers(-1, 2, len(clients))), 3, 15).astype("int64")
    cotes = np.where(cotee, np.array(ECHELLE, dtype=object)[rang], _NON_COTE)
    saisis = tables["incidents"].loc[tables["incidents"]["type"] == "saisie", "id_client"]
    cotes = np.where(clients.index.isin(saisis), _REPRISE, cotes)
    return np.where(clients["statut"].isin(SOCIETES), lettres + cotes, _SANS_COTE)


def comptes(socle: Socle) -> pd.DataFrame:
    """Accounts with their IBAN, and what the branch earns on their balance: taux_cession and remuneration."""
    table = socle.tables["comptes"].copy()
    morceaux = table["id_compte"].str.extract(r"C(\d+)-(\d+)").astype("int64")
    table.insert(2, "iban", iban_de((morceaux[0] * 1_000 + morceaux[1]).to_numpy()))
    epargne = table["type"] == "epargne"
    table["taux_cession"] = TAUX_CESSION_DEPOTS
    table["remuneration"] = np.where(epargne, REMUNERATION_LIVRET, 0.0)
    return table
