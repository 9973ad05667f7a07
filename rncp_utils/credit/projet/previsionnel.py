"""Prévisionnel d'un projet : compte de résultat, bilan, trésorerie, couverture du service de la dette."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.credit.projet.exploitation import (
    Exploitation,
    caf_disponible,
    dscr_par_annee,
    exploiter,
    fin_d_annee,
    par_annee,
)
from rncp_utils.credit.projet.hypotheses import lire_dossier
from rncp_utils.credit.projet.lecture import Projets
from rncp_utils.credit.projet.tresorerie import CONVENTION, en_lignes, en_table

COMPTE = (
    "ca",
    "achats_consommes",
    "marge_brute",
    "charges_variables",
    "charges_fixes",
    "assurance",
    "valeur_ajoutee",
    "salaires",
    "cotisations_exploitant",
    "ebe",
    "dotations",
    "resultat_exploitation",
    "interets",
    "rcai",
    "impot",
    "resultat_net",
    "caf",
)


def compte_resultat_previsionnel(
    hypotheses: Any,
    annees: int = 3,
    *,
    investissements: pd.DataFrame | None = None,
    prets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Compte de résultat prévisionnel, jusqu'à la capacité d'autofinancement. Exact au centime.

    Amortissement linéaire au prorata des jours sur 360 ; intérêts de l'échéancier ; IS de l'exercice après imputation
    des déficits antérieurs (société), ou cotisations de l'exploitant (entreprise individuelle).

    Parameters
    ----------
    hypotheses : Hypotheses, mapping de mêmes noms, ou DataFrame (une ligne par projet)
        Voir :class:`Hypotheses`. Dans une table, ``croissance_ca`` est un taux ou une liste ; l'identifiant est la
        colonne ``id_projet``, ou l'index. Non modifié.
    annees : int
        Nombre d'exercices de douze mois.
    investissements, prets : DataFrame, pour une table de projets
        Une ligne par immobilisation (``id_projet``, ``montant``, ``duree``, ``mois``, ``jour``) ou par prêt
        (``id_projet``, ``capital``, ``taux``, ``duree``…, ``mois``).

    Returns
    -------
    DataFrame
        Une ligne par exercice (index ``exercice``, ou projet et exercice), en euros, charges positives : ``ca``,
        ``achats_consommes``, ``marge_brute``, ``charges_variables``, ``charges_fixes``, ``assurance`` (des prêts),
        ``valeur_ajoutee``, ``salaires``, ``cotisations_exploitant``, ``ebe``, ``dotations``,
        ``resultat_exploitation``, ``interets``, ``rcai``, ``impot``, ``resultat_net``, ``caf``. Table : NaN et
        ``motif`` pour un projet fautif.

    Raises
    ------
    ErreurDonnees
        Hypothèse impossible, taux en pourcentage, prêt refusé, impôt inconnu à cette date.
    ErreurSchema
        Hypothèse absente ou inconnue ; prêt ou investissement d'un projet inconnu.

    Source : convention de cours ; ni plafond d'imputation des déficits au-delà d'un million d'euros, ni crédits
    d'impôt. IS : ``is_societe`` (capital supposé libéré et détenu par des personnes physiques).

    >>> from rncp_utils.credit.projet.hypotheses import Hypotheses, Investissement
    >>> h = Hypotheses("2025-01-01", 200_000, 0.6, charges_fixes=40_000, salaires=50_000, apport=20_000,
    ...     investissements=[Investissement(60_000, 5, jour=16)],
    ...     prets=[{"capital": 50_000, "taux": 0.04, "duree": 60}])
    >>> compte = compte_resultat_previsionnel(h, 2)
    >>> compte[["ebe", "dotations", "interets", "impot", "caf"]].round(2).values.tolist()
    [[30000.0, 11500.0, 1832.23, 2500.17, 25667.6], [30000.0, 12000.0, 1456.67, 2481.5, 26061.83]]
    """
    return compte_de(_exploiter(hypotheses, annees, investissements, prets))


