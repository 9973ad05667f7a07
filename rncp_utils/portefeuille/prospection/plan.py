"""What the learner decides of an action, read from the answers of a form."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import formater_nombre, lire_nombre
from rncp_utils.portefeuille.ciblage import SECTIONS
from rncp_utils.portefeuille.prospection.reglage import CHOIX, options, regles
from rncp_utils.typographie import enumerer

SECTEURS_MAX = 3
OBJECTIFS = {"rdv": "rendez-vous", "offres": "offres", "ouvertures": "ouvertures"}


@dataclass(frozen=True)
class Plan:
    """Plan d'une action de prospection.

    Attributes
    ----------
    secteurs : tuple of str
        Sections visées, une à trois.
    choix : dict
        Par champ de :data:`CHOIX`, l'identifiant de l'option retenue.
    nombre : int
        Prospects à contacter, au plus.
    objectifs : dict
        ``rdv``, ``offres``, ``ouvertures`` visés.
    budget : float
        Euros, temps compris.
    """

    secteurs: tuple[str, ...]
    choix: Mapping[str, str]
    nombre: int
    objectifs: Mapping[str, int]
    budget: float

    def option(self, champ: str) -> dict[str, Any]:
        """Ce que les règles disent de l'option retenue."""
        return options(champ)[self.choix[champ]]

    @property
    def debut(self) -> dt.date:
        """Premier jour de l'action."""
        return self.option("debut")["date"]

    @property
    def fin(self) -> dt.date:
        """Dernier jour de l'action, un vendredi."""
        return self.debut + dt.timedelta(weeks=regles()["semaines"]) - dt.timedelta(days=3)


def lire_plan(reponses: Mapping[str, Any]) -> Plan:
    """Plan que donnent les réponses d'un formulaire.

    Parameters
    ----------
    reponses : dict
        Par champ, ce que le formulaire enregistre : une option, une liste d'options (``secteurs``), un nombre tel qu'il
        est tapé (``nombre``, ``budget``), les cases d'un tableau (``objectifs``).

    Raises
    ------
    ErreurDonnees
        Champ sans réponse, option inconnue, nombre hors des bornes, fichier que l'agence ne peut pas utiliser.
    """
    vides = [nom for champ, nom in CHOIX.items() if reponses.get(champ) not in list(options(champ))]
    secteurs = reponses.get("secteurs")
    secteurs = tuple(s for s in SECTIONS if s in secteurs) if isinstance(secteurs, list) else ()
    vides += [] if secteurs else ["les secteurs"]
    if vides:
        raise ErreurDonnees(f"Il manque {enumerer(vides)} : répondez dans le formulaire, puis affichez de nouveau.")
    if len(secteurs) > SECTEURS_MAX:
        raise ErreurDonnees(
            f"Vous avez coché {len(secteurs)} secteurs : une action en vise {SECTEURS_MAX} au plus, sinon ce n'est "
            "plus une cible."
        )
    choix = {champ: str(reponses[champ]) for champ in CHOIX}
    if refus := options("fichier")[choix["fichier"]].get("refus"):
        raise ErreurDonnees(f"L'action n'est pas autorisée. {refus}")
    taille = regles()["taille"]
    return Plan(
        secteurs=secteurs,
        choix=choix,
        nombre=_entier(reponses.get("nombre"), "le nombre de prospects", taille["minimum"], taille["maximum"]),
        objectifs=_objectifs(reponses.get("objectifs")),
        budget=float(_nombre(reponses.get("budget"), "le budget", 0, 100_000)),
    )


def ecrire_plan(reponses: Mapping[str, Any]) -> str:
    """Réponses d'un plan, telles qu'elles sont gelées au lancement."""
    return json.dumps(dict(reponses), ensure_ascii=False, sort_keys=True)


def relire_plan(texte: object) -> Plan | None:
    """Plan gelé ; None si le texte n'en est pas un : l'action n'a pas été lancée, ou le fichier a été modifié."""
    try:
        reponses = json.loads(texte) if isinstance(texte, str) else None
        return lire_plan(reponses) if isinstance(reponses, dict) else None
    except (ValueError, RecursionError, ErreurDonnees):
        return None


def _objectifs(cases: object) -> dict[str, int]:
    cases = cases if isinstance(cases, dict) else {}
    plafond = regles()["taille"]["maximum"]
    lus = {
        cle: _entier(cases.get(f"{cle}.nombre"), f"l'objectif de {nom}", 1, plafond) for cle, nom in OBJECTIFS.items()
    }
    if not lus["ouvertures"] <= lus["offres"] <= lus["rdv"]:
        raise ErreurDonnees(
            "Vos objectifs montent d'une étape à l'autre : il faut au moins autant de rendez-vous que d'offres, et "
            "d'offres que d'ouvertures."
        )
    return lus


def _entier(texte: object, nom: str, minimum: int, maximum: int) -> int:
    valeur = _nombre(texte, nom, minimum, maximum)
    if valeur != int(valeur):
        raise ErreurDonnees(f"Pour {nom}, j'ai lu {formater_nombre(valeur, 1)} : écrivez un nombre entier.")
    return int(valeur)


def _nombre(texte: object, nom: str, minimum: int, maximum: int) -> float:
    bornes = f"un nombre de {formater_nombre(minimum)} à {formater_nombre(maximum)}"
    if not isinstance(texte, str) or not texte.strip():
        raise ErreurDonnees(f"Il manque {nom} : écrivez {bornes} dans le formulaire, puis affichez de nouveau.")
    try:
        valeur = float(lire_nombre(texte).valeur)
    except ErreurDonnees:
        raise ErreurDonnees(f"Pour {nom}, je n'ai pas lu de nombre : écrivez {bornes}.") from None
    if not minimum <= valeur <= maximum:
        raise ErreurDonnees(f"Pour {nom}, j'ai lu {formater_nombre(valeur)} : écrivez {bornes}.")
    return valeur
