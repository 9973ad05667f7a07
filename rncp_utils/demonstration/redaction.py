"""Written answers of the fictive class: good, average or weak, and said to be fictive.

The sample answers that graders compare with stay in ``corriges/``: they are read there, and none is written here. Where
an assignment has none, a text without any figure of the case stands for it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rncp_utils.demonstration.classe import Apprenant, hasard
from rncp_utils.lecon.questions import RED, Question

BONNE, MOYENNE, FAIBLE, AUCUNE = "bonne", "moyenne", "faible", "aucune"
FICTIVE = "[Réponse fictive, écrite pour la démonstration.]"
REPRISE = "[Réponse fictive, écrite pour la démonstration ; ses chiffres sont ceux du cas du cours.]"
# Chance of doing well, give or take some luck, from which a text is good, average, or written at all.
SEUIL_BONNE, SEUIL_MOYENNE, SEUIL_AUCUNE, CHANCE = 0.74, 0.45, 0.13, 0.4

_TITRE = re.compile(r"^## Partie (\d+)\b", re.MULTILINE)
_PARTIE_DE_LA_TACHE = re.compile(r"\*\*Partie (\d+)\b")
_COPIE = re.compile(
    r"\*\*(Copie faible|Bonne copie)[^*]*\*\*(.*?)(?=\n\s*\n|\*\*(?:Copie faible|Bonne copie)|\Z)", re.S
)
_QUALITES = {"Bonne copie": BONNE, "Copie faible": FAIBLE}
BLANCS = " \u00a0\u202f"
_PHRASE = re.compile(r"(?<=[.?;])\s+(?=[A-ZÉÀÊ])")

GENERIQUES = {
    BONNE: (
        "Je pars des chiffres que j'ai établis plus haut, exercice par exercice. Le fait principal est daté et vient "
        "d'une pièce du dossier. Son effet sur la trésorerie se mesure. Je propose une action, avec un responsable, "
        "une date et un seuil. Si ce seuil n'est pas tenu, je réexamine le dossier. Reste à confirmer avec le client, "
        "pièce à l'appui.",
        "Trois constats, du plus lourd au plus léger, chacun avec sa pièce et sa date. Le premier explique les deux "
        "autres. Ma proposition répond au besoin que le client a dit, et je dis ce qu'elle ne couvre pas. J'écarte une "
        "solution plus simple, parce que le dossier ne la justifie pas. Nous faisons le point dans un mois.",
    ),
    MOYENNE: (
        "Les chiffres montrent une évolution que le client avait signalée. Je vois un point fort et un point à "
        "surveiller. Je proposerais un rendez-vous pour en parler et pour demander les pièces qui manquent.",
        "Le besoin principal est clair et la solution y répond. Un montant le confirme. Il faudrait encore vérifier la "
        "capacité de remboursement et fixer une date.",
    ),
    FAIBLE: (
        "Le client est sérieux et son dossier est bon. Il faudrait regarder les chiffres plus en détail et faire "
        "attention aux risques.",
        "Je propose nos produits au client, qui devrait être intéressé. On verra la suite au prochain rendez-vous.",
    ),
}
# What the expert is asked to watch: the same question in every assignment with a grid.
OBSERVATION = {
    BONNE: "Ma reformulation après les réponses du client, parce que je conclus parfois trop vite ; la façon dont je "
    "date la suite ; ma réaction à l'imprévu.",
    MOYENNE: "Mes questions ouvertes et ma conclusion, parce que j'ai encore du mal à conclure.",
    FAIBLE: "Mon sourire et mon écoute.",
}


@dataclass(frozen=True)
class Exemples:
    """Sample answers of an assignment: graded cell → quality → text."""

    par_cellule: dict[str, dict[str, str]]

    def texte(self, cellule: str, qualite: str) -> str:
        """Sample of this quality, or an empty text. An average answer is a good one left half-way."""
        copies = self.par_cellule.get(cellule, {})
        if qualite == MOYENNE:
            return _moitie(copies.get(BONNE, ""))
        return copies.get(qualite, "")


def lire_exemples(depot: Path, devoir: str) -> Exemples:
    """Sample answers of ``corriges/<assignment>/corrige.md``, joined to the tasks of ``source/`` by their part."""
    chemin = depot / "corriges" / devoir / "corrige.md"
    if not chemin.is_file():
        return Exemples({})
    par_partie = _copies_par_partie(chemin.read_text(encoding="utf-8"))
    taches = _parties_des_taches(depot / "source" / devoir)
    return Exemples({cellule: par_partie[partie] for cellule, partie in taches.items() if partie in par_partie})


def _copies_par_partie(corrige: str) -> dict[str, dict[str, str]]:
    morceaux = _TITRE.split(corrige)
    parties = dict(zip(morceaux[1::2], morceaux[2::2], strict=True))
    return {partie: copies for partie, texte in parties.items() if (copies := _copies(texte))}


def _copies(texte: str) -> dict[str, str]:
    trouvees = {}
    for genre, corps in _COPIE.findall(texte):
        lignes = [ligne.lstrip("> ").strip() for ligne in corps.strip().splitlines()]
        # The grader's remark is in italics, after the quotation; a few words may come before it.
        propre = " ".join(lignes).partition("*")[0]
        propre = re.sub(r"[«»]", "", propre.partition("«")[2] or propre).strip(BLANCS)
        if propre:
            trouvees[_QUALITES[genre]] = propre
    return trouvees


def _parties_des_taches(source: Path) -> dict[str, str]:
    """Part number that each manual task states."""
    parties = {}
    for chemin in sorted(source.glob("*.ipynb")):
        for cellule in json.loads(chemin.read_text(encoding="utf-8"))["cells"]:
            tache = cellule["metadata"].get("nbgrader", {})
            partie = _PARTIE_DE_LA_TACHE.search("".join(cellule["source"]))
            if tache.get("task") and partie:
                parties[tache["grade_id"]] = partie[1]
    return parties


def _moitie(texte: str) -> str:
    phrases = _PHRASE.split(texte)
    gardees = " ".join(phrases[: (len(phrases) + 1) // 2])
    return re.sub(r"\s\d+\.$", "", gardees)  # the number of a point that is not there


def qualite(apprenant: Apprenant, devoir: str, cellule: str, reussite: float) -> str:
    """How good the written answer of a learner is; the person who grades it sees the same."""
    tirage = reussite + CHANCE * (hasard(apprenant.identifiant, devoir, cellule, "qualité") - 0.5)
    if tirage < SEUIL_AUCUNE:
        return AUCUNE
    return BONNE if tirage >= SEUIL_BONNE else MOYENNE if tirage >= SEUIL_MOYENNE else FAIBLE


def rediger(
    exemples: Exemples, apprenant: Apprenant, devoir: str, cellule: str, questions: Iterable[Question], quelle: str
) -> dict[str, str]:
    """Text of each written field of a cell, in turn from the same sample."""
    champs = [question.id for question in questions if question.type == RED]
    if quelle == AUCUNE or not champs:
        return {}
    exemple = exemples.texte(cellule, quelle)
    texte = exemple or _generique(apprenant, devoir, cellule, champs, quelle)
    morceaux = _repartir(_PHRASE.split(texte), len(champs))
    morceaux[0] = f"{REPRISE if exemple else FICTIVE}\n{morceaux[0]}"
    return {champ: morceau for champ, morceau in zip(champs, morceaux, strict=True) if morceau}


def _generique(apprenant: Apprenant, devoir: str, cellule: str, champs: list[str], quelle: str) -> str:
    if champs == ["points"]:
        return OBSERVATION[quelle]
    textes = GENERIQUES[quelle]
    return textes[int(hasard(apprenant.identifiant, devoir, cellule, "texte") * len(textes))]


def _repartir(phrases: list[str], parts: int) -> list[str]:
    """Sentences in their order, as evenly as they go into ``parts`` texts; the first one always has some."""
    bornes = [math.ceil(rang * len(phrases) / parts) for rang in range(parts + 1)]
    return [" ".join(phrases[debut:fin]) for debut, fin in pairwise(bornes)]
