"""Le foyer : loyers pondérés, taux d'endettement, règle du HCSF, reste à vivre. Montants mensuels, avant impôt."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.endettement.explication import CONVENTION, Ligne, avec_lignes
from rncp_utils.credit.endettement.lecture import (
    Cas,
    au_centime,
    cas_et_jours,
    jour_des_conventions,
)
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import pourcent
from rncp_utils.parametres import parametre
from rncp_utils.vecteurs import Valeur

PONDEREE, DIFFERENTIELLE = METHODES = ("ponderee", "differentielle")
IMMOBILIER, PROFESSIONNEL = NATURES = ("immobilier_particulier", "professionnel")
PORTEE = (
    "La règle du HCSF (taux d'effort, durée) porte sur les crédits immobiliers aux particuliers ; elle ne s'applique "
    "pas aux prêts professionnels."
)
# An effort of ten times the income is a percentage written as a fraction.
EFFORT_ABSURDE = 10.0
# What a ratio of two decimals loses in floating point: 35 % exactly must pass.
JEU = 1e-12


def revenus_fonciers_ponderes(
    loyers: Any, mensualites: Any = 0.0, *, methode: str = PONDEREE, date: Any = None
) -> pd.Series | pd.DataFrame:
    """Ce que des loyers bruts ajoutent aux revenus du foyer, et à ses charges.

    « ponderee » (méthode du HCSF) : 70 % des loyers s'ajoutent aux revenus et la mensualité du bien reste une charge.
    « differentielle » : les loyers pondérés sont compensés avec la mensualité, et seul l'écart compte, en revenu ou en
    charge ; elle améliore le taux affiché, le résultat le dit.

    Parameters
    ----------
    loyers : float, liste, array ou Series, en euros par mois
        Loyers bruts, hors charges locatives.
    mensualites : float, liste, array ou Series, en euros par mois
        Mensualités des biens loués, assurance comprise.
    methode : str
        « ponderee » ou « differentielle ».
    date : date, optional
        Jour de la pondération ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame
        ``revenu`` et ``charge`` à ajouter, en euros par mois.

    Raises
    ------
    ErreurDonnees
        Méthode inconnue ; un foyer : montant absent ou négatif. Table : NaN et ``motif``.

    Source : convention de cours pour la pondération.

    >>> revenus_fonciers_ponderes(650, 400).tolist()
    [455.0, 400.0]
    >>> revenus_fonciers_ponderes(650, 400, methode="differentielle").tolist()
    [55.0, 0.0]
    """
    if methode not in METHODES:
        raise ErreurDonnees(f"La méthode « {methode} » est inconnue : choisissez {' ou '.join(METHODES)}.")
    cas = Cas.depuis(loyers=loyers, mensualites=mensualites)
    revenu = cas.charge("loyers") * parametre("endettement.ponderation_loyers", jour_des_conventions(date))
    charge = cas.charge("mensualites", 0.0)
    if methode == DIFFERENTIELLE:
        cas.avertir("Méthode différentielle : elle n'est pas celle du HCSF et présente un taux d'endettement plus bas.")
        revenu, charge = np.maximum(revenu - charge, 0.0), np.maximum(charge - revenu, 0.0)
    resultat = cas.resultat(revenu=au_centime(revenu), charge=au_centime(charge))
    resultat.attrs["source"] = CONVENTION
    return resultat


def taux_endettement(
    charges: Any,
    revenus: Any,
    *,
    pensions_versees: Any = 0.0,
    loyer_conserve: Any = 0.0,
    loyers: Any = 0.0,
    date: Any = None,
) -> float | pd.DataFrame:
    """Part des revenus du foyer prise par ses crédits.

    ``(charges + pensions versées + loyer conservé) / (revenus + loyers perçus × pondération)``, sans arrondi.

    Parameters
    ----------
    charges : float, liste, array ou Series, en euros par mois
        Mensualités de crédit, assurance et nouveau prêt compris.
    revenus : float, liste, array ou Series, en euros par mois
        Revenus nets avant impôt sur le revenu.
    pensions_versees, loyer_conserve : float, liste, array ou Series, en euros par mois
        Autres charges qui restent dues après l'opération.
    loyers : float, liste, array ou Series, en euros par mois
        Loyers bruts perçus, s'ils ne sont pas déjà pondérés dans ``revenus``.
    date : date, optional
        Jour de la pondération ; par défaut aujourd'hui.

    Returns
    -------
    float ou DataFrame
        Fraction (0.3366 pour 33,66 %) ; NaN avec un avertissement sans revenus. Table : colonne ``taux_endettement`` et
        ``motif``.

    Raises
    ------
    ErreurDonnees
        Un foyer : montant absent, charge négative. Table : NaN et ``motif``.

    Source : usage bancaire ; la pondération des loyers est une convention de cours.

    >>> round(taux_endettement(2_010, 41_000 / 12 + 2_100 + 455), 6)
    0.336589
    >>> round(taux_endettement(2_010, 41_000 / 12 + 2_100, loyers=650), 6)
    0.336589
    """
    cas = Cas.depuis(
        charges=charges,
        revenus=revenus,
        pensions_versees=pensions_versees,
        loyer_conserve=loyer_conserve,
        loyers=loyers,
    )
    jour = jour_des_conventions(date)
    total = cas.charge("charges") + cas.charge("pensions_versees", 0.0) + cas.charge("loyer_conserve", 0.0)
    bruts = cas.charge("loyers", 0.0)
    ressources = cas.montant("revenus") + bruts * parametre("endettement.ponderation_loyers", jour)
    return cas.un_nombre("taux_endettement", effort(cas, total, ressources, bruts, jour))


def effort(cas: Cas, charges: Valeur, ressources: Valeur, loyers: Valeur, jour: dt.date) -> Valeur:
    """Charges over income: NaN without income; amounts of a year beside those of a month are said."""
    sans_revenus = ressources <= 0
    cas.dire(sans_revenus, "revenus nuls ou négatifs : taux d'endettement non calculé")
    facteur = parametre("endettement.garde_annuel_mensuel", jour)
    # The rents are part of the income they are compared with.
    autres = ressources - loyers * parametre("endettement.ponderation_loyers", jour)
    cas.douter(
        np.logical_not(sans_revenus) & (autres > 0) & (loyers > facteur * autres),
        f"loyers supérieurs à {facteur} fois les autres revenus : montants annuels et mensuels mêlés ?",
    )
    cas.douter(
        np.logical_not(sans_revenus) & (charges > facteur * ressources),
        f"charges supérieures à {facteur} fois les revenus : montants annuels et mensuels mêlés ?",
    )
    return charges / np.where(sans_revenus, np.nan, ressources)


def respecte_hcsf(
    taux: Any, duree_annees: Any, differe_mois: Any = 0, date: Any = None, *, nature: Any = IMMOBILIER
) -> pd.Series | pd.DataFrame:
    """Le crédit respecte-t-il la règle du HCSF : taux d'effort, assurance comprise, et durée ?

    ``taux ≤ 35 %``, comparé sans arrondi (35 % exactement est admis), et ``durée ≤ 25 ans``, plus le différé dans la
    limite de deux ans. La règle porte sur les crédits immobiliers aux particuliers : pour un prêt professionnel la
    réponse est vide, et le résultat le dit. Une part de la production peut y déroger (``hcsf.part_derogatoire``).

    Parameters
    ----------
    taux : float, liste, array ou Series, fraction
        Taux d'endettement, non arrondi.
    duree_annees : float, liste, array ou Series
        Durée totale du crédit, différé compris.
    differe_mois : int, liste, array ou Series
        Mois de différé d'amortissement (achat sur plan, travaux importants).
    date : date, ou liste, array ou Series, optional
        Octroi ; par défaut aujourd'hui.
    nature : str, liste, array ou Series
        « immobilier_particulier » ou « professionnel ».

    Returns
    -------
    Series ou DataFrame
        ``respecte``, ``taux_respecte``, ``duree_respectee`` (vrai, faux, ou NA hors du champ de la règle),
        ``taux_maximal`` (fraction), ``duree_maximale`` (années, différé admis compris). ``attrs["portee"]`` rappelle le
        champ de la règle.

    Raises
    ------
    ErreurDonnees
        Un crédit : taux absent, négatif ou donné en pourcentage, durée nulle. Table : NA et ``motif``.
    ErreurParametre
        Un crédit : octroi avant le 1er janvier 2022.

    Source : décision D-HCSF-2021-7, de source secondaire (voir ``hcsf.taux_effort_maximal``).

    >>> respecte_hcsf(0.35, 27, 24, "2026-01-15")["respecte"]
    True
    >>> respecte_hcsf(0.3501, 20, 0, "2026-01-15")[["taux_respecte", "duree_respectee"]].tolist()
    [False, True]
    """
    jour = dt.date.today() if date is None else date
    cas, jours = cas_et_jours(jour, taux=taux, duree_annees=duree_annees, differe_mois=differe_mois, nature=nature)
    effort_lu, duree = cas.charge("taux"), cas.montant("duree_annees")
    cas.refuser(effort_lu > EFFORT_ABSURDE, "taux : taux attendu en fraction (0,35 pour 35 %)")
    cas.refuser(duree <= 0, "duree_annees : durée nulle ou négative")
    differe = cas.charge("differe_mois", 0.0)
    cas.refuser(differe > duree * 12, "differe_mois : le différé dépasse la durée")
    vise = cas.choix("nature", NATURES) == 0
    plafond = jours.parametre("hcsf.taux_effort_maximal", vise)
    duree_maximale = jours.parametre("hcsf.duree_maximale", vise) + np.minimum(
        differe / 12, jours.parametre("hcsf.differe_maximal", vise)
    )
    cas.signaler(np.logical_not(vise), "prêt professionnel : la règle du HCSF ne s'applique pas", bloquant=False)
    taux_bon = effort_lu <= plafond + JEU
    duree_bonne = duree <= duree_maximale + JEU
    resultat = cas.resultat(
        respecte=np.where(vise, taux_bon & duree_bonne, np.nan),
        taux_respecte=np.where(vise, taux_bon, np.nan),
        duree_respectee=np.where(vise, duree_bonne, np.nan),
        taux_maximal=np.where(vise, plafond, np.nan),
        duree_maximale=np.where(vise, duree_maximale, np.nan),
    )
    resultat = _oui_non(resultat, "respecte", "taux_respecte", "duree_respectee")
    resultat.attrs["portee"] = PORTEE
    return avec_lignes(resultat, lambda r: _lignes_hcsf(r, float(effort_lu), float(duree)), "hcsf.taux_effort_maximal")


def _oui_non(resultat: pd.Series | pd.DataFrame, *noms: str) -> pd.Series | pd.DataFrame:
    """1, 0 and NaN as true, false and missing."""
    attributs = resultat.attrs
    if isinstance(resultat, pd.DataFrame):
        resultat = resultat.astype(dict.fromkeys(noms, "boolean"))
    else:
        resultat = resultat.astype("object")
        for nom in noms:
            resultat[nom] = pd.NA if np.isnan(resultat[nom]) else bool(resultat[nom])
    resultat.attrs = attributs
    return resultat


def _lignes_hcsf(r: pd.Series, taux: float, duree: float) -> list[Ligne]:
    if r["respecte"] is pd.NA:
        return [("Taux d'effort", taux, PORTEE)]
    mots = {True: "respecté", False: "dépassé"}
    return [
        (
            "Taux d'effort",
            taux,
            f"plafond de {pourcent(r['taux_maximal'], 0)} {mots[r['taux_respecte']]}, sans arrondi",
        ),
        (
            "Durée en années",
            duree,
            f"plafond de {r['duree_maximale']:g} ans, différé admis compris, {mots[r['duree_respectee']]}",
        ),
    ]


def reste_a_vivre(
    revenus: Any, charges: Any, adultes: Any = 1, enfants: Any = 0, *, date: Any = None
) -> pd.Series | pd.DataFrame:
    """Ce qui reste chaque mois au foyer après ses crédits, et le plancher du cours.

    ``reste_a_vivre = revenus - charges`` ; plancher : 900 € pour un adulte, 1 400 € pour un couple, 300 € par enfant.

    Parameters
    ----------
    revenus, charges : float, liste, array ou Series, en euros par mois
        Les mêmes que pour :func:`taux_endettement`, loyers pondérés compris.
    adultes, enfants : int, liste, array ou Series
        Composition du foyer : un ou deux adultes, et les enfants à charge.
    date : date, optional
        Jour du plancher ; par défaut aujourd'hui.

    Returns
    -------
    Series ou DataFrame
        ``reste_a_vivre``, ``plancher``, ``ecart`` (négatif sous le plancher), en euros par mois.

    Raises
    ------
    ErreurDonnees
        Un foyer : montant absent, charge négative, composition impossible. Table : NaN et ``motif``.

    Source : convention de cours ; chaque banque a ses propres planchers, confidentiels.

    >>> reste_a_vivre(5_971.67, 2_010, adultes=2, enfants=1).tolist()
    [3961.67, 1700.0, 2261.67]
    """
    cas = Cas.depuis(revenus=revenus, charges=charges, adultes=adultes, enfants=enfants)
    ressources, total = cas.montant("revenus"), cas.charge("charges")
    plancher = plancher_du_foyer(cas, jour_des_conventions(date))
    reste = au_centime(ressources - total)
    resultat = cas.resultat(reste_a_vivre=reste, plancher=plancher, ecart=au_centime(reste - plancher))
    resultat.attrs["source"] = CONVENTION
    return avec_lignes(
        resultat,
        lambda r: lignes_reste_a_vivre(r, float(ressources), float(total)),
        "endettement.reste_a_vivre_plancher",
    )


def plancher_du_foyer(cas: Cas, jour: dt.date) -> Valeur:
    """Least that a household needs each month, from the columns ``adultes`` (1 by default) and ``enfants`` (0)."""
    adultes, enfants = cas.get("adultes", 1.0), cas.charge("enfants", 0.0)
    cas.refuser((adultes != 1) & (adultes != 2), "adultes : un ou deux adultes sont attendus")
    cas.refuser(enfants % 1 != 0, "enfants : un nombre entier est attendu")
    table = parametre("endettement.reste_a_vivre_plancher", jour)
    return np.where(adultes == 2, table["couple"], table["un_adulte"]) + enfants * table["par_enfant"]


def lignes_reste_a_vivre(r: pd.Series, revenus: float, charges: float) -> list[Ligne]:
    """How what is left to live on was found."""
    mot = "au-dessus" if r["ecart"] >= 0 else "au-dessous"
    return [
        ("Revenus mensuels", au_centime(revenus), "nets, avant impôt, loyers pondérés compris"),
        ("Charges mensuelles", au_centime(-charges), "crédits, assurance comprise"),
        ("Reste à vivre", r["reste_a_vivre"], "par mois, avant impôt"),
        ("Plancher", r["plancher"], "convention de cours, selon la composition du foyer"),
        ("Écart au plancher", r["ecart"], f"{mot} du plancher"),
    ]
