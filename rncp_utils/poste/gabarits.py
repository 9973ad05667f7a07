"""Rows of a situation, written from its YAML file: amounts come from the case, texts are filled with them.

In the files, an amount is written in euros, or by its name (« pret », « ca », « besoin_four », « -loyer »): names are
those of :func:`montants`, and those that the file computes itself under ``montants``.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from rncp_utils.donnees.agence.numeros import iban_de
from rncp_utils.donnees.fils_rouges.modele import Credit
from rncp_utils.donnees.fils_rouges.objets import Cas
from rncp_utils.entreprise.documents.colonnes import normaliser
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import avec_unite, euros, pourcent
from rncp_utils.monnaie import centimes
from rncp_utils.typographie import typographier

if TYPE_CHECKING:
    from rncp_utils.portefeuille.gamme import Gamme, LigneTarif
    from rncp_utils.poste.situation import Offre

_MOIS = 12
# Narrow no-break space: between thousands, as formats writes them.
FINE = "\u202f"
# Columns of a table that the file may leave out.
_ABSENTS: dict[str, dict[str, Any]] = {
    "client": dict.fromkeys(("echeance", "echeance_objet", "alerte", "dernier_contact")) | {"opposition": False},
    "document": dict.fromkeys(("piece", "date_piece", "date_validite", "signataire")) | {"sur_demande": False},
    "engagement": dict.fromkeys(("encours", "echeance", "fin")),
    "opportunite": dict.fromkeys(("echeance", "probabilite", "motif_ecart"))
    | {"origine": "systeme", "etat": "proposee"},
    "rdv": {"etat": "prevu"},
    "tache": {"etat": "a_faire"},
}
_EN_CENTIMES = {("engagement", "encours"), ("engagement", "echeance")}


# Not in an IBAN, whose groups come from a name: « 50 000 € » as the files write it.
_MILLIER = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")


def espacer(texte: str) -> str:
    """Text in French typography, thousands included.

    >>> espacer("Capital de 50 000 €").replace(FINE, "_").replace(chr(160), "~")
    'Capital de 50_000~€'
    """
    return typographier(_MILLIER.sub(FINE, texte))


class Textes:
    """What the texts of a file are filled with: amounts (cents, by name) and words."""

    def __init__(self, montants: Mapping[str, int], mots: Mapping[str, str]) -> None:
        self.montants = dict(montants)
        self._mots = {nom: _en_euros(valeur) for nom, valeur in montants.items()} | dict(mots)

    def ecrire(self, texte: str) -> str:
        """Text with its names replaced, in French typography.

        >>> Textes({"pret": 60_050}, {}).ecrire("Prêt : {pret}").replace(chr(160), " ")
        'Prêt : 600,50 €'
        """
        return espacer(texte).format_map(self._mots)

    def centimes(self, valeur: Any) -> int | None:
        """Amount in cents: a number is in euros, a text is a name, with a minus sign when it goes out."""
        if valeur is None or not isinstance(valeur, str):
            return None if valeur is None else _en_centimes(valeur)
        return -self.montants[valeur[1:]] if valeur.startswith("-") else self.montants[valeur]

    def canonique(self, valeur: Any) -> str | None:
        """Value of a field of the profile: « =ca » is an amount in euros, a day is ISO, the rest is a text."""
        if isinstance(valeur, str) and valeur.startswith("="):
            montant = Decimal(self.montants[valeur[1:]]) / 100
            return f"{montant:.0f}" if montant == montant.to_integral_value() else f"{montant:.2f}"
        if isinstance(valeur, dt.date):
            return valeur.isoformat()
        return None if valeur is None else self.ecrire(str(valeur))


def montants(cas: Cas, calculs: Mapping[str, Any]) -> dict[str, int]:
    """Amounts of a case by name, in cents, then those that the file computes from them (``calculs``, in order).

    A computed amount is ``{de: name, fois: number, arrondi: euros}``, ``{somme: [names]}`` (a name may bear a minus
    sign) or a number of euros.
    """
    lus = _du_cas(cas)
    for nom, calcul in calculs.items():
        lus[nom] = _calculer(lus, calcul)
    return lus


def mots(cas: Cas, brut: Mapping[str, Any]) -> dict[str, str]:
    """Words of a situation's file: loan, names, and an IBAN for each account number of its ``ibans``."""
    pret = cas.projets[0].pret
    return {
        "siren": cas.siren,
        "naf": cas.naf,
        "denomination": cas.denomination,
        "representant": brut["representant"],
        "acte": brut["acte"],
        "duree": str(pret.duree_mois),
        "taux": pourcent(pret.taux, 2),
        "effectif": str(cas.effectif_salarie),
    } | {f"iban_{nom}": _iban(numero) for nom, numero in brut["ibans"].items()}


def lignes(table: str, brutes: Iterable[Mapping[str, Any]], textes: Textes) -> tuple[dict[str, Any], ...]:
    """Rows of a table, every column there, in the units of the workstation."""
    return tuple(
        _ABSENTS.get(table, {}) | {nom: _valeur(table, nom, valeur, textes) for nom, valeur in brute.items()}
        for brute in brutes
    )


