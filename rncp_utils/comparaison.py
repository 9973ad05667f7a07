"""Compare le nombre d'un apprenant au résultat attendu, et reconnaît les méprises courantes dans le nombre lui-même.

Une méprise est reconnue à sa valeur (signe inverse, milliers d'euros, mois pour année, hors taxes pour toutes taxes…) :
le message dit ce qui a été lu, ce qui ne va pas et une piste, jamais le résultat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rncp_utils.formats import avec_unite

JUSTE, FAUX, ARRONDI = "juste", "faux", "arrondi"
SIGNE, MILLIERS, POURCENT, ANNEE, TAXE, BASE_JOURS = "signe", "milliers", "pourcent", "annee", "taxe", "base_jours"
SPECIFIQUE = "erreur_type"
# How near, in relative terms, a number must be to a mistaken one to be taken for it.
PRECISION = Decimal("0.0005")
PROCHE = Decimal("0.01")
# Standard day counts of French banking: 360 for discount and ratios, 365 for overdrafts.
BANCAIRE, CIVILE = Decimal(360), Decimal(365)


@dataclass(frozen=True)
class Constat:
    """Ce qui est constaté d'une réponse.

    Attributes
    ----------
    code : str
        ``juste``, ``faux``, ``arrondi``, le nom d'une méprise générale, ou ``erreur_type``.
    message : str
        Phrase pour l'apprenant ; vide pour une réponse juste.
    nom : str
        Nom de l'erreur type reconnue, vide sinon.
    """

    code: str
    message: str = ""
    nom: str = ""

    @property
    def juste(self) -> bool:
        return self.code == JUSTE


@dataclass(frozen=True)
class ErreurType:
    """Une méprise prévue : ce qu'elle fait trouver, et ce qu'il faut en dire.

    Attributes
    ----------
    valeur : float
        Dans l'unité de la réponse attendue, calculée par la bibliothèque comme la réponse elle-même.
    message : str
        Ce qui manque ou ce qui est de trop, sans donner le résultat.
    """

    valeur: float
    message: str


def proche(valeur: Any, cible: Any, tolerance: Any) -> bool:
    """Si ``valeur`` est à ``tolerance`` de ``cible``, bornes comprises, en décimal exact.

    >>> proche(65.5, 65, 0.5), proche(0.3, 0.1 + 0.2, 0)
    (True, False)
    """
    return abs(Decimal(str(valeur)) - Decimal(str(cible))) <= Decimal(str(tolerance))


def comparer(
    obtenu: Any,
    attendu: Any,
    *,
    tolerance: float = 0.01,
    unite: str = "",
    erreurs: Mapping[str, ErreurType] | None = None,
    taux_tva: Iterable[float] = (),
    base_jours: bool = False,
) -> Constat:
    """Constat d'une réponse numérique.

    Parameters
    ----------
    obtenu, attendu : nombre
        Dans l'unité ``unite``.
    tolerance : float
        Écart admis, absolu, bornes comprises.
    erreurs : mapping, optional
        Erreurs types de la question, par nom ; elles passent avant les méprises générales.
    taux_tva : iterable de float, optional
        Taux de TVA (fractions) avec lesquels confondre hors taxes et toutes taxes a un sens ici.
    base_jours : bool
        Si le résultat dépend d'une année de 360 ou de 365 jours.

    >>> comparer(-25775, 25775, unite="€").code, comparer(25.775, 25775, unite="€").code
    ('signe', 'milliers')
    >>> comparer(84, 70, erreurs={"ttc": ErreurType(84, "Le prix est donné hors taxes.")}).message
    'Avec 84 : Le prix est donné hors taxes.'
    """
    if proche(obtenu, attendu, tolerance):
        return Constat(JUSTE)
    lu = avec_unite(obtenu, unite)
    for nom, erreur in (erreurs or {}).items():
        if proche(obtenu, erreur.valeur, tolerance):
            return Constat(SPECIFIQUE, f"Avec {lu} : {erreur.message}", nom)
    for code, cible, phrase in _meprises(Decimal(str(attendu)), unite, taux_tva, base_jours):
        if _confondu(obtenu, cible, tolerance):
            return Constat(code, f"J'ai lu {lu}. {phrase}")
    if attendu and abs(Decimal(str(obtenu)) / Decimal(str(attendu)) - 1) <= PROCHE:
        return Constat(
            ARRONDI, f"J'ai lu {lu}, tout près du résultat. Reprenez les arrondis : un seul, à la fin du calcul."
        )
    return Constat(FAUX, f"J'ai lu {lu}, et ce n'est pas le résultat attendu. Reprenez la méthode pas à pas.")


def _confondu(obtenu: Any, cible: Decimal, tolerance: float) -> bool:
    return cible != 0 and proche(obtenu, cible, max(Decimal(str(tolerance)), abs(cible) * PRECISION))


def _meprises(
    attendu: Decimal, unite: str, taux_tva: Iterable[float], base_jours: bool
) -> Iterable[tuple[str, Decimal, str]]:
    """Mistaken values and their sentence, the most frequent first."""
    yield SIGNE, -attendu, "Le montant est le bon, le signe est inversé : relisez ce que veut dire un résultat négatif."
    if unite == "€":
        for signe in (1, -1):
            yield (
                MILLIERS,
                signe * attendu / 1000,
                "C'est 1 000 fois trop petit : avez-vous saisi des milliers d'euros ?",
            )
            yield MILLIERS, signe * attendu * 1000, "C'est 1 000 fois trop grand : la réponse est demandée en euros."
    else:
        yield POURCENT, attendu / 100, "C'est 100 fois trop petit : la réponse est demandée en %, par exemple 12,5."
        yield POURCENT, attendu * 100, "C'est 100 fois trop grand : vérifiez l'unité demandée."
    yield ANNEE, attendu * 12, "C'est 12 fois trop grand : la question porte-t-elle sur un mois ou sur une année ?"
    yield ANNEE, attendu / 12, "C'est 12 fois trop petit : la question porte-t-elle sur un mois ou sur une année ?"
    for taux in taux_tva:
        coefficient = 1 + Decimal(str(taux))
        yield TAXE, attendu * coefficient, "Un des montants semble toutes taxes comprises (TTC) : relisez l'énoncé."
        yield TAXE, attendu / coefficient, "Un des montants semble hors taxes (HT) : relisez l'énoncé."
    if base_jours:
        yield BASE_JOURS, attendu * CIVILE / BANCAIRE, "L'année semble comptée pour 365 jours au lieu de 360."
        yield BASE_JOURS, attendu * BANCAIRE / CIVILE, "L'année semble comptée pour 360 jours au lieu de 365."
