"""The written record of an interview: for whoever grades it, and for the learner to keep or print."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime

from rncp_utils.entretien import pages
from rncp_utils.entretien.modele import Scenario
from rncp_utils.entretien.moteur import Situation
from rncp_utils.entretien.mots import mots
from rncp_utils.formats import INSECABLE
from rncp_utils.lecon.formulaire_html import avertissements
from rncp_utils.typographie import compter

# The exchanges are numbered as the evidence of the indicators and the debriefing count them.
CONSEIL = "Échange {rang}, conseiller ou conseillère"


def transcription_html(
    scenario: Scenario,
    situation: Situation,
    *,
    reformulation: str = "",
    apprenant: str = "",
    debut: str = "",
    avec_bilan: bool = False,
) -> str:
    """A whole HTML page, in French, that stands alone: it can be saved, read anywhere and printed.

    Parameters
    ----------
    avec_bilan
        Add the debriefing (training: it tells the hidden truth).
    """
    contenu = corps(scenario, situation, reformulation=reformulation, apprenant=apprenant, debut=debut)
    if avec_bilan:
        contenu += pages.bilan(scenario, situation)
    titre = pages.html(f"Transcription : {scenario.titre}")
    return (
        f'<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"><title>{titre}</title>{pages.STYLE}</head>'
        f'<body><main class="rncp-questionnaire rncp-entretien rncp-page"><h1>{titre}</h1>{contenu}</main>'
        "</body></html>\n"
    )


def corps(
    scenario: Scenario,
    situation: Situation,
    *,
    reformulation: str = "",
    apprenant: str = "",
    debut: str = "",
) -> str:
    """The record itself: who, when, what was said, what was written."""
    lignes = "".join(f"<li>{ligne}</li>" for ligne in pages.messages(scenario, situation, vous=CONSEIL))
    lus = mots(scenario)
    fin = lus.participe if situation.clos else f"non {lus.participe}"
    faits = [apprenant, _date(debut), compter(len(situation.tours), "échange"), f"{lus.nom} {fin}"]
    texte = pages.escape(reformulation) if reformulation.strip() else "Aucune reformulation écrite."
    dit = f'<p>{pages.html(" · ".join(fait for fait in faits if fait))}</p><ol class="rncp-transcription">{lignes}</ol>'
    if scenario.comite is not None:
        return dit
    return f'{dit}<p><strong>Reformulation écrite{INSECABLE}:</strong></p><p class="rncp-ecrit">{texte}</p>'


def relecture(
    scenario: Scenario,
    situation: Situation,
    *,
    reformulation: str,
    apprenant: str,
    debut: str,
    notes: Iterable[str],
    avec_bilan: bool,
) -> str:
    """The record inside a notebook that is being graded: plain HTML, without widget."""
    contenu = corps(scenario, situation, reformulation=reformulation, apprenant=apprenant, debut=debut)
    if avec_bilan:
        contenu += pages.bilan(scenario, situation)
    return (
        f'{pages.STYLE}<div class="rncp-questionnaire rncp-entretien">{avertissements(notes)}'
        f'<h3 class="rncp-rang">{pages.html(scenario.titre)}</h3>{contenu}</div>'
    )


def lien(page: str, nom: str) -> str:
    """A link that saves a page; the page is in the link, nothing is written beside the notebook."""
    donnees = base64.b64encode(page.encode("utf-8")).decode("ascii")
    return (
        f'<a class="rncp-lien" download="{pages.escape(nom)}" href="data:text/html;charset=utf-8;base64,{donnees}">'
        "Télécharger la transcription (à lire ou à imprimer)</a>"
    )


def _date(debut: str) -> str:
    try:
        return f"commencé le {datetime.fromisoformat(debut):%d/%m/%Y à %H:%M}"
    except ValueError:
        return ""
