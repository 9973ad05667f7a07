"""La gamme du cours : ce qui se vend, à qui, et l'équipement de chaque client."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from rncp_utils.erreurs import ErreurDonnees, ErreurListe, ErreurSchema
from rncp_utils.fautes import fautes_en_francais
from rncp_utils.parametres import parametre
from rncp_utils.yaml_strict import lire_yaml

FAMILLES = ("flux", "financement", "protection", "epargne")
Textes = Annotated[tuple[str, ...], BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else v)]


class Produit(BaseModel):
    """Un produit de la gamme ; ``pnb`` est un revenu annuel d'enseignement, en euros."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    code: str
    libelle: str
    famille: Literal["flux", "financement", "protection", "epargne"]
    statuts: Textes = ()
    regimes: Textes = ()
    salaries: bool = False
    pnb: int = Field(ge=0)


def charger_produits(chemin: Path | None = None) -> tuple[Produit, ...]:
    """Gamme lue dans un fichier YAML ; par défaut celle du cours.

    Raises
    ------
    ErreurListe
        Fichier mal formé : toutes ses fautes.

    >>> sorted({produit.famille for produit in charger_produits()})
    ['epargne', 'financement', 'flux', 'protection']
    """
    return _gamme() if chemin is None else _lire(chemin)


@lru_cache
def _gamme() -> tuple[Produit, ...]:
    return _lire(Path(__file__).with_name("produits.yaml"))


def _lire(chemin: Path) -> tuple[Produit, ...]:
    lu = lire_yaml(chemin)
    fautes, produits = list(lu.fautes), []
    for rang, brut in enumerate((lu.contenu or {}).get("produits", []), start=1):
        try:
            produits.append(Produit.model_validate(brut))
        except ValidationError as erreur:
            fautes += [f"produit n° {rang} : {faute}" for faute in fautes_en_francais(erreur, brut)]
    codes = [produit.code for produit in produits]
    fautes += [f"le code « {code} » sert plusieurs fois." for code in sorted({c for c in codes if codes.count(c) > 1})]
    if fautes or not produits:
        raise ErreurListe(f"La gamme « {chemin.name} » est refusée :", fautes or ["aucun produit."])
    return tuple(produits)


def eligibilite(clients: pd.DataFrame, gamme: tuple[Produit, ...] | None = None) -> pd.DataFrame:
    """Produits auxquels chaque client est éligible.

    Parameters
    ----------
    clients : DataFrame
        Index ``id_client`` ; ``statut`` ; ``regime_fiscal`` et ``effectif`` s'ils sont connus.

    Returns
    -------
    DataFrame
        Clients × codes de produit, vrai ou faux.

    >>> clients = pd.DataFrame({"statut": ["micro", "SAS"], "effectif": [0, 4]}, index=["a", "b"])
    >>> eligibilite(clients)[["PEE", "PREVOYANCE"]].to_numpy().tolist()
    [[False, True], [True, False]]
    """
    if "statut" not in clients:
        raise ErreurSchema("La colonne statut manque : c'est elle qui dit à quoi un client est éligible.")
    effectif = clients["effectif"].fillna(0) if "effectif" in clients else pd.Series(0, index=clients.index)
    regime = clients["regime_fiscal"] if "regime_fiscal" in clients else pd.Series("", index=clients.index)
    colonnes = {}
    for produit in gamme or charger_produits():
        eligible = pd.Series(True, index=clients.index)
        if produit.statuts:
            eligible &= clients["statut"].isin(produit.statuts)
        if produit.regimes:
            eligible &= regime.isin(produit.regimes)
        if produit.salaries:
            eligible &= effectif > 0
        colonnes[produit.code] = eligible
    return pd.DataFrame(colonnes)


def taux_equipement(
    clients: pd.DataFrame, contrats: pd.DataFrame, gamme: tuple[Produit, ...] | None = None, *, date: Any = None
) -> pd.DataFrame:
    """Équipement de chaque client : produits détenus sur produits éligibles.

    Parameters
    ----------
    clients : DataFrame
        Comme pour :func:`eligibilite`.
    contrats : DataFrame
        ``id_client`` et ``code`` du produit ; un produit souscrit deux fois compte une fois, un produit détenu sans y
        être éligible ne compte pas.

    Returns
    -------
    DataFrame
        ``detenus``, ``eligibles``, ``taux`` (fraction, NaN sans produit éligible), ``multi_equipe``, ``intensite``
        (familles présentes, 0 à 4), ``inattendus`` (détenus sans éligibilité : à vérifier).

    >>> clients = pd.DataFrame({"statut": ["EI"]}, index=pd.Index(["a"], name="id_client"))
    >>> contrats = pd.DataFrame({"id_client": ["a"] * 3, "code": ["COMPTE", "CARTE", "COMPTE"]})
    >>> taux_equipement(clients, contrats, date="2026-03-31")[["detenus", "intensite"]].iloc[0].tolist()
    [2, 1]
    """
    gamme = gamme or charger_produits()
    eligibles = eligibilite(clients, gamme)
    inconnus = sorted(set(contrats["code"]) - set(eligibles.columns))
    if inconnus:
        raise ErreurDonnees(f"Produits absents de la gamme : {', '.join(inconnus)}.")
    detenus = pd.crosstab(contrats["id_client"], contrats["code"]).reindex(
        index=clients.index, columns=eligibles.columns, fill_value=0
    )
    comptes = (detenus > 0) & eligibles
    familles = pd.Series({produit.code: produit.famille for produit in gamme})
    seuil = parametre("portefeuille.multi_equipement", pd.Timestamp.today().date() if date is None else date)
    nombre = eligibles.sum(axis=1)
    table = pd.DataFrame(
        {
            "detenus": comptes.sum(axis=1),
            "eligibles": nombre,
            "taux": comptes.sum(axis=1) / nombre.where(nombre > 0),
            "multi_equipe": comptes.sum(axis=1) >= seuil,
            "intensite": comptes.T.groupby(familles).any().T.sum(axis=1),
            "inattendus": ((detenus > 0) & ~eligibles).sum(axis=1),
        }
    )
    table.attrs["source"] = "convention de cours"
    return table
