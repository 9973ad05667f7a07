"""Questions read from a file: every fault said, nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import lire_nombre
from rncp_utils.lecon.questions import (
    APP,
    COMPOSES,
    JE_NE_SAIS_PAS,
    NUM,
    ORD,
    QCM,
    QCU,
    TAB,
    TYPES,
    TYPES_DE_COLONNE,
    Colonne,
    Option,
    Question,
)


def lire_question(rang: int, contenu: Mapping[str, Any], fautes: list[str]) -> Question:
    """A question of a list; what is wrong with its fields is added to ``fautes``."""
    ou = f"question {contenu.get('id') or f'n° {rang}'}"
    mots = contenu.get("mots", 0)
    if type(mots) is not int or mots < 0:
        fautes.append(f"{ou} : la longueur demandée « mots » n'est pas un entier positif")
        mots = 0
    return Question(
        id=lire_texte(contenu, "id", ou, fautes),
        type=lire_texte(contenu, "type", ou, fautes),
        enonce=lire_texte(contenu, "enonce", ou, fautes),
        competence=_texte_facultatif(contenu, "competence", "la compétence", ou, fautes),
        unite=_texte_facultatif(contenu, "unite", "l'unité", ou, fautes),
        options=_options(contenu, "options", ou, fautes),
        elements=_options(contenu, "elements", ou, fautes),
        colonnes=tuple(_colonne(c, ou, fautes) for c in _liste(contenu, "colonnes", dict, ou, fautes)),
        mots=mots,
        facultatif=contenu.get("facultatif") is True,
        exclusions=tuple(_liste(contenu, "exclusions", str, ou, fautes)),
    )


def lire_texte(brut: Mapping[str, Any], cle: str, ou: str, fautes: list[str]) -> str:
    """A required text."""
    valeur = brut.get(cle)
    if isinstance(valeur, str) and valeur.strip():
        return valeur
    fautes.append(f"{ou} : le texte « {cle} » manque")
    return ""


def _texte_facultatif(brut: Mapping[str, Any], cle: str, nom: str, ou: str, fautes: list[str]) -> str:
    valeur = brut.get(cle, "")
    if isinstance(valeur, str):
        return valeur
    fautes.append(f"{ou} : {nom} n'est pas un texte")
    return ""


def _options(contenu: Mapping[str, Any], cle: str, ou: str, fautes: list[str]) -> tuple[Option, ...]:
    options = _liste(contenu, cle, dict, ou, fautes)
    return tuple(Option(lire_texte(o, "id", ou, fautes), lire_texte(o, "texte", ou, fautes)) for o in options)


def _colonne(contenu: Mapping[str, Any], ou: str, fautes: list[str]) -> Colonne:
    return Colonne(
        id=lire_texte(contenu, "id", ou, fautes),
        titre=lire_texte(contenu, "titre", ou, fautes),
        type=lire_texte(contenu, "type", ou, fautes),
        unite=_texte_facultatif(contenu, "unite", "l'unité", ou, fautes),
        options=_options(contenu, "options", ou, fautes),
    )


def _liste(contenu: Mapping[str, Any], cle: str, sorte: type, ou: str, fautes: list[str]) -> list[Any]:
    valeurs = contenu.get(cle, [])
    if isinstance(valeurs, list) and all(isinstance(valeur, sorte) for valeur in valeurs):
        return valeurs
    fautes.append(f"{ou} : la liste « {cle} » ne convient pas")
    return []


def incoherences(questions: tuple[Question, ...]) -> list[str]:
    """What is wrong with questions whose fields could all be read."""
    ids = [question.id for question in questions]
    doubles = sorted({identifiant for identifiant in ids if ids.count(identifiant) > 1})
    fautes = [f"question {double} : elle figure plusieurs fois" for double in doubles]
    for question in questions:
        fautes += [f"question {question.id} : {faute}" for faute in _fautes_de(question)]
    return fautes


def _fautes_de(question: Question) -> list[str]:
    if question.type not in TYPES:
        return [f"le type « {question.type} » n'est pas l'un de {', '.join(TYPES)}"]
    fautes = _fautes_de_composition(question)
    if question.type in (QCU, QCM, APP):
        return fautes + _fautes_d_options(question.options)
    if question.type == NUM:
        fautes += ["une question numérique n'a pas d'options"] if question.options else []
        return fautes + _faute_d_unite(question.unite)
    return fautes + [f"une question {question.type} n'a pas d'options"] * bool(question.options)


def _fautes_de_composition(question: Question) -> list[str]:
    """Elements and columns: there where they are needed, and nowhere else."""
    fautes = []
    ids = [element.id for element in question.elements]
    if bool(ids) != (question.type in COMPOSES):
        fautes.append(f"une question {question.type} {'n’a pas de' if ids else 'demande une'} liste « elements »")
    if question.type == ORD and len(ids) < 2:
        fautes.append("il faut au moins deux éléments à ordonner")
    if len(set(ids)) < len(ids):
        fautes.append("deux éléments ont le même identifiant")
    if bool(question.colonnes) != (question.type == TAB):
        fautes.append(
            f"une question {question.type} {'n’a pas de' if question.colonnes else 'demande des'} « colonnes »"
        )
    for colonne in question.colonnes:
        fautes += [f"colonne {colonne.id} : {faute}" for faute in _fautes_de_colonne(colonne)]
    if len({colonne.id for colonne in question.colonnes}) < len(question.colonnes):
        fautes.append("deux colonnes ont le même identifiant")
    return fautes


def _fautes_de_colonne(colonne: Colonne) -> list[str]:
    if colonne.type not in TYPES_DE_COLONNE:
        return [f"le type « {colonne.type} » n'est pas l'un de {', '.join(TYPES_DE_COLONNE)}"]
    if colonne.type == QCU:
        return _fautes_d_options(colonne.options)
    return _faute_d_unite(colonne.unite) if colonne.type == NUM else []


def _fautes_d_options(options: tuple[Option, ...]) -> list[str]:
    ids = [option.id for option in options]
    fautes = []
    if len(ids) < 2:
        fautes.append("il faut au moins deux options")
    if len(set(ids)) < len(ids):
        fautes.append("deux options ont le même identifiant")
    if len({option.texte for option in options}) < len(ids):
        fautes.append("deux options ont le même texte")
    if JE_NE_SAIS_PAS in ids:
        fautes.append(f"l'identifiant d'option « {JE_NE_SAIS_PAS} » est réservé")
    return fautes


def _faute_d_unite(unite: str) -> list[str]:
    """A unit that the reader of numbers refuses, or changes (k€ becomes €), would cost the learner the question."""
    try:
        lue = lire_nombre(f"1 {unite}").unite
    except ErreurDonnees:
        return [f"l'unité « {unite} » n'est pas de celles qu'une réponse peut porter"]
    return [] if lue == unite else [f"l'unité « {unite} » s'écrit ici « {lue} »"]
