"""What the hidden test of a questionnaire cell calls: the learner's own draw, the answers file, the score."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rncp_utils.evaluation.notation import Resultat, borner, noter_choix, noter_nombre
from rncp_utils.formats import formater_nombre, lire_nombre
from rncp_utils.lecon.identite import apprenant
from rncp_utils.lecon.questions import Option, Question
from rncp_utils.lecon.reponses import lire_reponses
from rncp_utils.lecon.tirage import tirer
from rncp_utils.lecon.verification import verifier_reponses


def charger_cles(cellule: str, *, banque: str = "banque.yaml") -> dict[str, Any]:
    """Keys of one cell, read from the bank beside the source notebook.

    Works only in ``source/``: when the assignment is generated, this very call is replaced by the keys themselves
    (:class:`rncp_utils.autograde.preprocessors.DeriveQuestionnaire`), which nbgrader keeps in its gradebook.
    """
    from rncp_utils.evaluation.banque import charger_banque  # pydantic and YAML: of no use to a grading kernel

    return charger_banque(Path(banque)).cles(cellule)


def noter_questionnaire(cles: Mapping[str, Any], *, dossier: Path | str = ".") -> float:
    """Score one cell of a questionnaire from the learner's answers file.

    The questions are drawn again for the owner of the copy; a question that was not drawn for them earns nothing.
    Prints one French line a question and one line an anomaly (on stdout: nbgrader gives 0 to a cell that wrote on
    stderr), never a right answer.

    Parameters
    ----------
    cles
        What :meth:`Banque.cles` gives for the cell, with the session of the release.
    dossier
        Folder of the notebook, which holds ``reponses/``.

    Returns
    -------
    float
        Points between 0 and ``questions × points_par_question``.
    """
    proprietaire = apprenant()
    questions = questions_tirees(cles, proprietaire)
    lecture = lire_reponses(Path(dossier), cles["devoir"], cles["cellule"])
    reponses, anomalies = verifier_reponses(lecture, questions, proprietaire, cles["session"])
    for anomalie in [*lecture.anomalies, *anomalies]:
        print(f"À signaler : {anomalie.phrase}")
    bareme = cles["points_par_question"]
    total = 0.0
    for rang, question in enumerate(questions, start=1):
        resultat = noter_reponse(cles["items"][question.id], reponses.get(question.id))
        total += resultat.fraction * bareme
        points = formater_nombre(resultat.fraction * bareme, 2)
        print(" ".join([f"Question {rang} : {points} sur {bareme}.", resultat.message]).rstrip())
    return borner(total, bareme * cles["questions"])


def questions_tirees(cles: Mapping[str, Any], proprietaire: str) -> tuple[Question, ...]:
    """Questions of the cell drawn for ``proprietaire``, as far as grading needs them (ids, types, option ids)."""
    items = cles["items"]
    retenus = tirer(
        list(items),
        cles["questions"],
        apprenant=proprietaire,
        devoir=cles["devoir"],
        session=cles["session"],
        exclusions={identifiant: item.get("exclusions", ()) for identifiant, item in items.items()},
    )
    return tuple(_question(identifiant, cles["competence"], items[identifiant]) for identifiant in retenus)


def _question(identifiant: str, competence: str, item: Mapping[str, Any]) -> Question:
    options = tuple(Option(id=nom, texte="") for nom in item.get("options", ()))
    return Question(id=identifiant, competence=competence, type=item["type"], enonce="", unite="", options=options)


def noter_reponse(item: Mapping[str, Any], reponse: Any) -> Resultat:
    """Score one checked answer (``None``: unanswered) against the key of its item."""
    if reponse is None:
        return Resultat(0.0, "Sans réponse.")
    if item["type"] == "NUM":
        valeur = lire_nombre(reponse).valeur
        return noter_nombre(valeur, item["reponse"], tolerance=item["tolerance"], erreurs=item["erreurs"])
    cochees = [reponse] if isinstance(reponse, str) else reponse
    return noter_choix(cochees, item["justes"])
