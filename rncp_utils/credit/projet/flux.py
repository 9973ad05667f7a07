"""From what is invoiced to what is paid: the cash of projects, month by month, in whole cents."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rncp_utils.credit.projet.mois import decaler, part, retarder
from rncp_utils.credit.projet.tva import Depart, tva_payee

ENCAISSEMENTS = ("ventes", "apports", "emprunts", "autres_encaissements")
DECAISSEMENTS = (
    "achats",
    "charges",
    "salaires",
    "charges_sociales",
    "investissements",
    "tva",
    "echeances",
    "impots",
    "cotisations",
    "prelevements",
    "autres_decaissements",
)
# What a budget may hold, amounts before VAT; the other amounts bear none.
POSTES = (
    "ventes",
    "achats",
    "charges",
    "salaires",
    "investissements",
    "apports",
    "emprunts",
    "echeances",
    "impots",
    "cotisations",
    "prelevements",
    "autres_encaissements",
    "autres_decaissements",
)


@dataclass(frozen=True)
class Conditions:
    """How each project pays and is paid: one value a project."""

    delai_clients: np.ndarray
    delai_fournisseurs: np.ndarray
    tva_ventes: np.ndarray
    tva_achats: np.ndarray
    tva_charges: np.ndarray
    tva_investissements: np.ndarray
    part_sociale: np.ndarray
    aux_encaissements: np.ndarray
    regime: np.ndarray
    depart: Depart
    tresorerie_initiale: np.ndarray


@dataclass(frozen=True)
class Flux:
    """Cash in and out, (months, projects) of cents, and what is still owed at the end of each month."""

    encaissements: dict[str, np.ndarray]
    decaissements: dict[str, np.ndarray]
    tva: dict[str, np.ndarray]
    tresorerie: np.ndarray
    restes: dict[str, np.ndarray] = field(repr=False)

    @property
    def total_encaissements(self) -> np.ndarray:
        return sum(self.encaissements.values())

    @property
    def total_decaissements(self) -> np.ndarray:
        return sum(self.decaissements.values())


def derouler(budget: dict[str, np.ndarray], c: Conditions) -> Flux:
    """Cash of the projects; ``budget`` holds all of :data:`POSTES`, (months, projects) of cents."""
    tva_ventes = part(budget["ventes"], c.tva_ventes)
    tva_achats = _part_signee(budget["achats"], c.tva_achats)
    tva_charges = part(budget["charges"], c.tva_charges)
    tva_immobilisations = part(budget["investissements"], c.tva_investissements)
    ventes_ht, ventes_tva = decaler(budget["ventes"], c.delai_clients), decaler(tva_ventes, c.delai_clients)
    achats = decaler(budget["achats"] + tva_achats, c.delai_fournisseurs)
    sociales = part(budget["salaires"], c.part_sociale)
    collectee = np.where(c.aux_encaissements, ventes_tva, tva_ventes)
    deductible = tva_achats + tva_charges + tva_immobilisations
    payee, credit = tva_payee(collectee - deductible, tva_immobilisations, c.regime, c.depart)
    encaissements = {"ventes": ventes_ht + ventes_tva} | {nom: budget[nom] for nom in ENCAISSEMENTS[1:]}
    decaissements = {
        "achats": achats,
        "charges": budget["charges"] + tva_charges,
        "salaires": budget["salaires"] - sociales,
        "charges_sociales": retarder(sociales, 1),
        "investissements": budget["investissements"] + tva_immobilisations,
        "tva": payee,
    } | {nom: budget[nom] for nom in DECAISSEMENTS[6:]}
    solde = sum(encaissements.values()) - sum(decaissements.values())
    facture = budget["ventes"] + tva_ventes
    return Flux(
        encaissements,
        decaissements,
        {"tva_collectee": collectee, "tva_deductible": deductible, "credit_tva": credit},
        c.tresorerie_initiale + np.cumsum(solde, axis=0),
        restes={
            "creances_clients": np.cumsum(facture - encaissements["ventes"], axis=0),
            "fournisseurs": np.cumsum(budget["achats"] + tva_achats - achats, axis=0),
            "dettes_sociales": np.cumsum(sociales - decaissements["charges_sociales"], axis=0),
            # VAT invoiced is owed even where it only falls due once cashed.
            "dette_tva": np.cumsum(tva_ventes - deductible - payee, axis=0),
        },
    )


def _part_signee(centimes: np.ndarray, taux: np.ndarray) -> np.ndarray:
    """A drop of the stock may make the purchases of a month negative."""
    return np.sign(centimes) * part(np.abs(centimes), taux)
