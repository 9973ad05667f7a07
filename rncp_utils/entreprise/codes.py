"""Boxes of the tax forms as data: 2050 to 2053, 2057 and 2058-C (normal), 2033-A and 2033-B (simplifié)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

NORMAL = "RN"
SIMPLIFIE = "RS"
BNC = "BNC"
REGIMES = (NORMAL, SIMPLIFIE, BNC)
# Accounts of the general ledger that no box shows alone, and that the CAF cannot do without.
COMPTES = {
    "c675": "Valeurs comptables des éléments d'actif cédés (compte 675, jusqu'au PCG 2014)",
    "c775": "Produits des cessions d'éléments d'actif (compte 775, jusqu'au PCG 2014)",
    "c777": "Quote-part des subventions d'investissement virée au résultat (compte 777, jusqu'au PCG 2014)",
    "c657": "Valeurs comptables des immobilisations incorporelles et corporelles cédées (compte 657, PCG 2025)",
    "c757": "Produits des cessions d'immobilisations incorporelles et corporelles (compte 757, PCG 2025)",
    "c747": "Quote-part des subventions d'investissement virée au résultat (compte 747, PCG 2025)",
    "c667": "Valeurs comptables des immobilisations financières cédées (compte 667, PCG 2025)",
    "c767": "Produits des cessions d'immobilisations financières (compte 767, PCG 2025)",
}
_FICHIERS = {NORMAL: "normal.csv", SIMPLIFIE: "simplifie.csv"}


@dataclass(frozen=True)
class Poste:
    """One box of a form.

    Attributes
    ----------
    code : str
        Cerfa code; for an asset line, the code of the gross column.
    formulaire : str
        ``2050`` … ``2058-C``, ``2033-A``, ``2033-B``.
    colonne : str
        ``brut`` (assets), ``montant``, ``france`` / ``export`` (details of sales), ``renvoi`` (footnote), ``annexe``.
    amortissement : str
        Code of the depreciation column beside a gross one; empty otherwise.
    famille : str
        Group on the form (``stocks``, ``dettes``, ``charges_exploitation``, ``total``…).
    libelle : str
        French label.
    """

    code: str
    formulaire: str
    colonne: str
    amortissement: str
    famille: str
    libelle: str


@cache
def postes(regime: str = NORMAL) -> dict[str, Poste]:
    """Boxes of a régime by code, in the order of the forms (gross columns; depreciation codes are attributes)."""
    texte = files("rncp_utils.entreprise").joinpath("cerfa", _FICHIERS[regime]).read_text(encoding="utf-8")
    lignes = csv.DictReader(texte.splitlines(), delimiter=";")
    return {ligne["code"]: Poste(**ligne) for ligne in lignes}


@cache
def passage() -> dict[str, str]:
    """Simplified box that each normal code takes, where there is one (sales, 210 to 218, already include exports)."""
    texte = files("rncp_utils.entreprise").joinpath("cerfa", "passage.csv").read_text(encoding="utf-8")
    return {ligne["normal"]: ligne["simplifie"] for ligne in csv.DictReader(texte.splitlines(), delimiter=";")}


@cache
def codes_connus(regime: str = NORMAL) -> frozenset[str]:
    """All codes of a régime, depreciation columns and detail accounts (:data:`COMPTES`) included."""
    liste = postes(regime)
    return (
        frozenset(liste) | frozenset(COMPTES) | {poste.amortissement for poste in liste.values() if poste.amortissement}
    )


@cache
def codes_de(famille: str, regime: str = NORMAL) -> tuple[str, ...]:
    """Gross or amount codes of a family, in the order of the form."""
    return tuple(code for code, poste in postes(regime).items() if poste.famille == famille)


@cache
def amortissements_de(famille: str, regime: str = NORMAL) -> tuple[str, ...]:
    """Depreciation codes of a family of assets."""
    return tuple(
        poste.amortissement for poste in postes(regime).values() if poste.famille == famille and poste.amortissement
    )


def libelle(code: str, regime: str = NORMAL) -> str:
    """French label of a code, depreciation columns and detail accounts included."""
    liste = postes(regime)
    if code in liste:
        return liste[code].libelle
    if code in COMPTES:
        return COMPTES[code]
    return next(f"{p.libelle}, amortissements et dépréciations" for p in liste.values() if p.amortissement == code)
