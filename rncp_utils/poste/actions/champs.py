"""What an action is given: each value read once, made canonical, or refused in one French sentence.

A screen may pass what the learner typed (« 60 000,50 », « 31/01/2027 »); a journal holds what was read: whole cents,
basis points, ISO days. Reading a canonical value gives it back, so that a journal is played again as it was written.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import lire_nombre
from rncp_utils.lecon.anomalies import decrire
from rncp_utils.monnaie import centimes
from rncp_utils.poste.controles import Controle
from rncp_utils.typographie import au_milieu

CODE, COURT, LONG = 60, 200, 2_000
OPTIONS_MAX = 20
# Ten billion euros: far above any file of the course, far below what SQLite holds.
MONTANT_MAX = 10**12
_JOUR_FRANCAIS = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


class Refus(Exception):
    """An action that is refused: the sentence for the learner, and the check that blocked it if there is one."""

    def __init__(self, phrase: str, controle: Controle | None = None) -> None:
        super().__init__(phrase)
        self.phrase, self.controle = phrase, controle


@dataclass(frozen=True)
class Champ:
    """One value that an action takes; ``lire`` makes it canonical or raises :class:`Refus`."""

    libelle: str
    lire: Callable[[str, Any], Any]
    facultatif: bool = False


def lire_champs(champs: Mapping[str, Champ], donnees: Mapping[str, Any]) -> dict[str, Any]:
    """Canonical data of an action, in the order of its fields; a value that was not given is empty.

    Raises
    ------
    Refus
        A value is missing, unknown, or cannot be read.
    """
    inconnus = [nom for nom in donnees if nom not in champs]
    if inconnus:
        raise Refus(f"Cette action ne connaît pas {decrire(inconnus[0])} : signalez-le à votre formateur.")
    lues = {}
    for nom, champ in champs.items():
        brut = donnees.get(nom)
        absent = brut is None or (isinstance(brut, str) and not brut.strip())
        if absent and not champ.facultatif:
            raise Refus(f"« {champ.libelle} » est vide : complétez cette case.")
        vide = [] if champ.lire is codes else ""
        lues[nom] = vide if absent else champ.lire(champ.libelle, brut)
    return lues


def texte(maximum: int) -> Callable[[str, Any], str]:
    """Reader of a text of at most ``maximum`` characters, trimmed, that can be written everywhere."""

    def lire(libelle: str, brut: Any) -> str:
        if not isinstance(brut, str):
            raise Refus(f"« {libelle} » : j'attendais un texte et j'ai lu {decrire(brut)}.")
        # A lone half of a character, which a keyboard may send, has no UTF-8 form; a null ends a text for SQLite.
        propre = brut.encode("utf-8", "replace").decode("utf-8").replace("\0", "").strip()
        if len(propre) > maximum:
            raise Refus(f"« {libelle} » compte {len(propre)} caractères : {maximum} au plus, abrégez.")
        if not propre:
            raise Refus(f"« {libelle} » est vide : complétez cette case.")
        return propre

    return lire


code, court, long = texte(CODE), texte(COURT), texte(LONG)


def numero(libelle: str, brut: Any) -> int:
    """Id of a row."""
    if type(brut) is not int or not 0 < brut < 2**31:
        raise Refus(f"« {libelle} » : j'ai lu {decrire(brut)}, et rien ne porte ce numéro.")
    return brut


def en_centimes(libelle: str, brut: Any) -> int:
    """Amount in cents: a whole number of cents, or a text in euros. The sign is checked by the action."""
    if type(brut) is int:
        lu = brut
    else:
        nombre = _nombre(libelle, brut, ("", "€"))
        if abs(nombre) > MONTANT_MAX:
            raise Refus(f"« {libelle} » : ce montant est trop grand. Relisez-le.")
        lu = centimes(nombre)
    if abs(lu) > MONTANT_MAX:
        raise Refus(f"« {libelle} » : ce montant est trop grand. Relisez-le.")
    return lu


def en_points_de_base(libelle: str, brut: Any) -> int:
    """Yearly rate in basis points, from 0 to 30 %: a whole number of them, or a text in per cent."""
    points = Decimal(brut) if type(brut) is int else _nombre(libelle, brut, ("", "%")) * 100
    if not 0 <= points <= 3_000:
        raise Refus(f"« {libelle} » : un taux de 0 à 30 % est attendu. Saisissez par exemple 4,10.")
    if points != int(points):
        raise Refus(f"« {libelle} » : deux décimales au plus sont attendues. Saisissez par exemple 4,10.")
    return int(points)


def en_pour_cent(libelle: str, brut: Any) -> str:
    """Share in per cent, as a plain text (« 26.9 »)."""
    nombre = _nombre(libelle, brut, ("", "%"))
    if abs(nombre) > 1_000:
        raise Refus(f"« {libelle} » : un pourcentage est attendu. Saisissez par exemple 12,5.")
    return f"{nombre.normalize():f}"


def entier(minimum: int, maximum: int, unite: str = "") -> Callable[[str, Any], int]:
    """Reader of a whole number between two bounds, followed or not by its unit."""

    def lire(libelle: str, brut: Any) -> int:
        nombre = Decimal(brut) if type(brut) is int else _nombre(libelle, brut, ("", unite))
        if not minimum <= nombre <= maximum or nombre != int(nombre):
            unites = f" {unite}" if unite else ""
            raise Refus(f"« {libelle} » : un nombre entier de {minimum} à {maximum}{unites} est attendu.")
        return int(nombre)

    return lire


def jour(libelle: str, brut: Any) -> str:
    """Day in ISO form, from a date, « 2027-01-31 » or « 31/01/2027 »."""
    if isinstance(brut, dt.date) and not isinstance(brut, dt.datetime):
        return brut.isoformat()
    if isinstance(brut, str) and len(brut) <= CODE:
        propre = brut.strip()
        if lu := _JOUR_FRANCAIS.fullmatch(propre):
            propre = f"{lu[3]}-{lu[2]:0>2}-{lu[1]:0>2}"
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", propre):
                return dt.date.fromisoformat(propre).isoformat()
        except ValueError:
            pass  # said below, like any other text that is no day
    raise Refus(f"« {libelle} » : j'attendais une date et j'ai lu {decrire(brut)}. Saisissez par exemple 31/01/2027.")


def codes(libelle: str, brut: Any) -> list[str]:
    """Codes chosen in a list, each once, sorted: the order of the clicks says nothing."""
    if not isinstance(brut, list | tuple) or len(brut) > OPTIONS_MAX:
        raise Refus(f"« {libelle} » : j'attendais une liste de choix et j'ai lu {decrire(brut)}.")
    return sorted({code(libelle, choix) for choix in brut})


def _nombre(libelle: str, brut: Any, unites: tuple[str, ...]) -> Decimal:
    if not isinstance(brut, str):
        raise Refus(f"« {libelle} » : j'attendais un nombre et j'ai lu {decrire(brut)}.")
    try:
        lu = lire_nombre(brut)
    except ErreurDonnees as erreur:
        raise Refus(f"« {libelle} » : {au_milieu(str(erreur))}") from None
    if lu.unite not in unites:
        attendue = unites[-1] or "sans unité"
        raise Refus(f"« {libelle} » : j'ai lu « {lu.texte} », et l'unité attendue est {attendue}.")
    return lu.valeur
