"""Loans of the clients: what financed their purchases, their schedules by the engine of the course, what was paid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.echeancier import echeances
from rncp_utils.credit.prets.exercice import annuite_de_exercice
from rncp_utils.donnees.agence.calendrier_comptable import JOUR, MOIS, MOIS_PAR_AN, Calendrier
from rncp_utils.donnees.agence.immobilisations import Parc
from rncp_utils.donnees.agence.plan import porteurs
from rncp_utils.donnees.agence.socle import Demande
from rncp_utils.donnees.agence.tirage import fragiles
from rncp_utils.monnaie import centimes

# Rate of a professional loan of its year of drawdown; before 2015, that of 2015. Convention of the course.
_TAUX = {
    2015: 0.021, 2016: 0.018, 2017: 0.017, 2018: 0.016, 2019: 0.014, 2020: 0.0135, 2021: 0.0125, 2022: 0.019,
    2023: 0.0385, 2024: 0.0405, 2025: 0.0360, 2026: 0.0355,
}  # fmt: skip
_JOURS = (5, 10, 15, 20)
_MINIMUM = 6_000
_FINANCE = 0.62
# Days after which an unpaid instalment makes a default, and how long the delays last before the first one unpaid.
_ARRIERE, _RETARDS = 91, 150


@dataclass(frozen=True)
class Emprunts:
    """Loans, their instalments, and what they are for the accounts.

    Attributes
    ----------
    credits, echeances : DataFrame
        As delivered (see :mod:`rncp_utils.donnees.agence.schemas`), instalments beyond the data included.
    annuels : dict of ndarray (clients, exercices), cents
        emprunte, rembourse and interets_payes (paid), interets_charge, courus (accrued, and due but unpaid, insurance
        included), assurance_charge, assurance_payee, crd (owed at closing).
    """

    credits: pd.DataFrame
    echeances: pd.DataFrame
    annuels: dict[str, np.ndarray]


def emprunter(
    demande: Demande, clients: pd.DataFrame, parc: Parc, calendrier: Calendrier, faits: pd.DataFrame
) -> Emprunts:
    """Finance about half of the purchases by a loan, and unfold every loan."""
    prets = _contracter(demande, clients, parc, calendrier, faits)
    lignes = echeances(
        prets[["id_pret", "capital", "taux", "duree", "date_deblocage", "date_premiere", "assurance_taux"]]
    )
    lignes = _payer(lignes, prets, clients, faits, demande)
    return Emprunts(_credits(prets, lignes, demande), lignes, _annuels(prets, lignes, clients, calendrier))


def _contracter(
    demande: Demande, clients: pd.DataFrame, parc: Parc, calendrier: Calendrier, faits: pd.DataFrame
) -> pd.DataFrame:
    hasard = demande.hasard("emprunts")
    n, largeur = parc.achats.shape
    colonnes = np.arange(largeur) - (parc.passe - 1)
    foncier = (clients["statut"] == "SCI").to_numpy()
    micro = (clients["statut"] == "micro").to_numpy()
    achats = parc.achats * np.where(foncier, 1.15, 1.0)[:, None]
    capital = np.floor(achats * hasard.uniform(0.65, 0.95, (n, largeur)) / 500) * 500
    finance = (hasard.random((n, largeur)) < _FINANCE) | foncier[:, None]
    # A fragile client has a loan that is still running, whatever the draws; so has one whose surety is too heavy.
    suivis = fragiles(faits, clients.index) | porteurs(faits, clients.index, "caution_disproportionnee")
    force = suivis[:, None] & (colonnes == 2)
    capital = np.where(force, np.maximum(capital, 24_000), capital)
    retenus = (finance & (capital >= _MINIMUM) & ~micro[:, None] & (colonnes < calendrier.exercices)) | force
    lignes, rangs = np.nonzero(retenus)
    clotures = calendrier.rang_de_cloture()[:, 0]
    mois = clotures[lignes] + colonnes[rangs] * MOIS_PAR_AN - hasard.integers(0, MOIS_PAR_AN, len(lignes))
    prets = pd.DataFrame({"ligne": lignes, "capital": capital[lignes, rangs]})
    prets["duree"] = np.where(foncier[lignes], hasard.choice([180, 240], len(lignes)), _durees(hasard, len(lignes)))
    prets["duree"] = np.where(force[lignes, rangs], 84, prets["duree"])
    deblocage = _jour_du_mois(calendrier.premier_mois + mois, hasard.choice(_JOURS, len(lignes)))
    prets["date_deblocage"] = deblocage
    materiel = hasard.random(len(lignes))
    prets["objet"] = np.where(
        foncier[lignes], "immobilier", np.select([materiel < 0.5, materiel < 0.75], ["materiel", "vehicule"], "travaux")
    )
    prets = _finissants(prets, demande, clients, faits, hasard)
    # What was repaid before the opening balance sheet tells nothing of the years delivered.
    fin = prets["date_deblocage"].to_numpy().astype(MOIS) + prets["duree"].to_numpy() + 1
    prets = prets[fin > calendrier.clotures()[prets["ligne"], 0].astype(MOIS)]
    return _conditions(prets, clients, hasard)


def _durees(hasard: np.random.Generator, n: int) -> np.ndarray:
    return hasard.choice([36, 48, 60, 84], n, p=[0.1, 0.2, 0.4, 0.3])


def _jour_du_mois(mois: np.ndarray, jour: np.ndarray) -> np.ndarray:
    return mois.astype(MOIS).astype(JOUR) + (jour - 1).astype("timedelta64[D]")


def _finissants(
    prets: pd.DataFrame, demande: Demande, clients: pd.DataFrame, faits: pd.DataFrame, hasard: np.random.Generator
) -> pd.DataFrame:
    """Loans that end within six months: those of the plan, and no others."""
    arrete = np.datetime64(demande.date_arrete, "M")
    fin = prets["date_deblocage"].to_numpy().astype(MOIS) + prets["duree"].to_numpy()
    proche = (fin > arrete) & (fin <= arrete + 6)
    prets.loc[proche, "duree"] += 12
    choisis = np.flatnonzero(porteurs(faits, clients.index, "pret_finissant"))
    if not len(choisis):
        return prets
    mois = arrete + hasard.integers(1, 7, len(choisis)) - 60
    ajout = pd.DataFrame(
        {
            "ligne": choisis,
            "capital": np.floor(clients["ca_reference"].to_numpy()[choisis] * 0.08 / 500) * 500 + _MINIMUM,
            "duree": 60,
            "date_deblocage": _jour_du_mois(mois, hasard.choice(_JOURS, len(choisis))),
            "objet": "vehicule",
        }
    )
    return pd.concat([prets, ajout], ignore_index=True)


def _conditions(prets: pd.DataFrame, clients: pd.DataFrame, hasard: np.random.Generator) -> pd.DataFrame:
    prets = prets.sort_values(["ligne", "date_deblocage"], kind="stable", ignore_index=True)
    annee = pd.DatetimeIndex(prets["date_deblocage"]).year
    base = pd.Series(_TAUX).reindex(range(min(_TAUX), max(_TAUX) + 1))
    taux = base.to_numpy()[np.clip(annee - min(_TAUX), 0, len(base) - 1)] + np.where(prets["duree"] > 120, 0.003, 0.0)
    prets["taux"] = (taux + hasard.integers(-4, 9, len(prets)) * 0.0005).round(4)
    prets["assurance_taux"] = hasard.choice([0.0, 0.0024, 0.0036], len(prets), p=[0.3, 0.4, 0.3])
    prets["id_client"] = clients.index.to_numpy()[prets["ligne"]]
    rang = prets.groupby("ligne").cumcount() + 1
    prets["id_pret"] = prets["id_client"] + "-P" + rang.astype("str")
    prets["id_compte"] = prets["id_client"] + "-1"
    deblocage = prets["date_deblocage"].to_numpy().astype(JOUR)
    jour = (deblocage - deblocage.astype(MOIS).astype(JOUR)).astype("int64") + 1
    prets["date_premiere"] = _jour_du_mois(deblocage.astype(MOIS) + 1, jour)
    prets["date_deblocage"] = prets["date_deblocage"].astype("datetime64[s]")
    prets["date_premiere"] = prets["date_premiere"].astype("datetime64[s]")
    return prets


def _payer(
    lignes: pd.DataFrame, prets: pd.DataFrame, clients: pd.DataFrame, faits: pd.DataFrame, demande: Demande
) -> pd.DataFrame:
    """Day on which each instalment was paid: its own, later when the client weakens, never once in arrears."""
    hasard = demande.hasard("paiements")
    ligne_du_pret = prets.set_index("id_pret")["ligne"]
    lignes = lignes.assign(ligne=ligne_du_pret.reindex(lignes["id_pret"].astype("str")).to_numpy())
    date = lignes["date"].to_numpy().astype(JOUR)
    defaut = pd.Series(pd.NaT, index=clients.index).astype("datetime64[s]")
    connus = faits[faits["date_defaut"].notna()]
    defaut.loc[connus["id_client"]] = connus["date_defaut"].to_numpy()
    du_client = defaut.to_numpy().astype(JOUR)[lignes["ligne"]]
    impayee = date >= du_client - np.timedelta64(_ARRIERE, "D")
    en_retard = ~impayee & (date >= du_client - np.timedelta64(_ARRIERE + _RETARDS, "D"))
    retard = np.where(en_retard, hasard.integers(12, 41, len(lignes)), 0).astype("timedelta64[D]")
    paiement = date + retard
    paiement[impayee & (date <= np.datetime64(demande.date_arrete, "D"))] = np.datetime64("NaT")
    return lignes.assign(date_paiement=paiement.astype("datetime64[s]"))


def _credits(prets: pd.DataFrame, lignes: pd.DataFrame, demande: Demande) -> pd.DataFrame:
    arrete = pd.Timestamp(demande.date_arrete)
    payees = lignes[(lignes["date_paiement"] <= arrete)]
    rembourse = centimes_par(payees, "capital", prets["id_pret"])
    debloque = (prets["date_deblocage"] <= arrete).to_numpy()
    fin = lignes.groupby(lignes["id_pret"].astype("str"), observed=True)["date"].max()
    table = prets[
        ["id_pret", "id_client", "id_compte", "objet", "capital", "taux", "duree", "date_deblocage", "date_premiere"]
    ].assign(
        date_fin=fin.reindex(prets["id_pret"]).to_numpy(),
        assurance_taux=prets["assurance_taux"],
        crd=np.where(debloque, centimes(prets["capital"]) - rembourse, 0) / 100,
    )
    return table[debloque].reset_index(drop=True)


def centimes_par(lignes: pd.DataFrame, colonne: str, cles: pd.Series) -> np.ndarray:
    """Sum of a column by loan, in cents, in the order of ``cles``."""
    rangs = pd.Index(cles).get_indexer(lignes["id_pret"].astype("str"))
    return np.bincount(rangs, centimes(lignes[colonne]), minlength=len(cles)).astype("int64")


def _annuels(
    prets: pd.DataFrame, lignes: pd.DataFrame, clients: pd.DataFrame, calendrier: Calendrier
) -> dict[str, np.ndarray]:
    n, annees = len(clients), calendrier.exercices
    par_pret = prets["ligne"].to_numpy()

    def sommer(valeurs: np.ndarray, lignes_clients: np.ndarray, jours: np.ndarray) -> np.ndarray:
        """Cents put on the client and the year in which they fall."""
        connus = ~np.isnat(jours)
        t = np.full(len(jours), -1)
        t[connus] = calendrier.exercice_de(lignes_clients[connus], jours[connus])
        garde = (t >= 0) & (t < annees)
        total = np.zeros((n, annees), dtype="int64")
        np.add.at(total, (lignes_clients[garde], t[garde]), valeurs[garde])
        return total

    ligne, date = lignes["ligne"].to_numpy(), lignes["date"].to_numpy().astype(JOUR)
    paiement = lignes["date_paiement"].to_numpy().astype(JOUR)
    capital, interets, assurance = (centimes(lignes[nom]) for nom in ("capital", "interets", "assurance"))
    deblocage = prets["date_deblocage"].to_numpy().astype(JOUR)
    clotures = calendrier.clotures()
    ouverture_connue = np.concatenate([clotures[:, :1] - np.timedelta64(366, "D"), clotures[:, :-1]], axis=1)
    charge, courus = (np.zeros((n, annees), dtype="int64") for _ in range(2))
    ids = prets["id_pret"].to_numpy()
    for t in range(annees):
        debut, fin = (
            pd.Series(jours[par_pret].astype("datetime64[s]"), index=ids)
            for jours in (ouverture_connue[:, t] + np.timedelta64(1, "D"), clotures[:, t])
        )
        lus = annuite_de_exercice(lignes.drop(columns=["ligne", "date_paiement"]), debut, fin).loc[ids]
        np.add.at(charge[:, t], par_pret, centimes(lus["interets_charge"]))
        np.add.at(courus[:, t], par_pret, centimes(lus["courus_cloture"]))
    emprunte = sommer(centimes(prets["capital"]), par_pret, deblocage)
    rembourse = sommer(capital, ligne, paiement)
    avant = _du_avant(prets, lignes, clients, clotures[:, 0])
    mouvement = emprunte - rembourse
    mouvement[:, 0] = 0
    dus = interets + assurance
    impayes = np.cumsum(sommer(dus, ligne, date) - sommer(dus, ligne, paiement), axis=1)
    return {
        "emprunte": emprunte,
        "rembourse": rembourse,
        "interets_payes": sommer(interets, ligne, paiement),
        "interets_charge": charge,
        "courus": courus + np.maximum(impayes, 0),
        "assurance_charge": sommer(assurance, ligne, date),
        "assurance_payee": sommer(assurance, ligne, paiement),
        "crd": avant[:, None] + np.cumsum(mouvement, axis=1),
    }


def _du_avant(prets: pd.DataFrame, lignes: pd.DataFrame, clients: pd.DataFrame, cloture: np.ndarray) -> np.ndarray:
    """Cents owed by each client at the opening balance sheet."""
    par_pret = prets["ligne"].to_numpy()
    debloque = prets["date_deblocage"].to_numpy().astype(JOUR) <= cloture[par_pret]
    ligne = lignes["ligne"].to_numpy()
    paye = lignes["date_paiement"].to_numpy().astype(JOUR) <= cloture[ligne]
    n = len(clients)
    du = np.bincount(par_pret[debloque], centimes(prets["capital"])[debloque], minlength=n)
    rendu = np.bincount(ligne[paye], centimes(lignes["capital"])[paye], minlength=n)
    return (du - rendu).astype("int64")
