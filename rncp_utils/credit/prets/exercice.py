"""Un prêt vu par la comptabilité : intérêts courus, charge et capital remboursé d'un exercice, dette à la clôture."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from rncp_utils.credit.prets.arrondi import produit_exact
from rncp_utils.credit.prets.synthese import Groupes, crd_en_centimes, dates_en_jours, periodes
from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.monnaie import en_euros


def interets_courus(lignes: pd.DataFrame, date: dt.date | str | pd.Series) -> float | pd.Series:
    """Intérêts courus et non échus à la fin d'un jour, au prorata des jours de la période en cours.

    ``intérêts de la période × jours courus / jours de la période``, arrondis au centime. Un prêt à échoir, dont les
    intérêts sont payés d'avance, n'en a pas.

    Parameters
    ----------
    lignes : DataFrame
        Résultat de :func:`tableau_amortissement` ou d':func:`echeances`, avec des dates.
    date : date, or Series by id_pret
        Un jour pour tous les prêts, ou un par prêt.

    Returns
    -------
    float ou Series
        Euros.

    >>> from rncp_utils.credit.prets.echeancier import tableau_amortissement
    >>> interets_courus(tableau_amortissement(100_000, 0.042, 84, date_deblocage="2024-01-15"), "2024-12-31")
    159.9
    """
    g = Groupes(lignes)
    courus, _ = _a_cheval(g, g.jours(date, "date"))
    return float(en_euros(courus)[0]) if g.un_seul else pd.Series(en_euros(courus), index=g.ids, name="interets_courus")


def annuite_de_exercice(
    lignes: pd.DataFrame,
    debut: dt.date | str | pd.Series,
    fin: dt.date | str | pd.Series,
    *,
    tirages: pd.DataFrame | None = None,
) -> pd.Series | pd.DataFrame:
    """Ce qu'un prêt pèse sur un exercice : intérêts (2052, case GR), capital remboursé, dette à la clôture.

    Parameters
    ----------
    lignes : DataFrame
        Résultat de :func:`tableau_amortissement` ou d':func:`echeances`, avec des dates.
    debut, fin : date, or Series by id_pret
        Premier et dernier jour de l'exercice.
    tirages : DataFrame, optional
        Voir :func:`crd_a_la_date`.

    Returns
    -------
    Series ou DataFrame
        En euros :

        - ``interets_payes`` dans l'exercice, ``interets_capitalises`` (différé total) ;
        - ``courus_ouverture``, ``courus_cloture`` : intérêts courus non échus ; ``avance_ouverture``,
          ``avance_cloture`` : intérêts payés d'avance (terme à échoir) ;
        - ``interets_charge`` = payés + capitalisés + courus à la clôture - à l'ouverture + avance à l'ouverture - à la
          clôture ;
        - ``assurance``, ``capital_rembourse`` (remboursements anticipés compris), ``capital_emprunte`` (déblocages de
          l'exercice) ;
        - ``annuite`` = capital remboursé + intérêts payés ;
        - ``crd_ouverture``, ``crd_cloture`` : ``ouverture + emprunté + capitalisés - remboursé = clôture``.

    Raises
    ------
    ErreurDonnees
        Exercice dont la fin précède le début, échéancier sans dates.

    >>> from rncp_utils.credit.prets.echeancier import tableau_amortissement
    >>> prete = tableau_amortissement(100_000, 0.042, 84, date_deblocage="2024-01-15")
    >>> a = annuite_de_exercice(prete, "2024-01-01", "2024-12-31")
    >>> a[["interets_payes", "courus_cloture", "interets_charge", "capital_rembourse", "crd_cloture"]].tolist()
    [3650.38, 159.9, 3810.28, 11486.83, 88513.17]
    """
    g = Groupes(lignes)
    veille, cloture = g.jours(debut, "debut") - 1, g.jours(fin, "fin")
    if (cloture <= veille).any():
        raise ErreurDonnees("La fin de l'exercice précède son début : inversez les deux dates.")
    date = dates_en_jours(g, "date")
    ici = (date > veille[g.code]) & (date <= cloture[g.code])
    interets, capital = g.centimes("interets"), g.centimes("capital")
    anticipe = g.centimes("remboursement_anticipe") if "remboursement_anticipe" in lignes else np.zeros_like(capital)
    capitalises = g.somme(np.maximum(-capital, 0), ici)
    rembourse = g.somme(np.maximum(capital, 0) + anticipe, ici)
    payes = g.somme(interets, ici) - capitalises
    (courus_avant, avance_avant), (courus, avance) = _a_cheval(g, veille), _a_cheval(g, cloture)
    ouverture, fermeture = (crd_en_centimes(g, jour, tirages) for jour in (veille, cloture))
    return g.resultat(
        interets_payes=payes,
        interets_capitalises=capitalises,
        courus_ouverture=courus_avant,
        courus_cloture=courus,
        avance_ouverture=avance_avant,
        avance_cloture=avance,
        interets_charge=payes + capitalises + courus - courus_avant + avance_avant - avance,
        assurance=g.somme(g.centimes("assurance"), ici),
        capital_rembourse=rembourse,
        capital_emprunte=fermeture - ouverture + rembourse - capitalises,
        annuite=rembourse + payes,
        crd_ouverture=ouverture,
        crd_cloture=fermeture,
    )


def _a_cheval(g: Groupes, jour: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By loan, cents of interest that ran before the end of a day and fall due later, and those paid for later days."""
    du, au = periodes(g)
    date, limite = dates_en_jours(g, "date"), jour[g.code]
    dedans = (du <= limite) & (limite < au)
    duree = np.where(dedans, au - du, 1)
    interets = g.centimes("interets")
    negatif = np.sign(interets)
    courus = negatif * produit_exact(np.abs(interets), np.where(dedans, limite - du, 0), duree)
    return g.somme(courus, dedans & (date > limite)), g.somme(interets - courus, dedans & (date <= limite))
