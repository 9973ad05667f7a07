"""Loans and their cost, borrowing capacity, projects to finance, guarantees.

Names are loaded on first use, so that a kernel starts without pandas.
"""

from __future__ import annotations

from rncp_utils.differe import noms_differes

_MODULES: dict[str, str] = {}

__getattr__, __dir__, __all__ = noms_differes(__name__, _MODULES)
