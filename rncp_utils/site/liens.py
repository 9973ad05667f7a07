"""Sphinx extension: in each page of a lesson, the first use of a term leads to the glossary; French spaces everywhere.

It works on what is read, not on files: no lesson holds a link of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from rncp_utils.lecon.glossaire import Terme, charger_glossaire, code_de_lecon, motif
from rncp_utils.typographie import typographier

LECONS, PAGE = "lecons/", "glossaire"
# What is typed or copied stays as it is; in a heading or in a link, another link would be in the way.
TELS_QUELS = (nodes.literal, nodes.literal_block, nodes.raw, nodes.comment)
SANS_LIEN = (nodes.title, nodes.reference, nodes.caption)


class LiensDuGlossaire(SphinxPostTransform):
    """Links and spaces, just before a page is written."""

    default_priority = 900

    def run(self, **_: Any) -> None:
        attendus = list(self._termes())
        for texte in list(self.document.findall(nodes.Text)):
            if _dans(texte, TELS_QUELS):
                continue
            morceaux = [nodes.Text(typographier(texte.astext()))]
            for terme in [] if _dans(texte, SANS_LIEN) else list(attendus):
                if (nouveaux := self._lier(morceaux, terme)) is not None:
                    morceaux = nouveaux
                    attendus.remove(terme)
            texte.parent.replace(texte, morceaux)

    def _termes(self) -> Iterator[Terme]:
        """Terms to look for, the longest first: « besoin en fonds de roulement » before « fonds de roulement »."""
        if self.env.docname.startswith(LECONS):
            code = code_de_lecon(self.env.docname)
            for terme in sorted(self.app.rncp_glossaire, key=lambda terme: -max(map(len, terme.formes))):
                if not terme.courant or code in terme.lecons:
                    yield terme

    def _lier(self, morceaux: list[nodes.Node], terme: Terme) -> list[nodes.Node] | None:
        for rang, morceau in enumerate(morceaux):
            if isinstance(morceau, nodes.Text) and (trouve := _premier(morceau.astext(), terme)):
                debut, fin = trouve
                ecrit = morceau.astext()
                coupes = [nodes.Text(ecrit[:debut]), self._lien(ecrit[debut:fin], terme), nodes.Text(ecrit[fin:])]
                return [*morceaux[:rang], *(c for c in coupes if c.astext()), *morceaux[rang + 1 :]]
        return None

    def _lien(self, ecrit: str, terme: Terme) -> nodes.reference:
        adresse = self.app.builder.get_relative_uri(self.env.docname, PAGE)
        lien = nodes.reference("", "", internal=True, refuri=f"{adresse}#{terme.ancre}", classes=["rncp-terme"])
        lien["reftitle"] = typographier(terme.definition)
        lien += nodes.inline("", ecrit)
        return lien


def _dans(texte: nodes.Text, genres: tuple[type, ...]) -> bool:
    noeud = texte.parent
    while noeud is not None:
        if isinstance(noeud, genres):
            return True
        noeud = noeud.parent
    return False


def _premier(ecrit: str, terme: Terme) -> tuple[int, int] | None:
    trouves = [trouve.span() for forme in terme.formes if (trouve := motif(forme).search(ecrit))]
    return min(trouves, default=None)


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry point. ``rncp_glossaire`` is the file; a change of it writes every page again."""
    app.add_config_value("rncp_glossaire", "", "env")
    app.add_config_value("rncp_glossaire_empreinte", "", "env")
    app.connect("config-inited", _lire)
    app.add_post_transform(LiensDuGlossaire)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _lire(app: Sphinx, config: Any) -> None:
    app.rncp_glossaire = charger_glossaire(Path(config.rncp_glossaire))