def champs(
    definitions: Iterable[Mapping[str, Any]], profil: Mapping[str, Any], textes: Textes
) -> tuple[dict[str, Any], ...]:
    """Fields of the profile; ``profil``: value and day of update of each, by name."""
    lus = []
    for brut in definitions:
        valeur, maj = profil[brut["nom"]]
        lus.append(
            {"choix": [], "unite": None} | dict(brut) | {"valeur": textes.canonique(valeur), "maj_le": _jour(maj)}
        )
    return tuple(lus)


def comptes(bruts: Iterable[Mapping[str, Any]], textes: Textes) -> dict[str, tuple[dict[str, Any], ...]]:
    """Rows of ``compte`` and ``mouvement``; each account holds its movements (day, label, amount)."""
    lus, mouvements = [], []
    for rang, brut in enumerate(bruts, start=1):
        lus.append(
            {
                "libelle": textes.ecrire(brut["libelle"]),
                "solde": textes.centimes(brut["solde"]),
                "autorisation": textes.centimes(brut.get("autorisation", 0)),
            }
        )
        mouvements += [
            {"compte": rang, "jour": _jour(jour), "libelle": textes.ecrire(mot), "montant": textes.centimes(montant)}
            for jour, mot, montant in brut["mouvements"]
        ]
    return {"compte": tuple(lus), "mouvement": tuple(sorted(mouvements, key=lambda x: (x["compte"], x["jour"])))}


def tiers(bruts: Iterable[Mapping[str, Any]], textes: Textes) -> dict[str, tuple[dict[str, Any], ...]]:
    """Rows of ``tiers`` and ``lien``: one of each a person or company."""
    textuels = [{nom: valeur and textes.ecrire(valeur) for nom, valeur in brut.items()} for brut in bruts]
    return {
        "tiers": tuple({"nom": brut["nom"], "nature": brut["nature"]} for brut in textuels),
        "lien": tuple(
            {"tiers": rang, "qualite": brut["qualite"], "precision": brut.get("precision")}
            for rang, brut in enumerate(textuels, start=1)
        ),
    }


def documents_du_produit(gamme: Gamme, code: str, offre: Offre) -> tuple[dict[str, Any], dict[str, Any]]:
    """Information document and draft contract of a product, from its sheet in the range."""
    produit = gamme.produit(code)
    information = [
        ["À quoi il sert", produit.sert_a],
        *(["Caractéristique", texte] for texte in produit.caracteristiques),
        *(["Condition", texte] for texte in produit.conditions),
        *(["Ne convient pas", texte] for texte in produit.pas_pour),
    ]
    contrat = [
        *_prix_des_formules(produit.tarif, offre),
        *([["Réserve", offre.reserve]] if offre.reserve else []),
        *(["Formule", formule] for formule in offre.formules),
        *(["Option", option] for option in offre.options.values()),
        *(["À remettre", texte] for texte in produit.remettre),
    ]
    commun = _ABSENTS["document"] | {"date_piece": gamme.date.isoformat()}
    (information_id,), (contrat_id,) = offre.informations, offre.remises
    return tuple(
        commun | {"id": nom, "titre": f"{titre} : {produit.libelle}", "piece": piece, "lignes": _typographiees(lues)}
        for nom, titre, piece, lues in (
            (information_id, "Document d'information", "information_produit", information),
            (contrat_id, "Projet de contrat", "contrat_produit", contrat),
        )
    )


def _prix_des_formules(tarif: Iterable[LigneTarif], offre: Offre) -> list[list[str]]:
    """Prices of a product: those of the range, the first one once a level when levels have prices of their own."""
    premiere, *autres = tarif
    if not offre.coefficients:
        return [[f"Prix, {x.formule}" if x.formule else "Prix", _prix(x)] for x in (premiere, *autres)]
    niveaux = zip(offre.formules, offre.coefficients, strict=True)
    lus = [[f"Prix, {formule}", _prix(premiere, Decimal(str(fois)))] for formule, fois in niveaux]
    return lus + [["Prix", _prix(autre)] for autre in autres]


def _prix(ligne: LigneTarif, fois: Decimal = Decimal(1)) -> str:
    """A price; multiplied, an amount is rounded to the euro."""
    valeur = fois * Decimal(str(ligne.valeur))
    if fois != 1 and ligne.unite.startswith("€"):
        valeur = valeur.to_integral_value(ROUND_HALF_UP)
    return f"{ligne.libelle} : {avec_unite(valeur.normalize(), ligne.unite)}"


def _typographiees(lues: list[list[str]]) -> list[list[str]]:
    return [[espacer(texte) for texte in ligne] for ligne in lues]


