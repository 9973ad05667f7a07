"""Dates and lengths of the accounting years behind the boxes, and what depends on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.entreprise.liasse import INDEX, Liasse
from rncp_utils.entreprise.postes import Masque, Postes, Valeur
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre

SIREN, CLOTURE = INDEX
DUREE = "duree_mois"
MOIS_PAR_AN = 12
DUREE_MAXIMALE = 24
PCG_2014, PCG_2025 = "PCG_2014", "PCG_2025"


@dataclass(frozen=True)
class Jours:
    """Distinct days, and for each row the rank of its own (-1: unknown); for one company ``rangs`` is 0."""

    jours: np.ndarray
    rangs: int | np.ndarray

    @property
    def inconnues(self) -> Masque:
        """Rows without a day."""
        return self.rangs < 0


def clotures(postes: Postes) -> Jours | None:
    """Closing days of the accounting years, or None where the source does not tell any."""
    source = postes.source
    if isinstance(source, pd.DataFrame):
        return _clotures_de_la_table(source)
    if isinstance(source, Liasse):
        jour = source.date_cloture
    else:
        # A row of a table keeps its key as its name.
        nom = getattr(source, "name", None)
        jour = source.get(CLOTURE, nom[1] if isinstance(nom, tuple) and len(nom) == len(INDEX) else None)
    return None if jour is None or pd.isna(jour) else Jours(np.array([_jour(jour)], dtype="datetime64[D]"), 0)


def _clotures_de_la_table(table: pd.DataFrame) -> Jours | None:
    index = table.index
    if isinstance(index, pd.MultiIndex) and CLOTURE in index.names:
        rang = index.names.index(CLOTURE)
        # A slice of a table keeps the days of the whole: only those in use are asked for.
        codes = np.asarray(index.codes[rang])
        utiles = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(index.levels[rang])))
        position = np.full(len(index.levels[rang]) + 1, -1)
        position[utiles] = np.arange(len(utiles))
        return Jours(_jours(index.levels[rang][utiles]), position[codes])
    if index.name == CLOTURE or CLOTURE in table:
        codes, jours = pd.factorize(table.get(CLOTURE, index))
        return Jours(_jours(jours), codes)
    return None


def _jours(dates: Any) -> np.ndarray:
    try:
        return pd.DatetimeIndex(dates).to_numpy().astype("datetime64[D]")
    except (TypeError, ValueError):
        raise ErreurSchema(f"{CLOTURE} contient autre chose que des dates : convertissez la colonne.") from None


def _jour(date: Any) -> np.datetime64:
    return _jours([date])[0]


def duree_mois(postes: Postes) -> Valeur:
    """Length of each accounting year, in months; 12 where the source does not tell it."""
    source = postes.source
    if isinstance(source, Liasse):
        return float(source.duree_mois)
    duree = postes.get(DUREE, float(MOIS_PAR_AN))
    postes.refuser((duree < 1) | (duree > DUREE_MAXIMALE), "durée d'exercice hors de 1 à 24 mois")
    return duree


def facteur_annuel(postes: Postes) -> Valeur:
    """What a flow of the year is multiplied by to stand for twelve months."""
    # Rows of a length of 0 are refused: no division by zero is to be warned of.
    return MOIS_PAR_AN / np.maximum(duree_mois(postes), 1.0)


def parametre_a_la_cloture(postes: Postes, nom: str) -> Valeur:
    """A dated parameter at each closing day; at today's where the source has no date."""
    jours = clotures(postes)
    if jours is None or not len(jours.jours):
        return float(parametre(nom, dt.date.today()))
    postes.refuser(jours.inconnues, "date de clôture absente")
    valeurs = parametre(nom, jours.jours).astype("float64")
    return float(valeurs[0]) if len(set(valeurs)) == 1 else valeurs[jours.rangs]


