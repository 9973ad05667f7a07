"""Nom du devoir d'une session de rattrapage : celui de l'épreuve, puis ``-R`` et le numéro de la session.

``B1-QST-R1`` est le premier rattrapage de ``B1-QST``. Un nom fait de lettres, de chiffres et de traits d'union passe
partout où nbgrader le met : dossiers, adresses du serveur, base de données.
"""

from __future__ import annotations

import re

from rncp_utils.referentiel.modele import Referentiel

_RATTRAPAGE = re.compile(r"(?P<epreuve>.+)-R(?P<session>[1-9])")


def devoir_de_rattrapage(epreuve: str, session: int = 1) -> str:
    """Nom du devoir d'un rattrapage.

    >>> devoir_de_rattrapage("B1-QST")
    'B1-QST-R1'
    """
    return f"{epreuve}-R{session}"


def epreuve_du_devoir(devoir: str, referentiel: Referentiel) -> tuple[str, int] | None:
    """Épreuve de la fiche que fait passer un devoir, et sa session (0 : la première) ; None pour un entraînement.

    >>> from rncp_utils.referentiel import charger_referentiel
    >>> fiche = charger_referentiel()
    >>> [epreuve_du_devoir(devoir, fiche) for devoir in ("B1-QST", "B1-QST-R1", "F-B1")]
    [('B1-QST', 0), ('B1-QST', 1), None]
    """
    if devoir in referentiel.codes_evaluations:
        return devoir, 0
    lu = _RATTRAPAGE.fullmatch(devoir)
    if lu and lu["epreuve"] in referentiel.codes_evaluations:
        return lu["epreuve"], int(lu["session"])
    return None
