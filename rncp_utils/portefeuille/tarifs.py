"""Ce que coûte un produit de la gamme à un client, et la gamme mise en table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.formats import euros, pourcent
from rncp_utils.monnaie import arrondi_centime
from rncp_utils.portefeuille.gamme import Gamme, LigneTarif, Produit, charger_gamme
from rncp_utils.typographie import au_milieu

# Unit of a price -> what it multiplies (None: nothing), part of it per month of the period (None: whatever its length).
_UNITES: dict[str, tuple[str | None, float, float | None]] = {
    "€ par mois": (None, 1.0, 1.0),
    "€ par an": (None, 1.0, 1 / 12),
    "€ par opération": ("operations", 1.0, None),
    "€ par mois et par salarié": ("salaries", 1.0, 1.0),
    "€ par an et par salarié": ("salaries", 1.0, 1 / 12),
    "€ par an et par véhicule": ("vehicules", 1.0, 1 / 12),
    "% du montant": ("montant", 0.01, None),
    "% l'an": ("encours", 0.01, 1 / 12),
    "% l'an versé au client": ("encours", -0.01, 1 / 12),
    "% du chiffre d'affaires annuel": ("chiffre_affaires", 0.01, 1 / 12),
    "% des mouvements débiteurs": ("mouvements_debiteurs", 0.01, None),
    "% du plus fort découvert du mois": ("plus_forts_decouverts", 0.01, None),
    "% du prix hors taxes par mois": ("prix_ht", 0.01, 1.0),
}
_UNE_FOIS = "€ une fois"
_QUANTITES = {quantite for quantite, _, _ in _UNITES.values() if quantite}
MOIS_D_UN_AN = 12


def cout_annuel(produit: Produit, usage: Mapping[str, Any] | pd.DataFrame, *, formule: str | None = None) -> Any:
    """Coût d'un produit pour un an d'usage, frais de mise en place exclus.

    Parameters
    ----------
    produit : Produit
    usage : Mapping ou DataFrame (un client par ligne)
        Quantités de l'année : ``montant`` (€ encaissés, cédés ou versés), ``operations``, ``mouvements_debiteurs``,
        ``plus_forts_decouverts`` (somme des maxima mensuels) ; quantités qui ne dépendent pas de la période :
        ``encours`` (moyen, en €), ``salaries``, ``vehicules``, ``chiffre_affaires`` (annuel), ``prix_ht``. Une ligne
        qui a son propre ``usage`` compte si cette quantité est donnée.
    formule : str
        Formule de prix, exigée quand le produit en a plusieurs.

    Returns
    -------
    float, ou Series
        Euros au centime ; négatif si le produit rapporte au client.

    Raises
    ------
    ErreurSchema
        Quantité ou formule qui manque, ou inconnue.
    ErreurDonnees
        Quantité négative.

    >>> tpe = charger_gamme().produit("TPE")
    >>> cout_annuel(tpe, {"montant": 120_000, "operations": 4_000}, formule=tpe.formules[1])
    1080.0
    """
    return _cout(produit, usage, formule, MOIS_D_UN_AN)


def cout_mensuel(produit: Produit, usage: Mapping[str, Any] | pd.DataFrame, *, formule: str | None = None) -> Any:
    """Coût d'un produit pour un mois d'usage : comme :func:`cout_annuel`, avec les quantités du mois.

    >>> tpe = charger_gamme().produit("TPE")
    >>> cout_mensuel(tpe, {"montant": 10_000, "operations": 300}, formule=tpe.formules[1])
    90.0
    """
    return _cout(produit, usage, formule, 1)


def mise_en_place(produit: Produit) -> float:
    """Frais payés une seule fois, en euros.

    >>> mise_en_place(charger_gamme().produit("COMPTE"))
    0.0
    """
    return arrondi_centime(float(sum(ligne.valeur for ligne in produit.tarif if ligne.unite == _UNE_FOIS)))


def _cout(produit: Produit, usage: Mapping[str, Any] | pd.DataFrame, formule: str | None, mois: int) -> Any:
    lignes = _lignes(produit, formule)
    if not isinstance(usage, pd.DataFrame):
        propres = {ligne.usage for ligne in produit.tarif if ligne.usage}
        inconnues = sorted(set(usage) - _QUANTITES - propres)
        if inconnues:
            raise ErreurSchema(
                f"{produit.libelle} : quantité inconnue ({', '.join(inconnues)}) ; "
                f"noms admis : {', '.join(sorted(_QUANTITES | propres))}."
            )
    total: Any = 0.0
    for ligne in lignes:
        if ligne.unite == _UNE_FOIS or (ligne.usage and ligne.usage not in usage):
            continue
        quantite, facteur, par_mois = _UNITES[ligne.unite]
        prix = ligne.valeur * facteur * (1 if par_mois is None else par_mois * mois)
        nom = ligne.usage or quantite
        total = total + (prix if nom is None else prix * _quantite(produit, usage, nom))
    if isinstance(total, pd.Series):
        return pd.Series(_au_centime(total.to_numpy()), index=total.index, name="cout")
    if isinstance(usage, pd.DataFrame):
        return pd.Series(_au_centime(np.full(len(usage), total)), index=usage.index, name="cout")
    return arrondi_centime(float(total))


def _au_centime(valeurs: np.ndarray) -> np.ndarray:
    """A missing quantity gives a missing cost."""
    connues = ~np.isnan(valeurs)
    return np.where(connues, arrondi_centime(np.where(connues, valeurs, 0.0)), np.nan)


def _quantite(produit: Produit, usage: Mapping[str, Any] | pd.DataFrame, nom: str) -> Any:
    if nom not in usage:
        raise ErreurSchema(f"{produit.libelle} : la quantité « {nom} » manque pour calculer le coût.")
    valeur = usage[nom]
    try:
        valeur = valeur.astype("float64") if isinstance(valeur, pd.Series) else float(valeur)
    except (TypeError, ValueError):
        raise ErreurDonnees(f"{produit.libelle} : la quantité « {nom} » n'est pas un nombre.") from None
    if np.any(np.asarray(valeur) < 0) or (not isinstance(valeur, pd.Series) and not np.isfinite(valeur)):
        raise ErreurDonnees(f"{produit.libelle} : la quantité « {nom} » est négative ou vide ; vérifiez-la.")
    return valeur


def _lignes(produit: Produit, formule: str | None) -> list[LigneTarif]:
    if formule is None and len(produit.formules) > 1:
        raise ErreurSchema(f"{produit.libelle} a plusieurs formules : choisissez parmi {', '.join(produit.formules)}.")
    if formule is not None and formule not in produit.formules:
        connues = ", ".join(produit.formules) or "aucune"
        raise ErreurSchema(f"{produit.libelle} n'a pas de formule « {formule} » ; formules connues : {connues}.")
    return [ligne for ligne in produit.tarif if ligne.formule in (None, formule or ligne.formule)]


def prix(ligne: LigneTarif) -> str:
    """Un prix tel qu'il se lit : « 0,70 % du montant », « 20 € par mois », « gratuit ».

    >>> prix(LigneTarif(libelle="Commission", valeur=0.7, unite="% du montant")).replace(chr(160), " ")
    '0,70 % du montant'
    """
    if ligne.valeur == 0:
        return "gratuit"
    if ligne.unite.startswith("%"):
        return pourcent(ligne.valeur / 100, 2) + ligne.unite[1:]
    return _montant(ligne.valeur) + ligne.unite[1:]


def _montant(valeur: float) -> str:
    return euros(valeur, 0 if float(valeur).is_integer() else 2)


def tarif(produit: Produit) -> pd.DataFrame:
    """Prix d'un produit, une ligne par ligne de tarif, prêts pour ``presenter``.

    Returns
    -------
    DataFrame
        Index ``Ligne`` ; ``Formule`` si le produit en a plusieurs ; ``Prix``.

    >>> tarif(charger_gamme().produit("CARTE")).columns.tolist()
    ['Prix']
    """
    table = pd.DataFrame(
        {
            "Ligne": [ligne.libelle for ligne in produit.tarif],
            "Formule": [ligne.formule or "toutes" for ligne in produit.tarif],
            "Prix": [prix(ligne) for ligne in produit.tarif],
        }
    )
    if produit.formules:
        return table.set_index("Formule")[["Ligne", "Prix"]]
    return table.set_index("Ligne")[["Prix"]]


_COLONNES = {
    "sert_a": "À quoi il sert",
    "prix": "Prix",
    "caracteristiques": "Caractéristiques",
    "conditions": "Conditions",
    "cible": "Pour qui",
    "pas_pour": "Pas pour",
    "remettre": "À recueillir ou à remettre",
    "besoins": "Besoins",
}


def fiches(
    codes: Iterable[str],
    colonnes: Iterable[str] = ("sert_a", "prix", "cible", "pas_pour"),
    *,
    gamme: Gamme | None = None,
) -> pd.DataFrame:
    """Produits de la gamme en table, un par ligne, prêts pour ``presenter``.

    Parameters
    ----------
    codes : list of str
    colonnes : list of str
        Parmi ``sert_a``, ``prix``, ``caracteristiques``, ``conditions``, ``cible``, ``pas_pour``, ``remettre``,
        ``besoins``.

    >>> fiches(["COMPTE", "TPE"], ["sert_a"]).index.tolist()
    ['Compte courant professionnel', 'Encaissement par carte en boutique']
    """
    gamme, colonnes = gamme or charger_gamme(), list(colonnes)
    inconnues = [nom for nom in colonnes if nom not in _COLONNES]
    if inconnues:
        raise ErreurSchema(f"Colonnes inconnues : {', '.join(inconnues)} ; noms admis : {', '.join(_COLONNES)}.")
    produits = [gamme.produit(code) for code in codes]
    besoins = {besoin.code: besoin.libelle for besoin in gamme.besoins}
    table = {_COLONNES[nom]: [_cellule(produit, nom, besoins) for produit in produits] for nom in colonnes}
    return pd.DataFrame(table, index=pd.Index([produit.libelle for produit in produits], name="Produit"))


def _cellule(produit: Produit, nom: str, besoins: Mapping[str, str]) -> str:
    if nom == "prix":
        return _prix_du_produit(produit)
    valeur = getattr(produit, nom)
    if nom == "besoins":
        valeur = tuple(besoins[code] for code in valeur)
    return valeur if isinstance(valeur, str) else " ".join(_phrase(texte) for texte in valeur)


def _phrase(texte: str) -> str:
    return texte if texte.endswith((".", "?")) else f"{texte}."


def _prix_du_produit(produit: Produit) -> str:
    communes = [ligne for ligne in produit.tarif if not ligne.formule]
    parties = [
        f"{au_milieu(ligne.libelle) if rang else ligne.libelle} : {prix(ligne)}" for rang, ligne in enumerate(communes)
    ]
    for formule in produit.formules:
        lignes = [prix(ligne) for ligne in produit.tarif if ligne.formule == formule and ligne.valeur]
        parties.append(f"{formule} : {' + '.join(lignes) or 'gratuit'}")
    return " ; ".join(parties)
