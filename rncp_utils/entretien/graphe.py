"""What is wrong with a scenario as a graph: found by walking through every situation that matters.

Two situations at the same node differ, for what follows, only by trust and by the marks on which some condition
depends: there are few of them, so the walk is exact and short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from rncp_utils.entretien.modele import CLORE, Choix, Noeud, Scenario
from rncp_utils.entretien.moteur import appliquer, offerts

CHOIX_MIN, CHOIX_MAX = 3, 5


@dataclass
class Parcours:
    """What a walk through all the situations met."""

    noeuds: set[str] = field(default_factory=set)
    choix: set[tuple[str, str]] = field(default_factory=set)
    repondus: set[tuple[str, str]] = field(default_factory=set)
    sans_sortie: set[tuple[str, str]] = field(default_factory=set)
    moins_offerts: dict[str, int] = field(default_factory=dict)


def fautes_du_graphe(scenario: Scenario) -> list[str]:
    """One French sentence a fault; the walk is made only where names and order allow it."""
    fautes = [*_noms(scenario), *_effectifs(scenario)]
    if fautes:
        return fautes
    if boucle := _boucle(scenario):
        return [f"les nœuds {' → '.join(boucle)} forment une boucle ; un entretien avance toujours, ouvrez une sortie."]
    return list(_fautes_du_parcours(scenario, parcourir(scenario)))


def _noms(scenario: Scenario) -> Iterator[str]:
    """Names given twice, or that name nothing."""
    for noeud in _doubles(noeud.id for noeud in scenario.noeuds):
        yield f"le nœud « {noeud} » est écrit deux fois ; gardez-en un seul."
    if scenario.depart not in scenario.par_id:
        yield f"le départ « {scenario.depart} » n'est pas un nœud ; corrigez-le."
    laisses = {repere for _, choix in _tous(scenario) for repere in choix.reperes}
    for noeud in scenario.noeuds:
        for identifiant in _doubles(choix.id for choix in noeud.choix):
            yield f"nœud {noeud.id} : le choix « {identifiant} » est écrit deux fois ; gardez-en un seul."
    for noeud, choix in _tous(scenario):
        ou = f"choix {noeud.id}.{choix.id}"
        if choix.id == CLORE:
            yield f"{ou} : le nom « {CLORE} » est réservé à la fin de l'entretien ; choisissez-en un autre."
        for sortie in choix.vers:
            if sortie.noeud not in scenario.par_id:
                yield f"{ou} : le nœud « {sortie.noeud} » n'existe pas ; corrigez « vers »."
        if choix.seuil and not choix.reticence.strip():
            yield f"{ou} : le seuil {choix.seuil} demande une « reticence », ce que le client dit alors ; écrivez-la."
        for condition in (choix.si, *(sortie.si for sortie in choix.vers)):
            for inconnu in sorted({*condition.connait, *condition.ignore} - laisses):
                yield f"{ou} : aucun choix ne laisse le repère « {inconnu} » de sa condition ; corrigez-la."
    for repere in sorted(laisses - set(_regardes(scenario))):
        yield f"le repère « {repere} » ne sert à aucune condition ; ôtez-le."


def _effectifs(scenario: Scenario) -> Iterator[str]:
    for noeud in scenario.noeuds:
        if noeud.choix and not CHOIX_MIN <= len(noeud.choix) <= CHOIX_MAX:
            combien = f"{CHOIX_MIN} à {CHOIX_MAX}, ou aucun si c'est une fin"
            yield f"nœud {noeud.id} : il a {len(noeud.choix)} choix ; donnez-en {combien}."


def _fautes_du_parcours(scenario: Scenario, parcours: Parcours) -> Iterator[str]:
    for noeud in scenario.noeuds:
        if noeud.id not in parcours.noeuds:
            yield f"nœud {noeud.id} : aucun parcours n'y mène ; reliez-le ou ôtez-le."
        elif parcours.moins_offerts.get(noeud.id, CHOIX_MIN) < CHOIX_MIN:
            yield (
                f"nœud {noeud.id} : il peut n'offrir que {parcours.moins_offerts[noeud.id]} choix ; "
                f"laissez-en {CHOIX_MIN} sans condition."
            )
    for noeud, choix in _tous(scenario):
        ou = f"choix {noeud.id}.{choix.id}"
        if noeud.id in parcours.noeuds and (noeud.id, choix.id) not in parcours.choix:
            yield f"{ou} : aucun parcours ne le propose ; revoyez sa condition."
        elif noeud.id in parcours.noeuds and (noeud.id, choix.id) not in parcours.repondus:
            yield f"{ou} : aucun parcours n'atteint son seuil de confiance ; abaissez-le."
        if (noeud.id, choix.id) in parcours.sans_sortie:
            yield f"{ou} : il peut ne mener nulle part ; finissez « vers » par une sortie sans condition."


def parcourir(scenario: Scenario) -> Parcours:
    """Walk through every situation, told apart by what conditions look at."""
    regardes = _regardes_ensuite(scenario)
    parcours = Parcours()
    depart = (scenario.depart, scenario.confiance_depart, frozenset())
    vues, a_voir = {depart}, [depart]
    while a_voir:
        nom, confiance, reperes = a_voir.pop()
        noeud = scenario.noeud(nom)
        parcours.noeuds.add(nom)
        possibles = offerts(noeud, confiance, reperes)
        if noeud.choix:
            parcours.moins_offerts[nom] = min(len(possibles), parcours.moins_offerts.get(nom, len(possibles)))
        for choix in possibles:
            parcours.choix.add((nom, choix.id))
            if confiance >= choix.seuil:
                parcours.repondus.add((nom, choix.id))
            ensuite, laisses, vers = appliquer(choix, confiance, reperes)
            if vers is None:
                parcours.sans_sortie.add((nom, choix.id))
            elif (suivante := (vers, ensuite, laisses & regardes[vers])) not in vues:
                vues.add(suivante)
                a_voir.append(suivante)
    return parcours


def _regardes(scenario: Scenario) -> Iterator[str]:
    """Marks on which a condition depends."""
    for _, choix in _tous(scenario):
        for condition in (choix.si, *(sortie.si for sortie in choix.vers)):
            yield from condition.connait
            yield from condition.ignore


def _regardes_ensuite(scenario: Scenario) -> dict[str, frozenset[str]]:
    """For each node, marks on which something still depends from there on: the others tell no situation apart."""
    suivants = {noeud.id: [sortie.noeud for choix in noeud.choix for sortie in choix.vers] for noeud in scenario.noeuds}
    regardes: dict[str, frozenset[str]] = {}
    for nom in TopologicalSorter(suivants).static_order():
        ici = {
            repere
            for choix in scenario.noeud(nom).choix
            for condition in (choix.si, *(sortie.si for sortie in choix.vers))
            for repere in (*condition.connait, *condition.ignore)
        }
        regardes[nom] = frozenset(ici).union(*(regardes[suivant] for suivant in suivants[nom]))
    return regardes


def _boucle(scenario: Scenario) -> list[str]:
    """Nodes that lead back to themselves, in order; empty when the conversation can only go forward."""
    suivants = {noeud.id: [sortie.noeud for choix in noeud.choix for sortie in choix.vers] for noeud in scenario.noeuds}
    try:
        TopologicalSorter(suivants).prepare()
    except CycleError as erreur:
        # The sorter reads our successors as predecessors.
        return erreur.args[1][::-1]
    return []


def _tous(scenario: Scenario) -> Iterator[tuple[Noeud, Choix]]:
    return ((noeud, choix) for noeud in scenario.noeuds for choix in noeud.choix)


def _doubles(noms: Iterable[str]) -> list[str]:
    return [nom for nom, fois in Counter(noms).items() if fois > 1]
