"""Tableau de financement et tableau de flux de trésorerie entre deux bilans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rncp_utils.entreprise.analyse.bilan import LIGNES, OptionsBilan, masses_fonctionnelles
from rncp_utils.entreprise.analyse.capacite_autofinancement import additive, lire_elements, termes_additifs
from rncp_utils.entreprise.analyse.exercices import exercice_precedent
from rncp_utils.entreprise.analyse.mouvements import Mouvements, completer
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.entreprise.postes import Entreprises, Postes, Valeur, tolerance_arrondi
from rncp_utils.entreprise.regimes import vers_codes_normaux
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema

__all__ = ["Mouvements", "tableau_financement", "tableau_flux"]

ENCAISSEMENTS = ("apports_capital", "emprunts_nouveaux", "cca_apportes", "subventions_recues")
DECAISSEMENTS = ("dividendes", "remboursements", "cca_rembourses")


@dataclass(frozen=True)
class _DeuxExercices:
    """What both tables start from: closing and opening masses, CAF, and every movement of the year."""

    p: Postes
    cloture: Mapping[str, Valeur]
    ouverture: Mapping[str, Valeur]
    variation_dettes_immobilisations: Valeur
    caf: Valeur
    mouvements: Mapping[str, Valeur]

    def variation(self, masse: str) -> Valeur:
        return self.cloture[masse] - self.ouverture[masse]


def tableau_financement(
    n: Entreprises,
    n1: Entreprises | None = None,
    mouvements: Mouvements | Mapping[str, Any] | pd.DataFrame | None = None,
    *,
    tolerance: float | None = None,
    **elements: Any,
) -> pd.Series | pd.DataFrame:
    """Tableau de financement : ressources et emplois stables de l'exercice, variation du FRNG.

    ``ressources = caf + cessions + apports_capital + emprunts_nouveaux + cca_apportes + subventions_recues`` ;
    ``emplois = acquisitions + dividendes + remboursements + cca_rembourses`` ; leur différence est la variation du FRNG
    du bilan fonctionnel.

    Parameters
    ----------
    n, n1 : Liasse, mapping, Series ou DataFrame
        Comptes de l'exercice et bilan d'ouverture, par codes, en euros. Une liasse qui porte sa colonne N-1 se passe
        de ``n1``. Pour une table, ``n1`` a le même index que ``n`` ; par défaut l'exercice précédent de la même
        entreprise dans ``n``.
    mouvements : Mouvements, mapping ou DataFrame, optional
        Mouvements connus, en euros ; un mouvement absent est déduit des bilans, signalé, et ``deduit`` vaut 1.
    tolerance : float
        Écart admis avec la variation du FRNG, en euros ; par défaut ce que l'arrondi des lignes explique.
    **elements
        Comptes de cession et transferts, comme :func:`rncp_utils.entreprise.caf_additive`.

    Returns
    -------
    Series ou DataFrame
        Chaque ressource, ``ressources``, chaque emploi, ``emplois``, ``variation_frng``, en euros, et ``deduit``.

    Raises
    ------
    ErreurDonnees
        Pas d'exercice précédent, ou un mouvement négatif.
    ErreurEquilibre
        Une entreprise : les mouvements n'expliquent pas la variation du FRNG. Dans une table, la ligne est NaN.

    Source : tableau de financement du PCG, de mémoire, à vérifier (23 novembre 2026).

    >>> from rncp_utils.entreprise.exemples import martin, martin_n1, mouvements_martin
    >>> tableau = tableau_financement(martin(), martin_n1(), mouvements_martin())
    >>> tableau[["ressources", "emplois", "variation_frng"]].tolist()
    [113800.0, 103000.0, 10800.0]
    """
    e = _deux_exercices(n, n1, mouvements, elements)
    m = e.mouvements
    ressources = e.caf + m["prix_cession"] + sum(m[nom] for nom in ENCAISSEMENTS)
    emplois = m["acquisitions"] + sum(m[nom] for nom in DECAISSEMENTS)
    variation_frng = ressources - emplois
    admis = tolerance_arrondi(LIGNES) if tolerance is None else tolerance
    e.p.controler_egalite(
        variation_frng, e.variation("frng"), "ressources - emplois", "la variation du FRNG au bilan", admis
    )
    return e.p.resultat(
        caf=e.caf,
        cessions=m["prix_cession"],
        **{nom: m[nom] for nom in ENCAISSEMENTS},
        ressources=ressources,
        acquisitions=m["acquisitions"],
        **{nom: m[nom] for nom in DECAISSEMENTS},
        emplois=emplois,
        variation_frng=variation_frng,
        deduit=m["deduit"],
    )


def tableau_flux(
    n: Entreprises,
    n1: Entreprises | None = None,
    mouvements: Mouvements | Mapping[str, Any] | pd.DataFrame | None = None,
    *,
    bfr_hors_fournisseurs_immo: bool = True,
    tolerance: float | None = None,
    **elements: Any,
) -> pd.Series | pd.DataFrame:
    """Tableau de flux de trésorerie : exploitation, investissement, financement.

    ``exploitation = caf - variation_bfr`` (hors fournisseurs d'immobilisations, DZ) ; ``investissement = -acquisitions
    + variation_dettes_immobilisations + cessions`` ; ``financement`` : apports, emprunts, comptes courants et
    subventions reçus, moins dividendes et remboursements. La somme est la variation de la trésorerie nette.

    Parameters
    ----------
    n, n1, mouvements, tolerance, **elements
        Comme :func:`tableau_financement`.
    bfr_hors_fournisseurs_immo : bool
        Vrai : la variation de DZ est dans l'investissement ; faux : dans le BFR. Convention de cours, comme la place
        des subventions d'investissement dans le financement.

    Returns
    -------
    Series ou DataFrame
        caf, variation_bfr, ``exploitation``, acquisitions, variation_dettes_immobilisations, cessions,
        ``investissement``, chaque mouvement financier, ``financement``, ``variation``, tresorerie_ouverture,
        tresorerie_cloture, en euros (encaissements positifs dans les flux), et ``deduit``.

    Raises
    ------
    ErreurDonnees, ErreurEquilibre
        Comme :func:`tableau_financement`, pour la variation de la trésorerie nette.

    >>> from rncp_utils.entreprise.exemples import martin, martin_n1, mouvements_martin
    >>> flux = tableau_flux(martin(), martin_n1(), mouvements_martin())
    >>> flux[["exploitation", "investissement", "financement", "variation"]].tolist()
    [57800.0, -43500.0, -11000.0, 3300.0]
    """
    e = _deux_exercices(n, n1, mouvements, elements)
    m = e.mouvements
    variation_dz = e.variation_dettes_immobilisations if bfr_hors_fournisseurs_immo else 0.0
    variation_bfr = e.variation("bfr") + variation_dz
    exploitation = e.caf - variation_bfr
    investissement = m["prix_cession"] - m["acquisitions"] + variation_dz
    financement = sum(m[nom] for nom in ENCAISSEMENTS) - sum(m[nom] for nom in DECAISSEMENTS)
    variation = exploitation + investissement + financement
    admis = tolerance_arrondi(LIGNES) if tolerance is None else tolerance
    e.p.controler_egalite(
        variation, e.variation("tresorerie_nette"), "la somme des flux", "la variation de la trésorerie nette", admis
    )
    return e.p.resultat(
        caf=e.caf,
        variation_bfr=variation_bfr,
        exploitation=exploitation,
        acquisitions=m["acquisitions"],
        variation_dettes_immobilisations=variation_dz,
        cessions=m["prix_cession"],
        investissement=investissement,
        **{nom: m[nom] for nom in (*ENCAISSEMENTS, *DECAISSEMENTS)},
        financement=financement,
        variation=variation,
        tresorerie_ouverture=e.ouverture["tresorerie_nette"],
        tresorerie_cloture=e.cloture["tresorerie_nette"],
        deduit=m["deduit"],
    )


def _deux_exercices(
    n: Entreprises, n1: Entreprises | None, mouvements: Any, elements: dict[str, Any]
) -> _DeuxExercices:
    n = vers_codes_normaux(n)
    p, q = Postes(n), Postes(_ouverture(n, n1))
    p.exiger("FL", "HN", "BJ", "DL")
    q.exiger("BJ", "DL")
    # How BZ is split between the two BFR changes nothing here: only their total is read.
    options = OptionsBilan(bz_hors_exploitation=0.0)
    cloture, ouverture = masses_fonctionnelles(p, options), masses_fonctionnelles(q, options)
    lus = lire_elements(p, **elements)
    termes = termes_additifs(p, lus)
    complets = completer(p, q, mouvements, termes, lus.comptes)
    p.reprendre(q, "exercice précédent : ")
    return _DeuxExercices(p, cloture, ouverture, p.get("DZ") - q.get("DZ"), additive(termes), complets)


def _ouverture(n: Entreprises, n1: Entreprises | None) -> Entreprises:
    if isinstance(n, pd.DataFrame):
        if n1 is None:
            return exercice_precedent(n)
        if not isinstance(n1, pd.DataFrame) or not n1.index.equals(n.index):
            raise ErreurSchema(
                "La table des exercices précédents n'a pas l'index de l'autre : construisez-la avec exercice_precedent."
            )
        return vers_codes_normaux(n1)
    if n1 is None:
        n1 = n.valeurs_n1 if isinstance(n, Liasse) else None
    if n1 is None:
        raise ErreurDonnees("Le bilan de l'exercice précédent manque : donnez-le en deuxième argument.")
    return vers_codes_normaux(n1)
