"""Ce qu'une banque de questions doit respecter au-delà de la forme de ses champs : une phrase par faute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from typing import TYPE_CHECKING

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.evaluation.calcul import evaluer_calcul
from rncp_utils.formats import lire_nombre

if TYPE_CHECKING:
    from pydantic import BaseModel

    from rncp_utils.evaluation.banque import Banque, Item

TYPES = ("QCU", "QCM", "NUM")
NIVEAUX = ("connaitre", "comprendre", "appliquer", "analyser", "evaluer")
LETTRES = ("a", "b", "c", "d", "e")
OPTIONS_MINIMUM = 3
ECART_RELATIF = 1e-6


def fautes_item(item: Item) -> list[str]:
    """Fautes d'une question prise seule."""
    fautes = [
        f"le champ « {nom} » est vide ; renseignez-le."
        for nom in ("id", "competence", "enonce", "explication", "source")
        if not getattr(item, nom).strip()
    ]
    if item.niveau not in NIVEAUX:
        fautes.append(f"le niveau « {item.niveau} » est inconnu ; choisissez parmi : {', '.join(NIVEAUX)}.")
    if item.a_verifier and item.revoir_avant is None:
        fautes.append("« a_verifier » est posé sans date ; ajoutez « revoir_avant ».")
    if item.type not in TYPES:
        fautes.append(f"le type « {item.type} » est inconnu ; choisissez parmi : {', '.join(TYPES)}.")
    elif item.type == "NUM":
        fautes += _fautes_nombre(item)
    else:
        fautes += _fautes_choix(item)
    return fautes


def _fautes_choix(item: Item) -> list[str]:
    fautes = _fautes_options(item)
    justes = len(item.justes())
    if item.type == "QCU" and justes != 1:
        fautes.append(f"la question à choix unique (QCU) a {justes} option(s) juste(s) ; il en faut exactement une.")
    if item.type == "QCM" and justes < 2:
        fautes.append(f"la question à choix multiple (QCM) a {justes} option(s) juste(s) ; il en faut au moins deux.")
    if item.type == "QCM" and justes == len(item.options):
        fautes.append("chaque option est juste ; ajoutez au moins une option à écarter.")
    numeriques = (item.reponse, item.tolerance, item.calcul, *item.erreurs)
    if item.unite or any(champ is not None for champ in numeriques):
        fautes.append(
            "une question à choix porte un champ numérique ; retirez unite, reponse, tolerance, calcul, erreurs."
        )
    return fautes


def _fautes_options(item: Item) -> list[str]:
    ids = [option.id for option in item.options]
    fautes = []
    if len(ids) < OPTIONS_MINIMUM:
        fautes.append(f"{len(ids)} option(s) lue(s) ; il en faut au moins {OPTIONS_MINIMUM}.")
    fautes += [f"l'option « {nom} » apparaît deux fois ; donnez une lettre à chacune." for nom in _doublons(ids)]
    fautes += [f"l'option « {nom} » est hors de a à e ; changez sa lettre." for nom in ids if nom not in LETTRES]
    fautes += [f"l'option « {o.id} » a un texte ou un retour vide ; complétez-la." for o in item.options if _vide(o)]
    textes = _doublons(option.texte for option in item.options)
    return fautes + [f"deux options disent « {texte} » ; distinguez-les." for texte in textes]


def _fautes_nombre(item: Item) -> list[str]:
    fautes = ["une question numérique (NUM) porte des options ; retirez-les."] if item.options else []
    manquants = [nom for nom in ("reponse", "tolerance", "calcul") if getattr(item, nom) is None]
    fautes += [f"il manque « {nom} » à la question numérique (NUM) ; ajoutez-le." for nom in manquants]
    fautes += [f"le message de l'erreur « {e.calcul} » est vide ; rédigez-le." for e in item.erreurs if _vide(e)]
    if item.unite and not _unite_lisible(item.unite):
        fautes.append(f"l'unité « {item.unite} » n'est pas de celles qu'une réponse peut porter ; changez-la.")
    calculs = [calcul for calcul in (item.calcul, *(erreur.calcul for erreur in item.erreurs)) if calcul is not None]
    valeurs = []
    for calcul in calculs:
        try:
            valeurs.append(evaluer_calcul(calcul))
        except ErreurDonnees as erreur:
            fautes.append(str(erreur))
    if not manquants and len(valeurs) == len(calculs):
        fautes += _fautes_valeurs(item, valeurs[0], valeurs[1:])
    return fautes


