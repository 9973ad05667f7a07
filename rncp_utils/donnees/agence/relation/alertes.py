"""Alerts that the branch raised in its time: some of those that the accounts called for, and some weeks late."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.relation.suivi import exercices_connus, finances, suivre
from rncp_utils.donnees.agence.relation.tirages import NAT, en_dates, identifiants, jours_de_travail
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.risque import score_alerte

# Chance that the branch sees a client reach a level, and days that it takes.
_VUES = np.array([0.0, 0.40, 0.65, 0.80, 0.95])
# An adviser worries now and then about what is worth a few points only: those alerts are the false ones.
_DOUTE, _CHANCE_DU_DOUTE = 10, 0.06
_DELAI, _TRAITEMENT = (3, 40), (4, 75)
_NON_TRAITEE = 0.12
# The statements begin this many months before the first reading: a fall of flows needs a year behind it.
_MOIS_DE_RECUL = 4
_SILENCE = 120


def alertes_reelles(
    socle: Socle, clients: pd.DataFrame, evenements: pd.DataFrame, receptions: pd.DataFrame
) -> pd.DataFrame:
    """Alerts raised: id_alerte, id_client, date, niveau (1 to 4), motif, traitee_le (NaT: not yet).

    Every month the engine of the course is read as it could have been then; the branch noticed a part of what rose.
    """
    hasard = socle.demande.hasard("alertes")
    suivi = suivre(socle.tables, clients)
    arrete, exercices = pd.Timestamp(socle.demande.date_arrete), exercices_connus(socle.tables, clients)
    debut = suivi.soldes.jours[0] + pd.DateOffset(months=_MOIS_DE_RECUL)
    avant = np.zeros(len(clients), dtype="int64")
    parties = []
    for jour in pd.date_range(debut, arrete, freq="ME"):
        lus = score_alerte(
            suivi.indicateurs(jour).reindex(clients.index),
            finances(exercices, clients, evenements, receptions, jour),
            date=jour.date(),
        )
        niveau, tirage = lus["niveau"].to_numpy(), hasard.random(len(clients))
        doute = (niveau == 0) & (lus["score"] >= _DOUTE).to_numpy() & (tirage < _CHANCE_DU_DOUTE)
        vus = (niveau > avant) & (tirage < _VUES[niveau]) | doute
        parties.append(
            pd.DataFrame(
                {
                    "id_client": clients.index[vus],
                    "vu": jour,
                    "niveau": np.maximum(niveau[vus], 1),
                    "motif": lus["motif_principal"][vus].to_numpy(),
                }
            )
        )
        avant = niveau
    table = pd.concat(parties, ignore_index=True).sort_values(["id_client", "vu"], ignore_index=True)
    return _dater(table, arrete, hasard)


def _dater(table: pd.DataFrame, arrete: pd.Timestamp, hasard: np.random.Generator) -> pd.DataFrame:
    n, fin = len(table), arrete.to_datetime64().astype("datetime64[D]")
    vu = table["vu"].to_numpy().astype("datetime64[D]")
    date = jours_de_travail(vu + hasard.integers(*_DELAI, n).astype("timedelta64[D]"))
    traitee = jours_de_travail(date + hasard.integers(*_TRAITEMENT, n).astype("timedelta64[D]"))
    jamais = (hasard.random(n) < _NON_TRAITEE) | (traitee > fin)
    table["date"] = en_dates(date)
    table["traitee_le"] = np.where(jamais, NAT, en_dates(np.maximum(traitee, date)))
    # An alert that is open already says the same thing, unless it grew worse.
    memes = table["id_client"] == table["id_client"].shift()
    proche = (table["date"] - table["date"].shift()).dt.days < _SILENCE
    redite = memes & proche & (table["niveau"] <= table["niveau"].shift())
    table = table[(date <= fin) & ~redite.to_numpy()]
    table = table.sort_values(["date", "id_client"], kind="stable", ignore_index=True)
    table.insert(0, "id_alerte", identifiants("A", len(table), 4))
    return table[["id_alerte", "id_client", "date", "niveau", "motif", "traitee_le"]]
