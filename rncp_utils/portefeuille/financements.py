"""Quel financement pour quel besoin : l'avis du cours sur chaque solution de la gamme, son motif et son coût."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from rncp_utils.credit import affacturage, credit_bail, dailly, decouvert, escompte, tableau_amortissement
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.monnaie import arrondi_centime
from rncp_utils.portefeuille.gamme import Gamme, Produit, charger_gamme
from rncp_utils.portefeuille.tarifs import MOIS_D_UN_AN, mise_en_place
from rncp_utils.yaml_strict import lire_yaml

ADAPTE, POSSIBLE, A_EVITER = "adapté", "possible", "à éviter"
_AVIS = {"adapte": ADAPTE, "possible": POSSIBLE, "eviter": A_EVITER}
MOIS_MAXIMAL = 240
# Conventions of the course, which the range says in words.
QUOTITE_DAILLY, QUOTITE_AFFACTURAGE, DUREE_BAIL, DELAI_CLIENTS = 0.80, 0.90, 60, 60
JOURS_DU_MOIS, JOURS_DE_L_AN = 30, 365


@lru_cache
def _regles() -> dict[str, Any]:
    return lire_yaml(Path(__file__).with_name("financements.yaml")).contenu


def natures_de_besoin() -> dict[str, str]:
    """Natures de besoin que le cours distingue : libellé de chaque code.

    >>> natures_de_besoin()["saison"]
    "Achats et stock d'une saison"
    """
    return {nature["code"]: nature["libelle"] for nature in _regles()["natures"]}


def durees_de_financement() -> pd.DataFrame:
    """Durées de besoin, en mois, où chaque financement convient : index ``code``, ``minimum`` et ``maximum``.

    >>> durees_de_financement().loc["INVEST"].tolist()
    [24, 84]
    """
    bornes = {code: regle["mois"] for code, regle in _regles()["solutions"].items()}
    lignes = {code: (b.get("minimum", 1), b.get("maximum", MOIS_MAXIMAL)) for code, b in bornes.items()}
    table = pd.DataFrame.from_dict(lignes, orient="index", columns=["minimum", "maximum"]).rename_axis("code")
    table.attrs["source"] = "convention de cours"
    return table


def solutions_de_financement(nature: str, montant: float, mois: int, *, gamme: Gamme | None = None) -> pd.DataFrame:
    """Avis, motif et coût de chaque financement de la gamme pour un besoin.

    Parameters
    ----------
    nature : str
        Code de :func:`natures_de_besoin`.
    montant : float, en euros
        Somme dont le client a besoin (hors taxes pour un bien ; somme retenue pour un marché).
    mois : int
        Durée du besoin, de 1 à 240 mois.

    Returns
    -------
    DataFrame
        Index ``code`` du produit ; ``libelle``, ``avis`` (« adapté », « possible », « à éviter »), ``motif``, ``cout``
        (euros, pour la durée du besoin, aux prix de la gamme ; NaN si la solution ne s'applique pas à ce besoin).

    Source : convention de cours ; les prix sont ceux de la gamme.

    >>> avis = solutions_de_financement("materiel", 20_000, 60)["avis"]
    >>> avis[avis == "adapté"].index.tolist(), avis["DECOUVERT"]
    (['INVEST', 'BAIL'], 'à éviter')
    """
    natures = {une["code"]: une for une in _regles()["natures"]}
    if nature not in natures:
        raise ErreurSchema(f"La nature « {nature} » est inconnue ; natures connues : {', '.join(natures)}.")
    if not montant > 0:
        raise ErreurDonnees(f"Le montant vaut {montant} : un montant positif en euros est attendu.")
    if mois != int(mois) or not 1 <= mois <= MOIS_MAXIMAL:
        raise ErreurDonnees(f"La durée vaut {mois} : un nombre entier de mois, de 1 à {MOIS_MAXIMAL}, est attendu.")
    gamme = gamme or charger_gamme()
    lignes = {}
    for code, regle in _regles()["solutions"].items():
        produit = gamme.produit(code)
        avis, motif, chiffrable = _avis(regle, natures[nature], int(mois))
        cout = cout_du_financement(produit, montant, int(mois)) if chiffrable else float("nan")
        lignes[code] = {"libelle": produit.libelle, "avis": avis, "motif": motif, "cout": cout}
    table = pd.DataFrame.from_dict(lignes, orient="index").rename_axis("code")
    table.attrs["source"] = "convention de cours"
    return table


def _avis(regle: dict[str, Any], nature: dict[str, Any], mois: int) -> tuple[str, str, bool]:
    """Opinion, reason, and whether a cost means anything."""
    if "aucune" in nature:
        return A_EVITER, nature["aucune"], False
    propre = regle["avis"].get(nature["code"])
    if propre is None:
        return A_EVITER, regle["sinon"], False
    bornes = regle["mois"]
    court, long = mois < bornes.get("minimum", 1), mois > bornes.get("maximum", MOIS_MAXIMAL)
    if (court or long) and propre["avis"] != "eviter":
        avis = _AVIS[regle["hors_duree"]]
        motif = regle["trop_court" if court else "trop_long"].format(**bornes)
        return avis, motif, avis == POSSIBLE or regle.get("chiffrer_hors_duree", False)
    return _AVIS[propre["avis"]], propre["motif"], not (court or long) or regle.get("chiffrer_hors_duree", False)


def taux_annuel(produit: Produit, rang: int = 0) -> float:
    """Taux annuel d'un produit de la gamme, en fraction ; ``rang`` : 0 pour le premier, 1 pour le suivant…

    >>> taux_annuel(charger_gamme().produit("INVEST")) > 0
    True
    """
    taux = [ligne.valeur for ligne in produit.tarif if ligne.unite == "% l'an" and not ligne.usage]
    if rang >= len(taux):
        raise ErreurSchema(f"{produit.libelle} : le taux annuel attendu manque dans le tarif de la gamme.")
    return taux[rang] / 100


def part_du_tarif(produit: Produit, unite: str) -> float:
    """Somme des lignes de tarif d'une unité : en euros, ou en fraction si l'unité est un pour cent.

    >>> part_du_tarif(charger_gamme().produit("INVEST"), "€ par mois")
    0.0
    """
    total = float(sum(ligne.valeur for ligne in produit.tarif if ligne.unite == unite))
    return total / 100 if unite.startswith("%") else total


def loyer_de_credit_bail(produit: Produit, prix_ht: float, mois: int = DUREE_BAIL) -> tuple[float, float]:
    """Loyer mensuel et option d'achat, hors taxes, pour un bien de ``prix_ht`` euros.

    Le tarif de la gamme vaut pour 60 loyers versés d'avance ; pour une autre durée, le loyer est celui qui donne le
    même taux (convention de cours).

    >>> loyer_de_credit_bail(charger_gamme().produit("BAIL"), 10_000)
    (185.0, 100.0)
    """
    loyer = prix_ht * part_du_tarif(produit, "% du prix hors taxes par mois")
    option = prix_ht * part_du_tarif(produit, "% du montant")
    if mois != DUREE_BAIL:
        taux = float(credit_bail(prix_ht, loyer, DUREE_BAIL, vr=option)["taux_periode"])
        facteur = (1 + taux) ** -mois
        loyer = (prix_ht - option * facteur) * taux / (1 - facteur) / (1 + taux)
    return arrondi_centime(loyer), arrondi_centime(option)


def cout_du_financement(produit: Produit, montant: float, mois: int) -> float:
    """Ce que coûte un financement de la gamme pour ``montant`` euros pendant ``mois`` mois, en euros hors taxes.

    Mois de 30 jours pour ce qui se compte en jours ; découvert utilisé en entier, prêt remboursé chaque mois,
    affacturage renouvelé sur des factures payées à 60 jours : conventions de cours.

    >>> invest = charger_gamme().produit("INVEST")
    >>> cout_du_financement(invest, 20_000, 36) < cout_du_financement(invest, 20_000, 60)
    True
    """
    if produit.code not in _COUTS:
        raise ErreurSchema(f"{produit.libelle} n'est pas un financement que le cours sait chiffrer.")
    return arrondi_centime(float(_COUTS[produit.code](produit, montant, mois)))


def _decouvert(produit: Produit, montant: float, mois: int) -> float:
    interets = decouvert(
        taux=taux_annuel(produit),
        nombres=montant * mois * JOURS_DE_L_AN / MOIS_D_UN_AN,
        maxima=[montant] * mois,
        cpfd_taux=part_du_tarif(produit, "% du plus fort découvert du mois"),
    )["total"]
    annees = -(-mois // MOIS_D_UN_AN)
    return interets + annees * part_du_tarif(produit, "€ par an") + mise_en_place(produit)


def _escompte(produit: Produit, montant: float, mois: int) -> float:
    taux = [ligne.valeur / 100 for ligne in produit.tarif if ligne.unite == "% l'an"]
    frais = part_du_tarif(produit, "€ par opération")
    return escompte(montant, mois * JOURS_DU_MOIS, taux[0], endos=sum(taux[1:]), frais=frais)["agios_ht"]


def _dailly(produit: Produit, montant: float, mois: int) -> float:
    frais = part_du_tarif(produit, "€ par opération")
    cedees, jours = montant / QUOTITE_DAILLY, mois * JOURS_DU_MOIS
    return dailly(cedees, jours, taux_annuel(produit), quotite=QUOTITE_DAILLY, frais=frais)["cout"]


def _affacturage(produit: Produit, montant: float, mois: int) -> float:
    par_an = affacturage(
        montant / QUOTITE_AFFACTURAGE * JOURS_DE_L_AN / DELAI_CLIENTS,
        DELAI_CLIENTS,
        commission=part_du_tarif(produit, "% du montant"),
        fonds_garantie=1 - QUOTITE_AFFACTURAGE,
        taux_financement=taux_annuel(produit),
    )["total"]
    return par_an * mois / MOIS_D_UN_AN


def _campagne(produit: Produit, montant: float, mois: int) -> float:
    return montant * taux_annuel(produit) * mois / MOIS_D_UN_AN + mise_en_place(produit)


def cout_du_pret(produit: Produit, montant: float, mois: int, taux: float | None = None) -> float:
    """Intérêts et frais d'un prêt remboursé chaque mois, en euros ; ``taux`` : celui du dossier, non celui de la gamme.

    >>> invest = charger_gamme().produit("INVEST")
    >>> cout_du_pret(invest, 20_000, 36, 0.0) == mise_en_place(invest)
    True
    """
    tableau = tableau_amortissement(montant, taux_annuel(produit) if taux is None else taux, mois)
    return float(tableau["interets"].sum()) + mise_en_place(produit)


def _bail(produit: Produit, montant: float, mois: int) -> float:
    loyer, option = loyer_de_credit_bail(produit, montant, mois)
    return mois * loyer + option - montant


def _caution(produit: Produit, montant: float, mois: int) -> float:
    return montant * taux_annuel(produit) * mois / MOIS_D_UN_AN


_COUTS = {
    "DECOUVERT": _decouvert,
    "ESCOMPTE": _escompte,
    "DAILLY": _dailly,
    "AFFACTURAGE": _affacturage,
    "CAMPAGNE": _campagne,
    "INVEST": cout_du_pret,
    "BAIL": _bail,
    "IMMO": cout_du_pret,
    "CAUTION": _caution,
}
