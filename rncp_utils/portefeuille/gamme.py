"""La gamme comme donnée : produits, prix, conditions et besoins, lus dans un fichier qu'une banque peut remplacer."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from rncp_utils.erreurs import ErreurListe, ErreurSchema
from rncp_utils.modeles import Liste, ListeRemplie, Modele, lire_modele
from rncp_utils.yaml_strict import lire_yaml

FAMILLES = ("flux", "financement", "protection", "epargne")
VARIABLE = "RNCP_GAMME"
GAMME_DU_COURS = Path(__file__).with_name("produits.yaml")
Unite = Literal[
    "€ par mois",
    "€ par an",
    "€ une fois",
    "€ par opération",
    "€ par mois et par salarié",
    "€ par an et par salarié",
    "€ par an et par véhicule",
    "% du montant",
    "% l'an",
    "% l'an versé au client",
    "% du chiffre d'affaires annuel",
    "% des mouvements débiteurs",
    "% du plus fort découvert du mois",
    "% du prix hors taxes par mois",
]
_SIMPLE = r"^\S(?:.*\S)?$"
_EXEMPLES = {_SIMPLE: "un texte, sans espace au bord"}
Texte = Annotated[str, Field(pattern=_SIMPLE)]


Textes = Liste[Texte]
TextesRequis = ListeRemplie[Texte]


class LigneTarif(Modele):
    """Un prix : ``valeur`` en euros ou en pour cent, selon ``unite``.

    ``formule`` : la ligne vaut pour cette formule seule. ``usage`` : quantité propre à la ligne, comptée si elle est
    donnée.
    """

    libelle: Texte
    valeur: float = Field(ge=0, allow_inf_nan=False)
    unite: Unite
    formule: Texte | None = None
    usage: Texte | None = None


class Besoin(Modele):
    """Un besoin de client, auquel un ou plusieurs produits répondent."""

    code: Texte
    libelle: Texte


class Produit(Modele):
    """Un produit de la gamme ; ``pnb`` est un revenu annuel d'enseignement, en euros."""

    code: Texte
    libelle: Texte
    famille: Literal["flux", "financement", "protection", "epargne"]
    statuts: Textes = ()
    regimes: Textes = ()
    salaries: bool = False
    pnb: int = Field(ge=0)
    sert_a: Texte
    caracteristiques: TextesRequis
    tarif: ListeRemplie[LigneTarif]
    conditions: TextesRequis
    cible: Texte
    pas_pour: TextesRequis
    remettre: TextesRequis
    besoins: TextesRequis

    @property
    def formules(self) -> tuple[str, ...]:
        """Noms des formules de prix, dans l'ordre du fichier ; vide si le produit n'en a qu'une."""
        return tuple(dict.fromkeys(ligne.formule for ligne in self.tarif if ligne.formule))


@dataclass(frozen=True)
class Gamme:
    """Produits et besoins, avec la date et la mention de leurs prix."""

    produits: tuple[Produit, ...]
    besoins: tuple[Besoin, ...]
    date: dt.date
    mention: str

    def produit(self, code: str) -> Produit:
        """Le produit de ce code.

        >>> charger_gamme(GAMME_DU_COURS).produit("TPE").formules
        ('Départ', 'Boutique', 'Grand panier')
        """
        trouve = next((produit for produit in self.produits if produit.code == code), None)
        if trouve is None:
            connus = ", ".join(produit.code for produit in self.produits)
            raise ErreurSchema(f"Le produit « {code} » est absent de la gamme ; codes connus : {connus}.")
        return trouve

    def pour(self, besoin: str) -> tuple[Produit, ...]:
        """Les produits qui répondent à un besoin.

        >>> [produit.code for produit in charger_gamme(GAMME_DU_COURS).pour("financer_des_murs")]
        ['IMMO']
        """
        if besoin not in {connu.code for connu in self.besoins}:
            connus = ", ".join(connu.code for connu in self.besoins)
            raise ErreurSchema(f"Le besoin « {besoin} » est absent de la gamme ; codes connus : {connus}.")
        return tuple(produit for produit in self.produits if besoin in produit.besoins)


def charger_gamme(chemin: Path | None = None) -> Gamme:
    """Gamme lue dans un fichier YAML ; par défaut celle que nomme la variable ``RNCP_GAMME``, sinon celle du cours.

    La gamme d'une banque garde les codes de celle du cours, que les leçons et les données d'agence emploient.

    Raises
    ------
    ErreurListe
        Fichier mal formé : toutes ses fautes.

    >>> len(charger_gamme(GAMME_DU_COURS).besoins)
    15
    """
    if chemin is not None:
        return _du_cours() if chemin == GAMME_DU_COURS else _lire(chemin)
    nommee = os.environ.get(VARIABLE, "").strip()
    if not nommee:
        return _du_cours()
    fichier = Path(nommee).resolve()
    try:
        modifie = fichier.stat().st_mtime_ns
    except OSError:
        modifie = 0  # reading it will say what is wrong
    return _de_la_banque(fichier, modifie)


