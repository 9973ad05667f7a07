"""What is planted for one learner: which fields are missing, wrong or old, which needs are real, which piece fails.

A file of ``situations/tirages/`` holds, for a situation, sets of facts that replace those of the course: one set an
axis is drawn, then the state of the profile. Names of sets are letters: a situation tells facts, never what is expected
of them. The same learner, assignment and session give the same facts on every machine.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

# Axis under which the name of the field that a document contradicts is kept.
DEMENTI = "profil"
_VIDES_PAR_LISTE = 2
# Days of update of what is old: the one that is wrong, and one that is right all the same.
_ANCIEN_FAUX, _ANCIEN_JUSTE = dt.date(2025, 3, 11), dt.date(2025, 2, 24)
_RECENT = dt.date(2026, 9, 2)

Brut = dict[str, Any]
# A number between 0 and a bound (excluded), for a name.
Tirer = Callable[[str, int], int]


def varier(brut: Mapping[str, Any], tirage: Mapping[str, Any], qui: Sequence[str]) -> tuple[Brut, dict[str, str]]:
    """A situation's file with the facts of a learner, and the set that was drawn on each axis.

    Parameters
    ----------
    brut, tirage
        The file of the situation, and the one of its sets of facts; both left as they are.
    qui
        Learner, assignment, session.
    """
    apprenant, devoir, session = qui
    tirer = _tireur(session, devoir, apprenant, brut["cas"])
    varie = copy.deepcopy(dict(brut))
    tires = {axe: sorted(jeux)[tirer(axe, len(jeux))] for axe, jeux in tirage["axes"].items()}
    profil = copy.deepcopy(tirage["profil"])
    for faits in (tirage, *(tirage["axes"][axe][nom] for axe, nom in tires.items())):
        _poser(varie, faits)
        profil["vrais"] |= faits.get("vrais", {})
        profil.setdefault("jamais_vide", []).extend(faits.get("jamais_vide", ()))
    tires[DEMENTI] = _poser_le_profil(varie["profil"], profil, tirer)
    return varie, tires


def _tireur(session: str, devoir: str, apprenant: str, code: str) -> Tirer:
    from rncp_utils.donnees.fils_rouges.leviers import graine

    return lambda nom, borne: int(graine(session, devoir, apprenant, f"{code} {nom}"), 16) % borne


def _poser(brut: Brut, faits: Mapping[str, Any]) -> None:
    """Put a set of facts on a situation's file, in place."""
    brut["montants"] = brut.get("montants", {}) | faits.get("montants", {})
    for nom, nouveau in faits.get("documents", {}).items():
        brut["documents"][nom] = _document(brut["documents"].get(nom), nouveau)
    brut["documents"] = {nom: document for nom, document in brut["documents"].items() if document is not None}
    if "opportunite" in faits:
        brut["opportunite"] = faits["opportunite"]
    if "engagement_seul" in faits:
        brut["engagement"] = [x for x in brut["engagement"] if x["nature"] in faits["engagement_seul"]]
    brut["engagement"] = [*brut["engagement"], *faits.get("engagement", ())]
    compte = brut["comptes"][0]
    bannis = faits.get("sans_mouvement", ())
    gardes = [x for x in compte["mouvements"] if not any(mot in x[1] for mot in bannis)]
    compte["mouvements"] = [*gardes, *faits.get("mouvements", ())]


def _document(ancien: Mapping[str, Any] | None, nouveau: Mapping[str, Any] | None) -> Brut | None:
    """A document as it is replaced; lines written as a mapping replace or add those of the same label."""
    if nouveau is None:
        return None
    lignes = nouveau.get("lignes", (ancien or {}).get("lignes"))
    if isinstance(lignes, Mapping):
        reunies = dict(ancien["lignes"]) | lignes
        lignes = [[libelle, texte] for libelle, texte in reunies.items() if texte is not None]
    return {**(ancien or {}), **nouveau, "lignes": lignes}


def _poser_le_profil(champs: Brut, profil: Mapping[str, Any], tirer: Tirer) -> str:
    """Empty four fields, make one wrong and another one old, in place; name of the wrong one.

    Half of the empty ones are among those that a lesson showed (``connus``), half of them elsewhere.
    """
    for nom, valeur in profil["vrais"].items():
        champs[nom] = [valeur, _RECENT]
    champs["ca"] = ["=ca", _RECENT]
    faux = sorted(profil["anciens"])[tirer("dementi", len(profil["anciens"]))]
    ecartes = {faux, *profil["jamais_vide"]}
    vides = [nom for liste in ("connus", "autres") for nom in _choisir(profil[liste], ecartes, tirer)]
    champs[faux] = [profil["anciens"][faux], _ANCIEN_FAUX]
    for nom in vides:
        champs[nom] = [None, None]
    lisibles = sorted({*profil["connus"], *profil["autres"]} - ecartes - set(vides))
    juste = lisibles[tirer("ancien", len(lisibles))]
    champs[juste] = [champs[juste][0], _ANCIEN_JUSTE]
    return faux


def _choisir(noms: Iterable[str], ecartes: set[str], tirer: Tirer) -> list[str]:
    """Two names out of a list, whatever its order."""
    restants = sorted(set(noms) - ecartes)
    return [restants.pop(tirer(f"vide {rang} {restants[0]}", len(restants))) for rang in range(_VIDES_PAR_LISTE)]
