"""From the cents of the engine to the rows that are read: columns, dates, names of the phases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.assurance import primes
from rncp_utils.credit.prets.contrats import ABSENTE, IN_FINE, Contrats
from rncp_utils.credit.prets.dates import Calendrier, a_une_periode_brisee
from rncp_utils.credit.prets.jours_ouvres import jour_ouvre_suivant
from rncp_utils.credit.prets.moteur import Depart, Lignes, Moteur
from rncp_utils.credit.prets.paliers import Plan
from rncp_utils.credit.prets.tirages import Mobilisation, Tirages

MONTANTS = (
    "crd_debut",
    "interets",
    "capital",
    "echeance_hors_assurance",
    "assurance",
    "echeance_totale",
    "crd_fin",
)
DE_TIRAGES = ("tirage", "commission_engagement")
PHASES = (
    "intérêts intercalaires",
    "différé partiel",
    "différé total",
    "amortissement",
    "intérêts seuls",
    "remboursement final",
)
INTERCALAIRE, PARTIEL, TOTAL, AMORTISSEMENT, INTERETS_SEULS, FINAL = range(len(PHASES))
# Loans of one pass: their arrays stay in the cache of the processor.
TRANCHE = 2048
_SECONDES = 86_400


@dataclass(frozen=True)
class Resultat:
    """Columns of the rows (``pret``: row of the loan), and faults found on the way, by reason."""

    colonnes: dict[str, np.ndarray]
    phases: list[str]
    fautes: dict[str, np.ndarray]


@dataclass(frozen=True)
class Echeancier:
    """Everything that the rows of some loans come from."""

    c: Contrats
    plan: Plan
    tirages: Tirages
    depart: Depart | None = None

    def lignes(self) -> Resultat:
        """Rows of all the loans, loan after loan, a few thousand loans at a time."""
        m = len(self.c)
        comptes = self._comptes()
        debuts = np.concatenate([[0], np.cumsum(comptes)])
        colonnes = self._colonnes_vides(int(debuts[-1]))
        fautes: dict[str, np.ndarray] = {}
        for a in range(0, m, TRANCHE):
            b = min(a + TRANCHE, m)
            suite = slice(int(debuts[a]), int(debuts[b]))
            moteur = self.moteur(a, b)
            lignes = moteur.derouler()
            _ecrire(moteur, lignes, a, comptes[a:b], {nom: colonne[suite] for nom, colonne in colonnes.items()})
            for motif, ou in lignes.fautes.items():
                fautes.setdefault(motif, np.zeros(m, dtype=bool))[a:b] = ou
        return Resultat(colonnes, self._noms_des_phases(), fautes)

    def moteur(self, a: int, b: int) -> Moteur:
        """The engine of the loans from ``a`` to ``b`` excluded."""
        c = self.c.parmi(slice(a, b))
        cal = Calendrier.de(c)
        mobilisation = Mobilisation.de(c, cal, self.tirages.tranche(a, b))
        return Moteur(c, cal, self.plan.tranche(a, b), mobilisation, self.depart)

    def _comptes(self) -> np.ndarray:
        """Rows of each loan."""
        if self.depart is not None:
            return self.c.duree - self.depart.rang
        return self.c.duree + a_une_periode_brisee(self.c)

    def _colonnes_vides(self, lignes: int) -> dict[str, np.ndarray]:
        types: dict[str, str] = {"pret": "int32", "rang": "int32", "date": "datetime64[s]"}
        if self.c.jour_ouvre.any():
            types["date_paiement"] = "datetime64[s]"
        types["date_debut"] = "datetime64[s]"
        types |= dict.fromkeys(MONTANTS, "float64")
        if self.tirages.pret.size:
            types |= dict.fromkeys(DE_TIRAGES, "float64")
        types["phase"] = "int8"
        # Zeros cost nothing until they are written over.
        return {nom: np.zeros(lignes, dtype=genre) for nom, genre in types.items()}

    def _noms_des_phases(self) -> list[str]:
        niveaux = np.bincount(self.plan.pret).max() if self.plan.pret.size else 0
        return [*PHASES, *(f"palier {numero + 1}" for numero in range(niveaux))]


def _ecrire(moteur: Moteur, lignes: Lignes, a: int, comptes: np.ndarray, vers: dict[str, np.ndarray]) -> None:
    """Write the rows of some loans, the first of which is number ``a``."""
    c = moteur.c
    m = len(c)
    pret = np.repeat(np.arange(m), comptes)
    rang = np.arange(len(pret)) - np.repeat(np.cumsum(comptes) - c.duree - 1, comptes)
    ou = rang * m + pret
    vers["pret"][:] = pret + a
    vers["rang"][:] = rang
    _ecrire_montants(c, lignes, ou, vers)
    _ecrire_dates(c, moteur.cal, rang, pret, ou, vers)
    en_phases = moteur.plan.pret.size or c.differe.any() or (c.mode == IN_FINE).any() or (comptes > c.duree).any()
    vers["phase"][:] = _phases(c, moteur.plan).ravel()[ou] if en_phases else AMORTISSEMENT


def _ecrire_montants(c: Contrats, lignes: Lignes, ou: np.ndarray, vers: dict[str, np.ndarray]) -> None:
    """Cents of the ranks in columns → euros of the rows; sums are made in cents."""
    interets, capital, crd_fin = (matrice.ravel()[ou] for matrice in (lignes.interets, lignes.capital, lignes.crd))
    crd_debut, echeance = crd_fin + capital, interets + capital
    total = echeance
    mobilisation = lignes.mobilisation
    if mobilisation is not None:
        tirage, commission = (
            _prolonger(v, len(lignes.crd)).ravel()[ou] for v in (mobilisation.montant, mobilisation.commission)
        )
        crd_debut -= tirage
        total = total + commission
        np.divide(tirage, 100, out=vers["tirage"])
        np.divide(commission, 100, out=vers["commission_engagement"])
    assurance = primes(c, np.vstack([lignes.crd[:1], lignes.crd[:-1]]))
    if assurance is not None:
        prime = assurance.ravel()[ou]
        total = total + prime
        np.divide(prime, 100, out=vers["assurance"])
    for nom, centimes in (
        ("crd_debut", crd_debut),
        ("interets", interets),
        ("capital", capital),
        ("echeance_hors_assurance", echeance),
        ("echeance_totale", total),
        ("crd_fin", crd_fin),
    ):
        np.divide(centimes, 100, out=vers[nom])


def _ecrire_dates(
    c: Contrats, cal: Calendrier, rang: np.ndarray, pret: np.ndarray, ou: np.ndarray, vers: dict[str, np.ndarray]
) -> None:
    noms = [nom for nom in ("date", "date_debut", "date_paiement") if nom in vers]
    if (cal.deblocage == ABSENTE).all():
        for nom in noms:
            vers[nom][:] = np.datetime64("NaT")
        return
    m, jours = len(c), cal.jours.ravel()
    # Paid in advance, an instalment is due on the first day of its period.
    fin = jours[ou - m * (c.a_echoir[pret] & (rang > 0))] if c.a_echoir.any() else jours[ou]
    debut = jours[ou - m]
    zero = np.flatnonzero(rang == 0)
    debut[zero] = cal.deblocage[pret[zero]]
    _en_dates(fin, vers["date"])
    _en_dates(debut, vers["date_debut"])
    if "date_paiement" in vers:
        ouvres = c.jour_ouvre[pret] & (fin != ABSENTE)
        fin[ouvres] = jour_ouvre_suivant(fin[ouvres].astype("datetime64[D]")).astype("int64")
        _en_dates(fin, vers["date_paiement"])


def _en_dates(jours: np.ndarray, vers: np.ndarray) -> None:
    np.multiply(jours, _SECONDES, out=vers.view("int64"))
    inconnus = jours == ABSENTE
    if inconnus.any():
        vers[inconnus] = np.datetime64("NaT")


def _prolonger(matrice: np.ndarray, rangs: int) -> np.ndarray:
    """The same with rows of zeros up to the last rank."""
    return np.vstack([matrice, np.zeros((rangs - len(matrice), matrice.shape[1]), dtype=matrice.dtype)])


def _phases(c: Contrats, plan: Plan) -> np.ndarray:
    """Phase of each rank, (ranks + 1, loans)."""
    rangs = np.arange(int(c.duree.max()) + 1)[:, None]
    in_fine = c.mode == IN_FINE
    differe = np.where(c.differe_total, TOTAL, PARTIEL)
    apres = np.where(in_fine, np.where(rangs == c.duree, FINAL, INTERETS_SEULS), AMORTISSEMENT)
    phases = np.where(rangs == 0, INTERCALAIRE, np.where(rangs <= c.differe, differe, apres)).astype("int8")
    if not plan.pret.size:
        return phases
    niveaux = np.zeros_like(phases)
    niveaux[plan.rang, plan.pret] = np.arange(len(plan.pret)) - np.searchsorted(plan.pret, plan.pret) + 1
    niveaux = np.maximum.accumulate(niveaux, axis=0)
    return np.where(niveaux > 0, len(PHASES) + niveaux - 1, phases)


def en_tableau(resultat: Resultat, identifiants: pd.Index | None) -> pd.DataFrame:
    """The rows as a table; with the identifier of their loan when there are several."""
    colonnes = dict(resultat.colonnes)
    pret, phase = colonnes.pop("pret"), colonnes.pop("phase")
    if identifiants is not None:
        colonnes = {"id_pret": _repeter(identifiants, pret), **colonnes}
    colonnes["phase"] = pd.Categorical.from_codes(phase, categories=pd.Index(resultat.phases, dtype="str"))
    return pd.DataFrame(colonnes, copy=False)


def _repeter(identifiants: pd.Index, pret: np.ndarray) -> pd.Categorical | np.ndarray:
    """Texts as categories: millions of rows repeat a few of them."""
    if pd.api.types.is_numeric_dtype(identifiants):
        return identifiants.to_numpy()[pret]
    return pd.Categorical.from_codes(pret, categories=identifiants)
