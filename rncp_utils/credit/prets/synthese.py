"""Ce que coûte un prêt, et ce qui en reste dû à une date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.dates import ajouter_mois
from rncp_utils.credit.prets.lecture import ID, lire_jours
from rncp_utils.credit.prets.tableau import PHASES
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import centimes, en_euros
from rncp_utils.parametres.consultation import lire_date

_HORS_REMBOURSEMENT = PHASES[:3]


class Groupes:
    """Rows of a schedule by loan: one loan without column ``id_pret``, any number with it, in any order."""

    def __init__(self, lignes: pd.DataFrame) -> None:
        self.un_seul = ID not in lignes
        self.lignes = lignes
        if self.un_seul:
            self.code, self.ids = np.zeros(len(lignes), dtype="int64"), pd.Index([0], name=ID)
        else:
            self.code, uniques = pd.factorize(lignes[ID])
            self.ids = pd.Index(uniques, name=ID)
            if isinstance(self.ids, pd.CategoricalIndex):
                self.ids = pd.Index(self.ids.astype(self.ids.categories.dtype), name=ID)
        if not len(lignes):
            raise ErreurDonnees("Cet échéancier n'a aucune ligne : donnez le résultat de tableau_amortissement.")

    def centimes(self, nom: str) -> np.ndarray:
        """A column in cents."""
        if nom not in self.lignes:
            raise ErreurSchema(f"La colonne {nom} manque : donnez le résultat de tableau_amortissement ou d'echeances.")
        return centimes(self.lignes[nom])

    def somme(self, valeurs: np.ndarray, ou: np.ndarray | None = None) -> np.ndarray:
        """Total by loan of some rows, in cents; exact, floats being exact on whole numbers of this size."""
        retenues = valeurs if ou is None else np.where(ou, valeurs, 0)
        return np.bincount(self.code, retenues, minlength=len(self.ids)).astype("int64")

    def premieres(self, ou: np.ndarray | None = None) -> np.ndarray:
        """Row of lowest rank of each loan among some rows; -1 where there is none."""
        return self._bouts(ou, -1)

    def dernieres(self, ou: np.ndarray | None = None) -> np.ndarray:
        """Row of highest rank of each loan among some rows; -1 where there is none."""
        return self._bouts(ou, 1)

    def _bouts(self, ou: np.ndarray | None, sens: int) -> np.ndarray:
        lignes = np.arange(len(self.lignes)) if ou is None else np.flatnonzero(ou)
        ordre = lignes[np.argsort(sens * self.lignes["rang"].to_numpy()[lignes], kind="stable")]
        trouvees = np.full(len(self.ids), -1)
        trouvees[self.code[ordre]] = ordre  # the last one written stays
        return trouvees

    def par_pret(self, valeur: Any, nom: str) -> np.ndarray:
        """A value for all the loans, or one a loan (a Series by identifier, a mapping)."""
        if isinstance(valeur, pd.Series | Mapping):
            serie = pd.Series(valeur)
            absents = self.ids.difference(serie.index)
            if len(absents):
                raise ErreurSchema(f"{nom} manque pour le prêt « {absents[0]} » : donnez-en une valeur par prêt.")
            return serie.reindex(self.ids).to_numpy()
        return np.full(len(self.ids), valeur)

    def jours(self, date: Any, nom: str) -> np.ndarray:
        """A date for all the loans, or one a loan, as days."""
        if isinstance(date, pd.Series | Mapping):
            jours, illisible = lire_jours(pd.Series(self.par_pret(date, nom), name=nom))
            if illisible.any() or (jours == np.iinfo("int64").min).any():
                raise ErreurDonnees(f"{nom} contient autre chose que des dates : écrivez-les AAAA-MM-JJ.")
            return jours
        return np.full(len(self.ids), np.datetime64(lire_date(date), "D").astype("int64"))

    def resultat(self, **colonnes: np.ndarray) -> pd.Series | pd.DataFrame:
        """Cents by loan → euros: a Series for one loan, a table by identifier for several."""
        table = pd.DataFrame({nom: en_euros(valeur) for nom, valeur in colonnes.items()}, index=self.ids)
        return table.iloc[0].rename(None) if self.un_seul else table


def synthese_pret(lignes: pd.DataFrame, *, frais: float | pd.Series | None = None) -> pd.Series | pd.DataFrame:
    """Échéance, coût et durée d'un prêt, ou de chaque prêt d'une table.

    Parameters
    ----------
    lignes : DataFrame
        Résultat de :func:`tableau_amortissement` (une Series est rendue) ou d':func:`echeances` (une ligne par prêt).
    frais : float or Series by id_pret, optional
        Frais payés au déblocage, euros ; par défaut ceux du contrat d'un prêt seul, et zéro pour une table.

    Returns
    -------
    Series ou DataFrame
        En euros : ``echeance``, la première hors différé et hors assurance ; ``derniere`` ; ``interets_total``
        (capitalisés compris) ; ``assurance_total`` ; ``commission_total`` (d'engagement) ; ``indemnite_total`` (de
        remboursement anticipé) ; ``frais`` ; ``cout_total``, leur somme.

    >>> from rncp_utils.credit.prets.echeancier import tableau_amortissement
    >>> synthese_pret(tableau_amortissement(100_000, 0.042, 84))[["echeance", "derniere", "interets_total"]].tolist()
    [1376.11, 1375.78, 15592.91]
    """
    g = Groupes(lignes)
    echeance = g.centimes("echeance_hors_assurance")
    remboursement = ~lignes["phase"].isin(_HORS_REMBOURSEMENT).to_numpy()
    premieres, dernieres = g.premieres(remboursement), g.dernieres()
    if frais is None:
        frais = lignes.attrs.get("contrat", {}).get("frais", 0.0) if g.un_seul else 0.0
    couts = {
        "interets_total": g.somme(g.centimes("interets")),
        "assurance_total": g.somme(g.centimes("assurance")),
        "commission_total": _total_facultatif(g, "commission_engagement"),
        "indemnite_total": _total_facultatif(g, "indemnite"),
        "frais": centimes(g.par_pret(frais, "frais").astype("float64")),
    }
    # A loan repaid early while deferred never pays a plain instalment.
    return g.resultat(
        echeance=np.where(premieres >= 0, echeance[premieres], 0),
        derniere=echeance[dernieres],
        **couts,
        cout_total=sum(couts.values()),
    )


def _total_facultatif(g: Groupes, nom: str) -> np.ndarray:
    return g.somme(g.centimes(nom)) if nom in g.lignes else np.zeros(len(g.ids), dtype="int64")


def crd_a_la_date(
    lignes: pd.DataFrame, date: dt.date | str | pd.Series, *, tirages: pd.DataFrame | None = None
) -> float | pd.Series:
    """Capital restant dû à la fin d'un jour, échéances de ce jour payées ; zéro avant le déblocage.

    Parameters
    ----------
    lignes : DataFrame
        Résultat de :func:`tableau_amortissement` ou d':func:`echeances`, avec des dates.
    date : date, or Series by id_pret
        Un jour pour tous les prêts, ou un par prêt.
    tirages : DataFrame, optional
        Ceux donnés à :func:`echeances` : sans eux, un tirage n'est compté qu'à l'échéance qui le suit.

    Returns
    -------
    float ou Series
        Euros.

    Raises
    ------
    ErreurDonnees
        Échéancier sans dates.

    >>> from rncp_utils.credit.prets.echeancier import tableau_amortissement
    >>> prete = tableau_amortissement(100_000, 0.042, 84, date_deblocage="2024-01-15")
    >>> crd_a_la_date(prete, "2024-12-31"), crd_a_la_date(prete, "2024-01-14")
    (88513.17, 0.0)
    """
    g = Groupes(lignes)
    crd = crd_en_centimes(g, g.jours(date, "date"), tirages)
    return float(en_euros(crd)[0]) if g.un_seul else pd.Series(en_euros(crd), index=g.ids, name="crd")


def crd_en_centimes(g: Groupes, jour: np.ndarray, tirages: pd.DataFrame | None) -> np.ndarray:
    """What is owed at the end of a day, by loan."""
    du, _ = periodes(g)
    date = dates_en_jours(g, "date")
    passees = date <= jour[g.code]
    derniere, premiere = g.dernieres(passees), g.premieres()
    fin, debut = g.centimes("crd_fin"), g.centimes("crd_debut")
    crd = np.where(derniere >= 0, fin[derniere], np.where(du[premiere] <= jour, debut[premiere], 0))
    if tirages is None and g.un_seul and lignes_de_tirages(g.lignes):
        tirages = pd.DataFrame(lignes_de_tirages(g.lignes), columns=["date", "montant"]).assign(**{ID: 0})
    if tirages is None:
        return crd
    # Drawdowns since the last row: they are in none yet.
    rang = g.ids.get_indexer(pd.Index(tirages[ID]))
    tire, illisible = lire_jours(tirages["date"])
    connus = (rang >= 0) & ~illisible
    rang, tire, montant = rang[connus], tire[connus], centimes(tirages["montant"])[connus]
    depuis = np.where(derniere >= 0, date[derniere], du[premiere])[rang]
    # Without a row yet, what is drawn on the first day is already in it.
    ici = (tire <= jour[rang]) & (tire > depuis)
    return crd + np.bincount(rang[ici], montant[ici], minlength=len(g.ids)).astype("int64")


def lignes_de_tirages(lignes: pd.DataFrame) -> list[list[Any]] | None:
    """Drawdowns of the contract of a single loan."""
    return lignes.attrs.get("contrat", {}).get("tirages")


def dates_en_jours(g: Groupes, nom: str) -> np.ndarray:
    """A column of dates as days.

    Raises
    ------
    ErreurDonnees
        A date is missing.
    """
    dates = g.lignes[nom]
    if dates.isna().any():
        raise ErreurDonnees("Cet échéancier n'a pas de dates : donnez date_deblocage au prêt.")
    return dates.to_numpy().astype("datetime64[D]").astype("int64")


def periodes(g: Groupes) -> tuple[np.ndarray, np.ndarray]:
    """First and last day of the period whose interest each row pays, as days."""
    date = dates_en_jours(g, "date")
    debut = _debuts(g, date)
    # Paid in advance, a row stands at the beginning of its period, which ends where the next one begins.
    avance = (debut == date) & (g.lignes["rang"].to_numpy() > 0)
    if not avance.any():
        return debut, date
    ordre = np.lexsort([g.lignes["rang"], g.code])
    suivante = np.empty(len(ordre), dtype="int64")
    suivante[ordre] = np.append(ordre[1:], ordre[-1])
    memes = g.code[suivante] == g.code
    return debut, np.where(avance & memes, date[suivante], date)


def _debuts(g: Groupes, date: np.ndarray) -> np.ndarray:
    """First day of the period of each row."""
    if "date_debut" in g.lignes:
        return dates_en_jours(g, "date_debut")
    if not g.un_seul:
        raise ErreurSchema("La colonne date_debut manque : donnez le résultat d'echeances, tel quel.")
    contrat = g.lignes.attrs.get("contrat")
    if contrat is None:
        raise ErreurDonnees("Cette table n'a plus le contrat du prêt : donnez le résultat de tableau_amortissement.")
    if contrat["terme"] == "a_echoir":
        return np.where(g.lignes["rang"] == 0, _deblocage(contrat, date), date)
    return np.append(_deblocage(contrat, date), date[:-1])


def _deblocage(contrat: Mapping[str, Any], date: np.ndarray) -> int:
    """Day of the first money of one loan."""
    tirages = contrat.get("tirages") or []
    dit = contrat.get("date_deblocage") or min((jour for jour, _ in tirages), default=None)
    if dit is not None:
        return int(np.datetime64(dit, "D").astype("int64"))
    recul = 0 if contrat["terme"] == "a_echoir" else 12 // contrat["periodicite"]
    return int(ajouter_mois(date[:1], np.array([-recul]))[0])
