"""Micro-entreprise : base imposable, cotisations, versement libératoire, plafond et sortie du régime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.endettement.explication import Ligne, avec_lignes
from rncp_utils.credit.endettement.lecture import Cas, Jours, au_centime, cas_et_jours, lire_jours
from rncp_utils.formats import euros, pourcent
from rncp_utils.vecteurs import Masque, Valeur

VENTES, SERVICES, BNC, CIPAV = ACTIVITES = ("ventes", "services", "bnc", "cipav")
# Cipav is a pension fund: its members follow the tax rules of the other liberal professions.
FISCALES = {VENTES: VENTES, SERVICES: SERVICES, BNC: BNC, CIPAV: BNC}
# The administration counts the days of activity over 365, in a leap year too.
JOURS_PAR_AN = 365


def micro(
    ca: Any,
    activite: Any,
    date: Any,
    *,
    ca_precedent: Any = None,
    debut_activite: Any = None,
    taux_cotisations: Any = None,
) -> pd.Series | pd.DataFrame:
    """Micro-entreprise d'une seule activité : ce qu'elle déclare, ce qu'elle paie, si elle peut rester.

    ``base_ir = ca - abattement`` (71, 50 ou 34 % du chiffre d'affaires, 305 € au moins) ; ``cotisations = taux × ca`` ;
    ``versement_liberatoire = taux × ca`` (sur option). Le plafond est réduit au prorata des jours d'activité l'année de
    la création (jours / 365). Le régime prend fin au 1er janvier qui suit deux années de dépassement consécutives.

    Parameters
    ----------
    ca : float, liste, array ou Series, en euros
        Chiffre d'affaires encaissé de l'année.
    activite : str, liste, array ou Series
        « ventes », « services » (BIC), « bnc » (libéral hors Cipav) ou « cipav ». Pas d'activité mixte.
    date : int, date, ou liste, array ou Series
        Année, ou un de ses jours : c'est ce jour qui choisit le taux de cotisation quand il change en cours d'année.
    ca_precedent : float, liste, array ou Series, en euros, optional
        Chiffre d'affaires de l'année précédente, sans lequel la sortie du régime n'est pas connue.
    debut_activite : date, liste, array ou Series, optional
        Par défaut, l'activité couvre toute l'année.
    taux_cotisations : float, liste, array ou Series, optional
        Remplace le taux livré (fraction), par exemple quand il n'est pas connu.

    Returns
    -------
    Series ou DataFrame
        En euros : ``plafond`` (au prorata), ``depassement`` (0 sous le plafond), ``abattement``, ``base_ir``,
        ``cotisations``, ``versement_liberatoire`` ; ``depassements_consecutifs`` (0, 1 ou 2 années) et
        ``annee_de_sortie`` (NaN si le régime continue).

    Raises
    ------
    ErreurDonnees
        Une entreprise : montant absent ou négatif, activité inconnue, début après l'année. Table : NaN et ``motif``.
    ErreurParametre
        Une entreprise : taux ou plafond inconnu à cette date.

    Source : CGI, art. 50-0, 102 ter et 151-0 ; CSS, art. D. 613-4 ; prorata d'après les chambres de commerce.

    >>> micro(120_000, "ventes", "2024-12-31")[["base_ir", "cotisations", "versement_liberatoire"]].tolist()
    [34800.0, 14760.0, 1200.0]
    >>> micro(60_000, "services", "2024-12-31")[["base_ir", "cotisations"]].tolist()
    [30000.0, 12720.0]
    """
    cas, jours = cas_et_jours(
        date,
        ca=ca,
        activite=activite,
        ca_precedent=ca_precedent,
        debut_activite=debut_activite,
        taux_cotisations=taux_cotisations,
    )
    recettes = cas.charge("ca")
    codes = cas.choix("activite", ACTIVITES)
    calcul = calculer_micro(jours, recettes, codes, *cas.complement("taux_cotisations"))
    cas.refuser(np.abs(calcul.pop("taux")) > 1, "taux_cotisations : taux attendu en fraction (0,05 pour 5 %)")
    debut = _debuts(cas)
    plafond = au_centime(plafonds(jours, codes) * _part_d_annee(jours, debut))
    cas.refuser(plafond <= 0, "debut_activite est postérieur à cette année")
    annees = _annees_de_depassement(cas, jours, codes, debut, recettes > plafond)
    resultat = cas.resultat(
        plafond=plafond,
        depassement=au_centime(np.maximum(recettes - plafond, 0.0)),
        **calcul,
        depassements_consecutifs=annees,
        annee_de_sortie=np.where(annees == 2, jours.annees + 1, np.nan),
    )
    return avec_lignes(
        resultat, lambda r: _lignes(r, float(recettes)), "micro.plafond_ventes", "micro.cotisations.ventes"
    )


def calculer_micro(
    jours: Jours, recettes: Valeur, codes: np.ndarray, taux: Valeur = 0.0, sans_taux: Masque = True, ou: Masque = True
) -> dict[str, Valeur]:
    """Allowance, taxable base, contributions and withholding in euros, and the rate of the contributions."""

    def lire(prefixe: str, nom: str, ici: Masque) -> Valeur:
        return jours.parametre(f"micro.{prefixe}.{nom}", ici & ou)

    livre = selon_activite(codes, lambda nom, ici: lire("cotisations", nom, ici & sans_taux))
    taux = np.where(sans_taux, livre, taux)
    part = selon_activite(codes, lambda nom, ici: lire("abattement", FISCALES[nom], ici))
    abattement = np.minimum(np.maximum(part * recettes, jours.parametre("micro.abattement.minimum", ou)), recettes)
    abattement = au_centime(abattement)
    liberatoire = selon_activite(codes, lambda nom, ici: lire("versement_liberatoire", FISCALES[nom], ici))
    return {
        "taux": taux,
        "abattement": abattement,
        "base_ir": au_centime(recettes - abattement),
        "cotisations": au_centime(taux * recettes),
        "versement_liberatoire": au_centime(liberatoire * recettes),
    }


def plafonds(jours: Jours, codes: np.ndarray, ou: Masque = True) -> Valeur:
    """Highest turnover of the regime, for a whole year."""
    return selon_activite(codes, lambda nom, ici: jours.parametre(f"micro.plafond_{FISCALES[nom]}", ici & ou))


def selon_activite(codes: np.ndarray, lire: Callable[[str, Masque], Valeur]) -> Valeur:
    """A value by activity, read only for the cases that have it."""
    if codes.ndim == 0:
        return lire(ACTIVITES[codes], True)
    resultat = np.full(codes.shape, np.nan)
    for rang in np.unique(codes[codes < len(ACTIVITES)]):
        ici = codes == rang
        resultat = np.where(ici, lire(ACTIVITES[rang], ici), resultat)
    return resultat


def _debuts(cas: Cas) -> np.ndarray | np.datetime64:
    """First day of activity, very early where it is not given."""
    brut = pd.Series(cas.source["debut_activite"] if cas.en_table else [cas.source["debut_activite"]])
    debut, illisible = lire_jours(brut)
    absent = brut.isna().to_numpy()
    illisible &= ~absent
    cas.refuser(illisible if cas.en_table else bool(illisible[0]), "debut_activite illisible (écrivez AAAA-MM-JJ)")
    debut = np.where(absent, np.datetime64("1900-01-01", "D"), debut)
    return debut if cas.en_table else debut[0]


def _part_d_annee(jours: Jours, debut: np.ndarray | np.datetime64) -> Valeur:
    """Part of the year with activity, first day included: 0 before it began, 1 for a whole year."""
    fin = Jours.derniers_jours(jours.annees)
    return np.clip(((fin - debut).astype("int64") + 1) / JOURS_PAR_AN, 0.0, 1.0)


def _annees_de_depassement(cas: Cas, jours: Jours, codes: np.ndarray, debut: Any, depasse: Masque) -> Valeur:
    """0, 1 or 2 years in a row above the ceiling; at two the regime ends."""
    precedent, inconnu = cas.complement("ca_precedent")
    cas.refuser(precedent < 0, "ca_precedent : montant négatif, écrivez-le en positif")
    avant = jours.decaler(-1)
    part = _part_d_annee(avant, debut)
    # The ceiling of the year before only matters to those who passed that of this year, and were there already.
    utile = depasse & np.logical_not(inconnu) & (part > 0)
    deux_ans = utile & (precedent > plafonds(avant, codes, utile) * part)
    cas.douter(
        depasse & inconnu & (part > 0),
        "plafond dépassé et chiffre d'affaires de l'année précédente inconnu : la sortie du régime est à vérifier",
    )
    cas.signaler(
        deux_ans, "plafond dépassé deux années de suite : sortie du régime micro au 1er janvier suivant", bloquant=False
    )
    return np.where(deux_ans, 2.0, np.where(depasse, 1.0, 0.0))


def _lignes(r: pd.Series, recettes: float) -> list[Ligne]:
    part = r["abattement"] / recettes if recettes else 0.0
    sortie = r["annee_de_sortie"]
    suite = "plafond respecté" if not r["depassement"] else f"dépassement de {euros(r['depassement'], 2)}"
    if not np.isnan(sortie):
        suite += f", deux années de suite : sortie du régime au 1er janvier {sortie:.0f}"
    return [
        ("Chiffre d'affaires", recettes, "encaissé dans l'année"),
        (
            "Abattement forfaitaire",
            au_centime(-r["abattement"]),
            f"{pourcent(part, 0)} du chiffre d'affaires, pour les charges",
        ),
        ("Base imposable", r["base_ir"], "ajoutée aux revenus du foyer, sauf versement libératoire"),
        ("Cotisations sociales", r["cotisations"], "sur le chiffre d'affaires, formation et taxes consulaires en sus"),
        ("Versement libératoire", r["versement_liberatoire"], "remplace l'impôt sur le revenu, sur option"),
        ("Plafond du régime", r["plafond"], suite),
    ]
