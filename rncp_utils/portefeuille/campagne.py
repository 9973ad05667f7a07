"""Actions commerciales : entonnoir, contacts nécessaires, temps disponible, coût, recommandations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.calendrier import jours_ouvres
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.parametres import parametre
from rncp_utils.parametres.consultation import lire_date

ETAPES = ("cibles", "joignables", "joints", "rdv", "propositions", "ventes")
HEURES_PAR_SEMAINE = 35
JOURS_PAR_SEMAINE = 5


def entonnoir(nombres: dict[str, int] | pd.DataFrame) -> pd.DataFrame:
    """Entonnoir d'une campagne : ce qui reste à chaque étape, et les deux taux qui le disent.

    Parameters
    ----------
    nombres : dict ou DataFrame
        Étapes et leur nombre, dans l'ordre ; ou une campagne par ligne, une étape par colonne.

    Returns
    -------
    DataFrame
        Étapes en lignes : ``nombre``, ``taux_etape`` (sur l'étape précédente) et ``taux_depart`` (sur la première),
        fractions. Pour plusieurs campagnes, une table (campagne, étape).

    Raises
    ------
    ErreurDonnees
        Étape négative, ou plus nombreuse que la précédente.

    >>> campagne = entonnoir({"cibles": 60, "joints": 48, "rdv": 19, "propositions": 11, "ventes": 5})
    >>> campagne["taux_etape"].round(3).tolist(), round(float(campagne.loc["ventes", "taux_depart"]), 3)
    ([1.0, 0.8, 0.396, 0.579, 0.455], 0.083)
    """
    table = pd.DataFrame([nombres]) if isinstance(nombres, dict) else nombres
    valeurs = table.to_numpy(dtype="float64")
    if np.isnan(valeurs).any() or (valeurs < 0).any():
        raise ErreurDonnees("Une étape de l'entonnoir est inconnue ou négative : complétez-la.")
    if (np.diff(valeurs, axis=1) > 0).any():
        raise ErreurDonnees("Une étape compte plus de personnes que la précédente : vérifiez l'ordre des étapes.")
    with np.errstate(divide="ignore", invalid="ignore"):
        etape = np.where(valeurs[:, :-1] > 0, valeurs[:, 1:] / valeurs[:, :-1], np.nan)
        depart = np.where(valeurs[:, :1] > 0, valeurs / valeurs[:, :1], np.nan)
    etape = np.hstack([np.where(valeurs[:, :1] > 0, 1.0, np.nan), etape])
    colonnes = {"nombre": valeurs.ravel(), "taux_etape": etape.ravel(), "taux_depart": depart.ravel()}
    if isinstance(nombres, dict):
        return pd.DataFrame(colonnes, index=pd.Index(table.columns, name="etape"))
    index = pd.MultiIndex.from_product([table.index, table.columns], names=[table.index.name or "campagne", "etape"])
    return pd.DataFrame(colonnes, index=index)


def contacts_necessaires(objectif: int, taux: list[float]) -> int:
    """Plus petit nombre de contacts dont l'espérance atteint l'objectif : ``objectif / Π taux``, arrondi au-dessus.

    Raises
    ------
    ErreurDonnees
        Objectif négatif, taux nul (« objectif inatteignable ») ou hors de 0 à 1.

    >>> contacts_necessaires(12, [0.40, 0.25, 0.60, 0.50]), contacts_necessaires(12, [0.40, 0.50, 0.60])
    (400, 100)
    """
    if objectif < 0 or objectif != int(objectif):
        raise ErreurDonnees(f"L'objectif vaut {objectif} : un nombre entier de ventes est attendu.")
    if not all(0 <= t <= 1 for t in taux):
        raise ErreurDonnees("Un taux sort de 0 à 1 : taux attendu en fraction (0,40 pour 40 %).")
    produit = math.prod(taux)
    if produit == 0:
        raise ErreurDonnees("L'objectif est inatteignable : un des taux est nul.")
    # A product of decimals misses the round number by a last bit: 12 / 0.03 is 400, not 401.
    return math.ceil(objectif / produit - 1e-9)


def plan_action(
    rdv_a_tenir: int,
    debut: Any,
    fin: Any,
    *,
    heures_semaine: float = HEURES_PAR_SEMAINE,
    part_commerciale: float = 0.5,
    alsace_moselle: bool = False,
) -> pd.Series:
    """Capacité de rendez-vous d'une période, et la charge d'un objectif. Convention de cours.

    Parameters
    ----------
    rdv_a_tenir : int
    heures_semaine : float
        Heures travaillées d'une semaine de cinq jours.
    part_commerciale : float
        Part du temps donnée aux rendez-vous, fraction.

    Returns
    -------
    Series
        ``jours_ouvres``, ``heures`` (commerciales, réserve d'imprévu déduite), ``capacite_rdv``, ``charge`` (fraction),
        ``tenable`` (1 ou 0).

    >>> float(plan_action(40, "2026-09-01", "2026-11-20")["capacite_rdv"])
    98.0
    """
    if not 0 < part_commerciale <= 1 or not heures_semaine > 0 or rdv_a_tenir < 0:
        raise ErreurDonnees("Le temps, la part commerciale (0 à 1) et l'objectif sont positifs : vérifiez-les.")
    reglages = parametre("portefeuille.capacite", lire_date(debut))
    jours = jours_ouvres(debut, fin, alsace_moselle=alsace_moselle)
    heures = jours * heures_semaine / JOURS_PAR_SEMAINE * part_commerciale * (1 - reglages["reserve"])
    capacite = math.floor(heures / reglages["heures_par_rdv"] + 1e-9)
    charge = rdv_a_tenir / capacite if capacite else float("inf")
    plan = pd.Series(
        {
            "jours_ouvres": float(jours),
            "heures": heures,
            "capacite_rdv": float(capacite),
            "charge": charge,
            "tenable": float(rdv_a_tenir <= capacite),
        }
    )
    plan.attrs["source"] = "convention de cours"
    return plan


def cout_acquisition(cout: float, clients: int) -> float:
    """Coût d'une campagne par client gagné, en euros ; NaN sans client.

    >>> cout_acquisition(1_350, 5)
    270.0
    """
    if cout < 0 or clients < 0:
        raise ErreurDonnees("Le coût et le nombre de clients sont positifs : vérifiez-les.")
    return cout / clients if clients else float("nan")


def roi_campagne(cout: float, clients: int, marge_par_client: float) -> pd.Series:
    """Retour d'une campagne : ``roi`` (fraction), ``seuil_clients`` (nombre qui la rembourse), ``gain`` (euros).

    >>> roi_campagne(1_350, 5, 920).round(4).tolist()
    [2.4074, 2.0, 3250.0]
    """
    if not cout > 0 or not marge_par_client > 0:
        raise ErreurDonnees("Le coût et la marge par client sont positifs : vérifiez-les.")
    gain = clients * marge_par_client - cout
    return pd.Series(
        {"roi": gain / cout, "seuil_clients": float(math.ceil(cout / marge_par_client - 1e-9)), "gain": gain}
    )


def recommandations(contacts: pd.DataFrame) -> pd.DataFrame:
    """Ce que deviennent les contacts recommandés, par parrain : sans autre donnée personnelle que leur identifiant.

    Parameters
    ----------
    contacts : DataFrame
        ``parrain`` (identifiant, vide pour un contact sans parrain), ``rdv`` et ``vente`` (vrai ou faux).

    Returns
    -------
    DataFrame
        Par parrain, du plus fécond au moins fécond : ``contacts``, ``rdv``, ``ventes``, ``taux`` ;
        ``attrs["part_recommandee"]`` est la part des ventes qui viennent d'une recommandation.

    >>> t = pd.DataFrame({"parrain": ["x", "x", None], "rdv": [True, False, True], "vente": [True, False, True]})
    >>> r = recommandations(t)
    >>> r.loc["x", ["contacts", "ventes"]].tolist(), r.attrs["part_recommandee"]
    ([2, 1], 0.5)
    """
    manquantes = [nom for nom in ("parrain", "rdv", "vente") if nom not in contacts]
    if manquantes:
        raise ErreurSchema(f"Colonnes absentes de la table des contacts : {', '.join(manquantes)}.")
    par = contacts.dropna(subset="parrain").groupby("parrain")
    table = pd.DataFrame({"contacts": par.size(), "rdv": par["rdv"].sum(), "ventes": par["vente"].sum()})
    table["taux"] = table["ventes"] / table["contacts"]
    ventes = contacts["vente"].sum()
    venues = contacts.loc[contacts["parrain"].notna(), "vente"].sum()
    table = table.sort_values(["ventes", "contacts"], ascending=False, kind="stable")
    table.attrs["part_recommandee"] = float(venues / ventes) if ventes else float("nan")
    return table
