"""A fictive class of twelve that works as real people do: unequal, hesitant, sometimes late, sometimes damaged.

Every choice follows from a hash of (learner, question): the class is the same on every machine and every run.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rncp_utils.evaluation.banque import Banque, Item
from rncp_utils.formats import formater_nombre

# How hard each Bloom level is for the class: shift of the log-odds of a right answer.
DIFFICULTY = {"connaitre": -0.6, "comprendre": -0.3, "appliquer": 0.1, "analyser": 0.3, "evaluer": 0.5}
# A weak point takes much away; a strong one adds less: it is hard to do better than well.
POINT_FORT, POINT_FAIBLE = 0.8, -1.5
ENTREE, ENTREE_TARDIVE = dt.date(2023, 9, 15), dt.date(2024, 1, 15)
FORMATION, VAE = "formation_continue", "experience"
# What may happen to a copy.
VIDE, NOTEBOOK, REPONSES = "vide", "notebook_illisible", "reponses_illisibles"
CELLULE, JOURNAL, NON_REMIS = "cellule_supprimee", "journal_retouche", "non_remis"
# Minutes between a copy and its deadline, for whoever is on time.
EN_AVANCE = -90


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
    retards
        Assignment → minutes after its deadline; every other copy arrives before it.
    accidents
        Assignment → what happens to the copy: one of the names above.
    absences
        Assignment → reason of an absence that is justified: nothing is handed in.
    sans_note
        Assignments whose written answers nobody has graded yet.
    voie, entree
        Access route of the sheet, and date of entry. The VAE has evidence instead of assignments.
    """

    identifiant: str
    prenom: str
    nom: str
    aisance: float
    points_faibles: frozenset[str] = frozenset()
    points_forts: frozenset[str] = frozenset()
    retards: Mapping[str, int] = field(default_factory=dict, hash=False)
    accidents: Mapping[str, str] = field(default_factory=dict, hash=False)
    absences: Mapping[str, str] = field(default_factory=dict, hash=False)
    sans_note: frozenset[str] = frozenset()
    voie: str = FORMATION
    entree: dt.date = ENTREE

    def accident(self, devoir: str) -> str:
        """What happens to the copy of an assignment, or an empty text."""
        if self.voie == VAE or devoir in self.absences:
            return NON_REMIS
        return self.accidents.get(devoir, "")

    def aise(self, competence: str, difficulte: float = 0.0) -> float:
        """Chance of doing well in a competence, between 0 and 1."""
        cotes = self.aisance - difficulte
        cotes += POINT_FORT * (competence in self.points_forts) + POINT_FAIBLE * (competence in self.points_faibles)
        return 1 / (1 + math.exp(-cotes))


def _apprenant(prenom: str, nom: str, aisance: float, faibles: str = "", forts: str = "", **plus) -> Apprenant:
    sans_accents = unicodedata.normalize("NFKD", f"{prenom}.{nom}").encode("ascii", "ignore").decode()
    identifiant = sans_accents.lower()
    return Apprenant(identifiant, prenom, nom, aisance, frozenset(faibles.split()), frozenset(forts.split()), **plus)


CLASSE = (
    _apprenant("Amélie", "Garnier", 3.0, forts="C4 C5 C11"),
    _apprenant("Bastien", "Lefort", 1.6, faibles="C5", accidents={"B4-QST": CELLULE}),
    _apprenant("Camille", "Roussel", 2.1, faibles="C2", forts="C20 C21", retards={"B1-QST": 35}),
    _apprenant("Djibril", "Sow", 1.5, forts="C6 C24", accidents={"B2-MES": JOURNAL}),
    _apprenant("Élodie", "Marchais", 1.4, faibles="C4 C5 C6", forts="C7 C9"),
    _apprenant("Fabien", "Colas", 0.1, faibles="C17 C21 C25", forts="C2", retards={"B2-CAS": 26 * 60}),
    _apprenant("Gaëlle", "Tanguy", 2.3, faibles="C13", entree=ENTREE_TARDIVE),
    _apprenant("Hugo", "Vernet", 1.2, faibles="C6", accidents={"B1-CAS": NOTEBOOK}),
    _apprenant("Inès", "Benali", 2.4, forts="C3 C6", absences={"B4-QST": "arrêt de travail"}),
    _apprenant("Julien", "Perrot", -0.3, faibles="C5 C6", accidents={"B2-QST": VIDE}),
    _apprenant(
        "Karine",
        "Dubreuil",
        1.7,
        forts="C10",
        accidents={"B1-QST": REPONSES},
        sans_note=frozenset({"B1-RAP"}),
    ),
    _apprenant("Loïc", "Morvan", 1.9, faibles="C19", voie=VAE),
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
    reussite = apprenant.aise(item.competence, DIFFICULTY[item.niveau])
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