def _du_cas(cas: Cas) -> dict[str, int]:
    projet = cas.projets[0]
    en_euros: dict[str, int] = {"pret": projet.pret.montant, "apport": projet.apport}
    en_euros |= {f"besoin_{normaliser(nom).replace(' ', '_')}": x for nom, x in projet.besoins.items()}
    en_euros["besoins"] = sum(projet.besoins.values())
    if projet.previsionnel:
        en_euros |= {"previ_ca": projet.previsionnel.chiffre_affaires, "previ_ebe": projet.previsionnel.ebe}
    for suffixe, annee in (("", "N"), ("_1", "N-1"), ("_2", "N-2")):
        en_euros |= {f"{nom}{suffixe}": x for nom, x in _de_l_exercice(cas, annee).items()}
    en_euros |= {f"solde_{compte.id}": compte.soldes["N"] for compte in cas.comptes}
    en_euros |= _du_foyer(cas)
    lus = {nom: _en_centimes(valeur) for nom, valeur in en_euros.items()}
    for credit in cas.credits:
        lus |= {f"crd_{credit.id}": _reste_du(credit), f"echeance_{credit.id}": _mensualite(credit)}
    return lus


def _de_l_exercice(cas: Cas, annee: str) -> dict[str, int]:
    if annee in cas.tresorerie_micro:
        micro = cas.tresorerie_micro[annee]
        return {
            "ca": micro.encaissements,
            "achats": micro.achats,
            "plateformes": micro.plateformes_publicite,
            "transport": micro.transport,
            "cotisations_an": micro.cotisations + micro.cfe,
        }
    liasse = cas.exercices[annee]
    return {
        "ca": liasse["FL"],
        "resultat": liasse["HN"],
        "loyer": liasse.get("XQ"),
        "distributions": cas.mouvements[annee].dividendes,
    }


def _du_foyer(cas: Cas) -> dict[str, int]:
    """Incomes (a year), charges (a month) and goods of the household, numbered from 1 in the order of the case."""
    foyer = cas.foyer
    lus = {f"revenu_{rang}": revenu.montants["N"] for rang, revenu in enumerate(foyer.revenus, start=1)}
    lus |= {f"charge_{rang}": charge.mensualites["N"] for rang, charge in enumerate(foyer.charges, start=1)}
    for rang, bien in enumerate(foyer.patrimoine, start=1):
        lus |= {f"bien_{rang}": bien.valeur, f"crd_bien_{rang}": bien.crd or 0}
        if bien.mobilisable:
            lus[f"mobilisable_{rang}"] = bien.mobilisable
    return lus | ({"impot": foyer.impot_revenu} if foyer.impot_revenu else {})


def _reste_du(credit: Credit) -> int:
    """Capital still owed at the day of the situation: one year after the end of exercise N."""
    return _en_centimes(max(0, credit.crd["N"] - credit.exigible_a_un_an))


def _mensualite(credit: Credit) -> int:
    """Constant monthly payment that pays back ``exigible_a_un_an`` over the twelve months that follow exercise N."""
    mensuel = credit.taux / _MOIS
    capitalise = math.prod([1 + mensuel] * _MOIS) - 1
    return round(100 * (credit.crd["N"] * mensuel + credit.exigible_a_un_an * mensuel / capitalise))


def _calculer(connus: Mapping[str, int], calcul: Any) -> int:
    if not isinstance(calcul, Mapping):
        return _en_centimes(calcul)
    if "somme" in calcul:
        return sum(-connus[nom[1:]] if nom.startswith("-") else connus[nom] for nom in calcul["somme"])
    pas = 100 * int(calcul["arrondi"]) if "arrondi" in calcul else 1
    produit = Decimal(connus[calcul["de"]]) * Decimal(calcul["fois"]) / pas
    return int(produit.to_integral_value(ROUND_HALF_UP)) * pas


def _valeur(table: str, nom: str, valeur: Any, textes: Textes) -> Any:
    if (table, nom) in _EN_CENTIMES and not isinstance(valeur, dt.date):
        return textes.centimes(valeur)
    if isinstance(valeur, dt.date):
        return valeur.isoformat()
    if isinstance(valeur, str):
        # Ids and codes hold neither names nor punctuation: they come out as they are.
        return textes.ecrire(valeur)
    if isinstance(valeur, list):
        return [_valeur(table, nom, un, textes) for un in valeur]
    return valeur


def _jour(valeur: Any) -> str | None:
    if valeur is not None and not isinstance(valeur, dt.date):
        raise ErreurDonnees(f"J'ai lu « {valeur} » : un jour est attendu ; écrivez-le AAAA-MM-JJ.")
    return valeur and valeur.isoformat()


def _en_centimes(valeur: int | float | Decimal) -> int:
    return int(centimes(valeur))


def _en_euros(montant: int) -> str:
    return euros(Decimal(montant) / 100, 0 if montant % 100 == 0 else 2)


def _iban(numero: int) -> str:
    """IBAN of an account number at a bank that does not exist, in groups of four as documents print it."""
    return " ".join(re.findall(".{1,4}", iban_de(np.array([numero]))[0]))
