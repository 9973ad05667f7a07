"""Properties P6 of the amortisation, beside an independent computation with fifty decimal digits."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rncp_utils.credit import echeances, tableau_amortissement
from rncp_utils.credit.prets.arrondi import produit_exact
from rncp_utils.monnaie import produit_arrondi
from tests.machine import exemples

CAPITAUX = st.integers(100_00, 50_000_000_00).map(lambda centimes: centimes / 100)
TAUX = st.integers(0, 2000).map(lambda points: points / 10_000)
DUREES = st.integers(2, 120)
PERIODICITES = st.sampled_from([1, 2, 4, 12])
PRETS = st.fixed_dictionaries({"capital": CAPITAUX, "taux": TAUX, "duree": DUREES, "periodicite": PERIODICITES})
MODES = st.sampled_from(["constante", "amortissement_constant", "in_fine"])


def _centime(montant: Decimal) -> Decimal:
    return montant.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _oracle(capital, taux, duree, periodicite):
    """(interest, capital, owed) of each rank, as the rules say it, in decimals."""
    with localcontext(prec=50):
        crd, i = Decimal(str(capital)), Decimal(str(taux)) / periodicite
        echeance = _centime(crd * i / (1 - (1 + i) ** -duree) if i else crd / duree)
        for rang in range(1, duree + 1):
            interets = _centime(crd * i)
            # Never more than what is owed, which an instalment rounded up repays too soon in absurd loans.
            rembourse = crd if rang == duree else min(echeance - interets, crd)
            crd -= rembourse
            yield interets, rembourse, crd


@given(PRETS)
@settings(max_examples=exemples(60))
def test_chaque_centime_est_celui_du_calcul_decimal(pret):
    tableau = tableau_amortissement(**pret)
    attendu = [tuple(float(montant) for montant in ligne) for ligne in _oracle(**pret)]
    assert list(tableau[["interets", "capital", "crd_fin"]].itertuples(index=False, name=None)) == attendu


def test_une_table_de_prets_tires_au_hasard():
    hasard = np.random.default_rng(31919)
    prets = pd.DataFrame(
        {
            "capital": hasard.integers(1_000_00, 900_000_00, 150) / 100,
            "taux": hasard.integers(0, 9_000, 150) / 100_000,
            "duree": hasard.integers(1, 130, 150),
            "periodicite": hasard.choice([1, 2, 4, 12], 150),
        }
    )
    lignes = echeances(prets)[["interets", "capital", "crd_fin"]].to_numpy()
    attendu = [ligne for pret in prets.to_dict("records") for ligne in _oracle(**pret)]
    assert (lignes == np.array(attendu, dtype="float64")).all()


@pytest.mark.parametrize("taux", [0.0, 0.06, 0.042, 0.0001])
def test_une_demi_exacte_s_arrondit_au_dessus(taux):
    # Many amounts fall exactly on half a cent: of the interest, or of the instalment when there is one or no interest.
    for capital in (100.01, 101.0, 1234.5, 12_345.01, 250.05):
        for duree in (1, 2, 4, 8):
            tableau = tableau_amortissement(capital, taux, duree)
            attendu = [float(ligne[0] + ligne[1]) for ligne in _oracle(capital, taux, duree, 12)]
            assert tableau["echeance_hors_assurance"].tolist() == attendu


@given(
    st.integers(0, 10**13), st.integers(-(10**12), 10**12), st.sampled_from([10**12, 12 * 10**12, 365 * 10**12, 7, 2])
)
def test_le_produit_est_celui_des_entiers(centimes, numerateur, denominateur):
    assume(abs(centimes * numerateur // denominateur) < 2**52)
    obtenu = produit_exact(np.array([centimes]), np.array([numerateur]), np.array([denominateur]))
    signe = -1 if numerateur < 0 else 1
    assert obtenu[0] == signe * produit_arrondi(centimes, abs(numerateur), denominateur)


def test_le_produit_sur_des_demis_exactes():
    entiers = np.arange(1, 4001, 2)
    attendu = [produit_arrondi(int(entier), 1, 2) for entier in entiers]
    assert produit_exact(entiers, np.array([1]), np.array([2])).tolist() == attendu


@given(PRETS, MODES, st.data())
@settings(max_examples=exemples(80))
def test_invariants(pret, mode, data):
    differe = data.draw(st.integers(0, pret["duree"] - 1))
    genre = data.draw(st.sampled_from(["partiel", "total"]))
    tableau = tableau_amortissement(**pret, mode=mode, differe=differe, type_differe=genre)
    centimes = (tableau[["interets", "capital", "crd_debut", "crd_fin"]] * 100).round().astype("int64")
    total = (tableau["echeance_totale"] * 100).round().astype("int64")
    capital = round(pret["capital"] * 100)
    assert centimes["capital"].sum() == capital
    assert tableau["crd_fin"].iloc[-1] == 0
    assert (centimes["crd_debut"] - centimes["capital"] == centimes["crd_fin"]).all()
    assert (centimes["crd_debut"].iloc[1:].to_numpy() == centimes["crd_fin"].iloc[:-1].to_numpy()).all()
    assert total.sum() == capital + centimes["interets"].sum()
    if not (differe and genre == "total"):
        assert (centimes["capital"] >= 0).all()
    assert len(tableau) == pret["duree"]


@given(PRETS)
@settings(max_examples=exemples(60))
def test_les_echeances_constantes_sont_egales_et_la_derniere_proche(pret):
    # Beyond, the cents of the rounding outweigh an instalment, and the loan ends before its term.
    assume(pret["taux"] * pret["duree"] / pret["periodicite"] < 3)
    echeances_ = tableau_amortissement(**pret)["echeance_totale"]
    assert echeances_.iloc[:-1].nunique() == 1
    # A rounding of half a cent an instalment, and its interest.
    taux, duree = pret["taux"] / pret["periodicite"], pret["duree"]
    assert abs(echeances_.iloc[-1] - echeances_.iloc[0]) <= 0.01 * sum((1 + taux) ** k for k in range(duree)) + 0.01


@given(PRETS)
@settings(max_examples=exemples(40))
def test_le_cout_selon_le_mode_le_taux_et_la_duree(pret):
    # Beyond, the cents of the rounding outweigh the capital that is repaid at first.
    assume(pret["capital"] > 10_000 and pret["duree"] > 2)
    assume(pret["taux"] >= 0.005 and pret["taux"] * pret["duree"] / pret["periodicite"] < 3)

    def interets(**change):
        return tableau_amortissement(**{**pret, **change})["interets"].sum()

    constant, constante, in_fine = (interets(mode=m) for m in ("amortissement_constant", "constante", "in_fine"))
    assert constant < constante < in_fine
    assert interets(taux=pret["taux"] + 0.001) > constante
    assert interets(duree=pret["duree"] + 1) > constante


@given(PRETS)
@settings(max_examples=exemples(40))
def test_un_terme_a_echoir_coute_moins_qu_un_terme_echu(pret):
    echu, avance = (tableau_amortissement(**pret, terme=terme) for terme in ("echu", "a_echoir"))
    assert avance["interets"].iloc[-1] == 0
    assert round(avance["capital"].sum(), 2) == pret["capital"]
    assert avance["interets"].sum() <= echu["interets"].sum() + 0.01 * pret["duree"]
