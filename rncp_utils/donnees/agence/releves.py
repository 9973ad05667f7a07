"""From the accounts as they were kept to the tables that are delivered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.calendrier_comptable import JOUR, Calendrier

# The statements begin two years and a quarter before the last day.
RECUL_MOIS = 26


@dataclass(frozen=True)
class Fenetre:
    """Months and days of the statements."""

    calendrier: Calendrier

    @property
    def dernier(self) -> int:
        return self.calendrier.rang(self.calendrier.demande.date_arrete)

    @property
    def premier(self) -> int:
        return self.dernier - RECUL_MOIS

    @property
    def debut(self) -> np.datetime64:
        return (self.calendrier.premier_mois + self.premier).astype(JOUR)

    @property
    def fin(self) -> np.datetime64:
        return np.datetime64(self.calendrier.demande.date_arrete, "D")

    @property
    def jours(self) -> int:
        return int((self.fin - self.debut).astype("int64")) + 1


@dataclass(frozen=True)
class Banque:
    """What the bank holds; accounts are named by client and number (1: current account, 2: savings)."""

    comptes: pd.DataFrame
    mouvements: pd.DataFrame
    soldes_jour: pd.DataFrame
    incidents: pd.DataFrame
    lignes_ct: pd.DataFrame


@dataclass(frozen=True)
class Tenue:
    """Accounts as they were kept, by row of client, cents.

    Attributes
    ----------
    ids : ndarray of str
    courant, epargne : DataFrame
        Lines: client, jour, cents, nature, libelle, rejet.
    soldes : ndarray (clients, days)
        Of the current accounts.
    initiaux, initiaux_livret : ndarray
        On the eve of the first day.
    lignes_ct, rejets, saisies : DataFrame
    """

    ids: np.ndarray
    fenetre: Fenetre
    courant: pd.DataFrame
    epargne: pd.DataFrame
    soldes: np.ndarray
    initiaux: np.ndarray
    initiaux_livret: np.ndarray
    lignes_ct: pd.DataFrame
    rejets: pd.DataFrame
    saisies: pd.DataFrame

    def tables(self) -> Banque:
        """Tables as delivered, accounts in order, balances from the lines."""
        ouverts = np.flatnonzero(
            (self.initiaux_livret != 0) | np.isin(np.arange(len(self.ids)), self.epargne["client"])
        )
        livrets = soldes_quotidiens(self.epargne, self.initiaux_livret, self.fenetre.debut, self.fenetre.jours)[ouverts]
        jours = self.fenetre.debut + np.arange(self.fenetre.jours)
        quotidiens = pd.concat(
            [_en_lignes(self.ids + "-1", self.soldes, jours), _en_lignes(self.ids[ouverts] + "-2", livrets, jours)],
            ignore_index=True,
        ).sort_values(["id_compte", "date"], kind="stable", ignore_index=True)
        utilise = np.maximum(-self.soldes[self.lignes_ct["ligne"].to_numpy(), -1], 0) / 100
        return Banque(
            comptes=self._comptes(ouverts),
            mouvements=_mouvements(self.ids, self.courant, self.epargne),
            soldes_jour=quotidiens,
            incidents=_incidents(self.ids, self.rejets, self.saisies),
            lignes_ct=_lignes_ct(self.ids, self.lignes_ct.assign(utilise=utilise)),
        )

    def _comptes(self, ouverts: np.ndarray) -> pd.DataFrame:
        plafonds, rang = self.lignes_ct.set_index("ligne"), np.arange(len(self.ids))
        courants = pd.DataFrame(
            {
                "id_compte": self.ids + "-1",
                "id_client": self.ids,
                "type": "courant",
                "autorisation": plafonds["autorisation"].reindex(rang, fill_value=0).to_numpy().astype("float64"),
                "date_echeance_autorisation": plafonds["date_echeance"].reindex(rang).to_numpy(),
                "solde_initial": self.initiaux / 100,
            }
        )
        livrets = pd.DataFrame(
            {
                "id_compte": self.ids[ouverts] + "-2",
                "id_client": self.ids[ouverts],
                "type": "epargne",
                "autorisation": 0.0,
                "date_echeance_autorisation": np.datetime64("NaT", "s"),
                "solde_initial": self.initiaux_livret[ouverts] / 100,
            }
        )
        return pd.concat([courants, livrets], ignore_index=True).sort_values("id_compte", ignore_index=True)


def soldes_quotidiens(lignes: pd.DataFrame, initiaux: np.ndarray, debut: np.datetime64, jours: int) -> np.ndarray:
    """Closing balance of each day, cents, (clients, days)."""
    matrice = np.zeros((len(initiaux), jours), dtype="int64")
    rang = (lignes["jour"].to_numpy().astype(JOUR) - debut).astype("int64")
    np.add.at(matrice, (lignes["client"].to_numpy(), rang), lignes["cents"].to_numpy())
    return initiaux[:, None] + np.cumsum(matrice, axis=1)


def _en_lignes(comptes: np.ndarray, soldes: np.ndarray, jours: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id_compte": np.repeat(comptes, len(jours)),
            "date": np.tile(jours.astype("datetime64[s]"), len(comptes)),
            "solde": soldes.ravel() / 100,
        }
    )


def _mouvements(ids: np.ndarray, courant: pd.DataFrame, epargne: pd.DataFrame) -> pd.DataFrame:
    tout = pd.concat([courant.assign(numero=1), epargne.assign(rejet=False)], ignore_index=True)
    tout = tout.sort_values(
        ["client", "numero", "jour", "nature", "libelle", "cents"], kind="stable", ignore_index=True
    )
    jour = tout["jour"].to_numpy().astype(JOUR)
    # A cheque paid in is available the next working day.
    valeur = np.where((tout["nature"] == "CHQ") & (tout["cents"] > 0), _lendemain(jour), jour)
    return pd.DataFrame(
        {
            "id_mvt": [f"M{n:08d}" for n in range(1, len(tout) + 1)],
            "id_compte": ids[tout["client"]] + np.where(tout["numero"] == 1, "-1", "-2").astype(object),
            "date_op": jour.astype("datetime64[s]"),
            "date_valeur": valeur.astype("datetime64[s]"),
            "montant": tout["cents"].to_numpy() / 100,
            "nature": tout["nature"].astype("str"),
            "libelle": tout["libelle"].astype("str"),
            "rejet": tout["rejet"].astype("bool"),
        }
    )


def _lendemain(jours: np.ndarray) -> np.ndarray:
    return np.busday_offset(jours, 1, roll="forward")


def _incidents(ids: np.ndarray, rejets: pd.DataFrame, saisies: pd.DataFrame) -> pd.DataFrame:
    tout = pd.concat([rejets, saisies], ignore_index=True).sort_values(["jour", "client", "type"], ignore_index=True)
    client = tout["client"].to_numpy(dtype="int64")
    return pd.DataFrame(
        {
            "id_incident": [f"I{n:06d}" for n in range(1, len(tout) + 1)],
            "id_client": ids[client],
            "id_compte": ids[client] + "-1",
            "date": tout["jour"].to_numpy().astype("datetime64[s]"),
            "type": tout["type"].astype("str"),
            "montant": tout["cents"].to_numpy() / 100,
        }
    )


def _lignes_ct(ids: np.ndarray, lignes: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id_ligne": [f"L{n:05d}" for n in range(1, len(lignes) + 1)],
            "id_client": ids[lignes["ligne"]],
            "type": lignes["type"].astype("str").to_numpy(),
            "plafond": lignes["autorisation"].to_numpy().astype("float64"),
            "utilise": lignes["utilise"].to_numpy(),
            "date_echeance": lignes["date_echeance"].to_numpy(),
            "taux": lignes["taux"].to_numpy(),
        }
    )
