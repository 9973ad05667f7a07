"""Operations that have a day of their own: loans, transfers to savings and to other banks, circular flows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.calendrier_comptable import JOUR, MOIS, Calendrier, jour_de_banque
from rncp_utils.donnees.agence.emprunts import Emprunts
from rncp_utils.donnees.agence.exercices import Comptes
from rncp_utils.donnees.agence.flux import Flux
from rncp_utils.donnees.agence.plan import porteurs
from rncp_utils.donnees.agence.releves import Fenetre
from rncp_utils.monnaie import centimes

_FICTIF = "SCI des Trois Lavoirs"


def lignes_de_prets(emprunts: Emprunts, clients: pd.DataFrame) -> pd.DataFrame:
    """Money lent, and instalments paid, on their own days."""
    credits, echeances = emprunts.credits, emprunts.echeances
    payees = echeances[echeances["date_paiement"].notna()]
    verse = pd.DataFrame(
        {
            "client": clients.index.get_indexer(credits["id_client"]),
            "jour": jour_de_banque(credits["date_deblocage"].to_numpy().astype(JOUR)),
            "cents": centimes(credits["capital"]),
            "nature": "deblocage",
            "libelle": "Déblocage du prêt " + credits["id_pret"],
        }
    )
    rendu = pd.DataFrame(
        {
            "client": payees["ligne"].to_numpy(),
            "jour": jour_de_banque(payees["date_paiement"].to_numpy().astype(JOUR)),
            "cents": -centimes(payees["echeance_totale"]),
            "nature": "ECHEANCE",
            "libelle": "Échéance du prêt " + payees["id_pret"].astype("str").to_numpy(),
        }
    )
    return pd.concat([verse, rendu], ignore_index=True)


def autres_banques(prets: pd.DataFrame, part: np.ndarray) -> pd.DataFrame:
    """A client of several banks brings here what its loans take, and takes away its share of what they bring."""
    autres = 1 - part[prets["client"].to_numpy()]
    cents = -np.rint(prets["cents"].to_numpy() * autres).astype("int64")
    return prets.assign(cents=cents, nature="virement_interne", libelle="Virement d'un compte d'une autre banque")[
        cents != 0
    ]


def livret_d_epargne(
    comptes: Comptes, flux: Flux, calendrier: Calendrier, fenetre: Fenetre
) -> tuple[pd.DataFrame, np.ndarray]:
    """Transfers to savings before each closing, interest at closing; and what was saved when the statements begin."""
    livret = np.rint(comptes.livret * 100).astype("int64")
    interets = flux.par_an["interets_livret"]
    verses = np.zeros_like(livret)
    verses[:, 1:] = np.diff(livret, axis=1) - interets[:, 1:]
    clotures = calendrier.clotures()
    jours = jour_de_banque((clotures.astype(MOIS).astype(JOUR) + np.timedelta64(21, "D")).ravel()).reshape(
        clotures.shape
    )
    derniers = jour_de_banque(clotures.ravel()).reshape(clotures.shape)
    parties = []
    for numero, signe, montants, dates, nature, libelle in (
        (1, -1, verses, jours, "virement_interne", "Virement vers ou depuis le livret"),
        (2, 1, verses, jours, "virement_interne", "Virement depuis ou vers le compte courant"),
        (2, 1, interets, derniers, "VIR", "Intérêts du livret"),
    ):
        clients, t = np.nonzero(montants)
        parties.append(
            pd.DataFrame(
                {
                    "client": clients,
                    "jour": dates[clients, t],
                    "cents": signe * montants[clients, t],
                    "nature": nature,
                    "libelle": libelle,
                    "numero": numero,
                }
            )
        )
    table = pd.concat(parties, ignore_index=True)
    avant = table[(table["numero"] == 2) & (table["jour"] < fenetre.debut)]
    initiaux = livret[:, 0].copy()
    np.add.at(initiaux, avant["client"].to_numpy(), avant["cents"].to_numpy())
    return table, initiaux


def flux_circulaires(
    faits: pd.DataFrame, clients: pd.DataFrame, comptes: Comptes, fenetre: Fenetre, hasard: np.random.Generator
) -> list[pd.DataFrame]:
    """Money that comes from a related company and goes back within days, for nine months: it looks like sales."""
    parties = []
    for client in np.flatnonzero(porteurs(faits, clients.index, "flux_circulaires")):
        debut = faits.set_index("id_client")["debut"][clients.index[client]]
        mois = np.datetime64(debut, "M") + np.repeat(np.arange(9), 3)
        jours = mois.astype(JOUR) + np.tile([4, 11, 18], 9).astype("timedelta64[D]")
        base = comptes.cases["FL"][client, -2] / 12 * 0.22
        cents = (np.rint(base * hasard.uniform(0.8, 1.2, len(jours)) / 100) * 10_000).astype("int64")
        for decalage, signe, sens in ((0, 1, "reçu de"), (4, -1, "émis vers")):
            parties.append(
                pd.DataFrame(
                    {
                        "client": client,
                        "jour": jour_de_banque(jours + np.timedelta64(decalage, "D")),
                        "cents": signe * cents,
                        "nature": "VIR",
                        "libelle": f"Virement {sens} {_FICTIF}",
                    }
                )
            )
    return parties
