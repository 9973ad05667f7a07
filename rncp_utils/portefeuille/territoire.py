"""Zone de chalandise : densité, création, survie, part de marché, à partir d'une table d'établissements."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.portefeuille.segmentation import section_naf

ACTIF = "A"
POUR_HABITANTS = 10_000
HORIZON_DE_SURVIE = 3


def zone_chalandise(
    etablissements: pd.DataFrame, population: int, *, date: Any, clients: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Portrait d'une zone par section d'activité.

    Parameters
    ----------
    etablissements : DataFrame
        Table à la manière de Sirene : ``siret``, ``naf``, ``date_creation``, ``etat`` (A actif, F fermé),
        ``date_fermeture`` (NaT si ouvert).
    population : int
        Habitants de la zone.
    date : date
        Jour de la lecture.
    clients : DataFrame, optional
        ``siret`` et ``naf`` des clients de l'agence dans la zone.

    Returns
    -------
    DataFrame
        Index ``section`` ; ``actifs``, ``densite`` (pour 10 000 habitants), ``taux_creation`` (créations des douze
        derniers mois sur les actifs), ``taux_survie`` (part des établissements créés il y a trois à quatre ans encore
        ouverts après trois ans, NaN s'il n'y en a pas), ``part_de_marche`` (clients sur actifs).

    Raises
    ------
    ErreurSchema, ErreurDonnees
        Colonne absente ; population nulle ; SIRET en double.

    Source : définitions usuelles de la démographie d'entreprises (INSEE), convention de cours.

    >>> t = pd.DataFrame({"siret": ["1", "2"], "naf": ["1071C", "1071C"], "date_creation": ["2025-06-01", "2010-01-01"],
    ...                   "etat": ["A", "A"], "date_fermeture": [None, None]})
    >>> zone_chalandise(t, 5_000, date="2026-03-31")[["actifs", "densite", "taux_creation"]].iloc[0].tolist()
    [2.0, 4.0, 0.5]
    """
    manquantes = [n for n in ("siret", "naf", "date_creation", "etat", "date_fermeture") if n not in etablissements]
    if manquantes:
        raise ErreurSchema(f"Colonnes absentes de la table des établissements : {', '.join(manquantes)}.")
    if not population > 0:
        raise ErreurDonnees(f"La population vaut {population} : un nombre positif d'habitants est attendu.")
    if etablissements["siret"].duplicated().any():
        raise ErreurDonnees("Un SIRET figure deux fois : chaque établissement compte une fois.")
    jour = pd.Timestamp(date)
    t = etablissements.assign(section=section_naf(etablissements["naf"]))
    creation, fermeture = pd.to_datetime(t["date_creation"]), pd.to_datetime(t["date_fermeture"])
    actif = (t["etat"] == ACTIF) & (creation <= jour)
    recents = actif & (creation > jour - pd.DateOffset(years=1))
    cohorte = (creation <= jour - pd.DateOffset(years=HORIZON_DE_SURVIE)) & (
        creation > jour - pd.DateOffset(years=HORIZON_DE_SURVIE + 1)
    )
    survivants = cohorte & ~(fermeture <= creation + pd.DateOffset(years=HORIZON_DE_SURVIE))
    sommes = (
        pd.DataFrame({"actifs": actif, "recents": recents, "cohorte": cohorte, "survivants": survivants})
        .groupby(t["section"])
        .sum()
    )
    actifs = sommes["actifs"].astype(float)
    table = pd.DataFrame(
        {
            "actifs": actifs,
            "densite": actifs / population * POUR_HABITANTS,
            "taux_creation": sommes["recents"] / actifs.where(actifs > 0),
            "taux_survie": sommes["survivants"] / sommes["cohorte"].where(sommes["cohorte"] > 0),
            "part_de_marche": np.nan,
        }
    )
    if clients is not None:
        par_section = section_naf(clients["naf"]).value_counts().reindex(table.index, fill_value=0)
        table["part_de_marche"] = par_section / actifs.where(actifs > 0)
    table.attrs["source"] = "convention de cours"
    return table
