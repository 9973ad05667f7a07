"""Gestes qui font les choix : proposer, écarter, ranger, orienter, défaire. Rejoués, ils redonnent les mêmes choix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rncp_utils.erreurs import ErreurRegle
from rncp_utils.portefeuille.adequation import Choix, ordre_des_besoins
from rncp_utils.portefeuille.besoins import BesoinsDuClient
from rncp_utils.portefeuille.gamme import Gamme, charger_gamme

COCHER, DECOCHER, ECARTER, REPRENDRE = "cocher", "decocher", "ecarter", "reprendre"
ORDONNER, ORIENTER, GARDER, ANNULER = "ordonner", "orienter", "garder", "annuler"
# What a gesture says besides its name.
_CHAMPS: dict[str, dict[str, type]] = {
    COCHER: {"besoin": str, "produit": str},
    DECOCHER: {"besoin": str, "produit": str},
    ECARTER: {"produit": str, "motif": str},
    REPRENDRE: {"produit": str},
    ORDONNER: {"besoin": str, "rang": int},
    ORIENTER: {"besoin": str},
    GARDER: {"besoin": str},
    ANNULER: {},
}


def appliquer(besoins: BesoinsDuClient, choix: Choix, geste: Mapping[str, Any], gamme: Gamme | None = None) -> Choix:
    """Le choix après un geste.

    Raises
    ------
    ErreurRegle
        Geste impossible à ce moment : rien n'est changé.

    >>> from rncp_utils.donnees.besoins import besoins_du_client
    >>> client = besoins_du_client("CAS-04")
    >>> suite = appliquer(client, Choix(), {"geste": "cocher", "besoin": "pont", "produit": "BAIL"})
    >>> sorted(suite.couples)
    [('pont', 'BAIL')]
    """
    nom = _lire_geste(geste)
    besoin, produit = geste.get("besoin"), geste.get("produit")
    if besoin is not None and besoin not in {connu.id for connu in besoins.besoins}:
        raise ErreurRegle("le besoin est inconnu")
    if produit is not None and produit not in besoins.produits:
        raise ErreurRegle("le produit est inconnu")
    if nom in (COCHER, DECOCHER):
        return _cocher(choix, (besoin, produit), nom == COCHER)
    if nom == ECARTER:
        if geste["motif"] not in (gamme or charger_gamme()).produit(produit).pas_pour:
            raise ErreurRegle("le motif n'est pas dans la gamme")
        gardes = frozenset(couple for couple in choix.couples if couple[1] != produit)
        return _si_change(choix, replace(choix, couples=gardes, ecartes={**choix.ecartes, produit: geste["motif"]}))
    if nom == REPRENDRE:
        return _si_change(choix, replace(choix, ecartes={c: m for c, m in choix.ecartes.items() if c != produit}))
    if nom == ORDONNER:
        return _ordonner(besoins, choix, besoin, geste["rang"])
    if nom in (ORIENTER, GARDER):
        suite = choix.orientes | {besoin} if nom == ORIENTER else choix.orientes - {besoin}
        return _si_change(choix, replace(choix, orientes=suite))
    raise ErreurRegle("ce geste ne s'applique pas seul")


def _lire_geste(geste: Mapping[str, Any]) -> str:
    nom = geste.get("geste")
    champs = _CHAMPS.get(nom) if isinstance(nom, str) else None
    if champs is None or set(geste) != {"geste", *champs}:
        raise ErreurRegle("le geste est inconnu")
    if not all(type(geste[champ]) is sorte for champ, sorte in champs.items()):
        raise ErreurRegle("le geste est mal écrit")
    return nom


def _cocher(choix: Choix, couple: tuple[str, str], pris: bool) -> Choix:
    if not pris:
        return _si_change(choix, replace(choix, couples=choix.couples - {couple}))
    ecartes = {code: motif for code, motif in choix.ecartes.items() if code != couple[1]}
    return _si_change(choix, replace(choix, couples=choix.couples | {couple}, ecartes=ecartes))


def _ordonner(besoins: BesoinsDuClient, choix: Choix, besoin: str, rang: int) -> Choix:
    ordre = [autre for autre in ordre_des_besoins(besoins, choix) if autre != besoin]
    if not 1 <= rang <= len(besoins.besoins):
        raise ErreurRegle("le rang est hors de la liste")
    ordre.insert(rang - 1, besoin)
    if tuple(ordre) == ordre_des_besoins(besoins, choix):
        raise ErreurRegle("rien ne change")
    return replace(choix, ordre=tuple(ordre))


def _si_change(avant: Choix, apres: Choix) -> Choix:
    if apres == avant:
        raise ErreurRegle("rien ne change")
    return apres


def rejouer(
    besoins: BesoinsDuClient, gestes: Iterable[Mapping[str, Any]], gamme: Gamme | None = None
) -> tuple[Choix, ...]:
    """Les choix après chaque geste, le premier étant le départ ; « annuler » défait le dernier geste qui tient encore.

    Raises
    ------
    ErreurRegle
        Un des gestes est impossible à son moment.

    >>> from rncp_utils.donnees.besoins import besoins_du_client
    >>> pas = {"geste": "orienter", "besoin": "nadia"}
    >>> suite = rejouer(besoins_du_client("CAS-04"), [pas, {"geste": "annuler"}])
    >>> suite[-1] == suite[0]
    True
    """
    gamme = gamme or charger_gamme()
    pile, suite = [Choix()], [Choix()]
    for geste in gestes:
        if _lire_geste(geste) == ANNULER:
            if len(pile) == 1:
                raise ErreurRegle("rien n'est à défaire")
            pile.pop()
        else:
            pile.append(appliquer(besoins, pile[-1], geste, gamme))
        suite.append(pile[-1])
    return tuple(suite)
