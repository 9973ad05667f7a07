"""A fictive class that answers B1-QST as real people would: unequal, hesitant, sometimes late, sometimes damaged.

Every choice follows from a hash of (learner, question): the class is the same on every machine and every run.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from rncp_utils.evaluation.banque import Banque, Item
from rncp_utils.formats import formater_nombre

# How hard each Bloom level is for the class: shift of the log-odds of a right answer.
DIFFICULTY = {"connaitre": -0.6, "comprendre": -0.3, "appliquer": 0.1, "analyser": 0.3, "evaluer": 0.5}


@dataclass(frozen=True)
class Apprenant:
    """A fictive learner.

    Attributes
    ----------
    identifiant
        nbgrader student id.
    aisance
        Log-odds of a right answer to a question of average difficulty (0: one chance in two).
    points_faibles, points_forts
        Competences in which the learner is less, or more, at ease.
    retard_minutes
        How long after the deadline the copy arrives (negative: before).
    accident
        What happens to the copy: "" or "vide", "notebook_illisible", "reponses_illisibles", "cellule_supprimee",
        "non_remis".
    """

    identifiant: str
    prenom: str
    nom: str
    aisance: float
    points_faibles: frozenset[str] = field(default_factory=frozenset)
    points_forts: frozenset[str] = field(default_factory=frozenset)
    retard_minutes: int = -90
    accident: str = ""


def _apprenant(prenom: str, nom: str, aisance: float, faibles: str = "", forts: str = "", **plus) -> Apprenant:
    sans_accents = unicodedata.normalize("NFKD", f"{prenom}.{nom}").encode("ascii", "ignore").decode()
    identifiant = sans_accents.lower()
    return Apprenant(identifiant, prenom, nom, aisance, frozenset(faibles.split()), frozenset(forts.split()), **plus)


CLASSE = (
    _apprenant("Amélie", "Garnier", 2.6, forts="C4 C5"),
    _apprenant("Bastien", "Lefort", 1.1, faibles="C5"),
    _apprenant("Camille", "Roussel", 1.8, faibles="C2"),
    _apprenant("Djibril", "Sow", 1.4, forts="C6", retard_minutes=-15),
    _apprenant("Élodie", "Marchais", 0.4, faibles="C4 C5 C6", forts="C1"),
    _apprenant("Fabien", "Colas", -0.2, forts="C2"),
    _apprenant("Gaëlle", "Tanguy", 2.0, faibles="C3", retard_minutes=35),
    _apprenant("Hugo", "Vernet", 0.9, faibles="C6"),
    _apprenant("Inès", "Benali", 1.6, forts="C3 C6"),
    _apprenant("Julien", "Perrot", -0.9, faibles="C5 C6", retard_minutes=26 * 60),
    _apprenant("Karine", "Dubreuil", 1.2, accident="reponses_illisibles"),
    _apprenant("Loïc", "Morvan", 0.7, accident="cellule_supprimee"),
    _apprenant("Maëva", "Chauvin", 1.5, accident="notebook_illisible"),
    _apprenant("Nicolas", "Besson", 0.0, accident="vide"),
    _apprenant("Ophélie", "Grand", 0.8, accident="non_remis"),
)


def hasard(*cles: object) -> float:
    """A number in [0, 1) that depends only on ``cles``."""
    empreinte = hashlib.sha256("|".join(map(str, cles)).encode()).digest()
    return int.from_bytes(empreinte[:8]) / 2**64


def repondre(apprenant: Apprenant, banque: Banque, questions: Iterable[str]) -> dict[str, str | list[str]]:
    """Answers of a learner to the questions drawn for them, as the form would save them (unanswered ones left out)."""
    items = {item.id: item for item in banque.items}
    reponses = {identifiant: _reponse(apprenant, items[identifiant]) for identifiant in questions}
    return {identifiant: reponse for identifiant, reponse in reponses.items() if reponse is not None}


def _reponse(apprenant: Apprenant, item: Item) -> str | list[str] | None:
    aisance = apprenant.aisance - DIFFICULTY[item.niveau]
    aisance += 0.8 * (item.competence in apprenant.points_forts) - 1.5 * (item.competence in apprenant.points_faibles)
    reussite = 1 / (1 + math.exp(-aisance))
    tirage = hasard(apprenant.identifiant, item.id, "réussite")
    if tirage > 0.97 and reussite < 0.7:
        return None
    sait = tirage < reussite
    return {"NUM": _nombre, "QCU": _choix_unique, "QCM": _choix_multiple}[item.type](apprenant, item, sait, reussite)


def _nombre(apprenant: Apprenant, item: Item, sait: bool, reussite: float) -> str:
    if sait:
        valeur = item.reponse
    elif item.erreurs and hasard(apprenant.identifiant, item.id, "erreur") < 0.6:
        rang = int(hasard(apprenant.identifiant, item.id, "laquelle") * len(item.erreurs))
        valeur = item.erreurs[rang].valeur
    else:
        valeur = item.reponse * (1.2 + hasard(apprenant.identifiant, item.id, "au hasard"))
    texte = formater_nombre(valeur, 2).removesuffix(",00")
    # Some people write the unit, some do not.
    return f"{texte} {item.unite}" if item.unite and hasard(apprenant.identifiant, item.id, "unité") < 0.5 else texte


def _choix_unique(apprenant: Apprenant, item: Item, sait: bool, reussite: float) -> str:
    if sait:
        return next(option.id for option in item.options if option.juste)
    leurres = [option.id for option in item.options if not option.juste]
    rang = int(hasard(apprenant.identifiant, item.id, "leurre") * (len(leurres) + 1))
    return [*leurres, "je_ne_sais_pas"][rang]


def _choix_multiple(apprenant: Apprenant, item: Item, sait: bool, reussite: float) -> list[str]:
    if sait:
        return [option.id for option in item.options if option.juste]
    # Half known: each option is judged on its own, with more or less luck.
    return [
        option.id
        for option in item.options
        if option.juste == (hasard(apprenant.identifiant, item.id, option.id) < 0.35 + 0.5 * reussite)
    ]
