"""Cross checks of a parameter file: what its dates, values and references say of one another.

They read the raw data, dates of keys already turned into ISO text, so that a file with a misspelt field still gets
every one of its faults in the same reading. What has the wrong shape is skipped here: the model names it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from rncp_utils.parametres.modele import ANNEE_DES_REVENUS, DATE_ISO, TRIMESTRE_OCTROI

# Name of each form in the file, with the field that holds the content of one date.
FORMES = {"values": "value", "tables": "table", "brackets": "tranches"}
_DEBUT_TRIMESTRE = re.compile(r"\d{4}-(01|04|07|10)-01")


def fautes_croisees(contenu: dict[str, Any]) -> list[str]:
    """One French sentence a fault."""
    presentes = [forme for forme in FORMES if contenu.get(forme)]
    if len(presentes) != 1:
        lues = ", ".join(presentes) or "aucune"
        return [f"fichier : une seule des trois formes {', '.join(FORMES)} est attendue (lu : {lues})."]
    forme = presentes[0]
    datees = _groupe(contenu.get(forme))
    return [
        *_forme(contenu, forme),
        *_dates(datees, forme, contenu.get("sens_de_la_date")),
        *_contenus(datees, forme, contenu),
        *_repetitions(datees, forme, contenu.get("sens_de_la_date")),
        *_references(datees, forme, _groupe(contenu.get("metadata"))),
    ]


def _forme(contenu: dict[str, Any], forme: str) -> Iterator[str]:
    for champ in ("unite_seuil", "lecture"):
        if forme == "brackets" and contenu.get(champ) is None:
            yield f"{champ} : le champ manque ; un barème le demande."
        if forme != "brackets" and contenu.get(champ) is not None:
            yield f"{champ} : ce champ ne vaut que pour un barème (brackets) ; ôtez-le."


def _dates(datees: dict[str, Any], forme: str, sens: Any) -> Iterator[str]:
    dates = _dates_lisibles(datees)
    for avant, apres in itertools.pairwise(dates):
        if apres <= avant:
            yield f"{forme} › {apres} : cette date ne suit pas {avant} ; rangez les dates par ordre croissant."
    for date in dates:
        if sens == TRIMESTRE_OCTROI and not _DEBUT_TRIMESTRE.fullmatch(date):
            yield f"{forme} › {date} : ce n'est pas le premier jour d'un trimestre ; corrigez la date."
        if sens == ANNEE_DES_REVENUS and not date.endswith("-01-01"):
            yield f"{forme} › {date} : une année de revenus commence le 1er janvier ; corrigez la date."


def _contenus(datees: dict[str, Any], forme: str, contenu: dict[str, Any]) -> Iterator[str]:
    champ, unite, unite_seuil = FORMES[forme], contenu.get("unite"), contenu.get("unite_seuil")
    cles_de_table = None
    for date, datee in datees.items():
        lu = datee.get(champ) if isinstance(datee, dict) else None
        ou = f"{forme} › {date}"
        if isinstance(datee, dict) and champ in datee and (lu is None) != bool(datee.get("motif")):
            yield f"{ou} : une valeur absente (null) a un motif, une valeur connue n'en a pas ; accordez les deux."
        if forme == "values":
            yield from _hors_bornes(ou, lu, unite)
        if forme == "tables" and isinstance(lu, dict):
            cles_de_table = cles_de_table or set(lu)
            if set(lu) != cles_de_table:
                yield f"{ou} : les noms de la table diffèrent de ceux de la première date ; reprenez les mêmes."
            for cle, valeur in lu.items():
                yield from _hors_bornes(f"{ou} › {cle}", valeur, unite)
        if forme == "brackets" and isinstance(lu, list):
            yield from _tranches(ou, [ligne for ligne in lu if isinstance(ligne, dict)], unite, unite_seuil)


def _tranches(ou: str, lignes: list[dict[str, Any]], unite: Any, unite_seuil: Any) -> Iterator[str]:
    seuils = [ligne.get("seuil") for ligne in lignes if _est_nombre(ligne.get("seuil"))]
    for avant, apres in itertools.pairwise(seuils):
        if apres <= avant:
            yield f"{ou} : le seuil {apres} ne dépasse pas le précédent ({avant}) ; rangez-les en ordre croissant."
    for ligne in lignes:
        yield from _hors_bornes(f"{ou} › seuil", ligne.get("seuil"), unite_seuil)
        yield from _hors_bornes(f"{ou} › taux", ligne.get("taux"), unite)


def _hors_bornes(ou: str, valeur: Any, unite: Any) -> Iterator[str]:
    if unite == "fraction" and _est_nombre(valeur) and not -1 <= valeur <= 1:
        yield f"{ou} : {valeur} n'est pas une fraction de 1 ; écrivez par exemple 0.25 pour 25 %."


def _repetitions(datees: dict[str, Any], forme: str, sens: Any) -> Iterator[str]:
    """A date that changes nothing hides the dates that do; two quarters, though, may share a rate."""
    if sens == TRIMESTRE_OCTROI:
        return
    lus = [(date, datee.get(FORMES[forme])) for date, datee in datees.items() if isinstance(datee, dict)]
    for (_, avant), (date, apres) in itertools.pairwise(lus):
        if apres == avant:
            yield f"{forme} › {date} : la valeur est la même qu'à la date précédente ; ôtez cette date."


def _references(datees: dict[str, Any], forme: str, metadata: dict[str, Any]) -> Iterator[str]:
    references = _groupe(metadata.get("reference"))
    connues = [
        date
        for date, datee in datees.items()
        if isinstance(date, str) and isinstance(datee, dict) and datee.get(FORMES[forme]) is not None
    ]
    for date in connues:
        if date not in references:
            yield f"{forme} › {date} : aucune référence ; ajoutez-la dans metadata › reference à la même date."
    for date in references:
        if date not in datees:
            yield f"metadata › reference › {date} : aucune valeur à cette date ; corrigez la date."
    verifie_le = metadata.get("last_value_still_valid_on")
    if isinstance(verifie_le, dt.date) and connues and max(connues) > verifie_le.isoformat()[:10]:
        yield (
            f"metadata › last_value_still_valid_on : {verifie_le:%Y-%m-%d} précède la dernière valeur "
            f"({max(connues)}) ; donnez la date à laquelle vous l'avez vérifiée."
        )


def _dates_lisibles(datees: dict[str, Any]) -> list[str]:
    return [date for date in datees if isinstance(date, str) and DATE_ISO.fullmatch(date)]


def _est_nombre(valeur: Any) -> bool:
    return isinstance(valeur, int | Decimal) and not isinstance(valeur, bool)


def _groupe(valeur: Any) -> dict[str, Any]:
    return valeur if isinstance(valeur, dict) else {}
