"""Modèle d'un paramètre daté : ses valeurs, le sens de leurs dates, leurs références et leur degré de vérification.

Ces classes décrivent la forme du fichier ; l'ordre des dates et les renvois sont contrôlés par
:mod:`rncp_utils.parametres.controles`.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field

from rncp_utils.modeles import Modele

VALEUR, TABLE, BAREME = "valeur", "table", "bareme"
TRIMESTRE_OCTROI = "trimestre_octroi"
ANNEE_DES_REVENUS = "annee_des_revenus"

Unite = Literal["euros", "fraction", "fraction_du_pass", "jours", "mois", "annees", "fois", "nombre", "points"]
SensDeLaDate = Literal[
    "date_effet", "annee_des_revenus", "exercice_ouvert", "exercice_clos", "date_octroi", "trimestre_octroi"
]
Statut = Literal["verifie", "source_secondaire", "de_memoire", "convention_de_cours"]
# tranches: each rate applies to the part above its threshold; points: the value between two points is interpolated.
LectureBareme = Literal["tranches", "points"]

DATE_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def _date_de_cle(cle: Any) -> Any:
    """Date of a key that the reader turned into text so that faults name it as the file writes it."""
    return dt.date.fromisoformat(cle) if isinstance(cle, str) and DATE_ISO.fullmatch(cle) else cle


def _entier_en_decimal(valeur: Any) -> Any:
    return Decimal(valeur) if isinstance(valeur, int) and not isinstance(valeur, bool) else valeur


def _figer(contenu: dict[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(contenu)


Texte = Annotated[str, Field(pattern=r"\S")]
Lien = Annotated[str, Field(pattern=r"^https?://\S+$")]
Nombre = Annotated[Decimal, BeforeValidator(_entier_en_decimal)]
DateDeCle = Annotated[dt.date, BeforeValidator(_date_de_cle)]


class Tranche(NamedTuple):
    """Ligne d'un barème : ``seuil`` (dans ``unite_seuil``) et ``taux`` (dans ``unite``) qui s'y attache."""

    seuil: int | float
    taux: int | float


class Reference(Modele):
    """Texte ou page qui fonde une valeur ; ``href`` vaut None quand l'adresse n'a pas été relevée."""

    title: Texte
    href: Lien | None = None


class _Datee(Modele):
    motif: Texte | None = None


class _Valeur(_Datee):
    value: Nombre | None


class _Table(_Datee):
    table: Annotated[dict[Texte, Nombre], Field(min_length=1)] | None


class _Ligne(Modele):
    seuil: Nombre
    taux: Nombre


class _Bareme(_Datee):
    tranches: Annotated[tuple[_Ligne, ...], Field(strict=False, min_length=1)] | None


References = Annotated[tuple[Reference, ...], Field(strict=False, min_length=1)]


class Metadata(Modele):
    """Origine et degré de vérification des valeurs.

    ``statut`` est celui de la valeur la moins sûre ; ``a_verifier`` dit ce qu'une source primaire doit confirmer.
    """

    reference: Annotated[dict[DateDeCle, References], AfterValidator(_figer)]
    last_value_still_valid_on: dt.date
    statut: Statut
    a_verifier: Texte | None = None
    notes: Texte | None = None


class Parametre(Modele):
    """Paramètre daté, non modifiable.

    Attributes
    ----------
    nom : str
        Chemin pointé, par exemple ``is.taux_reduit``.
    unite : str
        Unité des valeurs ; ``fraction`` est une fraction de 1 (0.25 pour 25 %).
    unite_seuil, lecture : str or None
        Pour un barème seulement : unité des seuils ; ``tranches`` (taux marginaux) ou ``points`` (interpolation
        linéaire, constante avant le premier seuil et après le dernier).
    sens_de_la_date : str
        Ce que date la clé : effet du texte, année des revenus, exercice ouvert ou clos, octroi, trimestre d'octroi.
    values, tables, brackets : mapping or None
        Une seule des trois formes est donnée, par date croissante.
    """

    nom: Texte
    description: Texte
    unite: Unite
    unite_seuil: Unite | None = None
    lecture: LectureBareme | None = None
    sens_de_la_date: SensDeLaDate
    values: Annotated[dict[DateDeCle, _Valeur], AfterValidator(_figer)] | None = None
    tables: Annotated[dict[DateDeCle, _Table], AfterValidator(_figer)] | None = None
    brackets: Annotated[dict[DateDeCle, _Bareme], AfterValidator(_figer)] | None = None
    metadata: Metadata

    @property
    def forme(self) -> str:
        """``valeur`` (un nombre), ``table`` (des nombres nommés) ou ``bareme`` (des tranches)."""
        return VALEUR if self.values is not None else TABLE if self.tables is not None else BAREME

    @property
    def statut(self) -> str:
        """``verifie``, ``source_secondaire``, ``de_memoire`` ou ``convention_de_cours``."""
        return self.metadata.statut

    @property
    def a_verifier(self) -> str | None:
        """Ce qu'une source primaire doit encore confirmer, ou None."""
        return self.metadata.a_verifier

    @cached_property
    def dates(self) -> tuple[dt.date, ...]:
        """Dates à partir desquelles chaque valeur s'applique, croissantes."""
        return tuple(self._datees)

    @cached_property
    def contenus(self) -> tuple[Any, ...]:
        """Contenu de chaque date : nombre, dictionnaire, tuple de tranches, ou None si la valeur manque."""
        return tuple(_contenu(datee) for datee in self._datees.values())

    @property
    def motifs(self) -> tuple[str | None, ...]:
        """Pour chaque date, pourquoi la valeur manque ; None quand elle est connue."""
        return tuple(datee.motif for datee in self._datees.values())

    def rang(self, jour: dt.date) -> int | None:
        """Rang, dans :attr:`dates`, de ce qui s'applique ce jour ; None si rien n'y est livré."""
        rang = bisect_right(self.dates, jour) - 1
        if rang < 0 or (self.sens_de_la_date == TRIMESTRE_OCTROI and jour >= trimestre_suivant(self.dates[rang])):
            return None
        return rang

    def reference(self, jour: dt.date) -> tuple[Reference, ...]:
        """Références de la valeur qui s'applique ce jour ; vide si aucune valeur n'est connue."""
        rang = self.rang(jour)
        return () if rang is None else self.metadata.reference.get(self.dates[rang], ())

    @property
    def _datees(self) -> Mapping[dt.date, Any]:
        return {VALEUR: self.values, TABLE: self.tables, BAREME: self.brackets}[self.forme]


def trimestre_suivant(debut: dt.date) -> dt.date:
    """Premier jour du trimestre qui suit celui qui commence à ``debut``."""
    return dt.date(debut.year + debut.month // 10, (debut.month + 2) % 12 + 1, 1)


def _contenu(datee: _Valeur | _Table | _Bareme) -> Any:
    if isinstance(datee, _Valeur):
        return None if datee.value is None else _nombre(datee.value)
    if isinstance(datee, _Table):
        return None if datee.table is None else {cle: _nombre(valeur) for cle, valeur in datee.table.items()}
    if datee.tranches is None:
        return None
    return tuple(Tranche(_nombre(ligne.seuil), _nombre(ligne.taux)) for ligne in datee.tranches)


def _nombre(valeur: Decimal) -> int | float:
    """An integer as the file writes it (39732), else a float (0.25, 2.0)."""
    return int(valeur) if valeur.as_tuple().exponent >= 0 else float(valeur)
