"""One formula for one company and for a table: what is read, refused, doubted, and how results come back."""

from __future__ import annotations

import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rncp_utils.entreprise import Liasse, caf_bce, controler_table, effet_ciseau, sig, table_de_liasses, tableau_flux
from rncp_utils.entreprise import postes as module
from rncp_utils.entreprise.exemples import martin, martin_n1
from rncp_utils.entreprise.postes import Postes, calculer, selon
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurSchema


def _formule(p: Postes) -> dict:
    p.exiger("A")
    p.refuser(p["A"] > 10, "A trop grand")
    p.douter(p.get("B") < 0, "B négatif")
    return {"somme": p.somme("A", "B", "C"), "rapport": p["A"] / p.denominateur(p.get("B"), "B")}


TABLE = pd.DataFrame(
    {"A": [1, 2, np.nan, 11, 4], "B": [2, np.nan, 1, -1, -8], "autre": list("abcde")}, index=list("vwxyz")
)


def test_une_table_et_ses_motifs():
    resultat = calculer(TABLE, _formule)
    assert resultat["somme"].fillna(-99).tolist() == [3, 2, -99, -99, -4]
    assert resultat["rapport"].fillna(-99).tolist() == [0.5, -99, -99, -99, -0.5]
    assert resultat["motif"].astype("object").fillna("").tolist() == [
        "",
        "B : dénominateur nul",
        "poste A absent",
        "A trop grand",
        "B négatif",
    ]
    assert resultat.index.equals(TABLE.index)
    assert list(resultat) == ["somme", "rapport", "motif"]


def test_une_entreprise_une_faute_est_dite_un_doute_accompagne_le_resultat():
    assert calculer({"A": 1, "B": 2}, _formule).to_dict() == {"somme": 3, "rapport": 0.5}
    with pytest.raises(ErreurDonnees, match="Calcul impossible : A trop grand"):
        calculer({"A": 11}, _formule)
    with pytest.warns(AvertissementDonnees, match="Résultat approché : B négatif"):
        resultat = calculer({"A": 4, "B": -8}, _formule)
    assert resultat.attrs["motifs"] == ("B négatif",)


@pytest.mark.parametrize("taille", [1, 2, 3, 4])
def test_travailler_par_blocs_ne_change_rien(monkeypatch, taille):
    entier = calculer(TABLE, _formule)
    monkeypatch.setattr(module, "LIGNES_PAR_BLOC", taille)
    par_blocs = calculer(TABLE, _formule)
    pd.testing.assert_frame_equal(par_blocs, entier, check_categorical=False)


def test_par_blocs_un_argument_suit_ses_lignes_et_un_avertissement_n_est_dit_qu_une_fois(monkeypatch):
    def formule(p):
        p.avertir("valeur par défaut")
        return {"x": p["A"] + p.complement("plus", plus)[0]}

    monkeypatch.setattr(module, "LIGNES_PAR_BLOC", 2)
    plus = TABLE["A"] * 0 + [10, 20, 30, 40, 50]
    with warnings.catch_warnings(record=True) as dits:
        warnings.simplefilter("always")
        resultat = calculer(TABLE, formule)
    assert resultat["x"].fillna(-1).tolist() == [11, 22, -1, 51, 54]
    assert [str(dit.message) for dit in dits] == ["valeur par défaut"]
    assert resultat.attrs["avertissements"] == ("valeur par défaut",)


def test_un_motif_note_deux_fois_vaut_pour_toutes_ses_lignes():
    p = Postes(TABLE)
    p.signaler(np.array([True, False, False, False, False]), "douteux", bloquant=False)
    p.signaler(np.array([False, True, False, False, False]), "douteux", bloquant=False)
    assert p.resultat(x=1.0)["motif"].notna().tolist() == [True, True, False, False, False]


def test_les_resultats_ne_partagent_rien_avec_l_entree_ni_entre_eux():
    table = pd.DataFrame({"A": [1.0, 2.0], "B": [np.nan, 5.0]})
    p = Postes(table)
    resultat = p.resultat(lu=p["A"], complete=p.get("B"), encore=p.get("B"), constante=3)
    resultat.loc[0, ["lu", "complete", "constante"]] = [-1.0, -2.0, -3.0]
    assert table["A"].tolist() == [1, 2]
    assert resultat["encore"].tolist() == [0, 5]
    assert resultat["constante"].tolist() == [-3, 3]


