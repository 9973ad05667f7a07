"""Fixed assets: bought year after year, written off over their life, scrapped two years after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.calendrier_comptable import Calendrier
from rncp_utils.donnees.agence.profils import table_des_profils
from rncp_utils.donnees.agence.socle import Demande

# Years kept in service once written off.
_SURVIE = 2
_MILIEU = 0.5
_REVENTE = 0.05
TERRAIN = 0.15


@dataclass(frozen=True)
class Parc:
    """Fixed assets of the clients, euros, (clients, exercices) unless said.

    Attributes
    ----------
    brut, amortissements : dict of code → ndarray
        Lines of the 2050 at each closing.
    achats : ndarray (clients, passé + exercices)
        Depreciable assets bought each year; the columns before ``passe`` are older than the data.
    passe : int
    acquisitions, dotations, brut_cede, prix_cession : ndarray
        Of each year; what goes out is fully written off.
    """

    brut: dict[str, np.ndarray]
    amortissements: dict[str, np.ndarray]
    achats: np.ndarray
    passe: int
    acquisitions: np.ndarray
    dotations: np.ndarray
    brut_cede: np.ndarray
    prix_cession: np.ndarray


def constituer(demande: Demande, clients: pd.DataFrame, ventes: np.ndarray, calendrier: Calendrier) -> Parc:
    """Buy, write off and scrap the equipment of every client."""
    hasard = demande.hasard("immobilisations")
    table = table_des_profils().loc[clients["profil"]]
    duree = table["duree"].to_numpy()
    foncier = (clients["statut"] == "SCI").to_numpy()
    passe = int(duree.max()) + _SURVIE + 1
    achats = _achats(clients, ventes, table, passe, hasard)
    hors_duree = passe - 1 - np.arange(achats.shape[1])  # age in years at the opening balance sheet
    achats[(hors_duree > (duree + _SURVIE)[:, None]) & (hors_duree >= 0)] = 0
    parts = _parts(table, foncier)
    lignes = {code: np.rint(achats * part[:, None] / 100) * 100 for code, part in parts.items()}
    reste = achats - sum(lignes.values())
    lignes["AT"] = lignes["AT"] + np.where(foncier[:, None], 0, reste)
    lignes["AP"] = lignes["AP"] + np.where(foncier[:, None], reste, 0)
    brut, amortis, dotations, cede = {}, {}, 0, 0
    for code, montants in lignes.items():
        brut[code], amortis[code], dote, sorti = _rouler(montants, duree, passe, calendrier.exercices)
        dotations, cede = dotations + dote, cede + sorti
    fixes, acquis = _non_amortissables(clients, ventes, table, brut["AP"])
    brut |= fixes
    acquisitions = np.concatenate([np.zeros((len(clients), 1)), achats[:, passe:] + acquis], axis=1)
    prix = np.rint(cede * _REVENTE / 100) * 100
    return Parc(brut, amortis, achats, passe, acquisitions, dotations, cede, prix)


def _achats(
    clients: pd.DataFrame, ventes: np.ndarray, table: pd.DataFrame, passe: int, hasard: np.random.Generator
) -> np.ndarray:
    """Purchases of each year, hundreds of euros, (clients, passe + exercices - 1): column ``passe - 1`` is year 0."""
    n, annees = ventes.shape
    duree, premier = table["duree"].to_numpy(), clients["premier"].to_numpy()
    reference = np.where(premier > 0, ventes[np.arange(n), np.maximum(premier, 0)], ventes[:, 0])
    rythme = table["immobilise"].to_numpy() / (duree + 1)
    largeur = passe - 1 + annees
    bruit = np.exp(hasard.normal(0.0, 0.75, (n, largeur)) - 0.28)
    base = np.concatenate([np.repeat(reference[:, None], passe, axis=1), ventes[:, 1:]], axis=1)
    achats = base * rythme[:, None] * bruit
    colonnes = np.arange(largeur) - (passe - 1)
    achats[(colonnes[None, :] < premier[:, None]) & (premier > 0)[:, None]] = 0
    # A new firm equips itself at once; its following years only complete it.
    debut = (colonnes[None, :] == premier[:, None]) & (premier > 0)[:, None]
    achats = np.where(debut, (reference * table["immobilise"].to_numpy() * 0.8)[:, None], achats)
    suites = (colonnes[None, :] > premier[:, None]) & (premier > 0)[:, None]
    achats = np.where(suites, achats / 3, achats)
    foncier = (clients["statut"] == "SCI").to_numpy()
    age = np.where(premier > 0, -premier, hasard.integers(2, 14, n))
    unique = colonnes[None, :] == -age[:, None]
    achats[foncier] = np.where(unique, (reference * table["immobilise"].to_numpy())[:, None], 0)[foncier]
    return np.rint(achats / 100) * 100


def _parts(table: pd.DataFrame, foncier: np.ndarray) -> dict[str, np.ndarray]:
    materiel = table["materiel"].to_numpy()
    return {
        "AP": np.where(foncier, 1.0, 0.0),
        "AR": np.where(foncier, 0.0, materiel),
        "AT": np.where(foncier, 0.0, 1 - materiel),
    }


def _rouler(
    achats: np.ndarray, duree: np.ndarray, passe: int, annees: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gross value and depreciation at each closing, charge and gross value scrapped in each year."""
    n = len(achats)
    brut, amortis = np.zeros((n, annees)), np.zeros((n, annees))
    for t in range(annees):
        age = (t + passe - 1 - np.arange(achats.shape[1]))[None, :]
        present = (age >= 0) & (age < (duree + _SURVIE)[:, None])
        part = np.clip((age + _MILIEU) / duree[:, None], 0, 1)
        brut[:, t] = (achats * present).sum(axis=1)
        amortis[:, t] = (np.rint(achats * part) * present).sum(axis=1)
    achetes = np.concatenate([np.zeros((n, 1)), achats[:, passe : passe + annees - 1]], axis=1)
    sorti = np.zeros((n, annees))
    sorti[:, 1:] = brut[:, :-1] + achetes[:, 1:] - brut[:, 1:]
    dotations = np.zeros((n, annees))
    dotations[:, 1:] = amortis[:, 1:] - amortis[:, :-1] + sorti[:, 1:]
    # The year of the opening balance sheet is not told by its movements: its charge is that of the plan.
    age = (passe - 1 - np.arange(achats.shape[1]))[None, :]
    part, avant = (np.clip((a + _MILIEU) / duree[:, None], 0, 1) for a in (age, age - 1))
    present = (age >= 0) & (age < (duree + _SURVIE)[:, None])
    dotations[:, 0] = ((np.rint(achats * part) - np.rint(achats * avant)) * present).sum(axis=1)
    return brut, amortis, dotations, sorti


def _non_amortissables(
    clients: pd.DataFrame, ventes: np.ndarray, table: pd.DataFrame, batiments: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Goodwill, land and deposits: kept at cost from the first year; and what was bought of them each year."""
    n, annees = ventes.shape
    premier = clients["premier"].to_numpy()
    reference = ventes[np.arange(n), premier]
    actif = np.arange(annees) >= premier[:, None]
    repris = (clients["rang_taille"].rank(method="first").astype("int64") % 2 == 0).to_numpy()
    fonds = np.rint(reference * table["fonds"].to_numpy() * repris / 500) * 500
    depot = np.rint(reference * table["loyer"].to_numpy() / 4 / 100) * 100
    terrain = np.rint(batiments.max(axis=1) * TERRAIN / 100) * 100
    fixes = {code: montant[:, None] * actif for code, montant in (("AH", fonds), ("BH", depot))}
    fixes["AN"] = terrain[:, None] * (batiments > 0)
    acquis = np.diff(sum(fixes.values()), axis=1)
    return fixes, acquis
