"""The rules of a schedule, in cents, for many loans at once: a loop over ranks, none over loans."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rncp_utils.credit.prets.arrondi import (
    ECHELLE,
    douteux,
    echeance_constante,
    echeance_exacte,
    produit_exact,
    quotient_exact,
)
from rncp_utils.credit.prets.contrats import AMORTISSEMENT_CONSTANT, IN_FINE, PALIERS, Contrats
from rncp_utils.credit.prets.dates import Calendrier, a_une_periode_brisee, nombre_de_jours
from rncp_utils.credit.prets.paliers import Plan
from rncp_utils.credit.prets.tirages import Mobilisation

PALIER_INSUFFISANT = "échéance inférieure aux intérêts : le capital augmenterait"
PALIER_EXCESSIF = "échéances imposées trop fortes : elles soldent le prêt avant le palier qui se calcule"


@dataclass(frozen=True)
class Depart:
    """A schedule taken up after a rank: what is then owed, the instalment in force, whether to compute it again."""

    rang: int
    crd: np.ndarray
    echeance: np.ndarray
    recalculer: bool


@dataclass(frozen=True)
class Lignes:
    """Schedules in cents, arrays (ranks + 1, loans); rows beyond the duration of a loan mean nothing.

    Row 0 holds the interest of a broken first period. ``crd`` is what is owed at the end of each row.
    """

    interets: np.ndarray
    capital: np.ndarray
    crd: np.ndarray
    mobilisation: Mobilisation | None
    fautes: dict[str, np.ndarray]


@dataclass
class Moteur:
    """State of the loop: what depends on the loans only is prepared once."""

    c: Contrats
    cal: Calendrier
    plan: Plan
    mobilisation: Mobilisation | None = None
    depart: Depart | None = None
    fautes: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        c = self.c
        self.n_max = int(c.duree.max())
        self.premier = 1 if self.depart is None else self.depart.rang + 1
        self.longueurs = self.cal.longueurs(c)
        self.poids = self.plan.poids(c, self.n_max)
        self.a_echoir = bool(c.a_echoir.any())
        # Loans whose instalment sets the capital alone, its interest coming on top.
        self.sans_interets = np.isin(c.mode, (AMORTISSEMENT_CONSTANT, IN_FINE))
        self.mixte = bool(self.sans_interets.any())
        self.rangs_finaux = set(np.unique(c.duree).tolist())
        self.differe_max = int(c.differe.max())
        self.echeance = np.zeros(len(c), dtype="int64")
        self.resolutions = self._resolutions()
        self.evenements = _par_rang(self.plan.rang)
        self.en_paliers = c.mode == PALIERS
        self.controle_paliers = bool(self.en_paliers.any())
        if self.controle_paliers:
            self.fautes |= {PALIER_INSUFFISANT: np.zeros(len(c), bool), PALIER_EXCESSIF: np.zeros(len(c), bool)}

    def _resolutions(self) -> dict[int, np.ndarray]:
        """Loans whose instalment is computed at each rank."""
        resolution = self.plan.resolution
        if self.depart is not None:
            ici = self.premier if self.depart.recalculer else 0
            resolution = np.where((resolution > 0) & (resolution < self.premier), ici, resolution)
        return {rang: ou for rang, ou in _par_rang(resolution).items() if rang}

    def derouler(self) -> Lignes:
        """Run the schedules."""
        forme = (self.n_max + 1, len(self.c))
        interets, capital, crd = (np.zeros(forme, dtype="int64") for _ in range(3))
        if self.depart is None:
            self._rang_zero(interets, crd)
        else:
            crd[self.depart.rang] = self.depart.crd
            self.echeance[:] = self.depart.echeance
        for k in range(self.premier, self.n_max + 1):
            debut = crd[k - 1]
            self._fixer_echeance(k, debut)
            self._interets(k, debut, interets[k])
            self._capital(k, debut, interets[k], capital[k])
            np.subtract(debut, capital[k], out=crd[k])
            if self.mobilisation is not None and k <= self.differe_max:
                crd[k] += self.mobilisation.montant[k]
        if self.mobilisation is not None:
            self.fautes |= self.mobilisation.fautes
        return Lignes(interets, capital, crd, self.mobilisation, self.fautes)

    def _rang_zero(self, interets: np.ndarray, crd: np.ndarray) -> None:
        """What is owed when the first period begins, and the interest of the days before it."""
        c, cal, mobilisation = self.c, self.cal, self.mobilisation
        debut = c.capital if mobilisation is None else np.where(mobilisation.concerne, mobilisation.initial, c.capital)
        crd[0] = debut if mobilisation is None else debut + mobilisation.montant[0]
        ou = np.flatnonzero(a_une_periode_brisee(c))
        if not ou.size:
            return
        jours = nombre_de_jours(cal.deblocage[ou], cal.jours[0, ou], c.trente[ou])
        courus = debut[ou] * jours
        if mobilisation is not None:
            courus += mobilisation.montant_jours[0, ou]
        interets[0, ou] = produit_exact(courus, c.taux[ou], c.base[ou] * ECHELLE)

    def _fixer_echeance(self, k: int, debut: np.ndarray) -> None:
        plan, e = self.plan, self.echeance
        if k in self.evenements:
            ici = self.evenements[k]
            pret, impose = plan.pret[ici], plan.impose[ici]
            suite = produit_exact(e[pret], ECHELLE + plan.progression[ici], np.full(len(pret), ECHELLE))
            e[pret] = np.where(impose >= 0, impose, suite)
        if k in self.resolutions:
            self._resoudre(k, debut, self.resolutions[k])

    def _resoudre(self, k: int, debut: np.ndarray, ou: np.ndarray) -> None:
        """Compute the instalment, or the constant part of capital, that repays what is owed."""
        c = self.c
        reste = c.duree[ou] - k + 1
        part = c.mode[ou] == AMORTISSEMENT_CONSTANT
        if part.all():
            self.echeance[ou] = quotient_exact(debut[ou], reste)
            return
        flottante = self._echeance_flottante(k, debut, ou, reste)
        entiere = np.floor(flottante + 0.5).astype("int64")
        for i in np.flatnonzero(douteux(flottante) & ~part):
            entiere[i] = self._echeance_exacte(k, debut, int(ou[i]))
        self.echeance[ou] = np.where(part, quotient_exact(debut[ou], reste), entiere)
        if self.controle_paliers:
            self.fautes[PALIER_EXCESSIF][ou] |= self.en_paliers[ou] & (debut[ou] <= 0)

    def _echeance_flottante(self, k: int, debut: np.ndarray, ou: np.ndarray, reste: np.ndarray) -> np.ndarray:
        c = self.c
        taux = c.numerateur[ou] / c.denominateur[ou]
        if self.longueurs is None and self.poids is None:
            echeance = echeance_constante(debut[ou], taux, reste)
        else:
            echeance = debut[ou] / self._valeur_unitaire(k, ou, taux)
        return np.where(c.a_echoir[ou], echeance / (1 + taux), echeance) if self.a_echoir else echeance

    def _valeur_unitaire(self, k: int, ou: np.ndarray, taux: np.ndarray) -> np.ndarray:
        """Value, one period before rank ``k``, of instalments of 1 (times their weight) from ``k`` to the last."""
        valeur = np.zeros(len(ou))
        for j in range(self.n_max, k - 1, -1):
            du_rang = taux if self.longueurs is None else taux * self.longueurs[j, ou]
            part = 1.0 if self.poids is None else self.poids[j, ou] / self.poids[k, ou]
            valeur = np.where(j <= self.c.duree[ou], (valeur + part) / (1 + du_rang), 0.0)
        return valeur

    def _echeance_exacte(self, k: int, debut: np.ndarray, pret: int) -> int:
        c, dernier = self.c, int(self.c.duree[pret])
        longueurs = [1] * (dernier - k + 1) if self.longueurs is None else self.longueurs[k : dernier + 1, pret]
        return echeance_exacte(
            int(debut[pret]),
            [int(c.numerateur[pret]) * int(jours) for jours in longueurs],
            int(c.denominateur[pret]),
            self.plan.poids_exacts(pret, k, dernier),
            bool(c.a_echoir[pret]),
        )

    def _interets(self, k: int, debut: np.ndarray, out: np.ndarray) -> None:
        c = self.c
        numerateur = c.numerateur if self.longueurs is None else c.numerateur * self.longueurs[k]
        if not self.a_echoir:
            out[:] = produit_exact(debut, numerateur, c.denominateur)
        else:
            # Paid in advance, on what is still owed once the instalment is paid; where the instalment is not known
            # before its interest (constant capital), the interest is discounted by one period instead.
            verse = np.where(c.a_echoir, np.minimum(self.echeance, debut), 0)
            escompte = np.where(c.a_echoir & self.sans_interets, numerateur, 0)
            out[:] = produit_exact(debut - verse, numerateur, c.denominateur + escompte)
            out[c.a_echoir & (c.duree == k)] = 0
        if self.mobilisation is not None and k <= self.differe_max:
            au_jour = self.mobilisation.montant[k] > 0
            out[au_jour] = self.mobilisation.interets_au_jour(c, k, debut)[au_jour]

    def _capital(self, k: int, debut: np.ndarray, interets: np.ndarray, out: np.ndarray) -> None:
        c = self.c
        if self.mixte:
            np.subtract(self.echeance, np.where(self.sans_interets, 0, interets), out=out)
        else:
            np.subtract(self.echeance, interets, out=out)
        if self.controle_paliers:
            self.fautes[PALIER_INSUFFISANT] |= self.en_paliers & (out < 0) & (k > c.differe) & (k < c.duree)
        np.minimum(out, debut, out=out)
        if k <= self.differe_max:
            out[:] = np.where(k <= c.differe, np.where(c.differe_total, -interets, 0), out)
        if k in self.rangs_finaux:
            np.copyto(out, debut, where=c.duree == k)


def _par_rang(rangs: np.ndarray) -> dict[int, np.ndarray]:
    """Positions of each rank."""
    if not rangs.size:
        return {}
    ordre = np.argsort(rangs, kind="stable")
    valeurs, debuts = np.unique(rangs[ordre], return_index=True)
    return dict(zip(valeurs.tolist(), np.split(ordre, debuts[1:]), strict=True))
