"""Radar of a learner: an SVG drawn as text, one axis a competence; the table beside it says the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from rncp_utils.figures import DISCRET, ENCRE, FILET, PALETTE
from rncp_utils.formats import pourcent

COTE, RAYON = 460, 168
_CENTRE = COTE / 2
_ETIQUETTE, _BLOC = 1.10, 1.24


@dataclass(frozen=True)
class Axe:
    """A competence: its code, the bloc that it belongs to, its rate (NaN: nothing is marked), whether it is final."""

    code: str
    bloc: str
    taux: float
    definitif: bool


def radar(axes: Sequence[Axe], en_cours: float, acquis: float, description: str) -> Markup:
    """SVG element; a full dot is a final rate, an empty one waits for marks, no dot means nothing is marked."""
    n = len(axes)
    parties = [
        f'<svg viewBox="0 0 {COTE} {COTE}" width="{COTE}" height="{COTE}" role="img" '
        f'aria-label="{escape(description)}">',
        *_blocs(axes),
        *(_cercle(part, _trait(part, en_cours, acquis)) for part in (0.2, 0.4, 0.6, 0.8, 1.0)),
        *(_cercle(seuil, _trait(seuil, en_cours, acquis)) for seuil in (en_cours, acquis) if seuil not in (0.4, 0.6)),
    ]
    for rang, axe in enumerate(axes):
        x, y = _point(rang, n, 1.0)
        parties.append(f'<line x1="{_CENTRE}" y1="{_CENTRE}" x2="{x:.1f}" y2="{y:.1f}" stroke="{FILET}"/>')
        x, y = _point(rang, n, _ETIQUETTE)
        parties.append(_texte(x, y, axe.code, 11, ENCRE))
    parties += [_etiquette_de_seuil(en_cours), _etiquette_de_seuil(acquis), _etiquette_de_seuil(1.0)]
    parties += _aires(axes)
    for rang, axe in enumerate(axes):
        if not math.isnan(axe.taux):
            x, y = _point(rang, n, axe.taux)
            fond = PALETTE["bleu"] if axe.definitif else "white"
            trait = f'stroke="{PALETTE["bleu"]}" stroke-width="1.6"'
            parties.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6" fill="{fond}" {trait}/>')
    return Markup("".join([*parties, "</svg>"]))


def _point(rang: int, n: int, part: float) -> tuple[float, float]:
    # The first axis points up, the others follow clockwise.
    angle = 2 * math.pi * rang / n - math.pi / 2
    return _CENTRE + RAYON * part * math.cos(angle), _CENTRE + RAYON * part * math.sin(angle)


def _trait(part: float, en_cours: float, acquis: float) -> str:
    if part == acquis:
        return f'stroke="{PALETTE["vert"]}" stroke-width="1.4"'
    if part == en_cours:
        return f'stroke="{PALETTE["vermillon"]}" stroke-width="1.4" stroke-dasharray="5 3"'
    return f'stroke="{FILET if part < 1 else DISCRET}"'


def _cercle(part: float, trait: str) -> str:
    return f'<circle cx="{_CENTRE}" cy="{_CENTRE}" r="{RAYON * part:.1f}" fill="none" {trait}/>'


def _etiquette_de_seuil(part: float) -> str:
    # Between two axes, so that it covers no dot.
    return _texte(_CENTRE + 15, _CENTRE - RAYON * part - 3, pourcent(part, 0), 9, DISCRET)


def _texte(x: float, y: float, texte: str, taille: int, couleur: str, gras: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{taille}" fill="{couleur}" text-anchor="middle" '
        f'dominant-baseline="middle"{gras}>{escape(texte)}</text>'
    )


def _blocs(axes: Sequence[Axe]) -> list[str]:
    """Name of each bloc outside its axes, and a line between two blocs."""
    n = len(axes)
    debuts = [rang for rang in range(n) if rang == 0 or axes[rang].bloc != axes[rang - 1].bloc]
    parties = []
    for debut, fin in zip(debuts, [*debuts[1:], n], strict=True):
        x, y = _point(0, n, 0)
        bout = _point(debut - 0.5, n, 1.05)
        parties.append(
            f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{bout[0]:.1f}" y2="{bout[1]:.1f}" '
            f'stroke="{DISCRET}" stroke-width=".8" stroke-dasharray="2 3"/>'
        )
        x, y = _point((debut + fin - 1) / 2, n, _BLOC)
        parties.append(_texte(x, y, axes[debut].bloc, 12, PALETTE["marine"], ' font-weight="600"'))
    return parties


def _aires(axes: Sequence[Axe]) -> list[str]:
    """The line through the marked competences; it stops where nothing is marked rather than falling to zero."""
    n = len(axes)
    marques = [not math.isnan(axe.taux) for axe in axes]
    style = f'stroke="{PALETTE["bleu"]}" stroke-width="1.8" stroke-linejoin="round"'
    if all(marques):
        points = " ".join("{:.1f},{:.1f}".format(*_point(rang, n, axe.taux)) for rang, axe in enumerate(axes))
        return [f'<polygon points="{points}" fill="{PALETTE["bleu"]}" fill-opacity=".12" {style}/>']
    traits = []
    for rang in range(n):
        suivant = (rang + 1) % n
        if marques[rang] and marques[suivant]:
            (x1, y1), (x2, y2) = _point(rang, n, axes[rang].taux), _point(suivant, n, axes[suivant].taux)
            traits.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}/>')
    return traits
