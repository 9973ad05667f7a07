"""Banque d'un questionnaire : lecture stricte, clés pour la correction, formulaire sans clé pour l'apprenant.

The bank lives in a YAML file beside the source notebook and is never released. This module holds no key: it reads the
file, refuses it with every fault said at once, and derives what the grader and the learner's form need.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.evaluation.calcul import evaluer_calcul
from rncp_utils.evaluation.controles_banque import fautes_identifiants, fautes_item, fautes_strates
from rncp_utils.modeles import lire_modele
from rncp_utils.yaml_strict import lire_yaml

__all__ = ["Banque", "ErreurType", "Item", "OptionItem", "Strate", "charger_banque", "evaluer_calcul", "lire_banque"]

FORMAT_FORMULAIRE = 1


class _Modele(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class OptionItem(_Modele):
    """Une réponse proposée par une question à choix ; ``retour`` dit pourquoi elle convient ou non."""

    id: str
    texte: str
    juste: bool
    retour: str


class ErreurType(_Modele):
    """Une méprise courante d'une question numérique : son calcul et le message qui l'explique."""

    calcul: str
    message: str

    @property
    def valeur(self) -> float:
        """Ce que trouve la personne qui se méprend, dans l'unité de la question, à 6 décimales."""
        return round(evaluer_calcul(self.calcul), 6)


class Item(_Modele):
    """Une question. ``reponse``, ``tolerance`` (absolue) et ``erreurs`` sont dans l'unité de la question."""

    id: str
    version: int = Field(ge=1)
    competence: str
    type: str
    niveau: str
    enonce: str
    unite: str = ""
    reponse: float | None = None
    tolerance: float | None = Field(default=None, ge=0)
    calcul: str | None = None
    erreurs: list[ErreurType] = []
    options: list[OptionItem] = []
    explication: str
    source: str
    revoir_avant: date | None = None
    a_verifier: bool = False
    exclusions: list[str] = []

    def justes(self) -> list[str]:
        """Identifiants des options justes, dans l'ordre de la banque."""
        return [option.id for option in self.options if option.juste]


class Strate(_Modele):
    """Ce que tire une cellule notée : la compétence et le nombre de questions."""

    competence: str
    questions: int = Field(ge=1)


class Banque(_Modele):
    """Toutes les questions d'un questionnaire et les strates où elles sont tirées."""

    devoir: str
    version: int = Field(ge=1)
    points_par_question: int = Field(ge=1)
    strates: dict[str, Strate]
    items: list[Item]

    def items_de(self, cellule: str) -> list[Item]:
        """Questions parmi lesquelles tire une cellule notée, dans l'ordre de la banque."""
        if cellule not in self.strates:
            connues = ", ".join(self.strates)
            raise ErreurDonnees(f"La cellule « {cellule} » est inconnue de la banque ; choisissez parmi : {connues}.")
        return [item for item in self.items if item.competence == self.strates[cellule].competence]

    def cles(self, cellule: str) -> dict[str, Any]:
        """Clés d'une cellule pour la correction, en littéraux Python.

        Returns
        -------
        dict
            ``devoir``, ``cellule``, ``competence``, ``questions`` (number drawn), ``points_par_question``, ``version``
            and ``items``: for each id, ``type``, ``exclusions`` and either ``options`` and ``justes`` (ids) or
            ``reponse``, ``tolerance`` and ``erreurs`` (list of ``valeur``, ``tolerance``, ``message``), all in the
            unit of the question.
        """
        items = self.items_de(cellule)
        return {
            "devoir": self.devoir,
            "cellule": cellule,
            **self.strates[cellule].model_dump(),
            "points_par_question": self.points_par_question,
            "version": self.version,
            "items": {item.id: _cle(item) for item in items},
        }

    def formulaire(self, session: str) -> dict[str, Any]:
        """Contenu de ``questions.json`` : énoncés et options, sans rien qui révèle une clé."""
        return {
            "format": FORMAT_FORMULAIRE,
            "devoir": self.devoir,
            "session": session,
            "strates": {cellule: strate.model_dump() for cellule, strate in self.strates.items()},
            "questions": [_question(item) for item in self.items],
        }


def _cle(item: Item) -> dict[str, Any]:
    commun = {"type": item.type, "exclusions": list(item.exclusions)}
    if item.type != "NUM":
        return {**commun, "options": [option.id for option in item.options], "justes": item.justes()}
    erreurs = [{"valeur": e.valeur, "tolerance": item.tolerance, "message": e.message} for e in item.erreurs]
    return {**commun, "reponse": item.reponse, "tolerance": item.tolerance, "erreurs": erreurs}


def _question(item: Item) -> dict[str, Any]:
    # Written out field by field: a field added to Item stays out of the released form until someone decides otherwise.
    return {
        "id": item.id,
        "competence": item.competence,
        "type": item.type,
        "enonce": item.enonce,
        "unite": item.unite,
        "options": [{"id": option.id, "texte": option.texte} for option in item.options],
        "exclusions": list(item.exclusions),
    }


def charger_banque(chemin: str | Path) -> Banque:
    """Banque lue dans un fichier YAML.

    Raises
    ------
    ErreurDonnees
        Missing or unreadable file.
    ErreurListe
        Malformed bank: every fault, one French sentence each.
    """
    lu = lire_yaml(Path(chemin), decimaux=False)
    return lire_banque(lu.contenu, origine=lu.chemin.name, fautes=lu.fautes)


def lire_banque(donnees: object, *, origine: str = "banque", fautes: Sequence[str] = ()) -> Banque:
    """Banque construite à partir des données lues ; refuse une banque mal formée, toutes fautes dites ensemble."""
    banque, siennes = lire_modele(Banque, donnees)
    fautes = [*fautes, *siennes]
    bruts = _items_bruts(donnees)
    items = banque.items if banque else _items_lisibles(bruts)
    for item in items:
        fautes += [f"Item {item.id} : {faute}" for faute in fautes_item(item)]
    fautes += fautes_identifiants(items, [brut["id"] for brut in bruts if isinstance(brut.get("id"), str)])
    if banque:
        # A stratum is judged only when every item could be read: a missing item would make a false shortage.
        fautes += fautes_strates(banque)
    if banque is None or fautes:
        raise ErreurListe(f"La banque « {origine} » est refusée ({len(fautes)} faute(s)) :", fautes)
    return banque


def _items_bruts(donnees: object) -> list[dict[str, Any]]:
    items = donnees.get("items") if isinstance(donnees, dict) else None
    return [brut for brut in items if isinstance(brut, dict)] if isinstance(items, list) else []


def _items_lisibles(bruts: list[dict[str, Any]]) -> list[Item]:
    # The faults of the others are already said.
    return [item for brut in bruts if (item := lire_modele(Item, brut)[0]) is not None]
