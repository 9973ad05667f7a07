"""The fields of an exercise as text: what is asked and what may be chosen. No field is alive, no key is known here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from rncp_utils.lecon.formulaire_html import CONSIGNES, libelle_du_nombre, titre_de_colonne
from rncp_utils.lecon.lecon_html import texte
from rncp_utils.lecon.questions import APP, NUM, ORD, QCM, QCU, RED, TAB, TXT, Option, Question

REPONDRE = "Répondez dans JupyterHub : cette page se lit, elle n'enregistre rien."
# A line to write on, on paper; nothing for a screen reader, which has the label.
LIGNE = '<span class="rncp-ligne-vide" aria-hidden="true"></span>'


def questions(liste: Sequence[Question]) -> str:
    """Questions of an exercise, one box each, then where to answer.

    >>> "Répondez dans JupyterHub" in questions([Question(id="n", type=NUM, enonce="Combien ?", unite="€")])
    True
    """
    blocs = "".join(_question(rang, len(liste), une) for rang, une in enumerate(liste, start=1))
    return f'{blocs}<p class="rncp-repondre">{texte(REPONDRE)}</p>'


def _question(rang: int, total: int, une: Question) -> str:
    consigne = CONSIGNES[une.type] + (f", {une.mots} mots environ" if une.mots else "")
    numero = f"Question {rang} sur {total} · " if total > 1 else ""
    return (
        f'<div class="rncp-question"><p class="rncp-rang">{texte(numero + consigne)}</p>'
        f'<p class="rncp-enonce">{texte(une.enonce)}</p>{_CHAMPS[une.type](une)}</div>'
    )


def _options(une: Question) -> str:
    sorte = "rncp-plusieurs" if une.type == QCM else "rncp-une-seule"
    return f'<ul class="{sorte}">{_lignes(une.options)}</ul>'


def _lignes(options: Iterable[Option]) -> str:
    return "".join(f"<li>{texte(option.texte)}</li>" for option in options)


def _nombre(une: Question) -> str:
    return f"<p>{escape(libelle_du_nombre(une.unite))} {LIGNE}</p>"


def _ecrit(une: Question) -> str:
    return f"<p>Votre {'texte' if une.type == RED else 'réponse'}\u00a0: {LIGNE}</p>"


def _a_ranger(une: Question) -> str:
    return f'<ul class="rncp-a-ranger">{_lignes(une.elements)}</ul>'


def _a_associer(une: Question) -> str:
    return (
        f"<p>À associer\u00a0:</p><ul>{_lignes(une.elements)}</ul>"
        f'<p>Avec\u00a0:</p><ul class="rncp-une-seule">{_lignes(une.options)}</ul>'
    )


def _tableau(une: Question) -> str:
    tetes = "".join(f'<th scope="col">{texte(titre_de_colonne(colonne))}</th>' for colonne in une.colonnes)
    vides = "<td></td>" * len(une.colonnes)
    lignes = "".join(f'<tr><th scope="row">{texte(e.texte)}</th>{vides}</tr>' for e in une.elements)
    choix = "".join(
        f"<p>{texte(colonne.titre)}, au choix\u00a0: {texte(' ; '.join(o.texte for o in colonne.options))}.</p>"
        for colonne in une.colonnes
        if colonne.options
    )
    return (
        '<div class="rncp-tableau"><table><caption>Tableau à remplir</caption>'
        f'<thead><tr><th scope="col">Ligne</th>{tetes}</tr></thead><tbody>{lignes}</tbody></table></div>{choix}'
    )


_CHAMPS = {
    QCU: _options,
    QCM: _options,
    NUM: _nombre,
    TXT: _ecrit,
    RED: _ecrit,
    ORD: _a_ranger,
    APP: _a_associer,
    TAB: _tableau,
}
