"""Household, projects and guarantees of a variant, and the cash table of a micro-entrepreneur."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rncp_utils.donnees.fils_rouges.leviers import (
    CENTAINE,
    CINQ,
    MILLIER,
    PAS_MAX,
    PAS_TAUX,
    Leviers,
    arrondir,
)
from rncp_utils.donnees.fils_rouges.modele import DIVIDENDES, PRELEVEMENTS, REVENU_MICRO, Foyer, Projet

_FRAIS = ("plateformes_publicite", "transport")


def tresorerie_micro(annuelles: Mapping[str, Any], leviers: Leviers) -> dict[str, dict[str, int]]:
    """Cash table: purchases follow the margin, fees their own driver."""
    return {
        annee: {
            "encaissements": arrondir(annuelle.encaissements * leviers.activite(annee)),
            "achats": arrondir(annuelle.achats * leviers.activite(annee) * (2 - leviers.de_l_annee("marge", annee))),
            "cfe": arrondir(annuelle.cfe * leviers.facteur("autres", annee)),
        }
        | {
            frais: arrondir(
                getattr(annuelle, frais) * leviers.activite(annee) * leviers.facteur("charges_externes", frais)
            )
            for frais in _FRAIS
        }
        for annee, annuelle in annuelles.items()
    }


def foyer(ecrit: Foyer, leviers: Leviers, verses: Mapping[str, int], apports: Mapping[int, int]) -> dict[str, Any]:
    """Fields that change of a household.

    ``verses`` is what the business pays its owner, by year; ``apports`` gives for each contribution written in the case
    the one of the variant.
    """
    par_l_entreprise = (DIVIDENDES, PRELEVEMENTS, REVENU_MICRO)
    revenus = []
    for revenu in ecrit.revenus:
        part = leviers.facteur("prive", revenu.libelle)
        montants = {
            annee: verses[annee] if revenu.type in par_l_entreprise else arrondir(montant * part, CENTAINE)
            for annee, montant in revenu.montants.items()
        }
        revenus.append(revenu.model_dump(exclude={"montants"}) | {"montants": montants})
    charges = []
    for charge in ecrit.charges:
        part = leviers.facteur("prive", charge.libelle)
        mensualites = {annee: arrondir(montant * part, CINQ) for annee, montant in charge.mensualites.items()}
        charges.append(charge.model_dump(exclude={"mensualites"}) | {"mensualites": mensualites})
    repris = {"revenus": revenus, "charges": charges, "patrimoine": []}
    for bien in ecrit.patrimoine:
        part = leviers.facteur("prive", bien.libelle)
        repris["patrimoine"].append(
            bien.model_dump()
            | {"valeur": arrondir(bien.valeur * part, CENTAINE), "crd": arrondir(bien.crd * part, CENTAINE)}
            # Savings that can be used are what the project counts on.
            | {"mobilisable": apports.get(bien.mobilisable, bien.mobilisable)}
        )
    if ecrit.impot_revenu is not None:
        repris["impot_revenu"] = arrondir(ecrit.impot_revenu * leviers.facteur("prive", "impot"), CENTAINE)
    return ecrit.model_dump(exclude=set(repris)) | repris


def projet(ecrit: Projet, leviers: Leviers) -> dict[str, Any]:
    """A project whose loan is what the needs leave after the contribution."""
    besoins = {
        nature: arrondir(montant * leviers.facteur("projet", nature), CENTAINE)
        for nature, montant in ecrit.besoins.items()
    }
    commun = leviers.facteur("projet", ecrit.objet)
    repris: dict[str, Any] = {"besoins": besoins, "apport": arrondir(ecrit.apport * commun, CENTAINE)}
    if ecrit.pret is not None:
        montant = (
            sum(besoins.values()) - repris["apport"] if besoins else arrondir(ecrit.pret.montant * commun, CENTAINE)
        )
        repris["pret"] = ecrit.pret.model_dump() | {"montant": montant, "taux": _taux(ecrit, leviers)}
    if ecrit.previsionnel is not None:
        prevu = ecrit.previsionnel
        repris["previsionnel"] = prevu.model_dump() | {
            "chiffre_affaires": arrondir(prevu.chiffre_affaires * commun, MILLIER),
            "ebe": arrondir(prevu.ebe * commun, CENTAINE),
            "dotations": arrondir(prevu.dotations * commun, CENTAINE),
        }
    return ecrit.model_dump(exclude=set(repris)) | repris


def _taux(ecrit: Projet, leviers: Leviers) -> float | None:
    if ecrit.pret.taux is None:
        return None
    # Read as it is written, so that a step makes 0.0415 of 0.041 and not its neighbour.
    return float(Fraction(str(ecrit.pret.taux)) + PAS_TAUX * leviers.entier(f"taux|{ecrit.objet}", PAS_MAX))
