"""Reading a table of loans: what each one says, and why one is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.credit.prets.arrondi import ECHELLE, fraction_de_taux
from rncp_utils.credit.prets.assurance import ASSIETTES, CAPITAL_INITIAL, PERIODICITES
from rncp_utils.credit.prets.contrats import ABSENTE, IN_FINE, MODES, Contrats
from rncp_utils.credit.prets.dates import debut_de_premiere_periode
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import centimes

ID = "id_pret"
EXIGEES = ("capital", "taux", "duree")
# Above, an amount or a duration is a mistake of unit.
CAPITAL_MAXIMAL = 1e10
DUREE_MAXIMALE = 1200
TAUX_MINIMAL = -0.05
_ANNEES = (1900, 2200)
PERIODIQUE = "periodique"
# Convention → interest by days, months of 30 days, days of a year. A broken period counts its days in any case.
CONVENTIONS = {
    PERIODIQUE: (False, False, 365),
    "30/360": (True, True, 360),
    "act/365": (True, False, 365),
    "act/360": (True, False, 360),
}
CHOIX: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "mode": ("constante", tuple(MODES)),
    "type_differe": (None, ("partiel", "total")),
    "terme": ("echu", ("echu", "a_echoir")),
    "convention": (PERIODIQUE, tuple(CONVENTIONS)),
    "taux_periodique": ("proportionnel", ("proportionnel", "actuariel")),
    "assurance_assiette": (CAPITAL_INITIAL, tuple(ASSIETTES)),
    "jour_ouvre": (None, ("suivant",)),
}
_TAUX = {
    "taux": (TAUX_MINIMAL, f"taux inférieur à {TAUX_MINIMAL * 100:.0f} %"),
    "assurance_taux": (0.0, "taux d'assurance négatif"),
    "commission_engagement": (0.0, "commission d'engagement négative"),
}


class Prets:
    """A table of loans being read: arrays of raw values by column, reasons of refusal by row."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.identifiants = pd.Index(table.get(ID, table.index), name=ID)
        self._c = Colonnes(table)
        self._c.exiger(*EXIGEES)
        self._table = table
        self.refuser(np.asarray(self.identifiants.isna()), "identifiant absent")
        self.refuser(self.identifiants.duplicated(keep=False), "identifiant en double")
        self.codes = {nom: self._choix(nom) for nom in CHOIX}
        self.dates = {nom: self._dates(nom) for nom in ("date_deblocage", "date_premiere")}
        self.differe = self.nombre("differe", 0)
        self._controler()

    def __len__(self) -> int:
        return len(self.identifiants)

    def refuser(self, ou: np.ndarray, motif: str) -> None:
        """Refuse some loans, and say why."""
        self._c.refuser(ou, motif)

    def motifs(self) -> pd.Series:
        """Reason of refusal of each loan, NA for a good one."""
        return self._c.resultat()["motif"]

    def nombre(self, nom: str, defaut: float) -> np.ndarray:
        """A column of numbers, with its default."""
        return np.broadcast_to(self._c.get(nom, defaut), len(self))

    def _choix(self, nom: str) -> np.ndarray:
        """Rank of each word among those that the column admits; the default where it is empty."""
        defaut, admis = CHOIX[nom]
        rang_defaut = admis.index(defaut) if defaut is not None else -1
        if nom not in self._table:
            return np.full(len(self), rang_defaut)
        rangs, mots = pd.factorize(self._table[nom])
        connus = np.array([admis.index(mot) if mot in admis else len(admis) for mot in mots] + [rang_defaut])
        codes = connus[rangs]  # -1, an empty cell, reads the last one
        self.refuser(codes == len(admis), f"{nom} inconnu, attendu {', '.join(admis)}")
        return codes

    def _dates(self, nom: str) -> np.ndarray:
        if nom not in self._table:
            return np.full(len(self), ABSENTE)
        jours, illisible = lire_jours(self._table[nom])
        self.refuser(illisible, f"{nom} : ce n'est pas une date (AAAA-MM-JJ), ou elle est hors du calendrier")
        return jours

    def _controler(self) -> None:
        capital, duree, differe = self._c["capital"], self._c["duree"], self.differe
        self.refuser(capital <= 0, "capital nul ou négatif")
        self.refuser(capital > CAPITAL_MAXIMAL, "capital au-delà de 10 milliards d'euros : vérifiez l'unité")
        self._controler_taux()
        self.refuser(duree < 1, "durée nulle ou négative")
        self.refuser(duree > DUREE_MAXIMALE, f"durée au-delà de {DUREE_MAXIMALE} échéances")
        for nom, valeur in (("durée", duree), ("différé", differe)):
            self.refuser(valeur != np.floor(valeur), f"{nom} : un nombre entier d'échéances est attendu")
        self.refuser(differe < 0, "différé négatif")
        self.refuser((differe >= duree) & (differe > 0), "le différé couvre toute la durée")
        self.refuser((differe > 0) & (self.codes["type_differe"] < 0), "type_differe manque : partiel ou total")
        self.refuser(
            ~np.isin(self.nombre("periodicite", 12), PERIODICITES), "périodicité inconnue, attendu 12, 4, 2, 1"
        )
        self.refuser(self.nombre("frais", 0) < 0, "frais négatifs")
        self._controler_assurance()
        self._controler_terme()

    def _controler_taux(self) -> None:
        for nom, (minimum, motif) in _TAUX.items():
            taux = self.nombre(nom, 0)
            self.refuser(np.abs(taux) > 1, f"{nom} : taux attendu en fraction (0,05 pour 5 %)")
            self.refuser((taux < minimum) & (taux >= -1), motif)

    def _controler_assurance(self) -> None:
        quotite = self.nombre("assurance_quotite", 1)
        self.refuser((quotite <= 0) | (quotite > 1), "quotité d'assurance hors de 0 à 1")
        rythme = self.nombre("assurance_periodicite", np.nan)
        self.refuser(~np.isnan(rythme) & ~np.isin(rythme, PERIODICITES), "périodicité d'assurance inconnue")

    def _controler_terme(self) -> None:
        a_echoir = self.codes["terme"] == 1
        actuariel = self.codes["taux_periodique"] == 1
        au_jour = self.codes["convention"] > 0
        self.refuser(a_echoir & (self.codes["mode"] == IN_FINE), "terme à échoir : pas de prêt in fine")
        self.refuser(a_echoir & (self.differe > 0), "terme à échoir : pas de différé")
        self.refuser(a_echoir & au_jour, "terme à échoir : convention périodique seulement")
        self.refuser(actuariel & au_jour, "taux de période actuariel : convention périodique seulement")

    def controler_dates(self) -> None:
        """Refuse what the calendar forbids; after the drawdowns, which may tell when the money is available."""
        deblocage, premiere = self.dates["date_deblocage"], self.dates["date_premiere"]
        connues = (deblocage != ABSENTE) & (premiere != ABSENTE)
        a_echoir = self.codes["terme"] == 1
        inversees = connues & np.where(a_echoir, premiere < deblocage, premiere <= deblocage)
        self.refuser(inversees, "première échéance avant le déblocage : dates inversées")
        sans_date = (deblocage == ABSENTE) & (premiere == ABSENTE)
        self.refuser(sans_date & (self.codes["convention"] > 0), "intérêts au jour : date_deblocage manque")
        self.refuser(sans_date & (self.codes["jour_ouvre"] >= 0), "jour ouvré : date_deblocage manque")
        if not connues.any():
            return
        c, ou = self.contrats()
        trop_tot = np.zeros(len(self), dtype=bool)
        trop_tot[ou] = (c.deblocage != ABSENTE) & (debut_de_premiere_periode(c) < c.deblocage)
        self.refuser(
            trop_tot, "première échéance à moins d'une période du déblocage : reportez-la à l'échéance suivante"
        )

    def contrats(self) -> tuple[Contrats, np.ndarray]:
        """The loans that are not refused, and their rows."""
        ou = np.flatnonzero(self.motifs().isna())
        codes = {nom: valeurs[ou] for nom, valeurs in self.codes.items()}
        periodicite = self.nombre("periodicite", 12)[ou].astype("int64")
        taux = self._c["taux"][ou]
        au_jour, trente, base = (
            np.array(valeurs)[codes["convention"]] for valeurs in zip(*CONVENTIONS.values(), strict=True)
        )
        proportionnel = fraction_de_taux(taux)
        actuariel = fraction_de_taux(np.expm1(np.log1p(taux) / periodicite))
        est_actuariel = codes["taux_periodique"] == 1
        par_an = np.where(au_jour, base, np.where(est_actuariel, 1, periodicite))
        contrats = Contrats(
            capital=centimes(self._c["capital"][ou]),
            duree=self._c["duree"][ou].astype("int64"),
            differe=self.differe[ou].astype("int64"),
            periodicite=periodicite,
            mode=codes["mode"],
            differe_total=codes["type_differe"] == 1,
            a_echoir=codes["terme"] == 1,
            jour_ouvre=codes["jour_ouvre"] >= 0,
            taux=proportionnel,
            numerateur=np.where(est_actuariel, actuariel, proportionnel),
            denominateur=par_an * ECHELLE,
            au_jour=au_jour,
            trente=trente,
            base=base,
            deblocage=self.dates["date_deblocage"][ou],
            premiere=self.dates["date_premiere"][ou],
            commission=fraction_de_taux(self.nombre("commission_engagement", 0)[ou]),
            **self._primes(ou, periodicite, codes["assurance_assiette"]),
        )
        return contrats, ou

    def _primes(self, ou: np.ndarray, periodicite: np.ndarray, assiette: np.ndarray) -> dict[str, np.ndarray]:
        lu = self.nombre("assurance_periodicite", np.nan)[ou]
        rythme = np.where(np.isnan(lu), periodicite, lu).astype("int64")
        assure = self.nombre("assurance_taux", 0)[ou] * self.nombre("assurance_quotite", 1)[ou]
        return {
            "prime_numerateur": fraction_de_taux(assure),
            "prime_denominateur": rythme * ECHELLE,
            "prime_sur_crd": assiette == 1,
            "primes_par_echeance": np.maximum(rythme // periodicite, 1),
            "echeances_par_prime": np.maximum(periodicite // rythme, 1),
        }


def lire_jours(colonne: Any) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970 of a column of dates (:data:`ABSENTE` where empty), and where it holds something else."""
    serie = pd.Series(colonne)
    if pd.api.types.is_numeric_dtype(serie) and serie.notna().any():
        raise ErreurSchema(f"La colonne {serie.name} contient des nombres : des dates sont attendues (AAAA-MM-JJ).")
    dates = pd.to_datetime(serie, errors="coerce", format="ISO8601")
    jours = dates.to_numpy().astype("datetime64[D]").astype("int64")
    annees = dates.dt.year.to_numpy(dtype="float64", na_value=np.nan)
    illisible = (dates.isna() & serie.notna()).to_numpy() | (annees < _ANNEES[0]) | (annees > _ANNEES[1])
    return np.where(illisible, ABSENTE, jours), illisible


def positions(prets: Prets, table: pd.DataFrame, quoi: str) -> np.ndarray:
    """Row, in the table of loans, of each row of an annex (levels, drawdowns).

    Raises
    ------
    ErreurSchema
        No column ``id_pret``, or a loan that the table does not hold.
    """
    if ID not in table:
        raise ErreurSchema(
            f"La table des {quoi} n'a pas de colonne {ID} : ajoutez-la pour dire de quel prêt il s'agit."
        )
    uniques = ~prets.identifiants.duplicated()
    rangs = prets.identifiants[uniques].get_indexer(pd.Index(table[ID]))
    if (rangs < 0).any():
        inconnu = table[ID].to_numpy()[rangs < 0][0]
        raise ErreurSchema(
            f"La table des {quoi} cite le prêt « {inconnu} », absent de la table des prêts : corrigez-la."
        )
    return np.flatnonzero(uniques)[rangs]


def exiger_seul(motif: Any) -> None:
    """Raise the reason of refusal of the only loan, if it has one."""
    if pd.notna(motif):
        raise ErreurDonnees(f"Calcul impossible : {motif}.")
