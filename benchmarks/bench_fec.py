"""FEC read and controlled F01 to F14 beside a bare pandas.read_csv of the same file.

``python -m benchmarks.bench_fec [lines]`` (1,000,000 by default, 18 fields, about 130 MB, the invented year of
``fec_exemple`` written in ISO 8859-15 as the law has it, and once more in UTF-8).

What is compared, on the same file in the same run, best of three each, one after the other in turn:

- ``pandas.read_csv(sep="\\t", dtype=str)``, default engine (C), nothing else but the encoding: texts only, no date, no
  amount;
- the same with ``engine="pyarrow"``, for whom wonders what is due to the reader;
- ``lire_fec`` (typed: dates, amounts to the cent, categories) then ``controler_fec`` with the year given.

Peak memory is that of a fresh interpreter that does only that, less what it held before (Linux).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from rncp_utils.entreprise import controler_fec, ecrire_fec, fec_exemple, lire_fec

EXERCICE = (date(2024, 1, 1), date(2024, 12, 31))
PASSES = 3
_ENCODAGES = {"iso-8859-15": "iso-8859-15", "utf-8": "utf-8-sig"}


def _nu(chemin: Path, encodage: str) -> int:
    return len(pd.read_csv(chemin, sep="\t", dtype=str, encoding=encodage))


def _nu_pyarrow(chemin: Path, encodage: str) -> int:
    return len(pd.read_csv(chemin, sep="\t", dtype=str, encoding=encodage, engine="pyarrow"))


def _lire(chemin: Path, encodage: str) -> int:
    return len(lire_fec(chemin))


def _lire_et_controler(chemin: Path, encodage: str) -> int:
    fec = lire_fec(chemin)
    controles = controler_fec(fec, exercice=EXERCICE)
    if controles["nb"].sum():
        raise AssertionError(controles.to_string())
    return len(fec)


CONCURRENTS: dict[str, Callable[[Path, str], int]] = {
    "pandas.read_csv": _nu,
    "pandas.read_csv pyarrow": _nu_pyarrow,
    "lire_fec": _lire,
    "lire_fec + controler_fec": _lire_et_controler,
}


def mesurer(n: int = 1_000_000) -> dict[str, float]:
    """Seconds of each, ratios to the bare reading, and peak memory in MB."""
    fec = fec_exemple(n)
    mesures: dict[str, float] = {"lignes": n}
    for encodage, ecriture in _ENCODAGES.items():
        with tempfile.TemporaryDirectory() as dossier:
            chemin = ecrire_fec(fec, Path(dossier) / "fec.txt", encodage=ecriture)
            mesures[f"{encodage}, fichier (Mo)"] = chemin.stat().st_size / 1e6
            temps = _meilleurs_temps(chemin, encodage, n)
            mesures |= {f"{encodage}, {nom} (s)": seconde for nom, seconde in temps.items()}
            for nu in ("pandas.read_csv", "pandas.read_csv pyarrow"):
                mesures[f"{encodage}, rapport à {nu}"] = temps["lire_fec + controler_fec"] / temps[nu]
            if encodage == "utf-8":
                mesures |= {f"mémoire de pointe, {nom} (Mo)": _memoire(nom, chemin, encodage) for nom in CONCURRENTS}
    return mesures


def _meilleurs_temps(chemin: Path, encodage: str, lignes: int) -> dict[str, float]:
    temps = dict.fromkeys(CONCURRENTS, float("inf"))
    # In turn, so that a busy moment of the machine is not charged to one alone.
    for _ in range(PASSES):
        for nom, concurrent in CONCURRENTS.items():
            debut = time.perf_counter()
            lues = concurrent(chemin, encodage)
            temps[nom] = min(temps[nom], time.perf_counter() - debut)
            if lues != lignes:
                raise AssertionError(f"{nom} : {lues} lignes lues sur {lignes}")
    return temps


def _memoire(nom: str, chemin: Path, encodage: str) -> float:
    commande = [sys.executable, "-m", "benchmarks.bench_fec", "--memoire", nom, str(chemin), encodage]
    return float(subprocess.run(commande, check=True, capture_output=True, encoding="utf-8").stdout)


def _mesurer_memoire(nom: str, chemin: Path, encodage: str) -> float:
    """Megabytes above what the interpreter and its imports already held."""
    # The imports that the first reading would trigger are not its memory.
    with tempfile.TemporaryDirectory() as dossier:
        CONCURRENTS[nom](ecrire_fec(fec_exemple(), Path(dossier) / "petit.txt", encodage="utf-8-sig"), "utf-8")
    avant = _pointe()
    CONCURRENTS[nom](chemin, encodage)
    return _pointe() - avant


def _pointe() -> float:
    """Highest memory of this process so far (getrusage would count that of the process that started it)."""
    etat = Path("/proc/self/status").read_text()
    return int(etat.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--memoire"]:
        print(_mesurer_memoire(sys.argv[2], Path(sys.argv[3]), sys.argv[4]))
    else:
        for nom, valeur in mesurer(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000).items():
            print(f"{nom:<60} {valeur:>12.4g}")
