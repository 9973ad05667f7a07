"""The six indicators of an interview, computed from what was said and from nothing else.

======  ===============  ==========================================================  ===================================
Code    Name             Measure                                                     Points
======  ===============  ==========================================================  ===================================
I1      Couverture       weight of what was learnt / weight of all                   full from 80 %, 0 under 40 %, in
                                                                                     proportion between
I2      Questionnement   open / (open + closed) questions, in the discovery          full 55–80 %, half 40–55 or 80–90 %
I3      Reformulation    exact facts of the best reformulation made after 4 pieces   full from 3 facts, half for 2
                         of information and before any proposal
I4      Besoins latents  latent needs found / all                                    in proportion
I5      Conduite         frame announced; proposal made, none too early; dated end   one third each
I6      Conformité       red replies                                                 full without any, else 0
======  ===============  ==========================================================  ===================================

The figures of this table are those of the hidden truth of each scenario. An interview shorter than
``seuils.conduite.echanges`` earns nothing where doing nothing would be enough (I6). A fact counts as exact when the
client said it before; a wrong fact cancels an exact one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from rncp_utils.entretien.modele import Scenario
from rncp_utils.entretien.moteur import Situation, Tour
from rncp_utils.entretien.verite import (
    CADRE,
    CONCLUSION,
    DECOUVERTE,
    FERMEE,
    OUVERTE,
    PROPOSITION,
    REFORMULATION,
    ROUGES,
    Annotation,
    Verite,
)
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import pourcent
from rncp_utils.typographie import compter

NOMS = {
    "I1": "Couverture",
    "I2": "Questionnement",
    "I3": "Reformulation",
    "I4": "Besoins latents",
    "I5": "Conduite de l'entretien",
    "I6": "Conformité",
}


@dataclass(frozen=True)
class Indicateur:
    """One of the six.

    Attributes
    ----------
    valeur : float
        What was measured: a share (I1, I2, I4) or a count (I3 facts, I5 criteria met, I6 red replies).
    part : float
        Share of the points, between 0 and 1.
    explication : str
        French sentence with the figures; it names nothing that was hidden.
    preuves : tuple of int
        Exchanges, numbered from 1, on which the measure rests.
    manques : tuple of str
        What was not found or not done, in words: for the debriefing and the expert, never for a graded feedback.
    alerte : bool
        The expert must look at this interview.
    """

    code: str
    valeur: float
    part: float
    explication: str
    preuves: tuple[int, ...] = ()
    manques: tuple[str, ...] = ()
    alerte: bool = False

    @property
    def nom(self) -> str:
        """French name."""
        return NOMS[self.code]


@dataclass(frozen=True)
class Echange:
    """An exchange, numbered, with what its choice is worth, what was known before it and what it taught."""

    rang: int
    tour: Tour
    note: Annotation
    phase: str
    connues: frozenset[str]
    apprises: frozenset[str]


def echanges(situation: Situation, verite: Verite) -> list[Echange]:
    """The exchanges of an interview, annotated."""
    lus, connues = [], frozenset()
    for rang, tour in enumerate(situation.tours, start=1):
        note = verite.annotation(tour.noeud, tour.choix)
        apprises = frozenset() if tour.reticent else frozenset(note.informations) - connues
        lus.append(Echange(rang, tour, note, verite.noeuds[tour.noeud].phase, connues, apprises))
        connues |= apprises
    return lus


def erreurs_bloquantes(situation: Situation, verite: Verite) -> list[Echange]:
    """Exchanges that cap a competence, once an expert confirms them: the machine only tells where they are."""
    return [echange for echange in echanges(situation, verite) if echange.note.bloquante]


def calculer_indicateurs(situation: Situation, scenario: Scenario) -> dict[str, Indicateur]:
    """The six indicators of an interview, by code.

    Raises
    ------
    ErreurDonnees
        The scenario was loaded without its hidden truth.
    """
    verite = scenario.verite_connue
    lus = echanges(situation, verite)
    calculs = (_couverture, _questionnement, _reformulation, _besoins_latents, _conduite, _conformite)
    return {indicateur.code: indicateur for indicateur in (calcul(lus, verite) for calcul in calculs)}


def baremer(indicateurs: Mapping[str, Indicateur], poids: Mapping[str, float]) -> float:
    """Points of an interview: ``Σ poids × part``, the bounded float that ends a hidden test.

    Parameters
    ----------
    poids
        Points of each indicator that the cell grades, for example ``{"I1": 4, "I2": 3}``.

    Returns
    -------
    float
        Between 0 and ``Σ poids``, rounded to 4 decimals.

    Raises
    ------
    ErreurDonnees
        Unknown indicator, or points that are not a positive number.
    """
    for code, points in poids.items():
        if code not in indicateurs or not math.isfinite(points) or points < 0:
            raise ErreurDonnees(
                f"Le barème donne {points} point(s) à « {code} » ; donnez un nombre positif à l'un de "
                f"{', '.join(indicateurs)}."
            )
    maximum = math.fsum(poids.values())
    total = math.fsum(points * indicateurs[code].part for code, points in poids.items())
    return min(max(round(total, 4), 0.0), float(maximum))


def questions(lus: list[Echange]) -> tuple[int, int]:
    """How many open and closed questions were asked in the discovery."""
    types = [echange.note.type for echange in lus if echange.phase == DECOUVERTE]
    return types.count(OUVERTE), types.count(FERMEE)


def apprises(lus: list[Echange]) -> frozenset[str]:
    """All that the client told."""
    return frozenset().union(*(echange.apprises for echange in lus))


def _couverture(lus: list[Echange], verite: Verite) -> Indicateur:
    sues, seuils = apprises(lus), verite.seuils.couverture
    total = sum(information.poids for information in verite.informations)
    taux = sum(i.poids for i in verite.informations if i.id in sues) / total
    part = 1.0 if taux >= seuils.plein else 0.0 if taux < seuils.plancher else taux / seuils.plein
    return Indicateur(
        code="I1",
        valeur=taux,
        part=part,
        explication=(
            f"Vous avez obtenu {pourcent(taux, 0)} de ce qui pouvait vous être dit, selon son importance "
            f"({compter(len(sues), 'information')} sur {len(verite.informations)}) ; {pourcent(seuils.plein, 0)} sont "
            "attendus."
        ),
        preuves=tuple(echange.rang for echange in lus if echange.apprises),
        manques=tuple(i.libelle for i in verite.informations if i.id not in sues),
    )


def _questionnement(lus: list[Echange], verite: Verite) -> Indicateur:
    ouvertes, fermees = questions(lus)
    seuils = verite.seuils.questionnement
    posees = ouvertes + fermees
    taux = ouvertes / posees if posees else 0.0
    preuves = tuple(e.rang for e in lus if e.phase == DECOUVERTE and e.note.type in (OUVERTE, FERMEE))
    if not posees:
        return Indicateur("I2", 0.0, 0.0, "Vous n'avez posé aucune question pendant la découverte.")
    if seuils.plein[0] <= taux <= seuils.plein[1]:
        part, avis = 1.0, "l'équilibre est le bon"
    else:
        part = 0.5 if seuils.partiel[0] <= taux <= seuils.partiel[1] else 0.0
        avis = "trop de questions fermées" if taux < seuils.plein[0] else "rien, ou presque, n'a été validé"
    return Indicateur(
        code="I2",
        valeur=taux,
        part=part,
        explication=(
            f"Pendant la découverte : {compter(ouvertes, 'question ouverte', 'questions ouvertes')} et "
            f"{compter(fermees, 'fermée')}, soit {pourcent(taux, 0)} d'ouvertes ; {avis} (attendu : de "
            f"{pourcent(seuils.plein[0], 0)} à {pourcent(seuils.plein[1], 0)})."
        ),
        preuves=preuves,
    )


def _reformulation(lus: list[Echange], verite: Verite) -> Indicateur:
    seuils = verite.seuils.reformulation
    reformulations = [e for e in lus if e.note.type == REFORMULATION]
    proposee = next((e.rang for e in lus if e.note.type == PROPOSITION), math.inf)
    retenues = [e for e in reformulations if len(e.connues) >= seuils.informations and e.rang < proposee]
    if not retenues:
        raison = (
            "Votre reformulation vient trop tôt, ou après une proposition"
            if reformulations
            else "Vous n'avez pas reformulé ce que vous aviez compris"
        )
        explication = f"{raison} ; elle est attendue après {seuils.informations} informations et avant toute solution."
        return Indicateur("I3", 0.0, 0.0, explication, tuple(e.rang for e in reformulations))
    meilleure = max(retenues, key=_faits_exacts)
    faits = _faits_exacts(meilleure)
    part = 1.0 if faits >= seuils.faits else 0.5 if faits >= seuils.faits_partiels else 0.0
    inexact = " (un fait inexact annule un fait exact)" if meilleure.note.inexacts else ""
    return Indicateur(
        code="I3",
        valeur=float(faits),
        part=part,
        explication=(
            f"Votre reformulation reprend {compter(faits, 'fait exact', 'faits exacts')} parmi ceux qui vous ont été "
            f"dits{inexact} ; {seuils.faits} sont attendus."
        ),
        preuves=(meilleure.rang,),
    )


def _faits_exacts(echange: Echange) -> int:
    """Facts taken up that the client had said, less those that are wrong."""
    return max(0, len(echange.connues.intersection(echange.note.faits)) - echange.note.inexacts)


def _besoins_latents(lus: list[Echange], verite: Verite) -> Indicateur:
    sues = apprises(lus)
    trouves = [besoin for besoin in verite.besoins_latents if sues.issuperset(besoin.informations)]
    utiles = {i for besoin in trouves for i in besoin.informations}
    part = len(trouves) / len(verite.besoins_latents)
    return Indicateur(
        code="I4",
        valeur=part,
        part=part,
        explication=(
            f"Vous avez fait apparaître {compter(len(trouves), 'besoin non exprimé', 'besoins non exprimés')} "
            f"sur {len(verite.besoins_latents)}."
        ),
        preuves=tuple(e.rang for e in lus if utiles.intersection(e.apprises)),
        manques=tuple(besoin.libelle for besoin in verite.besoins_latents if besoin not in trouves),
    )


def est_prematuree(echange: Echange, verite: Verite) -> bool:
    """Whether a solution was put forward before the needs were known."""
    trop_tot = len(echange.connues) < verite.seuils.conduite.informations_avant_proposition
    return echange.note.prematuree or (echange.note.type == PROPOSITION and trop_tot)


def _conduite(lus: list[Echange], verite: Verite) -> Indicateur:
    cadres = [e.rang for e in lus if e.note.type == CADRE]
    proposees = [e.rang for e in lus if e.note.type == PROPOSITION]
    hatives = [e.rang for e in lus if est_prematuree(e, verite)]
    datees = [e.rang for e in lus if e.note.type == CONCLUSION and e.note.datee]
    criteres = {
        "cadre annoncé": bool(cadres),
        "solution proposée, et jamais avant la découverte": bool(proposees) and not hatives,
        "suite datée": bool(datees),
    }
    reussis = sum(criteres.values())
    bilan = ", ".join(f"{nom} : {'oui' if oui else 'non'}" for nom, oui in criteres.items())
    return Indicateur(
        code="I5",
        valeur=float(reussis),
        part=reussis / len(criteres),
        explication=f"{bilan[0].upper()}{bilan[1:]}.",
        preuves=tuple(sorted({*cadres, *proposees, *hatives, *datees})),
        manques=tuple(nom for nom, oui in criteres.items() if not oui),
    )


def _conformite(lus: list[Echange], verite: Verite) -> Indicateur:
    rouges = [e for e in lus if e.note.rouge]
    assez_long = len(lus) >= verite.seuils.conduite.echanges
    if rouges:
        nombre = compter(len(rouges), "réplique contraire", "répliques contraires")
        explication = f"{nombre} aux règles de la profession : aucun point ici."
    elif assez_long:
        explication = "Aucune réplique contraire aux règles de la profession."
    else:
        explication = (
            f"L'entretien compte {compter(len(lus), 'échange')} : il en faut {verite.seuils.conduite.echanges} pour en "
            "juger."
        )
    return Indicateur(
        code="I6",
        valeur=float(len(rouges)),
        part=1.0 if assez_long and not rouges else 0.0,
        explication=explication,
        preuves=tuple(e.rang for e in rouges),
        manques=tuple(dict.fromkeys(ROUGES[e.note.rouge] for e in rouges)),
        alerte=len(rouges) >= verite.seuils.conformite.alerte,
    )
