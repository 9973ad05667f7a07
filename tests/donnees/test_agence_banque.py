"""The bank accounts of the portfolio: to the cent day after day, to the euro with the books; and planted stories."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rncp_utils.donnees.agence.vues import liasses_en_table
from rncp_utils.monnaie import centimes

pytestmark = pytest.mark.xdist_group("agence")
CLIENTELE = ("CB", "ESPECES", "CHQ", "VIR", "LCR")


def test_chaque_solde_est_celui_de_la_veille_et_les_mouvements_du_jour(socle):
    comptes, mouvements, soldes = (socle.tables[nom] for nom in ("comptes", "mouvements", "soldes_jour"))
    jours = soldes["date"].unique()
    assert len(soldes) == len(comptes) * len(jours)
    grille = soldes.assign(cents=centimes(soldes["solde"])).pivot(index="id_compte", columns="date", values="cents")
    du_jour = mouvements.assign(cents=centimes(mouvements["montant"])).pivot_table(
        index="id_compte", columns="date_op", values="cents", aggfunc="sum"
    )
    du_jour = du_jour.reindex(index=grille.index, columns=grille.columns).fillna(0).astype("int64")
    initiaux = centimes(comptes.set_index("id_compte")["solde_initial"].reindex(grille.index))
    assert (np.diff(grille.to_numpy(), axis=1, prepend=initiaux[:, None]) == du_jour.to_numpy()).all()


def test_le_solde_de_cloture_est_la_tresorerie_de_la_liasse(socle):
    table = liasses_en_table(socle.tables["liasses"], socle.clients)
    tresorerie = (table["CF"].fillna(0) - table["EH"].fillna(0)).rename("tresorerie").reset_index()
    soldes = socle.tables["soldes_jour"].assign(id_client=lambda t: t["id_compte"].str[:-2])
    ensemble = soldes.groupby(["id_client", "date"])["solde"].sum()
    seuls = socle.clients.index[socle.clients["part_flux"] == 1]
    compares = tresorerie[
        tresorerie["siren"].isin(seuls) & (tresorerie["date_cloture"] >= socle.tables["soldes_jour"]["date"].min())
    ]
    lus = ensemble.reindex(pd.MultiIndex.from_frame(compares[["siren", "date_cloture"]]))
    assert len(compares) > 120
    assert np.abs(lus.to_numpy() - compares["tresorerie"].to_numpy()).max() < 0.5


def test_ce_que_les_clients_ont_paye_est_ce_que_disent_les_comptes(socle):
    """Receipts of the year on the statement = sales + VAT - change of the receivables, for a client of one bank."""
    table = liasses_en_table(socle.tables["liasses"], socle.clients).fillna({"YY": 0, "BX": 0, "FQ": 0, "c757": 0})
    mouvements = socle.tables["mouvements"]
    de_clients = mouvements["libelle"].str.contains("client|Remise de|Versement d.espèces", regex=True) & ~mouvements[
        "libelle"
    ].str.startswith("Rejet : Lettre de change payée")
    recus = mouvements[de_clients].assign(id_client=lambda t: t["id_compte"].str[:-2])
    compares = 0
    for (client, cloture), ligne in table.iterrows():
        avant = (client, cloture - pd.DateOffset(years=1))
        debut = cloture - pd.DateOffset(years=1)
        if avant not in table.index or debut < mouvements["date_op"].min() - pd.Timedelta(days=1):
            continue
        if socle.clients.loc[client, "part_flux"] != 1:
            continue
        annee = recus[(recus["id_client"] == client) & (recus["date_op"] > debut) & (recus["date_op"] <= cloture)]
        attendu = ligne["FL"] + ligne["FQ"] - ligne["c757"] + ligne["YY"] - (ligne["BX"] - table.loc[avant, "BX"])
        assert annee["montant"].sum() == pytest.approx(attendu, abs=4)
        compares += 1
    assert compares > 80


def test_les_mouvements_tombent_des_jours_ouvres_et_dans_la_periode(socle):
    mouvements = socle.tables["mouvements"]
    assert mouvements["date_op"].between("2024-01-01", "2026-03-31").all()
    assert (mouvements["date_op"].dt.day_of_week < 5).all()
    assert (mouvements["date_valeur"] >= mouvements["date_op"]).all()
    assert (mouvements["montant"] != 0).all()
    assert mouvements["id_mvt"].is_unique


def test_un_rejet_s_annule(socle):
    rejets = socle.tables["mouvements"].query("rejet")
    assert len(rejets) > 50
    assert rejets.groupby("id_compte")["montant"].sum().abs().max() < 0.005
    incidents = socle.tables["incidents"]
    assert len(rejets) == 2 * (incidents["type"] != "saisie").sum()


def test_les_occasions_du_plan_sont_les_seules(socle):
    arrete = pd.Timestamp(socle.demande.date_arrete)
    lignes = socle.tables["lignes_ct"]
    proches = lignes[(lignes["date_echeance"] > arrete) & (lignes["date_echeance"] <= arrete + pd.Timedelta(days=60))]
    assert set(proches["id_client"]) == set(socle.marques("ligne_a_renouveler"))
    assert len(proches) == 8
    credits = socle.tables["credits"]
    finissants = credits[(credits["date_fin"] > arrete) & (credits["date_fin"] <= arrete + pd.DateOffset(months=6))]
    assert set(finissants["id_client"]) == set(socle.marques("pret_finissant"))
    assert len(finissants) == 10


def test_les_bilans_manquants_manquent(socle):
    recus = socle.tables["liasses"].groupby("id_client")["date_cloture"].max()
    manquants = socle.marques("bilan_manquant")
    assert len(manquants) == 3
    assert (recus.reindex(manquants) < pd.Timestamp("2024-01-01")).all()