def bilan_previsionnel(
    hypotheses: Any,
    annees: int = 3,
    *,
    investissements: pd.DataFrame | None = None,
    prets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Bilan prévisionnel à la clôture de chaque exercice.

    La trésorerie s'y trouve par différence entre le passif et les autres actifs ; elle égale, au centime, celle du
    plan de trésorerie (:func:`tresorerie_previsionnelle`), qui vient des encaissements et des décaissements.

    Parameters
    ----------
    hypotheses, annees, investissements, prets
        Voir :func:`compte_resultat_previsionnel`.

    Returns
    -------
    DataFrame
        Une ligne par exercice, en euros : ``immobilisations_nettes``, ``stocks``, ``creances_clients``,
        ``creance_tva``, ``creance_impot``, ``tresorerie`` (négative : découvert), ``total_actif`` ;
        ``capitaux_propres``, ``emprunts``, ``interets_courus``, ``fournisseurs``, ``dettes_sociales``, ``dette_tva``,
        ``dette_impot``, ``total_passif`` ; ``bfr`` = stocks + créances - fournisseurs - dettes sociales et
        fiscales - intérêts courus.

    Raises
    ------
    ErreurDonnees, ErreurSchema
        Comme :func:`compte_resultat_previsionnel`.

    Source : convention de cours.

    >>> from rncp_utils.credit.projet.hypotheses import Hypotheses
    >>> bilan = bilan_previsionnel(Hypotheses("2025-01-01", 100_000, 1.0, salaires=80_000, apport=5_000, tva_ventes=0.2,
    ...     delai_clients=30), 1)
    >>> bilan.loc[1, ["creances_clients", "tresorerie", "dette_tva", "capitaux_propres"]].tolist()
    [10000.0, 16666.67, 1666.67, 22000.0]
    """
    return bilan_de(_exploiter(hypotheses, annees, investissements, prets))


def tresorerie_previsionnelle(
    hypotheses: Any,
    annees: int = 3,
    *,
    investissements: pd.DataFrame | None = None,
    prets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Plan de trésorerie mensuel qui découle des hypothèses du projet.

    Parameters
    ----------
    hypotheses, annees, investissements, prets
        Voir :func:`compte_resultat_previsionnel`.

    Returns
    -------
    DataFrame
        Une ligne par mois, colonnes de :func:`plan_tresorerie`.

    Raises
    ------
    ErreurDonnees, ErreurSchema, ErreurParametre
        Comme :func:`compte_resultat_previsionnel` et :func:`plan_tresorerie`.

    Source : convention de cours. L'IS se paie par quarts, en mars, juin, septembre et décembre, sur l'impôt de
    l'exercice précédent, puis le solde le quatrième mois après la clôture (CGI, ann. III, art. 360), en mai pour une
    clôture au 31 décembre (de mémoire, à vérifier, 23 novembre 2026) ; les cotisations et prélèvements, par douzièmes.

    >>> from rncp_utils.credit.projet.hypotheses import Hypotheses
    >>> h = Hypotheses("2025-01-01", 120_000, 0.5, charges_fixes=60_000, apport=3_000)
    >>> tresorerie_previsionnelle(h, 1)["tresorerie"].iloc[[0, -1]].tolist()
    [3000.0, 3000.0]
    """
    return tresorerie_de(_exploiter(hypotheses, annees, investissements, prets))


def dscr_previsionnel(
    hypotheses: Any,
    annees: int = 3,
    *,
    investissements: pd.DataFrame | None = None,
    prets: pd.DataFrame | None = None,
    apres_prelevements: bool = True,
) -> pd.DataFrame:
    """Couverture du service de la dette, exercice par exercice.

    ``dscr = (caf + intérêts) / (capital + intérêts payés)`` ; les deux intérêts ne diffèrent que s'ils courent ou se
    capitalisent sans être payés. La CAF d'une entreprise individuelle s'entend après les
    prélèvements de l'exploitant, qui en vit. Au-dessous de 1, l'activité ne paie pas l'annuité.

    Parameters
    ----------
    hypotheses, annees, investissements, prets
        Voir :func:`compte_resultat_previsionnel`.
    apres_prelevements : bool
        Déduit les prélèvements d'une entreprise individuelle.

    Returns
    -------
    DataFrame
        Une ligne par exercice : ``caf`` (après prélèvements), ``interets`` (charge), ``capital``, ``annuite`` =
        capital + intérêts payés (euros), ``dscr`` (fois ; NaN sans annuité).

    Raises
    ------
    ErreurDonnees, ErreurSchema
        Comme :func:`compte_resultat_previsionnel`.

    Source : convention de cours, même formule que :func:`rncp_utils.entreprise.dscr`.

    >>> from rncp_utils.credit.projet.hypotheses import Hypotheses
    >>> h = Hypotheses("2025-01-01", 200_000, 0.6, charges_fixes=100_000, prets=[{"capital": 60_000, "taux": 0.04,
    ...     "duree": 60}])
    >>> dscr_previsionnel(h, 1).round(2).loc[1].tolist()
    [15131.12, 2198.68, 11061.2, 13259.88, 1.31]
    """
    return dscr_de(_exploiter(hypotheses, annees, investissements, prets), apres_prelevements)


def _exploiter(hypotheses: Any, annees: int, investissements: Any, prets: Any) -> Exploitation:
    return exploiter(Projets(lire_dossier(hypotheses, investissements, prets), annees))


def compte_de(e: Exploitation) -> pd.DataFrame:
    """Income statements in euros."""
    return _rendre({nom: e.comptes[nom] for nom in COMPTE}, e, "exercice")


def tresorerie_de(e: Exploitation) -> pd.DataFrame:
    """Cash plans in euros."""
    plan = en_table(e.flux, e.projets.c, e.projets.index)
    plan.attrs["source"] = CONVENTION
    return plan


def bilan_de(e: Exploitation) -> pd.DataFrame:
    """Balance sheets in euros; cash is what is left once everything else is known."""
    cumul = {nom: np.cumsum(e.comptes[nom], axis=0) for nom in ("resultat_net", "prelevements", "impot")}
    restes = {nom: fin_d_annee(v) for nom, v in e.flux.restes.items()}
    impot = cumul["impot"] - fin_d_annee(np.cumsum(e.is_paye, axis=0))
    investi = fin_d_annee(np.cumsum(e.immobilisations.achats, axis=0))
    actif = {
        "immobilisations_nettes": investi - fin_d_annee(e.immobilisations.amortissements),
        "stocks": fin_d_annee(e.stocks),
        "creances_clients": restes["creances_clients"],
        "creance_tva": np.maximum(-restes["dette_tva"], 0),
        "creance_impot": np.maximum(-impot, 0),
    }
    passif = {
        "capitaux_propres": e.projets.centimes("apport") + cumul["resultat_net"] - cumul["prelevements"],
        "emprunts": fin_d_annee(e.prets.crd),
        "interets_courus": fin_d_annee(e.prets.courus),
        "fournisseurs": restes["fournisseurs"],
        "dettes_sociales": restes["dettes_sociales"],
        "dette_tva": np.maximum(restes["dette_tva"], 0),
        "dette_impot": np.maximum(impot, 0),
    }
    total = sum(passif.values())
    tresorerie = total - sum(actif.values())
    exploitation = ("stocks", "creances_clients", "creance_tva", "creance_impot")
    dettes = ("interets_courus", "fournisseurs", "dettes_sociales", "dette_tva", "dette_impot")
    bfr = sum(actif[nom] for nom in exploitation) - sum(passif[nom] for nom in dettes)
    colonnes = actif | {"tresorerie": tresorerie, "total_actif": total} | passif | {"total_passif": total, "bfr": bfr}
    return _rendre(colonnes, e, "exercice")


def dscr_de(e: Exploitation, apres_prelevements: bool = True) -> pd.DataFrame:
    """Coverage of the debt service, with NaN where there is none."""
    capital = e.comptes["capital_rembourse"]
    colonnes = {
        "caf": caf_disponible(e, apres_prelevements),
        "interets": e.comptes["interets"],
        "capital": capital,
        "annuite": capital + e.comptes["interets_payes"],
    }
    table = _rendre(colonnes, e, "exercice")
    table.insert(4, "dscr", dscr_par_annee(e, apres_prelevements).T.ravel())
    table["dscr"] = table["dscr"].where(table["annuite"].notna())
    return table


def financement_de(e: Exploitation) -> pd.DataFrame:
    """Sources and uses of each year, as :func:`plan_financement_triennal` shows them."""
    variation_bfr = bilan_de(e)["bfr"]
    par_projet = variation_bfr.groupby(level=0).diff() if e.projets.index is not None else variation_bfr.diff()
    crd = fin_d_annee(e.prets.crd)
    rembourse = e.comptes["capital_rembourse"]
    apports = np.zeros_like(crd)
    apports[0] = e.projets.centimes("apport")
    table = _rendre(
        {
            "caf": e.comptes["caf"],
            "apports": apports,
            # Interest added to a loan while nothing is paid is borrowed.
            "emprunts": np.diff(crd, axis=0, prepend=0) + rembourse,
            "investissements": par_annee(e.immobilisations.achats),
            "remboursements": rembourse,
            "dividendes": e.comptes["prelevements"],
        },
        e,
        "exercice",
    )
    table["variation_bfr"] = par_projet.fillna(variation_bfr).round(2)
    return table


def _rendre(colonnes: dict[str, np.ndarray], e: Exploitation, niveau: str) -> pd.DataFrame:
    table = en_lignes(colonnes, e.projets.c, e.projets.index, niveau)
    table.attrs["source"] = CONVENTION
    return table
