"""Une année tenue à la main, du FEC à la balance et de la balance à la liasse."""

from __future__ import annotations

import csv
import io
from datetime import date

import pandas as pd
import pytest

from rncp_utils.entreprise import (
    balance,
    controler_fec,
    controler_liasse,
    ecrire_fec,
    fec_exemple,
    liasse_depuis_balance,
    lire_fec,
)
from rncp_utils.entreprise.fec.format import CHAMPS
from rncp_utils.erreurs import ErreurSchema

# A year of a small trading company, one entry a paragraph: account, third party, debit, credit.
ANNEE = """
AN;215000;;50000;0
AN;281500;;0;10000
AN;370000;;8000;0
AN;411000;C001;6000;0
AN;512000;;5500;0
AN;101000;;0;20000
AN;106100;;0;1000
AN;110000;;0;3500
AN;120000;;0;5000
AN;164000;;0;24000
AN;401000;F001;0;6000

OD;120000;;5000;0
OD;457000;;0;2000
OD;110000;;0;3000

VE;411000;C001;120000;0
VE;707000;;0;100000
VE;445710;;0;20000

VE;411000;C002;24000;0
VE;706000;;0;20000
VE;445710;;0;4000

VE;709700;;1000;0
VE;445710;;200;0
VE;411000;C001;0;1200

AC;607000;;60000;0
AC;445660;;12000;0
AC;401000;F001;0;72000

BQ;612200;;3600;0
BQ;445660;;720;0
BQ;512000;;0;4320

AC;621000;;2000;0
AC;445660;;400;0
AC;401000;F002;0;2400

BQ;613200;;6000;0
BQ;635110;;800;0
BQ;616000;;1000;0
BQ;512000;;0;7800

OD;641100;;15000;0
OD;645100;;6000;0
OD;421000;;0;12000
OD;431000;;0;9000

BQ;421000;;12000;0
BQ;431000;;7000;0
BQ;512000;;0;19000

BQ;512000;;118000;0
BQ;411000;C001;0;118000

BQ;512000;;24500;0
BQ;411000;C002;0;24500

BQ;401000;F001;79000;0
BQ;512000;;0;79000

BQ;512000;;3000;0
BQ;419100;;0;3000

BQ;409100;;700;0
BQ;512000;;0;700

BQ;512000;;10000;0
BQ;164000;;0;10000

BQ;164000;;4000;0
BQ;661100;;900;0
BQ;512000;;0;4900

BQ;512000;;5000;0
BQ;455000;;0;5000

BQ;512000;;8000;0
BQ;512200;;0;8000

OD;281500;;6000;0
OD;675000;;4000;0
OD;215000;;0;10000

OD;462000;;4500;0
OD;775000;;0;4500

OD;681120;;8000;0
OD;681500;;500;0
OD;681740;;300;0
OD;281500;;0;8000
OD;151000;;0;500
OD;491000;;0;300

OD;603700;;8000;0
OD;370000;;0;8000

OD;370000;;9500;0
OD;603700;;0;9500

BQ;512000;;600;0
BQ;791000;;0;600

BQ;512000;;2000;0
BQ;131000;;0;2000

OD;139000;;400;0
OD;777000;;0;400

AC;218300;;3000;0
AC;445620;;600;0
AC;404000;F010;0;3600

OD;695000;;2500;0
OD;444000;;0;2500

BQ;444000;;1000;0
BQ;512000;;0;1000

OD;486000;;250;0
OD;616000;;0;250

OD;706000;;400;0
OD;487000;;0;400

BQ;503000;;1500;0
BQ;512000;;0;1500
"""

