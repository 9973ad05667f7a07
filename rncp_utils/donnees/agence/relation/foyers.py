"""Private side of the managers: what the firm pays them, what they owe at home, what they own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence import exercices
from rncp_utils.donnees.agence.plan import porteurs
from rncp_utils.donnees.agence.profils import table_des_profils
from rncp_utils.donnees.agence.relation.tirages import choisir, par_client, pas_a_pas
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.donnees.agence.tirage import SOCIETES

_SITUATIONS = ("celibataire", "marie", "pacse", "divorce", "veuf")
_PARTS = (0.19, 0.50, 0.15, 0.13, 0.03)
EN_COUPLE = ("marie", "pacse")
COMMUNAUTE, SEPARATION, SANS_OBJET = "communaute", "separation", "sans_objet"
# What a manager taxed as an employee keeps of his pay once contributions are paid. Convention of the course.
_NET_ASSIMILE = 0.78
_TAUX_HABITAT = (0.011, 0.042)
_EFFORT_HABITAT = 0.29
MOIS = 12


def foyers(socle: Socle, personnes: pd.DataFrame) -> pd.DataFrame:
    """One household a manager, coherent with what the firm pays.

    Returns
    -------
    DataFrame
        id_foyer, id_client, situation, regime_matrimonial, nb_enfants, then euros a year: revenus_professionnels,
        dividendes, revenus_conjoint, revenus_fonciers, revenus (their sum), charges (instalments), loyer; and euros:
        valeur_residence, epargne, autre_patrimoine, patrimoine_brut (their sum), dettes, cautions_ailleurs.
    """
    clients, hasard = socle.clients, socle.demande.hasard("foyers")
    n = len(clients)
    chefs = personnes[personnes["dirigeant"]]
    en_couple = clients.index.isin(personnes.loc[personnes["couple"], "id_client"])
    table = pd.DataFrame({"id_foyer": chefs["id_foyer"].to_numpy(), "id_client": clients.index.to_numpy()})
    situation = choisir(hasard, _SITUATIONS, n, _PARTS)
    table["situation"] = np.where(en_couple & ~np.isin(situation, EN_COUPLE), "marie", situation)
    couple = table["situation"].isin(EN_COUPLE).to_numpy()
    separes = hasard.random(n) < 0.3
    table["regime_matrimonial"] = np.select(
        [table["situation"] == "marie", table["situation"] == "pacse"],
        [np.where(separes, SEPARATION, COMMUNAUTE), SEPARATION],
        SANS_OBJET,
    )
    enfants = hasard.choice(5, n, p=[0.22, 0.24, 0.36, 0.14, 0.04])
    table["nb_enfants"] = np.where(couple, enfants, np.minimum(enfants, hasard.choice(3, n, p=[0.6, 0.25, 0.15])))
    table = table.assign(**_revenus(socle, personnes, couple, hasard))
    table["revenus"] = table[["revenus_professionnels", "dividendes", "revenus_conjoint", "revenus_fonciers"]].sum(
        axis=1
    )
    return table.assign(**_patrimoine(table, _modestes(socle), hasard))


def _modestes(socle: Socle) -> np.ndarray:
    """Managers of the plan who guarantee more than they could ever pay: they own little, and earn alone."""
    return porteurs(socle.faits, socle.clients.index, "caution_disproportionnee")


def remuneration(socle: Socle) -> np.ndarray:
    """What each manager drew of the firm in the last financial year, euros, dividends aside.

    A sole trader: his net drawings, as the accounts tell them (as the statements do, for a micro-entreprise). A
    manager of a company: the pay that the accounts hold among the wages.
    """
    clients = socle.clients
    operations = socle.tables["operations"].sort_values("date_cloture")
    derniers = operations.groupby("id_client")["dividendes"].last().reindex(clients.index)
    mouvements = socle.tables["mouvements"]
    un_an = pd.Timestamp(socle.demande.date_arrete) - pd.DateOffset(years=1)
    vus = mouvements[
        mouvements["libelle"].isin(["Virement au dirigeant", "Apport du dirigeant"]) & (mouvements["date_op"] > un_an)
    ]
    titulaires = vus["id_compte"].map(socle.tables["comptes"].set_index("id_compte")["id_client"])
    verses = -vus["montant"].groupby(titulaires).sum().reindex(clients.index).fillna(0.0)
    profil = table_des_profils().loc[clients["profil"]]
    paie = exercices.GERANT_FIXE + profil["gerant"].to_numpy() * clients["ca"].to_numpy()
    salarie = clients["statut"].isin(["SAS", "SASU"]).to_numpy()
    paie = np.where(salarie, _NET_ASSIMILE * paie, paie)
    preleves = derniers.fillna(verses).clip(lower=0).to_numpy()
    return np.rint(np.where(clients["statut"].isin(SOCIETES), paie, preleves))


def _revenus(
    socle: Socle, personnes: pd.DataFrame, couple: np.ndarray, hasard: np.random.Generator
) -> dict[str, np.ndarray]:
    clients, n = socle.clients, len(socle.clients)
    ailleurs = np.rint(hasard.normal(39_000, 7_000, n).clip(26_000, 62_000) / 100) * 100
    # Whoever owns a property company lives on something else.
    sci = (clients["statut"] == "SCI").to_numpy()
    operations = socle.tables["operations"].sort_values("date_cloture")
    distribues = operations.groupby("id_client")["dividendes"].last().reindex(clients.index).fillna(0).to_numpy()
    du_foyer = personnes[personnes["id_foyer"].notna()]
    parts = par_client(du_foyer, "part_capital", clients.index).to_numpy()
    dividendes = np.where(clients["statut"].isin(SOCIETES), np.rint(distribues * parts), 0.0)
    conjoint = np.rint(np.exp(hasard.normal(np.log(23_500), 0.28, n)) / 100) * 100
    conjoint = np.where(couple & (hasard.random(n) < 0.86) & ~_modestes(socle), conjoint.clip(9_000, 68_000), 0.0)
    fonciers = np.where((hasard.random(n) < 0.12) & ~_modestes(socle), np.rint(hasard.uniform(40, 110, n)) * 100, 0.0)
    return {
        "revenus_professionnels": np.where(sci, ailleurs, remuneration(socle)),
        "dividendes": dividendes,
        "revenus_conjoint": conjoint,
        "revenus_fonciers": fonciers,
    }


def _patrimoine(table: pd.DataFrame, modestes: np.ndarray, hasard: np.random.Generator) -> dict[str, np.ndarray]:
    n, revenus = len(table), table["revenus"].to_numpy()
    proprietaire = hasard.random(n) < np.clip(0.30 + revenus / 110_000, 0.2, 0.85)
    proprietaire &= ~modestes
    valeur = np.rint(np.clip(4.6 * revenus * np.exp(hasard.normal(0, 0.25, n)), 110_000, 640_000) / 5_000) * 5_000
    taux, duree = hasard.uniform(*_TAUX_HABITAT, n), hasard.choice([180, 240, 300], n)
    ecoules = np.rint(hasard.uniform(6, 300, n))
    restants = np.maximum(duree - ecoules, 0)
    mensuel = taux / MOIS
    possible = _EFFORT_HABITAT * revenus / MOIS * (1 - (1 + mensuel) ** -duree) / mensuel
    emprunte = pas_a_pas(np.minimum(0.85 * valeur, possible), 1_000)
    mensualite = np.where(proprietaire & (restants > 0), emprunte * mensuel / (1 - (1 + mensuel) ** -duree), 0.0).round(
        2
    )
    du = np.where(restants > 0, mensualite * (1 - (1 + mensuel) ** -restants) / mensuel, 0.0)
    auto = np.where(hasard.random(n) < 0.42, np.rint(hasard.uniform(140, 340, n)), 0.0)
    reste_auto = np.rint(hasard.uniform(4, 50, n))
    epargne = pas_a_pas(revenus * hasard.gamma(1.3, 0.42, n), 100)
    locatif = np.where(table["revenus_fonciers"] > 0, np.rint(table["revenus_fonciers"] / 0.05 / 5_000) * 5_000, 0.0)
    residence = np.where(proprietaire, valeur, 0.0)
    cautions = np.where(hasard.random(n) < 0.10, np.rint(hasard.uniform(5, 45, n)) * 1_000, 0.0)
    return {
        "charges": np.round((mensualite + auto) * MOIS, 2),
        "loyer": np.where(proprietaire, 0.0, np.rint(hasard.uniform(48, 100, n)) * 10 * MOIS),
        "valeur_residence": residence,
        "epargne": epargne,
        "autre_patrimoine": locatif,
        "patrimoine_brut": residence + epargne + locatif,
        "dettes": np.rint(du + auto * reste_auto * 0.95),
        "cautions_ailleurs": cautions,
    }
