"""Analysis of a table of liasses (SIG, CAF, bilan fonctionnel, BCE ratios) beside the same arithmetic in bare NumPy.

``python -m benchmarks.bench_analyse [rows]``: 1,000,000 balanced random liasses, one float64 column a code. Both sides
read the same memory in the same run, turn about; the ratio is that of the medians. Bare NumPy does the sums and
divisions only: no control, no reason, no index, no missing box: where 30 % of the lines of the table are empty, it gets
arrays already filled with zeros. Peak memory is that of a process apart, interpreter and input included, relative to
the input.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.numpy_nu import analyser_en_numpy
from rncp_utils.entreprise import bilan_fonctionnel, caf, sig
from rncp_utils.entreprise.analyse.ratios_publies import ratios_bce

REPETITIONS = 5
# Lines drawn at random, then totals; every code that the analysis reads is there.
IMMOBILISATIONS = {"AB": "AC", "AH": "AI", "AN": "AO", "AP": "AQ", "AR": "AS", "AT": "AU", "AV": "AW", "AX": "AY"}
CIRCULANT = {"BL": "BM", "BN": "BO", "BP": "BQ", "BR": "BS", "BT": "BU", "BV": "BW", "BX": "BY", "BZ": "CA"}
TRESORERIE = {"CB": "CC", "CD": "CE", "CF": "CG", "CH": "CI"}
HORS_TOTAUX = ("AA", "CW", "CM", "CN")
CAPITAUX = ("DA", "DD", "DH", "DJ", "DK")
DETTES = ("DS", "DT", "DU", "DV", "DW", "DX", "DY", "DZ", "EA", "EB")
PRODUITS = ("FC", "FF", "FI", "FM", "FN", "FO", "FP", "FQ")
CHARGES = ("FS", "FT", "FU", "FV", "FW", "FX", "FY", "FZ", "GA", "GB", "GC", "GD", "GE")
AUTRES_FLUX = ("GH", "GI", "GM", "GP", "GQ", "GU", "HA", "HB", "HC", "HE", "HF", "HG", "HJ", "HK")
RENVOIS = ("EH", "YS", "8E", "HP", "HQ", "A1", "YU", "YY", "YZ", "ZE", "c675", "c775", "c777")
TOTAUX = ("BJ", "BK", "CJ", "CK", "CO", "1A", "DG", "DI", "DL", "DO", "DR", "EC", "ED", "EE")
SOLDES = ("FL", "FR", "GF", "GG", "GW", "HD", "HH", "HI", "HN")


def mesurer(n: int = 1_000_000) -> dict[str, float]:
    """Seconds of both sides, their ratio, and peak memory as a number of times the input."""
    mesures: dict[str, float] = {"liasses": n}
    for nom, part_vide in (("pleines", 0.0), ("à 30 % vides", 0.3)):
        nu, rncp = _durees(liasses_aleatoires(n, part_vide))
        entree, maximum = _memoire(n, part_vide)
        mesures |= {
            f"{nom} : NumPy nu (s)": nu,
            f"{nom} : rncp_utils (s)": rncp,
            f"{nom} : rapport de temps": rncp / nu,
            f"{nom} : entrée (Mo)": entree / 1e6,
            f"{nom} : mémoire maximale / entrée": maximum / entree,
        }
    return mesures


def _durees(table: pd.DataFrame) -> tuple[float, float]:
    """Median seconds of bare NumPy and of the library."""
    colonnes = {code: table[code].fillna(0.0).to_numpy() for code in table}
    durees: dict[str, list[float]] = {"nu": [], "rncp": []}
    for _ in range(REPETITIONS):
        durees["nu"].append(_chronometrer(analyser_en_numpy, colonnes))
        durees["rncp"].append(_chronometrer(analyser, table))
    return statistics.median(durees["nu"]), statistics.median(durees["rncp"])


def analyser(table: pd.DataFrame) -> list[pd.DataFrame]:
    """What a dashboard asks for, all kept until the end."""
    return [sig(table), caf(table), bilan_fonctionnel(table, bz_hors_exploitation=0), ratios_bce(table)]


def _chronometrer(calcul: Callable[[Any], Any], source: Any) -> float:
    debut = time.perf_counter()
    calcul(source)
    return time.perf_counter() - debut


def _memoire(n: int, part_vide: float) -> tuple[int, int]:
    """Bytes of the input, and peak of a process that only makes it and analyses it."""
    code = f"from benchmarks.bench_analyse import afficher_memoire; afficher_memoire({n}, {part_vide})"
    sortie = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8")
    entree, maximum = sortie.stdout.split()
    return int(entree), int(maximum)


def afficher_memoire(n: int, part_vide: float) -> None:
    """Print the bytes of the input and the peak of this process."""
    table = liasses_aleatoires(n, part_vide)
    entree = int(table.memory_usage(deep=True).sum())
    analyser(table)
    # Not ru_maxrss, which a child process inherits from the one that started it.
    (pic,) = (ligne for ligne in Path("/proc/self/status").read_text().splitlines() if ligne.startswith("VmHWM"))
    print(entree, int(pic.split()[1]) * 1024)


def liasses_aleatoires(n: int, part_vide: float = 0.0, graine: int = 31919) -> pd.DataFrame:
    """Balanced liasses, index (siren, date_cloture), four years a company; ``part_vide`` of the lines left empty."""
    actif = IMMOBILISATIONS | CIRCULANT | TRESORERIE
    tires = (*actif, *HORS_TOTAUX, *CAPITAUX, *DETTES, *PRODUITS, *CHARGES, *AUTRES_FLUX, *RENVOIS)
    codes = (*tires, *actif.values(), *TOTAUX, *SOLDES)
    bloc = np.zeros((len(codes), n))
    lignes = {code: bloc[rang] for rang, code in enumerate(codes)}
    hasard = np.random.default_rng(graine)
    for code in tires:
        lignes[code][:] = hasard.integers(1, 50_000, n)
    for brut, amortissement in actif.items():
        np.floor(lignes[brut] / 3, out=lignes[amortissement])
    for code in ("EH", "YS", "8E", "c675", "c775", "c777"):
        lignes[code] //= 20
    vides = {code: hasard.random(n, dtype="float32") < part_vide for code in tires if part_vide and code != "FC"}
    for code, ou in vides.items():
        lignes[code][ou] = 0
        if code in actif:
            lignes[actif[code]][ou] = 0
    _equilibrer(lignes)
    for code, ou in vides.items():
        lignes[code][ou] = np.nan
    annees = np.arange(n) % 4
    clotures = pd.DatetimeIndex([f"{annee}-12-31" for annee in range(2021, 2025)])
    siren = pd.Index(np.char.mod("%09d", np.arange((n + 3) // 4)))
    index = pd.MultiIndex([siren, clotures], [np.arange(n) // 4, annees], names=["siren", "date_cloture"])
    return pd.DataFrame(bloc.T, index=index, columns=list(codes), copy=False)


def _equilibrer(a: Mapping[str, np.ndarray]) -> None:
    """Totals and balances, written into the table; reserves (DG) close the balance sheet."""

    def poser(code: str, *termes: str, moins: tuple[str, ...] = ()) -> None:
        a[code][:] = 0
        for terme in termes:
            a[code][:] += a[terme]
        for terme in moins:
            a[code][:] -= a[terme]

    a["FC"][:] *= 20
    poser("FL", "FC", "FF", "FI")
    poser("FR", "FL", "FM", "FN", "FO", "FP", "FQ")
    poser("GF", *CHARGES)
    poser("GG", "FR", moins=("GF",))
    poser("GW", "GG", "GH", "GP", moins=("GI", "GU"))
    poser("HD", "HA", "HB", "HC")
    poser("HH", "HE", "HF", "HG")
    poser("HI", "HD", moins=("HH",))
    poser("HN", "GW", "HI", moins=("HJ", "HK"))
    poser("BJ", *IMMOBILISATIONS)
    poser("BK", *IMMOBILISATIONS.values())
    poser("CJ", *CIRCULANT, *TRESORERIE)
    poser("CK", *CIRCULANT.values(), *TRESORERIE.values())
    poser("CO", "BJ", "CJ", *HORS_TOTAUX)
    poser("1A", "BK", "CK")
    poser("EC", *DETTES)
    poser("EE", "CO", moins=("1A",))
    poser("DI", "HN")
    poser("DG", "EE", moins=("EC", "ED", "DO", "DR", "DI", *CAPITAUX))
    poser("DL", *CAPITAUX, "DG", "DI")


if __name__ == "__main__":
    for nom, valeur in mesurer(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000).items():
        print(f"{nom:<44} {valeur:.4g}")