ACTIF = {"AR": 40_000, "AS": 12_000, "AT": 3_000, "BJ": 43_000, "BK": 12_000}
ACTIF |= {"BT": 9_500, "BV": 700, "BX": 6_800, "BY": 300, "BZ": 19_220, "CD": 1_500, "CF": 58_380, "CH": 250}
ACTIF |= {"CJ": 96_350, "CK": 300, "CO": 139_350, "1A": 12_300}
PASSIF = {"DA": 20_000, "DD": 1_000, "DH": 6_500, "DI": 15_250, "DJ": 1_600, "DL": 44_350, "DP": 500, "DR": 500}
PASSIF |= {"DU": 38_000, "DV": 5_000, "DW": 3_000, "DX": 2_400, "DY": 29_300, "DZ": 3_600, "EA": 500, "EB": 400}
PASSIF |= {"EC": 82_200, "EE": 127_050}
RESULTAT = {"FC": 99_000, "FI": 19_600, "FL": 118_600, "FP": 600, "FR": 119_200}
RESULTAT |= {"FS": 60_000, "FT": -1_500, "FW": 12_350, "FX": 800, "FY": 15_000, "FZ": 6_000, "GA": 8_000}
RESULTAT |= {"GC": 300, "GD": 500, "GF": 101_450, "GG": 17_750, "GR": 900, "GU": 900, "GV": -900, "GW": 16_850}
RESULTAT |= {"HB": 4_900, "HD": 4_900, "HF": 4_000, "HH": 4_000, "HI": 900, "HK": 2_500, "HN": 15_250}
RESULTAT |= {"HL": 124_100, "HM": 108_850}
RENVOIS = {"HP": 3_600, "YU": 2_000, "A1": 600, "EH": 8_000, "VI": 5_000, "8E": 1_500, "8D": 2_000, "VW": 23_800}
RENVOIS |= {"c675": 4_000, "c775": 4_500, "c777": 400}


@pytest.fixture
def annee() -> pd.DataFrame:
    jour = pd.Timestamp(2024, 6, 30).as_unit("s")
    lignes = []
    for numero, ecriture in enumerate(ANNEE.strip().split("\n\n"), start=1):
        for journal, compte, tiers, debit, credit in csv.reader(io.StringIO(ecriture), delimiter=";"):
            ligne = dict.fromkeys(CHAMPS, "") | {"JournalCode": journal, "JournalLib": journal, "CompteNum": compte}
            ligne |= {"EcritureNum": str(numero), "CompteLib": f"Compte {compte}", "CompAuxNum": tiers}
            ligne |= dict.fromkeys(("EcritureDate", "PieceDate", "ValidDate"), jour) | {"DateLet": pd.NaT}
            ligne |= {"PieceRef": f"P{numero}", "EcritureLib": f"Écriture {numero}"}
            lignes.append(ligne | {"Debit": float(debit), "Credit": float(credit)})
    fec = pd.DataFrame(lignes, index=pd.RangeIndex(2, len(lignes) + 2, name="ligne"))
    return fec.astype({"DateLet": "datetime64[s]"})


def remplies(valeurs) -> dict[str, float]:
    return {code: valeur for code, valeur in valeurs.items() if valeur}


def test_du_fec_a_la_liasse_case_par_case(annee: pd.DataFrame, tmp_path) -> None:
    fec = lire_fec(ecrire_fec(annee, tmp_path / "fec.txt"))
    assert controler_fec(fec, exercice=(date(2024, 1, 1), date(2024, 12, 31)))["nb"].eq(0).all()
    liasse = liasse_depuis_balance(balance(fec, auxiliaires=True), "PCG_2014")
    assert remplies(liasse.valeurs) == ACTIF | PASSIF | RESULTAT | RENVOIS
    assert liasse["CO"] - liasse["1A"] == liasse["EE"]
    assert liasse["DI"] == liasse["HN"]
    assert liasse.avertissements == ()


def test_la_liasse_passe_ses_controles_a_l_euro_pres(annee: pd.DataFrame) -> None:
    liasse = liasse_depuis_balance(balance(annee, auxiliaires=True), "PCG_2014", date_cloture=date(2024, 12, 31))
    controles = controler_liasse(liasse, tol=0)
    assert controles.loc[controles["ok"].eq(False).fillna(False), "controle"].tolist() == []
    assert controles["ok"].sum() >= 15


def test_les_cases_sans_compte_valent_zero(annee: pd.DataFrame) -> None:
    liasse = liasse_depuis_balance(balance(annee), "PCG_2014")
    assert [liasse[code] for code in ("AB", "AC", "DS", "GI", "HQ", "A2", "HJ")] == [0] * 7
    # What a balance cannot say is absent, not zero.
    assert not {"YS", "CP", "CR", "EG", "YQ", "c657", "FA"} & set(liasse.valeurs)


