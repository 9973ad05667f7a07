"""Cash table of a micro-entrepreneur: what a balance sheet would have told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rncp_utils.parametres import parametre


@dataclass(frozen=True)
class TresorerieMicro:
    """Trésorerie annuelle d'un micro-entrepreneur qui vend des marchandises, en euros.

    Attributes
    ----------
    date_cloture : date
        31 décembre de l'année.
    encaissements : int
        Ventes encaissées, hors taxes.
    achats, plateformes_publicite, transport, cfe : int
        Décaissements, positifs.

    >>> TresorerieMicro(dt.date(2024, 12, 31), 112_600, 58_500, 17_900, 11_200, 450).revenu_disponible
    10700
    """

    date_cloture: dt.date
    encaissements: int
    achats: int
    plateformes_publicite: int
    transport: int
    cfe: int

    @property
    def cotisations(self) -> int:
        """Cotisations sociales : taux de la vente (``micro.cotisations.ventes``) × encaissements, à l'euro."""
        return self._part("micro.cotisations.ventes")

    @property
    def revenu_disponible(self) -> int:
        """Ce qui reste après les achats, les frais, les cotisations et la CFE, en euros."""
        frais = self.plateformes_publicite + self.transport + self.cfe
        return self.encaissements - self.achats - frais - self.cotisations

    @property
    def benefice_forfaitaire(self) -> int:
        """Bénéfice fiscal : encaissements moins l'abattement (``micro.abattement.ventes``), à l'euro."""
        return self.encaissements - self._part("micro.abattement.ventes")

    @property
    def taux_de_marge(self) -> float:
        """(encaissements - achats) / encaissements, fraction."""
        return (self.encaissements - self.achats) / self.encaissements

    def _part(self, nom: str) -> int:
        part = Decimal(str(parametre(nom, self.date_cloture))) * self.encaissements
        return int(part.quantize(Decimal(1), ROUND_HALF_UP))
