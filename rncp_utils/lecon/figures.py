"""Figures et tableaux d'une leçon ; leur style vit dans :mod:`rncp_utils.figures`, que tous les étages emploient."""

from __future__ import annotations

from rncp_utils.figures import (
    PALETTE,
    FigureAccessible,
    TableauAccessible,
    axe_francais,
    figure_accessible,
    nouvelle_figure,
    presenter,
    style,
    style_de,
)

__all__ = [
    "PALETTE",
    "FigureAccessible",
    "TableauAccessible",
    "axe_francais",
    "figure_accessible",
    "nouvelle_figure",
    "presenter",
    "style",
    "style_de",
]
