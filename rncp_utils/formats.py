"""Nombres tels qu'ils se lisent et s'écrivent en France.

Lecture de ce qu'une personne saisit (« 12,5 % », « 212 400 € », « 1,234.56 »), affichage par Babel en ``fr_FR``.
"""

from __future__ import annotations

import decimal
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_decimal

from rncp_utils.erreurs import ErreurDonnees

LONGUEUR_MAX = 40
NON_SIGNIFICATIF = "n.s."
INSECABLE = "\xa0"

# Spaces used as thousands separators (no-break, narrow no-break, thin) and the two dashes typed for a minus sign.
_NORMALISATION = str.maketrans({"\xa0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "\u2013": "-"})

# Accepted spellings, without spaces and in lower case, of each unit as it is shown.
_ECRITURES: dict[str, tuple[str, ...]] = {
    "%": ("%", "pourcent"),
    "€": ("€", "eur", "euro", "euros"),
    "h": ("h", "heure", "heures"),
    "jours": ("j", "jour", "jours"),
    "semaines": ("semaine", "semaines"),
    "mois": ("mois",),
    "ans": ("an", "ans", "année", "années"),
    "fois": ("fois",),
    "points": ("point", "points"),
    "contacts": ("contact", "contacts"),
    "clients": ("client", "clients"),
    "rendez-vous": ("rendez-vous", "rdv"),
}
_UNITES = {ecriture: unite for unite, ecritures in _ECRITURES.items() for ecriture in ecritures}
# « m€ » is left out: some write it for thousands, others for millions.
_MULTIPLES_EURO = {"k€": 3, "K€": 3, "M€": 6}
_SINGULIERS = {"jours": "jour", "semaines": "semaine", "ans": "an", "points": "point"} | {
    "contacts": "contact",
    "clients": "client",
}

_ENSEMBLE = re.compile(r"(?P<avant>[-+(€ ]*)(?=[.,]?[0-9])(?P<corps>[0-9.,](?:[0-9 .,]*[0-9.,])?)(?P<apres>[^0-9]*)")
_UN_NOMBRE = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
# One writing a line: plain or with spaces; dots then a comma; commas then a dot. A lone mark is the decimal mark;
# marks alone separate thousands only where two groups or more make it clear.
_CORPS = (
    re.compile(r"(?P<entier>[0-9]+|[1-9][0-9]{0,2}(?: [0-9]{3})+)(?:[.,](?P<decimales>[0-9]*))?"),
    re.compile(r"(?P<entier>)[.,](?P<decimales>[0-9]+)"),
    re.compile(r"(?P<entier>[1-9][0-9]{0,2}(?:\.[0-9]{3})+),(?P<decimales>[0-9]*)"),
    re.compile(r"(?P<entier>[1-9][0-9]{0,2}(?:,[0-9]{3})+)\.(?P<decimales>[0-9]*)"),
    re.compile(r"(?P<entier>[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}|[1-9][0-9]{0,2}(?:,[0-9]{3}){2,})(?P<decimales>)"),
)


@dataclass(frozen=True)
class NombreLu:
    """Un nombre lu dans une saisie.

    Attributes
    ----------
    valeur : Decimal
        Valeur exacte, dans ``unite`` (« 12,5 % » donne 12.5 ; « 12 k€ » donne 12000 en « € »).
    unite : str
        Unité saisie, sous sa forme d'affichage (« % », « € », « jours »…), vide s'il n'y en a pas.
    texte : str
        La saisie, sans les espaces du début et de la fin.
    multiple : str
        « k€ » ou « M€ » quand la saisie était en milliers ou en millions d'euros, vide sinon.
    """

    valeur: Decimal
    unite: str
    texte: str
    multiple: str = ""


def parser_nombre(texte: str) -> Decimal:
    """Valeur exacte du nombre saisi ; mêmes règles et mêmes refus que :func:`lire_nombre`."""
    return lire_nombre(texte).valeur


def lire_nombre(texte: str) -> NombreLu:
    """Lit un nombre écrit à la française ou à l'anglaise, avec son unité s'il en a une.

    Accepte « 12,5 % », « 212 400,50 EUR », « 1.234,56 », « 1,234.56 », « −6,6 », « (1 200) » ou « 1200- » (négatifs),
    « 1 000 h », « 12 k€ » (12 000 €). Un point seul ou une virgule seule marque les décimales, sauf si deux groupes de
    milliers au moins lèvent le doute (« 1.234.567 »).

    Raises
    ------
    ErreurDonnees
        Rien à lire, plusieurs nombres, lettres, unité inconnue, séparateurs ambigus, plus de 40 caractères : une
        phrase dit ce qui a été lu et ce qu'il faut saisir.

    Examples
    --------
    >>> lire_nombre("212 400,50 €").valeur
    Decimal('212400.50')
    >>> lire_nombre("(1 200)").valeur
    Decimal('-1200')
    """
    saisie = _normaliser(texte)
    lu = _ENSEMBLE.fullmatch(saisie)
    if lu is None:
        raise ErreurDonnees(_phrase_illisible(saisie))
    entier, decimales = _decouper(lu["corps"], saisie)
    signe, symbole = _signe(lu["avant"], lu["apres"], saisie)
    unite, puissance = _unite(symbole, saisie)
    # The digits are placed by hand: an arithmetic operation would round to the 28 digits of the decimal context.
    chiffres = tuple(int(chiffre) for chiffre in entier + decimales)
    valeur = Decimal((signe if any(chiffres) else 0, chiffres, puissance - len(decimales)))
    return NombreLu(
        valeur=Decimal(f"{valeur:f}") if puissance else valeur,
        unite=unite,
        texte=texte.strip(),
        multiple={3: "k€", 6: "M€"}.get(puissance, ""),
    )


def _normaliser(texte: str) -> str:
    """What was typed, with plain spaces and minus signs; refuses what cannot hold a number."""
    if not isinstance(texte, str):
        raise ErreurDonnees(f"J'attendais un nombre saisi au clavier et j'ai reçu un objet {type(texte).__name__}.")
    # What cannot be shown would only blur the sentence that quotes it.
    saisie = "".join(c if c.isprintable() else "\ufffd" for c in texte.translate(_NORMALISATION).strip())
    if not saisie:
        raise ErreurDonnees("Je ne vois pas encore de nombre. Saisissez par exemple 12,5.")
    if len(saisie) > LONGUEUR_MAX:
        raise ErreurDonnees(
            f"J'ai lu plus de {LONGUEUR_MAX} caractères, trop pour un nombre. Saisissez-le seul, par exemple 12,5."
        )
    return saisie


def _decouper(corps: str, saisie: str) -> tuple[str, str]:
    """Digits before and after the decimal mark."""
    for motif in _CORPS:
        if lu := motif.fullmatch(corps):
            return re.sub("[ .,]", "", lu["entier"]), lu["decimales"] or ""
    if " " in corps:
        raise ErreurDonnees(_phrase_illisible(saisie))
    raise ErreurDonnees(
        f"J'ai lu « {saisie} » et je ne sais pas où commencent les décimales. "
        "Saisissez le nombre sans point de milliers, par exemple 1234,5."
    )


def _signe(avant: str, apres: str, saisie: str) -> tuple[int, str]:
    """1 for a negative number, 0 otherwise, and what is left to read as a unit."""
    devant = avant.replace(" ", "")
    derriere = apres.strip().rstrip(".").strip()
    if "€" in devant and not derriere.strip(")"):
        devant = devant.replace("€", "", 1)
        derriere += "€"
    # Accounting software (SAP) writes the sign last; against the digits and alone, it can be nothing else.
    if not devant and apres == "-":
        return 1, ""
    if devant == "(" and derriere.count(")") == 1:
        return 1, derriere.replace(")", "").strip()
    if devant in ("", "+", "-") and not {"(", ")"} & set(derriere):
        return int(devant == "-"), derriere
    raise ErreurDonnees(
        f"J'ai lu « {saisie} » et je ne comprends pas le signe. Pour un nombre négatif, saisissez par exemple -1200."
    )


def _unite(symbole: str, saisie: str) -> tuple[str, int]:
    """Unit as it is shown, and the power of ten that brings the number to it."""
    compact = symbole.replace(" ", "")
    if not compact:
        return "", 0
    if compact in _MULTIPLES_EURO:
        return "€", _MULTIPLES_EURO[compact]
    if compact.lower() in _UNITES:
        return _UNITES[compact.lower()], 0
    raise ErreurDonnees(
        f"J'ai lu « {saisie} » et je ne reconnais pas « {symbole} » comme unité. "
        "Saisissez le nombre seul, ou suivi de son unité : %, €, h, jours, mois…"
    )


def _phrase_illisible(saisie: str) -> str:
    nombres = _UN_NOMBRE.findall(saisie)
    if len(nombres) > 1:
        combien = "deux nombres" if len(nombres) == 2 else "plusieurs nombres"
        liste = f"{', '.join(nombres[:-1])} et {nombres[-1]}"
        return f"J'ai lu {combien} : {liste}. Saisissez-en un seul, par exemple 12,5."
    if nombres:
        return f"J'ai lu « {saisie} », où le nombre n'est pas seul. Saisissez uniquement {nombres[0]} et son unité."
    return f"J'ai lu « {saisie} » et je n'y trouve pas de nombre. Saisissez-le en chiffres, par exemple 12,5."


def formater_nombre(x: object, decimales: int | None = None) -> str:
    """Écrit un nombre à la française : « 1 234 567,89 ».

    Parameters
    ----------
    x
        Entier, flottant ou Decimal ; une valeur absente ou non finie donne « n.s. ».
    decimales
        Nombre de décimales, arrondi au plus proche (la moitié s'éloigne de zéro) ; ``None`` garde toutes les décimales.

    Examples
    --------
    >>> formater_nombre(0.125, 2)
    '0,13'
    """
    nombre = _decimal(x)
    return NON_SIGNIFICATIF if nombre is None else _ecrire(nombre, decimales)


def euros(x: object, decimales: int = 0) -> str:
    """Montant en euros : ``euros(1234567.891, 2)`` donne « 1 234 567,89 € »."""
    return _suivi_de(_decimal(x), decimales, "€")


def pourcent(x: object, decimales: int = 1) -> str:
    """Pourcentage d'une fraction : ``pourcent(0.3512)`` donne « 35,1 % »."""
    nombre = _decimal(x)
    return _suivi_de(nombre and _decaler(nombre, 2), decimales, "%")


def jours(x: object, decimales: int = 0) -> str:
    """Durée en jours : ``jours(45.3)`` donne « 45 jours », ``jours(1)`` « 1 jour »."""
    return _suivi_de(_decimal(x), decimales, "jours")


def fois(x: object, decimales: int = 2) -> str:
    """Multiple : ``fois(2.346)`` donne « 2,35 fois »."""
    return _suivi_de(_decimal(x), decimales, "fois")


def avec_unite(x: object, unite: str, decimales: int | None = None) -> str:
    """Nombre suivi de son unité après une espace insécable, accordée au singulier sous 2 : « 1,5 jour »."""
    return _suivi_de(_decimal(x), decimales, unite)


def _suivi_de(nombre: Decimal | None, decimales: int | None, unite: str) -> str:
    if nombre is None:
        return NON_SIGNIFICATIF
    affiche = nombre if decimales is None else _arrondir(nombre, decimales)
    accordee = _SINGULIERS.get(unite, unite) if abs(affiche) < 2 else unite
    return f"{_ecrire(nombre, decimales)}{INSECABLE}{accordee}" if unite else _ecrire(nombre, decimales)


def _decimal(x: object) -> Decimal | None:
    """Decimal of what Python prints for ``x`` (0.1 is 0.1, not its binary value); None if absent or not finite."""
    if str(x) in ("None", "<NA>", "NaT"):
        return None
    try:
        nombre = Decimal(str(x))
    except decimal.InvalidOperation:
        raise ErreurDonnees(f"J'attendais un nombre à afficher et j'ai reçu « {str(x)[:LONGUEUR_MAX]} ».") from None
    return nombre if nombre.is_finite() else None


def _decaler(nombre: Decimal, puissance: int) -> Decimal:
    signe, chiffres, exposant = nombre.as_tuple()
    return Decimal((signe, chiffres, exposant + puissance))


def _arrondir(nombre: Decimal, decimales: int) -> Decimal:
    with decimal.localcontext(prec=1000):
        return nombre.quantize(Decimal((0, (1,), -decimales)), rounding=ROUND_HALF_UP)


def _ecrire(nombre: Decimal, decimales: int | None) -> str:
    motif = "#,##0.#"
    if decimales is not None:
        nombre = _arrondir(nombre, decimales)
        motif = "#,##0." + "0" * decimales if decimales else "#,##0"
    # Babel rounds through the decimal context, whose 28 digits do not hold the longest numbers that can be typed.
    with decimal.localcontext(prec=1000):
        return format_decimal(nombre or abs(nombre), motif, locale="fr_FR", decimal_quantization=False)
