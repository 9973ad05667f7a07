"""Where each account goes: the plan of accounts, its versions, what it does not know, and whole euros."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import controler_liasse, liasse_depuis_balance
from rncp_utils.entreprise.codes import codes_connus
from rncp_utils.entreprise.controles.identites import SOLDES, SOMMES
from rncp_utils.entreprise.fec.liasse import plan_vers_liasse
from rncp_utils.erreurs import ErreurDonnees, ErreurEquilibre, ErreurSchema


def petite_balance(**soldes: float) -> pd.DataFrame:
    """Accounts c512000=…, balanced by the free reserves."""
    comptes = {compte.removeprefix("c"): solde for compte, solde in soldes.items()}
    comptes["106800"] = -sum(comptes.values())
    return pd.DataFrame({"compte": comptes.keys(), "solde": comptes.values()})


@pytest.mark.parametrize(
    ("compte", "solde", "attendu"),
    [
        ("109000", 500, {"AA": 500}),
        ("108000", 500, {"DA": -500}),
        ("119000", 500, {"DH": -500}),
        ("106400", -500, {"DF": 500}),
        ("145000", -500, {"DK": 500}),
        ("151800", -500, {"DP": 500}),
        ("158000", -500, {"DQ": 500}),
        ("161000", -500, {"DS": 500}),
        ("167100", -500, {"DM": 500}),
        ("167400", -500, {"DN": 500}),
        ("168840", -500, {"DU": 500}),
        ("168750", -500, {"DV": 500}),
        ("169000", 500, {"CM": 500}),
        ("201000", 500, {"AB": 500}),
        ("205000", 500, {"AF": 500}),
        ("280500", -500, {"AG": 500}),
        ("290500", -500, {"AG": 500}),
        ("207000", 500, {"AH": 500}),
        ("290700", -500, {"AI": 500}),
        ("237000", 500, {"AL": 500}),
        ("211000", 500, {"AN": 500}),
        ("213500", 500, {"AP": 500}),
        ("281350", -500, {"AQ": 500}),
        ("218200", 500, {"AT": 500}),
        ("281820", -500, {"AU": 500}),
        ("231000", 500, {"AV": 500}),
        ("238000", 500, {"AX": 500}),
        ("261000", 500, {"CU": 500}),
        ("296100", -500, {"CV": 500}),
        ("267000", 500, {"BB": 500}),
        ("269000", -500, {"DZ": 500}),
        ("271000", 500, {"BD": 500}),
        ("274000", 500, {"BF": 500}),
        ("275000", 500, {"BH": 500}),
        ("297500", -500, {"BI": 500}),
        ("310000", 500, {"BL": 500}),
        ("391000", -500, {"BM": 500}),
        ("335000", 500, {"BN": 500}),
        ("345000", 500, {"BP": 500}),
        ("355000", 500, {"BR": 500}),
        ("397000", -500, {"BU": 500}),
        ("401000", 500, {"BZ": 500}),
        ("404000", -500, {"DZ": 500}),
        ("408400", -500, {"DZ": 500}),
        ("409100", 500, {"BV": 500}),
        ("409800", 500, {"BZ": 500}),
        ("416000", 500, {"BX": 500, "VA": 500}),
        ("416000", -500, {"EA": 500}),
        ("419100", -500, {"DW": 500}),
        ("419800", -500, {"EA": 500}),
        ("425000", 500, {"BZ": 500}),
        ("428200", -500, {"DY": 500}),
        ("437000", 500, {"BZ": 500}),
        ("444000", 500, {"BZ": 500}),
        ("444000", -500, {"DY": 500, "8E": 500}),
        ("445510", -500, {"DY": 500, "VW": 500}),
        ("455100", 500, {"BZ": 500}),
        ("455100", -500, {"DV": 500, "VI": 500}),
        ("456200", 500, {"CB": 500}),
        ("457000", -500, {"DY": 500}),
        ("467000", -500, {"EA": 500}),
        ("476000", 500, {"CN": 500}),
        ("477000", -500, {"ED": 500}),
        ("481600", 500, {"CW": 500}),
        ("487000", -500, {"EB": 500}),
        ("496000", -500, {"CA": 500}),
        ("503000", 500, {"CD": 500}),
        ("512000", -500, {"DU": 500, "EH": 500}),
        ("519000", -500, {"DU": 500, "EH": 500}),
        ("518600", -500, {"DU": 500, "EH": 500}),
        ("530000", 500, {"CF": 500}),
        ("590300", -500, {"CE": 500}),
    ],
)
def test_compte_de_bilan(compte: str, solde: float, attendu: dict[str, int]) -> None:
    liasse = liasse_depuis_balance(petite_balance(**{f"c{compte}": solde}), "PCG_2014")
    totaux = {*SOMMES, *SOLDES, "DO", "DR"}
    assert {code: montant for code, montant in liasse.valeurs.items() if montant and code not in totaux} == attendu | {
        "DG": solde
    }
    assert liasse["CO"] - liasse["1A"] == liasse["EE"]


GESTION = {
    "FC": "707000 709700",
    "FF": "701000 703000 709100",
    "FI": "706000 708500 709600",
    "FM": "713300",
    "FN": "722000",
    "FO": "740000",
    "FP": "781500 791000",
    "FQ": "754000 758000",
    "FS": "607000 608700 609700",
    "FT": "603700",
    "FU": "601000 602200 609100",
    "FV": "603100 603200",
    "FW": "604000 606300 611000 622600 609600",
    "FX": "635110",
    "FY": "641100 644000 648000",
    "FZ": "645100 646000 647500 649000",
    "GA": "681110 681200",
    "GB": "681600",
    "GC": "681740",
    "GD": "681500",
    "GE": "651000 654000 658000",
    "GH": "755000",
    "GI": "655000",
    "GJ": "761000",
    "GK": "762000",
    "GL": "763000 765000 768000",
    "GM": "786000 796000",
    "GN": "766000",
    "GO": "767000",
    "GQ": "686000",
    "GR": "661100 665000 668000",
    "GS": "666000",
    "GT": "667000",
    "HA": "771000",
    "HB": "775000 777000 778000",
    "HC": "787000 797000",
    "HE": "671200",
    "HF": "675000 678000",
    "HG": "687000",
    "HJ": "691000",
    "HK": "695000 698000 699000",
}


@pytest.mark.parametrize(("code", "compte"), [(code, compte) for code in GESTION for compte in GESTION[code].split()])
def test_compte_de_gestion(code: str, compte: str) -> None:
    sens = 1 if compte[0] == "6" else -1
    balance_ = petite_balance(**{f"c{compte}": 700 * sens, "c512000": 5_000})
    liasse = liasse_depuis_balance(balance_, "PCG_2014")
    assert liasse[code] == 700
    assert liasse["HN"] == liasse["DI"] == -700 * sens
    assert liasse["CO"] == liasse["EE"] == 5_000


def test_le_plus_long_prefixe_l_emporte() -> None:
    liasse = liasse_depuis_balance(
        petite_balance(c612200=100, c612500=200, c613000=400, c621100=800, c512000=9_000), "PCG_2014"
    )
    assert [liasse[code] for code in ("FW", "HP", "HQ", "YU")] == [1_500, 100, 200, 800]


@pytest.mark.parametrize("referentiel", ["PCG_2014", "PCG_2025"])
def test_le_plan_ne_nomme_que_des_cases_connues(referentiel: str) -> None:
    for affectation in plan_vers_liasse(referentiel).values():
        codes = {affectation.debiteur, affectation.crediteur, affectation.renvoi} - {""}
        assert codes <= codes_connus(), affectation
        assert affectation.renvoi_si in ("", "D", "C")


def test_le_referentiel_se_deduit_de_la_date() -> None:
    cession = petite_balance(c757000=-10, c512000=90)
    for cloture, compte in ((date(2024, 12, 31), "c775"), (date(2025, 12, 31), "c757")):
        assert compte in liasse_depuis_balance(cession, date_cloture=cloture).valeurs
    # Opened in 2024: still the plan of 2014.
    assert "c775" in liasse_depuis_balance(cession, date_cloture=date(2025, 6, 30)).valeurs
    assert "c757" in liasse_depuis_balance(cession, date_cloture=date(2025, 6, 30), duree_mois=6).valeurs
    with pytest.raises(ErreurDonnees, match="Référentiel absent"):
        liasse_depuis_balance(cession)
    with pytest.raises(ErreurDonnees, match="Référentiel « PCG_1999 » inconnu"):
        liasse_depuis_balance(cession, "PCG_1999")


def test_comptes_sans_poste() -> None:
    with pytest.raises(ErreurSchema, match="Comptes sans poste de liasse : 200000, 4A1000, 890000 ;"):
        liasse_depuis_balance(petite_balance(c890000=5, c4A1000=7, c200000=-3, c512000=90), "PCG_2014")
    # An account that comes to nothing needs no box.
    soldee = petite_balance(c890000=0, c512000=90)
    assert liasse_depuis_balance(soldee, "PCG_2014")["CF"] == 90


def test_balance_apres_cloture() -> None:
    cloture = petite_balance(c607000=0, c707000=0, c120000=-50, c512000=90)
    with pytest.raises(ErreurDonnees, match="avant clôture"):
        liasse_depuis_balance(cloture, "PCG_2014")


def test_resultat_anterieur_en_attente_d_affectation() -> None:
    liasse = liasse_depuis_balance(petite_balance(c120000=-50, c707000=-30, c512000=900), "PCG_2014")
    assert (liasse["DH"], liasse["DI"]) == (50, 30)
    assert liasse.avertissements == (
        "Le compte 12 attend son affectation (50,00\xa0€) : il est mis en report à nouveau.",
    )


def test_comptes_d_attente_signales() -> None:
    liasse = liasse_depuis_balance(petite_balance(c471000=12.5, c512000=900), "PCG_2014")
    assert liasse.avertissements == ("Le compte d'attente ou de virement 471000 n'est pas soldé (12,50\xa0€).",)


def test_balance_desequilibree_ou_incomplete() -> None:
    desequilibre = pd.DataFrame({"compte": ["512000", "101000"], "solde": [100.0, -99.5]})
    with pytest.raises(ErreurEquilibre, match=r"débiteurs 100,00\s€, créditeurs 99,50\s€, écart 0,50\s€") as refus:
        liasse_depuis_balance(desequilibre, "PCG_2014")
    assert (refus.value.gauche, refus.value.droite, refus.value.ecart) == (100.0, 99.5, 0.5)
    with pytest.raises(ErreurSchema, match="pas de colonne solde"):
        liasse_depuis_balance(desequilibre[["compte"]], "PCG_2014")


COMPTES = ["101000", "106800", "108000", "164000", "215000", "281500", "370000", "401000", "411000", "444000", "512000"]
COMPTES += ["601000", "613000", "641000", "661000", "695000", "701000", "706000", "758000", "768000", "777000"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(COMPTES), st.integers(-(10**9), 10**9)), min_size=1, max_size=60))
def test_arrondi_a_l_euro_sans_rompre_les_totaux(lignes: list[tuple[str, int]]) -> None:
    soldes = pd.DataFrame(lignes, columns=["compte", "centimes"]).groupby("compte")["centimes"].sum()
    soldes["530000"] = soldes.get("530000", 0) - soldes.sum()
    comptes = pd.DataFrame({"compte": soldes.index, "solde": soldes.to_numpy() / 100})
    liasse = liasse_depuis_balance(comptes, "PCG_2014")
    assert all(isinstance(montant, int) for montant in liasse.valeurs.values())
    controles = controler_liasse(liasse, tol=0)
    assert "bloquant" not in controles.loc[controles["ok"].eq(False).fillna(False), "gravite"].tolist()
    plan = plan_vers_liasse("PCG_2014")
    exacts: dict[str, float] = {}
    for compte, solde in soldes.items():
        prefixe = max((p for p in plan if str(compte).startswith(p)), key=len)
        code = plan[prefixe].debiteur if solde > 0 else plan[prefixe].crediteur
        exacts[code] = exacts.get(code, 0) + solde / 100
    for code, exact in exacts.items():
        assert abs(abs(liasse[code]) - abs(exact)) < 1
