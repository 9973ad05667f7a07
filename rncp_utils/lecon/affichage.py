"""What all that a notebook cell shows has in common: MIME bundles, plain HTML when nobody is there to answer."""

from __future__ import annotations

from typing import Any


class Affichage:
    """Object that a notebook shows when it is the last expression of a cell."""

    def _ipython_display_(self) -> None:
        from IPython.display import display  # the kernel has it; a reader of answers does not need it

        for affichage in self.affichages():
            display(affichage, raw=True)

    def affichages(self) -> list[dict[str, Any]]:
        """What the cell shows: one MIME bundle an output."""
        return []

    def en_html(self, contenu: str) -> dict[str, str]:
        """An output in HTML, with what a reader of plain text sees."""
        return {"text/html": contenu, "text/plain": str(self)}