def test_sans_auxiliaires_les_tiers_se_compensent_et_c_est_dit(annee: pd.DataFrame) -> None:
    liasse = liasse_depuis_balance(balance(annee), "PCG_2014")
    # The customer in credit (500) and the supplier in debit (1 000) disappear in their accounts.
    assert (liasse["BX"], liasse["EA"]) == (6_300, 0)
    assert (liasse["DX"], liasse["BZ"]) == (1_400, 18_220)
    assert liasse["CO"] - liasse["1A"] == liasse["EE"] == 127_050 - 1_500
    assert liasse.avertissements == (
        "Balance sans auxiliaires : clients créditeurs et fournisseurs débiteurs ne sont pas distingués.",
    )


def test_balance_des_comptes(annee: pd.DataFrame) -> None:
    comptes = balance(annee)
    assert list(comptes.columns) == ["compte", "libelle", "debit", "credit", "solde"]
    assert comptes["compte"].is_monotonic_increasing
    assert comptes["compte"].is_unique
    assert comptes.set_index("compte").loc["512000"].tolist() == ["Compte 512000", 176_600.0, 118_220.0, 58_380.0]
    assert comptes["solde"].sum() == 0


def test_balance_par_auxiliaire(annee: pd.DataFrame) -> None:
    detail = balance(annee, auxiliaires=True).set_index(["compte", "auxiliaire"])["solde"]
    assert detail["411000"].to_dict() == {"C001": 6_800.0, "C002": -500.0}
    assert detail["401000"].to_dict() == {"F001": 1_000.0, "F002": -2_400.0}
    assert detail["512000"].to_dict() == {"": 58_380.0}


def test_balance_des_mouvements_sans_a_nouveaux(annee: pd.DataFrame) -> None:
    mouvements = balance(annee, avec_a_nouveaux=False).set_index("compte")["solde"]
    assert "101000" not in mouvements
    assert mouvements["512000"] == 58_380 - 5_500
    assert mouvements.sum() == 0


def test_les_sommes_ne_derivent_pas() -> None:
    fec = fec_exemple(300).iloc[[0] * 30_000].assign(Debit=0.1, Credit=0.0)
    assert balance(fec)["debit"].tolist() == [3000.0]


def test_balance_sans_les_champs_utiles(annee: pd.DataFrame) -> None:
    with pytest.raises(ErreurSchema, match="pas de champ CompteLib"):
        balance(annee.drop(columns="CompteLib"))
    with pytest.raises(ErreurSchema, match="CompAuxNum, CompAuxLib"):
        balance(annee.drop(columns=["CompAuxNum", "CompAuxLib"]), auxiliaires=True)


def test_rien_de_ce_qui_est_recu_ne_change(annee: pd.DataFrame) -> None:
    avant = annee.copy(deep=True)
    comptes = balance(annee, auxiliaires=True)
    copie = comptes.copy(deep=True)
    liasse_depuis_balance(comptes, "PCG_2014")
    pd.testing.assert_frame_equal(annee, avant)
    pd.testing.assert_frame_equal(comptes, copie)


def test_pcg_2025(annee: pd.DataFrame) -> None:
    comptes = balance(annee, auxiliaires=True)
    with pytest.raises(ErreurSchema, match="Comptes sans poste de liasse : 675000, 775000, 777000, 791000"):
        liasse_depuis_balance(comptes, "PCG_2025")
    nouveaux = comptes.replace({"compte": {"675000": "657000", "775000": "757000", "777000": "747000"}})
    nouveaux = nouveaux.replace({"compte": {"791000": "606100"}})
    liasse = liasse_depuis_balance(nouveaux, "PCG_2025")
    assert (liasse["GE"], liasse["FQ"], liasse["FO"]) == (4_000, 4_500, 400)
    assert (liasse["c657"], liasse["c757"], liasse["c747"], liasse["c667"]) == (4_000, 4_500, 400, 0)
    assert (liasse["FP"], liasse["FW"]) == (0, 12_350 - 600)
    assert liasse["HN"] == 15_250
    assert liasse["HI"] == 0


def test_le_fec_d_exemple_donne_une_liasse() -> None:
    fec = fec_exemple(2_000)
    liasse = liasse_depuis_balance(balance(fec, auxiliaires=True), date_cloture=date(2024, 12, 31))
    controles = controler_liasse(liasse, tol=0)
    assert not controles["ok"].eq(False).any()
    assert liasse["FL"] == liasse["FC"] > 100_000
    assert liasse["BX"] > 0 < liasse["DX"]
