"""What each column of a liasse in a spreadsheet is, from its header in any usual spelling."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field

from rncp_utils.entreprise.documents.grille import Rangee
from rncp_utils.entreprise.documents.montants import Cellule, lire_montant
from rncp_utils.erreurs import ErreurDonnees

CODE, LIBELLE, MONTANT, N1, BRUT, AMORTISSEMENT, NET = (
    "code",
    "libelle",
    "montant",
    "n1",
    "brut",
    "amortissement",
    "net",
)
EN_MONTANTS = (MONTANT, BRUT, NET)

# In this order: « Net N-1 » is the N-1 column, « Montant net » a net one, « Code du poste » a code.
_ENTETES = (
    (CODE, r"\b(code|codes|case|cases|cerfa)\b"),
    (N1, r"\bn 1\b|precedent|anterieur"),
    (AMORTISSEMENT, r"\bamort|deprec|provision"),
    (BRUT, r"\bbruts?\b"),
    (NET, r"\bnets?\b"),
    (LIBELLE, r"libelle|intitule|designation|\bpostes?\b|rubrique|\bnature\b|description"),
    (MONTANT, r"montant|valeur|exercice|\btotal\b|\bsolde|\bn\b|\beuros?\b|\beur\b"),
)
_MILLIERS = re.compile(r"\bk ?€|\bk ?eur|\bmilliers\b", re.IGNORECASE)
_DATE = re.compile(r"(?:au |le )?(?P<jour>[0-3]?[0-9])[/.\- ](?P<mois>[01]?[0-9])[/.\- ](?P<an>(?:19|20)[0-9]{2})")
_DATE_ISO = re.compile(r"(?P<an>(?:19|20)[0-9]{2})-(?P<mois>[01][0-9])-(?P<jour>[0-3][0-9])")
_ANNEE = re.compile(r"(?:exercice )?(?P<an>(?:19|20)[0-9]{2})")


@dataclass(frozen=True)
class Colonnes:
    """Columns of a block of rows.

    Attributes
    ----------
    rangs : dict of str to int
        Rank of each column that is read, by role.
    non_lues : tuple of str
        Headers of the columns that are not.
    largeur : int
        Number of columns under the header.
    cloture : date or None
        Closing date read in a header.
    milliers : bool
        Amounts are in thousands of euros.
    """

    rangs: dict[str, int]
    non_lues: tuple[str, ...] = ()
    largeur: int = 0
    cloture: dt.date | None = None
    milliers: bool = False
    avertissements: tuple[str, ...] = field(default=())


def normaliser(cellule: Cellule) -> str:
    """Lower case, without accents nor punctuation: what headers are compared in."""
    texte = str("" if cellule is None else cellule).lower().replace("n°", "numero ")
    texte = unicodedata.normalize("NFKD", texte)
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in texte if not unicodedata.combining(c))).strip()


def en_date(cellule: Cellule) -> dt.date | None:
    """Date of a cell, written as in France or as in ISO 8601; None if it is not one."""
    if isinstance(cellule, dt.date):
        return cellule
    texte = str(cellule or "").strip().lower()
    lu = _DATE_ISO.match(texte) or _DATE.search(texte)
    if lu is None:
        return None
    try:
        return dt.date(int(lu["an"]), int(lu["mois"]), int(lu["jour"]))
    except ValueError:
        return None


def en_milliers(cellules: tuple[Cellule, ...]) -> bool:
    """Whether a row says that amounts are in thousands of euros."""
    return any(isinstance(cellule, str) and _MILLIERS.search(cellule) for cellule in cellules)


def lire_entete(cellules: tuple[Cellule, ...]) -> Colonnes | None:
    """Columns announced by a header row; None if the row is not a header.

    Raises
    ------
    ErreurDonnees
        Two columns for the same thing: a French clause, to be put after the place of the row.
    """
    rangs: dict[str, int] = {}
    non_lues, doubles = [], []
    periodes: list[tuple[dt.date, str, int]] = []
    for rang, cellule in enumerate(cellules):
        if cellule is None or str(cellule).strip() == "":
            continue
        role, fin = _role(cellule), _periode(cellule)
        if fin is not None and role in (None, MONTANT, NET):
            periodes.append((fin, role or MONTANT, rang))
        elif role is None:
            non_lues.append(str(cellule))
        elif role in rangs:
            doubles.append(role)
        else:
            rangs[role] = rang
    cloture = _ranger_periodes(rangs, sorted(periodes, reverse=True))
    if CODE not in rangs or not any(role in rangs for role in EN_MONTANTS):
        return None
    if doubles:
        raise ErreurDonnees(f"deux colonnes se présentent comme « {doubles[0]} », nommez-les autrement")
    return Colonnes(rangs, tuple(non_lues), len(cellules), cloture, en_milliers(cellules))


def _role(cellule: Cellule) -> str | None:
    if not isinstance(cellule, str) or len(cellule) > 80:
        return None
    texte = normaliser(cellule)
    return next((role for role, motif in _ENTETES if re.search(motif, texte)), None)


def _periode(cellule: Cellule) -> dt.date | None:
    """Last day of the year that a header names, the 1st of January standing for a year alone."""
    if (jour := en_date(cellule)) is not None:
        return jour
    annee = _ANNEE.fullmatch(normaliser(cellule))
    return dt.date(int(annee["an"]), 1, 1) if annee else None


def _ranger_periodes(rangs: dict[str, int], periodes: list[tuple[dt.date, str, int]]) -> dt.date | None:
    """The latest year is that of the amounts, the one before is N-1; gives the closing date if it is complete."""
    if not periodes:
        return None
    cloture, role, rang = periodes[0]
    rangs.setdefault(role, rang)
    if len(periodes) > 1:
        rangs.setdefault(N1, periodes[1][2])
    return None if (cloture.month, cloture.day) == (1, 1) else cloture


def deviner(rangees: list[Rangee], codes: frozenset[str]) -> Colonnes | None:
    """Columns of a table without header: the one that holds codes, then one or two of amounts; None if unclear."""
    largeur = max((len(rangee.cellules) for rangee in rangees), default=0)
    vus = [sum(_cellule(r, rang).upper() in codes for r in rangees) for rang in range(largeur)]
    if not vus or not max(vus):
        return None
    rang_code = vus.index(max(vus))
    porteuses = [r for r in rangees if _cellule(r, rang_code).upper() in codes]
    montants = [
        rang
        for rang in range(largeur)
        if rang != rang_code
        and all(_est_un_montant(r, rang) for r in porteuses)
        and any(_cellule(r, rang) for r in porteuses)
    ]
    if not 1 <= len(montants) <= 2:
        return None
    rangs = {CODE: rang_code} | dict(zip((MONTANT, N1), montants, strict=False))
    avis = ("sans en-tête, la première colonne de montants est lue comme N et la seconde comme N-1",)
    return Colonnes(rangs, largeur=largeur, avertissements=avis if len(montants) > 1 else ())


def _cellule(rangee: Rangee, rang: int) -> str:
    valeur = rangee.cellules[rang] if rang < len(rangee.cellules) else None
    return "" if valeur is None else str(valeur).strip()


def _est_un_montant(rangee: Rangee, rang: int) -> bool:
    try:
        lire_montant(rangee.cellules[rang] if rang < len(rangee.cellules) else None)
    except ErreurDonnees:
        return False
    return True
