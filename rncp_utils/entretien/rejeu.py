"""Plays a journal again from its choices alone: what it says of itself, scores included, is never believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rncp_utils.entretien.journal import FORMAT, Entete, Journal, chainer
from rncp_utils.entretien.modele import CLORE, Scenario
from rncp_utils.entretien.moteur import Situation, clore, demarrer, dire
from rncp_utils.erreurs import ErreurRegle
from rncp_utils.lecon.anomalies import Anomalie, decrire, montrer
from rncp_utils.lecon.questions import LONGUEUR, RED
from rncp_utils.lecon.reponses import LONGUEUR_D_IDENTIFIANT, empreinte

# Far above the longest interview: a journal with more events is not the work of the interface.
EVENEMENTS_MAX = 200
INVALIDES_DITS = 5
LONGUEUR_REFORMULATION = LONGUEUR[RED]
_TEXTES = ("devoir", "cellule", "apprenant", "session", "scenario", "variante", "debut")
_NOMS = {
    "devoir": "l'épreuve",
    "cellule": "la partie",
    "apprenant": "l'apprenant",
    "session": "la session",
    "scenario": "le scénario",
    "variante": "la variante",
}


@dataclass(frozen=True)
class Rejeu:
    """An interview played again.

    Attributes
    ----------
    situation : Situation
        Where it stands, from the choices that were possible.
    reformulation : str
        What the learner wrote freely, for the expert.
    debut : str
        When it began (ISO 8601), or an empty text.
    anomalies : tuple of Anomalie
        What could not be taken, or must be looked at.
    """

    situation: Situation
    reformulation: str = ""
    debut: str = ""
    anomalies: tuple[Anomalie, ...] = ()


def rejouer(journal: object, scenario: Scenario, **attendu: str) -> Rejeu:
    """Play a journal again. Never raises for what the journal contains.

    An event that could not happen (another moment, a choice that is not offered, a second end) is left out and told;
    the following ones are tried from the same situation.

    Parameters
    ----------
    journal
        What :func:`rncp_utils.entretien.lire_journal` gives, or the content of the file as Python data.
    attendu
        What the journal must say: ``devoir``, ``cellule``, ``apprenant``, ``session``, ``variante``. Another
        assignment, learner or scenario, and nothing is taken.
    """
    deja: list[Anomalie] = []
    if isinstance(journal, Journal):
        deja, journal = list(journal.anomalies), journal.contenu
        if journal is None:
            return Rejeu(demarrer(scenario), anomalies=tuple(deja))
    if not isinstance(journal, Mapping):
        refus = _anomalie("json", "son contenu n'est pas un objet JSON", "rien n'en est repris")
        return Rejeu(demarrer(scenario), anomalies=(*deja, refus))
    entete = {cle: _texte(journal.get(cle)) for cle in _TEXTES}
    if refus := _refus(journal, entete, {"scenario": scenario.scenario, **attendu}):
        return Rejeu(demarrer(scenario), anomalies=(*deja, refus))
    evenements, anomalies = _evenements(journal.get("evenements"))
    situation, invalides = _rejouer(evenements, scenario)
    reformulation, de_texte = _reformulation(journal.get("reformulation"))
    retouches = _retouches(journal, entete, evenements, scenario)
    return Rejeu(situation, reformulation, entete["debut"], (*deja, *anomalies, *retouches, *invalides, *de_texte))


def _anomalie(code: str, probleme: str, suite: str) -> Anomalie:
    return Anomalie(code, "journal de l'entretien", probleme, suite)


def _texte(valeur: object) -> str:
    """A short text that can be written everywhere, or an empty one."""
    if not isinstance(valeur, str) or len(valeur) > LONGUEUR_D_IDENTIFIANT:
        return ""
    return valeur.encode("utf-8", "replace").decode("utf-8")


def _refus(journal: Mapping[str, Any], entete: Mapping[str, str], attendu: Mapping[str, str]) -> Anomalie | None:
    """Why nothing of the journal can be taken."""
    if type(journal.get("format")) is not int or journal["format"] != FORMAT:
        lu = "n'a pas de format" if journal.get("format") is None else f"est au format {decrire(journal['format'])}"
        return _anomalie("version", f"il {lu}, et je lis le format {FORMAT}", "rien n'en est repris")
    for cle, valeur in attendu.items():
        if entete.get(cle) != valeur:
            lu = f"{_NOMS[cle]} qu'il indique est {decrire(journal.get(cle))} au lieu de « {montrer(valeur)} »"
            return _anomalie(f"autre_{cle}", lu, "rien n'en est repris ; une personne doit l'examiner")
    return None


def _evenements(brut: object) -> tuple[list[Mapping[str, Any]], list[Anomalie]]:
    if not isinstance(brut, list):
        return [], [_anomalie("evenements", "sa liste d'événements manque", "aucun échange n'est repris")]
    gardes = [evenement if isinstance(evenement, Mapping) else {} for evenement in brut[:EVENEMENTS_MAX]]
    if len(brut) <= EVENEMENTS_MAX:
        return gardes, []
    probleme = f"il compte plus de {EVENEMENTS_MAX} événements"
    return gardes, [_anomalie("trop_d_evenements", probleme, "les suivants sont écartés")]


def _rejouer(evenements: list[Mapping[str, Any]], scenario: Scenario) -> tuple[Situation, list[Anomalie]]:
    situation, invalides = demarrer(scenario), []
    for rang, evenement in enumerate(evenements, start=1):
        noeud, choix = evenement.get("noeud"), evenement.get("choix")
        quand = _instant(evenement.get("horodatage"))
        try:
            if noeud != situation.noeud or not isinstance(choix, str):
                raise ErreurRegle("not at this moment")
            situation = clore(situation, quand) if choix == CLORE else dire(scenario, situation, choix, quand)
        except ErreurRegle:
            lu = f"{decrire(choix)} au moment {decrire(noeud)}"
            invalides.append(
                Anomalie(
                    "choix_impossible",
                    f"événement n° {rang} de l'entretien",
                    f"{lu} était impossible à cet endroit (« {situation.noeud} »)",
                    "il est écarté",
                )
            )
    return situation, _abreger(invalides)


def _abreger(invalides: list[Anomalie]) -> list[Anomalie]:
    reste = len(invalides) - INVALIDES_DITS
    if reste <= 0:
        return invalides
    probleme = f"d'autres événements, au nombre de {reste}, étaient impossibles"
    return [*invalides[:INVALIDES_DITS], _anomalie("choix_impossible", probleme, "ils sont écartés")]


def _instant(valeur: object) -> str:
    """A date and time that can be read, or an empty text."""
    texte = _texte(valeur)
    try:
        return datetime.fromisoformat(texte).isoformat()
    except ValueError:
        return ""


def _reformulation(brut: object) -> tuple[str, list[Anomalie]]:
    if brut is None or brut == "":
        return "", []
    if not isinstance(brut, str):
        return "", [_anomalie("reformulation", "la reformulation n'est pas un texte", "elle est écartée")]
    texte = brut.encode("utf-8", "replace").decode("utf-8")
    if len(texte) <= LONGUEUR_REFORMULATION:
        return texte, []
    probleme = f"la reformulation dépasse {LONGUEUR_REFORMULATION} caractères"
    return texte[:LONGUEUR_REFORMULATION], [_anomalie("trop_long", probleme, "la fin est écartée")]


def _retouches(
    journal: Mapping[str, Any], entete: Mapping[str, str], evenements: list[Mapping[str, Any]], scenario: Scenario
) -> Iterator[Anomalie]:
    """Signs that the journal was changed outside the interface, or that the scenario changed since."""
    version = journal.get("version")
    if version != scenario.version:
        probleme = f"il porte la version {decrire(version)} du scénario, rejoué en version {scenario.version}"
        yield _anomalie("version_du_scenario", probleme, "les choix encore possibles sont repris, à examiner")
    if not _intact(journal, entete, evenements):
        yield _anomalie("retouche", "il a été modifié hors de l'interface", "ce qui s'y lit est repris, à examiner")


def _intact(journal: Mapping[str, Any], entete: Mapping[str, str], evenements: list[Mapping[str, Any]]) -> bool:
    try:
        graine = Entete(version=journal["version"], **entete).graine
        return journal.get("empreinte") == empreinte(journal) and chainer(graine, evenements) == evenements
    except (KeyError, TypeError, ValueError, RecursionError):  # no version, keys that are no texts, data too deep
        return False
