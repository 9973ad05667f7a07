"""What each case tells, and every variant of it must tell too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from rncp_utils.donnees.fils_rouges.modele import ANNEES
from rncp_utils.donnees.fils_rouges.objets import Cas
from rncp_utils.entreprise import bilan_fonctionnel, sig
from rncp_utils.parametres import parametre

# The year whose threshold the story of the micro-entrepreneur is told with.
SEUIL_DE_FRANCHISE = dt.date(2025, 1, 1)


@dataclass(frozen=True)
class Mesures:
    """Balances of the three years of a case; each attribute lists N-2, N-1 and N."""

    cas: Cas
    soldes: pd.DataFrame
    bilans: pd.DataFrame

    @classmethod
    def du_cas(cls, cas: Cas) -> Mesures:
        """Measured by the engines, on the three forms at once."""
        table = cas.table()
        return cls(cas, sig(table), bilan_fonctionnel(table, bz_hors_exploitation=0))

    def solde(self, nom: str) -> list[float]:
        """A balance of the income statement or of the functional balance sheet."""
        return (self.soldes if nom in self.soldes else self.bilans)[nom].tolist()

    def case(self, code: str) -> list[float]:
        """A box of the form."""
        return [self.cas.exercices[annee].get(code) for annee in ANNEES]

    def part(self, haut: list[float], bas: list[float]) -> list[float]:
        """Year by year, the first as a share of the second."""
        return [a / b for a, b in zip(haut, bas, strict=True)]

    @property
    def tresorerie(self) -> list[float]:
        """Net cash."""
        return self.solde("tresorerie_nette")

    @property
    def caf(self) -> list[float]:
        """Result and depreciation: the cases have no other charge without payment, but for one sale of assets."""
        cessions = [a - b for a, b in zip(self.case("c675"), self.case("c775"), strict=True)]
        return [sum(x) for x in zip(self.solde("resultat_net"), self.case("GA"), cessions, strict=True)]

    @property
    def autorisation(self) -> int:
        """Authorised overdraft of the current account."""
        return max(compte.autorisation for compte in self.cas.comptes)


def monte(suite: list[float]) -> bool:
    """Whether each year is above the one before."""
    return all(avant < apres for avant, apres in pairwise(suite))


def baisse(suite: list[float]) -> bool:
    """Whether each year is below the one before."""
    return monte([-x for x in suite])


def _boulangerie(m: Mesures) -> bool:
    reste = m.caf[-1] - m.cas.mouvements["N"].dividendes
    return (
        monte(m.solde("chiffre_affaires"))
        and min(m.tresorerie) > 0
        and max(m.solde("bfr")) < 0
        # What the family leaves covers the present debt.
        and reste > m.case("VK")[-1]
    )


def _restaurant(m: Mesures) -> bool:
    capital, propres = m.case("DA"), m.case("DL")
    return (
        baisse(m.solde("chiffre_affaires"))
        and baisse(m.solde("ebe"))
        and m.solde("ebe")[-1] < 0 < m.solde("ebe")[1]
        and baisse(m.tresorerie)
        and m.tresorerie[1] > 0
        and m.cas.comptes[0].soldes["N"] < -m.autorisation
        and propres[-1] < capital[-1] / 2 < propres[1]
        and max(m.solde("bfr")) < 0
    )


def _kinesitherapeute(m: Mesures) -> bool:
    return monte(m.solde("chiffre_affaires")) and monte(m.solde("resultat_net")) and min(m.tresorerie) > 0


def _garage(m: Mesures) -> bool:
    rotation = m.part(m.case("BT"), [a + b for a, b in zip(m.case("FS"), m.case("FT"), strict=True)])
    return (
        monte(m.solde("chiffre_affaires"))
        and baisse(m.tresorerie)
        and -m.autorisation < m.tresorerie[-1] < 0 < m.tresorerie[1]
        and monte(m.solde("bfr"))
        and monte(rotation)
        and min(m.solde("resultat_net")) > 0
        and m.caf[-1] > m.case("VK")[-1]
    )


def _menuiserie(m: Mesures) -> bool:
    capital, propres = m.case("DA"), m.case("DL")
    return (
        baisse(m.solde("ebe"))
        and m.solde("ebe")[-1] < 0 < m.solde("ebe")[1]
        and monte(m.part(m.case("BX"), m.solde("chiffre_affaires")))
        and baisse(m.tresorerie)
        and m.tresorerie[1] > 0
        and m.cas.comptes[0].soldes["N"] < -m.autorisation
        and 0 < propres[-1] < capital[-1] / 2 < propres[1]
        # A lower BFR that is no good news: the debts have grown.
        and m.solde("bfr")[-1] < m.solde("bfr")[1]
    )


def _boutique_en_ligne(cas: Cas) -> bool:
    annees = [cas.tresorerie_micro[annee] for annee in ANNEES]
    seuil = parametre("tva.franchise.ventes", SEUIL_DE_FRANCHISE)
    return (
        annees[1].encaissements < seuil < annees[2].encaissements
        and baisse([annee.taux_de_marge for annee in annees])
        and min(annee.revenu_disponible for annee in annees) > 0
        # Income does not follow the sales: it grows more slowly.
        and annees[2].revenu_disponible * annees[1].encaissements
        < annees[1].revenu_disponible * annees[2].encaissements
    )


def _opticienne(m: Mesures) -> bool:
    return (
        monte(m.solde("chiffre_affaires"))
        and monte(m.tresorerie)
        and m.tresorerie[0] > 0
        and min(m.solde("resultat_net")) > 0
        and all(propres > total / 2 for propres, total in zip(m.case("DL"), m.case("EE"), strict=True))
        and m.caf[-1] - m.cas.mouvements["N"].dividendes > m.case("VK")[-1]
    )


def _murs(m: Mesures) -> bool:
    couverte = all(caf > capital for caf, capital in zip(m.caf, m.case("VK"), strict=True))
    return couverte and min(m.tresorerie) > 0 and monte(m.solde("resultat_net"))


def _vignerons(m: Mesures) -> bool:
    return (
        m.solde("ebe")[-1] < m.solde("ebe")[1] / 2
        and m.solde("ebe")[-1] > 0
        and max(m.tresorerie) < 0
        and -m.autorisation < m.tresorerie[-1] < m.tresorerie[1]
        # The year no longer pays the owners.
        and 0 < m.caf[-1] < m.cas.mouvements["N"].dividendes
    )


_COMPTABLES: dict[str, Callable[[Mesures], bool]] = {
    "CAS-01": _boulangerie,
    "CAS-02": _restaurant,
    "CAS-03": _kinesitherapeute,
    "CAS-04": _garage,
    "CAS-05": _menuiserie,
    "CAS-07": _opticienne,
    "CAS-07B": _murs,
    "CAS-08": _vignerons,
}


def raconte_la_meme_histoire(cas: Cas) -> bool:
    """Whether a case, or a variant of it, tells what its code stands for."""
    if cas.tresorerie_micro:
        return _boutique_en_ligne(cas)
    return _COMPTABLES[cas.code](Mesures.du_cas(cas))
