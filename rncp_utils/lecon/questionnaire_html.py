"""HTML of a questionnaire: every text is escaped here, and only here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from rncp_utils.formats import INSECABLE
from rncp_utils.lecon.questions import JE_NE_SAIS_PAS, NUM, QCM, QCU, Question
from rncp_utils.lecon.reponses import Reponse
from rncp_utils.lecon.saisie import Etat, Saisie, comprendre

TEXTE_JE_NE_SAIS_PAS = "Je ne sais pas"
CONSIGNES = {QCU: "une seule réponse", QCM: "plusieurs réponses possibles", NUM: "un nombre"}
CONSIGNE_DU_FORMULAIRE = (
    "Chaque réponse est enregistrée dès que vous la donnez. Aucun indice n'est donné pendant l'évaluation."
)
UNITES_COMPTEES = {"fois", "contacts", "clients", "rendez-vous"}
PHRASE_DE_REPRISE = (
    "Si aucune question n'apparaît ci-dessous, ouvrez le menu Exécution et choisissez « Exécuter toutes les "
    "cellules » : vos réponses enregistrées reviendront."
)
STYLE = f"<style>{Path(__file__).with_name('questionnaire.css').read_text(encoding='utf-8')}</style>"


def typographier(texte: str) -> str:
    """Text with the no-break spaces of French: before « : ; ? ! » % € », after « « »."""
    return re.sub(r" (?=[:;?!»%€])|(?<=«) ", INSECABLE, texte)


def _texte(texte: str) -> str:
    return escape(typographier(texte))


def entete(saisie: Saisie) -> str:
    """What stands above the questions: rules, state of what was found again, notes on the answers file."""
    etat = _ligne(saisie.etat, ' role="status"') if saisie.etat.phrase else ""
    return f'{STYLE}<p>{_texte(CONSIGNE_DU_FORMULAIRE)}</p><div class="rncp-suivi">{etat}</div>{_notes(saisie.notes)}'


def _notes(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    lignes = "".join(f"<li>{_texte(note)}</li>" for note in notes)
    return f'<div class="rncp-alerte" role="alert"><p><strong>▲ À savoir</strong></p><ul>{lignes}</ul></div>'


def question(rang: int, total: int, contenu: Question) -> str:
    """Heading and text of a question."""
    return (
        f'<h3 class="rncp-rang">Question {rang} sur {total} <span>· {CONSIGNES[contenu.type]}</span></h3>'
        f'<p class="rncp-enonce">{_texte(contenu.enonce)}</p>'
    )


def libelle_du_nombre(unite: str) -> str:
    """Visible label of a number field, with its unit."""
    precision = {"": "", "h": ", en heures"}.get(unite, f", en {unite}")
    if unite in UNITES_COMPTEES:
        precision = f", nombre de {unite}"
    return f"Votre réponse{precision}{INSECABLE}:"


def suivi(etat: Etat | None, compris: Etat | None) -> str:
    """Lines under a question: what was understood of a number, then the record."""
    lignes = "" if compris is None else _ligne(compris, "")
    return lignes + ("" if etat is None else _ligne(etat, ' role="status"'))


def _ligne(etat: Etat, role: str) -> str:
    if etat.reussi:
        return f"<p{role}>{_texte(etat.phrase)}</p>"
    return f'<p class="rncp-alerte"{role}>▲ {_texte(etat.phrase)}</p>'


def bilan(saisie: Saisie) -> str:
    """What stands below the questions: which ones have no answer yet."""
    rangs = [str(rang) for rang in saisie.manquantes]
    if not rangs:
        reste = "toutes les questions ont une réponse"
    elif len(rangs) == 1:
        reste = f"il reste la question {rangs[0]}"
    else:
        reste = f"il reste les questions {', '.join(rangs[:-1])} et {rangs[-1]}"
    return f'<p class="rncp-bilan">{saisie.compte}{INSECABLE}: {reste}.</p>'


def reprise() -> str:
    """What a reopened notebook shows until it is executed."""
    return f'{STYLE}<p class="rncp-reprise">{_texte(PHRASE_DE_REPRISE)}</p>'


def message(phrase: str) -> str:
    """A sentence in the place of the whole form."""
    return f'{STYLE}<div class="rncp-questionnaire"><p class="rncp-alerte" role="alert">▲ {_texte(phrase)}</p></div>'


def relecture(questions: Sequence[Question], reponses: dict[str, Reponse], notes: Iterable[str]) -> str:
    """Questions and answers read, for whoever grades or reads feedback: plain HTML, without widget or key."""
    blocs = "".join(
        f'<div class="rncp-question">{question(rang, len(questions), contenu)}'
        f"<dl><dt>Réponse lue</dt>{_reponse_lue(contenu, reponses.get(contenu.id))}</dl></div>"
        for rang, contenu in enumerate(questions, start=1)
    )
    return f'{STYLE}<div class="rncp-questionnaire">{_notes(list(notes))}{blocs}</div>'


def _reponse_lue(contenu: Question, reponse: Reponse | None) -> str:
    if not reponse:
        return "<dd>Sans réponse</dd>"
    if contenu.type == NUM:
        return f"<dd>« {_texte(reponse)} » — {_texte(comprendre(reponse, contenu.unite).phrase)}</dd>"
    textes = {option.id: option.texte for option in contenu.options} | {JE_NE_SAIS_PAS: TEXTE_JE_NE_SAIS_PAS}
    choisies = [reponse] if isinstance(reponse, str) else reponse
    return "".join(f"<dd>{_texte(textes[identifiant])}</dd>" for identifiant in choisies)
