"""The clock of the benchmarks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def chronometrer(appel: Callable[[], Any], essais: int = 3) -> tuple[float, Any]:
    """Shortest time of several calls, in seconds, and the last result."""
    durees = []
    for _ in range(essais):
        resultat = None  # frees what the call before made
        debut = time.perf_counter()
        resultat = appel()
        durees.append(time.perf_counter() - debut)
    return min(durees), resultat
