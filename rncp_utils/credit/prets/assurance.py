"""Assurance emprunteur : ce que coûte une prime, sur le capital initial ou sur le capital restant dû."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from rncp_utils.credit.prets.arrondi import produit_exact
from rncp_utils.credit.prets.contrats import Contrats
from rncp_utils.erreurs import ErreurDonnees

CAPITAL_INITIAL, CRD = "capital_initial", "crd"
ASSIETTES = {CAPITAL_INITIAL: False, CRD: True}
PERIODICITES = (12, 4, 2, 1)


@dataclass(frozen=True)
class Assurance:
    """Assurance d'un prêt. Convention de cours.

    Prime = arrondi au centime de ``assiette × taux × quotite / periodicite``.

    Attributes
    ----------
    taux : float
        Taux annuel, fraction (0.0036 pour 0,36 %).
    assiette : {"capital_initial", "crd"}
        Prime constante sur le capital emprunté, ou décroissante sur le capital restant dû en début de période.
    quotite : float
        Part du capital assurée, de 0 exclu à 1. Pour plusieurs têtes, additionnez ``taux × quotite``.
    periodicite : {12, 4, 2, 1}, optional
        Primes par an ; par défaut autant que d'échéances.

    Raises
    ------
    ErreurDonnees
        Taux hors de 0 à 1, quotité hors de 0 à 1, assiette ou périodicité inconnue.

    >>> Assurance(0.0036).assiette
    'capital_initial'
    """

    taux: float
    assiette: str = CAPITAL_INITIAL
    quotite: float = 1.0
    periodicite: int | None = None

    def __post_init__(self) -> None:
        for nom, valeur in (("taux", self.taux), ("quotite", self.quotite)):
            if isinstance(valeur, str | bool) or not math.isfinite(valeur):
                raise ErreurDonnees(f"Assurance : {nom} vaut « {valeur} », un nombre est attendu.")
        if not 0 <= self.taux <= 1:
            raise ErreurDonnees(f"Assurance : taux vaut {self.taux}, taux attendu en fraction (0,0036 pour 0,36 %).")
        if not 0 < self.quotite <= 1:
            raise ErreurDonnees(
                f"Assurance : quotité {self.quotite}, attendue de 0 exclu à 1 ; pour plusieurs têtes, additionnez "
                "leurs taux multipliés par leur quotité."
            )
        if self.assiette not in ASSIETTES:
            raise ErreurDonnees(f"Assurance : assiette « {self.assiette} » inconnue, attendu {', '.join(ASSIETTES)}.")
        if self.periodicite is not None and self.periodicite not in PERIODICITES:
            raise ErreurDonnees(f"Assurance : périodicité {self.periodicite}, attendu 12, 4, 2 ou 1 primes par an.")

    def colonnes(self) -> dict[str, Any]:
        """The columns that say the same in a table of loans."""
        return {
            "assurance_taux": self.taux,
            "assurance_assiette": self.assiette,
            "assurance_quotite": self.quotite,
            "assurance_periodicite": self.periodicite,
        }


def primes(c: Contrats, crd_debut: np.ndarray) -> np.ndarray | None:
    """Premiums in cents, (ranks + 1, loans), none at rank 0; None where no loan is insured.

    ``crd_debut``: what is owed at the beginning of each period, same shape, first row not read.
    """
    if not c.prime_numerateur.any():
        return None
    montants = np.zeros_like(crd_debut)
    montants[1:] = produit_exact(c.capital, c.prime_numerateur, c.prime_denominateur)
    sur_crd = np.flatnonzero(c.prime_sur_crd)
    if sur_crd.size:
        assiette = np.maximum(crd_debut[1:, sur_crd], 0)
        montants[1:, sur_crd] = produit_exact(assiette, c.prime_numerateur[sur_crd], c.prime_denominateur[sur_crd])
    if (c.primes_par_echeance > 1).any():
        montants *= c.primes_par_echeance
    if (c.echeances_par_prime > 1).any():
        rangs = np.arange(len(montants))[:, None]
        montants[(rangs - 1) % c.echeances_par_prime != 0] = 0
    return montants
