"""Fiche d'une leçon : objectifs, séquences, exercices, sources, dans un fichier YAML à côté du notebook.

The prose of exercises lives in the sheet; the numbers that they expect are computed in the notebook by the library.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.lecon.lecture_questions import incoherences, lire_question
from rncp_utils.lecon.questions import APP, LIBRES, NUM, ORD, QCM, QCU, Question
from rncp_utils.modeles import Liste, Modele, lire_modele
from rncp_utils.yaml_strict import lire_yaml

# A learner has 25 to 40 minutes between two appointments: a sequence ends before.
MINUTES_PAR_SEQUENCE = 25
MOTIF_LECON = r"^(B[1-9]-L[1-9]|M0)$"
# Empty in M0, which teaches the tool and no competence of the sheet.
MOTIF_COMPETENCE = r"^(C[1-9][0-9]?)?$"


CodeDeLecon = Annotated[str, Field(pattern=MOTIF_LECON)]


class Objectif(Modele):
    """Ce que l'apprenant saura faire : un verbe observable, une compétence."""

    verbe: str
    texte: str
    competence: str = Field(default="", pattern=MOTIF_COMPETENCE)


class Sequence(Modele):
    """Une partie de la leçon, entre deux points d'arrêt."""

    titre: str
    minutes: int = Field(ge=3, le=MINUTES_PAR_SEQUENCE)
    exercices: Liste[str] = ()


class Indices(Modele):
    """Aides graduées d'un exercice ; le corrigé s'ouvre après deux essais."""

    piste: str
    methode: str
    corrige: str


class Source(Modele):
    """Origine d'une règle ou d'un chiffre, et ce qui en a été vérifié."""

    texte: str
    date: dt.date
    statut: Literal["verifie", "a_verifier", "convention_de_cours", "donnees_fictives"]
    lien: str = ""


class Exercice(Modele):
    """Un exercice de leçon. ``champs`` décrit ce que l'apprenant remplit, comme dans un formulaire d'épreuve.

    A field may carry what only a formative exercise shows: ``juste`` (option, list of options, or option by element),
    ``retours`` (sentence by option), ``tolerance``, ``erreurs`` (sentence by typical mistake), ``criteres``.
    """

    titre: str
    competence: str = Field(default="", pattern=MOTIF_COMPETENCE)
    enonce: str
    champs: Liste[dict[str, Any]]
    indices: Indices
    conclusion: str = ""


class Fiche(Modele):
    """Toute la fiche. ``prerequis`` et ``conseilles`` : codes des leçons à faire, ou utiles, avant celle-ci."""

    lecon: CodeDeLecon
    titre: str
    competences: Liste[str] = ()
    activites: Liste[str] = ()
    prerequis: Liste[CodeDeLecon] = ()
    conseilles: Liste[CodeDeLecon] = ()
    objectifs: Liste[Objectif]
    sequences: Liste[Sequence]
    exercices: dict[str, Exercice]
    sources: Liste[Source]
    a_retenir: Liste[str] = ()

    @property
    def minutes(self) -> int:
        """Durée en autonomie, en minutes."""
        return sum(sequence.minutes for sequence in self.sequences)

    @property
    def bloc(self) -> str:
        return "" if self.lecon == "M0" else self.lecon[:2]


class ChampFormatif(Modele):
    """Ce qu'un champ d'exercice dit de plus qu'un champ d'épreuve."""

    juste: Any = None
    retours: dict[str, str] = Field(default_factory=dict)
    tolerance: float | int = 0.01
    erreurs: dict[str, str] = Field(default_factory=dict)
    criteres: Liste[str] = ()
    taxe: bool = False
    base_jours: bool = False


FORMATIFS = frozenset(ChampFormatif.model_fields)


def lire_champs(exercice: Exercice) -> list[tuple[Question, ChampFormatif]]:
    """Champs d'un exercice : la question que voit l'apprenant, et ce qui sert à lui répondre."""
    fautes: list[str] = []
    champs = [_champ(rang, champ, fautes) for rang, champ in enumerate(exercice.champs, start=1)]
    fautes += incoherences(tuple(question for question, _ in champs))
    if fautes:
        raise ErreurListe(f"L'exercice « {exercice.titre} » ne convient pas :", fautes)
    return champs


