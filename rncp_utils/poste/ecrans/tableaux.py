"""HTML of the workstation's screens: every text is escaped here, and only here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from rncp_utils.entretien.pages import joli
from rncp_utils.lecon.formulaire_html import STYLE as STYLE_FORMULAIRE
from rncp_utils.poste.ecrans.mots import SANS_VALEUR

STYLE = (
    STYLE_FORMULAIRE + f"<style>{Path(__file__).parents[1].joinpath('poste.css').read_text(encoding='utf-8')}</style>"
)


class Brut(str):
    """Text that is HTML already."""


def html(texte: Any) -> Brut:
    """A text, escaped, with the no-break spaces of French; a dash for what is missing."""
    if isinstance(texte, Brut):
        return texte
    return Brut(escape(joli(SANS_VALEUR if texte in (None, "") else str(texte))))


def ecrit(texte: str) -> Brut:
    """What somebody typed: escaped, its line breaks kept, no French space added."""
    return Brut(f'<span class="rncp-ecrit">{escape(texte)}</span>')


def marque(texte: str, sorte: str = "") -> Brut:
    """A short word that stands out: ``sorte`` is ``manque``, ``alerte``, ``blocage``, ``fait`` or nothing."""
    return Brut(f'<span class="rncp-marque{f" rncp-{sorte}" if sorte else ""}">{html(texte)}</span>')


def paragraphe(texte: Any, classe: str = "") -> str:
    """One paragraph."""
    attribut = f' class="{classe}"' if classe else ""
    return f"<p{attribut}>{html(texte)}</p>"


def tableau(
    legende: str,
    tetes: Sequence[str],
    lignes: Iterable[Sequence[Any]],
    *,
    nombres: Iterable[int] = (),
    vide: str = "Rien pour le moment.",
) -> str:
    """A table with its caption; the first cell of a row is its header.

    Parameters
    ----------
    nombres : iterable of int
        Ranks of the columns of numbers, aligned to the right.
    vide : str
        Said in place of the table when it has no row.
    """
    lignes = [list(ligne) for ligne in lignes]
    if not lignes:
        return f'<p class="rncp-vide"><strong>{html(legende)}</strong> : {html(vide)}</p>'.replace(" :", "\xa0:")
    a_droite = set(nombres)

    def case(balise: str, rang: int, contenu: Any, portee: str = "") -> str:
        classe = ' class="rncp-chiffre"' if rang in a_droite else ""
        return f"<{balise}{portee}{classe}>{html(contenu)}</{balise}>"

    entetes = "".join(case("th", rang, tete, ' scope="col"') for rang, tete in enumerate(tetes))
    corps = "".join(
        "<tr>"
        + case("th", 0, ligne[0], ' scope="row"')
        + "".join(case("td", rang, contenu) for rang, contenu in enumerate(ligne[1:], start=1))
        + "</tr>"
        for ligne in lignes
    )
    return f"<table><caption>{html(legende)}</caption><thead><tr>{entetes}</tr></thead><tbody>{corps}</tbody></table>"


def cote_a_cote(*blocs: str) -> str:
    """Blocks beside one another where there is room for them."""
    return f'<div class="rncp-cote-a-cote">{"".join(f"<div>{bloc}</div>" for bloc in blocs if bloc)}</div>'


def titre(texte: str) -> str:
    """Heading of a part of a screen."""
    return f"<h4>{html(texte)}</h4>"


def replie(resume: str, contenu: str) -> str:
    """What is read when it is wanted."""
    return f"<details><summary>{html(resume)}</summary>{contenu}</details>"
