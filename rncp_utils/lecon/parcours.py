"""Parcours conseillé : ordre des blocs, leçons à faire avant une autre, temps tutoré."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from rncp_utils.erreurs import ErreurListe
from rncp_utils.modeles import Liste, Modele, lire_modele
from rncp_utils.yaml_strict import lire_yaml

if TYPE_CHECKING:
    from rncp_utils.lecon.fiche import Fiche
    from rncp_utils.referentiel import Referentiel

FICHIER = "parcours.yaml"
PRISE_EN_MAIN = "M0"


class Parcours(Modele):
    """Réglages du centre de formation.

    Attributes
    ----------
    ordre
        Codes des modules (« M0 », « B1 »…), du premier au dernier.
    tutore_minutes
        Temps tutoré de chaque bloc, en minutes.
    rythme, raison
        Une phrase chacun, pour l'apprenant : le rythme conseillé, ce qui explique l'ordre.
    """

    ordre: Liste[str] = ()
    tutore_minutes: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    rythme: str = ""
    raison: str = ""

    def rang(self, module: str) -> tuple[int, str]:
        """Place d'un module ; un module que l'ordre ne nomme pas vient après les autres."""
        return (self.ordre.index(module) if module in self.ordre else len(self.ordre), module)

    def place(self, fiche: Fiche) -> tuple[tuple[int, str], str]:
        """Place d'une leçon."""
        return self.rang(module(fiche)), fiche.lecon


def charger_parcours(dossier: Path) -> Parcours:
    """Parcours d'un dossier de cours ; sans fichier, la prise en main puis les blocs dans l'ordre de leurs codes.

    Raises
    ------
    ErreurListe
        Fichier mal formé : toutes ses fautes.
    """
    chemin = Path(dossier) / FICHIER
    if not chemin.exists():
        return Parcours(ordre=(PRISE_EN_MAIN,))
    lu = lire_yaml(chemin, decimaux=False)
    parcours, fautes = lire_modele(Parcours, lu.contenu)
    fautes = [*lu.fautes, *fautes]
    if fautes or parcours is None:
        raise ErreurListe(f"Le parcours « {chemin.name} » est refusé ({len(fautes)} faute(s)) :", fautes)
    return parcours


def module(fiche: Fiche) -> str:
    """« M0 », « B1 »… : module d'une leçon."""
    return fiche.bloc or PRISE_EN_MAIN


def nom_du_module(code: str) -> str:
    """« Prise en main », « Bloc 1 »…"""
    return "Prise en main" if code == PRISE_EN_MAIN else f"Bloc {code[1:]}"


def titres_des_modules(referentiel: Referentiel, parcours: Parcours) -> dict[str, str]:
    """Titre de chaque module, dans l'ordre conseillé : « Bloc 1 : organiser et analyser… »."""
    titres = {bloc.code: f"{nom_du_module(bloc.code)} : {bloc.libelle}" for bloc in referentiel.blocs}
    titres[PRISE_EN_MAIN] = nom_du_module(PRISE_EN_MAIN)
    return {code: titres[code] for code in sorted(titres, key=parcours.rang)}


def ordonner(fiches: Iterable[Fiche], parcours: Parcours) -> list[Fiche]:
    """Leçons dans l'ordre conseillé."""
    return sorted(fiches, key=parcours.place)


def controler_parcours(fiches: Iterable[Fiche], parcours: Parcours) -> list[str]:
    """Ce qui rendrait le parcours impraticable : une phrase par faute, aucune si tout va bien.

    A lesson that asks for another one must exist and come after it in the suggested order; so there is no cycle.
    """
    suite = ordonner(fiches, parcours)
    places: Mapping[str, int] = {fiche.lecon: rang for rang, fiche in enumerate(suite)}
    fautes = []
    for fiche in suite:
        for avant in (*fiche.prerequis, *fiche.conseilles):
            if avant not in places:
                fautes.append(f"La leçon {fiche.lecon} demande {avant}, qui n'existe pas.")
            elif places[avant] >= places[fiche.lecon]:
                fautes.append(f"La leçon {fiche.lecon} demande {avant}, qui vient après elle dans l'ordre conseillé.")
    return fautes
