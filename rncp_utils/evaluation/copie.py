"""What the hidden test of a case calls: the answers of the copy's owner, and points for each of them.

The last line of a test is ``copie.noter([...], maximum=6)``: a float between 0 and the points of the cell, French lines
on stdout, nothing on stderr whatever the copy holds, and never a right answer.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rncp_utils.comparaison import proche
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.evaluation.notation import Resultat, borner, noter_choix
from rncp_utils.formats import avec_unite, formater_nombre, lire_nombre
from rncp_utils.lecon.identite import apprenant
from rncp_utils.lecon.lecture_questions import lire_question
from rncp_utils.lecon.questions import COMPOSES, JE_NE_SAIS_PAS, NUM, Question
from rncp_utils.lecon.reponses import Reponse, lire_reponses
from rncp_utils.lecon.verification import verifier_reponses

# A later figure that follows from the learner's own earlier one shows the method: half of the points.
PART_DE_SUITE = 0.5
PART_D_ERREUR = 0.5
# What the author's own functions may raise on an answer that nobody expected.
_IMPREVUS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


class Copie:
    """Answers of one cell of a copy.

    Parameters
    ----------
    formulaire : dict
        What :func:`rncp_utils.evaluation.formulaire_de` gives.
    dossier : Path
        Folder of the notebook, which holds ``reponses/``.

    Attributes
    ----------
    apprenant, session : str
        Owner of the copy and session of the release: what a variant is drawn from.
    reponses : dict
        Checked answers by field.
    """

    def __init__(self, formulaire: Mapping[str, Any], *, dossier: Path | str = ".") -> None:
        fautes: list[str] = []
        champs = formulaire["champs"]
        self.questions = {champ["id"]: lire_question(rang, champ, fautes) for rang, champ in enumerate(champs, start=1)}
        self.apprenant, self.session = apprenant(), formulaire["session"]
        lecture = lire_reponses(Path(dossier), formulaire["devoir"], formulaire["cellule"])
        questions = tuple(self.questions.values())
        self.reponses: dict[str, Reponse]
        self.reponses, anomalies = verifier_reponses(lecture, questions, self.apprenant, self.session)
        self.anomalies = [*lecture.anomalies, *anomalies]

    def question(self, nom: str) -> Question:
        """Field ``nom``, or cell ``"ligne.colonne"`` of a table.

        Raises
        ------
        ErreurDonnees
            The form has no such field: the author's mistake, which fails when the assignment is tried.
        """
        if nom in self.questions:
            return self.questions[nom]
        for question in self.questions.values():
            for case in question.cases:
                if f"{question.id}:{case.id}" == nom:
                    return case
        raise ErreurDonnees(f"Le champ « {nom} » n'est pas dans le formulaire : {', '.join(self.questions)}.")

    def reponse(self, nom: str) -> Any:
        """Answer of a field, or of a cell named ``"champ:ligne.colonne"``; None when there is none."""
        champ, _, case = nom.partition(":")
        valeur = self.reponses.get(champ)
        return valeur.get(case) if case and isinstance(valeur, dict) else None if case else valeur

    def nombre(self, nom: str) -> float | None:
        """Number answered in a field or a cell; None when there is none that can be read."""
        valeur = self.reponse(nom)
        if not isinstance(valeur, str):
            return None
        try:
            return float(lire_nombre(valeur).valeur)
        except ErreurDonnees:
            return None

    def noter(self, baremes: Iterable[Bareme], *, maximum: float) -> float:
        """Points of the cell, bounded; one French line a criterion on stdout."""
        with warnings.catch_warnings():
            # nbgrader gives 0 to a cell that wrote on stderr: a warning of pandas must not take points away.
            warnings.simplefilter("ignore")
            for anomalie in self.anomalies:
                print(f"À signaler : {anomalie.phrase}")
            total = 0.0
            for bareme in baremes:
                resultat = self._juger(bareme)
                points = bareme.points * min(max(resultat.fraction, 0.0), 1.0)
                total += points
                bilan = f"{bareme.titre} : {formater_nombre(points, 2)} sur {formater_nombre(bareme.points)}."
                print(" ".join([bilan, resultat.message]).rstrip())
        return borner(total, maximum)

    def _juger(self, bareme: Bareme) -> Resultat:
        try:
            return bareme.juger(self)
        except _IMPREVUS:
            return Resultat(0.0, "Cette réponse n'a pas pu être vérifiée : elle est à examiner.")


@dataclass(frozen=True)
class Bareme:
    """One criterion: its points and how a copy earns them."""

    titre: str
    points: float
    juger: Callable[[Copie], Resultat]


def nombre(
    nom: str,
    attendu: float,
    *,
    points: float,
    tolerance: float = 0.01,
    suite: Callable[[Copie], float | None] | None = None,
    erreurs: Mapping[str, float] | None = None,
    part_erreur: float = PART_D_ERREUR,
    titre: str = "",
) -> Bareme:
    """A number within ``tolerance`` (absolute, bounds included).

    Parameters
    ----------
    nom : str
        Field, or cell of a table (``"equilibre:n.tn"``).
    suite : callable, optional
        From the copy's own earlier answers, what a consistent learner finds here (None when it cannot be told): half of
        the points.
    erreurs : dict, optional
        Known mistakes: French sentence → value; they earn ``part_erreur``.
    """

    def juger(copie: Copie) -> Resultat:
        question = copie.question(nom)
        valeur = copie.nombre(nom)
        if valeur is None:
            return Resultat(0.0, "Sans réponse." if copie.reponse(nom) is None else "Ce n'est pas un nombre lisible.")
        if proche(valeur, attendu, tolerance):
            return Resultat(1.0)
        for phrase, faux in (erreurs or {}).items():
            if proche(valeur, faux, tolerance):
                return Resultat(part_erreur, phrase)
        conserve = suite(copie) if suite else None
        if conserve is not None and proche(valeur, conserve, tolerance):
            return Resultat(PART_DE_SUITE, "Cohérent avec votre réponse précédente : la méthode est comptée.")
        return Resultat(0.0, f"Réponse lue : {avec_unite(valeur, question.unite)}.")

    return Bareme(titre or nom, points, juger)


def coherence(
    nom: str, calcul: Callable[[Copie], float | None], *, points: float, tolerance: float = 1.0, titre: str = ""
) -> Bareme:
    """An identity that the learner's own figures must respect (TN = FRNG − BFR), right or wrong as they are."""

    def juger(copie: Copie) -> Resultat:
        valeur, attendu = copie.nombre(nom), calcul(copie)
        if valeur is None or attendu is None:
            return Resultat(0.0, "Sans réponse.")
        tenue = proche(valeur, attendu, tolerance)
        return Resultat(float(tenue), "" if tenue else "Vos propres chiffres ne se recoupent pas.")

    return Bareme(titre or f"{nom}, cohérence", points, juger)