def _champ(rang: int, brut: dict[str, Any], fautes: list[str]) -> tuple[Question, ChampFormatif]:
    question = lire_question(rang, {cle: v for cle, v in brut.items() if cle not in FORMATIFS}, fautes)
    plus = {cle: valeur for cle, valeur in brut.items() if cle in FORMATIFS}
    formatif, siennes = lire_modele(ChampFormatif, plus)
    formatif = formatif or ChampFormatif()
    fautes += [f"question {question.id} : {f}" for f in (*siennes, *_fautes_formatives(question, formatif))]
    return question, formatif


def _fautes_formatives(question: Question, formatif: ChampFormatif) -> list[str]:
    options = {option.id for option in question.options}
    juste = formatif.juste
    if question.type == QCU and juste not in options:
        return [f"« juste » vaut « {juste} », qui n'est pas une de ses options"]
    if question.type == QCM and not (isinstance(juste, list) and juste and set(juste) <= options):
        return ["« juste » n'est pas une liste de ses options"]
    if question.type == APP and not _repond_a_tout(question, juste, options):
        return ["« juste » ne donne pas une de ses options à chaque élément"]
    if question.type == ORD and sorted(juste or ()) != sorted(element.id for element in question.elements):
        return ["« juste » n'est pas la liste ordonnée de ses éléments"]
    if question.type in LIBRES and not formatif.criteres:
        return ["une réponse rédigée demande des « criteres » d'auto-évaluation"]
    if question.type == NUM and juste is not None:
        return ["le résultat d'un nombre se calcule dans le notebook, il ne s'écrit pas dans la fiche"]
    inconnus = set(formatif.retours) - options
    return [f"retour d'une option inconnue : {', '.join(sorted(inconnus))}"] if inconnus else []


def _repond_a_tout(question: Question, juste: Any, options: set[str]) -> bool:
    elements = {element.id for element in question.elements}
    return isinstance(juste, dict) and set(juste) == elements and set(juste.values()) <= options


def charger_fiche(chemin: Path) -> Fiche:
    """Fiche lue dans un fichier YAML.

    Raises
    ------
    ErreurDonnees, ErreurListe
        Fichier absent ou mal formé : toutes ses fautes, en une fois.
    """
    lu = lire_yaml(Path(chemin), decimaux=False)
    fiche, fautes = lire_modele(Fiche, lu.contenu)
    fautes = [*lu.fautes, *fautes]
    if fiche is not None:
        fautes += _fautes_croisees(fiche)
    if fautes or fiche is None:
        raise ErreurListe(f"La fiche « {chemin.name} » est refusée ({len(fautes)} faute(s)) :", fautes)
    return fiche


def _fautes_croisees(fiche: Fiche) -> list[str]:
    fautes = []
    for nom, exercice in fiche.exercices.items():
        try:
            lire_champs(exercice)
        except ErreurListe as erreur:
            fautes += [f"exercice {nom}, {faute}" for faute in erreur.fautes]
        if exercice.competence not in (fiche.competences or ("",)):
            fautes.append(f"exercice {nom} : la compétence {exercice.competence} n'est pas celle de la leçon")
    places = [nom for sequence in fiche.sequences for nom in sequence.exercices]
    fautes += [f"exercice {nom} : aucune séquence ne le contient" for nom in fiche.exercices if nom not in places]
    fautes += [f"séquences : l'exercice {nom} n'existe pas" for nom in places if nom not in fiche.exercices]
    if fiche.bloc and not fiche.competences:
        fautes.append("competences : la leçon n'en vise aucune")
    visees = {objectif.competence for objectif in fiche.objectifs}
    return fautes + [f"compétence {c} : aucun objectif ne la vise" for c in fiche.competences if c not in visees]


def trouver_fiche(lecon: str, dossier: Path) -> Fiche:
    """Fiche de la leçon ``lecon``, dans le dossier du notebook.

    Raises
    ------
    ErreurDonnees
        Aucun fichier du dossier n'est la fiche de cette leçon.
    """
    prefixe = lecon.replace("-", "_")
    for chemin in sorted(dossier.glob(f"{prefixe}*.yaml")):
        return charger_fiche(chemin)
    raise ErreurDonnees(
        f"Je ne trouve pas la fiche de la leçon {lecon} à côté de ce notebook : "
        "rouvrez la leçon depuis l'accueil, ou prévenez votre formateur."
    )