def charger_produits(chemin: Path | None = None) -> tuple[Produit, ...]:
    """Produits de la gamme, lue comme par :func:`charger_gamme`.

    >>> sorted({produit.famille for produit in charger_produits()})
    ['epargne', 'financement', 'flux', 'protection']
    """
    return charger_gamme(chemin).produits


@lru_cache
def _du_cours() -> Gamme:
    return _lire(GAMME_DU_COURS)


@lru_cache(maxsize=4)
def _de_la_banque(chemin: Path, modifie: int) -> Gamme:
    """``modifie`` makes a changed file read again."""
    gamme = _lire(chemin)
    presents = {produit.code: produit for produit in gamme.produits}
    fautes = []
    for attendu in _du_cours().produits:
        if attendu.code not in presents:
            fautes.append(
                f"le produit « {attendu.code} » ({attendu.libelle}) manque : des leçons et les données d'agence "
                "l'emploient ; gardez ce code, avec le nom et les prix de votre banque."
            )
        elif len(presents[attendu.code].formules) < len(attendu.formules):
            fautes.append(
                f"le produit « {attendu.code} » a {len(presents[attendu.code].formules)} formule(s) : une leçon en "
                f"compare {len(attendu.formules)}."
            )
    fautes += _fautes_du_terminal(presents.get("TPE"))
    if fautes:
        raise ErreurListe(f"La gamme « {chemin.name} » est refusée :", fautes)
    return gamme


def _fautes_du_terminal(tpe: Produit | None) -> list[str]:
    """A lesson looks for the volume, then for the basket, from which another formula costs less."""
    if tpe is None or len(tpe.formules) < len(_du_cours().produit("TPE").formules):
        return []
    loyers, commissions, fixes = (
        [sum(x.valeur for x in tpe.tarif if x.formule == formule and x.unite == unite) for formule in tpe.formules[:3]]
        for unite in ("€ par mois", "% du montant", "€ par opération")
    )
    if commissions[0] > commissions[1] > commissions[2] and fixes[0] == fixes[1] < fixes[2] and loyers[0] < loyers[1]:
        return []
    return [
        "le produit « TPE » : une leçon compare ses trois premières formules ; rangez-les ainsi : location la plus "
        "basse et commission la plus haute ; location et commission plus basse ; commission la plus basse et part fixe "
        "par paiement."
    ]


def _lire(chemin: Path) -> Gamme:
    lu = lire_yaml(chemin, decimaux=False)
    contenu = lu.contenu if isinstance(lu.contenu, dict) else {}
    fautes = list(lu.fautes)
    fautes += [
        f"le champ « {nom} » est inconnu ; ôtez-le."
        for nom in contenu
        if nom not in ("date", "mention", "besoins", "produits")
    ]
    besoins = _modeles(contenu, "besoins", Besoin, "besoin", fautes)
    produits = _modeles(contenu, "produits", Produit, "produit", fautes)
    connus = {besoin.code for besoin in besoins}
    fautes += [
        f"produit « {produit.code} » : le besoin « {code} » est inconnu de la table des besoins."
        for produit in produits
        for code in produit.besoins
        if code not in connus
    ]
    date, mention = contenu.get("date"), contenu.get("mention")
    if not isinstance(date, dt.date):
        fautes.append("date : la date des prix est attendue ; écrivez-la AAAA-MM-JJ.")
    if not isinstance(mention, str) or not mention.strip():
        fautes.append("mention : une phrase sur l'origine des prix est attendue.")
    if fautes:
        raise ErreurListe(f"La gamme « {chemin.name} » est refusée :", fautes)
    return Gamme(produits, besoins, date, mention.strip())


def _modeles(contenu: dict[str, Any], nom: str, modele: type[Modele], un: str, fautes: list[str]) -> tuple[Any, ...]:
    """The items of a list that are well formed; the faults of the others are added to ``fautes``."""
    bruts = contenu.get(nom)
    if not isinstance(bruts, list) or not bruts:
        fautes.append(f"{nom} : une liste d'au moins un {un} est attendue.")
        return ()
    lus = []
    for rang, brut in enumerate(bruts, start=1):
        code = brut.get("code") if isinstance(brut, dict) else None
        qui = f"{un} n° {rang}" + (f" ({code})" if code else "")
        lu, siennes = lire_modele(modele, brut, exemples=_EXEMPLES)
        fautes += [f"{qui} : {faute}" for faute in siennes]
        lus += [lu] if lu is not None else []
    codes = [brut.get("code") for brut in bruts if isinstance(brut, dict)]
    doubles = sorted({str(code) for code in codes if code is not None and codes.count(code) > 1})
    fautes += [f"{nom} : le code « {code} » sert plusieurs fois." for code in doubles]
    return tuple(lus)
