"""List A of the financial specification (§15): the cases of this package, by their identifiers."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from rncp_utils.entreprise import (
    altman_zprime,
    bfr_normatif,
    bilan_fonctionnel,
    caf,
    caf_bce,
    conan_holder,
    controler_fec,
    dscr,
    effet_de_levier,
    exiger_equilibre,
    fec_exemple,
    lire_cotation,
    lire_fec,
    ratios,
    ratios_bce,
    sig,
    siren_valide,
    tableau_flux,
)
from rncp_utils.entreprise.exemples import fournil, martin, martin_n1
from rncp_utils.erreurs import ErreurDonnees, ErreurEquilibre, ErreurSchema

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")

TEMPS = [30, 12, 45, 50, 25, 25, 15, 30]
COEFFICIENTS = [0.25, 0.62, 1.20, 0.672, 0.20, 0.112, 0.18, 0.07]
NORMATIF = pd.DataFrame(
    {"poste": list("abcdefgh"), "temps_jours": TEMPS, "coefficient": COEFFICIENTS, "sens": [1, 1, 1, -1, -1, 1, -1, -1]}
)
PUBLIES = {
    "taux_d_endettement_pct": 97.81931464174455,
    "ratio_de_liquidite_pct": 180.16194331983806,
    "ratio_de_vetuste_pct": 48.34437086092715,
    "autonomie_financiere_pct": 36.76975945017182,
    "couverture_des_interets_pct": 11.463414634146341,
    "caf_sur_ca_pct": 9.759036144578314,
    "marge_ebe_pct": 12.349397590361447,
    "resultat_courant_avant_impots_sur_ca_pct": 7.078313253012048,
    "capacite_de_remboursement": 2.2376543209876543,
    "poids_bfr_exploitation_sur_ca_jours": 50.18181818181818,
    "rotation_des_stocks_jours": 42.54545454545455,
    "credit_clients_jours": 50.90909090909091,
    "credit_fournisseurs_jours": 50.0,
}
CAS = {
    "A01": (
        lambda: sig(martin()),
        {
            "marge_commerciale": 51_000,
            "production_exercice": 548_000,
            "consommation_tiers": 305_000,
            "valeur_ajoutee": 294_000,
            "ebe": 82_000,
            "resultat_exploitation": 55_800,
            "rcai": 47_000,
            "resultat_exceptionnel": 2_000,
            "resultat_net": 41_000,
        },
    ),
    "A02": (
        lambda: sig(martin(), variante="banque", dot_cb=10_000),
        {
            "va_b": 324_000,
            "personnel_b": 225_000,
            "ebe_b": 94_000,
            "rex_b": 57_800,
            "frais_fin_b": 11_400,
            "resultat_net": 41_000,
        },
    ),
    "A03": (
        lambda: sig(fournil()),
        {
            "marge_commerciale": 57_000,
            "valeur_ajoutee": 144_000,
            "ebe": 73_000,
            "resultat_exploitation": 63_000,
            "rcai": 60_000,
            "resultat_net": 60_500,
        },
    ),
    "A04": (lambda: caf(martin()), {"additive": 68_800, "soustractive": 68_800}),
    "A05": (lambda: caf_bce(martin()), {"caf_bce": 64_800}),
    "A06": (
        lambda: bilan_fonctionnel(martin()),
        {"frng": 105_500, "bfre": 106_000, "bfrhe": -9_500, "bfr": 96_500, "tresorerie_nette": 9_000},
    ),
    "A07": (
        lambda: bilan_fonctionnel(martin_n1()),
        {"frng": 94_700, "bfre": 93_000, "bfrhe": -4_000, "bfr": 89_000, "tresorerie_nette": 5_700},
    ),
    "A08": (
        lambda: tableau_flux(martin(), martin_n1()),
        {"exploitation": 57_800, "investissement": -43_500, "financement": -11_000, "variation": 3_300},
    ),
    "A09": (lambda: ratios_bce(martin()), PUBLIES),
    "A10": (lambda: conan_holder(martin()), {"score": 20.190889517944008}),
    "A11": (lambda: altman_zprime(martin()), {"score": 2.528876949167671}),
    "A12": (lambda: {"dscr": dscr(caf=68_800, interets=9_400, capital=34_000)}, {"dscr": 1.8018433179723503}),
    "A41": (lambda: bfr_normatif(NORMATIF), {"jours": 28.34}),
    "A42": (lambda: {"rf": effet_de_levier(0.10, 0.05, 1.5, 0.25)}, {"rf": 0.13125}),
}


@pytest.mark.parametrize("identifiant", CAS)
def test_valeurs_exactes(identifiant):
    calculer, attendu = CAS[identifiant]
    resultat = calculer()
    assert {nom: resultat[nom] for nom in attendu} == pytest.approx(attendu, rel=1e-9)


def test_a10_a11_zones():
    assert (conan_holder(martin())["zone"], altman_zprime(martin())["zone"]) == ("sain", "grise")


def test_a39():
    assert [siren_valide(n) for n in ("732829320", "732829321", "123456789")] == [True, False, False]


def _fec_a_points_virgules(dossier):
    chemin = dossier / "fec.txt"
    chemin.write_text(";".join(fec_exemple(300).columns) + "\n", encoding="utf-8")
    return lire_fec(chemin)


REFUS = {
    "E4": (ErreurSchema, lambda _: sig({code: v for code, v in martin().valeurs.items() if code != "FL"}), "FL"),
    "E5": (ErreurEquilibre, lambda _: exiger_equilibre(martin().avec(EE=436_501), tol=0), "écart"),
    "E9": (ErreurSchema, _fec_a_points_virgules, "point-virgule"),
    "E12": (ErreurDonnees, lambda _: lire_cotation("3++"), "ancienne échelle"),
}


@pytest.mark.parametrize("identifiant", REFUS)
def test_refus(identifiant, tmp_path):
    erreur, calculer, phrase = REFUS[identifiant]
    with pytest.raises(erreur, match=phrase) as refus:
        calculer(tmp_path)
    if identifiant == "E5":
        assert refus.value.ecart == 1


def test_e8():
    resultat = ratios(martin().avec(HN=41_000 - 68_800))
    assert resultat["caf"] == 0 and math.isnan(resultat["df_sur_caf"])
    assert "CAF : dénominateur nul ou négatif" in resultat.attrs["motifs"]


def test_e14():
    fec = fec_exemple(300)
    fec["CompteNum"] = fec["CompteNum"].astype("str")
    fec.loc[fec.index[0], "CompteNum"] = "4A1000"
    controles = controler_fec(fec).set_index("code")
    assert controles.loc["F02", "nb"] == 1 and "4A1000" in controles.loc["F02", "detail"]