def test_entiers_nuls_decimaux_et_flottants_se_lisent_pareil():
    valeurs = [1, None, 3]
    for colonne in (
        pd.Series(valeurs, dtype="Int64"),
        pd.Series(valeurs, dtype="float64"),
        pd.Series([Decimal(1), None, Decimal(3)], dtype="object"),
        pd.Series(valeurs, dtype="float32"),
    ):
        p = Postes(pd.DataFrame({"A": colonne}))
        assert p.get("A").tolist() == [1, 0, 3]
        assert p.complement("A")[1].tolist() == [False, True, False]


def test_une_colonne_illisible_ou_double_est_nommee():
    with pytest.raises(ErreurSchema, match="La colonne autre contient autre chose que des nombres"):
        Postes(TABLE)["autre"]
    with pytest.raises(ErreurSchema, match="plusieurs colonnes"):
        Postes(pd.concat([TABLE[["A"]], TABLE[["A"]]], axis=1))["A"]
    with pytest.raises(ErreurDonnees, match="« x »"):
        Postes({"A": "x"})["A"]


def test_une_table_vide_donne_une_table_vide():
    resultat = calculer(TABLE.iloc[:0], _formule)
    assert resultat.shape == (0, 3)


def test_les_infinis_ne_sont_pas_des_cases_vides():
    assert Postes(pd.DataFrame({"A": [np.inf, -np.inf, np.nan]})).get("A").tolist() == [np.inf, -np.inf, 0]


def test_selon():
    assert selon(True, 1.0, 2.0) == 1.0
    assert selon(np.array([True, False]), 1.0, 2.0).tolist() == [1, 2]


def test_plus_de_motifs_que_de_bits_ne_casse_rien():
    p = Postes(TABLE)
    for rang in range(70):
        p.signaler(np.array([True, False, False, False, False]), f"motif {rang}", bloquant=False)
    motif = p.resultat(x=1.0)["motif"]
    assert motif.iloc[0].startswith("motif 0 ; motif 1 ; ")
    assert motif.iloc[1:].isna().all()


@pytest.mark.parametrize("valeur", [float("inf"), -float("inf")])
def test_un_montant_infini_est_une_faute_jamais_un_resultat(valeur):
    with pytest.raises(ErreurDonnees, match="poste FY infini"):
        sig({**martin().valeurs, "FY": valeur})
    table = pd.DataFrame([dict(martin().valeurs), {**martin().valeurs, "FY": valeur}], dtype="float64")
    soldes = sig(table, controle=False)
    assert soldes["motif"].isna().tolist() == [True, False]
    assert "poste FY infini" in soldes["motif"].iloc[1]
    assert soldes.drop(columns="motif").iloc[1].isna().all()
    assert soldes["ebe"].iloc[0] == 82_000


@pytest.mark.parametrize("valeur", [True, "120000", "cent"])
def test_un_texte_ou_un_booleen_n_est_pas_un_montant(valeur):
    with pytest.raises(ErreurDonnees, match="un montant en euros est attendu"):
        caf_bce({**martin().valeurs, "GW": valeur})
    for colonne in ([valeur, valeur], pd.array([valeur, valeur], dtype=object)):
        table = pd.DataFrame([dict(martin().valeurs)] * 2).assign(GW=colonne)
        with pytest.raises(ErreurSchema, match="La colonne GW contient autre chose que des nombres"):
            caf_bce(table)


def test_des_decimaux_et_des_entiers_de_numpy_sont_des_montants():
    liasse = Liasse({"FL": Decimal("660000.00"), "FC": np.int64(120_000), "FY": np.float64(1.5)})
    assert dict(liasse.valeurs) == {"FL": 660_000.0, "FC": 120_000, "FY": 1.5}
    assert {type(valeur) for valeur in liasse.valeurs.values()} == {int, float}


def test_un_exercice_en_double_est_refuse_la_ou_les_exercices_se_comparent():
    table = table_de_liasses([martin(), martin_n1()])
    deux_fois = pd.concat([table, table])
    for fonction in (effet_ciseau, tableau_flux, controler_table):
        with pytest.raises(ErreurDonnees, match="figure plusieurs fois : gardez-en un"):
            fonction(deux_fois)
