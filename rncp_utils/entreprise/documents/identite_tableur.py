"""Who and when, from the rows above a table: SIREN, closing date, length, régime, name."""

from __future__ import annotations

import re
from typing import Any

from rncp_utils.entreprise.codes import BNC, NORMAL, SIMPLIFIE
from rncp_utils.entreprise.controles.annuels import DUREE_MAXIMALE
from rncp_utils.entreprise.documents.colonnes import en_date, normaliser
from rncp_utils.entreprise.documents.grille import Rangee
from rncp_utils.entreprise.documents.montants import en_texte

# What each row of identity begins with, once put in lower case without accents.
_CHAMPS = (
    ("siren", r"(?:numero )?sire[nt]\b"),
    ("date_cloture", r"(?:date de )?cloture\b|(?:exercice )?clos(?: le)?\b|exercice clos\b"),
    ("duree_mois", r"duree\b"),
    ("denomination", r"denomination\b|raison sociale\b|entreprise\b|nom de l entreprise\b"),
    ("forme_juridique", r"forme(?: juridique)?\b"),
    ("regime", r"regime\b"),
)
_REGIMES = (
    (BNC, r"\bbnc\b|2035"),
    (SIMPLIFIE, r"\brs\b|simplifie|2033"),
    (NORMAL, r"\brn\b|normal|205[0-3]"),
)


def lire_identite(rangee: Rangee, identite: dict[str, Any], fautes: list[str], codes: frozenset[str]) -> bool:
    """Whether the row tells who or when; what it tells goes to ``identite``, its faults to ``fautes``.

    A full row that bears a code of a form is one of amounts, whatever its label says; « Forme juridique ; EI » is not.
    """
    textes = [texte for cellule in rangee.cellules if (texte := en_texte(cellule))]
    if not textes or (len(textes) > 2 and any(texte.upper() in codes for texte in textes)):
        return False
    champ = next((nom for nom, motif in _CHAMPS if re.match(motif, normaliser(textes[0]))), None)
    if champ is None:
        return False
    # « SIREN ; 732829320 » in two cells, or « SIREN : 732829320 » in one.
    valeur = textes[1] if len(textes) > 1 else textes[0].partition(":")[2].strip() or textes[0]
    try:
        identite[champ] = _LECTEURS[champ](valeur)
    except ValueError as erreur:
        fautes.append(f"{rangee.lieu} : {erreur}")
    return True


def _siren(texte: str) -> str:
    chiffres = re.sub(r"\D", "", texte)
    # A workbook drops leading zeros; a SIRET begins with the SIREN.
    if not 1 <= len(chiffres) <= 9 and len(chiffres) != 14:
        raise ValueError(f"« {texte[:40]} » n'est pas un numéro SIREN, neuf chiffres sont attendus")
    return chiffres[:9] if len(chiffres) == 14 else chiffres.zfill(9)


def _cloture(texte: str) -> Any:
    jour = en_date(texte)
    if jour is None:
        raise ValueError(f"« {texte[:40]} » n'est pas une date de clôture, écrivez par exemple 31/12/2024")
    return jour


def _duree(texte: str) -> int:
    lu = re.match(r"[0-9]{1,3}(?![0-9])", texte)
    if lu is None or not 1 <= int(lu[0]) <= DUREE_MAXIMALE:
        raise ValueError(f"« {texte[:40]} » n'est pas une durée d'exercice, de 1 à {DUREE_MAXIMALE} mois")
    return int(lu[0])


def _regime(texte: str) -> str:
    lu = next((regime for regime, motif in _REGIMES if re.search(motif, normaliser(texte))), None)
    if lu is None:
        raise ValueError(f"régime « {texte[:40]} » inconnu, écrivez {NORMAL}, {SIMPLIFIE} ou {BNC}")
    return lu


def _nom(texte: str) -> str:
    # The apostrophe that keeps a spreadsheet from running a text as a formula.
    return texte.removeprefix("'")


_LECTEURS = {
    "siren": _siren,
    "date_cloture": _cloture,
    "duree_mois": _duree,
    "denomination": _nom,
    "forme_juridique": _nom,
    "regime": _regime,
}
