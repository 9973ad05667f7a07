"""TVA à payer mois par mois : régimes mensuel, trimestriel et simplifié, crédit reporté."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rncp_utils.credit.projet.mois import mois_civils, part
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.monnaie import centimes
from rncp_utils.parametres import parametre

MENSUEL, TRIMESTRIEL, SIMPLIFIE = REGIMES = ("mensuel", "trimestriel", "simplifie")
EXIGIBILITES = ("debits", "encaissements")
_PARAMETRES = "tva.simplifie"
JANVIER, MAI, JUILLET, DECEMBRE = 1, 5, 7, 12


@dataclass(frozen=True)
class Depart:
    """What a project begins with: first month (1 to 12), its year (0 if it has no date), VAT of the year before.

    ``tva_n1`` is in cents, -1 for a business that begins.
    """

    mois: np.ndarray
    annee: np.ndarray
    tva_n1: np.ndarray

    def parmi(self, ou: np.ndarray) -> Depart:
        return Depart(self.mois[ou], self.annee[ou], self.tva_n1[ou])


def tva_payee(
    due: np.ndarray, immobilisations: np.ndarray, regimes: np.ndarray, depart: Depart
) -> tuple[np.ndarray, np.ndarray]:
    """VAT paid and credit carried forward, month by month, (months, projects) of cents.

    ``due`` is collected less deducted, ``immobilisations`` the part deducted on fixed assets.

    Raises
    ------
    ErreurParametre
        Simplified system in a year when it does not exist any more.
    """
    declaree = np.zeros_like(due)
    for regime in (MENSUEL, TRIMESTRIEL, SIMPLIFIE):
        ou = np.flatnonzero(regimes == regime)
        if ou.size:
            declaree[:, ou] = _declaree(regime, due[:, ou], immobilisations[:, ou], depart.parmi(ou))
    return _apurer(declaree)


def _declaree(regime: str, due: np.ndarray, immobilisations: np.ndarray, depart: Depart) -> np.ndarray:
    """VAT declared in the month when it is to be paid; negative, it is a credit."""
    if regime == SIMPLIFIE:
        return _simplifie(due, due + immobilisations, depart)
    civils = mois_civils(depart.mois, len(due))
    fermes = (civils % 3 == 0) if regime == TRIMESTRIEL else np.ones_like(civils, dtype=bool)
    declaree = np.zeros_like(due)
    cumul = np.zeros_like(due[0])
    for mois in range(1, len(due)):
        cumul = cumul + due[mois - 1]
        declaree[mois] = np.where(fermes[mois - 1], cumul, 0)
        cumul = np.where(fermes[mois - 1], 0, cumul)
    return declaree


def _simplifie(due: np.ndarray, due_hors_immobilisations: np.ndarray, depart: Depart) -> np.ndarray:
    """Advances in July and December, balance in May of the next year, by civil years."""
    if (depart.annee == 0).any():
        raise ErreurDonnees("Le régime simplifié se calcule par année civile : donnez la date de début (date_debut).")
    civils = mois_civils(depart.mois, len(due))
    creation = depart.tva_n1 < 0
    reference = np.maximum(depart.tva_n1, 0)
    zero = np.zeros_like(due[0])
    annee = depart.annee.copy()
    taux = _taux(annee)
    cumul, base, acomptes, solde, semestre = zero, zero, zero, zero, zero
    declaree = np.zeros_like(due)
    for mois, civil in enumerate(civils):
        rentree = (civil == JANVIER) & (mois > 0)
        if rentree.any():
            annee = annee + rentree
            taux = _taux(annee)
            solde = np.where(rentree, cumul - acomptes, solde)
            reference = np.where(rentree, np.maximum(base, 0), reference)
            creation = creation & ~rentree
            cumul, base, acomptes, semestre = (np.where(rentree, 0, v) for v in (cumul, base, acomptes, semestre))
        acompte = zero
        for quand, nom in ((JUILLET, "acompte_juillet"), (DECEMBRE, "acompte_decembre")):
            normal = np.where(reference < taux["dispense_acomptes"], 0, part(reference, taux[nom]))
            premier = part(np.maximum(base - semestre, 0), taux["acompte_creation"])
            acompte = np.where(civil == quand, np.where(creation, premier, normal), acompte)
        semestre = np.where(civil == JUILLET, base, semestre)
        declaree[mois] = acompte + np.where(civil == MAI, solde, 0)
        solde = np.where(civil == MAI, 0, solde)
        acomptes = acomptes + acompte
        cumul, base = cumul + due[mois], base + due_hors_immobilisations[mois]
    return declaree


def _taux(annees: np.ndarray) -> dict[str, np.ndarray]:
    """Rates and threshold (cents) of the year of each project."""
    noms = ("acompte_juillet", "acompte_decembre", "acompte_creation", "dispense_acomptes")
    distinctes, rangs = np.unique(annees, return_inverse=True)
    jours = [f"{annee}-01-01" for annee in distinctes]
    lus = {nom: np.asarray(parametre(f"{_PARAMETRES}.{nom}", jours), dtype="float64")[rangs] for nom in noms}
    lus["dispense_acomptes"] = centimes(lus["dispense_acomptes"])
    return lus


def _apurer(declaree: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is paid once the credit carried forward is used, and what is left of it."""
    payee, reporte = np.zeros_like(declaree), np.zeros_like(declaree)
    credit = np.zeros_like(declaree[0])
    for mois, montant in enumerate(declaree):
        net = montant - credit
        payee[mois], credit = np.maximum(net, 0), np.maximum(-net, 0)
        reporte[mois] = credit
    return payee, reporte
