"""Tables of the portfolio: their columns, read from one file, and the checks that follow from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rncp_utils.donnees.agence.socle import Demande
from rncp_utils.erreurs import ErreurListe, ErreurSchema
from rncp_utils.yaml_strict import lire_yaml

FICHIER = Path(__file__).with_name("schemas.yaml")
ARRETE = "arrete"
# Type of the description → pandas type.
TYPES = {"texte": "str", "entier": "int64", "decimal": "float64", "booleen": "bool", "date": "datetime64[s]"}
Tuple = Annotated[tuple[Any, ...], BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else v)]


class Colonne(BaseModel):
    """One column of a table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    type: Literal["texte", "entier", "decimal", "booleen", "date"]
    description: str = Field(min_length=3)
    unite: str = ""
    vide: bool = False
    valeurs: Tuple = ()
    min: float | None = None
    max: float | Literal["arrete"] | None = None
    motif: str | None = None
    lien: str | None = None


class Table(BaseModel):
    """One table: key, columns, and what binds its dates."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    titre: str = Field(min_length=3)
    cle: Tuple
    colonnes: dict[str, Colonne]
    index: str | None = None
    ordre: tuple[tuple[str, str], ...] = ()
    apres: dict[str, str] = Field(default_factory=dict)

    @property
    def types(self) -> dict[str, str]:
        """pandas type of each column."""
        return {nom: TYPES[colonne.type] for nom, colonne in self.colonnes.items()}

    @property
    def liens(self) -> dict[str, tuple[str, str]]:
        """Column → table and column that it points to."""
        return {nom: tuple(c.lien.split(".", 1)) for nom, c in self.colonnes.items() if c.lien}


@cache
def schemas() -> dict[str, Table]:
    """Descriptions of all the tables, in the order of the file."""
    lu = lire_yaml(FICHIER, decimaux=False)
    if lu.fautes:
        raise ErreurListe(f"« {FICHIER.name} » est refusé :", list(lu.fautes))
    return {nom: Table.model_validate(table) for nom, table in lu.contenu["tables"].items()}


def normaliser(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables with the columns, types and row order that are delivered.

    Raises
    ------
    ErreurSchema
        Table or column missing, or a value that its type cannot hold.
    """
    absentes = [nom for nom in schemas() if nom not in tables]
    if absentes:
        raise ErreurSchema(f"Tables absentes du portefeuille : {', '.join(absentes)} ; générez-les.")
    return {nom: _normaliser(nom, schema, tables[nom]) for nom, schema in schemas().items()}


def _normaliser(nom: str, schema: Table, table: pd.DataFrame) -> pd.DataFrame:
    a_plat = en_colonnes(schema, table)
    manquantes = [colonne for colonne in schema.colonnes if colonne not in a_plat]
    if manquantes:
        raise ErreurSchema(f"Colonnes absentes de la table {nom} : {', '.join(manquantes)}.")
    try:
        propre = a_plat[list(schema.colonnes)].astype(schema.types)
    except (TypeError, ValueError) as erreur:
        raise ErreurSchema(f"Une colonne de la table {nom} n'a pas le type attendu : {erreur}.") from erreur
    propre = propre.sort_values(list(schema.cle), kind="stable", ignore_index=True)
    propre.attrs = {}
    return indexer(schema, propre)


def en_colonnes(schema: Table, table: pd.DataFrame) -> pd.DataFrame:
    """The table with its key among its columns."""
    return table.reset_index() if schema.index and schema.index not in table else table


def indexer(schema: Table, table: pd.DataFrame) -> pd.DataFrame:
    """The table with its key as index, where its description says so."""
    return table.set_index(schema.index) if schema.index else table


def controler(tables: Mapping[str, pd.DataFrame], date_arrete: dt.date | None = None) -> None:
    """Refuse tables that their descriptions do not allow: types, values, keys, links between tables, dates.

    Parameters
    ----------
    tables : mapping of str to DataFrame
    date_arrete : date, optional
        Last day that the branch knows; by default that of the portfolio.

    Raises
    ------
    ErreurListe
        All the faults, in French.
    """
    arrete = pd.Timestamp(date_arrete or Demande(graine=0).date_arrete)
    fautes = [f"la table {nom} manque." for nom in schemas() if nom not in tables]
    presentes = {nom: en_colonnes(schema, tables[nom]) for nom, schema in schemas().items() if nom in tables}
    valides = {}
    for nom, table in presentes.items():
        trouvees = list(_fautes_de_schema(nom, table, arrete))
        fautes += trouvees
        if not trouvees:
            valides[nom] = table
    for nom, table in valides.items():
        fautes += _fautes_de_dates(nom, table)
        fautes += _fautes_de_liens(nom, table, valides)
        fautes += _fautes_apres(nom, table, valides)
    if fautes:
        raise ErreurListe("Les tables du portefeuille sont refusées :", fautes)


