"""A portfolio of one's own for each learner: sixty of the clients of the branch, and the plan of a quarter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.chargement import charger
from rncp_utils.donnees.fils_rouges.leviers import graine
from rncp_utils.portefeuille.ciblage import SECTIONS
from rncp_utils.risque.comportement import HORS_ACTIVITE

TAILLE, DESIGNES, SEMAINES = 60, 5, 12
ANNEE = 2025
ETAPES = ("contact → rendez-vous", "rendez-vous → offre", "offre → vente")


@dataclass(frozen=True)
class Objectif:
    """Commercial target: sales, and the rate of each step of the funnel (fractions)."""

    ventes: int
    taux_rdv: float
    taux_offre: float
    taux_vente: float
    taux_rdv_bas: float

    def contacts(self, taux_rdv: float | None = None) -> float:
        """Contacts that the target asks for."""
        return self.ventes / ((taux_rdv or self.taux_rdv) * self.taux_offre * self.taux_vente)

    @property
    def rendez_vous(self) -> float:
        """Appointments that the target asks for."""
        return self.ventes / (self.taux_offre * self.taux_vente)


@dataclass(frozen=True)
class Extrait:
    """Portefeuille d'un apprenant. Montants en euros, taux en fractions.

    Attributes
    ----------
    clients : DataFrame, index ``id_client``
        raison_sociale, secteur, tranche_ca, segment, ca_ttc, flux_confies (crédits d'activité de 2025), pnb (annuel),
        incidents (douze mois), du plus fort PNB au plus faible.
    designes : tuple of str
        Cinq clients à étudier.
    objectif : Objectif
    entonnoir : DataFrame
        Contacts, rendez-vous, offres, ventes : prévu et réalisé à mi-parcours.
    secteurs : DataFrame
        Par secteur : nombre de clients, nombre d'établissements de la zone.
    capacite : tuple of float
        Heures disponibles de chacune des douze semaines ; 0 pendant les congés.
    """

    clients: pd.DataFrame
    designes: tuple[str, ...]
    objectif: Objectif
    entonnoir: pd.DataFrame
    secteurs: pd.DataFrame
    capacite: tuple[float, ...]

    @property
    def taux_de_flux(self) -> pd.Series:
        """Flux confiés rapportés au chiffre d'affaires TTC."""
        return self.clients["flux_confies"] / self.clients["ca_ttc"]

    def prioritaires(self, nombre: int = 10) -> list[str]:
        """Clients à développer, sans incident, du plus fort PNB au plus faible."""
        retenus = self.clients[(self.clients["segment"] == "développer") & (self.clients["incidents"] == 0)]
        return retenus.index[:nombre].tolist()

    def part_des_premiers(self, part: float = 0.20) -> float:
        """Part du PNB que font les premiers clients."""
        premiers = round(part * len(self.clients))
        return float(self.clients["pnb"].iloc[:premiers].sum() / self.clients["pnb"].sum())


def portefeuille_de(apprenant: str, devoir: str, session: str) -> Extrait:
    """Portefeuille d'un apprenant : le même appel donne toujours le même extrait.

    >>> extrait = portefeuille_de("a.martin", "B1-RAP", "2026-S2")
    >>> len(extrait.clients), len(extrait.prioritaires()), len(extrait.designes)
    (60, 10, 5)
    """
    hasard = np.random.default_rng(int(graine(session, devoir, apprenant, "portefeuille"), 16))
    tous = fiches_clients()
    multibancaires = tous.index[tous["flux_confies"] / tous["ca_ttc"] < 0.9]
    choisis = hasard.permutation(multibancaires)[:DESIGNES]
    autres = hasard.permutation(tous.index.difference(choisis))[: TAILLE - len(choisis)]
    clients = tous.loc[[*choisis, *autres]]
    clients = clients.sort_values(["pnb", "raison_sociale"], ascending=[False, True], kind="stable")
    sains = [client for client in choisis if clients.loc[client, "incidents"] == 0]
    entiers = [client for client in clients.index if client not in choisis and clients.loc[client, "incidents"] == 0]
    designes = [*sains[:3], *hasard.permutation(entiers)[: DESIGNES - len(sains[:3])]]
    return Extrait(
        clients=clients,
        designes=tuple(hasard.permutation(designes).tolist()),
        objectif=_objectif(hasard),
        entonnoir=_entonnoir(hasard),
        secteurs=_secteurs(clients),
        capacite=_capacite(hasard),
    )


@lru_cache(maxsize=1)
def fiches_clients() -> pd.DataFrame:
    """What the branch knows of each of its clients, one row each."""
    clients = charger("clients")
    liasses = charger("liasses")
    recent = liasses[liasses["code"].isin(("FL", "YY"))].sort_values("date_cloture")
    derniers = recent.groupby(["id_client", "code"])["valeur"].last().unstack().reindex(clients.index)
    ttc = (derniers["FL"] + derniers["YY"].fillna(0)).fillna(clients["ca"]).astype("float64")
    mouvements = charger("mouvements")
    credits = mouvements[
        (mouvements["montant"] > 0)
        & ~mouvements["nature"].isin(HORS_ACTIVITE)
        & (mouvements["date_op"].dt.year == ANNEE)
        & mouvements["id_compte"].str.endswith("-1")
    ]
    flux = credits.groupby(credits["id_compte"].str[:-2])["montant"].sum().reindex(clients.index).fillna(0.0)
    incidents = charger("incidents")
    recents = incidents[incidents["date"] > incidents["date"].max() - pd.DateOffset(years=1)]
    return pd.DataFrame(
        {
            "raison_sociale": clients["raison_sociale"],
            "secteur": clients["section"].map(SECTIONS),
            "tranche_ca": clients["tranche_ca"].astype("str"),
            "segment": clients["segment"].astype("str"),
            "ca_ttc": ttc.round(0),
            "flux_confies": flux.round(0),
            "pnb": charger("contrats").groupby("id_client")["pnb_annuel"].sum().reindex(clients.index).round(0),
            "incidents": recents.groupby("id_client").size().reindex(clients.index).fillna(0).astype("int64"),
        },
        index=clients.index,
    )


def _objectif(hasard: np.random.Generator) -> Objectif:
    """Rates of the usual funnels, and as many sales as a quarter of appointments can hold."""
    rdv, offre, vente = (
        float(hasard.choice(taux)) for taux in ((0.25, 0.3, 0.4, 0.5), (0.4, 0.5, 0.6), (0.4, 0.5, 0.6))
    )
    ventes = int(hasard.integers(32, 50) * offre * vente) + 1
    return Objectif(ventes, rdv, offre, vente, round(rdv - 0.08, 2))


def _entonnoir(hasard: np.random.Generator) -> pd.DataFrame:
    """Forecast and actual at half-time: one step has clearly given way."""
    prevus = np.array([0.40, 0.50, 0.60])
    degrade = int(hasard.integers(3))
    reels = prevus + hasard.uniform(-0.015, 0.02, 3)
    reels[degrade] = prevus[degrade] * hasard.uniform(0.5, 0.62)
    contacts = int(hasard.integers(110, 141))
    prevu, realise = [100.0], [float(contacts)]
    for plan, reel in zip(prevus, reels, strict=True):
        prevu.append(round(prevu[-1] * plan))
        realise.append(round(realise[-1] * reel))
    etapes = pd.Index(["Contacts", "Rendez-vous", "Offres", "Ventes"], name="Étape")
    return pd.DataFrame({"Prévu": prevu, "Réalisé": realise}, index=etapes).astype("int64")


def _secteurs(clients: pd.DataFrame) -> pd.DataFrame:
    zone = charger("territoire")
    return pd.DataFrame(
        {
            "clients": clients["secteur"].value_counts().reindex(list(SECTIONS.values())).fillna(0).astype("int64"),
            "etablissements": [int(zone[f"nb_etab_{section}"].sum()) for section in SECTIONS],
        },
        index=pd.Index(list(SECTIONS.values()), name="Secteur"),
    )


def _capacite(hasard: np.random.Generator) -> tuple[float, ...]:
    """Hours of each week: one week of leave, one with a public holiday."""
    heures = np.full(SEMAINES, 20.0)
    conges, ferie = hasard.choice(np.arange(1, SEMAINES - 1), 2, replace=False)
    heures[ferie] = 15.0
    heures[conges] = 0.0
    return tuple(heures.tolist())
