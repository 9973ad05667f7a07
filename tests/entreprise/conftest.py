"""Balanced random liasses: lines drawn at random, totals and balances worked out, reserves (DG) closing the balance."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from rncp_utils.entreprise import Liasse

ACTIF_IMMOBILISE = {"AB": "AC", "AF": "AG", "AH": "AI", "AN": "AO", "AP": "AQ", "AR": "AS", "AT": "AU", "CU": "CV"}
ACTIF_CIRCULANT = {"BL": "BM", "BN": "BO", "BP": "BQ", "BR": "BS", "BT": "BU", "BV": "BW", "BX": "BY", "BZ": "CA"} | {
    "CB": "CC",
    "CD": "CE",
    "CF": "CG",
    "CH": "CI",
}
HORS_TOTAUX = ("AA", "CW", "CM", "CN")
CAPITAUX = ("DA", "DB", "DC", "DD", "DE", "DF", "DH", "DJ", "DK")
AUTRES_FONDS, PROVISIONS = ("DM", "DN"), ("DP", "DQ")
DETTES = ("DS", "DT", "DU", "DV", "DW", "DX", "DY", "DZ", "EA", "EB")
PRODUITS = ("FC", "FF", "FI", "FM", "FN", "FO", "FP", "FQ")
CHARGES = ("FS", "FT", "FU", "FV", "FW", "FX", "FY", "FZ", "GA", "GB", "GC", "GD", "GE")
PRODUITS_FINANCIERS, CHARGES_FINANCIERES = ("GJ", "GL", "GM", "GO"), ("GQ", "GR", "GT")
EXCEPTIONNEL = ("HA", "HB", "HC", "HE", "HF", "HG")
AUTRES = ("GH", "GI", "HJ", "HK", "ED", "YS", "HP", "HQ", "YT", "YU", "A2", "ZE", "VK")
# A part of another line, never more than it.
PARTIES = {"EH": "DU", "8E": "DY", "VI": "DV", "A1": "FP", "c775": "HB", "c675": "HF"}
SIGNES = ("FM", "FT", "FV", "DH")
LIGNES = (
    *ACTIF_IMMOBILISE,
    *ACTIF_CIRCULANT,
    *HORS_TOTAUX,
    *CAPITAUX,
    *AUTRES_FONDS,
    *PROVISIONS,
    *DETTES,
    *PRODUITS,
    *CHARGES,
    *PRODUITS_FINANCIERS,
    *CHARGES_FINANCIERES,
    *EXCEPTIONNEL,
    *AUTRES,
)
PLAFOND = 900_000


def equilibrer(lignes: dict[str, int]) -> dict[str, int]:
    """A whole balanced liasse from some of its lines; an absent line is an empty box."""
    v = dict(lignes)

    def somme(*codes: str) -> int:
        return sum(v.get(code, 0) for code in codes)

    for brut, amortissement in (ACTIF_IMMOBILISE | ACTIF_CIRCULANT).items():
        if brut in v:
            v[amortissement] = v[brut] // 3
    for partie, tout in PARTIES.items():
        v[partie] = v.get(tout, 0) // 4
    v["c777"] = v["c775"] // 2
    v |= {"FL": somme("FC", "FF", "FI"), "FR": somme(*PRODUITS), "GF": somme(*CHARGES)}
    v["GG"] = v["FR"] - v["GF"]
    v |= {"GP": somme(*PRODUITS_FINANCIERS), "GU": somme(*CHARGES_FINANCIERES)}
    v["GW"] = v["GG"] + somme("GH", "GP") - somme("GI", "GU")
    v |= {"HD": somme("HA", "HB", "HC"), "HH": somme("HE", "HF", "HG")}
    v["HI"] = v["HD"] - v["HH"]
    v["HN"] = v["DI"] = v["GW"] + v["HI"] - somme("HJ", "HK")
    v |= {"BJ": somme(*ACTIF_IMMOBILISE), "BK": somme(*ACTIF_IMMOBILISE.values())}
    v |= {"CJ": somme(*ACTIF_CIRCULANT), "CK": somme(*ACTIF_CIRCULANT.values())}
    v |= {"CO": somme("BJ", "CJ", *HORS_TOTAUX), "1A": v["BK"] + v["CK"]}
    v |= {"DO": somme(*AUTRES_FONDS), "DR": somme(*PROVISIONS), "EC": somme(*DETTES)}
    v["EE"] = v["CO"] - v["1A"]
    v["DL"] = v["EE"] - somme("DO", "DR", "EC", "ED")
    v["DG"] = v["DL"] - somme(*CAPITAUX, "DI")
    return v


def _montants(code: str) -> st.SearchStrategy[int]:
    return st.integers(-PLAFOND if code in SIGNES else 0, PLAFOND)


@pytest.fixture(scope="session")
def liasses_equilibrees() -> st.SearchStrategy[dict[str, int]]:
    """Strategy: amounts by code of a balanced liasse; any line may be empty."""
    return st.fixed_dictionaries({}, optional={code: _montants(code) for code in LIGNES}).map(equilibrer)


@pytest.fixture(scope="session")
def tirer_liasses() -> Callable[..., list[Liasse]]:
    """``tirer_liasses(n, graine)``: n balanced liasses, four years a company, about a third of their boxes empty."""

    def tirer(n: int, graine: int = 31919) -> list[Liasse]:
        hasard = random.Random(graine)
        liasses = []
        for rang in range(n):
            remplies = [code for code in LIGNES if hasard.random() < 2 / 3]
            lignes = {code: hasard.randint(-PLAFOND if code in SIGNES else 0, PLAFOND) for code in remplies}
            cloture = dt.date(2021 + rang % 4, 12, 31)
            liasses.append(Liasse(equilibrer(lignes), siren=f"{rang // 4:09d}", date_cloture=cloture))
        return liasses

    return tirer
