"""Schedules of one loan: every figure of §7.1, list A, dates, conventions, levels, drawdowns, refusals."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest

from rncp_utils.credit import Assurance, Palier, reviser, synthese_pret, tableau_amortissement
from rncp_utils.erreurs import ErreurDonnees

COLONNES = [
    *("rang", "date", "crd_debut", "interets", "capital", "echeance_hors_assurance", "assurance"),
    *("echeance_totale", "crd_fin", "phase"),
]
PREMIER_PRET = {"capital": 100_000, "taux": 0.042, "duree": 84}
CONSTANT = {"mode": "amortissement_constant"}

# Loan → first instalment, last one, total interest; some rows (rank, column, amount).
CAS = {
    "A13": (PREMIER_PRET, 1376.11, 1375.78, 15592.91),
    "exemple de numpy": ({"capital": 15_000, "taux": 0.08, "duree": 60}, 304.15, 303.84, 3248.69),
    "55 000": ({"capital": 55_000, "taux": 0.10, "duree": 60}, 1168.59, 1168.40, 15115.21),
    "A14": ({"capital": 120_000, "taux": 0.0385, "duree": 20, "periodicite": 4}, 6624.76, 6624.66, 12495.10),
    "annuités": ({"capital": 75_000, "taux": 0.0465, "duree": 7, "periodicite": 1}, 12797.57, 12797.52, 14582.94),
    "250 000": ({"capital": 250_000, "taux": 0.0375, "duree": 180}, 1818.06, 1817.16, 77249.90),
    "A19": ({"capital": 36_000, "taux": 0, "duree": 36}, 1000.00, 1000.00, 0.00),
    "un mois": ({"capital": 1000, "taux": 0.05, "duree": 1}, 1004.17, 1004.17, 4.17),
    "A15": ({"capital": 60_000, "taux": 0.042, "duree": 12, "periodicite": 4, **CONSTANT}, 5630.00, 5052.50, 4095.00),
    "amortissement constant": ({**PREMIER_PRET, **CONSTANT}, 1540.48, 1194.33, 14875.00),
    "A16": ({"capital": 80_000, "taux": 0.05, "duree": 24, "mode": "in_fine"}, 333.33, 80333.33, 7999.92),
}
LIGNES = {
    "A13": [
        *((1, "interets", 350.00), (1, "capital", 1026.11), (1, "crd_fin", 98973.89), (2, "interets", 346.41)),
        *((2, "capital", 1029.70), (2, "crd_fin", 97944.19), (84, "capital", 1370.98), (84, "interets", 4.80)),
        *((24, "crd_fin", 74356.22), (36, "crd_fin", 60705.07)),
    ],
    "exemple de numpy": [(1, "interets", 100.00), (1, "capital", 204.15)],
    "55 000": [(1, "interets", 458.33), (1, "capital", 710.26)],
    "A14": [(1, "interets", 1155.00), (1, "capital", 5469.76)],
    "annuités": [(1, "interets", 3487.50), (1, "capital", 9310.07)],
    "A15": [(1, "capital", 5000), (1, "interets", 630.00), (2, "interets", 577.50)],
    "amortissement constant": [(1, "capital", 1190.48), (2, "echeance_totale", 1536.31), (84, "capital", 1190.16)],
}


def _ligne(tableau, rang):
    return tableau[tableau["rang"] == rang].iloc[0]


def _total(serie):
    return round(float(serie.sum()), 2)


@pytest.mark.parametrize("nom", CAS)
def test_les_tableaux_de_la_specification(nom):
    pret, premiere, derniere, interets = CAS[nom]
    tableau = tableau_amortissement(**pret)
    assert tableau.columns.tolist() == COLONNES
    assert tableau["echeance_totale"].iloc[[0, -1]].tolist() == [premiere, derniere]
    assert _total(tableau["interets"]) == interets
    assert _total(tableau["capital"]) == pret["capital"]
    assert tableau["crd_fin"].iloc[-1] == 0
    for rang, colonne, montant in LIGNES.get(nom, ()):
        assert _ligne(tableau, rang)[colonne] == montant
    assert tableau.attrs["source"] == "convention de cours"


def test_a17_differe_partiel():
    tableau = tableau_amortissement(**PREMIER_PRET, differe=6, type_differe="partiel")
    assert tableau["echeance_totale"].iloc[:7].tolist() == [350.00] * 6 + [1467.23]
    assert _total(tableau["interets"]) == 16544.16
    assert len(tableau) == 84
    assert tableau["phase"].tolist() == ["différé partiel"] * 6 + ["amortissement"] * 78


def test_a18_differe_total():
    tableau = tableau_amortissement(**PREMIER_PRET, differe=6, type_differe="total", assurance=Assurance(0.0036))
    assert _ligne(tableau, 6)["crd_fin"] == 102118.47
    assert tableau["echeance_hors_assurance"].iloc[[0, 5, 6, -1]].tolist() == [0, 0, 1498.32, 1497.90]
    assert _total(tableau["interets"]) == 16868.54
    assert _total(tableau["capital"]) == 100_000
    # The premium is due while nothing else is.
    assert tableau["echeance_totale"].iloc[:6].tolist() == [30.0] * 6
    assert set(tableau["phase"].iloc[:6]) == {"différé total"}


def test_terme_a_echoir():
    tableau = tableau_amortissement(**PREMIER_PRET, terme="a_echoir", date_deblocage="2024-01-15")
    assert tableau["echeance_totale"].iloc[0] == 1371.31
    assert tableau["interets"].iloc[-1] == 0
    assert tableau["date"].iloc[[0, 1]].dt.date.tolist() == [dt.date(2024, 1, 15), dt.date(2024, 2, 15)]
    # The first instalment pays, in advance, the first period's interest on what it leaves.
    assert tableau["interets"].iloc[0] == float(_centime(Decimal("98628.69") * Decimal("0.0035")))


def test_terme_a_echoir_a_amortissement_constant():
    tableau = tableau_amortissement(12_000, 0.06, 12, mode="amortissement_constant", terme="a_echoir")
    # 11 000 € still run: their interest, discounted by a month.
    assert tableau["interets"].iloc[0] == float(_centime(11_000 * Decimal("0.005") / Decimal("1.005")))
    assert tableau["interets"].iloc[-1] == 0


def _centime(montant):
    return montant.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


class TestPaliers:
    def test_palier_puis_constante(self):
        tableau = tableau_amortissement(**PREMIER_PRET, mode="paliers", paliers=[(24, 1000)])
        assert _ligne(tableau, 24)["crd_fin"] == 83755.72
        assert tableau["echeance_totale"].iloc[[0, 23, 24, -1]].tolist() == [1000, 1000, 1550.06, 1550.09]
        assert tableau["phase"].iloc[[23, 24]].tolist() == ["palier 1", "palier 2"]

    @pytest.mark.parametrize(
        "paliers", [[(24, 1000), (60, None)], [(24, 1000), (None, None)], [Palier(24, 1000), Palier()]]
    )
    def test_le_dernier_palier_se_dit_de_plusieurs_facons(self, paliers):
        tableau = tableau_amortissement(**PREMIER_PRET, mode="paliers", paliers=paliers)
        assert tableau["echeance_totale"].iloc[[24, -1]].tolist() == [1550.06, 1550.09]

    def test_echeances_progressives(self):
        paliers = [Palier(12), *(Palier(12, progression=0.02) for _ in range(6))]
        echeances = tableau_amortissement(**PREMIER_PRET, mode="paliers", paliers=paliers)["echeance_totale"]
        for rang in range(12, 84, 12):
            assert echeances.iloc[rang] == float(_centime(Decimal(str(echeances.iloc[rang - 1])) * Decimal("1.02")))
        # The value of the instalments, by another way, is the loan.
        v = Decimal(1) / Decimal("1.0035")
        unite = sum(Decimal("1.02") ** ((k - 1) // 12) * v**k for k in range(1, 85))
        assert float(_centime(100_000 / unite)) == echeances.iloc[0]
        assert abs(echeances.iloc[-1] - echeances.iloc[-2]) < 0.84

    def test_paliers_apres_un_differe(self):
        tableau = tableau_amortissement(
            **PREMIER_PRET, mode="paliers", paliers=[(24, 1000)], differe=6, type_differe="partiel"
        )
        assert tableau["echeance_totale"].iloc[[0, 6, 29]].tolist() == [350, 1000, 1000]
        assert tableau["phase"].iloc[[5, 6, 30]].tolist() == ["différé partiel", "palier 1", "palier 2"]
        assert tableau["crd_fin"].iloc[-1] == 0

    @pytest.mark.parametrize(
        ("paliers", "motif"),
        [
            ([(24, 300)], "échéance inférieure aux intérêts"),  # E11
            ([(24, 5000)], "soldent le prêt avant"),
            ([(24, 1000), (50, None)], "ne font pas la durée"),
            ([(24, 1000), (70, None)], "ne font pas la durée"),
            ([(24, None), (60, None)], "un seul se calcule"),
            ([(24, 1000), (60, 1500)], "un seul se calcule"),
            ([(24, None), (60, 1500)], "imposée après"),
            ([(24, None, 0.02), (60, None)], "ne progresse d'aucun autre"),
            ([(24, 1000, 0.02)], "pas les deux"),
            ([(24, -1)], "nulle ou négative"),
            ([(1.5, 1000)], "nombre entier"),
            ([(24, 1000), (12, None, 2.0)], "en fraction"),
            ([], "les paliers manquent"),
            ([3], "les paliers sont une liste"),
        ],
    )
    def test_paliers_refuses(self, paliers, motif):
        with pytest.raises(ErreurDonnees, match=motif):
            tableau_amortissement(**PREMIER_PRET, mode="paliers", paliers=paliers)

    def test_paliers_sans_le_mode(self):
        with pytest.raises(ErreurDonnees, match="mode paliers attendu"):
            tableau_amortissement(**PREMIER_PRET, paliers=[(24, 1000)])


class TestAssurance:
    @pytest.mark.parametrize(
        ("assurance", "premiere", "derniere", "total"),
        [
            (Assurance(0.0036), 30.00, 30.00, 2520.00),
            (Assurance(0.0036, "crd"), 30.00, 0.41, 1336.51),
            (Assurance(0.0036, quotite=0.5), 15.00, 15.00, 1260.00),
        ],
    )
    def test_sur_capital_initial_ou_restant_du(self, assurance, premiere, derniere, total):
        primes = tableau_amortissement(**PREMIER_PRET, assurance=assurance)["assurance"]
        assert (primes.iloc[0], primes.iloc[-1], _total(primes)) == (premiere, derniere, total)

    def test_primes_mensuelles_d_un_pret_trimestriel(self):
        tableau = tableau_amortissement(10_000, 0.04, 8, 4, assurance=Assurance(0.0037, periodicite=12))
        assert tableau["assurance"].tolist() == [9.24] * 8  # 3 × 3,08, and not 9,25

    def test_prime_annuelle_d_un_pret_mensuel(self):
        primes = tableau_amortissement(10_000, 0.04, 24, assurance=Assurance(0.0037, "crd", periodicite=1))["assurance"]
        assert primes[primes > 0].index.tolist() == [0, 12]
        assert primes.iloc[0] == 37.00

    @pytest.mark.parametrize(
        ("arguments", "motif"),
        [
            ((4.2,), "taux attendu en fraction"),
            ((-0.1,), "taux attendu en fraction"),
            ((float("nan"),), "un nombre est attendu"),
            ((0.0036, "capital"), "assiette « capital » inconnue"),
            ((0.0036, "crd", 1.2), "quotité 1.2"),
            ((0.0036, "crd", 0), "quotité 0"),
            ((0.0036, "crd", 1.0, 6), "périodicité 6"),
        ],
    )
    def test_assurance_refusee(self, arguments, motif):
        with pytest.raises(ErreurDonnees, match=motif):
            Assurance(*arguments)

    def test_un_taux_seul_n_est_pas_une_assurance(self):
        with pytest.raises(ErreurDonnees, match="Assurance"):
            tableau_amortissement(**PREMIER_PRET, assurance=0.0036)


@pytest.mark.parametrize(
    ("change", "motif"),
    [
        ({"taux": 4.2}, "taux attendu en fraction"),  # E1
        ({"taux": -2}, "taux attendu en fraction"),
        ({"taux": -0.06}, "taux inférieur à -5 %"),
        ({"taux": float("nan")}, "taux absente"),
        ({"taux": None}, "taux absente"),
        ({"duree": 0}, "durée nulle"),  # E2
        ({"duree": 2.5}, "nombre entier"),
        ({"duree": 5000}, "au-delà de 1200"),
        ({"differe": 84, "type_differe": "total"}, "le différé couvre toute la durée"),  # E3
        ({"differe": -1, "type_differe": "total"}, "différé négatif"),
        ({"differe": 6}, "type_differe manque"),
        ({"capital": 0}, "capital nul ou négatif"),
        ({"capital": -5}, "capital nul ou négatif"),
        ({"capital": 1e12}, "vérifiez l'unité"),
        ({"capital": float("inf")}, "capital infinie"),
        ({"periodicite": 6}, "périodicité inconnue"),
        ({"mode": "variable"}, "mode inconnu"),
        ({"terme": "jamais"}, "terme inconnu"),
        ({"convention": "act/act"}, "convention inconnu"),
        ({"frais": -1}, "frais négatifs"),
        ({"commission_engagement": -0.01}, "commission d'engagement négative"),
        ({"terme": "a_echoir", "mode": "in_fine"}, "pas de prêt in fine"),
        ({"terme": "a_echoir", "differe": 3, "type_differe": "total"}, "pas de différé"),
        ({"terme": "a_echoir", "convention": "act/365", "date_deblocage": "2024-01-01"}, "périodique seulement"),
        (
            {"taux_periodique": "actuariel", "convention": "act/365", "date_deblocage": "2024-01-01"},
            "périodique seulement",
        ),
    ],
)
def test_un_pret_impossible_est_refuse(change, motif):
    with pytest.raises(ErreurDonnees, match=motif):
        tableau_amortissement(**{**PREMIER_PRET, **change})


def test_synthese():
    tableau = tableau_amortissement(**PREMIER_PRET, assurance=Assurance(0.0036), frais=1700)
    resume = synthese_pret(tableau)
    assert resume.to_dict() == {
        "echeance": 1376.11,
        "derniere": 1375.78,
        "interets_total": 15592.91,
        "assurance_total": 2520.00,
        "commission_total": 0.0,
        "indemnite_total": 0.0,
        "frais": 1700.0,
        "cout_total": 19812.91,
    }


def test_un_taux_negatif_rembourse_moins_que_le_capital():
    tableau = tableau_amortissement(100_000, -0.01, 12)
    assert tableau["interets"].iloc[0] == -83.33
    assert _total(tableau["capital"]) == 100_000
    assert np.isclose(tableau["echeance_totale"].sum(), 100_000 + tableau["interets"].sum())


def test_un_pret_de_quelques_centimes_se_solde():
    tableau = tableau_amortissement(0.60, 0.0, 84)
    assert _total(tableau["capital"]) == 0.60
    assert (tableau["crd_fin"] >= 0).all()


def test_le_contrat_s_ecrit_dans_un_fichier_avec_le_tableau(tmp_path):
    tableau = tableau_amortissement(
        *(np.float64(100_000), Decimal("0.042"), np.int64(84)),
        mode="paliers",
        paliers=[Palier(24, 1000)],
        date_deblocage=dt.date(2024, 1, 31),
        assurance=Assurance(0.0036),
    )
    tableau.to_parquet(tmp_path / "pret.parquet")
    relu = pd.read_parquet(tmp_path / "pret.parquet")
    assert relu.attrs["contrat"] == tableau.attrs["contrat"]
    pd.testing.assert_frame_equal(reviser(relu, 30, 0.05), reviser(tableau, 30, 0.05), check_dtype=False)
