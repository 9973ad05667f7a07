"""TAEG, TEG and usury: the directive's equation, one loan or a hundred thousand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.credit import (
    Assurance,
    arrondi_du_taux,
    cout_du_credit,
    duree_en_annees,
    echeances,
    flux_pret,
    remboursement_anticipe,
    seuil_usure_depuis_tem,
    tableau_amortissement,
    taeg,
    taeg_prets,
    taeg_table,
    teg_proportionnel,
    verifier_usure,
)
from rncp_utils.erreurs import ErreurCalcul, ErreurDonnees, ErreurParametre, ErreurRegle, ErreurSchema

PRET = {"capital": 100_000, "taux": 0.042, "duree": 84}


def test_a21_l_exemple_de_la_directive():
    assert taeg([(0, 1000), (1.5, -1200)]) == pytest.approx(0.1292432347, abs=1e-10)


def test_a22_a23_un_pret_avec_frais_et_assurance():
    pret = tableau_amortissement(**PRET, assurance=Assurance(0.0036, "capital_initial"))
    cout = cout_du_credit(pret, frais_initiaux=1_700)
    assert cout["taeg"] == pytest.approx(0.0549488792, abs=1e-10)
    assert cout["teg"] == pytest.approx(0.0536117135, abs=1e-10)
    assert cout["taux_periode"] == pytest.approx(0.0044676428, abs=1e-10)
    assert cout[["interets", "assurance", "frais", "cout_total"]].tolist() == [15592.91, 2520.0, 1700.0, 19812.91]
    assert arrondi_du_taux(cout["taeg"]) == Decimal("5.49")


@pytest.mark.parametrize(
    ("pret", "frais", "attendu"),
    [
        (PRET, 0, 0.04281813),
        (PRET | {"assurance": Assurance(0.0036, "crd")}, 1_700, 0.05196257),
        ({"capital": 120_000, "taux": 0.0385, "duree": 20, "periodicite": 4}, 900, 0.04214068),
    ],
)
def test_les_autres_exemples(pret, frais, attendu):
    assert cout_du_credit(tableau_amortissement(**pret), frais_initiaux=frais)["taeg"] == pytest.approx(
        attendu, abs=5e-9
    )


def test_le_teg_trimestriel_est_proportionnel():
    pret = tableau_amortissement(120_000, 0.0385, 20, 4)
    assert cout_du_credit(pret, frais_initiaux=900)["teg"] == pytest.approx(0.04149065, abs=5e-9)


def test_une_assurance_facultative_et_un_terme_a_echoir():
    pret = tableau_amortissement(**PRET, assurance=Assurance(0.0036, "capital_initial"))
    sans = cout_du_credit(pret, assurance_obligatoire=False)
    assert sans["taeg"] == pytest.approx(cout_du_credit(tableau_amortissement(**PRET))["taeg"], abs=1e-12)
    avance = flux_pret(tableau_amortissement(**PRET, terme="a_echoir"))
    assert [t for t, _ in avance[:3]] == [0, 0, pytest.approx(1 / 12)]


def test_un_remboursement_anticipe_et_des_tirages_sont_dans_les_flux():
    solde = remboursement_anticipe(tableau_amortissement(**PRET), 36, "total", "pro_contractuelle", pct=0.03).tableau
    flux = flux_pret(solde)
    assert len(flux) == 37
    assert -flux[-1][1] == pytest.approx(1376.11 + 60_705.07 * 1.03, abs=0.011)
    tirages = [(dt.date(2026, 1, 10), 40_000), (dt.date(2026, 4, 10), 60_000)]
    pret = tableau_amortissement(
        100_000,
        0.042,
        24,
        differe=12,
        type_differe="partiel",
        date_deblocage=dt.date(2026, 1, 10),
        tirages=tirages,
        commission_engagement=0.005,
    )
    flux = flux_pret(pret)
    assert flux[0] == (0.0, 40_000.0)
    assert flux[3][1] == pytest.approx(60_000 - 168.16)


def test_les_dates_se_comptent_en_mois_entiers_a_rebours_puis_en_jours():
    assert duree_en_annees("2026-01-31", "2026-02-28") == 28 / 365
    assert duree_en_annees("2024-01-15", "2024-02-20") == pytest.approx(1 / 12 + 5 / 366)
    assert duree_en_annees("2025-03-01", "2025-03-31") == 30 / 365
    daté = taeg([("2026-01-15", 1000), ("2027-07-15", -1200)], base="dates")
    assert daté == pytest.approx(taeg([(0, 1000), (18, -1200)], base="mois"), abs=1e-14)


@pytest.mark.parametrize(
    ("flux", "base", "erreur", "phrase"),
    [
        ([(0, 100), (1, 200)], "annees", ErreurCalcul, "aucun taux n'annule ces 2 flux"),
        ([(0, -100), (1, 230), (2, -132)], "annees", ErreurCalcul, "2 taux annulent ces 3 flux"),
        ([(0, 100)], "annees", ErreurDonnees, "au moins deux flux"),
        ([(0, 100), (-1, -100)], "mois", ErreurDonnees, "Un instant est négatif"),
        ([(0, 100), (1, float("nan"))], "annees", ErreurDonnees, "aux montants connus"),
        ([(0, 100), (1, -100)], "lunes", ErreurDonnees, "base vaut « lunes »"),
        ([0, 100], "annees", ErreurDonnees, "par couples"),
    ],
)
def test_ce_qui_n_a_pas_de_taux_est_dit(flux, base, erreur, phrase):
    with pytest.raises(erreur, match=phrase):
        taeg(flux, base=base)


def test_toutes_les_racines_se_demandent():
    assert taeg([(0, -100), (1, 230), (2, -132)], toutes_racines=True) == pytest.approx([0.1, 0.2])


prets = st.fixed_dictionaries(
    {
        "capital": st.integers(1_000, 2_000_000),
        "taux": st.sampled_from([0.0, 0.005, 0.0385, 0.042, 0.095, 0.18]),
        "duree": st.integers(2, 300),
    }
)


@given(prets, st.floats(0, 0.05))
def test_le_taux_annule_la_valeur_et_les_frais_l_augmentent(pret, part):
    tableau = tableau_amortissement(**pret)
    flux = flux_pret(tableau, frais_initiaux=round(pret["capital"] * part, 2))
    taux = taeg(flux)
    assert abs(sum(montant * (1 + taux) ** -t for t, montant in flux)) < 1e-6 * pret["capital"]
    sans = taeg(flux_pret(tableau))
    # Rounding each instalment to the cent moves the rate of a small loan by a hair.
    assert taux >= sans - 1e-9
    assert sans >= pret["taux"] - 1e-4
    teg = teg_proportionnel(flux_pret(tableau, en_periodes=True), 12)
    assert teg <= sans + 1e-9


@given(st.lists(prets, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_une_table_donne_les_memes_taux_dans_tout_ordre(liste, hasard):
    table = pd.DataFrame(liste)
    lignes = echeances(table)
    attendus = [taeg(flux_pret(tableau_amortissement(**pret), frais_initiaux=100)) for pret in liste]
    lus = taeg_prets(lignes, frais=100)
    np.testing.assert_allclose(lus["taeg"].to_numpy(), attendus, atol=1e-9)
    ordre = list(range(len(lignes)))
    hasard.shuffle(ordre)
    flux = pd.DataFrame({"id_pret": lignes["id_pret"], "t": lignes["rang"] / 12, "montant": -lignes["echeance_totale"]})
    departs = pd.DataFrame({"id_pret": range(len(liste)), "t": 0.0, "montant": table["capital"] - 100.0})
    melange = pd.concat([flux.iloc[ordre], departs])
    copie = melange.copy(deep=True)
    np.testing.assert_allclose(taeg_table(melange).sort_index()["taeg"].to_numpy(), attendus, atol=1e-9)
    pd.testing.assert_frame_equal(melange, copie)


def test_une_mauvaise_ligne_n_emporte_que_son_pret():
    flux = pd.DataFrame(
        {
            "id_pret": ["a", "a", "b", "b", "c", "c", "d", "d", "d"],
            "t": [0, 1, 0, 1, 0, np.nan, 0, 1, 2],
            "montant": [100, -110, 100, 110, 100, -110, -100, 230, -132],
        }
    )
    lus = taeg_table(flux)
    assert lus.loc["a", "taeg"] == pytest.approx(0.1)
    assert lus["taeg"].isna().tolist() == [False, True, True, True]
    assert lus["motif"].tolist()[1:] == [
        "aucun taux unique entre -99 % et 1 000 % : vérifiez le signe des flux",
        "flux inconnu ou instant négatif",
        "aucun taux unique entre -99 % et 1 000 % : vérifiez le signe des flux",
    ]
    with pytest.raises(ErreurSchema, match="Colonnes absentes de la table des flux : montant"):
        taeg_table(flux.drop(columns="montant"))


def test_a40_le_seuil_de_l_usure_et_e6():
    assert seuil_usure_depuis_tem(0.1401) == 0.1868
    assert seuil_usure_depuis_tem(0.1411) == 0.1881
    assert verifier_usure(0.1868, "decouvert_professionnel", "2024-06-30") == "conforme"
    assert verifier_usure(0.18681, "decouvert_professionnel", "2024-06-30") == "depasse"
    assert verifier_usure(0.25, "pret_professionnel", "2026-06-30") == "taux libre"
    with pytest.raises(ErreurParametre):
        verifier_usure(0.1, "decouvert_professionnel", "2026-04-01")
    with pytest.raises(ErreurRegle, match="dépasse le seuil de l'usure"):
        verifier_usure(0.19, "decouvert_professionnel", "2024-06-30", strict=True)
    with pytest.raises(ErreurDonnees, match="catégorie « immobilier » est inconnue"):
        verifier_usure(0.1, "immobilier", "2024-06-30")
    with pytest.raises(ErreurDonnees, match="taux attendu en fraction"):
        verifier_usure(12.5, "decouvert_professionnel", "2024-06-30")


def test_un_tableau_sans_contrat_ou_des_frais_negatifs_sont_refuses():
    pret = tableau_amortissement(**PRET)
    with pytest.raises(ErreurDonnees, match="frais initiaux valent -1"):
        flux_pret(pret, frais_initiaux=-1)
    with pytest.raises(ErreurDonnees, match="n'a plus le contrat"):
        flux_pret(pd.DataFrame(pret.to_numpy(), columns=pret.columns))
    with pytest.raises(ErreurDonnees, match="au moins une décimale"):
        arrondi_du_taux(0.05, 0)