def schema_pandera(nom: str, arrete: pd.Timestamp) -> Any:
    """pandera schema of a table."""
    import pandera.pandas as pa

    schema = schemas()[nom]
    colonnes = {
        champ: pa.Column(TYPES[c.type], checks=_verifications(c, arrete, pa), nullable=c.vide)
        for champ, c in schema.colonnes.items()
    }
    return pa.DataFrameSchema(colonnes, strict=True, unique=list(schema.cle))


def _verifications(c: Colonne, arrete: pd.Timestamp, pa: Any) -> list[Any]:
    verifications = []
    if c.valeurs:
        verifications.append(pa.Check.isin(c.valeurs, error=f"hors de {', '.join(map(str, c.valeurs))}"))
    if c.motif:
        verifications.append(pa.Check.str_matches(f"^(?:{c.motif})$", error=f"n'a pas la forme {c.motif}"))
    if c.min is not None:
        verifications.append(pa.Check.ge(c.min, error=f"au-dessous de {c.min:g}"))
    if c.max == ARRETE:
        verifications.append(pa.Check.le(arrete, error=f"après le {arrete:%d/%m/%Y}"))
    elif c.max is not None:
        verifications.append(pa.Check.le(c.max, error=f"au-dessus de {c.max:g}"))
    if c.type == "decimal":
        verifications.append(pa.Check(lambda s: ~np.isinf(s), error="infini"))
    return verifications


# pandera's names of what it checks → what is said.
_CONSTATS = {
    "column_in_dataframe": "la colonne {colonne} manque",
    "column_in_schema": "la colonne {colonne} n'est pas attendue",
    "not_nullable": "la colonne {colonne} a des cases vides",
    "multiple_fields_uniqueness": "la clé {cle} n'est pas unique",
}


def _fautes_de_schema(nom: str, table: pd.DataFrame, arrete: pd.Timestamp) -> Iterator[str]:
    import pandera.errors

    try:
        schema_pandera(nom, arrete).validate(table, lazy=True)
    except pandera.errors.SchemaErrors as erreurs:
        cas = erreurs.failure_cases
        for (colonne, verification), lignes in cas.groupby(["column", "check"], dropna=False, sort=True):
            constat = _constat(schemas()[nom], table, str(verification), colonne, lignes["failure_case"])
            yield f"table {nom} : {constat}."


def _constat(schema: Table, table: pd.DataFrame, verification: str, colonne: Any, cas: pd.Series) -> str:
    if modele := _CONSTATS.get(verification):
        champ = cas.iloc[0] if verification.startswith("column_in") else colonne
        return modele.format(colonne=champ, cle=", ".join(schema.cle))
    if verification.startswith("dtype"):
        attendu = TYPES[schema.colonnes[colonne].type]
        return f"la colonne {colonne} est de type {table[colonne].dtype}, {attendu} est attendu"
    return f"la colonne {colonne} a {len(cas)} valeur(s) {verification}, par exemple {cas.iloc[0]}"


def _fautes_de_dates(nom: str, table: pd.DataFrame) -> Iterator[str]:
    for avant, apres in schemas()[nom].ordre:
        inverses = int((table[avant] > table[apres]).sum())
        if inverses:
            yield f"table {nom} : {avant} suit {apres} dans {inverses} ligne(s)."


def _fautes_de_liens(nom: str, table: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    for colonne, (cible, cle) in schemas()[nom].liens.items():
        if cible not in tables:
            continue
        orphelines = table.loc[table[colonne].notna() & ~table[colonne].isin(tables[cible][cle]), colonne]
        if len(orphelines):
            yield (
                f"table {nom} : {len(orphelines)} valeur(s) de {colonne} absente(s) de la table {cible}, "
                f"par exemple {orphelines.iloc[0]}."
            )


def _fautes_apres(nom: str, table: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    for colonne, reference in schemas()[nom].apres.items():
        cible, date = reference.split(".", 1)
        if cible not in tables:
            continue
        cle = schemas()[cible].cle[0]
        limites = tables[cible].set_index(cle)[date].reindex(table[cle]).to_numpy()
        precoces = int((table[colonne].to_numpy() < limites).sum())
        if precoces:
            yield f"table {nom} : {colonne} précède {date} de {cible} dans {precoces} ligne(s)."
