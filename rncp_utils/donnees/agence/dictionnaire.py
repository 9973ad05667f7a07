"""Data dictionary of the portfolio, in French, written from the descriptions of its tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from rncp_utils.donnees.agence.schemas import ARRETE, Colonne, Table, schemas
from rncp_utils.donnees.agence.socle import Demande
from rncp_utils.formats import formater_nombre

CHEMIN = Path("docs") / "dictionnaire_des_donnees.md"
_INTRODUCTION = """# Dictionnaire des données du portefeuille

Une agence bancaire fictive et ses clients professionnels, arrêtés au {arrete:%d/%m/%Y}. Tout est inventé : les numéros
SIREN et SIRET commencent par 999, les communes portent un code de département 00 qui n'existe pas, les IBAN sont ceux
d'une banque 99999 ; toute ressemblance est fortuite. Une table se lit sans chemin :

```python
from rncp_utils.donnees import charger

comptes = charger("comptes")
```

Les montants sont en euros, les taux en fractions (0,05 pour 5 %), les débits négatifs. Une date vide se lit « NaT »,
une autre case vide « NaN ».

## Tables
"""


def dictionnaire(lignes: Mapping[str, int]) -> str:
    """The dictionary as Markdown.

    Parameters
    ----------
    lignes : mapping of str to int
        Rows of each table.
    """
    arrete = Demande(graine=0).date_arrete
    parties = [_INTRODUCTION.format(arrete=arrete), "| Table | Contenu | Clé | Lignes |", "|---|---|---|--:|"]
    for nom, schema in schemas().items():
        cle = ", ".join(f"`{champ}`" for champ in schema.cle)
        parties.append(f"| [`{nom}`](#{nom}) | {schema.titre} | {cle} | {_entier(lignes[nom])} |")
    for nom, schema in schemas().items():
        parties += ["", *_table(nom, schema, arrete)]
    return "\n".join(parties) + "\n"


def compter(tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Rows of each table."""
    return {nom: len(tables[nom]) for nom in schemas()}


def _table(nom: str, schema: Table, arrete: dt.date) -> Iterator[str]:
    yield f"## {nom}"
    yield ""
    cle = ", ".join(f"`{champ}`" for champ in schema.cle)
    index = f" Se lit avec `{schema.index}` pour index." if schema.index else ""
    yield f"{schema.titre}. Clé : {cle}.{index}"
    yield ""
    yield "| Colonne | Type | Unité | Ce qu'elle dit | Admis |"
    yield "|---|---|---|---|---|"
    for champ, colonne in schema.colonnes.items():
        yield f"| `{champ}` | {colonne.type} | {colonne.unite} | {colonne.description} | {_admis(colonne, arrete)} |"
    regles = [f"`{avant}` ne suit pas `{apres}`" for avant, apres in schema.ordre]
    regles += [f"`{colonne}` ne précède pas `{reference}`" for colonne, reference in schema.apres.items()]
    if regles:
        yield ""
        yield f"Dates : {' ; '.join(regles)}."


def _admis(colonne: Colonne, arrete: dt.date) -> str:
    parties = [f"clé de `{colonne.lien}`"] if colonne.lien else []
    parties += [", ".join(f"`{valeur}`" for valeur in colonne.valeurs)] if colonne.valeurs else []
    if colonne.min is not None and isinstance(colonne.max, float):
        parties.append(f"de {_entier(colonne.min)} à {_entier(colonne.max)}")
    elif colonne.min is not None:
        parties.append(f"au moins {_entier(colonne.min)}")
    if colonne.max == ARRETE:
        parties.append(f"au plus le {arrete:%d/%m/%Y}")
    if colonne.vide:
        parties.append("peut être vide")
    return " ; ".join(parties)


def _entier(valeur: float) -> str:
    return formater_nombre(valeur, 0)
