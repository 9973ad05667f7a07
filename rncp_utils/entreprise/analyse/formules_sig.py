"""Formules des soldes intermédiaires de gestion, telles que le manuel les écrit."""

from __future__ import annotations

from typing import Any

import numpy as np

from rncp_utils.entreprise.analyse.pcg import ComptesDetail
from rncp_utils.entreprise.postes import Postes, Valeur, selon, tolerance_arrondi
from rncp_utils.erreurs import ErreurDonnees

Soldes = dict[str, Valeur]

# Form box of each balance, its name in a sentence, and how many lines are summed down to it.
CASES = {
    "resultat_exploitation": ("GG", "le résultat d'exploitation", 21),
    "rcai": ("GW", "le résultat courant avant impôts", 25),
    "resultat_exceptionnel": ("HI", "le résultat exceptionnel", 2),
    "resultat_net": ("HN", "le résultat net", 29),
}


def jusqu_a_l_ebe(p: Postes, comptes: ComptesDetail, sous_traitance: str = "consommation") -> Soldes:
    """Balances in euros, from the sales to the EBE; ``sous_traitance`` may take YT out of the production margin."""
    marge_commerciale = p.get("FC") - p.get("FS") - p.get("FT")
    production_exercice = p.somme("FF", "FI", "FM", "FN")
    matieres_consommees = p.somme("FU", "FV")
    marge_brute_production = production_exercice - matieres_consommees
    if sous_traitance == "production":
        marge_brute_production = marge_brute_production - p.get("YT")
    consommation_tiers = matieres_consommees + p.get("FW")
    valeur_ajoutee = marge_commerciale + production_exercice - consommation_tiers
    subventions_exploitation = p.get("FO") - comptes["c747"]
    return {
        "chiffre_affaires": p["FL"],
        "marge_commerciale": marge_commerciale,
        "production_exercice": production_exercice,
        "marge_brute_production": marge_brute_production,
        "marge_globale": p["FL"] - p.somme("FS", "FT") - matieres_consommees,
        "consommation_tiers": consommation_tiers,
        "valeur_ajoutee": valeur_ajoutee,
        "ebe": valeur_ajoutee + subventions_exploitation - p.somme("FX", "FY", "FZ"),
    }


def calculer_soldes(p: Postes, comptes: ComptesDetail, sous_traitance: str = "consommation") -> Soldes:
    """All the balances in euros, from the sales to the net result."""
    soldes = jusqu_a_l_ebe(p, comptes, sous_traitance)
    dotations = p.somme("GA", "GB", "GC", "GD")
    resultat_exploitation = soldes["ebe"] + comptes["c747"] + p.somme("FP", "FQ") - dotations - p.get("GE")
    resultat_financier = p.get("GP") - p.get("GU")
    rcai = resultat_exploitation + p.get("GH") - p.get("GI") + resultat_financier
    resultat_exceptionnel = p.get("HD") - p.get("HH")
    return soldes | {
        **_lignes_2025(comptes),
        "resultat_exploitation": resultat_exploitation,
        "resultat_financier": resultat_financier,
        "rcai": rcai,
        "resultat_exceptionnel": resultat_exceptionnel,
        "resultat_net": rcai + resultat_exceptionnel - p.get("HJ") - p.get("HK"),
        "plus_ou_moins_value_cession": _plus_ou_moins_value(comptes),
    }


def _lignes_2025(comptes: ComptesDetail) -> Soldes:
    """Under the PCG 2025, disposals and grants show between the EBE and the operating result."""
    if not comptes.presente_2025:
        return {}
    return {
        "quote_part_subventions": comptes["c747"],
        "produits_cessions": comptes["c757"],
        "valeur_comptable_cedes": comptes["c657"],
    }


def _plus_ou_moins_value(comptes: ComptesDetail) -> Valeur:
    ecart = comptes.produits_cessions - comptes.valeurs_comptables
    if comptes.cession_inconnue is False:
        return ecart
    return selon(comptes.cession_inconnue, np.nan, ecart)


def controler_soldes(p: Postes, soldes: Soldes, tolerance: float | None = None) -> None:
    """Compare the balances with the boxes that the company filled in; by default one euro a summed line is allowed."""
    for nom, (case, libelle, lignes) in CASES.items():
        admis = tolerance_arrondi(lignes) if tolerance is None else tolerance
        p.controler_case(soldes[nom], case, libelle, admis)


def interets_credit_bail(p: Postes, redevances: Valeur, dot_cb: Any, part_interet_cb: Any) -> Valeur:
    """Interest within the lease rents: rents less the depreciation, or a share of the rents, or 0 with a reason."""
    if dot_cb is not None and part_interet_cb is not None:
        raise ErreurDonnees("dot_cb et part_interet_cb sont donnés tous deux : gardez celui que vous connaissez.")
    if part_interet_cb is not None:
        part, inconnu = p.complement("part_interet_cb", part_interet_cb)
        p.refuser((part < 0) | (part > 1), "part_interet_cb hors de 0 à 1")
        interets = part * redevances
    else:
        dotation, inconnu = p.complement("dot_cb", dot_cb)
        interets = selon(inconnu, 0.0, redevances - dotation)
        p.refuser((dotation < 0) | (interets < 0), "dot_cb négatif ou supérieur aux redevances de crédit-bail")
    p.douter(inconnu & (redevances != 0), "part d'intérêts du crédit-bail inconnue, comptée pour 0")
    return interets


def lecture_bancaire(
    p: Postes, soldes: Soldes, comptes: ComptesDetail, interets_cb: Valeur, *, fo_dans_va: bool, fx_dans_va: bool
) -> Soldes:
    """Economic reading: leased assets as if bought on credit, hired staff as staff, profit-sharing as pay."""
    redevances = p.somme("HP", "HQ")
    personnel_exterieur = p.get("YU")
    subventions = p.get("FO") - comptes["c747"]
    impots = p.get("FX")
    participation = p.get("HJ")
    consommation_b = soldes["consommation_tiers"] - redevances - personnel_exterieur
    va_b = soldes["marge_commerciale"] + soldes["production_exercice"] - consommation_b
    personnel_b = p.somme("FY", "FZ") + personnel_exterieur + participation
    ebe_b = va_b + subventions - impots - personnel_b
    dotation_cb = redevances - interets_cb
    return {
        "conso_b": consommation_b,
        "va_b": va_b + (subventions if fo_dans_va else 0.0) - (impots if fx_dans_va else 0.0),
        "personnel_b": personnel_b,
        "ebe_b": ebe_b,
        "dotation_cb": dotation_cb,
        "rex_b": soldes["resultat_exploitation"] + redevances - dotation_cb - participation,
        "frais_fin_b": p.get("GU") + interets_cb,
        "rcai_b": soldes["rcai"] - participation,
    }
