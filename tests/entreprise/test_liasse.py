"""The yearly accounts of one company, and tables of many."""

from __future__ import annotations

import datetime as dt

import pytest

from rncp_utils.entreprise import Liasse, siren_valide, table_de_liasses
from rncp_utils.entreprise.exemples import martin, martin_n1
from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurSchema


@pytest.mark.parametrize(("numero", "attendu"), [("732829320", True), ("732829321", False), ("123456789", False)])
def test_a39_le_siren_a_neuf_chiffres_et_une_cle(numero, attendu):
    assert siren_valide(numero) is attendu


def test_e4_un_poste_qui_manque_est_nomme():
    sans_ca = Liasse({code: valeur for code, valeur in martin().valeurs.items() if code != "FL"})
    with pytest.raises(ErreurSchema, match=r"FL \(Chiffre d'affaires net\) manque"):
        sans_ca["FL"]
    assert sans_ca.get("FL") == 0


def test_toutes_les_fautes_sont_dites_en_une_fois():
    with pytest.raises(ErreurListe) as erreur:
        Liasse({"ZZ": 1, "FL": float("nan"), "210": 3}, duree_mois=30)
    assert len(erreur.value.fautes) == 3
    assert "210, ZZ" in str(erreur.value)
    assert "30 mois" in str(erreur.value)


@pytest.mark.parametrize("montant", ["660000", True, None, float("inf")])
def test_un_montant_est_un_nombre_fini(montant):
    with pytest.raises(ErreurListe, match="n'est pas un montant"):
        Liasse({"FL": montant})


def test_une_liasse_ne_change_pas():
    source = {"FL": 100}
    liasse = Liasse(source)
    source["FL"] = 200
    assert liasse["FL"] == 100
    with pytest.raises(TypeError):
        liasse.valeurs["FL"] = 300


def test_avec_rend_une_copie():
    changee = martin().avec(FL=1)
    assert (changee["FL"], martin()["FL"]) == (1, 660_000)


def test_une_table_a_une_ligne_par_exercice():
    table = table_de_liasses([martin_n1(), martin()])
    assert table.index.names == ["siren", "date_cloture"]
    assert table.loc[("", dt.date(2024, 12, 31)), "FL"] == 660_000
    assert table["forme_juridique"].tolist() == ["SARL", "SARL"]
    assert table.loc[("", dt.date(2023, 12, 31)), ["FL"]].isna().all()


def test_une_table_refuse_deux_fois_le_meme_exercice_et_une_2035():
    with pytest.raises(ErreurDonnees, match="figure plusieurs fois"):
        table_de_liasses([martin(), martin()])
    with pytest.raises(ErreurDonnees, match="2035"):
        table_de_liasses([martin(), Liasse({"recettes": 1}, regime="BNC")])
