"""Table des règles de conformité d'un dossier, lue dans ``regles.yaml`` et contrôlée."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rncp_utils.conformite.conditions import BOOLEEN, NOMBRE, fautes_de_condition
from rncp_utils.erreurs import ErreurListe
from rncp_utils.yaml_strict import lire_yaml

FICHIER = Path(__file__).with_name("regles.yaml")
Texte = Annotated[str, Field(pattern=r"\S")]


class Regle(BaseModel):
    """Une règle : la pièce ou la diligence attendue, à qui elle s'applique, ce qu'elle vaut."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    domaine: Texte
    libelle: Texte
    applicabilite: Any
    piece: Texte
    validite_mois: Annotated[int, Field(ge=1)] | None = None
    fin_exigee: bool = False
    delai_reflexion: bool = False
    bloquant: bool
    confidentiel: bool = False
    base_legale: Texte
    message: Texte
    statut: Literal["verifie", "source_secondaire", "a_verifier", "convention_de_cours"]


class Reglement(NamedTuple):
    """Les colonnes lues du client (valeurs admises, ``booleen`` ou ``nombre``) et les règles, par identifiant."""

    colonnes: Mapping[str, Any]
    regles: Mapping[str, Regle]


def table_des_regles() -> pd.DataFrame:
    """Règles de conformité du cours : une ligne par identifiant.

    Returns
    -------
    DataFrame
        Index ``regle`` ; ``domaine``, ``libelle``, ``applicabilite`` (condition écrite), ``piece``, ``validite_mois``
        (NA : sans péremption), ``fin_exigee``, ``delai_reflexion``, ``bloquant``, ``confidentiel``, ``base_legale``,
        ``message``, ``statut`` (verifie, source_secondaire, a_verifier, convention_de_cours).

    >>> table_des_regles().loc["CRE-01", ["base_legale", "statut"]].tolist()
    ['C. civ., art. 2297', 'verifie']
    """
    table = pd.DataFrame({nom: regle.model_dump() for nom, regle in lire_reglement().regles.items()}).T
    table.index = pd.Index(table.index, name="regle", dtype="str")
    booleens = ("fin_exigee", "delai_reflexion", "bloquant", "confidentiel")
    textes = [nom for nom in table if nom not in (*booleens, "validite_mois")]
    return table.astype(dict.fromkeys(booleens, "bool") | dict.fromkeys(textes, "str") | {"validite_mois": "Int64"})


@cache
def lire_reglement(chemin: Path = FICHIER) -> Reglement:
    """Rules of a file, every fault said at once.

    Raises
    ------
    ErreurListe
        Unknown field or column, badly written condition, unreadable file.
    """
    lu = lire_yaml(chemin, decimaux=False)
    fautes = list(lu.fautes)
    contenu = lu.contenu if isinstance(lu.contenu, dict) else {}
    colonnes, brutes = contenu.get("colonnes") or {}, contenu.get("regles") or {}
    if not colonnes or not brutes:
        fautes.append("colonnes et regles sont attendues ; ajoutez ce qui manque")
    fautes += [
        f"colonnes › {nom} : une liste de valeurs, {BOOLEEN} ou {NOMBRE} est attendu"
        for nom, sorte in colonnes.items()
        if not (isinstance(sorte, list) and sorte) and sorte not in (BOOLEEN, NOMBRE)
    ]
    regles = {}
    for nom, brute in brutes.items():
        try:
            regles[nom] = Regle.model_validate(brute)
        except ValidationError as erreur:
            fautes += [
                f"{nom} › {'.'.join(map(str, f['loc']))} : champ absent, inconnu ou illisible" for f in erreur.errors()
            ]
        else:
            fautes += [f"{nom} › applicabilite : {f}" for f in fautes_de_condition(regles[nom].applicabilite, colonnes)]
    if fautes:
        raise ErreurListe(f"Le fichier de règles {chemin.name} est refusé :", fautes)
    return Reglement(colonnes, regles)
