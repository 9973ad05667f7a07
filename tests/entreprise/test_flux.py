"""Funds statement and cash-flow statement: MARTIN to the euro, deductions, identities on any pair of balance sheets."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import (
    Liasse,
    Mouvements,
    bilan_fonctionnel,
    exercice_precedent,
    table_de_liasses,
    tableau_financement,
    tableau_flux,
)
from rncp_utils.entreprise.exemples import martin, martin_n1, mouvements_martin
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurEquilibre, ErreurSchema
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")


def test_a08_flux_de_martin():
    flux = tableau_flux(martin(), martin_n1(), mouvements_martin())
    assert flux.to_dict() == {
        "caf": 68_800,
        "variation_bfr": 11_000,
        "exploitation": 57_800,
        "acquisitions": 52_000,
        "variation_dettes_immobilisations": 3_500,
        "cessions": 5_000,
        "investissement": -43_500,
        "apports_capital": 0,
        "emprunts_nouveaux": 40_000,
        "cca_apportes": 0,
        "subventions_recues": 0,
        "dividendes": 12_000,
        "remboursements": 34_000,
        "cca_rembourses": 5_000,
        "financement": -11_000,
        "variation": 3_300,
        "tresorerie_ouverture": 5_700,
        "tresorerie_cloture": 9_000,
        "deduit": 0,
    }
    assert flux.attrs["motifs"] == ()


def test_tableau_de_financement_de_martin():
    tableau = tableau_financement(martin(), martin_n1(), mouvements_martin())
    assert tableau[["ressources", "emplois", "variation_frng", "deduit"]].tolist() == [113_800, 103_000, 10_800, 0]
    bilans = [bilan_fonctionnel(liasse)["frng"] for liasse in (martin(), martin_n1())]
    assert tableau["variation_frng"] == bilans[0] - bilans[1]


def test_ce_qui_manque_est_deduit_des_bilans_et_marque():
    connus, deduits = tableau_flux(martin(), martin_n1(), mouvements_martin()), tableau_flux(martin(), martin_n1())
    assert deduits.drop("deduit").equals(connus.drop("deduit"))
    assert deduits["deduit"] == 1
    assert deduits.attrs["motifs"] == (
        "amortissements des biens cédés : montant déduit des bilans",
        "acquisitions : montant déduit des bilans",
        "remboursements de comptes courants : montant déduit des bilans",
    )


def test_les_remboursements_se_deduisent_des_emprunts_souscrits():
    sans_vk = Liasse({code: montant for code, montant in martin().valeurs.items() if code != "VK"})
    flux = tableau_flux(sans_vk, martin_n1())
    assert (flux["emprunts_nouveaux"], flux["remboursements"]) == (40_000, 34_000)
    sans_vj = Liasse({code: montant for code, montant in sans_vk.valeurs.items() if code != "VJ"})
    flux = tableau_flux(sans_vj, martin_n1())
    assert (flux["emprunts_nouveaux"], flux["remboursements"]) == (6_000, 0)
    flux = tableau_flux(sans_vj, martin_n1(), {"remboursements": 10_000})
    assert (flux["emprunts_nouveaux"], flux["remboursements"]) == (16_000, 10_000)


def test_les_dividendes_se_deduisent_des_reserves():
    sans_ze = Liasse({code: montant for code, montant in martin().valeurs.items() if code != "ZE"})
    assert tableau_flux(sans_ze, martin_n1())["dividendes"] == 12_000


def test_le_bilan_d_ouverture_est_par_defaut_la_colonne_n_moins_1():
    assert tableau_flux(martin()).equals(tableau_flux(martin(), martin_n1()))
    with pytest.raises(ErreurDonnees, match="exercice précédent manque"):
        tableau_flux(martin_n1().avec(FL=1, HN=1))


def test_les_fournisseurs_d_immobilisations_peuvent_rester_dans_le_bfr():
    flux = tableau_flux(martin(), martin_n1(), mouvements_martin(), bfr_hors_fournisseurs_immo=False)
    assert flux[["exploitation", "investissement", "variation"]].tolist() == [61_300, -47_000, 3_300]


def test_entreprise_individuelle_les_prelevements_passent_par_le_capital():
    ouverture = Liasse({"BJ": 50_000, "DA": 30_000, "DI": 20_000, "DL": 50_000}, forme_juridique="EI")
    cloture = Liasse(
        {
            "BJ": 50_000,
            "CF": 12_000,
            "CJ": 12_000,
            "DA": 32_000,
            "DI": 30_000,
            "DL": 62_000,
            "FL": 90_000,
            "HN": 30_000,
        },
        forme_juridique="EI",
    )
    flux = tableau_flux(cloture, ouverture)
    assert (flux["apports_capital"], flux["dividendes"], flux["variation"]) == (0, 18_000, 12_000)
    avec_apports = tableau_flux(cloture, ouverture, {"apports_capital": 5_000})
    assert (avec_apports["dividendes"], avec_apports["variation"]) == (23_000, 12_000)
    en_mapping = tableau_flux({**cloture.valeurs, "forme_juridique": "EI"}, ouverture)
    assert en_mapping.equals(flux)
    societe = tableau_flux(dataclasses.replace(cloture, forme_juridique="SARL"), ouverture)
    assert (societe["apports_capital"], societe["dividendes"], societe["variation"]) == (2_000, 20_000, 12_000)


def test_des_mouvements_qui_n_expliquent_pas_la_tresorerie_sont_refuses():
    faux = dataclasses.replace(mouvements_martin(), acquisitions=53_000)
    with pytest.raises(ErreurEquilibre, match="somme des flux") as refus:
        tableau_flux(martin(), martin_n1(), faux)
    assert (refus.value.gauche, refus.value.droite) == (2_300, 3_300)
    with pytest.raises(ErreurEquilibre, match="variation du FRNG"):
        tableau_financement(martin(), martin_n1(), faux)


@pytest.mark.parametrize(
    "nom", ["acquisitions", "brut_cede", "prix_cession", "emprunts_nouveaux", "remboursements", "dividendes"]
)
def test_un_mouvement_negatif_est_refuse(nom):
    with pytest.raises(ErreurDonnees, match="montant négatif"):
        tableau_flux(martin(), martin_n1(), dataclasses.replace(mouvements_martin(), **{nom: -1}))


def test_un_mouvement_inconnu_est_refuse():
    with pytest.raises(ErreurDonnees, match="Mouvement achats inconnu"):
        tableau_flux(martin(), martin_n1(), {"achats": 1})


def test_des_dividendes_au_dela_du_distribuable_sont_signales():
    n1 = martin_n1().avec(DG=0, DL=90_000, EE=341_000, BJ=287_500)
    n = martin().avec(DG=18_000, DL=118_000, EE=394_000, BJ=324_500)
    mouvements = dataclasses.replace(mouvements_martin(), dividendes=36_000, apports_capital=24_000)
    with pytest.warns(AvertissementDonnees, match="dividendes supérieurs"):
        tableau_flux(n, n1, mouvements)


# ---------------------------------------------------------------------------------------------- tables


@pytest.fixture
def table_martin() -> pd.DataFrame:
    deux = [dataclasses.replace(liasse, siren="123456782") for liasse in (martin(), martin_n1())]
    autre = [dataclasses.replace(martin(), siren="732829320")]
    return table_de_liasses([*deux, *autre]).fillna({"FL": 1, "HN": 0})


def test_table_l_exercice_precedent_est_trouve_dans_la_table(table_martin):
    flux = tableau_flux(table_martin)
    attendu = tableau_flux(martin(), martin_n1())
    assert flux.index.equals(table_martin.index)
    obtenu = flux.drop(columns="motif").iloc[0]
    assert obtenu.to_dict() == attendu.to_dict()
    assert flux["motif"].iloc[0] == " ; ".join(attendu.attrs["motifs"])
    assert flux.drop(columns="motif").iloc[1:].isna().all(axis=None)
    assert flux["motif"].iloc[1] == "exercice précédent : poste BJ absent ; exercice précédent : poste DL absent"


def test_table_mouvements_en_colonnes_vides_ou_non(table_martin):
    mouvements = pd.DataFrame([dataclasses.asdict(mouvements_martin())] * 3, index=table_martin.index, dtype="float64")
    assert tableau_flux(table_martin, mouvements=mouvements)["deduit"].iloc[0] == 0
    mouvements["acquisitions"] = np.nan
    flux = tableau_flux(table_martin, mouvements=mouvements)
    assert flux["deduit"].iloc[0] == 1
    assert flux["acquisitions"].iloc[0] == 52_000


def test_table_exercices_precedents_d_un_autre_index(table_martin):
    with pytest.raises(ErreurSchema, match="exercice_precedent"):
        tableau_flux(table_martin, table_martin.iloc[:1])


def test_exercice_precedent_sans_suite_ou_avec_un_trou():
    jours = [dt.date(2021, 12, 31), dt.date(2023, 12, 31), dt.date(2024, 12, 31), dt.date(2024, 6, 30)]
    table = table_de_liasses(Liasse({"FL": i}, siren="1", date_cloture=jour) for i, jour in enumerate(jours))
    table["duree_mois"] = [12, 12, 6, 6]
    assert exercice_precedent(table)["FL"].fillna(-1).tolist() == [-1, -1, 3, 1]
    assert exercice_precedent(table.iloc[::-1])["FL"].fillna(-1).tolist() == [1, 3, -1, -1]


def test_table_de_formes_juridiques_diverses():
    ouverture = {"BJ": 50_000, "DA": 30_000, "DI": 20_000, "DL": 50_000, "FL": 1, "HN": 20_000}
    cloture = ouverture | {"CF": 12_000, "CJ": 12_000, "DA": 32_000, "DI": 30_000, "DL": 62_000, "HN": 30_000}
    table = table_de_liasses(
        Liasse(valeurs, siren=forme, date_cloture=dt.date(annee, 12, 31), forme_juridique=forme)
        for forme in ("EI", "SARL")
        for annee, valeurs in ((2023, ouverture), (2024, cloture))
    )
    flux = tableau_flux(table)
    assert flux["apports_capital"].dropna().tolist() == [0, 2_000]
    assert flux["dividendes"].dropna().tolist() == [18_000, 20_000]


# ---------------------------------------------------------------------------------------------- properties


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data())
def test_les_identites_tiennent_entre_deux_bilans_equilibres_quelconques(liasses_equilibrees, data):
    n, n1 = data.draw(liasses_equilibrees), data.draw(liasses_equilibrees)
    # Declared movements would have to agree with the balance sheets: here all is deduced.
    n = {code: montant for code, montant in n.items() if code not in ("VK", "ZE")}
    flux, financement = tableau_flux(n, n1, tolerance=0), tableau_financement(n, n1, tolerance=0)
    avant, apres = bilan_fonctionnel(n1), bilan_fonctionnel(n)
    assert flux["variation"] == apres["tresorerie_nette"] - avant["tresorerie_nette"]
    assert flux["variation_dettes_immobilisations"] == n.get("DZ", 0) - n1.get("DZ", 0)
    assert flux["exploitation"] + flux["investissement"] + flux["financement"] == flux["variation"]
    assert financement["variation_frng"] == apres["frng"] - avant["frng"]
    assert financement["ressources"] - financement["emplois"] == financement["variation_frng"]


def test_mouvements_tous_inconnus_par_defaut():
    assert set(dataclasses.asdict(Mouvements()).values()) == {None}
