"""HTML of an exercise: its text, what is said of the answers, its hints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rncp_utils.lecon.formulaire_html import STYLE
from rncp_utils.lecon.lecon_html import texte

if TYPE_CHECKING:
    from rncp_utils.lecon.exercice import Exercice, Retour

TITRES = {"piste": "Piste", "methode": "Méthode", "corrige": "Corrigé commenté"}


def enonce(exercice: Exercice) -> str:
    """Title and text."""
    return (
        f'{STYLE}<div class="rncp-exercice"><p class="rncp-titre">Exercice {exercice.nom} · '
        f"{texte(exercice.fiche.titre)} <span>{_competence(exercice)}</span></p>"
        f"<p>{texte(exercice.texte(exercice.fiche.enonce))}</p></div>"
    )


def _competence(exercice: Exercice) -> str:
    return f"({exercice.fiche.competence})" if exercice.fiche.competence else ""


def retours(exercice: Exercice, constats: Mapping[str, Retour]) -> str:
    """What is said of each field, then of the whole."""
    # Objectives judged elsewhere name themselves.
    questions = len(exercice.correcteur.champs)
    lignes = [_retour(rang, constat, questions) for rang, constat in enumerate(constats.values(), start=1)]
    if all(constat.juste for constat in constats.values()):
        fin = exercice.texte(exercice.fiche.conclusion)
        lignes.append(f"<p><strong>✔ Exercice {exercice.nom} réussi.</strong> {texte(fin)}</p>")
    return f'<div class="rncp-retours" role="status">{"".join(lignes)}</div>'


def _retour(rang: int, constat: Retour, total: int) -> str:
    numero = f"Question {rang} : " if total > 1 else ""
    if constat.juste:
        return f"<p>✔ {texte(numero + constat.phrase)}</p>"
    return f'<p class="rncp-alerte">▲ {texte(numero + constat.phrase)}</p>'


def indice(nom: str, contenu: str) -> str:
    """A hint that was opened; its paragraphs are separated by blank lines."""
    paragraphes = "".join(f"<p>{texte(paragraphe)}</p>" for paragraphe in contenu.strip().split("\n\n"))
    return f'<div class="rncp-indice"><p><strong>{TITRES[nom]}</strong></p>{paragraphes}</div>'


def criteres(liste: Sequence[str]) -> str:
    """What to look for in one's own text."""
    points = "".join(f"<li>{texte(point)}</li>" for point in liste)
    return f'<div class="rncp-indice"><p><strong>Relisez-vous avec ces critères</strong></p><ul>{points}</ul></div>'


def note(phrase: str) -> str:
    """A short sentence of the exercise itself."""
    return f'<p role="status">{texte(phrase)}</p>' if phrase else ""
