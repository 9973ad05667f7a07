"""Interviews and workstations played by the fictive class: well, on average, or badly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from rncp_utils.demonstration.classe import Apprenant, hasard
from rncp_utils.entretien.journal import CELLULE
from rncp_utils.entretien.modele import Choix, Scenario
from rncp_utils.entretien.partie import Partie, ouvrir_partie
from rncp_utils.entretien.verite import Annotation
from rncp_utils.lecon.reponses import chemin_reponses
from rncp_utils.poste.poste import Poste
from rncp_utils.poste.situation import Situation

# Longer than any interview of the course: a scenario that goes round in circles is closed.
REPLIQUES_MAX = 60
# Share of the moments at which somebody who is never at ease leaves the model interview.
ECARTS = 0.75
# Chance of doing well under which a learner no longer sees that a reply breaks a rule.
SANS_REFLEXE = 0.45
# Actions that a careless person forgets; without the others, nothing could follow.
OUBLIABLES = {
    *("lire_document", "consulter", "modifier", "creer_opportunite", "ecarter_opportunite"),
    *("garantie", "informer", "joindre", "lever_condition", "remettre"),
}
# Share of these that somebody who is never at ease forgets; chance under which the typical mistakes are made.
OUBLIS, NEGLIGENCE = 0.55, 0.5


def jouer_entretien(copie: Path, scenario: Scenario, apprenant: Apprenant, devoir: str, reussite: float) -> None:
    """Play the interview of a copy, and write its journal as the notebook would.

    ``scenario`` is read with its hidden truth: whoever is at ease says what the model interview says.
    """
    qui = apprenant.identifiant
    partie = ouvrir_partie(scenario, dossier=copie, devoir=devoir, cellule=CELLULE, apprenant=qui)
    modele = dict(pas.split(".", 1) for pas in scenario.parcours_modele)
    partie.reformuler("Si je vous ai bien compris, je reprends vos mots, puis nous voyons la suite ensemble.")
    for rang in range(REPLIQUES_MAX):
        if partie.terminee:
            break
        partie.dire(_replique(partie, modele, apprenant, devoir, reussite, rang))
    if not partie.situation.clos:
        partie.clore()


def _replique(
    partie: Partie, modele: Mapping[str, str], apprenant: Apprenant, devoir: str, reussite: float, rang: int
) -> str:
    """The reply that the model says here, or another one among those that this learner would dare."""
    offerts = sorted(partie.choix(), key=lambda choix: choix.id)
    noeud = partie.situation.noeud
    bonne = modele.get(noeud)
    tirage = hasard(apprenant.identifiant, devoir, noeud, rang, "réplique")
    if bonne in {choix.id for choix in offerts} and tirage >= ECARTS * (1 - reussite):
        return bonne
    autres = [choix for choix in offerts if choix.id != bonne] or offerts
    if reussite > SANS_REFLEXE:
        autres = [choix for choix in autres if not _annotation(partie, choix).rouge] or autres
    place = hasard(apprenant.identifiant, devoir, noeud, rang, "autre")
    return autres[int(place * len(autres))].id


def _annotation(partie: Partie, choix: Choix) -> Annotation:
    return partie.scenario.verite_connue.annotation(partie.situation.noeud, choix.id)


def retoucher_journal(copie: Path, scenario: Scenario, devoir: str) -> None:
    """Change a reply of the journal as a text editor would, for another one that leads to the same place."""
    chemin = chemin_reponses(copie, devoir, CELLULE)
    contenu = json.loads(chemin.read_text(encoding="utf-8"))
    for evenement in contenu["evenements"]:
        noeud = scenario.par_id.get(evenement["noeud"])
        dit = noeud.choix_de(evenement["choix"]) if noeud else None
        autres = [choix for choix in noeud.choix if choix != dit and choix.vers == dit.vers] if dit else []
        if autres:
            evenement["choix"] = autres[0].id
            break
    chemin.write_text(json.dumps(contenu, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def travailler_au_poste(
    copie: Path,
    une: Situation,
    apprenant: Apprenant,
    devoir: str,
    session: str,
    reussite: float,
    modele: Mapping[str, str],
    fautes: Mapping[str, str],
) -> None:
    """Work at the workstation of a copy; an action that it refuses is in its journal, as for anybody.

    ``modele`` and ``fautes``: rank → action and its data, of the model copy and of the copy of typical mistakes.
    """
    qui = apprenant.identifiant
    poste = Poste.ouvrir(copie, une, devoir=devoir, apprenant=qui, session=session)
    negligent = hasard(qui, devoir, "négligence") * reussite < NEGLIGENCE * (1 - reussite)
    for rang, action in (fautes if negligent else modele).items():
        nom, _, donnees = action.partition(" ")
        oublie = hasard(qui, devoir, rang, "oubli") < OUBLIS * (1 - reussite)
        if not (oublie and nom in OUBLIABLES):
            poste.faire(nom, **json.loads(donnees))
