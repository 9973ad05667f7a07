"""Capacité d'autofinancement par les deux méthodes, versions approchée et bancaire, autofinancement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rncp_utils.entreprise.analyse.formules_sig import interets_credit_bail, jusqu_a_l_ebe
from rncp_utils.entreprise.analyse.pcg import ComptesDetail, lire_comptes
from rncp_utils.entreprise.postes import Entreprises, Postes, Valeur, calculer, tolerance_arrondi
from rncp_utils.entreprise.regimes import vers_codes_normaux

# Lines summed from the sales down to the net result: what rounding can move between the two methods.
LIGNES = 29


@dataclass(frozen=True)
class Elements:
    """What both methods read: detail accounts, and transfers of charges (791, 796, 797), which are cash."""

    comptes: ComptesDetail
    transferts: Valeur
    transferts_financiers: Valeur
    transferts_exceptionnels: Valeur


def lire_elements(
    p: Postes,
    *,
    referentiel: str | None = None,
    transferts: Any = None,
    transferts_financiers: Any = None,
    transferts_exceptionnels: Any = None,
    **comptes: Any,
) -> Elements:
    """Read them from the arguments, else from the columns; a doubt is noted where the accounts are unknown."""
    detail = lire_comptes(p, referentiel, comptes)
    p.douter(detail.inconnus, "comptes de cession et de subvention inconnus, comptés pour 0 dans la CAF")
    exploitation = p.complement("A1", transferts)[0]
    supprimes = detail.pcg_2025 & (exploitation != 0)
    p.douter(supprimes, "transferts de charges (A1) supprimés par le PCG 2025, ignorés")
    if np.any(supprimes):
        exploitation = np.where(supprimes, 0.0, exploitation)
    return Elements(
        detail,
        exploitation,
        p.complement("transferts_financiers", transferts_financiers)[0],
        p.complement("transferts_exceptionnels", transferts_exceptionnels)[0],
    )


def termes_additifs(p: Postes, e: Elements) -> dict[str, Valeur]:
    """From the net result: add back what costs no cash, take out what brings none, and set disposals aside."""
    reprises_exploitation = p.get("FP") - e.transferts
    reprises_financieres = p.get("GM") - e.transferts_financiers
    reprises_exceptionnelles = p.get("HC") - e.transferts_exceptionnels
    return {
        "resultat_net": p["HN"],
        "dotations": p.somme("GA", "GB", "GC", "GD", "GQ", "HG"),
        "reprises": reprises_exploitation + reprises_financieres + reprises_exceptionnelles,
        "valeurs_comptables_cedees": e.comptes.valeurs_comptables,
        "produits_cessions": e.comptes.produits_cessions,
        "quote_part_subventions": e.comptes.quote_part_subventions,
    }


def additive(termes: Mapping[str, Valeur]) -> Valeur:
    """CAF from :func:`termes_additifs`, in euros."""
    charges_calculees = termes["dotations"] + termes["valeurs_comptables_cedees"]
    produits_calcules = termes["reprises"] + termes["produits_cessions"] + termes["quote_part_subventions"]
    return termes["resultat_net"] + charges_calculees - produits_calcules


def termes_soustractifs(p: Postes, e: Elements) -> dict[str, Valeur]:
    """From the EBE: what remains to be cashed or paid below it."""
    c = e.comptes
    produits_financiers = p.get("GP") - p.get("GM") + e.transferts_financiers - c["c767"]
    charges_financieres = p.get("GU") - p.get("GQ") - c["c667"]
    cessions_et_subventions = c["c775"] + c["c777"]
    return {
        "ebe": jusqu_a_l_ebe(p, c)["ebe"],
        "transferts_charges": e.transferts,
        "autres_produits_exploitation": p.get("FQ") - c["c757"],
        "autres_charges_exploitation": p.get("GE") - c["c657"],
        "operations_en_commun": p.get("GH") - p.get("GI"),
        "produits_financiers": produits_financiers,
        "charges_financieres": charges_financieres,
        "produits_exceptionnels": p.somme("HA", "HB") + e.transferts_exceptionnels - cessions_et_subventions,
        "charges_exceptionnelles": p.somme("HE", "HF") - c["c675"],
        "participation": p.get("HJ"),
        "impot_sur_les_benefices": p.get("HK"),
    }


def soustractive(termes: Mapping[str, Valeur]) -> Valeur:
    """CAF from :func:`termes_soustractifs`, in euros."""
    exploitation = termes["ebe"] + termes["transferts_charges"] + termes["operations_en_commun"]
    autres = termes["autres_produits_exploitation"] - termes["autres_charges_exploitation"]
    financier = termes["produits_financiers"] - termes["charges_financieres"]
    exceptionnel = termes["produits_exceptionnels"] - termes["charges_exceptionnelles"]
    repartition = termes["participation"] + termes["impot_sur_les_benefices"]
    return exploitation + autres + financier + exceptionnel - repartition


def calculer_caf(p: Postes, **elements: Any) -> Valeur:
    """CAF of a company or of each row of a table, in euros, by the additive method."""
    return additive(termes_additifs(p, lire_elements(p, **elements)))


def _analyser(x: Entreprises, formule: Callable[[Postes], dict[str, Valeur]]) -> pd.Series | pd.DataFrame:
    def exigeante(p: Postes) -> dict[str, Valeur]:
        p.exiger("FL", "HN")
        return formule(p)

    return calculer(vers_codes_normaux(x), exigeante)


def caf_additive(x: Entreprises, **elements: Any) -> pd.Series | pd.DataFrame:
    """Capacité d'autofinancement par la méthode additive, terme à terme.

    ``caf = resultat_net + dotations + valeurs_comptables_cedees - reprises - produits_cessions -
    quote_part_subventions``. Les reprises excluent les transferts de charges, qui sont encaissés.

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Compte de résultat par codes, en euros. ``FL`` et ``HN`` sont exigés.
    **elements : float, array ou Series
        Comptes c675, c775, c777 (PCG 2014) ou c747, c757, c657, c767, c667 (PCG 2025) ; ``transferts`` (791, case A1
        par défaut), ``transferts_financiers`` (796), ``transferts_exceptionnels`` (797) ; ``referentiel``. Un compte
        inconnu compte pour 0, avec un motif, si une case pouvait le contenir.

    Returns
    -------
    Series ou DataFrame
        Chaque terme, puis ``caf``, en euros.

    Source : tableau de financement du PCG, de mémoire, à vérifier (23 novembre 2026).

    >>> from rncp_utils.entreprise.exemples import martin
    >>> caf_additive(martin()).astype(int).tolist()
    [41000, 32000, 2000, 3800, 5000, 1000, 68800]
    """

    def formule(p: Postes) -> dict[str, Valeur]:
        termes = termes_additifs(p, lire_elements(p, **elements))
        return termes | {"caf": additive(termes)}

    return _analyser(x, formule)


def caf_soustractive(x: Entreprises, **elements: Any) -> pd.Series | pd.DataFrame:
    """Capacité d'autofinancement par la méthode soustractive, à partir de l'EBE, terme à terme.

    ``caf = ebe + transferts + autres produits - autres charges``, hors dotations, reprises, cessions et quotes-parts
    de subventions. Mêmes arguments, unités et source que :func:`caf_additive`.

    >>> from rncp_utils.entreprise.exemples import martin
    >>> caf_soustractive(martin())["caf"]
    np.float64(68800.0)
    """

    def formule(p: Postes) -> dict[str, Valeur]:
        termes = termes_soustractifs(p, lire_elements(p, **elements))
        return termes | {"caf": soustractive(termes)}

    return _analyser(x, formule)


def caf(x: Entreprises, *, tolerance: float | None = None, **elements: Any) -> pd.Series | pd.DataFrame:
    """Capacité d'autofinancement par les deux méthodes, qui doivent concorder.

    Parameters
    ----------
    x, **elements
        Comme :func:`caf_additive`.
    tolerance : float
        Écart admis entre les deux méthodes, en euros ; par défaut ce que l'arrondi des lignes explique.

    Returns
    -------
    Series ou DataFrame
        ``caf`` (méthode additive), ``additive``, ``soustractive``, en euros, et ``caf_sur_ca`` (fraction).

    Raises
    ------
    ErreurEquilibre
        Une entreprise : les deux méthodes diffèrent (un total de la liasse ne se recoupe pas). Dans une table, la
        ligne est NaN avec son motif.

    >>> from rncp_utils.entreprise.exemples import martin
    >>> caf(martin())[["additive", "soustractive"]].tolist()
    [68800.0, 68800.0]
    """
    admis = tolerance_arrondi(LIGNES) if tolerance is None else tolerance

    def formule(p: Postes) -> dict[str, Valeur]:
        e = lire_elements(p, **elements)
        par_addition = additive(termes_additifs(p, e))
        par_soustraction = soustractive(termes_soustractifs(p, e))
        p.controler_egalite(par_addition, par_soustraction, "CAF additive", "CAF soustractive", admis)
        chiffre_affaires = p.denominateur(p["FL"], "chiffre d'affaires", positif=True)
        return {
            "caf": par_addition,
            "additive": par_addition,
            "soustractive": par_soustraction,
            "caf_sur_ca": par_addition / chiffre_affaires,
        }

    return _analyser(x, formule)


def calculer_caf_bce(p: Postes) -> Valeur:
    """CAF as the published BCE / INPI ratios approximate it, in euros."""
    dotations = p.somme("GA", "GB", "GC", "GD", "GQ")
    exceptionnel = p.get("HA") - p.get("HE")
    return p["GW"] - p.get("FP") - p.get("GM") + dotations + exceptionnel - p.somme("HJ", "HK")


def caf_bce(x: Entreprises) -> pd.Series | pd.DataFrame:
    """Capacité d'autofinancement approchée des ratios BCE / INPI, avec les seules cases de la liasse.

    ``caf_bce = GW - FP - GM + (GA + GB + GC + GD + GQ) + HA - HE - HJ - HK``. Elle compte les transferts de charges
    (A1) comme des reprises : elle s'écarte de la CAF de leur montant, et de ce que HB et HF ont de courant.

    Parameters
    ----------
    x : Liasse, mapping, Series ou DataFrame
        Compte de résultat par codes, en euros. ``GW`` est exigé.

    Returns
    -------
    Series ou DataFrame
        ``caf_bce``, en euros.

    Source : description des champs de ratios_inpi_bce, data.economie.gouv.fr.

    >>> from rncp_utils.entreprise.exemples import martin
    >>> caf_bce(martin())["caf_bce"]
    np.float64(64800.0)
    """

    def formule(p: Postes) -> dict[str, Valeur]:
        p.exiger("GW")
        return {"caf_bce": calculer_caf_bce(p)}

    return calculer(vers_codes_normaux(x), formule)


def caf_bancaire(
    x: Entreprises, *, dot_cb: Any = None, part_interet_cb: Any = None, **elements: Any
) -> pd.Series | pd.DataFrame:
    """Capacité d'autofinancement comme si les biens en crédit-bail avaient été achetés à crédit.

    ``caf_bancaire = caf + redevances - interets_cb`` : des redevances (HP + HQ), seule la part d'intérêts reste une
    charge payée ; le reste est l'amortissement du bien. Convention de cours.

    Parameters
    ----------
    x, **elements
        Comme :func:`caf_additive`.
    dot_cb : float, array ou Series, en euros
        Amortissement du bien ; les intérêts sont le reste des redevances.
    part_interet_cb : float, array ou Series
        À défaut, part d'intérêts dans les redevances, fraction. Si rien n'est connu : 0, avec un avertissement.

    Returns
    -------
    Series ou DataFrame
        caf, redevances, interets_cb, caf_bancaire, en euros.

    >>> from rncp_utils.entreprise.exemples import martin
    >>> caf_bancaire(martin(), dot_cb=10_000)["caf_bancaire"]
    np.float64(78800.0)
    """

    def formule(p: Postes) -> dict[str, Valeur]:
        montant_caf = calculer_caf(p, **elements)
        redevances = p.somme("HP", "HQ")
        interets_cb = interets_credit_bail(p, redevances, dot_cb, part_interet_cb)
        return {
            "caf": montant_caf,
            "redevances": redevances,
            "interets_cb": interets_cb,
            "caf_bancaire": montant_caf + redevances - interets_cb,
        }

    return _analyser(x, formule)


def autofinancement(x: Entreprises, *, distributions: Any = None, **elements: Any) -> pd.Series | pd.DataFrame:
    """Ce que l'entreprise garde de sa CAF après avoir rémunéré ses propriétaires.

    ``autofinancement = caf - distributions`` : dividendes versés dans l'exercice (ZE) d'une société, prélèvements
    nets des apports de l'exploitant d'une entreprise individuelle.

    Parameters
    ----------
    x, **elements
        Comme :func:`caf_additive`.
    distributions : float, array ou Series, en euros
        Dividendes ou prélèvements nets ; par défaut la case ZE, à défaut 0 avec un motif.

    Returns
    -------
    Series ou DataFrame
        caf, distributions, autofinancement, en euros.

    >>> from rncp_utils.entreprise.exemples import martin
    >>> autofinancement(martin())["autofinancement"]
    np.float64(56800.0)
    """

    def formule(p: Postes) -> dict[str, Valeur]:
        montant_caf = calculer_caf(p, **elements)
        verse = _distributions(p, distributions)
        return {"caf": montant_caf, "distributions": verse, "autofinancement": montant_caf - verse}

    return _analyser(x, formule)


def caf_disponible(
    x: Entreprises, *, distributions: Any = None, remboursements: Any = None, **elements: Any
) -> pd.Series | pd.DataFrame:
    """Ce qui reste de la CAF, après distributions et remboursements en cours, pour un nouvel emprunt.

    ``caf_disponible = caf - distributions - remboursements``.

    Parameters
    ----------
    x, distributions, **elements
        Comme :func:`autofinancement`.
    remboursements : float, array ou Series, en euros
        Capital d'emprunts remboursé dans l'année ; par défaut la case VK, à défaut 0 avec un motif.

    Returns
    -------
    Series ou DataFrame
        caf, distributions, remboursements, caf_disponible, en euros.

    >>> from rncp_utils.entreprise.exemples import martin
    >>> caf_disponible(martin())["caf_disponible"]
    np.float64(22800.0)
    """

    def formule(p: Postes) -> dict[str, Valeur]:
        montant_caf = calculer_caf(p, **elements)
        verse = _distributions(p, distributions)
        rembourse, inconnu = p.complement("VK", remboursements)
        p.douter(inconnu, "remboursements d'emprunts (VK) inconnus, comptés pour 0")
        disponible = montant_caf - verse - rembourse
        return {"caf": montant_caf, "distributions": verse, "remboursements": rembourse, "caf_disponible": disponible}

    return _analyser(x, formule)


def _distributions(p: Postes, fournies: Any) -> Valeur:
    verse, inconnu = p.complement("ZE", fournies)
    p.douter(inconnu, "dividendes ou prélèvements (ZE) inconnus, comptés pour 0")
    return verse