def ouvertures(postes: Postes) -> Jours | None:
    """First days of the accounting years, in the same shape as the closing days; None where the source tells none.

    An impossible length, refused elsewhere, leaves the day unknown: no rule may be told from a wrong date.
    """
    fins = clotures(postes)
    if fins is None or not len(fins.jours):
        return None
    durees = duree_mois(postes)
    inconnues = fins.inconnues | (durees < 1) | (durees > DUREE_MAXIMALE)
    durees = np.clip(durees, 1, DUREE_MAXIMALE)
    if not isinstance(durees, np.ndarray) or (durees == durees[0]).all():
        rangs = np.where(inconnues, -1, fins.rangs) if np.any(inconnues) else fins.rangs
        return Jours(_debuts(fins.jours, int(np.atleast_1d(durees)[0])), rangs)
    # Few distinct pairs (closing day, length): dates are worked out once a pair, not once a row.
    paires = np.where(inconnues, -1, fins.rangs * (DUREE_MAXIMALE + 1) + durees)
    rangs, distinctes = pd.factorize(paires.astype("int64"))
    jours = _debuts(fins.jours[distinctes // (DUREE_MAXIMALE + 1)], distinctes % (DUREE_MAXIMALE + 1))
    return Jours(jours, np.where(inconnues, -1, rangs))


def _debuts(fins: np.ndarray, durees: int | np.ndarray) -> np.ndarray:
    lendemains = fins + 1
    mois = lendemains.astype("datetime64[M]")
    return (mois - durees).astype("datetime64[D]") + (lendemains - mois.astype("datetime64[D]"))


def referentiel_comptable(exercice_ouvert: dt.date | str) -> str:
    """Plan comptable d'un exercice : ``PCG_2014`` ou ``PCG_2025`` selon son jour d'ouverture.

    Le PCG 2025 (règlement ANC 2022-06) s'impose aux exercices ouverts à partir du 1er janvier 2025 ; une entreprise a
    pu l'appliquer dès 2024, ce qu'il faut alors dire par l'argument ``referentiel`` des fonctions d'analyse. Lecture
    de source secondaire, à vérifier sur le règlement (23 novembre 2026).

    >>> referentiel_comptable("2024-07-01"), referentiel_comptable("2025-01-01")
    ('PCG_2014', 'PCG_2025')
    """
    return PCG_2025 if parametre("pcg.anc_2022_06", exercice_ouvert) else PCG_2014


def sous_pcg_2025(postes: Postes, referentiel: str | None = None) -> Masque:
    """Rows kept under the PCG 2025: as said by ``referentiel``, else by the opening day; False where unknown."""
    if referentiel is not None:
        if referentiel not in (PCG_2014, PCG_2025):
            raise ErreurDonnees(f"Référentiel « {referentiel} » inconnu : attendu {PCG_2014} ou {PCG_2025}.")
        return referentiel == PCG_2025
    debuts = ouvertures(postes)
    if debuts is None:
        return False
    applique = np.append(parametre("pcg.anc_2022_06", debuts.jours) == 1, False)[debuts.rangs]
    return bool(applique.all()) if applique.all() == applique.any() else applique


def exiger_cles_uniques(index: pd.Index) -> None:
    """Refuse two rows for the same company and year: comparing years would compare a year with itself."""
    if index.has_duplicates:
        cle = index[index.duplicated()][0]
        raise ErreurDonnees(f"L'exercice {' clos le '.join(map(_texte, cle))} figure plusieurs fois : gardez-en un.")


def _texte(valeur: object) -> str:
    return f"{valeur:%d/%m/%Y}" if hasattr(valeur, "strftime") else str(valeur)


def exercice_precedent(table: pd.DataFrame) -> pd.DataFrame:
    """Pour chaque ligne d'une table de liasses, la liasse de l'exercice précédent de la même entreprise.

    Parameters
    ----------
    table : DataFrame
        Index (siren, date_cloture), colonnes par codes. Non modifiée.

    Returns
    -------
    DataFrame
        Mêmes index et colonnes que ``table`` ; ligne vide (NaN) quand l'exercice précédent n'est pas dans la table, ou
        quand sa clôture ne touche pas l'ouverture de l'exercice (mois manquants).

    Raises
    ------
    ErreurSchema
        L'index n'est pas (siren, date_cloture).
    ErreurDonnees
        Un exercice figure deux fois.
    """
    if not isinstance(table.index, pd.MultiIndex) or not set(INDEX) <= set(table.index.names):
        raise ErreurSchema("La table n'a pas l'index (siren, date_cloture) : donnez-le avec set_index.")
    exiger_cles_uniques(table.index)
    entreprises, _ = pd.factorize(table.index.get_level_values(SIREN))
    jours = _jours(table.index.get_level_values(CLOTURE))
    ordre = np.lexsort((jours, entreprises))
    precedents = np.full(len(table), -1)
    memes = entreprises[ordre][1:] == entreprises[ordre][:-1]
    precedents[ordre[1:]] = np.where(memes, ordre[:-1], -1)
    # In months, since the closing day of a month varies.
    mois = jours.astype("datetime64[M]").astype("int64")
    durees = table[DUREE].to_numpy(dtype="float64", na_value=MOIS_PAR_AN) if DUREE in table else MOIS_PAR_AN
    precedents[mois - mois[precedents] != durees] = -1
    return table.reset_index(drop=True).reindex(precedents).set_axis(table.index)
