"""Layout of the INPI "bilans saisis" (XSD 1.1): on which page a form is, and what its columns m1 to m4 are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rncp_utils.entreprise.codes import NORMAL, SIMPLIFIE, Poste, postes

ESPACE_DE_NOMS = "fr:inpi:odrncs:bilansSaisisXML"
ESPACE = f"{{{ESPACE_DE_NOMS}}}"

COMPLET, CONSOLIDE, SIMPLE = "C", "K", "S"
REGIME_DU_TYPE = {COMPLET: NORMAL, CONSOLIDE: NORMAL, SIMPLE: SIMPLIFIE}
TYPE_DU_REGIME = {NORMAL: COMPLET, SIMPLIFIE: SIMPLE}
TYPES_REFUSES = {"A": "une assurance", "B": "une banque"}

# Pages of each form; the first is the one we write.
PAGES = {
    NORMAL: {"2050": (1,), "2051": (2,), "2052": (3,), "2053": (4,), "2057": (8,), "2058-C": (11, 16)},
    SIMPLIFIE: {"2033-A": (1,), "2033-B": (2,)},
}
# Last page of the balance sheet and income statement: a code not read there is told.
PAGES_DES_COMPTES = {NORMAL: 4, SIMPLIFIE: 2}
# Notes at the foot of the 2033-B are typed with later tables.
PAGES_DES_ANNEXES_SIMPLIFIEES = {"374": 4, "378": 4, "376": 5}

# Sales rows bear the code of their French part: m1 France, m2 exports, m3 total.
VENTES = {"FA": ("FA", "FB", "FC"), "FD": ("FD", "FE", "FF"), "FG": ("FG", "FH", "FI"), "FJ": ("FJ", "FK", "FL")}


@dataclass(frozen=True)
class Emplacement:
    """Where the amounts of a row go.

    Attributes
    ----------
    pages : tuple of int
        Pages on which the row may stand; empty: any.
    colonnes : tuple of (column, code)
        Amounts of the year.
    n1 : tuple of (column, code)
        N-1 column, net for assets; empty when the form has none.
    secours : tuple of (column, code)
        Columns read when none of ``colonnes`` nor ``n1`` is filled.
    net : bool
        The row is an asset: ``m3`` is its net amount, which alone does not tell the gross one.
    """

    pages: tuple[int, ...]
    colonnes: tuple[tuple[str, str], ...]
    n1: tuple[tuple[str, str], ...] = ()
    secours: tuple[tuple[str, str], ...] = ()
    net: bool = False


# Seen in place of a gross amount when only the net one was filed (13 of the 3,822 bilans read; in no documentation).
BRUT_NON_SAISI = -3


@cache
def emplacements(regime: str) -> dict[str, Emplacement]:
    """Rows of the forms of a régime, by the code that they bear in the file."""
    trouves = {}
    for code, poste in postes(regime).items():
        if code in VENTES:
            colonnes = tuple(zip(("m1", "m2", "m3"), VENTES[code], strict=True))
            trouves[code] = Emplacement(PAGES[regime][poste.formulaire], colonnes, (("m4", VENTES[code][-1]),))
        elif not any(code in ligne for ligne in VENTES.values()):
            trouves[code] = _emplacement(poste, regime)
    return trouves


def _emplacement(poste: Poste, regime: str) -> Emplacement:
    code, pages = poste.code, PAGES[regime][poste.formulaire]
    if poste.colonne == "brut":
        if not poste.amortissement:
            return Emplacement(pages, (("m1", code),), (("m4", code),), (("m3", code),))
        return Emplacement(pages, (("m1", code), ("m2", poste.amortissement)), (("m4", code),), net=True)
    if poste.formulaire == "2033-A":
        # Liabilities stand beside the assets, on the right of the page; « dont comptes courants » in the middle.
        colonne = "m2" if code == "169" else "m3"
        n1 = (("m4", code),) if poste.colonne == "montant" else ()
        return Emplacement(pages, ((colonne, code),), n1, (("m1", code),))
    if poste.formulaire == "2052":
        return Emplacement(pages, (("m3", code),), (("m4", code),))
    if poste.formulaire == "2057" or (poste.colonne == "annexe" and regime == SIMPLIFIE):
        return Emplacement(() if regime == SIMPLIFIE else pages, (("m1", code),))
    return Emplacement(pages, (("m1", code),), (("m2", code),))
