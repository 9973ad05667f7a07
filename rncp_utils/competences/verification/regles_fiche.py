"""Rules on the sheet of a lesson, and on what its notebook shows of it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from rncp_utils.competences.verification.constat import Constat
from rncp_utils.competences.verification.page import Page
from rncp_utils.competences.verification.vocabulaire import vocabulaire
from rncp_utils.lecon.fiche import Exercice, Fiche, lire_champs
from rncp_utils.lecon.questions import NUM, QCM, QCU
from rncp_utils.referentiel import charger_referentiel

POINTS_A_RETENIR = 5
ARRET = re.compile(r"point d['’]arrêt", re.IGNORECASE)
CHIFFRE_D_AFFAIRES = re.compile(r"chiffres? d['’]affaires|\bCA\b")
TAXES = re.compile(r"hors taxes|toutes taxes|\bHT\b|\bTTC\b", re.IGNORECASE)


def regles_de_fiche(page: Page) -> Iterator[Constat]:
    """V01 to V11."""
    if page.fiche is None:
        yield Constat(page.chemin, None, "V01", page.refus_fiche)
        return
    for regle, message in [
        *_objectifs(page.fiche),
        *_exercices(page.fiche),
        *_sources(page),
        *_fin(page),
    ]:
        yield Constat(page.chemin_fiche or page.chemin, None, regle, message)
    yield from _emplois(page)
    yield from _arrets(page)


def _codes() -> tuple[str, ...]:
    return charger_referentiel().codes_competences


def _objectifs(fiche: Fiche) -> Iterator[tuple[str, str]]:
    mots, codes = vocabulaire(), _codes()
    conseil = f"donnez un code de {codes[0]} à {codes[-1]}."
    for objectif in fiche.objectifs:
        verbe = objectif.verbe.strip().lower()
        if verbe in mots.verbes_invisibles:
            yield "V02", f"« {objectif.verbe} » ne se voit pas ; dites ce que l'apprenant fera (calculer, comparer…)."
        elif verbe not in mots.verbes_observables:
            yield "V02", f"« {objectif.verbe} » n'est pas dans les verbes observables de vocabulaire.yaml ; changez-le."
        if fiche.bloc and objectif.competence not in codes:
            quoi = f"« {objectif.competence} »" if objectif.competence else "aucune"
            yield (
                "V03",
                f"objectif « {objectif.verbe} {objectif.texte} » : compétence {quoi} ; {conseil}",
            )
    for nom, exercice in fiche.exercices.items():
        if fiche.bloc and exercice.competence not in codes:
            yield "V03", f"exercice {nom} : compétence « {exercice.competence} » ; {conseil}"
    if len(fiche.a_retenir) > POINTS_A_RETENIR:
        yield "V04", f"« à retenir » compte {len(fiche.a_retenir)} points ; gardez-en cinq au plus."
    if not fiche.a_retenir:
        yield "V04", "« à retenir » est vide ; écrivez d'un à cinq points."


def _exercices(fiche: Fiche) -> Iterator[tuple[str, str]]:
    for nom, exercice in fiche.exercices.items():
        for indice, texte in exercice.indices.model_dump().items():
            if not texte.strip(" .…"):
                yield "V05", f"exercice {nom} : l'indice « {indice} » est vide ; écrivez-le."
        yield from (("V06", f"exercice {nom}, {faute}") for faute in _sans_retour(exercice))
        textes = " ".join([exercice.enonce, *(question.enonce for question, _ in lire_champs(exercice))])
        chiffres = any(question.type == NUM for question, _ in lire_champs(exercice))
        if chiffres and CHIFFRE_D_AFFAIRES.search(textes) and not TAXES.search(textes):
            yield "V10", f"exercice {nom} : le chiffre d'affaires n'est dit ni HT ni TTC ; précisez-le dans l'énoncé."


def _sans_retour(exercice: Exercice) -> Iterator[str]:
    for question, formatif in lire_champs(exercice):
        if question.type == NUM and not (formatif.erreurs or formatif.taxe or formatif.base_jours):
            yield f"champ {question.id} : aucune erreur type n'est reconnue ; ajoutez « erreurs »."
        if question.type in (QCU, QCM):
            justes = {formatif.juste} if question.type == QCU else set(formatif.juste)
            muettes = [o.id for o in question.options if o.id not in justes and o.id not in formatif.retours]
            if muettes:
                yield f"champ {question.id} : sans retour pour l'option {', '.join(muettes)} ; complétez « retours »."


def _sources(page: Page) -> Iterator[tuple[str, str]]:
    if not page.fiche.sources:
        yield "V07", "la fiche ne cite aucune source ; ajoutez-en, datées, même pour des données fictives."
    elif len(page.appels("sources")) != 1:
        yield (
            "V07",
            "sources() n'est pas appelée une fois ; mettez-la en dernière case : elle dit aussi « à vérifier ».",
        )


def _fin(page: Page) -> Iterator[tuple[str, str]]:
    voulues = ["Bilan"] + ["AutoPositionnement"] * bool(page.fiche.competences)
    for nom in voulues:
        if len(page.appels(nom)) != 1:
            yield "V11", f"{nom}() n'est pas appelée une fois dans le notebook ; ajoutez-la en fin de leçon."


def _emplois(page: Page) -> Iterator[Constat]:
    emplois: Counter[str] = Counter()
    for cellule, appel in page.appels("Exercice"):
        nom = appel.args[0].value if appel.args and isinstance(appel.args[0], ast.Constant) else None
        if nom not in page.fiche.exercices:
            dit = f"« {nom} »" if nom else "sans nom écrit en toutes lettres"
            yield Constat(
                page.chemin, cellule.rang, "V08", f"exercice {dit} : la fiche ne le contient pas ; corrigez-le."
            )
        elif emplois[nom]:
            yield Constat(
                page.chemin, cellule.rang, "V08", f"l'exercice {nom} est déjà montré plus haut ; retirez-en un."
            )
        emplois[nom] += 1
    for nom in page.fiche.exercices:
        if not emplois[nom]:
            message = f"l'exercice {nom} n'est pas dans le notebook ; ajoutez Exercice(\"{nom}\")."
            yield Constat(page.chemin_fiche, None, "V08", message)


def _arrets(page: Page) -> Iterator[Constat]:
    voulus = len(page.fiche.sequences) - 1
    lus = sum(len(ARRET.findall(cellule.prose)) for cellule in page.textes)
    if lus < voulus:
        message = (
            f"{voulus} « Point d'arrêt » attendus entre les séquences, {lus} lus ; écrivez-les entre deux séquences."
        )
        yield Constat(page.chemin, None, "V09", message)