def _fautes_valeurs(item: Item, calculee: float, erreurs: list[float]) -> list[str]:
    fautes = []
    # Half of the tolerance: the answer printed in the bank is the exact value rounded to that precision.
    if abs(calculee - item.reponse) > max(ECART_RELATIF * abs(item.reponse), item.tolerance / 2):
        fautes.append(f"le calcul donne {calculee:.10g}, la réponse dit {item.reponse:.10g} ; corrigez l'un des deux.")
    # Two bands of tolerance that meet would let one answer earn two different scores.
    return fautes + [
        f"les valeurs {gauche:.10g} et {droite:.10g} (réponse ou erreurs types) se confondent à la tolérance "
        f"{item.tolerance:.10g} ; écartez-les ou réduisez la tolérance."
        for gauche, droite in combinations([item.reponse, *erreurs], 2)
        if abs(gauche - droite) <= 2 * item.tolerance
    ]


def _unite_lisible(unite: str) -> bool:
    try:
        return lire_nombre(f"1 {unite}").unite == unite
    except ErreurDonnees:
        return False


def fautes_identifiants(items: list[Item], connus: list[str]) -> list[str]:
    """Identifiants répétés et exclusions sans effet ; ``connus`` : ids of the file, unreadable items included."""
    fautes = [f"L'identifiant {nom} désigne plusieurs items ; donnez-en un à chacun." for nom in _doublons(connus)]
    par_id = {item.id: item for item in items}
    for item in items:
        fautes += [
            f"Item {item.id} : {faute}"
            for nom in item.exclusions
            if (faute := _faute_exclusion(item, nom, nom in connus, par_id.get(nom)))
        ]
    return fautes


def _faute_exclusion(item: Item, nom: str, connu: bool, autre: Item | None) -> str:
    if nom == item.id:
        return "il s'exclut lui-même ; retirez cette exclusion."
    if not connu:
        return f"l'exclusion « {nom} » est inconnue ; corrigez cet identifiant."
    if autre and autre.competence != item.competence:
        return f"il exclut {nom}, d'une autre compétence, alors que le tirage se fait par compétence ; retirez-la."
    if autre and item.id not in autre.exclusions:
        return f"il exclut {nom}, qui ne l'exclut pas ; écrivez l'exclusion dans les deux items."
    return ""


def fautes_strates(banque: Banque) -> list[str]:
    """Compétences sans strate ou tirées deux fois, et strates qui peuvent manquer de questions."""
    tirees = [strate.competence for strate in banque.strates.values()]
    fautes = [f"La compétence {nom} est tirée par plusieurs strates ; gardez-en une." for nom in _doublons(tirees)]
    fautes += [
        f"Item {item.id} : aucune strate ne tire la compétence « {item.competence} » ; corrigez l'item ou les strates."
        for item in banque.items
        if item.competence not in tirees
    ]
    for cellule, strate in banque.strates.items():
        bloque = _tirage_bloque(banque.items_de(cellule), strate.questions)
        if bloque is not None:
            fautes.append(
                f"Strate {cellule} : {strate.questions} question(s) demandée(s), mais un tirage peut s'arrêter à "
                f"{len(bloque)} ({', '.join(bloque) or 'aucune'}) ; ajoutez des items ou allégez les exclusions."
            )
    return fautes


def _tirage_bloque(items: list[Item], questions: int) -> list[str] | None:
    """Ids of a draw that stops short of ``questions`` because it excludes all the others; None when there is none."""
    for taille in range(questions):
        for pris in combinations(items, taille):
            ids = {item.id for item in pris}
            exclus = {autre for item in pris for autre in item.exclusions}
            if not ids & exclus and all(item.id in ids | exclus for item in items):
                return sorted(ids)
    return None


def _doublons(noms: Iterable[str]) -> list[str]:
    return [nom for nom, nombre in Counter(noms).items() if nombre > 1]


def _vide(partie: BaseModel) -> bool:
    return any(isinstance(valeur, str) and not valeur.strip() for _, valeur in partie)
