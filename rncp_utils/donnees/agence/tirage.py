"""Who the clients are, and the drivers of their activity: drawn once, before any account."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from rncp_utils.donnees.agence.calendrier_comptable import JOUR, MOIS_PAR_AN, Calendrier
from rncp_utils.donnees.agence.plan import porteurs
from rncp_utils.donnees.agence.profils import profils, saisons, table_des_profils
from rncp_utils.donnees.agence.socle import Demande
from rncp_utils.portefeuille.segmentation import section_naf

# From the smallest to the largest firms of a trade.
_TAILLES = ("micro", "EI", "liberal_EI", "EURL", "SASU", "SARL", "SELARL", "SAS", "SCI")
SOCIETES = ("EURL", "SARL", "SAS", "SASU", "SELARL", "SCI")
_REGIMES = {"EI": "IR_RN", "micro": "micro", "liberal_EI": "BNC"}
_JEUNES = 0.12
_CLOTURES = ((12, 0.80), (9, 0.10), (6, 0.10))
# Sales under which a micro-entreprise of services stays, with a margin.
_CA_MICRO = (18_000, 66_000)


def tirer_clients(demande: Demande) -> pd.DataFrame:
    """Identity of the clients as far as the accounts need it, index ``id_client``.

    Returns
    -------
    DataFrame
        profil, naf, section, statut, regime_fiscal, mois_cloture, premier (column of the first financial year, 0 for a
        firm older than the data), ancien, date_creation, date_entree_relation, rang_taille (0 to 1 within its trade),
        ca_reference (euros), part_flux.
    """
    hasard = demande.hasard("clients")
    table = table_des_profils()
    choisis = hasard.permutation(np.repeat(table.index, _repartir(table["poids"].to_numpy(), demande.n_clients)))
    clients = pd.DataFrame(
        {"profil": choisis}, index=pd.Index([f"C{n:05d}" for n in range(1, len(choisis) + 1)], name="id_client")
    ).astype("str")
    clients["naf"] = clients["profil"].map(table["naf"]).astype("str")
    clients["section"] = section_naf(clients["naf"])
    clients["rang_taille"] = _rangs_etales(clients["profil"], hasard)
    clients["statut"] = _statuts(clients)
    clients["regime_fiscal"] = clients["statut"].map(_REGIMES).fillna("IS").astype("str")
    clients["ca_reference"] = _chiffres_d_affaires(clients, table)
    return _dates(clients, demande, hasard)


def _repartir(poids: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers in proportion to some weights, by the largest remainders."""
    exact = poids / poids.sum() * total
    entiers = np.floor(exact).astype("int64")
    restes = np.argsort(-(exact - entiers), kind="stable")[: total - entiers.sum()]
    entiers[restes] += 1
    return entiers


def _rangs_etales(profil: pd.Series, hasard: np.random.Generator) -> pd.Series:
    """Size of each firm in its trade, 0 to 1, evenly spread: medians stay where the profile puts them."""
    ordre = pd.Series(hasard.random(len(profil)), index=profil.index)
    par_profil = ordre.groupby(profil)
    return (par_profil.rank(method="first") - 0.5) / par_profil.transform("size")


def _statuts(clients: pd.DataFrame) -> pd.Series:
    """Legal form: the smaller firms of a trade are sole traders, the larger ones companies."""
    statuts = pd.Series("", index=clients.index, dtype="str")
    for nom, groupe in clients.groupby("profil"):
        poids = {statut: profils()[nom]["statuts"].get(statut, 0) for statut in _TAILLES}
        nombres = _repartir(np.array(list(poids.values()), dtype="float64"), len(groupe))
        statuts.loc[groupe["rang_taille"].sort_values().index] = np.repeat(list(poids), nombres)
    return statuts


