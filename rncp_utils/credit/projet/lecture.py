"""Hypotheses of projects as arrays: one value a project, one row a month, refusals by project."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.credit.endettement.cotisations_tns import ARTISAN, COMMERCANT
from rncp_utils.credit.projet.flux import Conditions
from rncp_utils.credit.projet.hypotheses import CHAMPS, EI, STATUTS, Dossier
from rncp_utils.credit.projet.tresorerie import controler_conditions, lire_conditions, refusees
from rncp_utils.credit.projet.tva import EXIGIBILITES, REGIMES
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import MAXIMUM, centimes

ANNEES_MAXIMUM = 30
MOIS = 12
_MONTANTS = ("ca_ht", "charges_fixes", "salaires", "frais_etablissement", "prelevements", "apport")
_TEXTES = {"statut": STATUTS, "tva_regime": REGIMES, "tva_exigibilite": EXIGIBILITES}
_NON_NOMBRES = frozenset({*_TEXTES, "activite", "date_debut", "croissance_ca", "saisonnalite", "legislation"})
STOCK_MAXIMAL = 720
# Above, an amount is a mistake of unit, and cents times shares would not fit.
MONTANT_MAXIMAL = MAXIMUM / 1e3


class Projets:
    """The projects of a file, checked; ``annees`` years of twelve months are forecast."""

    def __init__(self, dossier: Dossier, annees: int) -> None:
        if not 1 <= annees <= ANNEES_MAXIMUM:
            raise ErreurDonnees(f"Le prévisionnel compterait {annees} années : donnez-en de 1 à {ANNEES_MAXIMUM}.")
        self.dossier, self.annees, self.mois = dossier, annees, annees * MOIS
        self.table, self.index = dossier.table, dossier.index
        nombres = self.table.drop(columns=[nom for nom in self.table if nom in _NON_NOMBRES])
        self.c = Colonnes(nombres.iloc[0].to_dict() if dossier.seul else nombres)
        self.croissances = self._croissances()
        self.poids = self._poids()
        self.debut = self._debuts()
        self.legislation = self._dates("legislation")
        self.refuser(
            np.isnat(self.legislation) & self._colonne("legislation").notna().to_numpy(),
            "legislation : date attendue, AAAA-MM-JJ",
        )
        self.mots = {nom: self._mots(nom, admis) for nom, admis in _TEXTES.items()}
        self._controler()

    def __len__(self) -> int:
        return len(self.table)

    def refuser(self, ou: np.ndarray, motif: str) -> None:
        """One project raises; rows of a table are refused. ``ou`` has one value a project."""
        ou = np.broadcast_to(ou, len(self))
        self.c.refuser(ou if self.c.en_table else bool(ou[0]), motif)

    def refuses(self) -> np.ndarray:
        return refusees(self.c, len(self))

    def nombre(self, nom: str) -> np.ndarray:
        """One number a project; 0 for a refused one, of which nothing is kept."""
        lu = np.asarray(self.c.get(nom), dtype="float64")
        return np.where(self._fautifs, 0.0, np.broadcast_to(lu, len(self)))

    def centimes(self, nom: str) -> np.ndarray:
        return centimes(self.nombre(nom))

    def activites(self) -> np.ndarray:
        return self._colonne("activite").to_numpy()

    def conditions(self) -> Conditions:
        """What the cash plan reads."""
        return lire_conditions(
            self.c, len(self), self.mots["tva_regime"], self.mots["tva_exigibilite"], pd.Series(self.debut)
        )

    def jours_des_regles(self) -> np.ndarray:
        """Day whose tax rules apply to each year: its closing, or the one day chosen, (years, projects) flattened."""
        debuts = pd.DatetimeIndex(self.debut)
        dates = [debuts + pd.DateOffset(years=annee + 1) - pd.DateOffset(days=1) for annee in range(self.annees)]
        clotures = np.array([d.to_numpy() for d in dates])
        choisis = self.legislation
        return np.where(np.isnat(choisis), clotures, choisis).astype("datetime64[s]").ravel()

    def _controler(self) -> None:
        for nom in ("ca_ht", "taux_marge"):
            self.c.exiger(nom)
        for nom in _MONTANTS:
            valeur = self.c.get(nom)
            self.refuser(valeur < 0, f"{nom} : les montants se donnent en positif")
            self.refuser(np.abs(valeur) > MONTANT_MAXIMAL, f"{nom} : montant démesuré")
        self.refuser(self.c["ca_ht"] == 0, "ca_ht : chiffre d'affaires nul")
        for nom in ("taux_marge", "taux_charges_variables", "croissance_charges"):
            valeur = self.c.get(nom)
            self.refuser(np.abs(valeur) > 1, f"{nom} : taux attendu en fraction (0,3 pour 30 %)")
            if nom != "croissance_charges":
                self.refuser((valeur < 0) & (valeur >= -1), f"{nom} : un taux n'est pas négatif")
        stock, retard = self.c.get("stock_jours"), self.c.get("retard_mois")
        self.refuser((stock < 0) | (stock > STOCK_MAXIMAL), f"stock_jours : de 0 à {STOCK_MAXIMAL} jours")
        self.refuser((retard < 0) | (retard % 1 != 0), "retard_mois : un nombre entier de mois, positif ou nul")
        self._activites()
        hausse = np.maximum(np.cumprod(1 + self.croissances, axis=0).max(axis=0, initial=1.0), 1.0)
        self.refuser(
            self.c.get("ca_ht") * hausse > MONTANT_MAXIMAL, "chiffre d'affaires démesuré à la fin de la prévision"
        )
        charges = (1 + np.maximum(self.c.get("croissance_charges"), 0.0)) ** (self.annees - 1)
        fixes = np.maximum(self.c.get("charges_fixes"), self.c.get("salaires"))
        self.refuser(fixes * charges > MONTANT_MAXIMAL, "charges démesurées à la fin de la prévision")
        controler_conditions(self.c)
        self._fautifs = self.refuses()

    def _colonne(self, nom: str) -> pd.Series:
        if nom in self.table:
            return self.table[nom]
        return pd.Series([CHAMPS[nom]] * len(self), index=self.table.index)

    def _croissances(self) -> np.ndarray:
        """Growth of each year after the first, (years - 1, projects)."""
        colonne = self._colonne("croissance_ca")
        suivantes = self.annees - 1
        if colonne.map(np.ndim).eq(0).all():
            lues = pd.to_numeric(colonne, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
            taux = np.broadcast_to(lues, (suivantes, len(self)))
        else:
            try:
                taux = np.array([np.broadcast_to(np.asarray(v, dtype="float64"), suivantes) for v in colonne]).T
            except (TypeError, ValueError):
                raise ErreurDonnees(
                    f"croissance_ca : donnez un taux, ou un taux par année à partir de la deuxième ({suivantes} ici)."
                ) from None
        hors = ~(np.abs(taux) <= 1)
        self.refuser(hors.any(axis=0), "croissance_ca : taux attendu en fraction (0,03 pour 3 %)")
        return np.where(hors, 0.0, taux)

    def _poids(self) -> np.ndarray:
        """Cumulated share of the year at the end of each month, (12, projects)."""
        colonne = self._colonne("saisonnalite")
        egaux = (1.0,) * MOIS
        lignes = [egaux if v is None or (np.ndim(v) == 0 and pd.isna(v)) else v for v in colonne]
        try:
            poids = np.array([np.asarray(ligne, dtype="float64") for ligne in lignes]).reshape(len(lignes), -1).T
        except (TypeError, ValueError):
            poids = np.empty(0)
        if poids.shape != (MOIS, len(self)):
            raise ErreurDonnees("saisonnalite : donnez douze poids, un par mois de l'exercice.")
        mauvais = ~((poids >= 0).all(axis=0) & (poids.sum(axis=0) > 0) & np.isfinite(poids).all(axis=0))
        self.refuser(mauvais, "saisonnalite : les poids sont positifs ou nuls, un au moins n'est pas nul")
        poids = np.where(mauvais, 1.0, poids)
        cumul = np.cumsum(poids, axis=0) / poids.sum(axis=0)
        cumul[-1] = 1.0
        return cumul

    def _debuts(self) -> np.ndarray:
        """First day of each project; a refused one gets a harmless day."""
        dates = pd.Series(self._dates("date_debut"))
        self.refuser(dates.isna().to_numpy(), "date_debut : date attendue, AAAA-MM-JJ")
        self.refuser((dates.dt.day > 1).to_numpy(), "date_debut : le projet commence le premier jour d'un mois")
        return dates.fillna(pd.Timestamp(2000, 1, 1)).to_numpy()

    def _dates(self, nom: str) -> np.ndarray:
        """A column of dates, NaT where there is none that can be read; a number is no date."""
        colonne = self._colonne(nom)
        if pd.api.types.is_numeric_dtype(colonne):
            colonne = pd.Series(pd.NaT, index=colonne.index)
        return pd.to_datetime(colonne, errors="coerce").dt.tz_localize(None).to_numpy().astype("datetime64[s]")

    def _mots(self, nom: str, admis: tuple[str, ...]) -> np.ndarray:
        mots = self._colonne(nom).astype("object").to_numpy()
        autres = ~np.isin(mots.astype("str"), admis)
        self.refuser(autres, f"{nom} : attendu {', '.join(admis)}")
        return np.where(autres, admis[0], mots).astype("str")

    def _activites(self) -> None:
        """The trade of an owner, which sets the contributions; a company may have any."""
        connues = np.isin(self.activites().astype("str"), (ARTISAN, COMMERCANT))
        self.refuser(~connues & (self.mots["statut"] == EI), f"activite : attendu {ARTISAN}, {COMMERCANT}")


def nombres_de(table: pd.DataFrame, nom: str, defaut: float | None = None) -> np.ndarray:
    """A column of a long table (assets, loans) as floats.

    Raises
    ------
    ErreurSchema
        It is absent and has no default, or holds something else than numbers.
    """
    if nom not in table:
        if defaut is None and len(table):
            raise ErreurSchema(f"Colonne {nom} absente des investissements ou des prêts : ajoutez-la.")
        return np.full(len(table), 0.0 if defaut is None else defaut)
    try:
        valeurs: Any = pd.to_numeric(table[nom]).to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError):
        raise ErreurSchema(f"La colonne {nom} contient autre chose que des nombres : convertissez-la.") from None
    return valeurs if defaut is None else np.where(np.isnan(valeurs), defaut, valeurs)
