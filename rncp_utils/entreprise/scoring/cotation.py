"""Lecture d'une cotation de la Banque de France : aucune formule ne la reproduit."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees

# Since 8 January 2022, from the best to the worst; P and 0 stand apart.
ECHELLE = (
    *("1+", "1", "1-", "2+", "2", "2-", "3+", "3", "3-", "4+"),
    *("4", "4-", "5+", "5", "5-", "6+", "6", "6-", "7", "8"),
)
HORS_ECHELLE = {"P": "procédure collective", "0": "aucune information défavorable, sans analyse récente"}
# Grades of the former scale (13 levels) that the new one does not have: only these give it away.
ANCIENNE_SEULE = ("3++", "9")
ACTIVITES = "ABCDEFGHJKLMNX"
# The ten best grades back central bank refinancing (press, January 2022).
RANG_REFINANCEMENT = ECHELLE.index("4+") + 1
NOUVELLE, ANCIENNE = "depuis le 08/01/2022", "avant le 08/01/2022"

_CODE = re.compile(r"(?P<activite>[A-Z])?\s*(?P<credit>P|[0-9](?:\+{1,2}|-)?)")


class Cotation(NamedTuple):
    """Cotation lue.

    Attributes
    ----------
    activite : str or None
        Lettre de la cote d'activité, de A (chiffre d'affaires le plus élevé) à M ; N : chiffre d'affaires qui ne dit
        pas l'activité (holding…) ; X : inconnu ou trop ancien ; None si le code ne la donne pas.
    credit : str
        Cote de crédit, de « 1+ » à « 8 », « P » ou « 0 ».
    rang : int or None
        De 1 (« 1+ ») à 20 (« 8 ») ; None pour « P », « 0 » et l'ancienne échelle.
    refinancable : bool or None
        Parmi les dix meilleures cotes, dont les banques peuvent apporter les créances en garantie à l'Eurosystème ;
        None sans rang.
    echelle : str
        « depuis le 08/01/2022 » ou « avant le 08/01/2022 ».
    """

    activite: str | None
    credit: str
    rang: int | None
    refinancable: bool | None
    echelle: str


def lire_cotation(code: Any, ancienne_refusee: bool = True) -> Cotation | pd.DataFrame:
    """Lire une cotation de la Banque de France, telle que « D3- » : cote d'activité, puis cote de crédit.

    L'échelle a changé le 8 janvier 2022 : de 13 à 22 niveaux, de « 1+ » à « 8 », plus « P » et « 0 ». Une cote telle
    que « 4 » existe dans les deux échelles et n'y dit pas la même chose ; seules « 3++ » et « 9 » trahissent
    l'ancienne. Vérifiez la date de toute cotation lue ailleurs que dans le fichier.

    Parameters
    ----------
    code : str, ou Series ou liste de str
        Cotation, avec ou sans lettre d'activité.
    ancienne_refusee : bool
        Refuser « 3++ » et « 9 » ; sinon les rendre sans rang, avec l'ancienne échelle.

    Returns
    -------
    Cotation ou DataFrame
        Une Cotation ; pour plusieurs codes, une ligne par code, mêmes colonnes, et ``motif`` où le code n'est pas lu.

    Raises
    ------
    ErreurDonnees
        Un code seul : illisible, hors de l'échelle, ou de l'ancienne échelle.

    Source : Revue Banque, Memo Bank (janvier 2022) et presse pour les dix meilleures cotes ; lettres et liste des
    cotes de source secondaire, à vérifier auprès de la Banque de France (23 novembre 2026).

    >>> cote = lire_cotation("D3-")
    >>> cote.activite, cote.credit, cote.rang, cote.refinancable
    ('D', '3-', 9, True)
    """
    if isinstance(code, str):
        return _lire(code, ancienne_refusee)
    if not isinstance(code, pd.Series | pd.Index | np.ndarray | list | tuple):
        raise ErreurDonnees(f"J'attendais une cotation et j'ai lu « {code} » : écrivez par exemple D3-.")
    codes = pd.Series(code, dtype="object")
    # A portfolio holds few distinct codes: each is read once.
    rangs, distincts = pd.factorize(codes, use_na_sentinel=False)
    lues = pd.DataFrame(
        [_ligne(distinct, ancienne_refusee) for distinct in distincts], columns=[*Cotation._fields, "motif"]
    )
    types = {"rang": "Int64", "refinancable": "boolean"}
    lues = lues.astype({nom: types.get(nom, "str") for nom in lues})
    return lues.take(rangs).set_axis(codes.index)


def _ligne(code: Any, ancienne_refusee: bool) -> tuple[Any, ...]:
    vide = (None,) * len(Cotation._fields)
    if not isinstance(code, str):
        return *vide, "cotation absente"
    try:
        return *_lire(code, ancienne_refusee), None
    except ErreurDonnees as erreur:
        return *vide, str(erreur)


def _lire(code: str, ancienne_refusee: bool) -> Cotation:
    lu = _CODE.fullmatch(code.strip().upper().replace("−", "-").replace("–", "-"))
    if lu is None or (lu["activite"] or "X") not in ACTIVITES:
        raise ErreurDonnees(f"La cotation « {code} » n'est pas lisible : attendu une lettre puis une cote, comme D3-.")
    activite, credit = lu["activite"], lu["credit"]
    if credit in ANCIENNE_SEULE:
        if ancienne_refusee:
            raise ErreurDonnees(
                f"La cotation « {code} » est de l'ancienne échelle (avant le 08/01/2022) : demandez l'actuelle."
            )
        return Cotation(activite, credit, None, None, ANCIENNE)
    if credit in HORS_ECHELLE:
        return Cotation(activite, credit, None, None, NOUVELLE)
    if credit not in ECHELLE:
        raise ErreurDonnees(f"La cote de crédit « {credit} » n'existe pas : l'échelle va de 1+ à 8, plus P et 0.")
    rang = ECHELLE.index(credit) + 1
    return Cotation(activite, credit, rang, rang <= RANG_REFINANCEMENT, NOUVELLE)
