"""The yearly accounts of one company, by Cerfa codes, and tables of many."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pandas as pd
from stdnum.fr import siren as _siren

from rncp_utils.entreprise.codes import BNC, NORMAL, REGIMES, SIMPLIFIE, codes_connus, libelle
from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurSchema

INDEX = ("siren", "date_cloture")
# Columns of a table of liasses that are not amounts.
DESCRIPTION = ("duree_mois", "regime", "forme_juridique")


def siren_valide(numero: str) -> bool:
    """Dire si un numéro SIREN est bien formé : neuf chiffres et clé de Luhn.

    >>> [siren_valide(numero) for numero in ("732829320", "732829321", "123456789")]
    [True, False, False]
    """
    return _siren.is_valid(str(numero))


@dataclass(frozen=True)
class Liasse:
    """Comptes annuels d'une entreprise, par codes Cerfa, en euros.

    Attributes
    ----------
    valeurs : Mapping[str, float]
        Montants par code (colonne brut et colonne amortissement à part, toutes deux positives). Charges positives ;
        une perte (``DI``, ``HN``…) est négative.
    siren : str
        Neuf chiffres, ou vide pour un cas fictif.
    date_cloture : date
        Fin de l'exercice.
    duree_mois : int
        Durée de l'exercice, de 1 à 24 mois.
    regime : str
        ``RN`` (2050 et suivants), ``RS`` (2033) ou ``BNC`` (2035, noms internes).
    valeurs_n1 : Mapping[str, float] ou None
        Colonne « exercice N-1 » imprimée sur la liasse, quand elle est connue.
    forme_juridique : str
        ``EI``, ``SARL``, ``SAS``… ou vide.

    Raises
    ------
    ErreurListe
        Code inconnu, montant qui n'est pas un nombre fini, durée ou régime impossibles : tout est dit en une fois.
    """

    valeurs: Mapping[str, float]
    siren: str = ""
    date_cloture: date | None = None
    duree_mois: int = 12
    regime: str = NORMAL
    millesime: int | None = None
    valeurs_n1: Mapping[str, float] | None = None
    forme_juridique: str = ""
    denomination: str = ""
    confidentialite: str = ""
    source: str = ""
    avertissements: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        fautes = list(self._fautes())
        if fautes:
            raise ErreurListe(
                f"La liasse « {self.denomination or self.siren or 'sans nom'} » n'est pas lisible :", fautes
            )
        object.__setattr__(self, "valeurs", MappingProxyType(_en_python(self.valeurs)))
        if self.valeurs_n1 is not None:
            object.__setattr__(self, "valeurs_n1", MappingProxyType(_en_python(self.valeurs_n1)))

    def _fautes(self) -> Iterable[str]:
        if self.regime not in REGIMES:
            yield f"régime « {self.regime} » inconnu : attendu {', '.join(REGIMES)}"
        elif self.regime in (NORMAL, SIMPLIFIE):
            inconnus = sorted({*self.valeurs, *(self.valeurs_n1 or {})} - codes_connus(self.regime))
            if inconnus:
                yield f"codes inconnus au régime {self.regime} : {', '.join(map(str, inconnus))}"
        if not 1 <= self.duree_mois <= 24:
            yield f"durée de {self.duree_mois} mois : un exercice dure de 1 à 24 mois"
        for colonne in (self.valeurs, self.valeurs_n1 or {}):
            for code, valeur in colonne.items():
                nombre = isinstance(valeur, numbers.Real | Decimal) and not isinstance(valeur, bool)
                if not nombre or not math.isfinite(valeur):
                    yield f"code {code} : « {valeur} » n'est pas un montant"

    def __getitem__(self, code: str) -> float:
        """Amount of a required code."""
        try:
            return self.valeurs[code]
        except KeyError:
            nom = f" ({libelle(code, self.regime)})" if code in codes_connus(self.regime) else ""
            raise ErreurSchema(f"Le poste {code}{nom} manque à la liasse : complétez-la avant de calculer.") from None

    def get(self, code: str, defaut: float = 0) -> float:
        """Amount of an optional code; an empty box counts as 0."""
        return self.valeurs.get(code, defaut)

    def avec(self, **changements: float) -> Liasse:
        """A copy with some amounts changed (codes that begin with a digit: ``liasse.avec(**{"8E": 2000})``)."""
        return replace(self, valeurs={**self.valeurs, **changements})


def _en_python(valeurs: Mapping[str, float]) -> dict[str, float]:
    """Amounts as plain numbers, whether they came as numpy's or as decimals."""
    return {code: int(v) if isinstance(v, numbers.Integral) else float(v) for code, v in valeurs.items()}


def table_de_liasses(liasses: Iterable[Liasse]) -> pd.DataFrame:
    """Table of many liasses: index (siren, date_cloture), one column a code (float, NaN if absent), and ``regime``.

    Raises
    ------
    ErreurDonnees
        Two liasses have the same key, or one is a 2035.
    """
    liasses = list(liasses)
    if any(liasse.regime == BNC for liasse in liasses):
        raise ErreurDonnees("Une déclaration 2035 n'a pas les cases d'une liasse : analysez-la à part, avec sig_bnc.")
    index = pd.MultiIndex.from_tuples([(x.siren, x.date_cloture) for x in liasses], names=INDEX)
    if index.has_duplicates:
        siren, cloture = index[index.duplicated()][0]
        raise ErreurDonnees(f"La liasse de {siren} close le {cloture} figure plusieurs fois : gardez-en une.")
    table = pd.DataFrame([dict(x.valeurs) for x in liasses], index=index, dtype="float64")
    for colonne in DESCRIPTION:
        table[colonne] = [getattr(x, colonne) for x in liasses]
    return table
