"""What is planted in the portfolio: read from a file that never travels with the library."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from rncp_utils.donnees.agence.socle import Demande
from rncp_utils.erreurs import ErreurListe
from rncp_utils.modeles import lire_modele
from rncp_utils.yaml_strict import lire_yaml

# The numbers of the plan are those of a portfolio of this size.
TAILLE = 120
FRAGILES = ("degradation", "accident")
COLONNES = ("id_client", "fait", "famille", "debut", "date_defaut")


class Fait(BaseModel):
    """One kind of planted fact; ``nombre`` is for 120 clients."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    fait: str
    famille: Literal["degradation", "accident", "reprise", "sain_mais_alarmant", "dossier", "occasion"]
    nombre: Annotated[int, Field(ge=0)]
    debut: dt.date | None = None
    defaut: dt.date | None = None
    profils: tuple[str, ...] = ()
    statuts: tuple[str, ...] = ()


class Plan(BaseModel):
    """Seed of the portfolio and planted facts."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    graine: int
    faits: tuple[Fait, ...] = ()


def lire_plan(chemin: Path) -> Plan:
    """Read a plan.

    Raises
    ------
    ErreurListe
        Malformed file: all its faults, in French.
    """
    lu = lire_yaml(chemin, decimaux=False)
    plan, fautes = lire_modele(Plan, lu.contenu if isinstance(lu.contenu, dict) else {})
    fautes = [*lu.fautes, *fautes]
    if plan is None or fautes:
        raise ErreurListe(f"Le plan « {chemin.name} » est refusé :", fautes)
    return plan


def planter(plan: Plan, demande: Demande, clients: pd.DataFrame) -> pd.DataFrame:
    """Choose the clients of each fact: one client bears one fact, and only a client known for years bears a story.

    Returns
    -------
    DataFrame
        id_client, fait, famille, debut, date_defaut (NaT where there is none), in the order of the plan.
    """
    ordre = clients.index[demande.hasard("faits").permutation(len(clients))]
    libres = clients.loc[ordre].query("ancien and statut not in ('micro', 'SCI', 'liberal_EI')")
    lignes = []
    for fait in plan.faits:
        candidats = libres
        if fait.profils:
            candidats = candidats[candidats["profil"].isin(fait.profils)]
        if fait.statuts:
            candidats = candidats[candidats["statut"].isin(fait.statuts)]
        choisis = candidats.index[: round(fait.nombre * len(clients) / TAILLE)]
        libres = libres.drop(index=choisis)
        lignes += [(client, fait.fait, fait.famille, fait.debut, fait.defaut) for client in choisis]
    table = pd.DataFrame(lignes, columns=list(COLONNES))
    for nom in ("debut", "date_defaut"):
        table[nom] = pd.to_datetime(table[nom]).astype("datetime64[s]")
    return table.astype({"id_client": "str", "fait": "str", "famille": "str"})


def porteurs(faits: pd.DataFrame, index: pd.Index, *noms: str) -> np.ndarray:
    """Clients (True or False, in the order of ``index``) that bear one of these facts or families of facts."""
    choisis = faits[faits["fait"].isin(noms) | faits["famille"].isin(noms)]
    return index.isin(choisis["id_client"])
