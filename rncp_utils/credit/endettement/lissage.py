"""Un revenu pour plusieurs années : moyenne, moyenne pondérée, prudence."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.endettement.explication import CONVENTION
from rncp_utils.credit.endettement.lecture import Cas, au_centime, jour_des_conventions
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre
from rncp_utils.vecteurs import Valeur

MOYENNE, PONDEREE, PRUDENTE, DERNIER = METHODES = ("moyenne", "ponderee", "prudente", "dernier")
EXERCICES = ("n_moins_2", "n_moins_1", "n")
CLIENT = "id_client"


def lisser(x_n2: Any, x_n1: Any, x_n: Any, methode: str = PRUDENTE, *, date: Any = None) -> float | pd.DataFrame:
    """Revenu retenu à partir des trois derniers exercices.

    « moyenne » ; « ponderee » (poids 1, 2, 3) ; « prudente » : la plus basse de la moyenne et du dernier exercice quand
    celui-ci est en baisse sur le précédent, la moyenne sinon ; « dernier » exercice connu. Un exercice absent est ôté
    et le résultat le dit ; une année négative compte.

    Parameters
    ----------
    x_n2, x_n1, x_n : float, liste, array ou Series, en euros
        Revenus du plus ancien au plus récent ; NaN ou None pour un exercice absent.
    methode : str
        « moyenne », « ponderee », « prudente » ou « dernier ».
    date : date, optional
        Jour des poids ; par défaut aujourd'hui.

    Returns
    -------
    float ou DataFrame
        Euros, au centime. Table : colonnes ``revenu_lisse``, ``exercices`` (nombre d'années connues) et ``motif``.

    Raises
    ------
    ErreurDonnees
        Méthode inconnue ; un professionnel dont aucun exercice n'est connu. Table : NaN et ``motif``.

    Source : convention de cours.

    >>> [lisser(38_000, 41_000, 44_000, methode) for methode in ("moyenne", "ponderee", "prudente")]
    [41000.0, 42000.0, 41000.0]
    >>> lisser(44_000, 41_000, 35_000)
    35000.0
    """
    if methode not in METHODES:
        raise ErreurDonnees(f"La méthode « {methode} » est inconnue : choisissez parmi {', '.join(METHODES)}.")
    cas = Cas.depuis(n_moins_2=x_n2, n_moins_1=x_n1, n=x_n)
    # A missing year is not a fault here: 0 with no weight.
    lus = [cas.complement(nom) for nom in EXERCICES]
    valeurs = np.array([np.broadcast_to(valeur, _forme(cas)) for valeur, _ in lus])
    connus = np.array([np.broadcast_to(np.logical_not(inconnu), _forme(cas)) for _, inconnu in lus])
    nombre = connus.sum(axis=0)
    cas.refuser(nombre == 0, "aucun exercice connu")
    cas.douter((nombre > 0) & (nombre < len(EXERCICES)), f"moins de {len(EXERCICES)} exercices connus")
    lisse = au_centime(_lisse(valeurs, connus, methode, jour_des_conventions(date)))
    if not cas.en_table:
        return float(lisse)
    resultat = cas.resultat(revenu_lisse=lisse, exercices=nombre)
    resultat.attrs["source"] = CONVENTION
    return resultat


def lisser_revenus(revenus: pd.DataFrame, methode: str = PRUDENTE, *, date: Any = None) -> pd.DataFrame:
    """Revenu lissé de chaque client, sur ses trois dernières années successives.

    Parameters
    ----------
    revenus : DataFrame
        Résultat de :func:`revenu_professionnel` : ``annee``, ``revenu_retenu``, et ``id_client`` s'il y a plusieurs
        clients. Non modifié.
    methode, date
        Voir :func:`lisser`.

    Returns
    -------
    DataFrame
        Index : les clients (0 s'il n'y en a qu'un) ; ``revenu_lisse``, ``exercices``, ``motif``. Une année qui manque
        entre deux autres est un exercice absent.

    Raises
    ------
    ErreurSchema
        Colonne absente.
    ErreurDonnees
        Deux lignes pour la même année d'un client.

    >>> import pandas as pd
    >>> trois_ans = pd.DataFrame({"annee": [2024, 2022, 2023], "revenu_retenu": [44_000, 38_000, 41_000]})
    >>> lisser_revenus(trois_ans, "ponderee")["revenu_lisse"].tolist()
    [42000.0]
    """
    for nom in ("annee", "revenu_retenu"):
        if nom not in revenus:
            raise ErreurSchema(f"La colonne {nom} manque : donnez le résultat de revenu_professionnel.")
    clients = revenus[CLIENT] if CLIENT in revenus else pd.Series(0, index=revenus.index, name=CLIENT)
    if clients.isna().any():
        raise ErreurDonnees(f"Des lignes n'ont pas de {CLIENT} : dites de quel client il s'agit.")
    table = pd.DataFrame(
        {CLIENT: clients.to_numpy(), "annee": revenus["annee"].to_numpy(), "x": revenus["revenu_retenu"].to_numpy()}
    )
    if table.duplicated([CLIENT, "annee"]).any():
        raise ErreurDonnees("Un client a deux lignes pour la même année : gardez-en une.")
    table["recul"] = table.groupby(CLIENT)["annee"].transform("max") - table["annee"]
    recents = table[table["recul"] < len(EXERCICES)].pivot(index=CLIENT, columns="recul", values="x")
    recents = recents.reindex(columns=[2, 1, 0]).reindex(pd.Index(pd.unique(table[CLIENT]), name=CLIENT))
    return lisser(recents[2], recents[1], recents[0], methode, date=date)


def _forme(cas: Cas) -> tuple[int, ...]:
    return (len(cas.source),) if cas.en_table else ()


def _lisse(valeurs: np.ndarray, connus: np.ndarray, methode: str, jour: dt.date) -> Valeur:
    """From the oldest year to the latest, along the first axis."""
    # Rank of the latest known year, and of the one known before it.
    rangs = np.arange(len(EXERCICES)).reshape(-1, *[1] * (valeurs.ndim - 1))
    rang_dernier = np.where(connus, rangs, -1).max(axis=0)
    dernier = _au_rang(valeurs, rang_dernier)
    if methode == DERNIER:
        return dernier
    if methode == PONDEREE:
        poids = parametre("endettement.lissage_poids", jour)
        return _moyenne(valeurs, connus * np.array([poids[nom] for nom in EXERCICES]).reshape(rangs.shape))
    moyenne = _moyenne(valeurs, connus)
    if methode == MOYENNE:
        return moyenne
    avant = np.where(connus & (rangs < rang_dernier), rangs, -1).max(axis=0)
    en_baisse = (avant >= 0) & (dernier < _au_rang(valeurs, avant))
    return np.where(en_baisse, np.minimum(moyenne, dernier), moyenne)


def _moyenne(valeurs: np.ndarray, poids: np.ndarray) -> Valeur:
    total = poids.sum(axis=0)
    return (valeurs * poids).sum(axis=0) / np.where(total > 0, total, np.nan)


def _au_rang(valeurs: np.ndarray, rang: np.ndarray) -> np.ndarray:
    """Value at a rank of the first axis; whatever stands at rank 0 where there is none."""
    return np.take_along_axis(valeurs, np.maximum(rang, 0)[None], axis=0)[0]
