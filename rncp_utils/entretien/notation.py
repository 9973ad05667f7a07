"""What the hidden test of an interview calls: keys as literals, replay, bounded points."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rncp_utils.entretien.chargement import charger_scenario
from rncp_utils.entretien.indicateurs import baremer, calculer_indicateurs, erreurs_bloquantes
from rncp_utils.entretien.journal import CELLULE, lire_journal
from rncp_utils.entretien.modele import Scenario
from rncp_utils.entretien.moteur import Situation
from rncp_utils.entretien.rejeu import rejouer
from rncp_utils.formats import formater_nombre
from rncp_utils.lecon.identite import apprenant


def cles_entretien(scenario: str | Path, verite: str | Path | None = None) -> dict[str, Any]:
    """Scenario and hidden truth as Python literals, to be put in a hidden test when the assignment is generated.

    The grader then depends on no file of the copy: neither on a scenario that somebody changed, nor on a truth that
    would have had to travel.
    """
    return charger_scenario(scenario, verite=verite).model_dump(mode="json", exclude_defaults=True)


def noter_entretien(
    cles: Mapping[str, Any],
    poids: Mapping[str, float],
    *,
    devoir: str,
    cellule: str = CELLULE,
    dossier: Path | str = ".",
) -> float:
    """Points of an interview, from the choices of its journal played again.

    Prints one French line an indicator and an anomaly (on stdout: nbgrader gives 0 to a cell that wrote on stderr); it
    names nothing that was hidden.

    Parameters
    ----------
    cles
        What :func:`cles_entretien` gives.
    poids
        Points of each indicator that the cell grades, for example ``{"I1": 4, "I2": 3}``.
    dossier
        Folder of the notebook, which holds ``reponses/``.

    Returns
    -------
    float
        Between 0 and ``Σ poids``.
    """
    scenario = Scenario.model_validate(cles)
    indicateurs = calculer_indicateurs(_rejouer(scenario, devoir, cellule, dossier), scenario)
    for code, maximum in poids.items():
        indicateur = indicateurs[code]
        points = formater_nombre(maximum * indicateur.part, 2)
        print(f"{indicateur.nom} : {points} sur {formater_nombre(maximum)}. {indicateur.explication}")
        if indicateur.alerte:
            print("À signaler : un expert métier doit relire cet entretien.")
    return baremer(indicateurs, poids)


def noter_decisions(
    cles: Mapping[str, Any],
    decisions: Mapping[str, Mapping[str, float]],
    *,
    devoir: str,
    titres: Mapping[str, str],
    maximum: float,
    retrait: float = 0.0,
    cellule: str = CELLULE,
    dossier: Path | str = ".",
) -> float:
    """Points of what was decided at some moments of an interview, from the choices of its journal played again.

    Parameters
    ----------
    cles
        What :func:`cles_entretien` gives.
    decisions
        For each graded node, the points of its choices; a choice that is not named is worth nothing.
    titres
        What the learner reads of each graded node; it says nothing of the right choice.
    maximum
        Points of the cell.
    retrait
        Points taken off for each red reply said at one of these nodes.

    Returns
    -------
    float
        Between 0 and ``maximum``.
    """
    scenario = Scenario.model_validate(cles)
    situation = _rejouer(scenario, devoir, cellule, dossier)
    total = 0.0
    for noeud, bareme in decisions.items():
        dits = [tour.choix for tour in situation.tours if tour.noeud == noeud]
        points = max((bareme.get(choix, 0.0) for choix in dits), default=0.0)
        rouges = sum(scenario.verite_connue.annotation(noeud, choix).rouge is not None for choix in dits)
        total += points - retrait * rouges
        lu = formater_nombre(points, 2).removesuffix(",00")
        print(f"{titres[noeud]} : {lu} sur {formater_nombre(max(bareme.values()))}.")
        if retrait and rouges:
            print(f"{titres[noeud]} : réplique contraire aux règles du métier, {formater_nombre(retrait)} de moins.")
    for echange in erreurs_bloquantes(situation, scenario.verite_connue):
        if echange.tour.noeud in decisions:
            print(
                f"À signaler : {titres[echange.tour.noeud]}, erreur bloquante possible pour {echange.note.bloquante} ; "
                "un expert métier la confirme ou l'écarte."
            )
    return min(max(round(total, 4), 0.0), float(maximum))


def _rejouer(scenario: Scenario, devoir: str, cellule: str, dossier: Path | str) -> Situation:
    """What the journal of this copy tells, once played again; its anomalies are printed."""
    journal = lire_journal(dossier, devoir, cellule)
    rejeu = rejouer(journal, scenario, devoir=devoir, cellule=cellule, apprenant=apprenant())
    for anomalie in rejeu.anomalies:
        print(f"À signaler : {anomalie.phrase}")
    return rejeu.situation