def choix(nom: str, juste: str | Iterable[str], *, points: float, titre: str = "") -> Bareme:
    """One option, or several: ``max(0, (right − wrong) / number of right options)``."""
    justes = [juste] if isinstance(juste, str) else list(juste)

    def juger(copie: Copie) -> Resultat:
        copie.question(nom)
        reponse = copie.reponse(nom)
        if not reponse or reponse == JE_NE_SAIS_PAS:
            return Resultat(0.0, "Sans réponse.")
        return noter_choix([reponse] if isinstance(reponse, str) else reponse, justes)

    return Bareme(titre or nom, points, juger)


def association(nom: str, juste: Mapping[str, str], *, points: float, penalite: float = 0.0, titre: str = "") -> Bareme:
    """Share of the elements, or of the cells of a table of menus, that have the right option.

    ``penalite`` takes that share of an element away for each wrong one (an empty one takes nothing), never below 0.
    """

    def juger(copie: Copie) -> Resultat:
        if copie.question(nom).type not in COMPOSES:
            raise ErreurDonnees(f"Le champ « {nom} » n'a pas d'éléments à associer.")
        reponse = copie.reponse(nom) or {}
        bons = sum(reponse.get(element) == option for element, option in juste.items())
        faux = sum(bool(reponse.get(element)) for element in juste) - bons
        message = f"{bons} sur {len(juste)}." if reponse else "Sans réponse."
        return Resultat(max(0.0, (bons - penalite * faux) / len(juste)), message)

    return Bareme(titre or nom, points, juger)


def ordre(nom: str, juste: Iterable[str], *, points: float, titre: str = "") -> Bareme:
    """Share of the pairs that are in the right order: a single exchange does not lose everything."""
    attendu = list(juste)
    paires = [(a, b) for rang, a in enumerate(attendu) for b in attendu[rang + 1 :]]

    def juger(copie: Copie) -> Resultat:
        copie.question(nom)
        rangs = {element: int(rang) for element, rang in (copie.reponse(nom) or {}).items()}
        if not rangs:
            return Resultat(0.0, "Sans réponse.")
        bonnes = sum(a in rangs and b in rangs and rangs[a] < rangs[b] for a, b in paires)
        return Resultat(bonnes / len(paires))

    return Bareme(titre or nom, points, juger)


def contrainte(titre: str, tenue: Callable[[Copie], bool | float], *, points: float, sinon: str = "") -> Bareme:
    """A constraint instead of one right answer: ``tenue`` gives True, False, or a share between 0 and 1."""

    def juger(copie: Copie) -> Resultat:
        part = float(tenue(copie))
        return Resultat(part, "" if part >= 1 else sinon)

    return Bareme(titre, points, juger)


def toutes_numeriques(
    nom: str, attendus: Mapping[str, float], *, points: float, tolerance: float = 1.0, titre: str = ""
) -> Bareme:
    """Share of the numeric cells of a table that are right: ``attendus`` by cell (``"n.tn"``)."""

    def juger(copie: Copie) -> Resultat:
        for case in attendus:
            if copie.question(f"{nom}:{case}").type != NUM:
                raise ErreurDonnees(f"La case « {case} » de {nom} n'est pas un nombre.")
        lues = {case: copie.nombre(f"{nom}:{case}") for case in attendus}
        justes = sum(valeur is not None and proche(valeur, attendus[case], tolerance) for case, valeur in lues.items())
        return Resultat(justes / len(attendus), f"{justes} case{'s' if justes > 1 else ''} sur {len(attendus)}.")

    return Bareme(titre or nom, points, juger)
