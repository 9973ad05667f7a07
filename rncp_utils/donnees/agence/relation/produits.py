"""What each client holds and what it brings in: nothing that the accounts do not show, and fees that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.relation.identite import comptes
from rncp_utils.donnees.agence.relation.tirages import en_dates, en_jours, entre
from rncp_utils.donnees.agence.socle import Socle
from rncp_utils.monnaie import centimes
from rncp_utils.portefeuille import GAMME_DU_COURS, charger_produits, eligibilite, pnb_client

# Price of money between branch and head office for a loan of each year, before the margin; convention of the course.
_TAUX_CESSION = {
    2015: 0.0120, 2016: 0.0090, 2017: 0.0080, 2018: 0.0070, 2019: 0.0050, 2020: 0.0045, 2021: 0.0035, 2022: 0.0100,
    2023: 0.0290, 2024: 0.0310, 2025: 0.0265, 2026: 0.0260,
}  # fmt: skip
_TAUX_CESSION_COURT = 0.025
# Products that nothing on the account would betray, and how often they are held.
_FACULTATIFS = {
    "CARTE": 0.72, "VAD": 0.10, "SDD": 0.08, "EBICS": 0.12, "FACT": 0.30, "MULTIRISQUE": 0.46, "EXPLOIT": 0.16,
    "RCPRO": 0.36, "FLOTTE": 0.08, "PREVOYANCE": 0.30, "HOMMECLE": 0.08, "SANTE": 0.34, "CYBER": 0.10, "PEE": 0.13,
    "PERCOL": 0.07, "PER": 0.20, "VIE": 0.20,
}  # fmt: skip
_FLOTTE_AVEC_VEHICULE = 0.45
_ECART_DE_PRIX = 0.22
FLUX = "flux"


def produits() -> pd.DataFrame:
    """The range of the course as a table: code, libelle, famille, pnb_reference, statuts, salaries."""
    return pd.DataFrame(
        [
            {
                "code": produit.code,
                "libelle": produit.libelle,
                "famille": produit.famille,
                "pnb_reference": float(produit.pnb),
                "statuts": ", ".join(produit.statuts) or None,
                "salaries": produit.salaries,
            }
            for produit in charger_produits(GAMME_DU_COURS)
        ]
    )


def credits(socle: Socle) -> pd.DataFrame:
    """Loans with the price that the branch paid for the money, by which their margin is known."""
    table = socle.tables["credits"].copy()
    annees = pd.DatetimeIndex(table["date_deblocage"]).year.to_numpy()
    table["taux_cession"] = pd.Series(_TAUX_CESSION).reindex(np.clip(annees, 2015, 2026)).to_numpy()
    return table


def contrats(socle: Socle, clients: pd.DataFrame, credits: pd.DataFrame) -> pd.DataFrame:
    """Contracts in force: id_client, code, date_souscription, pnb_annuel (euros of the last twelve months)."""
    hasard = socle.demande.hasard("contrats")
    gamme = eligibilite(clients)
    constates = _constates(socle, clients, credits)
    chances = pd.DataFrame({code: _FACULTATIFS.get(code, 0.0) for code in gamme}, index=clients.index)
    roulants = credits.loc[(credits["crd"] > 0) & (credits["objet"] == "vehicule"), "id_client"]
    chances.loc[clients.index.isin(roulants), "FLOTTE"] = _FLOTTE_AVEC_VEHICULE
    tires = hasard.random(gamme.shape) < chances.to_numpy()
    detenus = (constates | tires) & gamme.to_numpy()
    lignes, rangs = np.nonzero(detenus)
    table = pd.DataFrame({"id_client": clients.index.to_numpy()[lignes], "code": gamme.columns.to_numpy()[rangs]})
    table["date_souscription"] = _souscriptions(socle, table, clients, credits, hasard)
    table["pnb_annuel"] = _pnb(socle, table, credits, hasard)
    return table


def _constates(socle: Socle, clients: pd.DataFrame, credits: pd.DataFrame) -> np.ndarray:
    """Products that the accounts show: (clients, products)."""
    codes = [produit.code for produit in charger_produits(GAMME_DU_COURS)]
    vus = pd.DataFrame(False, index=clients.index, columns=codes)
    tables, encours = socle.tables, credits[credits["crd"] > 0]
    recents = _douze_mois(socle, tables["mouvements"], "date_op")
    recus = recents[recents["montant"] > 0]
    client_de = _titulaires(socle, recus["id_compte"])
    presents = {
        "COMPTE": clients.index,
        "TPE": client_de[recus["nature"] == "CB"],
        "CHEQUE": client_de[recus["nature"] == "CHQ"],
        "IMMO": encours.loc[encours["objet"] == "immobilier", "id_client"],
        "INVEST": encours.loc[encours["objet"] != "immobilier", "id_client"],
        "PLACEMENT": tables["comptes"].loc[tables["comptes"]["type"] == "epargne", "id_client"],
    }
    lignes = tables["lignes_ct"]
    for type_, code in (("decouvert", "DECOUVERT"), ("escompte", "ESCOMPTE"), ("dailly", "DAILLY")):
        presents[code] = lignes.loc[lignes["type"] == type_, "id_client"]
    for code, ids in presents.items():
        vus[code] = clients.index.isin(ids)
    return vus.to_numpy()


def _douze_mois(socle: Socle, table: pd.DataFrame, colonne: str) -> pd.DataFrame:
    debut = pd.Timestamp(socle.demande.date_arrete) - pd.DateOffset(years=1)
    return table[table[colonne] > debut]


def _titulaires(socle: Socle, comptes: pd.Series) -> pd.Series:
    """Holder of each account."""
    return comptes.map(socle.tables["comptes"].set_index("id_compte")["id_client"])


def _souscriptions(
    socle: Socle, table: pd.DataFrame, clients: pd.DataFrame, credits: pd.DataFrame, hasard: np.random.Generator
) -> np.ndarray:
    entree = en_jours(clients["date_entree_relation"].reindex(table["id_client"]).to_numpy())
    arrete = np.datetime64(socle.demande.date_arrete, "D")
    jours = entre(hasard, entree, arrete, (1.1, 1.3))
    # An account opens with its checks, its card reader and its overdraft within weeks; a loan has its own day.
    tot = np.minimum(entree + hasard.integers(0, 75, len(table)).astype("timedelta64[D]"), arrete)
    jours = np.where(table["code"].isin(["TPE", "CHEQUE", "DECOUVERT", "CARTE"]), tot, jours)
    jours = np.where(table["code"] == "COMPTE", entree, jours)
    encours = credits[credits["crd"] > 0]
    for code, immobilier in (("IMMO", True), ("INVEST", False)):
        du_type = encours[(encours["objet"] == "immobilier") == immobilier]
        premiers = en_jours(du_type.groupby("id_client")["date_deblocage"].min().reindex(table["id_client"]).to_numpy())
        jours = np.where(table["code"] == code, premiers, jours)
    return en_dates(jours)


def _pnb(socle: Socle, table: pd.DataFrame, credits: pd.DataFrame, hasard: np.random.Generator) -> np.ndarray:
    """Net banking income: margins by the engine of the course, fees as charged, catalogue price for the rest."""
    gamme = produits().set_index("code")
    reference = table["code"].map(gamme["pnb_reference"]).to_numpy()
    famille = table["code"].map(gamme["famille"]).to_numpy()
    pnb = np.round(reference * np.exp(hasard.normal(0, _ECART_DE_PRIX, len(table))), 2)
    pnb = np.where(famille == FLUX, _commissions(socle, table, reference, famille == FLUX), pnb)
    ajouts = pd.concat([_marges_de_credit(credits), _marges_de_depot(socle, table), _marges_de_decouvert(socle)])
    marges = (
        ajouts.groupby(level=[0, 1]).sum().reindex(pd.MultiIndex.from_frame(table[["id_client", "code"]])).fillna(0.0)
    )
    remplaces = table["code"].isin(["INVEST", "IMMO", "DECOUVERT", "PLACEMENT"]).to_numpy()
    return np.round(np.where(remplaces, 0.0, pnb) + marges.to_numpy(), 2)


def _commissions(socle: Socle, table: pd.DataFrame, reference: np.ndarray, flux: np.ndarray) -> np.ndarray:
    """Fees charged over twelve months, shared between the products that earn them, to the cent."""
    frais = socle.tables["mouvements"]
    frais = _douze_mois(socle, frais[frais["nature"] == "FRAIS"], "date_op")
    charges = pd.Series(-centimes(frais["montant"])).groupby(_titulaires(socle, frais["id_compte"]).to_numpy()).sum()
    total = charges.reindex(table["id_client"]).fillna(0).to_numpy()
    poids = pd.Series(np.where(flux, reference, 0.0))
    groupe = table["id_client"].to_numpy()
    parts = np.floor(total * poids / poids.groupby(groupe).transform("sum")).to_numpy()
    reste = total - pd.Series(parts).groupby(groupe).transform("sum").to_numpy()
    return np.where(table["code"] == "COMPTE", parts + reste, parts) / 100


def _marges_de_credit(credits: pd.DataFrame) -> pd.Series:
    encours = credits[credits["crd"] > 0]
    pnb = pnb_client(encours["crd"], encours["taux"], taux_cession=encours["taux_cession"])["pnb"].to_numpy()
    code = np.where(encours["objet"] == "immobilier", "IMMO", "INVEST")
    return pd.Series(pnb, index=[encours["id_client"].to_numpy(), code])


def _marges_de_depot(socle: Socle, table: pd.DataFrame) -> pd.Series:
    """Margin on the credit balances of the year; savings count for the account where there is no PLACEMENT."""
    soldes = _douze_mois(socle, socle.tables["soldes_jour"], "date")
    moyens = soldes["solde"].clip(lower=0).groupby(soldes["id_compte"]).mean()
    tenus = comptes(socle).set_index("id_compte")
    marge = pnb_client(
        solde_moyen=moyens,
        taux_cession=tenus["taux_cession"].reindex(moyens.index),
        remuneration=tenus["remuneration"].reindex(moyens.index),
    )["pnb"]
    tenus = tenus.reindex(moyens.index)
    places = tenus["id_client"].isin(table.loc[table["code"] == "PLACEMENT", "id_client"])
    code = np.where((tenus["type"] == "epargne") & places, "PLACEMENT", "COMPTE")
    return pd.Series(marge.to_numpy(), index=[tenus["id_client"].to_numpy(), code])


def _marges_de_decouvert(socle: Socle) -> pd.Series:
    """Margin on the debit balances of the year of the current accounts, at the rate of the line."""
    soldes = _douze_mois(socle, socle.tables["soldes_jour"], "date")
    debits = (-soldes["solde"]).clip(lower=0).groupby(soldes["id_compte"]).mean()
    client = pd.Index(_titulaires(socle, debits.index.to_series()).to_numpy())
    lignes = socle.tables["lignes_ct"].query("type == 'decouvert'").set_index("id_client")["taux"]
    taux = lignes.reindex(client).to_numpy()
    connus = ~np.isnan(taux) & debits.index.str.endswith("-1")
    pnb = pnb_client(
        debits[connus].to_numpy(), taux[connus], taux_cession=np.full(int(connus.sum()), _TAUX_CESSION_COURT)
    )
    return pd.Series(pnb["pnb"].to_numpy(), index=[client[connus].to_numpy(), np.full(int(connus.sum()), "DECOUVERT")])
