"""Déblocages successifs : ce qui est tiré, quand, et ce que coûte ce qui ne l'est pas encore."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.arrondi import ECHELLE, produit_exact
from rncp_utils.credit.prets.contrats import ABSENTE, Contrats
from rncp_utils.credit.prets.dates import Calendrier, nombre_de_jours
from rncp_utils.credit.prets.lecture import Prets, lire_jours, positions
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import centimes
from rncp_utils.parametres.consultation import lire_date

COLONNES = ("date", "montant")
TROP_TARD = "tirage après la fin du différé : allongez le différé, ou avancez le tirage"


@dataclass(frozen=True)
class Tirages:
    """Drawdowns, in the order of the loans: row of the loan, day, cents."""

    pret: np.ndarray
    jour: np.ndarray
    montant: np.ndarray

    def tranche(self, a: int, b: int) -> Tirages:
        """Those of the loans from ``a`` to ``b`` excluded."""
        i, j = np.searchsorted(self.pret, [a, b])
        return Tirages(self.pret[i:j] - a, self.jour[i:j], self.montant[i:j])

    def retenus(self, prets: np.ndarray) -> Tirages:
        """Those of some loans, whose rows are given in order."""
        rangs = np.searchsorted(prets, self.pret)
        gardes = np.append(prets, -1)[rangs] == self.pret
        return Tirages(rangs[gardes], self.jour[gardes], self.montant[gardes])


@dataclass(frozen=True)
class Mobilisation:
    """What is drawn in each period, until the loan begins to be repaid; arrays (ranks + 1, loans), or (loans,).

    Attributes
    ----------
    concerne, initial
        Loans drawn in several times; cents drawn on the first day.
    montant, montant_jours, jours
        Cents drawn in the period, those cents times the days that they run in it, days of the period.
    commission
        Commitment fee of the period.
    """

    concerne: np.ndarray
    initial: np.ndarray
    montant: np.ndarray
    montant_jours: np.ndarray
    jours: np.ndarray
    commission: np.ndarray
    fautes: dict[str, np.ndarray]

    @classmethod
    def de(cls, c: Contrats, cal: Calendrier, tirages: Tirages) -> Mobilisation | None:
        """None where no loan is drawn in several times."""
        if not tirages.pret.size:
            return None
        m, derniers = len(c), int(c.differe.max()) + 1
        bornes = np.vstack([cal.deblocage, cal.jours[:derniers]])
        # A drawdown belongs to the period that ends on its day or after it.
        rang = (bornes[1:, tirages.pret] < tirages.jour).sum(axis=0)
        tardifs = rang > c.differe[tirages.pret]
        faute = np.zeros(m, dtype=bool)
        faute[tirages.pret[tardifs]] = True
        pret, jour, montant, rang = (v[~tardifs] for v in (tirages.pret, tirages.jour, tirages.montant, rang))
        courent = nombre_de_jours(jour, cal.jours[rang, pret], c.trente[pret])
        premier_jour = jour == cal.deblocage[pret]
        initial = np.bincount(pret[premier_jour], montant[premier_jour], minlength=m).astype("int64")
        suite = ~premier_jour
        ou = rang[suite] * m + pret[suite]
        forme = (derniers, m)
        tire = np.bincount(ou, montant[suite], minlength=derniers * m).astype("int64").reshape(forme)
        en_jours = np.bincount(ou, (montant * courent)[suite], minlength=derniers * m).astype("int64").reshape(forme)
        jours = nombre_de_jours(bornes[:-1], bornes[1:], c.trente)
        concerne = np.zeros(m, dtype=bool)
        concerne[tirages.pret] = True
        cumul = initial + np.vstack([np.zeros(m, dtype="int64"), tire.cumsum(axis=0)[:-1]])
        non_tire = np.where(concerne, (c.capital - cumul) * jours - en_jours, 0)
        non_tire[np.arange(derniers)[:, None] > c.differe] = 0
        commission = produit_exact(np.maximum(non_tire, 0), c.commission, c.base * ECHELLE)
        return cls(concerne, initial, tire, en_jours, jours, commission, {TROP_TARD: faute})

    def interets_au_jour(self, c: Contrats, rang: int, debut: np.ndarray) -> np.ndarray:
        """Interest of a period of which some of the money only runs a part."""
        return produit_exact(debut * self.jours[rang] + self.montant_jours[rang], c.taux, c.base * ECHELLE)


def tirages_simples(tirages: Iterable[Any]) -> list[list[Any]]:
    """Drawdowns of one loan, given as (date, amount), as plain values: ISO dates and amounts.

    Raises
    ------
    ErreurDonnees
        Something else than pairs, or a date that is none.
    """
    try:
        return [[lire_date(date).isoformat(), montant] for date, montant in tirages]
    except TypeError:
        raise ErreurDonnees(f"J'ai lu « {tirages} » : les tirages sont une liste de (date, montant).") from None


def table_de_tirages(tirages: Iterable[Any], identifiant: Any) -> pd.DataFrame:
    """Drawdowns of one loan, as plain values, as rows of a table."""
    return pd.DataFrame([(identifiant, *tirage) for tirage in tirages], columns=["id_pret", *COLONNES])


def lire_tirages(prets: Prets, table: pd.DataFrame | None) -> Tirages:
    """Drawdowns, by row of the loan, in order; faults are told to ``prets``, and the date of the first money.

    Raises
    ------
    ErreurSchema
        Missing column, loan that does not exist, something else than numbers.
    """
    if table is None or table.empty:
        vide = np.zeros(0, dtype="int64")
        return Tirages(vide, vide, vide)
    absentes = [nom for nom in COLONNES if nom not in table]
    if absentes:
        raise ErreurSchema(f"La table des tirages n'a pas de colonne {', '.join(absentes)} : ajoutez-la.")
    pret = positions(prets, table, "tirages")
    jour, illisible = lire_jours(table["date"])
    try:
        montant = table["montant"].to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError):
        raise ErreurSchema("La colonne montant des tirages contient autre chose que des nombres.") from None
    _refuser(prets, pret, illisible | (jour == ABSENTE), "tirage sans date lisible (AAAA-MM-JJ)")
    _refuser(prets, pret, ~(montant > 0) | np.isinf(montant), "tirage sans montant positif")
    tirages = Tirages(pret, jour, centimes(np.where(np.isfinite(montant), montant, 0)))
    _controler(prets, tirages)
    ordre = np.lexsort([jour, pret])
    return Tirages(pret[ordre], jour[ordre], tirages.montant[ordre])


def _controler(prets: Prets, tirages: Tirages) -> None:
    pret, jour = tirages.pret, tirages.jour
    total = np.bincount(pret, tirages.montant, minlength=len(prets))
    capital = np.nan_to_num(prets.nombre("capital", 0), posinf=0, neginf=0)
    prets.refuser(total > np.rint(capital * 100), "tirages au-delà du capital accordé")
    deblocage = prets.dates["date_deblocage"]
    premier = np.full(len(prets), np.iinfo("int64").max)
    np.minimum.at(premier, pret, jour)
    a_dater = (deblocage == ABSENTE) & (total > 0)
    deblocage[a_dater] = premier[a_dater]
    _refuser(prets, pret, jour < deblocage[pret], "tirage avant le déblocage : dates inversées")
    _refuser(prets, pret, prets.codes["terme"][pret] == 1, "terme à échoir : un seul déblocage")


def _refuser(prets: Prets, pret: np.ndarray, ou: np.ndarray, motif: str) -> None:
    refus = np.zeros(len(prets), dtype=bool)
    refus[pret[ou]] = True
    prets.refuser(refus, motif)
