"""Turnover days and normative working capital."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import Liasse, bfr_normatif, rotation, table_de_liasses
from rncp_utils.entreprise.exemples import martin, martin_n1
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurSchema
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")
NORMATIF = pd.DataFrame(
    [
        ("matières premières", 30, 0.25, 1),
        ("produits finis", 12, 0.62, 1),
        ("clients", 45, 1.20, 1),
        ("fournisseurs", 50, 0.672, -1),
        ("TVA collectée", 25, 0.20, -1),
        ("TVA déductible", 25, 0.112, 1),
        ("salaires", 15, 0.18, -1),
        ("charges sociales", 30, 0.07, -1),
    ],
    columns=["poste", "temps_jours", "coefficient", "sens"],
)


def test_delais_de_martin_sur_360_jours():
    delais = rotation(martin())
    attendu = {
        "stocks_bce": 42.54545454545455,
        "delai_clients": 50.90909090909091,
        "delai_fournisseurs": 50.0,
        "rotation_matieres": 34 * 360 / 173,
        "rotation_marchandises": 18 * 360 / 69,
        "rotation_produits": 26 * 360 / 540,
        "bfre_bce": 92_000,
        "bfre_bce_jours": 50.18181818181818,
        "depassement_clients": 0,
        "depassement_fournisseurs": 0,
    }
    assert delais.to_dict() == pytest.approx(attendu, rel=1e-9)
    assert delais[["rotation_matieres", "rotation_marchandises"]].round(2).tolist() == [70.75, 93.91]


def test_base_365_tva_donnee_ou_declaree():
    assert rotation(martin(), base_jours=365)["stocks_bce"] == pytest.approx(42.54545454545455 * 365 / 360)
    assert rotation(martin(), taux_tva=0.1)["delai_clients"] == pytest.approx(112 * 360 / 726)
    declaree = rotation(martin().avec(YY=66_000, YZ=0))
    assert declaree["delai_clients"] == pytest.approx(112 * 360 / 726)
    assert declaree["delai_fournisseurs"] == pytest.approx(62 * 360 / 372)
    assert declaree.attrs["motifs"] == ()


def test_tva_inconnue_le_taux_normal_est_dit():
    with pytest.warns(AvertissementDonnees, match=r"TVA collectée \(YY\) inconnue"):
        rotation(martin())


def test_table_ou_la_tva_n_est_declaree_que_par_certains():
    table = table_de_liasses([martin().avec(YY=66_000), martin_n1().avec(FL=660_000, BX=112_000)])
    assert rotation(table)["delai_clients"].tolist() == pytest.approx([112 * 360 / 726, 112 * 360 / 792])


def test_options_de_calcul():
    assert rotation(martin(), avances_deduites=True)["delai_clients"] == pytest.approx(108 * 360 / 792)
    assert rotation(martin(), cout_production=400_000)["rotation_produits"] == pytest.approx(26 * 360 / 400)
    assert rotation(martin().avec(YS=8_000))["delai_clients"] == pytest.approx(120 * 360 / 792)
    moyen = rotation(martin(), martin_n1(), moyenne=True)
    assert moyen["rotation_marchandises"] == pytest.approx(16.5 * 360 / 69)
    with pytest.raises(ErreurDonnees, match="exercice précédent"):
        rotation(martin(), moyenne=True)


def test_bfr_de_la_source_en_valeurs_nettes_hors_tresorerie():
    place = martin().avec(CD=8_000, CE=500, CF=13_000, CG=100, CK=5_100)
    assert rotation(place)["bfre_bce"] == 230_000 - 5_100 - (13_000 - 100) - (8_000 - 500) - 112_500


def test_un_exercice_court_est_ramene_a_douze_mois():
    neuf_mois = Liasse(martin().valeurs, duree_mois=9)
    assert rotation(neuf_mois)["stocks_bce"] == pytest.approx(42.54545454545455 * 9 / 12)


def test_depassement_du_delai_legal():
    delais = rotation(martin().avec(BX=176_000, DX=124_000))
    assert delais[["depassement_clients", "depassement_fournisseurs"]].tolist() == pytest.approx([20, 40])
    plafonds = "60 jours date de facture, ou 45 jours fin de mois si le contrat le prévoit"
    assert f"délai clients au-delà du plafond légal : {plafonds}" in delais.attrs["motifs"]
    assert not any("plafond" in motif for motif in rotation(martin()).attrs["motifs"])


def test_sans_flux_le_delai_n_a_pas_de_sens():
    services = {"FL": 100_000, "FI": 100_000, "FW": 30_000, "BX": 10_000, "YY": 20_000, "YZ": 6_000}
    delais = rotation(services)
    assert delais[["rotation_marchandises", "rotation_matieres"]].isna().all()
    assert delais.attrs["motifs"][0] == "rotation des marchandises : dénominateur nul ou négatif"
    assert delais["delai_clients"] == 30


def test_base_impossible():
    with pytest.raises(ErreurDonnees, match="base_jours vaut 0"):
        rotation(martin(), base_jours=0)


def test_table_stock_moyen_de_la_table_precedente():
    table = table_de_liasses([martin()])
    precedente = table_de_liasses([martin_n1()]).set_axis(table.index)
    delais = rotation(table, precedente, moyenne=True)
    assert delais["rotation_marchandises"].tolist() == pytest.approx([16.5 * 360 / 69])
    with pytest.raises(ErreurSchema, match="exercice_precedent"):
        rotation(table, table_de_liasses([martin_n1()]), moyenne=True)
    precedente["CJ"] = float("nan")
    vide = rotation(table, precedente, moyenne=True)
    assert vide.drop(columns="motif").isna().all(axis=None)
    assert vide["motif"].tolist() == ["exercice précédent : poste CJ absent"]


def test_a41_bfr_normatif():
    resultat = bfr_normatif(NORMATIF, ca_ht=660_000)
    assert resultat["jours"] == pytest.approx(28.34, rel=1e-9)
    assert resultat["besoins"] - resultat["ressources"] == pytest.approx(28.34, rel=1e-9)
    assert resultat["montant"] == pytest.approx(28.34 * 660_000 / 360)
    assert bfr_normatif(NORMATIF)[["montant"]].isna().all()
    assert bfr_normatif(NORMATIF, ca_ht=360_000, base_jours=365)["montant"] == pytest.approx(28.34 * 360_000 / 365)


@pytest.mark.parametrize(
    ("colonne", "valeur"),
    [
        ("sens", 0),
        ("sens", 2),
        ("temps_jours", -1),
        ("coefficient", -0.1),
        ("coefficient", None),
        ("temps_jours", 1e400),
    ],
)
def test_un_poste_normatif_impossible_est_nomme(colonne, valeur):
    fautif = NORMATIF.astype({"temps_jours": "float64"})
    fautif.loc[2, colonne] = valeur
    with pytest.raises(ErreurDonnees, match="Poste clients"):
        bfr_normatif(fautif)


@pytest.mark.parametrize("colonne", ["temps_jours", "coefficient", "sens"])
def test_bfr_normatif_refuse_le_texte(colonne):
    with pytest.raises(ErreurSchema, match=f"colonne {colonne} contient autre chose que des nombres"):
        bfr_normatif(NORMATIF.assign(**{colonne: "un mois"}))
    assert bfr_normatif(NORMATIF.astype({colonne: "object"}))["jours"] == pytest.approx(28.34)


def test_bfr_normatif_colonne_absente_ou_ca_negatif():
    with pytest.raises(ErreurSchema, match="sens absente"):
        bfr_normatif(NORMATIF.drop(columns="sens"))
    with pytest.raises(ErreurDonnees, match="ca_ht est négatif"):
        bfr_normatif(NORMATIF, ca_ht=-1)


@settings(max_examples=exemples(60), deadline=None)
@given(data=st.data(), facteur=st.integers(2, 1_000))
def test_les_delais_ne_dependent_pas_de_la_taille(liasses_equilibrees, data, facteur):
    valeurs = data.draw(liasses_equilibrees)
    grandes = {code: montant * facteur for code, montant in valeurs.items()}
    petit, grand = rotation(valeurs).drop("bfre_bce"), rotation(grandes).drop("bfre_bce")
    assert grand.to_dict() == pytest.approx(petit.to_dict(), rel=1e-9, nan_ok=True)
