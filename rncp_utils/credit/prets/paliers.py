"""Paliers d'échéances : ce que l'on en donne, et le plan que le moteur suit rang après rang."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.arrondi import ECHELLE, fraction_de_taux
from rncp_utils.credit.prets.contrats import IN_FINE, PALIERS, Contrats
from rncp_utils.credit.prets.lecture import Prets, positions
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import centimes

COLONNES = ("nombre", "echeance", "progression")
SANS_PALIERS = "mode paliers : les paliers manquent"


class Palier(NamedTuple):
    """Suite d'échéances égales, hors assurance.

    Attributes
    ----------
    nombre : int, optional
        Échéances du palier ; au dernier, None pour toutes celles qui restent.
    echeance : float, optional
        Montant imposé en euros. Sans échéance ni progression, le palier est celui qui se calcule pour solder le prêt.
    progression : float, optional
        Variation par rapport au palier précédent, fraction (0.02 pour 2 % de plus).
    """

    nombre: float | None = None
    echeance: float | None = None
    progression: float | None = None


@dataclass(frozen=True)
class Plan:
    """How the instalment of each loan is set.

    Attributes
    ----------
    resolution
        Rank, by loan, at which the instalment is computed to repay what is then owed; 0 where it never is.
    pret, rang, impose, progression
        Events in the order of the loans: from ``rang`` on, the instalment is ``impose`` cents (-1: no), or is
        multiplied by ``1 + progression / ECHELLE``.
    """

    resolution: np.ndarray
    pret: np.ndarray
    rang: np.ndarray
    impose: np.ndarray
    progression: np.ndarray

    @classmethod
    def simple(cls, c: Contrats) -> Plan:
        """Without levels: one computation, when the loan begins to be repaid."""
        vide = np.zeros(0, dtype="int64")
        return cls(np.where(c.mode == IN_FINE, 0, c.differe + 1), vide, vide, vide, vide)

    def tranche(self, a: int, b: int) -> Plan:
        """The plan of the loans from ``a`` to ``b`` excluded."""
        i, j = np.searchsorted(self.pret, [a, b])
        suite = slice(i, j)
        return Plan(
            self.resolution[a:b], self.pret[suite] - a, self.rang[suite], self.impose[suite], self.progression[suite]
        )

    def poids(self, c: Contrats, rangs: int) -> np.ndarray | None:
        """What each instalment is worth of the computed one, (ranks + 1, loans); None where all are worth 1."""
        lies = np.flatnonzero((self.impose < 0) & (self.rang > self.resolution[self.pret]))
        if not lies.size:
            return None
        pas = np.ones((rangs + 1, len(c)))
        pas[self.rang[lies], self.pret[lies]] += self.progression[lies] / ECHELLE
        return pas.cumprod(axis=0)

    def poids_exacts(self, pret: int, premier: int, dernier: int) -> list[Fraction]:
        """The same for one loan, from one rank to another, without rounding."""
        poids, courant = [], Fraction(1)
        ou = np.flatnonzero(self.pret == pret)
        progressions = {int(self.rang[i]): Fraction(int(self.progression[i]), ECHELLE) for i in ou}
        for rang in range(premier, dernier + 1):
            if rang > premier:
                courant *= 1 + progressions.get(rang, 0)
            poids.append(courant)
        return poids


def paliers_simples(paliers: Sequence[Any]) -> list[list[float | None]]:
    """Levels of one loan, given as :class:`Palier` or as tuples, as plain values.

    Raises
    ------
    ErreurDonnees
        Something else than levels.
    """
    try:
        return [list(Palier(*palier)) for palier in paliers]
    except TypeError:
        raise ErreurDonnees(
            f"J'ai lu « {paliers} » : les paliers sont une liste de Palier(nombre, echeance, progression)."
        ) from None


def table_de_paliers(paliers: Sequence[Any], identifiant: Any) -> pd.DataFrame:
    """Levels of one loan, as plain values, as rows of a table."""
    table = pd.DataFrame(paliers, columns=list(COLONNES), dtype="float64")
    table.insert(0, "id_pret", [identifiant] * len(table))
    return table


def lire_paliers(prets: Prets, table: pd.DataFrame | None) -> pd.DataFrame:
    """Levels by loan (``pret``: its row), checked, with their first rank; faults are told to ``prets``.

    Raises
    ------
    ErreurSchema
        Missing column, loan that does not exist, something else than numbers.
    """
    en_paliers = prets.codes["mode"] == PALIERS
    if table is None or table.empty:
        prets.refuser(en_paliers, SANS_PALIERS)
        return pd.DataFrame({nom: np.zeros(0) for nom in ("pret", *COLONNES, "rang")}).astype({"pret": "int64"})
    niveaux = pd.DataFrame({"pret": positions(prets, table, "paliers")})
    for nom in COLONNES:
        niveaux[nom] = _nombres(table, nom)
    niveaux = niveaux.sort_values("pret", kind="stable", ignore_index=True)
    presents = np.zeros(len(prets), dtype=bool)
    presents[niveaux["pret"]] = True
    prets.refuser(presents & ~en_paliers, "paliers donnés : mode paliers attendu")
    prets.refuser(en_paliers & ~presents, SANS_PALIERS)
    niveaux = _completer(prets, niveaux[en_paliers[niveaux["pret"]]])
    _controler(prets, niveaux)
    avant = niveaux.groupby("pret")["nombre"].cumsum() - niveaux["nombre"]
    niveaux["rang"] = prets.differe[niveaux["pret"]] + 1 + avant
    return niveaux


def plan(prets_retenus: np.ndarray, c: Contrats, niveaux: pd.DataFrame) -> Plan:
    """The plan of the loans that are not refused (their rows in ``prets_retenus``)."""
    rangs = np.full(int(niveaux["pret"].max()) + 1 if len(niveaux) else 0, -1)
    retenus = prets_retenus[prets_retenus < len(rangs)]
    rangs[retenus] = np.arange(len(retenus))
    niveaux = niveaux[rangs[niveaux["pret"]] >= 0]
    if niveaux.empty:
        return Plan.simple(c)
    pret = rangs[niveaux["pret"]]
    inconnu = _inconnu(niveaux).to_numpy()
    resolution = Plan.simple(c).resolution.copy()
    resolution[pret[inconnu]] = niveaux["rang"][inconnu].astype("int64")
    # The computed level is an event as well, so that the names of the levels count it.
    impose = niveaux["echeance"].to_numpy()
    montants = np.where(np.isnan(impose), -1, centimes(np.nan_to_num(impose)))
    progression = fraction_de_taux(np.nan_to_num(niveaux["progression"].to_numpy()))
    return Plan(resolution, pret, niveaux["rang"].to_numpy().astype("int64"), montants, progression)


def _nombres(table: pd.DataFrame, nom: str) -> np.ndarray:
    if nom not in table:
        return np.full(len(table), np.nan)
    try:
        return table[nom].to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError):
        raise ErreurSchema(
            f"La colonne {nom} des paliers contient autre chose que des nombres : convertissez-la."
        ) from None


def _inconnu(niveaux: pd.DataFrame) -> pd.Series:
    return niveaux["echeance"].isna() & niveaux["progression"].isna()


def _completer(prets: Prets, niveaux: pd.DataFrame) -> pd.DataFrame:
    """The number of instalments of the last level, and the last level itself when it was left out."""
    a_payer = pd.Series(prets.nombre("duree", np.nan) - prets.differe, name="reste")
    donnes = niveaux.groupby("pret")["nombre"].sum().reindex(a_payer.index, fill_value=0)
    reste = (a_payer - donnes)[niveaux["pret"]].to_numpy()
    dernier = ~niveaux["pret"].duplicated(keep="last").to_numpy()
    niveaux = niveaux.assign(nombre=niveaux["nombre"].where(niveaux["nombre"].notna() | ~dernier, reste))
    seuls = niveaux.groupby("pret").agg(somme=("nombre", "sum"))
    sans_solde = ~_inconnu(niveaux).groupby(niveaux["pret"]).any()
    manquants = seuls.index[(seuls["somme"] < a_payer[seuls.index]) & sans_solde]
    ajout = pd.DataFrame({"pret": manquants, "nombre": (a_payer - donnes)[manquants].to_numpy()})
    complet = pd.concat([niveaux, ajout]) if len(ajout) else niveaux
    return complet.sort_values("pret", kind="stable", ignore_index=True).astype({"pret": "int64"})


def _controler(prets: Prets, niveaux: pd.DataFrame) -> None:
    par_pret = niveaux.groupby("pret")
    inconnu = _inconnu(niveaux)
    premier = ~niveaux["pret"].duplicated()
    apres = inconnu.groupby(niveaux["pret"]).cumsum() > 0
    nombre, echeance, progression = niveaux["nombre"], niveaux["echeance"], niveaux["progression"]
    fautes = {
        "palier sans nombre entier d'échéances": ~(nombre >= 1) | (nombre != np.floor(nombre)),
        "palier : une échéance ou une progression, pas les deux": echeance.notna() & progression.notna(),
        "palier d'échéance nulle ou négative": echeance <= 0,
        "progression d'un palier : taux attendu en fraction (0,02 pour 2 %)": progression.abs() >= 1,
        "le premier palier ne progresse d'aucun autre": premier & progression.notna(),
        "échéance imposée après le palier qui se calcule": apres & echeance.notna(),
    }
    for motif, ou in fautes.items():
        refus = np.zeros(len(prets), dtype=bool)
        refus[niveaux["pret"][ou]] = True
        prets.refuser(refus, motif)
    _controler_ensemble(prets, par_pret["nombre"].sum(), inconnu.groupby(niveaux["pret"]).sum())


def _controler_ensemble(prets: Prets, sommes: pd.Series, inconnus: pd.Series) -> None:
    refus = np.zeros(len(prets), dtype=bool)
    refus[sommes.index[inconnus != 1]] = True
    prets.refuser(refus, "paliers : un seul se calcule, laissez son échéance vide")
    refus = np.zeros(len(prets), dtype=bool)
    a_payer = (prets.nombre("duree", np.nan) - prets.differe)[sommes.index]
    refus[sommes.index[sommes.to_numpy() != a_payer]] = True
    prets.refuser(refus, "paliers : leurs échéances ne font pas la durée hors différé")
