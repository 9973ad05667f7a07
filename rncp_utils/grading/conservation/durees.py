"""Durées de conservation, lues dans ``durees.yaml``."""

from __future__ import annotations

import calendar
import datetime as dt
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rncp_utils.erreurs import ErreurListe
from rncp_utils.modeles import lire_modele
from rncp_utils.yaml_strict import lire_yaml

CHEMIN = Path(__file__).with_name("durees.yaml")
BROUILLONS, COPIES, PV = "brouillons", "copies", "pv"
Mois = Annotated[int, Field(ge=1)]


class Durees(BaseModel):
    """Durées, en mois, de chaque catégorie de données."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    version: Annotated[int, Field(ge=1)]
    date: dt.date
    statut: str
    brouillons: Mois
    copies: Mois
    pv: Mois

    def echeance(self, categorie: str, depuis: dt.date) -> dt.date:
        """Premier jour où une donnée de cette catégorie peut être supprimée.

        >>> charger_durees().echeance("copies", dt.date(2024, 2, 29))
        datetime.date(2027, 2, 28)
        """
        mois = depuis.year * 12 + depuis.month - 1 + getattr(self, categorie)
        annee, rang = divmod(mois, 12)
        return dt.date(annee, rang + 1, min(depuis.day, calendar.monthrange(annee, rang + 1)[1]))


def charger_durees(chemin: Path | None = None) -> Durees:
    """Durées de la bibliothèque, ou d'un autre fichier.

    Raises
    ------
    ErreurListe
        Le fichier est mal formé : toutes les fautes.
    """
    lu = lire_yaml(CHEMIN if chemin is None else Path(chemin))
    titre = f"Les durées de conservation {lu.chemin.name} sont refusées, corrigez chacune de ces fautes :"
    durees, fautes = lire_modele(Durees, lu.contenu)
    fautes = [*lu.fautes, *fautes]
    if durees is None or fautes:
        raise ErreurListe(titre, fautes)
    return durees
