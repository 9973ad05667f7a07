"""Description d'une figure en données : ce qu'un test caché regarde d'un graphique, sans le graphique."""

from __future__ import annotations

from typing import Any

POINTS_MAX = 5_000
SERIES_MAX = 200


def decrire_figure(figure: Any) -> dict[str, Any]:
    """Titre, axes et séries d'une figure matplotlib.

    Works on a figure, on one of its axes, and on a description (given back as it is): the same test runs where the
    figure still is and where only its description arrived.

    Returns
    -------
    dict
        ``titre`` and ``axes``, a list of ``titre``, ``x``, ``y`` (labels), ``legende`` (list of texts) and ``series``.
        A series has ``genre`` (``"ligne"``, ``"barres"``, ``"points"`` or ``"secteurs"``), ``etiquette``, ``x`` and
        ``y`` (for bars: positions and heights; for a pie: nothing and the shares).

    Raises
    ------
    TypeError
        Neither a figure, nor axes, nor a description.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axe = Figure().subplots()
    >>> _ = axe.plot([1, 2], [10.0, 20.0], label="CA")
    >>> axe.set_title("Ventes")
    Text(0.5, 1.0, 'Ventes')
    >>> decrire_figure(axe)["axes"][0]["series"]
    [{'genre': 'ligne', 'etiquette': 'CA', 'x': [1, 2], 'y': [10.0, 20.0]}]
    """
    if isinstance(figure, dict):
        return figure
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    if isinstance(figure, Axes):
        figure = figure.figure
    if not isinstance(figure, Figure):
        raise TypeError(f"une figure est attendue, pas « {type(figure).__name__} »")
    titre = figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""
    return {"titre": titre, "axes": [_decrire_axe(axe) for axe in figure.axes]}


def _decrire_axe(axe: Any) -> dict[str, Any]:
    legende = axe.get_legend()
    return {
        "titre": axe.get_title(),
        "x": axe.get_xlabel(),
        "y": axe.get_ylabel(),
        "legende": [texte.get_text() for texte in legende.get_texts()] if legende else [],
        "series": _series(axe)[:SERIES_MAX],
    }


def _series(axe: Any) -> list[dict[str, Any]]:
    from matplotlib.collections import PathCollection
    from matplotlib.patches import Wedge

    series = [_serie("ligne", ligne, ligne.get_xdata(), ligne.get_ydata()) for ligne in axe.lines]
    for barres in axe.containers:
        if hasattr(barres, "patches"):
            x = [barre.get_x() + barre.get_width() / 2 for barre in barres]
            series.append(_serie("barres", barres, x, [barre.get_height() for barre in barres]))
    for points in axe.collections:
        if isinstance(points, PathCollection):
            positions = points.get_offsets()
            series.append(_serie("points", points, positions[:, 0], positions[:, 1]))
    parts = [part for part in axe.patches if isinstance(part, Wedge)]
    if parts:
        series.append(_serie("secteurs", None, [], [(part.theta2 - part.theta1) / 360 for part in parts]))
    return series


def _serie(genre: str, source: Any, x: Any, y: Any) -> dict[str, Any]:
    etiquette = str(source.get_label()) if source is not None else ""
    # matplotlib names what the author did not: "_child0".
    etiquette = "" if etiquette.startswith("_") else etiquette
    return {"genre": genre, "etiquette": etiquette, "x": _liste(x), "y": _liste(y)}


def _liste(valeurs: Any) -> list:
    import numpy as np

    return np.asarray(valeurs).ravel()[:POINTS_MAX].tolist()
