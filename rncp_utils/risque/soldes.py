"""Soldes de chaque jour, comptes × jours, en centimes : la matière des indicateurs de comportement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import centimes, en_euros
from rncp_utils.parametres.consultation import lire_date

JOUR = "datetime64[D]"


@dataclass(frozen=True)
class SoldesJour:
    """Solde de clôture de chaque compte, chaque jour, sans trou.

    Attributes
    ----------
    cles : Index
        Comptes (ou clients), une ligne chacun.
    premier : datetime64[D]
        Jour de la première colonne.
    cents : ndarray int64 (comptes, jours)
        Débit négatif.
    """

    cles: pd.Index
    premier: np.datetime64
    cents: np.ndarray

    @property
    def jours(self) -> pd.DatetimeIndex:
        """Jours des colonnes."""
        return pd.DatetimeIndex(self.premier + np.arange(self.cents.shape[1]))

    def rang(self, date: Any) -> int:
        """Colonne d'une date.

        Raises
        ------
        ErreurDonnees
            Date hors des jours connus.
        """
        rang = int((np.datetime64(lire_date(date), "D") - self.premier) / np.timedelta64(1, "D"))
        if not 0 <= rang < self.cents.shape[1]:
            jours = self.jours
            raise ErreurDonnees(
                f"Aucun solde au {lire_date(date):%d/%m/%Y} : les soldes vont du {jours[0]:%d/%m/%Y} "
                f"au {jours[-1]:%d/%m/%Y}."
            )
        return rang

    def serie(self, cle: Any) -> pd.Series:
        """Soldes d'un compte, en euros, un par jour."""
        if cle not in self.cles:
            raise ErreurDonnees(f"Le compte « {cle} » est inconnu : vérifiez son identifiant.")
        return pd.Series(en_euros(self.cents[self.cles.get_loc(cle)]), index=self.jours, name=cle)

    def table(self, nom: str = "id_compte") -> pd.DataFrame:
        """Table longue : une ligne par compte et par jour."""
        comptes, jours = self.cents.shape
        return pd.DataFrame(
            {
                nom: np.repeat(self.cles.to_numpy(), jours),
                "date": np.tile(self.jours.to_numpy(), comptes),
                "solde": en_euros(self.cents.ravel()),
            }
        )


def soldes_denses(soldes: pd.DataFrame, *, cle: str = "id_compte", fin: Any = None) -> SoldesJour:
    """Soldes relevés → soldes de chaque jour : un jour sans relevé garde le solde de la veille.

    Parameters
    ----------
    soldes : DataFrame
        ``id_compte``, ``date``, ``solde`` (euros, débit négatif), dans un ordre quelconque ; de deux soldes du même
        jour, le dernier de la table est retenu. Non modifiée.
    fin : date, optional
        Dernier jour ; par défaut le dernier relevé.

    Raises
    ------
    ErreurSchema
        Colonne absente.
    ErreurDonnees
        Table vide, solde inconnu, date illisible.

    Avant son premier relevé, un compte est à 0.

    >>> releves = pd.DataFrame({"id_compte": ["a", "a"], "date": ["2026-01-05", "2026-01-03"], "solde": [-20.0, 50.0]})
    >>> soldes_denses(releves).serie("a").tolist()
    [50.0, 50.0, -20.0]
    """
    jours, codes, cles = _lire(soldes, cle, "solde")
    premier, dernier = _bornes(jours, fin)
    n = int((dernier - premier) / np.timedelta64(1, "D")) + 1
    rangs = ((jours - premier) / np.timedelta64(1, "D")).astype("int64")
    cents = centimes(soldes["solde"])
    vu = np.full((len(cles), n), -1, dtype="int64")
    garde = rangs < n
    # The last record of a day wins: later rows overwrite the ranks of earlier ones.
    np.maximum.at(vu, (codes[garde], rangs[garde]), np.flatnonzero(garde))
    # Each day looks back at the last record before it.
    dernier_vu = np.where(vu >= 0, np.arange(n), -1)
    np.maximum.accumulate(dernier_vu, axis=1, out=dernier_vu)
    lignes = np.take_along_axis(vu, np.maximum(dernier_vu, 0), axis=1)
    return SoldesJour(cles, premier, np.where(dernier_vu >= 0, cents[np.maximum(lignes, 0)], 0))


