"""Valeur nette d'une sûreté réelle, et ce que les rangs antérieurs lui prennent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.colonnes import Colonnes
from rncp_utils.credit.garanties.catalogue import CONVENTION
from rncp_utils.credit.garanties.lecture import (
    au_centime,
    jours_apres,
    nombre_du_catalogue,
    quand,
    refuser_hors_fraction,
)
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres.consultation import lire_date
from rncp_utils.vecteurs import Valeur

RANGS = ("id_bien", "rang", "encours")
DOUBLE = "rang inscrit deux fois sur le même bien"


def valeur_nette(surete: Mapping[str, Any] | pd.Series | pd.DataFrame, date: dt.date | str | None = None) -> Any:
    """Ce qu'une sûreté réelle rapporterait à la banque, à son rang.

    ``max(0, valeur_expertise × (1 − decote) × (1 − indexation) − rangs_anterieurs − frais_realisation)``, au plus le
    montant de l'inscription.

    Parameters
    ----------
    surete : mapping, Series ou DataFrame
        ``valeur_expertise`` (euros) ; puis, facultatifs : ``decote`` (fraction, par défaut celle du ``code`` au
        catalogue), ``indexation`` (fraction, baisse du marché depuis l'expertise), ``rangs_anterieurs`` (euros restant
        dus aux créanciers mieux placés), ``frais_realisation`` (euros), ``inscription`` (montant inscrit, euros),
        ``date_fin_inscription``. Non modifié.
    date : date, optional
        Jour de l'évaluation (par défaut aujourd'hui) : une inscription périmée avant ce jour ne vaut rien.

    Returns
    -------
    float ou DataFrame
        Euros. Une table donne ``valeur_nette`` et ``motif``.

    Raises
    ------
    ErreurDonnees
        Décote hors de 0 à 1, montant négatif ou manquant. Dans une table, la ligne est NaN avec son motif.
    ErreurSchema
        Ni décote ni code, ou code inconnu.

    Convention de cours : les décotes du catalogue sont des valeurs d'enseignement.

    >>> valeur_nette({"code": "nantissement_fonds_commerce", "valeur_expertise": 150_000})
    75000.0
    >>> valeur_nette({"valeur_expertise": 300_000, "decote": 0.25, "rangs_anterieurs": 140_000, "inscription": 60_000})
    60000.0
    """
    p = Colonnes(surete)
    resultat = p.resultat(valeur_nette=calculer_valeur_nette(p, lire_date(date or dt.date.today())))
    resultat.attrs["source"] = CONVENTION
    return resultat if p.en_table else float(resultat["valeur_nette"])


def calculer_valeur_nette(p: Colonnes, jour: dt.date) -> Valeur:
    """The same on columns already read, for the coverage."""
    brute = p["valeur_expertise"]
    decote, inconnue = p.complement("decote")
    if np.any(inconnue):
        decote = quand(inconnue, nombre_du_catalogue(p, "decote_defaut"), decote)
    refuser_hors_fraction(p, decote, "décote")
    indexation = p.get("indexation")
    p.refuser((indexation < -1) | (indexation > 1), "indexation hors de -1 à 1 : taux attendu en fraction")
    anterieurs, frais = p.get("rangs_anterieurs"), p.get("frais_realisation")
    inscription, sans_inscription = p.complement("inscription")
    for nom, montant in (
        ("valeur d'expertise", brute),
        ("rangs antérieurs", anterieurs),
        ("frais de réalisation", frais),
        ("inscription", inscription),
    ):
        p.refuser(montant < 0, f"{nom} : montant négatif")
    nette = np.maximum(0.0, brute * (1 - decote) * (1 - indexation) - anterieurs - frais)
    nette = np.minimum(nette, quand(sans_inscription, np.inf, inscription))
    perimee = jours_apres(p, "date_fin_inscription", jour) < 0
    p.signaler(perimee, "inscription périmée : la sûreté n'est plus opposable", bloquant=False)
    return au_centime(quand(perimee, 0.0, nette))


def rangs_anterieurs(inscriptions: pd.DataFrame) -> pd.Series:
    """Restant dû aux rangs antérieurs de chaque inscription, bien par bien.

    Parameters
    ----------
    inscriptions : DataFrame
        ``id_bien``, ``rang`` (1, 2, …), ``encours`` (euros restant dus au créancier de ce rang). L'ordre des lignes
        n'importe pas. Non modifié.

    Returns
    -------
    Series
        Euros, même index : la somme des encours de rang inférieur sur le même bien.

    Raises
    ------
    ErreurSchema
        Colonne absente.
    ErreurDonnees
        Deux inscriptions de même rang sur un bien, rang ou encours manquant ou négatif.

    >>> biens = pd.DataFrame({"id_bien": ["A", "A", "B"], "rang": [2, 1, 1], "encours": [30_000, 80_000, 50_000]})
    >>> rangs_anterieurs(biens).tolist()
    [80000.0, 0.0, 0.0]
    """
    absentes = [nom for nom in RANGS if nom not in inscriptions]
    if absentes:
        raise ErreurSchema(f"Colonnes absentes : {', '.join(absentes)} ; donnez une ligne par inscription.")
    p = Colonnes(inscriptions)
    rang, encours = p["rang"], p["encours"]
    if not (np.all(rang >= 1) and np.all(encours >= 0)):
        raise ErreurDonnees("Un rang ou un encours manque, ou est négatif : complétez chaque inscription.")
    if rangs_en_double(inscriptions).any():
        raise ErreurDonnees(f"{DOUBLE.capitalize()} : vérifiez l'état hypothécaire ou celui des inscriptions.")
    triees = pd.DataFrame({"id_bien": inscriptions["id_bien"].to_numpy(), "rang": rang, "encours": encours})
    triees = triees.sort_values(["id_bien", "rang"])
    cumul = triees.groupby("id_bien", sort=False)["encours"].cumsum() - triees["encours"]
    return pd.Series(au_centime(cumul.sort_index().to_numpy()), index=inscriptions.index, name="rangs_anterieurs")


def rangs_en_double(suretes: pd.DataFrame) -> np.ndarray:
    """Rows that claim a rank that another row claims on the same asset; rows without asset or rank claim none."""
    if "id_bien" not in suretes or "rang" not in suretes:
        return np.zeros(len(suretes), dtype=bool)
    cles = suretes[["id_bien", "rang"]]
    return (cles.duplicated(keep=False) & cles.notna().all(axis=1)).to_numpy()
