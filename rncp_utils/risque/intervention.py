"""Ce que la procédure demande à chaque niveau d'alerte, et le temps qu'on y met. Convention de cours."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.parametres.consultation import lire_date
from rncp_utils.yaml_strict import lire_yaml

COLONNES = ("action", "responsable", "delai_jours", "echeance", "piece")


@lru_cache
def _procedure() -> dict[int, list[dict[str, Any]]]:
    return lire_yaml(Path(__file__).with_name("workflow.yaml")).contenu


def workflow_intervention(niveau: int, date: Any) -> pd.DataFrame:
    """Actions à mener après une alerte détectée à ``date``, dans l'ordre de leur échéance.

    Parameters
    ----------
    niveau : int
        De 0 (vert) à 4 (contentieux).

    Returns
    -------
    DataFrame
        ``action``, ``responsable``, ``delai_jours``, ``echeance``, ``piece`` (preuve à garder).

    Raises
    ------
    ErreurDonnees
        Niveau inconnu.

    >>> workflow_intervention(2, "2026-03-31")["delai_jours"].tolist()
    [2, 8, 15, 15, 30]
    """
    actions = _procedure().get(niveau)
    if actions is None:
        raise ErreurDonnees(f"Le niveau {niveau} est inconnu : les niveaux vont de 0 (vert) à 4 (contentieux).")
    depart = lire_date(date)
    lignes = [
        (a["action"], a["responsable"], a["jours"], pd.Timestamp(depart + dt.timedelta(days=a["jours"])), a["piece"])
        for a in sorted(actions, key=lambda action: action["jours"])
    ]
    table = pd.DataFrame(lignes, columns=list(COLONNES))
    table.attrs["source"] = "convention de cours"
    return table


def procedure_degradation(niveau: int, detection: Any, faites: dict[str, Any]) -> pd.DataFrame:
    """Suivi de la procédure : ce qui est fait, à temps ou non, et ce qui reste.

    Parameters
    ----------
    detection : date
        Jour où l'alerte a été détectée.
    faites : dict
        Action → jour où elle a été faite.

    Returns
    -------
    DataFrame
        Colonnes de :func:`workflow_intervention`, puis ``fait_le`` (NaT si elle reste à faire) et ``retard_jours``
        (négatif en avance, NaN si elle reste à faire).

    >>> suivi = procedure_degradation(1, "2026-03-01", {"Appeler le client et fixer un entretien": "2026-03-08"})
    >>> suivi["retard_jours"].fillna(-99).tolist()
    [2.0, -99.0]
    """
    table = workflow_intervention(niveau, detection)
    inconnues = sorted(set(faites) - set(table["action"]))
    if inconnues:
        raise ErreurDonnees(f"Action inconnue de la procédure de ce niveau : {', '.join(inconnues)}.")
    table["fait_le"] = pd.to_datetime(table["action"].map({nom: lire_date(jour) for nom, jour in faites.items()}))
    table["retard_jours"] = (table["fait_le"] - table["echeance"]).dt.days
    return table


def delai_reaction(detection: Any, premiere_action: Any) -> int:
    """Jours entre la détection et la première action.

    >>> delai_reaction("2026-03-01", "2026-03-04")
    3
    """
    jours = (lire_date(premiere_action) - lire_date(detection)).days
    if jours < 0:
        raise ErreurDonnees("La première action précède la détection : vérifiez les deux dates.")
    return jours
