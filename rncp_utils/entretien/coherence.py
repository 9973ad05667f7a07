"""What is wrong between a scenario and its hidden truth: names, phases, a maximum that nobody could reach, leaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rncp_utils.entretien.indicateurs import calculer_indicateurs
from rncp_utils.entretien.modele import SOMMATIF, Scenario
from rncp_utils.entretien.moteur import suivre
from rncp_utils.entretien.verite import (
    CODES,
    CONCLUSION,
    PROPOSITION,
    REFORMULATION,
    Seuils,
    Verite,
)
from rncp_utils.erreurs import ErreurRegle
from rncp_utils.formats import pourcent

# Ids that say nothing: a letter, a number.
OPAQUE = re.compile(r"[a-z][0-9]+")


def fautes_de_la_verite(scenario: Scenario, verite: Verite) -> list[str]:
    """One French sentence a fault."""
    fautes = [*_accord(scenario, verite), *_noms(verite), *_notes(scenario, verite), *_seuils(verite.seuils)]
    if not fautes:
        fautes += _maximum(scenario.model_copy(update={"verite": verite}))
        fautes += _opacite(scenario, verite)
    return [f"vérité : {faute}" for faute in fautes]


def _accord(scenario: Scenario, verite: Verite) -> Iterator[str]:
    lue, attendue = (f"« {s.scenario} » version {s.version}" for s in (verite, scenario))
    if lue != attendue:
        yield f"elle porte sur {lue}, et le scénario est {attendue} ; relisez-la puis accordez-les."
    donnees = {i for note in verite.noeuds.values() for choix in note.choix.values() for i in choix.informations}
    for identifiant in sorted(set(verite.libelles) - donnees):
        yield f"aucun choix ne donne l'information « {identifiant} » ; reliez-la à un choix ou ôtez-la."


def _noms(verite: Verite) -> Iterator[str]:
    connues = set(verite.libelles)
    if len(connues) < len(verite.informations):
        yield "deux informations ont le même identifiant ; donnez à chacune le sien."
    for information in verite.informations:
        if information.theme not in verite.themes:
            yield f"information {information.id} : le thème « {information.theme} » n'est pas dans « themes »."
    for theme in sorted(set(verite.themes) - {i.theme for i in verite.informations}):
        yield f"aucune information ne relève du thème « {theme} » ; ajoutez-en une ou ôtez-le."
    for besoin in verite.besoins_latents:
        for inconnue in sorted(set(besoin.informations) - connues):
            yield f"besoin {besoin.id} : l'information « {inconnue} » est inconnue ; corrigez-la."
    for code in CODES:
        if code not in verite.retours:
            yield f"le retour de l'indicateur {code} manque ; écrivez « acquis » et « a_reprendre »."
    annotes = {f"{noeud}.{choix}" for noeud, note in verite.noeuds.items() for choix in note.choix}
    for piege in verite.pieges:
        for inconnu in sorted(set(piege.choix) - annotes):
            yield f"piège « {piege.libelle} » : le choix « {inconnu} » n'existe pas ; corrigez-le."


def _notes(scenario: Scenario, verite: Verite) -> Iterator[str]:
    """Each node has its phase, each choice its note, and the fields that only some types have stay with them."""
    for inconnu in sorted(set(verite.noeuds) - set(scenario.par_id)):
        yield f"le nœud « {inconnu} » n'est pas dans le scénario ; ôtez-le."
    for noeud in scenario.noeuds:
        if noeud.id not in verite.noeuds:
            yield f"le nœud « {noeud.id} » n'a pas de phase ; ajoutez-le."
            continue
        notes = verite.noeuds[noeud.id].choix
        for manquant in [choix.id for choix in noeud.choix if choix.id not in notes]:
            yield f"le choix « {noeud.id}.{manquant} » n'a pas de type ; ajoutez-le."
        for inconnu in sorted(set(notes) - {choix.id for choix in noeud.choix}):
            yield f"le choix « {noeud.id}.{inconnu} » n'est pas dans le scénario ; ôtez-le."
    for noeud, annote in verite.noeuds.items():
        for choix, note in annote.choix.items():
            for faute in _fautes_de_note(note, set(verite.libelles)):
                yield f"choix {noeud}.{choix} : {faute}"


def _fautes_de_note(note, connues: set[str]) -> Iterator[str]:
    if note.type != REFORMULATION and (note.faits or note.inexacts):
        yield "seule une reformulation a des « faits » ; ôtez-les ou changez le type."
    if note.datee and note.type != CONCLUSION:
        yield "seule une conclusion est « datee » ; ôtez ce champ ou changez le type."
    if note.prematuree and note.type != PROPOSITION:
        yield "seule une proposition est « prematuree » ; ôtez ce champ ou changez le type."
    if note.bloquante and not note.rouge:
        yield "une erreur bloquante est aussi une réplique rouge ; dites laquelle dans « rouge »."
    for inconnue in sorted({*note.informations, *note.faits} - connues):
        yield f"« {inconnue} » n'est pas une information ; corrigez-la."
    if (note.rouge or note.prematuree or note.signaux) and not note.retour.strip():
        yield "une maladresse s'explique ; écrivez son « retour »."


def _seuils(seuils: Seuils) -> Iterator[str]:
    bornes = [
        ("couverture", [seuils.couverture.plancher, seuils.couverture.plein]),
        (
            "questionnement",
            [
                seuils.questionnement.partiel[0],
                *seuils.questionnement.plein,
                seuils.questionnement.partiel[1],
            ],
        ),
        ("reformulation", [seuils.reformulation.faits_partiels, seuils.reformulation.faits]),
    ]
    for nom, suite in bornes:
        if any(avant > apres for avant, apres in pairwise(suite)):
            yield f"seuils de {nom} : ils ne vont pas en croissant ; remettez-les dans l'ordre."


def _maximum(scenario: Scenario) -> Iterator[str]:
    """The model path can be played to its end and gives full marks: the proof that the maximum is within reach."""
    try:
        situation = suivre(scenario, scenario.verite_connue.parcours_modele)
    except ErreurRegle as impossible:
        yield f"parcours modèle : {impossible} ; corrigez-le."
        return
    if scenario.noeud(situation.noeud).choix:
        yield f"parcours modèle : il s'arrête à « {situation.noeud} », qui n'est pas une fin ; complétez-le."
    for indicateur in calculer_indicateurs(situation, scenario).values():
        if indicateur.part < 1:
            yield (
                f"parcours modèle : {indicateur.code} n'y obtient que {pourcent(indicateur.part, 0)} de ses points "
                f"({indicateur.explication.rstrip('.')}) ; complétez le parcours, ou le maximum est hors d'atteinte."
            )


def _opacite(scenario: Scenario, verite: Verite) -> Iterator[str]:
    """Of a graded scenario: what its public half would tell of the hidden one to somebody who opens the file."""
    if scenario.usage != SOMMATIF:
        return
    reperes = {repere for noeud in scenario.noeuds for choix in noeud.choix for repere in choix.reperes}
    for repere in sorted(repere for repere in reperes if not OPAQUE.fullmatch(repere)):
        yield f"le repère « {repere} » en dit trop à l'apprenant ; écrivez par exemple « r7 »."
    rouges: dict[int, list[bool]] = {}
    for noeud in scenario.noeuds:
        for choix in noeud.choix:
            note = verite.annotation(noeud.id, choix.id)
            rouges.setdefault(choix.confiance, []).append(note.rouge is not None)
    for effet in sorted(effet for effet, lus in rouges.items() if all(lus)):
        yield (
            f"toutes les répliques d'effet {effet:+d} sur la confiance sont rouges, ce qui les désigne ; "
            "donnez cet effet à une réplique permise, ou un autre à celles-là."
        )
    premiers = {f"{noeud.id}.{noeud.choix[0].id}" for noeud in scenario.noeuds if noeud.choix}
    if premiers.issuperset(verite.parcours_modele):
        yield "le premier choix est toujours le meilleur ; mélangez l'ordre des choix."
