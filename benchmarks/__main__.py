"""Run every benchmark of this folder and print what it measured."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path


def main() -> None:
    for chemin in sorted(Path(__file__).parent.glob("bench_*.py")):
        module = import_module(f"benchmarks.{chemin.stem}")
        print(f"\n{chemin.stem} : {module.__doc__.splitlines()[0]}")
        for nom, valeur in module.mesurer().items():
            print(f"  {nom:<44} {valeur:>12.4g}" if isinstance(valeur, float | int) else f"  {nom:<44} {valeur}")


main()
