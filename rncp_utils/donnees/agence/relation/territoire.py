"""The area of the branch: fictitious communes and their establishments, the clients among them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.numeros import siret_de, tirer_siren
from rncp_utils.donnees.agence.relation.mots import communes, mots
from rncp_utils.donnees.agence.relation.tirages import NAT, en_dates, en_jours
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.portefeuille import section_naf

POUR_HABITANTS = 10_000
ACTIF, FERME = "A", "F"
# Years that an establishment lasts, on average, and years over which creations are drawn.
_DUREE, _RECUL_ANS = 11.0, 30
_ANNEE = 365.25


def etablissements(socle: Socle, clients: pd.DataFrame) -> pd.DataFrame:
    """Establishments of the trades of the branch, open or closed: siret, naf, commune_insee, date_creation, etat,
    date_fermeture (NaT while open), as :func:`rncp_utils.portefeuille.zone_chalandise` reads them.
    """
    hasard = socle.demande.hasard("territoire")
    lieux, densites = communes(), mots()["densites"]
    attendus = np.outer(lieux["population"] / POUR_HABITANTS, list(densites.values()))
    # Enough creations over the years for the expected number to be open today.
    taux = attendus / _DUREE / (1 - np.exp(-_RECUL_ANS / _DUREE)) * _RECUL_ANS
    nombres = hasard.poisson(taux)
    commune, naf = (np.repeat(rangs.ravel(), nombres.ravel()) for rangs in np.indices(nombres.shape))
    n, arrete = len(commune), np.datetime64(socle.demande.date_arrete, "D")
    creation = arrete - (hasard.random(n) * _RECUL_ANS * _ANNEE).astype("int64").astype("timedelta64[D]")
    fermeture = creation + np.maximum(hasard.exponential(_DUREE, n) * _ANNEE, 30).astype("int64").astype(
        "timedelta64[D]"
    )
    ferme = fermeture <= arrete
    # The area knows those closed for less than five years.
    garde = ~ferme | (fermeture > arrete - np.timedelta64(5 * 365, "D"))
    autres = pd.DataFrame(
        {
            "naf": np.array(list(densites), dtype=object)[naf],
            "commune_insee": lieux["commune_insee"].to_numpy()[commune],
            "date_creation": en_dates(creation),
            "etat": np.where(ferme, FERME, ACTIF),
            "date_fermeture": np.where(ferme, en_dates(fermeture), NAT),
        }
    )[garde].reset_index(drop=True)
    autres["siret"] = siret_de(tirer_siren(hasard, len(autres), voisins=True), np.ones(len(autres), dtype="int64"))
    notres = clients[["siret", "naf", "commune_insee", "date_creation"]].assign(etat=ACTIF, date_fermeture=NAT)
    table = pd.concat([autres, notres.reset_index(drop=True)], ignore_index=True)
    return table.sort_values("siret", ignore_index=True)


def territoire(socle: Socle, etablissements: pd.DataFrame) -> pd.DataFrame:
    """One row a commune: population, establishments open in each section, creations and closures of twelve months."""
    lieux, arrete = communes(), en_jours(np.datetime64(socle.demande.date_arrete))
    un_an = arrete - np.timedelta64(365, "D")
    ouverts = etablissements[etablissements["etat"] == ACTIF]
    par_section = pd.crosstab(ouverts["commune_insee"], section_naf(ouverts["naf"])).add_prefix("nb_etab_")
    recents = etablissements[en_jours(etablissements["date_creation"].to_numpy()) > un_an]
    fermes = etablissements[en_jours(etablissements["date_fermeture"].to_numpy()) > un_an]
    nombres = pd.DataFrame(
        {
            "nb_etab": ouverts.groupby("commune_insee").size(),
            "creations": recents.groupby("commune_insee").size(),
            "cessations": fermes.groupby("commune_insee").size(),
        }
    ).join(par_section)
    return lieux.join(nombres.reindex(lieux["commune_insee"]).reset_index(drop=True).fillna(0).astype("int64"))
