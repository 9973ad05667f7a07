"""Crédit-bail : taux implicite, tableau des loyers, comparaison avec un emprunt après impôt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.taux.actuariel import taeg
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.monnaie import arrondi_centime

ECHU, A_ECHOIR = "echu", "a_echoir"


def credit_bail(
    valeur_ht: float,
    loyer: float,
    n: int,
    *,
    periodicite: int = 12,
    terme: str = A_ECHOIR,
    premier_loyer_majore: float = 0.0,
    depot: float = 0.0,
    vr: float = 0.0,
) -> pd.Series:
    """Taux implicite d'un crédit-bail : celui auquel les loyers et l'option d'achat remboursent le bien.

    ``valeur = Σ loyers (1 + i)^(-k) + VR (1 + i)^(-n)``, le premier loyer étant versé au départ s'il est à échoir.

    Parameters
    ----------
    valeur_ht, loyer, vr : float, en euros hors taxes
        Prix du bien, loyer d'une période, option d'achat finale.
    n : int
        Nombre de loyers.
    periodicite : int
        Loyers par an.
    terme : {"a_echoir", "echu"}
        Loyers versés au début ou à la fin de chaque période.
    premier_loyer_majore : float, en euros
        Montant du premier loyer s'il diffère des autres (0 : il est comme les autres).
    depot : float, en euros
        Dépôt de garantie versé au départ et rendu à la fin.

    Returns
    -------
    Series
        ``taux_periode``, ``taux_proportionnel``, ``taux_actuariel`` (fractions), ``total_verse`` et ``cout`` (euros).

    Raises
    ------
    ErreurDonnees
        Montant négatif ou nul, nombre de loyers, périodicité ou terme impossibles.
    ErreurCalcul
        Aucun taux : les loyers ne rendent pas la valeur du bien.

    Source : définition financière usuelle du crédit-bail (CMF, art. L. 313-7).

    >>> bail = credit_bail(48_000, 905, 60, vr=480)
    >>> [round(float(bail[nom]), 8) for nom in ("taux_periode", "taux_actuariel")]
    [0.00455478, 0.05604755]
    """
    loyers = _loyers(valeur_ht, loyer, n, terme, premier_loyer_majore, {"depot": depot, "vr": vr})
    if periodicite not in (1, 2, 4, 12):
        raise ErreurDonnees(f"periodicite vaut {periodicite} : choisissez 12, 4, 2 ou 1 loyers par an.")
    flux = [(0, valeur_ht - depot), *((k, -montant) for k, montant in loyers), (n, depot - vr)]
    periode = taeg(flux)
    total = sum(montant for _, montant in loyers) + vr
    return pd.Series(
        {
            "taux_periode": periode,
            "taux_proportionnel": periodicite * periode,
            "taux_actuariel": (1 + periode) ** periodicite - 1,
            "total_verse": total,
            "cout": total - valeur_ht,
        }
    )


def _loyers(
    valeur_ht: float, loyer: float, n: int, terme: str, premier: float, autres: dict[str, float]
) -> list[tuple[int, float]]:
    for nom, montant in {"valeur_ht": valeur_ht, "loyer": loyer}.items():
        if not montant > 0:
            raise ErreurDonnees(f"{nom} vaut {montant} : un montant positif en euros hors taxes est attendu.")
    for nom, montant in {"premier_loyer_majore": premier, **autres}.items():
        if not montant >= 0:
            raise ErreurDonnees(f"{nom} vaut {montant} : un montant positif ou nul est attendu.")
    if isinstance(n, bool) or n != int(n) or n < 1:
        raise ErreurDonnees(f"n vaut {n} : un nombre entier de loyers, 1 ou plus, est attendu.")
    if terme not in (ECHU, A_ECHOIR):
        raise ErreurDonnees(f"terme vaut « {terme} » : choisissez {A_ECHOIR} ou {ECHU}.")
    debut = 0 if terme == A_ECHOIR else 1
    return [(k + debut, premier if k == 0 and premier else loyer) for k in range(int(n))]


def tableau_credit_bail(valeur_ht: float, loyer: float, n: int, **options: Any) -> pd.DataFrame:
    """Part d'intérêts et de capital de chaque loyer, au taux implicite : la lecture économique d'un crédit-bail.

    Le capital restant après le dernier loyer est l'option d'achat. Mêmes paramètres que :func:`credit_bail`, sans
    dépôt de garantie. Lecture de banque, sans effet sur les comptes : convention de cours.

    Returns
    -------
    DataFrame
        ``rang``, ``crd_debut``, ``loyer``, ``interets``, ``capital``, ``crd_fin``, en euros arrondis au centime ; le
        dernier rang porte l'arrondi.

    >>> table = tableau_credit_bail(48_000, 905, 60, vr=480)
    >>> float(table["crd_fin"].iloc[-1]), round(float(table["interets"].sum()), 2)
    (480.0, 6780.0)
    """
    if options.get("depot"):
        raise ErreurDonnees("Un dépôt de garantie n'entre pas dans ce tableau : ôtez-le (depot=0).")
    taux = credit_bail(valeur_ht, loyer, n, **options)["taux_periode"]
    terme, vr = options.get("terme", A_ECHOIR), options.get("vr", 0.0)
    verses = [m for _, m in _loyers(valeur_ht, loyer, n, terme, options.get("premier_loyer_majore", 0.0), {"vr": vr})]
    lignes, crd = [], valeur_ht
    for rang, verse in enumerate(verses, start=1):
        # Paid in advance, the first rent bears no interest.
        interets = 0.0 if rang == 1 and terme == A_ECHOIR else arrondi_centime(crd * taux)
        if rang == len(verses):
            # What is left is the option; in advance, it is paid one period after the last rent.
            interets = arrondi_centime(verse - (crd - vr))
        capital = arrondi_centime(verse - interets)
        lignes.append((rang, crd, verse, interets, capital, arrondi_centime(crd - capital)))
        crd = lignes[-1][-1]
    table = pd.DataFrame(lignes, columns=["rang", "crd_debut", "loyer", "interets", "capital", "crd_fin"])
    table.attrs["source"] = "convention de cours"
    return table


def comparer_cb_emprunt(
    valeur_ht: float,
    loyers_annuels: list[float],
    annuites: list[tuple[float, float]],
    *,
    taux_is: float,
    taux_actualisation: float,
    duree_amortissement: int,
    vr: float = 0.0,
    apport: float = 0.0,
) -> pd.DataFrame:
    """Coût après impôt d'un crédit-bail et d'un emprunt pour le même bien, année par année et actualisé.

    Crédit-bail : loyers déductibles. Emprunt : intérêts et amortissement linéaire déductibles, capital non déductible.
    Montants hors taxes : la TVA est récupérée dans les deux cas, en une fois à l'achat, loyer après loyer en
    crédit-bail. Années entières, impôt payé l'année même : convention de cours.

    Parameters
    ----------
    valeur_ht : float, en euros
    loyers_annuels : list of float
        Loyers de chaque année, en euros.
    annuites : list of (interets, capital)
        De chaque année de l'emprunt, en euros.
    taux_is, taux_actualisation : float
        Fractions ; le taux d'actualisation se prend après impôt.
    duree_amortissement : int
        Années de l'amortissement linéaire du bien.
    vr : float, en euros
        Option d'achat, levée à la fin du crédit-bail.
    apport : float, en euros
        Part du bien payée comptant dans l'achat par emprunt.

    Returns
    -------
    DataFrame
        Index ``annee`` (0 pour le départ) ; ``credit_bail`` et ``emprunt``, décaissements nets positifs, puis
        ``credit_bail_actualise`` et ``emprunt_actualise``. ``attrs["cout_actualise"]`` donne les deux totaux.

    >>> c = comparer_cb_emprunt(10_000, [3_600] * 3, [(400, 3_200), (270, 3_330), (140, 3_470)], taux_is=0.25,
    ...                         taux_actualisation=0.03, duree_amortissement=5)
    >>> {nom: round(cout) for nom, cout in c.attrs["cout_actualise"].items()}
    {'credit_bail': 7637, 'emprunt': 7710}
    """
    for nom, taux in {"taux_is": taux_is, "taux_actualisation": taux_actualisation}.items():
        if not -1 <= taux <= 1:
            raise ErreurDonnees(f"{nom} vaut {taux} : taux attendu en fraction (0,05 pour 5 %).")
    if duree_amortissement < 1 or not valeur_ht > 0:
        raise ErreurDonnees("La valeur du bien et sa durée d'amortissement sont positives : vérifiez-les.")
    annees = max(len(loyers_annuels), len(annuites), duree_amortissement)
    bail, pret = np.zeros(annees + 1), np.zeros(annees + 1)
    bail[1 : len(loyers_annuels) + 1] = np.asarray(loyers_annuels, dtype="float64") * (1 - taux_is)
    bail[len(loyers_annuels)] += vr
    pret[0] = apport
    for rang, (interets, capital) in enumerate(annuites, start=1):
        pret[rang] += capital + interets * (1 - taux_is)
    pret[1 : duree_amortissement + 1] -= taux_is * valeur_ht / duree_amortissement
    facteurs = (1 + taux_actualisation) ** -np.arange(annees + 1.0)
    table = pd.DataFrame(
        {
            "credit_bail": bail,
            "emprunt": pret,
            "credit_bail_actualise": bail * facteurs,
            "emprunt_actualise": pret * facteurs,
        },
        index=pd.RangeIndex(annees + 1, name="annee"),
    )
    table.attrs["source"] = "convention de cours"
    table.attrs["cout_actualise"] = {nom: float(table[f"{nom}_actualise"].sum()) for nom in ("credit_bail", "emprunt")}
    return table
