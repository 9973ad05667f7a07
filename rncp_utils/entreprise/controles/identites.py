"""Accounting identities of the régime normal as data: what each total is the sum of, and the controls K01 to K15.

Both the controls and the completion of totals (régime simplifié) read this table, so that a sum is written once.
"""

from __future__ import annotations

from dataclasses import dataclass

from rncp_utils.entreprise.codes import amortissements_de, codes_de

BLOQUANT = "bloquant"
ANOMALIE = "anomalie"
ALERTE = "alerte"

Termes = tuple[tuple[int, str], ...]

_IMMOBILISATIONS = ("immobilisations_incorporelles", "immobilisations_corporelles", "immobilisations_financieres")
_CIRCULANT = ("stocks", "creances", "tresorerie")


def _somme(*codes: str) -> str:
    return " + ".join(codes)


def _familles(*familles: str) -> str:
    return _somme(*(code for famille in familles for code in codes_de(famille)))


def _amortissements(*familles: str) -> str:
    return _somme(*(code for famille in familles for code in amortissements_de(famille)))


# Totals that are a plain sum of lines of the form. Prepaid charges (CH) share their family with the three lines printed
# below the current assets, but belong to these.
SOMMES: dict[str, str] = {
    "BJ": _familles(*_IMMOBILISATIONS),
    "BK": _amortissements(*_IMMOBILISATIONS),
    "CJ": f"{_familles(*_CIRCULANT)} + CH",
    "CK": f"{_amortissements(*_CIRCULANT)} + CI",
    "DL": _familles("capitaux_propres"),
    "EC": _familles("dettes"),
    "FL": "FC + FF + FI",
    "FR": "FL + FM + FN + FO + FP + FQ",
    "GF": _familles("charges_exploitation"),
    "GP": _familles("produits_financiers"),
    "GU": _familles("charges_financieres"),
    "HD": _familles("produits_exceptionnels"),
    "HH": _familles("charges_exceptionnelles"),
}

# Totals and balances deduced from other totals.
SOLDES: dict[str, str] = {
    "CO": "AA + BJ + CJ + CW + CM + CN",
    "1A": "BK + CK",
    "EE": "DL + DO + DR + EC + ED",
    "GG": "FR - GF",
    "GV": "GP - GU",
    "GW": "GG + GH - GI + GP - GU",
    "HI": "HD - HH",
    "HN": "GW + HI - HJ - HK",
    "HL": "FR + GH + GP + HD",
    "HM": "GF + GI + GU + HH + HJ + HK",
}


def termes(formule: str) -> Termes:
    """Signed codes of a formula: ``"GW + HI - HJ"`` gives ``((1, "GW"), (1, "HI"), (-1, "HJ"))``."""
    signe, lus = 1, []
    for mot in formule.split():
        if mot in "+-":
            signe = 1 if mot == "+" else -1
        else:
            lus.append((signe, mot))
    return tuple(lus)


@dataclass(frozen=True)
class Controle:
    """One control of the list K01 to K22, or one part of it.

    Attributes
    ----------
    controle, volet : str
        ``K02`` and, where a control has several parts, what this part is about (``BJ``).
    libelle : str
        What is compared, in French.
    codes : tuple of str
        Boxes involved.
    gravite : str
        ``bloquant`` (an identity of the accounts), ``anomalie`` (to be explained), ``alerte`` (a fact to tell).
    """

    controle: str
    volet: str
    libelle: str
    codes: tuple[str, ...]
    gravite: str = ANOMALIE

    @property
    def nom(self) -> str:
        """``K02 BJ``, or ``K01`` when the control has one part."""
        return f"{self.controle} {self.volet}".strip()


@dataclass(frozen=True)
class Identite(Controle):
    """A linear control: ``gauche`` must equal (or not exceed, ``plafond``) ``droite``.

    Attributes
    ----------
    gauche, droite : tuple of (sign, code)
    exiges : tuple of str
        Boxes without which nothing can be said. Where ``au_moins_une``, one line of ``droite`` is needed too, unless
        the total is zero.
    """

    gauche: Termes = ()
    droite: Termes = ()
    exiges: tuple[str, ...] = ()
    au_moins_une: bool = False
    plafond: bool = False


def _identite(
    nom: str, libelle: str, gauche: str, droite: str, *exiges: str, gravite: str = BLOQUANT, **options: bool
) -> Identite:
    controle, _, volet = nom.partition(" ")
    cotes = termes(gauche), termes(droite)
    codes = tuple(dict.fromkeys(code for cote in cotes for _, code in cote))
    return Identite(controle, volet, libelle, codes, gravite, *cotes, exiges=exiges, **options)


def _total(nom: str, libelle: str, code: str) -> Identite:
    return _identite(nom, libelle, code, SOMMES[code], code, au_moins_une=True)


def _solde(nom: str, libelle: str, code: str, *exiges: str) -> Identite:
    return _identite(nom, libelle, code, SOLDES[code], code, *exiges)


IDENTITES: tuple[Identite, ...] = (
    _identite("K01", "Total du passif = total net de l'actif", "EE", "CO - 1A", "EE", "CO"),
    _total("K02 BJ", "Actif immobilisé brut = somme de ses lignes", "BJ"),
    _total("K02 BK", "Amortissements de l'actif immobilisé = somme de leurs lignes", "BK"),
    _total("K02 CJ", "Actif circulant brut = somme de ses lignes", "CJ"),
    _total("K02 CK", "Dépréciations de l'actif circulant = somme de leurs lignes", "CK"),
    _total("K03", "Capitaux propres = somme de leurs lignes", "DL"),
    _total("K04", "Dettes = somme de leurs lignes", "EC"),
    _solde("K05", "Total du passif = somme de ses totaux", "EE", "DL", "EC"),
    _total("K06", "Chiffre d'affaires = ventes de marchandises + production vendue", "FL"),
    _total("K07", "Produits d'exploitation = somme de leurs lignes", "FR"),
    _total("K08", "Charges d'exploitation = somme de leurs lignes", "GF"),
    _solde("K09", "Résultat d'exploitation = produits - charges", "GG", "FR", "GF"),
    _total("K10 GP", "Produits financiers = somme de leurs lignes", "GP"),
    _total("K10 GU", "Charges financières = somme de leurs lignes", "GU"),
    _solde("K11", "Résultat courant = exploitation + opérations en commun + financier", "GW", "GG"),
    _total("K12 HD", "Produits exceptionnels = somme de leurs lignes", "HD"),
    _total("K12 HH", "Charges exceptionnelles = somme de leurs lignes", "HH"),
    _solde("K13 HN", "Résultat net = courant + exceptionnel - participation - impôt", "HN", "GW"),
    _identite("K13 HL", "Résultat net = total des produits - total des charges", "HN", "HL - HM", "HN", "HL", "HM"),
    _identite("K14", "Résultat du bilan = résultat du compte de résultat", "DI", "HN", "DI", "HN"),
    _identite(
        "K15",
        "Concours bancaires courants au plus égaux aux emprunts bancaires",
        *("EH", "DU", "EH", "DU"),
        gravite=ANOMALIE,
        plafond=True,
    ),
)
