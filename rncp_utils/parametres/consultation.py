"""Valeur d'un paramètre à une date : refus de l'inconnu, avertissement sur ce qui n'a pas été revérifié."""

from __future__ import annotations

import datetime as dt
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, overload

from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurParametre
from rncp_utils.parametres.chargement import fiche_parametre
from rncp_utils.parametres.modele import BAREME, DATE_ISO, TRIMESTRE_OCTROI, Parametre, Tranche

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# A value that nobody has looked at for longer than a budget year and its decrees.
DELAI_DE_REVERIFICATION = dt.timedelta(days=400)


@overload
def parametre(nom: str, date: dt.date | str) -> int | float | dict[str, int | float]: ...


@overload
def parametre(nom: str, date: pd.Series | pd.DatetimeIndex | np.ndarray | list[Any]) -> np.ndarray: ...


def parametre(nom: str, date: Any) -> Any:
    """Valeur d'un paramètre à une date, ou à chacune d'une série de dates.

    C'est celle de la dernière date livrée qui n'est pas postérieure à la date demandée ; un paramètre trimestriel ne
    vaut que dans son trimestre. Ce que la date désigne est dit par ``fiche_parametre(nom).sens_de_la_date``.
    Plus de 400 jours après la dernière vérification, un AvertissementDonnees le dit, une fois par nom et par date.

    Parameters
    ----------
    nom : str, par exemple ``is.taux_normal``
    date : date, datetime, pandas.Timestamp, str (AAAA-MM-JJ), or a Series, DatetimeIndex, 1-d array or list of them

    Returns
    -------
    int, float, dict or numpy.ndarray
        Dans l'unité du paramètre (un taux est une fraction de 1). Un dictionnaire de nombres pour une table. Pour une
        série, une valeur par date dans le même ordre, entière si toutes les valeurs livrées le sont.

    Raises
    ------
    ErreurParametre
        Nom inconnu, date hors de ce qui est livré, valeur non confirmée, barème demandé comme une valeur.
    ErreurDonnees
        Ce qui est donné n'est pas une date.

    Examples
    --------
    >>> parametre("is.taux_reduit_plafond", "2022-12-30"), parametre("is.taux_reduit_plafond", "2022-12-31")
    (38120, 42500)
    """
    fiche = fiche_parametre(nom)
    if fiche.forme == BAREME:
        raise ErreurParametre(f"Le paramètre « {nom} » est un barème ; lisez-le avec bareme(nom, date).")
    if _est_une_serie(date):
        # numpy and pandas only load for a reader of tables: a lesson's kernel starts without them.
        from rncp_utils.parametres.vecteurs import valeurs_aux_dates

        return valeurs_aux_dates(fiche, date)
    contenu = _contenu(fiche, lire_date(date))
    return dict(contenu) if isinstance(contenu, dict) else contenu


def bareme(nom: str, date: dt.date | str) -> tuple[Tranche, ...]:
    """Barème à une date : ses tranches, de seuil croissant.

    ``fiche_parametre(nom).lecture`` dit comment le lire : ``tranches`` (chaque taux s'applique à la part qui dépasse
    son seuil) ou ``points`` (interpolation linéaire entre les seuils, constante en dehors).

    Parameters
    ----------
    nom : str
        Nom pointé, par exemple ``ir.bareme``.
    date : date, datetime, pandas.Timestamp or str
        Une date ; pour l'impôt sur le revenu, un jour de l'année des revenus.

    Raises
    ------
    ErreurParametre, ErreurDonnees
        Comme :func:`parametre`.

    Examples
    --------
    >>> bareme("ir.bareme", "2025-12-31")[1]
    Tranche(seuil=11600, taux=0.11)
    """
    fiche = fiche_parametre(nom)
    if fiche.forme != BAREME:
        raise ErreurParametre(f"Le paramètre « {nom} » n'est pas un barème ; lisez-le avec parametre(nom, date).")
    if _est_une_serie(date):
        raise ErreurDonnees(f"Le barème « {nom} » se lit à une date à la fois ; donnez une seule date.")
    return _contenu(fiche, lire_date(date))


def lire_date(date: Any) -> dt.date:
    """Jour donné par une date, un horodatage (pandas compris) ou un texte AAAA-MM-JJ.

    Raises
    ------
    ErreurDonnees
        Autre chose, ou une date manquante (NaT).
    """
    if hasattr(date, "astype") and hasattr(date, "item"):  # numpy.datetime64
        date = date.astype("datetime64[D]").item()
    if isinstance(date, str) and DATE_ISO.fullmatch(date.strip()):
        try:
            return dt.date.fromisoformat(date.strip())
        except ValueError:
            pass  # said below, like any other text that is no date
    elif isinstance(date, dt.datetime) and date == date:  # NaT is a datetime that differs from itself
        return date.date()
    elif isinstance(date, dt.date) and not isinstance(date, dt.datetime):
        return date
    raise ErreurDonnees(f"J'attendais une date et j'ai lu « {date} » ; écrivez par exemple 2026-01-31 (AAAA-MM-JJ).")


def refuser(fiche: Parametre, jour: dt.date, precision: str = "") -> ErreurParametre:
    """The error of a date at which the parameter has no value; ``precision`` tells how many dates are refused."""
    rang = fiche.rang(jour)
    bornes = f"dates livrées : du {_francaise(fiche.dates[0])} au {_francaise(fiche.dates[-1])}"
    debut = f"Le paramètre « {fiche.nom} » n'a pas de valeur au {_francaise(jour)}{precision}"
    if rang is not None:
        raison = f"depuis le {_francaise(fiche.dates[rang])}, {fiche.motifs[rang]} ({bornes})"
    elif fiche.sens_de_la_date == TRIMESTRE_OCTROI:
        raison = f"chaque valeur ne vaut que dans son trimestre et celui-ci n'est pas livré ({bornes})"
    else:
        raison = f"cette date précède la première valeur ({bornes})"
    return ErreurParametre(
        f"{debut} : {raison} ; demandez une autre date, ou complétez son fichier avec la valeur et sa référence."
    )


def prevenir_si_ancien(fiche: Parametre, jour: dt.date) -> None:
    """Warn, once for each name and date, when the value was last checked too long before ``jour``."""
    if jour - fiche.metadata.last_value_still_valid_on > DELAI_DE_REVERIFICATION:
        _prevenir(fiche.nom, jour, fiche.metadata.last_value_still_valid_on)


@lru_cache(maxsize=4096)
def _prevenir(nom: str, jour: dt.date, verifie_le: dt.date) -> None:
    warnings.warn(
        f"Paramètre non revérifié : « {nom} » est demandé au {_francaise(jour)} et sa valeur a été vérifiée pour la "
        f"dernière fois le {_francaise(verifie_le)} ; contrôlez-la à la source avant de vous en servir.",
        AvertissementDonnees,
        stacklevel=5,
    )


def _contenu(fiche: Parametre, jour: dt.date) -> Any:
    rang = fiche.rang(jour)
    contenu = None if rang is None else fiche.contenus[rang]
    if contenu is None:
        raise refuser(fiche, jour)
    prevenir_si_ancien(fiche, jour)
    return contenu


def _est_une_serie(date: Any) -> bool:
    return isinstance(date, list | tuple) or getattr(date, "ndim", 0) > 0


def _francaise(jour: dt.date) -> str:
    return f"{jour:%d/%m/%Y}"
