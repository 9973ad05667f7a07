"""HTML of a simulator: the picture that is replaced at each move, the sentence, the fixed view of a printed page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rncp_utils.formats import avec_unite
from rncp_utils.lecon.formulaire_html import STYLE
from rncp_utils.lecon.lecon_html import texte

if TYPE_CHECKING:
    from rncp_utils.lecon.simulateur import Curseur, Simulateur, Vue


def nombre(valeur: float, curseur: Curseur) -> str:
    """Value of a slider as it is read: « 328 000 € »."""
    return avec_unite(valeur, curseur.unite, curseur.decimales)


def image(vue: Vue) -> str:
    """The picture with its caption; decoded with the text, so that it never blinks."""
    if vue.figure is None:
        return ""
    figure = vue.figure
    unite = f" <span>({escape(figure.unite)})</span>" if figure.unite else ""
    balise = figure.image().replace("<img ", '<img decoding="sync" ', 1)
    return f'<figure class="rncp-figure"><figcaption>{texte(figure.titre)}{unite}</figcaption>{balise}</figure>'


def phrase(vue: Vue) -> str:
    """The sentence, announced by a screen reader when it changes."""
    return f'<p class="rncp-phrase" role="status">{texte(vue.phrase)}</p>'


def tableau(vue: Vue) -> str:
    """The numbers beneath the picture, or the table of the view."""
    from rncp_utils.figures import tableau_html

    donnees = vue.tableau if vue.tableau is not None else (vue.figure.donnees if vue.figure else None)
    if donnees is None:
        return ""
    titre = vue.figure.titre if vue.figure else "Résultats"
    return f'<div class="rncp-tableau">{tableau_html(donnees, titre=titre)}</div>'


def titre(simulateur: Simulateur) -> str:
    """Heading."""
    return f'{STYLE}<p class="rncp-titre">Simulateur · {texte(simulateur.titre)}</p>'


def fixe(simulateur: Simulateur, vue: Vue) -> str:
    """The case itself, without controls: what a printed lesson or a grader sees."""
    figure = vue.figure.html() if vue.figure else ""
    tables = "" if vue.tableau is None else tableau(vue)
    return f'<div class="rncp-questionnaire">{titre(simulateur)}{figure}{phrase(vue)}{tables}</div>'
