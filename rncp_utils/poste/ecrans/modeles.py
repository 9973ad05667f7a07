"""Widgets that share their layout and their style.

ipywidgets makes a model of each for every widget, three messages instead of one: a screen of sixty widgets would take
twice as long to open. What is shown or hidden (:func:`montrer_si`) has a layout of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import ipywidgets as widgets


@lru_cache
def _mise_en_page() -> widgets.Layout:
    return widgets.Layout()


@lru_cache
def _style(classe: type[widgets.Widget]) -> widgets.Widget:
    # A label takes the room that it needs, instead of a fixed one.
    return classe(description_width="initial") if hasattr(classe, "description_width") else classe()


def creer(sorte: type[widgets.Widget], *classes: str, **traits: Any) -> Any:
    """A widget with these CSS classes."""
    if "layout" not in traits:
        traits["layout"] = _mise_en_page()
    if hasattr(sorte, "style") and "style" not in traits:
        traits["style"] = _style(sorte.style.klass)
    return sorte(**traits, _dom_classes=classes)


def texte(contenu: str = "", *classes: str) -> widgets.HTML:
    """HTML that is shown."""
    return creer(widgets.HTML, *classes, value=contenu)


def boite(enfants: Iterable[widgets.Widget] = (), *classes: str, **traits: Any) -> widgets.VBox:
    """Widgets one below the other; the style sheet may put them otherwise."""
    return creer(widgets.VBox, *classes, children=tuple(enfants), **traits)


def masquable() -> widgets.Layout:
    """Layout of a widget that :func:`montrer_si` shows and hides."""
    return widgets.Layout()


def montrer_si(widget: widgets.Widget, oui: bool) -> None:
    """Show a widget, or hide it."""
    voulu = None if oui else "none"
    if widget.layout.display != voulu:
        widget.layout.display = voulu