def _chiffres_d_affaires(clients: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    z = pd.Series(norm.ppf(clients["rang_taille"]), index=clients.index)
    ca = clients["profil"].map(table["ca_centre"]) * np.exp(clients["profil"].map(table["ca_ecart"]) * z)
    bas, haut = _CA_MICRO
    micro = clients["statut"] == "micro"
    return ca.where(~micro, bas + (haut - bas) * clients["rang_taille"] * 2).clip(upper=ca.where(~micro, haut))


def _dates(clients: pd.DataFrame, demande: Demande, hasard: np.random.Generator) -> pd.DataFrame:
    n = len(clients)
    mois, parts = zip(*_CLOTURES, strict=True)
    decembre = ~clients["statut"].isin(SOCIETES)
    clients["mois_cloture"] = np.where(decembre, 12, hasard.choice(mois, n, p=parts))
    jeune = hasard.random(n) < _JEUNES
    dernier = len(demande.annees)
    clients["premier"] = np.where(jeune, hasard.integers(2, dernier + 1, n), 0)
    clients["ancien"] = ~jeune
    calendrier = Calendrier(demande, clients["mois_cloture"].to_numpy())
    ouvertures = (calendrier.clotures() - np.timedelta64(364, "D")).astype("datetime64[M]").astype(JOUR)
    debut = ouvertures[np.arange(n), np.maximum(clients["premier"], 1)]
    age = np.round(365.25 * (1.5 + 26 * hasard.beta(1.2, 2.2, n))).astype("int64")
    creation = np.where(jeune, debut, debut - age.astype("timedelta64[D]"))
    # The relation begins at the creation, or when the firm changed banks; before the data for an older firm.
    part = np.where(hasard.random(n) < 0.55, 0.0, hasard.random(n))
    entree = creation + ((debut - creation).astype("int64") * part).astype("timedelta64[D]")
    clients["date_creation"] = creation.astype("datetime64[s]")
    clients["date_entree_relation"] = entree.astype("datetime64[s]")
    plusieurs = (hasard.random(n) < 0.15) & (clients["regime_fiscal"] == "IS").to_numpy()
    clients["part_flux"] = np.where(plusieurs, hasard.integers(8, 17, n) * 0.05, 1.0).round(2)
    return clients


@dataclass(frozen=True)
class Activite:
    """Drivers of the clients, one row each.

    Attributes
    ----------
    ventes : ndarray (clients, exercices)
        Sales before tax, euros, 0 before the first financial year.
    poids : ndarray (clients, exercices, 12)
        Share of each month of the year in its sales.
    marge, personnel : ndarray (clients, exercices)
        Factors on purchases consumed and on the staff.
    jours_clients : ndarray (clients, exercices)
        Days added to the customers' credit.
    """

    ventes: np.ndarray
    poids: np.ndarray
    marge: np.ndarray
    personnel: np.ndarray
    jours_clients: np.ndarray


def tirer_activite(
    demande: Demande, clients: pd.DataFrame, calendrier: Calendrier, multiplicateurs: np.ndarray
) -> Activite:
    """Sales of each year from the reference, growth that remembers itself, the season and what befell the client."""
    hasard = demande.hasard("activite")
    table = table_des_profils().loc[clients["profil"]]
    n, annees = len(clients), calendrier.exercices
    croissance = np.zeros((n, annees))
    alea = np.zeros(n)
    for t in range(annees):
        alea = 0.4 * alea + hasard.normal(0.0, 1.0, n)
        croissance[:, t] = table["croissance_centre"].to_numpy() + table["croissance_ecart"].to_numpy() * alea
    niveau = np.cumprod(1 + croissance.clip(-0.3, 0.4), axis=1)
    reference = annees - 2  # the last delivered year bears the reference
    niveau *= (clients["ca_reference"].to_numpy() / niveau[:, reference])[:, None]
    actif = np.arange(annees) >= clients["premier"].to_numpy()[:, None]
    mois = calendrier.mois_des_exercices()
    saison = saisons()[pd.Index(profils()).get_indexer(clients["profil"])]
    brut = np.take_along_axis(saison[:, None, :].repeat(annees, axis=1), mois % MOIS_PAR_AN, axis=2)
    brut *= np.take_along_axis(multiplicateurs[:, None, :].repeat(annees, axis=1), mois, axis=2)
    total = brut.sum(axis=2)
    return Activite(
        ventes=np.rint(niveau * total) * actif,
        poids=brut / np.where(total > 0, total, 1)[:, :, None],
        marge=1 + hasard.normal(0.0, 0.022, (n, annees)) + hasard.normal(0.0, 0.025, n)[:, None],
        personnel=1 + hasard.normal(0.0, 0.02, (n, annees)) + hasard.normal(0.0, 0.05, n)[:, None],
        jours_clients=np.zeros((n, annees)),
    )


def fragiles(faits: pd.DataFrame, index: pd.Index) -> np.ndarray:
    """Clients whose owner will not or cannot put money in: a degradation or an accident."""
    return porteurs(faits, index, "degradation", "accident")
