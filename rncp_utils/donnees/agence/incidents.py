"""Payments that the bank refuses beyond the overdraft granted, and what the State seizes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.calendrier_comptable import JOUR, Calendrier, jour_de_banque
from rncp_utils.donnees.agence.plan import porteurs
from rncp_utils.donnees.agence.socle import Demande

_REJETABLES = {"PRLV": "rejet_prelevement", "CHQ": "rejet_cheque"}
_NOUVELLE_PRESENTATION = 12
_PART_REJETEE = 0.45
# Bills of customers that come back unpaid, and payments that a healthy client once forgot to cover.
_EFFETS_IMPAYES, _OUBLIS = 0.02, 0.0012
_FISC = ("TVA", "IMPOT", "URSSAF")
_DELAI_SAISIE, _MOIS_SAISIS = 55, 5
COLONNES = ("client", "jour", "type", "cents")


def _vide() -> pd.DataFrame:
    return pd.DataFrame({"client": np.zeros(0, int), "jour": np.zeros(0, JOUR), "type": "", "cents": np.zeros(0, int)})


def rejeter(
    demande: Demande,
    lignes: pd.DataFrame,
    soldes: np.ndarray,
    plafonds: np.ndarray,
    debut: np.datetime64,
    calendrier: Calendrier,
    fragile: np.ndarray,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Refuse payments of days over the line, return some bills of customers; all of them come again.

    A refusal is two lines, the payment and its cancellation; the payment comes again in the same financial year: the
    closing balance does not change.
    """
    hasard = demande.hasard("rejets")
    client = lignes["client"].to_numpy(dtype="int64")
    jour = lignes["jour"].to_numpy().astype(JOUR)
    rang = (jour - debut).astype("int64")
    exces = (-soldes[client, rang] > plafonds[client] * 100) & fragile[client]
    tirage = hasard.random(len(lignes))
    debit = (lignes["cents"] < 0).to_numpy()
    refusable = lignes["nature"].isin(_REJETABLES).to_numpy() & debit
    effet = (lignes["nature"] == "LCR").to_numpy() & ~debit
    choisis = refusable & (tirage < np.where(exces, _PART_REJETEE, _OUBLIS)) | effet & (tirage < _EFFETS_IMPAYES)
    retour = jour_de_banque(jour + np.timedelta64(1, "D"))
    retour = np.where(retour > jour, retour, jour)
    suite = jour_de_banque(jour + np.timedelta64(_NOUVELLE_PRESENTATION, "D"))
    fin = debut + np.timedelta64(soldes.shape[1] - 1, "D")
    choisis &= (calendrier.exercice_de(client, suite) == calendrier.exercice_de(client, jour)) & (suite <= fin)
    refusees = lignes[choisis]
    presentees = refusees.assign(rejet=True)
    annulation = refusees.assign(
        rejet=True,
        cents=-refusees["cents"],
        jour=retour[choisis],
        nature="extourne",
        libelle="Rejet : " + refusees["libelle"],
    )
    representees = refusees.assign(jour=suite[choisis])
    toutes = pd.concat([lignes[~choisis], presentees, annulation, representees], ignore_index=True)
    incidents = pd.DataFrame(
        {
            "client": client[choisis],
            "jour": retour[choisis],
            "type": refusees["nature"].map(_REJETABLES | {"LCR": "lcr_impayee"}).to_numpy(),
            "cents": refusees["cents"].abs().to_numpy(),
        }
    )
    return toutes, incidents if len(incidents) else _vide()


def saisir(
    lignes: pd.DataFrame, faits: pd.DataFrame, clients: pd.DataFrame, calendrier: Calendrier
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Taxes that the client no longer pays are seized two months later, in the same financial year."""
    touches = np.flatnonzero(porteurs(faits, clients.index, "saisies_administratives"))
    client, jour = lignes["client"].to_numpy(dtype="int64"), lignes["jour"].to_numpy().astype(JOUR)
    debuts = pd.Series(np.datetime64("NaT", "D"), index=range(len(clients)))
    par_client = faits.set_index("id_client")["debut"]
    for touche in touches:
        debuts[touche] = np.datetime64(par_client[clients.index[touche]], "D")
    debut = debuts.to_numpy().astype(JOUR)[client]
    suite = jour_de_banque(jour + np.timedelta64(_DELAI_SAISIE, "D"))
    saisie = np.isin(client, touches) & lignes["nature"].isin(_FISC).to_numpy() & (lignes["cents"] < 0).to_numpy()
    saisie &= (jour >= debut - np.timedelta64(60, "D")) & (jour < debut + np.timedelta64(30 * _MOIS_SAISIS, "D"))
    saisie &= calendrier.exercice_de(client, suite) == calendrier.exercice_de(client, jour)
    saisie &= suite <= np.datetime64(calendrier.demande.date_arrete, "D")
    if not saisie.any():
        return lignes, _vide()
    lignes = lignes.copy()
    lignes.loc[saisie, "jour"] = suite[saisie]
    lignes.loc[saisie, "libelle"] = "Saisie administrative à tiers détenteur, " + lignes.loc[saisie, "libelle"]
    lignes.loc[saisie, "nature"] = "SATD"
    incidents = pd.DataFrame(
        {
            "client": client[saisie],
            "jour": suite[saisie],
            "type": "saisie",
            "cents": -lignes["cents"].to_numpy()[saisie],
        }
    )
    return lignes, incidents
