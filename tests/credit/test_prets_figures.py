"""Pictures of a schedule: their figures are those of the schedule, and the alt text tells them."""

from __future__ import annotations

import pandas as pd
import pytest

from rncp_utils.credit import (
    Assurance,
    assurances_comparees,
    echeances,
    echeancier_empile,
    reviser,
    tableau_amortissement,
)
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.formats import euros

PRET = {"capital": 100_000, "taux": 0.042, "duree": 84}


def test_une_barre_par_annee_au_dela_de_36_echeances():
    tableau = tableau_amortissement(**PRET, assurance=Assurance(0.0036))
    figure = echeancier_empile(tableau, source="Exercice")
    assert figure.donnees.index.tolist() == list(range(1, 8))
    assert figure.donnees.sum().round(2).to_dict() == {"Capital": 100_000, "Intérêts": 15592.91, "Assurance": 2520}
    assert f"Au total : capital {euros(100_000, 2)}, intérêts {euros(15592.91, 2)}" in figure.alt
    assert figure.source == "Exercice"


def test_une_barre_par_echeance_d_un_pret_court():
    figure = echeancier_empile(tableau_amortissement(60_000, 0.042, 12, 4, "amortissement_constant"))
    assert figure.donnees["Capital"].tolist() == [5000] * 12
    assert "Assurance" not in figure.donnees


def test_les_interets_intercalaires_sont_dans_la_premiere_annee():
    tableau = tableau_amortissement(**PRET, date_deblocage="2024-01-20", date_premiere="2024-03-05")
    figure = echeancier_empile(tableau)
    assert figure.donnees["Intérêts"].iloc[0] == round(tableau["interets"].iloc[:13].sum(), 2)


def test_ce_qui_est_capitalise_n_est_pas_paye():
    figure = echeancier_empile(tableau_amortissement(**PRET, differe=12, type_differe="total"))
    assert figure.donnees.loc[1].tolist() == [0, 0]
    assert "12 échéances en différé total" in figure.alt
    assert "d'intérêts capitalisés" in figure.alt


def test_les_deux_assurances_cote_a_cote():
    tableau = tableau_amortissement(**PRET, assurance=Assurance(0.0036, "crd"))
    figure = assurances_comparees(tableau)
    assert figure.donnees.sum().round(2).iloc[:2].tolist() == [2520, 1336.51]
    assert figure.donnees["Capital restant dû"].tolist() == tableau["crd_fin"].tolist()
    for montant in (30, 2520, 0.41, 1336.51):
        assert euros(montant, 2) in figure.alt


def test_refus():
    tableau = tableau_amortissement(**PRET)
    with pytest.raises(ErreurDonnees, match="pas d'assurance"):
        assurances_comparees(tableau)
    with pytest.raises(ErreurSchema, match="Colonnes absentes : phase"):
        echeancier_empile(tableau.drop(columns="phase"))
    with pytest.raises(ErreurDonnees, match="un prêt à la fois"):
        echeancier_empile(echeances(pd.DataFrame([PRET])))
    modifie = reviser(tableau_amortissement(**PRET, assurance=Assurance(0.0036)), 12, 0.05)
    with pytest.raises(ErreurDonnees, match="modifié en cours de route"):
        assurances_comparees(modifie)