def soldes_depuis_mouvements(
    mouvements: pd.DataFrame,
    *,
    initiaux: pd.Series | None = None,
    cle: str = "id_compte",
    colonne_date: str = "date_op",
    debut: Any = None,
    fin: Any = None,
) -> SoldesJour:
    """Mouvements → soldes de chaque jour, exacts au centime.

    Parameters
    ----------
    mouvements : DataFrame
        ``id_compte``, ``date_op`` (ou ``date_valeur`` pour les intérêts), ``montant`` signé en euros (crédit positif).
    initiaux : Series, optional
        Solde de chaque compte la veille de ``debut``, en euros, par ``id_compte`` ; 0 par défaut.

    >>> m = pd.DataFrame({"id_compte": ["a", "a"], "date_op": ["2026-01-03", "2026-01-01"], "montant": [-80.0, 30.0]})
    >>> soldes_depuis_mouvements(m, initiaux=pd.Series({"a": 20.0})).serie("a").tolist()
    [50.0, 50.0, -30.0]
    """
    jours, codes, cles = _lire(mouvements, cle, "montant", colonne_date)
    if initiaux is not None:
        cles = cles.union(initiaux.index, sort=False)
    premier, dernier = _bornes(jours, fin)
    if debut is not None:
        premier = np.datetime64(lire_date(debut), "D")
    n = int((dernier - premier) / np.timedelta64(1, "D")) + 1
    rangs = ((jours - premier) / np.timedelta64(1, "D")).astype("int64")
    if (rangs < 0).any():
        raise ErreurDonnees(f"Des mouvements précèdent le {lire_date(debut):%d/%m/%Y} : avancez le début.")
    flux = np.zeros((len(cles), n), dtype="int64")
    garde = rangs < n
    np.add.at(flux, (codes[garde], rangs[garde]), centimes(mouvements["montant"])[garde])
    if initiaux is not None:
        flux[:, 0] += centimes(initiaux.reindex(cles).fillna(0.0))
    return SoldesJour(cles, premier, np.cumsum(flux, axis=1))


def _lire(
    table: pd.DataFrame, cle: str, montant: str, colonne_date: str = "date"
) -> tuple[np.ndarray, np.ndarray, pd.Index]:
    manquantes = [nom for nom in (cle, colonne_date, montant) if nom not in table]
    if manquantes:
        raise ErreurSchema(f"Colonnes absentes : {', '.join(manquantes)}.")
    if not len(table):
        raise ErreurDonnees("La table est vide : il n'y a aucun solde à suivre.")
    try:
        jours = pd.to_datetime(table[colonne_date]).to_numpy().astype(JOUR)
    except (ValueError, TypeError):
        raise ErreurDonnees(f"La colonne {colonne_date} contient autre chose que des dates.") from None
    if np.isnat(jours).any():
        raise ErreurDonnees(f"La colonne {colonne_date} a des dates manquantes : complétez-les.")
    sans_cle = int(table[cle].isna().sum())
    if sans_cle:
        raise ErreurDonnees(f"{sans_cle} ligne(s) sans {cle} : leur montant n'irait à aucun compte, complétez-les.")
    codes, cles = pd.factorize(table[cle], sort=True)
    return jours, codes, pd.Index(cles, name=cle)


def _bornes(jours: np.ndarray, fin: Any) -> tuple[np.datetime64, np.datetime64]:
    dernier = jours.max() if fin is None else np.datetime64(lire_date(fin), "D")
    if dernier < jours.min():
        raise ErreurDonnees("La date de fin précède le premier relevé : vérifiez-la.")
    return jours.min(), dernier
