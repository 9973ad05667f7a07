"""Fields of the dashboards, each with its name beside it."""

from __future__ import annotations

from collections.abc import Iterable

import ipywidgets as widgets

# The whole name, however long.
_STYLE = {"description_width": "initial"}


def texte(nom: str, exemple: str, valeur: str = "") -> widgets.Text:
    """A line of text; ``exemple`` shows while it is empty."""
    # One message when the field is left: a click would overtake those of each key.
    return widgets.Text(description=nom, value=valeur, placeholder=exemple, continuous_update=False, style=dict(_STYLE))


def menu(nom: str, valeurs: Iterable[object]) -> widgets.Dropdown:
    """A choice among values, or among pairs (shown, value)."""
    return widgets.Dropdown(description=nom, options=list(valeurs), style=dict(_STYLE))


def case(nom: str, cochee: bool = False) -> widgets.Checkbox:
    """A box to tick."""
    return widgets.Checkbox(description=nom, value=cochee, indent=False)
