"""A site of two lessons, as the tests of this folder build it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rncp_utils.site.construction import Site, construire

# A form of every kind, figures, a simulator, a cell to complete; and an interview.
LECONS = ("B1-L2", "B2-L1")


@dataclass
class Chantier:
    """A site, and what its last build did."""

    depot: Path
    dossier: Path
    executees: list[str] = field(default_factory=list)
    site: Site | None = None

    def construire(self) -> Site:
        self.executees.clear()

        def suivre(etape: str, elements: list) -> Iterator:
            self.executees += [chemin.stem for chemin, _ in elements]
            yield from elements

        sortie, atelier = self.dossier / "site", self.dossier / "atelier"
        self.site = construire(self.depot, sortie, suivre, codes=LECONS, atelier=atelier)
        return self.site

    def pages(self) -> list[Path]:
        return sorted((self.dossier / "site").rglob("*.html"))

    def page(self, nom: str) -> str:
        return (self.dossier / "site" / nom).read_text(encoding="utf-8")
