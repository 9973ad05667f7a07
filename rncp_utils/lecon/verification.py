"""Answers that were read, checked against the questions that the learner was asked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import lire_nombre
from rncp_utils.lecon.anomalies import Anomalie, decrire, montrer, reponse_ecartee
from rncp_utils.lecon.questions import COMPOSES, JE_NE_SAIS_PAS, LONGUEUR, NUM, QCM, QCU, Question
from rncp_utils.lecon.reponses import Lecture, Reponse


def verifier_reponses(
    lecture: Lecture, questions: Sequence[Question], apprenant: str, session: str
) -> tuple[dict[str, Reponse], list[Anomalie]]:
    """Answers of the learner's own draw, and what could not be taken (beyond ``lecture.anomalies``).

    Unanswered questions are left out. A single choice gives an option or ``"je_ne_sais_pas"``; several choices a list
    of options, each once; a number the text typed, which :func:`rncp_utils.formats.lire_nombre` reads; a compound
    question what could be taken of its cells, by cell; a text what was written.
    """
    anomalies = _anomalies_d_entete(lecture, apprenant, session)
    attendues = {question.id: question for question in questions}
    verifiees: dict[str, Reponse] = {}
    for identifiant, valeur in lecture.reponses.items():
        if identifiant not in attendues:
            anomalies.append(
                reponse_ecartee(identifiant, "question_inconnue", "cette question n'est pas dans le tirage")
            )
            continue
        reponse, fautes = _reponse(attendues[identifiant], valeur)
        anomalies += fautes
        if reponse:
            verifiees[identifiant] = reponse
    return {q.id: verifiees[q.id] for q in questions if q.id in verifiees}, anomalies


def _anomalies_d_entete(lecture: Lecture, apprenant: str, session: str) -> list[Anomalie]:
    if not lecture.entete:
        return []
    anomalies = []
    for cle, attendu in (("apprenant", apprenant), ("session", session)):
        lu = lecture.entete.get(cle)
        if lu != attendu:
            probleme = f"il porte {decrire(lu)} au lieu de « {montrer(attendu)} »"
            suite = "seules les réponses du bon tirage sont lues"
            anomalies.append(Anomalie(f"autre_{cle}", f"champ « {cle} » du fichier de réponses", probleme, suite))
    return anomalies


def _reponse(question: Question, valeur: Any) -> tuple[Reponse | None, list[Anomalie]]:
    if question.type in COMPOSES:
        return _reponse_composee(question, valeur)
    reponse, faute = _reponse_simple(question, valeur)
    return reponse, [faute] if faute else []


def _reponse_composee(question: Question, valeur: Any) -> tuple[dict[str, str], list[Anomalie]]:
    if not isinstance(valeur, dict):
        return {}, [reponse_ecartee(question.id, "type", "un tableau de cases était attendu")]
    cases = {case.id: case for case in question.cases}
    reponses, anomalies = {}, []
    for identifiant, texte in valeur.items():
        if identifiant not in cases:
            probleme = f"la case « {montrer(identifiant)} » n'existe pas"
            anomalies.append(reponse_ecartee(question.id, "case_inconnue", probleme, "les autres sont lues"))
            continue
        reponse, faute = _reponse_simple(cases[identifiant], texte)
        if faute:
            lu = f"{question.id}, {cases[identifiant].enonce}"
            anomalies.append(Anomalie(faute.code, f"case « {montrer(lu, 120)} »", faute.probleme, faute.suite))
        if reponse:
            reponses[identifiant] = reponse
    return {cle: reponses[cle] for cle in cases if cle in reponses}, anomalies


def _reponse_simple(question: Question, valeur: Any) -> tuple[Reponse | None, Anomalie | None]:
    if question.type == NUM:
        return _reponse_numerique(question, valeur)
    if question.type == QCU:
        return _choix_unique(question, valeur)
    if question.type == QCM:
        return _choix_multiple(question, valeur)
    return _texte_libre(question, valeur)


def _choix_unique(question: Question, valeur: Any) -> tuple[Reponse | None, Anomalie | None]:
    options = {option.id for option in question.options}
    if not isinstance(valeur, str):
        return None, reponse_ecartee(question.id, "type", "une seule option était attendue")
    if valeur and valeur not in options | {JE_NE_SAIS_PAS}:
        return None, reponse_ecartee(question.id, "option_inconnue", f"l'option « {montrer(valeur)} » n'existe pas")
    return valeur, None


def _choix_multiple(question: Question, valeur: Any) -> tuple[Reponse | None, Anomalie | None]:
    options = {option.id for option in question.options}
    if not isinstance(valeur, list):
        return None, reponse_ecartee(question.id, "type", "une liste d'options était attendue")
    inconnues = [element for element in valeur if element not in options]
    faute = None
    if inconnues:
        noms = ", ".join(montrer(nom) for nom in inconnues[:3])
        probleme = f"des options n'existent pas ({noms})"
        faute = reponse_ecartee(question.id, "option_inconnue", probleme, "les autres sont lues")
    # Each once: ticking an option twice must not count twice.
    return list(dict.fromkeys(element for element in valeur if element in options)), faute


def _texte_libre(question: Question, valeur: Any) -> tuple[str | None, Anomalie | None]:
    if not isinstance(valeur, str):
        return None, reponse_ecartee(question.id, "type", "un texte était attendu")
    longueur = LONGUEUR[question.type]
    if len(valeur) > longueur:
        probleme = f"son texte dépasse {longueur} caractères"
        return valeur[:longueur], reponse_ecartee(question.id, "trop_long", probleme, "la fin est écartée")
    return valeur if valeur.strip() else None, None


def _reponse_numerique(question: Question, valeur: Any) -> tuple[str | None, Anomalie | None]:
    if isinstance(valeur, list | dict):
        nom = "une liste" if isinstance(valeur, list) else "un tableau"
        return None, reponse_ecartee(question.id, "type", f"un nombre était attendu, pas {nom}")
    texte = valeur if isinstance(valeur, str) else f"{Decimal(str(valeur)):f}"
    if not texte.strip():
        return None, None
    if len(texte) > LONGUEUR[NUM]:
        return None, reponse_ecartee(question.id, "trop_long", f"son texte dépasse {LONGUEUR[NUM]} caractères")
    try:
        unite = lire_nombre(texte).unite
    except ErreurDonnees as erreur:
        raison = str(erreur).partition(". Saisissez")[0]
        return None, reponse_ecartee(question.id, "nombre", f"elle n'est pas un nombre lisible ({raison})")
    if unite and question.unite and unite != question.unite:
        probleme = f"elle est donnée en {unite} alors que la question demande {question.unite}"
        return texte, reponse_ecartee(question.id, "unite", probleme, "le nombre est lu tel quel")
    return texte, None
