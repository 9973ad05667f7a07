"""HTML of a form: every text is escaped here, and only here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from rncp_utils.formats import INSECABLE
from rncp_utils.lecon.questions import (
    APP,
    COMPOSES,
    JE_NE_SAIS_PAS,
    NUM,
    ORD,
    QCM,
    QCU,
    RED,
    TAB,
    TXT,
    Colonne,
    Question,
    dire_unite,
)
from rncp_utils.lecon.reponses import Reponse
from rncp_utils.lecon.saisie import Etat, Saisie, comprendre
from rncp_utils.typographie import enumerer, typographier

TEXTE_JE_NE_SAIS_PAS = "Je ne sais pas"
CONSIGNES = {
    QCU: "une seule réponse",
    QCM: "plusieurs réponses possibles",
    NUM: "un nombre",
    ORD: "un rang pour chaque élément, chacun une fois",
    APP: "un choix pour chaque élément",
    TAB: "un tableau à remplir",
    TXT: "une réponse courte",
    RED: "une réponse rédigée",
}
CONSIGNE_EVALUATION = (
    "Chaque réponse est enregistrée dès que vous la donnez. Aucun indice n'est donné pendant l'évaluation."
)
PHRASE_DE_REPRISE = (
    "Si aucune question n'apparaît ci-dessous, ouvrez le menu Exécution et choisissez « Exécuter toutes les "
    "cellules » : vos réponses enregistrées reviendront."
)
STYLE = f"<style>{Path(__file__).with_name('formulaire.css').read_text(encoding='utf-8')}</style>"


def _texte(texte: str) -> str:
    return escape(typographier(texte))


def entete(saisie: Saisie, consigne: str) -> str:
    """What stands above the questions: rules, state of what was found again, notes on the answers file."""
    etat = statut(saisie.etat)
    return f'{STYLE}<p>{_texte(consigne)}</p><div class="rncp-suivi">{etat}</div>{avertissements(saisie.notes)}'


def avertissements(notes: Iterable[str]) -> str:
    """Sentences on a file that could not be taken as it was; empty when there are none."""
    lignes = "".join(f"<li>{_texte(note)}</li>" for note in notes)
    if not lignes:
        return ""
    return f'<div class="rncp-alerte" role="alert"><p><strong>▲ À savoir</strong></p><ul>{lignes}</ul></div>'


def question(rang: int, total: int, contenu: Question) -> str:
    """Heading and text of a question."""
    consigne = CONSIGNES[contenu.type]
    if contenu.mots:
        consigne += f", {contenu.mots} mots environ"
    if contenu.facultatif:
        consigne += ", facultative"
    return (
        f'<h3 class="rncp-rang">Question {rang} sur {total} <span>· {consigne}</span></h3>'
        f'<p class="rncp-enonce">{_texte(contenu.enonce)}</p>'
    )


def libelle_du_nombre(unite: str) -> str:
    """Visible label of a number field, with its unit."""
    precision = dire_unite(unite)
    virgule = ", nombre" if precision.startswith(" de ") else "," if precision else ""
    return f"Votre réponse{virgule}{precision}{INSECABLE}:"


def titre_de_colonne(colonne: Colonne) -> str:
    """Heading of a column, with its unit."""
    return f"{colonne.titre} ({colonne.unite})" if colonne.unite else colonne.titre


def libelle(texte: str) -> str:
    """Visible label of a cell or of a column."""
    return f"<p>{_texte(texte)}</p>"


def suivi(etat: Etat | None, compris: Etat | None, avis: str = "") -> str:
    """Lines under a question: what was understood of a number, then the record, then what another tab did."""
    lignes = "" if compris is None else _ligne(compris, "")
    lignes += "" if etat is None else _ligne(etat, ' role="status"')
    return lignes + (f'<p class="rncp-alerte">▲ {_texte(avis)}</p>' if avis else "")


def statut(etat: Etat) -> str:
    """Status line, told by a screen reader; empty when there is nothing to say."""
    return _ligne(etat, ' role="status"') if etat.phrase else ""


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
        reste = f"il reste les questions {enumerer(rangs)}"
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
    return f'{STYLE}<div class="rncp-questionnaire">{avertissements(notes)}{blocs}</div>'


def _reponse_lue(contenu: Question, reponse: Reponse | None) -> str:
    if not reponse:
        return "<dd>Sans réponse</dd>"
    if contenu.type in COMPOSES:
        return f"<dd>{_cases_lues(contenu, reponse)}</dd>"
    if contenu.type == NUM:
        return f"<dd>« {_texte(reponse)} » — {_texte(comprendre(reponse, contenu.unite).phrase)}</dd>"
    if contenu.type in (RED, TXT):
        # The learner's own line breaks are kept; French spaces are not added to what somebody wrote.
        return f'<dd class="rncp-ecrit">{escape(reponse)}</dd>'
    choisies = [reponse] if isinstance(reponse, str) else reponse
    return "".join(f"<dd>{_texte(_option(contenu, identifiant))}</dd>" for identifiant in choisies)


def _option(contenu: Question, identifiant: str) -> str:
    textes = {option.id: option.texte for option in contenu.options} | {JE_NE_SAIS_PAS: TEXTE_JE_NE_SAIS_PAS}
    return textes[identifiant]


def _cases_lues(contenu: Question, reponse: dict[str, str]) -> str:
    """The table that was filled in, or one line an element."""
    cases = {case.id: case for case in contenu.cases}

    def lue(identifiant: str) -> str:
        valeur = reponse.get(identifiant)
        if not valeur:
            return "–"
        return _texte(_option(cases[identifiant], valeur) if cases[identifiant].type == QCU else valeur)

    titres = ["", *map(titre_de_colonne, contenu.colonnes)] if contenu.type == TAB else ["Élément", "Réponse"]
    tetes = "".join(f'<th scope="col">{_texte(titre)}</th>' for titre in titres)
    lignes = []
    for element in contenu.elements:
        noms = [f"{element.id}.{c.id}" for c in contenu.colonnes] if contenu.type == TAB else [element.id]
        valeurs = "".join(f"<td>{lue(nom)}</td>" for nom in noms)
        lignes.append(f'<tr><th scope="row">{_texte(element.texte)}</th>{valeurs}</tr>')
    return f"<table><thead><tr>{tetes}</tr></thead><tbody>{''.join(lignes)}</tbody></table>"
